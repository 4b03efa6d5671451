//! The API: the same calls as the pages, as JSON.

use crate::acts::set_one_target;
use crate::filters::Filters;
use crate::list::{self, Line, Listing};
use crate::store::{self, Decided, TargetRow};
use crate::{thread, view};
use ::store::Priority;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use base::{Error, Result, written};
use capability::api::Paging;
use capability::{App, Principal, Problem};
use community::marks::Change;
use serde::Deserialize;
use serde_json::{Value, json};

/// The most conversations that are marked at once.
const MARKED_MAX: usize = 200;

type Answer = std::result::Result<Json<Value>, Problem>;

fn line(l: &Line, listing: &Listing) -> Value {
    let t = &l.thread;
    json!({
        "id": t.conversation,
        "title": view::list::name(l),
        "source": listing.places.source(t.source_id),
        "channel": listing.places.channel(t.channel_id),
        "channel_id": t.channel_id,
        "opened_by": { "id": t.author.public_id, "name": t.author.name },
        "opened_at": written(t.at),
        "question": t.question,
        "state": l.standing.state.word(),
        "why": l.standing.why,
        "replies": t.replies,
        "people": t.people,
        "first_answer_after_seconds": t.answered_at.map(|a| (a - t.at) / 1_000_000),
        "due_at": l.due.and_then(written),
        "assigned_to": l.assigned.as_ref().map(|a| &a.name),
        "permalink": t.permalink,
    })
}

/// `GET /api/v1/conversations`
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
    Query(mut pairs): Query<Vec<(String, String)>>,
) -> Answer {
    for pair in &mut pairs {
        if pair.0 == "cursor" {
            "after".clone_into(&mut pair.0);
        }
    }
    let filters = Filters::read(&pairs)?;
    let size = capability::api::Paging::read(&pairs)?.limit;
    let listing = app
        .blocking(move |app| {
            let present = app.clock.now();
            app.community.view(|v| {
                let decided = Decided::load(v)?;
                list::load(v, &filters, &decided, &principal, (present, size))
            })
        })
        .await?;
    let items: Vec<Value> = listing.lines.iter().map(|l| line(l, &listing)).collect();
    Ok(Json(json!({ "items": items, "next": listing.next.map(|(at, id)| format!("{at}-{id}")) })))
}

/// `GET /api/v1/conversations/{conversation}`
pub(crate) async fn get(State(app): State<App>, who: Principal, Path(id): Path<i64>) -> Answer {
    let p = app
        .blocking(move |app| {
            let present = app.clock.now();
            app.community.view(|v| thread::load(v, id, &who, present))
        })
        .await?;
    let messages: Vec<Value> = p
        .messages
        .iter()
        .map(|m| {
            let who = &m.author;
            json!({
                "seq": m.seq, "at": written(m.at), "kind": m.kind.name(),
                "by": { "id": who.public_id, "name": who.name },
                "text": m.text, "title": m.title, "permalink": m.permalink, "reactions": m.reactions,
                "edited_at": m.edited_at.and_then(written), "deleted": m.deleted,
            })
        })
        .collect();
    let marks: Vec<Value> = p
        .marks
        .iter()
        .map(|m| {
            json!({
                "mark": m.mark.word(), "reason": m.reason, "set_by": m.set_by, "set_at": written(m.set_at),
                "ended_at": m.ended_at.and_then(written),
            })
        })
        .collect();
    Ok(Json(json!({
        "id": id,
        "title": p.title(),
        "source": p.places.source(p.thread.source_id),
        "channel": p.places.channel(p.thread.channel_id),
        "opened_at": written(p.thread.at),
        "question": p.thread.question,
        "asks": p.thread.asks.reason(),
        "state": p.standing.state.word(),
        "why": p.standing.why,
        "due_at": p.due.and_then(written),
        "assigned_to": p.assigned.as_ref().map(|a| &a.name),
        "messages": messages,
        "marks": marks,
    })))
}

/// A mark as a program sends it.
#[derive(Deserialize)]
pub(crate) struct NewMark {
    mark: String,
    #[serde(default)]
    reason: String,
}

/// `POST /api/v1/conversations/{conversation}/marks`
pub(crate) async fn mark(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<i64>,
    Json(new): Json<NewMark>,
) -> Answer {
    let (change, who) = (Change::named(&new.mark)?, principal.clone());
    app.blocking(move |app| store::mark_many(app, &[id], change, &new.reason, &principal)).await?;
    get(State(app), who, Path(id)).await
}

/// An assignment as a program sends it.
#[derive(Deserialize)]
pub(crate) struct NewAssignment {
    /// An account's e-mail address or name; `null` for nobody.
    account: Option<String>,
}

/// `PUT /api/v1/conversations/{conversation}/assignment`
pub(crate) async fn assign(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<i64>,
    Json(new): Json<NewAssignment>,
) -> Answer {
    let (now, who) = (app.clock.now(), principal.clone());
    app.blocking(move |app| {
        app.db.write(Priority::Interactive, |tx| {
            let account = new.account.as_deref().map(|name| account_of(tx, name)).transpose()?;
            store::assign_telling(tx, id, account, &principal, now)
        })
    })
    .await?;
    get(State(app), who, Path(id)).await
}

/// Several conversations and a mark, as a program sends them.
#[derive(Deserialize)]
pub(crate) struct NewMarks {
    conversations: Vec<i64>,
    mark: String,
    #[serde(default)]
    reason: String,
}

/// `POST /api/v1/conversation-marks`
pub(crate) async fn mark_many(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<NewMarks>,
) -> Answer {
    let change = Change::named(&new.mark)?;
    let n = new.conversations.len();
    if n == 0 || n > MARKED_MAX {
        return Err(Error::invalid(format!("conversations has 1 to {MARKED_MAX} numbers")).into());
    }
    app.blocking(move |app| store::mark_many(app, &new.conversations, change, &new.reason, &principal))
        .await?;
    Ok(Json(json!({ "conversations": n })))
}

fn target_json(t: &TargetRow) -> Value {
    json!({
        "channel_id": t.channel_id, "minutes": t.minutes, "zone": t.zone, "hours": t.hours, "holidays": t.holidays,
        "set_by": t.set_by, "set_at": if t.set_at == 0 { None } else { written(t.set_at) },
    })
}

async fn decided(app: &App) -> Result<Decided> {
    app.blocking(|app| app.community.view(Decided::load)).await
}

/// `GET /api/v1/answer-targets`: first the one of every channel without its own.
pub(crate) async fn list_targets(State(app): State<App>, paging: Paging) -> Answer {
    let decided = decided(&app).await?;
    let mut items = vec![target_json(&decided.written(0))];
    let mut own: Vec<&TargetRow> = decided.targets.iter().filter(|t| t.channel_id != 0).collect();
    own.sort_by_key(|t| t.channel_id);
    items.extend(own.into_iter().map(target_json));
    Ok(Json(paging.answer_by("channel_id", items)?))
}

/// A target as a program sends it.
#[derive(Deserialize)]
pub(crate) struct NewTarget {
    minutes: i64,
    zone: Option<String>,
    #[serde(default)]
    hours: String,
    #[serde(default)]
    holidays: String,
}

/// `PUT /api/v1/answer-targets/{channel}`
pub(crate) async fn set_target(
    State(app): State<App>,
    principal: Principal,
    Path(channel_id): Path<i64>,
    Json(new): Json<NewTarget>,
) -> Answer {
    let before = decided(&app).await?;
    let row = TargetRow {
        channel_id,
        minutes: new.minutes,
        zone: new.zone.unwrap_or(before.written(0).zone),
        hours: new.hours,
        holidays: new.holidays,
        set_by: String::new(),
        set_at: 0,
    };
    app.blocking(move |app| set_one_target(app, &principal, channel_id, Some(&row))).await?;
    Ok(Json(target_json(&decided(&app).await?.written(channel_id))))
}

/// `DELETE /api/v1/answer-targets/{channel}`
pub(crate) async fn remove_target(
    State(app): State<App>,
    principal: Principal,
    Path(channel_id): Path<i64>,
) -> std::result::Result<StatusCode, Problem> {
    app.blocking(move |app| set_one_target(app, &principal, channel_id, None)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/question-channels`
pub(crate) async fn question_channels(State(app): State<App>) -> Answer {
    let channels = app
        .blocking(|app| app.db.read(|c| community::settings::get_or_default(c, "question_channels")))
        .await?;
    Ok(Json(json!({ "channels": channels })))
}

/// The channels for help, as a program sends them.
#[derive(Deserialize)]
pub(crate) struct NewQuestionChannels {
    channels: String,
}

/// `PUT /api/v1/question-channels`
pub(crate) async fn set_question_channels(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<NewQuestionChannels>,
) -> Answer {
    app.blocking(move |app| crate::acts::set_question_channels(app, &principal, &new.channels)).await?;
    question_channels(State(app)).await
}

fn account_of(tx: &mut ::store::Conn<'_>, name: &str) -> Result<i64> {
    tx.query_opt(
        "SELECT account_id FROM accounts WHERE removed_at IS NULL AND (email = $1 OR name = $1)
         ORDER BY account_id LIMIT 1",
        &[name.into()],
        |r| r.int(0),
    )?
    .ok_or_else(|| Error::not_found(format!("there is no account \"{name}\"; use its e-mail address")))
}
