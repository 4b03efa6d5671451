//! The same as JSON.

use crate::gather::{Choice, gather};
use crate::model::{self, Asked};
use crate::store;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use capability::api::{Answer, created};
use capability::{App, Principal};
use serde_json::json;

/// `GET /api/v1/today`: what waits, first what is most urgent. Times are UTC microseconds.
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Answer {
    let choice = Choice::parse(&pairs)?;
    let asked = choice.clone();
    let today = app.blocking(move |app| gather(app, &principal, &asked)).await?;
    let now = today.now.unwrap_or_default();
    let items: Vec<_> = today
        .open
        .iter()
        .filter(|i| choice.kind.is_none_or(|k| k == i.kind))
        .map(|i| {
            json!({
                "key": i.key, "kind": i.kind.word(), "title": i.title, "href": i.href, "why": i.why,
                "since": i.since, "due": i.due, "harm": i.harm, "person": i.person, "place": i.place,
                "urgency": model::urgency(i, now),
            })
        })
        .collect();
    let decided: Vec<_> = today
        .decided
        .iter()
        .map(|s| {
            json!({
                "id": s.public_id, "key": s.key, "kind": s.kind, "title": s.title, "state": s.decision.word(),
                "until": s.until_at, "reason": s.reason, "by": s.set_by, "at": s.set_at,
            })
        })
        .collect();
    Ok(Json(json!({ "now": today.now, "items": items, "decided": decided })).into_response())
}

/// `POST /api/v1/today/states`
pub(crate) async fn decide(State(app): State<App>, principal: Principal, Json(asked): Json<Asked>) -> Answer {
    let new = asked.checked(app.clock.now())?;
    let id = app.blocking(move |app| store::decide(app, &new, &principal.name)).await?;
    created(&format!("/api/v1/today/states/{id}"), json!({ "id": id }))
}

/// `DELETE /api/v1/today/states/{state}`
pub(crate) async fn take_back(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Answer {
    app.blocking(move |app| store::take_back(app, &id, &principal.name)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
