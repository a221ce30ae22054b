//! The command line.

mod archive;
mod backup;
mod export;
mod import;
mod passing;
mod people;
mod serve;

use std::{fmt::Display, io::Write, time::Duration};

use anyhow::Result;
use clap::{Parser, Subcommand};
use domain::Fields;
use service::{Acting, Actor, Crm, Error};

use crate::{config::Config, startup::Store, stop::Stop};

/// How long what a command began may take to clear up behind it.
const FAREWELL: Duration = Duration::from_secs(5);

/// Siwaht CRM: leads, pipeline and delivery for teams that sell AI services.
///
/// Without DATABASE_URL, PGHOST and PGDATABASE it runs its own PostgreSQL in SIWAHT_DATA (./data).
#[derive(Parser)]
#[command(version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the CRM (SIWAHT_ADDR, 127.0.0.1:3000 unless set)
    Serve(serve::Serve),
    /// Bring the database's schema up to date, then stop
    Migrate,
    /// Fill an empty database with a made-up AI agency, then stop
    Demo(serve::DemoData),
    /// Add and list people, set passwords
    #[command(subcommand)]
    User(people::User),
    /// Write the database and the files folder into one file; the server may be running
    Backup(backup::Backup),
    /// Fill an empty database from such a file
    Restore(backup::Restore),
    /// Write leads into a CSV or XLSX file; the server may be running
    Export(export::Export),
    /// Bring in leads from a CSV or XLSX file; the server may be running
    Import(import::Import),
}

/// Runs what the arguments say, or until it is told to stop.
pub async fn run(mut arguments: Arguments, config: Config) -> Result<()> {
    if let Command::User(user) = &mut arguments.command {
        // While nothing is open yet: whoever thinks better of it leaves nothing behind.
        user.ask()?;
    }
    let mut stop = Stop::listen()?;
    match arguments.command {
        Command::Serve(serve) => serve.run(config, &mut stop).await,
        Command::Migrate => stop.or(migrate(&config)).await,
        Command::Demo(demo) => stop.or(demo.run(&config)).await,
        Command::Backup(backup) => stop.or(backup.run(&config)).await,
        Command::Restore(restore) => stop.or(restore.run(&config)).await,
        Command::Export(export) => {
            over(&config, &mut stop, Store::bare, async |me, stop| stop.or(export.run(me)).await).await
        }
        Command::Import(import) => {
            over(&config, &mut stop, |store| store.crm(&config), async |me, stop| import.run(me, stop).await).await
        }
        Command::User(user) => {
            over(&config, &mut stop, Store::bare, async |me, stop| stop.or(user.run(me)).await).await
        }
    }
}

/// An error in one line: what failed, then why, as its causes tell. What the service refuses, it explains beside its name.
pub fn told(error: &anyhow::Error) -> String {
    let causes = error.chain().map(|cause| match cause.downcast_ref() {
        Some(Error::Invalid(Fields(fields)) | Error::BadRequest(Fields(fields))) => {
            fields.iter().map(|(field, message)| format!("{field}: {message}")).collect::<Vec<_>>().join("; ")
        }
        Some(Error::Conflict { detail, .. } | Error::Forbidden { detail, .. }) => detail.clone(),
        _ => cause.to_string(),
    });
    causes.collect::<Vec<_>>().join(": ")
}

/// A line on standard output. Whoever reads there may have heard enough; what was to be done is done all the same.
fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

async fn migrate(config: &Config) -> Result<()> {
    Store::visit(config).await?.close().await?;
    say("The schema is up to date.");
    Ok(())
}

/// Does this as the system, beside a server that may be running.
async fn over(
    config: &Config,
    stop: &mut Stop,
    system: impl FnOnce(&Store) -> Result<Crm>,
    this: impl AsyncFnOnce(&Acting, &mut Stop) -> Result<()>,
) -> Result<()> {
    let store = stop.or(Store::visit(config)).await?;
    let crm = system(&store)?;
    let done = this(&crm.acting_as(Actor::system()), stop).await;
    // What was stopped may hold a connection for longer, and lets go of it with the program.
    let _ = tokio::time::timeout(FAREWELL, crm.close()).await;
    store.close().await?;
    done
}
