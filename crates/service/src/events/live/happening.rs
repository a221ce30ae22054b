//! One event with all that its listeners need, read from the log once for all of them.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use domain::{
    EventId, LeadId, UserId,
    events::{Event, LiveEvent},
    leads::Lead,
    users::Role,
};
use serde_json::Value;
use sqlx::{FromRow, Postgres, QueryBuilder, Row, postgres::PgRow};

use super::Heard;
use crate::{
    Actor, Crm, Result,
    events::row,
    leads::{self, Whose},
    policy,
};

/// Events read at once.
pub(super) const STRETCH: i64 = 500;
/// With more leads than this at once, events come without them: whoever shows lists loads these once instead.
const CARRIED: usize = 100;

/// One event, and what tells who may hear of it.
pub(super) struct Happening {
    pub event: Event,
    lead: Option<Lead>,
    whose: Option<Whose>,
    rings: Vec<UserId>,
    /// About a view that its owner shares with nobody.
    is_private: bool,
    /// One of many thousands of an import: nobody is told of each of them.
    pub is_quiet: bool,
    /// As it is sent to those who see everything of a lead, and to engineers.
    sent: [OnceLock<Option<Arc<str>>>; 2],
}

impl Happening {
    /// Adds what the actor may hear of it.
    pub(super) fn tell(&self, actor: &Actor, heard: &mut Vec<Heard>) {
        let id = self.event.id;
        if self.is_quiet {
            return;
        }
        if self.event.entity == "user" && actor.id().is_some_and(|me| me.0 == self.event.entity_id) {
            heard.push(Heard::Yourself);
        }
        if actor.id().is_some_and(|me| self.rings.contains(&me)) {
            heard.push(Heard::Bell);
        }
        let sees = match (self.event.lead_id, self.whose) {
            (Some(_), Some(whose)) => policy::sees_all_events(actor) || leads::is_theirs(actor, whose),
            (None, _) if self.is_private && actor.id() != self.event.actor_id => false,
            (Some(_) | None, _) => policy::sees_all_events(actor),
        };
        if sees {
            heard.extend(self.sent_to(actor).map(|json| Heard::Event(id, json)));
        } else if let Some(lead) = self.event.lead_id.filter(|_| self.took_away_from(actor)) {
            heard.push(Heard::Gone(id, lead));
        }
    }

    /// Whether the actor, who does not see the lead now, may have seen it before.
    fn took_away_from(&self, actor: &Actor) -> bool {
        let was = |field: &str| self.event.changes.get(field).map(|change| &change.from);
        let me = |value: &Value| actor.id().is_some_and(|me| value.as_i64() == Some(me.0));
        if self.event.kind == "lead.created" {
            return false;
        }
        match actor.role() {
            Role::Admin => false,
            Role::Agent => was("assignedTo").is_some_and(|from| from.is_null() || me(from)),
            Role::Engineer => was("assignedEngineer").is_some_and(me),
        }
    }

    /// The JSON for the actor's role, made once; `None` when it is about nothing that the role sees.
    fn sent_to(&self, actor: &Actor) -> Option<Arc<str>> {
        let hidden = policy::hidden_fields(actor);
        let made = self.sent[usize::from(!hidden.is_empty())].get_or_init(|| {
            let mut event = self.event.clone();
            let is_change = !event.changes.is_empty();
            event.changes.retain(|field, _| !hidden.contains(&&**field));
            if is_change && event.changes.is_empty() {
                return None;
            }
            let lead = self.lead.clone().map(|lead| policy::redact(actor, lead));
            serde_json::to_string(&LiveEvent { event, lead }).ok().map(Arc::from)
        });
        made.clone()
    }
}

/// The newest event that is final; 0 when there is none.
pub(super) async fn newest(crm: &Crm) -> Result<EventId> {
    let id = sqlx::query_scalar!(
        r#"select id as "id: EventId" from events where xid < pg_snapshot_xmin(pg_current_snapshot())
           order by xid desc, id desc limit 1"#
    )
    .fetch_optional(crm.pool())
    .await?;
    Ok(id.unwrap_or(EventId(0)))
}

/// What became final behind an event, in order, with what tells who may hear of it.
pub(super) async fn read(crm: &Crm, after: EventId) -> Result<Vec<Happening>> {
    let rows: Vec<Found> = select(after).build_query_as().fetch_all(crm.pool()).await?;
    let mut ids: Vec<LeadId> = rows.iter().filter(|row| !row.is_quiet).filter_map(|row| row.event.lead_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let few = ids.len() <= CARRIED;
    let leads = if few && !ids.is_empty() { leads::read_all(crm.pool(), &ids).await? } else { Vec::new() };
    let leads: HashMap<LeadId, Lead> = leads.into_iter().map(|lead| (lead.id, lead)).collect();
    let happening = |Found { event, whose, rings, is_private, is_quiet }: Found| {
        let lead = event.lead_id.and_then(|id| leads.get(&id).cloned());
        // Of the same moment as what is told, which is a little later than the event.
        let whose = lead.as_ref().map(Whose::of).or(whose);
        Happening { event, lead, whose, rings, is_private, is_quiet, sent: Default::default() }
    };
    Ok(rows.into_iter().map(happening).collect())
}

fn select(after: EventId) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(
        "with settled as materialized (
             select xid, id, lead_id, door = 'import' and entity = 'lead' as is_quiet from events where ",
    );
    if after.0 != 0 {
        sql.push("(xid, id) > (select xid, id from events where id = ").push_bind(after).push(") and ");
    }
    sql.push("xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, id limit ").push_bind(STRETCH);
    sql.push(") select ");
    row::push_columns(&mut sql, &Actor::system());
    sql.push(", settled.is_quiet, l.id as whose, l.assigned_to, l.assigned_engineer, l.created_by, ");
    sql.push(row::IS_PRIVATE).push(
        " as is_private, \
         array(select user_id from notifications n where n.event_id = e.id) as rings \
         from settled join events e using (id) \
         left join leads l on l.id = settled.lead_id and not settled.is_quiet order by e.xid, e.id",
    );
    sql
}

struct Found {
    event: Event,
    whose: Option<Whose>,
    rings: Vec<UserId>,
    is_private: bool,
    is_quiet: bool,
}

impl<'r> FromRow<'r, PgRow> for Found {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        let whose = match row.try_get::<Option<i64>, _>("whose")? {
            Some(_) => Some(Whose::from_row(row)?),
            None => None,
        };
        let rings = row.try_get::<Vec<i64>, _>("rings")?.into_iter().map(UserId).collect();
        let (is_private, is_quiet) = (row.try_get("is_private")?, row.try_get("is_quiet")?);
        Ok(Found { event: Event::from_row(row)?, whose, rings, is_private, is_quiet })
    }
}
