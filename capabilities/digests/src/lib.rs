//! Digests: what the desk knows, by mail, at the hour that each account chose for itself. Today, the week's sentences, and
//! saved views.
//!
//! What a mail says comes from the manifests (`capability::digest`), at the moment of sending and with what its owner may
//! do then. Who wants which, and when, is kept here.

mod compose;
mod model;
mod pages;
mod store;
mod view;

pub use compose::due;

use axum::Router;
use axum::routing::{get, post};
use capability::{
    App, Doc, JobKind, MailList, Manifest, Permission, Roles, Routes, Schedule, SettingsPage, Table,
};
use store::MIGRATIONS;

/// May have mails sent to oneself.
pub const SUBSCRIBE: Permission =
    Permission::new("digests.subscribe", "Get what the desk knows by mail", Roles::EVERYBODY).by_place();

/// Where the page lives.
pub const PATH: &str = "/desk/settings/digests";

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "digests",
        title: "Mail to me",
        routes: vec![Routes::new(SUBSCRIBE, routes)],
        permissions: vec![SUBSCRIBE],
        migrations: MIGRATIONS,
        tables: vec![Table::personal(
            "digest_subscriptions",
            &["account_id"],
            "which mails the account chose, and at which hour",
            "removed with the account",
        )],
        settings: vec![SettingsPage { title: "Mail to me", path: PATH, order: 91, permission: SUBSCRIBE }],
        docs: vec![Doc {
            slug: "get-today-by-mail",
            title: "Get Today by mail",
            text: include_str!("../../../docs/guide/get-today-by-mail.md"),
        }],
        jobs: vec![
            JobKind::new(compose::COMPOSE, compose::compose)
                .retries(&[60, 600, 3_600])
                // One that stayed would keep the next ones of its subscription away.
                .dead(jobs::Dead::Go),
        ],
        schedules: vec![Schedule::new("digests.due", jobs::When::Every(60), |app, _| {
            compose::due(app).map(|_| ())
        })],
        mail_lists: vec![MailList { id: "digests", describe: compose::describe, end: compose::end }],
        ..Manifest::default()
    }
}

fn routes() -> Router<App> {
    Router::new()
        .route("/desk/settings/digests", get(pages::show).post(pages::save))
        .route("/desk/settings/digests/views", post(pages::subscribe))
        .route("/desk/settings/digests/{digest}/now", post(pages::send_now))
        .route("/desk/settings/digests/{digest}/removal", post(pages::remove))
}
