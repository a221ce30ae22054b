//! One change to many leads.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

use super::LeadInput;
use crate::{JobId, LeadId};

/// Leads one request names at the most; more are named by a filter.
pub const MAX_IDS: usize = 10_000;
/// Leads that are changed while the caller waits; more become a job in the background.
pub const MAX_AT_ONCE: i64 = 1_000;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum BulkAction {
    /// Makes leads; needs neither ids nor filter.
    Create {
        leads: Vec<LeadInput>,
    },
    /// Applies one merge patch to each.
    Update {
        patch: Value,
    },
    /// Sets `assignedTo` (null: nobody), `assignedEngineer`, or both.
    Assign {
        patch: Value,
    },
    /// Moves each to one status; with `lostReason` when that is lost.
    Move {
        patch: Value,
    },
    Delete,
}

/// A whole request: the action, the leads it is about, and what happens when one refuses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", try_from = "Sent")]
pub struct BulkInput {
    #[serde(flatten)]
    pub action: BulkAction,
    /// At most 10,000; either these or a filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<LeadId>>,
    /// A query string of the list: every lead that matches. Empty matches all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Changes what can be changed and reports the rest; otherwise one refusal keeps all of it from happening.
    #[serde(default)]
    pub partial: bool,
}

/// A request as it comes: flattened, serde would pass over what it does not know, a misspelt `partial` among it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sent {
    action: Named,
    leads: Option<Vec<LeadInput>>,
    patch: Option<Value>,
    ids: Option<Vec<LeadId>>,
    filter: Option<String>,
    #[serde(default)]
    partial: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Named {
    Create,
    Update,
    Assign,
    Move,
    Delete,
}

impl TryFrom<Sent> for BulkInput {
    type Error = &'static str;

    fn try_from(sent: Sent) -> Result<Self, Self::Error> {
        let Sent { action, leads, patch, ids, filter, partial } = sent;
        let action = match (action, leads, patch) {
            (Named::Create, Some(leads), None) => BulkAction::Create { leads },
            (Named::Update, None, Some(patch)) => BulkAction::Update { patch },
            (Named::Assign, None, Some(patch)) => BulkAction::Assign { patch },
            (Named::Move, None, Some(patch)) => BulkAction::Move { patch },
            (Named::Delete, None, None) => BulkAction::Delete,
            (Named::Create, ..) => return Err("takes leads and no patch with the action create"),
            (Named::Delete, ..) => return Err("takes neither leads nor a patch with the action delete"),
            (Named::Update | Named::Assign | Named::Move, ..) => {
                return Err("takes a patch and no leads with this action");
            }
        };
        Ok(BulkInput { action, ids, filter, partial })
    }
}

/// How a change of many leads stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl JobState {
    /// Every state, in the order in which a job goes through them.
    pub const ALL: [JobState; 5] =
        [JobState::Queued, JobState::Running, JobState::Done, JobState::Failed, JobState::Cancelled];

    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Cancelled => "cancelled",
        }
    }

    /// Whether nothing will change about it any more.
    pub fn is_over(self) -> bool {
        match self {
            JobState::Queued | JobState::Running => false,
            JobState::Done | JobState::Failed | JobState::Cancelled => true,
        }
    }
}

impl std::str::FromStr for JobState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        JobState::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or("expected queued, running, done, failed or cancelled")
    }
}

/// One lead that refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct BulkFailure {
    /// The lead, or null for one that was to be created.
    pub id: Option<LeadId>,
    /// Its place in the request, from 0.
    pub index: i64,
    pub reason: String,
}

/// A change of many leads: done at once, or on its way. When it is done, leads that are neither among `rowsChanged` nor
/// among `rowsFailed` were so already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct BulkJob {
    /// Null for one that was done at once.
    pub id: Option<JobId>,
    pub state: JobState,
    pub rows_total: i64,
    /// Looked at so far.
    pub rows_done: i64,
    pub rows_changed: i64,
    pub rows_failed: i64,
    /// The first 1,000 of them.
    pub failures: Vec<BulkFailure>,
    /// Why it ended early, and what was kept.
    pub failure: Option<String>,
    /// Undoes all of it: see `POST /api/undo`.
    pub undo: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    pub finished_at: Option<OffsetDateTime>,
}

/// Takes back what one request changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UndoInput {
    /// The `X-Request-Id` of the answer to that request, or the `undo` of a [`BulkJob`].
    pub request_id: String,
}
