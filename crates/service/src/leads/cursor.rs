//! Opaque places in a sorted list. A cursor holds the sort it belongs to, a row's sort values and a direction.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Cursor, Fields, LeadId, Money, Timestamp,
    leads::{Lead, LeadPriority, LeadStatus, SortField, SortKey},
};
use serde::{Deserialize, Serialize};
use sqlx::{Postgres, QueryBuilder};
use time::format_description::well_known::Rfc3339;

use crate::{Error, Result};

/// Rows before a page at the most; where a cursor says more, nobody knows.
const MOST_ROWS: i64 = 1 << 40;

/// A row at the edge of a page, as far as the sort looks at it.
pub(super) struct Place {
    pub values: Vec<Option<SortValue>>,
    pub id: LeadId,
    /// Whether the page before the row is meant, not the one behind it.
    pub backward: bool,
    /// Rows before the page behind it (or, backward, before the page that the row begins), as far as is known.
    pub start: Option<i64>,
}

/// A value that leads are sorted by.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SortValue {
    Text(String),
    Time(Timestamp),
    Money(Money),
    Status(LeadStatus),
    Priority(LeadPriority),
    Score(i16),
    Rank(String),
}

impl SortValue {
    fn of(lead: &Lead, field: SortField) -> Option<Self> {
        match field {
            SortField::CreatedAt => Some(SortValue::Time(lead.created_at)),
            SortField::UpdatedAt => Some(SortValue::Time(lead.updated_at)),
            SortField::FollowUpAt => lead.follow_up_at.map(SortValue::Time),
            SortField::LastContactedAt => lead.last_contacted_at.map(SortValue::Time),
            SortField::ClosedAt => lead.closed_at.map(SortValue::Time),
            SortField::Name => Some(SortValue::Text(lead.name.clone())),
            SortField::Company => lead.company.clone().map(SortValue::Text),
            SortField::Status => Some(SortValue::Status(lead.status)),
            SortField::Priority => Some(SortValue::Priority(lead.priority)),
            SortField::Value => lead.value.map(SortValue::Money),
            SortField::Score => Some(SortValue::Score(lead.score)),
            SortField::Position => Some(SortValue::Rank(lead.position.clone())),
        }
    }

    fn to_text(&self) -> String {
        match self {
            SortValue::Text(text) | SortValue::Rank(text) => text.clone(),
            SortValue::Time(at) => at.format(&Rfc3339).unwrap_or_default(),
            SortValue::Money(amount) => amount.to_string(),
            SortValue::Status(status) => status.as_str().to_owned(),
            SortValue::Priority(priority) => priority.as_str().to_owned(),
            SortValue::Score(score) => score.to_string(),
        }
    }

    fn from_text(field: SortField, text: &str) -> Option<Self> {
        match field {
            SortField::CreatedAt
            | SortField::UpdatedAt
            | SortField::FollowUpAt
            | SortField::LastContactedAt
            | SortField::ClosedAt => {
                let at = Timestamp::parse(text, &Rfc3339).ok()?;
                // As it was written, and of the years that PostgreSQL knows.
                (at.offset().is_utc() && (1..=9_999).contains(&at.year())).then_some(SortValue::Time(at))
            }
            SortField::Position => (!text.contains('\0')).then(|| SortValue::Rank(text.to_owned())),
            SortField::Name | SortField::Company => (!text.contains('\0')).then(|| SortValue::Text(text.to_owned())),
            SortField::Status => text.parse().ok().map(SortValue::Status),
            SortField::Priority => text.parse().ok().map(SortValue::Priority),
            SortField::Value => text.parse().ok().map(SortValue::Money),
            SortField::Score => text.parse().ok().map(SortValue::Score),
        }
    }

    /// Binds the value as the expression that the column of `field` is compared with.
    pub(super) fn push(&self, sql: &mut QueryBuilder<Postgres>) {
        match self {
            SortValue::Text(text) => sql.push("lower(").push_bind(text.clone()).push(")"),
            SortValue::Time(at) => sql.push_bind(*at),
            SortValue::Money(amount) => sql.push_bind(*amount),
            SortValue::Status(status) => sql.push_bind(*status),
            SortValue::Priority(priority) => sql.push_bind(*priority),
            SortValue::Score(score) => sql.push_bind(*score),
            SortValue::Rank(rank) => sql.push_bind(rank.clone()),
        };
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    #[serde(rename = "s")]
    sort: String,
    #[serde(rename = "v")]
    values: Vec<Option<String>>,
    id: i64,
    #[serde(rename = "b", default, skip_serializing_if = "std::ops::Not::not")]
    backward: bool,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    start: Option<i64>,
}

/// The place behind the last row of a page, with `start` rows before the next one.
pub(super) fn after(last: &Lead, sort: &[SortKey], start: Option<i64>) -> Result<Cursor> {
    seal(last, sort, false, start)
}

/// The place before the first row of a page that has `start` rows before it.
pub(super) fn before(first: &Lead, sort: &[SortKey], start: Option<i64>) -> Result<Cursor> {
    seal(first, sort, true, start)
}

/// The other way from the place behind a page: to the rows before the one that this page ended with.
pub(super) fn back_from(behind: &Cursor) -> Option<Cursor> {
    let mut sealed: Sealed = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&behind.0).ok()?).ok()?;
    sealed.backward = true;
    sealed.start = sealed.start.and_then(|start| start.checked_sub(1));
    Some(Cursor(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&sealed).ok()?)))
}

fn seal(lead: &Lead, sort: &[SortKey], backward: bool, start: Option<i64>) -> Result<Cursor> {
    let values = sort.iter().map(|key| SortValue::of(lead, key.field).map(|v| v.to_text())).collect();
    let sealed = Sealed { sort: name(sort), values, id: lead.id.0, backward, start };
    Ok(Cursor(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&sealed)?)))
}

/// Opens a cursor that must belong to this sort.
pub(super) fn open(cursor: &Cursor, sort: &[SortKey]) -> Result<Place> {
    read(cursor, sort).ok_or_else(|| {
        Error::BadRequest(Fields::one("cursor", "is not a cursor of this list and sort; start at the first page"))
    })
}

fn read(cursor: &Cursor, sort: &[SortKey]) -> Option<Place> {
    let bytes = URL_SAFE_NO_PAD.decode(&cursor.0).ok()?;
    let sealed: Sealed = serde_json::from_slice(&bytes).ok()?;
    if sealed.sort != name(sort) || sealed.values.len() != sort.len() {
        return None;
    }
    let values = sort.iter().zip(&sealed.values).map(|(key, text)| match text {
        None => Some(None),
        Some(text) => SortValue::from_text(key.field, text).map(Some),
    });
    let Sealed { id, backward, start, .. } = sealed;
    let start = start.filter(|start| (0..MOST_ROWS).contains(start));
    Some(Place { values: values.collect::<Option<_>>()?, id: LeadId(id), backward, start })
}

fn name(sort: &[SortKey]) -> String {
    sort.iter().map(SortKey::to_string).collect::<Vec<_>>().join(",")
}
