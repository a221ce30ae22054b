//! SQL about people.

use domain::{
    Timestamp, UserId,
    users::{Person, Role, User, UserInput},
};
use sqlx::{PgExecutor, Postgres, Transaction};

use crate::Result;

/// Rows of a list at the most.
const MOST: i64 = 1_000;

pub(crate) async fn find(db: impl PgExecutor<'_>, id: UserId) -> Result<Option<User>> {
    let user = sqlx::query_as!(
        User,
        r#"select id as "id: UserId", name, email, username, role as "role: Role", is_active, time_zone,
                  (extract(epoch from (now() at time zone time_zone) - (now() at time zone 'UTC')) / 60)::int
                      as "utc_offset_minutes!"
           from users where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(user)
}

/// The person with this e-mail or username, and the stored hash: one question, whoever it is. An e-mail holds an @ and a username does not.
pub(crate) async fn find_for_sign_in(db: &sqlx::PgPool, account: &str) -> Result<Option<(User, String)>> {
    let row = sqlx::query!(
        r#"select id as "id: UserId", name, email, username, role as "role: Role", is_active, time_zone, password,
                  (extract(epoch from (now() at time zone time_zone) - (now() at time zone 'UTC')) / 60)::int
                      as "utc_offset_minutes!"
           from users where email = $1 or username = $1 limit 1"#,
        account,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| {
        let user = User {
            id: row.id,
            name: row.name,
            email: row.email,
            username: row.username,
            role: row.role,
            is_active: row.is_active,
            time_zone: row.time_zone,
            utc_offset_minutes: row.utc_offset_minutes,
        };
        (user, row.password)
    }))
}

pub(crate) async fn list_people(db: impl PgExecutor<'_>) -> Result<Vec<Person>> {
    let people = sqlx::query_as!(
        Person,
        r#"select id as "id: UserId", name, role as "role: Role", is_active from users
           order by is_active desc, lower(name), id limit $1"#,
        MOST,
    )
    .fetch_all(db)
    .await?;
    Ok(people)
}

pub(crate) async fn list(db: impl PgExecutor<'_>) -> Result<Vec<User>> {
    let users = sqlx::query_as!(
        User,
        r#"select id as "id: UserId", name, email, username, role as "role: Role", is_active, time_zone,
                  (extract(epoch from (now() at time zone time_zone) - (now() at time zone 'UTC')) / 60)::int
                      as "utc_offset_minutes!"
           from users order by is_active desc, lower(name), id limit $1"#,
        MOST,
    )
    .fetch_all(db)
    .await?;
    Ok(users)
}

pub(crate) async fn count(db: impl PgExecutor<'_>, role: Role) -> Result<i64> {
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from users where role = $1"#, role as _)
        .fetch_one(db)
        .await?;
    Ok(count)
}

pub(crate) async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    input: &UserInput,
    hash: &str,
    now: Timestamp,
) -> Result<UserId, sqlx::Error> {
    let UserInput { name, email, username, role } = input;
    sqlx::query_scalar!(
        r#"insert into users (name, email, username, role, password, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $6) returning id as "id: UserId""#,
        name,
        email,
        username.as_deref(),
        *role as _,
        hash,
        now,
    )
    .fetch_one(&mut **tx)
    .await
}

/// Stores a new hash and ends every session of the person.
pub(crate) async fn set_password(
    tx: &mut Transaction<'_, Postgres>,
    id: UserId,
    hash: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update users set password = $2, updated_at = $3, version = version + 1 where id = $1",
        id.0,
        hash,
        now,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("delete from sessions where user_id = $1", id.0).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn touch_last_seen(db: impl PgExecutor<'_>, id: UserId, now: Timestamp) -> Result<()> {
    sqlx::query!("update users set last_seen_at = $2 where id = $1", id.0, now).execute(db).await?;
    Ok(())
}

/// Which of these people are active, with their roles.
pub(crate) async fn active_roles(tx: &mut Transaction<'_, Postgres>, ids: &[i64]) -> Result<Vec<(UserId, Role)>> {
    let rows = sqlx::query!(
        r#"select id as "id: UserId", role as "role: Role" from users where id = any($1) and is_active"#,
        ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.role)).collect())
}
