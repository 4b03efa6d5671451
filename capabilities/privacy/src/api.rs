//! The same over the API.

use crate::consent::{self, Consent};
use crate::erasure::{self, Erasure};
use crate::export::{self, Export};
use crate::holds::{self, Hold, Of};
use crate::pages::archive;
use crate::retention::{self, Rule, Wanted};
use crate::subject::Subject;
use crate::words::written;
use crate::{preferences, record};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::Error;
use capability::api::Paging;
use capability::{App, Principal, Problem};
use serde::Deserialize;
use serde_json::{Value, json};

type Answer = std::result::Result<Response, Problem>;

fn items(paging: &Paging, all: Vec<Value>) -> Answer {
    Ok(Json(paging.answer(all)?).into_response())
}

fn export_json(e: &Export) -> Value {
    json!({
        "id": e.public_id, "state": e.state(), "asked_by": e.asked_by, "asked_at": written(e.asked_at), "made_at": e.made_at.map(written),
        "until": e.until().map(written), "bytes": e.bytes, "rows": e.rows, "error": e.error,
    })
}

fn erasure_json(e: &Erasure) -> Value {
    json!({
        "id": e.public_id, "member": e.member, "state": e.state(), "reason": e.reason, "asked_by": e.asked_by,
        "asked_at": written(e.asked_at), "due_at": written(e.due_at), "began_at": e.began_at.map(written),
        "done_at": e.done_at.map(written), "step": e.step, "receipt": e.receipt,
    })
}

fn hold_json(h: &Hold) -> Value {
    json!({
        "id": h.public_id, "member": h.member.as_ref().map(|m| &m.1), "source": h.source, "reason": h.reason,
        "set_by": h.set_by, "set_at": written(h.set_at),
    })
}

fn rule_json(r: &Rule) -> Value {
    json!({
        "id": r.public_id, "kind": r.kind.map(community::Kind::name), "source": r.source, "days": r.days,
        "set_by": r.set_by, "set_at": written(r.set_at), "ran_at": r.ran_at.map(written), "dropped": r.dropped, "held": r.held,
    })
}

fn consent_json(c: &Consent) -> Value {
    json!({
        "id": c.public_id, "purpose": c.purpose, "channel": c.channel, "given": c.given, "basis": c.basis,
        "proof": c.proof, "said_at": written(c.said_at), "recorded_by": c.set_by, "recorded_at": written(c.set_at),
    })
}

/// `GET /api/v1/members/{member}/exports`
pub(crate) async fn list_exports(
    State(app): State<App>,
    Path(member): Path<String>,
    paging: Paging,
) -> Answer {
    let all = app
        .blocking(move |app| {
            app.community.view(|v| {
                let subject = Subject::find(v, &member)?;
                export::list(v.conn(), &subject.numbers())
            })
        })
        .await?;
    items(&paging, all.iter().map(export_json).collect())
}

/// `POST /api/v1/members/{member}/exports`: 202; the file is made a moment later.
pub(crate) async fn ask_export(
    State(app): State<App>,
    principal: Principal,
    Path(member): Path<String>,
) -> Answer {
    let export = app
        .blocking(move |app| {
            let id = export::ask(app, &principal, &member)?;
            app.db.read(|c| export::get(c, &id))
        })
        .await?;
    Ok((StatusCode::ACCEPTED, Json(export_json(&export))).into_response())
}

/// `GET /api/v1/exports/{export}`
pub(crate) async fn show_export(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let export = app.blocking(move |app| app.db.read(|c| export::get(c, &id))).await?;
    Ok(Json(export_json(&export)).into_response())
}

/// `DELETE /api/v1/exports/{export}`
pub(crate) async fn remove_export(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Answer {
    app.blocking(move |app| export::remove(app, &principal, &id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/exports/{export}/file`: the archive.
pub(crate) async fn file(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    archive(app, principal, id).await
}

/// `GET /api/v1/members/{member}/erasure`: what an erasure would do.
pub(crate) async fn preview(State(app): State<App>, Path(member): Path<String>) -> Answer {
    let preview = app
        .blocking(move |app| {
            app.community.view(|v| {
                let subject = Subject::find(v, &member)?;
                erasure::preview(app, v, &subject)
            })
        })
        .await?;
    Ok(Json(preview.json()).into_response())
}

/// Why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    reason: String,
}

/// `POST /api/v1/members/{member}/erasures`: 202; it waits for as long as the community wants.
pub(crate) async fn ask_erasure(
    State(app): State<App>,
    principal: Principal,
    Path(member): Path<String>,
    Json(asked): Json<Reason>,
) -> Answer {
    let erasure = app
        .blocking(move |app| {
            let id = erasure::ask(app, &principal, &member, &asked.reason)?;
            app.db.read(|c| erasure::get(c, &id))
        })
        .await?;
    Ok((StatusCode::ACCEPTED, Json(erasure_json(&erasure))).into_response())
}

/// `GET /api/v1/erasures`: the newest 200.
pub(crate) async fn list_erasures(State(app): State<App>, paging: Paging) -> Answer {
    let all = app.blocking(|app| app.db.read(|c| erasure::list(c, 200))).await?;
    items(&paging, all.iter().map(erasure_json).collect())
}

/// `GET /api/v1/erasures/{erasure}`: with its receipt once it is done.
pub(crate) async fn show_erasure(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let erasure = app.blocking(move |app| app.db.read(|c| erasure::get(c, &id))).await?;
    Ok(Json(erasure_json(&erasure)).into_response())
}

/// `DELETE /api/v1/erasures/{erasure}`: calls it off while it waits.
pub(crate) async fn cancel_erasure(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Answer {
    app.blocking(move |app| erasure::cancel(app, &principal, &id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A member or a source, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHold {
    member: Option<String>,
    source: Option<String>,
    reason: String,
}

/// `GET /api/v1/legal-holds`
pub(crate) async fn list_holds(State(app): State<App>, paging: Paging) -> Answer {
    let all = app.blocking(|app| app.db.read(holds::list)).await?;
    items(&paging, all.iter().map(hold_json).collect())
}

/// `POST /api/v1/legal-holds`
pub(crate) async fn set_hold(
    State(app): State<App>,
    principal: Principal,
    Json(asked): Json<NewHold>,
) -> Answer {
    let id = app
        .blocking(move |app| {
            let of = match (&asked.member, &asked.source) {
                (Some(member), None) => Of::Member(member),
                (None, Some(source)) => Of::Source(source),
                _ => {
                    return Err(Error::invalid(
                        "a legal hold is of a member or of a source; name one of them",
                    ));
                }
            };
            holds::set(app, &principal, &of, &asked.reason)
        })
        .await?;
    Ok(made(format!("/api/v1/legal-holds/{id}"), json!({ "id": id })))
}

/// `DELETE /api/v1/legal-holds/{hold}`
pub(crate) async fn end_hold(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| holds::end(app, &principal, &id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What was made, and where it is.
fn made(place: String, said: Value) -> Response {
    (StatusCode::CREATED, [(header::LOCATION, place)], Json(said)).into_response()
}

/// A rule as a program sends it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRule {
    kind: Option<String>,
    source: Option<String>,
    days: i64,
}

impl NewRule {
    fn wanted(self) -> Wanted {
        let text = Option::unwrap_or_default;
        Wanted { kind: text(self.kind), source: text(self.source), days: self.days.to_string() }
    }
}

/// `GET /api/v1/retention-rules`
pub(crate) async fn list_rules(State(app): State<App>, paging: Paging) -> Answer {
    let all = app.blocking(|app| app.db.read(retention::list)).await?;
    items(&paging, all.iter().map(rule_json).collect())
}

/// `POST /api/v1/retention-rules`
pub(crate) async fn set_rule(
    State(app): State<App>,
    principal: Principal,
    Json(asked): Json<NewRule>,
) -> Answer {
    let id = app.blocking(move |app| retention::set(app, &principal, &asked.wanted())).await?;
    Ok(made(format!("/api/v1/retention-rules/{id}"), json!({ "id": id })))
}

/// `GET /api/v1/retention-rules/preview?kind=&source=&days=`: what a rule would drop today.
pub(crate) async fn preview_rule(State(app): State<App>, Query(asked): Query<Wanted>) -> Answer {
    let preview = app
        .blocking(move |app| {
            let now = app.clock.now();
            app.community.view(|v| retention::preview(v, &asked, now))
        })
        .await?;
    let kinds: serde_json::Map<String, Value> =
        preview.kinds.iter().map(|(k, n)| ((*k).to_owned(), (*n).into())).collect();
    Ok(Json(json!({
        "rule": preview.words, "last_day": preview.last_day.map(|d| d.to_string()), "activities": preview.total(),
        "kinds": kinds, "held": preview.holds,
    }))
    .into_response())
}

/// `DELETE /api/v1/retention-rules/{rule}`
pub(crate) async fn end_rule(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| retention::end(app, &principal, &id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/members/{member}/consents`: what holds, and the whole history.
pub(crate) async fn list_consents(State(app): State<App>, Path(member): Path<String>) -> Answer {
    let history = app
        .blocking(move |app| {
            app.community.view(|v| {
                let subject = Subject::find(v, &member)?;
                consent::history(v.conn(), &subject.numbers())
            })
        })
        .await?;
    let present: Vec<Value> = consent::present(&history).into_iter().map(consent_json).collect();
    let history: Vec<Value> = history.iter().map(consent_json).collect();
    Ok(Json(json!({ "present": present, "history": history })).into_response())
}

/// `POST /api/v1/members/{member}/consents`
pub(crate) async fn add_consent(
    State(app): State<App>,
    principal: Principal,
    Path(member): Path<String>,
    Json(said): Json<consent::Said>,
) -> Answer {
    let place = format!("/api/v1/members/{member}/consents");
    let id = app.blocking(move |app| consent::record(app, &principal, &member, &said)).await?;
    Ok(made(place, json!({ "id": id })))
}

/// `POST /api/v1/members/{member}/preferences`: a link to send to the member.
pub(crate) async fn make_link(
    State(app): State<App>,
    principal: Principal,
    Path(member): Path<String>,
) -> Answer {
    let (link, until) = app.blocking(move |app| preferences::link(app, &principal, &member)).await?;
    Ok((StatusCode::CREATED, Json(json!({ "link": link, "until": written(until) }))).into_response())
}

/// `POST /api/v1/consents`: a table as CSV; with `?dry_run=true` nothing is written.
pub(crate) async fn import_consents(
    State(app): State<App>,
    principal: Principal,
    Query(asked): Query<DryRun>,
    body: String,
) -> Answer {
    let report = app.blocking(move |app| consent::import(app, &principal, &body, asked.dry_run)).await?;
    Ok(Json(report).into_response())
}

/// Whether nothing is to be written.
#[derive(Deserialize)]
pub(crate) struct DryRun {
    #[serde(default)]
    dry_run: bool,
}

/// A purpose as a program sends it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPurpose {
    purpose: String,
    title: String,
    #[serde(default)]
    sentence: String,
}

/// `GET /api/v1/consent-purposes`
pub(crate) async fn list_purposes(State(app): State<App>, paging: Paging) -> Answer {
    let all = app.blocking(|app| app.db.read(consent::purposes)).await?;
    let all =
        all.iter().map(|p| json!({ "purpose": p.slug, "title": p.title, "sentence": p.sentence })).collect();
    Ok(Json(paging.answer_by("purpose", all)?).into_response())
}

/// `POST /api/v1/consent-purposes`
pub(crate) async fn make_purpose(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<NewPurpose>,
) -> Answer {
    let made_now = app
        .blocking(move |app| {
            consent::make_purpose(app, &principal, &new.purpose, &new.title, &new.sentence)?;
            let all = app.db.read(consent::purposes)?;
            all.into_iter()
                .find(|p| p.slug == new.purpose.trim())
                .ok_or_else(|| Error::not_found("the purpose has ended"))
        })
        .await?;
    let said = json!({ "purpose": made_now.slug, "title": made_now.title, "sentence": made_now.sentence });
    Ok(made(format!("/api/v1/consent-purposes/{}", made_now.slug), said))
}

/// `DELETE /api/v1/consent-purposes/{purpose}`
pub(crate) async fn end_purpose(
    State(app): State<App>,
    principal: Principal,
    Path(slug): Path<String>,
) -> Answer {
    app.blocking(move |app| consent::end_purpose(app, &principal, &slug)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/processing`: the record of processing.
pub(crate) async fn processing(State(app): State<App>) -> Answer {
    let record = app.blocking(|app| app.db.read(|c| record::load(app, c))).await?;
    Ok(Json(record.json()).into_response())
}
