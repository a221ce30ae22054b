//! Merge patches on a lead: a stale version is refused before anything else is looked at.

use domain::{
    Fields,
    leads::{Lead, LeadInput},
};
use serde_json::Value;

use crate::{Error, Result, patch};

/// The lead's input after the patch, checked. `seen` is the lead as the actor sees it.
pub(super) fn apply(lead: &Lead, seen: &Lead, patch: Value) -> Result<LeadInput> {
    let mut patch = patch::object_of(patch)?;
    check_version(lead, seen, patch.remove("version"))?;
    patch::merge(&LeadInput::of(lead), seen, patch)?.checked().map_err(Error::Invalid)
}

fn check_version(lead: &Lead, seen: &Lead, version: Option<Value>) -> Result<()> {
    match version {
        None | Some(Value::Null) => Ok(()),
        Some(version) if version.as_i64() == Some(lead.version) => Ok(()),
        Some(version) if version.is_i64() => Err(Error::Conflict {
            detail: "Someone changed this lead meanwhile. Nothing was saved.".into(),
            current: Some(serde_json::to_value(seen)?),
        }),
        Some(_) => Err(Error::Invalid(Fields::one("version", "expected a whole number"))),
    }
}
