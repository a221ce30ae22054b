//! The bell: what someone should know although they did not do it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{LeadId, NotificationId, UserId};

/// How many the list holds at the most; older ones stand in the leads' own history.
pub const MOST: u16 = 50;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// A lead was given to the person, to sell or to deliver.
    Assigned,
    /// A lead of the person's was won.
    Won,
    /// The delivery of a lead of the person's is blocked.
    Blocked,
    /// A follow-up of the person's is due.
    FollowUpDue,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    pub id: NotificationId,
    pub kind: NotificationKind,
    /// Null when one change was about several leads.
    pub lead_id: Option<LeadId>,
    /// Null also when the person does not see the lead any more.
    pub lead_name: Option<String>,
    /// How many leads it is about.
    pub leads: i32,
    /// Who did it; null for the system itself.
    pub actor_id: Option<UserId>,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    pub is_read: bool,
}

/// What the bell shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Bell {
    /// The newest 50.
    pub items: Vec<Notification>,
    /// How many of all are not read.
    pub unread: i64,
}

/// Marks everything up to and including this one as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadInput {
    pub up_to: NotificationId,
}
