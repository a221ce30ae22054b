//! What may happen: use cases, policy, scope, events and all SQL. Knows neither HTTP nor markup.
//!
//! The doors (pages, REST, agents) make an [`Actor`], call `crm.acting_as(actor)` and one use case, and map the result.

mod actor;
mod attachments;
mod clock;
mod db;
pub mod demo;
mod error;
mod events;
mod installation;
mod interactions;
mod leads;
mod notifications;
mod pages;
mod passwords;
mod patch;
pub mod policy;
mod products;
mod search;
mod secrets;
mod sessions;
mod sign_in;
mod users;
mod views;

use std::{collections::HashMap, sync::Arc};

pub use actor::Actor;
pub use attachments::{Attachments, Files, StoredFile, Upload};
pub use clock::Clock;
pub use db::{Database, knows_migration, migrate};
pub use demo::{Account, Demo};
pub use error::{Error, Result};
pub use events::{Events, Heard, Listener};
pub use installation::{Installation, Setup};
pub use interactions::Interactions;
pub use leads::{Export, ImportUpload, Imports, Jobs, Leads, ProblemFile};
pub use notifications::Notifications;
pub use patch::read as read_json;
pub use products::Products;
pub use sessions::{Saved, SessionRow, Sessions};
pub use sign_in::{Origin, Proof};
pub use users::Users;
pub use views::Views;

/// The whole system: a database, a clock, and what is shared by all requests. Cheap to clone.
#[derive(Clone)]
pub struct Crm {
    inner: Arc<Inner>,
}

struct Inner {
    pool: sqlx::PgPool,
    clock: Clock,
    hashing: passwords::Hashing,
    files: Files,
    /// Rung when this copy was asked for a change of many leads.
    bulk_jobs: tokio::sync::Notify,
    /// Rung when this copy was asked for a step of an import.
    imports: tokio::sync::Notify,
    /// The same, for a worker that takes up only those that write nothing.
    checks: tokio::sync::Notify,
    /// Turns of writing a file of leads.
    exports: Arc<tokio::sync::Semaphore>,
    /// With the time it was asked for; see `leads::score`.
    median_won: std::sync::Mutex<Option<(Option<domain::Money>, domain::Timestamp)>>,
    recent: std::sync::Mutex<leads::recent::Kept>,
    /// By name, with the day they were asked for; see `users::zone`.
    zones: std::sync::Mutex<HashMap<String, (domain::Zone, time::Date)>>,
    /// Rung when this copy has committed something.
    committed: Arc<tokio::sync::Notify>,
    live: events::live::Hub,
}

impl Crm {
    /// Over a migrated database. Files are kept in memory: for tests, and for commands that touch none.
    pub fn new(database: Database, clock: Clock) -> Self {
        Self::with_files(database, clock, Files::in_memory())
    }

    /// Over a migrated database and the place where the bytes of attachments are kept.
    pub fn with_files(database: Database, clock: Clock, files: Files) -> Self {
        let (hashing, pool, bulk_jobs) = (passwords::Hashing::new(), database.pool, tokio::sync::Notify::new());
        let exports = Arc::new(tokio::sync::Semaphore::new(leads::export::AT_ONCE));
        let (median_won, recent, zones, committed, imports, checks) = Default::default();
        let live = events::live::Hub::new();
        let inner = Inner {
            pool,
            clock,
            hashing,
            files,
            bulk_jobs,
            imports,
            checks,
            exports,
            median_won,
            recent,
            zones,
            committed,
            live,
        };
        Crm { inner: Arc::new(inner) }
    }

    /// Everything `actor` may do.
    pub fn acting_as(&self, actor: Actor) -> Acting {
        Acting { crm: self.clone(), actor }
    }

    /// Whether the database answers, within a second.
    pub async fn ready(&self) -> bool {
        let ping = sqlx::query("select 1").execute(self.pool());
        matches!(tokio::time::timeout(std::time::Duration::from_secs(1), ping).await, Ok(Ok(_)))
    }

    /// The time, as every use case sees it.
    pub fn now(&self) -> domain::Timestamp {
        self.inner.clock.now()
    }

    /// Lets go of every connection.
    pub async fn close(&self) {
        self.inner.files.settle().await;
        self.inner.pool.close().await;
    }

    pub(crate) fn pool(&self) -> &sqlx::PgPool {
        &self.inner.pool
    }

    pub(crate) async fn begin(&self) -> Result<db::Tx> {
        db::begin(self).await
    }

    pub(crate) fn exports(&self) -> Arc<tokio::sync::Semaphore> {
        self.inner.exports.clone()
    }

    pub(crate) fn files(&self) -> &Files {
        &self.inner.files
    }
}

/// A person, an agent or the system at work. The only way to a use case.
#[derive(Clone)]
pub struct Acting {
    crm: Crm,
    actor: Actor,
}

impl Acting {
    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The system they act in.
    pub fn crm(&self) -> &Crm {
        &self.crm
    }

    /// Leads within the actor's scope.
    pub fn leads(&self) -> Leads<'_> {
        Leads(self)
    }

    /// What was said about them.
    pub fn interactions(&self) -> Interactions<'_> {
        Interactions(self)
    }

    /// What happened.
    pub fn events(&self) -> Events<'_> {
        Events(self)
    }

    /// The bell.
    pub fn notifications(&self) -> Notifications<'_> {
        Notifications(self)
    }

    /// Lists with a name.
    pub fn views(&self) -> Views<'_> {
        Views(self)
    }

    /// Changes of many leads in the background.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs(self)
    }

    /// Files of leads on their way in.
    pub fn imports(&self) -> Imports<'_> {
        Imports(self)
    }

    /// People.
    pub fn users(&self) -> Users<'_> {
        Users(self)
    }

    /// The catalogue.
    pub fn products(&self) -> Products<'_> {
        Products(self)
    }

    /// Files on leads.
    pub fn attachments(&self) -> Attachments<'_> {
        Attachments(self)
    }

    pub(crate) fn pool(&self) -> &sqlx::PgPool {
        self.crm.pool()
    }

    pub(crate) async fn begin(&self) -> Result<db::Tx> {
        self.crm.begin().await
    }

    pub(crate) fn allow(&self, action: policy::Action) -> Result<()> {
        policy::allow(self.actor.role(), action)
    }
}
