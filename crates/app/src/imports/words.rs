//! What imports, their states and their rows are called.

use domain::imports::{Import, ImportState, ImportStep, RowOutcome};

/// `12,345`.
pub fn count(number: i64) -> String {
    crate::leads::format::count(number)
}

/// The state in one word or two, and the class that colours it.
pub fn state(import: &Import) -> (&'static str, &'static str) {
    match import.state {
        ImportState::Checking => ("Checking", "s-contacted"),
        ImportState::Checked => ("Not imported yet", "s-negotiation"),
        ImportState::Running => ("Importing", "s-contacted"),
        ImportState::Done => ("Imported", "s-won"),
        ImportState::Cancelled if import.step == ImportStep::Check => ("Check cancelled", "s-lost"),
        ImportState::Cancelled => ("Cancelled", "s-lost"),
        ImportState::Failed => ("Failed", "s-lost"),
        ImportState::Reverting => ("Reverting", "s-contacted"),
        ImportState::Reverted => ("Reverted", "s-proposal"),
    }
}

/// What becomes of rows, before it happens and afterwards.
pub fn outcome(outcome: RowOutcome, is_done: bool) -> &'static str {
    match (outcome, is_done) {
        (RowOutcome::Created, false) => "Create",
        (RowOutcome::Created, true) => "Created",
        (RowOutcome::Updated, false) => "Update",
        (RowOutcome::Updated, true) => "Updated",
        (RowOutcome::Skipped, false) => "Skip",
        (RowOutcome::Skipped, true) => "Skipped",
        (RowOutcome::Failed, _) => "Error",
    }
}

/// The class that colours an outcome.
pub fn colour(outcome: RowOutcome) -> &'static str {
    match outcome {
        RowOutcome::Created => "s-won",
        RowOutcome::Updated => "s-qualified",
        RowOutcome::Skipped => "o-skipped",
        RowOutcome::Failed => "s-lost",
    }
}
