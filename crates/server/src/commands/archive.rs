//! A backup as one file: a tar archive of the files folder and, behind it, the dump of the database.
//!
//! The dump comes last, so that a restore has all files in place before the rows that name them.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use tokio_util::sync::CancellationToken;

use super::passing::{Heeding, Passing, beside};

/// How the dump is called inside.
const DUMP: &str = "database.dump";
/// What a dump of PostgreSQL begins with: a backup without files is just that.
const DUMP_MAGIC: &[u8; 5] = b"PGDMP";

/// Writes the archive. Says how many files are in it.
pub fn write(archive: Heeding, folder: &Path, dump: &Path) -> Result<usize> {
    let mut tar = tar::Builder::new(io::BufWriter::new(archive));
    let mut count = 0;
    for name in names(folder)? {
        match File::open(folder.join(&name)) {
            Ok(mut file) => tar.append_file(&name, &mut file).with_context(|| name.clone())?,
            // Deleted since the dump was taken, by somebody who wanted it gone.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read {name}")),
        }
        count += 1;
    }
    tar.append_file(DUMP, &mut File::open(dump)?)?;
    tar.into_inner()?.into_inner().map_err(io::IntoInnerError::into_error)?.file.sync_all()?;
    Ok(count)
}

/// Whether the file is an archive rather than a bare dump.
pub fn is_one(file: &Path) -> Result<bool> {
    let mut magic = [0; DUMP_MAGIC.len()];
    let opened = File::open(file).and_then(|mut file| file.read_exact(&mut magic));
    opened.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(magic != *DUMP_MAGIC)
}

/// Puts the files into the folder, and beside them the dump for as long as it is held. A file that is there already is
/// the same one: its name is random and its bytes never change.
pub fn unpack(archive: &Path, folder: &Path, given_up: CancellationToken) -> Result<Passing> {
    let file = File::open(archive)?;
    let mut tar = tar::Archive::new(io::BufReader::new(Heeding { file, given_up }));
    for entry in tar.entries()? {
        let mut entry = entry.with_context(|| format!("{} is no backup", archive.display()))?;
        let name = entry.path()?.to_string_lossy().into_owned();
        let to = folder.join(&name);
        if name == DUMP {
            return put(&mut entry, to);
        }
        // Nothing of an archive goes anywhere else, whoever made it.
        if !is_key(&name) {
            bail!("{} holds {name}, which is no file of ours", archive.display());
        }
        if !to.exists() {
            let whole = put(&mut entry, beside(&to, "#1"))?;
            whole.keep_as(&to).with_context(|| format!("cannot write {}", to.display()))?;
        }
    }
    bail!("{} is cut short: it holds no database", archive.display())
}

fn put(from: &mut impl Read, to: PathBuf) -> Result<Passing> {
    let mut copy = || {
        to.parent().map_or(Ok(()), fs::create_dir_all)?;
        let (passing, mut out) = Passing::create(to.clone())?;
        io::copy(from, &mut out)?;
        out.sync_all()?;
        Ok::<_, io::Error>(passing)
    };
    copy().with_context(|| format!("cannot write {}", to.display()))
}

/// Keys of all files in the folder; what is still being written is not among them.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for place in entries(&folder.join("leads"))?.into_iter().chain([folder.join("imports")]) {
        for file in entries(&place)? {
            let name = file.strip_prefix(folder)?.to_string_lossy().into_owned();
            if is_key(&name) {
                names.push(name);
            }
        }
    }
    names.sort();
    Ok(names)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", folder.display())),
    }
}

/// `leads/7/` or `imports/`, and 32 hexadecimal digits.
fn is_key(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    let (lead, key) = match parts[..] {
        ["leads", lead, key] => (lead, key),
        ["imports", key] => ("0", key),
        _ => return false,
    };
    let is_number = !lead.is_empty() && lead.bytes().all(|b| b.is_ascii_digit());
    is_number && key.len() == 32 && key.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_puts_nothing_outside_the_folder() {
        let place = std::env::temp_dir().join(format!("siwaht-archive-{}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        let hostile = place.join("hostile.tar");
        let mut tar = tar::Builder::new(File::create(&hostile).unwrap());
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..9].copy_from_slice(b"../escape");
        header.set_size(1);
        header.set_cksum();
        tar.append(&header, &b"x"[..]).unwrap();
        tar.into_inner().unwrap();
        assert!(unpack(&hostile, &place.join("files"), CancellationToken::new()).is_err());
        assert!(!place.join("escape").exists());
        fs::remove_dir_all(&place).unwrap();
    }
}
