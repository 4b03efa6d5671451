//! The second step of signing in. Who is half in is carried by the browser, sealed, for ten minutes.

use super::store::{self, Asked, Right};
use super::totp;
use crate::carry::{self, Carried};
use crate::guard::{client_address, is_https};
use crate::look::{CodeView, CodesView, MessageView, SetUpView};
use crate::pages::{Before, begin, enter, page, put_session, read_form, with_form};
use crate::passkey;
use crate::sso::Means;
use crate::{Access, Problem, account};
use ::store::Priority;
use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base::{ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// The cookie of somebody who is half in.
const COOKIE: &str = "folkmoot_second";
/// What a secret is sealed for that is about to be set up.
pub(super) const NEW_SECRET: &str = "new-secret";
/// The page.
const PATH: &str = "/signin/second";

/// Somebody who is half in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub account: i64,
    /// The page to go to afterwards.
    pub next: String,
    /// How the first step was done, for the audit log.
    pub how: String,
    /// What is still asked.
    pub set_up: bool,
}

/// A secret that is about to be set up, and whose it will be.
#[derive(Serialize, Deserialize)]
pub(super) struct NewSecret {
    pub account: i64,
    pub secret: String,
}

pub(crate) fn open_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
    Means: FromRef<S>,
{
    Router::new().route("/signin/second", get(show).post(send))
}

pub(crate) fn carried(access: &Access, headers: &HeaderMap) -> Carried {
    Carried { name: COOKIE, path: "/signin", secure: is_https(access, headers) }
}

/// Somebody who is half in, out of the request.
pub(crate) fn pending(access: &Access, means: &Means, headers: &HeaderMap) -> Option<Pending> {
    carry::open(&means.sealer, COOKIE, headers, access.clock.now())
}

/// Sends somebody who is half in to the second step.
///
/// # Errors
/// When nothing can be sealed.
pub(crate) fn ask(
    access: &Access,
    means: &Means,
    headers: &HeaderMap,
    pending: &Pending,
) -> Result<Response> {
    let value = carry::seal(&means.sealer, COOKIE, pending, access.clock.now())?;
    let mut response = Redirect::to(PATH).into_response();
    carried(access, headers).put(&mut response, &value);
    Ok(response)
}

/// `GET /signin/second`
async fn show(
    State(access): State<Access>,
    State(means): State<Means>,
    headers: HeaderMap,
) -> std::result::Result<Response, Problem> {
    match pending(&access, &means, &headers) {
        Some(pending) => draw(&access, &means, &headers, &pending, (StatusCode::OK, None)).await,
        None => Ok(too_late(&access)),
    }
}

/// What somebody sees who is not half in, or was so for too long.
fn too_late(access: &Access) -> Response {
    let view = MessageView {
        title: "Begin again".into(),
        text: "This sign-in was begun more than ten minutes ago, or in another browser.".into(),
        action: Some(("Sign in".into(), "/signin".into())),
    };
    page(StatusCode::OK, (access.look.message)(&view))
}

/// The page with what was wrong.
async fn draw(
    access: &Access,
    means: &Means,
    headers: &HeaderMap,
    pending: &Pending,
    (status, problem): (StatusCode, Option<String>),
) -> std::result::Result<Response, Problem> {
    let id = pending.account;
    let (found, asked, keys) = access
        .blocking(move |a| {
            a.db.read(|c| Ok((account::get(c, id)?, store::asked_of(c, id)?, passkey::list(c, id)?)))
        })
        .await?;
    if pending.set_up {
        let view = set_up_view(access, means, (id, &found.email), problem)?;
        return Ok(with_form(access, headers, status, |csrf| {
            (access.look.set_up)(&SetUpView { csrf, action: PATH.into(), demanded: true, ..view })
        }));
    }
    let question = if keys.is_empty() {
        None
    } else {
        passkey::question(access, means, headers, (Some(id), &keys, false))?
    };
    let view = CodeView {
        csrf: String::new(),
        email: found.email,
        app: asked == Asked::Code,
        passkey: question,
        problem,
    };
    Ok(with_form(access, headers, status, |csrf| (access.look.code)(&CodeView { csrf, ..view })))
}

/// A new secret, for its picture and for the form.
pub(super) fn set_up_view(
    access: &Access,
    means: &Means,
    (account, email): (i64, &str),
    problem: Option<String>,
) -> Result<SetUpView> {
    let secret = store::new_secret();
    let address = totp::address(&secret, email);
    let new = NewSecret { account, secret: secret.clone() };
    Ok(SetUpView {
        email: email.to_owned(),
        sealed: carry::seal(&means.sealer, NEW_SECRET, &new, access.clock.now())?,
        secret,
        address,
        problem,
        ..SetUpView::default()
    })
}

#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    code: String,
    /// The sealed secret, where one is set up.
    #[serde(default)]
    secret: String,
}

/// What a code led to.
enum Came {
    In { session: String, codes: Vec<String> },
    Wrong(String),
}

/// `POST /signin/second`
async fn send(
    State(access): State<Access>,
    State(means): State<Means>,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let address = client_address(&access, &request);
    let headers = request.headers().clone();
    let Some(pending) = pending(&access, &means, &headers) else {
        return Ok(too_late(&access));
    };
    let form: Sent = read_form(request).await?;
    let now = access.clock.now();
    // Counted by the account, not by its address: whoever is here knows the password.
    let key = format!("second:{}", pending.account);
    if let Some(seconds) = access.throttle.wait(&key, &address, now) {
        let text = format!("Too many wrong codes. Try again in {} min.", (seconds + 59) / 60);
        let said = (StatusCode::TOO_MANY_REQUESTS, Some(text));
        let mut response = draw(&access, &means, &headers, &pending, said).await?;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        return Ok(response);
    }
    let before = Before::of(&headers, &address);
    let (half, sealer) = (pending.clone(), means.sealer.clone());
    let came = access.blocking(move |a| second_step(a, &sealer, &half, &form, &before)).await?;
    match came {
        Came::In { session, codes } => {
            access.throttle.succeeded(&key);
            Ok(finish(&access, &headers, &session, &pending.next, &codes))
        }
        Came::Wrong(problem) => {
            access.throttle.failed(&key, &address, now);
            let said = (StatusCode::UNPROCESSABLE_ENTITY, Some(problem));
            draw(&access, &means, &headers, &pending, said).await
        }
    }
}

fn second_step(
    access: &Access,
    sealer: &seal::Sealer,
    half: &Pending,
    form: &Sent,
    before: &Before,
) -> Result<Came> {
    let now = access.clock.now();
    access.db.write(Priority::Interactive, |tx| {
        let (title, codes) = if half.set_up {
            let new: Option<NewSecret> = carry::open_text(sealer, NEW_SECRET, &form.secret, now);
            let Some(new) = new.filter(|n| n.account == half.account) else {
                return Ok(Came::Wrong(
                    "This page had been open for too long. Here is a new code to scan.".into(),
                ));
            };
            match store::set_up(tx, sealer, half.account, (&new.secret, &form.code), &access.clock) {
                Ok(codes) => (format!("{}, and set up an authenticator app", half.how), codes),
                Err(e) if e.kind == ErrorKind::Invalid => return Ok(Came::Wrong(e.message)),
                Err(e) => return Err(e),
            }
        } else {
            match store::use_code(tx, sealer, half.account, &form.code, &access.clock)? {
                Some(Right::App) => (format!("{} and a code", half.how), Vec::new()),
                Some(Right::Recovery(left)) => {
                    (format!("{} and a recovery code; {left} are left", half.how), Vec::new())
                }
                None => {
                    let failed = ("access.fail_sign_in", "A wrong code was sent");
                    crate::pages::tell(tx, access, half.account, &before.address, failed)?;
                    return Ok(Came::Wrong(
                        "This code is wrong, or was used already. Wait for the next one.".into(),
                    ));
                }
            }
        };
        let session = begin(tx, access, half.account, before, (&title, true))?;
        Ok(Came::In { session, codes })
    })
}

/// Lets somebody in who proved everything; shows recovery codes first where there are new ones.
pub(crate) fn finish(
    access: &Access,
    headers: &HeaderMap,
    session: &str,
    next: &str,
    codes: &[String],
) -> Response {
    let mut response = if codes.is_empty() {
        enter(access, headers, session, next)
    } else {
        let view = CodesView { codes: codes.to_vec(), next: next.to_owned() };
        let mut response = page(StatusCode::OK, (access.look.codes)(&view));
        put_session(access, headers, session, &mut response);
        response
    };
    carried(access, headers).take(&mut response);
    response
}
