//! Where a request comes from.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};

use crate::startup::Server;

/// The visitor's IP address: the peer's, or behind a trusted proxy the one the proxy saw.
pub struct Address(pub String);

impl FromRequestParts<Server> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string());
        let forwarded = parts.headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
        // The last entry is the one our own proxy wrote; those before it came from the visitor.
        let seen_by_proxy = forwarded.and_then(|list| list.rsplit(',').next()).map(|ip| ip.trim().to_owned());
        let address = if server.config.trust_proxy { seen_by_proxy.or(peer) } else { peer };
        Ok(Address(address.unwrap_or_else(|| "unknown".into())))
    }
}
