//! What waits for a person: the follow-ups of their own open leads.

use serde::{Deserialize, Serialize};

use super::Lead;

/// Leads of one stretch of days that show at once; the rest is behind the query.
pub const SHOWN: u16 = 5;

/// Follow-ups of the caller's own open leads, by days of their own time zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MyDay {
    /// Before today.
    pub overdue: FollowUps,
    /// Today, at whatever time.
    pub today: FollowUps,
    /// The six days after today.
    pub week: FollowUps,
}

/// Leads to follow up within one stretch of days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FollowUps {
    /// How many there are, exactly.
    pub total: i64,
    /// The five that are due first.
    pub leads: Vec<Lead>,
    /// The query string of the list that holds exactly these leads.
    pub query: String,
}
