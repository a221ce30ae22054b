//! Merge patches on a lead: a stale version is refused before anything else is looked at.

use domain::{
    Fields,
    leads::{Lead, LeadInput, LeadStatus},
};
use serde_json::{Value, json};

use crate::{Actor, Error, Result, patch, policy};

/// The lead's input after the actor's patch, checked.
pub(super) fn apply(actor: &Actor, lead: &Lead, patch: Value) -> Result<LeadInput> {
    let mut patch = patch::object_of(patch)?;
    let seen = policy::redact(actor, lead.clone());
    check_version(lead, &seen, patch.remove("version"))?;
    // A computed score moves on without a new version: sent back as it was read, it is nobody's wish.
    if patch.get("scoreIsSet") == Some(&Value::Bool(false)) {
        patch.remove("score");
    }
    if !policy::hidden_fields(actor).is_empty() {
        policy::allow_naming(actor, lead, &patch::fields_of(&seen)?, &patch)?;
    }
    let gives_reason =
        patch.get("lostReason").is_some_and(|reason| !reason.is_null() && *reason != json!(seen.lost_reason));
    let input = patch::merge(&LeadInput::of(lead), &seen, patch)?;
    if gives_reason && input.status != LeadStatus::Lost {
        return Err(Error::Invalid(Fields::one("lostReason", "goes with the status lost")));
    }
    input.checked().map_err(Error::Invalid)
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
