//! What a refusal looks like through every door: one code, one sentence, and the fields it is about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The kinds of refusal. The text of each is part of the public interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    TooLarge,
    UnsupportedMediaType,
    Invalid,
    TooMany,
    Internal,
    Unavailable,
}

impl ErrorCode {
    /// The HTTP status that carries this code.
    pub fn status(self) -> u16 {
        match self {
            ErrorCode::BadRequest => 400,
            ErrorCode::Unauthenticated => 401,
            ErrorCode::Forbidden => 403,
            ErrorCode::NotFound => 404,
            ErrorCode::MethodNotAllowed => 405,
            ErrorCode::Conflict => 409,
            ErrorCode::TooLarge => 413,
            ErrorCode::UnsupportedMediaType => 415,
            ErrorCode::Invalid => 422,
            ErrorCode::TooMany => 429,
            ErrorCode::Internal => 500,
            ErrorCode::Unavailable => 503,
        }
    }

    /// A short title that is the same for every occurrence.
    pub fn title(self) -> &'static str {
        match self {
            ErrorCode::BadRequest => "The request could not be read",
            ErrorCode::Unauthenticated => "Sign in first",
            ErrorCode::Forbidden => "Not allowed",
            ErrorCode::NotFound => "Not found",
            ErrorCode::MethodNotAllowed => "Method not allowed",
            ErrorCode::Conflict => "Changed by someone else",
            ErrorCode::TooLarge => "The request is too large",
            ErrorCode::UnsupportedMediaType => "Unsupported content type",
            ErrorCode::Invalid => "Some fields need attention",
            ErrorCode::TooMany => "Too many attempts",
            ErrorCode::Internal => "Something went wrong on our side",
            ErrorCode::Unavailable => "Not available right now",
        }
    }
}

/// Field name (as on the wire) → what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Fields(pub BTreeMap<String, String>);

impl Fields {
    /// A single field with its message.
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut fields = Fields::default();
        fields.add(field, message);
        fields
    }

    /// Adds a message; the first message of a field stands.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.entry(field.into()).or_insert_with(|| message.into());
    }

    /// The message of one field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` when nothing is wrong.
    pub fn into_result(self) -> Result<(), Fields> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// Each field with its message, in one line.
impl std::fmt::Display for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all: Vec<String> = self.0.iter().map(|(field, message)| format!("{field} {message}")).collect();
        f.write_str(&all.join("; "))
    }
}

impl From<garde::Report> for Fields {
    fn from(report: garde::Report) -> Self {
        let mut fields = Fields::default();
        for (path, error) in report.iter() {
            fields.add(camel_case(&path.to_string()), error.message());
        }
        fields
    }
}

/// `follow_up_at` → `followUpAt`; an index such as `products[3]` is dropped, since forms show one message a field.
fn camel_case(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut upper = false;
    for c in path.chars().take_while(|c| *c != '[' && *c != '.') {
        match c {
            '_' => upper = true,
            c if upper => {
                out.push(c.to_ascii_uppercase());
                upper = false;
            }
            c => out.push(c),
        }
    }
    out
}

/// A refusal as it travels: an RFC 9457 problem for machines, the error of a server function for our pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Always `about:blank`: the code says more than a link would.
    pub r#type: String,
    pub title: String,
    pub status: u16,
    pub code: ErrorCode,
    /// What happened, what was kept, and what to do.
    pub detail: String,
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub fields: Fields,
    /// The row as it is now, when a stale version was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub current: Option<serde_json::Value>,
    /// Stands in the server's log line of the same request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem of this kind with its own sentence.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Problem {
            r#type: "about:blank".into(),
            title: code.title().into(),
            status: code.status(),
            code,
            detail: detail.into(),
            fields: Fields::default(),
            current: None,
            request_id: None,
        }
    }

    /// The same with the fields it is about.
    pub fn with_fields(mut self, fields: Fields) -> Self {
        self.fields = fields;
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_are_those_of_the_wire() {
        assert_eq!(camel_case("follow_up_at"), "followUpAt");
        assert_eq!(camel_case("products[3]"), "products");
        assert_eq!(camel_case("name"), "name");
    }
}
