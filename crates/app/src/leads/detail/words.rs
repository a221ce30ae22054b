//! Fields and their values as people read them: in the timeline, in conflicts, in a merge.

use domain::{
    Money, ProductId, Timestamp, UserId,
    leads::{Lead, LeadPriority, LeadStatus},
};
use serde_json::Value;

use crate::{
    leads::format::{Today, money},
    viewer::Session,
    wire,
};

/// Characters of a text that are shown where it is only mentioned.
const MENTIONED: usize = 80;

/// A field's name on screen.
pub fn label(field: &str) -> &str {
    match field {
        "name" => "Name",
        "email" => "E-mail",
        "phone" => "Phone",
        "company" => "Company",
        "status" => "Status",
        "source" => "Source",
        "value" => "Value",
        "assignedTo" => "Agent",
        "assignedEngineer" => "Engineer",
        "assignedProduct" => "Main product",
        "products" => "Products",
        "notes" => "Notes",
        "priority" => "Priority",
        "score" => "Score",
        "engineeringProgress" => "Progress",
        "engineeringNotes" => "Engineering notes",
        "blockedReason" => "Blocked because",
        "followUpAt" => "Follow-up",
        "followUpNote" => "Next step",
        "lostReason" => "Lost because",
        "fileName" => "File name",
        other => other,
    }
}

/// A value of the wire in words.
pub fn value_words(field: &str, value: &Value, session: &Session, today: Today) -> String {
    if value.is_null() {
        return if field == "score" { "automatic" } else { "nothing" }.to_owned();
    }
    let id = value.as_i64();
    let text = || value.as_str().map(mentioned);
    let words = match field {
        "status" => value.as_str().and_then(|text| text.parse::<LeadStatus>().ok()).map(|s| s.label().to_owned()),
        "priority" => value.as_str().and_then(|text| text.parse::<LeadPriority>().ok()).map(|p| p.label().to_owned()),
        "assignedTo" | "assignedEngineer" => id.map(|id| person_name(UserId(id), session)),
        "assignedProduct" => id.map(|id| product_name(ProductId(id), session)),
        "products" => value.as_array().map(|ids| {
            let names = ids.iter().filter_map(|id| Some(product_name(ProductId(id.as_i64()?), session)));
            let names: Vec<String> = names.collect();
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        }),
        "value" => wire::read_value::<Money>(value.clone()).ok().map(|value| money(value, &session.currency)),
        "followUpAt" => instant(value).map(|at| today.short(today.day(at))),
        "engineeringProgress" => id.map(|percent| format!("{percent} %")),
        _ => text(),
    };
    words.unwrap_or_else(|| value.to_string())
}

pub fn person_name(id: UserId, session: &Session) -> String {
    session.person(id).map_or_else(|| "someone who has left".to_owned(), |person| person.name.clone())
}

pub fn product_name(id: ProductId, session: &Session) -> String {
    session.product(id).map_or_else(|| format!("product {id}"), str::to_owned)
}

fn instant(value: &Value) -> Option<Timestamp> {
    let text = value.as_str()?;
    Timestamp::parse(text, &time::format_description::well_known::Rfc3339).ok()
}

fn mentioned(text: &str) -> String {
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(MENTIONED) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// What stands under the lead's name: company, last touch, next step; the last with its class.
pub fn standing(lead: &Lead, today: Today) -> (Vec<String>, Option<(String, &'static str)>) {
    let touched = match lead.last_contacted_at {
        Some(at) => format!("last touched {}", ago(at, today)),
        None => "never touched".to_owned(),
    };
    let next = lead.follow_up_at.filter(|_| !lead.status.is_closed()).map(|at| {
        let (day, class) = today.follow_up(at);
        let note = lead.follow_up_note.clone().map(|note| mentioned(&note));
        let (day, class) = (if class == "due" { day.to_ascii_lowercase() } else { day }, class);
        (note.map_or_else(|| format!("next: {day}"), |note| format!("next: {note} · {day}")), class)
    });
    (lead.company.clone().into_iter().chain([touched]).collect(), next)
}

/// `12 min ago`, `yesterday`, `3 Nov`.
pub fn ago(at: Timestamp, today: Today) -> String {
    let words = today.ago(at);
    let has_unit = [" min", " h", " d", " w"].iter().any(|unit| words.ends_with(unit));
    if has_unit { format!("{words} ago") } else { words }
}

/// `318 kB`.
pub fn size(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use domain::Zone;

    use super::*;

    #[test]
    fn sizes_and_ages_have_one_unit() {
        assert_eq!([size(12), size(318_400), size(2_450_000)], ["12 B", "318 kB", "2.4 MB"]);
        let today = Today { now: datetime!(2026-11-22 12:00 UTC), zone: Zone::fixed(0) };
        assert_eq!(ago(datetime!(2026-11-22 11:48 UTC), today), "12 min ago");
        assert_eq!(ago(datetime!(2026-11-21 11:48 UTC), today), "yesterday");
        assert_eq!(ago(datetime!(2025-11-21 11:48 UTC), today), "21 Nov 2025");
    }

    #[test]
    fn a_text_that_is_only_mentioned_is_one_line() {
        assert_eq!(mentioned("a\n b"), "a b");
        assert_eq!(mentioned(&"é".repeat(90)).chars().count(), MENTIONED + 1);
    }
}
