//! What the search box of the whole product finds.

use serde::{Deserialize, Serialize};

use crate::{LeadId, leads::LeadStatus, products::ProductName};

/// Leads and products at the most, each.
pub const MAX_HITS: i64 = 8;

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
