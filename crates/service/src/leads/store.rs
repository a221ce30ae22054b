//! SQL about single leads.

use domain::{
    LeadId, Timestamp,
    leads::{Lead, LeadInput},
};
use sqlx::{PgExecutor, Postgres, QueryBuilder, Transaction};

use super::{
    Stage, list,
    row::{COLUMNS, LeadRow},
};
use crate::{Actor, Result};

/// The lead, if the actor may see it.
pub(crate) async fn find(db: impl PgExecutor<'_>, actor: &Actor, id: LeadId) -> Result<Option<Lead>> {
    let row: Option<LeadRow> = by_id(actor, id).build_query_as().fetch_optional(db).await?;
    Ok(row.map(|row| row.0))
}

/// The same, held against other writers until the transaction ends.
pub(super) async fn lock(tx: &mut Transaction<'_, Postgres>, actor: &Actor, id: LeadId) -> Result<Option<Lead>> {
    let mut sql = by_id(actor, id);
    sql.push(" for update");
    let row: Option<LeadRow> = sql.build_query_as().fetch_optional(&mut **tx).await?;
    Ok(row.map(|row| row.0))
}

fn by_id(actor: &Actor, id: LeadId) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(COLUMNS).push(" from leads where id = ").push_bind(id.0).push(" and ");
    list::push_scope(&mut sql, actor);
    sql
}

pub(super) async fn insert(
    tx: &mut Transaction<'_, Postgres>,
    actor: &Actor,
    input: &LeadInput,
    now: Timestamp,
) -> Result<Lead> {
    let LeadInput { name, email, phone, company, status, source, value, assigned_to, assigned_engineer, .. } = input;
    let LeadInput { assigned_product, products, notes, priority, score, engineering_progress, .. } = input;
    let LeadInput { engineering_notes, blocked_reason, follow_up_at, follow_up_note, lost_reason, .. } = input;
    let mut sql = QueryBuilder::new(
        "insert into leads (name, email, phone, company, status, source, value, assigned_to, assigned_engineer, \
         assigned_product, notes, priority, score, score_is_set, engineering_progress, engineering_notes, \
         blocked_reason, follow_up_at, follow_up_note, lost_reason, created_by, created_via, stage_entered_at, \
         closed_at, created_at, updated_at) values (",
    );
    let mut values = sql.separated(", ");
    values.push_bind(name).push_bind(email).push_bind(phone).push_bind(company).push_bind(status).push_bind(source);
    values.push_bind(value).push_bind(assigned_to).push_bind(assigned_engineer).push_bind(assigned_product);
    values.push_bind(notes).push_bind(priority).push_bind(score.unwrap_or(0)).push_bind(score.is_some());
    values.push_bind(engineering_progress).push_bind(engineering_notes).push_bind(blocked_reason);
    values.push_bind(follow_up_at).push_bind(follow_up_note).push_bind(lost_reason);
    values.push_bind(actor.id()).push_bind(actor.door()).push_bind(now);
    values.push_bind(status.is_closed().then_some(now)).push_bind(now).push_bind(now);
    sql.push(") returning ").push(COLUMNS);
    let LeadRow(mut lead) = sql.build_query_as().fetch_one(&mut **tx).await?;
    if !products.is_empty() {
        set_products(tx, lead.id, input).await?;
        lead.products.clone_from(products);
    }
    Ok(lead)
}

pub(super) async fn update(
    tx: &mut Transaction<'_, Postgres>,
    before: &Lead,
    input: &LeadInput,
    stage: Stage,
    now: Timestamp,
) -> Result<Lead> {
    let LeadInput { name, email, phone, company, status, source, value, assigned_to, assigned_engineer, .. } = input;
    let LeadInput { assigned_product, products, notes, priority, score, engineering_progress, .. } = input;
    let LeadInput { engineering_notes, blocked_reason, follow_up_at, follow_up_note, lost_reason, .. } = input;
    if *products != before.products {
        set_products(tx, before.id, input).await?;
    }
    let mut sql = QueryBuilder::new("update leads set version = version + 1");
    sql.push(", name = ").push_bind(name).push(", email = ").push_bind(email);
    sql.push(", phone = ").push_bind(phone).push(", company = ").push_bind(company);
    sql.push(", status = ").push_bind(status).push(", source = ").push_bind(source);
    sql.push(", value = ").push_bind(value).push(", assigned_to = ").push_bind(assigned_to);
    sql.push(", assigned_engineer = ").push_bind(assigned_engineer);
    sql.push(", assigned_product = ").push_bind(assigned_product);
    sql.push(", notes = ").push_bind(notes).push(", priority = ").push_bind(priority);
    sql.push(", score = coalesce(").push_bind(score).push(", score), score_is_set = ").push_bind(score.is_some());
    sql.push(", engineering_progress = ").push_bind(engineering_progress);
    sql.push(", engineering_notes = ").push_bind(engineering_notes);
    sql.push(", blocked_reason = ").push_bind(blocked_reason).push(", follow_up_at = ").push_bind(follow_up_at);
    sql.push(", follow_up_note = ").push_bind(follow_up_note).push(", lost_reason = ").push_bind(lost_reason);
    sql.push(", stage_entered_at = ").push_bind(stage.entered_at).push(", closed_at = ").push_bind(stage.closed_at);
    sql.push(", updated_at = ").push_bind(now).push(" where id = ").push_bind(before.id.0);
    sql.push(" returning ").push(COLUMNS);
    let LeadRow(lead) = sql.build_query_as().fetch_one(&mut **tx).await?;
    Ok(lead)
}

pub(super) async fn delete(tx: &mut Transaction<'_, Postgres>, id: LeadId, now: Timestamp) -> Result<()> {
    sqlx::query!("update leads set deleted_at = $2, updated_at = $2, version = version + 1 where id = $1", id.0, now,)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Makes the products of a lead exactly those of the input, in one statement.
async fn set_products(tx: &mut Transaction<'_, Postgres>, id: LeadId, input: &LeadInput) -> Result<()> {
    let ids: Vec<i64> = input.products.iter().map(|p| p.0).collect();
    sqlx::query!(
        "with gone as (delete from lead_products where lead_id = $1 and product_id <> all($2))
         insert into lead_products (lead_id, product_id) select $1, unnest($2::bigint[]) on conflict do nothing",
        id.0,
        &ids,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
