//! The command line.

mod archive;
mod backup;
mod export;
mod import;
mod people;
mod serve;

use anyhow::Result;
use clap::{Parser, Subcommand};
use service::{Acting, Actor, Crm};

use crate::{config::Config, startup::Store, stop::Stop};

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
pub async fn run(mut arguments: Arguments) -> Result<()> {
    let config = Config::from_env()?;
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
        Command::Export(export) => stop.or(over(&config, Store::bare, async |me| export.run(me).await)).await,
        Command::Import(import) => {
            stop.or(over(&config, |store| store.crm(&config), async |me| import.run(me).await)).await
        }
        Command::User(user) => stop.or(over(&config, Store::bare, async |me| user.run(me).await)).await,
    }
}

async fn migrate(config: &Config) -> Result<()> {
    Store::visit(config).await?.close().await?;
    println!("The schema is up to date.");
    Ok(())
}

/// Does this as the system, beside a server that may be running.
async fn over(
    config: &Config,
    system: impl FnOnce(&Store) -> Result<Crm>,
    this: impl AsyncFnOnce(&Acting) -> Result<()>,
) -> Result<()> {
    let store = Store::visit(config).await?;
    let crm = system(&store)?;
    let done = this(&crm.acting_as(Actor::system())).await;
    crm.close().await;
    store.close().await?;
    done
}
