//! `/api/leads`.

use axum::{
    Json,
    extract::RawQuery,
    http::{StatusCode, header},
    response::IntoResponse,
};
use domain::{
    LeadId, Page,
    leads::{Duplicate, DuplicateQuery, Lead, LeadInput, LeadQuery, LeadScore},
};
use serde_json::Value;
use service::Error;

use super::{Body, Id};
use crate::{problem::Problem, session::As};

/// Lists leads in the caller's scope, a page at a time.
///
/// Conditions that all must hold; several values (with commas or repeated) are alternatives.
#[utoipa::path(get, path = "/api/leads", tag = "Leads", operation_id = "listLeads",
    params(
        ("q" = Option<String>, Query, description = "Words that all occur in name, e-mail, phone or company; ≤ 200 characters"),
        ("status" = Option<String>, Query, description = "new, contacted, qualified, proposal, negotiation, won, lost"),
        ("priority" = Option<String>, Query, description = "low, medium, high"),
        ("source" = Option<String>, Query, description = "Exact text; a comma inside a value is written \\,"),
        ("assignee" = Option<String>, Query, description = "A user's id, me, or none"),
        ("engineer" = Option<String>, Query, description = "A user's id, me, or none"),
        ("product" = Option<String>, Query, description = "A product's id; matches any product of the lead"),
        ("valueMin" = Option<f64>, Query, description = "At least this amount; not for engineers"),
        ("valueMax" = Option<f64>, Query, description = "At most this amount; not for engineers"),
        ("createdFrom" = Option<String>, Query, description = "First day, e.g. 2026-01-31, in the caller's time zone"),
        ("createdTo" = Option<String>, Query, description = "Last day"),
        ("closedFrom" = Option<String>, Query, description = "First day"),
        ("closedTo" = Option<String>, Query, description = "Last day"),
        ("followUpFrom" = Option<String>, Query, description = "First day"),
        ("followUpTo" = Option<String>, Query, description = "Last day"),
        ("followUp" = Option<String>, Query, description = "overdue (before today), today, week (the seven days after today), none; today in the caller's time zone"),
        ("sort" = Option<String>, Query, description = "Up to three of createdAt, updatedAt, name, company, status, value, priority, score, followUpAt, lastContactedAt, closedAt, position; a leading - turns the order round; rows without a value come last. Default -createdAt"),
        ("limit" = Option<u16>, Query, description = "1 to 200; default 50"),
        ("cursor" = Option<String>, Query, description = "nextCursor of the page before or previousCursor of the page behind; only with the same sort"),
        ("offset" = Option<u32>, Query, description = "Rows to skip, at most 10,000; deeper pages need a cursor"),
        ("total" = Option<bool>, Query, description = "Count all matching leads, exactly"),
    ),
    responses(
        (status = 200, description = "One page", body = Page<Lead>),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "The query uses a field the caller may not see"),
    ))]
pub async fn list(As(me): As, RawQuery(query): RawQuery) -> Result<Json<Page<Lead>>, Problem> {
    let query = LeadQuery::parse(query.as_deref().unwrap_or_default()).map_err(Error::BadRequest)?;
    Ok(Json(me.leads().list(&query).await?))
}

/// Creates a lead. Only a name is needed. An agent's lead is theirs unless it names another assignee.
#[utoipa::path(post, path = "/api/leads", tag = "Leads", operation_id = "createLead", request_body = LeadInput,
    responses(
        (status = 201, description = "The new lead; its address is in Location", body = Lead),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not for engineers; or a field the caller may not write"),
        (status = 422, description = "A field breaks its rule"),
    ))]
pub async fn create(As(me): As, Body(input): Body<LeadInput>) -> Result<impl IntoResponse, Problem> {
    let lead = me.leads().create(input).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/leads/{}", lead.id))], Json(lead)))
}

/// One lead.
#[utoipa::path(get, path = "/api/leads/{id}", tag = "Leads", operation_id = "findLead",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The lead", body = Lead),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "No such lead in the caller's scope"),
    ))]
pub async fn find(As(me): As, Id(id): Id<LeadId>) -> Result<Json<Lead>, Problem> {
    Ok(Json(me.leads().find(id).await?))
}

/// Changes a lead. The same as `PATCH`: clients of old send partial `PUT`s.
#[utoipa::path(put, path = "/api/leads/{id}", tag = "Leads", operation_id = "replaceLead",
    params(("id" = i64, Path)), request_body = LeadInput,
    responses(
        (status = 200, description = "The lead as it is now", body = Lead),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "A field the caller may not write; nothing was written"),
        (status = 404, description = "No such lead in the caller's scope"),
        (status = 409, description = "The version is stale; current holds the lead"),
        (status = 422, description = "A field breaks its rule"),
    ))]
pub async fn replace(me: As, id: Id<LeadId>, patch: Body<Value>) -> Result<Json<Lead>, Problem> {
    self::patch(me, id, patch).await
}

/// Changes a lead by a JSON merge patch (RFC 7396): absent is unchanged, null is cleared.
///
/// Send `version` along to have the change refused (409) when someone was faster.
#[utoipa::path(patch, path = "/api/leads/{id}", tag = "Leads", operation_id = "updateLead",
    params(("id" = i64, Path)), request_body = LeadInput,
    responses(
        (status = 200, description = "The lead as it is now", body = Lead),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "A field the caller may not write; nothing was written"),
        (status = 404, description = "No such lead in the caller's scope"),
        (status = 409, description = "The version is stale; current holds the lead"),
        (status = 422, description = "A field breaks its rule"),
    ))]
pub async fn patch(As(me): As, Id(id): Id<LeadId>, Body(patch): Body<Value>) -> Result<Json<Lead>, Problem> {
    Ok(Json(me.leads().update(id, patch).await?))
}

/// Deletes a lead: it leaves every list, for everyone.
#[utoipa::path(delete, path = "/api/leads/{id}", tag = "Leads", operation_id = "deleteLead",
    params(("id" = i64, Path)),
    responses(
        (status = 204, description = "Gone"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not the caller's to delete"),
        (status = 404, description = "No such lead in the caller's scope"),
    ))]
pub async fn delete(As(me): As, Id(id): Id<LeadId>) -> Result<StatusCode, Problem> {
    me.leads().delete(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Explains a lead's score, point by point.
#[utoipa::path(get, path = "/api/leads/{id}/score", tag = "Leads", operation_id = "explainScore",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The score and its points", body = LeadScore),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "No such lead in the caller's scope"),
    ))]
pub async fn score(As(me): As, Id(id): Id<LeadId>) -> Result<Json<LeadScore>, Problem> {
    Ok(Json(me.leads().score(id).await?))
}

/// Finds leads with the same e-mail or phone.
///
/// A phone is the same when its last nine digits are, so with and without a country code.
#[utoipa::path(get, path = "/api/leads/duplicates", tag = "Leads", operation_id = "findDuplicates",
    params(
        ("email" = Option<String>, Query, description = "In any case"),
        ("phone" = Option<String>, Query, description = "However it is written; at least six digits"),
        ("except" = Option<i64>, Query, description = "The id of a lead to leave out"),
    ),
    responses(
        (status = 200, description = "At most 5", body = Vec<Duplicate>),
        (status = 400, description = "A parameter that cannot be"),
        (status = 401, description = "Not signed in"),
    ))]
pub async fn duplicates(As(me): As, RawQuery(query): RawQuery) -> Result<Json<Vec<Duplicate>>, Problem> {
    let query = DuplicateQuery::parse(&query.unwrap_or_default()).map_err(Error::BadRequest)?;
    Ok(Json(me.leads().duplicates(&query).await?))
}
