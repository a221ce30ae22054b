//! What happened to the lead, newest first, in parts and in pages.

use domain::{
    LeadId, UserId,
    events::{Door, Event, TimelineEntry, TimelinePart},
    interactions::{Interaction, InteractionType},
};
use icondata_core::Icon as Symbol;
use icondata_lu as lu;
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

use super::{
    ENTRIES,
    composer::icon_of,
    said::Said,
    words::{ago, label, person_name, size, value_words},
    work::Work,
};
use crate::{
    UiError,
    leads::server_fns::load_timeline,
    markup::{act, attr, dynamic, each, view},
    ui::{ErrorState, Icon, Skeleton},
};

#[component]
pub fn Timeline(work: Work) -> impl IntoView {
    let (loading, loading_older) = (RwSignal::new(false), RwSignal::new(false));
    let refused = RwSignal::new(None::<UiError>);
    let show = move |part: TimelinePart| {
        work.part.set(part);
        loading.set(true);
        spawn_local(async move {
            work.load_part(part).await;
            let _ = loading.try_set(false);
        });
    };
    let chip = move |part: TimelinePart| {
        let files = move || work.rest.read().files.len();
        let number = move || (part == TimelinePart::Files).then(files).filter(|n| *n > 0).map(|n| format!(" {n}"));
        view! {
            <button type="button" class="chip chip-small" aria-pressed=attr(move || (work.part.get() == part).to_string())
                on:click=act(move || show(part))>{part_label(part)}{dynamic(number)}</button>
        }
    };
    let older = move || {
        let (part, cursor) = (work.part.get_untracked(), work.timeline.read_untracked().next_cursor.clone());
        if loading_older.get_untracked() {
            return;
        }
        loading_older.set(true);
        refused.set(None);
        spawn_local(async move {
            let loaded = load_timeline(work.id, part, cursor.clone(), ENTRIES).await;
            let _ = loading_older.try_set(false);
            match loaded {
                // Of a timeline that was loaded again meanwhile these may be the wrong ones.
                Ok(page) if work.part.try_get_untracked() == Some(part) => work.timeline.update(|timeline| {
                    if timeline.next_cursor == cursor {
                        timeline.items.extend(page.items);
                        timeline.next_cursor = page.next_cursor;
                    }
                }),
                Ok(_) => {}
                Err(error) => drop(refused.try_set(Some(error))),
            }
        });
    };
    let is_empty = move || work.timeline.read().items.is_empty();
    view! {
        <section class="timeline" aria-label="Timeline">
            <div class="row timeline-head">
                <h3>"Timeline"</h3>
                <span class="grow"></span>
                <div class="timeline-parts needs-script" role="group" aria-label="Show">{TimelinePart::ALL.map(chip).collect_view()}</div>
            </div>
            {dynamic(move || (is_empty() && (loading.get() || !work.rest.read().is_here)).then(|| view! { <Skeleton rows=4 /> }))}
            {dynamic(move || (is_empty() && !loading.get() && work.rest.read().is_here).then(|| view! { <p class="faint timeline-none">"Nothing of this kind yet."</p> }))}
            <ol class="entries" aria-busy=attr(move || loading.get().to_string())>
                {each(move || work.timeline.read().items.clone(), key, move |entry| entry_view(work, entry))}
            </ol>
            {dynamic(move || refused.get().map(|error| view! { <ErrorState error retry=Callback::new(move |()| older()) /> }))}
            {dynamic(move || work.timeline.read().next_cursor.is_some().then(|| view! {
                <button type="button" class="btn btn-small needs-script" disabled=loading_older on:click=act(older)>"Show older"</button>
            }))}
        </section>
    }
}

/// An entry is drawn again when what it brought was edited or deleted.
fn key(entry: &TimelineEntry) -> String {
    let edited = entry.interaction.as_ref().and_then(|interaction| interaction.edited_at);
    let edited = edited.map_or((0, 0), |at| (at.unix_timestamp(), at.microsecond()));
    let has = entry.interaction.is_some() || entry.attachment.is_some();
    let name = entry.attachment.as_ref().map_or("", |file| &file.file_name);
    format!("{} {}.{} {has} {name}", entry.event.id.0, edited.0, edited.1)
}

fn part_label(part: TimelinePart) -> &'static str {
    match part {
        TimelinePart::All => "All",
        TimelinePart::Interactions => "Interactions",
        TimelinePart::Changes => "Changes",
        TimelinePart::Files => "Files",
        TimelinePart::Agents => "Agents",
    }
}

fn entry_view(work: Work, entry: TimelineEntry) -> AnyView {
    let (icon, class) = sign(&entry);
    let TimelineEntry { event, interaction, attachment } = entry;
    let who = actor(work, event.actor_id, event.door);
    let at = event.at;
    let when = move || ago(at, work.today.get());
    let exact = work.today.read_untracked().local(at);
    let exact = format!("{} {:02}:{:02}", exact.date(), exact.hour(), exact.minute());
    let is_expected = event.id.0 == 0;
    let inside = match (interaction, attachment) {
        (Some(interaction), _) => {
            view! { <Said work interaction who=who.clone() door=through(event.door) /> }
        }
        (None, Some(file)) => {
            let (href, name) = (format!("/api/attachments/{}/download", file.id), file.file_name.clone());
            view! {
                <p class="entry-line"><b>{who}</b>" "<span class="muted">"added "<a class="entry-file" href=href download>{name}</a>
                    {format!(" · {}", size(file.size_bytes))}{through(event.door)}</span></p>
            }
        }
        (None, None) => {
            let words = change_words(work, &event);
            view! { <p class="entry-line"><b>{who}</b>" "<span class="muted">{words}{through(event.door)}</span></p> }
        }
    };
    view! {
        <li class="entry" class:entry-expected=is_expected>
            <span class=format!("entry-sign {class}")><Icon icon /></span>
            <div class="entry-body">{inside}</div>
            <time class="faint entry-when" title=exact>{dynamic(when)}</time>
        </li>
    }
}

fn actor(work: Work, actor: Option<UserId>, door: Door) -> String {
    match (actor, door) {
        (Some(id), _) => work.session.with_value(|session| person_name(id, session)),
        (None, Door::Import) => "Import".to_owned(),
        (None, _) => "Siwaht".to_owned(),
    }
}

/// The door, where it is not this one.
fn through(door: Door) -> Option<&'static str> {
    match door {
        Door::Ui | Door::System => None,
        Door::Rest => Some(" · via API"),
        Door::Mcp => Some(" · via MCP"),
        Door::Import => Some(" · by import"),
    }
}

/// The sign of an entry and the class of its colour.
fn sign(entry: &TimelineEntry) -> (Symbol, &'static str) {
    let event = &entry.event;
    match (&entry.interaction, event.entity.as_str()) {
        (Some(Interaction { r#type, .. }), _) => match r#type {
            InteractionType::Note => (icon_of(*r#type), "e-note"),
            InteractionType::Call => (icon_of(*r#type), "e-call"),
            InteractionType::Email => (icon_of(*r#type), "e-email"),
            InteractionType::Meeting => (icon_of(*r#type), "e-meeting"),
        },
        (None, "attachment") => (lu::LuFile, "e-file"),
        (None, _) if event.door == Door::Mcp => (lu::LuBot, "e-agent"),
        (None, "interaction") => (lu::LuPencil, "e-change"),
        (None, _) => match event.kind.as_str() {
            "lead.status_changed" => (lu::LuArrowRight, "e-stage"),
            "lead.created" => (lu::LuPlus, "e-change"),
            "lead.merged" => (lu::LuMerge, "e-change"),
            "lead.deleted" => (lu::LuTrash2, "e-change"),
            "lead.restored" => (lu::LuRotateCcw, "e-change"),
            _ => (lu::LuPencil, "e-change"),
        },
    }
}

/// What an event without a row of its own says.
fn change_words(work: Work, event: &Event) -> AnyView {
    let fixed = match event.kind.as_str() {
        "lead.created" => "created the lead",
        "lead.deleted" => "deleted the lead",
        "lead.restored" => "brought the lead back",
        "interaction.created" => "wrote something that was deleted since",
        "interaction.updated" => "changed the words of an earlier entry",
        "interaction.deleted" => "deleted an earlier entry",
        "attachment.created" => "added a file that was deleted since",
        "attachment.deleted" => "deleted a file",
        "attachment.renamed" if event.changes.is_empty() => "renamed a file that was deleted since",
        "lead.updated" if event.changes.get("mergedFrom").is_some_and(|change| change.to.is_null()) => {
            return parted(work, event);
        }
        "lead.merged" => return merged(work, event),
        _ => return fields(work, event),
    };
    fixed.into_any()
}

/// What happened to a lead that became a part of this one is told here too: under its own number.
fn merged(work: Work, event: &Event) -> AnyView {
    let words = merged_words(work.id, event);
    let rest = event.changes.keys().any(|field| !field.starts_with("merged"));
    view! { {words}{rest.then(|| view! { "; "{fields(work, event)} })} }
}

fn merged_words(here: LeadId, event: &Event) -> String {
    let lead = |id: Option<i64>| match id.map(LeadId) {
        Some(id) if id == here => "this one".to_owned(),
        Some(id) => format!("lead {id}"),
        None => "another lead".to_owned(),
    };
    let own = event.lead_id.map(|id| id.0);
    match (event.changes.get("mergedFrom"), event.changes.get("mergedInto")) {
        (Some(from), _) => format!("merged {} into {}", lead(from.to.as_i64()), lead(own)),
        (None, Some(into)) if event.lead_id == Some(here) => format!("merged this into {}", lead(into.to.as_i64())),
        (None, Some(into)) => format!("deleted {}, now a part of {}", lead(own), lead(into.to.as_i64())),
        (None, None) => "merged two leads".to_owned(),
    }
}

fn parted(work: Work, event: &Event) -> AnyView {
    let rest = event.changes.keys().any(|field| !field.starts_with("merged"));
    view! { "gave back what had come with another lead"{rest.then(|| view! { "; "{fields(work, event)} })} }
}

/// `moved Proposal → Negotiation and set Score 61 → 78`.
fn fields(work: Work, event: &Event) -> AnyView {
    let words = |field: &str, value: &Value| {
        work.session.with_value(|session| value_words(field, value, session, work.today.get_untracked()))
    };
    // The main product is told; the list behind it follows from it.
    let follows = |field: &str| field == "products" && event.changes.contains_key("assignedProduct");
    let shown = event.changes.iter().filter(|(field, _)| !follows(field) && !field.starts_with("merged"));
    // The stage comes first, whatever the alphabet says.
    let (stage, rest): (Vec<_>, Vec<_>) = shown.partition(|(field, _)| *field == "status");
    let parts: Vec<AnyView> = stage
        .into_iter()
        .chain(rest)
        .enumerate()
        .map(|(at, (field, change))| {
            let (from, to) = (words(field, &change.from), words(field, &change.to));
            let comma = (at > 0).then_some(", ");
            match (field.as_str(), change.from.is_null()) {
                ("status", _) => view! { {comma}"moved "<b>{from}</b>" → "<b>{to}</b> },
                (field, true) => view! { {comma}"set "<b>{label(field).to_owned()}</b>" to "<b>{to}</b> },
                (field, false) => {
                    view! { {comma}"set "<b>{label(field).to_owned()}</b>" "{from}" → "<b>{to}</b> }
                }
            }
        })
        .collect();
    if parts.is_empty() { "changed the lead".into_any() } else { parts.into_any() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_merge_names_the_leads_by_where_it_is_read() {
        let event = |lead: i64, field: &str, other: i64| -> Event {
            serde_json::from_value(json!({
                "id": 1, "at": "2026-11-22T12:00:00Z", "actorId": 1, "door": "ui", "entity": "lead", "entityId": lead,
                "leadId": lead, "kind": "lead.merged", "changes": { field: { "from": null, "to": other } }, "requestId": null
            }))
            .unwrap()
        };
        for (here, lead, field, other, words) in [
            (510, 510, "mergedFrom", 511, "merged lead 511 into this one"),
            (510, 511, "mergedInto", 510, "deleted lead 511, now a part of this one"),
            (511, 511, "mergedInto", 510, "merged this into lead 510"),
            (512, 510, "mergedFrom", 511, "merged lead 511 into lead 510"),
            (512, 511, "mergedInto", 510, "deleted lead 511, now a part of lead 510"),
        ] {
            assert_eq!(merged_words(LeadId(here), &event(lead, field, other)), words);
        }
    }
}
