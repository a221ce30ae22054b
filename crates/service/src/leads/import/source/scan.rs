//! Looks an XLSX file through before anything believes it. It is a ZIP archive of XML, and ten megabytes of one can
//! unpack to ten gigabytes: the sizes that it states may be lies, so it is unpacked once and counted.

use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
};

use quick_xml::{Error as XmlError, Reader, events::Event};
use zip::{ZipArchive, read::ZipFile};

use super::refused;
use crate::{Error, Result};

/// Bytes of all parts, unpacked: a million rows of a dozen columns are half of it.
const WHOLE: u64 = 1 << 30;
/// Bytes of the texts, unpacked: these are held in memory while the file is read.
const STRINGS: u64 = 96 << 20;
/// Bytes of any other part that is XML and no sheet: of the workbook's own, all is held in memory.
const OTHER: u64 = 16 << 20;
/// Bytes of a tag, a text between two, a comment: a cell holds 32,767 characters at the most.
const TOKEN: u64 = 1 << 20;
/// Bytes of a cell, with all that stands in it: each of its characters may have a look of its own.
const CELL: u64 = 4 << 20;
/// Elements inside each other: a cell's text is the eighth.
const DEPTH: u32 = 64;
/// The part that tells where the workbook is, and its bytes.
const ROOT: &str = "_rels/.rels";
const ROOT_BYTES: u64 = 64 << 10;
/// Parts of the archive; each sheet is one.
const PARTS: usize = 10_000;
/// A text of the shared ones takes so many bytes at least: `<si><t/></si>`.
const LEAST: u64 = 13;

pub(super) fn check(file: &File) -> Result<()> {
    let mut file = file.try_clone().map_err(Error::files)?;
    file.seek(SeekFrom::Start(0)).map_err(Error::files)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(corrupt)?;
    if archive.len() > PARTS {
        return Err(refused(format!("has more than {PARTS} parts")));
    }
    if !archive.file_names().any(|name| name.is_ok_and(|name| name.eq_ignore_ascii_case(ROOT))) {
        return Err(refused("is a ZIP archive and no XLSX file: unpack it first, and import the file in it"));
    }
    let mut whole = 0;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(corrupt)?;
        if part.encrypted() {
            return Err(refused("is protected with a password; save it without one"));
        }
        let name = part.name().map_err(corrupt)?.to_ascii_lowercase();
        if name == ROOT {
            check_root(&mut part)?;
            continue;
        }
        let is_xml = name.ends_with(".xml") || name.ends_with(".rels");
        whole += unpack(&mut part, WHOLE - whole, Kind::of(&name), is_xml)?;
    }
    Ok(())
}

/// The workbook is what this part says it is. It is no sheet, whose size is bounded in another way.
fn check_root(part: &mut impl Read) -> Result<()> {
    let mut text = Vec::new();
    part.take(ROOT_BYTES + 1).read_to_end(&mut text).map_err(|error| corrupt(error.into()))?;
    let has = |what: &[u8]| memchr::memmem::find(&text.to_ascii_lowercase(), what).is_some();
    if text.len() as u64 > ROOT_BYTES || looks_like_xml(&text) != Some(true) || has(b"worksheets") || has(b"&#") {
        return Err(refused("is corrupt, or no XLSX file: it does not say which part the workbook is"));
    }
    Ok(())
}

/// What a part of the archive is, as far as its size matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Strings,
    Sheet,
    Other,
}

impl Kind {
    fn of(name: &str) -> Self {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        if file == "sharedstrings.xml" {
            Kind::Strings
        } else if folder.ends_with("worksheets") && file.ends_with(".xml") {
            Kind::Sheet
        } else {
            Kind::Other
        }
    }
}

/// How many bytes a part unpacks to.
fn unpack(part: &mut ZipFile<'_, impl Read>, left: u64, kind: Kind, is_xml: bool) -> Result<u64> {
    if kind == Kind::Sheet {
        return walk(part, left);
    }
    let (mut size, mut said, mut is_xml) = (0, None, is_xml.then_some(true));
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = part.read(&mut buffer).map_err(|error| corrupt(error.into()))?;
        if read == 0 {
            break;
        }
        let piece = &buffer[..read];
        if kind == Kind::Strings && size == 0 {
            said = unique_count(piece);
        }
        size += read as u64;
        // By its name or its content: the workbook's own part may be called anything.
        is_xml = is_xml.or_else(|| looks_like_xml(piece));
        match kind {
            Kind::Strings if size > STRINGS => return Err(too_large(STRINGS)),
            Kind::Other if size > OTHER && is_xml == Some(true) => {
                return Err(refused(
                    "has a part of more than 16 MiB that is no sheet; put the leads in a file of their own",
                ));
            }
            _ if size > left => return Err(too_large(WHOLE)),
            Kind::Strings | Kind::Sheet | Kind::Other => {}
        }
    }
    // Room is made for as many as it says.
    if said.is_some_and(|said| said > size / LEAST) {
        return Err(refused("is corrupt: it counts more texts than it holds"));
    }
    Ok(size)
}

/// The same of a sheet, by what reads it later: what is one token or one cell to it is held in memory whole.
fn walk(part: &mut ZipFile<'_, impl Read>, left: u64) -> Result<u64> {
    let mut xml = Reader::from_reader(BufReader::with_capacity(64 << 10, part).take(0));
    let mut token = Vec::new();
    // Elements that are open, and those around the cell with the place where it began.
    let (mut depth, mut cell) = (0_u32, None);
    loop {
        token.clear();
        xml.get_mut().set_limit(TOKEN);
        let begins = xml.buffer_position();
        let event = xml.read_event_into(&mut token);
        let (is_cut, size) = (xml.get_ref().limit() == 0, xml.buffer_position());
        match event {
            _ if is_cut => return Err(refused("has a cell that is larger than a cell can be")),
            // Each is held until it is closed.
            Ok(Event::Start(_)) if depth == DEPTH => return Err(refused("is corrupt: its elements are never closed")),
            Ok(Event::Start(tag)) => {
                if cell.is_none() && tag.local_name().as_ref() == "c" {
                    cell = Some((depth, begins));
                }
                depth += 1;
            }
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                cell = cell.filter(|(around, _)| *around < depth);
            }
            Ok(Event::Eof) => return Ok(size),
            Err(XmlError::Io(error)) => return Err(corrupt(std::io::Error::other(error).into())),
            Err(error) => return Err(refused(format!("is corrupt, or no XLSX file: {error}"))),
            Ok(_) => {}
        }
        if cell.is_some_and(|(_, began)| size - began > CELL) {
            return Err(refused("has a cell that is larger than a cell can be"));
        }
        if size > left {
            return Err(too_large(WHOLE));
        }
    }
}

/// `None` where there is nothing to tell by.
fn looks_like_xml(start: &[u8]) -> Option<bool> {
    let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start).trim_ascii_start();
    start.first().map(|first| *first == b'<')
}

fn too_large(limit: u64) -> Error {
    refused(format!("unpacks to more than {} MiB; split it", limit >> 20))
}

/// What the texts say of their number.
fn unique_count(start: &[u8]) -> Option<u64> {
    let at = memchr::memmem::find(start, b"uniqueCount")?;
    let digits = start[at..].iter().skip_while(|b| !b.is_ascii_digit()).take_while(|b| b.is_ascii_digit());
    Some(digits.fold(0, |number: u64, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))))
}

fn corrupt(error: zip::result::ZipError) -> Error {
    match error {
        zip::result::ZipError::UnsupportedArchive(_) => {
            refused("is protected with a password, or packed in an unusual way")
        }
        other => refused(format!("is corrupt, or no XLSX file: {other}")),
    }
}
