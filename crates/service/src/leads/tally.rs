//! What came of a change of many leads: counts, the first refusals, and the one answer to all of them.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use domain::{
    Fields, LeadId, Timestamp,
    leads::{BulkFailure, BulkJob, JobState},
};

use crate::{Error, Result};

/// Refusals that are reported one by one.
const REPORTED: usize = 1_000;
/// Reasons that one sentence names.
const NAMED: usize = 3;

/// Counts outcomes as they come in.
#[derive(Default)]
pub(super) struct Tally {
    pub total: i64,
    pub done: i64,
    pub changed: i64,
    pub failed: i64,
    pub failures: Vec<BulkFailure>,
    /// Leads looked at so far, for whoever reports on the way.
    pub seen: Arc<AtomicI64>,
    forbidden: i64,
    missing: i64,
    conflicts: i64,
    fields: Fields,
    /// Which lead was the first to refuse for this reason.
    reasons: Vec<(String, String)>,
}

impl Tally {
    /// One lead's outcome: whether it changed, or why not. `index` is its place in the request.
    ///
    /// # Errors
    /// What is no refusal of this lead but a failure of everything.
    pub(super) fn add(&mut self, id: Option<LeadId>, index: i64, outcome: Result<bool>) -> Result<()> {
        let refusal = match outcome {
            Ok(has_changed) => Ok(has_changed),
            Err(error) => Err(self.reason(error)?),
        };
        self.done += 1;
        self.seen.fetch_add(1, Ordering::Relaxed);
        let reason = match refusal {
            Ok(has_changed) => {
                self.changed += i64::from(has_changed);
                return Ok(());
            }
            Err(reason) => reason,
        };
        self.failed += 1;
        if self.reasons.len() < NAMED && !self.names(&reason) {
            let which = id.map_or_else(|| format!("number {}", index + 1), |id| format!("lead {id}"));
            self.reasons.push((which, reason.clone()));
        }
        if self.failures.len() < REPORTED {
            self.failures.push(BulkFailure { id, index, reason });
        }
        Ok(())
    }

    /// A lead that refused, of several in no order of the caller's.
    pub(super) fn refuse(&mut self, id: LeadId, error: Error) -> Result<()> {
        self.add(Some(id), self.done, Err(error))
    }

    fn reason(&mut self, error: Error) -> Result<String> {
        match error {
            Error::Forbidden { detail, fields } => {
                self.forbidden += 1;
                Ok(self.note(fields).unwrap_or(detail))
            }
            Error::NotFound => {
                self.missing += 1;
                Ok("does not exist, or you may not see it".into())
            }
            Error::Conflict { detail, current: _ } => {
                self.conflicts += 1;
                Ok(detail)
            }
            Error::BadRequest(fields) | Error::Invalid(fields) => {
                Ok(self.note(fields).unwrap_or_else(|| "breaks a rule".into()))
            }
            failure @ (Error::Unauthenticated
            | Error::WrongCredentials
            | Error::TooMany { .. }
            | Error::TooLarge(_)
            | Error::FileMissing
            | Error::FilesUnavailable(_)
            | Error::Unavailable(_)
            | Error::Internal(_)) => Err(failure),
        }
    }

    /// The messages of the fields in a row, and kept for the answer to all; `None` when there are none.
    fn note(&mut self, fields: Fields) -> Option<String> {
        let text = fields.to_string();
        for (field, message) in fields.0 {
            self.fields.add(field, message);
        }
        (!text.is_empty()).then_some(text)
    }

    /// The answer when nothing may happen unless everything can.
    ///
    /// # Errors
    /// Says how many refused and why the first ones did: [`Error::Conflict`] when one has moved on,
    /// [`Error::Forbidden`] or [`Error::NotFound`] when that is so for each, otherwise [`Error::Invalid`].
    pub(super) fn all_or_nothing(&mut self) -> Result<()> {
        let Some(summary) = self.summary() else { return Ok(()) };
        let mut fields = std::mem::take(&mut self.fields);
        if self.conflicts > 0 {
            return Err(Error::conflict(summary));
        }
        if self.forbidden == self.failed {
            return Err(Error::Forbidden { detail: summary, fields });
        }
        if self.missing == self.failed && self.missing == self.total {
            return Err(Error::NotFound);
        }
        fields.add("leads", summary);
        Err(Error::Invalid(fields))
    }

    /// How many refused, and why the first ones did; `None` when none did.
    pub(super) fn summary(&self) -> Option<String> {
        let (_, reason) = self.reasons.first()?;
        if self.total == 1 {
            return Some(format!("Nothing was changed. {}.", reason.trim_end_matches('.')));
        }
        let reasons = self.reasons.iter().map(|(which, reason)| format!("{which}: {}", reason.trim_end_matches('.')));
        let more = if self.failures.iter().any(|failure| !self.names(&failure.reason)) { "; …" } else { "." };
        let (failed, total, reasons) = (self.failed, self.total, reasons.collect::<Vec<_>>().join("; "));
        Some(format!("{failed} of {total} leads refused, so nothing was changed: {reasons}{more}"))
    }

    fn names(&self, reason: &str) -> bool {
        self.reasons.iter().any(|(_, known)| known == reason)
    }

    /// The report on a change that is done. Only what changed something can be undone.
    pub(super) fn report(self, undo: Option<&str>, at: Timestamp) -> BulkJob {
        let Tally { total, done, changed, failed, failures, .. } = self;
        BulkJob {
            id: None,
            state: JobState::Done,
            rows_total: total,
            rows_done: done,
            rows_changed: changed,
            rows_failed: failed,
            failures,
            failure: None,
            undo: undo.filter(|_| changed > 0).map(str::to_owned),
            created_at: at,
            finished_at: Some(at),
        }
    }
}
