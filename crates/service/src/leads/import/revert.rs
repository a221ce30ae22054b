//! Takes an import back: what it made goes, what it changed becomes what it was. What others have changed since stays,
//! field by field, and is listed.
//!
//! It reads the events of the import, as undo does; unlike undo it goes stretch by stretch and leaves out what has
//! moved on instead of refusing everything.

use domain::{LeadId, UserId, imports::Kept};

use super::{
    super::{
        bulk::BATCH,
        job_store::{self, Claim},
        jobs::Ended,
        list::{self, Whose},
        reversal::Reversal,
        undo::Past,
        undo_store,
        write::Writing,
    },
    store::{self, Stored},
};
use crate::{Acting, Actor, Error, Result, users};

/// Leads that are listed one by one.
const LISTED: usize = 1_000;

/// Takes back what the import's events tell.
pub(super) async fn run(acting: &Acting, job: &Claim, stored: Stored) -> Result<Ended> {
    let Stored { import, run_request_id, .. } = stored;
    let request_id = run_request_id.ok_or_else(|| Error::internal("an import that never ran"))?;
    let reader = reader(acting, import.created_by).await?;
    let deeds = undo_store::deeds_of(acting.pool(), &request_id).await?;
    let (mut kept, mut tally) = (import.kept, job.tally());
    tally.total = i64::try_from(deeds.len()).unwrap_or(i64::MAX);
    if tally.done == 0 {
        kept.clear();
    }
    while tally.done < tally.total {
        let rest = &deeds[usize::try_from(tally.done).unwrap_or(usize::MAX)..];
        let stretch = &rest[..rest.len().min(BATCH)];
        let mut writing = Writing::begin(acting).await?;
        for left in batch(&mut writing, &reader, &request_id, stretch).await? {
            tally.failed += 1;
            if kept.len() < LISTED {
                kept.push(left);
            }
        }
        tally.done += i64::try_from(stretch.len()).unwrap_or(i64::MAX);
        tally.changed = tally.done - tally.failed;
        store::add_kept(&mut writing.tx, import.id, &kept, tally.failed).await?;
        let (is_last, now) = (tally.done == tally.total, writing.now);
        if !job_store::advance(&mut writing.tx, job, &tally, is_last, now).await? {
            return Ok(Ended::Cancelled);
        }
        writing.commit().await?;
        acting.crm().announce_import(import.id, import.created_by, false).await;
    }
    if tally.total == 0 {
        let mut writing = Writing::begin(acting).await?;
        let now = writing.now;
        job_store::finish(&mut writing.tx, job, &tally, now).await?;
        writing.commit().await?;
    }
    Ok(Ended::Done)
}

/// Whoever sent the file reads what was left, whoever takes it back.
async fn reader(acting: &Acting, sent_by: Option<UserId>) -> Result<Actor> {
    let Some(id) = sent_by else { return Ok(acting.actor().clone()) };
    let user = users::store::find(acting.pool(), id).await?.ok_or(Error::NotFound)?;
    Ok(Actor::user(user, acting.actor().door(), None))
}

/// Takes back what was done to these leads, and says which were left in whole or in part.
async fn batch(
    writing: &mut Writing<'_>,
    reader: &Actor,
    request_id: &str,
    deeds: &[(LeadId, Vec<i64>)],
) -> Result<Vec<Kept>> {
    let actor = writing.acting.actor();
    let ids: Vec<LeadId> = deeds.iter().map(|(lead, _)| *lead).collect();
    let deleted = undo_store::lock(&mut writing.tx, &ids).await?;
    let Past { mut done, later, leads, visible } = Past::load(writing, request_id, deeds).await?;
    let (mut reversal, mut kept) = (Reversal::default(), Vec::new());
    for lead in &leads {
        let mut deed = done.remove(&lead.id).unwrap_or_default();
        let is_deleted = deleted.get(&lead.id).copied().unwrap_or(true);
        let later = later.get(&lead.id).map_or(&[][..], Vec::as_slice);
        // What the file itself has handed over comes back to whom it was taken from.
        let is_theirs = visible.contains(&lead.id) || list::is_theirs(actor, deed.whose_before(lead));
        let mut leave = |whose: Whose, reason: String| {
            let is_shown = list::is_theirs(reader, whose);
            let name = if is_shown { lead.name.clone() } else { format!("Lead {}", lead.id) };
            kept.push(Kept { lead: lead.id, name, reason });
        };
        if !is_theirs {
            leave(Whose::of(lead), "is no longer yours".into());
            continue;
        }
        match deed.spare(lead, is_deleted, later) {
            Ok(spared) => {
                // Whose it is when the rest of it is taken back.
                let again = deed.whose_before(lead);
                match reversal.plan(actor, lead, deed, is_deleted, later) {
                    Ok(()) if spared.is_empty() => {}
                    Ok(()) => leave(again, format!("{} changed since", spared.join(", "))),
                    Err(Error::Conflict { detail, .. } | Error::Forbidden { detail, .. }) => {
                        leave(Whose::of(lead), detail);
                    }
                    Err(error) => return Err(error),
                }
            }
            Err(Some(reason)) => leave(Whose::of(lead), reason),
            // It is gone already.
            Err(None) => {}
        }
    }
    reversal.write(writing).await?;
    Ok(kept)
}
