//! The team as JSON. Every problem is problem+json; lists answer `{"items": […], "next": …}`, and `next` goes into
//! `cursor` of the next request.
//!
//! | Request | Does |
//! |---|---|
//! | `GET /api/v1/accounts` | accounts with their roles |
//! | `POST /api/v1/accounts` `{"email", "name"?, "role"?, "source"?, "channel"?}` | makes one; the answer has a sign-in link that works once |
//! | `GET`, `PATCH` `{"email"?, "name"?}`, `DELETE /api/v1/accounts/{id}` | reads, renames, removes one |
//! | `POST /api/v1/accounts/{id}/links` | another sign-in link |
//! | `GET`, `POST /api/v1/accounts/{id}/grants` `{"role", "source"?, "channel"?}`, `DELETE …/grants/{grant}` | its roles |
//! | `GET /api/v1/roles` | roles with the permissions that each holds |
//! | `GET /api/v1/audit` | the audit log, newest first; `who`, `area`, `subject`, `q`, `from`, `to`, `cursor`, `limit` 1 to 200 |

use crate::acts::{self, NewAccount};
use crate::audit::{machine, page_of};
use crate::audit_filters::Filters;
use crate::model::{Directory, Place};
use access::{Account, Grant, Scope};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::{Error, Zone};
use capability::{App, Principal, Problem};
use community::settings;
use serde::Deserialize;
use serde_json::{Value, json};

type Answer = std::result::Result<Response, Problem>;

/// Entries in one answer when nothing else is said, and at most.
const PAGE: (i64, i64) = (50, 200);

fn ok(value: Value) -> Answer {
    Ok(Json(value).into_response())
}

fn created(place: &str, value: Value) -> Answer {
    Ok((StatusCode::CREATED, [(header::LOCATION, place.to_owned())], Json(value)).into_response())
}

fn grant_json(g: &Grant, d: &Directory) -> Value {
    let (source, channel) = match g.scope {
        Scope::Everything => (None, None),
        Scope::Source(id) => (Some(id), None),
        Scope::Channel(id) => (d.channels.iter().find(|c| c.channel_id == id).map(|c| c.source_id), Some(id)),
    };
    let source = source.and_then(|id| d.sources.iter().find(|s| s.source_id == id)).map(|s| &s.public_id);
    json!({
        "id": g.public_id, "role": g.slug, "title": g.title, "source": source, "channel": channel,
        "where": d.place(g.scope), "granted_at": machine(g.granted_at),
    })
}

fn account_json(a: &Account, d: &Directory) -> Value {
    json!({
        "id": a.public_id,
        "email": a.email,
        "name": a.name,
        "has_password": a.has_password,
        "created_at": machine(a.created_at),
        "signed_in_at": a.signed_in_at.map(machine),
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
pub(crate) async fn list_accounts(State(app): State<App>) -> Answer {
    let d = directory(&app).await?;
    let items: Vec<Value> = d.accounts.iter().map(|a| account_json(a, &d)).collect();
    ok(json!({ "items": items, "next": null }))
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
pub(crate) async fn list_grants(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let d = directory(&app).await?;
    let account = d.account(&id)?.id;
    let items: Vec<Value> = d.of(account).map(|g| grant_json(g, &d)).collect();
    ok(json!({ "items": items, "next": null }))
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
pub(crate) async fn list_roles(State(app): State<App>) -> Answer {
    let items = app.blocking(roles_json).await?;
    ok(json!({ "items": items, "next": null }))
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
            "permissions": held,
        })
    };
    Ok(roles.into_iter().map(role_json).collect())
}

/// An entry of the audit log as the API and the command line print it.
pub fn entry_json(e: &access::audit::AuditEntry) -> Value {
    json!({
        "entry": e.entry, "at": machine(e.at), "who": e.who, "via": e.via, "address": e.address,
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
