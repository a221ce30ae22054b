//! The stretches of a file on their way into the database: decided one after the other, written side by side, and
//! committed in the order of the file.
//!
//! None waits for a lock that one behind it holds: what they could contend for is locked while they are decided.

use std::pin::pin;

use domain::imports::{Import, ImportCounts};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesOrdered};
use tokio::sync::oneshot;

use super::{
    super::{
        job_store::{self, Claim},
        tally::Tally,
        write::Writing,
    },
    plan::Plan,
    row_store,
};
use crate::Result;

/// Stretches that are written at a time: as many processes of PostgreSQL as keep two cores busy.
const LANES: usize = 2;

/// How far an import is for good. A stretch gets it from the one before it, and hands it on when it is committed.
pub(super) struct Progress {
    pub counts: ImportCounts,
    pub tally: Tally,
}

/// What the stretches are of.
#[derive(Clone, Copy)]
pub(super) struct Course<'c> {
    pub import: &'c Import,
    pub job: &'c Claim,
    /// Whether it is more than a dry run.
    pub writes: bool,
}

pub(super) struct Lanes<'l> {
    course: Course<'l>,
    /// Whether each came to its end.
    running: FuturesOrdered<BoxFuture<'l, Result<bool>>>,
    /// Of the stretch that was begun last.
    last: oneshot::Receiver<Progress>,
}

impl<'l> Lanes<'l> {
    pub fn new(course: Course<'l>, progress: Progress) -> Self {
        Lanes { course, running: FuturesOrdered::new(), last: at_hand(progress) }
    }

    /// Does this while stretches are written. `None` when the import was cancelled meanwhile. When it fails, what has
    /// begun comes to its end first: whoever is told of the failure is told what is there for good.
    pub async fn alongside<T>(&mut self, this: impl Future<Output = Result<T>>) -> Result<Option<T>> {
        let mut this = pin!(this);
        loop {
            tokio::select! {
                done = &mut this => {
                    if done.is_err() {
                        self.settle().await?;
                    }
                    return done.map(Some);
                }
                Some(is_committed) = self.running.next() => if !is_committed? { return Ok(None) },
            }
        }
    }

    /// Lets a stretch on its way when there is room for it. False when the import was cancelled.
    pub async fn begin(&mut self, plan: Plan, writing: Writing<'l>) -> Result<bool> {
        if !self.wait(LANES - 1).await? {
            return Ok(false);
        }
        let (done, last) = oneshot::channel();
        let before = std::mem::replace(&mut self.last, last);
        self.running.push_back(write(self.course, plan, writing, before, done).boxed());
        Ok(true)
    }

    /// Waits until all that has begun is committed. False when the import was cancelled.
    pub async fn settle(&mut self) -> Result<bool> {
        self.wait(0).await
    }

    async fn wait(&mut self, most: usize) -> Result<bool> {
        while self.running.len() > most {
            if !self.running.next().await.unwrap_or(Ok(true))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How far the import is when everything is committed; `None` when it was cancelled.
    pub async fn end(mut self) -> Result<Option<Progress>> {
        if !self.settle().await? {
            return Ok(None);
        }
        Ok(self.last.await.ok())
    }
}

fn at_hand(progress: Progress) -> oneshot::Receiver<Progress> {
    let (sender, receiver) = oneshot::channel();
    // The receiver is here.
    let _ = sender.send(progress);
    receiver
}

async fn write(
    course: Course<'_>,
    plan: Plan,
    mut writing: Writing<'_>,
    before: oneshot::Receiver<Progress>,
    done: oneshot::Sender<Progress>,
) -> Result<bool> {
    let Course { import, job, writes } = course;
    if writes {
        plan.write(&mut writing).await?;
    }
    // Where the one before came to nothing, so does this one.
    let Ok(Progress { mut counts, mut tally }) = before.await else { return Ok(false) };
    plan.rows.iter().for_each(|row| counts.add(row.outcome));
    tally.done += i64::try_from(plan.rows.len()).unwrap_or(i64::MAX);
    tally.changed = if writes { counts.created + counts.updated } else { 0 };
    tally.failed = counts.failed;
    let now = writing.now;
    row_store::add_rows(&mut writing.tx, import.id, &plan.rows, counts, now).await?;
    if !job_store::advance(&mut writing.tx, job, &tally, false, now).await? {
        return Ok(false);
    }
    let acting = writing.acting;
    writing.commit().await?;
    acting.crm().announce_import(import.id, import.created_by, false).await;
    // Nobody is behind one whose import was given up.
    let _ = done.send(Progress { counts, tally });
    Ok(true)
}
