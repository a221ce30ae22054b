//! SQL about leads: finds, holds and writes them, one or many with the same statements.

use domain::{
    LeadId, Timestamp,
    leads::{Lead, LeadFilter, LeadInput},
};
use serde::Serialize;
use sqlx::{PgExecutor, Postgres, QueryBuilder, Transaction};

use super::{
    list,
    revision::Revision,
    row::{COLUMNS, LeadRow},
};
use crate::{Actor, Result};

/// The lead, if the actor may see it.
pub(crate) async fn find(db: impl PgExecutor<'_>, actor: &Actor, id: LeadId) -> Result<Option<Lead>> {
    let mut sql = QueryBuilder::<Postgres>::new("select ");
    sql.push(COLUMNS).push(" from leads where id = ").push_bind(id.0).push(" and ");
    list::push_scope(&mut sql, actor);
    let row: Option<LeadRow> = sql.build_query_as().fetch_optional(db).await?;
    Ok(row.map(|row| row.0))
}

/// The same, held against other writers until the transaction ends.
pub(crate) async fn lock(tx: &mut Transaction<'_, Postgres>, actor: &Actor, id: LeadId) -> Result<Option<Lead>> {
    let mut sql = QueryBuilder::<Postgres>::new("select ");
    sql.push(COLUMNS).push(" from leads where id = ").push_bind(id.0).push(" and ");
    list::push_scope(&mut sql, actor);
    sql.push(" for update");
    let row: Option<LeadRow> = sql.build_query_as().fetch_optional(&mut **tx).await?;
    Ok(row.map(|row| row.0))
}

/// Holds those of the leads that the actor may see. In the order of their ids, like everyone who holds several: so no
/// two ever wait for each other.
pub(super) async fn lock_all(tx: &mut Transaction<'_, Postgres>, actor: &Actor, ids: &[LeadId]) -> Result<Vec<LeadId>> {
    let mut sql = QueryBuilder::new("select id from leads where id = any(");
    sql.push_bind(numbers(ids)).push(") and ");
    list::push_scope(&mut sql, actor);
    sql.push(" order by id for update");
    Ok(sql.build_query_scalar().fetch_all(&mut **tx).await?)
}

/// The leads that match, `most` at the most, in the order of their ids; held, if asked for.
pub(super) async fn matching(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    (filter, now): (&LeadFilter, Timestamp),
    most: i64,
    held: bool,
) -> Result<Vec<LeadId>> {
    let mut sql = QueryBuilder::new("select id from leads where ");
    list::push_scope(&mut sql, actor);
    list::push_filter(&mut sql, actor, filter, now);
    sql.push(" order by id limit ").push_bind(most).push(if held { " for update" } else { "" });
    Ok(sql.build_query_scalar().fetch_all(&mut **tx).await?)
}

/// How many match, counting no further than `most`.
pub(super) async fn count_matching(
    db: impl PgExecutor<'_>,
    actor: &Actor,
    (filter, now): (&LeadFilter, Timestamp),
    most: i64,
) -> Result<i64> {
    let mut sql = QueryBuilder::new("select count(*) from (select from leads where ");
    list::push_scope(&mut sql, actor);
    list::push_filter(&mut sql, actor, filter, now);
    sql.push(" limit ").push_bind(most).push(") matching");
    Ok(sql.build_query_scalar().fetch_one(db).await?)
}

/// Those of the leads that are not deleted, whoever sees them.
pub(crate) async fn read_all(db: impl PgExecutor<'_>, ids: &[LeadId]) -> Result<Vec<Lead>> {
    let mut sql = QueryBuilder::<Postgres>::new("select ");
    sql.push(COLUMNS).push(" from leads where deleted_at is null and id = any(").push_bind(numbers(ids)).push(")");
    let rows: Vec<LeadRow> = sql.build_query_as().fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Leads that are held already, in the order of their ids.
pub(super) async fn read(tx: &mut Transaction<'_, Postgres>, ids: &[LeadId]) -> Result<Vec<Lead>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = QueryBuilder::<Postgres>::new("select ");
    sql.push(COLUMNS).push(" from leads where id = any(").push_bind(numbers(ids)).push(") order by id");
    let rows: Vec<LeadRow> = sql.build_query_as().fetch_all(&mut **tx).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The writable columns as they come in JSON, for `jsonb_to_recordset`.
const INPUT: &str = r#"name text, email text, phone text, company text, status lead_status, source text, value numeric,
    "assignedTo" bigint, "assignedEngineer" bigint, "assignedProduct" bigint, products bigint[], notes text, priority lead_priority,
    score smallint, "engineeringProgress" smallint, "engineeringNotes" text, "blockedReason" text,
    "followUpAt" timestamptz, "followUpNote" text, "lostReason" text"#;

/// Inserts leads and returns them in the order of their inputs.
pub(super) async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    inputs: &[(LeadInput, i16)],
    now: Timestamp,
) -> Result<Vec<Lead>> {
    let rows: Vec<New<'_>> =
        inputs.iter().map(|(input, computed_score)| New { input, computed_score: *computed_score }).collect();
    let mut sql = QueryBuilder::<Postgres>::new(
        r#"insert into leads (name, email, phone, company, status, source, value, assigned_to, assigned_engineer,
               assigned_product, product_ids, notes, priority, score, score_is_set, scored_at, engineering_progress, engineering_notes,
               blocked_reason, follow_up_at, follow_up_note, lost_reason, created_by, created_via, stage_entered_at,
               closed_at, created_at, updated_at, position)
           select n.name, n.email, n.phone, n.company, n.status, n.source, n.value, n."assignedTo",
               n."assignedEngineer", n."assignedProduct", n.products, n.notes, n.priority, coalesce(n.score, n."computedScore"),
               n.score is not null, case when n.score is null then "#,
    );
    sql.push_bind(now);
    sql.push(
        r#" end, n."engineeringProgress", n."engineeringNotes", n."blockedReason", n."followUpAt",
               n."followUpNote", n."lostReason", "#,
    );
    sql.push_bind(actor.id()).push(", ").push_bind(actor.door()).push(", ").push_bind(now);
    sql.push(", case when n.status in ('won', 'lost') then ").push_bind(now).push(" end, ").push_bind(now);
    sql.push(", ")
        .push_bind(now)
        .push(", board_rank(")
        .push_bind(now)
        .push(", nextval('lead_ranks')) from jsonb_to_recordset(")
        .push_bind(serde_json::to_string(&rows)?);
    sql.push("::jsonb) as n(").push(INPUT).push(r#", "computedScore" smallint) returning "#).push(COLUMNS);
    let rows: Vec<LeadRow> = sql.build_query_as().fetch_all(&mut **tx).await?;
    let leads: Vec<Lead> = rows.into_iter().map(|row| row.0).collect();
    let with_products = leads.iter().zip(inputs).filter(|(_, (input, _))| !input.products.is_empty());
    set_products(tx, with_products.map(|(lead, (input, _))| (lead.id, input))).await?;
    Ok(leads)
}

/// One lead as [`insert`] hands it to the database.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct New<'a> {
    #[serde(flatten)]
    input: &'a LeadInput,
    computed_score: i16,
}

/// One lead as [`update`] hands it to the database.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    id: LeadId,
    #[serde(flatten)]
    input: &'a LeadInput,
    #[serde(with = "time::serde::rfc3339")]
    stage_entered_at: Timestamp,
    #[serde(with = "time::serde::rfc3339::option")]
    closed_at: Option<Timestamp>,
    #[serde(with = "time::serde::rfc3339::option")]
    last_contacted_at: Option<Timestamp>,
    computed_score: Option<i16>,
    position: Option<&'a str>,
}

/// Writes leads that are held. Each one's version grows by one.
pub(super) async fn update(
    tx: &mut Transaction<'_, Postgres>,
    revisions: &[Revision<'_>],
    now: Timestamp,
) -> Result<()> {
    let rows: Vec<Row<'_>> = revisions
        .iter()
        .map(|Revision { before, input, stage, last_contacted_at, computed_score, position, .. }| Row {
            id: before.id,
            input,
            stage_entered_at: stage.entered_at,
            closed_at: stage.closed_at,
            last_contacted_at: *last_contacted_at,
            computed_score: *computed_score,
            position: position.as_deref(),
        })
        .collect();
    let mut sql = QueryBuilder::<Postgres>::new(
        r#"update leads set version = version + 1, name = n.name, email = n.email, phone = n.phone,
               company = n.company, status = n.status, source = n.source, value = n.value,
               assigned_to = n."assignedTo", assigned_engineer = n."assignedEngineer",
               assigned_product = n."assignedProduct", product_ids = n.products, notes = n.notes, priority = n.priority,
               score = coalesce(n.score, n."computedScore", leads.score), score_is_set = n.score is not null,
               engineering_progress = n."engineeringProgress", engineering_notes = n."engineeringNotes",
               blocked_reason = n."blockedReason", follow_up_at = n."followUpAt", follow_up_note = n."followUpNote",
               lost_reason = n."lostReason", stage_entered_at = n."stageEnteredAt", closed_at = n."closedAt",
               last_contacted_at = n."lastContactedAt", position = coalesce(n.position, leads.position), scored_at = case when n.score is null then "#,
    );
    sql.push_bind(now)
        .push(" end, updated_at = ")
        .push_bind(now)
        .push(" from jsonb_to_recordset(")
        .push_bind(serde_json::to_string(&rows)?);
    sql.push("::jsonb) as n(id bigint, ").push(INPUT);
    sql.push(r#", "stageEnteredAt" timestamptz, "closedAt" timestamptz, "lastContactedAt" timestamptz, "#);
    sql.push(r#""computedScore" smallint, position text) where leads.id = n.id"#);
    sql.build().execute(&mut **tx).await?;
    let changed = revisions.iter().filter(|revision| revision.input.products != revision.before.products);
    set_products(tx, changed.map(|revision| (revision.before.id, &revision.input))).await?;
    Ok(())
}

/// When the lead was talked to last.
pub(super) async fn last_contact(tx: &mut Transaction<'_, Postgres>, id: LeadId) -> Result<Option<Timestamp>> {
    let last =
        sqlx::query_scalar!("select max(created_at) from interactions where lead_id = $1 and type <> 'note'", id.0,);
    Ok(last.fetch_one(&mut **tx).await?)
}

/// After an interaction came, changed or went: the last contact is that of the lead's interactions.
pub(crate) async fn refresh_contact(tx: &mut Transaction<'_, Postgres>, before: &Lead, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update leads set version = version + 1, updated_at = $2, last_contacted_at = (
             select created_at from interactions where lead_id = $1 and type <> 'note'
             order by created_at desc, id desc limit 1)
         where id = $1",
        before.id.0,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn delete(tx: &mut Transaction<'_, Postgres>, ids: &[LeadId], now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update leads set deleted_at = $2, updated_at = $2, version = version + 1 where id = any($1)",
        &numbers(ids),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Makes the products of each lead exactly those of its input. After the leads' own rows: the trigger that keeps
/// `product_ids` then finds nothing to write.
async fn set_products<'i>(
    tx: &mut Transaction<'_, Postgres>,
    inputs: impl Iterator<Item = (LeadId, &'i LeadInput)>,
) -> Result<()> {
    let (mut ids, mut leads, mut products) = (Vec::new(), Vec::new(), Vec::new());
    for (id, input) in inputs {
        ids.push(id.0);
        for product in &input.products {
            leads.push(id.0);
            products.push(product.0);
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "with kept as (select * from unnest($2::bigint[], $3::bigint[]) as kept(lead_id, product_id)),
              gone as (delete from lead_products p where lead_id = any($1) and not exists (
                  select from kept where kept.lead_id = p.lead_id and kept.product_id = p.product_id))
         insert into lead_products (lead_id, product_id) select lead_id, product_id from kept on conflict do nothing",
        &ids,
        &leads,
        &products,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) fn numbers(ids: &[LeadId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}
