//! Siwaht CRM in one binary: the server, and the commands that look after it.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use server::commands;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Rows are made by one thread and dropped by another; the system's own spends a tenth of the server's time on that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = commands::Arguments::parse();
    log_to_stderr();
    match commands::run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line: what failed, then why.
            eprintln!("siwaht: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// JSON lines, or readable ones on a terminal. `RUST_LOG` chooses how much.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        registry.with(lines.with_target(false)).init();
    } else {
        registry.with(lines.json().flatten_event(true).with_span_list(false)).init();
    }
}
