//! From a multipart body to attachments, a file at a time.

use axum::http::{HeaderMap, header};
use domain::{ErrorCode, Fields, LeadId, attachments::Attachment};
use futures_util::TryStreamExt;
use multer::{Field, Multipart};
use service::{Acting, Error, Upload};

use super::body::{Broken, Incoming};
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

/// The name that the file came with. Some programs send one beyond ASCII as `filename*`, which wins (RFC 6266).
fn name(part: &Field<'_>) -> Option<String> {
    let disposition = part.headers().get(header::CONTENT_DISPOSITION).map(|value| value.as_bytes()).unwrap_or_default();
    let extended = String::from_utf8_lossy(disposition).into_owned();
    let extended = extended.split(';').find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        let value = if name.trim().eq_ignore_ascii_case("filename*") { value.trim() } else { return None };
        let (charset, value) = value.split_once('\'')?;
        let (_, value) = value.split_once('\'')?;
        charset.eq_ignore_ascii_case("utf-8").then(|| unescaped(value)).flatten()
    });
    extended.or_else(|| part.file_name().map(str::to_owned))
}

fn unescaped(value: &str) -> Option<String> {
    let pair = format!("name={}", value.replace('+', "%2B"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, name)| name.into_owned())
}

fn broken(error: multer::Error) -> Error {
    let broken = match &error {
        multer::Error::StreamReadFailed(inner) => inner.downcast_ref::<Broken>().copied().unwrap_or(Broken::Off),
        multer::Error::IncompleteStream
        | multer::Error::IncompleteHeaders
        | multer::Error::IncompleteFieldData { .. } => Broken::Off,
        other => return Error::BadRequest(Fields::one("file", format!("the upload cannot be read: {other}"))),
    };
    Error::BadRequest(Fields::one("file", broken.to_string()))
}
