//! Settings: what the community decides about itself, who signs in, and one's own account. Other capabilities
//! add their tabs through their manifests.

mod address;
mod api;
mod community;
mod described;
mod mail;
mod mails;
mod own;
mod own_ways;
mod people;
mod store;
mod tokens;

pub use mail::send_test;

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::{delete, get, post};
use capability::{App, Doc, Manifest, NavEntry, Permission, Principal, Roles, Routes, SettingsPage};

/// May see and change what the community decides: name, zone, staff, bots.
pub const CHANGE_COMMUNITY: Permission =
    Permission::new("settings.change_community", "Change the community's settings", Roles::ADMIN);

/// May look after one's own account.
pub const KEEP_ACCOUNT: Permission =
    Permission::new("settings.keep_account", "Look after one's own account", Roles::EVERYBODY).by_place();

/// May set mail up, and read to whom mail was sent.
pub const CHANGE_MAIL: Permission =
    Permission::new("settings.change_mail", "Set mail up and read its log", Roles::ADMIN);

/// What the pages say after something was done.
const TOLD: &[(&str, &str)] = &[
    ("saved", "Saved."),
    ("same", "Nothing changed."),
    ("asked", "Saved. A link was sent to the new address; until it is opened the present one holds."),
    ("ended", "The session has ended."),
    ("revoked", "The token works no more."),
    ("connected", "Connected: you can sign in with it from now on."),
    ("disconnected", "Disconnected: it does not sign you in any more."),
    ("app-gone", "The authenticator app is not asked any more."),
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
        routes: vec![
            Routes::new(CHANGE_COMMUNITY, deciding),
            Routes::new(CHANGE_MAIL, mailing),
            // What belongs to one's own account is not for programs that were given a token.
            Routes::new(KEEP_ACCOUNT, owning).by_session(),
        ],
        api: vec![
            Routes::api(CHANGE_COMMUNITY, api_deciding, described::DECIDING),
            Routes::api(KEEP_ACCOUNT, api_owning, described::OWNING),
            Routes::api(KEEP_ACCOUNT, api_by_session, described::BY_SESSION).by_session(),
        ],
        shapes: described::SHAPES,
        permissions: vec![CHANGE_COMMUNITY, CHANGE_MAIL, KEEP_ACCOUNT],
        docs: vec![Doc {
            slug: "set-mail-up",
            title: "Set mail up",
            text: include_str!("../../../docs/guide/set-mail-up.md"),
        }],
        settings: vec![
            page("Community", community::PATH, 10, CHANGE_COMMUNITY),
            page("People", people::PATH, 20, CHANGE_COMMUNITY),
            page("Mail", mail::PATH, 70, CHANGE_MAIL),
            page("Own account", own::PATH, 90, KEEP_ACCOUNT),
            page("API tokens", tokens::PATH, 91, KEEP_ACCOUNT),
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

fn mailing() -> Router<App> {
    Router::new()
        .route("/desk/settings/mail", get(mail::show).post(mail::save))
        .route("/desk/settings/mail/test", post(mail::send))
        .route("/desk/settings/mail/removal", post(mail::remove))
        .route("/desk/settings/mail/messages", get(mails::list))
        .route("/desk/settings/mail/messages/{mail}", get(mails::show))
        .route("/desk/settings/mail/messages/{mail}/attempts", post(mails::send_again))
}

fn owning() -> Router<App> {
    Router::new()
        .route("/desk/settings", get(first_page))
        .route("/desk/settings/account", get(own::show).post(own::save))
        .route("/desk/settings/account/look", post(own::set_look))
        .route("/desk/settings/account/sessions/{session}/end", post(own::end_session))
        .route("/desk/settings/tokens", get(tokens::show).post(tokens::add))
        .route("/desk/settings/tokens/{token}/removal", post(tokens::remove))
}

fn api_deciding() -> Router<App> {
    Router::new().route("/api/v1/settings", get(api::get).patch(api::change))
}

fn api_owning() -> Router<App> {
    Router::new()
        .route("/api/v1/me", get(tokens::me))
        .route("/api/v1/tokens", get(tokens::list_json))
        .route("/api/v1/tokens/{token}", delete(tokens::revoke_json))
}

fn api_by_session() -> Router<App> {
    Router::new().route("/api/v1/tokens", post(tokens::create_json))
}
