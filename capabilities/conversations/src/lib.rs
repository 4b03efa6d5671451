//! Conversations: a list with filters, one conversation with its context, where each stands, until when questions
//! are to be answered, whose they are, and the questions that Today shows.
//!
//! Where a conversation stands is judged in `model`, until when it is to be answered in `hours`; both are pure.
//! What counts as a question is the kernel's rule (`community::questions`), over which people decide.

mod acts;
mod api;
mod described;
mod desk;
mod digest;
mod filters;
pub mod hours;
mod list;
pub mod model;
mod palette;
mod store;
mod thread;
mod today;
mod view;
mod words;

use ::store::Migration;
use axum::Router;
use axum::routing::{get, post, put};
use capability::digest::ViewKind;
use capability::today::TodayItems;
use capability::{App, Doc, Manifest, NavEntry, Palette, Permission, Roles, Routes, SettingsPage, Table};

/// May read conversations.
pub const READ: Permission =
    Permission::new("conversations.read", "Read conversations", Roles::EVERYBODY).by_place();

/// May mark and assign conversations.
pub const MARK: Permission = Permission::new(
    "conversations.mark",
    "Mark and assign conversations",
    Roles::KEEPERS.and(Roles::VOLUNTEER),
)
.by_place();

/// May set within what time questions are to be answered, and which channels are for help.
pub const SET_TARGETS: Permission =
    Permission::new("conversations.set_targets", "Set answer targets", Roles::LEADS);

/// The schema of this capability.
pub const MIGRATIONS: &[Migration] = &[Migration {
    owner: "conversations",
    number: 1,
    name: "assignments, answer targets",
    sql: include_str!("../migrations/0001_conversations.sql"),
}];

const DOCS: &[Doc] = &[
    Doc {
        slug: "which-question-waits-longest",
        title: "Which question waits longest",
        text: include_str!("../../../docs/guide/which-question-waits-longest.md"),
    },
    Doc {
        slug: "what-counts-as-a-question",
        title: "What counts as a question",
        text: include_str!("../../../docs/guide/what-counts-as-a-question.md"),
    },
];

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "conversations",
        title: "Conversations",
        navigation: vec![NavEntry {
            title: "Conversations",
            path: view::PATH,
            icon: "messages-square",
            group: "",
            order: 400,
            permission: READ,
        }],
        routes: vec![
            Routes::new(READ, reading),
            Routes::new(MARK, marking),
            Routes::new(SET_TARGETS, setting),
        ],
        api: vec![
            Routes::api(READ, reading_api, described::READING),
            Routes::api(MARK, marking_api, described::MARKING),
            Routes::api(SET_TARGETS, setting_api, described::SETTING),
        ],
        shapes: described::SHAPES,
        permissions: vec![READ, MARK, SET_TARGETS],
        migrations: MIGRATIONS,
        tables: vec![
            Table::personal(
                "assignments",
                &["account_id"],
                "which conversations were given to an account",
                "kept, as it names staff",
            ),
            Table::impersonal("answer_targets"),
        ],
        docs: DOCS.to_vec(),
        views: vec![ViewKind {
            list: "conversations",
            title: "Conversations",
            path: view::PATH,
            permission: READ,
            give: digest::give,
        }],
        today: vec![TodayItems { permission: MARK, give: today::questions, plan: Some(today::plan) }],
        palette: vec![Palette { permission: READ, find: palette::find }],
        settings: vec![SettingsPage {
            title: "Answer times",
            path: view::settings::PATH,
            order: 30,
            permission: SET_TARGETS,
        }],
        ..Manifest::default()
    }
}

fn reading() -> Router<App> {
    Router::new()
        .route("/desk/conversations", get(desk::list))
        .route("/desk/conversations/csv", get(desk::list_csv))
        .route("/desk/conversations/{conversation}", get(desk::thread))
        .route("/desk/conversations/{conversation}/neighbours", get(desk::neighbours))
}

fn marking() -> Router<App> {
    Router::new()
        .route("/desk/conversations/marks", post(acts::mark_chosen))
        .route("/desk/conversations/{conversation}/marks", post(acts::mark))
        .route("/desk/conversations/{conversation}/assignment", post(acts::assign))
}

fn setting() -> Router<App> {
    Router::new()
        .route("/desk/settings/answers", get(desk::answers).post(acts::set_target))
        .route("/desk/settings/answers/questions", post(acts::set_help))
}

fn reading_api() -> Router<App> {
    Router::new()
        .route("/api/v1/conversations", get(api::list))
        .route("/api/v1/conversations/{conversation}", get(api::get))
}

fn marking_api() -> Router<App> {
    Router::new()
        .route("/api/v1/conversations/{conversation}/marks", post(api::mark))
        .route("/api/v1/conversations/{conversation}/assignment", put(api::assign))
        .route("/api/v1/conversation-marks", post(api::mark_many))
}

fn setting_api() -> Router<App> {
    Router::new()
        .route("/api/v1/answer-targets", get(api::list_targets))
        .route("/api/v1/answer-targets/{channel}", put(api::set_target).delete(api::remove_target))
        .route("/api/v1/question-channels", get(api::question_channels).put(api::set_question_channels))
}
