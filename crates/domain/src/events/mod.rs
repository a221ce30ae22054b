//! What is recorded of every change: the source of timelines, webhooks, live updates, undo and audit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{EventId, LeadId, UserId, attachments::Attachment, interactions::Interaction, leads::Lead};

/// Through which door a change came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "door", rename_all = "snake_case"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Door {
    Ui,
    Rest,
    Mcp,
    Import,
    System,
}

impl Door {
    /// As it stands on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Door::Ui => "ui",
            Door::Rest => "rest",
            Door::Mcp => "mcp",
            Door::Import => "import",
            Door::System => "system",
        }
    }
}

/// One field's move from one value to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub from: serde_json::Value,
    pub to: serde_json::Value,
}

/// Field name (as on the wire) → its change.
pub type Changes = BTreeMap<String, Change>;

/// The fields in which two rows of one type differ, as their JSON shows them.
pub fn changes<T: Serialize>(before: &T, after: &T) -> serde_json::Result<Changes> {
    Ok(differing(&serde_json::to_value(before)?, serde_json::to_value(after)?))
}

/// The fields of `after` that are not so in `before`.
pub fn differing(before: &serde_json::Value, after: serde_json::Value) -> Changes {
    let (Some(before), serde_json::Value::Object(after)) = (before.as_object(), after) else { return Changes::new() };
    let differing = after.into_iter().filter(|(field, to)| before.get(field).unwrap_or(&serde_json::Value::Null) != to);
    let change = |(field, to): (String, _)| {
        let from = before.get(&field).cloned().unwrap_or_default();
        (field, Change { from, to })
    };
    differing.map(change).collect()
}

/// One recorded change, as history and machines read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Event {
    pub id: EventId,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who; null for the system itself.
    pub actor_id: Option<UserId>,
    pub door: Door,
    /// E.g. `lead`, `interaction`, `attachment`.
    pub entity: String,
    pub entity_id: i64,
    pub lead_id: Option<LeadId>,
    /// E.g. `lead.updated`.
    pub kind: String,
    /// Field → from and to.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    #[cfg_attr(feature = "sql", sqlx(json))]
    pub changes: Changes,
    /// Undoes the request this belongs to, for its own actor: see `POST /api/undo`.
    pub request_id: Option<String>,
}

/// A stretch of the log, for machines that follow it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Feed {
    /// In the order in which they became final. Within one lead, ids tell what came first.
    pub items: Vec<Event>,
    /// Send it back as `after`. When it stays the same, there is no more for now; it may move on without any item.
    pub next: EventId,
}

/// One change as it is told the moment it is final, with the lead as it is by then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LiveEvent {
    #[serde(flatten)]
    pub event: Event,
    /// Null when it is about no lead, when the lead is deleted, and when so much happened at once that it is better
    /// loaded anew.
    pub lead: Option<Lead>,
}

/// One line of a lead's timeline: what happened, with what it was about as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    #[serde(flatten)]
    pub event: Event,
    /// Present for `interaction.created`, unless it was deleted since. The event's own changes are then empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interaction: Option<Interaction>,
    /// Present for `attachment.created`, unless it was deleted since. The event's own changes are then empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Attachment>,
}

/// Which part of a timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimelinePart {
    #[default]
    All,
    /// Notes, calls, e-mails, meetings.
    Interactions,
    /// Fields and stages.
    Changes,
    Files,
    /// What came through MCP.
    Agents,
}

impl TimelinePart {
    /// Every part, in the order of the tabs.
    pub const ALL: [TimelinePart; 5] = [
        TimelinePart::All,
        TimelinePart::Interactions,
        TimelinePart::Changes,
        TimelinePart::Files,
        TimelinePart::Agents,
    ];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            TimelinePart::All => "all",
            TimelinePart::Interactions => "interactions",
            TimelinePart::Changes => "changes",
            TimelinePart::Files => "files",
            TimelinePart::Agents => "agents",
        }
    }
}

impl std::str::FromStr for TimelinePart {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected all, interactions, changes, files or agents";
        TimelinePart::ALL.into_iter().find(|part| part.as_str() == text).ok_or(expected)
    }
}
