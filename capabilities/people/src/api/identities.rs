//! Identities and links as JSON.

use crate::pages::signature;
use crate::store::{self, subjects};
use crate::told::told_both;
use ::store::Priority;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::{Error, Result};
use capability::api::Paging;
use capability::{App, Principal, Problem};
use community::people::{self, Identity, Link};
use serde::Deserialize;
use serde_json::{Value, json};

/// Identities in one answer when nothing else is said.
const PAGE: i64 = 50;
/// The most identities in one answer.
const PAGE_MAX: i64 = 200;

type Answer<T> = std::result::Result<T, Problem>;

/// What is looked for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// Part of a name, handle, e-mail address or external id.
    #[serde(default)]
    q: String,
    /// `next` of the answer before.
    #[serde(default)]
    cursor: String,
    /// How many, 1 to 200.
    limit: Option<i64>,
}

/// `GET /api/v1/identities?q=&cursor=&limit=`
pub(crate) async fn list_identities(
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Answer<Json<Value>> {
    let limit = asked.limit.unwrap_or(PAGE);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Error::invalid(format!("limit is a number from 1 to {PAGE_MAX}")).into());
    }
    let after = match asked.cursor.as_str() {
        "" => 0,
        text => text.parse().map_err(|_| Error::invalid("cursor is what an earlier answer gave as next"))?,
    };
    let mut found =
        app.blocking(move |app| app.db.read(|c| store::search(c, &asked.q, after, limit + 1))).await?;
    // One more than asked for says whether there is a next page.
    let more = found.len() as i64 > limit;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|i| i.identity.to_string());
    let items: Vec<Value> = found.iter().map(identity_json).collect();
    Ok(Json(json!({ "items": items, "next": next })))
}

pub(super) fn identity_json(identity: &Identity) -> Value {
    json!({
        "id": identity.public_id,
        "source": identity.source,
        "external_id": identity.external_id,
        "title": identity.title(),
        "name": identity.name,
        "handle": identity.handle,
        "email": identity.email,
        "bot": identity.bot,
        "staff": identity.staff,
    })
}

/// `GET /api/v1/links`: every link, newest first, those taken back included.
pub(crate) async fn list_links(State(app): State<App>, paging: Paging) -> Answer<Json<Value>> {
    let links = app.blocking(|app| app.db.read(people::links)).await?;
    Ok(Json(paging.answer(links.iter().map(link_json).collect())?))
}

fn link_json(link: &Link) -> Value {
    json!({
        "id": link.public_id,
        "left": link.left,
        "right": link.right,
        "reason": link.reason,
        "linked_by": link.linked_by,
        "linked_at": link.linked_at,
        "unlinked_at": link.unlinked_at,
        "unlinked_reason": link.unlinked_reason,
    })
}

fn link_of(app: &App, id: &str) -> Result<Link> {
    let links = app.db.read(people::links)?;
    links
        .into_iter()
        .find(|l| l.public_id == id)
        .ok_or_else(|| Error::not_found(format!("there is no link {id}")))
}

/// Which identities are one person, each as `SOURCE:ID` or `idn_…`, and why.
#[derive(Deserialize)]
pub(crate) struct NewLink {
    left: String,
    right: String,
    #[serde(default)]
    reason: String,
}

/// `POST /api/v1/links`
pub(crate) async fn create_link(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<NewLink>,
) -> Answer<Response> {
    let link = app
        .blocking(move |app| {
            let now = app.clock.now();
            let id = app.db.write(Priority::Interactive, |tx| {
                let left = people::get_identity(tx, &new.left)?;
                let right = people::get_identity(tx, &new.right)?;
                let both = (left.public_id.as_str(), right.public_id.as_str());
                told_both(tx, (&principal, now), both, "Said to be the same person as")?;
                people::link(tx, &left, &right, &new.reason, &signature(&principal), now)
            })?;
            link_of(app, &id)
        })
        .await?;
    let place = format!("/api/v1/links/{}", link.public_id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(link_json(&link))).into_response())
}

/// Why a link is taken back.
#[derive(Default, Deserialize)]
pub(crate) struct Unlink {
    #[serde(default)]
    reason: String,
}

/// `DELETE /api/v1/links/{link}` with `{"reason": …}`; answers the link as it now is.
pub(crate) async fn remove_link(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    unlink: Option<Json<Unlink>>,
) -> Answer<Json<Value>> {
    let unlink = unlink.map(|Json(u)| u).unwrap_or_default();
    let link = app
        .blocking(move |app| {
            let now = app.clock.now();
            app.db.write(Priority::Interactive, |tx| {
                people::unlink(tx, &id, &unlink.reason, &signature(&principal), now)?;
                let (left, right) = subjects::of_link(tx, &id)?;
                told_both(tx, (&principal, now), (&left, &right), "Parted again from")
            })?;
            link_of(app, &id)
        })
        .await?;
    Ok(Json(link_json(&link)))
}
