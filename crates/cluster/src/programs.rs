//! Finding PostgreSQL's own programs on this machine.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{Error, Result, command};

/// The oldest major version whose features the schema uses.
const OLDEST: u32 = 15;

/// What a folder must hold to count; `pg_dump` and the like are asked for only when needed.
const NEEDED: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// A folder with PostgreSQL's programs, all of one version.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
    major: u32,
}

impl Programs {
    /// Looks in `SIWAHT_PG_BIN` (and then nowhere else), PATH, and where packages put them, newest first.
    ///
    /// # Errors
    /// When there are none, or only ones older than version 15.
    pub fn find() -> Result<Self> {
        let named = env::var_os("SIWAHT_PG_BIN").filter(|folder| !folder.to_string_lossy().trim().is_empty());
        if let Some(folder) = named {
            return Self::at(Path::new(&folder));
        }
        let mut too_old = None;
        for folder in candidates() {
            match Self::at(&folder) {
                Ok(programs) => return Ok(programs),
                Err(error @ Error::TooOld { .. }) => too_old = too_old.or(Some(error)),
                // Not every folder of PATH holds PostgreSQL, and a broken copy must not hide a good one.
                Err(_) => {}
            }
        }
        Err(too_old.unwrap_or(Error::NoPrograms))
    }

    /// The programs of one known folder.
    ///
    /// # Errors
    /// When one of the needed programs is missing or too old.
    pub fn at(folder: &Path) -> Result<Self> {
        if !holds_programs(folder) {
            return Err(Error::NotPrograms(folder.into()));
        }
        // A folder of PATH may hold links to these three alone; the rest is beside what they point to.
        let real = folder.join("postgres").canonicalize().ok().and_then(|real| Some(real.parent()?.to_path_buf()));
        let folder = real.filter(|real| holds_programs(real)).unwrap_or_else(|| folder.into());
        let major = major(&folder)?;
        if major < OLDEST {
            return Err(Error::TooOld { folder, version: major });
        }
        Ok(Self { folder, major })
    }

    /// The path of one program: `pg_dump`, `pg_restore`, `psql`, `pgbench`.
    #[must_use]
    pub fn bin(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The major version, such as 15.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    /// Those of one version: several can be installed side by side, and a cluster needs the one that made it.
    #[must_use]
    pub fn of_major(major: u32) -> Option<Self> {
        candidates().into_iter().filter_map(|folder| Self::at(&folder).ok()).find(|found| found.major == major)
    }
}

fn holds_programs(folder: &Path) -> bool {
    NEEDED.iter().all(|name| folder.join(name).is_file())
}

fn major(folder: &Path) -> Result<u32> {
    let program = folder.join("postgres");
    let mut version = Command::new(&program);
    version.arg("--version");
    let said = command::run(version, Duration::from_secs(10))?.stdout;
    parse_major(&said).ok_or(Error::Failed { program, said })
}

/// From `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` or `postgres (PostgreSQL) 18beta1`.
fn parse_major(said: &str) -> Option<u32> {
    let (_, version) = said.split_once("(PostgreSQL) ")?;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..digits].parse().ok()
}

fn candidates() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).filter(|folder| folder.is_absolute());
    let debian = versions("/usr/lib/postgresql", "");
    let red_hat = versions("/usr", "pgsql-");
    let homebrew = ["/opt/homebrew/opt", "/usr/local/opt"].into_iter().flat_map(|opt| versions(opt, "postgresql@"));
    on_path.chain(debian).chain(red_hat).chain(homebrew).collect()
}

/// The `bin` folders of `<parent>/<prefix><version>`, highest version first.
fn versions(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(parse_major("postgres (PostgreSQL) 17"), Some(17));
        assert_eq!(parse_major("something else"), None);
    }

    #[test]
    fn a_folder_without_the_programs_is_named() {
        let error = Programs::at(Path::new("/etc")).unwrap_err().to_string();
        assert!(error.contains("/etc") && error.contains("SIWAHT_PG_BIN"), "{error}");
    }
}
