//! Sources: the places that the community's history comes from. Exports are uploaded, watched while they are
//! imported, continued, and taken back; every source says how good its data is.

mod api;
mod described;
mod form;
mod model;
mod pages;
mod push;
mod skipped;
mod store;
mod today;
mod told;
mod uploads;
mod view;
mod watch;
mod work;

pub use watch::{Watcher, watch};
pub use work::{resume_interrupted, take_over, take_over_once};

use ::store::Migration;
use axum::Router;
use axum::routing::{get, post, put};
use capability::{
    App, Manifest, NavEntry, Palette, PaletteEntry, Permission, Principal, Roles, Routes, Table,
};

/// May see sources, imports and skipped lines.
pub const SEE_SOURCES: Permission =
    Permission::new("sources.see_sources", "See sources and imports", Roles::LEADS.and(Roles::ANALYST));

/// May upload exports, import, stop and continue imports.
pub const IMPORT_EXPORT: Permission =
    Permission::new("sources.import_export", "Import an export", Roles::LEADS);

/// May take an import back.
pub const UNDO_IMPORT: Permission =
    Permission::new("sources.undo_import", "Take an import back", Roles::LEADS);

/// May send in what members do elsewhere.
pub const PUSH_ACTIVITIES: Permission =
    Permission::new("sources.push_activities", "Send activities in", Roles::LEADS);

/// The schema of this capability.
pub const MIGRATIONS: &[Migration] = &[Migration {
    owner: "sources",
    number: 1,
    name: "records that were sent to the API",
    sql: include_str!("../migrations/0001_pushed.sql"),
}];

/// May correct the zone in which a source's times are read.
pub const CORRECT_ZONE: Permission =
    Permission::new("sources.correct_zone", "Correct the zone of a source", Roles::LEADS);

/// The most bytes of one upload. An export of ten million messages, packed, has about two gigabytes.
pub const UPLOAD_MAX: usize = 32 << 30;

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "sources",
        title: "Sources",
        navigation: vec![NavEntry {
            title: "Sources",
            path: "/desk/sources",
            icon: "plug",
            group: "foot",
            order: 900,
            permission: SEE_SOURCES,
        }],
        routes: vec![
            Routes::new(SEE_SOURCES, seeing),
            Routes::new(IMPORT_EXPORT, importing),
            Routes::new(IMPORT_EXPORT, uploading).with_body_limit(UPLOAD_MAX),
            Routes::new(UNDO_IMPORT, undoing),
            Routes::new(CORRECT_ZONE, correcting),
        ],
        api: vec![
            Routes::api(SEE_SOURCES, api_seeing, described::SEEING),
            Routes::api(IMPORT_EXPORT, api_uploading, described::UPLOADING).with_body_limit(UPLOAD_MAX),
            Routes::api(IMPORT_EXPORT, api_importing, described::IMPORTING),
            Routes::api(UNDO_IMPORT, api_undoing, described::UNDOING),
            Routes::api(CORRECT_ZONE, api_correcting, described::CORRECTING),
            Routes::api(PUSH_ACTIVITIES, api_pushing, described::PUSHING).with_body_limit(push::BODY_MAX),
        ],
        shapes: described::SHAPES,
        migrations: MIGRATIONS,
        tables: vec![Table::impersonal("pushed_records")],
        today: vec![capability::today::TodayItems { permission: SEE_SOURCES, give: today::give, plan: None }],
        permissions: vec![SEE_SOURCES, IMPORT_EXPORT, UNDO_IMPORT, CORRECT_ZONE, PUSH_ACTIVITIES],
        palette: vec![
            Palette { permission: IMPORT_EXPORT, find: find_actions },
            Palette { permission: SEE_SOURCES, find: find_sources },
        ],
        ..Manifest::default()
    }
}

fn find_actions(_: &App, _: &Principal, asked: &str, _: usize) -> base::Result<Vec<PaletteEntry>> {
    Ok(capability::palette::fixed(
        asked,
        &[("Actions", "Import an export", "/desk/sources/import", "upload")],
    ))
}

/// Sources by name, once something is asked.
fn find_sources(app: &App, _: &Principal, asked: &str, most: usize) -> base::Result<Vec<PaletteEntry>> {
    if asked.trim().is_empty() {
        return Ok(Vec::new());
    }
    let all = app.db.read(community::sources::list)?;
    let fitting = all.into_iter().filter(|s| capability::palette::fit(asked, &s.name).is_some());
    let entry = |s: community::sources::Source| PaletteEntry {
        group: "Sources".into(),
        title: s.name,
        hint: s.format,
        href: format!("/desk/sources/{}", s.public_id),
        icon: "plug".into(),
    };
    Ok(fitting.take(most).map(entry).collect())
}

fn seeing() -> Router<App> {
    Router::new()
        .route("/desk/sources", get(pages::list))
        .route("/desk/sources/running", get(pages::running))
        .route("/desk/sources/watched", get(pages::watched))
        .route("/desk/sources/{source}", get(pages::source))
        .route("/desk/sources/imports/{import}", get(pages::import))
        .route("/desk/sources/imports/{import}/progress", get(pages::progress))
        .route("/desk/sources/imports/{import}/skipped.csv", get(skipped::csv))
}

fn importing() -> Router<App> {
    Router::new()
        .route("/desk/sources/import", get(form::show))
        .route("/desk/sources/looks/{look}/progress", get(form::look_progress))
        .route("/desk/sources/imports/{import}/stop", post(pages::stop))
        .route("/desk/sources/imports/{import}/continue", post(pages::resume))
}

fn uploading() -> Router<App> {
    Router::new().route("/desk/sources/import", post(form::send))
}

fn undoing() -> Router<App> {
    Router::new().route("/desk/sources/imports/{import}/undo", get(pages::ask_undo).post(pages::undo))
}

fn correcting() -> Router<App> {
    Router::new().route("/desk/sources/{source}/zone", post(pages::set_zone))
}

fn api_seeing() -> Router<App> {
    Router::new()
        .route("/api/v1/sources", get(api::list_sources))
        .route("/api/v1/sources/{source}", get(api::get_source))
        .route("/api/v1/imports", get(api::list_imports))
        .route("/api/v1/imports/{import}", get(api::get_import))
        .route("/api/v1/imports/{import}/skipped", get(api::list_skipped))
        .route("/api/v1/watched-folder", get(api::watched_folder))
}

fn api_importing() -> Router<App> {
    Router::new()
        .route("/api/v1/imports/{import}/stop", post(api::stop_import))
        .route("/api/v1/imports/{import}/continue", post(api::continue_import))
}

fn api_correcting() -> Router<App> {
    Router::new().route("/api/v1/sources/{source}/zone", put(api::correct_zone))
}

fn api_pushing() -> Router<App> {
    Router::new().route("/api/v1/activities", post(push::push))
}

fn api_uploading() -> Router<App> {
    Router::new().route("/api/v1/imports", post(api::create_import))
}

fn api_undoing() -> Router<App> {
    Router::new().route("/api/v1/imports/{import}", axum::routing::delete(api::undo_import))
}
