//! What the desk's pages share, as JSON: saved views and notices.

use crate::api::{Answer, CURSOR, LIMIT, Operation, Paging, Shape, created, ok};
use crate::views::{self, Wanted};
use crate::{App, Principal, Problem, notices};
use axum::Json;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use base::Error;
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) const SHAPES: &[Shape] = &[
    Shape::new(
        "View",
        "A list's filters under a name.",
        &[
            ("id", "text", "Its id, `vie_…`"),
            ("list", "text", "The list that it filters (`members`, `conversations`, `channels`)"),
            ("name", "text", "Its name"),
            ("query", "text", "The filters as the list's address has them, without `?`"),
            ("shared", "flag", "Whether everybody sees it"),
            ("own", "flag", "Whether it belongs to whoever asks"),
            ("owner", "text", "The name of whoever saved it"),
        ],
    ),
    Shape::new(
        "NewView",
        "A view to be saved. One's own view of this list and name is replaced.",
        &[
            ("list", "text(1..60)", "The list that it filters"),
            ("name", "text(1..60)", "Its name"),
            ("query", "text(1..2000)", "The filters as the list's address has them"),
            ("share", "flag?", "Whether everybody sees it; only oneself when it is absent"),
        ],
    ),
    Shape::new(
        "DeskNotice",
        "What the desk told somebody: that an import ended, that something waits.",
        &[
            ("id", "integer", "Its number; newer ones are greater"),
            ("text", "text", "One sentence"),
            ("tone", "good|info|warn|bad", "How it is meant"),
            ("link", "text", "The page that says more"),
            ("told_at", "time", "When"),
            ("unread", "flag", "Whether it came after the last that was marked as read"),
        ],
    ),
    Shape::new(
        "NoticesRead",
        "Up to which notice everything is read.",
        &[("to", "integer", "The number of the newest one that was read")],
    ),
];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation::get("listViews", "/api/v1/views", "One's own views and those that are shared")
        .asks(&[("list", "text", "Only views of this list"), CURSOR, LIMIT])
        .gives(200, "page of View"),
    Operation::post("createView", "/api/v1/views", "Save a list's filters under a name")
        .more("Views belong to an account: a service's token has none.")
        .takes("NewView")
        .gives(201, "View")
        .example("", r#"{"list": "members", "name": "Quiet ones", "query": "state=quiet", "share": true}"#),
    Operation::delete("removeView", "/api/v1/views/{view}", "Remove a view of one's own").at(&[(
        "view",
        "text",
        "Its id, `vie_…`",
    )]),
    Operation::get("listNotices", "/api/v1/notices", "What the desk told whoever asks, newest first")
        .asks(&[CURSOR, LIMIT])
        .gives(200, "page of DeskNotice"),
    Operation::post("markNoticesRead", "/api/v1/notices/read", "Say that notices up to one are read")
        .takes("NoticesRead")
        .gives(204, "")
        .example("", r#"{"to": 1}"#),
];

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/views", get(list_views).post(create_view))
        .route("/api/v1/views/{view}", delete(remove_view))
        .route("/api/v1/notices", get(list_notices))
        .route("/api/v1/notices/read", post(mark_read))
}

fn view_json(v: &views::OfList) -> Value {
    let (list, v) = (&v.list, &v.view);
    json!({
        "id": v.public_id, "list": list, "name": v.name, "query": v.query,
        "shared": v.shared, "own": v.own, "owner": v.owner,
    })
}

/// `GET /api/v1/views`
async fn list_views(
    State(app): State<App>,
    principal: Principal,
    paging: Paging,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Answer {
    let list = pairs.into_iter().find(|p| p.0 == "list").map(|p| p.1);
    let account = principal.account.unwrap_or(-1);
    let all = app.blocking(move |app| app.db.read(|c| views::of_every_list(c, account, None))).await?;
    let wanted = all.iter().filter(|v| list.as_ref().is_none_or(|list| v.list == *list));
    ok(paging.answer(wanted.map(view_json).collect())?)
}

/// A view as a program sends it.
#[derive(Deserialize)]
struct NewView {
    list: String,
    name: String,
    query: String,
    #[serde(default)]
    share: bool,
}

/// `POST /api/v1/views`
async fn create_view(State(app): State<App>, principal: Principal, Json(new): Json<NewView>) -> Answer {
    let wanted = Wanted { list: new.list, name: new.name, query: new.query, share: new.share };
    let saved = app.blocking(move |app| views::save_telling(app, &principal, &wanted)).await?;
    created(&format!("/api/v1/views/{}", saved.view.public_id), view_json(&saved))
}

/// `DELETE /api/v1/views/{view}`
async fn remove_view(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.blocking(move |app| views::remove_own(app, &principal, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/notices`
async fn list_notices(State(app): State<App>, principal: Principal, paging: Paging) -> Answer {
    let account = principal.account.unwrap_or(-1);
    let (all, read_to) = app.blocking(move |app| app.db.read(|c| notices::all(c, account))).await?;
    let items = all.iter().map(|n| {
        json!({
            "id": n.id, "text": n.text, "tone": n.tone, "link": n.link, "told_at": base::written(n.at),
            "unread": n.id > read_to,
        })
    });
    ok(paging.answer(items.collect())?)
}

/// Up to which notice everything is read.
#[derive(Deserialize)]
struct Read {
    to: i64,
}

/// `POST /api/v1/notices/read`
async fn mark_read(
    State(app): State<App>,
    principal: Principal,
    Json(read): Json<Read>,
) -> Result<StatusCode, Problem> {
    let Some(account) = principal.account else {
        return Err(Error::forbidden("notices are read by an account; a service's token has none").into());
    };
    app.blocking(move |app| notices::mark_to(app, account, read.to)).await?;
    Ok(StatusCode::NO_CONTENT)
}
