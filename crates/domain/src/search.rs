//! What the search box of the whole product finds.

use serde::{Deserialize, Serialize};

use crate::{
    Fields, LeadId, day,
    leads::{LeadStatus, phone_key},
    products::ProductName,
};

/// Leads and products at the most, each.
pub const MAX_HITS: i64 = 8;

/// Characters below which nothing is searched: a single letter is in everything.
pub const MIN_CHARACTERS: usize = 2;
/// Characters of a search at the most.
const MAX_CHARACTERS: usize = 200;

/// The words of a search in lower case; none when there is too little to search for.
///
/// # Errors
/// Names `q` when it is longer than 200 characters or holds what no name can.
pub fn words(q: &str) -> Result<Vec<String>, Fields> {
    let q = q.trim();
    match q.chars().count() {
        _ if q.contains('\0') => Err(Fields::one("q", "contains a control character")),
        0..MIN_CHARACTERS => Ok(Vec::new()),
        MIN_CHARACTERS..=MAX_CHARACTERS => Ok(needles(q)),
        _ => Err(Fields::one("q", format!("at most {MAX_CHARACTERS} characters"))),
    }
}

/// What is looked for in the text of a lead: the words in lower case, and of phone numbers the digits that tell them
/// apart, however they are written.
pub fn needles(q: &str) -> Vec<String> {
    if let Some(phone) = phone(q) {
        return vec![phone];
    }
    q.split_whitespace().map(|word| phone(word).unwrap_or_else(|| lowered(word))).collect()
}

/// The key of what can be nothing but a phone number.
fn phone(text: &str) -> Option<String> {
    let is_number = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()./".contains(c));
    phone_key(text).filter(|_| is_number && day::parse(text.trim()).is_none())
}

/// In lower case as the database has it: sign by sign, whatever stands around each.
fn lowered(word: &str) -> String {
    word.chars().filter_map(|c| c.to_lowercase().next()).collect()
}

/// A lead as a hit shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LeadHit {
    pub id: LeadId,
    pub name: String,
    pub company: Option<String>,
    pub status: LeadStatus,
}

/// The best matches of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Hits {
    pub leads: Vec<LeadHit>,
    pub products: Vec<ProductName>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_looked_for_by_its_digits() {
        for q in [
            "+49 (170) 555-66/77",
            "+491705556677",
            "0049 170 5556677",
            "0170.555.66.77",
            "170-5556677",
            "(170)5556677",
        ] {
            assert_eq!(needles(q), ["705556677"], "{q}");
        }
        assert_eq!(needles("maya +49-170-5556677"), ["maya", "705556677"]);
        assert_eq!(needles("555-0123"), ["5550123"]);
    }

    #[test]
    fn other_words_stay_as_they_are() {
        assert_eq!(needles("24/7 Media"), ["24/7", "media"]);
        assert_eq!(needles("Expo 2026-11-22"), ["expo", "2026-11-22"]);
        assert_eq!(needles("lead 12 2026"), ["lead", "12", "2026"]);
        assert_eq!(needles("+49 30"), ["+49", "30"]);
    }

    #[test]
    fn words_are_lowered_as_the_database_lowers_them() {
        assert_eq!(needles("İpek ΠΑΠΠΑΣ"), ["ipek", "παππασ"]);
    }
}
