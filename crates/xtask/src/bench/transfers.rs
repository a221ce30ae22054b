//! Files in and out: how long 100,000 leads take, what PostgreSQL alone takes for the same rows, what it costs memory,
//! and how long others wait meanwhile.

use std::{
    fmt::Write,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{
    footprint,
    ground::Ground,
    http::{Client, Connection},
    load,
    report::{Figure, grouped},
    statements,
};
use crate::server::Server;

/// Leads of a file.
const ROWS: u32 = 100_000;
/// How long others are measured while nothing else goes on.
const IDLE: Duration = Duration::from_secs(3);
/// Between two requests of others, and two looks at the memory.
const PAUSE: Duration = Duration::from_millis(10);
/// What an export of leads for another import holds: no numbers of leads, which would be found again.
const COLUMNS: &str = "name,company,email,phone,status,priority,source,value,assignedTo,notes";

pub fn all(ground: &Ground, server: &Server, client: &Client) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let idle = || {
        thread::sleep(IDLE);
        Ok(())
    };
    let idle_ms = watch(server, client, idle)?.p99_ms;
    let csv = made_up();
    let before = memory(server)?;
    let import = watch(server, client, || bring_in(client, "leads.csv", &csv))?;
    let leads = ground.floor_data().join("leads.copy");
    let imported =
        format!("(SELECT {FLOOR_COLUMNS} FROM leads WHERE created_via = 'import' AND email LIKE '%@import.example')");
    ground.sql(&[&format!("\\copy {imported} to '{}'", leads.display())])?;
    let xlsx = export(client, &format!("format=xlsx&columns={COLUMNS}&q=%40import.example"))?;
    let again = watch(server, client, || revert(client, &import.done))?;
    settle(ground)?;
    let sheet = watch(server, client, || bring_in(client, "leads.xlsx", &xlsx.file))?;
    revert(client, &sheet.done)?;
    settle(ground)?;
    let floor = timed(|| ground.sql(&[&format!("\\copy leads ({FLOOR_COLUMNS}) from '{}'", leads.display())]))?;
    ground.sql(&["DELETE FROM leads WHERE email LIKE '%@import.example'"])?;
    settle(ground)?;
    figures.push(seconds("import of 100,000 rows, CSV", import.seconds, 8.0));
    figures.push(ratio("… of \\copy into the same table", floor, import.seconds, 0.6));
    figures.push(seconds("import of 100,000 rows, XLSX", sheet.seconds, 12.0));
    figures.push(ratio("… of \\copy into the same table", floor, sheet.seconds, 0.4));
    figures.push(Figure::at_most(
        "memory growth of an import",
        import.most_mib.max(sheet.most_mib) - before,
        150.0,
        "MiB",
    ));
    figures.push(Figure::at_most("page of leads, p99 while nothing is imported", idle_ms, f64::INFINITY, "ms"));
    figures.push(Figure::at_most("… during an import", import.p99_ms.max(sheet.p99_ms), idle_ms * 3.0, "ms"));
    figures.push(seconds("revert of it", again.seconds, f64::INFINITY));
    let out = ground.floor_data().join("out.copy");
    // The columns, leads and order of our own statement.
    let (columns, order) = (statements::COLUMNS, statements::NEWEST_FIRST);
    let rows = format!("(SELECT {columns} FROM leads WHERE deleted_at IS NULL ORDER BY {order})");
    let copy_out = timed(|| ground.sql(&[&format!("\\copy {rows} to '{}'", out.display())]))?;
    let count: f64 = ground.sql(&["SELECT count(*) FROM leads WHERE deleted_at IS NULL"])?.trim().parse()?;
    let leads = grouped(count);
    let before = memory(server)?;
    let csv = watch(server, client, || export(client, "format=csv"))?;
    let xlsx = watch(server, client, || export(client, "format=xlsx"))?;
    figures.push(seconds(&format!("export of {leads} leads, CSV"), csv.done.seconds, 0.5));
    figures.push(ratio("… of \\copy … to", copy_out, csv.done.seconds, 0.5));
    figures.push(seconds(&format!("export of {leads} leads, XLSX"), xlsx.done.seconds, 1.3));
    figures.push(Figure::at_most("memory growth of an export", csv.most_mib.max(xlsx.most_mib) - before, 64.0, "MiB"));
    Ok(figures)
}

const FLOOR_COLUMNS: &str = "name, email, phone, company, status, source, value, assigned_to, priority, notes, score, \
    created_by, created_via, position, stage_entered_at, created_at, updated_at";

/// New leads, each with an e-mail and a phone number of its own.
fn made_up() -> Vec<u8> {
    let statuses = ["new", "contacted", "qualified", "proposal", "negotiation", "lost"];
    let mut csv = format!("{COLUMNS}\n");
    for n in 0..ROWS {
        let (status, priority) = (statuses[n as usize % 6], ["low", "medium", "high"][n as usize % 3]);
        let owner = if n % 2 == 0 { "ali@example.com" } else { "amy@example.com" };
        let _ = writeln!(
            csv,
            "Lead Number {n},Company {} Ltd,person{n}@import.example,+1 206 {:03} {:04},{status},{priority},fair,{}.50,{owner},\"Asked about item {n}, wants a quote\"",
            n % 7_000,
            n / 10_000,
            n % 10_000,
            n % 90_000
        );
    }
    csv.into_bytes()
}

/// What came of something, and what was seen meanwhile.
struct Watched<T> {
    done: T,
    seconds: f64,
    most_mib: f64,
    p99_ms: f64,
}

/// Does it, while somebody else asks for pages of leads and the server's memory is looked at.
fn watch<T>(server: &Server, client: &Client, act: impl FnOnce() -> Result<T>) -> Result<Watched<T>> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let watching = scope.spawn(|| -> Result<(f64, f64)> {
            let mut connection = Connection::open(client.address)?;
            let (mut waits, mut most_mib) = (Vec::new(), 0.0f64);
            while !is_over.load(Ordering::Relaxed) || waits.is_empty() {
                let begun = Instant::now();
                client.ask(&mut connection, "/api/leads")?;
                waits.push(begun.elapsed());
                most_mib = most_mib.max(footprint::memory(server)?.0);
                thread::sleep(PAUSE);
            }
            let [p99_ms] = load::percentiles_ms(&mut waits, [99]);
            Ok((p99_ms, most_mib))
        });
        let begun = Instant::now();
        let done = act();
        let seconds = begun.elapsed().as_secs_f64();
        is_over.store(true, Ordering::Relaxed);
        let (p99_ms, most_mib) = watching.join().map_err(|_| anyhow::anyhow!("watching stopped"))??;
        Ok(Watched { done: done?, seconds, most_mib, p99_ms })
    })
}

/// Uploads a file and waits until it is in; its number.
fn bring_in(client: &Client, name: &str, file: &[u8]) -> Result<i64> {
    let mut connection = Connection::open(client.address)?;
    let status = connection.exchange(&client.with_file("/api/leads/import", name, file))?;
    let import: Value = serde_json::from_slice(connection.body())?;
    if status != 202 {
        bail!("importing {name} was answered {status}: {import}");
    }
    let id = import["id"].as_i64().context("an import without a number")?;
    let done = wait(client, id, "done")?;
    if done["counts"]["created"] != ROWS {
        bail!("importing {name} came to {}", done["counts"]);
    }
    Ok(id)
}

fn revert(client: &Client, id: &i64) -> Result<()> {
    let mut connection = Connection::open(client.address)?;
    connection.exchange(&client.with_json("POST", &format!("/api/imports/{id}/revert"), "{}"))?;
    wait(client, *id, "reverted").map(drop)
}

fn wait(client: &Client, id: i64, state: &str) -> Result<Value> {
    let mut connection = Connection::open(client.address)?;
    loop {
        let import = client.ask(&mut connection, &format!("/api/imports/{id}"))?;
        match import["state"].as_str() {
            Some(now) if now == state => return Ok(import),
            Some("failed" | "cancelled") | None => bail!("import {id} came to {import}"),
            Some(_) => thread::sleep(PAUSE),
        }
    }
}

struct Exported {
    file: Vec<u8>,
    seconds: f64,
}

fn export(client: &Client, query: &str) -> Result<Exported> {
    let mut connection = Connection::open(client.address)?;
    let begun = Instant::now();
    let status = connection.exchange(&client.get(&format!("/api/leads/export?{query}")))?;
    let seconds = begun.elapsed().as_secs_f64();
    if status != 200 {
        bail!("exporting was answered {status}");
    }
    Ok(Exported { file: connection.body().to_vec(), seconds })
}

fn timed(act: impl FnOnce() -> Result<String>) -> Result<f64> {
    let begun = Instant::now();
    act()?;
    Ok(begun.elapsed().as_secs_f64())
}

/// The same ground for each: no rows that are dead, nothing that waits to be written.
fn settle(ground: &Ground) -> Result<()> {
    ground.sql(&["DELETE FROM leads WHERE deleted_at IS NOT NULL", "VACUUM ANALYZE leads", "CHECKPOINT"]).map(drop)
}

fn memory(server: &Server) -> Result<f64> {
    Ok(footprint::memory(server)?.0)
}

fn seconds(name: &str, value: f64, bar: f64) -> Figure {
    let is_bar = bar.is_finite();
    Figure {
        name: name.to_owned(),
        value: format!("{value:.2} s"),
        bar: if is_bar { format!("≤ {bar} s") } else { "–".to_owned() },
        is_met: is_bar.then_some(value <= bar),
    }
}

fn ratio(name: &str, floor: f64, ours: f64, bar: f64) -> Figure {
    Figure {
        name: format!("{name} ({floor:.2} s)"),
        value: format!("{:.2}", floor / ours),
        bar: format!("≥ {bar}"),
        is_met: Some(floor / ours >= bar),
    }
}
