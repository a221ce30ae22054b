//! What the search box of the whole product finds.

use serde::{Deserialize, Serialize};

use crate::{Fields, LeadId, leads::LeadStatus, products::ProductName};

/// Leads and products at the most, each.
pub const MAX_HITS: i64 = 8;

/// Characters below which nothing is searched: a single letter is in everything.
pub const MIN_CHARACTERS: usize = 2;
/// Characters of a search at the most.
const MAX_CHARACTERS: usize = 200;

/// The words of a search in lower case; none when there is too little to search for.
///
/// # Errors
/// Names `q` when it is longer than 200 characters or holds what no name can.
pub fn words(q: &str) -> Result<Vec<String>, Fields> {
    let q = q.trim();
    match q.chars().count() {
        _ if q.contains('\0') => Err(Fields::one("q", "contains a control character")),
        0..MIN_CHARACTERS => Ok(Vec::new()),
        MIN_CHARACTERS..=MAX_CHARACTERS => Ok(q.to_lowercase().split_whitespace().map(str::to_owned).collect()),
        _ => Err(Fields::one("q", format!("at most {MAX_CHARACTERS} characters"))),
    }
}

/// A lead as a hit shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LeadHit {
    pub id: LeadId,
    pub name: String,
    pub company: Option<String>,
    pub status: LeadStatus,
}

/// The best matches of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Hits {
    pub leads: Vec<LeadHit>,
    pub products: Vec<ProductName>,
}
