//! Folders of throw-away clusters: unique, locked while in use, deleted afterwards.
//!
//! A test run that is killed cannot clean up, so the next one does: a folder whose lock is free is abandoned.

use std::{
    env,
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    process,
};

use crate::{
    Error, Programs, Result,
    owner::{self, Owner},
    place,
    server::{Server, Stop},
    settings::Durability,
    socket,
};

const PREFIX: &str = "siwaht-throw-away-";

/// A temporary folder, gone when this value is.
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    pub(crate) fn make(owner: Option<&Owner>) -> Result<Self> {
        let parent = parent(owner);
        // Locked before it gets the name that others look for, or they might take it for abandoned.
        let fresh = unique(&parent, "siwaht-new-")?;
        let lock = place::lock(&fresh)?;
        let path = unique(&parent, PREFIX)?;
        fs::rename(&fresh, &path).map_err(Error::file("rename", fresh))?;
        Ok(Self { path, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            eprintln!("could not remove {}: {error}", self.path.display());
        }
    }
}

pub(crate) fn server(programs: Programs, owner: Option<Owner>, base: &Path) -> Result<Server> {
    let sockets = socket::folder(base, owner.as_ref())?;
    Ok(Server { programs, owner, cluster: base.join("postgres"), sockets, durability: Durability::ThrownAway })
}

/// Stops and deletes what killed runs left behind. Never a reason to fail: it is somebody else's mess.
pub(crate) fn clear_abandoned(programs: &Programs, owner: Option<&Owner>) {
    let Ok(uid) = owner::own_uid() else { return };
    let entries = fs::read_dir(parent(owner)).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        let ours = entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == uid);
        let locked = || File::options().write(true).open(entry.path().join("siwaht.lock")).ok();
        let Some(lock) = ours.then(locked).flatten() else { continue };
        if lock.try_lock().is_err() {
            continue;
        }
        if let Ok(server) = server(programs.clone(), owner.cloned(), &entry.path()) {
            let _ = server.stop_if_running(Stop::Immediate);
            let _ = fs::remove_dir_all(&server.sockets);
        }
        let _ = fs::remove_dir_all(entry.path());
    }
}

/// TMPDIR, unless PostgreSQL's user cannot get there.
fn parent(owner: Option<&Owner>) -> PathBuf {
    let wanted = env::temp_dir().canonicalize().unwrap_or_else(|_| "/tmp".into());
    match owner.and_then(|owner| owner.closed_folder(&wanted)) {
        Some(_) => Path::new("/tmp").canonicalize().unwrap_or_else(|_| "/tmp".into()),
        None => wanted,
    }
}

/// An empty folder of a name that did not exist.
fn unique(parent: &Path, prefix: &str) -> Result<PathBuf> {
    let mut number = 0_u32;
    loop {
        let path = parent.join(format!("{prefix}{}-{number}", process::id()));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return place::let_through(&path).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(Error::file("create", path)(error)),
        }
    }
}
