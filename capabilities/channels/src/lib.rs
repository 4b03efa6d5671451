//! Channels: where the community talks, how much, how fast questions are answered there, what is new and what dies
//! away. Every figure is a metric's, asked for each channel at once.

mod api;
mod described;
mod digest;
mod gather;
mod model;
mod page;
mod pages;
mod palette;
mod table;

use axum::Router;
use axum::routing::get;
use capability::digest::ViewKind;
use capability::{App, Manifest, NavEntry, Palette, Permission, Roles, Routes};

/// May see channels and their figures.
pub const SEE: Permission =
    Permission::new("channels.see", "See channels and their figures", Roles::EVERYBODY).by_place();

/// Where the list lives.
pub const PATH: &str = "/desk/channels";

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "channels",
        title: "Channels",
        navigation: vec![NavEntry {
            title: "Channels",
            path: PATH,
            icon: "hash",
            group: "",
            order: 300,
            permission: SEE,
        }],
        routes: vec![Routes::new(SEE, desk)],
        api: vec![Routes::api(SEE, api_routes, described::OPERATIONS)],
        shapes: described::SHAPES,
        permissions: vec![SEE],
        views: vec![ViewKind {
            list: "channels",
            title: "Channels",
            path: PATH,
            permission: SEE,
            give: digest::give,
        }],
        palette: vec![Palette { permission: SEE, find: palette::find }],
        ..Manifest::default()
    }
}

fn desk() -> Router<App> {
    Router::new()
        .route("/desk/channels", get(pages::list))
        .route("/desk/channels/csv", get(pages::csv))
        .route("/desk/channels/{channel}", get(pages::channel))
}

fn api_routes() -> Router<App> {
    Router::new().route("/api/v1/channels", get(api::list)).route("/api/v1/channels/{channel}", get(api::get))
}
