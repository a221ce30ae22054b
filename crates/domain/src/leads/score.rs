//! How promising a lead is: 0 to 100, and every point of it explained.

use serde::{Deserialize, Serialize};

/// One reason for a lead's score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ScorePoint {
    /// In words, e.g. "Value above the median of won deals".
    pub reason: String,
    /// Added to, or taken from, the score.
    pub points: i16,
}
