//! `/api/leads/import` and `/api/imports`: files of leads on their way in.

use axum::{
    Json,
    body::Body as Answer,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    ErrorCode, Fields, ImportId, Page,
    imports::{Import, ImportRows, ImportStep, OnDuplicate, RowOutcome},
    leads::ExportFormat,
};
use futures_util::TryStreamExt;
use multer::Multipart;
use serde_json::{Map, Value};
use service::{Acting, Error, ImportUpload};
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use super::{
    Body, Id,
    export::download,
    incoming::{Incoming, broken, name},
    params::Params,
};
use crate::{problem::Problem, session::As};

/// Where files of leads are sent to: an address with time limits and a size limit of its own.
pub const IMPORTS: &str = "/api/leads/import";
/// Bytes of a field beside the file.
const FIELD_BYTES: usize = 256 << 10;

/// What an import looks like in the document; it is read as a stream.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ImportForm {
    /// CSV or XLSX, at most 256 MiB and 1,048,576 rows.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `true` goes through the file and writes nothing; `false` is the default.
    dry_run: Option<bool>,
    /// A JSON object, header → field or null. Without it columns are recognised by their headers.
    mapping: Option<String>,
    /// `skip` (default), `update` or `create`.
    on_duplicate: Option<String>,
    /// A JSON object, a merge patch of everything that was guessed; see ImportSettings.
    settings: Option<String>,
}

/// Brings a file of leads in, or goes through it without writing.
///
/// Answers as soon as the file is stored and looked into; the rest is a job, see `GET /api/imports/{id}`.
#[utoipa::path(post, path = "/api/leads/import", tag = "Imports", operation_id = "importLeads",
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses(
        (status = 202, description = "The import, on its way", body = Import),
        (status = 400, description = "The body broke off or stood still; nothing was kept"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Engineers do not import"),
        (status = 413, description = "The file is over 256 MiB; nothing was kept"),
        (status = 415, description = "The body is no multipart/form-data"),
        (status = 422, description = "A file that cannot be read, or settings that do not fit it; nothing was kept"),
        (status = 429, description = "Twenty jobs of the caller's are waiting already"),
        (status = 503, description = "The file store is away"),
    ))]
pub async fn import(me: Result<As, Problem>, request: Request) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let body = Incoming::new(body);
    let imported = match me {
        Ok(As(me)) => receive(&me, &head.headers, &body).await,
        Err(problem) => Err(problem),
    };
    match imported {
        Ok(import) => Ok((StatusCode::ACCEPTED, Json(import)).into_response()),
        Err(problem) => {
            body.drain(&head.headers).await;
            Err(problem)
        }
    }
}

async fn receive(me: &Acting, headers: &HeaderMap, body: &Incoming) -> Result<Import, Problem> {
    let mut upload = me.imports().upload().await?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(|_| {
        Problem::new(ErrorCode::UnsupportedMediaType, "Send the file as multipart/form-data, in a part `file`.")
    })?;
    let choices = read_parts(&mut upload, Multipart::new(body.pieces(), boundary), body).await?;
    let Choices { settings, on_duplicate, step } = choices;
    Ok(upload.finish(Value::Object(settings), on_duplicate, step).await?)
}

struct Choices {
    settings: Map<String, Value>,
    on_duplicate: OnDuplicate,
    step: ImportStep,
}

async fn read_parts(upload: &mut ImportUpload, mut parts: Multipart<'_>, body: &Incoming) -> Result<Choices, Error> {
    let mut choices = Choices { settings: Map::new(), on_duplicate: OnDuplicate::Skip, step: ImportStep::Run };
    let mut mapping = None;
    while let Some(mut part) = parts.next_field().await.map_err(broken)? {
        body.claim();
        let field = part.name().unwrap_or_default().to_owned();
        if field == "file" {
            let came_as = name(&part);
            // A form whose file field was left empty sends it all the same.
            if came_as.as_deref() != Some("") {
                let bytes = part.map_err(broken).inspect_ok(|_| body.claim());
                upload.file(came_as.as_deref().unwrap_or_default(), bytes).await?;
            }
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(piece) = part.chunk().await.map_err(broken)? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > FIELD_BYTES {
                return Err(Error::TooLarge(format!("{field} may hold {} KiB. Nothing was kept.", FIELD_BYTES >> 10)));
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let wrong = |message: String| Error::Invalid(Fields::one(field.clone(), message));
        match (field.as_str(), text.trim()) {
            (_, "") => {}
            ("dryRun", "true") => choices.step = ImportStep::Check,
            ("dryRun", "false") => choices.step = ImportStep::Run,
            ("dryRun", _) => return Err(wrong("expected true or false".into())),
            ("onDuplicate", text) => choices.on_duplicate = text.parse().map_err(|e: &str| wrong(e.into()))?,
            ("mapping", text) => {
                mapping = Some(serde_json::from_str(text).map_err(|e| wrong(format!("is not JSON: {e}")))?)
            }
            ("settings", text) => {
                choices.settings = serde_json::from_str(text).map_err(|e| wrong(format!("is no JSON object: {e}")))?;
            }
            _ => return Err(wrong("is not a known field".into())),
        }
    }
    choices.settings.extend(mapping.map(|mapping| ("mapping".to_owned(), mapping)));
    Ok(choices)
}

/// Imports, newest first: the caller's own, an admin's everyone's.
#[utoipa::path(get, path = "/api/imports", tag = "Imports", operation_id = "listImports",
    params(
        ("limit" = Option<u16>, Query, description = "1 to 200; default 50"),
        ("cursor" = Option<String>, Query, description = "nextCursor of the page before"),
    ),
    responses(
        (status = 200, description = "One page", body = Page<Import>),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Engineers do not import"),
    ))]
pub async fn list(As(me): As, mut params: Params) -> Result<Json<Page<Import>>, Problem> {
    let (limit, cursor) = params.page();
    params.finish()?;
    Ok(Json(me.imports().list(limit, cursor.as_ref()).await?))
}

/// How an import stands: its state, the four counts, what it could not resolve.
#[utoipa::path(get, path = "/api/imports/{id}", tag = "Imports", operation_id = "findImport",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The import", body = Import),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Engineers do not import"),
        (status = 404, description = "No such import of the caller's"),
    ))]
pub async fn find(As(me): As, Id(id): Id<ImportId>) -> Result<Json<Import>, Problem> {
    Ok(Json(me.imports().find(id).await?))
}

/// Changes how the file is read and what becomes of its rows, and goes through it again without writing.
///
/// A merge patch of the import's settings. A mapping that is sent leaves out every column it does not name.
#[utoipa::path(patch, path = "/api/imports/{id}", tag = "Imports", operation_id = "configureImport",
    params(("id" = i64, Path)), request_body = domain::imports::ImportSettings,
    responses(
        (status = 200, description = "The import, being gone through", body = Import),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Engineers do not import, and only whoever sent a file goes on with it"),
        (status = 404, description = "No such import of the caller's"),
        (status = 409, description = "Leads were written already"),
        (status = 422, description = "Settings that do not fit the file; nothing was changed"),
        (status = 429, description = "Twenty jobs of the caller's are waiting already"),
        (status = 503, description = "The file store is away"),
    ))]
pub async fn configure(As(me): As, Id(id): Id<ImportId>, Body(choices): Body<Value>) -> Result<Json<Import>, Problem> {
    Ok(Json(me.imports().configure(id, choices).await?))
}

/// Writes what the dry run has shown.
#[utoipa::path(post, path = "/api/imports/{id}/run", tag = "Imports", operation_id = "runImport",
    params(("id" = i64, Path)),
    responses(
        (status = 202, description = "The import, on its way", body = Import),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Engineers do not import, and only whoever sent a file goes on with it"),
        (status = 404, description = "No such import of the caller's"),
        (status = 409, description = "Not gone through yet, or brought in already"),
        (status = 429, description = "Twenty jobs of the caller's are waiting already"),
    ))]
pub async fn run(As(me): As, Id(id): Id<ImportId>) -> Result<impl IntoResponse, Problem> {
    Ok((StatusCode::ACCEPTED, Json(me.imports().run(id).await?)))
}

/// Stops an import or its dry run, within two seconds. What was written before stays, and can be reverted.
#[utoipa::path(post, path = "/api/imports/{id}/cancel", tag = "Imports", operation_id = "cancelImport",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The import; still busy until it has noticed", body = Import),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Engineers do not import"),
        (status = 404, description = "No such import of the caller's"),
    ))]
pub async fn cancel(As(me): As, Id(id): Id<ImportId>) -> Result<Json<Import>, Problem> {
    Ok(Json(me.imports().cancel(id).await?))
}

/// Takes an import back: leads that it made are deleted, those that it changed become what they were.
///
/// Fields that others have changed since stay, and `kept` lists them.
#[utoipa::path(post, path = "/api/imports/{id}/revert", tag = "Imports", operation_id = "revertImport",
    params(("id" = i64, Path)),
    responses(
        (status = 202, description = "The import, being taken back", body = Import),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Engineers do not import"),
        (status = 404, description = "No such import of the caller's"),
        (status = 409, description = "It is running, wrote nothing, or was taken back already"),
        (status = 429, description = "Twenty jobs of the caller's are waiting already"),
    ))]
pub async fn revert(As(me): As, Id(id): Id<ImportId>) -> Result<impl IntoResponse, Problem> {
    Ok((StatusCode::ACCEPTED, Json(me.imports().revert(id).await?)))
}

/// Lets go of a file that was not brought in, with all that is known of it.
#[utoipa::path(delete, path = "/api/imports/{id}", tag = "Imports", operation_id = "discardImport",
    params(("id" = i64, Path)),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Engineers do not import"),
        (status = 404, description = "No such import of the caller's"),
        (status = 409, description = "Leads were written already"),
    ))]
pub async fn discard(As(me): As, Id(id): Id<ImportId>) -> Result<StatusCode, Problem> {
    me.imports().discard(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Rows of the file and what becomes of each.
#[utoipa::path(get, path = "/api/imports/{id}/rows", tag = "Imports", operation_id = "listImportRows",
    params(
        ("id" = i64, Path),
        ("outcome" = Option<RowOutcome>, Query, description = "Only these rows"),
        ("after" = Option<i64>, Query, description = "The `next` of the page before"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default"),
    ),
    responses(
        (status = 200, description = "A page of rows, in the order of the file", body = ImportRows),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Engineers do not import"),
        (status = 404, description = "No such import of the caller's"),
    ))]
pub async fn rows(As(me): As, Id(id): Id<ImportId>, mut params: Params) -> Result<Json<ImportRows>, Problem> {
    let outcome = params.read("outcome", "expected created, updated, skipped or failed");
    let (after, limit) = (after(&mut params), params.limit());
    params.finish()?;
    Ok(Json(me.imports().rows(id, outcome, after, limit.into()).await?))
}

/// The row that a page begins behind.
fn after(params: &mut Params) -> i64 {
    params.read("after", "expected the number of a row").unwrap_or_default()
}

/// The rows that failed: as pages of JSON, or all of them as a file that can be corrected and sent again.
///
/// The file holds the columns as they came and one more, `error`.
#[utoipa::path(get, path = "/api/imports/{id}/errors", tag = "Imports", operation_id = "listImportErrors",
    params(
        ("id" = i64, Path),
        ("format" = Option<String>, Query, description = "json (default), csv or xlsx"),
        ("after" = Option<i64>, Query, description = "JSON: the `next` of the page before"),
        ("limit" = Option<i64>, Query, description = "JSON: 1 to 200, 50 by default"),
    ),
    responses(
        (status = 200, description = "A page of rows, or the file", content((ImportRows = "application/json"), ("text/csv"))),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Engineers do not import"),
        (status = 404, description = "No such import of the caller's"),
        (status = 422, description = "The import's file was cleared away"),
        (status = 503, description = "The file store is away"),
    ))]
pub async fn errors(As(me): As, Id(id): Id<ImportId>, mut params: Params) -> Result<Response, Problem> {
    let (after, limit) = (after(&mut params), params.limit());
    let format = params.text("format").filter(|format| format != "json");
    params.finish()?;
    let Some(format) = format else {
        let rows = me.imports().rows(id, Some(RowOutcome::Failed), after, limit.into()).await?;
        return Ok(Json(rows).into_response());
    };
    let wrong = |_| Error::BadRequest(Fields::one("format", "expected json, csv or xlsx"));
    let format: ExportFormat = format.parse().map_err(wrong)?;
    let problems = me.imports().problems(id, format).await?;
    let pieces = ReaderStream::with_capacity(tokio::fs::File::from_std(problems.file), 64 << 10);
    Ok(download(Answer::from_stream(pieces), format, &problems.file_name, Some(problems.size)))
}

/// An empty file to fill in. As XLSX its cells offer the stages, people and products there are.
#[utoipa::path(get, path = "/api/leads/import/template", tag = "Imports", operation_id = "importTemplate",
    params(("format" = Option<String>, Query, description = "csv (default) or xlsx")),
    responses(
        (status = 200, description = "The file", content_type = "text/csv"),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Engineers do not import"),
    ))]
pub async fn template(As(me): As, mut params: Params) -> Result<Response, Problem> {
    let format = params.read("format", "expected csv or xlsx").unwrap_or_default();
    params.finish()?;
    let bytes = me.imports().template(format).await?;
    Ok(download(Answer::from(bytes), format, &format!("leads-template.{}", format.as_str()), None))
}
