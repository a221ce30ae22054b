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
        (status = 401, description = "Not signed in"),
        (status = 404, description = "No such product"),
    ))]
pub async fn find(As(me): As, Id(id): Id<ProductId>) -> Result<Json<Product>, Problem> {
    Ok(Json(me.products().find(id).await?))
}
