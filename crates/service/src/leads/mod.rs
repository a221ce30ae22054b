//! Use cases around leads. Each reads: allow → lock → change → record → commit.

mod assign;
mod cursor;
mod list;
mod patch;
mod row;
pub(crate) mod store;
mod tallies;

use domain::{
    Fields, LeadId, Page, Timestamp,
    events::Changes,
    leads::{Lead, LeadInput, LeadQuery, LeadStatus},
    users::Role,
};
use serde_json::Value;
use sqlx::{Postgres, Transaction};

use crate::{Acting, Error, Result, events, events::Event, policy, policy::Action, products, users};

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
        list::check(self.0.actor(), query)?;
        let page = list::page(self.0.pool(), self.0.actor(), query).await?;
        Ok(page.map(|lead| policy::redact(self.0.actor(), lead)))
    }

    /// How many leads match, exactly.
    pub async fn count(&self, query: &LeadQuery) -> Result<i64> {
        self.0.allow(Action::ViewLeads)?;
        list::check(self.0.actor(), query)?;
        list::count(self.0.pool(), self.0.actor(), &query.filter).await
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
        let mut input = input.checked().map_err(Error::Invalid)?;
        if self.0.actor().role() == Role::Agent {
            input.assigned_to = input.assigned_to.or(self.0.actor().id());
        }
        let changes = domain::events::changes(&LeadInput::default(), &input)?;
        policy::allow_changes(self.0.actor(), None, &changes)?;
        let now = self.0.crm.now();
        let mut tx = self.0.begin().await?;
        check_references(&mut tx, &input, &changes).await?;
        if input.status == LeadStatus::Won && input.assigned_engineer.is_none() {
            input.assigned_engineer = assign::least_busy_engineer(&mut tx).await?;
        }
        let lead = store::insert(&mut tx, self.0.actor(), &input, now).await?;
        self.record(&mut tx, "lead.created", &lead, &changes, None, now).await?;
        tx.commit().await?;
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
        let mut tx = self.0.begin().await?;
        let before = store::lock(&mut tx, actor, id).await?.ok_or(Error::NotFound)?;
        let mut input = patch::apply(&before, &policy::redact(actor, before.clone()), patch)?;
        let changes = domain::events::changes(&LeadInput::of(&before), &input)?;
        if changes.is_empty() {
            return Ok(policy::redact(actor, before));
        }
        policy::allow_changes(actor, Some(&before), &changes)?;
        check_references(&mut tx, &input, &changes).await?;
        let now = self.0.crm.now();
        let stage = transition(&mut tx, &before, &mut input, now).await?;
        let lead = store::update(&mut tx, &before, &input, stage, now).await?;
        // The engineer a win brought along is part of the same change.
        let changes = domain::events::changes(&LeadInput::of(&before), &input)?;
        let kind = if before.status == lead.status { "lead.updated" } else { "lead.status_changed" };
        self.record(&mut tx, kind, &lead, &changes, None, now).await?;
        tx.commit().await?;
        Ok(policy::redact(actor, lead))
    }

    /// Takes a lead away. The row stays, marked as deleted, with the whole of it in its event.
    pub async fn delete(&self, id: LeadId) -> Result<()> {
        self.0.allow(Action::DeleteLead)?;
        let mut tx = self.0.begin().await?;
        let before = store::lock(&mut tx, self.0.actor(), id).await?.ok_or(Error::NotFound)?;
        policy::allow_delete(self.0.actor(), &before)?;
        let now = self.0.crm.now();
        store::delete(&mut tx, id, now).await?;
        let row = serde_json::to_value(&before)?;
        self.record(&mut tx, "lead.deleted", &before, &Changes::new(), Some(row), now).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn record(
        &self,
        tx: &mut Transaction<'_, Postgres>,
        kind: &'static str,
        lead: &Lead,
        changes: &Changes,
        before: Option<Value>,
        at: Timestamp,
    ) -> Result<()> {
        let event = Event { kind, entity: "lead", entity_id: lead.id.0, lead: Some(lead.id), changes, before };
        events::record(tx, self.0.actor(), at, event).await
    }
}

/// When a lead entered its stage, and when it was decided.
#[derive(Clone, Copy)]
struct Stage {
    entered_at: Timestamp,
    closed_at: Option<Timestamp>,
}

/// What a change of status brings along; the one place, whichever door it comes through.
async fn transition(
    tx: &mut Transaction<'_, Postgres>,
    before: &Lead,
    input: &mut LeadInput,
    now: Timestamp,
) -> Result<Stage> {
    if before.status == input.status {
        return Ok(Stage { entered_at: before.stage_entered_at, closed_at: before.closed_at });
    }
    // A won lead without an engineer would be missing from every engineer's list.
    if input.status == LeadStatus::Won && input.assigned_engineer.is_none() {
        input.assigned_engineer = assign::least_busy_engineer(tx).await?;
    }
    if input.status != LeadStatus::Lost {
        input.lost_reason = None;
    }
    Ok(Stage { entered_at: now, closed_at: input.status.is_closed().then_some(now) })
}

/// People and products that a change newly names must exist, be active and have the right role.
async fn check_references(tx: &mut Transaction<'_, Postgres>, input: &LeadInput, changes: &Changes) -> Result<()> {
    let mut fields = Fields::default();
    let people = [
        ("assignedTo", input.assigned_to, [Role::Agent, Role::Admin].as_slice(), "is not an active agent"),
        ("assignedEngineer", input.assigned_engineer, &[Role::Engineer], "is not an active engineer"),
    ];
    let newly: Vec<_> = people.into_iter().filter(|(field, ..)| changes.contains_key(*field)).collect();
    let ids: Vec<i64> = newly.iter().filter_map(|(_, id, ..)| id.map(|id| id.0)).collect();
    if !ids.is_empty() {
        let active = users::store::active_roles(tx, &ids).await?;
        for (field, id, roles, message) in newly {
            let fits = id.is_none_or(|id| active.iter().any(|(other, role)| *other == id && roles.contains(role)));
            if !fits {
                fields.add(field, message);
            }
        }
    }
    if changes.contains_key("products") {
        let ids: Vec<i64> = input.products.iter().map(|p| p.0).collect();
        if products::count_existing(tx, &ids).await? != i64::try_from(ids.len()).unwrap_or(i64::MAX) {
            let field = if changes.contains_key("assignedProduct") { "assignedProduct" } else { "products" };
            fields.add(field, "names a product that does not exist");
        }
    }
    fields.into_result().map_err(Error::Invalid)
}
