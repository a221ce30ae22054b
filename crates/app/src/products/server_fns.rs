//! How the pages reach the use cases. Each calls one.

use domain::{ProductId, products::Product};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::viewer::acting;
use crate::{UiError, wire::Json};

/// One product with its pitch and talking points.
#[server(endpoint = "products/find", input = GetUrl, output = Json)]
pub async fn find_product(id: ProductId) -> Result<Product, UiError> {
    Ok(acting().await?.products().find(id).await?)
}
