//! Two leads that are one.

use serde::{Deserialize, Serialize};

use super::{Lead, TWICE, UNKNOWN};
use crate::{Fields, LeadId};

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

/// Digits of a phone number that tell it from others: the rest is country code and habit.
const PHONE_KEY: usize = 9;
/// Fewer digits are an extension or a slip, and would match strangers.
const PHONE_LEAST: usize = 6;

/// What a duplicate is looked for by; without either, nothing is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DuplicateQuery {
    pub email: Option<String>,
    pub phone: Option<String>,
    /// The lead itself, when it exists already.
    pub except: Option<LeadId>,
}

impl DuplicateQuery {
    /// Reads a query string (without `?`); an empty value is none.
    pub fn parse(query: &str) -> Result<Self, Fields> {
        let (mut out, mut fields) = (DuplicateQuery::default(), Fields::default());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            let is_twice = match &*name {
                "email" | "phone" | "except" if value.is_empty() => Ok(false),
                "email" => Ok(out.email.replace(value.to_owned()).is_some()),
                "phone" => Ok(out.phone.replace(value.to_owned()).is_some()),
                "except" => match value.parse() {
                    Ok(id) => Ok(out.except.replace(id).is_some()),
                    Err(_) => Err("expected a lead's id"),
                },
                _ => Err(UNKNOWN),
            };
            match is_twice {
                Ok(false) => {}
                Ok(true) => fields.add(name, TWICE),
                Err(message) => fields.add(name, message),
            }
        }
        fields.0.extend(out.check().err().unwrap_or_default().0);
        fields.into_result()?;
        Ok(out)
    }

    /// Refuses what no lead can have.
    pub fn check(&self) -> Result<(), Fields> {
        let mut fields = Fields::default();
        for (name, value) in [("email", &self.email), ("phone", &self.phone)] {
            if value.as_ref().is_some_and(|value| value.contains('\0')) {
                fields.add(name, "contains a control character");
            }
        }
        fields.into_result()
    }
}

/// How an e-mail is compared.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// How a phone number is compared: its last nine digits, or all of a shorter one.
pub fn phone_key(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= PHONE_LEAST).then(|| digits[digits.len().saturating_sub(PHONE_KEY)..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_the_same_with_and_without_its_country_code() {
        for phone in ["+49 30 901820-30", "0049 (30) 90182030", "030 90182030"] {
            assert_eq!(phone_key(phone).as_deref(), Some("090182030"), "{phone}");
        }
        assert_eq!(phone_key("+1 (206) 555-0123"), phone_key("206.555.0123"));
        assert_eq!(phone_key("555-0123").as_deref(), Some("5550123"), "a short one is compared as a whole");
        assert_eq!(phone_key("ext 123"), None);
    }
}
