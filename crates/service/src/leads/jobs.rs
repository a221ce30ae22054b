//! Changes of many leads in the background: asked for, followed, cancelled, run.
//!
//! Any copy of the server may run a job, one at a time does. It holds a lease that it keeps prolonging; when that runs
//! out, another copy takes the job up again, and the count of claims keeps the first one from finishing it too.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use domain::{
    Fields, JobId, Problem,
    events::Door,
    imports::ImportStep,
    leads::{BulkInput, BulkJob, JobState},
};
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgExecutor;

use super::{
    bulk::{BATCH, Order},
    import,
    job_store::{self as store, Claim},
    tally::Tally,
    undo,
    write::Writing,
};
use crate::{Acting, Actor, Crm, Error, Result, db::Tx, policy, secrets, users};

/// How long a job is a copy's own without a sign of life: longer than any single statement may take.
pub(super) const LEASE: time::Duration = time::Duration::seconds(60);
/// How often a running job says how far it is, and looks whether it was cancelled.
const REPORT_EVERY: Duration = Duration::from_millis(300);
/// How often a copy looks for jobs that another one was asked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often a job is begun at the most without getting on.
const MOST_TRIES: i32 = 5;
/// How long one waits after its first attempt when something it needs is away; after later ones that many times as long.
const WAIT: time::Duration = time::Duration::seconds(5);
/// Jobs one person may have waiting.
const MOST_OPEN: i64 = 20;

/// What a job does.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Work {
    Change(BulkInput),
    Undo {
        request_id: String,
    },
    /// A step of the import whose job this is.
    Import,
    /// The same, one that writes no lead.
    Check,
}

/// Jobs that are taken up one after the other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Queue {
    Changes,
    Imports,
    /// Those of imports that write no lead.
    Checks,
}

/// Jobs of the actor's own; for admins everyone's.
pub struct Jobs<'a>(pub(crate) &'a Acting);

impl Jobs<'_> {
    /// How the job stands.
    pub async fn find(&self, id: JobId) -> Result<BulkJob> {
        let found = store::find(self.0.pool(), id).await?;
        let (job, asked_by) = found.ok_or(Error::NotFound)?;
        if policy::may_follow(self.0.actor(), asked_by) { Ok(job) } else { Err(Error::NotFound) }
    }

    /// Stops the job, within two seconds when it is running. One that is over stays as it is.
    ///
    /// A job that is all or nothing then has changed nothing; a partial one keeps what it did, and says how much.
    pub async fn cancel(&self, id: JobId) -> Result<BulkJob> {
        self.find(id).await?;
        stop(self.0, id).await?;
        self.find(id).await
    }
}

/// Asks for a job to be stopped. One that waits to go on is over with that, and says what it has done before.
pub(super) async fn stop(acting: &Acting, id: JobId) -> Result<()> {
    let changed = store::count_changed(acting.pool(), id).await?;
    store::cancel(acting.pool(), id, &cancelled(changed), acting.crm.now()).await
}

/// Leaves the work to the background.
///
/// # Errors
/// [`Error::TooMany`] when the actor has too many jobs waiting.
pub(super) async fn enqueue(acting: &Acting, work: Work, total: i64) -> Result<BulkJob> {
    refuse_more(acting.pool(), acting.actor()).await?;
    let request_id = match acting.actor().request_id() {
        Some(id) => id.to_owned(),
        None => secrets::token()?,
    };
    let work = serde_json::to_value(work)?;
    if holds_nul(&work) {
        return Err(Error::Invalid(Fields::one("action", "holds a NUL character, which no text of a lead may")));
    }
    let order = store::New { door: acting.actor().door(), request_id: &request_id, work };
    let id = store::insert(acting.pool(), acting.actor(), order, total, acting.crm.now()).await?;
    acting.crm.inner.bulk_jobs.notify_one();
    Jobs(acting).find(id).await
}

/// The same within a transaction, for a step of an import. Ring [`Crm::import_rings`] when it is committed.
pub(super) async fn enqueue_import(
    tx: &mut Tx,
    acting: &Acting,
    step: ImportStep,
    request_id: &str,
    total: i64,
) -> Result<JobId> {
    refuse_more(&mut ***tx, acting.actor()).await?;
    let work = match step {
        ImportStep::Check => Work::Check,
        ImportStep::Run | ImportStep::Revert => Work::Import,
    };
    let order = store::New { door: Door::Import, request_id, work: serde_json::to_value(work)? };
    store::insert(&mut ***tx, acting.actor(), order, total, acting.crm.now()).await
}

async fn refuse_more(db: impl PgExecutor<'_>, actor: &Actor) -> Result<()> {
    if store::count_open(db, actor).await? >= MOST_OPEN {
        return Err(Error::TooMany { retry_after_s: 10 });
    }
    Ok(())
}

/// JSON can hold it, and PostgreSQL cannot: neither a lead's text nor the job that would write it.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// How an attempt ended.
pub(super) enum Ended {
    Done,
    /// Nothing was written: it is all or nothing.
    Refused(Tally),
    Cancelled,
    /// Another copy has it, or it is over.
    Lost,
}

impl Crm {
    /// Runs changes of many leads until none is waiting.
    pub async fn run_bulk_jobs(&self) -> Result<()> {
        self.run_jobs(Queue::Changes).await
    }

    /// Runs steps of imports until none is waiting. Apart from other jobs: a file of an hour keeps none of them waiting.
    pub async fn run_imports(&self) -> Result<()> {
        self.run_jobs(Queue::Imports).await
    }

    /// Goes through files without writing until none is waiting: who wants to look at a file does not wait for the
    /// import of another.
    pub async fn run_checks(&self) -> Result<()> {
        self.run_jobs(Queue::Checks).await
    }

    async fn run_jobs(&self, queue: Queue) -> Result<()> {
        while let Some(job) = store::claim(self.pool(), queue, self.now(), self.now() + LEASE).await? {
            self.run_job(&job).await?;
            if queue != Queue::Changes {
                self.announce_end(job.id).await?;
            }
        }
        Ok(())
    }

    /// Comes back when it is time to look for jobs: at once when this copy was asked for one.
    pub async fn bulk_job_waits(&self) {
        let _ = tokio::time::timeout(LOOK_EVERY, self.inner.bulk_jobs.notified()).await;
    }

    /// The same for steps of imports.
    pub async fn import_waits(&self) {
        let _ = tokio::time::timeout(LOOK_EVERY, self.inner.imports.notified()).await;
    }

    /// The same for those that write nothing.
    pub async fn check_waits(&self) {
        let _ = tokio::time::timeout(LOOK_EVERY, self.inner.checks.notified()).await;
    }

    /// This copy was asked for a step of an import.
    pub(super) fn import_rings(&self) {
        self.inner.imports.notify_one();
        self.inner.checks.notify_one();
    }

    async fn run_job(&self, job: &Claim) -> Result<()> {
        let attempt = async { self.attempt(&self.acting_for(job).await?, job).await };
        // A job that panics ends as one that fails: its worker has others to do.
        let outcome = AssertUnwindSafe(attempt).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|_| Err(Error::internal(format!("job {} panicked", job.id))));
        let now = self.now();
        match outcome {
            Ok(Ended::Done | Ended::Lost) => Ok(()),
            Ok(Ended::Refused(tally)) => {
                let failure = tally.summary().unwrap_or_default();
                store::end(self.pool(), job, JobState::Failed, &failure, Some(&tally), now).await
            }
            Ok(Ended::Cancelled) => {
                let changed = store::count_changed(self.pool(), job.id).await?;
                store::end(self.pool(), job, JobState::Cancelled, &cancelled(changed), None, now).await
            }
            // The database or the files are away, or others hold the leads: it may be different in a moment.
            Err(error @ (Error::Unavailable(_) | Error::FilesUnavailable(_))) if job.tries < MOST_TRIES => {
                tracing::warn!(job = job.id.0, %error, "a job has to wait");
                store::put_back(self.pool(), job, now + WAIT * job.tries).await
            }
            Err(error) => {
                let changed = store::count_changed(self.pool(), job.id).await?;
                let failure = format!("{} {}", told(error), kept(changed));
                store::end(self.pool(), job, JobState::Failed, &failure, None, now).await
            }
        }
    }

    /// Who asked, as they are now: a job must not do what its person may do no longer.
    async fn acting_for(&self, job: &Claim) -> Result<Acting> {
        let request_id = Some(job.request_id.clone());
        let Some(id) = job.created_by else {
            return Ok(self.acting_as(Actor::system().of_request(job.door, request_id)));
        };
        let user = users::store::find(self.pool(), id).await?.filter(|user| user.is_active);
        let user = user.ok_or_else(|| Error::forbidden("The person who asked for this is no longer active."))?;
        Ok(self.acting_as(Actor::user(user, job.door, request_id)))
    }

    async fn attempt(&self, acting: &Acting, job: &Claim) -> Result<Ended> {
        if job.cancel_requested {
            return Ok(Ended::Cancelled);
        }
        if job.tries > MOST_TRIES {
            return Err(Error::forbidden(format!("It was begun {MOST_TRIES} times and never got on.")));
        }
        let work = Work::deserialize(&job.input)?;
        if let Work::Change(input @ BulkInput { partial: true, .. }) = work {
            return tokio::select! {
                ended = in_parts(acting, job, input) => ended,
                stop = self.watch(job, Arc::default()) => Ok(stop),
            };
        }
        if let Work::Import | Work::Check = work {
            return tokio::select! {
                ended = import::attempt(acting, job) => ended,
                stop = self.watch(job, Arc::default()) => Ok(stop),
            };
        }
        let mut writing = Writing::begin(acting).await?;
        let mut tally = Tally::default();
        let seen = tally.seen.clone();
        tokio::select! {
            done = whole(&mut writing, &mut tally, work) => done?,
            stop = self.watch(job, seen) => return Ok(stop),
        }
        // Out of the watch's reach: once its end is being written, the job is either done or it is not.
        if tally.failed > 0 {
            return Ok(Ended::Refused(tally));
        }
        if !store::finish(&mut writing.tx, job, &tally, writing.now).await? {
            return Ok(Ended::Cancelled);
        }
        writing.commit().await?;
        Ok(Ended::Done)
    }

    /// Gives signs of life while the work goes on. Comes back only when it must stop.
    async fn watch(&self, job: &Claim, seen: Arc<AtomicI64>) -> Ended {
        loop {
            tokio::time::sleep(REPORT_EVERY).await;
            let until = self.now() + LEASE;
            match store::report(self.pool(), job, seen.load(Ordering::Relaxed), until).await {
                Ok(Some(false)) => {}
                Ok(Some(true)) => return Ended::Cancelled,
                Ok(None) => return Ended::Lost,
                // The lease outlasts a short outage; a long one stops the work by itself.
                Err(error) => tracing::warn!(job = job.id.0, %error, "a job cannot report"),
            }
        }
    }
}

async fn whole(writing: &mut Writing<'_>, tally: &mut Tally, work: Work) -> Result<()> {
    match work {
        Work::Change(input) => Order::read(writing.acting, &input)?.run(writing, tally).await,
        Work::Undo { request_id } => undo::run(writing, &request_id, tally).await,
        Work::Import | Work::Check => Err(Error::internal("an import is done in parts")),
    }
}

/// Part by part, each a transaction that also says how far the job is: whoever takes it over goes on from there.
async fn in_parts(acting: &Acting, job: &Claim, input: BulkInput) -> Result<Ended> {
    let order = Order::read(acting, &input)?;
    let order = match order.matching(acting).await? {
        // A filter would find other leads once some have changed.
        Some(ids) => {
            let input = BulkInput { ids: Some(ids), filter: None, ..input };
            let order = Order::read(acting, &input)?;
            store::name(acting.pool(), job, &serde_json::to_value(Work::Change(input))?, order.len()).await?;
            order
        }
        None => order,
    };
    let mut tally = job.tally();
    tally.total = order.len();
    // Once at least: a job that has nothing to do must be told that it is done.
    loop {
        let mut writing = Writing::begin(acting).await?;
        let first = usize::try_from(tally.done).unwrap_or(usize::MAX);
        let last = first.saturating_add(BATCH).min(usize::try_from(tally.total).unwrap_or(usize::MAX));
        order.part(&mut writing, first..last, &mut tally).await?;
        let is_last = tally.done == tally.total;
        if !store::advance(&mut writing.tx, job, &tally, is_last, writing.now).await? {
            return Ok(Ended::Cancelled);
        }
        writing.commit().await?;
        if is_last {
            return Ok(Ended::Done);
        }
    }
}

fn cancelled(changed: i64) -> String {
    format!("Cancelled. {}", kept(changed))
}

fn kept(changed: i64) -> String {
    match changed {
        0 => "Nothing was changed.".into(),
        1 => "The one lead that was written before stays so.".into(),
        n => format!("The {n} leads that were written before stay so."),
    }
}

/// The refusal in words. What is internal is logged here and goes no further.
fn told(error: Error) -> String {
    let problem = Problem::from(error);
    match problem.code {
        domain::ErrorCode::Internal => "Something went wrong on our side; the log has it.".into(),
        _ if problem.fields.is_empty() => problem.detail,
        _ => format!("{}.", problem.fields),
    }
}
