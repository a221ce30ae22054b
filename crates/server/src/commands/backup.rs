//! `siwaht backup` and `siwaht restore`: PostgreSQL's own dump, with one command and no settings to get wrong.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use cluster::Programs;
use service::{Clock, Crm};
use tokio::process::Command;

use crate::{config::Config, startup::Store};

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
        // Under another name until it is whole, so that a file with the right name is always a good one.
        let partial = self.file.with_extension("partial");
        let mut dump = program("pg_dump", &store)?;
        dump.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(&partial);
        let dumped = run(dump).await;
        store.close().await?;
        if let Err(error) = dumped {
            let _ = std::fs::remove_file(&partial);
            return Err(error);
        }
        std::fs::rename(&partial, &self.file).with_context(|| format!("cannot write {}", self.file.display()))?;
        let size = std::fs::metadata(&self.file)?.len();
        println!("{} holds everything: {} KiB.", self.file.display(), size.div_ceil(1024));
        Ok(())
    }
}

impl Restore {
    /// All or nothing, and only into a database that holds no people: nothing is ever overwritten.
    pub async fn run(self, config: &Config) -> Result<()> {
        readable(&self.file)?;
        let store = Store::visit(config).await?;
        // The schema that opening made gives way to the file's own.
        let crm = Crm::new(store.database.clone(), Clock::System);
        let cleared = crm.make_room_for_restore().await;
        crm.close().await;
        match cleared {
            Ok(()) => {}
            Err(service::Error::Conflict { detail, .. }) => bail!(detail),
            Err(other) => return Err(other.into()),
        }
        let mut restore = program("pg_restore", &store)?;
        restore.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]).arg(&self.file);
        let restored = run(restore).await;
        store.close().await?;
        restored?;
        // A file of an older version gets the newer tables now, not at the next start.
        Store::visit(config).await?.close().await?;
        println!("Restored from {}.", self.file.display());
        Ok(())
    }
}

fn readable(file: &Path) -> Result<()> {
    std::fs::File::open(file).map(drop).with_context(|| format!("cannot read {}", file.display()))
}

/// A client program with the database's address; the password goes into its environment, since arguments are seen by
/// every user of the machine.
fn program(name: &str, store: &Store) -> Result<Command> {
    let mut command = Command::new(Programs::find()?.bin(name));
    if let Some(url) = &store.url {
        let (url, password) = split_password(url);
        command.arg("--dbname").arg(url);
        command.envs(password.map(|password| ("PGPASSWORD", password)));
    } else if name == "pg_restore" {
        // Without a name it would print the statements instead of running them.
        command.arg("--dbname").arg(std::env::var("PGDATABASE").unwrap_or_default());
    }
    Ok(command)
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
