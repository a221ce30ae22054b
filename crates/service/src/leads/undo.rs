//! Undo: takes back what one request of the actor's did to leads, exactly, or says what has moved on.
//!
//! It reads nothing but events: every field goes from what the request made of it to what it was. Undo writes events
//! like any other change, so it can itself be undone.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{
    LeadId, Timestamp,
    leads::{BulkJob, Lead, MAX_AT_ONCE},
};

use super::{
    Leads,
    bulk::BATCH,
    jobs::{self, Work},
    reversal::{Deed, Reversal},
    store,
    tally::Tally,
    undo_store::{self, Later},
    write::Writing,
};
use crate::{Error, Result, policy::Action};

/// How long a change can be taken back.
const UNDO_FOR: time::Duration = time::Duration::hours(1);

impl Leads<'_> {
    /// Takes back everything that one request of this actor's did to leads within the last hour: edits and moves field
    /// by field, deletions, creations, merges, and changes of many leads. All of it or nothing.
    ///
    /// More than [`MAX_AT_ONCE`] leads become a job.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the request did nothing to leads or was someone else's; [`Error::Conflict`] when it is
    /// longer ago, or when one of the leads was changed since in what would be taken back: it names lead and field.
    pub async fn undo(&self, request_id: &str) -> Result<BulkJob> {
        self.0.allow(Action::Undo)?;
        let deeds = deeds(self.0.pool(), self.0, request_id, self.0.crm.now()).await?;
        let total = i64::try_from(deeds.len()).unwrap_or(i64::MAX);
        if total > MAX_AT_ONCE {
            return jobs::enqueue(self.0, Work::Undo { request_id: request_id.to_owned() }, total).await;
        }
        let mut writing = Writing::begin(self.0).await?;
        let mut tally = Tally::default();
        run(&mut writing, request_id, &mut tally).await?;
        tally.all_or_nothing()?;
        let now = writing.now;
        writing.commit().await?;
        Ok(tally.report(self.0.actor().request_id(), now))
    }
}

/// The events of the request, by lead.
async fn deeds(
    db: impl sqlx::PgExecutor<'_>,
    acting: &crate::Acting,
    request_id: &str,
    now: Timestamp,
) -> Result<BTreeMap<LeadId, Vec<i64>>> {
    // No request has an id that the database could not even be asked for.
    if request_id.contains('\0') {
        return Err(Error::NotFound);
    }
    let events = undo_store::events_of(db, acting.actor(), request_id).await?;
    if events.is_empty() {
        return Err(Error::NotFound);
    }
    if events.iter().any(|(.., at)| *at < now - UNDO_FOR) {
        let detail = "A change can be undone for one hour. Nothing was undone.";
        return Err(Error::conflict(detail));
    }
    let mut deeds: BTreeMap<LeadId, Vec<i64>> = BTreeMap::new();
    for (lead, event, _) in events {
        deeds.entry(lead).or_default().push(event);
    }
    Ok(deeds)
}

/// Takes a request back within one transaction, which is the caller's to end: only when no lead refused.
pub(super) async fn run(writing: &mut Writing<'_>, request_id: &str, tally: &mut Tally) -> Result<()> {
    let deeds = deeds(&mut **writing.tx, writing.acting, request_id, writing.now).await?;
    let ids: Vec<LeadId> = deeds.keys().copied().collect();
    tally.total = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let deleted = undo_store::lock(&mut writing.tx, &ids).await?;
    let deeds: Vec<(LeadId, Vec<i64>)> = deeds.into_iter().collect();
    for deeds in deeds.chunks(BATCH) {
        batch(writing, request_id, deeds, &deleted, tally).await?;
    }
    Ok(())
}

/// What a request did to some leads, what happened to them since, and how they are.
pub(super) struct Past {
    pub done: HashMap<LeadId, Deed>,
    pub later: HashMap<LeadId, Vec<Later>>,
    /// Those that are not gone for good.
    pub leads: Vec<Lead>,
    /// Those that the actor sees, or would see if they were not deleted.
    pub visible: HashSet<LeadId>,
}

impl Past {
    /// Of leads that are held, each with the events of the request.
    pub(super) async fn load(
        writing: &mut Writing<'_>,
        request_id: &str,
        deeds: &[(LeadId, Vec<i64>)],
    ) -> Result<Self> {
        let ids: Vec<LeadId> = deeds.iter().map(|(id, _)| *id).collect();
        let firsts: Vec<i64> = deeds.iter().filter_map(|(_, events)| events.first().copied()).collect();
        let all: Vec<i64> = deeds.iter().flat_map(|(_, events)| events.iter().copied()).collect();
        let mut done: HashMap<LeadId, Deed> = HashMap::new();
        for event in undo_store::read(&mut writing.tx, &all).await? {
            done.entry(event.lead).or_default().add(event)?;
        }
        let mut later: HashMap<LeadId, Vec<Later>> = HashMap::new();
        for event in undo_store::later(&mut writing.tx, &ids, &firsts, request_id).await? {
            later.entry(event.lead).or_default().push(event);
        }
        let leads = store::read(&mut writing.tx, &ids).await?;
        let visible = undo_store::visible(&mut writing.tx, writing.acting.actor(), &ids).await?;
        Ok(Past { done, later, leads, visible: visible.into_iter().collect() })
    }
}

async fn batch(
    writing: &mut Writing<'_>,
    request_id: &str,
    deeds: &[(LeadId, Vec<i64>)],
    deleted: &HashMap<LeadId, bool>,
    tally: &mut Tally,
) -> Result<()> {
    let actor = writing.acting.actor();
    let Past { mut done, later, leads, visible: before } = Past::load(writing, request_id, deeds).await?;
    let mut reversal = Reversal::default();
    let mut planned = Vec::new();
    for lead in &leads {
        let deed = done.remove(&lead.id).unwrap_or_default();
        let is_deleted = deleted.get(&lead.id).copied().unwrap_or(true);
        let later = later.get(&lead.id).map_or(&[][..], Vec::as_slice);
        match reversal.plan(actor, lead, deed, is_deleted, later) {
            Ok(()) => planned.push(lead.id),
            // A lead that is out of the actor's sight by now is not called by its present name.
            Err(error) if before.contains(&lead.id) => tally.refuse(lead.id, named(lead, error))?,
            Err(error) => tally.refuse(lead.id, error)?,
        }
    }
    for (id, _) in deeds.iter().filter(|(id, _)| !leads.iter().any(|lead| lead.id == *id)) {
        tally.refuse(*id, Error::conflict("is gone for good"))?;
    }
    reversal.write(writing).await?;
    // Their own deed may have taken the lead out of their sight, or bring it back there: either will do.
    let after: HashSet<LeadId> = undo_store::visible(&mut writing.tx, actor, &planned).await?.into_iter().collect();
    for id in planned {
        if before.contains(&id) || after.contains(&id) {
            tally.add(Some(id), tally.done, Ok(true))?;
        } else {
            tally.refuse(id, Error::conflict("is no longer yours"))?;
        }
    }
    Ok(())
}

/// The refusal, told of the lead by its name.
fn named(lead: &Lead, error: Error) -> Error {
    match error {
        Error::Conflict { detail, current } => Error::Conflict { detail: format!("{}: {detail}", lead.name), current },
        other => other,
    }
}
