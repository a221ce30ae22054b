//! One PostgreSQL server: makes its files, starts it, recognises one that still runs, stops it.

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder},
    io,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, lchown},
    },
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Error, Programs, Result, command,
    owner::Owner,
    settings::{self, Durability, PORT},
};

/// The database's superuser: the only role, and nobody but us reaches the socket.
pub(crate) const SUPERUSER: &str = "siwaht";

/// After a crash PostgreSQL replays its log before it answers, which a slow disk makes long. A server
/// that gives up ends the wait at once, so only a real recovery ever takes this time.
const START_S: u64 = 600;
const STOP_S: u64 = 120;

const MINUTE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    pub programs: Programs,
    pub owner: Option<Owner>,
    /// PGDATA.
    pub cluster: PathBuf,
    pub sockets: PathBuf,
    pub durability: Durability,
}

/// How to end: `Fast` writes everything down, `Immediate` is for what is deleted next.
#[derive(Clone, Copy)]
pub(crate) enum Stop {
    Fast,
    Immediate,
}

impl Server {
    /// Makes the cluster's files under another name first, so that a crash half-way leaves no half cluster.
    pub(crate) fn make(&self) -> Result<()> {
        let half = self.cluster.with_extension("new");
        if half.exists() {
            fs::remove_dir_all(&half).map_err(Error::file("remove", &half))?;
        }
        DirBuilder::new().mode(0o700).create(&half).map_err(Error::file("create", &half))?;
        if let Some(owner) = &self.owner {
            lchown(&half, Some(owner.uid), Some(owner.gid)).map_err(Error::file("change the owner of", &half))?;
        }
        let mut initdb = self.command("initdb");
        let locale = if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" };
        initdb.arg("--pgdata").arg(&half);
        initdb.args(["--encoding=UTF8", "--auth-local=trust", "--auth-host=reject", "--no-instructions"]);
        initdb.arg(format!("--locale={locale}")).arg(format!("--username={SUPERUSER}"));
        initdb.arg(match self.durability {
            Durability::Kept => "--data-checksums",
            Durability::ThrownAway => "--no-sync",
        });
        command::run(initdb, 5 * MINUTE)?;
        settings::include(&half)?;
        fs::rename(&half, &self.cluster).map_err(Error::file("rename", &half))
    }

    /// The programs of another version may be installed beside the ones that were found.
    pub(crate) fn match_version(&mut self) -> Result<()> {
        let file = self.cluster.join("PG_VERSION");
        let made_by = fs::read_to_string(&file).map_err(Error::file("read", &file))?.trim().to_owned();
        let found = self.programs.major();
        if made_by == found.to_string() {
            return Ok(());
        }
        match made_by.parse().ok().and_then(Programs::of_major) {
            Some(programs) => self.programs = programs,
            None => return Err(Error::OtherVersion { folder: self.cluster.clone(), made_by, found }),
        }
        Ok(())
    }

    /// Starts the server, or takes over one that a killed program left running.
    pub(crate) fn start_or_adopt(&self) -> Result<()> {
        match self.running()? {
            // One that was stopping is started again.
            Some(sockets) if sockets == self.sockets && self.wait_until_ready()? => return Ok(()),
            Some(sockets) if sockets == self.sockets => {}
            // It runs where no client of ours would look, so it was started under another configuration.
            Some(_) => self.stop(Stop::Fast)?,
            None => {}
        }
        self.start()
    }

    pub(crate) fn start(&self) -> Result<()> {
        settings::write(&self.cluster, self.owner.as_ref(), self.durability, &self.sockets)?;
        let log = self.cluster.join("start.log");
        let _ = fs::remove_file(&log);
        let mut start = self.pg_ctl("start");
        start.args(["-w", "-s", "-t", &START_S.to_string()]).arg("-l").arg(&log);
        let started = command::run(start, Duration::from_secs(START_S + 15));
        started.map(drop).map_err(|error| self.with_log(error, &log))
    }

    pub(crate) fn stop(&self, how: Stop) -> Result<()> {
        let mode = match how {
            Stop::Fast => "fast",
            Stop::Immediate => "immediate",
        };
        let mut stop = self.pg_ctl("stop");
        stop.args(["-w", "-s", "-m", mode, "-t", &STOP_S.to_string()]);
        command::run(stop, Duration::from_secs(STOP_S + 15)).map(drop)
    }

    /// For a cluster that somebody else may have stopped already.
    pub(crate) fn stop_if_running(&self, how: Stop) -> Result<()> {
        if self.running()?.is_none() {
            return Ok(());
        }
        match self.stop(how) {
            // It ended in this very moment, and there was nobody left to tell.
            Err(_) if self.running()?.is_none() => Ok(()),
            stopped => stopped,
        }
    }

    /// A client program that talks to this server.
    pub(crate) fn client(&self, name: &str) -> Command {
        let mut client = self.command(name);
        client.arg("--host").arg(&self.sockets).args(["--port", &PORT.to_string(), "--username", SUPERUSER]);
        client
    }

    /// The socket folder of a server that runs on this cluster.
    ///
    /// `postmaster.pid` outlives a crash, and its number may by now belong to another process, which must
    /// be neither adopted nor stopped. Where /proc exists, the process's folder tells: PostgreSQL's is the cluster.
    pub(crate) fn running(&self) -> Result<Option<PathBuf>> {
        let file = self.cluster.join("postmaster.pid");
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::file("read", file)(error)),
        };
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let sockets = PathBuf::from(lines.get(4).copied().unwrap_or_default());
        if !Path::new("/proc/self/cwd").exists() {
            let status = command::finish(self.pg_ctl("status"), MINUTE)?.status;
            return Ok(status.success().then_some(sockets));
        }
        let process = Path::new("/proc").join(lines.first().copied().unwrap_or("0"));
        match runs_on(&process, &self.cluster) {
            Some(true) => Ok(Some(sockets)),
            Some(false) => {
                // PostgreSQL itself would refuse to start beside a living process of this number.
                fs::remove_file(&file).map_err(Error::file("remove", file))?;
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// An adopted server may still be starting. False when it was stopping, and is gone.
    fn wait_until_ready(&self) -> Result<bool> {
        let deadline = Instant::now() + Duration::from_secs(START_S);
        while !self.is_ready()? {
            if self.running()?.is_none() {
                return Ok(false);
            }
            if Instant::now() > deadline {
                return Err(Error::TooSlow { program: self.programs.bin("postgres"), seconds: START_S });
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(true)
    }

    /// Whether it takes connections now.
    pub(crate) fn is_ready(&self) -> Result<bool> {
        Ok(self.running()?.is_some() && command::finish(self.client("pg_isready"), MINUTE)?.status.success())
    }

    fn pg_ctl(&self, action: &str) -> Command {
        let mut pg_ctl = self.command("pg_ctl");
        pg_ctl.arg(action).arg("-D").arg(&self.cluster);
        pg_ctl
    }

    fn command(&self, name: &str) -> Command {
        command::command(&self.programs.bin(name), self.owner.as_ref())
    }

    /// `pg_ctl` only says that it failed; why stands in the server's log.
    fn with_log(&self, error: Error, log: &Path) -> Error {
        let Error::Failed { program, said } = error else { return error };
        let first = fs::read_to_string(log).unwrap_or_default();
        let later = newest_log(&self.cluster.join("log")).unwrap_or_default();
        let log = command::last_lines(&[first.trim(), later.trim()].join("\n"), 15);
        Error::Failed { program, said: format!("{said}\n{log}") }
    }
}

/// Whether the process, if there is one, is the PostgreSQL of this folder.
fn runs_on(process: &Path, cluster: &Path) -> Option<bool> {
    let cluster = cluster.canonicalize().ok()?;
    match process.join("cwd").read_link() {
        Ok(folder) => Some(folder == cluster),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        // In a container even root may be kept from other users' processes. What they were started with is open to all.
        Err(_) => {
            let arguments = fs::read(process.join("cmdline")).ok()?;
            let mut folders = arguments.split(|byte| *byte == 0).map(|word| Path::new(OsStr::from_bytes(word)));
            Some(
                folders.any(|folder| folder.is_absolute() && folder.canonicalize().is_ok_and(|found| found == cluster)),
            )
        }
    }
}

fn newest_log(folder: &Path) -> Option<String> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    let newest = entries.max_by_key(|entry| entry.metadata().and_then(|found| found.modified()).ok())?;
    fs::read_to_string(newest.path()).ok()
}
