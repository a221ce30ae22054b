//! `/api/products`.

use axum::Json;
use domain::{ProductId, products::Product};

use super::Id;
use crate::{problem::Problem, session::As};

/// One product of the catalogue, with its pitch and talking points. `agentNotes` is null for engineers.
#[utoipa::path(get, path = "/api/products/{id}", tag = "Products", operation_id = "findProduct",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The product", body = Product),
        (status = 401, description = "Not signed in", body = domain::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such product", body = domain::Problem, content_type = "application/problem+json"),
    ))]
pub async fn find(As(me): As, Id(id): Id<ProductId>) -> Result<Json<Product>, Problem> {
    Ok(Json(me.products().find(id).await?))
}
