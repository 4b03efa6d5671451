//! From a request to a [`Principal`], and the layer that every route stands behind.

use crate::credential::{api_token_account, session_account, touch_api_token};
use crate::csrf;
use crate::principal::{Permission, Principal, Via, require};
use crate::secret::form_token;
use crate::token::{SERVICE_TOKEN_PREFIX, service_token, touch_service_token};
use crate::{Access, Problem, audit};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, Micros, Result};
use std::net::SocketAddr;
use store::Priority;

/// The cookie that carries a session.
pub(crate) const SESSION_COOKIE: &str = "folkmoot_session";

/// API tokens note their use at most this often, so that reading does not write.
const TOUCH_EVERY: Micros = 3_600_000_000;

/// What stands in front of a group of routes.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// What whoever asks must be allowed to do.
    pub permission: Permission,
    /// Whether the routes show the files of persons, so that reading them is told to the audit log.
    pub personal: bool,
    /// Whether it is for people with a browser only, so that an API token is refused.
    pub by_session: bool,
}

/// Lets a request through to the route if whoever asks may use it; puts the [`Principal`] into the request, and
/// tells the audit log of a change that the route did not tell itself.
///
/// Nobody: a page redirects to the sign-in page and comes back, the API answers 401. Somebody who may not: 403.
pub async fn guard(access: Access, gate: Gate, request: Request, next: Next) -> Response {
    let (request, principal) = match admit(&access, gate, request).await {
        Ok(admitted) => admitted,
        Err(response) => return *response,
    };
    let safe = csrf::is_safe(request.method());
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let response = next.run(request).await;
    let succeeded = response.status().is_success() || response.status().is_redirection();
    if safe {
        if gate.personal && response.status().is_success() {
            access.readings.note(&principal, &access.clock, gate.permission.id, subject_of(&path).to_owned());
        }
    } else if succeeded && !principal.trail.is_noted() {
        let told = access.blocking(move |a| a.tell(&principal, gate.permission, &method, &path)).await;
        if let Err(error) = told {
            // The change has been made; that it could not be told is for whoever reads the log.
            tracing::error!(%error, "a change could not be written into the audit log");
        }
    }
    response
}

impl Access {
    /// Tells the audit log of a change in the words that a route's address and permission give.
    fn tell(&self, by: &Principal, permission: Permission, method: &Method, path: &str) -> Result<()> {
        let title = format!("{} ({method} {path})", permission.title);
        let change = audit::Change {
            action: permission.id,
            subject: subject_of(path),
            title: &title,
            ..audit::Change::default()
        };
        let now = self.clock.now();
        self.db.write(Priority::Interactive, |tx| audit::record(tx, by, now, &change))
    }
}

/// What an address is about: its last public id, or else itself.
fn subject_of(path: &str) -> &str {
    let is_id = |segment: &&str| {
        segment.split_once('_').is_some_and(|(prefix, rest)| {
            prefix.len() == 3 && prefix.bytes().all(|b| b.is_ascii_lowercase()) && rest.len() == 26
        })
    };
    path.rsplit('/').find(is_id).unwrap_or(path)
}

async fn admit(
    access: &Access,
    gate: Gate,
    request: Request,
) -> std::result::Result<(Request, Principal), Box<Response>> {
    let boxed = |p: Problem| Box::new(p.into_response());
    let mut principal = authenticate(access, request.headers()).await.map_err(|e| boxed(Problem::from(e)))?;
    if !principal.is_known() {
        return Err(Box::new(ask_to_sign_in(&request)));
    }
    principal.address = client_address(access, &request);
    require(&principal, gate.permission).map_err(|e| boxed(Problem::from(e)))?;
    if gate.by_session && principal.via == Some(Via::Token) {
        let error = Error::forbidden(
            "this is not for API tokens: it is about one's own account; sign in with a browser",
        );
        return Err(boxed(Problem::from(error)));
    }
    let mut request = if principal.via == Some(Via::Session) {
        let session = cookie(request.headers(), SESSION_COOKIE).unwrap_or_default();
        check_csrf(access, request, &session).await.map_err(boxed)?
    } else {
        request
    };
    request.extensions_mut().insert(principal.clone());
    Ok((request, principal))
}

/// Checks a request that may change something; gives it back whole.
pub(crate) async fn check_csrf(
    access: &Access,
    request: Request,
    cookie: &str,
) -> std::result::Result<Request, Problem> {
    if csrf::is_safe(request.method()) {
        return Ok(request);
    }
    let public_url = access.public_url.as_deref();
    if !csrf::is_form(request.headers()) {
        csrf::check(request.headers(), cookie, None, public_url)?;
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let bytes: Bytes = to_bytes(body, csrf::FORM_MAX)
        .await
        .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The form is larger than 1 MiB."))?;
    csrf::check(&parts.headers, cookie, Some(&bytes), public_url)?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// The session's cookie of a request; what tells one's present session from the others.
pub fn session_of(headers: &HeaderMap) -> Option<String> {
    cookie(headers, SESSION_COOKIE)
}

/// Whether an address is a program's: its errors are JSON, and nobody is sent to the sign-in page.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/") && !path.starts_with("/api/operations/")
}

fn ask_to_sign_in(request: &Request) -> Response {
    let uri = request.uri();
    if is_api(uri.path()) {
        let mut response = Problem::unauthorized(
            "Send an API token that holds as \"Authorization: Bearer fmt_…\". Make one on the desk under Settings, API \
             tokens, or with: folkmoot tokens add NAME --account EMAIL",
        )
        .into_response();
        response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        return response;
    }
    let wanted = uri.path_and_query().map_or("/", |p| p.as_str());
    // A form that was sent cannot be sent again after signing in; the desk's first page is the next best.
    let target = if csrf::is_safe(request.method()) {
        format!("/signin?next={}", escape(wanted))
    } else {
        "/signin".to_owned()
    };
    if request.headers().contains_key("hx-request")
        && let Ok(value) = header::HeaderValue::from_str(&target)
    {
        // Inside a fragment a redirect would draw the sign-in page into a corner of the page.
        return (StatusCode::NO_CONTENT, [("hx-redirect", value)]).into_response();
    }
    Redirect::to(&target).into_response()
}

/// Who asks, from an API token or a session's cookie; nobody when neither is valid.
///
/// # Errors
/// When the database says no.
pub async fn authenticate(access: &Access, headers: &HeaderMap) -> Result<Principal> {
    if let Some(bearer) = bearer(headers) {
        return access.blocking(move |a| by_api_token(a, &bearer)).await;
    }
    let Some(session) = cookie(headers, SESSION_COOKIE) else { return Ok(Principal::nobody()) };
    access.blocking(move |a| by_session(a, &session)).await
}

fn by_session(access: &Access, session: &str) -> Result<Principal> {
    let now = access.clock.now();
    let found = access.db.read(|c| session_account(c, session, now))?;
    Ok(found.map_or_else(Principal::nobody, |found| {
        let mut principal = Principal::account(found, Via::Session);
        principal.csrf = form_token(session);
        principal
    }))
}

fn by_api_token(access: &Access, token: &str) -> Result<Principal> {
    let now = access.clock.now();
    if token.starts_with(SERVICE_TOKEN_PREFIX) {
        return by_service_token(access, token, now);
    }
    let Some(found) = access.db.read(|c| api_token_account(c, token, now))? else {
        return Ok(Principal::nobody());
    };
    if found.used_at.is_none_or(|at| at + TOUCH_EVERY < now) {
        access.db.write(Priority::Interactive, |tx| touch_api_token(tx, token, now))?;
    }
    Ok(Principal::account(found, Via::Token))
}

fn by_service_token(access: &Access, token: &str, now: Micros) -> Result<Principal> {
    let Some(found) = access.db.read(|c| service_token(c, token, now))? else {
        return Ok(Principal::nobody());
    };
    if found.used_at.is_none_or(|at| at + TOUCH_EVERY < now) {
        access.db.write(Priority::Interactive, |tx| touch_service_token(tx, token, now))?;
    }
    Ok(Principal::service(found))
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(n, v)| *n == name && !v.is_empty())
        .map(|(_, v)| v.to_owned())
}

/// Whether the browser reached us over https, directly said by the address or by the proxy in front.
pub(crate) fn is_https(access: &Access, headers: &HeaderMap) -> bool {
    access.public_url.as_deref().is_some_and(|u| u.starts_with("https://"))
        || headers.get("x-forwarded-proto").is_some_and(|v| v.as_bytes() == b"https")
}

/// Where the request comes from, for throttling: the peer, or what the trusted proxy in front says.
pub(crate) fn client_address(access: &Access, request: &Request) -> String {
    if access.behind_proxy
        && let Some(last) = request
            .headers()
            .get("x-forwarded-for")
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.rsplit(',').next())
    {
        return last.trim().to_owned();
    }
    request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(|| "unknown".to_owned(), |ConnectInfo(peer)| peer.ip().to_string())
}

/// The text as a value of a query.
pub(crate) fn escape(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, b| {
        if b.is_ascii_alphanumeric() || b"-_.~/".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
        out
    })
}

impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Problem> {
        // Only the guard puts it there: a route that was mounted without one is denied, not open.
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Problem::new(StatusCode::FORBIDDEN, "This route has no permission and is closed."))
    }
}
