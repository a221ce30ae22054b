//! Files on a lead.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{AttachmentId, LeadId, UserId};

/// Bytes of one file at the most.
pub const MAX_BYTES: u64 = 25 << 20;
/// Characters of a file's name at the most.
pub const MAX_NAME: usize = 255;

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
