//! What a person or a machine may write on a lead, and the rules it must keep.

use garde::Validate;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Lead, LeadPriority, LeadStatus};
use crate::{Fields, Money, ProductId, UserId, text};

/// Everything writable on a lead. A new lead needs only a name; the rest has defaults.
///
/// A partial write is a JSON merge patch (RFC 7396) applied to this and checked whole, so that there is one set of
/// rules. Read-only fields of [`Lead`] may stand in a patch and change nothing: a client can send back what it got.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeadInput {
    #[serde(default)]
    #[garde(custom(text::required(200)))]
    pub name: String,
    #[serde(default)]
    #[garde(custom(text::up_to(254)), custom(text::email_opt))]
    pub email: Option<String>,
    #[serde(default)]
    #[garde(custom(text::up_to(50)), custom(phone_number))]
    pub phone: Option<String>,
    #[serde(default)]
    #[garde(custom(text::up_to(200)))]
    pub company: Option<String>,
    #[serde(default)]
    #[garde(skip)]
    pub status: LeadStatus,
    #[serde(default)]
    #[garde(custom(text::up_to(100)))]
    pub source: Option<String>,
    /// 0 to 999,999,999,999.99.
    #[serde(default)]
    #[garde(custom(not_negative))]
    pub value: Option<Money>,
    #[serde(default)]
    #[garde(skip)]
    pub assigned_to: Option<UserId>,
    #[serde(default)]
    #[garde(skip)]
    pub assigned_engineer: Option<UserId>,
    #[serde(default)]
    #[garde(skip)]
    pub assigned_product: Option<ProductId>,
    #[serde(default)]
    #[garde(length(max = 50))]
    pub products: Vec<ProductId>,
    #[serde(default)]
    #[garde(custom(text::up_to(10_000)))]
    pub notes: Option<String>,
    #[serde(default)]
    #[garde(skip)]
    pub priority: LeadPriority,
    /// A score of one's own, 0 to 100; null lets the rule compute it.
    #[serde(default)]
    #[garde(inner(custom(percent)))]
    pub score: Option<i16>,
    #[serde(default)]
    #[garde(custom(percent))]
    pub engineering_progress: i16,
    #[serde(default)]
    #[garde(custom(text::up_to(10_000)))]
    pub engineering_notes: Option<String>,
    #[serde(default)]
    #[garde(custom(text::up_to(1_000)))]
    pub blocked_reason: Option<String>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[garde(custom(plausible_date))]
    pub follow_up_at: Option<OffsetDateTime>,
    #[serde(default)]
    #[garde(custom(text::up_to(500)))]
    pub follow_up_note: Option<String>,
    #[serde(default)]
    #[garde(custom(text::up_to(500)))]
    pub lost_reason: Option<String>,
}

impl LeadInput {
    /// What a patch starts from: the lead's writable fields as they are.
    pub fn of(lead: &Lead) -> Self {
        let Lead {
            id: _,
            name,
            email,
            phone,
            company,
            status,
            source,
            value,
            assigned_to,
            assigned_engineer,
            assigned_product,
            products,
            notes,
            priority,
            score,
            score_is_set,
            engineering_progress,
            engineering_notes,
            blocked_reason,
            follow_up_at,
            follow_up_note,
            lost_reason,
            position: _,
            version: _,
            created_by: _,
            created_via: _,
            last_contacted_at: _,
            stage_entered_at: _,
            closed_at: _,
            created_at: _,
            updated_at: _,
        } = lead.clone();
        LeadInput {
            name,
            email,
            phone,
            company,
            status,
            source,
            value,
            assigned_to,
            assigned_engineer,
            assigned_product,
            products,
            notes,
            priority,
            score: score_is_set.then_some(score),
            engineering_progress,
            engineering_notes,
            blocked_reason,
            follow_up_at,
            follow_up_note,
            lost_reason,
        }
    }

    /// Trims and orders what has more than one spelling, leaves out a reason for what is not lost, then checks every
    /// rule.
    pub fn checked(mut self) -> Result<Self, Fields> {
        self.name = self.name.trim().to_owned();
        for field in [
            &mut self.email,
            &mut self.phone,
            &mut self.company,
            &mut self.source,
            &mut self.notes,
            &mut self.engineering_notes,
            &mut self.blocked_reason,
            &mut self.follow_up_note,
            &mut self.lost_reason,
        ] {
            text::tidy(field);
        }
        if self.status != LeadStatus::Lost {
            self.lost_reason = None;
        }
        self.products.extend(self.assigned_product);
        self.products.sort();
        self.products.dedup();
        self.follow_up_at = self.follow_up_at.map(as_stored);
        self.validate()?;
        Ok(self)
    }
}

/// In UTC and to the microsecond, as the database gives it back: otherwise the same moment would look like a change.
fn as_stored(at: OffsetDateTime) -> OffsetDateTime {
    let at = at.checked_to_offset(time::UtcOffset::UTC).unwrap_or(at);
    at.replace_microsecond(at.microsecond()).unwrap_or(at)
}

fn percent(value: &i16, _: &()) -> garde::Result {
    if (0..=100).contains(value) { Ok(()) } else { Err(garde::Error::new("must be 0 to 100")) }
}

fn not_negative(value: &Option<Money>, _: &()) -> garde::Result {
    match value {
        Some(value) if *value < Money::ZERO => Err(garde::Error::new("cannot be below zero")),
        _ => Ok(()),
    }
}

/// Any way people write numbers down, as long as there is a number in it.
fn phone_number(value: &Option<String>, _: &()) -> garde::Result {
    let Some(phone) = value else { return Ok(()) };
    let allowed = phone.chars().all(|c| c.is_ascii_digit() || " +-()./#*,;x".contains(c) || "ext".contains(c));
    match phone.chars().filter(char::is_ascii_digit).count() {
        _ if !allowed => Err(garde::Error::new("use digits, spaces and + - ( ) . / only")),
        0..3 => Err(garde::Error::new("needs three digits at least")),
        _ => Ok(()),
    }
}

fn plausible_date(value: &Option<OffsetDateTime>, _: &()) -> garde::Result {
    match value {
        Some(at) if !(1970..=2200).contains(&at.year()) => Err(garde::Error::new("must lie between 1970 and 2200")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> LeadInput {
        LeadInput { name: name.into(), ..LeadInput::default() }
    }

    #[test]
    fn a_name_is_all_a_lead_needs() {
        assert!(named("Maya Okafor").checked().is_ok());
    }

    #[test]
    fn each_broken_rule_names_its_field() {
        let input = LeadInput {
            name: "  ".into(),
            email: Some("maya@".into()),
            phone: Some("call me".into()),
            value: Some(Money::from_cents(-1)),
            engineering_progress: 101,
            notes: Some("a\0b".into()),
            ..LeadInput::default()
        };
        let fields = input.checked().unwrap_err();
        let names: Vec<&str> = fields.0.keys().map(String::as_str).collect();
        assert_eq!(names, ["email", "engineeringProgress", "name", "notes", "phone", "value"]);
    }

    #[test]
    fn blank_text_is_no_value() {
        let input = LeadInput { company: Some("   ".into()), ..named(" Maya ") }.checked().unwrap();
        assert_eq!((input.name.as_str(), input.company), ("Maya", None));
    }

    #[test]
    fn a_moment_is_the_same_in_every_zone() {
        let at = time::macros::datetime!(2027-01-01 8:00:00.000_000_789 +2);
        let input = LeadInput { follow_up_at: Some(at), ..named("Maya") }.checked().unwrap();
        let text = serde_json::to_value(input).unwrap()["followUpAt"].clone();
        assert_eq!(text, "2027-01-01T06:00:00Z");
    }

    #[test]
    fn a_moment_lies_within_the_years_in_every_zone() {
        let at = |at| LeadInput { follow_up_at: Some(at), ..named("Maya") }.checked();
        for beyond in [
            time::macros::datetime!(2200-12-31 23:59:59 -12),
            time::macros::datetime!(1970-01-01 0:00 +14),
            time::macros::datetime!(9999-12-31 23:59:59 -12),
        ] {
            assert!(at(beyond).is_err(), "{beyond} would not pass a second time");
        }
        assert!(at(time::macros::datetime!(1969-12-31 23:00 -5)).is_ok());
    }

    #[test]
    fn the_main_product_is_one_of_the_products() {
        let input = LeadInput {
            assigned_product: Some(ProductId(3)),
            products: vec![ProductId(9), ProductId(3), ProductId(9)],
            ..named("Maya")
        };
        assert_eq!(input.checked().unwrap().products, [ProductId(3), ProductId(9)]);
    }
}
