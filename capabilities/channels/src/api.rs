//! The same as JSON.

use crate::gather::channels;
use crate::model::{Filters, Line, State as ChannelState};
use axum::extract::{Path, Query, State};
use base::{Error, Micros};
use capability::api::{Answer, Paging, ok};
use capability::{App, Principal};
use serde_json::{Value, json};

/// A channel. Times are UTC microseconds, medians are in seconds: `median_s` of those that were answered, `half_s` of
/// all, null while fewer than half were.
fn line_json(l: &Line, now: Micros) -> Value {
    json!({
        "channel_id": l.channel_id, "name": l.name, "source": l.source, "private": l.private,
        "actives": l.actives, "messages": l.messages,
        "answered": { "value": l.answered.value, "low": l.answered.low, "high": l.answered.high, "n": l.answered.n },
        "median_s": l.median, "half_s": l.half, "opened": l.opened, "replied": l.replied,
        "weeks": l.weeks, "first": l.first, "last": l.last,
        "state": ChannelState::of(l, now).word(),
        "unavailable": if l.why.is_empty() { None } else { Some(&l.why) },
    })
}

/// `GET /api/v1/channels`: every channel with its figures.
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    paging: Paging,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Answer {
    let filters = Filters::parse(&pairs)?;
    let asked = filters.clone();
    let all = app.blocking(move |app| channels(app, &who, &asked)).await?;
    let now = all.now.unwrap_or_default();
    let lines = all.fitting(&filters).iter().map(|l| line_json(l, now)).collect();
    let mut answer = paging.answer_by("channel_id", lines)?;
    answer["now"] = json!(all.now);
    answer["from"] = json!(all.from.to_string());
    answer["to"] = json!(all.to.to_string());
    ok(answer)
}

/// `GET /api/v1/channels/{channel}`
pub(crate) async fn get(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<i64>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Answer {
    let days = pairs.into_iter().filter(|p| p.0 == "days").collect::<Vec<_>>();
    let filters = Filters::parse(&days)?;
    let asked = filters.clone();
    let all = app.blocking(move |app| channels(app, &who, &asked)).await?;
    let found = all.fitting(&filters).into_iter().find(|l| l.channel_id == id);
    let line = found.ok_or_else(|| Error::not_found(format!("there is no channel {id}")))?;
    ok(line_json(&line, all.now.unwrap_or_default()))
}
