//! SQL about saved views.

use domain::{
    Timestamp, UserId, ViewId,
    views::{View, ViewColumn, ViewInput},
};
use sqlx::{PgExecutor, Postgres, Transaction, types::Json};

use crate::Result;

/// Rows of a list at the most.
const MOST: i64 = 200;

/// A view as it is stored.
struct ViewRow {
    id: ViewId,
    owner_id: UserId,
    name: String,
    query: String,
    columns: Json<Vec<ViewColumn>>,
    is_shared: bool,
    updated_at: Timestamp,
}

impl From<ViewRow> for View {
    fn from(row: ViewRow) -> Self {
        let ViewRow { id, owner_id, name, query, columns: Json(columns), is_shared, updated_at } = row;
        View { id, owner_id, name, query, columns, is_shared, updated_at }
    }
}

/// The person's own views, then those that others share.
pub(super) async fn list(db: impl PgExecutor<'_>, me: Option<UserId>) -> Result<Vec<View>> {
    let rows = sqlx::query_as!(
        ViewRow,
        r#"select id as "id: ViewId", owner_id as "owner_id: UserId", name, query,
                  columns as "columns: Json<Vec<ViewColumn>>", is_shared, updated_at
           from saved_views where owner_id = $1 or is_shared
           order by owner_id = $1 desc, display_order, lower(name), id limit $2"#,
        me.map(|id| id.0),
        MOST,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(View::from).collect())
}

/// Held against other writers until the transaction ends.
pub(super) async fn lock(tx: &mut Transaction<'_, Postgres>, id: ViewId) -> Result<Option<View>> {
    let row = sqlx::query_as!(
        ViewRow,
        r#"select id as "id: ViewId", owner_id as "owner_id: UserId", name, query,
                  columns as "columns: Json<Vec<ViewColumn>>", is_shared, updated_at
           from saved_views where id = $1 for update"#,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(View::from))
}

/// How many views the person has. Until the transaction ends nobody else counts, so that two cannot both be the last.
pub(super) async fn count(tx: &mut Transaction<'_, Postgres>, owner: UserId) -> Result<i64> {
    sqlx::query!("select id from users where id = $1 for no key update", owner.0).fetch_one(&mut **tx).await?;
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from saved_views where owner_id = $1"#, owner.0)
        .fetch_one(&mut **tx)
        .await?;
    Ok(count)
}

pub(super) async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    owner: UserId,
    input: &ViewInput,
    now: Timestamp,
) -> Result<View, sqlx::Error> {
    let ViewInput { name, query, columns, is_shared } = input;
    let row = sqlx::query_as!(
        ViewRow,
        r#"insert into saved_views (owner_id, name, query, columns, is_shared, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $6)
           returning id as "id: ViewId", owner_id as "owner_id: UserId", name, query,
                     columns as "columns: Json<Vec<ViewColumn>>", is_shared, updated_at"#,
        owner.0,
        name,
        query,
        Json(columns) as _,
        is_shared,
        now,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.into())
}

pub(super) async fn update(
    tx: &mut Transaction<'_, Postgres>,
    id: ViewId,
    input: &ViewInput,
    now: Timestamp,
) -> Result<View, sqlx::Error> {
    let ViewInput { name, query, columns, is_shared } = input;
    let row = sqlx::query_as!(
        ViewRow,
        r#"update saved_views set name = $2, query = $3, columns = $4, is_shared = $5, updated_at = $6 where id = $1
           returning id as "id: ViewId", owner_id as "owner_id: UserId", name, query,
                     columns as "columns: Json<Vec<ViewColumn>>", is_shared, updated_at"#,
        id.0,
        name,
        query,
        Json(columns) as _,
        is_shared,
        now,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.into())
}

pub(super) async fn delete(tx: &mut Transaction<'_, Postgres>, id: ViewId) -> Result<()> {
    sqlx::query!("delete from saved_views where id = $1", id.0).execute(&mut **tx).await?;
    Ok(())
}
