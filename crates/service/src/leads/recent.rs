//! The newest leads that hold some words: their texts, kept for a minute.
//!
//! The planner cannot tell a common word from a rare one. For a rare one the trigram index leads to the few rows; for a
//! common one it leads to thousands that must all be fetched to find the newest fifty, and walking the list from its
//! start reads thousands of rows that do not match. Who has the newest texts at hand names the rows of a page.
//!
//! What has happened since does not hide: every change of a lead writes its event in the same transaction, and every
//! transaction that was not over when the texts were read has a number from `as_of` on. So a statement that looks at
//! the named rows and at those with such an event misses none, and what it finds it compares anew.

use std::sync::{Arc, PoisonError};

use domain::{LeadId, Timestamp};
use memchr::memmem;
use sqlx::FromRow;
use time::Duration;

use super::list::{self, Whose};
use crate::{Acting, Crm, Result};

/// A megabyte and a half; where a word is rarer than a page's worth in these, its trigrams are the better way.
const ROWS: i64 = 12_000;
const KEPT: Duration = Duration::seconds(60);
/// How soon it may be read again because too much has happened since.
const REST: Duration = Duration::seconds(10);
/// Hits among the newest that make words common: two of a hundred.
const COMMON: usize = 240;

/// The newest leads, newest first.
pub(crate) struct Recent {
    /// All texts, a zero byte behind each: no word holds one.
    texts: String,
    /// Where each row's text ends in `texts`.
    ends: Vec<usize>,
    rows: Vec<Row>,
    as_of: Arc<str>,
}

#[derive(FromRow)]
struct Row {
    id: LeadId,
    created_at: Timestamp,
    #[sqlx(flatten)]
    whose: Whose,
}

/// What the cache holds: the rows, and when they were read.
pub(crate) type Kept = Option<(Arc<Recent>, Timestamp)>;

/// The first rows of a search as they were a short while ago.
#[derive(Debug, PartialEq)]
pub(super) struct Hits {
    pub ids: Vec<LeadId>,
    /// The last of them, and when it was made.
    pub last: (Timestamp, LeadId),
    /// Whatever has happened to a lead since has an event of a transaction with this number or a greater one.
    pub as_of: Arc<str>,
}

/// The newest `wanted` leads, and a few more, that the actor sees and that hold all the words; `None` when there are
/// not so many among the newest.
pub(super) async fn hits(me: &Acting, words: &[String], wanted: usize) -> Result<Option<Hits>> {
    Ok(recent(me.crm()).await?.hits(words, wanted, |row| list::is_theirs(me.actor(), row.whose)))
}

/// Too much has happened since the texts were read: whoever searches next reads them anew.
pub(super) fn outgrown(crm: &Crm) {
    let mut kept = crm.inner.recent.lock().unwrap_or_else(PoisonError::into_inner);
    kept.take_if(|(_, at)| crm.now() - *at >= REST);
}

/// Whether so many of the newest leads that the actor sees hold all the words that any few thousand leads hold more
/// than a page of them.
pub(super) async fn are_common(me: &Acting, words: &[String]) -> Result<bool> {
    let recent = recent(me.crm()).await?;
    let theirs = recent.holding(words).filter(|nth| list::is_theirs(me.actor(), recent.rows[*nth].whose));
    Ok(theirs.take(COMMON).count() == COMMON)
}

async fn recent(crm: &Crm) -> Result<Arc<Recent>> {
    let now = crm.now();
    let kept = crm.inner.recent.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((recent, at)) = kept
        && now - at < KEPT
    {
        return Ok(recent);
    }
    let recent = Arc::new(read(crm).await?);
    *crm.inner.recent.lock().unwrap_or_else(PoisonError::into_inner) = Some((recent.clone(), now));
    Ok(recent)
}

async fn read(crm: &Crm) -> Result<Recent> {
    #[derive(FromRow)]
    struct Found {
        search: String,
        as_of: String,
        #[sqlx(flatten)]
        row: Row,
    }
    let found: Vec<Found> = sqlx::query_as(
        "select id, search, created_at, assigned_to, assigned_engineer, created_by,
             (select pg_snapshot_xmin(pg_current_snapshot())::text) as as_of
         from leads recently where deleted_at is null order by created_at desc, id desc limit $1",
    )
    .bind(ROWS)
    .fetch_all(crm.pool())
    .await?;
    let as_of = found.first().map_or("0", |found| &found.as_of).into();
    let mut recent = Recent { texts: String::new(), ends: Vec::new(), rows: Vec::new(), as_of };
    for Found { search, row, as_of: _ } in found {
        recent.push(&search, row);
    }
    Ok(recent)
}

impl Recent {
    fn push(&mut self, text: &str, row: Row) {
        self.texts.push_str(text);
        self.ends.push(self.texts.len());
        self.texts.push('\0');
        self.rows.push(row);
    }

    fn hits(&self, words: &[String], wanted: usize, sees: impl Fn(&Row) -> bool) -> Option<Hits> {
        // Some may not match any more.
        let enough = wanted + wanted / 10;
        let rows = self.holding(words).map(|nth| &self.rows[nth]).filter(|row| sees(row)).take(enough);
        let rows: Vec<&Row> = rows.collect();
        let last = rows.last().filter(|_| rows.len() == enough)?;
        let last = (last.created_at, last.id);
        Some(Hits { ids: rows.iter().map(|row| row.id).collect(), last, as_of: self.as_of.clone() })
    }

    /// The rows that hold all the words, newest first.
    fn holding(&self, words: &[String]) -> impl Iterator<Item = usize> {
        // The longest is the rarest, as a rule.
        let longest = words.iter().max_by_key(|word| word.len()).map_or("", String::as_str);
        let places = memmem::find_iter(self.texts.as_bytes(), longest.as_bytes());
        let mut rows = places.map(|place| self.ends.partition_point(|end| *end < place)).peekable();
        std::iter::from_fn(move || {
            let nth = rows.next()?;
            while rows.next_if_eq(&nth).is_some() {}
            Some(nth)
        })
        .filter(move |nth| {
            let start = nth.checked_sub(1).map_or(0, |before| self.ends[before] + 1);
            let text = &self.texts[start..self.ends[*nth]];
            words.iter().all(|word| text.contains(word.as_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: Timestamp = datetime!(2026-11-22 12:00 UTC);

    /// Every `nth` one is a bakery; every second of all is unassigned.
    fn recent(nth: i64) -> Recent {
        let mut recent = Recent { texts: String::new(), ends: Vec::new(), rows: Vec::new(), as_of: "7".into() };
        for i in 0..8_000 {
            let row = Row {
                id: LeadId(8_000 - i),
                created_at: NOON - Duration::minutes(i),
                whose: Whose {
                    assigned_to: (i / nth % 2 == 0).then_some(domain::UserId(1)),
                    assigned_engineer: None,
                    created_by: None,
                },
            };
            let name = if i % nth == 0 { "maya baker\nbaker's bakery" } else { "jonas\nglass" };
            recent.push(name, row);
        }
        recent
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_page_of_a_common_word_is_named_with_a_few_more() {
        let recent = recent(100);
        let hits = recent.hits(&words("bakery"), 50, |_| true).unwrap();
        assert_eq!((hits.ids.len(), hits.ids[..2].to_vec()), (55, vec![LeadId(8_000), LeadId(7_900)]));
        assert_eq!((hits.last, &*hits.as_of), ((NOON - Duration::minutes(5_400), LeadId(2_600)), "7"));
        assert_eq!(recent.hits(&words("baker maya"), 50, |_| true), Some(hits));
        let unassigned = recent.hits(&words("bakery"), 25, |row| row.whose.assigned_to.is_none()).unwrap();
        assert_eq!((unassigned.ids.len(), unassigned.ids[0]), (27, LeadId(7_900)));
    }

    #[test]
    fn words_that_are_too_rare_go_another_way() {
        assert_eq!(recent(200).hits(&words("bakery"), 50, |_| true), None);
        assert_eq!(recent(100).hits(&words("maya glass"), 50, |_| true), None);
        assert!(recent(100).hits(&words("r\nbaker"), 50, |_| true).is_some());
    }
}
