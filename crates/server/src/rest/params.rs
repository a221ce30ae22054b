//! Parameters of a query string: what is unknown or cannot be read is 400, and all of it is named at once.

use std::collections::BTreeMap;

use axum::{
    extract::{FromRequestParts, RawQuery},
    http::request::Parts,
};
use domain::{
    Cursor, Fields,
    leads::{TWICE, UNKNOWN},
    paging::DEFAULT_LIMIT,
};
use service::Error;

use crate::problem::Problem;

/// What stands behind the `?`. Take every parameter the operation knows, then [`Params::finish`].
pub struct Params {
    given: BTreeMap<String, String>,
    fields: Fields,
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, state).await.unwrap_or(RawQuery(None));
        Ok(Params::of(query.as_deref().unwrap_or_default()))
    }
}

impl Params {
    fn of(query: &str) -> Self {
        let mut params = Params { given: BTreeMap::new(), fields: Fields::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let (value, known) = (value.trim(), params.given.get(&*name));
            if known.is_none() || !value.is_empty() {
                let before = params.given.insert(name.clone().into_owned(), value.to_owned());
                if before.is_some_and(|before| !before.is_empty()) {
                    params.fields.add(name, TWICE);
                }
            }
        }
        params
    }

    /// The text of a parameter. An empty one is none, as in a submitted form.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.given.remove(name).filter(|text| !text.is_empty())
    }

    /// A parameter that is read; `expected` is said of one that cannot be.
    pub fn read<T: std::str::FromStr>(&mut self, name: &str, expected: &str) -> Option<T> {
        let text = self.text(name)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.fields.add(name, expected);
        }
        value
    }

    /// `limit`, and `cursor`: where the page starts.
    pub fn page(&mut self) -> (u16, Option<Cursor>) {
        let limit = self.limit();
        (limit, self.text("cursor").map(Cursor))
    }

    /// `limit`: how many rows; the use case knows how many there may be.
    pub fn limit(&mut self) -> u16 {
        self.read("limit", "expected a whole number from 1 to 200").unwrap_or(DEFAULT_LIMIT)
    }

    /// Refuses what could not be read and what nobody asked for.
    pub fn finish(mut self) -> Result<(), Problem> {
        for name in self.given.into_keys() {
            self.fields.add(name, UNKNOWN);
        }
        self.fields.into_result().map_err(|fields| Error::BadRequest(fields).into())
    }
}
