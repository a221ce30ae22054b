//! How a row becomes a [`Lead`]: by position, since looking 31 names up for each of 50 rows is a tenth of a page's time.

use domain::leads::Lead;
use sqlx::{Decode, FromRow, Postgres, Row, Type, postgres::PgRow};

/// Every field of [`Lead`] in the order in which [`LeadRow`] reads them.
pub(super) const COLUMNS: &str = "id, name, email, phone, company, status, source, value, assigned_to, \
    assigned_engineer, assigned_product, product_ids, notes, priority, score, score_is_set, \
    engineering_progress, engineering_notes, blocked_reason, follow_up_at, follow_up_note, lost_reason, position, \
    version, created_by, created_via, last_contacted_at, stage_entered_at, closed_at, created_at, updated_at";

/// A lead as it comes from [`COLUMNS`].
pub(super) struct LeadRow(pub Lead);

impl<'r> FromRow<'r, PgRow> for LeadRow {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        let mut row = InOrder { row, next: 0 };
        // Fields of a struct are evaluated in the order in which they stand here.
        Ok(LeadRow(Lead {
            id: row.take()?,
            name: row.take()?,
            email: row.take()?,
            phone: row.take()?,
            company: row.take()?,
            status: row.take()?,
            source: row.take()?,
            value: row.take()?,
            assigned_to: row.take()?,
            assigned_engineer: row.take()?,
            assigned_product: row.take()?,
            products: row.take()?,
            notes: row.take()?,
            priority: row.take()?,
            score: row.take()?,
            score_is_set: row.take()?,
            engineering_progress: row.take()?,
            engineering_notes: row.take()?,
            blocked_reason: row.take()?,
            follow_up_at: row.take()?,
            follow_up_note: row.take()?,
            lost_reason: row.take()?,
            position: row.take()?,
            version: row.take()?,
            created_by: row.take()?,
            created_via: row.take()?,
            last_contacted_at: row.take()?,
            stage_entered_at: row.take()?,
            closed_at: row.take()?,
            created_at: row.take()?,
            updated_at: row.take()?,
        }))
    }
}

struct InOrder<'r> {
    row: &'r PgRow,
    next: usize,
}

impl<'r> InOrder<'r> {
    fn take<T: Decode<'r, Postgres> + Type<Postgres>>(&mut self) -> sqlx::Result<T> {
        let at = self.next;
        self.next += 1;
        self.row.try_get(at)
    }
}
