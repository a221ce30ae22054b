//! Playwright against the release binary, which runs as it would anywhere: own database, own port.

use std::env;

use anyhow::{Context, Result};

use super::report;
use crate::{
    process,
    repo::Repo,
    server::{Launch, Server},
    setup::system,
};

pub fn run(repo: &Repo) -> Result<String> {
    let chromium = system::chromium_program(repo).context("Chromium was not found")?;
    let server = Server::start(
        repo,
        Launch {
            // The journeys know the demo's accounts and data.
            args: &["--demo", "--leads", "500"],
            data: env::temp_dir().join(format!("siwaht-end2end-{}", std::process::id())),
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
