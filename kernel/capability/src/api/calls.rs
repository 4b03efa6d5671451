//! What is around each call, behind the guard: how much may be asked, repetitions, and answers that are known already.

use super::{check, idempotency};
use crate::{App, Principal, Problem};
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Query, Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base::hash64;

/// The most bytes of a body that is held against its description.
const BODY_MAX: usize = 1 << 20;

/// Who asks, as far as counting and keys are concerned.
pub(crate) fn caller(principal: &Principal) -> String {
    match (&principal.token, principal.account) {
        (Some(token), _) => token.clone(),
        (None, Some(account)) => format!("account {account}"),
        (None, None) => format!("address {}", principal.address),
    }
}

/// One call.
pub(crate) async fn call(
    State(app): State<App>,
    principal: Principal,
    request: Request,
    next: Next,
) -> Response {
    let caller = caller(&principal);
    let left = app.api.rates.take(&caller, app.clock.now());
    let mut response = if left.is_some_and(|l| l.is_over()) {
        let mut problem = Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "Too much was asked within a minute. Nothing was done; wait as long as Retry-After says.",
        );
        problem.retry_after = left.map(super::rates::Left::seconds);
        problem.into_response()
    } else {
        match described(&app, request).await {
            Ok(request) => answer(&app, &caller, request, next).await,
            Err(problem) => problem.into_response(),
        }
    };
    if let Some(left) = left {
        left.say(response.headers_mut());
    }
    response
}

/// Holds a request against its description; gives it back whole.
async fn described(app: &App, request: Request) -> Result<Request, Problem> {
    let path = request.extensions().get::<MatchedPath>().map(|m| m.as_str().to_owned()).unwrap_or_default();
    // What a reading may be asked, HEAD may be asked as well.
    let method = if request.method() == Method::HEAD { "GET" } else { request.method().as_str() };
    let Some(operation) = app.registry.api.find(method, &path).copied() else { return Ok(request) };
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
    let Query(pairs) = pairs.map_err(|e| Problem::new(e.status(), e.body_text()))?;
    check::query(&operation, &pairs)?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if operation.lenient || !operation.takes_json() || !kind.starts_with("application/json") {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_MAX)
        .await
        .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 1 MiB."))?;
    check::body(&operation, &bytes, &app.registry.api.schemas)?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

async fn answer(app: &App, caller: &str, request: Request, next: Next) -> Response {
    if request.method() == Method::GET {
        let known = request.headers().get(header::IF_NONE_MATCH).cloned();
        let response = next.run(request).await;
        return named(response, known.as_ref()).await.unwrap_or_else(IntoResponse::into_response);
    }
    match idempotency::key_of(request.headers()) {
        Ok(None) => next.run(request).await,
        Ok(Some(key)) => idempotency::once(app, caller, key, request, next)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        Err(problem) => problem.into_response(),
    }
}

/// Gives an answer its name (RFC 9110, 8.8.3), and leaves its body out when whoever asks knows it already. The name is a
/// weak one, as the body may be compressed further out.
async fn named(response: Response, known: Option<&HeaderValue>) -> Result<Response, Problem> {
    let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t == "application/json");
    if response.status() != StatusCode::OK || !json {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    // The answer lies in memory already: it was made as a whole.
    let bytes = to_bytes(body, usize::MAX).await.map_err(|e| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("an answer could not be read: {e}"))
    })?;
    let name = format!("W/\"{:016x}\"", hash_of(&bytes));
    // Sixteen digits and quotes are always a header.
    let value = HeaderValue::from_str(&name).expect("a header of plain ASCII");
    parts.headers.insert(header::ETAG, value);
    if known.is_some_and(|k| matches(k, &name)) {
        let mut headers = HeaderMap::new();
        headers.extend(parts.headers.remove(header::ETAG).map(|tag| (header::ETAG, tag)));
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// 64 bits that name bytes.
pub(super) fn hash_of(bytes: &[u8]) -> u64 {
    // Answers and bodies are JSON; what is no text is told apart by its length at least.
    hash64(&String::from_utf8_lossy(bytes)) as u64
}

/// Whether a list of names has this one (weak comparison), or is `*`.
fn matches(known: &HeaderValue, name: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(known) = known.to_str() else { return false };
    known.split(',').any(|tag| tag.trim() == "*" || bare(tag) == bare(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_answers_are_compared_weakly() {
        let check = |known: &str| matches(&HeaderValue::from_str(known).expect("a header"), "W/\"ab\"");
        assert!(check("W/\"ab\"") && check("\"ab\"") && check("\"x\", W/\"ab\"") && check("*"));
        assert!(!check("\"abc\"") && !check(""));
    }
}
