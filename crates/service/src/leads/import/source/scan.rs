//! Looks an XLSX file through before anything believes it. It is a ZIP archive of XML, and ten megabytes of one can
//! unpack to ten gigabytes: the sizes that it states may be lies, so it is unpacked once and counted.

use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
};

use zip::{ZipArchive, read::ZipFile};

use super::refused;
use crate::{Error, Result};

/// Bytes of all parts, unpacked: a million rows of a dozen columns are half of it.
const WHOLE: u64 = 1 << 30;
/// Bytes of the texts, unpacked: these are held in memory while the file is read.
const STRINGS: u64 = 96 << 20;
/// Bytes between two tags: a cell holds 32,767 characters at the most.
const RUN: usize = 1 << 20;
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
    let mut whole = 0;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(corrupt)?;
        if part.encrypted() {
            return Err(refused("is protected with a password; save it without one"));
        }
        let name = part.name().map_err(corrupt)?.to_ascii_lowercase();
        let (is_strings, is_xml) = (name.ends_with("sharedstrings.xml"), name.ends_with(".xml"));
        whole += unpack(&mut part, WHOLE - whole, is_strings, is_xml)?;
    }
    Ok(())
}

/// How many bytes a part unpacks to.
fn unpack(part: &mut ZipFile<'_, impl Read>, most: u64, is_strings: bool, is_xml: bool) -> Result<u64> {
    let (most, limit) = if is_strings { (most.min(STRINGS), STRINGS) } else { (most, WHOLE) };
    let (mut size, mut run, mut said) = (0, 0, None);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = part.read(&mut buffer).map_err(|error| corrupt(error.into()))?;
        if read == 0 {
            break;
        }
        let piece = &buffer[..read];
        if is_strings && size == 0 {
            said = unique_count(piece);
        }
        size += read as u64;
        if size > most {
            return Err(refused(format!("unpacks to more than {} MiB; split it", limit >> 20)));
        }
        let mut tags = memchr::memchr_iter(b'<', piece);
        let first = tags.next();
        run += first.unwrap_or(read);
        if is_xml && run > RUN {
            return Err(refused("has a cell that is larger than a cell can be"));
        }
        if first.is_some() {
            run = memchr::memrchr(b'<', piece).map_or(run, |last| read - last);
        }
    }
    // Room is made for as many as it says.
    if said.is_some_and(|said| said > size / LEAST) {
        return Err(refused("is corrupt: it counts more texts than it holds"));
    }
    Ok(size)
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
