//! The way to a provider and back: authorization code with PKCE (RFC 6749, 7636), state and nonce.
//!
//! What must be remembered on the way (state, nonce, verifier) lies sealed in a cookie of the browser that set out, for ten
//! minutes: nothing is written down for somebody who is not known yet, any node takes them back, and a way back that another
//! browser began is refused.

use super::ask;
use super::claims::{self, Expected, Who};
use super::store::{self, Provider};
use super::{Means, enter};
use crate::audit::{self, Change};
use crate::carry::{self, Carried};
use crate::guard::{authenticate, client_address, escape, is_https};
use crate::look::{ConnectView, MessageView};
use crate::pages::{Before, begin, enter as go_in, local_path, page};
use crate::principal::Principal;
use crate::secret::random_token;
use crate::{Access, Problem};
use ::store::Priority;
use axum::Router;
use axum::extract::{FromRef, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base::{Error, ErrorKind, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The cookie that remembers on the way.
const COOKIE: &str = "folkmoot_sso";

/// What is remembered on the way.
#[derive(Serialize, Deserialize)]
struct Way {
    provider: String,
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    /// The account to be connected; nothing where somebody signs in.
    connect: Option<i64>,
}

/// What is to be connected once its owner says yes.
#[derive(Serialize, Deserialize)]
pub(crate) struct Proof {
    pub provider: String,
    pub subject: String,
    pub email: String,
    pub account: i64,
}

/// Where a [`Proof`] is sealed for.
pub(crate) const PROOF: &str = "connect";

/// The routes that anybody may use.
pub(crate) fn open_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
    Means: FromRef<S>,
{
    Router::new()
        .route("/signin/with/{provider}", get(set_out))
        .route("/signin/with/{provider}/callback", get(come_back))
}

/// The address that a provider sends people back to; each has its own, so that no other can take its place (RFC 9700,
/// 4.4).
pub fn callback(access: &Access, public_id: &str) -> Result<String> {
    let origin = access.public_url.as_deref().ok_or_else(|| {
        Error::unavailable("the server does not know its own address; set public_url in the settings file")
    })?;
    Ok(format!("{}/signin/with/{public_id}/callback", origin.trim_end_matches('/')))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    next: String,
}

/// `GET /signin/with/{provider}`: off to the provider, to sign in.
async fn set_out(
    State(access): State<Access>,
    State(means): State<Means>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> std::result::Result<Response, Problem> {
    lead(&access, &means, &headers, &id, (&local_path(&wanted.next), None)).await
}

/// `GET /account/logins/{provider}/begin`: off to the provider, to connect the own account.
pub(crate) async fn set_out_to_connect(
    State(access): State<Access>,
    State(means): State<Means>,
    principal: Principal,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> std::result::Result<Response, Problem> {
    lead(&access, &means, &headers, &id, ("", principal.account)).await
}

async fn lead(
    access: &Access,
    means: &Means,
    headers: &HeaderMap,
    id: &str,
    (next, connect): (&str, Option<i64>),
) -> std::result::Result<Response, Problem> {
    let of = id.to_owned();
    let provider = access.blocking(move |a| a.db.read(|c| store::get(c, &of))).await?;
    let now = access.clock.now();
    let (metadata, _) = match access.known.of(&means.outgoing, &provider.issuer, now).await {
        Ok(known) => known,
        Err(error) => return Ok(refused(access, &provider.name, &error)),
    };
    let way = Way {
        provider: id.to_owned(),
        state: random_token(),
        nonce: random_token(),
        verifier: random_token(),
        next: next.chars().take(1_000).collect(),
        connect,
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(way.verifier.as_bytes()));
    let redirect = callback(access, id)?;
    let fields = [
        ("response_type", "code"),
        ("client_id", &provider.client_id),
        ("redirect_uri", &redirect),
        ("scope", &provider.scopes),
        ("state", &way.state),
        ("nonce", &way.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let fields: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={}", escape(v))).collect();
    let join = if metadata.authorization.contains('?') { '&' } else { '?' };
    let to = format!("{}{join}{}", metadata.authorization, fields.join("&"));
    let mut response = Redirect::to(&to).into_response();
    let carried = Carried { name: COOKIE, path: "/signin", secure: is_https(access, headers) };
    carried.put(&mut response, &carry::seal(&means.sealer, COOKIE, &way, now)?);
    Ok(response)
}

/// What a provider sends back.
#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
    iss: Option<String>,
}

/// `GET /signin/with/{provider}/callback`
async fn come_back(
    State(access): State<Access>,
    State(means): State<Means>,
    Path(id): Path<String>,
    Query(back): Query<Back>,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let address = client_address(&access, &request);
    let headers = request.headers().clone();
    let now = access.clock.now();
    if let Some(seconds) = access.throttle.wait_address(&address, now) {
        return Ok(too_many(&access, seconds));
    }
    let way: Option<Way> = carry::open(&means.sealer, COOKIE, &headers, now);
    let of = id.clone();
    let provider = access.blocking(move |a| a.db.read(|c| store::get(c, &of))).await?;
    let came = match way {
        Some(way) if way.provider == id && base::same_secret(&way.state, &back.state) => {
            match believed(&access, &means, &provider, &way, &back).await {
                Ok(who) => arrive(&access, &means, (provider, way, who), &headers, &address).await,
                Err(error) => Err(error),
            }
        }
        _ => Err(Error::conflict(
            "This sign-in was begun in another browser or window, or too long ago. Begin again.",
        )),
    };
    let mut response = match came {
        Ok(response) => response,
        Err(error) => {
            access.throttle.failed_address(&address, now);
            let told = error.clone();
            let about = id.clone();
            access.blocking(move |a| tell_refusal(a, &about, &address, &told)).await?;
            refused(&access, &id, &error)
        }
    };
    Carried { name: COOKIE, path: "/signin", secure: is_https(&access, &headers) }.take(&mut response);
    Ok(response)
}

/// Who somebody is, once everything about the provider's answer is right.
async fn believed(
    access: &Access,
    means: &Means,
    provider: &Provider,
    way: &Way,
    back: &Back,
) -> Result<Who> {
    let now = access.clock.now();
    let client = &means.outgoing;
    let (metadata, _) = access.known.of(client, &provider.issuer, now).await?;
    // RFC 9207: an answer of another provider is told by the issuer that it names.
    match &back.iss {
        Some(issuer) if *issuer != provider.issuer => {
            return Err(broken("the answer names another issuer"));
        }
        None if metadata.names_issuer => return Err(broken("the answer names no issuer")),
        _ => {}
    }
    if !back.error.is_empty() || back.code.is_empty() {
        let word: String = back.error.chars().filter(char::is_ascii_graphic).take(60).collect();
        return Err(broken(&format!("the provider said no ({word})")));
    }
    let (sealer, of) = (means.sealer.clone(), provider.clone());
    let secret = access.blocking(move |_| of.secret(&sealer)).await?;
    let redirect = callback(access, &provider.public_id)?;
    let given = (back.code.as_str(), way.verifier.as_str(), redirect.as_str());
    let tokens = ask::exchange(client, (provider, secret.as_deref()), &metadata, given).await?;
    let claims = access.known.verify(client, &provider.issuer, &tokens.id_token, now).await?;
    let expected = Expected {
        issuer: &provider.issuer,
        client_id: &provider.client_id,
        nonce: &way.nonce,
        now: access.clock.elsewhere(),
    };
    if let Some(why) = claims::why_not(&claims, &expected) {
        return Err(broken(&why));
    }
    let lacks = claims["email"].is_null()
        || (!provider.group_claim.is_empty() && claims::groups(&claims, &provider.group_claim).is_none());
    let subject = claims["sub"].as_str().unwrap_or_default();
    let more = if lacks { ask::userinfo(client, &metadata, &tokens, subject).await? } else { Value::Null };
    Ok(Who::of(&claims, &more, &provider.group_claim))
}

/// An error whose words are for the log, not for the browser.
fn broken(why: &str) -> Error {
    Error::unavailable(why)
}

/// Begins a session, or asks whether to connect.
async fn arrive(
    access: &Access,
    means: &Means,
    (provider, way, who): (Provider, Way, Who),
    headers: &HeaderMap,
    address: &str,
) -> Result<Response> {
    if let Some(account) = way.connect {
        let principal = authenticate(access, headers).await?;
        if principal.account != Some(account) {
            return Err(Error::conflict("You signed out on the way. Sign in, and connect again."));
        }
        let proof = Proof { provider: provider.public_id, subject: who.subject, email: who.email, account };
        let sealed = carry::seal(&means.sealer, PROOF, &proof, access.clock.now())?;
        let view = ConnectView {
            csrf: principal.csrf,
            account: principal.email,
            provider: provider.name,
            email: proof.email,
            proof: sealed,
        };
        return Ok(page(StatusCode::OK, (access.look.connect)(&view)));
    }
    let before = Before::of(headers, address);
    let session = access
        .blocking(move |a| {
            a.db.write(Priority::Interactive, |tx| {
                let account = enter::account_for(tx, &provider, &who, &before.address, a.clock.now())?;
                begin(tx, a, account.id, &before, (&format!("Signed in with {}", provider.name), true))
            })
        })
        .await?;
    Ok(go_in(access, headers, &session, &way.next))
}

/// Tells the audit log and the server's log what went wrong; the browser learns less.
fn tell_refusal(access: &Access, provider: &str, address: &str, error: &Error) -> Result<()> {
    tracing::warn!(provider, reason = error.message, "a sign-in through a provider was refused");
    let mut by = Principal::nobody();
    by.address = address.to_owned();
    let title = format!("A sign-in through a provider was refused: {}", error.message);
    let change =
        Change { action: "access.fail_sign_in", subject: provider, title: &title, ..Change::default() };
    access.db.write(Priority::Interactive, |tx| audit::record(tx, &by, access.clock.now(), &change))
}

/// What the browser sees: why there is no account for somebody whom the provider knows, or else only that it failed.
fn refused(access: &Access, provider: &str, error: &Error) -> Response {
    let (status, text) = match error.kind {
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, error.message.clone()),
        ErrorKind::Conflict => (StatusCode::CONFLICT, error.message.clone()),
        _ => {
            tracing::warn!(provider, reason = error.message, "a provider cannot be used");
            let text =
                "Signing in through the provider did not work. Try again; if it goes on, whoever runs this \
                        installation finds the reason in the audit log."
                    .to_owned();
            (StatusCode::FORBIDDEN, text)
        }
    };
    let view = MessageView {
        title: "Not signed in".into(),
        text,
        action: Some(("Back to signing in".into(), "/signin".into())),
    };
    page(status, (access.look.message)(&view))
}

fn too_many(access: &Access, seconds: i64) -> Response {
    let view = MessageView {
        title: "Not signed in".into(),
        text: format!("Too many attempts. Try again in {} min.", (seconds + 59) / 60),
        action: Some(("Back to signing in".into(), "/signin".into())),
    };
    page(StatusCode::TOO_MANY_REQUESTS, (access.look.message)(&view))
}
