//! The door for machines: `/api`. Adapters of a few lines; what may happen is decided in `service`.

mod attachments;
mod board;
mod bulk;
mod events;
mod export;
mod imports;
mod incoming;
mod interactions;
mod leads;
mod notifications;
mod params;
mod products;
mod search;
mod session;
mod stream;
mod undo;
mod views;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{header, request::Parts},
};
use domain::ErrorCode;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{problem::Problem, startup::Server};

pub use self::{attachments::UPLOADS, export::EXPORTS, imports::IMPORTS};

/// Every operation, with its place in the OpenAPI document.
pub fn router() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(session::login))
        .routes(routes!(session::logout))
        .routes(routes!(session::me))
        .routes(routes!(leads::list, leads::create))
        .routes(routes!(leads::find, leads::replace, leads::patch, leads::delete))
        .routes(routes!(interactions::list, interactions::log))
        .routes(routes!(interactions::edit, interactions::delete))
        .routes(routes!(events::history))
        .routes(routes!(events::timeline))
        .routes(routes!(events::follow))
        .routes(routes!(search::my_day))
        .routes(routes!(views::list, views::create))
        .routes(routes!(views::update, views::delete))
        .routes(routes!(search::search))
        .routes(routes!(products::find))
        .routes(routes!(bulk::bulk))
        .routes(routes!(bulk::find_job))
        .routes(routes!(bulk::cancel_job))
        .routes(routes!(undo::undo))
        .routes(routes!(undo::restore))
        .routes(routes!(undo::merge))
        .routes(routes!(attachments::list, attachments::upload))
        .routes(routes!(attachments::find, attachments::rename, attachments::delete))
        .routes(routes!(attachments::download))
        .routes(routes!(leads::score))
        .routes(routes!(leads::duplicates))
        .routes(routes!(export::export))
        .routes(routes!(imports::import))
        .routes(routes!(imports::template))
        .routes(routes!(imports::list))
        .routes(routes!(imports::find, imports::configure, imports::discard))
        .routes(routes!(imports::run))
        .routes(routes!(imports::cancel))
        .routes(routes!(imports::revert))
        .routes(routes!(imports::rows))
        .routes(routes!(imports::errors))
        .routes(routes!(stream::stream))
        .routes(routes!(notifications::bell))
        .routes(routes!(notifications::read))
        .routes(routes!(board::board))
        .routes(routes!(board::move_to))
        .routes(routes!(board::assignees))
}

/// A JSON body. What cannot be read is 400, a wrong content type 415, a wrong value 422 with its field.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType, "Send the body as application/json."));
        }
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status().as_u16() {
                413 => Problem::new(ErrorCode::TooLarge, "A body may hold 1 MiB."),
                _ => Problem::new(ErrorCode::BadRequest, "The body broke off."),
            })?;
        parse(&bytes).map(Body)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(ErrorCode::BadRequest, format!("The body is not JSON: {error}.")))?;
    // serde reads a struct from an array too; fields without names are nothing we promise.
    if value.is_array() {
        return Err(Problem::new(ErrorCode::BadRequest, "Send a JSON object."));
    }
    service::read_json(value).map_err(|fields| service::Error::Invalid(fields).into())
}

/// An id in the path. One that is no number names nothing: 404.
pub struct Id<T>(pub T);

impl<T: std::str::FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = axum::extract::Path::<String>::from_request_parts(parts, state).await.ok();
        let id = text.and_then(|text| text.0.parse().ok());
        id.map(Id).ok_or_else(|| service::Error::NotFound.into())
    }
}
