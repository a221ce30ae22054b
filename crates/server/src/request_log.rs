//! One structured line and one measurement per request, and the id that ties them to an answer.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderValue, header::HeaderName},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request that is being answered.
pub fn current_id() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Gives the request its id, answers it, logs it.
pub async fn layer(request: Request, next: Next) -> Response {
    let id = new_id();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("other", |p| p.as_str()).to_owned();
    let span = tracing::info_span!("request", id = %id);
    let started = Instant::now();
    let mut response = CURRENT.scope(id.clone(), next.run(request).instrument(span.clone())).await;
    let (status, elapsed) = (response.status().as_u16(), started.elapsed());
    span.in_scope(|| {
        let ms = (elapsed.as_secs_f64() * 1e4).round() / 10.0;
        tracing::info!(%method, %path, status, ms, "answered");
    });
    // Routes are ours and few; what a client may invent (paths, methods) must not become a label.
    metrics::counter!("http_requests_total", "route" => route.clone(), "status" => status.to_string()).increment(1);
    metrics::histogram!("http_request_duration_seconds", "route" => route).record(elapsed.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(&REQUEST_ID, value);
    }
    response
}

/// Sixteen hexadecimal digits. Unique enough to find a line in a log; nothing is kept safe by it.
fn new_id() -> String {
    let mut bytes = [0u8; 8];
    // Without random bytes the id is zero: worse to search for, no reason to fail a request.
    let _ = getrandom::fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}
