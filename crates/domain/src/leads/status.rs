//! The seven stages of the pipeline, and how urgent a lead is.

use serde::{Deserialize, Serialize};

/// Where a lead stands. Declared in pipeline order, which is also the order it sorts in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "lead_status", rename_all = "snake_case"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LeadStatus {
    #[default]
    New,
    Contacted,
    Qualified,
    Proposal,
    Negotiation,
    Won,
    Lost,
}

impl LeadStatus {
    /// All stages in pipeline order.
    pub const ALL: [LeadStatus; 7] = [
        LeadStatus::New,
        LeadStatus::Contacted,
        LeadStatus::Qualified,
        LeadStatus::Proposal,
        LeadStatus::Negotiation,
        LeadStatus::Won,
        LeadStatus::Lost,
    ];

    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            LeadStatus::New => "new",
            LeadStatus::Contacted => "contacted",
            LeadStatus::Qualified => "qualified",
            LeadStatus::Proposal => "proposal",
            LeadStatus::Negotiation => "negotiation",
            LeadStatus::Won => "won",
            LeadStatus::Lost => "lost",
        }
    }

    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            LeadStatus::New => "New",
            LeadStatus::Contacted => "Contacted",
            LeadStatus::Qualified => "Qualified",
            LeadStatus::Proposal => "Proposal",
            LeadStatus::Negotiation => "Negotiation",
            LeadStatus::Won => "Won",
            LeadStatus::Lost => "Lost",
        }
    }

    /// Percent of the deals in this stage that are won in the end, by rule of thumb: what a forecast weighs them with.
    pub fn odds(self) -> u8 {
        match self {
            LeadStatus::New => 10,
            LeadStatus::Contacted => 20,
            LeadStatus::Qualified => 40,
            LeadStatus::Proposal => 60,
            LeadStatus::Negotiation => 80,
            LeadStatus::Won => 100,
            LeadStatus::Lost => 0,
        }
    }

    /// Days after which a deal has stood still in this stage for too long; none once it is decided.
    pub fn stale_after_days(self) -> Option<i64> {
        match self {
            LeadStatus::New => Some(7),
            LeadStatus::Contacted | LeadStatus::Negotiation => Some(10),
            LeadStatus::Qualified | LeadStatus::Proposal => Some(14),
            LeadStatus::Won | LeadStatus::Lost => None,
        }
    }

    /// Whether the deal is decided.
    pub fn is_closed(self) -> bool {
        matches!(self, LeadStatus::Won | LeadStatus::Lost)
    }
}

impl std::str::FromStr for LeadStatus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        LeadStatus::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or("expected new, contacted, qualified, proposal, negotiation, won or lost")
    }
}

/// How urgent a lead is. Declared from low to high, which is also the order it sorts in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "lead_priority", rename_all = "snake_case"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LeadPriority {
    Low,
    #[default]
    Medium,
    High,
}

impl LeadPriority {
    /// All priorities, from low to high.
    pub const ALL: [LeadPriority; 3] = [LeadPriority::Low, LeadPriority::Medium, LeadPriority::High];

    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            LeadPriority::Low => "low",
            LeadPriority::Medium => "medium",
            LeadPriority::High => "high",
        }
    }

    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            LeadPriority::Low => "Low",
            LeadPriority::Medium => "Medium",
            LeadPriority::High => "High",
        }
    }
}

impl std::str::FromStr for LeadPriority {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        LeadPriority::ALL.into_iter().find(|p| p.as_str() == text).ok_or("expected low, medium or high")
    }
}
