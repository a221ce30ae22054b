//! SQL about interactions.

use domain::{
    Cursor, InteractionId, LeadId, Page, Timestamp, UserId,
    interactions::{Interaction, InteractionInput, InteractionType},
};
use sqlx::{PgExecutor, Postgres, QueryBuilder, Transaction};

use crate::{Result, pages::Newest};

pub(super) async fn list(
    db: impl PgExecutor<'_>,
    lead: LeadId,
    cursor: Option<&Cursor>,
    limit: u16,
) -> Result<Page<Interaction>> {
    let newest = Newest::of("interactions", cursor, limit)?;
    let mut sql = QueryBuilder::<Postgres>::new(
        "select id, lead_id, user_id, type, text, edited_at, created_at from interactions where lead_id = ",
    );
    sql.push_bind(lead.0);
    newest.push(&mut sql, "created_at", "id");
    newest.page(sql.build_query_as().fetch_all(db).await?, |one: &Interaction| (one.created_at, one.id.0))
}

/// The lead that it is about.
pub(super) async fn lead_of(tx: &mut Transaction<'_, Postgres>, id: InteractionId) -> Result<Option<LeadId>> {
    let lead = sqlx::query_scalar!(r#"select lead_id as "id: LeadId" from interactions where id = $1"#, id.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(lead)
}

/// The interaction, if it (still) is about this lead. Nobody else changes it while the caller holds the lead.
pub(super) async fn find(
    tx: &mut Transaction<'_, Postgres>,
    lead: LeadId,
    id: InteractionId,
) -> Result<Option<Interaction>> {
    let found = sqlx::query_as!(
        Interaction,
        r#"select id as "id: InteractionId", lead_id as "lead_id: LeadId", user_id as "user_id: UserId",
                  type as "type: InteractionType", text, edited_at, created_at
           from interactions where id = $1 and lead_id = $2"#,
        id.0,
        lead.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

pub(super) async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    lead: LeadId,
    author: UserId,
    input: &InteractionInput,
    now: Timestamp,
) -> Result<Interaction> {
    let InteractionInput { r#type, text } = input;
    let made = sqlx::query_as!(
        Interaction,
        r#"insert into interactions (lead_id, user_id, type, text, created_at) values ($1, $2, $3, $4, $5)
           returning id as "id: InteractionId", lead_id as "lead_id: LeadId", user_id as "user_id: UserId",
                     type as "type: InteractionType", text, edited_at, created_at"#,
        lead.0,
        author.0,
        r#type.as_str(),
        text,
        now,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(made)
}

pub(super) async fn update(
    tx: &mut Transaction<'_, Postgres>,
    id: InteractionId,
    input: &InteractionInput,
    now: Timestamp,
) -> Result<Interaction> {
    let InteractionInput { r#type, text } = input;
    let changed = sqlx::query_as!(
        Interaction,
        r#"update interactions set type = $2, text = $3, edited_at = $4 where id = $1
           returning id as "id: InteractionId", lead_id as "lead_id: LeadId", user_id as "user_id: UserId",
                     type as "type: InteractionType", text, edited_at, created_at"#,
        id.0,
        r#type.as_str(),
        text,
        now,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(changed)
}

pub(super) async fn delete(tx: &mut Transaction<'_, Postgres>, id: InteractionId) -> Result<()> {
    sqlx::query!("delete from interactions where id = $1", id.0).execute(&mut **tx).await?;
    Ok(())
}
