//! Settings: what the community decides about itself, who signs in, and one's own account. Other capabilities
//! add their tabs through their manifests.

mod community;
mod own;
mod people;
mod store;

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::{get, post};
use capability::{App, Manifest, NavEntry, Permission, Principal, Roles, Routes, SettingsPage};

/// May see and change what the community decides: name, zone, staff, bots.
pub const CHANGE_COMMUNITY: Permission =
    Permission::new("settings.change_community", "Change the community's settings", Roles::ADMIN);

/// May look after one's own account.
pub const KEEP_ACCOUNT: Permission =
    Permission::new("settings.keep_account", "Look after one's own account", Roles::EVERYBODY);

/// What the pages say after something was done.
const TOLD: &[(&str, &str)] = &[
    ("saved", "Saved."),
    ("same", "Nothing changed."),
    ("ended", "The session has ended."),
    ("revoked", "The token works no more."),
    ("look", "Kept in this browser."),
];

/// What is told to the audit log of something that the community decided.
fn decided<'a>(
    name: &'a str,
    title: &'a str,
    before: &'a str,
    after: &'a str,
) -> capability::audit::Change<'a> {
    capability::audit::Change { action: CHANGE_COMMUNITY.id, subject: name, title, before, after }
}

/// The manifest.
pub fn manifest() -> Manifest {
    let page = |title, path, order, permission| SettingsPage { title, path, order, permission };
    Manifest {
        id: "settings",
        title: "Settings",
        navigation: vec![NavEntry {
            title: "Settings",
            path: "/desk/settings",
            icon: "settings",
            group: "foot",
            order: 950,
            permission: KEEP_ACCOUNT,
        }],
        routes: vec![Routes::new(CHANGE_COMMUNITY, deciding), Routes::new(KEEP_ACCOUNT, owning)],
        permissions: vec![CHANGE_COMMUNITY, KEEP_ACCOUNT],
        settings: vec![
            page("Community", community::PATH, 10, CHANGE_COMMUNITY),
            page("People", people::PATH, 20, CHANGE_COMMUNITY),
            page("Own account", own::PATH, 90, KEEP_ACCOUNT),
        ],
        ..Manifest::default()
    }
}

/// The first page under Settings that whoever asks may see.
async fn first_page(State(app): State<App>, principal: Principal) -> Redirect {
    let pages = app.registry.settings_pages();
    Redirect::to(pages.iter().find(|p| principal.may(p.permission)).map_or(own::PATH, |p| p.path))
}

fn deciding() -> Router<App> {
    Router::new()
        .route("/desk/settings/community", get(community::show).post(community::save))
        .route("/desk/settings/community/zone", post(community::set_zone))
        .route("/desk/settings/community/rebuild", get(community::rebuild))
        .route("/desk/settings/people", get(people::show).post(people::save))
}

fn owning() -> Router<App> {
    Router::new()
        .route("/desk/settings", get(first_page))
        .route("/desk/settings/account", get(own::show).post(own::save))
        .route("/desk/settings/account/look", post(own::set_look))
        .route("/desk/settings/account/sessions/{session}/end", post(own::end_session))
        .route("/desk/settings/account/tokens", post(own::create_token))
        .route("/desk/settings/account/tokens/{token}/removal", post(own::remove_token))
}
