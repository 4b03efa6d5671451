//! What machines ask: is it alive, is it ready, and what browsers report about the content policy.

use crate::{App, Problem};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::time::Duration;
use store::{HOLD_LIMIT, Hold, Priority};

/// The most bytes of a report that are looked at.
const REPORT_MAX: usize = 16 * 1024;

/// How many places are named that held the writer longest.
const PLACES: usize = 5;

/// `/healthz`, `/readyz` and `/csp-report`: the routes that nobody signs in for.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .route("/csp-report", post(report).layer(DefaultBodyLimit::max(REPORT_MAX)))
}

/// Ready when the database answers and the server is not about to end. A failed backup does not make it unready: it
/// would take the desk away from people; what watches the server looks at `backup.failed`.
async fn ready(State(app): State<App>) -> Result<Json<Value>, Problem> {
    if app.is_stopping() {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The server is stopping."));
    }
    let backups = app.blocking(|a| a.db.read(backup::schedule::state)).await?;
    Ok(Json(json!({
        "status": "ready",
        "version": base::VERSION,
        "csp_reports": app.csp_reports(),
        "backup": {
            "succeeded_at": backups.succeeded_at.map(|at| at / 1_000_000),
            "failed": backups.error.is_some(),
        },
        "writer": holds(&app.db.holds()),
    })))
}

/// The longest holds of the writer, in milliseconds: since the start, lately, and where. Anybody may know how
/// busy the writer is; what is written nobody learns from it.
fn holds(all: &[Hold]) -> Value {
    let of = |priority: Priority| {
        let own = || all.iter().filter(move |h| h.priority == priority);
        let ms = |d: Option<Duration>| d.map_or(0.0, |d| (d.as_secs_f64() * 10_000.0).round() / 10.0);
        json!({
            "longest_ms": ms(own().map(|h| h.longest).max()),
            "lately_ms": ms(own().map(|h| h.lately).max()),
            "over_limit": own().map(|h| h.long).sum::<u64>(),
            "transactions": own().map(|h| h.count).sum::<u64>(),
        })
    };
    let place = |h: &Hold| {
        json!({
            "at": h.place,
            "longest_ms": h.longest.as_micros() as f64 / 1000.0,
            "over_limit": h.long,
            "transactions": h.count,
        })
    };
    json!({
        "longest": all.iter().take(PLACES).map(place).collect::<Vec<_>>(),
        "limit_ms": HOLD_LIMIT.as_millis() as u64,
        "interactive": of(Priority::Interactive),
        "bulk": of(Priority::Bulk),
    })
}

async fn report(State(app): State<App>, body: Bytes) -> StatusCode {
    app.count_csp_report();
    let text: String = String::from_utf8_lossy(&body).chars().take(500).collect();
    tracing::warn!(report = %text, "a browser reports a breach of the content policy");
    StatusCode::NO_CONTENT
}
