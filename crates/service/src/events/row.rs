//! How a row of `events` becomes an [`Event`] that its reader may see.

use sqlx::{Postgres, QueryBuilder};

use crate::{Actor, policy};

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
