//! Lists that run newest first: their limits, and opaque places in them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Cursor, Fields, Page, Timestamp, paging::MAX_LIMIT};
use serde::{Deserialize, Serialize};
use sqlx::{Postgres, QueryBuilder};

use crate::{Error, Result};

/// One request for a page of such a list.
pub(crate) struct Newest {
    list: &'static str,
    behind: Option<(Timestamp, i64)>,
    limit: usize,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    #[serde(rename = "l")]
    list: String,
    #[serde(rename = "t")]
    micros: i64,
    id: i64,
}

/// Refuses a limit that no list has.
pub(crate) fn check_limit(limit: u16) -> Result<()> {
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(());
    }
    Err(Error::BadRequest(Fields::one("limit", format!("expected a whole number from 1 to {MAX_LIMIT}"))))
}

impl Newest {
    /// # Errors
    /// [`Error::BadRequest`] for a limit outside 1 to [`MAX_LIMIT`], and for a cursor of another list.
    pub(crate) fn of(list: &'static str, cursor: Option<&Cursor>, limit: u16) -> Result<Self> {
        check_limit(limit)?;
        let behind = cursor.map(|cursor| {
            open(list, cursor).ok_or_else(|| {
                Error::BadRequest(Fields::one("cursor", "is not a cursor of this list; start at the first page"))
            })
        });
        Ok(Newest { list, behind: behind.transpose()?, limit: usize::from(limit) })
    }

    /// Ends a statement that has a condition already: the rows behind the place, newest first.
    pub(crate) fn push(&self, sql: &mut QueryBuilder<Postgres>, at: &str, id: &str) {
        if let Some((moment, last)) = self.behind {
            sql.push(" and (").push(at).push(", ").push(id).push(") < (").push_bind(moment);
            sql.push(", ").push_bind(last).push(")");
        }
        sql.push(" order by ").push(at).push(" desc, ").push(id).push(" desc");
        // One row more than asked for tells whether there is a next page.
        sql.push(" limit ").push_bind(i64::try_from(self.limit + 1).unwrap_or(i64::MAX));
    }

    /// The rows that [`Newest::push`] asked for, as a page.
    pub(crate) fn page<T>(&self, mut items: Vec<T>, place: impl Fn(&T) -> (Timestamp, i64)) -> Result<Page<T>> {
        let more = items.len() > self.limit;
        items.truncate(self.limit);
        let last = items.last().filter(|_| more).map(place);
        let next_cursor = last.map(|last| self.seal(last)).transpose()?;
        Ok(Page { items, next_cursor, previous_cursor: None, start: None, total: None })
    }

    fn seal(&self, (at, id): (Timestamp, i64)) -> Result<Cursor> {
        let micros = i64::try_from(at.unix_timestamp_nanos() / 1_000).map_err(Error::internal)?;
        let sealed = Sealed { list: self.list.to_owned(), micros, id };
        Ok(Cursor(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&sealed)?)))
    }
}

fn open(list: &str, cursor: &Cursor) -> Option<(Timestamp, i64)> {
    let bytes = URL_SAFE_NO_PAD.decode(&cursor.0).ok()?;
    let sealed: Sealed = serde_json::from_slice(&bytes).ok()?;
    let at = Timestamp::from_unix_timestamp_nanos(i128::from(sealed.micros) * 1_000).ok()?;
    // Years that PostgreSQL knows.
    (sealed.list == list && (1..=9_999).contains(&at.year())).then_some((at, sealed.id))
}
