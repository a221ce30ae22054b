//! `/api/notifications`.

use axum::{Json, http::StatusCode};
use domain::notifications::{Bell, ReadInput};

use super::Body;
use crate::{problem::Problem, session::As};

/// The caller's newest notifications, and how many are not read.
///
/// Someone is told when a lead is given to them (to sell or to deliver), when a lead of theirs is won or its delivery
/// blocked, and when a follow-up of theirs is due. Nobody is told of what they did themselves. Kept for 90 days.
#[utoipa::path(get, path = "/api/notifications", tag = "Notifications", operation_id = "listNotifications",
    responses(
        (status = 200, description = "The newest 50, newest first", body = Bell),
        (status = 401, description = "Not signed in"),
    ))]
pub async fn bell(As(me): As) -> Result<Json<Bell>, Problem> {
    Ok(Json(me.notifications().bell().await?))
}

/// Marks the caller's notifications up to `upTo` as read.
#[utoipa::path(post, path = "/api/notifications/read", tag = "Notifications", operation_id = "readNotifications",
    request_body = ReadInput,
    responses(
        (status = 204, description = "Read, also those that were before"),
        (status = 401, description = "Not signed in"),
        (status = 422, description = "upTo is missing or no number"),
    ))]
pub async fn read(As(me): As, Body(input): Body<ReadInput>) -> Result<StatusCode, Problem> {
    me.notifications().read(input.up_to).await?;
    Ok(StatusCode::NO_CONTENT)
}
