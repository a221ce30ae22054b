//! `siwaht backup` and `siwaht restore`: PostgreSQL's own dump and the files folder, with one command and no settings to
//! get wrong.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use cluster::Programs;
use percent_encoding::percent_decode_str;
use service::Crm;
use tokio::process::Command;

use super::{
    archive,
    passing::{Heeding, Passing, beside, blocking},
    say,
};
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
        let (dump, _) = Passing::of_new(&self.file)?;
        let store = Store::visit(config).await?;
        let dumped = take_dump(&store, dump.path()).await;
        store.close().await?;
        dumped?;
        let written = match &config.files {
            FilesPlace::Folder(folder) => with_files(&self.file, folder, dump).await.map(Some),
            FilesPlace::Bucket(_) => dump.keep_as(&self.file).map(|()| None).map_err(Into::into),
        };
        let files = written.with_context(|| format!("cannot write {}", self.file.display()))?;
        let size = std::fs::metadata(&self.file)?.len().div_ceil(1024);
        let name = self.file.display();
        match files {
            Some(files) => say(format_args!("{name} holds everything, {files} files included: {size} KiB.")),
            None => say(format_args!(
                "{name} holds the database: {size} KiB. Files stay in the bucket; back that up as well."
            )),
        }
        Ok(())
    }
}

async fn take_dump(store: &Store, to: &Path) -> Result<()> {
    let crm = store.bare()?;
    let programs = store.programs(&crm).await?;
    crm.close().await;
    let mut dump = program(&programs, "pg_dump", store);
    dump.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(to);
    run(dump).await.map(drop)
}

/// Puts the dump and the files into one archive. Says how many files there are.
async fn with_files(file: &Path, folder: &Path, dump: Passing) -> Result<usize> {
    let (file, folder) = (file.to_owned(), folder.to_owned());
    blocking(move |given_up| {
        let (partial, out) = Passing::create(beside(&file, ".partial-archive"))?;
        let files = archive::write(Heeding { file: out, given_up }, &folder, dump.path())?;
        partial.keep_as(&file)?;
        Ok(files)
    })
    .await
}

impl Restore {
    /// All or nothing (files without rows do no harm), and only into a database that holds nothing: nothing is ever
    /// overwritten. Not beside a server, which would show what is half there.
    pub async fn run(self, config: &Config) -> Result<()> {
        let folder = match (archive::is_one(&self.file)?, &config.files) {
            (false, _) => None,
            (true, FilesPlace::Folder(folder)) => Some(folder.clone()),
            (true, FilesPlace::Bucket(_)) => bail!(
                "{} holds files, which go into a folder: restore with SIWAHT_FILES set to one, then copy it into the bucket",
                self.file.display()
            ),
        };
        let store = Store::open(config).await?;
        // With the place for files where there are any: it is made then, and closed to others.
        let crm = if folder.is_some() { store.crm(config)? } else { store.bare()? };
        let restored = self.fill(&crm, &store, folder).await;
        crm.close().await;
        store.close().await?;
        restored?;
        say(format_args!("Restored from {}.", self.file.display()));
        Ok(())
    }

    async fn fill(&self, crm: &Crm, store: &Store, folder: Option<PathBuf>) -> Result<()> {
        // Nothing goes before it is clear that something can take its place.
        crm.has_room_for_restore().await?;
        let programs = store.programs(crm).await?;
        check_fits(&programs, crm.postgres_major().await?)?;
        let Some(folder) = folder else { return self.put_in_place(crm, store, &programs, &self.file).await };
        let file = self.file.clone();
        let dump = blocking(move |given_up| archive::unpack(&file, &folder, given_up)).await?;
        self.put_in_place(crm, store, &programs, dump.path()).await
    }

    /// The database, once the dump was found to be one of ours that this version can read.
    async fn put_in_place(&self, crm: &Crm, store: &Store, programs: &Programs, dump: &Path) -> Result<()> {
        let name = self.file.display();
        let mut table = Command::new(programs.bin("pg_restore"));
        table.args(["--data-only", "--table=_sqlx_migrations", "--file=-"]).arg(dump);
        let table = run(table).await.with_context(|| format!("{name} is no backup that can be restored"))?;
        if migrations(&table).next().is_none() {
            bail!("{name} is no backup that can be restored: it was not made by siwaht");
        }
        if !migrations(&table).all(service::knows_migration) {
            bail!("{name} was made by a newer version of siwaht; restore it with that one");
        }
        // The schema that opening made gives way to the file's own.
        crm.make_room_for_restore().await?;
        let mut restore = program(programs, "pg_restore", store);
        restore.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]).arg(dump);
        run(restore).await?;
        // A file of an older version gets the newer tables now, not at the next start.
        service::migrate(&store.database).await?;
        Ok(crm.adopt_restored_events().await?)
    }
}

/// Numbers of the migrations in their table as a dump holds it: what each row begins with.
fn migrations(table: &str) -> impl Iterator<Item = i64> {
    table.lines().filter_map(|line| line.split_once('\t')?.0.parse().ok())
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

/// The address without its password, wherever that stands in it, and the password as sqlx reads it: one among the
/// settings wins.
fn split_password(url: &str) -> (String, Option<String>) {
    let (address, settings) = url.split_once('?').unwrap_or((url, ""));
    let (mut address, mut password) = match password_of_user(address) {
        Some((without, password)) => (without, Some(percent_decode_str(password).decode_utf8_lossy().into_owned())),
        None => (address.to_owned(), None),
    };
    let mut before = '?';
    for setting in settings.split('&').filter(|setting| !setting.is_empty()) {
        match form_urlencoded::parse(setting.as_bytes()).next() {
            Some((name, value)) if name == "password" => password = Some(value.into_owned()),
            _ => {
                address.push(before);
                address.push_str(setting);
                before = '&';
            }
        }
    }
    (address, password)
}

fn password_of_user(address: &str) -> Option<(String, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (who, host) = authority.rsplit_once('@')?;
    let (user, password) = who.split_once(':')?;
    Some((format!("{scheme}://{user}@{host}{path}"), password))
}

/// What it wrote to its standard output.
async fn run(mut command: Command) -> Result<String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    let ended = tokio::time::timeout(LIMIT, command.output()).await;
    let output =
        ended.with_context(|| format!("{name} did not finish"))?.with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_address() {
        let (url, password) = split_password("postgres://siwaht:a%40b+c@db:5432/crm?sslmode=require");
        assert_eq!(url, "postgres://siwaht@db:5432/crm?sslmode=require");
        assert_eq!(password.as_deref(), Some("a@b+c"));
        assert_eq!(split_password("postgres:///crm?host=/run"), ("postgres:///crm?host=/run".into(), None));
        assert_eq!(split_password("postgres://u:a&b=c%26@db/crm").1.as_deref(), Some("a&b=c&"));
    }

    #[test]
    fn a_password_among_the_settings_leaves_it_too_and_wins_as_it_does_for_the_server() {
        let (url, password) = split_password("postgres://u:one@db/crm?password=t%26wo&sslmode=require");
        assert_eq!((url.as_str(), password.as_deref()), ("postgres://u@db/crm?sslmode=require", Some("t&wo")));
        let (url, password) = split_password("postgres://u@db/crm?host=/run&password=two&sslmode=require");
        assert_eq!((url.as_str(), password.as_deref()), ("postgres://u@db/crm?host=/run&sslmode=require", Some("two")));
    }

    #[test]
    fn migrations_are_read_from_the_rows_of_their_table() {
        let table =
            "--\n-- Data\n--\nCOPY public._sqlx_migrations (version, description) FROM stdin;\n1\tinit\n12\tadd\n\\.\n";
        assert_eq!(migrations(table).collect::<Vec<_>>(), [1, 12]);
    }
}
