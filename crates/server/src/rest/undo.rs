//! `/api/undo`, and what else puts leads right: restoring and merging them.

use axum::{Json, response::IntoResponse};
use domain::{
    LeadId,
    leads::{BulkJob, Lead, MergeInput, UndoInput},
};

use super::{Body, Id, bulk};
use crate::{problem::Problem, session::As};

/// Takes back everything one request of the caller's did to leads within the last hour, exactly: all of it or nothing.
///
/// An undo can itself be undone, by its own request id.
#[utoipa::path(post, path = "/api/undo", tag = "Leads", operation_id = "undo", request_body = UndoInput,
    responses(
        (status = 200, description = "Undone", body = BulkJob),
        (status = 202, description = "More than 1,000 leads: a job with this id does it", body = BulkJob),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "The caller may not do this any more"),
        (status = 404, description = "No such request of the caller's, or it did nothing to leads"),
        (status = 409, description = "More than an hour ago, or a lead has moved on since; it is named with its fields"),
        (status = 422, description = "A field breaks its rule"),
        (status = 429, description = "Twenty jobs of the caller's are waiting already"),
    ))]
pub async fn undo(As(me): As, Body(input): Body<UndoInput>) -> Result<impl IntoResponse, Problem> {
    Ok(bulk::answer(me.leads().undo(&input.request_id).await?))
}

/// Brings a lead back that was deleted within the last 30 days. One that is not deleted stays as it is.
#[utoipa::path(post, path = "/api/leads/{id}/restore", tag = "Leads", operation_id = "restoreLead",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The lead", body = Lead),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not the caller's to delete, hence not to restore"),
        (status = 404, description = "No such lead in the caller's scope, or gone for good"),
    ))]
pub async fn restore(As(me): As, Id(id): Id<LeadId>) -> Result<Json<Lead>, Problem> {
    Ok(Json(me.leads().restore(id).await?))
}

/// Merges another lead into this one: interactions, files and products move along, the other is deleted.
///
/// What is empty here is filled from there; `take` names the fields to be taken although they are not empty.
#[utoipa::path(post, path = "/api/leads/{id}/merge", tag = "Leads", operation_id = "mergeLeads",
    params(("id" = i64, Path)), request_body = MergeInput,
    responses(
        (status = 200, description = "The one lead", body = Lead),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not for engineers; not the caller's to delete; or a field they may not write"),
        (status = 404, description = "One of the leads is not in the caller's scope"),
        (status = 409, description = "A version is stale; current holds that lead"),
        (status = 422, description = "A field breaks its rule"),
    ))]
pub async fn merge(As(me): As, Id(id): Id<LeadId>, Body(input): Body<MergeInput>) -> Result<Json<Lead>, Problem> {
    Ok(Json(me.leads().merge(id, input).await?))
}
