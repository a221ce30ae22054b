//! The cluster as its users see it: opened, asked for its address, stopped.

use std::{
    fmt::Write,
    fs::{File, TryLockError},
    path::Path,
    time::Duration,
};

use crate::{
    Error, Programs, Result, command,
    owner::Owner,
    place,
    server::{SUPERUSER, Server, Stop},
    settings::{Durability, PORT},
    socket,
    throw_away::{self, Folder},
};

const MINUTE: Duration = Duration::from_secs(60);

/// A running PostgreSQL of our own. Dropping it stops it.
pub struct Cluster {
    server: Server,
    note: Option<String>,
    stopped: bool,
    /// Held by all who work beside the one that stops it, who waits for them.
    visitors: Option<File>,
    // Dropped last, after the server was stopped: they delete the files and let the next server in.
    _folder: Option<Folder>,
    _lock: Option<File>,
}

impl Cluster {
    /// The persistent cluster of a data folder, made when it does not exist yet and taken over when a
    /// killed program left it running.
    ///
    /// # Errors
    /// When another program has it open, when it was made by a PostgreSQL that is not installed, when its
    /// files cannot be reached, and when PostgreSQL does not start.
    pub fn open(programs: Programs, data: &Path) -> Result<Self> {
        let owner = Owner::of(data)?;
        let data = place::make_data_folder(data, owner.as_ref())?;
        let lock = place::lock(&data)?;
        let (mut server, note) = persistent(programs, owner, &data)?;
        if !server.cluster.exists() {
            server.make()?;
        }
        server.match_version()?;
        server.start_or_adopt()?;
        Ok(Self { server, note, stopped: false, visitors: None, _folder: None, _lock: Some(lock) })
    }

    /// The persistent cluster for a command: that of the server or command that has the folder open, and left running
    /// then; else opened as by [`Cluster::open`], and stopped when no other command uses it any more.
    ///
    /// # Errors
    /// As for [`Cluster::open`]; in use while the one that has it open starts or stops it: ask again in a moment.
    pub fn visit(programs: Programs, data: &Path) -> Result<Self> {
        match Self::open(programs.clone(), data) {
            Err(Error::InUse(data)) => Self::join(programs, &data)?.ok_or(Error::InUse(data)),
            Ok(mut opened) => {
                opened.visitors = Some(place::visitors(data)?);
                Ok(opened)
            }
            failed => failed,
        }
    }

    /// Beside the one that has it open. `None` while that one starts or stops it.
    fn join(programs: Programs, data: &Path) -> Result<Option<Self>> {
        let visitors = place::visitors(data)?;
        match visitors.try_lock_shared() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(Error::file("lock a file in", data)(error)),
        }
        let (mut server, note) = persistent(programs, Owner::of(data)?, data)?;
        if !server.cluster.exists() || !server.is_ready()? {
            return Ok(None);
        }
        server.match_version()?;
        Ok(Some(Self { server, note, stopped: true, visitors: Some(visitors), _folder: None, _lock: None }))
    }

    /// A cluster for one test run: quick, as nothing in it would survive a power cut, and deleted on drop.
    /// Also clears away those whose program was killed before it could.
    ///
    /// # Errors
    /// When its files cannot be made or PostgreSQL does not start.
    pub fn throw_away(programs: Programs) -> Result<Self> {
        let owner = Owner::needed()?;
        throw_away::clear_abandoned(&programs, owner.as_ref());
        let folder = Folder::make(owner.as_ref())?;
        let server = throw_away::server(programs, owner, folder.path())?;
        server.make()?;
        server.start()?;
        Ok(Self { server, note: None, stopped: false, visitors: None, _folder: Some(folder), _lock: None })
    }

    /// Where the files are, when that is not the data folder: one line for the user.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        self.note.clone()
    }

    /// The folder of the Unix socket, open to the server's user and root only.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.server.sockets
    }

    /// PostgreSQL's own folder, "PGDATA".
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.server.cluster
    }

    /// The programs that belong to this cluster, for `pg_dump` and the like.
    #[must_use]
    pub fn programs(&self) -> &Programs {
        &self.server.programs
    }

    /// The address of one database, for sqlx and for PostgreSQL's own programs.
    ///
    /// Port and encryption are named, or PGPORT and PGSSLMODE of the environment would decide.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let sockets = encode(&self.server.sockets.to_string_lossy());
        format!("postgres://{SUPERUSER}@localhost:{PORT}/{}?host={sockets}&sslmode=disable", encode(database))
    }

    /// # Errors
    /// When the server cannot be asked, or refuses the name.
    pub fn create_database_if_missing(&self, name: &str) -> Result<()> {
        let mut list = self.server.client("psql");
        list.args(["--no-psqlrc", "--no-align", "--tuples-only", "--dbname=postgres"]);
        list.args(["--command", "SELECT datname FROM pg_database"]);
        if command::run(list, MINUTE)?.stdout.lines().any(|found| found == name) {
            return Ok(());
        }
        let mut create = self.server.client("createdb");
        create.args(["--maintenance-db=postgres", "--", name]);
        command::run(create, MINUTE).map(drop)
    }

    /// Starts the server again if it is gone: killed, or stopped by somebody else. Says whether it was.
    ///
    /// # Errors
    /// When it does not start, which it cannot while a part of the one before still runs.
    pub fn revive(&self) -> Result<bool> {
        if self.server.running()?.is_some() {
            return Ok(false);
        }
        self.server.start().map(|()| true)
    }

    /// Ends every connection, writes everything to disk and waits for the end.
    ///
    /// # Errors
    /// When the server does not stop. It then keeps running, and the next `open` takes it over.
    pub fn stop(mut self) -> Result<()> {
        self.stop_once()
    }

    fn stop_once(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.stopped, true) {
            return Ok(());
        }
        match self.server.durability {
            Durability::Kept => {
                if let Some(visitors) = &self.visitors {
                    visitors.lock().map_err(Error::file("lock a file beside", &self.server.cluster))?;
                }
                self.server.stop_if_running(Stop::Fast)
            }
            Durability::ThrownAway => {
                // With a long TMPDIR the socket is outside the folder that is deleted next.
                let stopped = self.server.stop_if_running(Stop::Immediate);
                let _ = std::fs::remove_dir_all(&self.server.sockets);
                stopped
            }
        }
    }
}

/// The server of a data folder, running or not.
fn persistent(programs: Programs, owner: Option<Owner>, data: &Path) -> Result<(Server, Option<String>)> {
    let place = place::choose(data, owner.as_ref())?;
    let sockets = socket::folder(&place.base, owner.as_ref())?;
    let cluster = place.base.join("postgres");
    Ok((Server { programs, owner, cluster, sockets, durability: Durability::Kept }, place.note))
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.stop_once() {
            eprintln!("PostgreSQL in {} was not stopped: {error}", self.server.cluster.display());
        }
    }
}

/// Percent-encodes everything but the characters that never need it.
fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_could_end_a_part_of_an_address_is_encoded() {
        assert_eq!(encode("/srv/a-b_c"), "%2Fsrv%2Fa-b_c");
        assert_eq!(encode("a?b&c d"), "a%3Fb%26c%20d");
    }
}
