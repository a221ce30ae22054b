//! `/api/leads/{id}/interactions` and `/api/interactions/{id}`.

use axum::{
    Json,
    http::{StatusCode, header},
    response::IntoResponse,
};
use domain::{
    InteractionId, LeadId, Page,
    interactions::{Interaction, InteractionInput},
};
use serde_json::Value;

use super::{Body, Id, params::Params};
use crate::{problem::Problem, session::As};

/// Lists a lead's notes, calls, e-mails and meetings, newest first.
#[utoipa::path(get, path = "/api/leads/{id}/interactions", tag = "Interactions", operation_id = "listInteractions",
    params(
        ("id" = i64, Path),
        ("limit" = Option<u16>, Query, description = "1 to 200; default 50"),
        ("cursor" = Option<String>, Query, description = "nextCursor of the page before"),
    ),
    responses(
        (status = 200, description = "One page", body = Page<Interaction>),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "No such lead in the caller's scope"),
    ))]
pub async fn list(As(me): As, Id(lead): Id<LeadId>, mut params: Params) -> Result<Json<Page<Interaction>>, Problem> {
    let (limit, cursor) = params.page();
    params.finish()?;
    Ok(Json(me.interactions().list(lead, limit, cursor.as_ref()).await?))
}

/// Logs a note, call, e-mail or meeting. All but notes set the lead's `lastContactedAt`, a new version of it.
#[utoipa::path(post, path = "/api/leads/{id}/interactions", tag = "Interactions", operation_id = "logInteraction",
    params(("id" = i64, Path)), request_body = InteractionInput,
    responses(
        (status = 201, description = "The new interaction; its address is in Location", body = Interaction),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "No such lead in the caller's scope"),
        (status = 422, description = "A field breaks its rule"),
    ))]
pub async fn log(
    As(me): As,
    Id(lead): Id<LeadId>,
    Body(input): Body<InteractionInput>,
) -> Result<impl IntoResponse, Problem> {
    let made = me.interactions().log(lead, input).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/interactions/{}", made.id))], Json(made)))
}

/// Changes type or text by a JSON merge patch (RFC 7396): absent is unchanged. Sets `editedAt`.
#[utoipa::path(put, path = "/api/interactions/{id}", tag = "Interactions", operation_id = "editInteraction",
    params(("id" = i64, Path)), request_body = InteractionInput,
    responses(
        (status = 200, description = "The interaction as it is now", body = Interaction),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "The caller is neither its author nor an admin"),
        (status = 404, description = "None on a lead in the caller's scope"),
        (status = 422, description = "A field breaks its rule"),
    ))]
pub async fn edit(
    As(me): As,
    Id(id): Id<InteractionId>,
    Body(patch): Body<Value>,
) -> Result<Json<Interaction>, Problem> {
    Ok(Json(me.interactions().edit(id, patch).await?))
}

/// Deletes an interaction. Its timeline says who did, and no longer what it said.
#[utoipa::path(delete, path = "/api/interactions/{id}", tag = "Interactions", operation_id = "deleteInteraction",
    params(("id" = i64, Path)),
    responses(
        (status = 204, description = "Gone"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "The caller is neither its author nor an admin"),
        (status = 404, description = "None on a lead in the caller's scope"),
    ))]
pub async fn delete(As(me): As, Id(id): Id<InteractionId>) -> Result<StatusCode, Problem> {
    me.interactions().delete(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
