//! Refusals as pages get them: the same problem that machines get.

use domain::{ErrorCode, Problem, leads::Lead};
use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::wire::{self, Wire};

/// The error of every server function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UiError(pub Box<Problem>);

impl UiError {
    /// No answer: nobody knows whether anything was saved.
    pub fn unreachable() -> Self {
        let detail = "The server cannot be reached. Check the connection and try again.";
        UiError(Box::new(Problem::new(ErrorCode::Unavailable, detail)))
    }

    /// The lead as it is now, when a change was made from an older one.
    pub fn current(&self) -> Option<Lead> {
        wire::read_value(self.0.current.clone()?).ok()
    }

    /// What to tell the person.
    pub fn message(&self) -> String {
        self.0.detail.clone()
    }
}

impl std::fmt::Display for UiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for UiError {}

impl FromServerFnError for UiError {
    type Encoder = Wire;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        UiError(Box::new(match error {
            ServerFnErrorErr::Request(_) => return UiError::unreachable(),
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => {
                Problem::new(ErrorCode::BadRequest, detail)
            }
            // On the server, of what was sent: a body beyond its limit is told as one that cannot be read.
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(detail) if detail.contains("length limit") => {
                Problem::new(ErrorCode::TooLarge, "The request is too large. Nothing was saved.")
            }
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(detail) => Problem::new(ErrorCode::BadRequest, detail),
            // In the browser, of an answer that is none of ours: something in between is away.
            #[cfg(not(feature = "ssr"))]
            ServerFnErrorErr::Deserialization(_) => return UiError::unreachable(),
            other => Problem::new(ErrorCode::Internal, other.to_string()),
        }))
    }
}

#[cfg(feature = "ssr")]
impl From<service::Error> for UiError {
    fn from(error: service::Error) -> Self {
        let problem = Problem::from(error);
        crate::document::set_status(problem.status);
        UiError(Box::new(problem))
    }
}
