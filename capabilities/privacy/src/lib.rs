//! Privacy: what is held about a member, given out and forgotten; consents; how long texts are kept; the record of
//! processing.
//!
//! What belongs to a member follows from the declarations of every manifest ([`capability::Table`]), which this
//! capability carries out. The log itself forgets in its own way ([`community::erase`]).

mod api;
mod consent;
mod declared;
mod described;
mod document;
mod erasure;
mod export;
mod holds;
mod pages;
mod preferences;
mod record;
mod retention;
mod subject;
mod view;
mod words;

pub use export::export_to;

use ::store::Migration;
use axum::Router;
use axum::routing::{delete, get, post};
use base::Result;
use capability::{
    App, Doc, Erase, EventKind, Found, JobKind, Manifest, OpenRoutes, Permission, Principal, Roles, Routes,
    Schedule, SettingsPage, Table,
};
use std::time::Duration;

/// May give out, erase, hold, and say how long texts are kept.
pub const MANAGE: Permission =
    Permission::new("privacy.manage", "Export and erase members, set holds and retention", Roles::ADMIN);

/// May see and record consents, and make links to preferences.
pub const CONSENTS: Permission = Permission::new("privacy.consents", "See and record consents", Roles::LEADS);

/// The schema of this capability.
pub const MIGRATIONS: &[Migration] = &[Migration {
    owner: "privacy",
    number: 1,
    name: "exports, erasures, holds, retention, consents",
    sql: include_str!("../migrations/0001_privacy.sql"),
}];

const DOCS: &[Doc] = &[
    Doc {
        slug: "give-out-and-forget",
        title: "Give out what is held, and forget it",
        text: include_str!("../../../docs/guide/give-out-and-forget.md"),
    },
    Doc {
        slug: "keep-consents",
        title: "Keep consents",
        text: include_str!("../../../docs/guide/keep-consents.md"),
    },
    Doc {
        slug: "how-long-texts-are-kept",
        title: "How long texts are kept",
        text: include_str!("../../../docs/guide/how-long-texts-are-kept.md"),
    },
];

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "privacy",
        title: "Privacy",
        routes: vec![
            Routes::new(CONSENTS, pages_of_files).personal(),
            Routes::new(CONSENTS, pages_consenting),
            Routes::new(MANAGE, pages_managing),
        ],
        api: vec![
            Routes::api(CONSENTS, calls_consenting, described::CONSENTING).personal(),
            Routes::api(CONSENTS, calls_consents_file, described::CONSENTS_FILE).with_body_limit(4 << 20),
            Routes::api(MANAGE, calls_managing, described::MANAGING),
        ],
        shapes: described::SHAPES,
        open: vec![OpenRoutes {
            because: "a member has no account; the address is signed for them and ends by itself",
            router: open,
        }],
        permissions: vec![MANAGE, CONSENTS],
        migrations: MIGRATIONS,
        tables: tables(),
        docs: DOCS.to_vec(),
        settings: vec![SettingsPage { title: "Privacy", path: pages::PATH, order: 55, permission: MANAGE }],
        jobs: vec![
            JobKind::new(export::JOB, export::make).at_once(1).dead(jobs::Dead::Tell(export::failed)),
            JobKind::new(erasure::JOB, erasure::run).at_once(1).lease(Duration::from_secs(30)),
        ],
        schedules: vec![
            Schedule::new("privacy.retention", jobs::When::Daily(3 * 60 + 40), |app, _| retention::run(app)),
            Schedule::new("privacy.tidy", jobs::When::Daily(4 * 60 + 20), |app, _| export::tidy(app)),
        ],
        events: vec![EventKind {
            id: "member.erased",
            meaning: "A member was erased: forget them where you keep them",
            sample: || {
                serde_json::json!({
                    "erasure": "era_01j8zq7x4mftz8w2v3k5n6p7qr", "member": "idn_01j8zq7x4mftz8w2v3k5n6p7qr",
                })
            },
        }],
        ..Manifest::default()
    }
}

fn tables() -> Vec<Table> {
    const GONE: &str = "removed with the identity";
    const SHOW: &str = "To show that members get and had erased what is theirs";
    vec![
        // The pieces before what they belong to.
        Table::personal("member_export_parts", &["body"], "nothing: the files of exports themselves", GONE)
            .reached(
                Found::Where(
                    "export_id IN (SELECT x.export_id FROM member_exports x WHERE x.identity IN ({identities}))",
                ),
                Erase::Rows,
            )
            .purpose(SHOW)
            .left_out_of_backups(),
        Table::personal("member_exports", &["identity"], "when exports were made", GONE).purpose(SHOW),
        Table::personal(
            "erasures",
            &["identity", "identities", "reason"],
            "that an erasure was asked for",
            "kept without its reason, as it is the receipt",
        )
        .reached(Found::ByColumns, Erase::Blank(&["reason"]))
        .purpose(SHOW),
        Table::personal(
            "legal_holds",
            &["identity", "reason"],
            "which legal holds there were and are, and why",
            "the reasons are removed",
        )
        .reached(Found::ByColumns, Erase::Blank(&["reason"]))
        .purpose("To keep what a matter of law needs"),
        Table::impersonal("retention_rules"),
        Table::impersonal("consent_purposes"),
        Table::personal("consents", &["identity"], "everything that the member agreed to or took back", GONE)
            .purpose("To know for what a member may be written to, and to prove it"),
    ]
}

/// The link to a member's preferences, for whoever sends it to them; it is good for 90 days.
///
/// # Errors
/// `NotFound` when there is no such member, `Conflict` for one who was erased.
pub fn preference_link(app: &App, by: &Principal, member: &str) -> Result<String> {
    preferences::link(app, by, member).map(|l| l.0)
}

fn open() -> Router<App> {
    Router::new().route("/preferences/{preferences}", get(preferences::show).post(preferences::save))
}

fn pages_of_files() -> Router<App> {
    Router::new().route("/desk/members/{member}/privacy", get(pages::member))
}

fn pages_consenting() -> Router<App> {
    Router::new()
        .route("/desk/members/{member}/consents", post(pages::add_consent))
        .route("/desk/members/{member}/preferences", post(pages::make_link))
}

fn pages_managing() -> Router<App> {
    Router::new()
        .route("/desk/members/{member}/exports", post(pages::ask_export))
        .route("/desk/members/{member}/erasure", get(pages::preview).post(pages::ask_erasure))
        .route("/desk/members/{member}/holds", post(pages::hold_member))
        .route("/desk/privacy/exports/{export}/file", get(pages::file))
        .route("/desk/privacy/exports/{export}/removal", post(pages::remove_export))
        .route("/desk/privacy/erasures/{erasure}", get(pages::erasure))
        .route("/desk/privacy/erasures/{erasure}/cancellation", post(pages::cancel_erasure))
        .route("/desk/privacy/holds/{hold}/removal", post(pages::end_hold))
        .route("/desk/settings/privacy", get(pages::settings).post(pages::change_settings))
        .route("/desk/settings/privacy/rules", get(pages::preview_rule).post(pages::set_rule))
        .route("/desk/settings/privacy/rules/{rule}/removal", post(pages::end_rule))
        .route("/desk/settings/privacy/holds", post(pages::hold_source))
        .route("/desk/settings/privacy/purposes", post(pages::make_purpose))
        .route("/desk/settings/privacy/purposes/{purpose}/removal", post(pages::end_purpose))
        .route("/desk/settings/privacy/consents", post(pages::import_consents))
        .route("/desk/settings/privacy/processing", get(pages::processing))
}

fn calls_consenting() -> Router<App> {
    Router::new()
        .route("/api/v1/members/{member}/consents", get(api::list_consents).post(api::add_consent))
        .route("/api/v1/members/{member}/preferences", post(api::make_link))
        .route("/api/v1/consent-purposes", get(api::list_purposes).post(api::make_purpose))
        .route("/api/v1/consent-purposes/{purpose}", delete(api::end_purpose))
}

fn calls_consents_file() -> Router<App> {
    Router::new().route("/api/v1/consents", post(api::import_consents))
}

fn calls_managing() -> Router<App> {
    Router::new()
        .route("/api/v1/members/{member}/exports", get(api::list_exports).post(api::ask_export))
        .route("/api/v1/exports/{export}", get(api::show_export).delete(api::remove_export))
        .route("/api/v1/exports/{export}/file", get(api::file))
        .route("/api/v1/members/{member}/erasure", get(api::preview))
        .route("/api/v1/members/{member}/erasures", post(api::ask_erasure))
        .route("/api/v1/erasures", get(api::list_erasures))
        .route("/api/v1/erasures/{erasure}", get(api::show_erasure).delete(api::cancel_erasure))
        .route("/api/v1/legal-holds", get(api::list_holds).post(api::set_hold))
        .route("/api/v1/legal-holds/{hold}", delete(api::end_hold))
        .route("/api/v1/retention-rules", get(api::list_rules).post(api::set_rule))
        .route("/api/v1/retention-rules/preview", get(api::preview_rule))
        .route("/api/v1/retention-rules/{rule}", delete(api::end_rule))
        .route("/api/v1/processing", get(api::processing))
}

/// Numbers of identities as a list for `IN`; one that nobody has when there are none.
pub(crate) fn numbers(identities: &[u32]) -> String {
    if identities.is_empty() {
        return "-1".to_owned();
    }
    identities.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}
