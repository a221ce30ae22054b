//! Settings of the whole installation, the one-time link that makes its first admin, and what a restore needs.

use domain::users::{Role, UserInput};
use time::Duration;

use crate::{Actor, Crm, Error, Proof, Result, db::Tx, secrets, users};

/// How long a set-up link works; the next start prints a new one.
const LINK_LIFE: Duration = Duration::hours(24);

/// What every page needs to know about the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// ISO 4217.
    pub currency: String,
    pub is_demo: bool,
}

/// Whether someone must set the installation up.
pub enum Setup {
    /// There is an admin.
    Done,
    /// The secret of a new link; earlier links no longer work.
    Link(String),
}

impl Crm {
    /// The settings.
    pub async fn installation(&self) -> Result<Installation> {
        let row =
            sqlx::query_as!(Installation, "select currency, is_demo from installation").fetch_one(self.pool()).await?;
        Ok(row)
    }

    /// The major version of the PostgreSQL behind it, such as 15.
    pub async fn postgres_major(&self) -> Result<u32> {
        let number = sqlx::query_scalar!(r#"select current_setting('server_version_num')::int as "number!""#);
        Ok(number.fetch_one(self.pool()).await?.unsigned_abs() / 10_000)
    }

    /// On the first start, makes the set-up link.
    pub async fn prepare_setup(&self) -> Result<Setup> {
        if self.has_admin().await? {
            sqlx::query!("update installation set setup_token_hash = null, setup_expires_at = null")
                .execute(self.pool())
                .await?;
            return Ok(Setup::Done);
        }
        let token = secrets::token()?;
        sqlx::query!(
            "update installation set setup_token_hash = $1, setup_expires_at = $2",
            secrets::fingerprint(token.as_bytes()),
            self.now() + LINK_LIFE,
        )
        .execute(self.pool())
        .await?;
        Ok(Setup::Link(token))
    }

    /// Whether the link still works: not once there is an admin, whoever made them.
    pub async fn setup_is_open(&self, token: &str) -> Result<bool> {
        let open = sqlx::query_scalar!(
            r#"select exists(select 1 from installation where setup_token_hash = $1 and setup_expires_at > $2)
                   and not exists(select 1 from users where role = 'admin') as "open!""#,
            secrets::fingerprint(token.as_bytes()),
            self.now(),
        )
        .fetch_one(self.pool())
        .await?;
        Ok(open)
    }

    /// Makes the first admin. The link works once: of two people who hold it, the first wins.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the link is used up or over, [`Error::Invalid`] for a broken rule (the link stays).
    pub async fn set_up(&self, token: &str, input: UserInput, password: &str) -> Result<Proof> {
        if !self.setup_is_open(token).await? {
            return Err(Error::NotFound);
        }
        let input = UserInput { role: Role::Admin, ..input }.checked().map_err(Error::Invalid)?;
        domain::users::check_password(password).map_err(Error::Invalid)?;
        let hash = self.inner.hashing.hash(password.to_owned()).await?;
        let system = self.acting_as(Actor::system());
        let mut tx = system.begin().await?;
        let used = sqlx::query!(
            "update installation set setup_token_hash = null, setup_expires_at = null
             where setup_token_hash = $1 and not exists(select 1 from users where role = 'admin')",
            secrets::fingerprint(token.as_bytes()),
        )
        .execute(&mut **tx)
        .await?;
        if used.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
        let user = users::add(&mut tx, &system, &input, &hash).await?;
        tx.commit().await?;
        Ok(Proof::of(user, &hash))
    }

    /// Whether a backup can be restored here.
    ///
    /// # Errors
    /// [`Error::Conflict`] when there is anyone or anything in the database, of ours or of another program.
    pub async fn has_room_for_restore(&self) -> Result<()> {
        has_room(&mut self.begin().await?).await
    }

    /// Takes the empty schema away, so that a backup can bring its own.
    ///
    /// # Errors
    /// As [`Crm::has_room_for_restore`]; nothing is taken away then.
    pub async fn make_room_for_restore(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        has_room(&mut tx).await?;
        sqlx::raw_sql("drop schema public cascade; create schema public").execute(&mut **tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes events that a backup brought readable for those who follow them.
    ///
    /// Their transactions are numbered as where they come from. A cluster that has not counted as far would take them
    /// for transactions still running; they become the first of all, in the order of their ids.
    pub async fn adopt_restored_events(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        let foreign = sqlx::query_scalar!(
            r#"select exists(select 1 from events where xid >= pg_snapshot_xmin(pg_current_snapshot())) as "foreign!""#
        )
        .fetch_one(&mut **tx)
        .await?;
        if foreign {
            sqlx::raw_sql(
                "set local statement_timeout = 0;
                 alter table events disable trigger events_are_append_only;
                 update events set xid = '0';
                 alter table events enable trigger events_are_append_only",
            )
            .execute(&mut **tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn has_admin(&self) -> Result<bool> {
        Ok(self.acting_as(Actor::system()).users().count(Role::Admin).await? > 0)
    }
}

/// The tables of our own; all else in the schema is someone else's.
const TABLES: &[&str] = &[
    "_sqlx_migrations",
    "api_tokens",
    "bulk_jobs",
    "events",
    "idempotency_keys",
    "import_jobs",
    "import_rows",
    "installation",
    "interactions",
    "lead_attachments",
    "lead_products",
    "lead_tallies",
    "leads",
    "mcp_servers",
    "notifications",
    "products",
    "saved_views",
    "sessions",
    "sign_in_attempts",
    "stray_files",
    "users",
    "webhook_attempts",
    "webhook_deliveries",
    "webhooks",
];

async fn has_room(tx: &mut Tx) -> Result<()> {
    let used = sqlx::query_scalar!(
        r#"select exists(select 1 from users) or exists(select 1 from leads) or exists(select 1 from products) as "used!""#
    )
    .fetch_one(&mut ***tx)
    .await?;
    if used {
        let detail = "the database holds data; a backup is restored into an empty one only";
        return Err(Error::conflict(detail));
    }
    let foreign = sqlx::query_scalar!(
        r#"select relname as "name!" from pg_class where relnamespace = 'public'::regnamespace
               and relkind in ('r', 'p', 'v', 'm', 'f') and relname <> all($1)
               and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e')
           order by relname limit 1"#,
        TABLES as &[&str],
    )
    .fetch_optional(&mut ***tx)
    .await?;
    match foreign {
        None => Ok(()),
        Some(name) => {
            let detail =
                format!("the database holds {name}, which is another program's; a backup wants a database of its own");
            Err(Error::conflict(detail))
        }
    }
}
