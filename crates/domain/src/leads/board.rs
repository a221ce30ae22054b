//! The board: a column for each status, and how a lead moves on it.

use garde::Validate;
use serde::{Deserialize, Serialize};

use super::{Lead, LeadStatus};
use crate::{Cursor, Fields, LeadId, Money, UserId, text};

/// Cards of a column that come at once.
pub const CARDS: u16 = 25;

/// One column. Its head counts every lead that matches, whatever is loaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct BoardColumn {
    pub status: LeadStatus,
    pub count: i64,
    /// What all of them are worth. Always null for engineers.
    pub value: Option<Money>,
    /// The first 25, in the order of their positions.
    pub leads: Vec<Lead>,
    /// Continues the column: `GET /api/leads` with this `status`, the same filters and `sort=position`.
    pub next_cursor: Option<Cursor>,
}

/// The columns in pipeline order: all seven, or those that the filter names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Board {
    pub columns: Vec<BoardColumn>,
}

/// One move: into a column, or to another place inside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MoveInput {
    #[garde(skip)]
    pub status: LeadStatus,
    /// Directly below this lead of the column. One that has left it meanwhile is passed over.
    #[serde(default)]
    #[garde(skip)]
    pub after: Option<LeadId>,
    /// Directly above this one; looked at when there is no `after`. Without either, on top of the column.
    #[serde(default)]
    #[garde(skip)]
    pub before: Option<LeadId>,
    /// The version that was seen; a stale one is refused, and the refusal says who moved the lead where.
    #[serde(default)]
    #[garde(skip)]
    pub version: Option<i64>,
    /// Why it was lost; only with `lost`.
    #[serde(default)]
    #[garde(custom(text::up_to(500)))]
    pub lost_reason: Option<String>,
    /// Who delivers instead of the engineer with the least work; only with `won`.
    #[serde(default)]
    #[garde(skip)]
    pub assigned_engineer: Option<UserId>,
}

impl MoveInput {
    /// Tidies the reason, then checks every rule.
    pub fn checked(mut self) -> Result<Self, Fields> {
        text::tidy(&mut self.lost_reason);
        self.validate()?;
        let mut fields = Fields::default();
        if self.lost_reason.is_some() && self.status != LeadStatus::Lost {
            fields.add("lostReason", "goes with the status lost");
        }
        if self.assigned_engineer.is_some() && self.status != LeadStatus::Won {
            fields.add("assignedEngineer", "goes with the status won");
        }
        fields.into_result()?;
        Ok(self)
    }
}
