//! Lists of leads: filters, scope, and pages. How the rows of a page are read stands in `stretch`.

use domain::{
    Page, Timestamp, UserId,
    leads::{Between, FollowUpDue, Lead, LeadFilter, LeadQuery, Owner, SortField, SortKey},
    search::needles,
    users::Role,
};
use sqlx::{Postgres, QueryBuilder};

use super::{cursor, stretch, tallies};
use crate::{Acting, Actor, Result};

type Sql = QueryBuilder<Postgres>;

pub(super) const NEWEST_FIRST: SortKey = SortKey { field: SortField::CreatedAt, descending: true };

/// The page that the query's cursor or offset names.
pub(super) async fn page(me: &Acting, query: &LeadQuery) -> Result<Page<Lead>> {
    let sort = if query.sort.is_empty() { &[NEWEST_FIRST][..] } else { &query.sort };
    let place = query.cursor.as_ref().map(|c| cursor::open(c, sort)).transpose()?;
    let backward = place.as_ref().is_some_and(|place| place.backward);
    let is_first = place.is_none() && query.offset == 0;
    let start = place.as_ref().map_or(Some(i64::from(query.offset)), |place| place.start);
    // One row more than asked for tells whether the list goes on.
    let limit = usize::from(query.limit);
    let mut leads = stretch::read(me, query, sort, place, limit + 1).await?;
    let more = leads.len() > limit;
    leads.truncate(limit);
    if backward && leads.len() < limit {
        // The list begins inside this page: a first page that is not full would have its rest nowhere.
        return Box::pin(page(me, &query.first_page())).await;
    }
    let rows = i64::from(query.limit);
    let start = match (backward, more) {
        (false, _) => start,
        (true, false) => Some(0),
        // Rows came in meanwhile: there are some before this page, but nobody knows how many.
        (true, true) => start.map(|start| start - rows).filter(|start| *start > 0),
    };
    if backward {
        leads.reverse();
    }
    let next = leads.last().filter(|_| more || backward);
    let next_cursor = next.map(|last| cursor::after(last, sort, start.map(|start| start + rows))).transpose()?;
    let previous = leads.first().filter(|_| if backward { more } else { !is_first });
    let previous_cursor = match (previous, &query.cursor) {
        (Some(first), _) => Some(cursor::before(first, sort, start)?),
        // Its rows went elsewhere: there are some before it all the same.
        (None, Some(behind)) if leads.is_empty() => cursor::back_from(behind),
        (None, _) => None,
    };
    let total = if query.total { Some(count(me, &query.filter).await?) } else { None };
    Ok(Page { items: leads, next_cursor, previous_cursor, start, total })
}

pub(super) async fn count(me: &Acting, filter: &LeadFilter) -> Result<i64> {
    if tallies::answer(filter) {
        return tallies::count(me, filter).await;
    }
    let mut sql = Sql::new("select count(*) from leads where ");
    push_scope(&mut sql, me.actor());
    push_filter(&mut sql, me.actor(), filter, me.crm().now());
    Ok(sql.build_query_scalar().fetch_one(me.pool()).await?)
}

/// The rows the actor may see; the same condition in every statement about leads.
pub(super) fn push_scope(sql: &mut Sql, actor: &Actor) {
    sql.push("deleted_at is null");
    push_visible(sql, actor);
}

/// The part of the scope that depends on who asks.
pub(crate) fn push_visible(sql: &mut Sql, actor: &Actor) {
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

/// The same as [`push_visible`], of a lead that is at hand.
pub(crate) fn is_theirs(actor: &Actor, lead: Whose) -> bool {
    let Some(me) = actor.id() else { return true };
    match actor.role() {
        Role::Admin => true,
        Role::Agent => lead.assigned_to.is_none_or(|owner| owner == me) || lead.created_by == Some(me),
        Role::Engineer => lead.assigned_engineer == Some(me),
    }
}

impl Whose {
    pub(crate) fn of(lead: &Lead) -> Self {
        let Lead { assigned_to, assigned_engineer, created_by, .. } = lead;
        Whose { assigned_to: *assigned_to, assigned_engineer: *assigned_engineer, created_by: *created_by }
    }
}

/// What of a lead decides who sees it.
#[derive(Clone, Copy, sqlx::FromRow)]
pub(crate) struct Whose {
    pub assigned_to: Option<UserId>,
    pub assigned_engineer: Option<UserId>,
    pub created_by: Option<UserId>,
}

/// The filter's conditions; `now` says which day the actor's today is.
pub(super) fn push_filter(sql: &mut Sql, actor: &Actor, filter: &LeadFilter, now: Timestamp) {
    let LeadFilter { status, priority, source, assignee, engineer, product, .. } = filter;
    let LeadFilter { value, created, closed, follow_up, follow_up_due, q, .. } = filter;
    push_one_of(sql, "status", status);
    push_one_of(sql, "priority", priority);
    push_one_of(sql, "source", source);
    push_owner(sql, actor, "assigned_to", assignee);
    push_owner(sql, actor, "assigned_engineer", engineer);
    if !product.is_empty() {
        // The index holds no others, and is used only where that is said.
        sql.push(" and product_ids <> '{}' and product_ids && ").push_bind(product.clone());
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
    push_follow_up_due(sql, actor, follow_up_due, now);
    push_words(sql, &needles(q.as_deref().unwrap_or_default()));
}

/// Every word occurs somewhere; `words` are in lower case.
pub(super) fn push_words(sql: &mut Sql, words: &[impl AsRef<str>]) {
    for word in words {
        sql.push(" and search like ").push_bind(containing(word.as_ref()));
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

/// One of the follow-ups' stretches of time, counted in days of the actor's own calendar.
fn push_follow_up_due(sql: &mut Sql, actor: &Actor, due: &[FollowUpDue], now: Timestamp) {
    if due.is_empty() {
        return;
    }
    // Midnight at the start of the day so many days from today.
    let push_midnight = |sql: &mut Sql, days: i32| {
        sql.push("(((").push_bind(now).push(" at time zone ").push_bind(actor.time_zone().to_owned());
        sql.push(")::date + ").push_bind(days).push(")::timestamp at time zone ");
        sql.push_bind(actor.time_zone().to_owned()).push(")");
    };
    let push_between = |sql: &mut Sql, from: i32, to: i32| {
        sql.push("follow_up_at >= ");
        push_midnight(sql, from);
        sql.push(" and follow_up_at < ");
        push_midnight(sql, to);
    };
    for (i, due) in due.iter().enumerate() {
        sql.push(if i == 0 { " and (" } else { " or " });
        match due {
            FollowUpDue::Overdue => {
                // Asked for once, not per row. A range has to stay as it is: the planner would take it for rare.
                sql.push("follow_up_at < (select ");
                push_midnight(sql, 0);
                sql.push(")");
            }
            FollowUpDue::Today => push_between(sql, 0, 1),
            FollowUpDue::Week => push_between(sql, 1, 8),
            FollowUpDue::None => {
                sql.push("follow_up_at is null");
            }
        }
    }
    sql.push(")");
}

/// A pattern that finds the word anywhere.
pub(super) fn containing(word: &str) -> String {
    format!("%{}%", escaped(word))
}

/// Text as a pattern that matches just this text, whatever signs it holds.
pub(super) fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}
