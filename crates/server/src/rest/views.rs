//! `/api/views`.

use axum::{
    Json,
    http::{StatusCode, header},
    response::IntoResponse,
};
use domain::{
    ViewId,
    views::{View, ViewInput},
};
use serde_json::Value;

use super::{Body, Id};
use crate::{problem::Problem, session::As};

/// Lists the caller's own views, then those that others share. At most 200.
#[utoipa::path(get, path = "/api/views", tag = "Views", operation_id = "listViews",
    responses(
        (status = 200, description = "All of them", body = Vec<View>),
        (status = 401, description = "Not signed in"),
    ))]
pub async fn list(As(me): As) -> Result<Json<Vec<View>>, Problem> {
    Ok(Json(me.views().list().await?))
}

/// Saves a view of the caller's own, at most 100. `query` is a query string of `/api/leads`; page and total are dropped.
#[utoipa::path(post, path = "/api/views", tag = "Views", operation_id = "createView", request_body = ViewInput,
    responses(
        (status = 201, description = "The new view; its address is in Location", body = View),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "The query uses a field the caller may not see"),
        (status = 422, description = "A field breaks its rule, or the name is taken"),
    ))]
pub async fn create(As(me): As, Body(input): Body<ViewInput>) -> Result<impl IntoResponse, Problem> {
    let view = me.views().create(input).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/views/{}", view.id))], Json(view)))
}

/// Changes a view by a JSON merge patch (RFC 7396): absent is unchanged, null is cleared.
#[utoipa::path(put, path = "/api/views/{id}", tag = "Views", operation_id = "updateView",
    params(("id" = i64, Path)), request_body = ViewInput,
    responses(
        (status = 200, description = "The view as it is now", body = View),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Someone else's shared view, and the caller is no admin"),
        (status = 404, description = "No such view, or someone else's private one"),
        (status = 422, description = "A field breaks its rule, or the name is taken"),
    ))]
pub async fn update(As(me): As, Id(id): Id<ViewId>, Body(patch): Body<Value>) -> Result<Json<View>, Problem> {
    Ok(Json(me.views().update(id, patch).await?))
}

/// Deletes a view.
#[utoipa::path(delete, path = "/api/views/{id}", tag = "Views", operation_id = "deleteView",
    params(("id" = i64, Path)),
    responses(
        (status = 204, description = "Gone"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Someone else's shared view, and the caller is no admin"),
        (status = 404, description = "No such view, or someone else's private one"),
    ))]
pub async fn delete(As(me): As, Id(id): Id<ViewId>) -> Result<StatusCode, Problem> {
    me.views().delete(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
