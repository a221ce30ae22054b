//! Someone who listens: a place in the ring, or in the log until the ring is reached.

use std::future::pending;

use domain::EventId;
use tokio::sync::{
    broadcast::{self, error::RecvError},
    watch,
};

use super::{
    Heard, PATIENCE, Word,
    happening::{newest, read},
};
use crate::{Acting, Actor, Result, events::Events, policy, policy::Action};

/// Whoever is so many events behind loads everything anew.
const FAR_BEHIND: i64 = 2_048;

/// What stands for all that has happened, where there is nothing before it.
const BEGINNING: EventId = EventId(0);

/// Someone who follows what happens within their scope.
pub struct Listener {
    acting: Acting,
    /// The last event that was told, or passed over.
    last: EventId,
    /// How many events of the ring this one has behind it; `None` while it reads the log.
    behind: Option<u64>,
    passed: watch::Receiver<u64>,
    imports: broadcast::Receiver<Word>,
    missed: watch::Receiver<()>,
    /// Leads of imports have changed since the event that it goes on behind.
    is_stale: bool,
}

impl Events<'_> {
    /// The last event that this copy knows to be final; what is read afterwards holds at least everything up to it.
    pub async fn last(&self) -> Result<EventId> {
        match self.0.crm.inner.live.place() {
            Some(place) => Ok(place),
            None => newest(&self.0.crm).await,
        }
    }

    /// Begins to listen behind the event `after`, or behind everything that has happened so far.
    ///
    /// Zero is the beginning. Whoever names an event that is not there (in a database that was restored, say) is told to
    /// load everything anew, and hears what happens from then on; see [`Listener::last`].
    pub async fn listen(&self, after: Option<EventId>) -> Result<Listener> {
        self.0.allow(Action::ViewEvents)?;
        let hub = &self.0.crm.inner.live;
        let (passed, imports, missed) = (hub.passed.subscribe(), hub.imports.subscribe(), hub.missed.subscribe());
        if hub.place().is_none() {
            // The first one wakes the reader: the ring begins here.
            self.0.crm.read_events().await?;
        }
        let known = match after {
            Some(id) => id == BEGINNING || hub.behind(id).is_some() || self.exists(id).await?,
            None => false,
        };
        let last = match after.filter(|_| known) {
            Some(id) => id,
            None => self.last().await?,
        };
        // Their end was told when it came, and to those who were there.
        let is_stale = after.is_some() && (!known || self.has_quiet(last).await?);
        Ok(Listener { acting: self.0.clone(), last, behind: hub.behind(last), passed, imports, missed, is_stale })
    }

    /// Whether anything has happened behind an event that is not told one by one, or so much that it may be.
    async fn has_quiet(&self, after: EventId) -> Result<bool> {
        // In the order of the index: asked whether there is one, the planner would rather read the whole log.
        let found = sqlx::query_scalar!(
            r#"with behind as materialized (
                   select door = 'import' and entity = 'lead' as is_quiet from events
                   where (xid, id) > (coalesce((select xid from events where id = $1), '0'::xid8), $1)
                   order by xid, id limit $2)
               select count(*) = $2 or coalesce(bool_or(is_quiet), false) as "found!" from behind"#,
            after.0,
            FAR_BEHIND,
        );
        Ok(found.fetch_one(self.0.pool()).await?)
    }
}

impl Listener {
    /// Who listens.
    pub fn actor(&self) -> &Actor {
        self.acting.actor()
    }

    /// The last event that was told or passed over: where to go on from another time.
    pub fn last(&self) -> EventId {
        self.last
    }

    /// What comes next, as soon as there is something. Can be dropped and asked again at any moment.
    pub async fn next(&mut self) -> Result<Vec<Heard>> {
        if std::mem::take(&mut self.is_stale) {
            return Ok(vec![Heard::Reload]);
        }
        loop {
            let seen = *self.passed.borrow_and_update();
            let heard = match self.behind {
                Some(behind) => self.told_by_ring(behind),
                None => self.told_by_log().await?,
            };
            if !heard.is_empty() {
                return Ok(heard);
            }
            if self.behind.is_some_and(|behind| behind >= seen) {
                tokio::select! {
                    changed = self.passed.changed() => if changed.is_err() {
                        // The system is closing.
                        pending::<()>().await;
                    },
                    word = self.imports.recv() => {
                        let heard = match word {
                            Ok(word) => self.told_of(word),
                            Err(RecvError::Lagged(_)) => vec![Heard::Reload],
                            Err(RecvError::Closed) => pending().await,
                        };
                        if !heard.is_empty() {
                            return Ok(heard);
                        }
                    }
                    Ok(()) = self.missed.changed() => return Ok(vec![Heard::Reload]),
                }
            }
        }
    }

    fn told_of(&self, Word { id, of, is_over }: Word) -> Vec<Heard> {
        let own = policy::may_follow(self.actor(), of).then_some(Heard::Import(id));
        own.into_iter().chain(is_over.then_some(Heard::Reload)).collect()
    }

    fn told_by_ring(&mut self, behind: u64) -> Vec<Heard> {
        let Some(happenings) = self.acting.crm.inner.live.since(behind) else {
            self.behind = None;
            return Vec::new();
        };
        let mut heard = Vec::new();
        for happening in &happenings {
            happening.tell(self.acting.actor(), &mut heard);
        }
        if let Some(last) = happenings.last() {
            self.last = last.event.id;
            self.behind = Some(behind + happenings.len() as u64);
            if !ends_with(&heard, self.last) {
                heard.push(Heard::Passed(self.last));
            }
        }
        heard
    }

    /// Reads the log until the ring goes on from there.
    async fn told_by_log(&mut self) -> Result<Vec<Heard>> {
        self.behind = self.acting.crm.inner.live.behind(self.last);
        if self.behind.is_some() {
            return Ok(Vec::new());
        }
        let read = read(&self.acting.crm, self.last).await?;
        let Some(last) = read.last().map(|happening| happening.event.id) else {
            // The log has no more, and the ring is not here yet.
            let _ = tokio::time::timeout(PATIENCE, self.passed.changed()).await;
            return Ok(Vec::new());
        };
        let mut heard = Vec::new();
        for happening in &read {
            happening.tell(self.acting.actor(), &mut heard);
        }
        self.last = last;
        if !ends_with(&heard, last) {
            heard.push(Heard::Passed(last));
        }
        Ok(heard)
    }
}

/// Whether what is told says already that it goes up to this event.
fn ends_with(heard: &[Heard], last: EventId) -> bool {
    match heard.last() {
        Some(Heard::Event(id, _) | Heard::Gone(id, _) | Heard::Passed(id)) => *id == last,
        Some(Heard::Bell | Heard::Yourself | Heard::Import(_) | Heard::Reload) | None => false,
    }
}
