//! Watches that the floor still runs what the server runs; else a ratio would compare two different things.
//!
//! PostgreSQL itself tells: its log of one request is held against its log of one transaction of the floor.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use super::{
    ground::Ground,
    http::{Client, Connection},
    scenarios::Scenario,
};

/// The log is written by a process of its own, a little later.
const PATIENCE: Duration = Duration::from_secs(10);
/// What belongs to no scenario, or only to some of its requests: folding tallies; once a minute the newest leads and the
/// median of won deals; the contacts of leads that had some of late; the word to other copies that something happened;
/// a session that was looked up more than a second ago.
const NOW_AND_THEN: [&str; 8] = [
    "is_folded",
    "bulk_jobs",
    "recently",
    "percentile_disc",
    "heard_of",
    "pg_notify",
    "from sessions s",
    "utc_offset_minutes",
];
const END: &str = "bench: end";

/// One line per scenario whose two sides differ in the order or the tables of their statements.
pub fn differences(ground: &Ground, client: &Client, scenarios: &[Scenario]) -> Result<Vec<String>> {
    ground.sql(&["ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()"])?;
    let told = tell_apart(ground, client, scenarios);
    // Before anything is measured, also after a failure: writing this log would be.
    ground.sql(&["ALTER SYSTEM RESET log_statement", "SELECT pg_reload_conf()"])?;
    told?;
    let log = whole_log(ground)?;
    let found = scenarios.iter().filter(|scenario| scenario.floor.is_some()).filter_map(|scenario| {
        let ours = shapes_between(&log, &start(scenario, "ours"), &start(scenario, "floor"));
        let floor = shapes_between(&log, &start(scenario, "floor"), END);
        // Nothing found is no agreement: then a mark or the log's own words have changed.
        let differ = ours.is_empty() || ours != floor;
        differ.then(|| {
            let [ours, floor] = [ours, floor].map(|shapes| shapes.join("; "));
            format!("the floor of \"{}\" is out of date. Server: {ours}. Floor: {floor}.", scenario.name)
        })
    });
    Ok(found.collect())
}

fn tell_apart(ground: &Ground, client: &Client, scenarios: &[Scenario]) -> Result<()> {
    let mark = |text: &str| ground.sql(&[&format!("SELECT '{text}'")]).map(drop);
    let mut connection = Connection::open(client.address)?;
    for scenario in scenarios {
        let Some(floor) = &scenario.floor else { continue };
        // The server has just looked the session up and will not do so again.
        client.ask(&mut connection, "/api/me")?;
        mark(&start(scenario, "ours"))?;
        scenario.send_one(&mut connection)?;
        mark(&start(scenario, "floor"))?;
        floor.run_once(ground)?;
        mark(END)?;
    }
    Ok(())
}

fn start(scenario: &Scenario, side: &str) -> String {
    format!("bench: {}, {side}", scenario.name)
}

fn whole_log(ground: &Ground) -> Result<String> {
    let deadline = Instant::now() + PATIENCE;
    let last = "bench: the log is complete";
    ground.sql(&["SET log_statement = 'all'", &format!("SELECT '{last}'")])?;
    loop {
        let files = fs::read_dir(ground.postgres_log())?.flatten();
        let log: String = files.filter_map(|file| fs::read_to_string(file.path()).ok()).collect();
        if log.contains(last) {
            return Ok(log);
        }
        if Instant::now() > deadline {
            bail!("PostgreSQL's log in {} does not tell what was run", ground.postgres_log().display());
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn shapes_between(log: &str, start: &str, end: &str) -> Vec<String> {
    let mark = |text: &str| format!("SELECT '{text}'");
    let Some((_, rest)) = log.split_once(&mark(start)) else { return Vec::new() };
    let part = rest.split_once(&mark(end)).map_or(rest, |(part, _)| part);
    let asked =
        statements(part).into_iter().filter(|statement| !NOW_AND_THEN.iter().any(|part| statement.contains(part)));
    let shapes = asked.map(|statement| shape(&statement));
    // Each connection of the server asks once what the types are called.
    shapes.filter(|shape| !shape.contains("pg_catalog")).collect()
}

/// From `<when> [<who>] <database> LOG:  execute <name>: <statement>` or `…statement: <statement>`, whose further
/// lines begin with a tab.
fn statements(log: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for line in log.lines() {
        if let (true, Some(more), Some(last)) = (inside, line.strip_prefix('\t'), found.last_mut()) {
            last.push(' ');
            last.push_str(more);
            continue;
        }
        let message = line.split_once("LOG:  ").map_or("", |(_, message)| message);
        let statement = message.strip_prefix("statement: ");
        let statement = statement.or_else(|| Some(message.strip_prefix("execute ")?.split_once(": ")?.1));
        // The log is cut inside the lines of the marks: what is left of those is no statement.
        inside = statement.is_some_and(|statement| !statement.is_empty());
        found.extend(statement.filter(|_| inside).map(str::to_owned));
    }
    found
}

/// The verb and the tables, in the order they stand there: `insert leads lead_products`.
fn shape(statement: &str) -> String {
    // Every second piece is a text between quotes.
    let code: String = statement.split('\'').step_by(2).collect::<Vec<_>>().join(" ").to_lowercase();
    let words = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    let names_table = |word: &str| ["from", "into", "join", "update"].contains(&word);
    let tables = words.windows(2).filter(|pair| names_table(pair[0])).map(|pair| pair[1]);
    words.first().copied().into_iter().chain(tables).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "t [1] siwaht LOG:  statement: SELECT 'bench: a, ours'
t [2] siwaht LOG:  statement: BEGIN
t [2] siwaht LOG:  execute sqlx_s_1: select id, array(select x from lead_products) from leads where id = $1 for update
t [2] siwaht DETAIL:  parameters: $1 = '7'
t [2] siwaht LOG:  execute sqlx_s_2: insert into events (at)
\t values ('from nowhere')
t [3] siwaht LOG:  statement: SELECT 'bench: a, floor'
t [4] siwaht LOG:  execute P0_1: begin
t [1] siwaht LOG:  statement: SELECT 'bench: end'
";

    #[test]
    fn each_sides_statements_are_told_by_verb_and_tables() {
        let ours = shapes_between(LOG, "bench: a, ours", "bench: a, floor");
        assert_eq!(ours, ["begin", "select lead_products leads", "insert events"]);
        assert_eq!(shapes_between(LOG, "bench: a, floor", "bench: end"), ["begin"]);
    }
}
