//! Scores: the facts for the rule in `domain`, and where its results go. Not the rule itself.
//!
//! A score follows from other fields, so it is no change of its own: history lists it only where a person set it.

use std::collections::HashMap;

use domain::{
    LeadId, Money, Timestamp,
    leads::{
        LeadInput, LeadScore, LeadStatus, ScorePoint,
        score::{Contacts, Facts, HEARD_OF_DAYS, RECENT_DAYS, score, sum},
    },
};
use sqlx::{PgExecutor, Postgres, Transaction};
use time::Duration;

use crate::{Acting, Crm, Error, Result, policy};

use super::store;

/// For so long the median of won deals is believed: it hardly moves, and every write of a lead asks for it.
const MEDIAN_KEPT: Duration = Duration::seconds(60);

/// The rule's score of a lead about to be written.
pub(super) fn of(input: &LeadInput, median_won: Option<Money>, contacts: Contacts, now: Timestamp) -> i16 {
    sum(&score(&Facts::of(input, median_won, contacts, now)))
}

/// The contacts of late of those leads that have any, by when each was talked to last. Costs a query only then.
pub(super) async fn contacts(
    tx: &mut Transaction<'_, Postgres>,
    leads: impl Iterator<Item = (LeadId, Option<Timestamp>)>,
    now: Timestamp,
) -> Result<HashMap<LeadId, Contacts>> {
    let since = now - Duration::days(HEARD_OF_DAYS);
    let ids: Vec<i64> =
        leads.filter(|(_, last)| last.is_some_and(|last| last > since)).map(|(lead, _)| lead.0).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        r#"select lead_id as "lead_id: LeadId", count(*) filter (where created_at > $3) as "recent!",
               count(*) as "heard_of!"
           from interactions where lead_id = any($1) and type <> 'note' and created_at > $4 and created_at <= $2
           group by lead_id"#,
        &ids,
        now,
        now - Duration::days(RECENT_DAYS),
        since,
    )
    .fetch_all(&mut **tx)
    .await?;
    let contacts = rows.into_iter().map(|row| (row.lead_id, Contacts { recent: row.recent, heard_of: row.heard_of }));
    Ok(contacts.collect())
}

async fn count_contacts(db: impl PgExecutor<'_>, lead: LeadId, at: Timestamp) -> Result<Contacts> {
    let contacts = sqlx::query_as!(
        Contacts,
        r#"select count(*) filter (where created_at > $3) as "recent!", count(*) as "heard_of!" from interactions
           where lead_id = $1 and type <> 'note' and created_at > $4 and created_at <= $2"#,
        lead.0,
        at,
        at - Duration::days(RECENT_DAYS),
        at - Duration::days(HEARD_OF_DAYS),
    )
    .fetch_one(db)
    .await?;
    Ok(contacts)
}

/// What half of the last thousand won deals are worth at least. At most a minute old; never asks inside a transaction,
/// where it would take a second connection, so call it before.
pub(crate) async fn median_won(crm: &Crm) -> Result<Option<Money>> {
    let now = crm.now();
    let kept = *crm.inner.median_won.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((median, at)) = kept
        && now - at < MEDIAN_KEPT
    {
        return Ok(median);
    }
    let median = sqlx::query_scalar!(
        r#"select percentile_disc(0.5) within group (order by value) as "median: Money" from (
               select value from leads where deleted_at is null and status = 'won' and value is not null
               order by created_at desc, id desc limit 1000) won"#
    )
    .fetch_one(crm.pool())
    .await?;
    *crm.inner.median_won.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((median, now));
    Ok(median)
}

impl Crm {
    /// Lets scores age: contacts count for a month, and a follow-up becomes overdue, without anybody writing the lead.
    /// Computes those anew that are older than a day and have something to lose, and returns how many.
    pub async fn age_scores(&self) -> Result<usize> {
        let now = self.now();
        let median_won = median_won(self).await?;
        let mut aged = 0;
        loop {
            let mut tx = self.begin().await?;
            // Found by their indexes: what was not heard of for twice as long has lost its points already.
            let ids = sqlx::query_scalar!(
                r#"select id as "id: LeadId" from leads
                   where deleted_at is null and not score_is_set and scored_at < $2
                       and (last_contacted_at > $3 and last_contacted_at > scored_at - make_interval(days => $4)
                            or follow_up_at > $3 and follow_up_at <= $1 and follow_up_at > scored_at)
                   limit 500 for update skip locked"#,
                now,
                now - Duration::days(1),
                now - Duration::days(2 * HEARD_OF_DAYS),
                i32::try_from(HEARD_OF_DAYS).unwrap_or(i32::MAX),
            )
            .fetch_all(&mut **tx)
            .await?;
            refresh(&mut tx, &ids, median_won, now).await?;
            tx.commit().await?;
            aged += ids.len();
            if ids.is_empty() {
                return Ok(aged);
            }
        }
    }
}

/// Computes the scores of these leads anew: for whatever counts but is not written with the lead itself, such as
/// logging a call. Leaves scores that were set by hand.
pub(crate) async fn refresh(
    tx: &mut Transaction<'_, Postgres>,
    ids: &[LeadId],
    median_won: Option<Money>,
    now: Timestamp,
) -> Result<()> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select l.id, status as "status: LeadStatus", email is not null as "has_email!",
               phone is not null as "has_phone!", company is not null as "has_company!", source,
               value as "value: Money", follow_up_at, c.recent as "recent!", c.heard_of as "heard_of!"
           from leads l, lateral (
               select count(*) filter (where created_at > $3) as recent, count(*) as heard_of from interactions i
               where i.lead_id = l.id and type <> 'note' and created_at > $4 and created_at <= $2) c
           where l.id = any($1) and not score_is_set and deleted_at is null"#,
        &ids,
        now,
        now - Duration::days(RECENT_DAYS),
        now - Duration::days(HEARD_OF_DAYS),
    )
    .fetch_all(&mut **tx)
    .await?;
    let scores: (Vec<i64>, Vec<i16>) = rows
        .iter()
        .map(|row| {
            let facts = Facts {
                status: row.status,
                has_email: row.has_email,
                has_phone: row.has_phone,
                has_company: row.has_company,
                source: row.source.as_deref(),
                value: row.value,
                median_won,
                follow_up_at: row.follow_up_at,
                contacts: Contacts { recent: row.recent, heard_of: row.heard_of },
                at: now,
            };
            (row.id, sum(&score(&facts)))
        })
        .unzip();
    sqlx::query!(
        "update leads set score = new.score, scored_at = $3
         from unnest($1::bigint[], $2::smallint[]) as new (id, score) where leads.id = new.id",
        &scores.0,
        &scores.1,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The lead's score and its points as of the moment it was computed, so that the two never contradict each other.
pub(super) async fn explain(me: &Acting, id: LeadId) -> Result<LeadScore> {
    let lead = store::find(me.pool(), me.actor(), id).await?.ok_or(Error::NotFound)?;
    let scored_at = sqlx::query_scalar!("select scored_at from leads where id = $1", id.0).fetch_optional(me.pool());
    let at = scored_at.await?.flatten().unwrap_or(lead.updated_at);
    let contacts = count_contacts(me.pool(), id, at).await?;
    let mut points = score(&Facts::of(&LeadInput::of(&lead), median_won(me.crm()).await?, contacts, at));
    let missing = lead.score - sum(&points);
    if !lead.score_is_set && missing != 0 {
        // The median has moved since, or the row is older than the rule.
        points.push(ScorePoint { reason: "Counted anew with the next change".to_owned(), points: missing });
    }
    let points = policy::redact_points(me.actor(), points);
    Ok(LeadScore { score: lead.score, is_set: lead.score_is_set, points })
}
