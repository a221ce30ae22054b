//! Deleted leads: brought back within 30 days, gone for good afterwards.

use domain::{LeadId, events::Changes, leads::Lead};

use super::{Leads, job_store, reversal, score, store, undo_store, write::Writing};
use crate::{Actor, Crm, Error, Result, events, policy, policy::Action};

/// How long a deleted lead can be brought back.
const KEPT_FOR: time::Duration = time::Duration::days(30);
/// How long one can look up how a job went.
const JOBS_KEPT_FOR: time::Duration = time::Duration::days(7);
/// Leads that are purged in one transaction: their interactions and files go with them.
const BATCH: i64 = 200;

impl Leads<'_> {
    /// Brings a lead back that was deleted within the last 30 days. One that is not deleted stays as it is; one that went
    /// into another gets back what moved there with it, and leaves the other's fields as they are.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or none the actor could see; [`Error::Forbidden`] when they could not
    /// have deleted it.
    pub async fn restore(&self, id: LeadId) -> Result<Lead> {
        self.0.allow(Action::DeleteLead)?;
        let actor = self.0.actor();
        let mut writing = Writing::begin(self.0).await?;
        let since = writing.now - KEPT_FOR;
        let parting = reversal::parting(&mut writing.tx, id).await?;
        let holders = parting.as_ref().map_or_else(Vec::new, |parting| parting.holders.clone());
        // In the order of their ids, as everybody takes them.
        undo_store::lock(&mut writing.tx, &[&holders[..], &[id]].concat()).await?;
        if reversal::parting(&mut writing.tx, id).await? != parting {
            return Err(Error::conflict("It was merged or brought back meanwhile. Look again."));
        }
        if undo_store::lock_deleted(&mut writing.tx, actor, id, since).await?.is_none() {
            let lead = store::find(&mut **writing.tx, actor, id).await?.ok_or(Error::NotFound)?;
            return Ok(policy::redact(actor, lead));
        }
        let lead = writing.reread(id).await?;
        policy::allow_delete(actor, &lead)?;
        let was_merged = parting.is_some();
        reversal::restore(&mut writing, &[(&lead, parting)]).await?;
        if was_merged {
            // What it had taken over from a third one may have gone back there since.
            store::refresh_contact(&mut writing.tx, &lead, writing.now).await?;
            score::refresh(&mut writing.tx, &[id], writing.median_won, writing.now).await?;
        }
        // The last of them has what moved; those before it went into it.
        reversal::part(&mut writing, holders.last().map_or(&[], std::slice::from_ref), id).await?;
        let lead = writing.reread(id).await?;
        writing.commit().await?;
        Ok(policy::redact(actor, lead))
    }
}

impl Crm {
    /// Takes leads out for good that were deleted more than 30 days ago, in small batches, and forgets old jobs.
    /// History stays. Returns how many leads went.
    pub async fn purge_deleted_leads(&self) -> Result<usize> {
        let mut purged = 0;
        loop {
            let now = self.now();
            let mut tx = self.begin().await?;
            let ids = undo_store::purge(&mut tx, now - KEPT_FOR, BATCH).await?;
            let none = Changes::new();
            let events = ids.iter().map(|id| events::Event {
                kind: "lead.purged",
                entity: "lead",
                entity_id: id.0,
                lead: Some(*id),
                changes: &none,
                before: None,
            });
            events::record_all(&mut tx, &Actor::system(), now, events.collect()).await?;
            tx.commit().await?;
            purged += ids.len();
            if ids.is_empty() {
                job_store::delete_old(self.pool(), now - JOBS_KEPT_FOR).await?;
                return Ok(purged);
            }
        }
    }
}
