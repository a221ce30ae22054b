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
    read(Value::Object(merged)).map_err(Error::Invalid)
}

/// Reads what a client sent; refuses with the field that cannot be read.
pub fn read<T: DeserializeOwned>(value: Value) -> std::result::Result<T, Fields> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let said = error.into_inner().to_string();
        let missing = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        let path = match (path.as_str(), missing) {
            ("." | "", Some(field)) => field.to_owned(),
            (path, Some(field)) => format!("{path}.{field}"),
            (path, None) => path.to_owned(),
        };
        let (field, inside) = path.split_at(path.find(['.', '[']).unwrap_or(path.len()));
        let field = if field.is_empty() { "body" } else { field };
        let inside = inside.trim_start_matches('.');
        Fields::one(field, format!("{inside} {}", plainly(&said)).trim())
    })
}

/// What serde says of a value, in the words of JSON rather than in those of Rust.
fn plainly(said: &str) -> String {
    let Some((found, expected)) = said.split_once("expected ") else {
        return match said {
            _ if said.starts_with("missing field") => "is required".into(),
            // What `time` says of a moment.
            _ if said.ends_with("could not be parsed") => "expected a moment such as 2026-11-22T09:00:00Z".into(),
            _ => said.to_owned(),
        };
    };
    if found.starts_with("unknown field") {
        return "is not a known field".into();
    }
    let expected = match expected {
        "i16" | "i32" | "i64" | "u16" | "u32" | "u64" if found.starts_with("invalid value") => {
            return "is out of range".into();
        }
        "i16" | "i32" | "i64" | "u16" | "u32" | "u64" => "a whole number",
        "f64" => "a number",
        "a string" | "string or map" | "a borrowed string" => "text",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        other if other == "a map" || other.starts_with("struct ") => "an object",
        other => other,
    };
    format!("expected {}", expected.replace('`', ""))
}

pub(crate) fn fields_of(row: &impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(row)? {
        Value::Object(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}

#[cfg(test)]
mod tests {
    use domain::leads::{BulkInput, LeadInput, MoveInput};
    use serde_json::json;

    use super::*;

    fn refusal<T: DeserializeOwned>(value: Value) -> String {
        read::<T>(value).err().map(|fields| fields.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_cannot_be_read_is_named_in_the_words_of_json() {
        for (input, expected) in [
            (json!({"name": 5}), "name expected text"),
            (json!({"status": null}), "status expected text"),
            (
                json!({"status": "sold"}),
                "status expected one of new, contacted, qualified, proposal, negotiation, won, lost",
            ),
            (json!({"score": 70_000}), "score is out of range"),
            (json!({"score": "high"}), "score expected a whole number"),
            (json!({"products": [1, "x"]}), "products [1] expected a whole number"),
            (json!({"followUpAt": "soon"}), "followUpAt expected a moment such as 2026-11-22T09:00:00Z"),
            (json!({"colour": "red"}), "colour is not a known field"),
            (json!({"products": {}}), "products expected a list"),
        ] {
            assert_eq!(refusal::<LeadInput>(input.clone()), expected, "{input}");
        }
        assert_eq!(refusal::<MoveInput>(json!({})), "status is required");
        let bulk = json!({"action": "create", "leads": [{"name": "Maya"}, {"name": 5}]});
        assert_eq!(refusal::<BulkInput>(bulk), "leads [1].name expected text");
    }
}
