//! A workbook of one sheet that is packed while its rows come. The library of sheets makes what stands around them; it
//! packs a sheet when it has all of it, and by then one processor has waited for the other.

use std::{
    fmt::{Display, Write as _},
    io::{Cursor, Read, Seek, Write},
};

use rust_xlsxwriter::{Format, Workbook, XlsxError, utility::column_number_to_name};
use zip::{ZipArchive, ZipWriter, result::ZipResult, write::SimpleFileOptions};

use crate::{Error, Result};

/// Of 1 to 9. The usual 6 makes a file a third smaller and takes half as long again for all of it.
const COMPRESSION: i64 = 1;
/// Bytes of rows that are packed at once.
const BUFFER: usize = 64 << 10;
/// The sheet's place in a workbook.
const SHEET: &str = "xl/worksheets/sheet1.xml";
const END_OF_ROWS: &str = "</sheetData>";

/// How a number is shown, by the place of its format in the workbook. The header's is the first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain = 0,
    Amount = 2,
    Instant = 3,
}

/// A sheet that takes rows.
pub(super) struct Rows<W: Write + Seek> {
    zip: ZipWriter<W>,
    /// What the columns are called: `A`, `B` and so on.
    columns: Vec<String>,
    /// Rows so far, the header among them.
    count: u32,
    /// What is packed next.
    text: String,
    /// What stands behind the rows.
    rest: String,
}

impl<W: Write + Seek> Rows<W> {
    /// A sheet of this name whose header stays where it is when the rows are scrolled.
    pub(super) fn begin(out: W, name: &str, header: &[String]) -> Result<Self> {
        let frame = frame(name, header).map_err(Error::files)?;
        let mut zip = ZipWriter::new(out);
        let sheet = unpack(&frame, &mut zip).map_err(Error::files)?;
        zip.start_file(SHEET, SimpleFileOptions::default().compression_level(Some(COMPRESSION)))
            .map_err(Error::files)?;
        let (text, rest) = opened(&sheet).ok_or_else(|| Error::internal("a sheet without rows"))?;
        let columns = (0..).map(column_number_to_name).take(header.len()).collect();
        Ok(Rows { zip, columns, count: 1, text, rest })
    }

    pub(super) fn add(&mut self, write: impl FnOnce(&mut Row<'_>)) -> Result<()> {
        self.count += 1;
        let Rows { columns, count, text, .. } = self;
        let _ = write!(text, "<row r=\"{count}\">");
        write(&mut Row { text, columns, number: *count });
        text.push_str("</row>");
        if self.text.len() < BUFFER { Ok(()) } else { self.pack() }
    }

    /// Completes the file.
    pub(super) fn end(mut self) -> Result<()> {
        self.text.push_str(&self.rest);
        self.pack()?;
        self.zip.finish().map_err(Error::files)?.flush().map_err(Error::files)
    }

    fn pack(&mut self) -> Result<()> {
        self.zip.write_all(self.text.as_bytes()).map_err(Error::files)?;
        self.text.clear();
        Ok(())
    }
}

/// A row that is being written, by the places of its columns. What is not written stays empty.
pub(super) struct Row<'r> {
    text: &'r mut String,
    columns: &'r [String],
    number: u32,
}

impl Row<'_> {
    pub(super) fn text(&mut self, at: usize, text: &str) {
        let Row { text: out, columns, number } = self;
        let _ = write!(out, "<c r=\"{}{number}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">", columns[at]);
        push_escaped(out, text);
        out.push_str("</t></is></c>");
    }

    pub(super) fn number(&mut self, at: usize, number: impl Display, style: Style) {
        let Row { text: out, columns, number: row } = self;
        let _ = write!(out, "<c r=\"{}{row}\"", columns[at]);
        if style != Style::Plain {
            let _ = write!(out, " s=\"{}\"", style as u8);
        }
        let _ = write!(out, "><v>{number}</v></c>");
    }
}

/// The workbook with nothing but the header.
fn frame(name: &str, header: &[String]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let head = Format::new().set_bold();
    workbook.register_format(&head);
    workbook.register_format(&Format::new().set_num_format("0.00"));
    workbook.register_format(&Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"));
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?.set_freeze_panes(1, 0)?;
    for (at, text) in (0..).zip(header) {
        sheet.set_column_width(at, 20)?;
        sheet.write_string_with_format(0, at, text, &head)?;
    }
    workbook.save_to_buffer()
}

/// Copies the frame's parts but for the sheet, which is returned.
fn unpack(frame: &[u8], out: &mut ZipWriter<impl Write + Seek>) -> ZipResult<String> {
    let mut parts = ZipArchive::new(Cursor::new(frame))?;
    for at in 0..parts.len() {
        let part = parts.by_index_raw(at)?;
        if part.name()? != SHEET {
            out.raw_copy_file(part)?;
        }
    }
    let mut sheet = String::new();
    parts.by_name(SHEET)?.read_to_string(&mut sheet)?;
    Ok(sheet)
}

/// The sheet before and behind the place of further rows.
fn opened(sheet: &str) -> Option<(String, String)> {
    let (before, rest) = sheet.split_at(sheet.find(END_OF_ROWS)?);
    // How far the sheet goes may be left out, and is not known yet; readers would believe what stands there.
    let (head, extent) = before.split_once("<dimension ")?;
    let (_, first) = extent.split_once("/>")?;
    Some((format!("{head}{first}"), rest.to_owned()))
}

/// What XML cannot hold is written as sheets do, `_x000D_`, and so is what would be read as that.
fn push_escaped(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(is_special) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut behind = special.chars();
        match behind.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('_') if !special.as_bytes().get(..7).is_some_and(is_escape) => out.push('_'),
            Some(other) => drop(write!(out, "_x{:04X}_", u32::from(other))),
            None => {}
        }
        rest = behind.as_str();
    }
    out.push_str(rest);
}

fn is_special(c: char) -> bool {
    matches!(c, '&' | '<' | '>' | '_' | '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn is_escape(text: &[u8]) -> bool {
    matches!(text, [b'_', b'x', digits @ .., b'_'] if digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx};

    use super::*;

    #[test]
    fn a_reader_of_sheets_finds_what_was_written() {
        let texts =
            ["Tom & <Jerry>", " spaces ", "two\nlines\r\n", "_x0041_ and _x_ and a_b", "\u{1}\u{ffff}", "Ärzte 🦷"];
        let mut file = Cursor::new(Vec::new());
        let header = ["name", "value", "createdAt"].map(str::to_owned);
        let mut rows = Rows::begin(&mut file, "Leads", &header).unwrap();
        for text in texts {
            rows.add(|row| {
                row.text(0, text);
                row.number(1, "1234.50", Style::Amount);
                row.number(2, 45_000.25, Style::Instant);
            })
            .unwrap();
        }
        rows.add(|row| row.number(1, 7, Style::Plain)).unwrap();
        rows.end().unwrap();
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(file).unwrap();
        let sheet = book.worksheet_range("Leads").unwrap();
        let mut found = sheet.rows();
        let header: Vec<String> = found.next().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(header, ["name", "value", "createdAt"]);
        for (text, row) in texts.into_iter().zip(found.by_ref()) {
            assert_eq!(row[..2], [Data::String(text.to_owned()), Data::Float(1234.5)]);
            assert!(matches!(row[2], Data::DateTime(at) if at.as_f64() == 45_000.25), "{:?}", row[2]);
        }
        assert_eq!(found.next().unwrap(), [Data::Empty, Data::Float(7.0), Data::Empty]);
    }
}
