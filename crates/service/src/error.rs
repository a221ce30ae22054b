//! One error for every use case. Each door maps it once; nothing internal leaves through any of them.

use domain::{ErrorCode, Fields, Problem};

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case refused or failed. Nothing was written in any of these cases.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not signed in")]
    Unauthenticated,
    /// Account and password do not belong together; it never says which of the two is wrong.
    #[error("wrong credentials")]
    WrongCredentials,
    /// The actor may not do this, or may not write these fields.
    #[error("forbidden: {detail}")]
    Forbidden { detail: String, fields: Fields },
    /// There is no such row, or none the actor may see: the two look the same.
    #[error("not found")]
    NotFound,
    /// The row changed since the caller read it; `current` is how it is now.
    #[error("conflict")]
    Conflict { detail: String, current: Option<serde_json::Value> },
    /// The request cannot be read as what it should be.
    #[error("bad request")]
    BadRequest(Fields),
    /// The fields break their rules.
    #[error("invalid")]
    Invalid(Fields),
    /// More bytes than may be sent.
    #[error("too large: {0}")]
    TooLarge(String),
    /// An attachment whose bytes are not where they were stored.
    #[error("the bytes of a file are missing")]
    FileMissing,
    #[error("too many attempts, try again in {retry_after_s} s")]
    TooMany { retry_after_s: u64 },
    /// The database is away or too busy; it may be back in a moment.
    #[error("database unavailable: {0}")]
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// The folder or bucket with the files is away or full.
    #[error("file store unavailable: {0}")]
    FilesUnavailable(Box<dyn std::error::Error + Send + Sync>),
    #[error("internal: {0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Internal(error.into())
    }

    /// For `map_err` where files are read or written, whatever the library.
    pub(crate) fn files(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::FilesUnavailable(error.into())
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Error::Forbidden { detail: detail.into(), fields: Fields::default() }
    }

    /// It cannot be done as things stand now.
    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Error::Conflict { detail: detail.into(), current: None }
    }

    /// Whether it is this constraint of the database that did not hold.
    pub(crate) fn breaks(&self, constraint: &str) -> bool {
        let Error::Internal(inner) = self else { return false };
        let Some(sqlx::Error::Database(error)) = inner.downcast_ref() else { return false };
        error.constraint() == Some(constraint)
    }

    /// Seconds after which trying again makes sense.
    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            Error::TooMany { retry_after_s } => Some(*retry_after_s),
            Error::Unavailable(_) | Error::FilesUnavailable(_) => Some(2),
            Error::Unauthenticated
            | Error::WrongCredentials
            | Error::Forbidden { .. }
            | Error::NotFound
            | Error::Conflict { .. }
            | Error::BadRequest(_)
            | Error::Invalid(_)
            | Error::TooLarge(_)
            | Error::FileMissing
            | Error::Internal(_) => None,
        }
    }
}

/// Where every door ends: what is internal is logged here, once, and goes no further.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthenticated => Problem::new(ErrorCode::Unauthenticated, "Sign in, then try again."),
            Error::WrongCredentials => {
                Problem::new(ErrorCode::Unauthenticated, "No active account matches this name and password.")
            }
            Error::Forbidden { detail, fields } => Problem::new(ErrorCode::Forbidden, detail).with_fields(fields),
            Error::NotFound => Problem::new(ErrorCode::NotFound, "It does not exist, or you may not see it."),
            Error::Conflict { detail, current } => Problem { current, ..Problem::new(ErrorCode::Conflict, detail) },
            Error::BadRequest(fields) => {
                Problem::new(ErrorCode::BadRequest, "Correct the named fields.").with_fields(fields)
            }
            Error::Invalid(fields) => {
                Problem::new(ErrorCode::Invalid, "Nothing was saved. Correct the named fields.").with_fields(fields)
            }
            Error::TooLarge(detail) => Problem::new(ErrorCode::TooLarge, detail),
            Error::FileMissing => Problem::new(
                ErrorCode::NotFound,
                "The bytes of this file are missing from the file store. Ask an admin to bring them back from a backup.",
            ),
            Error::FilesUnavailable(inner) => {
                tracing::warn!(error = %inner, "file store unavailable");
                let detail = "The file store does not answer. Nothing was saved. Try again in a few seconds.";
                Problem::new(ErrorCode::Unavailable, detail)
            }
            Error::TooMany { retry_after_s } => {
                Problem::new(ErrorCode::TooMany, format!("Wait {retry_after_s} s, then try again."))
            }
            Error::Unavailable(inner) => {
                tracing::warn!(error = %inner, "database unavailable");
                Problem::new(ErrorCode::Unavailable, "Nothing was saved. Try again in a few seconds.")
            }
            Error::Internal(inner) => {
                tracing::error!(error = %inner, "internal error");
                Problem::new(ErrorCode::Internal, "Nothing was saved. The log has it under the request id.")
            }
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let away = match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => {
                true
            }
            // Class 08 connection, 53 resources, 57 operator (shutdown, time-out), 40 deadlock or serialisation.
            sqlx::Error::Database(e) => {
                e.code().is_some_and(|code| ["08", "53", "57", "40"].iter().any(|class| code.starts_with(class)))
            }
            _ => false,
        };
        if away { Error::Unavailable(error.into()) } else { Error::Internal(error.into()) }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::Internal(error.into())
    }
}

/// Turns a broken database constraint into the field it is about.
pub(crate) trait OnConstraint<T> {
    fn on_constraint(self, name: &str, field: &str, message: &str) -> Result<T>;
}

impl<T, E: Into<Error>> OnConstraint<T> for Result<T, E> {
    fn on_constraint(self, name: &str, field: &str, message: &str) -> Result<T> {
        self.map_err(|error| match error.into() {
            error if error.breaks(name) => Error::Invalid(Fields::one(field, message)),
            other => other,
        })
    }
}
