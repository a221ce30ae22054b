//! Playwright against the release binary, which runs as it would anywhere: own database, own port.

use std::{env, fs, process::Command};

use anyhow::{Context, Result};

use super::report;
use crate::{
    process,
    repo::Repo,
    server::{self, Launch, Server},
    setup::system,
};

/// Each run has a data folder of its own, with the number of its process behind this.
const DATA: &str = "siwaht-end2end-";

pub fn run(repo: &Repo) -> Result<String> {
    clear_left_over();
    let chromium = system::chromium_program(repo).context("Chromium was not found")?;
    let server = Server::start(
        repo,
        Launch {
            // The journeys know the demo's accounts and data.
            args: &["--demo", "--leads", "500"],
            data: env::temp_dir().join(format!("{DATA}{}", std::process::id())),
            log: repo.target.join("end2end.log"),
            database: None,
        },
    )?;
    let mut playwright = repo.command("playwright");
    // A journey that somebody looked at alone must not stand for all of them.
    playwright.args(["test", "--forbid-only"]).current_dir(repo.root.join("end2end"));
    // Without colours the totals can be read, and reports never open a browser of their own.
    playwright.env("FORCE_COLOR", "0").env("PLAYWRIGHT_HTML_OPEN", "never");
    playwright.env("BASE_URL", server.url()).env("CHROMIUM", chromium);
    let outcome = process::run_keeping(&mut playwright, report::is_playwright_total);
    let outcome = outcome.and_then(|(status, totals)| {
        let totals = totals.iter().map(|line| line.trim()).collect::<Vec<_>>().join(", ");
        process::succeeded(&playwright, status).map_err(|error| error.context(totals.clone()))?;
        Ok(totals)
    });
    if outcome.is_err() {
        server.show_log();
    }
    // A server that does not stop cleanly has failed too, but a failed journey is the better thing to tell.
    let stopped = server.stop();
    let totals = outcome?;
    stopped?;
    Ok(totals)
}

/// Stops and removes what runs left behind that were broken off, by Ctrl-C for example: those clean up no more.
fn clear_left_over() {
    for entry in fs::read_dir(env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix(DATA).and_then(|process| process.parse::<u32>().ok());
        let Some(process) = process else { continue };
        if process::succeeds(Command::new("kill").args(["-0", &process.to_string()])) {
            continue;
        }
        if let Err(error) = server::remove(&entry.path()) {
            println!("{} of an earlier run stays: {error:#}", entry.path().display());
        }
    }
}
