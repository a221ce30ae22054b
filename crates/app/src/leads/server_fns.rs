//! How the pages reach the use cases. Each calls one.

use domain::{
    LeadId, Page,
    leads::{Lead, LeadInput},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json},
};
use serde_json::Value;

use crate::UiError;
#[cfg(feature = "ssr")]
use crate::viewer::acting;

/// One page of the list that the query string describes; no total.
#[server(endpoint = "leads/list", input = GetUrl)]
pub async fn list_leads(query: String) -> Result<Page<Lead>, UiError> {
    Ok(acting().await?.leads().list(&parse(&query)?).await?)
}

/// How many leads match, exactly. Apart from the list, so that no page waits for it.
#[server(endpoint = "leads/count", input = GetUrl)]
pub async fn count_leads(query: String) -> Result<i64, UiError> {
    Ok(acting().await?.leads().count(&parse(&query)?).await?)
}

#[server(endpoint = "leads/find", input = GetUrl)]
pub async fn find_lead(id: LeadId) -> Result<Lead, UiError> {
    Ok(acting().await?.leads().find(id).await?)
}

#[server(endpoint = "leads/create", input = Json)]
pub async fn create_lead(lead: LeadInput) -> Result<Lead, UiError> {
    Ok(acting().await?.leads().create(lead).await?)
}

/// `patch` is a JSON merge patch; with `version` in it, a stale one is refused.
#[server(endpoint = "leads/update", input = Json)]
pub async fn update_lead(id: LeadId, patch: Value) -> Result<Lead, UiError> {
    Ok(acting().await?.leads().update(id, patch).await?)
}

#[server(endpoint = "leads/delete", input = Json)]
pub async fn delete_lead(id: LeadId) -> Result<(), UiError> {
    Ok(acting().await?.leads().delete(id).await?)
}

#[cfg(feature = "ssr")]
fn parse(query: &str) -> Result<domain::leads::LeadQuery, UiError> {
    Ok(domain::leads::LeadQuery::parse(query).map_err(service::Error::BadRequest)?)
}
