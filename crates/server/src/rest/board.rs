//! `/api/leads/board`, `/api/leads/{id}/move` and `/api/assignees`.

use axum::{Json, extract::RawQuery};
use domain::{
    LeadId,
    leads::{Board, Lead, LeadQuery, MoveInput},
    users::Assignee,
};
use service::Error;

use super::{Body, Id};
use crate::{problem::Problem, session::As};

/// The board: each status with the exact number of its leads, what they are worth, and the first 25 of them.
///
/// Takes the filters of `GET /api/leads`; with `status`, only those columns. A column goes on as a list:
/// `GET /api/leads?sort=position&status=…&cursor=` with its `nextCursor`.
#[utoipa::path(get, path = "/api/leads/board", tag = "Board", operation_id = "showBoard",
    responses(
        (status = 200, description = "The columns in pipeline order", body = Board),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "The query uses a field the caller may not see"),
    ))]
pub async fn board(As(me): As, RawQuery(query): RawQuery) -> Result<Json<Board>, Problem> {
    let query = LeadQuery::parse(query.as_deref().unwrap_or_default()).map_err(Error::BadRequest)?;
    Ok(Json(me.leads().board(&query.filter).await?))
}

/// Moves a lead to a status and to a place in its column: `after` or `before` a neighbour, otherwise on top.
///
/// A lead that is won gets the engineer with the least work left, or `assignedEngineer`. Send `version` along to have a
/// stale move refused (409); the refusal says who moved the lead where.
#[utoipa::path(post, path = "/api/leads/{id}/move", tag = "Board", operation_id = "moveLead",
    params(("id" = i64, Path)), request_body = MoveInput,
    responses(
        (status = 200, description = "The lead as it is now", body = Lead),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not for engineers"),
        (status = 404, description = "No such lead in the caller's scope"),
        (status = 409, description = "The version is stale; current holds the lead"),
        (status = 422, description = "A field breaks its rule or does not go with the status"),
    ))]
pub async fn move_to(As(me): As, Id(id): Id<LeadId>, Body(input): Body<MoveInput>) -> Result<Json<Lead>, Problem> {
    Ok(Json(me.leads().move_to(id, input).await?))
}

/// Lists everyone a lead can be given to, with the work they have: engineers first, in the order in which wins go to
/// them.
#[utoipa::path(get, path = "/api/assignees", tag = "Board", operation_id = "listAssignees",
    responses(
        (status = 200, description = "Active people, at most 1,000 engineers and 1,000 others", body = Vec<Assignee>),
        (status = 401, description = "Not signed in"),
    ))]
pub async fn assignees(As(me): As) -> Result<Json<Vec<Assignee>>, Problem> {
    Ok(Json(me.leads().assignees().await?))
}
