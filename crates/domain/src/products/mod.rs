//! The catalogue of AI services.

use serde::{Deserialize, Serialize};

use crate::ProductId;

/// A product as lists and choosers show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProductName {
    pub id: ProductId,
    pub name: String,
    pub is_active: bool,
}
