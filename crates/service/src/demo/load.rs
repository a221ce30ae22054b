//! Writes the demo company into an empty database, within the caller's transaction.

use sqlx::PgConnection;

use super::{
    catalogue::SERVICES,
    indexes::SetAside,
    people::EMPLOYEES,
    story::{Story, moment},
    tables,
};
use crate::{Error, Result};

/// Any number will do, as long as nothing else in this database uses it.
const FILLING: i64 = 0x5157_4148_5403;
/// From here on it pays to build the indexes afterwards.
const LARGE: u32 = 50_000;
/// The tables that grow with the number of leads.
const TABLES: [&str; 4] = ["leads", "lead_products", "interactions", "events"];

/// Waits for others who do the same, and lifts the limits that suit requests.
pub(super) async fn begin(db: &mut PgConnection) -> Result<()> {
    sqlx::raw_sql("set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0")
        .execute(&mut *db)
        .await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(FILLING).execute(db).await?;
    Ok(())
}

/// Whether this database is a demo already.
pub(super) async fn is_demo(db: &mut PgConnection) -> Result<bool> {
    Ok(sqlx::query_scalar("select is_demo from installation").fetch_one(db).await?)
}

/// How many leads there are.
pub(super) async fn count_leads(db: &mut PgConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from leads where deleted_at is null").fetch_one(db).await?)
}

/// Makes sure that no data but the demo's is there, now and until the transaction ends.
///
/// # Errors
/// [`Error::Conflict`] when there is some.
pub(super) async fn claim(db: &mut PgConnection) -> Result<()> {
    // Looked at before anything is locked, so that a slip on a database in use disturbs nobody.
    refuse_other_data(db).await?;
    sqlx::raw_sql(
        "set local lock_timeout = '10s';
         lock table users, products, installation, webhooks in share row exclusive mode;
         lock table leads, lead_products, lead_attachments, interactions, events, webhook_deliveries, webhook_attempts
             in access exclusive mode",
    )
    .execute(&mut *db)
    .await?;
    refuse_other_data(db).await
}

async fn refuse_other_data(db: &mut PgConnection) -> Result<()> {
    let has_other: bool = sqlx::query_scalar(
        "select exists(select from users) or exists(select from products) or exists(select from leads)
             or exists(select from events) or exists(select from webhooks)",
    )
    .fetch_one(db)
    .await?;
    if !has_other {
        return Ok(());
    }
    let detail = "The demo refuses a database that holds other data. Nothing was changed. Give it an empty one.";
    Err(Error::conflict(detail))
}

/// Writes everything; the tables are empty and locked.
pub(super) async fn fill(db: &mut PgConnection, story: &Story, password_hash: &str) -> Result<()> {
    // Rows may be born frozen, with nothing left for vacuum to do, only in a table emptied in the same transaction.
    sqlx::raw_sql(
        "truncate leads, lead_products, lead_attachments, interactions, events, notifications, webhook_deliveries, webhook_attempts",
    )
    .execute(&mut *db)
    .await?;
    insert_people(db, story, password_hash).await?;
    insert_products(db, story).await?;
    let last_event = insert_their_events(db).await?;
    let large = story.leads() >= LARGE;
    let set_aside = if large { SetAside::of(db, &TABLES).await? } else { SetAside::nothing() };
    let rest = tables::copy_leads(db, story).await?;
    tables::copy_rest(db, story, rest, last_event).await?;
    set_aside.put_back(db).await?;
    sqlx::raw_sql(
        "select setval(pg_get_serial_sequence(t, 'id'), max(id)) from (
             select 'users' as t, id from users union all select 'products', id from products
             union all select 'leads', id from leads union all select 'interactions', id from interactions
             union all select 'events', id from events) rows group by t;
         update installation set is_demo = true;
         analyze users, products, leads, lead_products, interactions, events",
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_people(db: &mut PgConnection, story: &Story, password_hash: &str) -> Result<()> {
    for (id, employee) in (1i64..).zip(&EMPLOYEES) {
        sqlx::query(
            "insert into users (id, name, email, username, password, role, time_zone, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        )
        .bind(id)
        .bind(employee.name)
        .bind(employee.email())
        .bind(employee.login)
        .bind(password_hash)
        .bind(employee.role)
        .bind(employee.time_zone)
        .bind(moment(story.opening()))
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

async fn insert_products(db: &mut PgConnection, story: &Story) -> Result<()> {
    for (id, service) in (1i64..).zip(&SERVICES) {
        sqlx::query(
            "insert into products (id, name, price, unit_price, pitch, talking_points, agent_notes, priority,
                 profit_level, tags, display_order, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        )
        .bind(id)
        .bind(service.name)
        .bind(service.price)
        .bind(domain::Money::from_cents(service.unit_price * 100))
        .bind(service.pitch)
        .bind(service.talking_points)
        .bind(service.agent_notes)
        .bind(service.priority)
        .bind(service.profit_level)
        .bind(service.tags)
        .bind(i32::try_from(id).unwrap_or(i32::MAX))
        .bind(moment(story.opening()))
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Returns the last event's id.
async fn insert_their_events(db: &mut PgConnection) -> Result<i64> {
    let done = sqlx::query(
        "insert into events (id, at, door, entity, entity_id, kind) overriding system value
         select row_number() over (order by kind desc, id), created_at, 'system', entity, id, kind
         from (select id, created_at, 'user' as entity, 'user.created' as kind from users
               union all select id, created_at, 'product', 'product.created' from products) made",
    )
    .execute(db)
    .await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
}
