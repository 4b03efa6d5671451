//! What machines ask: is it alive, is it ready, and what browsers report about the content policy.

use crate::{App, Problem};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

/// The most bytes of a report that are looked at.
const REPORT_MAX: usize = 16 * 1024;

/// `/healthz`, `/readyz` and `/csp-report`: the routes that nobody signs in for.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .route("/csp-report", post(report).layer(DefaultBodyLimit::max(REPORT_MAX)))
}

/// Ready when the database answers and the server is not about to end.
async fn ready(State(app): State<App>) -> Result<Json<Value>, Problem> {
    if app.is_stopping() {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The server is stopping."));
    }
    app.blocking(|a| a.db.read(|c| c.query_one("SELECT 1", &[], |r| r.int(0)).map(|_| ()))).await?;
    Ok(Json(json!({
        "status": "ready",
        "version": base::VERSION,
        "csp_reports": app.csp_reports(),
        "longest_write_micros": app.db.longest_write_micros(),
    })))
}

async fn report(State(app): State<App>, body: Bytes) -> StatusCode {
    app.count_csp_report();
    let text: String = String::from_utf8_lossy(&body).chars().take(500).collect();
    tracing::warn!(report = %text, "a browser reports a breach of the content policy");
    StatusCode::NO_CONTENT
}
