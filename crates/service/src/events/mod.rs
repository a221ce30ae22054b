//! What happened: recorded in the transaction in which it happened, and read back.

mod feed;
pub(crate) mod live;
pub(crate) mod row;

pub use feed::Events;
pub use live::{Heard, Listener};

use domain::{
    LeadId, Timestamp,
    events::{Changes, Door},
};
use serde_json::Value;
use sqlx::{Postgres, Transaction};

pub(crate) use crate::notifications::ring::ring;
use crate::{Actor, Result, notifications::ring};

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
    record_all(tx, actor, at, vec![event]).await
}

/// Several at once, in one statement and in this order.
pub(crate) async fn record_all(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    at: Timestamp,
    events: Vec<Event<'_>>,
) -> Result<()> {
    let rings = events.iter().any(|event| event.lead.is_some() && may_ring(actor, event.changes));
    let ids = insert(tx, actor, at, events).await?;
    if rings { ring(tx, actor, &ids).await } else { Ok(()) }
}

/// Whether somebody may want to be told of such a change. A file that is brought in is quiet.
pub(crate) fn may_ring(actor: &Actor, changes: &Changes) -> bool {
    actor.door() != Door::Import && ring::may_ring(changes)
}

/// The same without a word to anyone. Returns their ids.
pub(crate) async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    at: Timestamp,
    events: Vec<Event<'_>>,
) -> Result<Vec<i64>> {
    let mut columns = Columns::default();
    for event in events {
        columns.push(event)?;
    }
    let Columns { kinds, entities, entity_ids, leads, changes, befores } = columns;
    let ids = sqlx::query_scalar!(
        "insert into events (at, actor_id, door, request_id, kind, entity, entity_id, lead_id, changes, before)
         select $1, $2, $3, $4, unnest($5::text[]), unnest($6::text[]), unnest($7::bigint[]), unnest($8::bigint[]),
                unnest($9::jsonb[]), unnest($10::jsonb[])
         returning id",
        at,
        actor.id().map(|id| id.0),
        actor.door() as _,
        actor.request_id(),
        &kinds as &[&str],
        &entities as &[&str],
        &entity_ids,
        &leads as &[Option<i64>],
        &changes,
        &befores as &[Option<Value>],
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids)
}

/// The events, turned round: a column each.
#[derive(Default)]
struct Columns {
    kinds: Vec<&'static str>,
    entities: Vec<&'static str>,
    entity_ids: Vec<i64>,
    leads: Vec<Option<i64>>,
    changes: Vec<Value>,
    befores: Vec<Option<Value>>,
}

impl Columns {
    fn push(&mut self, event: Event<'_>) -> Result<()> {
        let Event { kind, entity, entity_id, lead, changes, before } = event;
        self.kinds.push(kind);
        self.entities.push(entity);
        self.entity_ids.push(entity_id);
        self.leads.push(lead.map(|id| id.0));
        self.changes.push(serde_json::to_value(changes)?);
        self.befores.push(before);
        Ok(())
    }
}
