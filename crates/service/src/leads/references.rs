//! People and products that a change newly names must exist, be active and have the right role.

use std::collections::HashSet;

use domain::{Fields, ProductId, UserId, events::Changes, leads::LeadInput, users::Role};
use sqlx::{Postgres, Transaction};

use crate::{Error, Result, products, users};

/// What is said of people who are not there, who left, or who do something else.
pub(super) const NO_AGENT: &str = "is not an active agent";
pub(super) const NO_ENGINEER: &str = "is not an active engineer";
/// The same of products.
pub(super) const NO_PRODUCT: &str = "names a product that does not exist";

/// What of everything that some changes name is there, asked for once for all of them.
#[derive(Default)]
pub(super) struct References {
    people: Vec<(UserId, Role)>,
    products: HashSet<ProductId>,
}

impl References {
    pub(super) async fn load<'c>(
        tx: &mut Transaction<'_, Postgres>,
        changed: impl Iterator<Item = (&'c LeadInput, &'c Changes)>,
    ) -> Result<Self> {
        let (mut people, mut named) = (HashSet::new(), HashSet::new());
        for (input, changes) in changed {
            people.extend(newly_named(input, changes).into_iter().filter_map(|(_, id, ..)| id.map(|id| id.0)));
            if changes.contains_key("products") {
                named.extend(input.products.iter().map(|product| product.0));
            }
        }
        Self::find(tx, people, named).await
    }

    /// Which of these are there.
    pub(super) async fn find(
        tx: &mut Transaction<'_, Postgres>,
        people: HashSet<i64>,
        named: HashSet<i64>,
    ) -> Result<Self> {
        let mut out = References::default();
        if !people.is_empty() {
            out.people = users::store::active_roles(tx, &people.into_iter().collect::<Vec<_>>()).await?;
        }
        if !named.is_empty() {
            out.products = products::existing(tx, &named.into_iter().collect::<Vec<_>>()).await?;
        }
        Ok(out)
    }

    /// # Errors
    /// [`Error::Invalid`] with every field that names what is not there.
    pub(super) fn check(&self, input: &LeadInput, changes: &Changes) -> Result<()> {
        let mut fields = Fields::default();
        for (field, id, roles, message) in newly_named(input, changes) {
            if !id.is_none_or(|id| self.people.iter().any(|(other, role)| *other == id && roles.contains(role))) {
                fields.add(field, message);
            }
        }
        if changes.contains_key("products") && !input.products.iter().all(|product| self.products.contains(product)) {
            let field = if changes.contains_key("assignedProduct") { "assignedProduct" } else { "products" };
            fields.add(field, NO_PRODUCT);
        }
        fields.into_result().map_err(Error::Invalid)
    }
}

type Named = (&'static str, Option<UserId>, &'static [Role], &'static str);

fn newly_named(input: &LeadInput, changes: &Changes) -> Vec<Named> {
    let people: [Named; 2] = [
        ("assignedTo", input.assigned_to, &[Role::Agent, Role::Admin], NO_AGENT),
        ("assignedEngineer", input.assigned_engineer, &[Role::Engineer], NO_ENGINEER),
    ];
    people.into_iter().filter(|(field, ..)| changes.contains_key(*field)).collect()
}
