//! How the pages reach the use cases. Each calls one.

use domain::{AttachmentId, LeadId, attachments::Attachment};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::viewer::acting;
use crate::{UiError, wire::Json};

/// The newest 500 files of a lead, newest first.
#[server(endpoint = "attachments/list", input = GetUrl, output = Json)]
pub async fn list_attachments(lead: LeadId) -> Result<Vec<Attachment>, UiError> {
    Ok(acting().await?.attachments().list(lead).await?)
}

#[server(endpoint = "attachments/rename", input = Json, output = Json)]
pub async fn rename_attachment(id: AttachmentId, file_name: String) -> Result<Attachment, UiError> {
    Ok(acting().await?.attachments().rename(id, &file_name).await?)
}

#[server(endpoint = "attachments/delete", input = Json, output = Json)]
pub async fn delete_attachment(id: AttachmentId) -> Result<(), UiError> {
    Ok(acting().await?.attachments().delete(id).await?)
}
