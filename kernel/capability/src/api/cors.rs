//! Which other sites may ask the API from a browser (CORS, <https://fetch.spec.whatwg.org/#http-cors-protocol>). None by
//! itself. Cookies are never let through: a page elsewhere brings a token or learns nothing.

use crate::App;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// What a page elsewhere may send and read.
const SENT: &str = "authorization, content-type, idempotency-key, if-none-match";
const READ: &str =
    "etag, location, ratelimit, ratelimit-policy, retry-after, idempotency-replayed, x-request-id";
/// Seconds for which a browser remembers what it was told: ten minutes.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");

/// Around everything: answers what browsers ask before they ask, and says who may read the answer.
pub(crate) async fn cors(State(app): State<App>, request: Request, next: Next) -> Response {
    let origins = &app.api.origins;
    if origins.is_empty() || !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let allowed = request.headers().get(header::ORIGIN).filter(|o| allows(origins, o)).cloned();
    let preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match (&allowed, preflight) {
        (Some(_), true) => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        say(headers, origin, preflight);
    }
    response
}

fn allows(origins: &[String], origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    origins.iter().any(|o| o == "*" || o == origin)
}

fn say(headers: &mut HeaderMap, origin: HeaderValue, preflight: bool) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let more: &[(HeaderName, HeaderValue)] = if preflight {
        &[
            (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE")),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT)),
            (header::ACCESS_CONTROL_MAX_AGE, REMEMBERED),
        ]
    } else {
        &[(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ))]
    };
    for (name, value) in more {
        headers.insert(name.clone(), value.clone());
    }
}
