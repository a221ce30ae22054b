//! The dry run and the import: the file once through, stretch by stretch.
//!
//! A thread reads and checks rows, this side decides and writes them. Each stretch is one transaction that also says
//! how far the job is: whoever takes it over reads the file again and goes on behind the last stretch, so no row is
//! written twice and none by half.
//!
//! Keeping the indexes of a lead takes one process of PostgreSQL most of the time, so two stretches are written side by
//! side. They are decided and committed in the order of the file.

use std::{collections::HashMap, ops::ControlFlow, sync::Arc};

use domain::{
    LeadId,
    events::{Change, Changes},
    imports::{Import, ImportCounts, ImportSettings, ImportStep, OnDuplicate, UnknownValue},
};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    super::{
        job_store::{self, Claim},
        jobs::Ended,
        references::{NO_AGENT, NO_ENGINEER, NO_PRODUCT},
        write::Writing,
    },
    draft::{Columns, Drafted, Drafter},
    lanes::{Course, Lanes, Progress},
    local,
    matching::{Keys, Place, Seen},
    names::Names,
    plan::Plan,
    revert, row_store,
    source::Source,
    store::{self, Stored},
};
use crate::{Acting, Error, Result, events};

/// Rows of a stretch: enough to make a statement worth it, few enough that nobody waits long for a lead it holds.
const BATCH: usize = 2_000;
/// Bytes of a stretch, as it came: a file may have rows of megabytes.
const BATCH_BYTES: usize = 8 << 20;
/// Names of what has gone that are listed.
const GONE: i64 = 100;
/// Stretches that wait between the reading thread and the writing side.
const AHEAD: usize = 2;

/// Does the present step of the import whose job this is.
pub(in super::super) async fn attempt(acting: &Acting, job: &Claim) -> Result<Ended> {
    let Some(stored) = store::of_job(acting.pool(), job.id).await? else { return Ok(Ended::Cancelled) };
    match stored.import.step {
        ImportStep::Check => bring_in(acting, job, stored, false).await,
        ImportStep::Run => bring_in(acting, job, stored, true).await,
        ImportStep::Revert => revert::run(acting, job, stored).await,
    }
}

async fn bring_in(acting: &Acting, job: &Claim, stored: Stored, writes: bool) -> Result<Ended> {
    let Stored { import, key, .. } = stored;
    let (id, settings) = (import.id, &import.settings);
    let file = local::copy(acting, key.as_deref(), import.size_bytes).await?;
    let names = Names::load(acting.pool(), settings).await?;
    let columns = Arc::new(Columns::of(&import.columns, settings));
    let mut progress = Progress { counts: ImportCounts::default(), tally: job.tally() };
    let done = progress.tally.done;
    let mut before = HashMap::new();
    if done > 0 {
        progress.counts = import.counts;
        let written = row_store::written(acting.pool(), id).await?;
        before.extend(written.into_iter().map(|(row, lead, is_new)| (row, (lead, is_new))));
    }
    let (sender, mut taken) = mpsc::channel(AHEAD);
    let reading = {
        let (actor, columns, settings) = (acting.actor().clone(), columns.clone(), settings.clone());
        tokio::task::spawn_blocking(move || {
            let drafter = Drafter::new(&actor, &settings, &columns, &names);
            read(file, &settings, drafter, &sender)
        })
    };
    let mut lanes = Lanes::new(Course { import: &import, job, writes }, progress);
    let (mut seen, mut at) = (Seen::default(), 0);
    loop {
        let Some(next) = lanes.alongside(async { Ok(taken.recv().await) }).await? else { return Ok(Ended::Cancelled) };
        let Some(mut drafted) = next else { break };
        let first = at;
        at += count(drafted.len());
        let rest = drafted.split_off(usize::try_from((done - first).clamp(0, at - first)).unwrap_or_default());
        recall(&mut seen, &drafted, &before);
        if rest.is_empty() {
            continue;
        }
        // These may go into leads that the rows before them have made.
        if settings.on_duplicate == OnDuplicate::Update && !lanes.settle().await? {
            return Ok(Ended::Cancelled);
        }
        let decided = lanes.alongside(async {
            let mut writing = Writing::begin(acting).await?;
            let plan = Plan::make(&mut writing, &columns, settings.on_duplicate, &mut seen, rest, writes).await?;
            Ok((plan, writing))
        });
        let Some((plan, writing)) = decided.await? else { return Ok(Ended::Cancelled) };
        if !lanes.begin(plan, writing).await? {
            return Ok(Ended::Cancelled);
        }
    }
    let Some(Progress { counts, mut tally }) = lanes.end().await? else { return Ok(Ended::Cancelled) };
    let mut unknown = reading.await.map_err(Error::internal)??;
    tally.total = at;
    let mut writing = Writing::begin(acting).await?;
    unknown.extend(gone(&mut writing, &import).await?);
    store::read_through(&mut writing.tx, id, at, &unknown).await?;
    if writes {
        record(&mut writing, id.0, counts).await?;
    }
    let now = writing.now;
    if !job_store::finish(&mut writing.tx, job, &tally, now).await? {
        return Ok(Ended::Cancelled);
    }
    writing.commit().await?;
    Ok(Ended::Done)
}

/// Reads and checks all rows. Stops early when nobody takes them any more.
fn read(
    file: std::fs::File,
    settings: &ImportSettings,
    mut drafter: Drafter<'_>,
    sender: &mpsc::Sender<Vec<Drafted>>,
) -> Result<Vec<UnknownValue>> {
    let source = Source::reopen(file)?;
    let (mut batch, mut bytes) = (Vec::with_capacity(BATCH), 0);
    let mut is_taken = true;
    source.each_row(settings, |row| {
        if row.number <= u64::from(settings.header_row) {
            return Ok(ControlFlow::Continue(()));
        }
        bytes += row.bytes();
        batch.push(drafter.draft(row));
        if batch.len() == BATCH || bytes > BATCH_BYTES {
            bytes = 0;
            is_taken = sender.blocking_send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).is_ok();
        }
        Ok(if is_taken { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    if is_taken && !batch.is_empty() {
        // Whoever took the rest and not this one has given up.
        let _ = sender.blocking_send(batch);
    }
    Ok(drafter.unknown_values())
}

/// Rows that an earlier attempt has finished: known again to those that come.
fn recall(seen: &mut Seen, drafted: &[Drafted], before: &HashMap<i64, (Option<LeadId>, bool)>) {
    for row in drafted {
        let number = i64::try_from(row.row.number).unwrap_or(i64::MAX);
        if let (Ok(draft), Some((lead, is_new))) = (&row.draft, before.get(&number)) {
            let keys = Keys::of(draft);
            // A lead that was there may have an e-mail of which the row says nothing.
            let has_email = keys.email.is_some() || !is_new;
            seen.add(&keys, Place { row: number, lead: *lead, is_new: *is_new, has_email });
        }
    }
}

/// Names of people who are known and take no leads any more, and of products off the catalogue. That shows only where a
/// lead would get them, and wants a meaning as a name that is not known does.
async fn gone(writing: &mut Writing<'_>, import: &Import) -> Result<Vec<UnknownValue>> {
    let found = row_store::failing(&mut **writing.tx, import.id, &[NO_AGENT, NO_ENGINEER, NO_PRODUCT], GONE).await?;
    let of = |header: &String| import.settings.mapping.get(header).copied().flatten();
    Ok(found
        .into_iter()
        .filter_map(|(header, value, rows)| Some(UnknownValue { field: of(&header)?, value, rows }))
        .collect())
}

/// One event for all of it; what happened to each lead stands in its own history.
async fn record(writing: &mut Writing<'_>, id: i64, counts: ImportCounts) -> Result<()> {
    let ImportCounts { created, updated, skipped, failed } = counts;
    let counted = [("created", created), ("updated", updated), ("skipped", skipped), ("failed", failed)];
    let change = |(name, to): (&str, i64)| (name.to_owned(), Change { from: Value::Null, to: to.into() });
    let changes: Changes = counted.into_iter().map(change).collect();
    let (kind, entity) = ("import.completed", "import");
    let event = events::Event { kind, entity, entity_id: id, lead: None, changes: &changes, before: None };
    events::record(&mut writing.tx, writing.acting.actor(), writing.now, event).await
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
