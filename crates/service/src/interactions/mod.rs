//! Use cases around what was said to a lead, and what was noted about it.
//!
//! Whoever writes one holds its lead: so the lead's last contact is always that of its interactions, and two writers
//! take their locks in the same order.

mod store;

use domain::{
    Cursor, InteractionId, LeadId, Money, Page, Timestamp,
    events::{Changes, changes},
    interactions::{Interaction, InteractionInput},
    leads::Lead,
};
use serde_json::Value;

use crate::{Acting, Error, Result, db::Tx, events, events::Event, leads, patch, policy, policy::Action};

/// Interactions on leads within one actor's scope.
pub struct Interactions<'a>(pub(crate) &'a Acting);

impl Interactions<'_> {
    /// Those of one lead, newest first. `limit` is 1 to 200.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for another limit, or a cursor of another list.
    pub async fn list(&self, lead: LeadId, limit: u16, cursor: Option<&Cursor>) -> Result<Page<Interaction>> {
        self.0.allow(Action::ViewLeads)?;
        let lead = leads::store::find(self.0.pool(), self.0.actor(), lead).await?.ok_or(Error::NotFound)?;
        store::list(self.0.pool(), lead.id, cursor, limit).await
    }

    /// Writes down what was said or noted. All but a note count as contact: they set the lead's `lastContactedAt`,
    /// which is a new version of it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for text that is missing or longer than 10,000 characters, [`Error::Forbidden`] for the
    /// system itself, which has nothing to say.
    pub async fn log(&self, lead: LeadId, input: InteractionInput) -> Result<Interaction> {
        self.0.allow(Action::LogInteraction)?;
        let author = policy::person(self.0.actor())?;
        let input = input.checked().map_err(Error::Invalid)?;
        let now = self.0.crm.now();
        let median_won = leads::score::median_won(self.0.crm()).await?;
        let mut tx = self.0.begin().await?;
        let lead = self.lock_lead(&mut tx, lead).await?;
        let interaction = store::insert(&mut tx, lead.id, author, &input, now).await?;
        if interaction.r#type.is_contact() {
            self.refresh_lead(&mut tx, &lead, median_won, now).await?;
        }
        let changes = changes(&InteractionInput::default(), &input)?;
        self.record(&mut tx, "interaction.created", &interaction, &changes, None, now).await?;
        tx.commit().await?;
        Ok(interaction)
    }

    /// Changes type or text by a merge patch (RFC 7396). One that changes nothing writes nothing.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for anyone but its author and admins; the rest as for [`Interactions::log`].
    pub async fn edit(&self, id: InteractionId, patch: Value) -> Result<Interaction> {
        self.0.allow(Action::ChangeInteraction)?;
        let median_won = leads::score::median_won(self.0.crm()).await?;
        let mut tx = self.0.begin().await?;
        let (lead, before) = self.lock(&mut tx, id).await?;
        policy::allow_interaction(self.0.actor(), &before)?;
        let was = InteractionInput { r#type: before.r#type, text: before.text.clone() };
        let input = patch::merge(&was, &before, patch::object_of(patch)?)?.checked().map_err(Error::Invalid)?;
        let changes = changes(&was, &input)?;
        if changes.is_empty() {
            return Ok(before);
        }
        let now = self.0.crm.now();
        let interaction = store::update(&mut tx, id, &input, now).await?;
        if interaction.r#type.is_contact() != before.r#type.is_contact() {
            self.refresh_lead(&mut tx, &lead, median_won, now).await?;
        }
        self.record(&mut tx, "interaction.updated", &interaction, &changes, None, now).await?;
        tx.commit().await?;
        Ok(interaction)
    }

    /// Takes one away; its event keeps it whole. A lead's last contact is then the one before.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for anyone but its author and admins.
    pub async fn delete(&self, id: InteractionId) -> Result<()> {
        self.0.allow(Action::ChangeInteraction)?;
        let median_won = leads::score::median_won(self.0.crm()).await?;
        let mut tx = self.0.begin().await?;
        let (lead, before) = self.lock(&mut tx, id).await?;
        policy::allow_interaction(self.0.actor(), &before)?;
        let now = self.0.crm.now();
        store::delete(&mut tx, id).await?;
        if before.r#type.is_contact() {
            self.refresh_lead(&mut tx, &lead, median_won, now).await?;
        }
        let row = serde_json::to_value(&before)?;
        self.record(&mut tx, "interaction.deleted", &before, &Changes::new(), Some(row), now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A contact came, changed or went: the lead's last contact and its score follow.
    async fn refresh_lead(&self, tx: &mut Tx, lead: &Lead, median_won: Option<Money>, now: Timestamp) -> Result<()> {
        leads::store::refresh_contact(tx, lead, now).await?;
        leads::score::refresh(tx, &[lead.id], median_won, now).await
    }

    async fn lock_lead(&self, tx: &mut Tx, lead: LeadId) -> Result<Lead> {
        leads::store::lock(tx, self.0.actor(), lead).await?.ok_or(Error::NotFound)
    }

    /// The interaction and its lead, held against other writers.
    async fn lock(&self, tx: &mut Tx, id: InteractionId) -> Result<(Lead, Interaction)> {
        let lead = store::lead_of(tx, id).await?.ok_or(Error::NotFound)?;
        let lead = self.lock_lead(tx, lead).await?;
        // Read behind the lock: it may have been changed, deleted or moved to another lead meanwhile.
        let interaction = store::find(tx, lead.id, id).await?.ok_or(Error::NotFound)?;
        Ok((lead, interaction))
    }

    async fn record(
        &self,
        tx: &mut Tx,
        kind: &'static str,
        interaction: &Interaction,
        changes: &Changes,
        before: Option<Value>,
        at: Timestamp,
    ) -> Result<()> {
        let lead = Some(interaction.lead_id);
        let event = Event { kind, entity: "interaction", entity_id: interaction.id.0, lead, changes, before };
        events::record(tx, self.0.actor(), at, event).await
    }
}
