//! The log of an endpoint as CSV.

use crate::{log, store};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use capability::{App, Problem};
use serde::Deserialize;

/// Lines of the file at most.
const LINES: i64 = 100_000;

/// The same filter as on the page.
#[derive(Default, Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    state: String,
}

/// `GET /desk/settings/webhooks/{endpoint}/deliveries.csv`
pub(crate) async fn deliveries(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let state = log::State::parse(&which.state)?;
    let found = app
        .blocking(move |app| {
            app.db.read(|c| {
                let e = store::get(c, &id)?;
                log::list(c, e.endpoint_id, state, i64::MAX, LINES)
            })
        })
        .await?;
    let head =
        ["delivery", "message", "event", "state", "attempts", "queued_at", "tried_at", "status", "answer"];
    let mut file = base::csv::File::new(&head);
    let time = |at: Option<i64>| {
        at.and_then(|at| jiff::Timestamp::from_microsecond(at).ok())
            .map(|t| t.to_string())
            .unwrap_or_default()
    };
    for d in &found {
        file.text(&d.id())
            .text(&d.message)
            .text(&d.kind)
            .text(d.state().word())
            .figure(d.attempt)
            .text(&time(Some(d.queued_at)))
            .text(&time(d.tried_at))
            .text(&d.status.map(|s| s.to_string()).unwrap_or_default())
            .text(d.answer.as_deref().unwrap_or_default())
            .end();
    }
    Ok(capability::csv_file("deliveries", file.take()))
}
