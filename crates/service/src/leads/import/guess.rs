//! How a file is probably to be read. People see the guesses with the first values, and change what is wrong.

use std::{io::Read, ops::ControlFlow};

use domain::{
    imports::{DateOrder, Encoding, ImportColumn, ImportField, ImportSettings, Mapping, OnDuplicate},
    leads::ExportFormat,
};

use super::{
    draft::printable,
    headers, moments, names,
    source::{Cell, HEAD, Row, Source, refused},
    values,
};
use crate::Result;

/// Rows that columns are judged by.
const LOOKED_AT: usize = 200;
/// Bytes of them: a row can be very long.
const LOOKED_AT_BYTES: usize = 8 << 20;
/// Values that are shown of a column.
const SAMPLES: usize = 3;
/// Signs that are shown of a value.
const SAMPLE_CHARS: usize = 80;
/// Sheets that are looked through for leads.
const SHEETS: usize = 20;
/// Rows that may stand above the headers: a title, a date, a logo.
const ABOVE: usize = 20;

/// What a file looks like when it is read like this.
pub(super) struct Inspected {
    pub settings: ImportSettings,
    pub columns: Vec<ImportColumn>,
}

/// Guesses everything.
pub(super) fn all(source: &Source, sheets: &[String], on_duplicate: OnDuplicate) -> Result<Inspected> {
    let mut settings = ImportSettings {
        delimiter: ",".into(),
        quote: "\"".into(),
        decimal: ".".into(),
        sheet: sheets.first().cloned().unwrap_or_default(),
        on_duplicate,
        ..ImportSettings::default()
    };
    if source.format == ExportFormat::Csv {
        let head = source.head()?;
        settings.encoding = encoding(&head);
        let text = decoded(&head, settings.encoding);
        if text.contains('\0') {
            let share = text.matches('\0').count() * 100 / text.len().max(1);
            if share > 5 {
                return Err(refused("is neither CSV nor XLSX"));
            }
        }
        settings.delimiter = delimiter(&text).to_string();
        settings.quote = quote(&text, &settings.delimiter).to_string();
    }
    let Table { mut settings, rows, columns } = table(source, sheets, &settings)?;
    let told = styles(&settings, &columns, &rows);
    // Where nothing tells, semicolons do: they are for countries that write 1,50.
    let decimal = told.decimal.unwrap_or(if settings.delimiter == ";" { ',' } else { '.' });
    let usual = if decimal == ',' { DateOrder::Dmy } else { DateOrder::Mdy };
    settings.date_order = told.date_order.unwrap_or(usual);
    settings.decimal = decimal.to_string();
    Ok(Inspected { settings, columns })
}

/// The first rows, and the columns that they make.
struct Table {
    settings: ImportSettings,
    rows: Vec<Row>,
    columns: Vec<ImportColumn>,
}

/// The leads may stand behind a sheet with something else: the first sheet with names or e-mails, or else the first that
/// can be read at all.
fn table(source: &Source, sheets: &[String], settings: &ImportSettings) -> Result<Table> {
    let mut first = of_sheet(source, settings.clone());
    for sheet in sheets.iter().take(SHEETS).skip(1) {
        if first.as_ref().is_ok_and(Table::has_leads) {
            break;
        }
        let other = of_sheet(source, ImportSettings { sheet: sheet.clone(), ..settings.clone() });
        if other.as_ref().is_ok_and(|table| table.has_leads() || first.is_err()) {
            first = other;
        }
    }
    first
}

fn of_sheet(source: &Source, mut settings: ImportSettings) -> Result<Table> {
    let rows = first_rows(source, &settings)?;
    settings.header_row = header_row(&rows);
    let columns = columns(source.format, &settings, &rows)?;
    settings.mapping = mapping(&columns, &rows, &settings);
    Ok(Table { settings, rows, columns })
}

impl Table {
    fn has_leads(&self) -> bool {
        let names = [ImportField::Name, ImportField::FirstName, ImportField::LastName, ImportField::Email];
        names.into_iter().any(|field| column_of(&self.settings.mapping, field).is_some())
    }
}

/// What of the settings someone has chosen just now, and which columns were mapped before.
pub(super) struct Chosen {
    pub decimal: bool,
    pub date_order: bool,
    pub before: Mapping,
}

/// The columns as these settings read them. Those whose header is new are mapped by a guess, and columns that become
/// amounts or dates only now tell how these are written.
pub(super) fn again(source: &Source, mut settings: ImportSettings, by: &Chosen) -> Result<Inspected> {
    let rows = first_rows(source, &settings)?;
    let columns = columns(source.format, &settings, &rows)?;
    let guessed = mapping(&columns, &rows, &settings);
    let chosen = std::mem::take(&mut settings.mapping);
    let is_taken = |field| chosen.iter().any(|(header, by)| *by == Some(field) && guessed.contains_key(header));
    settings.mapping = guessed
        .iter()
        .map(|(header, guess)| {
            let field = match chosen.get(header) {
                Some(field) => *field,
                None => guess.filter(|field| !is_taken(*field)),
            };
            (header.clone(), field)
        })
        .collect();
    let is_new = |field| column_of(&settings.mapping, field) != column_of(&by.before, field);
    let told = styles(&settings, &columns, &rows);
    if let Some(decimal) = told.decimal.filter(|_| !by.decimal && is_new(ImportField::Value)) {
        settings.decimal = decimal.to_string();
    }
    if let Some(order) = told.date_order.filter(|_| !by.date_order && is_new(ImportField::FollowUpAt)) {
        settings.date_order = order;
    }
    Ok(Inspected { settings, columns })
}

fn column_of(mapping: &Mapping, field: ImportField) -> Option<&String> {
    mapping.iter().find(|(_, mapped)| **mapped == Some(field)).map(|(header, _)| header)
}

fn first_rows(source: &Source, settings: &ImportSettings) -> Result<Vec<Row>> {
    let (mut rows, mut bytes) = (Vec::new(), 0);
    source.each_row(settings, |row| {
        bytes += row.bytes();
        rows.push(row);
        Ok(if rows.len() < LOOKED_AT && bytes < LOOKED_AT_BYTES {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    })?;
    if rows.is_empty() { Err(refused("has no rows")) } else { Ok(rows) }
}

fn encoding(head: &[u8]) -> Encoding {
    match head {
        [0xFF, 0xFE, ..] => return Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => return Encoding::Utf16Be,
        [0xEF, 0xBB, 0xBF, ..] => return Encoding::Utf8,
        _ => {}
    }
    // Latin text in two bytes a sign has a zero in every other place.
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count() * 10 > head.len() * 4;
    if zeros(1) && !zeros(0) {
        return Encoding::Utf16Le;
    }
    if zeros(0) && !zeros(1) {
        return Encoding::Utf16Be;
    }
    match std::str::from_utf8(head) {
        Ok(_) => Encoding::Utf8,
        // A few stray bytes in text that otherwise is UTF-8 are the fault of their rows.
        Err(_) => {
            let text = String::from_utf8_lossy(head);
            let wrong = text.matches('\u{fffd}').count();
            let right = text.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
            if right > wrong { Encoding::Utf8 } else { Encoding::Windows1252 }
        }
    }
}

fn decoded(head: &[u8], encoding: Encoding) -> String {
    let mut text = String::new();
    let mut bytes = Vec::new();
    if super::source::utf8(head, encoding).read_to_end(&mut bytes).is_ok() {
        text = String::from_utf8_lossy(&bytes).into_owned();
    }
    // The last line is cut off, unless all of the file is here.
    match text.rfind('\n') {
        Some(end) if head.len() as u64 >= HEAD => text[..end].to_owned(),
        _ => text,
    }
}

/// The one that most rows have equally often.
fn delimiter(text: &str) -> char {
    let score = |delimiter: char| {
        // All of them are ASCII.
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter as u8)
            .from_reader(text.as_bytes());
        let widths: Vec<usize> = rows.byte_records().take(50).map_while(Result::ok).map(|row| row.len()).collect();
        let alike = |width: usize| widths.iter().filter(|other| **other == width).count();
        let usual = widths.iter().copied().filter(|width| *width > 1).max_by_key(|width| (alike(*width), *width));
        usual.map_or(0, |width| alike(width) * 1000 / widths.len() + width.min(50))
    };
    let candidates = [',', ';', '\t', '|'];
    candidates.into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(',')
}

fn quote(text: &str, delimiter: &str) -> char {
    let within = |quote: char| {
        let cells = text.lines().take(200).flat_map(|line| line.split(delimiter)).map(str::trim);
        cells.filter(|cell| cell.len() > 1 && cell.starts_with(quote) && cell.ends_with(quote)).count()
    };
    if within('"') == 0 && within('\'') > 2 { '\'' } else { '"' }
}

/// The first row that is about as wide as the table and holds nothing but words.
fn header_row(rows: &[Row]) -> u32 {
    let filled = |row: &Row| row.cells.iter().filter(|cell| !cell.is_blank()).count();
    let width = rows.iter().take(50).map(filled).max().unwrap_or_default();
    let Some(row) = rows.iter().take(ABOVE).find(|row| filled(row) * 2 > width) else { return 0 };
    let is_word = |cell: &Cell| match cell {
        Cell::Blank => true,
        Cell::Text(text) => !text.contains('@') && text.parse::<f64>().is_err(),
        Cell::Number(_) | Cell::Moment(_) | Cell::Truth(_) | Cell::Broken { .. } => false,
    };
    if row.cells.iter().all(is_word) { u32::try_from(row.number).unwrap_or_default() } else { 0 }
}

fn columns(format: ExportFormat, settings: &ImportSettings, rows: &[Row]) -> Result<Vec<ImportColumn>> {
    let header = rows.iter().find(|row| row.number == u64::from(settings.header_row));
    if settings.header_row > 0 && header.is_none() {
        return Err(refused(format!("has no headers in row {}", settings.header_row)));
    }
    let data = || rows.iter().filter(|row| row.number > u64::from(settings.header_row));
    if data().next().is_none() {
        return Err(refused("has headers and no rows below them"));
    }
    let mut cells: Vec<String> = header.map(|row| row.cells.iter().map(Cell::shown).collect()).unwrap_or_default();
    let widest = data().map(|row| row.cells.len()).max().unwrap_or_default();
    // A comma too many shifts the cells of a line; a cell of a sheet stands where someone put it.
    if header.is_none() || format == ExportFormat::Xlsx {
        cells.resize(cells.len().max(widest), String::new());
    }
    let samples = |at: usize| {
        let filled = data().filter_map(move |row| row.cells.get(at)).filter(|cell| !cell.is_blank());
        filled.take(SAMPLES).map(|cell| printable(&cell.shown(), SAMPLE_CHARS)).collect()
    };
    let headers = headers::unique(&cells);
    Ok(headers.into_iter().enumerate().map(|(at, header)| ImportColumn { header, samples: samples(at) }).collect())
}

fn mapping(columns: &[ImportColumn], rows: &[Row], settings: &ImportSettings) -> Mapping {
    let mut mapping = headers::mapping(columns);
    for ImportColumn { header, samples } in columns {
        let is_meant = match mapping.get(header).copied().flatten() {
            // Others rate what a lead has come to, or give stars.
            Some(ImportField::Priority) if header.to_lowercase().contains("rating") => {
                samples.is_empty() || samples.iter().any(|sample| names::priority(sample).is_some())
            }
            // Beside a stage; what else stands there is left out, as without it.
            Some(ImportField::Outcome) => samples.iter().all(|sample| names::outcome(sample).is_some()),
            _ => true,
        };
        if !is_meant {
            mapping.insert(header.clone(), None);
        }
    }
    // Without headers, an e-mail address still shows itself.
    if settings.header_row == 0 {
        let holds = |at: usize| {
            rows.iter()
                .filter_map(|row| row.cells.get(at))
                .any(|cell| matches!(cell, Cell::Text(text) if text.contains('@')))
        };
        if let Some(at) = (0..columns.len()).find(|at| holds(*at)) {
            mapping.insert(columns[at].header.clone(), Some(ImportField::Email));
        }
    }
    mapping
}

/// How amounts and dates are written, as far as some of them tell.
struct Styles {
    decimal: Option<char>,
    date_order: Option<DateOrder>,
}

fn styles(settings: &ImportSettings, columns: &[ImportColumn], rows: &[Row]) -> Styles {
    let texts = |field: ImportField| {
        let at = columns.iter().position(|column| settings.mapping.get(&column.header) == Some(&Some(field)));
        let data = rows.iter().filter(|row| row.number > u64::from(settings.header_row));
        data.filter_map(move |row| row.cells.get(at?)).filter_map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            Cell::Blank | Cell::Number(_) | Cell::Moment(_) | Cell::Truth(_) | Cell::Broken { .. } => None,
        })
    };
    let decimal = values::decimal_of(texts(ImportField::Value));
    Styles { decimal, date_order: moments::order_of(texts(ImportField::FollowUpAt)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_makes_a_table() {
        for (text, expected) in [
            ("name,email\nMaya,m@x.io\n", ','),
            ("name;value\nMaya;1,5\nZoe;2,5\n", ';'),
            ("name\tnote\nMaya\ta, b; c\n", '\t'),
            ("name|city\nMaya|Berlin, Mitte\n", '|'),
            ("name\nMaya\n", ','),
        ] {
            assert_eq!(delimiter(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_encoding_shows_in_the_bytes() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(encoding("Zoë".as_bytes()), Encoding::Utf8);
        assert_eq!(encoding(b"Zo\xEB"), Encoding::Windows1252);
        assert_eq!(encoding(&utf16("name,email\nMaya,m@x.io")), Encoding::Utf16Le);
        assert_eq!(encoding("Zoë, Müller, Jörg\n\u{0}".as_bytes()), Encoding::Utf8);
        let mut mixed = "Zoë, Müller, Jörg\n".as_bytes().to_vec();
        mixed.push(0xEB);
        assert_eq!(encoding(&mixed), Encoding::Utf8, "one stray byte is the fault of its row");
    }

    #[test]
    fn single_quotes_count_only_where_cells_are_within_them() {
        assert_eq!(quote("'a','b'\n'c','d'", ","), '\'');
        assert_eq!(quote("'+49 30,'t Hooft\n'=1,x", ","), '"');
    }

    #[test]
    fn headers_stand_in_the_first_wide_row_of_words() {
        let row = |number, cells: &[&str]| Row {
            number,
            cells: cells.iter().map(|c| if c.is_empty() { Cell::Blank } else { Cell::Text((*c).into()) }).collect(),
        };
        let table =
            [row(1, &["Leads of May", "", ""]), row(3, &["Name", "Email", "Value"]), row(4, &["M", "m@x.io", "5"])];
        assert_eq!(header_row(&table), 3);
        assert_eq!(header_row(&table[2..]), 0);
    }
}
