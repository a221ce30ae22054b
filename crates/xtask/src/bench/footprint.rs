//! What the server takes before it gives anything: time to start, memory, the look at a session.

use std::{fs, process::Command, time::Duration};

use anyhow::{Context, Result};

use super::{
    ground::Ground,
    http::Client,
    load::{self, Draw},
};
use crate::{
    process,
    repo::Repo,
    server::{Launch, Server},
};

/// Other programs can only make a start slower, so the best of these is the truest.
const STARTS: usize = 3;
const TURNS: usize = 6;
const TURN: Duration = Duration::from_millis(500);

/// A running server on the filled database, and how long its best start took.
pub fn start(repo: &Repo, ground: &Ground) -> Result<(Server, Duration)> {
    let mut best = Duration::MAX;
    let mut running: Option<Server> = None;
    for _ in 0..STARTS {
        if let Some(before) = running.take() {
            before.stop()?;
        }
        let launch = Launch { args: &[], data: ground.server_data(), log: ground.log(), database: Some(ground.url()) };
        let server = Server::start(repo, launch)?;
        best = best.min(server.start_up());
        running = Some(server);
    }
    Ok((running.context("no server was started")?, best))
}

/// Resident memory in MiB: now, and the most so far where the system tells.
pub fn memory(server: &Server) -> Result<(f64, Option<f64>)> {
    let pid = server.pid();
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else {
        let said = process::output(Command::new("ps").args(["-o", "rss=", "-p", &pid.to_string()]))?;
        return Ok((mebibytes(&said).context("ps named no memory")?, None));
    };
    let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).and_then(mebibytes);
    Ok((line("VmRSS:").context("the system names no memory")?, line("VmHWM:")))
}

/// From a number of kibibytes: `   12345 kB`.
fn mebibytes(text: &str) -> Option<f64> {
    Some(text.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}

/// How much longer a request takes when its session is looked at, in µs.
///
/// One connection, so that nothing waits, and the best of several turns, as others use the machine too.
pub fn session_check(client: &Client) -> f64 {
    let p50_ms = |request: Vec<u8>| {
        let requests = move |_: &mut Draw, out: &mut Vec<u8>| out.extend_from_slice(&request);
        load::run(client.address, 1, TURN, &requests).p50_ms
    };
    let turns = (0..TURNS).map(|_| (p50_ms(client.get("/api/me")), p50_ms(client.anonymous().get("/healthz"))));
    let best = |(me, floor): (f64, f64), turn: (f64, f64)| (me.min(turn.0), floor.min(turn.1));
    let (me, floor) = turns.fold((f64::INFINITY, f64::INFINITY), best);
    (me - floor) * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_either_systems_words() {
        assert_eq!(mebibytes("\t   2048 kB"), Some(2.0));
        assert_eq!(mebibytes(" 1024\n"), Some(1.0));
        assert_eq!(mebibytes(""), None);
    }
}
