//! Search: messages by their words, members and channels by their names. A page, the same as JSON, and what the
//! palette offers. How words are found and ranked is in `community::search`.

mod api;
mod described;
mod file;
mod model;
mod pages;
mod palette;
mod view;

pub use api::answer;
pub use model::{Asked, Found, Page, Type, find};
pub use palette::palette;

use axum::Router;
use axum::routing::get;
use capability::{App, Manifest, NavEntry, Palette, Permission, Roles, Routes};

/// May search messages, members and channels.
pub const SEARCH: Permission =
    Permission::new("search.search", "Search messages, members and channels", Roles::EVERYBODY);

/// Where the page lives.
pub const PATH: &str = "/desk/search";

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "search",
        title: "Search",
        navigation: vec![NavEntry {
            title: "Search",
            path: PATH,
            icon: "search",
            group: "",
            order: 400,
            permission: SEARCH,
        }],
        routes: vec![Routes::new(SEARCH, desk)],
        api: vec![Routes::api(SEARCH, programs, described::OPERATIONS)],
        shapes: described::SHAPES,
        permissions: vec![SEARCH],
        palette: vec![Palette { permission: SEARCH, find: palette::find }],
        ..Manifest::default()
    }
}

fn desk() -> Router<App> {
    Router::new().route("/desk/search", get(pages::page)).route("/desk/search/csv", get(file::csv))
}

fn programs() -> Router<App> {
    Router::new().route("/api/v1/search", get(api::search))
}
