//! What makes the bell ring, in the transaction of what happened.

use domain::{LeadId, UserId, events::Changes};
use sqlx::{Postgres, Transaction};

use crate::{Actor, Crm, Result, events, events::Event};

/// The event of a follow-up whose time has come.
pub(crate) const FOLLOW_UP_DUE: &str = "lead.follow_up_due";
/// Follow-ups that were due longer ago than this are told by nobody: the server was away.
const LATE: time::Duration = time::Duration::days(1);
/// Follow-ups told in one transaction.
const BATCH: i64 = 500;
/// Any number will do, as long as nothing else in this database uses it.
const RINGING: i64 = 0x5157_4148_5402;

/// Whether a change of these fields is anybody's business but the actor's.
pub(crate) fn may_ring(changes: &Changes) -> bool {
    ["assignedTo", "assignedEngineer", "status", "blockedReason"].iter().any(|field| changes.contains_key(*field))
}

/// Tells whom these events are about: who was given a lead, and the agent of one that is won or blocked. Several leads
/// of one change are one notification. Nobody is told of what they did themselves.
pub(crate) async fn ring(tx: &mut Transaction<'_, Postgres>, actor: &Actor, events: &[i64]) -> Result<()> {
    sqlx::query!(
        "insert into notifications (user_id, kind, lead_id, leads, event_id, actor_id, at)
         select who.user_id, who.kind, case when count(*) = 1 then max(e.lead_id) end, count(*), max(e.id), $2,
                max(e.at)
         from events e join leads l on l.id = e.lead_id
         cross join lateral (
             select (e.changes #>> '{assignedTo,to}')::bigint, 'assigned'
             union all select (e.changes #>> '{assignedEngineer,to}')::bigint, 'assigned'
             union all select l.assigned_to, 'won' where e.changes #>> '{status,to}' = 'won'
             union all select l.assigned_to, 'blocked' where e.changes #>> '{blockedReason,to}' is not null
                 and e.changes #>> '{blockedReason,from}' is null
         ) who (user_id, kind)
         where e.id = any($1) and l.deleted_at is null and who.user_id is distinct from $2
             and who.user_id in (select id from users)
         group by who.user_id, who.kind",
        events,
        actor.id().map(|id| id.0),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Crm {
    /// Tells everyone whose follow-up has become due, once. Returns how many were told.
    pub async fn ring_follow_ups(&self) -> Result<usize> {
        let now = self.now();
        let mut tx = self.begin().await?;
        // Another copy that is at it will tell them all.
        let mine = sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "mine!""#, RINGING)
            .fetch_one(&mut **tx)
            .await?;
        if !mine {
            return Ok(0);
        }
        let mut due = sqlx::query!(
            r#"select l.id as "id: LeadId", l.assigned_to as "owner!: UserId", l.follow_up_at as "due_at!" from leads l
               where l.deleted_at is null and l.status not in ('won', 'lost') and l.assigned_to is not null
                   and l.follow_up_at <= $1 and l.follow_up_at > $2
                   and not exists (select from notifications n where n.kind = 'follow_up_due' and n.lead_id = l.id
                       and n.user_id = l.assigned_to and n.due_at = l.follow_up_at)
               order by l.follow_up_at limit $3"#,
            now,
            now - LATE,
            BATCH,
        )
        .fetch_all(&mut **tx)
        .await?;
        // Leads are held in the order of their ids, by a key that refers to them too.
        due.sort_by_key(|row| row.id);
        let none = Changes::new();
        let event = |id: LeadId| Event {
            kind: FOLLOW_UP_DUE,
            entity: "lead",
            entity_id: id.0,
            lead: Some(id),
            changes: &none,
            before: None,
        };
        let happened = due.iter().map(|row| event(row.id)).collect();
        let events = events::insert(&mut tx, &Actor::system(), now, happened).await?;
        sqlx::query!(
            "insert into notifications (user_id, kind, lead_id, event_id, due_at, at)
             select user_id, 'follow_up_due', lead_id, event_id, due_at, $5
             from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[]) as d(user_id, lead_id, event_id, due_at)
             on conflict do nothing",
            &due.iter().map(|row| row.owner.0).collect::<Vec<_>>(),
            &due.iter().map(|row| row.id.0).collect::<Vec<_>>(),
            &events,
            &due.iter().map(|row| row.due_at).collect::<Vec<_>>(),
            now,
        )
        .execute(&mut **tx)
        .await?;
        tx.commit().await?;
        Ok(due.len())
    }
}
