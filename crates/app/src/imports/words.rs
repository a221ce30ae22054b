//! What imports, their states and their rows are called.

use domain::imports::{Import, ImportField, ImportState, ImportStep, OnDuplicate, RowOutcome};

use crate::UiError;

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

/// What becomes of rows: before it happens, afterwards, and once that was taken back.
pub fn outcome(outcome: RowOutcome, step: ImportStep) -> &'static str {
    match (outcome, step) {
        (RowOutcome::Created, ImportStep::Check) => "Create",
        (RowOutcome::Created, ImportStep::Run) => "Created",
        (RowOutcome::Created, ImportStep::Revert) => "Was created",
        (RowOutcome::Updated, ImportStep::Check) => "Update",
        (RowOutcome::Updated, ImportStep::Run) => "Updated",
        (RowOutcome::Updated, ImportStep::Revert) => "Was updated",
        (RowOutcome::Skipped, ImportStep::Check) => "Skip",
        (RowOutcome::Skipped, ImportStep::Run | ImportStep::Revert) => "Skipped",
        (RowOutcome::Failed, _) => "Error",
    }
}

/// How much of the file the counts are about; nothing where that is not known, or told beside them while it goes on.
pub fn extent(import: &Import) -> Option<String> {
    let read = import.counts.total();
    let total = match import.step {
        _ if import.state.is_busy() => return None,
        // Its total is of the time before, and the file may be read in another way now.
        ImportStep::Check => (import.state == ImportState::Checked).then_some(read),
        ImportStep::Run | ImportStep::Revert => import.rows_total.filter(|total| *total >= read),
    };
    let rows = |number: i64| format!("{} {}", count(number), if number == 1 { "row" } else { "rows" });
    match total {
        Some(total) if read < total => Some(format!("{} of {}", count(read), rows(total))),
        Some(total) => Some(format!("{} in the file", rows(total))),
        None if read == 0 => None,
        None => Some(format!("{} of the file", rows(read))),
    }
}

/// Whether no row can have a name: none of them makes a lead.
pub fn is_nameless(import: &Import) -> bool {
    let has = |wanted: &[ImportField]| {
        let mut fields = import.columns.iter().filter_map(|column| *import.settings.mapping.get(&column.header)?);
        fields.any(|field| wanted.contains(&field))
    };
    // Leads that are there have their names.
    let finds = import.settings.on_duplicate == OnDuplicate::Update
        && has(&[ImportField::Id, ImportField::Email, ImportField::Phone]);
    !finds && !has(&[ImportField::Name, ImportField::FirstName, ImportField::LastName])
}

/// What is the matter with the file, or with what was chosen about it.
pub fn refusal(error: &UiError) -> String {
    let about = |(field, reason): (&String, &String)| match field.as_str() {
        "file" => format!("The file {reason}."),
        "headerRow" => format!("The row of the headers: {reason}."),
        _ => reason.clone(),
    };
    let told: Vec<String> = error.0.fields.0.iter().map(about).collect();
    if told.is_empty() { error.message() } else { told.join(" ") }
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

#[cfg(test)]
pub(super) mod tests {
    use domain::{ErrorCode, Fields, ImportId, Problem, imports::*, leads::ExportFormat};

    use super::*;

    pub fn import(state: ImportState, step: ImportStep, created: i64, rows_total: Option<i64>) -> Import {
        Import {
            id: ImportId(1),
            file_name: "leads.csv".into(),
            size_bytes: 1,
            format: ExportFormat::Csv,
            state,
            step,
            sheets: Vec::new(),
            columns: ["Mobile", "Kunde"]
                .map(|header| ImportColumn { header: header.into(), samples: Vec::new() })
                .into(),
            settings: ImportSettings::default(),
            rows_total,
            rows_done: 0,
            counts: ImportCounts { created, ..ImportCounts::default() },
            unknown: Vec::new(),
            failure: None,
            kept: Vec::new(),
            kept_total: 0,
            has_file: true,
            created_by: None,
            created_at: time::OffsetDateTime::UNIX_EPOCH,
            finished_at: None,
        }
    }

    #[test]
    fn nothing_is_said_of_a_file_that_is_not_so() {
        use ImportState::{Cancelled, Checked, Checking, Done, Failed, Reverted, Running};
        use ImportStep::{Check, Revert, Run};
        for (state, step, created, total, said) in [
            (Checking, Check, 0, None, None),
            (Checking, Check, 4_000, Some(30_000), None),
            (Running, Run, 4_000, Some(30_000), None),
            (Checked, Check, 1, Some(1), Some("1 row in the file")),
            (Cancelled, Check, 6_000, None, Some("6,000 rows of the file")),
            (Cancelled, Check, 6_000, Some(30_000), Some("6,000 rows of the file")),
            (Cancelled, Run, 6_000, Some(30_000), Some("6,000 of 30,000 rows")),
            (Failed, Run, 6_000, None, Some("6,000 rows of the file")),
            (Failed, Check, 0, None, None),
            (Done, Run, 30_000, Some(30_000), Some("30,000 rows in the file")),
            (Reverted, Revert, 6_000, Some(30_000), Some("6,000 of 30,000 rows")),
        ] {
            assert_eq!(extent(&import(state, step, created, total)).as_deref(), said, "{state:?} {step:?}");
        }
    }

    #[test]
    fn a_file_is_nameless_when_no_row_could_make_or_find_a_lead() {
        let mut file = import(ImportState::Checked, ImportStep::Check, 0, None);
        assert!(is_nameless(&file));
        file.settings.mapping.insert("Mobile".into(), Some(ImportField::Phone));
        file.settings.mapping.insert("Gone".into(), Some(ImportField::Name));
        assert!(is_nameless(&file), "a column that the file does not have names nobody");
        file.settings.on_duplicate = OnDuplicate::Update;
        assert!(!is_nameless(&file));
        file.settings.on_duplicate = OnDuplicate::Skip;
        file.settings.mapping.insert("Kunde".into(), Some(ImportField::LastName));
        assert!(!is_nameless(&file));
    }

    #[test]
    fn a_refusal_says_what_it_is_about() {
        let refused = |field: &str, reason: &str| {
            let mut problem = Problem::new(ErrorCode::Invalid, "Some fields are not valid.");
            problem.fields = Fields::one(field, reason);
            refusal(&UiError(Box::new(problem)))
        };
        assert_eq!(refused("file", "has no headers in row 900"), "The file has no headers in row 900.");
        assert_eq!(refused("headerRow", "at most 1000"), "The row of the headers: at most 1000.");
        assert_eq!(refused("mapping", "the file has no column \"x\""), "the file has no column \"x\"");
    }
}
