//! `/api/search` and `/api/my-day`: where a day starts.

use axum::Json;
use domain::{leads::MyDay, search::Hits};

use super::params::Params;
use crate::{problem::Problem, session::As};

/// Finds the best leads and products, at most eight of each.
///
/// Every word must occur in a lead's name, e-mail, phone or company, or in a product's name. Names that begin with the
/// words come first, then leads that were changed last. Of very common words and of words of two letters only the best
/// part is looked through; `GET /api/leads?q=` finds all.
#[utoipa::path(get, path = "/api/search", tag = "Search", operation_id = "search",
    params(("q" = Option<String>, Query, description = "2 to 200 characters; less finds nothing")),
    responses(
        (status = 200, description = "The best of each kind", body = Hits),
        (status = 400, description = "A parameter cannot be used"),
        (status = 401, description = "Not signed in"),
    ))]
pub async fn search(As(me): As, mut params: Params) -> Result<Json<Hits>, Problem> {
    let q = params.text("q").unwrap_or_default();
    params.finish()?;
    Ok(Json(me.search(&q).await?))
}

/// Follow-ups of the caller's own open leads: overdue, today, and the six days after, in the caller's time zone.
///
/// Own leads are those assigned to the caller; for an engineer those they deliver.
#[utoipa::path(get, path = "/api/my-day", tag = "Leads", operation_id = "myDay",
    responses(
        (status = 200, description = "Exact numbers and the first five of each", body = MyDay),
        (status = 401, description = "Not signed in"),
    ))]
pub async fn my_day(As(me): As) -> Result<Json<MyDay>, Problem> {
    Ok(Json(me.leads().my_day().await?))
}
