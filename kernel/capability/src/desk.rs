//! What every page of the desk shares and no capability owns: saved views, the palette, notices, the event
//! stream, the kit. A manifest like any other, so that its routes have a permission and its tables a word
//! about people.

use crate::{App, Manifest, Principal, Problem, Routes, Table, desk_api, events, notices, palette, views};
use access::{Permission, Roles};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use community::settings;
use store::Migration;

/// May use the desk: its palette, its notices, views of one's own.
pub const USE_DESK: Permission = Permission::new("desk.use", "Use the desk", Roles::EVERYBODY).by_place();

/// The schema of what the desk's pages share.
pub const DESK_MIGRATIONS: &[Migration] = &[Migration {
    owner: "desk",
    number: 1,
    name: "saved views, notices, topics",
    sql: include_str!("../migrations/0001_desk.sql"),
}];

pub(crate) fn desk_manifest() -> Manifest {
    const GONE: &str = "removed with the account";
    Manifest {
        id: "desk",
        title: "Desk",
        routes: vec![Routes::new(USE_DESK, routes)],
        api: vec![Routes::api(USE_DESK, desk_api::routes, desk_api::OPERATIONS)],
        shapes: desk_api::SHAPES,
        permissions: vec![USE_DESK],
        migrations: DESK_MIGRATIONS,
        tables: vec![
            Table::personal("saved_views", &["account_id"], "the views that the account saved", GONE),
            Table::personal("notices", &["account_id"], "what the desk told the account", GONE),
            Table::personal("notice_marks", &["account_id"], "up to where the account read them", GONE),
            Table::impersonal("topics"),
        ],
        ..Manifest::default()
    }
}

/// `GET /desk/kit`: every part in every state.
async fn kit(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
) -> std::result::Result<Response, Problem> {
    let name = app.blocking(|app| app.db.read(|c| settings::get_or_default(c, "name"))).await?;
    let shell = app.shell(&name, &principal, &headers, "/desk/kit");
    Ok(ui::page(&shell, "Kit", &ui::kit()).into_response())
}

fn routes() -> Router<App> {
    Router::new()
        .route("/desk/kit", get(kit))
        .route("/desk/palette", get(palette::show))
        .route("/desk/events", get(events::stream))
        .route("/desk/notices", get(notices::page))
        .route("/desk/notices/list", get(notices::list))
        .route("/desk/notices/news", get(notices::news))
        .route("/desk/notices/mark", post(notices::mark_read))
        .route("/desk/views", post(views::save))
        .route("/desk/views/{id}/removal", post(views::remove))
}
