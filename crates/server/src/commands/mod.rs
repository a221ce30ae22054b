//! The command line.

mod archive;
mod backup;
mod export;
mod import;
mod people;
mod serve;

use anyhow::Result;
use clap::{Parser, Subcommand};
use service::{Actor, Clock, Crm};

use crate::{config::Config, startup::Store};

/// Siwaht CRM: leads, pipeline and delivery for teams that sell AI services.
///
/// Without DATABASE_URL or PGHOST it runs its own PostgreSQL in SIWAHT_DATA (./data).
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

/// Runs what the arguments say.
pub async fn run(arguments: Arguments) -> Result<()> {
    let config = Config::from_env()?;
    match arguments.command {
        Command::Serve(serve) => serve.run(config).await,
        Command::Migrate => {
            Store::visit(&config).await?.close().await?;
            println!("The schema is up to date.");
            Ok(())
        }
        Command::Demo(demo) => {
            let store = Store::visit(&config).await?;
            demo.fill(&Crm::new(store.database.clone(), Clock::System)).await?;
            store.close().await
        }
        Command::Backup(backup) => backup.run(&config).await,
        Command::Restore(restore) => restore.run(&config).await,
        Command::Export(export) => {
            let store = Store::visit(&config).await?;
            let crm = Crm::new(store.database.clone(), Clock::System);
            let exported = export.run(&crm.acting_as(Actor::system())).await;
            crm.close().await;
            store.close().await?;
            exported
        }
        Command::Import(import) => {
            let store = Store::visit(&config).await?;
            let crm = store.crm(&config)?;
            let imported = import.run(&crm.acting_as(Actor::system())).await;
            crm.close().await;
            store.close().await?;
            imported
        }
        Command::User(user) => {
            let store = Store::visit(&config).await?;
            let crm = Crm::new(store.database.clone(), Clock::System);
            user.run(&crm.acting_as(Actor::system())).await?;
            store.close().await
        }
    }
}
