//! How an error leaves over HTTP: a handler returns a [`Problem`]; the outermost layer, which knows the path,
//! turns it into problem+json (RFC 9457) or a calm page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base::{Error, ErrorKind};

/// An error on its way out. Handlers return `Result<_, Problem>` and use `?` on anything that gives a
/// [`base::Error`].
#[derive(Debug, Clone)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// What happened and what to do next.
    pub detail: String,
    /// Seconds after which asking again makes sense (`Retry-After`).
    pub retry_after: Option<i64>,
}

impl Problem {
    /// A problem with exactly this status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), retry_after: None }
    }

    /// Nobody is signed in.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }
}

impl From<Error> for Problem {
    fn from(e: Error) -> Self {
        let status = match e.kind {
            ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Conflict => StatusCode::CONFLICT,
            ErrorKind::Forbidden => StatusCode::FORBIDDEN,
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, e.message)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.detail.clone()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
