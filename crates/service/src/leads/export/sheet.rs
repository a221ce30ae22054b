//! The formats. Runs on a thread of its own.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use domain::{
    Fields, Timestamp,
    leads::{ExportFormat, Lead, LeadColumn, cells},
};
use time::format_description::well_known::Rfc3339;
use tokio::sync::mpsc::Receiver;

use super::{
    cell::{Cell, Names, cell},
    spool::Filling,
    workbook::{Row, Rows, Style},
};
use crate::{Error, Result};

/// Excel takes a file without it for one in the encoding of the country.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Bytes of CSV that are written at once, and then can be read.
const BUFFER: usize = 64 << 10;
/// Rows of a sheet below its header, at the most.
const SHEET_ROWS: usize = 1_048_575;

type Batches = Receiver<Option<Vec<Lead>>>;

/// Writes all that comes. Breaks off when there is no `None` behind the last batch.
pub(super) fn write(
    batches: Batches,
    format: ExportFormat,
    columns: &[LeadColumn],
    names: &Names,
    out: &Filling,
) -> Result<()> {
    match format {
        ExportFormat::Csv => csv(batches, columns, names, out),
        ExportFormat::Xlsx => xlsx(batches, columns, names, out),
    }
}

fn csv(mut batches: Batches, columns: &[LeadColumn], names: &Names, mut out: &Filling) -> Result<()> {
    let mut buffer = BufWriter::with_capacity(BUFFER, &mut out);
    buffer.write_all(BYTE_ORDER_MARK).map_err(Error::files)?;
    let mut rows = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(buffer);
    rows.write_record(columns.iter().map(|column| column.as_str())).map_err(Error::files)?;
    let mut scratch = Vec::new();
    while let Some(batch) = batches.blocking_recv().ok_or_else(broken_off)? {
        for lead in &batch {
            for column in columns {
                write_field(&mut rows, &mut scratch, cell(*column, lead, names)).map_err(Error::files)?;
            }
            rows.write_record(None::<&[u8]>).map_err(Error::files)?;
        }
    }
    rows.flush().map_err(Error::files)
}

/// `scratch` is what numbers are written into, again and again.
fn write_field(rows: &mut csv::Writer<impl Write>, scratch: &mut Vec<u8>, cell: Cell) -> csv::Result<()> {
    scratch.clear();
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => return rows.write_field(&*cells::guarded(&text)),
        Cell::Number(number) => write!(scratch, "{number}")?,
        Cell::Amount(amount) => write!(scratch, "{amount}")?,
        Cell::Instant(at) => {
            at.to_offset(time::UtcOffset::UTC).format_into(scratch, &Rfc3339).map_err(io::Error::other)?;
        }
    }
    rows.write_field(scratch)
}

/// A sheet's sizes stand before it, so nothing can be read before its end.
fn xlsx(mut batches: Batches, columns: &[LeadColumn], names: &Names, out: &Filling) -> Result<()> {
    // A sheet's dates know no zone: the header says it, to people and to an import.
    let header = |column: &LeadColumn| column.as_str().to_owned() + if column.is_instant() { " (UTC)" } else { "" };
    let headers: Vec<String> = columns.iter().map(header).collect();
    let mut file = out.file();
    let mut rows = Rows::begin(BufWriter::with_capacity(BUFFER, file), "Leads", &headers)?;
    let mut count = 0;
    while let Some(batch) = batches.blocking_recv().ok_or_else(broken_off)? {
        count += batch.len();
        if count > SHEET_ROWS {
            return Err(too_many());
        }
        for lead in &batch {
            rows.add(|row| {
                for (at, column) in columns.iter().enumerate() {
                    write_cell(row, at, cell(*column, lead, names));
                }
            })?;
        }
        // Nothing has been shown yet: this only asks whether somebody still waits for it.
        if !out.hand_over() {
            return Err(broken_off());
        }
    }
    rows.end()?;
    out.show(file.seek(SeekFrom::End(0)).map_err(Error::files)?);
    Ok(())
}

fn write_cell(row: &mut Row<'_>, at: usize, cell: Cell) {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => row.text(at, &cells::guarded(&text)),
        Cell::Number(number) => row.number(at, number, Style::Plain),
        Cell::Amount(amount) => row.number(at, amount, Style::Amount),
        Cell::Instant(instant) => row.number(at, serial(instant), Style::Instant),
    }
}

/// A sheet's own way of writing an instant: days since the end of 1899. Sheets know no zones; this is UTC.
pub(in super::super) fn serial(at: Timestamp) -> f64 {
    const EPOCH_DAYS: f64 = 25_569.0;
    const DAY_MICROS: f64 = 86_400e6;
    // Whole numbers up to 2^53 until the year 2255.
    EPOCH_DAYS + (at.unix_timestamp_nanos() / 1_000) as f64 / DAY_MICROS
}

fn broken_off() -> Error {
    Error::internal("reading the rows, or sending the file, broke off")
}

fn too_many() -> Error {
    Error::BadRequest(Fields::one("format", "a sheet holds 1,048,575 leads: use csv, or a narrower filter"))
}
