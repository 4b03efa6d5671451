//! Today: the first page of the day. What needs somebody now, from every capability, sorted by harm and lateness;
//! each item says why it is here and since when, has its action in place, and can be put off or dismissed.
//!
//! The items themselves come from the manifests (`capability::TodayItems`); what people decided about them is
//! kept here.

mod api;
mod described;
mod digest;
mod gather;
mod model;
mod pages;
mod store;
mod view;

use axum::Router;
use axum::routing::{get, post};
use capability::digest::DigestKind;
use capability::{App, Manifest, NavEntry, Permission, Roles, Routes, Table};
use store::MIGRATIONS;

/// May see what waits.
pub const SEE: Permission = Permission::new("today.see", "See what waits", Roles::EVERYBODY).by_place();

/// May put off and dismiss what waits.
pub const DECIDE: Permission =
    Permission::new("today.decide", "Put off and dismiss what waits", Roles::KEEPERS.and(Roles::VOLUNTEER));

/// Where the page lives.
pub const PATH: &str = "/desk/today";

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "today",
        title: "Today",
        navigation: vec![NavEntry {
            title: "Today",
            path: PATH,
            icon: "sun",
            group: "",
            order: 10,
            permission: SEE,
        }],
        routes: vec![Routes::new(SEE, seeing), Routes::new(DECIDE, deciding)],
        api: vec![
            Routes::api(SEE, api_seeing, described::READING),
            Routes::api(DECIDE, api_deciding, described::DECIDING),
        ],
        shapes: described::SHAPES,
        permissions: vec![SEE, DECIDE],
        digests: vec![DigestKind {
            id: "today",
            title: "Today",
            sentence: "What needs somebody, sorted by harm and lateness, with a link to each. No mail when nothing does.",
            permission: SEE,
            weekly: false,
            give: digest::give,
        }],
        migrations: MIGRATIONS,
        tables: vec![
            Table::personal(
                "today_states",
                &["title"],
                "what the team decided about items that name the member",
                "what they say is removed",
            )
            .reached(
                capability::Found::Named(&["title", "reason"]),
                capability::Erase::Blank(&["title", "reason"]),
            )
            .purpose("To put off or dismiss what waits on Today"),
        ],
        ..Manifest::default()
    }
}

fn seeing() -> Router<App> {
    Router::new().route("/desk/today", get(pages::today))
}

fn deciding() -> Router<App> {
    Router::new()
        .route("/desk/today/states", post(pages::decide))
        .route("/desk/today/states/{state}/removal", post(pages::take_back))
}

fn api_seeing() -> Router<App> {
    Router::new().route("/api/v1/today", get(api::list))
}

fn api_deciding() -> Router<App> {
    Router::new()
        .route("/api/v1/today/states", post(api::decide))
        .route("/api/v1/today/states/{state}", axum::routing::delete(api::take_back))
}
