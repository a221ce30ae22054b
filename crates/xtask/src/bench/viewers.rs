//! Live updates: how long after it is asked for a change reaches 500 open pages, and what a page costs the server in memory.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Shutdown, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::{
    footprint,
    http::{Client, Connection},
    load,
    report::Figure,
};
use crate::server::Server;

const VIEWERS: usize = 500;
/// Changes that are followed to every viewer.
const CHANGES: u32 = 60;
/// Pause between them, so that each is a batch of its own.
const PAUSE: Duration = Duration::from_millis(60);
/// The lead that changes.
const LEAD: u32 = 3;
const PATIENCE: Duration = Duration::from_secs(20);
/// Enough for lines that are read and thrown away.
const STACK: usize = 128 * 1024;

/// Opens the viewers, changes a lead again and again, and tells what 95 of 100 viewers waited at most.
pub fn all(server: &Server, client: &Client) -> Result<Vec<Figure>> {
    let (before, _) = footprint::memory(server)?;
    let start = Instant::now();
    let sent = Arc::new(AtomicU64::new(0));
    let (told, heard) = mpsc::channel::<Duration>();
    let (ready, opened) = mpsc::channel::<()>();
    let mut streams = Vec::with_capacity(VIEWERS);
    for _ in 0..VIEWERS {
        let stream = open(client)?;
        streams.push(stream.try_clone()?);
        let (sent, told, ready) = (sent.clone(), told.clone(), ready.clone());
        let viewer = move || follow(stream, start, &sent, &told, &ready);
        thread::Builder::new().stack_size(STACK).spawn(viewer).context("no thread for a viewer")?;
    }
    for _ in 0..VIEWERS {
        opened.recv_timeout(PATIENCE).context("a viewer was not let in")?;
    }
    let (with, _) = footprint::memory(server)?;
    let mut connection = Connection::open(client.address)?;
    let mut waits = Vec::new();
    for value in 0..CHANGES {
        let patch = json!({"value": 1_000 + value}).to_string();
        // From before the change is asked for: a viewer may hear of it ahead of the one who made it.
        sent.store(micros(start.elapsed()), Ordering::SeqCst);
        let status = connection.exchange(&client.with_json("PATCH", &format!("/api/leads/{LEAD}"), &patch))?;
        if status != 200 {
            bail!("a change was answered {status}");
        }
        for _ in 0..VIEWERS {
            waits.push(heard.recv_timeout(PATIENCE).context("a change did not reach every viewer")?);
        }
        thread::sleep(PAUSE);
    }
    // Nobody is to look on while the rest is measured.
    for stream in streams {
        stream.shutdown(Shutdown::Both)?;
    }
    let [p95_ms] = load::percentiles_ms(&mut waits, [95]);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let each = (with - before) * 1024.0 / VIEWERS as f64;
    Ok(vec![
        Figure::at_most(&format!("change to {VIEWERS} viewers, p95"), p95_ms, 250.0, "ms"),
        Figure::at_most("memory per viewer", each, 64.0, "KiB"),
    ])
}

fn open(client: &Client) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(client.address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&client.get("/api/events/stream"))?;
    Ok(stream)
}

/// Reads to the end, which comes with the server's.
fn follow(
    stream: TcpStream,
    start: Instant,
    sent: &AtomicU64,
    told: &mpsc::Sender<Duration>,
    ready: &mpsc::Sender<()>,
) {
    let mut lines = BufReader::with_capacity(8 * 1024, stream);
    let mut line = String::new();
    loop {
        line.clear();
        if !lines.read_line(&mut line).is_ok_and(|read| read > 0) {
            return;
        }
        let outcome = if line.starts_with("retry:") {
            ready.send(()).is_ok()
        } else if line.starts_with("data:") {
            let wait = micros(start.elapsed()).saturating_sub(sent.load(Ordering::SeqCst));
            told.send(Duration::from_micros(wait)).is_ok()
        } else {
            true
        };
        if !outcome {
            return;
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
