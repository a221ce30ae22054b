//! What every answer carries, and which requests are refused for where they come from.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::ErrorCode;

use crate::{problem::Problem, startup::Server};

const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
];
/// For answers that are no pages; a page brings its own with a nonce.
const NOTHING_RUNS: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Adds the headers; keeps what an answer has set itself: a page its policy, a preview that it may stand in a frame.
pub async fn headers(State(server): State<Server>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    // Pages and answers are one person's: after signing out, going back must not show them.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING_RUNS));
    if server.config.production {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// Refuses unsafe requests that a browser sends from another site.
///
/// Browsers always send `Sec-Fetch-Site` or `Origin` with them. A request with neither comes from no browser, carries
/// no stolen cookie, and passes.
pub async fn same_origin(State(server): State<Server>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_origin(request.headers(), server.config.public_url.as_deref()) {
        return next.run(request).await;
    }
    Problem::new(ErrorCode::Forbidden, "The request came from another site. Nothing was done.").into_response()
}

fn is_same_origin(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some("same-origin" | "none"), _) => true,
        (Some(_), origin) => origin.is_some() && origin == public_url,
        (None, None) => true,
        (None, Some(origin)) => {
            let host = text("host");
            Some(origin) == public_url || (host.is_some() && origin.split_once("://").map(|(_, h)| h) == host)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect();
        is_same_origin(&headers, Some("https://crm.example.com"))
    }

    #[test]
    fn our_own_pages_and_programs_pass() {
        assert!(passes(&[("sec-fetch-site", "same-origin")]));
        assert!(passes(&[("origin", "http://localhost:3000"), ("host", "localhost:3000")]));
        assert!(passes(&[("origin", "https://crm.example.com"), ("host", "10.0.0.7:3000")]));
        assert!(passes(&[("host", "localhost:3000")]));
    }

    #[test]
    fn other_sites_do_not() {
        assert!(!passes(&[("sec-fetch-site", "cross-site")]));
        assert!(!passes(&[("sec-fetch-site", "same-site"), ("origin", "https://evil.example.com")]));
        assert!(!passes(&[("origin", "https://evil.example"), ("host", "localhost:3000")]));
        assert!(!passes(&[("origin", "null"), ("host", "localhost:3000")]));
    }
}
