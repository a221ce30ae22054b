//! Merge patches (RFC 7396) on what a noun's input is, from the JSON a client sent.

use domain::Fields;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{Error, Result};

/// The patch as an object.
pub(crate) fn object_of(patch: Value) -> Result<Map<String, Value>> {
    match patch {
        Value::Object(patch) => Ok(patch),
        _ => Err(Error::BadRequest(Fields::one("body", "expected a JSON object"))),
    }
}

/// `input` after the patch, not checked yet. `seen` is the row as the actor sees it.
///
/// A field sent back as it was seen is no change, so that a client may get a row, alter one field and put it all back,
/// read-only fields and fields hidden from it included.
pub(crate) fn merge<T: Serialize + DeserializeOwned>(
    input: &T,
    seen: &impl Serialize,
    mut patch: Map<String, Value>,
) -> Result<T> {
    let seen = fields_of(seen)?;
    patch.retain(|field, value| seen.get(field) != Some(value));
    let mut merged = fields_of(input)?;
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
    parse(Value::Object(merged))
}

/// Reads input and names the field that cannot be read.
fn parse<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let field = path.split(['.', '[']).next().unwrap_or_default().to_owned();
        Error::Invalid(Fields::one(field, error.into_inner().to_string()))
    })
}

pub(crate) fn fields_of(row: &impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(row)? {
        Value::Object(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}
