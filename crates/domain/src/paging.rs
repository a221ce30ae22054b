//! Pages of a list: always bounded, always in a stable order.

use serde::{Deserialize, Serialize};

/// Rows of a page when the request does not say.
pub const DEFAULT_LIMIT: u16 = 50;
/// Rows of a page at the most.
pub const MAX_LIMIT: u16 = 200;
/// Rows that may be skipped by `offset`; deeper pages take a cursor, which costs the same at any depth.
pub const MAX_OFFSET: u32 = 10_000;

/// An opaque place in a list, with a direction: give it back to get the page behind it, or the one before it. Only good
/// for the same sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Cursor(pub String);

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page starts; null on the last one.
    pub next_cursor: Option<Cursor>,
    /// Where the page before this one ends; null on the first one.
    pub previous_cursor: Option<Cursor>,
    /// How many rows stand before this page, as far as its cursor knows: 0 on the first page. Rows that others add or
    /// take away while one turns pages are not counted in.
    pub start: Option<i64>,
    /// How many rows match in all; null unless asked for.
    pub total: Option<i64>,
}

impl<T> Page<T> {
    pub fn empty() -> Self {
        Page { items: Vec::new(), next_cursor: None, previous_cursor: None, start: None, total: None }
    }

    /// The same page with other items.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        let Page { items, next_cursor, previous_cursor, start, total } = self;
        Page { items: items.into_iter().map(f).collect(), next_cursor, previous_cursor, start, total }
    }
}
