//! How the pages reach the use cases. Each calls one.

use domain::{
    ViewId,
    views::{View, ViewInput},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde_json::Value;

#[cfg(feature = "ssr")]
use crate::viewer::acting;
use crate::{UiError, wire::Json};

/// The person's own first, then shared ones.
#[server(endpoint = "views/list", input = GetUrl, output = Json)]
pub async fn list_views() -> Result<Vec<View>, UiError> {
    Ok(acting().await?.views().list().await?)
}

#[server(endpoint = "views/create", input = Json, output = Json)]
pub async fn create_view(view: ViewInput) -> Result<View, UiError> {
    Ok(acting().await?.views().create(view).await?)
}

/// `patch` is a JSON merge patch of what makes a view.
#[server(endpoint = "views/update", input = Json, output = Json)]
pub async fn update_view(id: ViewId, patch: Value) -> Result<View, UiError> {
    Ok(acting().await?.views().update(id, patch).await?)
}

#[server(endpoint = "views/delete", input = Json, output = Json)]
pub async fn delete_view(id: ViewId) -> Result<(), UiError> {
    Ok(acting().await?.views().delete(id).await?)
}
