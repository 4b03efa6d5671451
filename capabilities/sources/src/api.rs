//! The same calls as the pages, as JSON.

use crate::model::{Quality, SourceDetail, SourceLine, Standing, skipped};
use crate::pages::{self, standing};
use crate::work::{self, Task};
use crate::{form, store, uploads, watch};
use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::{Error, Micros, Zone};
use capability::api::Paging;
use capability::{App, Principal, Problem};
use community::sources::Source;
use connect::import::{self, ImportRecord};
use serde::Deserialize;
use serde_json::{Value, json};

type Answer<T> = std::result::Result<T, Problem>;

/// `GET /api/v1/sources`
pub(crate) async fn list_sources(State(app): State<App>, paging: Paging) -> Answer<Json<Value>> {
    let listing = app.blocking(|app| app.db.read(store::listing)).await?;
    let items: Vec<Value> = listing.sources.iter().map(|line| line_json(line, &listing.zone)).collect();
    Ok(Json(paging.answer(items)?))
}

fn source_json(source: &Source) -> Value {
    json!({
        "id": source.public_id,
        "name": source.name,
        "network": source.network,
        "format": source.format,
        "id_form": source.id_form,
        "zone": source.zone,
        "zone_assumed": source.zoneless,
        "has_replies": source.has_replies,
        "has_message_ids": source.has_message_ids,
        "has_leaves": source.has_leaves,
        "created_at": source.created_at,
    })
}

fn line_json(line: &SourceLine, zone: &Zone) -> Value {
    let day = |at: Micros| zone.day_of(at).to_string();
    let mut value = source_json(&line.source);
    value["first"] = json!(line.span.map(|s| day(s.0)));
    value["last"] = json!(line.span.map(|s| day(s.1)));
    value["activities"] = json!(line.activities);
    value["people"] = json!(line.people);
    value["channels"] = json!(line.channels);
    value["last_import"] = json!(line.last_import.as_ref().map(|i| &i.summary.import));
    value
}

/// `GET /api/v1/sources/{source}`
pub(crate) async fn get_source(State(app): State<App>, Path(id): Path<String>) -> Answer<Json<Value>> {
    let detail = app
        .blocking(move |app| {
            // Asked first: what is read afterwards is then at least as new as "not running any more".
            let correcting = correcting(app)?;
            app.community.view(|view| store::detail(view, &id)).map(|detail| (detail, correcting))
        })
        .await?;
    Ok(Json(detail_json(&detail.0, &detail.1)))
}

/// The sources whose zone is being corrected, on whichever node.
fn correcting(app: &App) -> base::Result<Vec<String>> {
    let zones = app.db.read(|c| jobs::lease::list(c, work::ZONE))?;
    Ok(zones.into_iter().filter(|l| l.held).map(|l| l.subject).collect())
}

fn detail_json(detail: &SourceDetail, correcting: &[String]) -> Value {
    let day = |at: Micros| detail.zone.day_of(at).to_string();
    let mut value = source_json(&detail.source);
    value["activities"] = json!(detail.activities);
    value["people"] = json!(detail.people);
    value["quality"] = quality_json(&detail.quality);
    value["channels"] = detail
        .channels
        .iter()
        .map(|line| {
            json!({
                "id": line.channel.external_id,
                "name": line.channel.name,
                "category": line.channel.category,
                "private": line.channel.private,
                "activities": line.activities,
                "first": line.channel.span.map(|s| day(s.0)),
                "last": line.channel.span.map(|s| day(s.1)),
            })
        })
        .collect();
    value["imports"] = detail.imports.iter().map(import_json).collect();
    value["zone_correction"] = match (
        correcting.contains(&detail.source.public_id),
        work::failure(Task::Zone, &detail.source.public_id),
    ) {
        (true, _) => json!("running"),
        (false, Some(message)) => json!({ "failed": message }),
        (false, None) => Value::Null,
    };
    value
}

fn quality_json(quality: &Quality) -> Value {
    let gaps: Vec<Value> = quality
        .gaps
        .iter()
        .map(
            |gap| json!({ "first": gap.first.to_string(), "last": gap.last.to_string(), "days": gap.days() }),
        )
        .collect();
    json!({
        "first": quality.days.map(|d| d.0.to_string()),
        "last": quality.days.map(|d| d.1.to_string()),
        "days": quality.span_days,
        "active_days": quality.active_days,
        "gaps": gaps,
        "by_kind": quality.kinds,
        "rows": quality.rows,
        "rows_without_author": quality.rows_without_author,
        "share_without_author": quality.share(quality.rows_without_author),
        "rows_by_bots": quality.rows_by_bots,
        "share_by_bots": quality.share(quality.rows_by_bots),
    })
}

/// `GET /api/v1/imports`
pub(crate) async fn list_imports(State(app): State<App>, paging: Paging) -> Answer<Json<Value>> {
    let imports = app.blocking(|app| app.db.read(import::list)).await?;
    Ok(Json(paging.answer(imports.iter().map(import_json).collect())?))
}

/// `GET /api/v1/imports/{import}`
pub(crate) async fn get_import(State(app): State<App>, Path(id): Path<String>) -> Answer<Json<Value>> {
    let found = app.blocking(move |app| app.db.read(|c| import::get(c, &id))).await?;
    Ok(Json(import_json(&found)))
}

fn import_json(import: &ImportRecord) -> Value {
    let id = &import.summary.import;
    let standing = standing(import);
    let task = if standing == Standing::Undoing { Task::Undo } else { Task::Import };
    let moving = matches!(standing, Standing::Running | Standing::Undoing);
    let local = work::find(task, id).filter(|w| w.end().is_none()).map(|w| w.progress());
    let progress = local.or_else(|| import.progress.clone()).filter(|_| moving);
    json!({
        "id": id,
        "state": standing.id(),
        "source": import.summary.source,
        "format": import.format,
        "input": import.input,
        "error": import.error.clone().or_else(|| pages::failure(import)),
        "node": import.node.as_ref().map(|n| &n.name),
        "started_by": import.started_by,
        "started_at": import.started_at,
        "ended_at": import.ended_at,
        "skipped_records": skipped(import),
        "summary": import.summary,
        "progress": progress.map(|p| json!({
            "share": p.share(),
            "records": p.records,
            "bytes": p.bytes,
            "total_bytes": p.total_bytes,
            "seconds_left": p.remaining_micros().map(|m| m / 1_000_000),
        })),
    })
}

/// `POST /api/v1/imports`: the fields are those of the command line: `format`, `files`, `source`, `map`,
/// `timezone`, `bot`, `bot_pattern`, `private`.
pub(crate) async fn create_import(
    State(app): State<App>,
    principal: Principal,
    multipart: std::result::Result<Multipart, MultipartRejection>,
) -> Answer<Response> {
    let multipart = multipart.map_err(|e| Problem::new(e.status(), e.body_text()))?;
    let mut received = uploads::receive(&app, multipart).await?;
    if let Some(trouble) = received.trouble.take() {
        return Err(trouble.into());
    }
    let found = app
        .blocking(move |app| {
            let id = form::begin_for_api(app, &received, &principal)?;
            app.db.read(|c| import::get(c, &id))
        })
        .await?;
    Ok(accepted(&found))
}

/// `DELETE /api/v1/imports/{import}`: takes it back.
pub(crate) async fn undo_import(
    State(app): State<App>,
    by: Principal,
    Path(id): Path<String>,
) -> Answer<Response> {
    let found = app
        .blocking(move |app| {
            pages::begin_undo(app, &id, &by)?;
            app.db.read(|c| import::get(c, &id))
        })
        .await?;
    Ok(accepted(&found))
}

/// The work goes on; where to look how far it is.
fn accepted(import: &ImportRecord) -> Response {
    let place = format!("/api/v1/imports/{}", import.summary.import);
    (StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(import_json(import))).into_response()
}

/// `GET /api/v1/imports/{import}/skipped`
pub(crate) async fn list_skipped(
    State(app): State<App>,
    Path(id): Path<String>,
    paging: Paging,
) -> Answer<Json<Value>> {
    let after: i64 = match paging.cursor.as_str() {
        "" => 0,
        text => text.parse().map_err(|_| Error::invalid("cursor is what an earlier answer gave as next"))?,
    };
    let limit = paging.limit;
    let mut found = app
        .blocking(move |app| {
            app.db.read(|c| {
                let import = import::get(c, &id)?;
                // One more than asked for says whether there is a next page.
                store::skips_after(c, import.import_id, after, limit as i64 + 1)
            })
        })
        .await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(number, _)| number.to_string());
    let items: Vec<Value> = found
        .iter()
        .map(|(_, s)| json!({ "reason": s.reason, "place": s.place, "excerpt": s.excerpt }))
        .collect();
    Ok(Json(json!({ "items": items, "next": next })))
}

/// `GET /api/v1/watched-folder`
pub(crate) async fn watched_folder() -> Json<Value> {
    let folder = watch::folder();
    let waiting = |f: &watch::Folder| -> Vec<Value> {
        f.waiting.iter().map(|(file, why)| json!({ "file": file, "why": why })).collect()
    };
    Json(json!({
        "path": folder.as_ref().map(|f| f.path.display().to_string()),
        "looked_at": folder.as_ref().and_then(|f| f.looked_at),
        "waiting": folder.as_ref().map(waiting).unwrap_or_default(),
        "trouble": folder.as_ref().and_then(|f| f.trouble.clone()),
    }))
}

/// `POST /api/v1/imports/{import}/stop`
pub(crate) async fn stop_import(State(app): State<App>, Path(id): Path<String>) -> Answer<Response> {
    let found = app
        .blocking(move |app| {
            let known = app.db.read(|c| import::get(c, &id))?;
            work::stop_import(app, &id)?;
            Ok(known)
        })
        .await?;
    Ok(accepted(&found))
}

/// `POST /api/v1/imports/{import}/continue`
pub(crate) async fn continue_import(State(app): State<App>, Path(id): Path<String>) -> Answer<Response> {
    let found = app
        .blocking(move |app| {
            app.db.read(|c| import::get(c, &id))?;
            work::resume_import(app, &id)?;
            app.db.read(|c| import::get(c, &id))
        })
        .await?;
    Ok(accepted(&found))
}

/// In which zone a source's times are to be read.
#[derive(Deserialize)]
pub(crate) struct NewZone {
    zone: String,
}

/// `PUT /api/v1/sources/{source}/zone`
pub(crate) async fn correct_zone(
    State(app): State<App>,
    by: Principal,
    Path(id): Path<String>,
    Json(new): Json<NewZone>,
) -> Answer<Response> {
    let detail = app
        .blocking(move |app| {
            let source = app.db.read(|c| community::sources::get(c, &id))?;
            pages::begin_zone(app, &source, new.zone.trim(), &by)?;
            let correcting = correcting(app)?;
            app.community.view(|view| store::detail(view, &id)).map(|detail| (detail, correcting))
        })
        .await?;
    let place = format!("/api/v1/sources/{}", detail.0.source.public_id);
    let value = detail_json(&detail.0, &detail.1);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(value)).into_response())
}
