//! CSV, by the core of the `csv` crate: quoting, delimiters, line ends. Its reader passes blank lines over in silence;
//! here they count, since people look for row 57 in a program that counts them.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    ops::ControlFlow,
};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};
use domain::imports::ImportSettings;

use super::{
    Cell, Row,
    bounded::Bounded,
    decode::{NONSENSE, utf8},
    refused,
};
use crate::{Error, Result};

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

pub(super) fn each_row(
    file: File,
    settings: &ImportSettings,
    mut take: impl FnMut(Row) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let (bytes, completed) = Bounded::new(utf8(file, settings.encoding));
    let mut records = Records::new(bytes, settings);
    while let Some(number) = records.next()? {
        completed.row();
        let cells: Vec<Cell> =
            records.cells().enumerate().map(|(at, bytes)| cell(bytes, number == 1 && at == 0)).collect();
        if cells.iter().all(Cell::is_blank) {
            continue;
        }
        if take(Row { number, cells })?.is_break() {
            break;
        }
    }
    Ok(())
}

/// The records of a file, one at a time.
struct Records<R> {
    bytes: BufReader<R>,
    core: Reader,
    /// Of the present record, blank lines counted; from 1.
    number: u64,
    text: Vec<u8>,
    /// Where in `text` each cell ends.
    ends: Vec<usize>,
    count: usize,
    /// The last line ended with `\r`: a `\n` that follows belongs to it.
    is_within_line_end: bool,
}

impl<R: Read> Records<R> {
    fn new(bytes: R, settings: &ImportSettings) -> Self {
        let first = |text: &str| text.as_bytes().first().copied();
        let core = ReaderBuilder::new()
            .delimiter(first(&settings.delimiter).unwrap_or(b','))
            .quoting(!settings.quote.is_empty())
            .quote(first(&settings.quote).unwrap_or(b'"'))
            .terminator(Terminator::CRLF)
            .build();
        Records {
            bytes: BufReader::with_capacity(PIECE, bytes),
            core,
            number: 0,
            text: vec![0; 1 << 10],
            ends: vec![0; 1 << 6],
            count: 0,
            is_within_line_end: false,
        }
    }

    /// Goes on to the next record, and tells its number.
    fn next(&mut self) -> Result<Option<u64>> {
        if self.number == 0 && self.bytes.fill_buf().map_err(broken)?.starts_with("\u{feff}".as_bytes()) {
            self.bytes.consume("\u{feff}".len());
        }
        self.number += 1 + self.skip_blank_lines()?;
        let (mut written, mut ended) = (0, 0);
        loop {
            let input = self.bytes.fill_buf().map_err(broken)?;
            let (result, read, wrote, ends) =
                self.core.read_record(input, &mut self.text[written..], &mut self.ends[ended..]);
            self.is_within_line_end = read > 0 && input[read - 1] == b'\r';
            self.bytes.consume(read);
            written += wrote;
            ended += ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    self.count = ended;
                    return Ok(Some(self.number));
                }
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    /// Passes over line ends, and tells how many lines they were.
    fn skip_blank_lines(&mut self) -> Result<u64> {
        let mut lines = 0;
        loop {
            let input = self.bytes.fill_buf().map_err(broken)?;
            let mut read = 0;
            for byte in input {
                match byte {
                    b'\n' if self.is_within_line_end => self.is_within_line_end = false,
                    b'\n' => lines += 1,
                    b'\r' => {
                        lines += 1;
                        self.is_within_line_end = true;
                    }
                    _ => break,
                }
                read += 1;
            }
            let is_over = read < input.len() || input.is_empty();
            self.bytes.consume(read);
            if is_over {
                return Ok(lines);
            }
        }
    }

    /// Of the present record.
    fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends[..self.count]).map(|(start, end)| &self.text[start..*end])
    }
}

fn cell(bytes: &[u8], is_first: bool) -> Cell {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(NONSENSE) => text,
        _ => {
            let shown = String::from_utf8_lossy(bytes).into_owned();
            return Cell::Broken { shown, why: "holds bytes that make no sense in the encoding of the file" };
        }
    };
    match if is_first { text.trim_start_matches('\u{feff}') } else { text } {
        "" => Cell::Blank,
        text => Cell::Text(text.to_owned()),
    }
}

fn broken(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::Other => refused(format!("cannot be read on: {error}")),
        _ => Error::files(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Vec<String>)> {
        let settings = ImportSettings { delimiter: ",".into(), quote: "\"".into(), ..ImportSettings::default() };
        // One byte at a time: nothing may depend on where the pieces end.
        let mut records = Records::new(text.as_bytes(), &settings);
        records.bytes = BufReader::with_capacity(1, text.as_bytes());
        let mut all = Vec::new();
        while let Some(number) = records.next().unwrap() {
            all.push((number, records.cells().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()));
        }
        all
    }

    #[test]
    fn rows_are_numbered_as_programs_of_sheets_number_them() {
        for (text, expected) in [
            ("a,b\n\n\nc,d\n", vec![(1, vec!["a", "b"]), (4, vec!["c", "d"])]),
            ("\r\na\r\n\r\nb", vec![(2, vec!["a"]), (4, vec!["b"])]),
            ("a\r\rb\r", vec![(1, vec!["a"]), (3, vec!["b"])]),
            (
                "\"two\r\n\r\nlines\",x\r\n\"\"\r\nb",
                vec![(1, vec!["two\r\n\r\nlines", "x"]), (2, vec![""]), (3, vec!["b"])],
            ),
            ("a\n,\nb\n\n", vec![(1, vec!["a"]), (2, vec!["", ""]), (3, vec!["b"])]),
            ("", vec![]),
            ("\n\n", vec![]),
        ] {
            let expected: Vec<(u64, Vec<String>)> =
                expected.into_iter().map(|(n, cells)| (n, cells.into_iter().map(str::to_owned).collect())).collect();
            assert_eq!(read(text), expected, "{text:?}");
        }
    }
}
