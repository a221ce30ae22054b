//! CSV, by the `csv` crate: quoting, delimiters, line ends.

use std::{fs::File, ops::ControlFlow};

use csv::{ByteRecord, ReaderBuilder, Terminator};
use domain::imports::ImportSettings;

use super::{
    Cell, Row,
    bounded::Bounded,
    decode::{NONSENSE, utf8},
    refused,
};
use crate::{Error, Result};

pub(super) fn each_row(
    file: File,
    settings: &ImportSettings,
    mut take: impl FnMut(Row) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let (bytes, completed) = Bounded::new(utf8(file, settings.encoding));
    let first = |text: &str| text.as_bytes().first().copied();
    let mut rows = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(first(&settings.delimiter).unwrap_or(b','))
        .quoting(!settings.quote.is_empty())
        .quote(first(&settings.quote).unwrap_or(b'"'))
        .terminator(Terminator::CRLF)
        .buffer_capacity(64 << 10)
        .from_reader(bytes);
    let mut record = ByteRecord::new();
    let mut number = 0;
    while rows.read_byte_record(&mut record).map_err(broken)? {
        completed.row();
        number += 1;
        let cells: Vec<Cell> =
            record.iter().enumerate().map(|(at, bytes)| cell(bytes, number == 1 && at == 0)).collect();
        if cells.iter().all(Cell::is_blank) {
            continue;
        }
        if take(Row { number, cells })?.is_break() {
            break;
        }
    }
    Ok(())
}

fn cell(bytes: &[u8], is_first: bool) -> Cell {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(NONSENSE) => text,
        _ => return Cell::Broken("holds bytes that make no sense in the encoding of the file".into()),
    };
    match if is_first { text.trim_start_matches('\u{feff}') } else { text } {
        "" => Cell::Blank,
        text => Cell::Text(text.to_owned()),
    }
}

fn broken(error: csv::Error) -> Error {
    let line = error.position().map(csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::Other => {
            refused(format!("cannot be read on: {error}"))
        }
        csv::ErrorKind::Io(error) => Error::files(error),
        other => refused(format!("cannot be read on at line {}: {other:?}", line.unwrap_or_default())),
    }
}
