//! The rows that failed as a file of its own: the columns as they came, and behind them what is wrong. Corrected, it can
//! be brought in as it is.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Seek, SeekFrom, Write},
    ops::ControlFlow,
};

use domain::{
    ImportId,
    imports::{Import, RowOutcome, RowProblem},
    leads::{ExportFormat, cells},
};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::{
    super::export::serial,
    Imports, local,
    source::{Cell, Row, Source},
    store,
};
use crate::{Error, Result};

/// The header of the column that says what is wrong.
const ERROR: &str = "error";
/// Rows whose problems are read at once.
const PAGE: i64 = 5_000;

/// A file that is ready to be read.
pub struct ProblemFile {
    pub file_name: String,
    pub format: ExportFormat,
    pub size: u64,
    pub file: File,
}

impl Imports<'_> {
    /// The rows that failed, as a file. Empty but for its header when none did.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the import's file was cleared away.
    pub async fn problems(&self, id: ImportId, format: ExportFormat) -> Result<ProblemFile> {
        let stored = self.stored(id).await?;
        let import = stored.import;
        let file = local::copy(self.0, stored.key.as_deref(), import.size_bytes).await?;
        let mut failed = BTreeMap::new();
        let mut after = 0;
        loop {
            let page = store::rows(self.0.pool(), id, Some(RowOutcome::Failed), after, PAGE).await?;
            failed.extend(page.items.into_iter().map(|row| (row.row, told(&row.problems))));
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        let file_name = format!("{}-problems.{}", stem(&import.file_name), format.as_str());
        let writing = tokio::task::spawn_blocking(move || write(file, &import, &failed, format));
        let (file, size) = writing.await.map_err(Error::internal)??;
        Ok(ProblemFile { file_name, format, size, file })
    }
}

fn stem(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.chars().map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' }).take(80).collect()
}

/// `value "12k": is no amount; email: is not a valid e-mail address`.
fn told(problems: &[RowProblem]) -> String {
    let told = |RowProblem { column, value, message }: &RowProblem| match (column.as_str(), value.as_str()) {
        ("", _) => message.clone(),
        (column, "") => format!("{column}: {message}"),
        (column, value) => format!("{column} {value:?}: {message}"),
    };
    problems.iter().map(told).collect::<Vec<_>>().join("; ")
}

fn write(file: File, import: &Import, failed: &BTreeMap<i64, String>, format: ExportFormat) -> Result<(File, u64)> {
    let source = Source::reopen(file)?;
    let mut headers: Vec<&str> = import.columns.iter().map(|column| column.header.as_str()).collect();
    // A file of problems that comes again has its old reasons replaced.
    let there = headers.iter().position(|header| *header == ERROR);
    let at = there.unwrap_or(headers.len());
    if there.is_none() {
        headers.push(ERROR);
    }
    let mut out = tempfile::tempfile().map_err(Error::files)?;
    let each = |take: &mut dyn FnMut(Vec<Cell>) -> Result<()>| {
        source.each_row(&import.settings, |Row { number, cells }| {
            if let Some(reason) = i64::try_from(number).ok().and_then(|number| failed.get(&number)) {
                take(with_reason(cells, at, there.is_some(), reason))?;
            }
            Ok(ControlFlow::Continue(()))
        })
    };
    match format {
        ExportFormat::Csv => csv(&out, &headers, each)?,
        ExportFormat::Xlsx => xlsx(&out, &headers, each)?,
    }
    let size = out.seek(SeekFrom::End(0)).map_err(Error::files)?;
    out.seek(SeekFrom::Start(0)).map_err(Error::files)?;
    Ok((out, size))
}

/// The row's cells with the reason in its column. Cells beyond the headers stay, behind it.
fn with_reason(mut cells: Vec<Cell>, at: usize, is_there: bool, reason: &str) -> Vec<Cell> {
    let beyond = if is_there { Vec::new() } else { cells.split_off(cells.len().min(at)) };
    cells.resize(cells.len().max(at + 1), Cell::Blank);
    cells[at] = Cell::Text(reason.to_owned());
    cells.extend(beyond);
    cells
}

fn csv(
    out: &File,
    headers: &[&str],
    each: impl FnOnce(&mut dyn FnMut(Vec<Cell>) -> Result<()>) -> Result<()>,
) -> Result<()> {
    let mut buffer = BufWriter::new(out);
    buffer.write_all("\u{feff}".as_bytes()).map_err(Error::files)?;
    let mut rows = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(buffer);
    rows.write_record(headers.iter().map(|header| cells::guarded(header).into_owned())).map_err(Error::files)?;
    each(&mut |cells| {
        let cells = cells.iter().map(|cell| cells::guarded(cells::unguarded(&cell.shown())).into_owned());
        rows.write_record(cells).map_err(Error::files)
    })?;
    rows.flush().map_err(Error::files)
}

fn xlsx(
    out: &File,
    headers: &[&str],
    each: impl FnOnce(&mut dyn FnMut(Vec<Cell>) -> Result<()>) -> Result<()>,
) -> Result<()> {
    let mut workbook = Workbook::new();
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let sheet = workbook.add_worksheet_with_constant_memory().map_err(Error::files)?;
    sheet.set_freeze_panes(1, 0).map_err(Error::files)?;
    for (column, header) in (0..).zip(headers) {
        sheet.write_string(0, column, *header).map_err(Error::files)?;
    }
    let mut row = 0;
    each(&mut |cells| {
        row += 1;
        for (column, cell) in (0..).zip(&cells) {
            write_cell(sheet, row, column, cell, &moment).map_err(Error::files)?;
        }
        Ok(())
    })?;
    workbook.save_to_writer(BufWriter::new(out)).map_err(Error::files)
}

fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, moment: &Format) -> Result<(), XlsxError> {
    match cell {
        Cell::Blank => {}
        Cell::Number(number) => drop(sheet.write_number(row, column, *number)?),
        Cell::Truth(truth) => drop(sheet.write_boolean(row, column, *truth)?),
        Cell::Moment(at) => {
            sheet.write_number_with_format(row, column, serial(at.assume_utc()), moment)?;
        }
        Cell::Text(text) | Cell::Broken(text) => {
            // More than a cell holds was one of the problems.
            let text: String = text.chars().take(32_767).collect();
            sheet.write_string(row, column, text)?;
        }
    }
    Ok(())
}
