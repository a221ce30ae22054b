//! Use cases around saved views: lists that were given a name.

mod store;

use domain::{
    Fields, Timestamp, ViewId,
    events::{Changes, changes},
    leads::LeadQuery,
    views::{MAX_VIEWS, View, ViewInput},
};
use serde_json::Value;
use sqlx::{Postgres, Transaction};

use crate::{Acting, Error, Result, error::OnConstraint, events, events::Event, patch, policy, policy::Action};

/// Views that one actor sees: their own, and those that others share.
pub struct Views<'a>(pub(crate) &'a Acting);

impl Views<'_> {
    /// The actor's own first, then shared ones; by name. At most 200. Shared views whose query asks for a field that
    /// the actor does not see are left out.
    pub async fn list(&self) -> Result<Vec<View>> {
        self.0.allow(Action::ManageViews)?;
        let mut views = store::list(self.0.pool(), self.0.actor().id()).await?;
        let me = self.0.actor().id();
        views.retain(|view| me == Some(view.owner_id) || self.check_query(&view.query).is_ok());
        Ok(views)
    }

    /// Saves a view of the actor's own.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a broken rule, a name the actor has given already, or more than 100 views;
    /// [`Error::Forbidden`] for a query about a field the actor does not see.
    pub async fn create(&self, input: ViewInput) -> Result<View> {
        self.0.allow(Action::ManageViews)?;
        let owner = policy::person(self.0.actor())?;
        let input = input.checked().map_err(Error::Invalid)?;
        self.check_query(&input.query)?;
        let now = self.0.crm.now();
        let mut tx = self.0.begin().await?;
        if store::count(&mut tx, owner).await? >= MAX_VIEWS {
            let message = format!("you have {MAX_VIEWS} views already; delete one first");
            return Err(Error::Invalid(Fields::one("name", message)));
        }
        let view = named(store::insert(&mut tx, owner, &input, now).await)?;
        let changes = changes(&ViewInput::default(), &input)?;
        self.record(&mut tx, "view.created", view.id, &changes, None, now).await?;
        tx.commit().await?;
        Ok(view)
    }

    /// Changes a view by a merge patch (RFC 7396): the actor's own, or as an admin a shared one. A patch that changes
    /// nothing writes nothing.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a shared view of someone else's, [`Error::NotFound`] for a private one; the rest as for
    /// [`Views::create`].
    pub async fn update(&self, id: ViewId, patch: Value) -> Result<View> {
        self.0.allow(Action::ManageViews)?;
        let mut tx = self.0.begin().await?;
        let before = store::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
        policy::allow_view(self.0.actor(), &before)?;
        let was = input_of(&before);
        let input = patch::merge(&was, &before, patch::object_of(patch)?)?.checked().map_err(Error::Invalid)?;
        self.check_query(&input.query)?;
        let changes = changes(&was, &input)?;
        if changes.is_empty() {
            return Ok(before);
        }
        let now = self.0.crm.now();
        let view = named(store::update(&mut tx, id, &input, now).await)?;
        let row = serde_json::to_value(&before)?;
        self.record(&mut tx, "view.updated", id, &changes, Some(row), now).await?;
        tx.commit().await?;
        Ok(view)
    }

    /// Takes a view away; its event keeps it whole.
    ///
    /// # Errors
    /// As for [`Views::update`].
    pub async fn delete(&self, id: ViewId) -> Result<()> {
        self.0.allow(Action::ManageViews)?;
        let mut tx = self.0.begin().await?;
        let before = store::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
        policy::allow_view(self.0.actor(), &before)?;
        let now = self.0.crm.now();
        store::delete(&mut tx, id).await?;
        let row = serde_json::to_value(&before)?;
        self.record(&mut tx, "view.deleted", id, &Changes::new(), Some(row), now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A view is no way around what the list itself refuses.
    fn check_query(&self, query: &str) -> Result<()> {
        let query = LeadQuery::parse(query).map_err(Error::Invalid)?;
        policy::allow_query(self.0.actor(), &query)
    }

    async fn record(
        &self,
        tx: &mut Transaction<'_, Postgres>,
        kind: &'static str,
        id: ViewId,
        changes: &Changes,
        before: Option<Value>,
        at: Timestamp,
    ) -> Result<()> {
        let event = Event { kind, entity: "view", entity_id: id.0, lead: None, changes, before };
        events::record(tx, self.0.actor(), at, event).await
    }
}

fn input_of(view: &View) -> ViewInput {
    let View { id: _, owner_id: _, name, query, columns, is_shared, updated_at: _ } = view;
    ViewInput { name: name.clone(), query: query.clone(), columns: columns.clone(), is_shared: *is_shared }
}

fn named(written: Result<View, sqlx::Error>) -> Result<View> {
    written.on_constraint("saved_views_name_key", "name", "you have a view of this name already")
}
