//! Leads: people and companies who may buy, from the first contact to the delivered work.

mod board;
mod bulk;
pub mod cells;
mod columns;
mod export;
mod filter;
mod input;
mod merge;
mod my_day;
mod query;
mod rights;
pub mod score;
mod status;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use board::{Board, BoardColumn, CARDS, MoveInput};
pub use bulk::{BulkAction, BulkFailure, BulkInput, BulkJob, JobState, MAX_AT_ONCE, MAX_IDS, UndoInput};
pub use columns::LeadColumn;
pub use export::{ExportFormat, ExportInput};
pub use filter::{Between, FollowUpDue, LeadFilter, Owner};
pub use input::LeadInput;
pub use merge::{Duplicate, DuplicateQuery, MergeInput, email_key, phone_key};
pub use my_day::{FollowUps, MyDay, SHOWN};
pub use query::{LeadQuery, SortField, SortKey, TWICE, UNKNOWN, written};
pub use rights::LeadRights;
pub use score::{LeadScore, ScorePoint};
pub use status::{LeadPriority, LeadStatus};

use crate::{LeadId, Money, ProductId, UserId, events::Door};

/// A lead, whole: every door carries exactly this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Lead {
    pub id: LeadId,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub company: Option<String>,
    pub status: LeadStatus,
    pub source: Option<String>,
    /// Estimated deal value. Always null for engineers.
    pub value: Option<Money>,
    /// The sales agent; null is unassigned.
    pub assigned_to: Option<UserId>,
    pub assigned_engineer: Option<UserId>,
    /// The main product.
    pub assigned_product: Option<ProductId>,
    /// Every product the lead is about, the main one included; sorted by id.
    pub products: Vec<ProductId>,
    /// Sales notes. Always null for engineers.
    pub notes: Option<String>,
    pub priority: LeadPriority,
    /// 0 to 100.
    pub score: i16,
    /// True while a person's own score stands instead of the computed one.
    pub score_is_set: bool,
    /// Percent delivered, 0 to 100.
    pub engineering_progress: i16,
    pub engineering_notes: Option<String>,
    /// Why the work is blocked; null while it is not.
    pub blocked_reason: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub follow_up_at: Option<OffsetDateTime>,
    pub follow_up_note: Option<String>,
    pub lost_reason: Option<String>,
    /// Rank inside the board's column; compares as bytes.
    pub position: String,
    /// Grows with every write; send it along to have a stale write refused.
    pub version: i64,
    pub created_by: Option<UserId>,
    pub created_via: Door,
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_contacted_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    pub stage_entered_at: OffsetDateTime,
    /// When the lead was won or lost; null while it is open.
    #[serde(with = "time::serde::rfc3339::option")]
    pub closed_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

impl Lead {
    /// Whether it is this person's: assigned to them, or made by them.
    pub fn belongs_to(&self, person: UserId) -> bool {
        self.assigned_to == Some(person) || self.created_by == Some(person)
    }
}
