//! How a row of `events` becomes an [`Event`] that its reader may see.

use domain::{
    EventId, LeadId, Timestamp, UserId,
    events::{Changes, Door, Event},
};
use sqlx::{Postgres, QueryBuilder};

use crate::{Actor, policy};

/// An event as [`push_columns`] selects it.
#[derive(sqlx::FromRow)]
pub(crate) struct EventRow {
    id: EventId,
    at: Timestamp,
    actor_id: Option<UserId>,
    door: Door,
    entity: String,
    entity_id: i64,
    lead_id: Option<LeadId>,
    kind: String,
    #[sqlx(json)]
    changes: Changes,
    request_id: Option<String>,
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        let EventRow { id, at, actor_id, door, entity, entity_id, lead_id, kind, changes, request_id } = row;
        Event { id, at, actor_id, door, entity, entity_id, lead_id, kind, changes, request_id }
    }
}

/// The columns of the event `e`, without what the actor does not see.
pub(crate) fn push_columns(sql: &mut QueryBuilder<Postgres>, actor: &Actor) {
    sql.push("e.id, e.at, e.actor_id, e.door, e.entity, e.entity_id, e.lead_id, e.kind, e.request_id, e.changes");
    let hidden = policy::hidden_fields(actor);
    if !hidden.is_empty() {
        sql.push(" - ").push_bind(hidden).push("::text[]");
    }
    sql.push(" as changes");
}

/// Whether an event is about a view that its owner shares with nobody, before and after it.
pub(crate) const IS_PRIVATE: &str = "(e.entity = 'view' and e.before ->> 'isShared' is distinct from 'true' \
     and e.changes #>> '{isShared,to}' is distinct from 'true')";

/// Leaves out an event that is about nothing but what the actor does not see: that it happened would tell something.
pub(crate) fn push_visible(sql: &mut QueryBuilder<Postgres>, actor: &Actor) {
    let hidden = policy::hidden_fields(actor);
    if !hidden.is_empty() {
        sql.push(" and (e.changes = '{}' or e.changes - ").push_bind(hidden).push("::text[] <> '{}')");
    }
}
