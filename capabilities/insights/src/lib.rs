//! Insights: how the community is doing. One page, a card and a page for each metric, and the rows behind every
//! figure; the same figures as JSON.
//!
//! What an answer looks like is in pure functions, which are given the answers; `desk.rs` and `api.rs` ask for them.

mod answer;
mod api;
mod behind;
mod card;
mod catalogue;
mod controls;
mod desk;
mod draw;
mod filters;
mod lead;
mod pages;
mod rows_csv;
mod rows_view;
#[cfg(test)]
mod samples;
mod table_view;

pub use answer::answer;
pub use card::{CardOptions, card, headline};
pub use catalogue::{Entry, GROUPS, Group};
pub use filters::{Filters, Span};
pub use pages::{Answer, HealthContext, PATH, Place, card_fragment, health_page, metric_page};
pub use table_view::table_view;

use axum::Router;
use axum::routing::get;
use capability::{App, Manifest, NavEntry, Permission, Routes};

/// May see figures and the rows behind them.
pub const READ: Permission = Permission { id: "insights.read", title: "See figures and their rows" };

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "insights",
        title: "Health",
        navigation: vec![NavEntry { title: "Health", path: PATH, icon: "activity", group: "", order: 100 }],
        routes: vec![Routes::new(READ, desk_routes)],
        api: vec![Routes::new(READ, api_routes)],
        permissions: vec![READ],
        ..Manifest::default()
    }
}

fn desk_routes() -> Router<App> {
    Router::new()
        .route("/desk/health", get(desk::health))
        .route("/desk/health/cards/{key}", get(desk::fragment))
        .route("/desk/health/{metric}", get(desk::metric))
        .route("/desk/health/{metric}/csv", get(desk::csv))
        .route("/desk/health/{metric}/rows", get(desk::rows))
        .route("/desk/health/{metric}/rows/csv", get(rows_csv::csv))
}

fn api_routes() -> Router<App> {
    Router::new()
        .route("/api/v1/metrics", get(api::list_metrics))
        .route("/api/v1/metrics/{metric}", get(api::get_metric))
}
