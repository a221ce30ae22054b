//! What becomes of one lead: its fields, what moves along with them, and what its event keeps for undo. Not the writing.

use domain::{
    LeadId, Timestamp,
    events::{Change, Changes, changes},
    leads::{Lead, LeadInput},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Result;

/// The event of a card that only changed its place in its column.
pub(super) const REORDERED: &str = "lead.reordered";
/// What it says has changed.
pub(super) const POSITION: &str = "position";

/// When a lead entered its stage, and when it was decided.
#[derive(Clone, Copy)]
pub(super) struct Stage {
    pub entered_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// What becomes of one lead.
pub(super) struct Revision<'a> {
    pub before: &'a Lead,
    pub input: LeadInput,
    pub stage: Stage,
    pub last_contacted_at: Option<Timestamp>,
    /// Its rank on the board; `None` leaves it, or puts it on top of the column that it enters.
    pub position: Option<String>,
    /// The score while none is set by hand; `None` has the rule decide.
    pub computed_score: Option<i16>,
    pub kind: &'static str,
    pub changes: Changes,
    /// What undo needs beside the changes.
    pub kept: Option<Value>,
}

/// What a change may move along that is not in `changes`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    #[serde(with = "time::serde::rfc3339")]
    pub stage_entered_at: Timestamp,
    #[serde(with = "time::serde::rfc3339::option")]
    pub closed_at: Option<Timestamp>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_contacted_at: Option<Timestamp>,
    pub score: i16,
    /// None in what was written before leads had ranks of their own.
    #[serde(default)]
    pub position: Option<String>,
}

impl Kept {
    pub(super) fn of(lead: &Lead) -> Self {
        Kept {
            stage_entered_at: lead.stage_entered_at,
            closed_at: lead.closed_at,
            last_contacted_at: lead.last_contacted_at,
            score: lead.score,
            position: Some(lead.position.clone()),
        }
    }
}

impl<'a> Revision<'a> {
    /// The lead as `input` has it, everything else as it is.
    pub(super) fn of(before: &'a Lead, input: LeadInput, stage: Stage) -> Result<Self> {
        let changes = changes(&LeadInput::of(before), &input)?;
        let moved = before.status != input.status;
        let kept = moved || changes.contains_key("score");
        Ok(Revision {
            before,
            stage,
            last_contacted_at: before.last_contacted_at,
            position: None,
            computed_score: None,
            kind: if moved { "lead.status_changed" } else { "lead.updated" },
            kept: if kept { Some(serde_json::to_value(Kept::of(before))?) } else { None },
            input,
            changes,
        })
    }

    /// The lead, and when it was talked to last, before this or with it.
    pub(super) fn last_contact(&self) -> (LeadId, Option<Timestamp>) {
        (self.before.id, self.last_contacted_at.max(self.before.last_contacted_at))
    }

    /// Nothing but another place in the column.
    pub(super) fn reorder(&mut self, position: String) -> Result<()> {
        let change = Change { from: self.before.position.clone().into(), to: position.clone().into() };
        self.kind = REORDERED;
        self.changes.insert(POSITION.into(), change);
        self.kept = Some(serde_json::to_value(Kept::of(self.before))?);
        self.position = Some(position);
        Ok(())
    }
}
