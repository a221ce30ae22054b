//! From a multipart body to attachments, a file at a time.

use axum::http::{HeaderMap, header};
use domain::{ErrorCode, LeadId, attachments::Attachment};
use futures_util::TryStreamExt;
use multer::Multipart;
use service::{Acting, Error, Upload};

use super::super::incoming::{Incoming, broken, name};
use crate::problem::Problem;

/// Attaches every `file` of the body to the lead, or none.
pub(super) async fn all(
    me: &Acting,
    lead: LeadId,
    headers: &HeaderMap,
    body: &Incoming,
) -> Result<Vec<Attachment>, Problem> {
    let mut upload = me.attachments().upload(lead).await?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(|_| {
        Problem::new(ErrorCode::UnsupportedMediaType, "Send the files as multipart/form-data, each in a part `file`.")
    })?;
    match fill(&mut upload, Multipart::new(body.pieces(), boundary), body).await {
        Ok(()) => Ok(upload.finish().await?),
        Err(error) => {
            upload.abandon().await;
            Err(error.into())
        }
    }
}

async fn fill(upload: &mut Upload, mut parts: Multipart<'_>, body: &Incoming) -> Result<(), Error> {
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        body.claim();
        if part.name() != Some("file") {
            continue;
        }
        let name = name(&part);
        // A form whose file field was left empty sends it all the same.
        if name.as_deref() == Some("") {
            continue;
        }
        let bytes = part.map_err(broken).inspect_ok(|_| body.claim());
        upload.file(name.as_deref().unwrap_or_default(), bytes).await?;
    }
    Ok(())
}
