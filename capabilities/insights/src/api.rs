//! Metrics as JSON.

use crate::answer::answer;
use crate::behind::{Behind, Cell, machine_time, seconds};
use axum::Json;
use axum::extract::{Path, Query, State};
use base::{Day, Error, Zone};
use capability::api::Paging;
use capability::{App, Problem};
use metric::{Envelope, Query as Question};
use serde_json::{Value, json};

/// `GET /api/v1/metrics`: every metric with what it means and what it takes.
pub(crate) async fn list_metrics(paging: Paging) -> std::result::Result<Json<Value>, Problem> {
    let items: Vec<Value> = metric::registry().iter().map(definition_json).collect();
    Ok(Json(paging.answer(items)?))
}

/// A metric's definition: what it means, how it is counted, and what it takes.
pub fn definition_json(definition: &metric::Definition) -> Value {
    let parameters: Vec<Value> = definition
        .parameters()
        .iter()
        .map(|p| {
            json!({
                "name": p.name,
                "values": p.values,
                "default": p.default,
                "repeats": p.repeats,
                "meaning": p.meaning,
            })
        })
        .collect();
    json!({
        "id": definition.id,
        "title": definition.title,
        "definition": definition.definition,
        "formula": definition.formula,
        "population": definition.population,
        "unit": definition.unit,
        "direction": definition.direction.word(),
        "interval_method": definition.interval_method,
        "elsewhere": definition.elsewhere,
        "parameters": parameters,
    })
}

/// `GET /api/v1/metrics/{id}`: what `folkmoot metric ID --json` prints, for the same parameters.
pub(crate) async fn get_metric(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> std::result::Result<Json<Envelope>, Problem> {
    let envelope = app.blocking(move |app| answer(&app.community, &id, pairs)).await?;
    Ok(Json(envelope))
}

fn cell_json(cell: &Cell, zone: &Zone) -> Value {
    match cell {
        Cell::Text(text) | Cell::Said { text, .. } => json!(text),
        Cell::Count(n) => json!(n),
        Cell::Day(day) => json!(day.to_string()),
        Cell::Time(at) => json!(machine_time(zone, *at)),
        Cell::Wait(wait) => json!(wait.map(seconds)),
    }
}

/// `GET /api/v1/metrics/{metric}/rows`: the rows behind a whole answer or one of its points.
pub(crate) async fn list_rows(
    State(app): State<App>,
    Path(id): Path<String>,
    paging: Paging,
    Query(pairs): Query<Vec<(String, String)>>,
) -> std::result::Result<Json<Value>, Problem> {
    let skip: u64 = match paging.cursor.as_str() {
        "" => 0,
        text => text.parse().map_err(|_| Error::invalid("cursor is what an earlier answer gave as next"))?,
    };
    let at =
        pairs.iter().find(|p| p.0 == "at").map(|p| Day::parse(&p.1).map_err(|e| e.at("at"))).transpose()?;
    let limit = paging.limit;
    let value = app
        .blocking(move |app| {
            let own = pairs.iter().filter(|p| !["at", "cursor", "limit"].contains(&p.0.as_str()));
            let query = Question::parse(&id, own.map(|(name, value)| (name, value)))?;
            app.community.view(|view| {
                let behind = Behind::load(view, &query, at)?;
                let rows = behind.page(view, skip, limit + 1)?;
                let zone = view.zone();
                let items: Vec<Value> = rows.iter().take(limit).map(|row| row_json(&behind, row, &zone)).collect();
                let next = (rows.len() > limit).then(|| (skip + limit as u64).to_string());
                Ok(json!({
                    "total": behind.total(), "unavailable": behind.unavailable(), "items": items, "next": next,
                }))
            })
        })
        .await?;
    Ok(Json(value))
}

fn row_json(behind: &Behind, row: &[Cell], zone: &Zone) -> Value {
    let pairs = behind.columns().iter().zip(row);
    Value::Object(pairs.map(|(column, cell)| (column.name.to_owned(), cell_json(cell, zone))).collect())
}
