//! The team: who signs in to the desk, in which roles, and what each of them did.

mod account;
mod accounts;
pub mod acts;
mod api;
mod audit;
mod audit_filters;
mod audit_view;
mod described;
mod invitation;
mod model;
pub mod providers;
mod role_acts;
mod role_view;
mod roles;
pub mod service_tokens;
mod store;

pub use api::{entry_json, roles_json, service_json, token_json};
pub use audit::sweep;
pub use model::{Directory, Place};

use axum::Router;
use axum::routing::{delete, get, post, put};
use capability::{App, Doc, Manifest, Permission, Roles, Routes, Schedule, SettingsPage};

/// May add, rename and remove accounts, and give them roles. Nobody gets at an account that holds more than they do.
pub const MANAGE_ACCOUNTS: Permission =
    Permission::new("team.manage_accounts", "Add and remove accounts, and give them roles", Roles::ADMIN);

/// May change what each role is allowed to do.
pub const MANAGE_ROLES: Permission =
    Permission::new("team.manage_roles", "Change what each role may do", Roles::ADMIN);

/// May decide with what people sign in. Whoever lets a provider in decides who people are, so that only owners may.
pub const MANAGE_SIGN_IN: Permission =
    Permission::new("team.manage_sign_in", "Decide with what people sign in", Roles::OWNERS);

/// May read who did what.
pub const READ_AUDIT: Permission = Permission::new("team.read_audit", "Read the audit log", Roles::ADMIN);

/// May decide how long the audit log is kept. Whoever may shorten it may remove what they did, so that only owners may.
pub const SET_RETENTION: Permission =
    Permission::new("team.set_audit_retention", "Decide how long the audit log is kept", Roles::OWNERS);

const DOCS: &[Doc] = &[
    Doc {
        slug: "sign-in-with-your-provider",
        title: "Sign in with your provider",
        text: include_str!("../../../docs/guide/sign-in-with-your-provider.md"),
    },
    Doc {
        slug: "protect-your-account",
        title: "Protect your account",
        text: include_str!("../../../docs/guide/protect-your-account.md"),
    },
    Doc {
        slug: "who-may-do-what",
        title: "Who may do what",
        text: include_str!("../../../docs/guide/who-may-do-what.md"),
    },
    Doc {
        slug: "read-the-audit-log",
        title: "Read the audit log",
        text: include_str!("../../../docs/guide/read-the-audit-log.md"),
    },
];

/// The manifest.
pub fn manifest() -> Manifest {
    let page = |title, path, order, permission| SettingsPage { title, path, order, permission };
    Manifest {
        id: "team",
        title: "Team",
        routes: vec![
            Routes::new(MANAGE_ACCOUNTS, accounting),
            Routes::new(MANAGE_ROLES, deciding),
            Routes::new(READ_AUDIT, reading),
            Routes::new(READ_AUDIT, taking).personal(),
            Routes::new(SET_RETENTION, keeping),
            Routes::new(MANAGE_SIGN_IN, providers::pages),
        ],
        api: vec![
            Routes::api(MANAGE_ACCOUNTS, api_accounting, described::ACCOUNTING),
            Routes::api(MANAGE_ROLES, api_deciding, described::DECIDING),
            Routes::api(READ_AUDIT, api_reading, described::READING).personal(),
            Routes::api(SET_RETENTION, api_keeping, described::KEEPING),
            Routes::api(MANAGE_SIGN_IN, providers::calls, described::SIGN_IN),
        ],
        shapes: described::SHAPES,
        permissions: vec![MANAGE_ACCOUNTS, MANAGE_ROLES, READ_AUDIT, SET_RETENTION, MANAGE_SIGN_IN],
        settings: vec![
            page("Accounts", accounts::PATH, 80, MANAGE_ACCOUNTS),
            page("Service tokens", service_tokens::PATH, 83, MANAGE_ACCOUNTS),
            page("Roles", roles::PATH, 81, MANAGE_ROLES),
            page("Sign-in", providers::PATH, 82, MANAGE_SIGN_IN),
            page("Audit log", audit::PATH, 84, READ_AUDIT),
        ],
        docs: DOCS.to_vec(),
        schedules: vec![Schedule::new("team.sweep_audit", jobs::When::Daily(3 * 60 + 30), |app, _| {
            audit::sweep(app).map(|_| ())
        })],
        ..Manifest::default()
    }
}

fn accounting() -> Router<App> {
    Router::new()
        .route("/desk/settings/accounts", get(accounts::list).post(accounts::add))
        .route("/desk/settings/accounts/{account}", get(account::show).post(account::rename))
        .route("/desk/settings/accounts/{account}/link", post(account::link))
        .route("/desk/settings/accounts/{account}/invitation", post(account::invite))
        .route("/desk/settings/accounts/{account}/grants", post(account::give))
        .route("/desk/settings/accounts/{account}/grants/{grant}/removal", post(account::take))
        .route("/desk/settings/accounts/{account}/sessions/end", post(account::end_sessions))
        .route("/desk/settings/accounts/{account}/sessions/{session}/end", post(account::end_session))
        .route("/desk/settings/accounts/{account}/factors/reset", post(account::reset_factors))
        .route("/desk/settings/accounts/{account}/tokens/{token}/removal", post(account::withdraw))
        .route("/desk/settings/accounts/{account}/removal", get(account::ask_removal).post(account::remove))
        .route("/desk/settings/service-tokens", get(service_tokens::show).post(service_tokens::add))
        .route("/desk/settings/service-tokens/{service}/removal", post(service_tokens::remove))
}

fn deciding() -> Router<App> {
    Router::new()
        .route("/desk/settings/roles", get(roles::show).post(roles::save))
        .route("/desk/settings/roles/additions", post(roles::add))
        .route("/desk/settings/roles/{role}", get(roles::show_one))
        .route("/desk/settings/roles/{role}/reset", post(roles::reset))
        .route("/desk/settings/roles/{role}/second-factor", post(roles::demand))
        .route("/desk/settings/roles/{role}/removal", post(roles::remove))
}

fn reading() -> Router<App> {
    Router::new().route("/desk/settings/audit", get(audit::show))
}

fn taking() -> Router<App> {
    Router::new().route("/desk/settings/audit/csv", get(audit::csv))
}

fn keeping() -> Router<App> {
    Router::new().route("/desk/settings/audit/retention", post(audit::keep))
}

fn api_accounting() -> Router<App> {
    Router::new()
        .route("/api/v1/accounts", get(api::list_accounts).post(api::create_account))
        .route(
            "/api/v1/accounts/{account}",
            get(api::get_account).patch(api::update_account).delete(api::remove_account),
        )
        .route("/api/v1/accounts/{account}/links", post(api::create_link))
        .route("/api/v1/accounts/{account}/grants", get(api::list_grants).post(api::create_grant))
        .route("/api/v1/accounts/{account}/grants/{grant}", delete(api::remove_grant))
        .route("/api/v1/accounts/{account}/sessions", get(api::list_sessions).delete(api::end_sessions))
        .route("/api/v1/accounts/{account}/sessions/{session}", delete(api::end_session))
        .route("/api/v1/accounts/{account}/tokens", get(api::list_tokens))
        .route("/api/v1/accounts/{account}/tokens/{token}", delete(api::revoke_token))
        .route("/api/v1/service-tokens", get(api::list_services).post(api::create_service))
        .route("/api/v1/service-tokens/{service}", delete(api::revoke_service))
        .route("/api/v1/roles", get(api::list_roles))
}

fn api_deciding() -> Router<App> {
    Router::new()
        .route("/api/v1/roles", post(api::create_role))
        .route("/api/v1/roles/{role}", put(api::change_role).delete(api::remove_role))
        .route("/api/v1/roles/{role}/changes", delete(api::reset_role))
}

fn api_keeping() -> Router<App> {
    Router::new().route("/api/v1/audit-retention", get(api::retention).put(api::set_retention))
}

fn api_reading() -> Router<App> {
    Router::new().route("/api/v1/audit", get(api::list_audit))
}
