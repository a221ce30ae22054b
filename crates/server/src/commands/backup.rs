//! `siwaht backup` and `siwaht restore`: PostgreSQL's own dump and the files folder, with one command and no settings to
//! get wrong.

use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use cluster::Programs;
use service::{Clock, Crm};
use tokio::process::Command;

use super::archive;
use crate::{
    config::{Config, FilesPlace},
    startup::Store,
};

/// A dump or restore that takes longer is stuck.
const LIMIT: Duration = Duration::from_secs(4 * 3600);

#[derive(Args)]
pub struct Backup {
    /// The file to write; it must not exist yet
    file: PathBuf,
}

#[derive(Args)]
pub struct Restore {
    /// A file that `siwaht backup` wrote
    file: PathBuf,
}

impl Backup {
    pub async fn run(self, config: &Config) -> Result<()> {
        if self.file.exists() {
            bail!("{} exists already; choose another name", self.file.display());
        }
        let store = Store::visit(config).await?;
        let crm = Crm::new(store.database.clone(), Clock::System);
        let programs = store.programs(&crm).await?;
        crm.close().await;
        // Under another name until it is whole, so that a file with the right name is always a good one.
        let partial = beside(&self.file, ".partial");
        create_private(&partial).with_context(|| format!("cannot write {}", partial.display()))?;
        let mut dump = program(&programs, "pg_dump", &store);
        dump.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(&partial);
        let dumped = run(dump).await;
        store.close().await?;
        let written = match (dumped, &config.files) {
            (Err(error), _) => Err(error),
            (Ok(()), FilesPlace::Folder(folder)) => with_files(&self.file, folder, &partial).await,
            (Ok(()), FilesPlace::Bucket(_)) => std::fs::rename(&partial, &self.file)
                .with_context(|| format!("cannot write {}", self.file.display()))
                .map(|()| None),
        };
        let _ = std::fs::remove_file(&partial);
        let files = written?;
        let size = std::fs::metadata(&self.file)?.len().div_ceil(1024);
        let name = self.file.display();
        match files {
            Some(files) => println!("{name} holds everything, {files} files included: {size} KiB."),
            None => println!("{name} holds the database: {size} KiB. Files stay in the bucket; back that up as well."),
        }
        Ok(())
    }
}

/// The file's name with something behind it.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// An empty file that nobody else on the machine reads; one that an earlier backup left behind makes room for it.
fn create_private(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map(drop)
}

/// Puts the dump and the files into one archive. Says how many files there are.
async fn with_files(file: &Path, folder: &Path, dump: &Path) -> Result<Option<usize>> {
    let (file, folder, dump) = (file.to_owned(), folder.to_owned(), dump.to_owned());
    let task = tokio::task::spawn_blocking(move || {
        let partial = beside(&file, ".partial-archive");
        let written = archive::write(&partial, &folder, &dump).and_then(|files| {
            std::fs::rename(&partial, &file)?;
            Ok(Some(files))
        });
        if written.is_err() {
            let _ = std::fs::remove_file(&partial);
        }
        written.with_context(|| format!("cannot write {}", file.display()))
    });
    task.await?
}

impl Restore {
    /// All or nothing (files without rows do no harm), and only into a database that holds nothing: nothing is ever
    /// overwritten.
    pub async fn run(self, config: &Config) -> Result<()> {
        let folder = match (archive::is_one(&self.file)?, &config.files) {
            (false, _) => None,
            (true, FilesPlace::Folder(folder)) => Some(folder.clone()),
            (true, FilesPlace::Bucket(_)) => bail!(
                "{} holds files, which go into a folder: restore with SIWAHT_FILES set to one, then copy it into the bucket",
                self.file.display()
            ),
        };
        let store = Store::visit(config).await?;
        let crm = Crm::new(store.database.clone(), Clock::System);
        // Nothing goes before it is clear that something can take its place.
        room(crm.has_room_for_restore().await)?;
        let programs = store.programs(&crm).await?;
        check_fits(&programs, crm.postgres_major().await?)?;
        let dump = self.dump(folder).await?;
        let restored = self.put_in_place(&crm, &store, &programs, &dump).await;
        crm.close().await;
        if dump != self.file {
            let _ = std::fs::remove_file(&dump);
        }
        store.close().await?;
        restored?;
        // A file of an older version gets the newer tables now, not at the next start.
        let store = Store::visit(config).await?;
        let crm = Crm::new(store.database.clone(), Clock::System);
        let adopted = crm.adopt_restored_events().await;
        crm.close().await;
        store.close().await?;
        adopted?;
        println!("Restored from {}.", self.file.display());
        Ok(())
    }

    /// The database, once the dump was found to be one.
    async fn put_in_place(&self, crm: &Crm, store: &Store, programs: &Programs, dump: &Path) -> Result<()> {
        let mut list = Command::new(programs.bin("pg_restore"));
        list.arg("--list").arg(dump);
        run(list).await.with_context(|| format!("{} is no backup that can be restored", self.file.display()))?;
        // The schema that opening made gives way to the file's own.
        room(crm.make_room_for_restore().await)?;
        let mut restore = program(programs, "pg_restore", store);
        restore.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]).arg(dump);
        run(restore).await
    }

    /// Puts the files in their place, if there are any, and tells where the dump of the database is.
    async fn dump(&self, folder: Option<PathBuf>) -> Result<PathBuf> {
        let Some(folder) = folder else { return Ok(self.file.clone()) };
        let file = self.file.clone();
        tokio::task::spawn_blocking(move || archive::unpack(&file, &folder)).await?
    }
}

/// From 17 on `pg_restore` sets what no older server knows, and gives up there.
fn check_fits(programs: &Programs, server: u32) -> Result<()> {
    let found = programs.major();
    if found >= 17 && server < 17 {
        bail!(
            "pg_restore of PostgreSQL {found} cannot write into PostgreSQL {server}: install the programs of version {server}, \
             or name their folder in SIWAHT_PG_BIN"
        );
    }
    Ok(())
}

fn room(found: service::Result<()>) -> Result<()> {
    match found {
        Err(service::Error::Conflict { detail, .. }) => bail!(detail),
        found => Ok(found?),
    }
}

/// A client program with the database's address; the password goes into its environment, since arguments are seen by
/// every user of the machine.
fn program(programs: &Programs, name: &str, store: &Store) -> Command {
    let mut command = Command::new(programs.bin(name));
    if let Some(url) = &store.url {
        let (url, password) = split_password(url);
        command.arg("--dbname").arg(url);
        command.envs(password.map(|password| ("PGPASSWORD", password)));
    } else if name == "pg_restore" {
        // Without a name it would print the statements instead of running them.
        command.arg("--dbname").arg(std::env::var("PGDATABASE").unwrap_or_default());
    }
    command
}

fn split_password(url: &str) -> (String, Option<String>) {
    let whole = || (url.to_owned(), None);
    let Some((scheme, rest)) = url.split_once("://") else { return whole() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let Some((who, host)) = rest[..end].rsplit_once('@') else { return whole() };
    let Some((user, password)) = who.split_once(':') else { return whole() };
    let text = format!("p={}", password.replace('+', "%2B"));
    let decoded = form_urlencoded::parse(text.as_bytes()).next().map(|(_, value)| value.into_owned());
    (format!("{scheme}://{user}@{host}{}", &rest[end..]), decoded)
}

async fn run(mut command: Command) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    let ended = tokio::time::timeout(LIMIT, command.output()).await;
    let output =
        ended.with_context(|| format!("{name} did not finish"))?.with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_address() {
        let (url, password) = split_password("postgres://siwaht:a%40b+c@db:5432/crm?sslmode=require");
        assert_eq!(url, "postgres://siwaht@db:5432/crm?sslmode=require");
        assert_eq!(password.as_deref(), Some("a@b+c"));
        assert_eq!(split_password("postgres:///crm?host=/run").1, None);
    }
}
