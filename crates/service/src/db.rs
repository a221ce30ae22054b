//! Connections: how many, how long they may wait, and the schema they expect.

use std::{str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, Connection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::Result;

/// Connections a copy of the server holds at the most.
const POOL_SIZE: u32 = 10;
/// How long a request waits for one before it is answered 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// A connection that answered this recently is believed to live.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// How long the first connection may take: a database elsewhere may be far away, but not this far.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A pool of connections to one PostgreSQL database.
#[derive(Clone)]
pub struct Database {
    pub(crate) pool: sqlx::PgPool,
}

impl Database {
    /// Prepares a pool for `url`, or for the `PG*` variables when there is none. Connects on first use.
    pub fn prepare(url: Option<&str>) -> Result<Self> {
        let options = match url {
            Some(url) => PgConnectOptions::from_str(url)?,
            None => PgConnectOptions::new(),
        };
        let options = options
            .application_name("siwaht")
            .log_statements(tracing::log::LevelFilter::Trace)
            // Short queries only: compiling them costs more than it saves, and none may hold a connection for long.
            .options([("jit", "off"), ("statement_timeout", "15s"), ("idle_in_transaction_session_timeout", "30s")]);
        let pool = PgPoolOptions::new()
            .max_connections(POOL_SIZE)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // Asked whether it lives only after a rest: before every query it would be a round trip of its own.
            .test_before_acquire(false)
            .before_acquire(|connection, rested| {
                Box::pin(async move {
                    if rested.idle_for > TRUSTED_FOR {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(options);
        Ok(Database { pool })
    }

    /// Over connections that exist already.
    pub fn over(pool: sqlx::PgPool) -> Self {
        Database { pool }
    }
}

/// A transaction. When it is committed, those who follow what happens are told.
pub(crate) struct Tx {
    inner: sqlx::Transaction<'static, sqlx::Postgres>,
    committed: std::sync::Arc<tokio::sync::Notify>,
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<()> {
        self.inner.commit().await?;
        self.committed.notify_one();
        Ok(())
    }
}

impl std::ops::Deref for Tx {
    type Target = sqlx::Transaction<'static, sqlx::Postgres>;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.inner
    }
}

/// Begins a transaction, and does so to the end even if whoever asked goes away: a client that hangs up drops its
/// request wherever it is.
///
/// Dropped within sqlx's own `begin`, a connection returns to the pool with the transaction open. What others then
/// write over it without one of their own is lost when the server ends it.
pub(crate) async fn begin(crm: &crate::Crm) -> Result<Tx> {
    let pool = crm.pool().clone();
    #[expect(clippy::disallowed_methods, reason = "the one place where a transaction is begun")]
    let begun = tokio::spawn(async move { pool.begin().await });
    let inner = begun.await.map_err(crate::Error::internal)??;
    Ok(Tx { inner, committed: crm.inner.committed.clone() })
}

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// Brings the schema up to date, under a lock: several copies may start at once.
///
/// # Errors
/// [`crate::Error::Unavailable`] when the database cannot be reached, with the reason.
pub async fn migrate(database: &Database) -> Result<()> {
    // A connection of its own: a pool would hide why it cannot connect, and a large migration outlasts its time-outs.
    let options = (*database.pool.connect_options()).clone().options([("statement_timeout", "0")]);
    let connecting = tokio::time::timeout(CONNECT_TIMEOUT, options.connect());
    let mut connection = connecting.await.map_err(|_| crate::Error::Unavailable("no answer within 10 s".into()))??;
    MIGRATIONS.run(&mut connection).await.map_err(crate::Error::internal)?;
    connection.close().await?;
    Ok(())
}
