//! What watches the server: liveness, readiness, metrics.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::ErrorCode;

use crate::{problem::Problem, startup::Server, visitor::Address};

/// `/healthz`, `/readyz`, `/metrics`.
pub fn routes() -> Router<Server> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// 200 while the database answers, else 503.
async fn ready(State(server): State<Server>) -> Response {
    if server.crm.ready().await {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")], "the database does not answer\n")
            .into_response()
    }
}

/// Prometheus text. For this machine itself, or for whoever holds `SIWAHT_METRICS_TOKEN`.
async fn metrics(State(server): State<Server>, Address(address): Address, headers: HeaderMap) -> Response {
    let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
    let local = !forwarded && address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let bearer =
        headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    let known = server.config.metrics_token.is_some() && bearer == server.config.metrics_token.as_deref();
    if local || known {
        return server.metrics.render().into_response();
    }
    Problem::new(ErrorCode::Forbidden, "Metrics need SIWAHT_METRICS_TOKEN as a Bearer token.").into_response()
}
