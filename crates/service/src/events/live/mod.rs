//! What happens, as it happens: one reader of the log per copy of the server, and any number of listeners.
//!
//! The reader keeps the newest events in a ring. A listener is a place in it: it costs nothing while nothing happens,
//! and a slow one keeps nobody waiting. One that is too far behind, or comes back after a while, reads the log itself
//! until it has caught up, so nothing is missed and nothing comes twice.

mod happening;
mod listener;

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use domain::{EventId, ImportId, LeadId, UserId};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgNotification;
use tokio::sync::{broadcast, watch};

use self::happening::{Happening, STRETCH, newest, read};
pub use self::listener::Listener;
use crate::{Crm, Result};

/// Events that the ring keeps.
const KEPT: usize = 2_048;
/// What a listener gets at once.
const AT_ONCE: usize = 200;
/// Read anew after this time even if nobody said that there is something: a word may get lost.
const PATIENCE: Duration = Duration::from_secs(1);
/// At most one word to the other copies in this time: saying it takes a lock that every commit with a word would wait
/// for, and one word will do for any number of commits.
const PAUSE: Duration = Duration::from_millis(10);
/// The channel of PostgreSQL on which copies hear that something happened.
const CHANNEL: &str = "siwaht_events";
/// The channel on which copies hear how far imports are.
const IMPORTS: &str = "siwaht_imports";
/// Words about imports that a listener may be behind with; one that misses some loads everything anew.
const WORDS: usize = 64;

/// The ring and who waits for it; one per copy of the server.
pub(crate) struct Hub {
    ring: RwLock<Ring>,
    /// Held while the ring is filled: two at once would put the same events into it.
    filling: tokio::sync::Mutex<()>,
    /// How many events have passed through the ring.
    passed: watch::Sender<u64>,
    imports: broadcast::Sender<Word>,
    /// Words may have been missed: whatever they were about, lists are loaded anew.
    missed: watch::Sender<()>,
}

/// An import has gone on.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Word {
    id: ImportId,
    /// Who may know of it, beside admins.
    of: Option<UserId>,
    /// Many leads are others than before.
    is_over: bool,
}

#[derive(Default)]
struct Ring {
    events: VecDeque<Arc<Happening>>,
    /// How many events have left it.
    left: u64,
    /// The last event that was read, and 0 before there was any; `None` while nobody listens.
    place: Option<EventId>,
}

/// What a listener is told.
#[derive(Clone, Debug)]
pub enum Heard {
    /// A [`LiveEvent`] as JSON.
    Event(EventId, Arc<str>),
    /// A lead has left the listener's scope by this event.
    Gone(EventId, LeadId),
    /// The listener has a new notification, from the event that is told or passed over next.
    Bell,
    /// The listener themself was changed: what they may see may be another now.
    Yourself,
    /// Everything up to here is none of the listener's business.
    Passed(EventId),
    /// An import of the listener's has gone on.
    Import(ImportId),
    /// So many leads have changed that lists are better loaded anew.
    Reload,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Hub {
            ring: RwLock::default(),
            filling: tokio::sync::Mutex::default(),
            passed: watch::Sender::new(0),
            imports: broadcast::Sender::new(WORDS),
            missed: watch::Sender::new(()),
        }
    }

    /// Empties the ring when nobody listens; whoever comes next begins with the log. Asked while the ring is held:
    /// whoever comes now has subscribed before, or finds it empty.
    fn rests(&self) -> bool {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        if self.passed.receiver_count() > 0 {
            return false;
        }
        ring.left += ring.events.len() as u64;
        ring.events.clear();
        ring.place = None;
        true
    }

    fn place(&self) -> Option<EventId> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).place
    }

    fn keep(&self, read: Vec<Happening>) {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        for happening in read {
            ring.place = Some(happening.event.id);
            if !happening.is_quiet {
                ring.events.push_back(Arc::new(happening));
            }
        }
        let over = ring.events.len().saturating_sub(KEPT);
        ring.events.drain(..over);
        ring.left += over as u64;
        self.passed.send_replace(ring.left + ring.events.len() as u64);
    }

    /// How many events stand before the one behind `last`; `None` when the ring does not reach back so far.
    fn behind(&self, last: EventId) -> Option<u64> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        if ring.place == Some(last) {
            return Some(ring.left + ring.events.len() as u64);
        }
        let at = ring.events.iter().rposition(|happening| happening.event.id == last)?;
        Some(ring.left + at as u64 + 1)
    }

    /// The events from there on, `AT_ONCE` at most; `None` when some of them have left the ring.
    fn since(&self, behind: u64) -> Option<Vec<Arc<Happening>>> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let at = usize::try_from(behind.checked_sub(ring.left)?).ok()?;
        Some(ring.events.iter().skip(at).take(AT_ONCE).cloned().collect())
    }
}

impl Crm {
    /// Follows the log for all listeners of this copy, for as long as it runs.
    pub async fn follow_events(&self) {
        let mut is_first = true;
        loop {
            if let Err(error) = self.follow(std::mem::take(&mut is_first)).await {
                tracing::warn!(%error, "following events failed; trying again in a moment");
                tokio::time::sleep(PATIENCE).await;
            }
        }
    }

    async fn follow(&self, is_first: bool) -> Result<()> {
        let mut words = sqlx::postgres::PgListener::connect_with(self.pool()).await?;
        words.listen_all([CHANNEL, IMPORTS]).await?;
        if !is_first {
            self.inner.live.missed.send_replace(());
        }
        loop {
            if !self.inner.live.rests() {
                self.read_events().await?;
            }
            // Several words that came meanwhile are one.
            if let Ok(heard) = tokio::time::timeout(PATIENCE, words.recv()).await {
                self.pass_on(&heard?);
                while let Some(heard) = words.next_buffered() {
                    self.pass_on(&heard);
                }
            }
        }
    }

    fn pass_on(&self, heard: &PgNotification) {
        if heard.channel() == IMPORTS
            && let Ok(word) = serde_json::from_str(heard.payload())
        {
            // Nobody may be listening.
            let _ = self.inner.live.imports.send(word);
        }
    }

    /// Tells all copies that an import has gone on.
    pub(crate) async fn announce_import(&self, id: ImportId, of: Option<UserId>, is_over: bool) {
        let word = serde_json::to_string(&Word { id, of, is_over }).unwrap_or_default();
        let told = sqlx::query("select pg_notify($1, $2)").bind(IMPORTS).bind(word).execute(self.pool()).await;
        if let Err(error) = told {
            tracing::warn!(%error, "telling of an import failed");
        }
    }

    /// Tells all copies that something was committed, for as long as this one runs.
    pub async fn announce_events(&self) {
        loop {
            self.inner.committed.notified().await;
            let word = sqlx::query("select pg_notify($1, '')").bind(CHANNEL).execute(self.pool()).await;
            if let Err(error) = word {
                tracing::warn!(%error, "telling other copies of events failed; they look for themselves");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Takes what has happened since into the ring. Returns how many events that were.
    pub async fn read_events(&self) -> Result<usize> {
        let hub = &self.inner.live;
        let _filling = hub.filling.lock().await;
        let Some(mut place) = hub.place() else {
            let newest = newest(self).await?;
            hub.ring.write().unwrap_or_else(PoisonError::into_inner).place = Some(newest);
            return Ok(0);
        };
        let mut count = 0;
        loop {
            let read = read(self, place).await?;
            let Some(last) = read.last() else { return Ok(count) };
            place = last.event.id;
            count += read.len();
            let whole = i64::try_from(read.len()).is_ok_and(|len| len < STRETCH);
            hub.keep(read);
            if whole {
                return Ok(count);
            }
        }
    }
}
