//! The catalogue of AI services.

use serde::{Deserialize, Serialize};

use crate::{Money, ProductId};

/// A product as lists and choosers show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProductName {
    pub id: ProductId,
    pub name: String,
    pub is_active: bool,
}

/// A product with everything that is said about it on a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Product {
    pub id: ProductId,
    pub name: String,
    /// As it is said on a call, e.g. "from $499/mo".
    pub price: String,
    /// The same as a number, where one exists.
    pub unit_price: Option<Money>,
    pub pitch: Option<String>,
    /// One a line, so that each can be ticked off by itself.
    pub talking_points: Option<String>,
    /// For salespeople only: always null for engineers.
    pub agent_notes: Option<String>,
    /// `High`, `Medium` or `Low`.
    pub priority: String,
    /// `High Profit`, `Standard` or `Low Margin`.
    pub profit_level: String,
    pub tags: Vec<String>,
    pub display_order: i32,
    pub is_active: bool,
}
