//! SQL for undo: what a request did, what happened since, and rows that lists no longer show.

use std::collections::HashMap;

use domain::{LeadId, Timestamp, events::Changes};
use serde_json::Value;
use sqlx::{PgExecutor, Postgres, QueryBuilder, Transaction, types::Json};

use super::{list, store::numbers};
use crate::{Actor, Result};

/// One event of the request that is taken back.
pub(super) struct Done {
    pub lead: LeadId,
    pub kind: String,
    pub changes: Json<Changes>,
    /// Left out for deletions: their row is still there.
    pub before: Option<Value>,
}

/// An event of the same lead that came afterwards and from elsewhere.
pub(super) struct Later {
    pub lead: LeadId,
    pub entity: String,
    pub kind: String,
    pub fields: Vec<String>,
}

/// Which events of which leads a request of this actor wrote, and when; by lead.
pub(super) async fn events_of(
    db: impl PgExecutor<'_>,
    actor: &Actor,
    request_id: &str,
) -> Result<Vec<(LeadId, i64, Timestamp)>> {
    let rows = sqlx::query!(
        r#"select entity_id as "lead: LeadId", id, at from events
           where request_id = $1 and actor_id is not distinct from $2 and entity = 'lead' order by entity_id, id"#,
        request_id,
        actor.id().map(|id| id.0),
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.lead, row.id, row.at)).collect())
}

/// The events that a request wrote, by lead. Whoever made it: only for requests whose id we drew ourselves, since other
/// ids are chosen by clients and may come twice.
pub(super) async fn deeds_of(db: impl PgExecutor<'_>, request_id: &str) -> Result<Vec<(LeadId, Vec<i64>)>> {
    let rows = sqlx::query!(
        r#"select entity_id as "lead: LeadId", array_agg(id order by id) as "events!" from events
           where request_id = $1 and entity = 'lead'
           group by entity_id order by entity_id"#,
        request_id,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.lead, row.events)).collect())
}

pub(super) async fn read(tx: &mut Transaction<'_, Postgres>, events: &[i64]) -> Result<Vec<Done>> {
    let rows = sqlx::query_as!(
        Done,
        r#"select entity_id as "lead: LeadId", kind, changes as "changes: Json<Changes>",
                  case when kind <> 'lead.deleted' then before end as before
           from events where id = any($1) order by id"#,
        events,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

/// The merge that took a lead away, unless it was brought back since.
pub(super) async fn last_merge(tx: &mut Transaction<'_, Postgres>, id: LeadId) -> Result<Option<Done>> {
    let last = sqlx::query_as!(
        Done,
        r#"select entity_id as "lead: LeadId", kind, changes as "changes: Json<Changes>", before from events
           where lead_id = $1 and (kind = 'lead.restored' or kind = 'lead.merged' and changes ? 'mergedInto')
           order by at desc, id desc limit 1"#,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(last.filter(|done| done.kind == "lead.merged"))
}

/// What happened to each lead since its first event of the request.
pub(super) async fn later(
    tx: &mut Transaction<'_, Postgres>,
    leads: &[LeadId],
    firsts: &[i64],
    request_id: &str,
) -> Result<Vec<Later>> {
    let rows = sqlx::query_as!(
        Later,
        r#"select d.lead as "lead!: LeadId", e.entity, e.kind, array(select jsonb_object_keys(e.changes)) as "fields!"
           from unnest($1::bigint[], $2::bigint[]) as d(lead, first)
           join events e on e.lead_id = d.lead and e.id > d.first
           where e.request_id is distinct from $3 and e.kind <> 'lead.follow_up_due'
           order by e.id"#,
        &numbers(leads),
        firsts,
        request_id,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

/// Holds leads whoever may see them and whether or not they are deleted, in the order of their ids. Which are deleted?
pub(super) async fn lock(tx: &mut Transaction<'_, Postgres>, ids: &[LeadId]) -> Result<HashMap<LeadId, bool>> {
    let rows = sqlx::query!(
        r#"select id as "id: LeadId", deleted_at is not null as "deleted!" from leads
           where id = any($1) order by id for update"#,
        &numbers(ids),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.deleted)).collect())
}

/// Those of the leads that are the actor's to see, or would be if they were not deleted.
pub(super) async fn visible(tx: &mut Transaction<'_, Postgres>, actor: &Actor, ids: &[LeadId]) -> Result<Vec<LeadId>> {
    let mut sql = QueryBuilder::new("select id from leads where id = any(");
    sql.push_bind(numbers(ids)).push(")");
    list::push_visible(&mut sql, actor);
    Ok(sql.build_query_scalar().fetch_all(&mut **tx).await?)
}

/// Holds a lead that was deleted after `since`, if the actor could see it.
pub(super) async fn lock_deleted(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    id: LeadId,
    since: Timestamp,
) -> Result<Option<LeadId>> {
    let mut sql = QueryBuilder::new("select id from leads where id = ");
    sql.push_bind(id.0).push(" and deleted_at > ").push_bind(since);
    list::push_visible(&mut sql, actor);
    sql.push(" for update");
    Ok(sql.build_query_scalar().fetch_optional(&mut **tx).await?)
}

pub(super) async fn restore(tx: &mut Transaction<'_, Postgres>, ids: &[LeadId], now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update leads set deleted_at = null, updated_at = $2, version = version + 1 where id = any($1)",
        &numbers(ids),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes leads out for good that were deleted before `before`, `most` at the most.
pub(super) async fn purge(tx: &mut Transaction<'_, Postgres>, before: Timestamp, most: i64) -> Result<Vec<LeadId>> {
    let ids = sqlx::query_scalar!(
        r#"delete from leads where id in (
               select id from leads where deleted_at < $1 order by deleted_at limit $2 for update skip locked)
           returning id as "id: LeadId""#,
        before,
        most,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids)
}
