//! How the bell reaches its use cases. Each calls one.

use domain::{NotificationId, notifications::Bell};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::viewer::acting;
use crate::{UiError, wire::Json};

/// The person's newest notifications, and how many are not read.
#[server(endpoint = "notifications", input = GetUrl, output = Json)]
pub async fn load_bell() -> Result<Bell, UiError> {
    Ok(acting().await?.notifications().bell().await?)
}

#[server(endpoint = "notifications/read", input = Json, output = Json)]
pub async fn read_bell(up_to: NotificationId) -> Result<(), UiError> {
    Ok(acting().await?.notifications().read(up_to).await?)
}
