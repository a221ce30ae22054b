//! Being told to stop: by a service manager, by Ctrl-C, by a terminal that closes.

use anyhow::{Result, bail};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens from its making on. What it stops is dropped, and cleans up after itself: without it, a private PostgreSQL
/// would go on by itself.
pub struct Stop {
    terminate: Signal,
    interrupt: Signal,
    /// None when somebody asked that it be ignored, as `nohup` does.
    hangup: Option<Signal>,
}

impl Stop {
    /// # Errors
    /// When the system lets nobody listen.
    pub fn listen() -> Result<Self> {
        Ok(Stop {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: if hangup_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    /// Comes back when it is told.
    pub async fn told(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = hangup => {}
        }
    }

    /// Does the work, or gives it up when told to stop.
    ///
    /// # Errors
    /// Those of the work, and that it was stopped.
    pub async fn or<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            done = work => done,
            () = self.told() => bail!("stopped before it was done"),
        }
    }
}

/// As the system tells it, one bit for each signal; hanging up is the first of them.
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).is_some_and(|bits| bits & 1 == 1)
}
