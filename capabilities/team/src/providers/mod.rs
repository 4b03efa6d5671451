//! Where people may sign in with an account that they have elsewhere: pages, API, and what both do.

pub mod acts;
mod api;
mod desk;
mod form;

pub use api::provider_json;
pub(crate) use desk::PATH;

use axum::Router;
use axum::routing::{get, post};
use capability::App;

pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/desk/settings/sign-in", get(desk::list).post(desk::create))
        .route("/desk/settings/sign-in/{provider}", get(desk::show).post(desk::change))
        .route("/desk/settings/sign-in/{provider}/tests", post(desk::test))
        .route("/desk/settings/sign-in/{provider}/removal", get(desk::ask_removal).post(desk::remove))
}

pub(crate) fn calls() -> Router<App> {
    Router::new()
        .route("/api/v1/sign-in-providers", get(api::list).post(api::create))
        .route("/api/v1/sign-in-providers/{provider}", get(api::show).patch(api::change).delete(api::remove))
        .route("/api/v1/sign-in-providers/{provider}/tests", post(api::test))
}
