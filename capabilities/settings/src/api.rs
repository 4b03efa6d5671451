//! What the community decides, as JSON: the same calls as the pages.

use crate::{community, people, store};
use axum::Json;
use axum::extract::State;
use base::Result;
use capability::api::{Answer, ok};
use capability::{App, Principal};
use serde::Deserialize;
use serde_json::{Value, json};

fn present(app: &App) -> Result<Value> {
    app.db.read(|c| {
        let all = ::community::settings::all(c)?;
        let rebuild = store::rebuild(c)?;
        let text = |name: &str| all.text(name).to_owned();
        Ok(json!({
            "name": text("name"), "zone": text("zone"), "rebuilding_for": rebuild.map(|r| r.zone),
            "staff": text("staff"), "bots": text("bots"),
        }))
    })
}

/// `GET /api/v1/settings`
pub(crate) async fn get(State(app): State<App>) -> Answer {
    ok(app.blocking(present).await?)
}

/// What changes.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    name: Option<String>,
    zone: Option<String>,
    staff: Option<String>,
    bots: Option<String>,
}

/// `PATCH /api/v1/settings`
pub(crate) async fn change(State(app): State<App>, by: Principal, Json(wanted): Json<Wanted>) -> Answer {
    let value = app
        .blocking(move |app| {
            if let Some(name) = &wanted.name {
                community::rename(app, name, &by)?;
            }
            for (list, text) in [("staff", &wanted.staff), ("bots", &wanted.bots)] {
                if let Some(text) = text {
                    people::set_list(app, list, text, &by)?;
                }
            }
            // Last, as what follows from it goes on after the answer.
            if let Some(zone) = &wanted.zone {
                community::begin(app, zone, &by)?;
            }
            present(app)
        })
        .await?;
    ok(value)
}
