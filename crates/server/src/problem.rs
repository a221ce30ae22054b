//! Refusals as RFC 9457 problems.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::ErrorCode;
use service::Error;

/// The answer to a request that was refused.
pub struct Problem {
    body: Box<domain::Problem>,
    retry_after_s: Option<u64>,
}

impl Problem {
    /// A refusal that no use case was needed for.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Problem { body: Box::new(domain::Problem::new(code, detail)), retry_after_s: None }
    }
}

impl From<domain::Problem> for Problem {
    fn from(problem: domain::Problem) -> Self {
        Problem { retry_after_s: None, body: Box::new(problem) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem { retry_after_s: error.retry_after_s(), body: Box::new(error.into()) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Problem { mut body, retry_after_s } = self;
        body.request_id = crate::request_log::current_id();
        let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
