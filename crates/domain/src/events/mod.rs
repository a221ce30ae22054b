//! What is recorded of every change: the source of timelines, webhooks, live updates, undo and audit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else { return Ok(Changes::new()) };
    let differing = after.iter().filter_map(|(field, to)| {
        let from = before.get(field).cloned().unwrap_or_default();
        (from != *to).then(|| (field.clone(), Change { from, to: to.clone() }))
    });
    Ok(differing.collect())
}
