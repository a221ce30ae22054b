//! `/api/leads/{id}/attachments` and `/api/attachments/{id}`. Bytes are streamed both ways.

mod receive;
mod serve;

use axum::{
    Json,
    extract::{RawQuery, Request},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use domain::{
    AttachmentId, LeadId,
    attachments::{Attachment, AttachmentInput},
};
use utoipa::ToSchema;

use super::{Body, Id, incoming::Incoming};
use crate::{problem::Problem, session::As};

/// Where files are sent to: an address with time limits and a size limit of its own.
pub const UPLOADS: &str = "/api/leads/{id}/attachments";

/// What an upload looks like in the document; it is read as a stream.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct UploadForm {
    /// Up to 10 parts of this name, each with a file name and at most 25 MiB.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
}

/// Lists the newest 500 files of a lead, newest first.
#[utoipa::path(get, path = "/api/leads/{id}/attachments", tag = "Attachments", operation_id = "listAttachments",
    params(("id" = i64, Path, description = "The lead")),
    responses(
        (status = 200, description = "The files", body = Vec<Attachment>),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "No such lead in the caller's scope"),
    ))]
pub async fn list(As(me): As, Id(lead): Id<LeadId>) -> Result<Json<Vec<Attachment>>, Problem> {
    Ok(Json(me.attachments().list(lead).await?))
}

/// Attaches files to a lead: all of them, or none.
///
/// A plain form may send them too: a request that prefers `text/html` is led back to the lead's page.
#[utoipa::path(post, path = "/api/leads/{id}/attachments", tag = "Attachments", operation_id = "attachFiles",
    params(("id" = i64, Path, description = "The lead")),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The new attachments, in the order they were sent", body = Vec<Attachment>),
        (status = 303, description = "The same, for a form of our own pages"),
        (status = 400, description = "The body broke off or stood still; nothing was kept"),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "No such lead in the caller's scope"),
        (status = 413, description = "A file is over 25 MiB; nothing was kept"),
        (status = 415, description = "The body is no multipart/form-data"),
        (status = 422, description = "No file, or more than ten"),
        (status = 503, description = "The file store is away"),
    ))]
pub async fn upload(
    me: Result<As, Problem>,
    lead: Result<Id<LeadId>, Problem>,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let body = Incoming::new(body);
    let attached = match (me, lead) {
        (Ok(As(me)), Ok(Id(lead))) => receive::all(&me, lead, &head.headers, &body).await.map(|files| (lead, files)),
        (Err(problem), _) | (_, Err(problem)) => Err(problem),
    };
    match attached {
        Ok((lead, _)) if prefers_page(&head.headers) => Ok(back(&head.headers, lead)),
        Ok((_, files)) => Ok((StatusCode::CREATED, Json(files)).into_response()),
        Err(problem) => {
            body.drain(&head.headers).await;
            Err(problem)
        }
    }
}

/// What is known of one file.
#[utoipa::path(get, path = "/api/attachments/{id}", tag = "Attachments", operation_id = "findAttachment",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The attachment", body = Attachment),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "None on a lead in the caller's scope"),
    ))]
pub async fn find(As(me): As, Id(id): Id<AttachmentId>) -> Result<Json<Attachment>, Problem> {
    Ok(Json(me.attachments().find(id).await?))
}

/// Renames a file.
#[utoipa::path(patch, path = "/api/attachments/{id}", tag = "Attachments", operation_id = "renameAttachment",
    params(("id" = i64, Path)), request_body = AttachmentInput,
    responses(
        (status = 200, description = "The attachment as it is now", body = Attachment),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not the uploader, the lead's agent or an admin"),
        (status = 404, description = "None on a lead in the caller's scope"),
        (status = 422, description = "A name that some system could not keep"),
    ))]
pub async fn rename(
    As(me): As,
    Id(id): Id<AttachmentId>,
    Body(input): Body<AttachmentInput>,
) -> Result<Json<Attachment>, Problem> {
    Ok(Json(me.attachments().rename(id, &input.file_name).await?))
}

/// Deletes a file. There is no way back.
#[utoipa::path(delete, path = "/api/attachments/{id}", tag = "Attachments", operation_id = "deleteAttachment",
    params(("id" = i64, Path)),
    responses(
        (status = 204, description = "Gone"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not the uploader, the lead's agent or an admin"),
        (status = 404, description = "None on a lead in the caller's scope"),
    ))]
pub async fn delete(As(me): As, Id(id): Id<AttachmentId>) -> Result<StatusCode, Problem> {
    me.attachments().delete(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The bytes of a file. Takes `Range`, `If-Range` and `If-None-Match`.
#[utoipa::path(get, path = "/api/attachments/{id}/download", tag = "Attachments", operation_id = "downloadAttachment",
    params(
        ("id" = i64, Path),
        ("inline" = Option<u8>, Query, description = "1 shows it instead of saving it; PNG, JPEG, GIF, WebP and PDF only"),
    ),
    responses(
        (status = 200, description = "All of it", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The range that was asked for"),
        (status = 304, description = "The caller has it"),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "None on a lead in the caller's scope; or its bytes are missing"),
        (status = 416, description = "The range begins behind the end"),
        (status = 503, description = "The file store is away"),
    ))]
pub async fn download(
    As(me): As,
    Id(id): Id<AttachmentId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let is_inline = query.is_some_and(|query| query.split('&').any(|pair| pair == "inline=1"));
    serve::file(&me.attachments().open(id).await?, is_inline, &headers).await
}

/// Browsers that send a form ask for a page; programs ask for JSON, for anything, or for nothing in particular.
fn prefers_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let page = accept.find("text/html");
    page.is_some() && accept.find("application/json").is_none_or(|json| page < Some(json))
}

/// To the page of the leads that the form stood on, filters and all; never to another site.
fn back(headers: &HeaderMap, lead: LeadId) -> Response {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let from = referer.and_then(|referer| referer.parse::<Uri>().ok());
    let from = from.as_ref().and_then(Uri::path_and_query).map_or("", |path| path.as_str());
    let is_ours = from.strip_prefix("/leads").is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let to = if is_ours { from.to_owned() } else { format!("/leads/{lead}") };
    let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/leads"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn only_a_browser_is_led_to_a_page() {
        assert!(prefers_page(&with(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")));
        for machine in ["*/*", "application/json", "application/json, text/html;q=0.5", ""] {
            assert!(!prefers_page(&with(header::ACCEPT, machine)), "{machine}");
        }
    }

    #[test]
    fn the_way_back_stays_among_the_leads() {
        for (referer, expected) in [
            ("https://crm.example.com/leads/7?status=won", "/leads/7?status=won"),
            ("https://crm.example.com/leads?lead=7", "/leads?lead=7"),
            ("https://evil.example/leadsevil", "/leads/7"),
            ("https://crm.example.com//evil.example/leads", "/leads/7"),
            ("not an address", "/leads/7"),
        ] {
            let response = back(&with(header::REFERER, referer), LeadId(7));
            assert_eq!(response.headers()[header::LOCATION], expected, "{referer}");
        }
    }
}
