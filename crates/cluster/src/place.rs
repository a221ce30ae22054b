//! Where the cluster of a data folder lives: inside it, or elsewhere when its user cannot get there.

use std::{
    fs::{self, DirBuilder, File, Permissions, TryLockError},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::{Error, Result, owner::Owner};

/// The parent of clusters that cannot live in their data folder.
const ELSEWHERE: &str = "/var/lib/siwaht";

/// The folder that holds `postgres` and `run`, and what to tell the user when it is not the data folder.
pub(crate) struct Place {
    pub base: PathBuf,
    pub note: Option<String>,
}

/// Chooses the place. A cluster that exists is never left behind for a new, empty one.
pub(crate) fn choose(data: &Path, owner: Option<&Owner>) -> Result<Place> {
    let here = Place { base: data.into(), note: None };
    let Some(owner) = owner else { return Ok(here) };
    let closed = owner.closed_folder(data);
    if data.join("postgres").exists() {
        let cluster = data.join("postgres");
        return closed.map_or(Ok(here), |closed| Err(Error::Closed { cluster, closed }));
    }
    let base = Path::new(ELSEWHERE).join(format!("{:016x}", hash(data)));
    if closed.is_none() && !base.join("postgres").exists() {
        return Ok(here);
    }
    make_open_folder(Path::new(ELSEWHERE))?;
    make_open_folder(&base)?;
    let base = base.canonicalize().map_err(Error::file("find", &base))?;
    if let Some(closed) = owner.closed_folder(&base) {
        return Err(Error::Closed { cluster: base, closed });
    }
    let note = format!(
        "the database is kept in {}, as the user postgres could not enter {}",
        base.display(),
        closed.as_deref().unwrap_or(data).display()
    );
    Ok(Place { base, note: Some(note) })
}

/// Makes the data folder when it is missing, and gives its one true path.
pub(crate) fn make_data_folder(data: &Path, owner: Option<&Owner>) -> Result<PathBuf> {
    if let Some(parent) = data.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
    }
    match owner {
        Some(_) => make_open_folder(data)?,
        None if data.exists() => {}
        None => DirBuilder::new().mode(0o700).create(data).map_err(Error::file("create", data))?,
    }
    data.canonicalize().map_err(Error::file("find", data))
}

/// A folder that the user `postgres` may pass through without reading it. One that exists keeps its mode.
pub(crate) fn make_open_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    let_through(folder)
}

/// A step of its own after making the folder, as the umask takes such bits away.
pub(crate) fn let_through(folder: &Path) -> Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o711)).map_err(Error::file("change the mode of", folder))
}

/// The lock that keeps a second server out; the system frees it however this process ends.
pub(crate) fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("siwaht.lock");
    let file = lock_file(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(folder.into())),
        Err(TryLockError::Error(error)) => Err(Error::file("lock", path)(error)),
    }
}

/// The file that commands lock beside each other, and whoever stops PostgreSQL under them for itself.
pub(crate) fn visitors(data: &Path) -> Result<File> {
    lock_file(&data.join("siwaht-commands.lock"))
}

/// One that another user made, such as root, is only read: on most file systems that is enough to lock it.
fn lock_file(path: &Path) -> Result<File> {
    let written = File::options().create(true).truncate(false).write(true).open(path);
    written.or_else(|error| File::open(path).map_err(|_| error)).map_err(Error::file("open", path))
}

/// FNV-1a, written out because the standard library's hash may change with the compiler, and this one
/// has to name the same folder for years.
pub(crate) fn hash(path: &Path) -> u64 {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_path_never_changes() {
        assert_eq!(hash(Path::new("")), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash(Path::new("a")), 0xaf63_dc4c_8601_ec8c);
    }
}
