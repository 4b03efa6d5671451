//! Metrics as JSON.

use crate::answer::answer;
use axum::Json;
use axum::extract::{Path, Query, State};
use capability::{App, Problem};
use metric::Envelope;
use serde_json::{Value, json};

/// `GET /api/v1/metrics`: every metric with what it means and what it takes.
pub(crate) async fn list_metrics() -> Json<Value> {
    let items: Vec<Value> = metric::registry().iter().map(definition_json).collect();
    Json(json!({ "items": items, "next": null }))
}

fn definition_json(definition: &metric::Definition) -> Value {
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
