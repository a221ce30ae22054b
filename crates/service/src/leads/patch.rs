//! Merge patches (RFC 7396) on a lead, from the JSON a client sent to checked input.

use domain::{
    Fields,
    leads::{Lead, LeadInput},
};
use serde_json::{Map, Value};

use crate::{Error, Result};

/// The lead's input after the patch. `seen` is the lead as the actor sees it.
///
/// A field sent back as it was seen is no change, so that a client may get a lead, alter one field and put it all
/// back, read-only fields and fields hidden from it included.
pub(super) fn apply(lead: &Lead, seen: &Lead, patch: Value) -> Result<LeadInput> {
    let Value::Object(mut patch) = patch else {
        return Err(Error::BadRequest(Fields::one("body", "expected a JSON object")));
    };
    check_version(lead, seen, patch.remove("version"))?;
    let seen = object(serde_json::to_value(seen)?);
    patch.retain(|field, value| seen.get(field) != Some(value));
    let mut merged = object(serde_json::to_value(LeadInput::of(lead))?);
    let mut fields = Fields::default();
    for (field, value) in patch {
        if !merged.contains_key(&field) {
            fields.add(&field, if seen.contains_key(&field) { "cannot be written" } else { "is not a known field" });
        } else if value.is_null() {
            // Absent rather than null, so that fields that must have a value get their default.
            merged.remove(&field);
        } else {
            merged.insert(field, value);
        }
    }
    fields.into_result().map_err(Error::Invalid)?;
    parse(Value::Object(merged))?.checked().map_err(Error::Invalid)
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

/// Reads input and names the field that cannot be read.
fn parse(value: Value) -> Result<LeadInput> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let field = path.split(['.', '[']).next().unwrap_or_default().to_owned();
        Error::Invalid(Fields::one(field, error.into_inner().to_string()))
    })
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
