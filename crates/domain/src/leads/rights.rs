//! What one person may do with one lead, so that a page offers nothing that would be refused.

use serde::{Deserialize, Serialize};

/// Decided by the server's policy, which decides again when it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeadRights {
    /// Fields of `LeadInput` that may be written, as on the wire.
    pub fields: Vec<String>,
    pub delete: bool,
    /// Merge another lead into this one.
    pub merge: bool,
    /// Give it to an agent, or claim it.
    pub assign: bool,
}

impl LeadRights {
    /// Whether this field may be written.
    pub fn writes(&self, field: &str) -> bool {
        self.fields.iter().any(|one| one == field)
    }
}
