//! How the pages reach the use cases. Each calls one.

use domain::{ProductId, products::Product};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::UiError;
#[cfg(feature = "ssr")]
use crate::viewer::acting;

/// One product with its pitch and talking points.
#[server(endpoint = "products/find", input = GetUrl)]
pub async fn find_product(id: ProductId) -> Result<Product, UiError> {
    Ok(acting().await?.products().find(id).await?)
}
