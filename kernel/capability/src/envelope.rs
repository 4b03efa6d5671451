//! What is around every request and answer: an id, one line in the log, security headers, and errors in the
//! form that fits who asked.

use crate::door::door_shell;
use crate::{App, Problem, limits};
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;
use std::fmt::Write as _;
use std::time::Instant;
use tracing::Instrument as _;

/// The id of a request: in the log, in the header `x-request-id`, and on error pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    /// The id that the request brings, from a proxy that gave it one; a new one when it brings none that is safe in a
    /// log and a header.
    fn of(request: &Request) -> Self {
        let brought = request.headers().get("x-request-id").and_then(|v| v.to_str().ok());
        let fits = |id: &&str| {
            (8..=64).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        brought.filter(fits).map_or_else(Self::random, |id| Self(id.to_owned()))
    }

    fn random() -> Self {
        let mut bytes = [0u8; 8];
        // Without randomness sessions would not be safe either; there is nothing sensible to do next.
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        Self(bytes.iter().fold(String::new(), |mut out, b| {
            // Writing to a String cannot fail.
            let _ = write!(out, "{b:02x}");
            out
        }))
    }
}

/// How the answer to an error is dressed.
enum Audience {
    /// A program.
    Api,
    /// A part of a page.
    Fragment,
    /// A person with a browser.
    Page,
}

/// Whether a request is answered however much there is to do: what asks after the server itself.
fn is_probe(request: &Request) -> bool {
    ["/healthz", "/readyz"].contains(&request.uri().path())
}

/// The outermost layer.
pub(crate) async fn envelope(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = RequestId::of(&request);
    let begun = Instant::now();
    let in_flight = app.meter.begin();
    let route = request.extensions().get::<MatchedPath>().map(|m| m.as_str().to_owned()).unwrap_or_default();
    let method = request.method().clone();
    let path = loggable(request.uri());
    let audience = audience(&request);
    request.extensions_mut().insert(id.clone());
    // On the level of errors, so that every line says which request it belongs to, whatever is filtered.
    let span = tracing::error_span!("request", id = %id.0);
    let room = if is_probe(&request) { None } else { Some(app.limits.request()) };
    let answer = async {
        let response = match room {
            Some(None) => {
                app.meter.refused();
                limits::busy().into_response()
            }
            _ => next.run(request).await,
        };
        let response = present(response, &audience, &id, &path).await;
        let took = begun.elapsed();
        let status = response.status().as_u16();
        app.meter.answered(&route, method.as_str(), status, took);
        tracing::info!(request = %id.0, %method, %path, status, micros = took.as_micros() as u64, "request");
        response
    };
    let mut response = answer.instrument(span).await;
    drop(in_flight);
    add_headers(response.headers_mut(), &app, &id);
    response
}

/// The path without the query, and without the secret of a sign-in link.
fn loggable(uri: &Uri) -> String {
    match uri.path() {
        p if p.starts_with("/signin/link/") => "/signin/link/…".to_owned(),
        p => p.to_owned(),
    }
}

fn audience(request: &Request) -> Audience {
    if access::is_api(request.uri().path()) {
        Audience::Api
    } else if request.headers().contains_key("hx-request") {
        Audience::Fragment
    } else {
        Audience::Page
    }
}

/// Dresses errors: ours, and the plain texts with which the web framework refuses a request.
async fn present(response: Response, audience: &Audience, id: &RequestId, path: &str) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let typed =
        response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let ours = response.extensions().get::<Problem>().cloned();
    if ours.is_none() && !typed.is_empty() && !typed.starts_with("text/plain") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let mut problem = match ours {
        Some(problem) => problem,
        None => Problem::new(status, plain_text(body, status).await),
    };
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(request = %id.0, path, error = %problem.detail, "a request failed");
        // What failed inside is for the log; the person needs to know how to find it there.
        problem.detail =
            format!("This is a defect of {}. The server's log says more under request {}.", base::NAME, id.0);
    }
    let mut dressed = dress(&problem, audience, id);
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    for (name, value) in &parts.headers {
        dressed.headers_mut().append(name, value.clone());
    }
    if let Some(seconds) = problem.retry_after {
        dressed.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    dressed
}

async fn plain_text(body: Body, status: StatusCode) -> String {
    let bytes = to_bytes(body, 4096).await.unwrap_or_default();
    match (String::from_utf8_lossy(&bytes).trim(), status) {
        ("", StatusCode::NOT_FOUND) => "There is nothing at this address.".into(),
        ("", StatusCode::METHOD_NOT_ALLOWED) => "This address does not take that method.".into(),
        ("", _) => title_of(status).into(),
        (text, _) => text.to_owned(),
    }
}

fn dress(problem: &Problem, audience: &Audience, id: &RequestId) -> Response {
    let title = title_of(problem.status);
    match audience {
        Audience::Api => {
            let body = json!({
                "type": "about:blank",
                "title": title,
                "status": problem.status.as_u16(),
                "detail": problem.detail,
                "instance": format!("urn:request:{}", id.0),
            });
            let kind = [(header::CONTENT_TYPE, "application/problem+json")];
            (problem.status, kind, Json(body)).into_response()
        }
        Audience::Fragment => {
            let markup = ui::problem(title, &problem.detail, &ui::Markup::empty());
            (problem.status, Html(markup.into_string())).into_response()
        }
        Audience::Page => {
            let home = ui::link_button("To the first page", "/", ui::Look::Primary);
            (problem.status, ui::message(&door_shell(""), title, &problem.detail, &home)).into_response()
        }
    }
}

/// A status in words that people understand.
fn title_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "Please sign in",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::METHOD_NOT_ALLOWED => "Not possible here",
        StatusCode::CONFLICT => "This collides with something",
        StatusCode::PAYLOAD_TOO_LARGE => "Too large",
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => "Something in the request is not right",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        StatusCode::SERVICE_UNAVAILABLE => "Not available now",
        s if s.is_server_error() => "Something went wrong",
        _ => "This did not work",
    }
}

fn add_headers(headers: &mut HeaderMap, app: &App, id: &RequestId) {
    let policy = format!("{}; report-uri /csp-report", ui::CONTENT_POLICY);
    let dynamic = [("content-security-policy", policy), ("x-request-id", id.0.clone())];
    for (name, value) in dynamic {
        // Both are ASCII of our own making.
        let value = HeaderValue::from_str(&value).expect("a header of plain ASCII");
        headers.insert(HeaderName::from_static(name), value);
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if app.access.public_url.as_deref().is_some_and(|u| u.starts_with("https://")) {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // What shows a community is for whoever asked; assets say otherwise themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
}
