//! How the rows of one page are read, so that it costs the same at any depth, forwards and backwards.
//!
//! Rows without a value come last in either direction, yet each sort has one plain index. So a list is read in two
//! stretches, rows with a value of the first key and then rows without, each in the order of the index. The page before
//! a place is read from there with every order turned round: its rows come out last first.

use domain::{
    LeadId,
    leads::{Lead, LeadFilter, LeadQuery, LeadStatus, SortField, SortKey},
    search::needles,
};
use sqlx::{Postgres, QueryBuilder};

use super::{
    cursor::{Place, SortValue},
    list::{self, push_filter, push_scope},
    recent::{self, Hits},
    row::{COLUMNS, LeadRow},
    store::numbers,
};
use crate::{Acting, Result, notifications::ring::FOLLOW_UP_DUE};

type Sql = QueryBuilder<Postgres>;

/// At most `wanted` rows behind the query's place (`offset` or `place`), or before it in reverse order.
pub(super) async fn read(
    me: &Acting,
    query: &LeadQuery,
    sort: &[SortKey],
    place: Option<Place>,
    wanted: usize,
) -> Result<Vec<Lead>> {
    if query.offset > 0 {
        return fetch(me, skipping(me, query, sort, wanted)).await;
    }
    if let (None, [list::NEWEST_FIRST], Some(words)) = (&place, sort, only_words(&query.filter))
        && let Some(hits) = recent::hits(me, &words, wanted).await?
    {
        let leads = fetch(me, named(me, &words, hits, wanted)).await?;
        if leads.len() == wanted {
            return Ok(leads);
        }
        recent::outgrown(me.crm());
    }
    let backward = place.as_ref().is_some_and(|place| place.backward);
    let mut leads: Vec<Lead> = Vec::new();
    let mut reached = place.is_none();
    for nulls in [backward, !backward] {
        if nulls && !can_be_null(sort[0].field) {
            continue;
        }
        // The place lies in one of the stretches; what comes before that one has been read by earlier pages.
        let inside = place.as_ref().filter(|place| place.values[0].is_none() == nulls);
        reached |= inside.is_some();
        if reached && leads.len() < wanted {
            let stretch = Stretch { sort, place: inside, nulls, backward };
            leads.extend(fetch(me, stretch.rows(me, &query.filter, wanted - leads.len())).await?);
        }
    }
    Ok(leads)
}

/// The words of a search for nothing else.
fn only_words(filter: &LeadFilter) -> Option<Vec<String>> {
    let others = LeadFilter { q: None, ..filter.clone() };
    let words = needles(filter.q.as_deref().unwrap_or_default());
    (others.is_empty() && !words.is_empty()).then_some(words)
}

/// More changes than this are not looked through one by one.
const CHANGED: i64 = 1_000;

/// The newest of the named leads, and of those that have changed since they were named; none when those are too many.
fn named(me: &Acting, words: &[String], hits: Hits, limit: usize) -> Sql {
    // A number that the planner sees tells it that hardly anything has changed since: it then makes a plan for every
    // single search, which takes longer than the search.
    let mut sql = Sql::new("with since as materialized (select array(select lead_id from events where xid >= (select ");
    sql.push_bind(hits.as_of.to_string()).push("::xid8) and lead_id is not null");
    // Thousands at once, and none of the leads is another for it.
    sql.push(" and kind <> '").push(FOLLOW_UP_DUE).push("' limit ").push(CHANGED + 1).push(") as changed)");
    sql.push(" select ").push(COLUMNS).push(" from leads where id = any(").push_bind(numbers(&hits.ids));
    sql.push(" || (select changed from since)) and (select cardinality(changed) from since) <= ").push(CHANGED);
    // What comes behind the last of the named could come behind others that nobody named.
    sql.push(" and (created_at, id) >= (").push_bind(hits.last.0).push(", ").push_bind(hits.last.1.0).push(") and ");
    push_scope(&mut sql, me.actor());
    list::push_words(&mut sql, words);
    sql.push(" order by created_at desc, id desc limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    sql
}

/// The whole list, all pages of it: the statements whose rows follow each other. With `ids` only those leads.
pub(super) fn whole(me: &Acting, query: &LeadQuery, ids: Option<&[LeadId]>) -> Vec<Sql> {
    let sort = if query.sort.is_empty() { &[list::NEWEST_FIRST][..] } else { &query.sort };
    let stretches = [false, true].into_iter().filter(|nulls| !nulls || can_be_null(sort[0].field));
    let select = |nulls| {
        let stretch = Stretch { sort, place: None, nulls, backward: false };
        let mut sql = select(me, &query.filter);
        if let Some(ids) = ids {
            sql.push(" and id = any(").push_bind(numbers(ids)).push(")");
        }
        stretch.push_conditions(&mut sql);
        stretch.push_order(&mut sql);
        sql
    };
    stretches.map(select).collect()
}

/// The first `each` cards of several columns of the board in one statement.
pub(super) async fn columns(
    me: &Acting,
    filter: &LeadFilter,
    statuses: &[LeadStatus],
    each: usize,
) -> Result<Vec<Lead>> {
    let mut sql = Sql::new("");
    for (i, status) in statuses.iter().enumerate() {
        let filter = LeadFilter { status: vec![*status], ..filter.clone() };
        sql.push(if i == 0 { "(" } else { " union all (" });
        push_select(&mut sql, me, &filter);
        sql.push(" order by position, id limit ").push_bind(i64::try_from(each).unwrap_or(i64::MAX)).push(")");
    }
    fetch(me, sql).await
}

async fn fetch(me: &Acting, mut sql: Sql) -> Result<Vec<Lead>> {
    let rows: Vec<LeadRow> = sql.build_query_as().fetch_all(me.pool()).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Rows with (or without) a value of the first key, behind `place` or, backward, before it.
struct Stretch<'a> {
    sort: &'a [SortKey],
    place: Option<&'a Place>,
    nulls: bool,
    backward: bool,
}

impl Stretch<'_> {
    fn rows(&self, me: &Acting, filter: &LeadFilter, limit: usize) -> Sql {
        let mut sql = select(me, filter);
        self.push_conditions(&mut sql);
        self.push_order(&mut sql);
        sql.push(" limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        sql
    }

    /// The keys that still differ inside the stretch.
    fn keys(&self) -> &[SortKey] {
        if self.nulls { &self.sort[1..] } else { self.sort }
    }

    fn push_conditions(&self, sql: &mut Sql) {
        let first = self.sort[0];
        if can_be_null(first.field) {
            sql.push(" and ").push(column(first.field)).push(if self.nulls { " is null" } else { " is not null" });
        }
        let (Some(place), keys) = (self.place, self.keys()) else { return };
        let values = &place.values[self.sort.len() - keys.len()..];
        match (keys, values) {
            // Compared as a row, one index condition finds the place however many rows share the value. Only where the
            // key has no nulls: a comparison with one would drop the row.
            ([key], [Some(value)]) if !self.nulls => {
                sql.push(" and (").push(column(key.field)).push(", id)").push(self.beyond(key.descending)).push("(");
                value.push(sql);
                sql.push(", ").push_bind(place.id.0).push(")");
            }
            _ => {
                if let ([key, ..], [Some(value), ..], false) = (keys, values, self.nulls) {
                    // Follows from what comes next, but only this can be looked up in the index.
                    sql.push(" and ").push(column(key.field)).push(self.beyond(key.descending).trim_end()).push("= ");
                    value.push(sql);
                }
                self.push_beyond(sql, keys, values, place);
            }
        }
    }

    /// Strictly beyond the place in the order of `keys` and then id.
    fn push_beyond(&self, sql: &mut Sql, keys: &[SortKey], values: &[Option<SortValue>], place: &Place) {
        sql.push(" and (");
        for (i, (key, value)) in keys.iter().zip(values).enumerate() {
            match (value, self.backward) {
                // Nothing comes behind a missing value but other missing ones.
                (None, false) => {}
                (None, true) => {
                    push_equal(sql, &keys[..i], &values[..i]);
                    sql.push(column(key.field)).push(" is not null or ");
                }
                (Some(value), _) => {
                    push_equal(sql, &keys[..i], &values[..i]);
                    sql.push("(").push(column(key.field)).push(self.beyond(key.descending));
                    value.push(sql);
                    if !self.backward {
                        sql.push(" or ").push(column(key.field)).push(" is null");
                    }
                    sql.push(") or ");
                }
            }
        }
        push_equal(sql, keys, values);
        sql.push("id").push(self.beyond(self.sort[0].descending)).push_bind(place.id.0).push(")");
    }

    fn push_order(&self, sql: &mut Sql) {
        sql.push(" order by ");
        for (i, key) in self.keys().iter().enumerate() {
            sql.push(column(key.field)).push(direction(key.descending != self.backward));
            // In its own stretch the first key has no nulls: saying nothing about them lets the index be read either way.
            sql.push(match (i > 0 || self.nulls, self.backward) {
                (false, _) => ", ",
                (true, false) => " nulls last, ",
                (true, true) => " nulls first, ",
            });
        }
        sql.push("id").push(direction(self.sort[0].descending != self.backward));
    }

    /// The comparison that holds for rows further on in the direction of reading.
    fn beyond(&self, descending: bool) -> &'static str {
        if descending == self.backward { " > " } else { " < " }
    }
}

/// The whole list in one statement, for clients that skip rows.
fn skipping(me: &Acting, query: &LeadQuery, sort: &[SortKey], rows: usize) -> Sql {
    let mut sql = select(me, &query.filter);
    sql.push(" order by ");
    for key in sort {
        sql.push(column(key.field)).push(direction(key.descending)).push(" nulls last, ");
    }
    sql.push("id").push(direction(sort[0].descending));
    sql.push(" limit ").push_bind(i64::try_from(rows).unwrap_or(i64::MAX));
    sql.push(" offset ").push_bind(i64::from(query.offset));
    sql
}

fn select(me: &Acting, filter: &LeadFilter) -> Sql {
    let mut sql = Sql::new("");
    push_select(&mut sql, me, filter);
    sql
}

fn push_select(sql: &mut Sql, me: &Acting, filter: &LeadFilter) {
    sql.push("select ").push(COLUMNS).push(" from leads where ");
    push_scope(sql, me.actor());
    push_filter(sql, me.actor(), filter, me.crm().now());
}

fn push_equal(sql: &mut Sql, keys: &[SortKey], values: &[Option<SortValue>]) {
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
        SortField::Position => "position",
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
        | SortField::Score
        | SortField::Position => false,
    }
}

fn direction(descending: bool) -> &'static str {
    if descending { " desc" } else { "" }
}
