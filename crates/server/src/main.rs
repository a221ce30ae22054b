//! Siwaht CRM in one binary: the server, and the commands that look after it.

use std::{io::Write, process::ExitCode};

use anyhow::{Context, Result};
use clap::Parser;
use mimalloc::MiMalloc;
use server::{commands, config::Config};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Rows are made by one thread and dropped by another; the system's own spends a tenth of the server's time on that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whether somebody reads it or not.
            let _ = writeln!(std::io::stderr(), "siwaht: {}", commands::told(&error));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let arguments = commands::Arguments::parse();
    let config = Config::from_env()?;
    log_to_stderr(&config.log)?;
    commands::run(arguments, config).await
}

/// JSON lines, or readable ones on a terminal.
fn log_to_stderr(how_much: &str) -> Result<()> {
    let filter = EnvFilter::try_new(how_much).context("RUST_LOG: expected levels such as info,sqlx=warn")?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        registry.with(lines.with_target(false)).init();
    } else {
        registry.with(lines.json().flatten_event(true).with_span_list(false)).init();
    }
    Ok(())
}
