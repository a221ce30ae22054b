//! Who delivers a lead that was just won.

use domain::{
    Timestamp, UserId,
    leads::{Lead, LeadInput, LeadStatus},
};
use sqlx::{Postgres, Transaction};

use crate::Result;

/// Any number will do, as long as nothing else in this database uses it.
const ASSIGNING: i64 = 0x5157_4148_5401;

/// The active engineers and the work each has left: Σ (100 − progress) over their won leads.
pub(super) struct Engineers(Vec<Load>);

struct Load {
    id: UserId,
    work: i64,
    last_win: Option<Timestamp>,
}

impl Engineers {
    /// Reads the loads under a lock that is held to the end of the transaction: wins at the same moment queue up and
    /// each sees the one before, so they spread evenly. Every lead of the transaction must be locked by then, or two
    /// who win leads and wait for each other's would never end.
    pub(super) async fn load(tx: &mut Transaction<'_, Postgres>) -> Result<Self> {
        sqlx::query!("select pg_advisory_xact_lock($1)", ASSIGNING).execute(&mut **tx).await?;
        let loads = sqlx::query_as!(
            Load,
            r#"select u.id as "id: UserId", coalesce(sum(100 - l.engineering_progress), 0) as "work!",
                      max(l.stage_entered_at) as last_win
               from users u
               left join leads l on l.assigned_engineer = u.id and l.status = 'won' and l.deleted_at is null
               where u.role = 'engineer' and u.is_active
               group by u.id"#
        )
        .fetch_all(&mut **tx)
        .await?;
        Ok(Engineers(loads))
    }

    /// The one with the least work left; among equals, the one whose last win is longest ago. `None` when no engineer
    /// is active.
    pub(super) fn least_busy(&self) -> Option<UserId> {
        self.0.iter().min_by_key(|load| (load.work, load.last_win, load.id)).map(|load| load.id)
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
