//! Settings: what the community decides about itself, who signs in, and one's own account. Other capabilities
//! add their tabs through their manifests.

mod accounts;
mod community;
mod frame;
mod own;
mod people;
mod store;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};
use capability::{App, Manifest, NavEntry, Permission, Routes, SettingsPage};

/// May see and change what the community decides: name, zone, staff, bots.
pub const CHANGE_COMMUNITY: Permission =
    Permission { id: "settings.change_community", title: "Change the community's settings" };

/// May add, rename and remove accounts.
pub const MANAGE_ACCOUNTS: Permission =
    Permission { id: "settings.manage_accounts", title: "Add and remove accounts" };

/// May look after one's own account.
pub const KEEP_ACCOUNT: Permission =
    Permission { id: "settings.keep_account", title: "Look after one's own account" };

/// The manifest.
pub fn manifest() -> Manifest {
    let page = |title, path, order| SettingsPage { title, path, order };
    Manifest {
        id: "settings",
        title: "Settings",
        navigation: vec![NavEntry {
            title: "Settings",
            path: "/desk/settings",
            icon: "settings",
            group: "foot",
            order: 950,
        }],
        routes: vec![
            Routes::new(CHANGE_COMMUNITY, deciding),
            Routes::new(MANAGE_ACCOUNTS, accounting),
            Routes::new(KEEP_ACCOUNT, owning),
        ],
        permissions: vec![CHANGE_COMMUNITY, MANAGE_ACCOUNTS, KEEP_ACCOUNT],
        settings: vec![
            page("Community", community::PATH, 10),
            page("People", people::PATH, 20),
            page("Accounts", accounts::PATH, 80),
            page("Own account", own::PATH, 90),
        ],
        ..Manifest::default()
    }
}

fn deciding() -> Router<App> {
    Router::new()
        .route("/desk/settings", get(async || Redirect::to(community::PATH)))
        .route("/desk/settings/community", get(community::show).post(community::save))
        .route("/desk/settings/community/zone", post(community::set_zone))
        .route("/desk/settings/community/rebuild", get(community::rebuild))
        .route("/desk/settings/people", get(people::show).post(people::save))
}

fn accounting() -> Router<App> {
    Router::new()
        .route("/desk/settings/accounts", get(accounts::list).post(accounts::add))
        .route("/desk/settings/accounts/{account}", post(accounts::rename))
        .route("/desk/settings/accounts/{account}/link", post(accounts::link))
        .route("/desk/settings/accounts/{account}/removal", get(accounts::ask_removal).post(accounts::remove))
}

fn owning() -> Router<App> {
    Router::new()
        .route("/desk/settings/account", get(own::show).post(own::save))
        .route("/desk/settings/account/look", post(own::set_look))
        .route("/desk/settings/account/sessions/{session}/end", post(own::end_session))
        .route("/desk/settings/account/tokens", post(own::create_token))
        .route("/desk/settings/account/tokens/{token}/removal", post(own::remove_token))
}
