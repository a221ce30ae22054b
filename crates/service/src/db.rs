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
    /// Away only while rows are copied into it.
    inner: Option<Inner>,
    committed: std::sync::Arc<tokio::sync::Notify>,
}

type Inner = sqlx::Transaction<'static, sqlx::Postgres>;

impl Tx {
    pub(crate) async fn commit(mut self) -> Result<()> {
        self.take()?.commit().await?;
        self.committed.notify_one();
        Ok(())
    }

    /// Sends rows in the text format of `COPY`, to the end even if whoever asked goes away: dropped half-way, sqlx
    /// leaves the connection in the midst of it, and the next one to use it cannot understand the answers.
    pub(crate) async fn copy_in(&mut self, statement: &'static str, rows: String) -> Result<()> {
        let mut inner = self.take()?;
        let copying = tokio::spawn(async move {
            let copied = copy_in(&mut inner, statement, rows).await;
            (inner, copied)
        });
        let (inner, copied) = copying.await.map_err(crate::Error::internal)?;
        self.inner = Some(inner);
        copied
    }

    fn take(&mut self) -> Result<Inner> {
        self.inner.take().ok_or_else(|| crate::Error::internal(AWAY))
    }
}

async fn copy_in(connection: &mut sqlx::PgConnection, statement: &str, rows: String) -> Result<()> {
    let mut copying = connection.copy_in_raw(statement).await?;
    copying.send(rows.into_bytes()).await?;
    copying.finish().await?;
    Ok(())
}

const AWAY: &str = "a transaction that was given up while rows were copied into it";

#[expect(clippy::expect_used, reason = "whoever gives up a copy gives up the transaction that it borrows")]
impl std::ops::Deref for Tx {
    type Target = Inner;

    fn deref(&self) -> &Self::Target {
        self.inner.as_ref().expect(AWAY)
    }
}

#[expect(clippy::expect_used, reason = "as above")]
impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.inner.as_mut().expect(AWAY)
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
    Ok(Tx { inner: Some(inner), committed: crm.inner.committed.clone() })
}

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// Whether the schema of this version has it: those of a newer one do not go backwards.
pub fn knows_migration(version: i64) -> bool {
    MIGRATIONS.version_exists(version)
}

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
