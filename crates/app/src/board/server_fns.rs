//! How the board reaches the use cases. Each calls one.

use domain::{
    LeadId,
    leads::{Board, Lead, MoveInput},
    users::Assignee,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::viewer::acting;
use crate::{UiError, viewer::Done, wire::Json};

/// The board of the leads that match the query string.
#[server(endpoint = "board/load", input = GetUrl, output = Json)]
pub async fn load_board(query: String) -> Result<Board, UiError> {
    let query = domain::leads::LeadQuery::parse(&query).map_err(service::Error::BadRequest)?;
    Ok(acting().await?.leads().board(&query.filter).await?)
}

#[server(endpoint = "board/move", input = Json, output = Json)]
pub async fn move_lead(id: LeadId, input: MoveInput) -> Result<Done<Lead>, UiError> {
    let me = acting().await?;
    Ok(Done::by(&me, me.leads().move_to(id, input).await?))
}

/// Everyone a lead can be given to, with the work they have.
#[server(endpoint = "assignees", input = GetUrl, output = Json)]
pub async fn load_assignees() -> Result<Vec<Assignee>, UiError> {
    Ok(acting().await?.leads().assignees().await?)
}
