//! What was said and written: notes, e-mails, calls and meetings on a lead.

use garde::Validate;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Fields, InteractionId, LeadId, UserId, text};

/// Kinds of interaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "snake_case"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InteractionType {
    #[default]
    Note,
    Email,
    Call,
    Meeting,
}

impl InteractionType {
    /// Every kind, in the order of the composer.
    pub const ALL: [InteractionType; 4] =
        [InteractionType::Note, InteractionType::Call, InteractionType::Email, InteractionType::Meeting];

    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            InteractionType::Note => "note",
            InteractionType::Email => "email",
            InteractionType::Call => "call",
            InteractionType::Meeting => "meeting",
        }
    }

    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            InteractionType::Note => "Note",
            InteractionType::Email => "E-mail",
            InteractionType::Call => "Call",
            InteractionType::Meeting => "Meeting",
        }
    }

    /// Whether the lead was reached: a note to oneself does not count.
    pub fn is_contact(self) -> bool {
        match self {
            InteractionType::Note => false,
            InteractionType::Email | InteractionType::Call | InteractionType::Meeting => true,
        }
    }
}

impl std::str::FromStr for InteractionType {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        InteractionType::ALL.into_iter().find(|t| t.as_str() == text).ok_or("expected note, email, call or meeting")
    }
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Interaction {
    pub id: InteractionId,
    pub lead_id: LeadId,
    /// Who logged it.
    pub user_id: UserId,
    pub r#type: InteractionType,
    /// Markdown-light.
    pub text: String,
    /// When its text was last changed; null while it is as first written.
    #[serde(with = "time::serde::rfc3339::option")]
    pub edited_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// What makes one, and what changes one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InteractionInput {
    #[serde(default)]
    #[garde(skip)]
    pub r#type: InteractionType,
    /// 1 to 10,000 characters.
    #[serde(default)]
    #[garde(custom(text::required(10_000)))]
    pub text: String,
}

impl InteractionInput {
    /// Trims, then checks every rule.
    pub fn checked(mut self) -> Result<Self, Fields> {
        self.text = self.text.trim().to_owned();
        self.validate()?;
        Ok(self)
    }
}
