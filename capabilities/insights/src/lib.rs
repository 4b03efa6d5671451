//! Insights: how the community is doing. One page, a card and a page for each metric, and the rows behind every
//! figure; the same figures as JSON.
//!
//! What an answer looks like is in pure functions, which are given the answers; `desk.rs` and `api.rs` ask for them.

mod anomalies;
mod answer;
mod api;
mod behind;
mod card;
mod catalogue;
mod change;
mod controls;
mod described;
mod desk;
mod digest;
mod draw;
mod draw_split;
mod filters;
mod lead;
mod model;
mod notes;
mod notes_view;
mod pages;
mod report;
mod rows_csv;
mod rows_view;
#[cfg(test)]
mod samples;
mod sentences;
mod store;
mod table_view;

pub use answer::answer;
pub use api::definition_json;
pub use card::{CardOptions, card, headline};
pub use catalogue::{Entry, GROUPS, Group};
pub use filters::{Against, Filters, Span};
pub use model::{Annotation, NOTE_KINDS, Note, NoteKind};
pub use pages::{Answer, HealthContext, PATH, Place, card_fragment, health_page, metric_page};
pub use sentences::{QUESTIONS, Question, Sentence, sentences};
pub use store::create_annotation;
pub use table_view::table_view;

use ::store::Migration;
use axum::Router;
use axum::routing::{get, patch, post};
use capability::digest::DigestKind;
use capability::today::TodayItems;
use capability::{
    App, Manifest, NavEntry, Palette, PaletteEntry, Permission, Principal, Roles, Routes, Table,
};

/// May see figures and the rows behind them.
pub const READ: Permission = Permission::new("insights.read", "See figures and their rows", Roles::EVERYBODY);

/// May write notes on the time axis, change and remove them.
pub const WRITE: Permission =
    Permission::new("insights.write", "Write notes on charts", Roles::LEADS.and(Roles::ANALYST));

/// The schema of this capability.
pub const MIGRATIONS: &[Migration] = &[Migration {
    owner: "insights",
    number: 1,
    name: "notes on the time axis",
    sql: include_str!("../migrations/0001_annotations.sql"),
}];

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "insights",
        title: "Health",
        navigation: vec![NavEntry {
            title: "Health",
            path: PATH,
            icon: "activity",
            group: "",
            order: 100,
            permission: READ,
        }],
        routes: vec![Routes::new(READ, desk_routes), Routes::new(WRITE, writing)],
        api: vec![
            Routes::api(READ, api_routes, described::READING),
            Routes::api(WRITE, api_writing, described::WRITING),
        ],
        shapes: described::SHAPES,
        today: vec![TodayItems { permission: READ, give: anomalies::give, plan: Some(anomalies::plan) }],
        palette: vec![Palette { permission: READ, find: find_metrics }],
        digests: vec![DigestKind {
            id: "insights",
            title: "The week",
            sentence: "Five sentences about the week that ended, against the one before it: who took part, who came and came back, \
                       how fast answers were, which channel moved most, who carries it.",
            permission: READ,
            weekly: true,
            give: digest::give,
        }],
        permissions: vec![READ, WRITE],
        migrations: MIGRATIONS,
        tables: vec![
            Table::personal(
                "annotations",
                &["written_by", "changed_by", "removed_by"],
                "the notes that the account wrote",
                "the name gives way to \"someone who left\"; the note stays",
            )
            .reached(capability::Found::Nowhere, capability::Erase::Keep)
            .purpose("To explain figures by what happened"),
        ],
        ..Manifest::default()
    }
}

/// Metrics by title for the palette, once something is asked.
fn find_metrics(_: &App, _: &Principal, asked: &str, most: usize) -> base::Result<Vec<PaletteEntry>> {
    if asked.trim().is_empty() {
        return Ok(Vec::new());
    }
    let fit = |d: &metric::Definition| capability::palette::fit(asked, d.title);
    let mut found: Vec<_> = metric::registry().iter().filter_map(|d| fit(d).map(|f| (f, d))).collect();
    found.sort_by_key(|(f, _)| std::cmp::Reverse(*f));
    let entry = |d: &metric::Definition| PaletteEntry {
        group: "Metrics".into(),
        title: d.title.to_owned(),
        hint: String::new(),
        href: format!("{PATH}/{}", d.id),
        icon: "activity".into(),
    };
    Ok(found.into_iter().take(most).map(|(_, d)| entry(d)).collect())
}

fn desk_routes() -> Router<App> {
    Router::new()
        .route("/desk/health", get(desk::health))
        .route("/desk/health/report", get(report::report))
        .route("/desk/health/cards/{key}", get(desk::fragment))
        .route("/desk/health/{metric}", get(desk::metric))
        .route("/desk/health/{metric}/csv", get(desk::csv))
        .route("/desk/health/{metric}/rows", get(desk::rows))
        .route("/desk/health/{metric}/rows/csv", get(rows_csv::csv))
}

fn writing() -> Router<App> {
    Router::new()
        .route("/desk/health/annotations", post(notes::create_note))
        .route("/desk/health/annotations/{id}", get(notes::show_note).post(notes::change_note))
        .route("/desk/health/annotations/{id}/removal", post(notes::remove_note))
}

fn api_writing() -> Router<App> {
    Router::new().route("/api/v1/annotations", post(notes::create_annotation)).route(
        "/api/v1/annotations/{annotation}",
        patch(notes::change_annotation).delete(notes::remove_annotation),
    )
}

fn api_routes() -> Router<App> {
    Router::new()
        .route("/api/v1/annotations", get(notes::list_annotations))
        .route("/api/v1/metrics", get(api::list_metrics))
        .route("/api/v1/annotations/{annotation}", get(notes::get_annotation))
        .route("/api/v1/metrics/{metric}", get(api::get_metric))
        .route("/api/v1/metrics/{metric}/rows", get(api::list_rows))
}
