//! Two leads that are one.

use serde::{Deserialize, Serialize};

use super::Lead;
use crate::LeadId;

/// Merges `from` into the lead of the path: interactions, files and products move along, `from` is deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MergeInput {
    pub from: LeadId,
    /// Fields whose value is taken from `from`; every other one stays, unless it is empty here and set there.
    #[serde(default)]
    pub take: Vec<String>,
    /// The versions that were compared; a stale one is refused.
    pub version: i64,
    pub from_version: i64,
}

/// A lead that may be the one about to be made, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Duplicate {
    pub lead: Lead,
    /// `email`, `phone`, or both.
    pub same: Vec<String>,
}
