//! Webhooks over the API: subscriptions as REST hooks, as Zapier, Make and n8n make and end them.

use crate::catalogue::{self, Wanted};
use crate::endpoint::{Endpoint, OVERLAP, Said};
use crate::log::{self, Delivery, State as DeliveryState};
use crate::{act, store};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use base::{Error, Result, written};
use capability::api::{Answer, Paging, ok};
use capability::{App, Principal};
use serde::Deserialize;
use serde_json::{Value, json};

fn endpoint_json(e: &Endpoint) -> Value {
    json!({
        "id": e.public_id,
        "url": e.url,
        "description": e.description,
        "events": e.wanted.0,
        "private": e.private,
        "history": e.history,
        "state": e.state(),
        "made_at": written(e.made_at),
        "failing_since": e.failing_since.map(written),
        "stopped_at": e.stopped_at.map(written),
        "stopped_why": e.stopped_why,
    })
}

fn delivery_json(d: &Delivery) -> Value {
    json!({
        "id": d.id(),
        "message": d.message,
        "event": d.kind,
        "state": d.state().word(),
        "attempts": d.attempt,
        "queued_at": written(d.queued_at),
        "tried_at": d.tried_at.map(written),
        "next_at": d.due_at.map(written),
        "status": d.status,
        "took_micros": d.took,
        "answer": d.answer,
    })
}

/// A subscription as a program sends it: one event or several, the address under any of the usual names.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subscription {
    #[serde(alias = "target_url", alias = "targetUrl", alias = "hookUrl")]
    url: Option<String>,
    event: Option<String>,
    events: Option<Vec<String>>,
    description: Option<String>,
    private: Option<bool>,
    history: Option<bool>,
    /// `active` or `stopped`; only when it is changed.
    state: Option<String>,
}

impl Subscription {
    /// What it says, with what it leaves out as it was before.
    fn said(&self, app: &App, before: Option<&Endpoint>) -> Result<Said> {
        let url = self.url.clone().or_else(|| before.map(|e| e.url.clone()));
        let url = url.ok_or_else(|| Error::invalid("url is missing: where are events to be sent?"))?;
        let events = self.events.clone().or_else(|| self.event.clone().map(|e| vec![e]));
        let wanted = match (events, before) {
            (Some(names), _) => Wanted::of(&app.registry, &names)?,
            (None, Some(before)) => before.wanted.clone(),
            (None, None) => {
                return Err(Error::invalid("event or events is missing; * stands for all of them"));
            }
        };
        Ok(Said {
            url,
            description: self
                .description
                .clone()
                .or(before.map(|e| e.description.clone()))
                .unwrap_or_default(),
            wanted,
            private: self.private.or(before.map(|e| e.private)).unwrap_or(false),
            history: self.history.or(before.map(|e| e.history)).unwrap_or(false),
        })
    }
}

/// `GET /api/v1/webhooks`
pub(crate) async fn list(State(app): State<App>, paging: Paging) -> Answer {
    let all = app.blocking(|app| app.db.read(store::list)).await?;
    ok(paging.answer(all.iter().map(endpoint_json).collect())?)
}

/// `POST /api/v1/webhooks`: 201 with the id, by which the subscription is ended, and the secret, which is in no other
/// answer.
pub(crate) async fn create(
    State(app): State<App>,
    principal: Principal,
    Json(asked): Json<Subscription>,
) -> Answer {
    let made = app.blocking(move |app| act::create(app, &principal, asked.said(app, None)?)).await?;
    let mut answer = endpoint_json(&made.0);
    answer["secret"] = made.1.into();
    let place = format!("/api/v1/webhooks/{}", made.0.public_id);
    Ok((StatusCode::CREATED, [("location", place)], Json(answer)).into_response())
}

/// `GET /api/v1/webhooks/{endpoint}`
pub(crate) async fn show(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let e = app.blocking(move |app| app.db.read(|c| store::get(c, &id))).await?;
    Ok(Json(endpoint_json(&e)).into_response())
}

/// `PATCH /api/v1/webhooks/{endpoint}`
pub(crate) async fn change(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(asked): Json<Subscription>,
) -> Answer {
    let e = app
        .blocking(move |app| {
            let before = app.db.read(|c| store::get(c, &id))?;
            let run = match asked.state.as_deref() {
                None => None,
                Some("active") => Some(true),
                Some("stopped") => Some(false),
                Some(other) => {
                    return Err(Error::invalid(format!("state is \"{other}\"; it is active or stopped")));
                }
            };
            act::change(app, &principal, &id, asked.said(app, Some(&before))?)?;
            if let Some(run) = run {
                act::set_running(app, &principal, &id, run)?;
            }
            app.db.read(|c| store::get(c, &id))
        })
        .await?;
    Ok(Json(endpoint_json(&e)).into_response())
}

/// `DELETE /api/v1/webhooks/{endpoint}`
pub(crate) async fn remove(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| act::remove(app, &principal, &id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /api/v1/webhooks/{endpoint}/rotation`: a new secret; the one before is used beside it for a day.
pub(crate) async fn rotate(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    let until = app.clock.now() + OVERLAP;
    let secret = app.blocking(move |app| act::rotate(app, &principal, &id)).await?;
    Ok(Json(json!({ "secret": secret, "previous_until": written(until) })).into_response())
}

/// What a test is to send.
#[derive(Default, Deserialize)]
pub(crate) struct Test {
    #[serde(default)]
    event: String,
}

/// `POST /api/v1/webhooks/{endpoint}/tests`: sends a sample; 202 with the delivery, whose outcome is in the log.
pub(crate) async fn test(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    asked: Option<Json<Test>>,
) -> Answer {
    let event = asked.map(|Json(t)| t.event).unwrap_or_default();
    let delivery = app.blocking(move |app| act::test(app, &principal, &id, &event)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "id": format!("whd_{delivery}") }))).into_response())
}

/// Which deliveries.
#[derive(Default, Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    state: String,
}

/// `GET /api/v1/webhooks/{endpoint}/deliveries`
pub(crate) async fn deliveries(
    State(app): State<App>,
    Path(id): Path<String>,
    paging: Paging,
    Query(which): Query<Which>,
) -> Answer {
    let state = DeliveryState::parse(&which.state)?;
    let before = if paging.cursor.is_empty() { i64::MAX } else { log::number(&paging.cursor)? };
    let limit = paging.limit;
    let mut found = app
        .blocking(move |app| {
            app.db.read(|c| {
                let e = store::get(c, &id)?;
                log::list(c, e.endpoint_id, state, before, limit as i64 + 1)
            })
        })
        .await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(Delivery::id);
    let items: Vec<Value> = found.iter().map(delivery_json).collect();
    Ok(Json(json!({ "items": items, "next": next })).into_response())
}

/// What is to be sent again.
#[derive(Default, Deserialize)]
pub(crate) struct Again {
    /// One delivery; every dead one when there is none.
    delivery: Option<String>,
}

/// `POST /api/v1/webhooks/{endpoint}/replays`
pub(crate) async fn replay(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    asked: Option<Json<Again>>,
) -> Answer {
    let one = asked.and_then(|Json(a)| a.delivery).as_deref().map(log::number).transpose()?;
    let n = app.blocking(move |app| act::replay(app, &principal, &id, one)).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "deliveries": n }))).into_response())
}

/// `GET /api/v1/webhooks/events`: every event, each with a sample of the whole body.
pub(crate) async fn events(State(app): State<App>, paging: Paging) -> Answer {
    let now = app.clock.now();
    let items: Vec<Value> = catalogue::all(&app.registry)
        .iter()
        .map(|e| json!({ "event": e.kind, "meaning": e.meaning, "sample": e.sample(now) }))
        .collect();
    ok(paging.answer_by("event", items)?)
}

/// `GET /api/v1/webhooks/samples/{kind}`: a list of one sample with an id, as whoever sets a trigger up wants to see it.
pub(crate) async fn samples(State(app): State<App>, Path(kind): Path<String>) -> Answer {
    let event = catalogue::find(&app.registry, &kind).map_err(|e| Error::not_found(e.message))?;
    let mut sample = event.sample(app.clock.now());
    let id = sample["data"]["id"].as_str().unwrap_or("evt_1").to_owned();
    sample["id"] = id.into();
    Ok(Json(json!([sample])).into_response())
}
