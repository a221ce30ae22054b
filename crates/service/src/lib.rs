//! What may happen: use cases, policy, scope, events and all SQL. Knows neither HTTP nor markup.
//!
//! The doors (pages, REST, agents) make an [`Actor`], call `crm.acting_as(actor)` and one use case, and map the result.

mod actor;
mod clock;
mod db;
pub mod demo;
mod error;
mod events;
mod installation;
mod leads;
mod passwords;
pub mod policy;
mod products;
mod secrets;
mod sessions;
mod sign_in;
mod users;

use std::sync::Arc;

pub use actor::Actor;
pub use clock::Clock;
pub use db::{Database, migrate};
pub use demo::{Account, Demo};
pub use error::{Error, Result};
pub use installation::{Installation, Setup};
pub use leads::Leads;
pub use products::Products;
pub use sessions::{SessionRow, Sessions};
pub use sign_in::Origin;
pub use users::Users;

/// The whole system: a database, a clock, and what is shared by all requests. Cheap to clone.
#[derive(Clone)]
pub struct Crm {
    inner: Arc<Inner>,
}

struct Inner {
    pool: sqlx::PgPool,
    clock: Clock,
    hashing: passwords::Hashing,
}

impl Crm {
    /// Over a migrated database.
    pub fn new(database: Database, clock: Clock) -> Self {
        Crm { inner: Arc::new(Inner { pool: database.pool, clock, hashing: passwords::Hashing::new() }) }
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
        self.inner.pool.close().await;
    }

    pub(crate) fn pool(&self) -> &sqlx::PgPool {
        &self.inner.pool
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

    /// People.
    pub fn users(&self) -> Users<'_> {
        Users(self)
    }

    /// The catalogue.
    pub fn products(&self) -> Products<'_> {
        Products(self)
    }

    pub(crate) fn pool(&self) -> &sqlx::PgPool {
        self.crm.pool()
    }

    pub(crate) async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Postgres>> {
        Ok(self.pool().begin().await?)
    }

    pub(crate) fn allow(&self, action: policy::Action) -> Result<()> {
        policy::allow(self.actor.role(), action)
    }
}
