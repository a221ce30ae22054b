//! What an export is asked for: a list's query string, and beside it the format, the columns and single leads.

use std::str::FromStr;

use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};

use super::{LeadColumn, LeadQuery, MAX_IDS, TWICE};
use crate::{Fields, LeadId};

/// What kind of file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    #[default]
    Csv,
    Xlsx,
}

impl ExportFormat {
    /// Every format, the usual one first.
    pub const ALL: [ExportFormat; 2] = [ExportFormat::Csv, ExportFormat::Xlsx];

    /// The word on the wire, and the ending of the file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Xlsx => "xlsx",
        }
    }

    /// How a browser is told what it gets.
    pub fn content_type(self) -> &'static str {
        match self {
            ExportFormat::Csv => "text/csv; charset=utf-8; header=present",
            ExportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

impl FromStr for ExportFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        ExportFormat::ALL.into_iter().find(|format| format.as_str() == text).ok_or("expected csv or xlsx")
    }
}

/// Which leads go into a file, in what order and form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportInput {
    pub format: ExportFormat,
    /// At least one, each once.
    pub columns: Vec<LeadColumn>,
    /// Only these of the leads that match, at most [`MAX_IDS`]; `None` is all of them.
    pub ids: Option<Vec<LeadId>>,
    /// Filter and sort count; page and total do not.
    pub query: LeadQuery,
}

impl Default for ExportInput {
    fn default() -> Self {
        let (format, query) = (ExportFormat::default(), LeadQuery::default());
        ExportInput { format, columns: LeadColumn::ALL.to_vec(), ids: None, query }
    }
}

impl ExportInput {
    /// Reads a query string (without `?`): that of a list, with `format`, `columns` and `ids` among it. Everything
    /// wrong is reported at once. An empty value is none, but for `ids`: whoever joined no ids means no lead, not all.
    pub fn parse(query: &str) -> Result<Self, Fields> {
        let mut out = ExportInput::default();
        let mut fields = Fields::default();
        let (mut columns, mut ids, mut has_format) = (Vec::new(), Vec::new(), false);
        let mut rest = Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let text = value.trim();
            let read = match &*name {
                "format" if text.is_empty() => Ok(()),
                "format" if std::mem::replace(&mut has_format, true) => Err(TWICE.to_owned()),
                "format" => text.parse().map(|format| out.format = format).map_err(ToString::to_string),
                "columns" => read_columns(&mut columns, text),
                "ids" => read_ids(&mut ids, text),
                _ => {
                    rest.append_pair(&name, &value);
                    Ok(())
                }
            };
            if let Err(message) = read {
                fields.add(name, message);
            }
        }
        match LeadQuery::parse(&rest.finish()) {
            Ok(query) => out.query = query,
            Err(wrong) => wrong.0.into_iter().for_each(|(name, message)| fields.add(name, message)),
        }
        fields.into_result()?;
        if !columns.is_empty() {
            out.columns = columns;
        }
        if !ids.is_empty() {
            out.ids = Some(ids);
        }
        Ok(out)
    }
}

fn read_columns(into: &mut Vec<LeadColumn>, text: &str) -> Result<(), String> {
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let column = name.parse()?;
        if into.contains(&column) {
            return Err(format!("names {name} twice"));
        }
        into.push(column);
    }
    Ok(())
}

fn read_ids(into: &mut Vec<LeadId>, text: &str) -> Result<(), String> {
    for id in text.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        into.push(id.parse().map_err(|_| format!("expected ids such as 17,42 and not {id:?}"))?);
    }
    match into.len() {
        0 => Err("names no lead".into()),
        1..=MAX_IDS => Ok(()),
        _ => Err(format!("at most {MAX_IDS}; use a filter for more")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leads::LeadStatus;

    #[test]
    fn an_export_takes_the_query_string_of_a_list() {
        let text = "status=won&format=xlsx&sort=-value&columns=name,+value&ids=3,1&limit=25&total=true&q=";
        let input = ExportInput::parse(text).unwrap();
        assert_eq!(input.format, ExportFormat::Xlsx);
        assert_eq!(input.columns, [LeadColumn::Name, LeadColumn::Value]);
        assert_eq!(input.ids, Some(vec![LeadId(3), LeadId(1)]));
        assert_eq!(input.query.filter.status, [LeadStatus::Won]);
        assert_eq!(ExportInput::parse("format=&columns="), Ok(ExportInput::default()));
    }

    #[test]
    fn everything_wrong_is_reported_at_once() {
        let wrong = "format=pdf&columns=name,shoeSize&ids=1,x&status=sold&color=red";
        let fields = ExportInput::parse(wrong).unwrap_err();
        let names: Vec<&str> = fields.0.keys().map(String::as_str).collect();
        assert_eq!(names, ["color", "columns", "format", "ids", "status"]);
        assert_eq!(ExportInput::parse("ids=").unwrap_err(), Fields::one("ids", "names no lead"));
        assert_eq!(ExportInput::parse("format=csv&format=xlsx").unwrap_err(), Fields::one("format", TWICE));
        let twice = ExportInput::parse("columns=id,id").unwrap_err();
        assert_eq!(twice, Fields::one("columns", "names id twice"));
        let many = vec!["1"; MAX_IDS + 1].join(",");
        assert!(ExportInput::parse(&format!("ids={many}")).unwrap_err().0.contains_key("ids"));
    }
}
