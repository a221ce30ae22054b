//! What happened: `/api/leads/{id}/history`, `/api/leads/{id}/timeline` and `/api/events`.

use axum::Json;
use domain::{
    EventId, LeadId, Page,
    events::{Event, Feed, TimelineEntry, TimelinePart},
};

use super::{Id, params::Params};
use crate::{problem::Problem, session::As};

/// Lists what changed on a lead, newest first: who, when, through which door, from what to what.
///
/// Engineers get neither changes of fields they do not see, nor events about nothing else.
#[utoipa::path(get, path = "/api/leads/{id}/history", tag = "Events", operation_id = "listHistory",
    params(
        ("id" = i64, Path),
        ("limit" = Option<u16>, Query, description = "1 to 200; default 50"),
        ("cursor" = Option<String>, Query, description = "nextCursor of the page before"),
    ),
    responses(
        (status = 200, description = "One page", body = Page<Event>),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "No such lead in the caller's scope"),
    ))]
pub async fn history(As(me): As, Id(lead): Id<LeadId>, mut params: Params) -> Result<Json<Page<Event>>, Problem> {
    let (limit, cursor) = params.page();
    params.finish()?;
    Ok(Json(me.leads().history(lead, cursor.as_ref(), limit).await?))
}

/// The same with the interaction or file each event brought, as it is now: what a person reads.
///
/// What stood in something deleted since is left out.
#[utoipa::path(get, path = "/api/leads/{id}/timeline", tag = "Events", operation_id = "listTimeline",
    params(
        ("id" = i64, Path),
        ("part" = Option<String>, Query, description = "all (default), interactions, changes, files, agents (what came through MCP)"),
        ("limit" = Option<u16>, Query, description = "1 to 200; default 50"),
        ("cursor" = Option<String>, Query, description = "nextCursor of the page before; keep the part"),
    ),
    responses(
        (status = 200, description = "One page", body = Page<TimelineEntry>),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "No such lead in the caller's scope"),
    ))]
pub async fn timeline(
    As(me): As,
    Id(lead): Id<LeadId>,
    mut params: Params,
) -> Result<Json<Page<TimelineEntry>>, Problem> {
    let part = params.read("part", "expected all, interactions, changes, files or agents");
    let (limit, cursor) = params.page();
    params.finish()?;
    let part: TimelinePart = part.unwrap_or_default();
    Ok(Json(me.leads().timeline(lead, part, cursor.as_ref(), limit).await?))
}

/// Follows everything that happens within the caller's scope, without a gap: send `next` back as `after`.
///
/// Events of leads the caller sees now, deleted ones included; for admins also those of people, products and views.
/// Events appear once every transaction before them is over. `next` may move on without any item; when it stays the
/// same, there is no more for now.
#[utoipa::path(get, path = "/api/events", tag = "Events", operation_id = "followEvents",
    params(
        ("after" = Option<i64>, Query, description = "next of the answer before; absent or 0 starts at the beginning"),
        ("limit" = Option<u16>, Query, description = "1 to 200; default 50"),
    ),
    responses(
        (status = 200, description = "What came after, in order", body = Feed),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
    ))]
pub async fn follow(As(me): As, mut params: Params) -> Result<Json<Feed>, Problem> {
    let after: Option<EventId> = params.read("after", "expected the id of an event");
    let limit = params.limit();
    params.finish()?;
    Ok(Json(me.events().after(after, limit).await?))
}
