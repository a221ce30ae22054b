//! The log as machines follow it: from one place to the next, and nothing is missed in between.

use domain::{
    EventId, Fields,
    events::{Event, Feed},
};
use sqlx::{FromRow, Postgres, QueryBuilder, Row, postgres::PgRow};

use super::row;
use crate::{Acting, Error, Result, leads, pages, policy, policy::Action};

/// Events that one request looks at. Someone who sees few of them gets short or empty stretches, not long waits.
const LOOKED_AT: i64 = 2_000;

/// Use cases around what happened.
pub struct Events<'a>(pub(crate) &'a Acting);

impl Events<'_> {
    /// What became final after the event `after` (`None`: from the beginning), within the actor's scope: events of
    /// leads they see now, or would see had they not been deleted; for admins everything but what others do to views
    /// that they share with nobody.
    ///
    /// Ids are handed out before commit, and a transaction that began later may commit first. So events come in the
    /// order of their transactions, up to the oldest one still running: what appears later stands behind all of them.
    /// `limit` is 1 to 200.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for another limit, or when there is no such event.
    pub async fn after(&self, after: Option<EventId>, limit: u16) -> Result<Feed> {
        self.0.allow(Action::ViewEvents)?;
        pages::check_limit(limit)?;
        let after = after.filter(|id| id.0 != 0);
        if let Some(id) = after
            && !self.exists(id).await?
        {
            return Err(Error::BadRequest(Fields::one("after", "is not the id of an event")));
        }
        let rows: Vec<FeedRow> = self.select(after, limit).build_query_as().fetch_all(self.0.pool()).await?;
        let looked_at = rows.first().and_then(|row| row.looked_at);
        let items: Vec<Event> = rows.into_iter().filter_map(|row| row.event).collect();
        let full = items.len() == usize::from(limit);
        // A full page may end before the last event looked at; otherwise everything up to that one was judged.
        let next = if full { items.last().map(|event| event.id) } else { looked_at };
        Ok(Feed { items, next: next.or(after).unwrap_or(EventId(0)) })
    }

    pub(super) async fn exists(&self, id: EventId) -> Result<bool> {
        let exists = sqlx::query_scalar!(r#"select exists(select 1 from events where id = $1) as "exists!""#, id.0)
            .fetch_one(self.0.pool())
            .await?;
        Ok(exists)
    }

    /// One row for each event; a single one without an event when none is to be seen.
    fn select(&self, after: Option<EventId>, limit: u16) -> QueryBuilder<Postgres> {
        let actor = self.0.actor();
        let all = policy::sees_all_events(actor);
        let mut sql = QueryBuilder::new("with settled as materialized (select xid, id, lead_id from events where ");
        if let Some(after) = after {
            sql.push("(xid, id) > (select xid, id from events where id = ").push_bind(after.0).push(") and ");
        }
        sql.push("xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, id limit ");
        sql.push_bind(if all { i64::from(limit) } else { LOOKED_AT });
        sql.push("), seen as (select ");
        row::push_columns(&mut sql, actor);
        sql.push(", e.xid from settled join events e using (id) where true");
        if !all {
            // Asked row by row: as a join it would read all leads to judge two thousand events.
            sql.push(" and (select true from leads where leads.id = settled.lead_id");
            leads::push_visible(&mut sql, actor);
            sql.push(")");
        } else if let Some(me) = actor.id() {
            sql.push(" and (e.actor_id = ").push_bind(me).push(" or not ").push(row::IS_PRIVATE).push(")");
        }
        row::push_visible(&mut sql, actor);
        sql.push(" order by e.xid, e.id limit ").push_bind(i64::from(limit));
        sql.push(
            ") select looked_at, seen.* from (select (select id from settled order by xid desc, id desc limit 1) \
             as looked_at) place left join seen on true order by seen.xid, seen.id",
        );
        sql
    }
}

struct FeedRow {
    looked_at: Option<EventId>,
    event: Option<Event>,
}

impl<'r> FromRow<'r, PgRow> for FeedRow {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        let has_event = row.try_get::<Option<i64>, _>("id")?.is_some();
        let event = if has_event { Some(Event::from_row(row)?) } else { None };
        Ok(FeedRow { looked_at: row.try_get("looked_at")?, event })
    }
}
