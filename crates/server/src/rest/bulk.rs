//! `/api/leads/bulk` and `/api/jobs`.

use axum::{Json, http::StatusCode, response::IntoResponse};
use domain::{
    JobId,
    leads::{BulkInput, BulkJob},
};

use super::{Body, Id};
use crate::{problem::Problem, session::As};

/// Creates, changes, assigns, moves or deletes many leads, by the rules of a single write.
///
/// Unless `partial`, one refusal keeps all of it from happening. More than 1,000 leads become a job.
#[utoipa::path(post, path = "/api/leads/bulk", tag = "Leads", operation_id = "bulkLeads", request_body = BulkInput,
    responses(
        (status = 200, description = "Done, with a report", body = BulkJob),
        (status = 202, description = "More than 1,000 leads: a job with this id does it", body = BulkJob),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not the caller's to do, or so for every lead; nothing was changed"),
        (status = 404, description = "None of the leads is in the caller's scope"),
        (status = 422, description = "Something breaks a rule, or some leads refused; nothing was changed"),
        (status = 429, description = "Twenty jobs of the caller's are waiting already"),
    ))]
pub async fn bulk(As(me): As, Body(input): Body<BulkInput>) -> Result<impl IntoResponse, Problem> {
    Ok(answer(me.leads().bulk(input).await?))
}

/// How a job stands. Only its own person and admins see it.
#[utoipa::path(get, path = "/api/jobs/{id}", tag = "Leads", operation_id = "findJob",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The job", body = BulkJob),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "No such job of the caller's"),
    ))]
pub async fn find_job(As(me): As, Id(id): Id<JobId>) -> Result<Json<BulkJob>, Problem> {
    Ok(Json(me.jobs().find(id).await?))
}

/// Stops a job, within two seconds. All or nothing: then nothing was changed. Partial: what was changed stays.
#[utoipa::path(post, path = "/api/jobs/{id}/cancel", tag = "Leads", operation_id = "cancelJob",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The job; still running until it has noticed", body = BulkJob),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "No such job of the caller's"),
    ))]
pub async fn cancel_job(As(me): As, Id(id): Id<JobId>) -> Result<Json<BulkJob>, Problem> {
    Ok(Json(me.jobs().cancel(id).await?))
}

/// 202 for what is yet to happen.
pub(super) fn answer(job: BulkJob) -> impl IntoResponse {
    let status = if job.state.is_over() { StatusCode::OK } else { StatusCode::ACCEPTED };
    (status, Json(job))
}
