//! How the pages reach the use case.

use domain::search::Hits;
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::viewer::acting;
use crate::{UiError, wire::Json};

/// Nothing for less than two characters.
#[server(endpoint = "search", input = GetUrl, output = Json)]
pub async fn search(q: String) -> Result<Hits, UiError> {
    Ok(acting().await?.search(&q).await?)
}
