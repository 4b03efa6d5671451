//! Providers as JSON.
//!
//! | Request | Does |
//! |---|---|
//! | `GET`, `POST /api/v1/sign-in-providers` | lists them, makes one |
//! | `GET`, `PATCH`, `DELETE /api/v1/sign-in-providers/{id}` | reads, changes, removes one |
//! | `POST /api/v1/sign-in-providers/{id}/tests` | asks it what it says of itself |

use super::acts;
use access::sso::{self, Provider, ProviderDraft};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::Error;
use capability::api::Paging;
use capability::{App, Principal, Problem};
use serde::Deserialize;
use serde_json::{Value, json};

type Answer = std::result::Result<Response, Problem>;

/// A provider as the API and the command line print it; never its secret.
pub fn provider_json(app: &App, p: &Provider) -> Value {
    let groups: Vec<Value> = p.groups.iter().map(|g| json!({ "group": g.group, "role": g.role })).collect();
    json!({
        "id": p.public_id, "name": p.name, "issuer": p.issuer, "client_id": p.client_id, "has_secret": p.has_secret,
        "scopes": p.scopes, "group_claim": p.group_claim, "groups": groups, "makes_accounts": p.makes_accounts,
        "domains": p.domains.split_whitespace().collect::<Vec<_>>(), "trusts_email": p.trusts_email,
        "passwords": p.passwords, "made_at": base::written_to_second(p.made_at),
        "callback": sso::callback(&app.access, &p.public_id).ok(),
    })
}

/// A group and its role.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupRole {
    group: String,
    role: String,
}

/// A provider as a program sends it; what it leaves out stays as it is, or at its usual.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    name: Option<String>,
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scopes: Option<String>,
    group_claim: Option<String>,
    groups: Option<Vec<GroupRole>>,
    makes_accounts: Option<bool>,
    domains: Option<Vec<String>>,
    trusts_email: Option<bool>,
    passwords: Option<bool>,
}

impl Wanted {
    fn draft(self, before: Option<&Provider>) -> base::Result<ProviderDraft> {
        if before.is_some_and(|b| self.issuer.as_ref().is_some_and(|i| *i != b.issuer)) {
            return Err(Error::invalid("an issuer cannot be changed; make another provider"));
        }
        let text = |new: Option<String>, old: fn(&Provider) -> &String| {
            new.or_else(|| before.map(|b| old(b).clone())).unwrap_or_default()
        };
        let flag = |new: Option<bool>, old: fn(&Provider) -> bool, usual: bool| {
            new.or_else(|| before.map(old)).unwrap_or(usual)
        };
        let kept =
            || before.iter().flat_map(|b| &b.groups).map(|g| (g.group.clone(), g.role.clone())).collect();
        Ok(ProviderDraft {
            name: text(self.name, |b| &b.name),
            issuer: text(self.issuer, |b| &b.issuer),
            client_id: text(self.client_id, |b| &b.client_id),
            client_secret: self.client_secret,
            scopes: text(self.scopes, |b| &b.scopes),
            group_claim: text(self.group_claim, |b| &b.group_claim),
            makes_accounts: flag(self.makes_accounts, |b| b.makes_accounts, false),
            domains: text(self.domains.map(|d| d.join(" ")), |b| &b.domains),
            trusts_email: flag(self.trusts_email, |b| b.trusts_email, false),
            passwords: flag(self.passwords, |b| b.passwords, true),
            groups: self.groups.map_or_else(kept, |all| all.into_iter().map(|g| (g.group, g.role)).collect()),
        })
    }
}

/// `GET /api/v1/sign-in-providers`
pub(crate) async fn list(State(app): State<App>, paging: Paging) -> Answer {
    let all = app.blocking(|app| app.db.read(sso::list)).await?;
    let items: Vec<Value> = all.iter().map(|p| provider_json(&app, p)).collect();
    Ok(Json(paging.answer(items)?).into_response())
}

/// `POST /api/v1/sign-in-providers`
pub(crate) async fn create(State(app): State<App>, by: Principal, Json(wanted): Json<Wanted>) -> Answer {
    let made = app.blocking(move |app| acts::create(app, &by, &wanted.draft(None)?)).await?;
    let place = format!("/api/v1/sign-in-providers/{}", made.public_id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(provider_json(&app, &made))).into_response())
}

/// `GET /api/v1/sign-in-providers/{provider}`
pub(crate) async fn show(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let one = app.blocking(move |app| app.db.read(|c| sso::get(c, &id))).await?;
    Ok(Json(provider_json(&app, &one)).into_response())
}

/// `PATCH /api/v1/sign-in-providers/{provider}`
pub(crate) async fn change(
    State(app): State<App>,
    by: Principal,
    Path(id): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Answer {
    let changed = app
        .blocking(move |app| {
            let before = app.db.read(|c| sso::get(c, &id))?;
            acts::update(app, &by, &id, &wanted.draft(Some(&before))?)
        })
        .await?;
    Ok(Json(provider_json(&app, &changed)).into_response())
}

/// `DELETE /api/v1/sign-in-providers/{provider}`
pub(crate) async fn remove(State(app): State<App>, by: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| acts::remove(app, &by, &id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /api/v1/sign-in-providers/{provider}/tests`
pub(crate) async fn test(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let tested = app.blocking(move |app| acts::test(app, &id)).await?;
    let said = json!({
        "authorization_endpoint": tested.authorization, "keys": tested.keys, "callback": tested.callback,
    });
    Ok(Json(said).into_response())
}
