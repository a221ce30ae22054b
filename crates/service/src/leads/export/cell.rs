//! What stands in which cell, whatever the format.

use std::{borrow::Cow, collections::HashMap};

use domain::{
    Money, ProductId, Timestamp, UserId,
    leads::{Lead, LeadColumn, cells},
};
use sqlx::{Postgres, Transaction};

use crate::Result;

/// The value of one cell.
pub(super) enum Cell<'a> {
    Empty,
    /// Still as people wrote it: the format guards it.
    Text(Cow<'a, str>),
    Number(i64),
    Amount(Money),
    Instant(Timestamp),
}

/// What people and products are called; a few hundred of them at the most, whatever the number of leads.
pub(super) struct Names {
    emails: HashMap<UserId, String>,
    products: HashMap<ProductId, String>,
}

impl Names {
    /// All of them, those that left or were taken off the catalogue as well: leads still name them.
    pub(super) async fn load(tx: &mut Transaction<'_, Postgres>) -> Result<Self> {
        let people = sqlx::query!(r#"select id as "id: UserId", email from users"#).fetch_all(&mut **tx).await?;
        let products = sqlx::query!(r#"select id as "id: ProductId", name from products"#).fetch_all(&mut **tx).await?;
        Ok(Names {
            emails: people.into_iter().map(|person| (person.id, person.email)).collect(),
            products: products.into_iter().map(|product| (product.id, product.name)).collect(),
        })
    }

    fn email(&self, id: Option<UserId>) -> Cell<'_> {
        text(id.and_then(|id| self.emails.get(&id)))
    }

    fn product(&self, id: Option<ProductId>) -> Cell<'_> {
        text(id.and_then(|id| self.products.get(&id)))
    }

    fn all(&self, ids: &[ProductId]) -> Cell<'_> {
        if ids.is_empty() {
            return Cell::Empty;
        }
        let names = ids.iter().filter_map(|id| self.products.get(id)).map(String::as_str);
        Cell::Text(cells::joined_names(names).into())
    }
}

/// The lead's cell in this column.
pub(super) fn cell<'a>(column: LeadColumn, lead: &'a Lead, names: &'a Names) -> Cell<'a> {
    match column {
        LeadColumn::Id => Cell::Number(lead.id.0),
        LeadColumn::Name => text(Some(&lead.name)),
        LeadColumn::Company => text(lead.company.as_ref()),
        LeadColumn::Email => text(lead.email.as_ref()),
        LeadColumn::Phone => text(lead.phone.as_ref()),
        LeadColumn::Status => Cell::Text(lead.status.as_str().into()),
        LeadColumn::Priority => Cell::Text(lead.priority.as_str().into()),
        LeadColumn::Source => text(lead.source.as_ref()),
        LeadColumn::Value => lead.value.map_or(Cell::Empty, Cell::Amount),
        LeadColumn::AssignedTo => names.email(lead.assigned_to),
        LeadColumn::AssignedEngineer => names.email(lead.assigned_engineer),
        LeadColumn::Product => names.product(lead.assigned_product),
        LeadColumn::Products => names.all(&lead.products),
        LeadColumn::Score => Cell::Number(lead.score.into()),
        LeadColumn::FollowUpAt => instant(lead.follow_up_at),
        LeadColumn::FollowUpNote => text(lead.follow_up_note.as_ref()),
        LeadColumn::LostReason => text(lead.lost_reason.as_ref()),
        LeadColumn::EngineeringProgress => Cell::Number(lead.engineering_progress.into()),
        LeadColumn::EngineeringNotes => text(lead.engineering_notes.as_ref()),
        LeadColumn::BlockedReason => text(lead.blocked_reason.as_ref()),
        LeadColumn::Notes => text(lead.notes.as_ref()),
        LeadColumn::LastContactedAt => instant(lead.last_contacted_at),
        LeadColumn::StageEnteredAt => Cell::Instant(lead.stage_entered_at),
        LeadColumn::ClosedAt => instant(lead.closed_at),
        LeadColumn::CreatedBy => names.email(lead.created_by),
        LeadColumn::CreatedVia => Cell::Text(lead.created_via.as_str().into()),
        LeadColumn::CreatedAt => Cell::Instant(lead.created_at),
        LeadColumn::UpdatedAt => Cell::Instant(lead.updated_at),
    }
}

fn text(text: Option<&String>) -> Cell<'_> {
    text.map_or(Cell::Empty, |text| Cell::Text(text.as_str().into()))
}

fn instant<'a>(at: Option<Timestamp>) -> Cell<'a> {
    at.map_or(Cell::Empty, Cell::Instant)
}
