//! SQL about jobs. Whoever runs one names its claim in every statement: with a higher one in the table, another copy
//! has taken the job over, and the statement finds no row.

use domain::{
    JobId, Timestamp, UserId,
    events::Door,
    leads::{BulkFailure, BulkJob, JobState},
};
use serde_json::Value;
use sqlx::{PgExecutor, PgPool, Postgres, Transaction, types::Json};

use super::{jobs::Queue, tally::Tally};
use crate::{Actor, Error, Result};

/// A job that this copy has taken up.
pub(super) struct Claim {
    pub id: JobId,
    pub created_by: Option<UserId>,
    pub door: Door,
    pub request_id: String,
    pub input: Value,
    pub claims: i32,
    pub tries: i32,
    pub cancel_requested: bool,
    rows_done: i64,
    rows_changed: i64,
    rows_failed: i64,
    failures: Json<Vec<BulkFailure>>,
}

impl Claim {
    /// What an earlier claim has finished for good.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        (tally.done, tally.changed, tally.failed) = (self.rows_done, self.rows_changed, self.rows_failed);
        tally.failures.clone_from(&self.failures.0);
        tally
    }
}

/// The job and who asked for it.
pub(super) async fn find(db: &PgPool, id: JobId) -> Result<Option<(BulkJob, Option<UserId>)>> {
    let row = sqlx::query!(
        r#"select created_by as "created_by: UserId", state, rows_total, rows_done, rows_changed, rows_failed,
                  failures as "failures: Json<Vec<BulkFailure>>", failure, request_id, created_at, finished_at
           from bulk_jobs where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let state: JobState = row.state.parse().map_err(|e: &str| Error::internal(e))?;
    let job = BulkJob {
        id: Some(id),
        state,
        rows_total: row.rows_total,
        rows_done: row.rows_done,
        rows_changed: row.rows_changed,
        rows_failed: row.rows_failed,
        failures: row.failures.0,
        failure: row.failure,
        undo: Some(row.request_id).filter(|_| state.is_over() && row.rows_changed > 0),
        created_at: row.created_at,
        finished_at: row.finished_at,
    };
    Ok(Some((job, row.created_by)))
}

pub(super) async fn count_open(db: impl PgExecutor<'_>, actor: &Actor) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from bulk_jobs
           where state in ('queued', 'running') and created_by is not distinct from $1"#,
        actor.id().map(|id| id.0),
    )
    .fetch_one(db)
    .await?;
    Ok(count)
}

/// What a job is to do, and under which names its events stand.
pub(super) struct New<'a> {
    pub door: Door,
    pub request_id: &'a str,
    pub work: Value,
}

pub(super) async fn insert(
    db: impl PgExecutor<'_>,
    actor: &Actor,
    new: New<'_>,
    total: i64,
    now: Timestamp,
) -> Result<JobId> {
    let New { door, request_id, work } = new;
    let id = sqlx::query_scalar!(
        r#"insert into bulk_jobs (created_by, door, request_id, input, rows_total, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $6) returning id as "id: JobId""#,
        actor.id().map(|id| id.0),
        door as _,
        request_id,
        work,
        total,
        now,
    )
    .fetch_one(db)
    .await?;
    Ok(id)
}

/// The oldest job that waits, or whose copy has given no sign of life for too long. Files are brought in one at a time,
/// whichever copies are asked.
pub(super) async fn claim(db: &PgPool, queue: Queue, now: Timestamp, until: Timestamp) -> Result<Option<Claim>> {
    let (words, are_these): (&[&str], bool) = match queue {
        Queue::Changes => (&["import", "check"], false),
        Queue::Imports => (&["import", "check"], true),
        Queue::Checks => (&["check"], true),
    };
    let claim = sqlx::query_as!(
        Claim,
        r#"update bulk_jobs set state = 'running', claims = claims + 1, tries = tries + 1, leased_until = $2, updated_at = $1
           where id = (
               select id from bulk_jobs
               where state in ('queued', 'running') and (state = 'queued' and leased_until is null or leased_until <= $1)
                   and (input #>> '{}' = any($3)) = $4
                   and (state = 'running' or input #>> '{}' <> 'import' or not exists (
                       select from bulk_jobs other where other.state = 'running' and other.input #>> '{}' = 'import'))
               order by id limit 1 for update skip locked)
           returning id as "id: JobId", created_by as "created_by: UserId", door as "door: Door", request_id, input,
               claims, tries, cancel_requested, rows_done, rows_changed, rows_failed,
               failures as "failures: Json<Vec<BulkFailure>>""#,
        now,
        until,
        words as _,
        are_these,
    )
    .fetch_optional(db)
    .await;
    match claim.map_err(Error::from) {
        // Another copy has begun one at this very moment.
        Err(error) if error.breaks("bulk_jobs_import_key") => Ok(None),
        claim => claim,
    }
}

/// Asks for the job to be stopped. One that has not begun is over with that.
pub(super) async fn cancel(db: impl PgExecutor<'_>, id: JobId, failure: &str, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update bulk_jobs set cancel_requested = true, updated_at = $3,
             state = case when state = 'queued' then 'cancelled' else state end,
             failure = case when state = 'queued' then $2 else failure end,
             finished_at = case when state = 'queued' then $3 else finished_at end
         where id = $1 and state in ('queued', 'running')",
        id.0,
        failure,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Prolongs the lease and says how far the work is. Whether it was cancelled; `None` when the job is no longer ours.
pub(super) async fn report(db: &PgPool, job: &Claim, seen: i64, until: Timestamp) -> Result<Option<bool>> {
    let cancelled = sqlx::query_scalar!(
        "update bulk_jobs set leased_until = $3, rows_done = greatest(rows_done, $4)
         where id = $1 and claims = $2 and state = 'running' returning cancel_requested",
        job.id.0,
        job.claims,
        until,
        seen,
    )
    .fetch_optional(db)
    .await?;
    Ok(cancelled)
}

/// Puts the leads that a filter found into its place.
pub(super) async fn name(db: &PgPool, job: &Claim, input: &Value, total: i64) -> Result<()> {
    sqlx::query!(
        "update bulk_jobs set input = $3, rows_total = $4 where id = $1 and claims = $2 and state = 'running'",
        job.id.0,
        job.claims,
        input,
        total,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a job within the transaction of its work. False when it was cancelled or is no longer ours.
pub(super) async fn finish(
    tx: &mut Transaction<'_, Postgres>,
    job: &Claim,
    tally: &Tally,
    now: Timestamp,
) -> Result<bool> {
    advance(tx, job, tally, true, now).await
}

/// Says, within the transaction of a part, how far a job is with it. False as for [`finish`].
pub(super) async fn advance(
    tx: &mut Transaction<'_, Postgres>,
    job: &Claim,
    tally: &Tally,
    is_last: bool,
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query!(
        "update bulk_jobs set rows_total = $3, rows_done = $4, rows_changed = $5, rows_failed = $6, failures = $7,
             tries = 0, updated_at = $8::timestamptz, state = case when $9 then 'done' else state end,
             finished_at = case when $9 then $8::timestamptz end
         where id = $1 and claims = $2 and state = 'running' and not cancel_requested",
        job.id.0,
        job.claims,
        tally.total,
        tally.done,
        tally.changed,
        tally.failed,
        Json(&tally.failures) as _,
        now,
        is_last,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Leads the job has changed for good.
pub(super) async fn count_changed(db: &PgPool, id: JobId) -> Result<i64> {
    let changed = sqlx::query_scalar!("select rows_changed from bulk_jobs where id = $1", id.0);
    Ok(changed.fetch_one(db).await?)
}

/// Ends a job that did not come to its end, unless another copy has it.
pub(super) async fn end(
    db: &PgPool,
    job: &Claim,
    state: JobState,
    failure: &str,
    refused: Option<&Tally>,
    now: Timestamp,
) -> Result<()> {
    let failures = refused.map(|tally| Json(&tally.failures));
    sqlx::query!(
        "update bulk_jobs set state = $3, failure = $4, rows_total = coalesce($5, rows_total),
             rows_done = coalesce($6, rows_done), rows_failed = coalesce($7, rows_failed),
             failures = coalesce($8, failures), updated_at = $9, finished_at = $9
         where id = $1 and claims = $2 and state = 'running'",
        job.id.0,
        job.claims,
        state.as_str(),
        failure,
        refused.map(|tally| tally.total),
        refused.map(|tally| tally.done),
        refused.map(|tally| tally.failed),
        failures as _,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets go of a job until then.
pub(super) async fn put_back(db: &PgPool, job: &Claim, until: Timestamp) -> Result<()> {
    sqlx::query!(
        "update bulk_jobs set state = 'queued', leased_until = $3 where id = $1 and claims = $2 and state = 'running'",
        job.id.0,
        job.claims,
        until,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets jobs that were over before `before`.
pub(super) async fn delete_old(db: &PgPool, before: Timestamp) -> Result<u64> {
    Ok(sqlx::query!(
        "delete from bulk_jobs where finished_at < $1
             and not exists (select from import_jobs i where i.job_id = bulk_jobs.id)",
        before,
    )
    .execute(db)
    .await?
    .rows_affected())
}
