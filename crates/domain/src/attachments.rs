//! Files on a lead: what one is, what it may be called, how large it may be.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{AttachmentId, Fields, LeadId, UserId};

/// Bytes of one file at the most.
pub const MAX_BYTES: u64 = 25 << 20;
/// Files of one upload at the most.
pub const MAX_FILES: usize = 10;
/// Characters of a file's name at the most.
pub const MAX_NAME: usize = 255;
/// Rows of a list at the most.
pub const MAX_LISTED: i64 = 500;
/// Bytes of all files together from which on the server warns.
pub const WARN_TOTAL_BYTES: u64 = 500 << 20;

/// What browsers show by themselves and what cannot run anything on our pages. An SVG can, so it is only downloaded.
const SHOWN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];

/// A stored file. Its bytes are at `/api/attachments/{id}/download`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    pub id: AttachmentId,
    pub lead_id: LeadId,
    pub file_name: String,
    /// What the bytes are, found out by looking at them.
    pub content_type: String,
    pub size_bytes: i64,
    pub uploaded_by: Option<UserId>,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

impl Attachment {
    /// Whether a browser may show it: images and PDFs.
    pub fn can_preview(&self) -> bool {
        SHOWN.contains(&self.content_type.as_str())
    }

    /// Whether it can stand in an `<img>`.
    pub fn is_image(&self) -> bool {
        self.can_preview() && self.content_type.starts_with("image/")
    }
}

/// The body of a rename.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttachmentInput {
    /// 1 to 255 characters that every system can keep a file under.
    pub file_name: String,
}

/// The name a file is kept under, from the one it came with: whoever attaches a file cannot always choose its name, so
/// what is wrong with it is taken away instead of refused. It is shown and offered for saving, never a path of ours.
pub fn clean_name(came: &str) -> String {
    // Old browsers send whole paths, of their system and not of ours.
    let last = came.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.chars().filter(|c| !is_hidden(*c)).map(|c| if RESERVED.contains(c) { '_' } else { c });
    let name = kept.collect::<String>();
    let name = name.trim().trim_end_matches(is_loose_end);
    if name.is_empty() {
        return "file".into();
    }
    let name = if is_device(name) { format!("_{name}") } else { name.to_owned() };
    shortened(&name)
}

/// A name that someone typed, or what is wrong with it.
pub fn checked_name(typed: &str) -> Result<String, Fields> {
    let name = typed.trim();
    let problem = if name.is_empty() {
        "is required".to_owned()
    } else if name.chars().count() > MAX_NAME {
        format!("at most {MAX_NAME} characters")
    } else if name.chars().any(is_hidden) {
        "contains an invisible character".to_owned()
    } else if name.contains(['/', '\\']) || name.contains(|c| RESERVED.contains(c)) {
        r#"may not contain any of / \ < > : " | ? *"#.to_owned()
    } else if name.ends_with('.') {
        "may not end with a dot".to_owned()
    } else if is_device(name) {
        "is a name that Windows keeps for itself".to_owned()
    } else {
        return Ok(name.to_owned());
    };
    Err(Fields::one("fileName", problem))
}

/// What Windows allows in no name.
const RESERVED: &str = "<>:\"|?*";

/// Control characters, and those that turn text round or cannot be seen, with which `fdp.exe` reads as `exe.pdf`.
/// Joiners stay: emoji and several scripts need them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
        || ('\u{202A}'..='\u{202E}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
}

/// `NUL`, `com1.txt` and the like: Windows opens a device instead of the file.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = ["COM", "LPT"].iter().any(|port| {
        stem.strip_prefix(port).is_some_and(|n| n.chars().count() == 1 && n.contains(|c: char| c.is_numeric()))
    });
    numbered || ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str())
}

/// At most [`MAX_NAME`] characters; the ending stays, since it says what opens the file.
fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= MAX_NAME {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let ending = if ending.chars().count() <= 16 { ending } else { "" };
    let stem = name.chars().take(MAX_NAME - ending.chars().count()).collect::<String>();
    format!("{}{ending}", stem.trim_end_matches(is_loose_end))
}

/// What Windows drops at the end of a name.
fn is_loose_end(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_file_came_as_its_kept_name_could_be_typed() {
        let long = format!("{}.pdf", "ä".repeat(300));
        for came in [
            "",
            ".",
            "..",
            "../../etc/passwd",
            r"C:\Users\maya\offer.pdf",
            "a\0b.txt",
            "con",
            "LPT1.txt",
            "a<b>.pdf",
            " x. ",
            "gpj\u{202E}exe.",
            "...",
            long.as_str(),
            "👩‍💻 報告.pdf",
        ] {
            let kept = clean_name(came);
            assert_eq!(checked_name(&kept), Ok(kept.clone()), "{came:?}");
        }
        assert!(clean_name(&long).ends_with(".pdf"));
        assert_eq!(clean_name("Offer (final).pdf"), "Offer (final).pdf");
    }
}
