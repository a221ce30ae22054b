//! How promising a lead is: 0 to 100, and every point of it explained.

use serde::{Deserialize, Serialize};
use time::Duration;

use super::{LeadInput, LeadStatus};
use crate::{Money, Timestamp};

/// Contacts of so many days count most.
pub const RECENT_DAYS: i64 = 14;
/// Contacts longer ago than this do not count at all.
pub const HEARD_OF_DAYS: i64 = 30;

/// One reason for a lead's score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ScorePoint {
    /// In words, e.g. "Value above the median of won deals".
    pub reason: String,
    /// Added to, or taken from, the score.
    pub points: i16,
}

/// A lead's score with its reasons, as they were when it was computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LeadScore {
    /// 0 to 100; the one that stands in the lead.
    pub score: i16,
    /// True while a person's own score stands. The points are then what the rule would give.
    pub is_set: bool,
    /// They sum up to the score, unless it is set. Empty for engineers: some tell what the lead is worth.
    pub points: Vec<ScorePoint>,
}

/// Everything the rule looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts<'a> {
    pub status: LeadStatus,
    pub has_email: bool,
    pub has_phone: bool,
    pub has_company: bool,
    pub source: Option<&'a str>,
    pub value: Option<Money>,
    /// Half of the won deals are worth at least this; none without won deals.
    pub median_won: Option<Money>,
    pub follow_up_at: Option<Timestamp>,
    pub contacts: Contacts,
    /// The moment for which the score is computed.
    pub at: Timestamp,
}

/// Calls, e-mails and meetings; a note to oneself is no contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contacts {
    /// In the last [`RECENT_DAYS`].
    pub recent: i64,
    /// In the last [`HEARD_OF_DAYS`], the recent ones included.
    pub heard_of: i64,
}

impl Contacts {
    /// Counts contacts by when they were.
    pub fn among(moments: impl IntoIterator<Item = Timestamp>, at: Timestamp) -> Self {
        let since = |days| at - Duration::days(days);
        let (recent, heard_of) = (since(RECENT_DAYS), since(HEARD_OF_DAYS));
        moments.into_iter().filter(|moment| *moment > heard_of).fold(Contacts::default(), |sum, moment| Contacts {
            recent: sum.recent + i64::from(moment > recent),
            heard_of: sum.heard_of + 1,
        })
    }
}

impl<'a> Facts<'a> {
    /// The facts of a lead as it is about to be written.
    pub fn of(input: &'a LeadInput, median_won: Option<Money>, contacts: Contacts, at: Timestamp) -> Self {
        Facts {
            status: input.status,
            has_email: input.email.is_some(),
            has_phone: input.phone.is_some(),
            has_company: input.company.is_some(),
            source: input.source.as_deref(),
            value: input.value,
            median_won,
            follow_up_at: input.follow_up_at,
            contacts,
            at,
        }
    }
}

/// The rule: every point that counts, in the order in which people read them. Their sum, within 0 and 100, is the
/// score; where it would lie outside, the last point says so.
pub fn score(facts: &Facts) -> Vec<ScorePoint> {
    let mut points = Vec::new();
    let mut add = |points_of: i16, reason: String| {
        if points_of != 0 {
            points.push(ScorePoint { reason, points: points_of });
        }
    };
    let (stage, reason) = stage(facts.status);
    add(stage, reason.to_owned());
    contacts(facts, &mut add);
    value(facts, &mut add);
    for (known, what) in
        [(facts.has_email, "E-mail known"), (facts.has_phone, "Phone known"), (facts.has_company, "Company known")]
    {
        add(if known { 5 } else { 0 }, what.to_owned());
    }
    if let Some(source) = facts.source {
        add(source_points(source), format!("Came by {}", source.to_lowercase()));
    }
    if !facts.status.is_closed() {
        match facts.follow_up_at {
            Some(due) if due < facts.at => add(-6, "Follow-up overdue".to_owned()),
            Some(_) => add(6, "Follow-up set".to_owned()),
            None => {}
        }
    }
    let sum = sum(&points);
    let (over, reason) = (sum.clamp(0, 100) - sum, if sum > 100 { "100 is the most" } else { "0 is the least" });
    if over != 0 {
        points.push(ScorePoint { reason: reason.to_owned(), points: over });
    }
    points
}

/// What points come to.
pub fn sum(points: &[ScorePoint]) -> i16 {
    points.iter().map(|point| point.points).sum()
}

fn stage(status: LeadStatus) -> (i16, &'static str) {
    match status {
        LeadStatus::New => (4, "Stage: New"),
        LeadStatus::Contacted => (8, "Stage: Contacted"),
        LeadStatus::Qualified => (14, "Stage: Qualified"),
        LeadStatus::Proposal => (20, "Stage: Proposal"),
        LeadStatus::Negotiation => (26, "Stage: Negotiation"),
        LeadStatus::Won => (40, "Stage: Won"),
        LeadStatus::Lost => (-30, "Stage: Lost"),
    }
}

fn contacts(facts: &Facts, add: &mut impl FnMut(i16, String)) {
    let talks = |n: i64| if n == 1 { "1 contact".to_owned() } else { format!("{n} contacts") };
    match (facts.contacts.recent, facts.contacts.heard_of) {
        (n @ 4.., _) => add(20, format!("{} in {RECENT_DAYS} days", talks(n))),
        (n @ 2..4, _) => add(15, format!("{} in {RECENT_DAYS} days", talks(n))),
        (n @ 1, _) => add(10, format!("{} in {RECENT_DAYS} days", talks(n))),
        (_, n @ 1..) => add(4, format!("{} in {HEARD_OF_DAYS} days", talks(n))),
        // Nobody was to be heard of yet, or any more.
        _ if facts.status == LeadStatus::New || facts.status.is_closed() => {}
        _ => add(-8, format!("No contact in {HEARD_OF_DAYS} days")),
    }
}

fn value(facts: &Facts, add: &mut impl FnMut(i16, String)) {
    let (Some(value), Some(median)) = (facts.value, facts.median_won) else { return };
    let times = |n: i64| Money::from_cents(median.cents().saturating_mul(n));
    let twice = Money::from_cents(value.cents().saturating_mul(2));
    match () {
        _ if value >= times(2) => add(18, "Value twice the median of won deals".to_owned()),
        _ if value >= median => add(12, "Value above the median of won deals".to_owned()),
        _ if twice >= median => add(5, "Value near the median of won deals".to_owned()),
        _ => {}
    }
}

/// Who is sent by someone trusts us already; who was called cold did not ask.
fn source_points(source: &str) -> i16 {
    match source.to_lowercase().as_str() {
        "referral" => 12,
        "partner" => 10,
        "event" => 6,
        "website" => 5,
        "cold call" => -5,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: Timestamp = datetime!(2026-11-22 12:00 UTC);

    fn facts() -> Facts<'static> {
        Facts {
            status: LeadStatus::New,
            has_email: false,
            has_phone: false,
            has_company: false,
            source: None,
            value: None,
            median_won: Some(Money::from_cents(500_000)),
            follow_up_at: None,
            contacts: Contacts::default(),
            at: NOON,
        }
    }

    fn words(facts: &Facts) -> Vec<String> {
        score(facts).iter().map(|point| format!("{} {:+}", point.reason, point.points)).collect()
    }

    #[test]
    fn every_point_is_said_in_words() {
        let lead = Facts {
            status: LeadStatus::Negotiation,
            has_email: true,
            has_company: true,
            source: Some("Referral"),
            value: Some(Money::from_cents(600_000)),
            follow_up_at: Some(NOON),
            contacts: Contacts { recent: 4, heard_of: 7 },
            ..facts()
        };
        let expected = [
            "Stage: Negotiation +26",
            "4 contacts in 14 days +20",
            "Value above the median of won deals +12",
            "E-mail known +5",
            "Company known +5",
            "Came by referral +12",
            "Follow-up set +6",
        ];
        assert_eq!(words(&lead), expected);
        assert_eq!(sum(&score(&lead)), 86);
    }

    #[test]
    fn what_went_quiet_loses_points() {
        let quiet = Facts {
            status: LeadStatus::Qualified,
            source: Some("Cold call"),
            follow_up_at: Some(NOON - Duration::days(1)),
            ..facts()
        };
        let expected = [
            "Stage: Qualified +14",
            "No contact in 30 days -8",
            "Came by cold call -5",
            "Follow-up overdue -6",
            "0 is the least +5",
        ];
        assert_eq!(words(&quiet), expected);
    }

    #[test]
    fn a_score_stays_within_its_bounds_and_its_points_sum_up_to_it() {
        let best = Facts {
            status: LeadStatus::Won,
            has_email: true,
            has_phone: true,
            has_company: true,
            source: Some("referral"),
            value: Some(Money::from_cents(1_000_000)),
            contacts: Contacts { recent: 9, heard_of: 9 },
            ..facts()
        };
        assert_eq!((sum(&score(&best)), words(&best).last().map(String::as_str)), (100, Some("100 is the most -5")));
        let lost = Facts { status: LeadStatus::Lost, ..facts() };
        assert_eq!(sum(&score(&lost)), 0);
    }

    #[test]
    fn contacts_count_by_their_age() {
        let ago = [0, 13, 14, 29, 30, 400].map(|days| NOON - Duration::days(days));
        assert_eq!(Contacts::among(ago, NOON), Contacts { recent: 2, heard_of: 4 });
    }
}
