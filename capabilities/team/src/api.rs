//! The team as JSON. Every problem is problem+json; lists answer `{"items": […], "next": …}`, and `next` goes into
//! `cursor` of the next request. What each takes and gives stands in [`crate::described`].

use crate::acts::{self, NewAccount};
use crate::audit::page_of;
use crate::audit_filters::Filters;
use crate::model::{Directory, Place};
use crate::role_acts;
use crate::service_tokens::{self, NewServiceToken};
use access::{Account, ApiToken, Grant, Scope, ServiceToken, Session};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use base::{Error, Zone};
use capability::api::{Answer, Paging, created, ok};
use capability::{App, Principal, Problem};
use community::settings;
use serde::Deserialize;
use serde_json::{Value, json};

/// Entries in one answer when nothing else is said, and at most.
const PAGE: (i64, i64) = (50, 200);

fn grant_json(g: &Grant, d: &Directory) -> Value {
    let (source, channel) = match g.scope {
        Scope::Everything => (None, None),
        Scope::Source(id) => (Some(id), None),
        Scope::Channel(id) => (d.channels.iter().find(|c| c.channel_id == id).map(|c| c.source_id), Some(id)),
    };
    let source = source.and_then(|id| d.sources.iter().find(|s| s.source_id == id)).map(|s| &s.public_id);
    json!({
        "id": g.public_id, "role": g.slug, "title": g.title, "source": source, "channel": channel,
        "where": d.place(g.scope), "granted_at": base::written_to_second(g.granted_at),
    })
}

fn account_json(a: &Account, d: &Directory) -> Value {
    json!({
        "id": a.public_id,
        "email": a.email,
        "name": a.name,
        "has_password": a.has_password,
        "has_app": a.has_app,
        "passkeys": a.passkeys,
        "created_at": base::written_to_second(a.created_at),
        "signed_in_at": a.signed_in_at.map(base::written_to_second),
        "grants": d.of(a.id).map(|g| grant_json(g, d)).collect::<Vec<_>>(),
    })
}

fn link_of(app: &App, token: &str) -> String {
    format!("{}/signin/link/{token}", app.access.public_url.clone().unwrap_or_default())
}

async fn directory(app: &App) -> std::result::Result<Directory, Problem> {
    Ok(app.blocking(|app| app.db.read(Directory::load)).await?)
}

/// `GET /api/v1/accounts`
pub(crate) async fn list_accounts(State(app): State<App>, paging: Paging) -> Answer {
    let d = directory(&app).await?;
    ok(paging.answer(d.accounts.iter().map(|a| account_json(a, &d)).collect())?)
}

/// `GET /api/v1/accounts/{account}`
pub(crate) async fn get_account(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let d = directory(&app).await?;
    ok(account_json(d.account(&id)?, &d))
}

/// What makes an account, or a grant.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    channel: String,
}

impl Wanted {
    fn place(&self) -> Place {
        Place { source: self.source.clone(), channel: self.channel.clone() }
    }
}

/// `POST /api/v1/accounts`
pub(crate) async fn create_account(
    State(app): State<App>,
    by: Principal,
    Json(wanted): Json<Wanted>,
) -> Answer {
    let new = NewAccount { place: wanted.place(), email: wanted.email, name: wanted.name, role: wanted.role };
    let (account, token) = app.blocking(move |app| acts::add(app, &by, &new)).await?;
    let d = directory(&app).await?;
    let mut value = account_json(&account, &d);
    value["link"] = json!(link_of(&app, &token));
    created(&format!("/api/v1/accounts/{}", account.public_id), value)
}

/// What changes an account.
#[derive(Deserialize)]
pub(crate) struct Renamed {
    email: Option<String>,
    name: Option<String>,
}

/// `PATCH /api/v1/accounts/{account}`
pub(crate) async fn update_account(
    State(app): State<App>,
    by: Principal,
    Path(id): Path<String>,
    Json(wanted): Json<Renamed>,
) -> Answer {
    let account = id.clone();
    app.blocking(move |app| {
        let present = app.db.read(|c| access::get_by_public_id(c, &account))?;
        let (email, name) = (wanted.email.unwrap_or(present.email), wanted.name.unwrap_or(present.name));
        acts::rename(app, &by, &account, &email, &name)
    })
    .await?;
    let d = directory(&app).await?;
    ok(account_json(d.account(&id)?, &d))
}

/// `DELETE /api/v1/accounts/{account}`
pub(crate) async fn remove_account(State(app): State<App>, by: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| acts::remove(app, &by, &id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /api/v1/accounts/{account}/links`
pub(crate) async fn create_link(State(app): State<App>, by: Principal, Path(id): Path<String>) -> Answer {
    let (account, token) = app.blocking(move |app| acts::link(app, &by, &id)).await?;
    let place = format!("/api/v1/accounts/{}", account.public_id);
    created(&place, json!({ "account": account.public_id, "link": link_of(&app, &token) }))
}

/// `GET /api/v1/accounts/{account}/grants`
pub(crate) async fn list_grants(State(app): State<App>, Path(id): Path<String>, paging: Paging) -> Answer {
    let d = directory(&app).await?;
    let account = d.account(&id)?.id;
    ok(paging.answer(d.of(account).map(|g| grant_json(g, &d)).collect())?)
}

/// `POST /api/v1/accounts/{account}/grants`
pub(crate) async fn create_grant(
    State(app): State<App>,
    by: Principal,
    Path(id): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Answer {
    let account = id.clone();
    let grant = app
        .blocking(move |app| {
            if wanted.role.is_empty() {
                return Err(Error::invalid("role names one of GET /api/v1/roles"));
            }
            acts::give(app, &by, &account, &wanted.role, &wanted.place())
        })
        .await?;
    let d = directory(&app).await?;
    created(&format!("/api/v1/accounts/{id}/grants/{}", grant.public_id), grant_json(&grant, &d))
}

/// `DELETE /api/v1/accounts/{account}/grants/{grant}`
pub(crate) async fn remove_grant(
    State(app): State<App>,
    by: Principal,
    Path((id, grant)): Path<(String, String)>,
) -> Answer {
    app.blocking(move |app| acts::take(app, &by, &id, &grant)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/roles`
pub(crate) async fn list_roles(State(app): State<App>, paging: Paging) -> Answer {
    ok(paging.answer(app.blocking(roles_json).await?)?)
}

/// Every role with what it holds, as the API and the command line print it; blocking.
///
/// # Errors
/// When the database says no.
pub fn roles_json(app: &App) -> base::Result<Vec<Value>> {
    let all = app.registry.permissions();
    let roles = app.db.read(access::list_roles)?;
    let role_json = |(role, sentence): (access::Role, String)| {
        let held: Vec<&str> = all.iter().filter(|(_, p)| role.holds(p)).map(|(_, p)| p.id).collect();
        json!({
            "id": role.slug, "title": role.title, "sentence": sentence, "built_in": role.is_built_in(),
            "permissions": held, "second_factor": role.second_factor,
        })
    };
    Ok(roles.into_iter().map(role_json).collect())
}

/// An entry of the audit log as the API and the command line print it.
pub fn entry_json(e: &access::audit::AuditEntry) -> Value {
    json!({
        "entry": e.entry, "at": base::written_to_second(e.at), "who": e.who, "via": e.via, "address": e.address,
        "action": e.action, "subject": e.subject, "title": e.title, "before": e.before, "after": e.after,
    })
}

/// `GET /api/v1/audit`
pub(crate) async fn list_audit(State(app): State<App>, Query(asked): Query<Vec<(String, String)>>) -> Answer {
    let filters = Filters::read(&asked)?;
    let limit = match asked.iter().find(|p| p.0 == "limit") {
        None => PAGE.0,
        Some((_, text)) => text
            .parse()
            .ok()
            .filter(|n| (1..=PAGE.1).contains(n))
            .ok_or_else(|| Error::invalid(format!("limit is a number from 1 to {}", PAGE.1)))?,
    };
    let (entries, next) = app
        .blocking(move |app| {
            app.db.read(|c| {
                let zone = Zone::named(&settings::get_or_default(c, "zone")?)?;
                page_of(c, &filters, &zone, limit)
            })
        })
        .await?;
    let items: Vec<Value> = entries.iter().map(entry_json).collect();
    ok(json!({ "items": items, "next": next.map(|n| n.to_string()) }))
}

fn session_json(s: &Session) -> Value {
    json!({
        "id": s.id, "agent": s.agent, "created_at": base::written_to_second(s.created_at), "expires_at": base::written_to_second(s.expires_at),
    })
}

/// An API token of an account as the API and the command line print it.
pub fn token_json(t: &ApiToken) -> Value {
    json!({
        "id": t.public_id, "name": t.name, "created_at": base::written_to_second(t.created_at), "used_at": t.used_at.map(base::written_to_second),
        "expires_at": t.expires_at.map(base::written_to_second), "permissions": t.permissions,
    })
}

/// A service's token as the API and the command line print it.
pub fn service_json(t: &ServiceToken) -> Value {
    json!({
        "id": t.public_id, "name": t.name, "role": t.role, "role_title": t.role_title, "made_at": base::written_to_second(t.made_at),
        "made_by": t.made_by, "expires_at": t.expires_at.map(base::written_to_second), "used_at": t.used_at.map(base::written_to_second),
    })
}

/// `GET /api/v1/accounts/{account}/sessions`
pub(crate) async fn list_sessions(State(app): State<App>, Path(id): Path<String>, paging: Paging) -> Answer {
    let sessions = app
        .blocking(move |app| {
            let now = app.clock.now();
            app.db.read(|c| {
                let account = access::get_by_public_id(c, &id)?;
                access::list_sessions(c, account.id, None, now)
            })
        })
        .await?;
    ok(paging.answer(sessions.iter().map(session_json).collect())?)
}

/// `DELETE /api/v1/accounts/{account}/sessions/{session}`
pub(crate) async fn end_session(
    State(app): State<App>,
    by: Principal,
    Path((id, session)): Path<(String, String)>,
) -> Answer {
    app.blocking(move |app| acts::end_session(app, &by, &id, &session)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `DELETE /api/v1/accounts/{account}/sessions`
pub(crate) async fn end_sessions(State(app): State<App>, by: Principal, Path(id): Path<String>) -> Answer {
    let ended = app.blocking(move |app| acts::end_sessions(app, &by, &id, None)).await?;
    ok(json!({ "sessions": ended }))
}

/// `GET /api/v1/accounts/{account}/tokens`
pub(crate) async fn list_tokens(State(app): State<App>, Path(id): Path<String>, paging: Paging) -> Answer {
    let tokens = app
        .blocking(move |app| {
            app.db.read(|c| {
                let account = access::get_by_public_id(c, &id)?;
                access::list_api_tokens(c, account.id)
            })
        })
        .await?;
    ok(paging.answer(tokens.iter().map(token_json).collect())?)
}

/// `DELETE /api/v1/accounts/{account}/tokens/{token}`
pub(crate) async fn revoke_token(
    State(app): State<App>,
    by: Principal,
    Path((id, token)): Path<(String, String)>,
) -> Answer {
    app.blocking(move |app| acts::withdraw(app, &by, &id, &token)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/service-tokens`
pub(crate) async fn list_services(State(app): State<App>, paging: Paging) -> Answer {
    let tokens = app.blocking(|app| app.db.read(access::list_service_tokens)).await?;
    ok(paging.answer(tokens.iter().map(service_json).collect())?)
}

/// A service's token as a program asks for it.
#[derive(Deserialize)]
pub(crate) struct WantedService {
    name: String,
    role: String,
    days: Option<i64>,
}

/// `POST /api/v1/service-tokens`
pub(crate) async fn create_service(
    State(app): State<App>,
    by: Principal,
    Json(wanted): Json<WantedService>,
) -> Answer {
    let new = NewServiceToken { name: wanted.name, role: wanted.role, days: wanted.days };
    let (token, made) = app.blocking(move |app| service_tokens::make(app, &by, &new)).await?;
    let mut value = service_json(&token);
    value["token"] = json!(made.secret);
    created(&format!("/api/v1/service-tokens/{}", token.public_id), value)
}

/// `DELETE /api/v1/service-tokens/{service}`
pub(crate) async fn revoke_service(State(app): State<App>, by: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| service_tokens::revoke(app, &by, &id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn one_role(app: &App, id: String) -> base::Result<Value> {
    let all = app.blocking(roles_json).await?;
    let found = all.into_iter().find(|r| r["id"] == id.as_str());
    found.ok_or_else(|| Error::not_found(format!("there is no role \"{id}\"")))
}

/// A role as a program makes it.
#[derive(Deserialize)]
pub(crate) struct WantedRole {
    title: String,
    #[serde(default)]
    sentence: String,
}

/// `POST /api/v1/roles`
pub(crate) async fn create_role(
    State(app): State<App>,
    by: Principal,
    Json(wanted): Json<WantedRole>,
) -> Answer {
    let role = app.blocking(move |app| role_acts::add(app, &by, &wanted.title, &wanted.sentence)).await?;
    created(&format!("/api/v1/roles/{}", role.slug), one_role(&app, role.slug).await?)
}

/// What a role is to hold.
#[derive(Deserialize)]
pub(crate) struct Held {
    permissions: Vec<String>,
}

/// `PUT /api/v1/roles/{role}`
pub(crate) async fn change_role(
    State(app): State<App>,
    by: Principal,
    Path(id): Path<String>,
    Json(wanted): Json<Held>,
) -> Answer {
    let slug = id.clone();
    app.blocking(move |app| role_acts::hold(app, &by, &slug, &wanted.permissions)).await?;
    ok(one_role(&app, id).await?)
}

/// `DELETE /api/v1/roles/{role}/changes`
pub(crate) async fn reset_role(State(app): State<App>, by: Principal, Path(id): Path<String>) -> Answer {
    let slug = id.clone();
    app.blocking(move |app| role_acts::reset(app, &by, &slug)).await?;
    ok(one_role(&app, id).await?)
}

/// `DELETE /api/v1/roles/{role}`
pub(crate) async fn remove_role(State(app): State<App>, by: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| role_acts::remove(app, &by, &id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// How long the audit log is kept, as a program says it.
#[derive(Deserialize)]
pub(crate) struct Retention {
    years: Option<String>,
}

/// `GET /api/v1/audit-retention`
pub(crate) async fn retention(State(app): State<App>) -> Answer {
    let years = app.blocking(|app| app.db.read(|c| settings::get_or_default(c, "audit_years"))).await?;
    ok(json!({ "years": if years.is_empty() { None } else { Some(years) } }))
}

/// `PUT /api/v1/audit-retention`
pub(crate) async fn set_retention(
    State(app): State<App>,
    by: Principal,
    Json(wanted): Json<Retention>,
) -> Answer {
    let years = wanted.years.unwrap_or_default();
    app.blocking(move |app| crate::audit::set_years(app, &by, &years)).await?;
    retention(State(app)).await
}
