//! How the pages reach the use case.

use domain::search::Hits;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::UiError;
#[cfg(feature = "ssr")]
use crate::viewer::acting;

/// Nothing for less than two characters.
#[server(endpoint = "search", input = GetUrl)]
pub async fn search(q: String) -> Result<Hits, UiError> {
    Ok(acting().await?.search(&q).await?)
}
