//! How the pages of imports reach the use cases. Each calls one.

use domain::{
    Cursor, ImportId, Page,
    imports::{Import, ImportRows, RowOutcome},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde_json::Value;

#[cfg(feature = "ssr")]
use crate::viewer::acting;
use crate::{UiError, wire::Json};

/// The newest imports, or those behind a place in the list.
#[server(endpoint = "imports/list", input = GetUrl, output = Json)]
pub async fn list_imports(cursor: Option<Cursor>) -> Result<Page<Import>, UiError> {
    Ok(acting().await?.imports().list(domain::paging::DEFAULT_LIMIT, cursor.as_ref()).await?)
}

#[server(endpoint = "imports/find", input = GetUrl, output = Json)]
pub async fn find_import(id: ImportId) -> Result<Import, UiError> {
    Ok(acting().await?.imports().find(id).await?)
}

/// A merge patch of the import's settings.
#[server(endpoint = "imports/configure", input = Json, output = Json)]
pub async fn configure_import(id: ImportId, choices: Value) -> Result<Import, UiError> {
    Ok(acting().await?.imports().configure(id, choices).await?)
}

#[server(endpoint = "imports/run", input = Json, output = Json)]
pub async fn run_import(id: ImportId) -> Result<Import, UiError> {
    Ok(acting().await?.imports().run(id).await?)
}

#[server(endpoint = "imports/cancel", input = Json, output = Json)]
pub async fn cancel_import(id: ImportId) -> Result<Import, UiError> {
    Ok(acting().await?.imports().cancel(id).await?)
}

#[server(endpoint = "imports/revert", input = Json, output = Json)]
pub async fn revert_import(id: ImportId) -> Result<Import, UiError> {
    Ok(acting().await?.imports().revert(id).await?)
}

#[server(endpoint = "imports/discard", input = Json, output = Json)]
pub async fn discard_import(id: ImportId) -> Result<(), UiError> {
    Ok(acting().await?.imports().discard(id).await?)
}

#[server(endpoint = "imports/rows", input = GetUrl, output = Json)]
pub async fn list_rows(id: ImportId, outcome: Option<RowOutcome>, after: i64) -> Result<ImportRows, UiError> {
    Ok(acting().await?.imports().rows(id, outcome, after, domain::imports::ROWS_PAGE).await?)
}
