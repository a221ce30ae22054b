//! Use cases around leads. Each reads: allow → lock → change → record → commit.

mod assign;
mod board;
mod bulk;
mod column;
mod copying;
mod cursor;
mod duplicates;
pub(crate) mod export;
mod hits;
mod import;
mod job_store;
mod jobs;
mod list;
mod merge;
mod merge_store;
mod my_day;
mod patch;
pub(crate) mod rank;
pub(crate) mod recent;
mod references;
mod reversal;
mod revision;
mod row;
pub(crate) mod score;
pub(crate) mod store;
mod stretch;
mod tallies;
mod tally;
mod timeline;
mod trash;
mod undo;
mod undo_store;
mod write;

pub(crate) use hits::hits;
pub(crate) use list::{Whose, is_theirs, push_visible};
pub(crate) use store::read_all;

use domain::{
    LeadId, Page,
    leads::{Duplicate, DuplicateQuery, Lead, LeadInput, LeadQuery, LeadRights, LeadScore},
};
use serde_json::Value;

use self::write::Writing;
pub use self::{
    export::Export,
    import::{ImportUpload, Imports, ProblemFile},
    jobs::Jobs,
};
use crate::{Acting, Error, Result, policy, policy::Action};

/// Leads within one actor's scope.
pub struct Leads<'a>(pub(crate) &'a Acting);

impl Leads<'_> {
    /// One page of the leads that match. The exact total comes along when `query.total` asks for it.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for a cursor that is not of this sort, [`Error::Forbidden`] when the query uses a field
    /// the actor does not see.
    pub async fn list(&self, query: &LeadQuery) -> Result<Page<Lead>> {
        self.0.allow(Action::ViewLeads)?;
        policy::allow_query(self.0.actor(), query)?;
        let page = list::page(self.0, query).await?;
        Ok(page.map(|lead| policy::redact(self.0.actor(), lead)))
    }

    /// How many leads match, exactly.
    pub async fn count(&self, query: &LeadQuery) -> Result<i64> {
        self.0.allow(Action::ViewLeads)?;
        policy::allow_query(self.0.actor(), query)?;
        list::count(self.0, &query.filter).await
    }

    /// One lead.
    pub async fn find(&self, id: LeadId) -> Result<Lead> {
        self.0.allow(Action::ViewLeads)?;
        let lead = store::find(self.0.pool(), self.0.actor(), id).await?.ok_or(Error::NotFound)?;
        Ok(policy::redact(self.0.actor(), lead))
    }

    /// Makes a lead. One that an agent makes without naming an assignee is theirs.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a broken rule or a person or product that does not exist, [`Error::Forbidden`] for a
    /// field the actor may not write.
    pub async fn create(&self, input: LeadInput) -> Result<Lead> {
        self.0.allow(Action::CreateLead)?;
        let mut writing = Writing::begin(self.0).await?;
        let lead = only(writing.create(vec![input]).await?)?;
        writing.commit().await?;
        Ok(policy::redact(self.0.actor(), lead))
    }

    /// Applies an RFC 7396 merge patch. A patch that changes nothing writes nothing.
    ///
    /// With `version` in the patch, a lead that has moved on since is left alone.
    ///
    /// # Errors
    /// [`Error::Conflict`] with the present row for a stale version; the rest as for [`Leads::create`].
    pub async fn update(&self, id: LeadId, patch: Value) -> Result<Lead> {
        self.0.allow(Action::UpdateLead)?;
        let actor = self.0.actor();
        let mut writing = Writing::begin(self.0).await?;
        let mut lead = store::lock(&mut writing.tx, actor, id).await?.ok_or(Error::NotFound)?;
        if only(writing.update(std::slice::from_ref(&lead), &patch).await?)? {
            lead = writing.reread(id).await?;
            writing.commit().await?;
        }
        Ok(policy::redact(actor, lead))
    }

    /// Takes a lead away. The row stays for 30 days, marked as deleted, and for good in its event.
    pub async fn delete(&self, id: LeadId) -> Result<()> {
        self.0.allow(Action::DeleteLead)?;
        let mut writing = Writing::begin(self.0).await?;
        let lead = store::lock(&mut writing.tx, self.0.actor(), id).await?.ok_or(Error::NotFound)?;
        only(writing.delete(&[lead]).await?)?;
        writing.commit().await
    }

    /// The lead's score with what it is made of.
    pub async fn score(&self, id: LeadId) -> Result<LeadScore> {
        self.0.allow(Action::ViewLeads)?;
        score::explain(self.0, id).await
    }

    /// Leads with this e-mail or phone, at most 5: the one about to be made may be there already.
    pub async fn duplicates(&self, query: &DuplicateQuery) -> Result<Vec<Duplicate>> {
        self.0.allow(Action::ViewLeads)?;
        query.check().map_err(Error::BadRequest)?;
        let found = duplicates::find(self.0, query).await?;
        let redact = |Duplicate { lead, same }| Duplicate { lead: policy::redact(self.0.actor(), lead), same };
        Ok(found.into_iter().map(redact).collect())
    }

    /// What the actor may do with this lead, which they can see.
    pub fn may(&self, lead: &Lead) -> Result<LeadRights> {
        policy::rights(self.0.actor(), lead)
    }
}

/// The outcome of a change of one lead.
fn only<T>(outcomes: Vec<Result<T>>) -> Result<T> {
    outcomes.into_iter().next().unwrap_or(Err(Error::NotFound))
}
