//! Which leads: one filter type for the table, the board, REST, exports and agents.

use time::Date;

use super::{LeadPriority, LeadStatus};
use crate::{Fields, Money, ProductId, UserId};

/// Conditions that all must hold; several values of one condition are alternatives. Empty means no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadFilter {
    pub status: Vec<LeadStatus>,
    pub priority: Vec<LeadPriority>,
    pub source: Vec<String>,
    pub assignee: Vec<Owner>,
    pub engineer: Vec<Owner>,
    /// Matches the main product and every other product of the lead.
    pub product: Vec<ProductId>,
    pub value: Between<Money>,
    pub created: Between<Date>,
    pub closed: Between<Date>,
    pub follow_up: Between<Date>,
    pub follow_up_due: Vec<FollowUpDue>,
    /// Words that must all occur in name, e-mail, phone or company.
    pub q: Option<String>,
}

impl LeadFilter {
    /// A range whose end lies before its start matches nothing, which nobody means.
    pub(super) fn check_ranges(&self, fields: &mut Fields) {
        let reversed = [
            ("valueMax", self.value.is_reversed()),
            ("createdTo", self.created.is_reversed()),
            ("closedTo", self.closed.is_reversed()),
            ("followUpTo", self.follow_up.is_reversed()),
        ];
        for (field, _) in reversed.into_iter().filter(|(_, reversed)| *reversed) {
            fields.add(field, "lies before the start of the range");
        }
    }

    /// The sources as one text; a comma or backslash of a source's own is escaped by a backslash.
    pub fn source_text(&self) -> String {
        let escaped = self.source.iter().map(|source| source.replace('\\', "\\\\").replace(',', "\\,"));
        escaped.collect::<Vec<_>>().join(",")
    }

    /// Whether every lead matches.
    pub fn is_empty(&self) -> bool {
        *self == LeadFilter::default()
    }
}

/// Whose lead it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// `me`: the one who asks.
    Me,
    /// `none`: nobody yet.
    Nobody,
    User(UserId),
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Owner::Me => f.write_str("me"),
            Owner::Nobody => f.write_str("none"),
            Owner::User(id) => id.fmt(f),
        }
    }
}

impl std::str::FromStr for Owner {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "me" => Ok(Owner::Me),
            "none" => Ok(Owner::Nobody),
            id => id.parse().map(Owner::User).map_err(|_| "expected a user's id, me or none"),
        }
    }
}

/// When a lead is to be followed up, seen from today in the asking user's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowUpDue {
    /// Before today.
    Overdue,
    Today,
    /// Within the seven days after today.
    Week,
    /// Not at all: there is no follow-up.
    None,
}

impl FollowUpDue {
    /// All of them, the most urgent first.
    pub const ALL: [FollowUpDue; 4] = [FollowUpDue::Overdue, FollowUpDue::Today, FollowUpDue::Week, FollowUpDue::None];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            FollowUpDue::Overdue => "overdue",
            FollowUpDue::Today => "today",
            FollowUpDue::Week => "week",
            FollowUpDue::None => "none",
        }
    }

    /// The words people read.
    pub fn label(self) -> &'static str {
        match self {
            FollowUpDue::Overdue => "Overdue",
            FollowUpDue::Today => "Today",
            FollowUpDue::Week => "Next 7 days",
            FollowUpDue::None => "Not set",
        }
    }
}

impl std::str::FromStr for FollowUpDue {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        FollowUpDue::ALL.into_iter().find(|due| due.as_str() == text).ok_or("expected overdue, today, week or none")
    }
}

/// A range that includes both ends. Days are days in the asking user's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between<T> {
    pub from: Option<T>,
    pub to: Option<T>,
}

impl<T: PartialOrd> Between<T> {
    fn is_reversed(&self) -> bool {
        matches!((&self.from, &self.to), (Some(from), Some(to)) if to < from)
    }
}

// Not derived: a derive would ask for `T: Default`, and a day has none.
impl<T> Default for Between<T> {
    fn default() -> Self {
        Between { from: None, to: None }
    }
}
