//! Lists of leads: filters, scope, and pages that cost the same at any depth.
//!
//! Rows without a value come last in either direction, yet each sort has one plain index. So a list is read in two
//! stretches, rows with a value of the first key and then rows without, each in the order of the index.

use std::fmt::Write;

use domain::{
    Fields, Page,
    leads::{Between, Lead, LeadFilter, LeadQuery, Owner, SortField, SortKey},
    users::Role,
};
use sqlx::{PgPool, Postgres, QueryBuilder};

use super::{
    cursor::{self, Place},
    row::{COLUMNS, LeadRow},
    tallies,
};
use crate::{Actor, Error, Result, policy};

type Sql = QueryBuilder<Postgres>;

const NEWEST_FIRST: SortKey = SortKey { field: SortField::CreatedAt, descending: true };

/// Refuses conditions on fields the actor does not see: sorting by a hidden value would tell it.
pub(super) fn check(actor: &Actor, query: &LeadQuery) -> Result<()> {
    let by_value = query.filter.value != Between::default() || query.sort.iter().any(|k| k.field == SortField::Value);
    if actor.role() == Role::Engineer && by_value {
        let hidden = policy::HIDDEN_FROM_ENGINEERS[0];
        return Err(Error::Forbidden {
            detail: "Engineers do not see what a lead is worth.".into(),
            fields: Fields::one(hidden, "you may not see this"),
        });
    }
    Ok(())
}

pub(super) async fn page(pool: &PgPool, actor: &Actor, query: &LeadQuery) -> Result<Page<Lead>> {
    let sort = if query.sort.is_empty() { &[NEWEST_FIRST][..] } else { &query.sort };
    let place = query.cursor.as_ref().map(|c| cursor::open(c, sort)).transpose()?;
    // One row more than asked for tells whether there is a next page.
    let wanted = usize::from(query.limit) + 1;
    let mut leads: Vec<Lead> = if query.offset > 0 {
        fetch(pool, skipping(actor, query, sort, wanted)).await?
    } else {
        stretches(pool, actor, query, sort, place, wanted).await?
    };
    let more = leads.len() == wanted;
    leads.truncate(usize::from(query.limit));
    let next_cursor = leads.last().filter(|_| more).map(|last| cursor::after(last, sort)).transpose()?;
    let total = if query.total { Some(count(pool, actor, &query.filter).await?) } else { None };
    Ok(Page { items: leads, next_cursor, total })
}

pub(super) async fn count(pool: &PgPool, actor: &Actor, filter: &LeadFilter) -> Result<i64> {
    if tallies::answer(filter) {
        return tallies::count(pool, actor, filter).await;
    }
    let mut sql = Sql::new("select count(*) from leads where ");
    push_scope(&mut sql, actor);
    push_filter(&mut sql, actor, filter);
    Ok(sql.build_query_scalar().fetch_one(pool).await?)
}

async fn stretches(
    pool: &PgPool,
    actor: &Actor,
    query: &LeadQuery,
    sort: &[SortKey],
    place: Option<Place>,
    wanted: usize,
) -> Result<Vec<Lead>> {
    let in_nulls = place.as_ref().is_some_and(|p| p.values[0].is_none());
    let mut leads: Vec<Lead> = Vec::new();
    if !in_nulls {
        leads = fetch(pool, stretch(actor, query, sort, place.as_ref(), false, wanted)).await?;
    }
    if leads.len() < wanted && can_be_null(sort[0].field) {
        let place = place.filter(|_| in_nulls);
        leads.extend(fetch(pool, stretch(actor, query, sort, place.as_ref(), true, wanted - leads.len())).await?);
    }
    Ok(leads)
}

async fn fetch(pool: &PgPool, mut sql: Sql) -> Result<Vec<Lead>> {
    let rows: Vec<LeadRow> = sql.build_query_as().fetch_all(pool).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// One stretch: rows with (or without) a value of the first key, behind `place`.
fn stretch(actor: &Actor, query: &LeadQuery, sort: &[SortKey], place: Option<&Place>, nulls: bool, rows: usize) -> Sql {
    let mut sql = select(actor, &query.filter);
    let first = sort[0];
    if can_be_null(first.field) {
        sql.push(" and ").push(column(first.field)).push(if nulls { " is null" } else { " is not null" });
    }
    let keys = if nulls { &sort[1..] } else { sort };
    if let Some(place) = place {
        push_behind(&mut sql, keys, &place.values[sort.len() - keys.len()..], place.id.0, first.descending, nulls);
    }
    sql.push(" order by ");
    for (i, key) in keys.iter().enumerate() {
        // In its own stretch the first key has no nulls: saying nothing about them lets the index be read backwards.
        sql.push(column(key.field)).push(direction(key.descending));
        sql.push(if i > 0 || nulls { " nulls last, " } else { ", " });
    }
    sql.push("id").push(direction(first.descending)).push(" limit ").push_bind(i64::try_from(rows).unwrap_or(i64::MAX));
    sql
}

/// The whole list in one statement, for clients that skip rows.
fn skipping(actor: &Actor, query: &LeadQuery, sort: &[SortKey], rows: usize) -> Sql {
    let mut sql = select(actor, &query.filter);
    sql.push(" order by ");
    for key in sort {
        sql.push(column(key.field)).push(direction(key.descending)).push(" nulls last, ");
    }
    sql.push("id").push(direction(sort[0].descending));
    sql.push(" limit ").push_bind(i64::try_from(rows).unwrap_or(i64::MAX));
    sql.push(" offset ").push_bind(i64::from(query.offset));
    sql
}

fn select(actor: &Actor, filter: &LeadFilter) -> Sql {
    let mut sql = Sql::new("select ");
    sql.push(COLUMNS).push(" from leads where ");
    push_scope(&mut sql, actor);
    push_filter(&mut sql, actor, filter);
    sql
}

/// Strictly behind a place in the order of `keys` and then id.
fn push_behind(
    sql: &mut Sql,
    keys: &[SortKey],
    values: &[Option<cursor::SortValue>],
    id: i64,
    id_descending: bool,
    nulls: bool,
) {
    let than = |descending| if descending { " < " } else { " > " };
    if let ([key], [Some(value)]) = (keys, values)
        && !nulls
    {
        // Compared as a row, one index condition finds the place however many rows share the value. Only where the
        // key has no nulls: a comparison with one would drop the row.
        sql.push(" and (").push(column(key.field)).push(", id)").push(than(key.descending)).push("(");
        value.push(sql);
        sql.push(", ").push_bind(id).push(")");
        return;
    }
    sql.push(" and (");
    for (i, (key, value)) in keys.iter().zip(values).enumerate() {
        // Nothing comes behind a missing value but other missing ones.
        let Some(value) = value else { continue };
        push_equal(sql, &keys[..i], &values[..i]);
        sql.push("(").push(column(key.field)).push(than(key.descending));
        value.push(sql);
        sql.push(" or ").push(column(key.field)).push(" is null) or ");
    }
    push_equal(sql, keys, values);
    sql.push("id").push(than(id_descending)).push_bind(id).push(")");
}

fn push_equal(sql: &mut Sql, keys: &[SortKey], values: &[Option<cursor::SortValue>]) {
    for (key, value) in keys.iter().zip(values) {
        sql.push(column(key.field));
        match value {
            Some(value) => {
                sql.push(" = ");
                value.push(sql);
            }
            None => {
                sql.push(" is null");
            }
        }
        sql.push(" and ");
    }
}

fn column(field: SortField) -> &'static str {
    match field {
        SortField::CreatedAt => "created_at",
        SortField::UpdatedAt => "updated_at",
        SortField::Name => "lower(name)",
        SortField::Company => "lower(company)",
        SortField::Status => "status",
        SortField::Value => "value",
        SortField::Priority => "priority",
        SortField::Score => "score",
        SortField::FollowUpAt => "follow_up_at",
        SortField::LastContactedAt => "last_contacted_at",
        SortField::ClosedAt => "closed_at",
    }
}

fn can_be_null(field: SortField) -> bool {
    match field {
        SortField::Company
        | SortField::Value
        | SortField::FollowUpAt
        | SortField::LastContactedAt
        | SortField::ClosedAt => true,
        SortField::CreatedAt
        | SortField::UpdatedAt
        | SortField::Name
        | SortField::Status
        | SortField::Priority
        | SortField::Score => false,
    }
}

fn direction(descending: bool) -> &'static str {
    if descending { " desc" } else { "" }
}

/// The rows the actor may see; the same condition in every statement about leads.
pub(super) fn push_scope(sql: &mut Sql, actor: &Actor) {
    sql.push("deleted_at is null");
    push_visible(sql, actor);
}

/// The part of the scope that depends on who asks.
pub(super) fn push_visible(sql: &mut Sql, actor: &Actor) {
    let Some(me) = actor.id() else { return };
    match actor.role() {
        Role::Admin => {}
        Role::Agent => {
            sql.push(" and (assigned_to = ").push_bind(me.0).push(" or assigned_to is null or created_by = ");
            sql.push_bind(me.0).push(")");
        }
        Role::Engineer => {
            sql.push(" and assigned_engineer = ").push_bind(me.0);
        }
    }
}

pub(super) fn push_filter(sql: &mut Sql, actor: &Actor, filter: &LeadFilter) {
    let LeadFilter { status, priority, source, assignee, engineer, product, .. } = filter;
    let LeadFilter { value, created, closed, follow_up, q, .. } = filter;
    push_one_of(sql, "status", status);
    push_one_of(sql, "priority", priority);
    push_one_of(sql, "source", source);
    push_owner(sql, actor, "assigned_to", assignee);
    push_owner(sql, actor, "assigned_engineer", engineer);
    if !product.is_empty() {
        sql.push(" and exists (select 1 from lead_products p where p.lead_id = leads.id and p.product_id = any(");
        sql.push_bind(product.iter().map(|p| p.0).collect::<Vec<_>>()).push("))");
    }
    if let Some(from) = value.from {
        sql.push(" and value >= ").push_bind(from);
    }
    if let Some(to) = value.to {
        sql.push(" and value <= ").push_bind(to);
    }
    for (column, days) in [("created_at", created), ("closed_at", closed), ("follow_up_at", follow_up)] {
        push_days(sql, actor, column, *days);
    }
    for word in q.iter().flat_map(|q| q.split_whitespace()) {
        sql.push(" and search like ").push_bind(containing(word));
    }
}

/// The column has one of the values. A single one is compared by `=`: only then does the index that starts with the
/// column also give the order.
fn push_one_of<T>(sql: &mut Sql, column: &str, values: &[T])
where
    T: Clone + Send + for<'q> sqlx::Encode<'q, Postgres> + sqlx::Type<Postgres> + 'static,
    Vec<T>: for<'q> sqlx::Encode<'q, Postgres> + sqlx::Type<Postgres>,
{
    match values {
        [] => {}
        [one] => {
            sql.push(" and ").push(column).push(" = ").push_bind(one.clone());
        }
        several => {
            sql.push(" and ").push(column).push(" = any(").push_bind(several.to_vec()).push(")");
        }
    }
}

fn push_owner(sql: &mut Sql, actor: &Actor, column: &str, owners: &[Owner]) {
    if owners.is_empty() {
        return;
    }
    let ids: Vec<i64> = owners
        .iter()
        .filter_map(|owner| match owner {
            Owner::Me => actor.id(),
            Owner::Nobody => None,
            Owner::User(id) => Some(*id),
        })
        .map(|id| id.0)
        .collect();
    match (ids.is_empty(), owners.contains(&Owner::Nobody)) {
        // "Mine" of the system itself, which owns nothing.
        (true, false) => {
            sql.push(" and false");
        }
        (false, false) => push_one_of(sql, column, &ids),
        (_, true) => {
            sql.push(" and (").push(column).push(" = any(").push_bind(ids).push(") or ").push(column).push(" is null)");
        }
    }
}

/// Days of the actor's own calendar, both included.
fn push_days(sql: &mut Sql, actor: &Actor, column: &str, days: Between<time::Date>) {
    if let Some(from) = days.from {
        sql.push(" and ").push(column).push(" >= (").push_bind(from).push("::timestamp at time zone ");
        sql.push_bind(actor.time_zone().to_owned()).push(")");
    }
    if let Some(to) = days.to {
        sql.push(" and ").push(column).push(" < ((").push_bind(to).push(" + 1)::timestamp at time zone ");
        sql.push_bind(actor.time_zone().to_owned()).push(")");
    }
}

/// A pattern that finds the word anywhere, whatever signs it holds.
fn containing(word: &str) -> String {
    let mut pattern = String::from("%");
    for c in word.to_lowercase().chars() {
        let escape = if matches!(c, '%' | '_' | '\\') { "\\" } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(pattern, "{escape}{c}");
    }
    pattern.push('%');
    pattern
}
