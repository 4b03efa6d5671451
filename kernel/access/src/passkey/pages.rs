//! Signing in with a passkey, and the passkeys of one's own account.

use super::verify::{self, Sent, Site};
use super::{site, store};
use crate::audit::{self, Change};
use crate::guard::client_address;
use crate::look::{PasskeysView, QuestionView};
use crate::pages::{self, Before, begin, own_account, page, read_form};
use crate::principal::Principal;
use crate::second;
use crate::sso::Means;
use crate::{Access, KEEP_SIGN_IN, Problem, account, carry, ways};
use ::store::{Conn, Priority};
use axum::Router;
use axum::extract::{FromRef, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base::{Error, ErrorKind, Micros, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

const PATH: &str = "/account/passkeys";
/// What a question is sealed for.
const QUESTION: &str = "passkey";

/// A question that a key answers.
#[derive(Serialize, Deserialize)]
struct Question {
    challenge: String,
    asked_at: Micros,
    /// Whose key it must be, where that is known.
    account: Option<i64>,
    /// Whether a key is to be made.
    make: bool,
}

pub(crate) fn open_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
    Means: FromRef<S>,
{
    Router::new().route("/signin/passkey", post(sign_in))
}

pub(crate) fn known_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
    Means: FromRef<S>,
{
    Router::new()
        .route("/account/passkeys", get(show).post(add))
        .route("/account/passkeys/{key}/removal", post(remove))
}

/// A question for a page to put to a key; nothing where browsers allow no passkeys. `account` when it is known whose key
/// must answer, with the ids of its keys.
///
/// # Errors
/// When nothing can be sealed.
pub(crate) fn question(
    access: &Access,
    means: &Means,
    headers: &HeaderMap,
    (account, keys, make): (Option<i64>, &[store::Passkey], bool),
) -> Result<Option<QuestionView>> {
    let Some(site) = site(access, headers) else { return Ok(None) };
    let now = access.clock.now();
    let challenge = URL_SAFE_NO_PAD.encode(base::random::<32>());
    let asked = Question { challenge: challenge.clone(), asked_at: now, account, make };
    Ok(Some(QuestionView {
        challenge,
        site: site.name,
        keys: keys.iter().map(|k| k.credential.clone()).collect(),
        sealed: carry::seal(&means.sealer, QUESTION, &asked, now)?,
    }))
}

/// What a browser sends after a key answered.
#[derive(Deserialize)]
struct Answered {
    question: String,
    #[serde(default)]
    credential: String,
    #[serde(default)]
    client: String,
    #[serde(default)]
    authenticator: String,
    #[serde(default)]
    signature: String,
    /// What the key says whose it is; empty where it says nothing.
    #[serde(default)]
    user: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    next: String,
}

impl Answered {
    fn sent(&self) -> Sent<'_> {
        Sent { client: &self.client, authenticator: &self.authenticator }
    }

    fn question(&self, means: &Means, now: Micros) -> Result<Question> {
        carry::open_text(&means.sealer, QUESTION, &self.question, now)
            .ok_or_else(|| Error::invalid("This page had been open for too long. Try again."))
    }
}

/// `POST /signin/passkey`
async fn sign_in(
    State(access): State<Access>,
    State(means): State<Means>,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let address = client_address(&access, &request);
    let headers = request.headers().clone();
    let form: Answered = read_form(request).await?;
    let now = access.clock.now();
    let half = second::pending(&access, &means, &headers);
    let next = half.as_ref().map_or_else(|| pages::local_path(&form.next), |h| h.next.clone());
    if let Some(seconds) = access.throttle.wait_address(&address, now) {
        let text = format!("Too many attempts. Try again in {} min.", (seconds + 59) / 60);
        return pages::refuse(&access, &means, &headers, &next, (StatusCode::TOO_MANY_REQUESTS, text)).await;
    }
    let came = match (form.question(&means, now), site(&access, &headers)) {
        (Ok(question), Some(site)) => {
            let before = Before::of(&headers, &address);
            let half = half.map(|h| h.account);
            access.blocking(move |a| answer(a, (&form, &question, &site), half, &before)).await
        }
        (Err(e), _) => Err(e),
        (_, None) => Err(Error::invalid("Passkeys need the server's name and https.")),
    };
    match came {
        Ok(session) => Ok(second::finish(&access, &headers, &session, &next, &[])),
        Err(e) if e.kind == ErrorKind::Invalid => {
            access.throttle.failed_address(&address, now);
            pages::refuse(&access, &means, &headers, &next, (StatusCode::UNPROCESSABLE_ENTITY, e.message))
                .await
        }
        Err(e) => Err(e.into()),
    }
}

/// A session for whoever's key answered.
fn answer(
    access: &Access,
    (form, question, site): (&Answered, &Question, &Site),
    half: Option<i64>,
    before: &Before,
) -> Result<String> {
    const NOT: &str =
        "This passkey does not belong to an account here, or its answer was not right. Try again.";
    let now = access.clock.now();
    // What is told must be kept, so that a refusal is no error of the transaction.
    let came = access.db.write(Priority::Interactive, |tx| {
        let Some(key) = store::find(tx, &form.credential)? else { return Ok(None) };
        let whose = question.account.or(half).is_none_or(|account| account == key.account);
        let said = URL_SAFE_NO_PAD.encode(&key.account_public_id);
        let user = form.user.trim_end_matches('=');
        let used = if question.make || !whose || (!user.is_empty() && user != said) {
            Err("it is of another account")
        } else if key.used_at.is_some_and(|at| question.asked_at <= at) {
            Err("it was asked before the key was last used")
        } else {
            verify::used(&form.sent(), &form.signature, (&key.public, key.count), &question.challenge, site)
        };
        match used {
            Ok(count) => {
                store::touch(tx, &key.public_id, count, now)?;
                let title = format!("Signed in with the passkey {}", key.name);
                begin(tx, access, key.account, before, (&title, true)).map(Some)
            }
            Err(why) => {
                let title = format!("An answer of the passkey {} was refused: {why}", key.name);
                let failed = ("access.fail_sign_in", title.as_str());
                pages::tell(tx, access, key.account, &before.address, failed)?;
                Ok(None)
            }
        }
    })?;
    came.ok_or_else(|| Error::invalid(NOT))
}

/// `GET /account/passkeys`
async fn show(
    State(access): State<Access>,
    State(means): State<Means>,
    principal: Principal,
    headers: HeaderMap,
) -> std::result::Result<Response, Problem> {
    draw(&access, &means, &principal, &headers, (StatusCode::OK, None)).await
}

async fn draw(
    access: &Access,
    means: &Means,
    principal: &Principal,
    headers: &HeaderMap,
    (status, problem): (StatusCode, Option<String>),
) -> std::result::Result<Response, Problem> {
    let id = own_account(principal)?;
    let (found, keys) =
        access.blocking(move |a| a.db.read(|c| Ok((account::get(c, id)?, store::list(c, id)?)))).await?;
    let question = question(access, means, headers, (Some(id), &keys, true))?;
    let view = PasskeysView {
        csrf: principal.csrf.clone(),
        email: found.email,
        name: found.name,
        user: URL_SAFE_NO_PAD.encode(&found.public_id),
        keys,
        question,
        problem,
        now: access.clock.now(),
    };
    Ok(page(status, (access.look.passkeys)(&view)))
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

/// `POST /account/passkeys`: a new key.
async fn add(
    State(access): State<Access>,
    State(means): State<Means>,
    principal: Principal,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let id = own_account(&principal)?;
    let headers = request.headers().clone();
    let form: Answered = read_form(request).await?;
    let (by, now) = (principal.clone(), access.clock.now());
    let made = form.question(&means, now).and_then(|question| {
        let site = site(&access, &headers)
            .ok_or_else(|| Error::invalid("Passkeys need the server's name and https."))?;
        if !question.make || question.account != Some(id) {
            return Err(Error::invalid("This page was made for something else. Try again."));
        }
        verify::made(&form.sent(), &question.challenge, &site)
            .map_err(|why| Error::invalid(format!("The passkey was not taken: {why}.")))
    });
    let added = match made {
        Ok(key) => {
            let name = form.name.clone();
            access
                .blocking(move |a| {
                    a.db.write(Priority::Interactive, |tx| {
                        store::add(tx, id, &name, &key, now)?;
                        told(tx, &by, id, &format!("Added the passkey {}", name.trim()), now)
                    })
                })
                .await
        }
        Err(e) => Err(e),
    };
    match added {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            let said = (StatusCode::UNPROCESSABLE_ENTITY, Some(e.message));
            draw(&access, &means, &principal, &headers, said).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /account/passkeys/{key}/removal`
async fn remove(
    State(access): State<Access>,
    State(means): State<Means>,
    principal: Principal,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> std::result::Result<Response, Problem> {
    let id = own_account(&principal)?;
    let by = principal.clone();
    let gone = access
        .blocking(move |a| {
            let now = a.clock.now();
            a.db.write(Priority::Interactive, |tx| {
                let gone = store::remove(tx, id, &key)?;
                ways::must_keep_one(tx, id)?;
                if second::asked_of(tx, id)? == second::Asked::SetUp {
                    return Err(Error::conflict(
                        "One of your roles needs a second factor, and this is your only one. Add another first.",
                    ));
                }
                told(tx, &by, id, &format!("Removed the passkey {}", gone.name), now)
            })
        })
        .await;
    match gone {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(e) if e.kind == ErrorKind::Conflict => {
            draw(&access, &means, &principal, &headers, (StatusCode::CONFLICT, Some(e.message))).await
        }
        Err(e) => Err(e.into()),
    }
}
