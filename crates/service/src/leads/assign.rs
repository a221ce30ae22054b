//! Who delivers a lead that was just won.

use domain::{
    Timestamp, UserId,
    leads::{Lead, LeadInput, LeadStatus},
    users::{Assignee, Role},
};
use sqlx::{PgExecutor, Postgres, Transaction};

use super::Leads;
use crate::{Result, policy::Action};

/// Any number will do, as long as nothing else in this database uses it.
const ASSIGNING: i64 = 0x5157_4148_5401;

/// The active engineers and the work each has left: Σ (100 − progress) over their won leads.
pub(super) struct Engineers(Vec<Load>);

struct Load {
    id: UserId,
    name: String,
    work: i64,
    leads: i64,
    last_win: Option<Timestamp>,
}

impl Leads<'_> {
    /// Everyone a lead can be given to, with the work they have: engineers in the order in which wins would go to them
    /// now, then agents and admins by name.
    pub async fn assignees(&self) -> Result<Vec<Assignee>> {
        self.0.allow(Action::ViewPeople)?;
        let mut engineers = loads(self.0.pool()).await?;
        engineers.sort_by_key(turn);
        let engineers = engineers.into_iter().enumerate().map(|(i, Load { id, name, work, leads, .. })| Assignee {
            id,
            name,
            role: Role::Engineer,
            leads,
            load: Some(work),
            is_next: i == 0,
        });
        let agents = sqlx::query!(
            r#"select u.id as "id: UserId", u.name, u.role as "role: Role", coalesce((
                   select sum(t.leads) from lead_tallies t
                   where t.assigned_to = u.id and t.status not in ('won', 'lost')), 0)::bigint as "leads!"
               from users u where u.role <> 'engineer' and u.is_active order by lower(u.name), u.id limit 1000"#
        )
        .fetch_all(self.0.pool())
        .await?;
        let agents = agents.into_iter().map(|row| Assignee {
            id: row.id,
            name: row.name,
            role: row.role,
            leads: row.leads,
            load: None,
            is_next: false,
        });
        Ok(engineers.chain(agents).collect())
    }
}

/// The least work first; among equals, whose last win is longest ago.
fn turn(load: &Load) -> (i64, Option<Timestamp>, UserId) {
    (load.work, load.last_win, load.id)
}

/// At most 1,000 active engineers.
async fn loads(db: impl PgExecutor<'_>) -> Result<Vec<Load>> {
    let loads = sqlx::query_as!(
        Load,
        r#"select u.id as "id: UserId", u.name, coalesce(left_over.work, 0) as "work!", left_over.leads as "leads!",
                  (select max(l.stage_entered_at) from leads l
                   where l.assigned_engineer = u.id and l.status = 'won' and l.deleted_at is null) as last_win
           from users u
           cross join lateral (
               select sum(100 - l.engineering_progress) as work, count(*) as leads from leads l
               where l.assigned_engineer = u.id and l.status = 'won' and l.deleted_at is null
                   and l.engineering_progress < 100) left_over
           where u.role = 'engineer' and u.is_active
           order by u.id limit 1000"#
    )
    .fetch_all(db)
    .await?;
    Ok(loads)
}

impl Engineers {
    /// Reads the loads under a lock that is held to the end of the transaction: wins at the same moment queue up and
    /// each sees the one before, so they spread evenly. Every lead of the transaction must be locked by then, or two
    /// who win leads and wait for each other's would never end.
    pub(super) async fn load(tx: &mut Transaction<'_, Postgres>) -> Result<Self> {
        sqlx::query!("select pg_advisory_xact_lock($1)", ASSIGNING).execute(&mut **tx).await?;
        Ok(Engineers(loads(&mut **tx).await?))
    }

    /// The one with the least work left; among equals, the one whose last win is longest ago. `None` when no engineer
    /// is active.
    pub(super) fn least_busy(&self) -> Option<UserId> {
        self.0.iter().min_by_key(|load| turn(load)).map(|load| load.id)
    }

    /// Takes a change into account that is yet to be written, so that the next one in the same batch sees it.
    pub(super) fn note(&mut self, before: Option<&Lead>, input: &LeadInput, now: Timestamp) {
        let was_won = before.is_some_and(|lead| lead.status == LeadStatus::Won);
        if let Some(lead) = before.filter(|_| was_won) {
            self.add(lead.assigned_engineer, i64::from(lead.engineering_progress) - 100, None);
        }
        if input.status == LeadStatus::Won {
            let won_at = (!was_won).then_some(now);
            self.add(input.assigned_engineer, 100 - i64::from(input.engineering_progress), won_at);
        }
    }

    fn add(&mut self, engineer: Option<UserId>, work: i64, won_at: Option<Timestamp>) {
        if let Some(load) = self.0.iter_mut().find(|load| Some(load.id) == engineer) {
            load.work += work;
            load.last_win = load.last_win.max(won_at);
        }
    }
}
