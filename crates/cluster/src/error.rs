//! What can go wrong, each message ending in what the reader can do about it.

use std::{io, path::PathBuf};

/// Why a cluster could not be found, made, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No folder on this machine holds `postgres`, `initdb` and `pg_ctl`.
    #[error(
        "no PostgreSQL programs were found: install them (`apt-get install postgresql postgresql-contrib`), \
         name their folder in SIWAHT_PG_BIN, or set DATABASE_URL to use a server that is already running"
    )]
    NoPrograms,

    /// A folder was named, but PostgreSQL's programs are not in it.
    #[error("{} holds no PostgreSQL programs (postgres, initdb, pg_ctl): correct SIWAHT_PG_BIN", .0.display())]
    NotPrograms(PathBuf),

    /// The only programs found are too old.
    #[error(
        "PostgreSQL {version} in {} is too old: install version 15 or newer, or set DATABASE_URL",
        folder.display()
    )]
    TooOld { folder: PathBuf, version: u32 },

    /// The cluster was made by another major version than the programs that were found.
    #[error(
        "the database in {} was made by PostgreSQL {made_by}, but only version {found} was found: \
         install version {made_by} or name its programs' folder in SIWAHT_PG_BIN",
        folder.display()
    )]
    OtherVersion { folder: PathBuf, made_by: String, found: u32 },

    /// Another server, or a command, holds the folder's lock.
    #[error("the data folder {} is in use by another server or command: stop it, or set SIWAHT_DATA to another folder", .0.display())]
    InUse(PathBuf),

    /// PostgreSQL refuses to run as root, and there is nobody else to run it as.
    #[error(
        "PostgreSQL cannot run as root and there is no user `postgres`: \
         run `useradd --system postgres`, or start this program as another user"
    )]
    NoPostgresUser,

    /// The cluster exists, but a folder above it was closed to the user `postgres` since.
    #[error(
        "the database in {} cannot be reached by the user postgres: run `chmod o+x {}`",
        cluster.display(), closed.display()
    )]
    Closed { cluster: PathBuf, closed: PathBuf },

    /// Somebody else owns, or may look into, the folder meant for the socket.
    #[error("the socket folder {} belongs to somebody else or is open to others: start as the user who owns it, or remove it when nothing uses it", .0.display())]
    UnsafeSocketFolder(PathBuf),

    /// A file or folder could not be read, made or changed.
    #[error("could not {what} {}: {source}", path.display())]
    File { what: &'static str, path: PathBuf, source: io::Error },

    /// A program could not be started at all.
    #[error("could not start {}: {source}", program.display())]
    Spawn { program: PathBuf, source: io::Error },

    /// A program ended with a failure; `said` is the end of what it wrote.
    #[error("{} failed: {said}", program.display())]
    Failed { program: PathBuf, said: String },

    /// A program did not end in time and was killed.
    #[error("{} did not finish within {seconds} s and was stopped", program.display())]
    TooSlow { program: PathBuf, seconds: u64 },
}

impl Error {
    /// For `map_err` on file operations: says what was tried on which path.
    pub(crate) fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { what, path, source }
    }
}
