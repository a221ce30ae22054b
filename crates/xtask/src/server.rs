//! The release binary under test or measurement: on a free port, with a data folder of its own, always stopped.

use std::{
    env, fs,
    io::{Read, Seek, SeekFrom, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use cluster::{Cluster, Programs};

use crate::{
    process::succeeds,
    repo::{Repo, shown},
    serve,
};

/// Making a database and its demo data is most of it.
const START: Duration = Duration::from_secs(120);
const STOP: Duration = Duration::from_secs(30);

/// So short that the time it takes to start can be read off.
const POLL: Duration = Duration::from_millis(1);

/// How to start one.
pub struct Launch<'a> {
    pub args: &'a [&'a str],
    /// Removed when the server has stopped.
    pub data: PathBuf,
    pub log: PathBuf,
    /// A running database instead of one of its own.
    pub database: Option<&'a str>,
}

pub struct Server {
    child: Child,
    address: SocketAddr,
    data: PathBuf,
    log: PathBuf,
    start_up: Duration,
}

impl Server {
    /// Returns when the server says that it is ready.
    pub fn start(repo: &Repo, launch: Launch) -> Result<Self> {
        let Launch { args, data, log, database } = launch;
        let address = free_address()?;
        println!("starting the server on {address}, its log in {}", shown(repo, &log));
        let output = fs::File::create(&log).with_context(|| format!("could not create {}", log.display()))?;
        let mut siwaht = command(repo, &data, database);
        siwaht.arg("serve").args(args).env("SIWAHT_ADDR", address.to_string());
        siwaht.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let spawned = Instant::now();
        let child = siwaht.spawn().with_context(|| format!("could not start {}", repo.binary().display()))?;
        let mut server = Self { child, address, data, log, start_up: Duration::ZERO };
        if let Err(error) = server.wait_until_ready() {
            server.show_log();
            return Err(error);
        }
        server.start_up = spawned.elapsed();
        Ok(server)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// From starting the program to its first word that it is ready.
    pub fn start_up(&self) -> Duration {
        self.start_up
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn show_log(&self) {
        let log = end_of(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        println!("--- the end of the server's log ---");
        lines[lines.len().saturating_sub(40)..].iter().for_each(|line| println!("{line}"));
        println!("---");
    }

    /// Asks it to end, as a service manager would, and fails when it does not.
    pub fn stop(mut self) -> Result<()> {
        let status = self.end()?;
        if !status.success() {
            bail!("the server did not stop cleanly ({status})");
        }
        Ok(())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        while !self.is_ready() {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended before it was ready ({status})");
            }
            if Instant::now() > deadline {
                bail!("the server was not ready after {} s", START.as_secs());
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    fn is_ready(&self) -> bool {
        let ask = || -> std::io::Result<Vec<u8>> {
            let mut stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(2))?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            write!(stream, "GET /readyz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)?;
            let mut start = vec![0; "HTTP/1.1 200".len()];
            stream.read_exact(&mut start)?;
            Ok(start)
        };
        ask().is_ok_and(|start| start == b"HTTP/1.1 200")
    }

    fn end(&mut self) -> Result<ExitStatus> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(status);
        }
        // The standard library can only kill, which would leave the server's own PostgreSQL running.
        succeeds(Command::new("kill").args(["-TERM", &self.child.id().to_string()]));
        let deadline = Instant::now() + STOP;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(50));
        }
        self.child.kill()?;
        Ok(self.child.wait()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.end().map(drop).and_then(|()| remove(&self.data)) {
            eprintln!("the server under test was not stopped: {error:#}");
        }
    }
}

/// Removes a server's data, and before that stops the PostgreSQL of a killed one, which is still running.
pub fn remove(data: &Path) -> Result<()> {
    if data.join("postgres/postmaster.pid").exists() {
        Cluster::open(Programs::find()?, data)?.stop()?;
    }
    if !data.exists() {
        return Ok(());
    }
    fs::remove_dir_all(data).with_context(|| format!("could not remove {}", data.display()))
}

/// The release binary, which finds nothing in the environment that would lead it to other data than these.
pub fn command(repo: &Repo, data: &Path, database: Option<&str>) -> Command {
    let mut siwaht = serve::siwaht(repo);
    for (name, _) in env::vars_os().filter(|(name, _)| configures_the_server(&name.to_string_lossy())) {
        siwaht.env_remove(name);
    }
    siwaht.env("SIWAHT_DATA", data).env("SIWAHT_SITE", repo.site());
    siwaht.envs(database.map(|url| ("DATABASE_URL", url)));
    siwaht
}

/// Under load a log grows to hundreds of megabytes.
fn end_of(log: &Path) -> std::io::Result<String> {
    const SHOWN: u64 = 64 * 1024;
    let mut file = fs::File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(SHOWN)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    Ok(String::from_utf8_lossy(&end).into_owned())
}

/// Whoever else asks for a port in this moment gets another one.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

fn configures_the_server(name: &str) -> bool {
    const NAMES: [&str; 5] = ["DATABASE_URL", "SESSION_SECRET", "APP_ENV", "NODE_ENV", "RUST_LOG"];
    let ours = name.starts_with("SIWAHT_") && name != "SIWAHT_PG_BIN";
    ours || name.starts_with("PG") || name.starts_with("LEPTOS_") || NAMES.contains(&name)
}
