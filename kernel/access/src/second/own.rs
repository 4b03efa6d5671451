//! The authenticator app and the recovery codes of one's own account.

use super::door::{NEW_SECRET, NewSecret, set_up_view};
use super::store;
use crate::audit::{self, Change};
use crate::guard::{SESSION_COOKIE, cookie};
use crate::look::{AppView, CodesView, SetUpView};
use crate::pages::{own_account, page, read_form};
use crate::principal::Principal;
use crate::sso::Means;
use crate::{Access, KEEP_SIGN_IN, Problem, account, carry, credential};
use ::store::{Conn, Priority};
use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base::{Error, ErrorKind, Micros, Result};
use serde::Deserialize;

const PATH: &str = "/account/second-factor";
/// Where one's own account is looked after.
const OWN: &str = "/desk/settings/account";

pub(crate) fn known_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
    Means: FromRef<S>,
{
    Router::new()
        .route("/account/second-factor", get(show).post(set_up))
        .route("/account/second-factor/removal", post(remove))
        .route("/account/recovery-codes", post(renew))
}

/// `GET /account/second-factor`: sets an app up, or looks after the one that is there.
async fn show(
    State(access): State<Access>,
    State(means): State<Means>,
    principal: Principal,
) -> std::result::Result<Response, Problem> {
    draw(&access, &means, &principal, StatusCode::OK, None).await
}

async fn draw(
    access: &Access,
    means: &Means,
    principal: &Principal,
    status: StatusCode,
    problem: Option<String>,
) -> std::result::Result<Response, Problem> {
    let id = own_account(principal)?;
    let (found, (app, ..)) =
        access.blocking(move |a| a.db.read(|c| Ok((account::get(c, id)?, store::state(c, id)?)))).await?;
    let csrf = principal.csrf.clone();
    if app {
        let view = AppView { csrf, email: found.email, problem };
        return Ok(page(status, (access.look.app)(&view)));
    }
    let view = set_up_view(access, means, (id, &found.email), problem)?;
    Ok(page(status, (access.look.set_up)(&SetUpView { csrf, action: PATH.into(), ..view })))
}

/// A code, and the sealed secret where one is set up.
#[derive(Deserialize)]
struct Sent {
    code: String,
    #[serde(default)]
    secret: String,
}

fn told(tx: &mut Conn<'_>, by: &Principal, id: i64, title: &str, now: Micros) -> Result<()> {
    let subject = account::get(tx, id)?.public_id;
    audit::record(
        tx,
        by,
        now,
        &Change { action: KEEP_SIGN_IN.id, subject: &subject, title, ..Change::default() },
    )
}

/// `POST /account/second-factor`
async fn set_up(
    State(access): State<Access>,
    State(means): State<Means>,
    principal: Principal,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let id = own_account(&principal)?;
    let session = cookie(request.headers(), SESSION_COOKIE);
    let form: Sent = read_form(request).await?;
    let (by, sealer) = (principal.clone(), means.sealer.clone());
    let done = access
        .blocking(move |a| {
            let now = a.clock.now();
            let new: Option<NewSecret> = carry::open_text(&sealer, NEW_SECRET, &form.secret, now);
            let new = new.filter(|n| n.account == id).ok_or_else(|| {
                Error::invalid("This page had been open for too long. Here is a new code to scan.")
            })?;
            a.db.write(Priority::Interactive, |tx| {
                let codes = store::set_up(tx, &sealer, id, (&new.secret, &form.code), &a.clock)?;
                // Whoever sat in another browser did not prove this.
                credential::end_sessions(tx, id, session.as_deref())?;
                if let Some(session) = &session {
                    credential::strengthen_session(tx, session)?;
                }
                told(tx, &by, id, "Set up an authenticator app; other sessions ended", now)?;
                Ok(codes)
            })
        })
        .await;
    shown(&access, &means, &principal, done).await
}

/// The new codes, or the page with what was wrong.
async fn shown(
    access: &Access,
    means: &Means,
    principal: &Principal,
    done: Result<Vec<String>>,
) -> std::result::Result<Response, Problem> {
    match done {
        Ok(codes) => {
            let view = CodesView { codes, next: OWN.into() };
            Ok(page(StatusCode::OK, (access.look.codes)(&view)))
        }
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            draw(access, means, principal, StatusCode::UNPROCESSABLE_ENTITY, Some(e.message)).await
        }
        Err(e) => Err(e.into()),
    }
}

/// Runs a change after a right code; wrong ones are counted.
async fn with_code<T: Send + 'static>(
    access: &Access,
    means: &Means,
    principal: &Principal,
    request: Request,
    change: impl FnOnce(&mut Conn<'_>, i64, Micros) -> Result<T> + Send + 'static,
) -> std::result::Result<Result<T>, Problem> {
    let id = own_account(principal)?;
    let form: Sent = read_form(request).await?;
    let (key, now) = (format!("second:{id}"), access.clock.now());
    if let Some(seconds) = access.throttle.wait(&key, &principal.address, now) {
        let minutes = (seconds + 59) / 60;
        return Ok(Err(Error::invalid(format!("Too many wrong codes. Try again in {minutes} min."))));
    }
    let sealer = means.sealer.clone();
    let done = access
        .blocking(move |a| {
            a.db.write(Priority::Interactive, |tx| {
                match store::use_code(tx, &sealer, id, &form.code, &a.clock)? {
                    Some(_) => change(tx, id, now).map(Some),
                    None => Ok(None),
                }
            })
        })
        .await;
    match done {
        Ok(Some(done)) => Ok(Ok(done)),
        Ok(None) => {
            access.throttle.failed(&key, &principal.address, now);
            Ok(Err(Error::invalid("This code is wrong, or was used already. Wait for the next one.")))
        }
        Err(e) => Ok(Err(e)),
    }
}

/// `POST /account/recovery-codes`: new ones in place of those before.
async fn renew(
    State(access): State<Access>,
    State(means): State<Means>,
    principal: Principal,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let by = principal.clone();
    let done = with_code(&access, &means, &principal, request, move |tx, id, now| {
        told(tx, &by, id, "Made new recovery codes", now)?;
        store::new_codes(tx, id, now)
    })
    .await?;
    shown(&access, &means, &principal, done).await
}

/// `POST /account/second-factor/removal`
async fn remove(
    State(access): State<Access>,
    State(means): State<Means>,
    principal: Principal,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let by = principal.clone();
    let done = with_code(&access, &means, &principal, request, move |tx, id, now| {
        store::remove_app(tx, id)?;
        let (_, keys, demanded) = store::state(tx, id)?;
        if demanded && !keys {
            return Err(Error::conflict(
                "One of your roles needs a second factor. Add a passkey first, then the app can go.",
            ));
        }
        told(tx, &by, id, "Took the authenticator app away", now)
    })
    .await?;
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{OWN}?told=app-gone")).into_response()),
        Err(e) => shown(&access, &means, &principal, Err(e)).await,
    }
}
