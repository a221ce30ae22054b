//! `cargo xtask test`: every step even when an earlier one failed, and one table at the end.

mod end2end;
mod report;

use anyhow::Result;
use clap::ValueEnum;
use cluster::{Cluster, Programs};

use self::report::Report;
use crate::{
    build, prepare, process,
    repo::Repo,
    rules,
    setup::{For, Setup},
};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// cargo fmt
    Format,
    /// Clippy on everything that runs on the server
    Clippy,
    /// Clippy on what runs in the browser
    ClippyWasm,
    /// The rules of the house that no compiler checks
    Rules,
    /// Whether .sqlx is up to date
    Queries,
    /// All Rust tests, on a throw-away PostgreSQL
    Rust,
    /// The release build
    Build,
    /// The browser's journeys against the release build
    End2end,
}

/// Runs the chosen steps, or all of them when none is chosen.
pub fn run(repo: &Repo, only: &[Step]) -> Result<()> {
    let wanted = |step: &Step| only.is_empty() || only.contains(step);
    let setup = if wanted(&Step::End2end) { For::Browser } else { For::Tests };
    Setup::new(repo).everything(setup)?;
    let mut report = Report::default();
    for step in Step::value_variants().iter().copied().filter(wanted) {
        // Without a build there is nothing to drive, or worse, an old one.
        if step == Step::End2end && report.failed(Step::Build) {
            report.skip(step, "the release build failed");
            continue;
        }
        report.time(step, || step.run(repo));
    }
    report.finish()
}

impl Step {
    /// What the step has to tell beyond success, such as how many tests ran.
    fn run(self, repo: &Repo) -> Result<String> {
        let nothing_more = |result: Result<()>| result.map(|()| String::new());
        nothing_more(match self {
            Self::Format => process::run(&mut repo.cargo(&["fmt", "--all", "--check"])),
            Self::Clippy => clippy(repo, &["--workspace", "--exclude", "hydrate", "--all-targets"]),
            // By itself, or the server's features would be switched on in the browser's code too.
            Self::ClippyWasm => clippy(repo, &["--package", "hydrate", "--target", "wasm32-unknown-unknown"]),
            Self::Rules => rules::check(repo),
            Self::Queries => prepare::check(repo),
            Self::Build => build::release(repo),
            Self::Rust => return rust_tests(repo),
            Self::End2end => return end2end::run(repo),
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Clippy => "clippy",
            Self::ClippyWasm => "clippy-wasm",
            Self::Rules => "rules",
            Self::Queries => "queries",
            Self::Rust => "rust",
            Self::Build => "build",
            Self::End2end => "end2end",
        }
    }
}

fn clippy(repo: &Repo, what: &[&str]) -> Result<()> {
    process::run(repo.cargo(&["clippy"]).args(what).args(["--", "-D", "warnings"]))
}

/// Each database test makes a database of its own beside the one named here.
fn rust_tests(repo: &Repo) -> Result<String> {
    let cluster = Cluster::throw_away(Programs::find()?)?;
    let mut tests = repo.cargo(&["test", "--workspace", "--exclude", "hydrate", "--no-fail-fast"]);
    cluster::without_pg_variables(&mut tests);
    tests.env("DATABASE_URL", cluster.url("postgres"));
    let (status, results) = process::run_keeping(&mut tests, |line| line.starts_with("test result: "))?;
    let totals = report::cargo_totals(&results);
    process::succeeded(&tests, status).map_err(|error| error.context(totals.clone()))?;
    Ok(totals)
}
