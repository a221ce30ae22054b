//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};

use crate::startup::Server;

/// The visitor's IP address: the peer's, or behind a trusted proxy the one the proxy saw.
pub struct Address(pub String);

impl FromRequestParts<Server> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let forwarded = if server.config.trust_proxy { seen_by_proxy(&parts.headers) } else { None };
        // Listening on [::], the system shows 127.0.0.1 as ::ffff:127.0.0.1.
        let address = forwarded.or(peer).map(|ip| ip.to_canonical());
        Ok(Address(address.map_or_else(|| "unknown".into(), |ip| ip.to_string())))
    }
}

/// The last entry of the last line is the one our own proxy wrote; those before it came from the visitor.
fn seen_by_proxy(headers: &HeaderMap) -> Option<IpAddr> {
    let line = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let entry = line.rsplit(',').next()?.trim();
    entry.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_proxy_wrote_counts() {
        let seen = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            seen_by_proxy(&headers).map(|ip| ip.to_string())
        };
        assert_eq!(seen(&["1.1.1.1, 2.2.2.2"]).as_deref(), Some("2.2.2.2"));
        assert_eq!(seen(&["1.1.1.1", "2.2.2.2"]).as_deref(), Some("2.2.2.2"), "a proxy may add a line of its own");
        assert_eq!(seen(&["[2001:db8::1]:4711"]).as_deref(), Some("2001:db8::1"));
        assert_eq!(seen(&["2.2.2.2, somebody"]), None);
        assert_eq!(seen(&[]), None);
    }
}
