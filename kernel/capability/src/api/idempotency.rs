//! Calls that are carried out once however often they are sent, by the header `Idempotency-Key`
//! (draft-ietf-httpapi-idempotency-key-header).
//!
//! Only what went well is kept: what was refused changed nothing, and may be sent again with the same key. Answers are
//! sealed, as they may hold what is said only once (a token, a link).

use super::calls::hash_of;
use crate::{App, Problem};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base::{Error, Micros, Result, TypeId};
use store::{Conn, Priority};
use tracing::Instrument as _;

/// How long an answer is kept: a day.
const KEPT: Micros = 24 * 3_600 * 1_000_000;
/// After so long a call that was begun and never answered counts as broken off by a crash.
const BROKEN_OFF: Micros = 10 * 60 * 1_000_000;
/// The most bytes of a body with a key.
const BODY_MAX: usize = 16 << 20;
/// The longest key.
const KEY_MAX: usize = 255;

/// The key of a request.
///
/// # Errors
/// 400 when it is none, or stands at an upload.
pub(super) fn key_of(headers: &HeaderMap) -> std::result::Result<Option<String>, Problem> {
    let bad = |detail: &str| Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > KEY_MAX || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return bad("Idempotency-Key is 1 to 255 characters of printable ASCII without spaces.");
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/") {
        return bad(
            "An upload takes no Idempotency-Key: records that came before are recognised by themselves.",
        );
    }
    Ok(Some(key.to_owned()))
}

/// What is known of a key.
enum Known {
    /// Nothing: the call is now begun under this id.
    New(String),
    /// It is being worked on.
    Running,
    /// Another call has it.
    Other,
    /// It was answered.
    Answered { status: u16, location: Option<String>, answer: String },
}

/// Carries a call out once.
///
/// # Errors
/// 409 while the same call is under way, 422 when another call had the key.
pub(super) async fn once(
    app: &App,
    caller: &str,
    key: String,
    request: Request,
    next: Next,
) -> std::result::Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_MAX)
        .await
        .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."))?;
    let said = format!("{} {}\n", parts.method, parts.uri);
    let print = hash_of(&[said.as_bytes(), &bytes].concat()) as i64;
    let who = caller.to_owned();
    let known = app.blocking(move |app| begin(app, &who, &key, print)).await?;
    match known {
        Known::Running => Err(Problem::new(
            StatusCode::CONFLICT,
            "The same call is being worked on. Wait a moment and ask again with the same Idempotency-Key.",
        )),
        Known::Other => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "This Idempotency-Key was used for another call, or with another body. Take a new one.",
        )),
        Known::Answered { status, location, answer } => Ok(replayed(status, location, answer)),
        Known::New(id) => {
            let request = Request::from_parts(parts, Body::from(bytes));
            let app = app.clone();
            // On a task of its own: that nobody waits any more does not leave a call without its answer.
            let work = async move { finish(&app, id, next.run(request).await).await }.in_current_span();
            let done = tokio::spawn(work).await;
            let done = done.map_err(|e| Error::internal(format!("a call broke off: {e}")))?;
            Ok(done?)
        }
    }
}

fn begin(app: &App, caller: &str, key: &str, print: i64) -> Result<Known> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        tx.execute("DELETE FROM api_answers WHERE begun_at <= $1", &[(now - KEPT).into()])?;
        let id = TypeId::new("ans", now).as_str().to_owned();
        let begun = tx.execute(
            "INSERT INTO api_answers (public_id, caller, call_key, print, begun_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (caller, call_key) DO NOTHING",
            &[(&id).into(), caller.into(), key.into(), print.into(), now.into()],
        )?;
        if begun > 0 {
            return Ok(Known::New(id));
        }
        let row = tx.query_one(
            "SELECT public_id, print, begun_at, status, location, answer FROM api_answers
             WHERE caller = $1 AND call_key = $2",
            &[caller.into(), key.into()],
            |r| Ok((r.text(0)?, r.int(1)?, r.int(2)?, r.opt_int(3)?, r.opt_text(4)?, r.opt_text(5)?)),
        )?;
        let (id, known, begun_at, status, location, answer) = row;
        if known != print {
            return Ok(Known::Other);
        }
        let Some(status) = status else {
            if begun_at > now - BROKEN_OFF {
                return Ok(Known::Running);
            }
            tx.execute(
                "UPDATE api_answers SET begun_at = $1 WHERE public_id = $2",
                &[now.into(), (&id).into()],
            )?;
            return Ok(Known::New(id));
        };
        let context = seal::context("api_answers", "answer", &id);
        let answer = answer.map(|a| app.sealer.open(&a, &context)).transpose()?.unwrap_or_default();
        Ok(Known::Answered { status: status as u16, location, answer })
    })
}

/// Keeps the answer of a call that went well; forgets one that was refused.
async fn finish(app: &App, id: String, response: Response) -> Result<Response> {
    if !response.status().is_success() {
        app.blocking(move |app| app.db.write(Priority::Interactive, |tx| forget(tx, &id))).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX)
        .await
        .map_err(|e| Error::internal(format!("an answer could not be read: {e}")))?;
    let answer = String::from_utf8_lossy(&bytes).into_owned();
    let location = parts.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let status = i64::from(parts.status.as_u16());
    let sealed = match answer.is_empty() {
        true => None,
        false => Some(app.sealer.seal(&answer, &seal::context("api_answers", "answer", &id))?),
    };
    app.blocking(move |app| {
        app.db.write(Priority::Interactive, |tx| {
            tx.execute(
                "UPDATE api_answers SET status = $1, location = $2, answer = $3 WHERE public_id = $4",
                &[status.into(), location.as_deref().into(), sealed.as_deref().into(), (&id).into()],
            )?;
            Ok(())
        })
    })
    .await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn forget(tx: &mut Conn<'_>, id: &str) -> Result<()> {
    tx.execute("DELETE FROM api_answers WHERE public_id = $1", &[id.into()])?;
    Ok(())
}

fn replayed(status: u16, location: Option<String>, answer: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.clone()).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    if !answer.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(place) = location.and_then(|l| HeaderValue::from_str(&l).ok()) {
        headers.insert(header::LOCATION, place);
    }
    headers.insert(HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
    response
}
