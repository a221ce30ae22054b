//! How far back a search has to look: the texts of the newest leads, kept for a minute.
//!
//! The planner cannot tell a common word from a rare one. For a rare one the trigram index leads to the few rows; for a
//! common one it leads to thousands that must all be fetched to find the newest fifty, and walking the list from its
//! start reads thousands of rows that do not match. Who knows since when there are enough hits asks for just that
//! stretch of time, and both indexes together lead to it. What is kept here only ever chooses the way, never the rows.

use std::sync::{Arc, PoisonError};

use domain::Timestamp;
use memchr::memmem;
use sqlx::FromRow;
use time::Duration;

use super::list::{self, Whose};
use crate::{Acting, Crm, Result};

/// A megabyte; where a word is rarer than a page's worth in these, its trigrams are the better way.
const ROWS: i64 = 8_000;
const KEPT: Duration = Duration::seconds(60);
/// With fewer rows than this before the page is full, walking the list is quicker than asking any other index.
const NEAR: usize = 1_500;
/// Hits among the newest that make words common: two of a hundred.
const COMMON: usize = 160;
/// With more hits than this in all, reading their part of the trigram index alone takes longer than the walk.
const MANY: f64 = 5_000.0;

/// The newest leads, newest first.
pub(crate) struct Recent {
    /// All texts, a zero byte behind each: no word holds one.
    texts: String,
    /// Where each row's text ends in `texts`.
    ends: Vec<usize>,
    rows: Vec<Row>,
    /// Of all leads.
    count: i64,
}

#[derive(FromRow)]
struct Row {
    created_at: Timestamp,
    #[sqlx(flatten)]
    whose: Whose,
}

/// What the cache holds: the rows, and when they were read.
pub(crate) type Kept = Option<(Arc<Recent>, Timestamp)>;

/// Since when there are `wanted` leads that the actor sees and that hold all the words, if it pays to know.
pub(super) async fn since(me: &Acting, words: &[String], wanted: usize) -> Result<Option<Timestamp>> {
    Ok(recent(me.crm()).await?.since(words, wanted, |row| list::is_theirs(me.actor(), row.whose)))
}

/// Whether so many of the newest leads hold all the words that any few thousand leads hold more than a page of them.
pub(super) async fn are_common(crm: &Crm, words: &[String]) -> Result<bool> {
    Ok(recent(crm).await?.holding(words).take(COMMON).count() == COMMON)
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
        #[sqlx(flatten)]
        row: Row,
    }
    let found: Vec<Found> = sqlx::query_as(
        "select search, created_at, assigned_to, assigned_engineer, created_by from leads recently
         where deleted_at is null order by created_at desc, id desc limit $1",
    )
    .bind(ROWS)
    .fetch_all(crm.pool())
    .await?;
    let count = sqlx::query_scalar!(r#"select coalesce(sum(leads), 0)::bigint as "recently!" from lead_tallies"#)
        .fetch_one(crm.pool())
        .await?;
    let mut recent = Recent { texts: String::new(), ends: Vec::new(), rows: Vec::new(), count };
    for Found { search, row } in found {
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

    fn since(&self, words: &[String], wanted: usize, sees: impl Fn(&Row) -> bool) -> Option<Timestamp> {
        // A few more, since some may have changed meanwhile.
        let wanted = wanted + wanted / 10;
        let (mut hits, mut seen) = (0u32, 0);
        for nth in self.holding(words) {
            hits += 1;
            seen += usize::from(sees(&self.rows[nth]));
            if seen < wanted {
                continue;
            }
            let in_all = f64::from(hits) / (nth + 1) as f64 * self.count as f64;
            return (nth >= NEAR && in_all <= MANY).then(|| self.rows[nth].created_at);
        }
        None
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
    fn recent(nth: i64, count: i64) -> Recent {
        let mut recent = Recent { texts: String::new(), ends: Vec::new(), rows: Vec::new(), count };
        for i in 0..8_000 {
            let row = Row {
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
    fn a_common_word_is_found_back_to_where_a_page_is_full() {
        let recent = recent(100, 100_000);
        let minutes = |of: Option<Timestamp>| of.map(|at| (NOON - at).whole_minutes());
        // Fifty and a tenth more, one in each hundred, the first at once.
        assert_eq!(minutes(recent.since(&words("bakery"), 50, |_| true)), Some(5_400));
        assert_eq!(minutes(recent.since(&words("baker maya"), 50, |_| true)), Some(5_400));
        assert_eq!(minutes(recent.since(&words("bakery"), 25, |row| row.whose.assigned_to.is_none())), Some(5_300));
    }

    #[test]
    fn other_words_go_other_ways() {
        assert_eq!(recent(200, 100_000).since(&words("bakery"), 50, |_| true), None, "too rare");
        assert_eq!(recent(10, 100_000).since(&words("bakery"), 50, |_| true), None, "walked to at once");
        assert_eq!(recent(100, 1_000_000).since(&words("bakery"), 50, |_| true), None, "too many trigrams to read");
        assert_eq!(recent(100, 100_000).since(&words("maya glass"), 50, |_| true), None);
        assert!(recent(100, 100_000).since(&words("r\nbaker"), 50, |_| true).is_some());
    }
}
