//! The ground to measure on: a PostgreSQL that keeps what it is told, as in production, filled with demo data.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use cluster::{Cluster, Programs};

use crate::{process, repo::Repo, server};

const DATABASE: &str = "siwaht";

pub struct Ground {
    /// Emptied only on drop.
    cluster: Option<Cluster>,
    folder: PathBuf,
    url: String,
    log: PathBuf,
    programs: Programs,
}

/// The programs, when the one that gives the floor is among them.
pub fn programs() -> Result<Programs> {
    let programs = Programs::find()?;
    let pgbench = programs.bin("pgbench");
    if !pgbench.is_file() {
        bail!(
            "pgbench is missing, {} does not exist: install it (Debian: `apt-get install postgresql`, \
             elsewhere the package is called postgresql-contrib) and start again",
            pgbench.display()
        );
    }
    Ok(programs)
}

impl Ground {
    /// Starts an empty database. What a killed run left behind is taken over and removed with the rest.
    pub fn open(programs: Programs) -> Result<Self> {
        let folder = env::temp_dir().join("siwaht-bench");
        for part in ["server", "floor"] {
            fs::create_dir_all(folder.join(part)).with_context(|| format!("could not create {}", folder.display()))?;
        }
        // Not a throw-away cluster: those do without fsync, which is most of the cost of a write.
        let cluster = Cluster::open(programs, &folder.join("database")).context("is another bench running?")?;
        let programs = cluster.programs().clone();
        let (url, log) = (cluster.url(DATABASE), cluster.data_dir().join("log"));
        let ground = Self { cluster: Some(cluster), folder, url, log, programs };
        ground.make_database()?;
        Ok(ground)
    }

    /// Leads with their history, and nothing left to do in the background while the bench measures.
    pub fn fill(&self, repo: &Repo, leads: u32) -> Result<()> {
        let mut demo = server::command(repo, &self.server_data(), Some(&self.url));
        process::run(demo.args(["demo", "--leads", &leads.to_string()]))?;
        self.sql(&["VACUUM ANALYZE", "CHECKPOINT"]).map(drop)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of PostgreSQL's own log.
    pub fn postgres_log(&self) -> &Path {
        &self.log
    }

    /// A folder for the floor's scripts and logs.
    pub fn floor_data(&self) -> PathBuf {
        self.folder.join("floor")
    }

    /// The server's own data folder.
    pub fn server_data(&self) -> PathBuf {
        self.folder.join("server")
    }

    pub fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    pub fn version(&self) -> u32 {
        self.programs.major()
    }

    /// The lines that the statements return.
    pub fn sql(&self, statements: &[&str]) -> Result<String> {
        self.psql(&self.url, statements)
    }

    /// One of PostgreSQL's programs, which the environment leads to no other server.
    pub fn client(&self, name: &str) -> Command {
        let mut client = Command::new(self.programs.bin(name));
        cluster::without_pg_variables(&mut client);
        client
    }

    fn make_database(&self) -> Result<()> {
        let Some(cluster) = &self.cluster else { return Ok(()) };
        let drop_old = format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)");
        self.psql(&cluster.url("postgres"), &["SET client_min_messages = warning", &drop_old])?;
        Ok(cluster.create_database_if_missing(DATABASE)?)
    }

    fn psql(&self, url: &str, statements: &[&str]) -> Result<String> {
        let mut psql = self.client("psql");
        psql.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1"]);
        psql.args(statements.iter().flat_map(|statement| ["--command", statement]));
        process::output(psql.args(["--dbname", url]))
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let Some(cluster) = self.cluster.take() else { return };
        // Either can be outside our folder: a long path has no room for a socket, and PostgreSQL's own user
        // may not be let into every temporary folder.
        let sockets = cluster.socket_dir().to_path_buf();
        let base = cluster.data_dir().parent().map(Path::to_path_buf);
        if let Err(error) = cluster.stop() {
            eprintln!("the bench's PostgreSQL was not stopped, its files stay in {}: {error}", self.folder.display());
            return;
        }
        for folder in [Some(sockets), base, Some(self.folder.clone())].into_iter().flatten() {
            let removed = if folder.exists() { fs::remove_dir_all(&folder) } else { Ok(()) };
            if let Err(error) = removed {
                eprintln!("could not remove {}: {error}", folder.display());
            }
        }
    }
}
