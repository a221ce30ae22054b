//! XLSX, by `calamine`: a sheet cell by cell. Texts of all sheets are held while it is read; see `scan` for how many.

use std::{fs::File, io::BufReader, ops::ControlFlow};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use domain::imports::{ImportSettings, MAX_COLUMNS};
use time::{Date, Month, PrimitiveDateTime, Time, format_description::well_known::Iso8601};

use super::{Cell, ROW_BYTES, Row, decode::NONSENSE, refused};
use crate::{Error, Result};

/// Characters of a cell at the most, in UTF-16: what a sheet allows.
const CELL_CHARS: usize = 32_767;
/// Characters that are shown of a cell with more.
const SHOWN: usize = 100;

type Workbook = Xlsx<BufReader<File>>;

pub(super) fn sheets(file: File) -> Result<Vec<String>> {
    let sheets = open(file)?.sheet_names();
    if sheets.is_empty() { Err(refused("has no sheet")) } else { Ok(sheets) }
}

fn open(file: File) -> Result<Workbook> {
    Xlsx::new(BufReader::new(file)).map_err(broken)
}

pub(super) fn each_row(
    file: File,
    settings: &ImportSettings,
    mut take: impl FnMut(Row) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let mut workbook = open(file)?;
    let mut cells = match workbook.worksheet_cells_reader(&settings.sheet) {
        Ok(cells) => cells,
        Err(XlsxError::NotAWorksheet(_)) => return Err(refused("this sheet is a chart; choose another")),
        Err(error) => return Err(broken(error)),
    };
    let mut row = Row { number: 0, cells: Vec::new() };
    let mut bytes = 0;
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (at, column) = cell.get_position();
        let (number, column) = (u64::from(at) + 1, column as usize);
        let value = value(cell.get_value());
        if number < row.number || (number == row.number && column < row.cells.len()) {
            return Err(refused(format!("is corrupt: its cells are out of order at row {number}")));
        }
        if number > row.number {
            let whole = std::mem::replace(&mut row, Row { number, cells: Vec::new() });
            bytes = 0;
            if !whole.cells.iter().all(Cell::is_blank) && take(whole)?.is_break() {
                return Ok(());
            }
        }
        if value == Cell::Blank {
            continue;
        }
        if column >= MAX_COLUMNS {
            return Err(refused(format!("has more than {MAX_COLUMNS} columns, in row {number}")));
        }
        // One text that all sheets share may stand in every cell.
        bytes += value.text_bytes();
        if bytes > ROW_BYTES {
            return Err(refused(format!("has a row of more than 4 MiB: {number}")));
        }
        row.cells.resize(column, Cell::Blank);
        row.cells.push(value);
    }
    if !row.cells.iter().all(Cell::is_blank) {
        let _ = take(row)?;
    }
    Ok(())
}

/// Of a formula this is what it came to when the file was saved.
fn value(data: &DataRef<'_>) -> Cell {
    match data {
        DataRef::Empty => Cell::Blank,
        DataRef::Int(number) => Cell::Text(number.to_string()),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => self::text(text),
        DataRef::SharedString(text) => self::text(text),
        DataRef::Bool(truth) => Cell::Truth(*truth),
        DataRef::DateTime(at) if at.is_duration() => Cell::Number(at.as_f64()),
        DataRef::DateTime(at) => {
            let broken = || Cell::Broken { shown: at.as_f64().to_string(), why: "is no date of a sheet" };
            moment(at).map_or_else(broken, Cell::Moment)
        }
        DataRef::DateTimeIso(text) => match PrimitiveDateTime::parse(text, &Iso8601::PARSING) {
            Ok(at) => Cell::Moment(at),
            Err(_) => self::text(text),
        },
        DataRef::DurationIso(text) => self::text(text),
        DataRef::Error(error) => Cell::Broken { shown: error.to_string(), why: "is an error of the sheet" },
    }
}

fn text(text: &str) -> Cell {
    if text.is_empty() {
        return Cell::Blank;
    }
    if text.len() > CELL_CHARS && text.encode_utf16().count() > CELL_CHARS {
        let shown = text.chars().take(SHOWN).collect();
        return Cell::Broken { shown, why: "has more characters than a cell of a sheet can hold" };
    }
    if text.contains(NONSENSE) {
        return Cell::Broken { shown: text.to_owned(), why: "holds signs that stand for what could not be read" };
    }
    Cell::Text(text.to_owned())
}

/// Of the 1900 and of the 1904 calendar alike; rounded to milliseconds, which is all a sheet keeps.
fn moment(at: &ExcelDateTime) -> Option<PrimitiveDateTime> {
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let date = Date::from_calendar_date(year.into(), Month::try_from(month).ok()?, day).ok()?;
    Some(PrimitiveDateTime::new(date, Time::from_hms_milli(hour, minute, second, milli).ok()?))
}

fn broken(error: XlsxError) -> Error {
    match error {
        XlsxError::Password => refused("is protected with a password; save it without one"),
        XlsxError::WorksheetNotFound(name) => refused(format!("has no sheet {name:?}")),
        other => refused(format!("is corrupt, or no XLSX file: {other}")),
    }
}
