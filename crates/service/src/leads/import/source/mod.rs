//! A file as rows of cells, whatever its format. Holds one row at a time; blocks, so it belongs on a thread of its own.

mod bounded;
mod decode;
mod footer;
mod scan;
mod text;
mod xlsx;

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::ControlFlow,
};

use domain::{
    Fields,
    imports::{ImportSettings, MAX_COLUMNS, MAX_ROWS},
    leads::ExportFormat,
};
use time::PrimitiveDateTime;

use crate::{Error, Result};

/// Bytes of a row at the most. A quotation mark that is never closed would make one row of all that follows.
const ROW_BYTES: usize = 4 << 20;

pub(super) use self::decode::{HEAD, utf8};
use self::footer::Footer;

/// One cell, as far as its format tells what it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Blank,
    Text(String),
    Number(f64),
    /// On a calendar and a clock; in which zone, no sheet says.
    Moment(PrimitiveDateTime),
    Truth(bool),
    /// Unreadable: what it looks like, and what is the matter.
    Broken {
        shown: String,
        why: &'static str,
    },
}

/// A row that is not blank.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// From 1, blank rows counted.
    pub number: u64,
    pub cells: Vec<Cell>,
}

impl Row {
    /// Bytes that it takes in memory.
    pub fn bytes(&self) -> usize {
        self.cells.iter().map(|cell| size_of::<Cell>() + cell.text_bytes()).sum()
    }
}

/// A file that can be read from its beginning any number of times.
pub(super) struct Source {
    file: File,
    pub format: ExportFormat,
}

impl Source {
    /// Finds out what the file is, by its content and not by its name. Reads all of an XLSX file once, to see that it
    /// unpacks to something sensible.
    ///
    /// # Errors
    /// [`Error::Invalid`] in words for whoever chose the file.
    pub fn open(mut file: File) -> Result<Self> {
        let mut head = Vec::new();
        file.seek(SeekFrom::Start(0)).map_err(Error::files)?;
        (&mut file).take(512).read_to_end(&mut head).map_err(Error::files)?;
        let format = match head.as_slice() {
            [] => return Err(refused("is empty")),
            [b'P', b'K', 3 | 5 | 7, ..] => ExportFormat::Xlsx,
            [0xD0, 0xCF, 0x11, 0xE0, ..] => {
                return Err(refused("is protected with a password, or an .xls of old; save it as .xlsx without one"));
            }
            head if is_markup(head) => {
                return Err(refused(
                    "is a web page or XML, whatever its name says; open it as a spreadsheet and save it as .xlsx or .csv",
                ));
            }
            head if infer::get(head).is_some_and(|kind| kind.matcher_type() != infer::MatcherType::Text) => {
                return Err(refused("is neither CSV nor XLSX"));
            }
            _ => ExportFormat::Csv,
        };
        if format == ExportFormat::Xlsx {
            scan::check(&file)?;
        }
        Ok(Source { file, format })
    }

    /// A file that was opened before, so that nothing about it is a surprise.
    pub fn reopen(mut file: File) -> Result<Self> {
        let mut head = [0; 2];
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_exact(&mut head)).map_err(Error::files)?;
        let format = if head == *b"PK" { ExportFormat::Xlsx } else { ExportFormat::Csv };
        Ok(Source { file, format })
    }

    /// The first bytes of the file.
    pub fn head(&self) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        let mut file = self.again()?;
        (&mut file).take(HEAD).read_to_end(&mut head).map_err(Error::files)?;
        Ok(head)
    }

    /// The names of the sheets; none for CSV.
    pub fn sheets(&self) -> Result<Vec<String>> {
        match self.format {
            ExportFormat::Csv => Ok(Vec::new()),
            ExportFormat::Xlsx => xlsx::sheets(self.again()?),
        }
    }

    /// Hands on every row that is not blank, until `take` breaks off; but for what Salesforce writes below a report.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the file cannot be read on, and for one beyond the limits.
    pub fn each_row(
        &self,
        settings: &ImportSettings,
        mut take: impl FnMut(Row) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let mut footer = Footer::default();
        let limited = |row: Row| {
            if row.number > MAX_ROWS {
                return Err(refused(format!("has more than {MAX_ROWS} rows; split it")));
            }
            if row.cells.len() > MAX_COLUMNS {
                let columns = row.cells.len();
                return Err(refused(format!("has {columns} columns in row {}; at most {MAX_COLUMNS}", row.number)));
            }
            footer.pass(row, &mut take)
        };
        match self.format {
            ExportFormat::Csv => text::each_row(self.again()?, settings, limited)?,
            ExportFormat::Xlsx => xlsx::each_row(self.again()?, settings, limited)?,
        }
        footer.end(&mut take)
    }

    fn again(&self) -> Result<File> {
        let mut file = self.file.try_clone().map_err(Error::files)?;
        file.seek(SeekFrom::Start(0)).map_err(Error::files)?;
        Ok(file)
    }
}

impl Cell {
    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Blank => true,
            Cell::Text(text) => text.trim().is_empty(),
            Cell::Number(_) | Cell::Moment(_) | Cell::Truth(_) | Cell::Broken { .. } => false,
        }
    }

    /// Bytes of text that it holds.
    fn text_bytes(&self) -> usize {
        match self {
            Cell::Text(text) | Cell::Broken { shown: text, .. } => text.len(),
            Cell::Blank | Cell::Number(_) | Cell::Moment(_) | Cell::Truth(_) => 0,
        }
    }

    /// As people see it.
    pub fn shown(&self) -> String {
        match self {
            Cell::Blank => String::new(),
            Cell::Text(text) | Cell::Broken { shown: text, .. } => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Moment(at) if at.time() == time::Time::MIDNIGHT => at.date().to_string(),
            Cell::Moment(at) => {
                let (hour, minute, second) = at.as_hms();
                format!("{} {hour:02}:{minute:02}:{second:02}", at.date())
            }
            Cell::Truth(truth) => truth.to_string(),
        }
    }
}

/// Tables of a web page: what some reports of old call an .xls.
fn is_markup(head: &[u8]) -> bool {
    let head = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head);
    infer::text::is_html(head) || infer::text::is_xml(head)
}

/// Something that is the matter with the file as a whole.
pub(super) fn refused(message: impl Into<String>) -> Error {
    Error::Invalid(Fields::one("file", message.into()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use domain::imports::Encoding;

    use super::*;

    fn rows_of(count: u64) -> Result<u64> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all("a\n".repeat(usize::try_from(count).unwrap()).as_bytes()).unwrap();
        let settings = ImportSettings { delimiter: ",".into(), encoding: Encoding::Utf8, ..ImportSettings::default() };
        let mut rows = 0;
        Source::open(file)?.each_row(&settings, |_| {
            rows += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    #[test]
    fn a_file_has_as_many_rows_as_a_sheet_and_no_more() {
        assert_eq!(rows_of(MAX_ROWS).unwrap(), MAX_ROWS);
        match rows_of(MAX_ROWS + 1) {
            Err(Error::Invalid(fields)) => assert_eq!(fields.0["file"], "has more than 1048576 rows; split it"),
            other => panic!("{other:?}"),
        }
    }
}
