//! The load: connections that each send a request as soon as the last one is answered.

use std::{
    io,
    net::SocketAddr,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use super::http::Connection;

/// As many as the floor has clients.
pub const CONNECTIONS: u64 = 32;

/// Writes the next request of one connection.
pub type Requests<'a> = dyn Fn(&mut Draw, &mut Vec<u8>) + Sync + 'a;

/// What came out of one run, of ours or of the floor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    pub per_second: f64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    /// Requests that were not answered 2xx, and what the first of them got.
    pub errors: u64,
    pub first_error: Option<String>,
}

/// Random choices, the same in every run, and other ones on every connection.
pub struct Draw {
    pub connection: u64,
    state: u64,
}

impl Draw {
    pub fn new(connection: u64) -> Self {
        Self { connection, state: (connection + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) }
    }

    /// A number below `end`. xorshift64* is enough: nothing here is secret.
    pub fn below(&mut self, end: u64) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % end.max(1)
    }

    pub fn of<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let nth = self.below(items.len() as u64);
        items.get(usize::try_from(nth).unwrap_or_default())
    }
}

/// One connection's part of a run.
#[derive(Default)]
struct Part {
    latencies: Vec<Duration>,
    errors: u64,
    first_error: Option<String>,
}

/// Loads the server with all connections, after a while in which nothing counts.
pub fn run(address: SocketAddr, connections: u64, length: Duration, requests: &Requests) -> Measured {
    let start = Barrier::new(usize::try_from(connections).unwrap_or(1));
    let (parts, ended): (Vec<Part>, Vec<Duration>) = thread::scope(|scope| {
        let start = &start;
        let one = |connection| {
            scope.spawn(move || {
                start.wait();
                let warm = Instant::now() + warm_up(length);
                let part = send(address, Draw::new(connection), (warm, warm + length), requests);
                (part, warm.elapsed())
            })
        };
        let threads: Vec<_> = (0..connections).map(one).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).unzip()
    });
    // The last answers come after the end; their time counts as they do.
    let took = ended.into_iter().max().unwrap_or(length);
    let errors = parts.iter().map(|part| part.errors).sum();
    let first_error = parts.iter().find_map(|part| part.first_error.clone());
    let latencies = parts.into_iter().flat_map(|part| part.latencies).collect();
    Measured { errors, first_error, ..measured(latencies, took) }
}

/// Long enough to open the database's connections and to prepare the statements on each. The floor gets as much.
pub fn warm_up(length: Duration) -> Duration {
    (length / 4).min(Duration::from_secs(1))
}

fn send(address: SocketAddr, mut draw: Draw, (from, until): (Instant, Instant), requests: &Requests) -> Part {
    let mut part = Part::default();
    let mut connection = None;
    let mut request = Vec::new();
    loop {
        request.clear();
        requests(&mut draw, &mut request);
        let sent = Instant::now();
        if sent >= until {
            return part;
        }
        match answer(address, &mut connection, &request) {
            Ok(()) if sent >= from => part.latencies.push(sent.elapsed()),
            Ok(()) => {}
            // An error while warming up is one too: nothing that we send may fail.
            Err(error) => {
                part.errors += 1;
                part.first_error.get_or_insert(error);
                // A server that refuses at once would otherwise be asked a million times.
                thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

fn answer(address: SocketAddr, kept: &mut Option<Connection>, request: &[u8]) -> Result<(), String> {
    let mut exchange = || -> io::Result<(u16, Connection)> {
        let mut connection = kept.take().map_or_else(|| Connection::open(address), Ok)?;
        let status = connection.exchange(request)?;
        Ok((status, connection))
    };
    let (status, connection) = exchange().map_err(|error| error.to_string())?;
    let said = || String::from_utf8_lossy(connection.body()).chars().take(200).collect::<String>();
    let outcome = if (200..300).contains(&status) { Ok(()) } else { Err(format!("{status} {}", said())) };
    *kept = Some(connection).filter(|connection| !connection.is_last());
    outcome
}

/// Throughput and percentiles of what was answered.
pub fn measured(mut latencies: Vec<Duration>, took: Duration) -> Measured {
    let [p50_ms, p95_ms, p99_ms] = percentiles_ms(&mut latencies, [50, 95, 99]);
    Measured { per_second: latencies.len() as f64 / took.as_secs_f64(), p50_ms, p95_ms, p99_ms, ..Measured::default() }
}

/// What so many of a hundred waits are no longer than.
pub fn percentiles_ms<const N: usize>(waits: &mut [Duration], percents: [usize; N]) -> [f64; N] {
    waits.sort_unstable();
    percents.map(|percent| {
        let place = (waits.len() * percent).div_ceil(100).max(1) - 1;
        waits.get(place).map_or(f64::NAN, |wait| wait.as_secs_f64() * 1e3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_requests_that_were_answered() {
        let latencies = (1..=200).rev().map(Duration::from_millis).collect();
        let found = measured(latencies, Duration::from_secs(4));
        assert_eq!((found.per_second, found.p50_ms, found.p99_ms), (50.0, 100.0, 198.0));
        assert!(measured(Vec::new(), Duration::from_secs(1)).p50_ms.is_nan());
    }

    #[test]
    fn connections_draw_different_numbers_within_the_limit() {
        let numbers = |connection| {
            let mut draw = Draw::new(connection);
            (0..100).map(|_| draw.below(10)).collect::<Vec<_>>()
        };
        assert_ne!(numbers(0), numbers(1));
        assert_eq!(numbers(7), numbers(7));
        assert!((0..10).all(|n| numbers(0).contains(&n)) && numbers(0).iter().all(|n| *n < 10));
    }
}
