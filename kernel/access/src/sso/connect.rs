//! Connecting one's own account with a provider, taking that away, and trying a provider out.

use super::Means;
use super::ask::Known;
use super::flow::{self, PROOF, Proof};
use super::store::{self, Login, Provider};
use crate::audit::{self, Change};
use crate::pages::{own_account, read_form};
use crate::principal::Principal;
use crate::{Access, KEEP_SIGN_IN, Problem, account, carry, ways};
use ::store::Priority;
use axum::Router;
use axum::extract::{FromRef, Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base::{Error, Micros, Result};
use outgoing::Client;
use serde::Deserialize;

/// Where one's own account is looked after.
const OWN: &str = "/desk/settings/account";

/// The routes for whoever is signed in.
pub(crate) fn known_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
    Means: FromRef<S>,
{
    Router::new()
        .route("/account/logins/{provider}/begin", get(flow::set_out_to_connect))
        .route("/account/logins", post(connect))
        .route("/account/logins/{login}/removal", post(disconnect))
}

#[derive(Deserialize)]
struct Proved {
    proof: String,
}

/// `POST /account/logins`: its owner says yes to what the provider proved.
async fn connect(
    State(access): State<Access>,
    State(means): State<Means>,
    principal: Principal,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let id = own_account(&principal)?;
    let form: Proved = read_form(request).await?;
    let now = access.clock.now();
    let proof: Option<Proof> = carry::open_text(&means.sealer, PROOF, &form.proof, now);
    let proof = proof
        .filter(|p| p.account == id)
        .ok_or_else(|| Error::conflict("This was proved too long ago. Connect the account again."))?;
    access
        .blocking(move |a| {
            a.db.write(Priority::Interactive, |tx| {
                let provider = store::get(tx, &proof.provider)?;
                store::link(tx, provider.id, (&proof.subject, &proof.email), id, now)?;
                let subject = account::get(tx, id)?.public_id;
                let title = format!("Connected the own account with {}", provider.name);
                let change = Change {
                    action: KEEP_SIGN_IN.id,
                    subject: &subject,
                    title: &title,
                    after: &proof.email,
                    ..Change::default()
                };
                audit::record(tx, &principal, now, &change)
            })
        })
        .await?;
    Ok(Redirect::to(&format!("{OWN}?told=connected")).into_response())
}

/// `POST /account/logins/{login}/removal`
async fn disconnect(
    State(access): State<Access>,
    principal: Principal,
    Path(login): Path<String>,
) -> std::result::Result<Response, Problem> {
    let id = own_account(&principal)?;
    access
        .blocking(move |a| {
            let now = a.clock.now();
            a.db.write(Priority::Interactive, |tx| {
                let gone: Login = store::unlink(tx, id, &login)?;
                ways::must_keep_one(tx, id)?;
                let subject = account::get(tx, id)?.public_id;
                let title = format!("Disconnected the own account from {}", gone.provider);
                let change = Change {
                    action: KEEP_SIGN_IN.id,
                    subject: &subject,
                    title: &title,
                    before: &gone.email,
                    ..Change::default()
                };
                audit::record(tx, &principal, now, &change)
            })
        })
        .await?;
    Ok(Redirect::to(&format!("{OWN}?told=disconnected")).into_response())
}

/// What came of asking a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// Where people are sent to sign in.
    pub authorization: String,
    /// How many of its keys can be used.
    pub keys: usize,
    /// What it must allow as the address to send people back to.
    pub callback: String,
}

/// Asks a provider what it says about itself and for its keys, past what is known already; blocking, never within a
/// runtime.
///
/// # Errors
/// `Invalid` or `Unavailable`, with what is wrong about its answer.
pub fn test(access: &Access, outgoing: &Client, provider: &Provider) -> Result<Tested> {
    let (client, issuer, now): (Client, String, Micros) =
        (outgoing.clone(), provider.issuer.clone(), access.clock.now());
    access.known.forget(&issuer);
    let known: Known = access.known.clone();
    let (metadata, keys) =
        outgoing::handle()?.block_on(async move { known.of(&client, &issuer, now).await })?;
    Ok(Tested {
        authorization: metadata.authorization,
        keys: keys.len(),
        callback: flow::callback(access, &provider.public_id)?,
    })
}
