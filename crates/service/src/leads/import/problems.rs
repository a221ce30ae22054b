//! The rows that failed as a file of its own: the columns as they came, and behind them what is wrong. Corrected, it can
//! be brought in as it is.

use std::{
    fs::File,
    io::{BufWriter, Seek, SeekFrom, Write},
    ops::ControlFlow,
    vec,
};

use domain::{
    ImportId,
    imports::{Import, ImportColumn, ImportField, ImportRow, ImportSettings, RowOutcome},
    leads::{ExportFormat, cells},
};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use tokio::sync::mpsc::{self, Receiver};

use super::{
    super::export::serial,
    Imports,
    guess::Inspected,
    local,
    moments::Zone,
    row_store,
    source::{Cell, Row, Source},
    store,
};
use crate::{Acting, Error, Result};

/// The header of the column that says what is wrong.
const ERROR: &str = "error";
/// Rows whose problems are read at once.
const PAGE: i64 = 2_000;
/// Imports of a person that are looked through for the one that a file of problems is of.
const RECALLED: i64 = 100;

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
        let file_name = format!("{}-problems.{}", stem(&import.file_name), format.as_str());
        let (sender, pages) = mpsc::channel(1);
        let writing = tokio::task::spawn_blocking(move || write(file, &import, Failed::of(pages), format));
        let mut after = Some(0);
        while let Some(row) = after {
            let page = row_store::rows(self.0.pool(), id, Some(RowOutcome::Failed), row, PAGE).await?;
            after = page.next;
            if sender.send(page.items).await.is_err() {
                break;
            }
        }
        drop(sender);
        let (file, size) = writing.await.map_err(Error::internal)??;
        Ok(ProblemFile { file_name, format, size, file })
    }
}

/// The rows that failed, in the order of the file.
struct Failed {
    pages: Receiver<Vec<ImportRow>>,
    page: vec::IntoIter<ImportRow>,
    next: Option<ImportRow>,
}

impl Failed {
    fn of(pages: Receiver<Vec<ImportRow>>) -> Self {
        let mut failed = Failed { pages, page: Vec::new().into_iter(), next: None };
        failed.advance();
        failed
    }

    fn advance(&mut self) {
        self.next = loop {
            match self.page.next() {
                Some(row) => break Some(row),
                None => match self.pages.blocking_recv() {
                    Some(page) => self.page = page.into_iter(),
                    None => break None,
                },
            }
        };
    }

    /// What is wrong with the row of this number. Ask for them in their order.
    fn reason(&mut self, number: i64) -> Option<String> {
        while self.next.as_ref().is_some_and(|row| row.row < number) {
            self.advance();
        }
        self.next.as_ref().filter(|row| row.row == number).map(ImportRow::reason)
    }
}

/// A file of problems comes back: its columns and values mean what they meant in the file that it is of, which the few
/// rows it holds may not show.
pub(super) async fn recall(acting: &Acting, mut guessed: Inspected) -> Result<Inspected> {
    let headers = || guessed.columns.iter().map(|ImportColumn { header, .. }| header);
    if !headers().any(|header| header == ERROR) {
        return Ok(guessed);
    }
    let own: Vec<&str> = headers().filter(|header| *header != ERROR).map(String::as_str).collect();
    let earlier = store::settings_of(acting.pool(), acting.actor(), &own, ERROR, RECALLED).await?;
    if let Some(ImportSettings { mapping, decimal, date_order, values, .. }) = earlier {
        guessed.settings.mapping.extend(mapping);
        (guessed.settings.decimal, guessed.settings.date_order) = (decimal, date_order);
        guessed.settings.values = values;
    }
    Ok(guessed)
}

fn stem(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.chars().map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' }).take(80).collect()
}

fn write(file: File, import: &Import, mut failed: Failed, format: ExportFormat) -> Result<(File, u64)> {
    let source = Source::reopen(file)?;
    let mut headers: Vec<&str> = import.columns.iter().map(|column| column.header.as_str()).collect();
    // A file of problems that comes again has its old reasons replaced.
    let there = headers.iter().position(|header| *header == ERROR);
    let at = there.unwrap_or(headers.len());
    if there.is_none() {
        headers.push(ERROR);
    }
    let mut out = tempfile::tempfile().map_err(Error::files)?;
    let each = move |take: &mut dyn FnMut(Vec<Cell>) -> Result<()>| {
        source.each_row(&import.settings, |Row { number, cells }| {
            if let Some(reason) = i64::try_from(number).ok().and_then(|number| failed.reason(number)) {
                take(with_reason(cells, at, there.is_some(), reason))?;
            }
            Ok(if failed.next.is_some() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })
    };
    match format {
        ExportFormat::Csv => csv(&out, &headers, &import.settings, each)?,
        ExportFormat::Xlsx => xlsx(&out, &headers, each)?,
    }
    let size = out.seek(SeekFrom::End(0)).map_err(Error::files)?;
    out.seek(SeekFrom::Start(0)).map_err(Error::files)?;
    Ok((out, size))
}

/// The row's cells with the reason in its column. Cells beyond the headers stay, behind it.
fn with_reason(mut cells: Vec<Cell>, at: usize, is_there: bool, reason: String) -> Vec<Cell> {
    let beyond = if is_there { Vec::new() } else { cells.split_off(cells.len().min(at)) };
    cells.resize(cells.len().max(at + 1), Cell::Blank);
    cells[at] = Cell::Text(reason);
    cells.extend(beyond);
    cells
}

fn csv(
    out: &File,
    headers: &[&str],
    settings: &ImportSettings,
    each: impl FnOnce(&mut dyn FnMut(Vec<Cell>) -> Result<()>) -> Result<()>,
) -> Result<()> {
    let mut buffer = BufWriter::new(out);
    buffer.write_all("\u{feff}".as_bytes()).map_err(Error::files)?;
    let mut rows = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(buffer);
    rows.write_record(headers.iter().map(|header| cells::guarded(header).into_owned())).map_err(Error::files)?;
    each(&mut |cells| {
        let shown = |(at, cell): (usize, &Cell)| written(cell, headers.get(at).copied().unwrap_or_default(), settings);
        let cells = cells.iter().enumerate().map(shown);
        let cells = cells.map(|text| cells::guarded(cells::unguarded(&text)).into_owned());
        rows.write_record(cells).map_err(Error::files)
    })?;
    rows.flush().map_err(Error::files)
}

/// A cell as text that is read as the cell was.
fn written(cell: &Cell, header: &str, settings: &ImportSettings) -> String {
    match cell {
        Cell::Number(number) if settings.mapping.get(header) == Some(&Some(ImportField::Value)) => {
            format!("{number:.2}").replace('.', &settings.decimal)
        }
        // Midnight, and not the day of it.
        Cell::Moment(at) if Zone::of(header) == Zone::Utc => at.to_string(),
        cell => cell.shown(),
    }
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
        Cell::Text(text) | Cell::Broken { shown: text, .. } => {
            // More than a cell holds was one of the problems.
            let text: String = text.chars().take(32_767).collect();
            sheet.write_string(row, column, text)?;
        }
    }
    Ok(())
}
