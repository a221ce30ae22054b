//! The formats. Runs on a thread of its own.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use domain::{
    Fields, Timestamp,
    leads::{ExportFormat, Lead, LeadColumn, cells},
};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use time::format_description::well_known::Rfc3339;
use tokio::sync::mpsc::Receiver;

use super::{
    cell::{Cell, Names, cell},
    spool::Filling,
};
use crate::{Error, Result};

/// Excel takes a file without it for one in the encoding of the country.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Bytes of CSV that are written at once, and then can be read.
const BUFFER: usize = 64 << 10;
/// Of 1 to 9. The usual 6 makes a file a third smaller and takes half as long again for all of it.
const COMPRESSION: u8 = 1;
/// Rows of a sheet below its header, at the most.
const SHEET_ROWS: u32 = 1_048_575;

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

/// The sheet is kept in a file until it is packed at the end: nothing can be read before.
fn xlsx(mut batches: Batches, columns: &[LeadColumn], names: &Names, out: &Filling) -> Result<()> {
    let mut workbook = Workbook::new();
    workbook.set_zip_compression_level(COMPRESSION);
    let sheet = workbook.add_worksheet_with_constant_memory().map_err(Error::files)?;
    let formats = Formats::new();
    head(sheet, columns, &formats).map_err(Error::files)?;
    let mut row = 0;
    while let Some(batch) = batches.blocking_recv().ok_or_else(broken_off)? {
        for lead in &batch {
            row += 1;
            if row > SHEET_ROWS {
                return Err(too_many());
            }
            for (column, at) in columns.iter().zip(0..) {
                write_cell(sheet, row, at, cell(*column, lead, names), &formats).map_err(Error::files)?;
            }
        }
        // Nothing has been shown yet: this only asks whether somebody still waits for it.
        if !out.hand_over() {
            return Err(broken_off());
        }
    }
    let mut file = out.file();
    let mut buffer = BufWriter::with_capacity(BUFFER, file);
    workbook.save_to_writer(&mut buffer).map_err(Error::files)?;
    buffer.flush().map_err(Error::files)?;
    drop(buffer);
    out.show(file.seek(SeekFrom::End(0)).map_err(Error::files)?);
    Ok(())
}

struct Formats {
    head: Format,
    amount: Format,
    instant: Format,
}

impl Formats {
    fn new() -> Self {
        Formats {
            head: Format::new().set_bold(),
            amount: Format::new().set_num_format("0.00"),
            instant: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

fn head(sheet: &mut Worksheet, columns: &[LeadColumn], formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name("Leads")?.set_freeze_panes(1, 0)?;
    for (column, at) in columns.iter().zip(0..) {
        sheet.set_column_width(at, 20)?;
        sheet.write_string_with_format(0, at, column.as_str(), &formats.head)?;
    }
    Ok(())
}

fn write_cell(sheet: &mut Worksheet, row: u32, at: u16, cell: Cell, formats: &Formats) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            sheet.write_string(row, at, cells::guarded(&text))?;
        }
        // Ids beyond 2^53 are none of ours.
        Cell::Number(number) => {
            sheet.write_number(row, at, number as f64)?;
        }
        // Fourteen digits: a float tells them all apart.
        Cell::Amount(amount) => {
            sheet.write_number_with_format(row, at, amount.cents() as f64 / 100.0, &formats.amount)?;
        }
        Cell::Instant(instant) => {
            sheet.write_number_with_format(row, at, serial(instant), &formats.instant)?;
        }
    }
    Ok(())
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
