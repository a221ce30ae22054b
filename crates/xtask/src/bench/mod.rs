//! `cargo xtask bench`: how fast and how small the release build is, next to what PostgreSQL alone can do.
//!
//! Machines differ and are noisy, so the ratio of one run counts: our requests and, in the same minute on the same
//! database, the same SQL by pgbench. Bars are printed and never fail the run; a request that fails does.

mod floor;
mod footprint;
mod ground;
mod guard;
mod http;
mod load;
mod parts;
mod report;
mod scenarios;
mod statements;
mod table;
mod transfers;
mod viewers;
mod waits;
mod weight;

use std::{fs, thread, time::Duration};

use anyhow::{Context, Result, bail};
use clap::Args;

use self::{
    ground::Ground,
    http::Client,
    report::{Figure, grouped},
    scenarios::Outcome,
    weight::Page,
};
use crate::{
    build,
    repo::{Repo, shown},
    server::Server,
    setup::{For, Setup},
};

#[derive(Args)]
pub struct Options {
    /// How many leads the demo data has
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    leads: u32,
    /// How long each scenario is measured, and its floor again as long
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Measure the release build that is there
    #[arg(long)]
    skip_build: bool,
}

struct Findings {
    outcomes: Vec<Outcome>,
    figures: Vec<Figure>,
    pages: Vec<Page>,
    /// What to know before believing the figures.
    warnings: Vec<String>,
}

pub fn run(repo: &Repo, options: &Options) -> Result<()> {
    Setup::new(repo).everything(For::Building)?;
    let programs = ground::programs()?;
    if !options.skip_build {
        build::release(repo)?;
    }
    let ground = Ground::open(programs)?;
    ground.fill(repo, options.leads)?;
    let title = title(&ground, options)?;
    // The server goes before the ground it stands on: values are dropped in the opposite order of their making.
    let (server, start_up) = footprint::start(repo, &ground)?;
    let findings = measure(&ground, &server, start_up, options).inspect_err(|_| server.show_log())?;
    if findings.outcomes.iter().any(|outcome| outcome.ours.errors > 0) {
        server.show_log();
    }
    findings.show(repo, &title)?;
    server.stop()
}

fn measure(ground: &Ground, server: &Server, start_up: Duration, options: &Options) -> Result<Findings> {
    let length = Duration::from_secs(options.seconds);
    let (idle, _) = footprint::memory(server)?;
    let client = Client::sign_in(server.address(), "ada@example.com", "siwaht-demo")?;
    let pages = vec![weight::visit(&client.anonymous(), "/sign-in")?, weight::visit(&client, "/leads")?];
    let later = parts::of_list(&client, &pages[1])?;
    // Before the load: memory that was freed and kept would hide what a viewer takes.
    println!("measuring live updates");
    let viewers = viewers::all(server, &client)?;
    let session_us = footprint::session_check(&client);
    let place = scenarios::walk_to_the_middle(&client, options.leads)?;
    let scenarios = scenarios::all(ground, &client, &place)?;
    let warnings = guard::differences(ground, &client, &scenarios)?;
    println!("measuring {} scenarios, {1} s each and {1} s for the floor", scenarios.len(), options.seconds);
    let outcomes = scenarios.into_iter().map(|scenario| scenario.measure(ground, &client, length));
    let outcomes = outcomes.collect::<Result<Vec<_>>>()?;
    println!("measuring how long one person waits");
    let words = ground.sql(&["select lower(split_part(name, ' ', 2)) from leads order by md5(id::text) limit 16"])?;
    let waits = waits::all(&client, &place.cursor, &words.lines().map(str::to_owned).collect::<Vec<_>>())?;
    // What is freed goes back to the system a little later.
    thread::sleep(Duration::from_secs(1));
    // A server that has died has none, and then its failed requests are what is to be shown.
    let (after, most) = footprint::memory(server).unwrap_or((f64::NAN, None));
    let mut figures = vec![
        Figure::at_most("start-up, database migrated", start_up.as_secs_f64() * 1e3, 300.0, "ms"),
        Figure::at_most("session check", session_us, 50.0, "µs"),
        Figure::at_most("memory idle", idle, 40.0, "MiB"),
        Figure::at_most("memory after the load", after, 200.0, "MiB"),
    ];
    figures.extend(most.map(|most| Figure::at_most("memory at most", most, 200.0, "MiB")));
    figures.extend(waits);
    println!("measuring files in and out");
    figures.extend(transfers::all(ground, server, &client)?);
    figures.extend(viewers);
    figures.extend(pages.iter().map(Figure::of_page));
    figures.push(Figure::of_ahead(&later.ahead));
    figures.extend(later.routes.iter().map(Figure::of_route));
    Ok(Findings { outcomes, figures, pages, warnings })
}

fn title(ground: &Ground, options: &Options) -> Result<String> {
    Ok(format!(
        "{} leads, {} connections, {} s each, PostgreSQL {}, {} cores; the floor is the same SQL in pgbench",
        grouped(options.leads.into()),
        load::CONNECTIONS,
        options.seconds,
        ground.version(),
        thread::available_parallelism()?,
    ))
}

impl Findings {
    /// Prints everything, keeps it as Markdown, and fails when requests have failed.
    fn show(&self, repo: &Repo, title: &str) -> Result<()> {
        let tables = [report::scenarios(&self.outcomes), report::figures(&self.figures), report::files(&self.pages)];
        let text: Vec<String> = tables.iter().map(|table| table.text()).collect();
        let warnings: String = self.warnings.iter().map(|warning| format!("{warning}\n\n")).collect();
        println!("\n{title}\n\n{warnings}{}", text.join("\n"));
        let markdown: Vec<String> = tables.iter().map(|table| table.markdown()).collect();
        let file = repo.target.join("bench.md");
        fs::write(&file, format!("# Bench\n\n{title}\n\n{warnings}{}", markdown.join("\n")))
            .with_context(|| format!("could not write {}", file.display()))?;
        println!("the same as Markdown: {}", shown(repo, &file));
        self.fail_on_errors()
    }

    fn fail_on_errors(&self) -> Result<()> {
        let failed: Vec<String> = self
            .outcomes
            .iter()
            .filter(|outcome| outcome.ours.errors > 0)
            .map(|Outcome { name, ours, .. }| {
                format!("{name}: {} requests, e.g. {}", ours.errors, ours.first_error.as_deref().unwrap_or_default())
            })
            .collect();
        if failed.is_empty() {
            return Ok(());
        }
        bail!("requests failed\n  {}", failed.join("\n  "))
    }
}
