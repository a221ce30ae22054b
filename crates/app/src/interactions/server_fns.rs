//! How the pages reach the use cases. Each calls one. What there is, the lead's timeline loads.

use domain::{
    InteractionId, LeadId,
    interactions::{Interaction, InteractionInput},
};
use leptos::prelude::*;
use serde_json::Value;

#[cfg(feature = "ssr")]
use crate::viewer::acting;
use crate::{UiError, wire::Json};

#[server(endpoint = "interactions/log", input = Json, output = Json)]
pub async fn log_interaction(lead: LeadId, interaction: InteractionInput) -> Result<Interaction, UiError> {
    Ok(acting().await?.interactions().log(lead, interaction).await?)
}

/// `patch` is a JSON merge patch of `type` and `text`.
#[server(endpoint = "interactions/edit", input = Json, output = Json)]
pub async fn edit_interaction(id: InteractionId, patch: Value) -> Result<Interaction, UiError> {
    Ok(acting().await?.interactions().edit(id, patch).await?)
}

#[server(endpoint = "interactions/delete", input = Json, output = Json)]
pub async fn delete_interaction(id: InteractionId) -> Result<(), UiError> {
    Ok(acting().await?.interactions().delete(id).await?)
}
