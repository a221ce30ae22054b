//! What people choose about a file, put over what is so far, and checked against the file.

use std::collections::{BTreeMap, HashSet};

use domain::{
    Fields,
    imports::{ImportColumn, ImportField, ImportSettings, MAX_COLUMNS, Mapping},
    leads::ExportFormat,
};
use serde_json::Value;

use super::{
    guess::{self, Chosen, Inspected},
    source::Source,
};
use crate::{Error, Result, patch};

/// Rows above the data at the most.
const HEADER_ROWS: u32 = 1_000;
/// Values of a field that can be given a meaning.
const VALUES: usize = 1_000;
/// Signs of a value and of its meaning.
const VALUE_CHARS: usize = 300;

/// The settings after the patch, and the columns as they show them.
///
/// A patch that names columns leaves out all others; one that only changes how the file is read keeps what is mapped,
/// that of headers which are not there now as well: read as before, the file has them again.
pub(super) fn apply(source: &Source, sheets: &[String], so_far: Inspected, choices: &Value) -> Result<Inspected> {
    let patch = patch::object_of(choices.clone())?;
    if patch.is_empty() {
        return Ok(so_far);
    }
    let names_columns = patch.contains_key("mapping");
    let by = Chosen {
        decimal: patch.contains_key("decimal"),
        date_order: patch.contains_key("dateOrder"),
        before: so_far.settings.mapping.clone(),
    };
    let mut settings = patch::merge(&so_far.settings, &so_far.settings, patch)?;
    check(source.format, sheets, &settings)?;
    let chosen = settings.mapping.clone();
    if names_columns {
        for ImportColumn { header, .. } in &so_far.columns {
            settings.mapping.entry(header.clone()).or_default();
        }
    }
    let Inspected { mut settings, columns } = guess::again(source, settings, &by)?;
    let known: HashSet<&String> = columns.iter().map(|column| &column.header).collect();
    let away: Vec<_> = chosen.into_iter().filter(|(header, _)| !known.contains(header)).take(MAX_COLUMNS).collect();
    if names_columns {
        if let Some((unknown, _)) = away.iter().find(|(header, _)| !by.before.contains_key(header)) {
            return Err(Error::Invalid(Fields::one("mapping", format!("the file has no column {unknown:?}"))));
        }
        check_mapping(&settings)?;
    } else {
        settle(&mut settings.mapping, &so_far.columns);
    }
    settings.mapping.extend(away);
    Ok(Inspected { settings, columns })
}

/// A field has one column: of two that meet only now, the one that was there before keeps it.
fn settle(mapping: &mut Mapping, before: &[ImportColumn]) {
    let was_there = |header: &String| before.iter().any(|column| column.header == *header);
    let mut taken: HashSet<ImportField> =
        mapping.iter().filter(|(header, _)| was_there(header)).filter_map(|(_, field)| *field).collect();
    for (_, field) in mapping.iter_mut().filter(|(header, _)| !was_there(header)) {
        *field = field.filter(|field| taken.insert(*field));
    }
}

fn check(format: ExportFormat, sheets: &[String], settings: &ImportSettings) -> Result<()> {
    let ImportSettings { delimiter, quote, encoding: _, sheet, header_row, .. } = settings;
    let ImportSettings { date_order: _, decimal, mapping: _, on_duplicate: _, values, .. } = settings;
    let mut fields = Fields::default();
    if ![",", ";", "\t", "|"].contains(&delimiter.as_str()) {
        fields.add("delimiter", "expected a comma, a semicolon, a tab or |");
    }
    if !["", "\"", "'"].contains(&quote.as_str()) {
        fields.add("quote", "expected \", ' or nothing");
    }
    if ![".", ","].contains(&decimal.as_str()) {
        fields.add("decimal", "expected . or ,");
    }
    if (format == ExportFormat::Xlsx && !sheets.contains(sheet)) || sheet.contains('\0') {
        fields.add("sheet", "the file has no such sheet");
    }
    if *header_row > HEADER_ROWS {
        fields.add("headerRow", format!("at most {HEADER_ROWS}"));
    }
    // JSON can hold the last, and PostgreSQL cannot.
    let is_none = |text: &String| text.len() > VALUE_CHARS || text.contains('\0');
    let is_refused = |(value, meant): (&String, &String)| is_none(value) || is_none(meant);
    if values
        .iter()
        .any(|(field, values)| !field.is_resolved() || values.len() > VALUES || values.iter().any(is_refused))
    {
        fields.add(
            "values",
            format!("at most {VALUES} of each field that names something known, {VALUE_CHARS} bytes each"),
        );
    }
    fields.into_result().map_err(Error::Invalid)
}

fn check_mapping(settings: &ImportSettings) -> Result<()> {
    let mut taken: BTreeMap<ImportField, &str> = BTreeMap::new();
    for (header, field) in settings.mapping.iter().filter_map(|(header, field)| Some((header, (*field)?))) {
        if let Some(other) = taken.insert(field, header) {
            let message = format!("{other:?} and {header:?} are both {}", field.as_str());
            return Err(Error::Invalid(Fields::one("mapping", message)));
        }
    }
    Ok(())
}
