//! The floor: what PostgreSQL alone does with the same SQL, measured by its own pgbench.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};

use super::{
    ground::Ground,
    load::{CONNECTIONS, Measured, measured, warm_up},
};
use crate::process;

/// One scenario's statements in pgbench's language.
pub struct Floor {
    /// Drawn from with equal chances.
    pub scripts: Vec<String>,
    /// Texts for the scripts: what they need but cannot compute.
    pub variables: Vec<(String, String)>,
}

impl Floor {
    pub fn of(script: impl Into<String>) -> Self {
        Self { scripts: vec![script.into()], variables: Vec::new() }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Each transaction of the scripts counts as one request, but for those of a first run as long as our own warm-up.
    pub fn run(&self, ground: &Ground, length: Duration) -> Result<Measured> {
        let folder = empty_folder(ground)?;
        process::output(self.load(ground, &folder, warm_up(length))?.arg(ground.url()))?;
        let mut pgbench = self.load(ground, &folder, length)?;
        // A quarter is enough for percentiles and costs the floor next to nothing.
        pgbench.args(["--log", "--sampling-rate=0.25"]).arg("--log-prefix").arg(folder.join("log"));
        let said = process::output(pgbench.arg(ground.url()))?;
        let per_second = throughput(&said).with_context(|| format!("pgbench named no throughput: {said}"))?;
        Ok(Measured { per_second, ..measured(latencies(&folder)?, length) })
    }

    /// One transaction of one script.
    pub fn run_once(&self, ground: &Ground) -> Result<()> {
        let mut pgbench = self.pgbench(ground, &empty_folder(ground)?)?;
        pgbench.args(["--client=1", "--transactions=1"]);
        process::output(pgbench.arg(ground.url())).map(drop)
    }

    fn load(&self, ground: &Ground, folder: &Path, length: Duration) -> Result<Command> {
        let mut pgbench = self.pgbench(ground, folder)?;
        // Two threads can drive 32 connections, and leave most of the machine to PostgreSQL.
        pgbench.args(["--jobs=2".to_owned(), format!("--client={CONNECTIONS}")]);
        pgbench.arg(format!("--time={}", length.as_secs().max(1)));
        Ok(pgbench)
    }

    fn pgbench(&self, ground: &Ground, folder: &Path) -> Result<Command> {
        let mut pgbench = ground.client("pgbench");
        pgbench.args(["--no-vacuum", "--protocol=prepared"]);
        for (name, value) in &self.variables {
            pgbench.args(["--define", &format!("{name}={value}")]);
        }
        for (nth, script) in self.scripts.iter().enumerate() {
            let file = folder.join(format!("{nth}.sql"));
            fs::write(&file, script)?;
            pgbench.arg("--file").arg(file);
        }
        Ok(pgbench)
    }
}

fn empty_folder(ground: &Ground) -> Result<PathBuf> {
    let folder = ground.floor_data();
    fs::remove_dir_all(&folder)?;
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// From `tps = 17211.424 (without initial connection time)`.
fn throughput(said: &str) -> Option<f64> {
    said.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok())
}

/// One file per thread, one line per transaction: client, number, microseconds, script, and when.
fn latencies(folder: &Path) -> Result<Vec<Duration>> {
    let is_log = |path: &PathBuf| path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("log."));
    let files = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).filter(is_log);
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(file)?;
        found.extend(text.lines().filter_map(latency));
    }
    Ok(found)
}

fn latency(line: &str) -> Option<Duration> {
    line.split_whitespace().nth(2)?.parse().ok().map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pgbenchs_words_are_understood() {
        let said = "scaling factor: 1\nlatency average = 0.93 ms\ntps = 17211.424 (without initial connection time)\n";
        assert_eq!(throughput(said), Some(17211.424));
        assert_eq!(throughput("pgbench: error"), None);
        assert_eq!(latency("0 199 2241 0 1175850568 995598"), Some(Duration::from_micros(2241)));
        assert_eq!(latency("0 199 failed 0 1175850568 995598"), None);
    }
}
