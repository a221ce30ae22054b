//! Records what happened, in the transaction in which it happened.

use domain::{LeadId, Timestamp, events::Changes};
use serde_json::Value;
use sqlx::{Postgres, Transaction};

use crate::{Actor, Result};

/// One change, ready to be recorded.
pub(crate) struct Event<'a> {
    pub kind: &'static str,
    pub entity: &'static str,
    pub entity_id: i64,
    /// The lead whose timeline shows it.
    pub lead: Option<LeadId>,
    pub changes: &'a Changes,
    /// The whole row as it was, where the change takes it away.
    pub before: Option<Value>,
}

pub(crate) async fn record(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    at: Timestamp,
    event: Event<'_>,
) -> Result<()> {
    let Event { kind, entity, entity_id, lead, changes, before } = event;
    sqlx::query!(
        "insert into events (at, actor_id, door, entity, entity_id, lead_id, kind, changes, before, request_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        at,
        actor.id().map(|id| id.0),
        actor.door() as _,
        entity,
        entity_id,
        lead.map(|id| id.0),
        kind,
        serde_json::to_value(changes)?,
        before,
        actor.request_id(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
