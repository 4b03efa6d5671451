//! People: the identities that sources brought, and which of them are one person. So far only an API.

mod api;
mod store;

use axum::Router;
use axum::routing::{delete, get, post};
use capability::{App, Manifest, Permission, Routes};

/// May look identities and links up.
pub const SEE_PEOPLE: Permission = Permission { id: "people.see_people", title: "See identities and links" };

/// May say that identities are one person, and take that back.
pub const LINK_IDENTITIES: Permission =
    Permission { id: "people.link_identities", title: "Link and unlink identities" };

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "people",
        title: "People",
        api: vec![Routes::new(SEE_PEOPLE, seeing), Routes::new(LINK_IDENTITIES, linking)],
        permissions: vec![SEE_PEOPLE, LINK_IDENTITIES],
        ..Manifest::default()
    }
}

fn seeing() -> Router<App> {
    Router::new()
        .route("/api/v1/identities", get(api::list_identities))
        .route("/api/v1/links", get(api::list_links))
}

fn linking() -> Router<App> {
    Router::new()
        .route("/api/v1/links", post(api::create_link))
        .route("/api/v1/links/{link}", delete(api::remove_link))
}
