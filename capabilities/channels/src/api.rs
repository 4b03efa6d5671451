//! The same as JSON.

use crate::gather::channels;
use crate::model::{Filters, State as ChannelState};
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use capability::{App, Problem};
use serde_json::json;

/// `GET /api/v1/channels?source=&days=7|28|90&state=&sort=`: every channel with its figures. Times are UTC
/// microseconds, medians are in seconds: `median_s` of those that
/// were answered, `half_s` of all, null while fewer than half were.
pub(crate) async fn list(
    State(app): State<App>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> std::result::Result<Response, Problem> {
    let filters = Filters::parse(&pairs)?;
    let asked = filters.clone();
    let all = app.blocking(move |app| channels(app, &asked)).await?;
    let now = all.now.unwrap_or_default();
    let lines: Vec<_> = all
        .fitting(&filters)
        .iter()
        .map(|l| {
            json!({
                "channel_id": l.channel_id, "name": l.name, "source": l.source, "private": l.private,
                "actives": l.actives, "messages": l.messages,
                "answered": { "value": l.answered.value, "low": l.answered.low, "high": l.answered.high, "n": l.answered.n },
                "median_s": l.median, "half_s": l.half, "opened": l.opened, "replied": l.replied,
                "weeks": l.weeks, "first": l.first, "last": l.last,
                "state": ChannelState::of(l, now).word(),
                "unavailable": if l.why.is_empty() { None } else { Some(&l.why) },
            })
        })
        .collect();
    Ok(Json(json!({
        "now": all.now, "from": all.from.to_string(), "to": all.to.to_string(), "channels": lines,
    }))
    .into_response())
}
