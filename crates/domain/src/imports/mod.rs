//! Files of leads from elsewhere: what is in them, what becomes of each row, and how far it is.

mod field;
mod settings;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use field::ImportField;
pub use settings::{DateOrder, Encoding, ImportSettings, Mapping, OnDuplicate};

use crate::{ImportId, LeadId, UserId, leads::ExportFormat, users::Role};

/// Bytes of a file at the most: 256 MiB.
pub const MAX_FILE_BYTES: u64 = 256 << 20;
/// Rows of a file at the most, the header among them: those of a sheet.
pub const MAX_ROWS: u64 = 1_048_576;
/// Columns of a file at the most.
pub const MAX_COLUMNS: usize = 1_000;
/// Rows on one page of a report.
pub const ROWS_PAGE: i64 = 50;
/// Rows on one page at the most.
pub const MAX_PAGE: i64 = 200;

/// How an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// The dry run goes on.
    Checking,
    /// The dry run says what would happen; nothing has happened yet.
    Checked,
    /// Leads are being written.
    Running,
    Done,
    Cancelled,
    Failed,
    /// What it did is being taken back.
    Reverting,
    Reverted,
}

impl ImportState {
    /// Whether something is going on that ends by itself.
    pub fn is_busy(self) -> bool {
        match self {
            ImportState::Checking | ImportState::Running | ImportState::Reverting => true,
            ImportState::Checked
            | ImportState::Done
            | ImportState::Cancelled
            | ImportState::Failed
            | ImportState::Reverted => false,
        }
    }
}

/// What an import is doing, or did last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImportStep {
    /// The dry run.
    Check,
    Run,
    Revert,
}

impl ImportStep {
    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            ImportStep::Check => "check",
            ImportStep::Run => "run",
            ImportStep::Revert => "revert",
        }
    }
}

impl std::str::FromStr for ImportStep {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [ImportStep::Check, ImportStep::Run, ImportStep::Revert]
            .into_iter()
            .find(|step| step.as_str() == text)
            .ok_or("expected check, run or revert")
    }
}

/// Rows by what becomes of them. Together they are the rows of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ImportCounts {
    pub created: i64,
    pub updated: i64,
    pub skipped: i64,
    pub failed: i64,
}

impl ImportCounts {
    /// One more of these.
    pub fn add(&mut self, outcome: RowOutcome) {
        *match outcome {
            RowOutcome::Created => &mut self.created,
            RowOutcome::Updated => &mut self.updated,
            RowOutcome::Skipped => &mut self.skipped,
            RowOutcome::Failed => &mut self.failed,
        } += 1;
    }

    /// How many there are of these.
    pub fn of(&self, outcome: RowOutcome) -> i64 {
        match outcome {
            RowOutcome::Created => self.created,
            RowOutcome::Updated => self.updated,
            RowOutcome::Skipped => self.skipped,
            RowOutcome::Failed => self.failed,
        }
    }

    /// All of them.
    pub fn total(&self) -> i64 {
        self.created + self.updated + self.skipped + self.failed
    }
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RowOutcome {
    Created,
    Updated,
    Skipped,
    Failed,
}

impl RowOutcome {
    /// Every outcome, in the order of the counts.
    pub const ALL: [RowOutcome; 4] =
        [RowOutcome::Created, RowOutcome::Updated, RowOutcome::Skipped, RowOutcome::Failed];

    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            RowOutcome::Created => "created",
            RowOutcome::Updated => "updated",
            RowOutcome::Skipped => "skipped",
            RowOutcome::Failed => "failed",
        }
    }
}

impl std::str::FromStr for RowOutcome {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        RowOutcome::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
            .ok_or("expected created, updated, skipped or failed")
    }
}

/// A column of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ImportColumn {
    /// As in the file; a second column of this name is called `name (2)`, one without a name `Column 7`.
    pub header: String,
    /// Its first values that are not blank.
    pub samples: Vec<String>,
}

/// A value of the file that names nothing known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnknownValue {
    pub field: ImportField,
    pub value: String,
    /// In so many rows.
    pub rows: i64,
}

/// A lead that a revert left as it is, in whole or in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    pub lead: LeadId,
    pub name: String,
    /// What others changed since, in words.
    pub reason: String,
}

/// A file of leads on its way in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Import {
    pub id: ImportId,
    pub file_name: String,
    pub size_bytes: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub format: ExportFormat,
    pub state: ImportState,
    /// What the state is about: a dry run that failed wrote nothing.
    pub step: ImportStep,
    /// Sheets of an XLSX file.
    pub sheets: Vec<String>,
    pub columns: Vec<ImportColumn>,
    pub settings: ImportSettings,
    /// Rows of data in the file; null until all of it was read once.
    pub rows_total: Option<i64>,
    /// Rows that the present step has behind it; of a revert, leads.
    pub rows_done: i64,
    /// Of a dry run: what would become of the rows.
    pub counts: ImportCounts,
    /// The first 500 of them.
    pub unknown: Vec<UnknownValue>,
    /// Why it ended early, and what was kept.
    pub failure: Option<String>,
    /// After a revert: the first 1,000 leads that others have changed since.
    pub kept: Vec<Kept>,
    /// Leads that a revert left in whole or in part.
    pub kept_total: i64,
    /// False once the file was cleared away, 30 days after it came: it can be reverted still, and neither run nor
    /// downloaded.
    pub has_file: bool,
    pub created_by: Option<UserId>,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    pub finished_at: Option<OffsetDateTime>,
}

impl Import {
    /// Whether someone goes on with it: whoever sent it, and every admin with one of the command line.
    pub fn is_of(&self, person: Option<UserId>, role: Role) -> bool {
        match self.created_by {
            Some(sender) => person == Some(sender),
            None => role == Role::Admin,
        }
    }

    /// Whether the file can still be read in another way: no lead was written, and none is being written.
    pub fn can_be_read_again(&self) -> bool {
        match (self.step, self.state) {
            (ImportStep::Check, _) => true,
            (ImportStep::Run, ImportState::Failed | ImportState::Cancelled) => {
                self.counts.created + self.counts.updated == 0
            }
            (ImportStep::Run | ImportStep::Revert, _) => false,
        }
    }
}

/// What is wrong with one cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RowProblem {
    /// The header of its column; empty for a problem of the row as a whole.
    pub column: String,
    /// The first 100 characters of the cell.
    pub value: String,
    /// The rule it breaks.
    pub message: String,
}

/// One row of the file and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ImportRow {
    /// Its number in the file, from 1, the header's row counted.
    pub row: i64,
    pub outcome: RowOutcome,
    /// The lead that it made or changed, or that is in its way; null once that lead is deleted.
    pub lead: Option<LeadId>,
    pub name: String,
    pub email: String,
    /// What changes, or why it is skipped.
    pub detail: String,
    pub problems: Vec<RowProblem>,
}

impl ImportRow {
    /// What is wrong with it, in a line: `value "12k": is no amount; email: is not a valid e-mail address`.
    pub fn reason(&self) -> String {
        let told = |RowProblem { column, value, message }: &RowProblem| match (column.as_str(), value.as_str()) {
            ("", _) => message.clone(),
            (column, "") => format!("{column}: {message}"),
            (column, value) => format!("{column} {value:?}: {message}"),
        };
        self.problems.iter().map(told).collect::<Vec<_>>().join("; ")
    }
}

/// A stretch of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ImportRows {
    pub items: Vec<ImportRow>,
    /// Send it back as `after`; null at the end.
    pub next: Option<i64>,
}
