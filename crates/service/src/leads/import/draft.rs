//! One row of the file as what it would write: typed values, or what is wrong with which cell.

use std::{collections::HashMap, ops::RangeInclusive};

use domain::{
    Fields, Timestamp,
    imports::{ImportColumn, ImportField, ImportSettings, RowProblem, UnknownValue},
    leads::{LeadInput, LeadStatus, cells},
};
use time::{Date, PrimitiveDateTime, macros::date};

use super::{
    super::write::{NewLead, plan_new},
    moments::{self, When, Zone},
    names::{self, Names},
    source::{Cell, Row},
    values,
};
use crate::{Actor, Error};

/// Signs of a cell that a report shows.
const SHOWN: usize = 100;
/// Values that are listed as unknown; how often they occur is counted for these.
const UNKNOWN: usize = 500;
/// Days that a follow-up without a zone may have: in no zone do they leave the years that a lead may have, or those that
/// the database can tell.
const DAYS: RangeInclusive<Date> = date!(1970 - 01 - 02)..=date!(2200 - 12 - 30);

/// What the cells of a row say. Blank cells say nothing.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub id: Option<i64>,
    pub input: LeadInput,
    /// Which fields of `input` were given.
    pub given: Vec<ImportField>,
    /// A follow-up on the calendar of whoever imports it, until that is known in UTC.
    pub local: Option<PrimitiveDateTime>,
    /// The lead that it makes if it makes one, thought through while the database is busy with rows before it.
    pub new: Option<Box<Result<NewLead, Error>>>,
}

/// A row that was read: its draft, or why it has none.
#[derive(Debug)]
pub(super) struct Drafted {
    pub row: Row,
    pub name: String,
    pub email: String,
    pub draft: Result<Draft, Vec<RowProblem>>,
}

/// The columns of a file, each with what it is mapped to.
pub(super) struct Columns(Vec<(String, Option<ImportField>)>);

/// Reads the rows of one file.
pub(super) struct Drafter<'a> {
    names: &'a Names,
    settings: &'a ImportSettings,
    columns: &'a Columns,
    decimal: char,
    actor: &'a Actor,
    /// By field and value without case: as it stands in the file first, and in how many rows.
    unknown: HashMap<(ImportField, String), (String, i64)>,
}

impl Columns {
    pub fn of(headers: &[ImportColumn], settings: &ImportSettings) -> Self {
        let field = |header: &String| settings.mapping.get(header).copied().flatten();
        Columns(headers.iter().map(|column| (column.header.clone(), field(&column.header))).collect())
    }

    /// What is wrong with fields, told of the columns that they came from.
    pub fn about(&self, row: &Row, fields: Fields) -> Vec<RowProblem> {
        fields.0.into_iter().map(|(field, message)| self.problem(row, &field, message)).collect()
    }

    fn problem(&self, row: &Row, field: &str, message: String) -> RowProblem {
        let is_it = |mapped: &ImportField| match mapped {
            ImportField::FirstName | ImportField::LastName => field == "name",
            ImportField::Product => field == "assignedProduct" || field == "products",
            mapped => mapped.as_str() == field,
        };
        let at = self.0.iter().position(|(_, mapped)| mapped.as_ref().is_some_and(is_it));
        match at {
            Some(at) => problem(&self.0[at].0, row.cells.get(at).unwrap_or(&Cell::Blank), message),
            None => problem("", &Cell::Blank, format!("{field} {message}")),
        }
    }
}

impl<'a> Drafter<'a> {
    pub fn new(actor: &'a Actor, settings: &'a ImportSettings, columns: &'a Columns, names: &'a Names) -> Self {
        let decimal = settings.decimal.chars().next().unwrap_or('.');
        Drafter { names, settings, columns, decimal, actor, unknown: HashMap::new() }
    }

    /// Reads one row.
    pub fn draft(&mut self, row: Row) -> Drafted {
        let mut reading = Reading::default();
        let mut beyond = row.cells.iter().enumerate().skip(self.columns.0.len());
        if let Some((at, cell)) = beyond.find(|(_, cell)| !cell.is_blank()) {
            let message = format!("has a cell in column {}, which has no header", at + 1);
            reading.problems.push(problem("", cell, message));
        }
        for ((header, field), cell) in self.columns.0.iter().zip(&row.cells) {
            let Some(field) = *field else { continue };
            match cell {
                Cell::Broken { why, .. } => reading.problems.push(problem(header, cell, (*why).to_owned())),
                cell if cell.is_blank() => {}
                cell => {
                    if let Err(message) = reading.take(self, field, header, cell) {
                        reading.problems.push(problem(header, cell, message));
                    }
                }
            }
        }
        reading.finish(self, row)
    }

    /// What named nothing known, the most frequent first.
    pub fn unknown_values(&self) -> Vec<UnknownValue> {
        let all = self.unknown.iter();
        let mut all: Vec<UnknownValue> = all
            .map(|((field, _), (value, rows))| UnknownValue { field: *field, value: value.clone(), rows: *rows })
            .collect();
        all.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| (a.field, &a.value).cmp(&(b.field, &b.value))));
        all
    }
}

fn problem(column: &str, cell: &Cell, message: String) -> RowProblem {
    RowProblem { column: column.to_owned(), value: printable(&cell.shown(), SHOWN), message }
}

/// The first signs of a text in one line, as a screen and the database can show them.
pub(super) fn printable(text: &str, most: usize) -> String {
    let mut signs = text.chars().peekable();
    let shown = std::iter::from_fn(|| match signs.next()? {
        '\r' if signs.peek() == Some(&'\n') => signs.next().map(|_| ' '),
        '\r' | '\n' | '\t' => Some(' '),
        c if c.is_control() => Some('\u{fffd}'),
        c => Some(c),
    });
    shown.take(most).collect()
}

#[derive(Default)]
struct Reading {
    draft: Draft,
    first: Option<String>,
    last: Option<String>,
    title: Option<String>,
    /// Won or lost, whatever the stage says.
    decided: Option<LeadStatus>,
    problems: Vec<RowProblem>,
}

impl Reading {
    fn take(&mut self, drafter: &mut Drafter<'_>, field: ImportField, header: &str, cell: &Cell) -> Result<(), String> {
        let input = &mut self.draft.input;
        match field {
            ImportField::Name => input.name = text(cell),
            ImportField::FirstName => {
                self.first = Some(text(cell));
                return Ok(());
            }
            ImportField::LastName => {
                self.last = Some(text(cell));
                return Ok(());
            }
            ImportField::Title => {
                self.title = Some(text(cell));
                return Ok(());
            }
            ImportField::Outcome => {
                self.decided = names::outcome(&text(cell)).ok_or("is neither open, won nor lost")?;
                return Ok(());
            }
            ImportField::Company => input.company = Some(text(cell)),
            ImportField::Email => input.email = Some(values::address(&text(cell)).to_owned()),
            ImportField::Phone => input.phone = Some(text(cell)),
            ImportField::Source => input.source = Some(text(cell)),
            ImportField::FollowUpNote => input.follow_up_note = Some(text(cell)),
            ImportField::LostReason => input.lost_reason = Some(text(cell)),
            ImportField::Notes => input.notes = Some(text(cell)),
            ImportField::EngineeringNotes => input.engineering_notes = Some(text(cell)),
            ImportField::BlockedReason => input.blocked_reason = Some(text(cell)),
            ImportField::Value => input.value = Some(values::amount(cell, drafter.decimal)?),
            ImportField::Score => input.score = Some(values::percent(cell)?),
            ImportField::EngineeringProgress => input.engineering_progress = values::percent(cell)?,
            ImportField::Id => {
                self.draft.id = values::id(cell);
                return if self.draft.id.is_some() { Ok(()) } else { Err("is no number of a lead".into()) };
            }
            ImportField::FollowUpAt => match moments::moment(cell, drafter.settings.date_order, Zone::of(header))? {
                When::At(at) => input.follow_up_at = Some(at),
                When::Local(at) if !DAYS.contains(&at.date()) => return Err("must lie between 1970 and 2200".into()),
                When::Local(at) => self.draft.local = Some(at),
            },
            ImportField::Status
            | ImportField::Priority
            | ImportField::AssignedTo
            | ImportField::AssignedEngineer
            | ImportField::Product
            | ImportField::Products => {
                if !resolve(input, drafter, field, &text(cell))? {
                    return Ok(());
                }
            }
        }
        self.draft.given.push(field);
        Ok(())
    }

    fn finish(self, drafter: &Drafter<'_>, row: Row) -> Drafted {
        let Reading { mut draft, first, last, title, decided, mut problems } = self;
        if let Some(status) = decided {
            draft.input.status = status;
            if !draft.given.contains(&ImportField::Status) {
                draft.given.push(ImportField::Status);
            }
        }
        if draft.input.name.trim().is_empty() {
            let parts = [first, last].into_iter().flatten();
            let name: Vec<String> = parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
            if !name.is_empty() {
                draft.input.name = name.join(" ");
                draft.given.push(ImportField::Name);
            } else if let Some(title) = title {
                // Not given: a lead that is there keeps its name.
                draft.input.name = title;
            }
        }
        let short = |text: &str| printable(text, SHOWN);
        let (name, email) =
            (short(draft.input.name.trim()), short(draft.input.email.as_deref().unwrap_or_default().trim()));
        // Whoever only updates need not say the name again; that one is missing shows where a lead is made.
        let nameless = draft.input.name.trim().is_empty();
        let mut input = std::mem::take(&mut draft.input);
        if nameless {
            input.name = "?".into();
        }
        match input.checked() {
            Ok(checked) => draft.input = checked,
            Err(fields) => problems.extend(drafter.columns.about(&row, fields)),
        }
        if nameless {
            draft.input.name.clear();
        } else if problems.is_empty() && draft.local.is_none() {
            draft.new = Some(Box::new(plan_new(drafter.actor, draft.input.clone())));
        }
        Drafted { row, name, email, draft: if problems.is_empty() { Ok(draft) } else { Err(problems) } }
    }
}

/// Finds out what the cell names. False when a person said that it means nothing.
fn resolve(input: &mut LeadInput, drafter: &mut Drafter<'_>, field: ImportField, cell: &str) -> Result<bool, String> {
    let names = drafter.names;
    let mut unknown = |value: &str, expected: &str| {
        let shown = printable(value.trim(), SHOWN);
        let key = (field, shown.to_lowercase());
        if drafter.unknown.len() < UNKNOWN || drafter.unknown.contains_key(&key) {
            drafter.unknown.entry(key).or_insert((shown, 0)).1 += 1;
        }
        // The cell stands beside it, unless it holds several.
        if field == ImportField::Products {
            format!("{:?} is no {expected}", value.trim())
        } else {
            format!("is no {expected}")
        }
    };
    let value = names.meant(field, cell);
    if value.is_empty() {
        return Ok(false);
    }
    match field {
        ImportField::Status => input.status = names::status(value).ok_or_else(|| unknown(cell, "known status"))?,
        ImportField::Priority => {
            input.priority = names::priority(value).ok_or_else(|| unknown(cell, "known priority"))?
        }
        ImportField::AssignedTo => {
            input.assigned_to = Some(names.agent(value).ok_or_else(|| unknown(cell, "known agent"))?);
        }
        ImportField::AssignedEngineer => {
            input.assigned_engineer = Some(names.engineer(value).ok_or_else(|| unknown(cell, "known engineer"))?);
        }
        ImportField::Product => {
            input.assigned_product = Some(names.product(value).ok_or_else(|| unknown(cell, "known product"))?);
        }
        ImportField::Products => {
            for name in cells::split_names(value) {
                let meant = names.meant(field, &name);
                if meant.is_empty() {
                    continue;
                }
                input.products.push(names.product(meant).ok_or_else(|| unknown(&name, "known product"))?);
            }
            return Ok(!input.products.is_empty());
        }
        ImportField::Name
        | ImportField::FirstName
        | ImportField::LastName
        | ImportField::Title
        | ImportField::Outcome
        | ImportField::Company
        | ImportField::Email
        | ImportField::Phone
        | ImportField::Source
        | ImportField::Value
        | ImportField::FollowUpAt
        | ImportField::FollowUpNote
        | ImportField::LostReason
        | ImportField::Notes
        | ImportField::Score
        | ImportField::EngineeringProgress
        | ImportField::EngineeringNotes
        | ImportField::BlockedReason
        | ImportField::Id => return Ok(false),
    }
    Ok(true)
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => cells::unguarded(text).to_owned(),
        cell => cell.shown(),
    }
}

fn is_about(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    one.zip(other).is_some_and(|(one, other)| (one - other).abs() < time::Duration::MILLISECOND)
}

impl Draft {
    /// Puts what was given over what is there.
    pub fn over(&self, there: &LeadInput) -> LeadInput {
        let mut input = there.clone();
        let from = &self.input;
        for field in &self.given {
            match field {
                ImportField::Name => input.name.clone_from(&from.name),
                ImportField::Company => input.company.clone_from(&from.company),
                ImportField::Email => input.email.clone_from(&from.email),
                ImportField::Phone => input.phone.clone_from(&from.phone),
                ImportField::Status => input.status = from.status,
                ImportField::Priority => input.priority = from.priority,
                ImportField::Source => input.source.clone_from(&from.source),
                ImportField::Value => input.value = from.value,
                ImportField::AssignedTo => input.assigned_to = from.assigned_to,
                ImportField::AssignedEngineer => input.assigned_engineer = from.assigned_engineer,
                ImportField::Product => input.assigned_product = from.assigned_product,
                ImportField::Products => input.products.clone_from(&from.products),
                // To the millisecond, which is all that a sheet keeps, it may be the same.
                ImportField::FollowUpAt if is_about(input.follow_up_at, from.follow_up_at) => {}
                ImportField::FollowUpAt => input.follow_up_at = from.follow_up_at,
                ImportField::FollowUpNote => input.follow_up_note.clone_from(&from.follow_up_note),
                ImportField::LostReason => input.lost_reason.clone_from(&from.lost_reason),
                ImportField::Notes => input.notes.clone_from(&from.notes),
                ImportField::Score => input.score = from.score,
                ImportField::EngineeringProgress => input.engineering_progress = from.engineering_progress,
                ImportField::EngineeringNotes => input.engineering_notes.clone_from(&from.engineering_notes),
                ImportField::BlockedReason => input.blocked_reason.clone_from(&from.blocked_reason),
                // Parts of the name and of the status, and what finds the lead.
                ImportField::FirstName
                | ImportField::LastName
                | ImportField::Title
                | ImportField::Outcome
                | ImportField::Id => {}
            }
        }
        input
    }
}
