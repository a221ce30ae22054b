//! Pages whose last bytes do not come: ended rather than left open.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    extract::Request,
    http::header,
    middleware::Next,
    response::Response,
};
use futures_util::StreamExt;

/// A page is whole before its first byte is sent; what follows is data that the browser can ask for itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// Ends the body of a page that waits longer than [`PATIENCE`] for its next piece: a browser comes alive only at the end
/// of a page, and what is missing then it loads.
pub async fn layer(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|value| value.starts_with("text/html")) {
        return response;
    }
    // Whoever packs the page asks once more after its end.
    let pieces = |body: Body| futures_util::stream::unfold(body.into_data_stream(), piece).fuse();
    response.map(|body| Body::from_stream(pieces(body)))
}

async fn piece(mut body: BodyDataStream) -> Option<(Result<axum::body::Bytes, axum::Error>, BodyDataStream)> {
    match tokio::time::timeout(PATIENCE, body.next()).await {
        Ok(piece) => piece.map(|piece| (piece, body)),
        Err(_) => {
            tracing::warn!("the rest of a page did not come in time; it was ended without");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware::from_fn, routing::get};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_page_that_stalls_ends_with_what_it_has() {
        let stalling = || async {
            let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>("whole")]);
            let body = Body::from_stream(pieces.chain(futures_util::stream::pending()));
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body)
        };
        let router = Router::new().route("/", get(stalling)).layer(from_fn(layer));
        let page = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(axum::body::to_bytes(page.into_body(), 100).await.unwrap(), "whole");
    }
}
