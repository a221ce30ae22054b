//! `cargo xtask`: everything a developer or the CI does with this repository, one sub-command each.

mod bench;
mod build;
mod prepare;
mod process;
mod repo;
mod rules;
mod serve;
mod server;
mod setup;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    bench::Options,
    repo::Repo,
    setup::{For, Setup},
    test::Step,
};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Runs, tests and maintains Siwaht CRM", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what building and running need, skipping what is there
    Setup {
        /// Also install what only the tests need: Chromium
        #[arg(long)]
        test: bool,
    },
    /// Build for release and start with demo data
    Run {
        /// Further arguments for `siwaht serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Start with demo data, rebuild and reload on every change
    Dev {
        /// Further arguments for `siwaht serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Check everything: format, lints, rules, query data, Rust tests, release build, end-to-end tests
    Test {
        /// Only these steps, in the usual order
        #[arg(value_enum)]
        only: Vec<Step>,
    },
    /// Measure the release build next to the same SQL in pgbench, and what it takes: start, memory, bytes
    Bench(Options),
    /// Write the data that lets SQL queries compile without a database (.sqlx)
    Prepare {
        /// Write nothing, only compare
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(task: Task) -> anyhow::Result<()> {
    let repo = Repo::find()?;
    match task {
        Task::Setup { test } => Setup::new(&repo).everything(if test { For::Browser } else { For::Building }),
        Task::Run { args } => serve::run(&repo, &args),
        Task::Dev { args } => serve::dev(&repo, &args),
        Task::Test { only } => test::run(&repo, &only),
        Task::Bench(options) => bench::run(&repo, &options),
        Task::Prepare { check: false } => prepare::write(&repo),
        Task::Prepare { check: true } => prepare::check(&repo),
    }
}
