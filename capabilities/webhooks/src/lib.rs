//! Webhooks: what happens here, told to programs elsewhere, as [Standard Webhooks](https://www.standardwebhooks.com)
//! says it.
//!
//! The log and the outbox are read by their numbers ([`follow`]); what an endpoint wants becomes a row of its queue in
//! the transaction that moves the position. [`send`] takes due rows, so many for each endpoint that those which fail
//! or hang do not hold up the others, and writes down what came of them. A message may come more than once; its id is
//! then the same. Nothing is promised about the order.

mod act;
mod api;
mod bench;
mod body;
mod catalogue;
mod csv;
mod described;
mod desk;
mod endpoint;
mod follow;
mod log;
mod queue;
mod send;
mod sign;
mod store;
mod view;

pub use bench::{Failing, bench};
pub use send::{Deliveries, begin};
pub use sign::signature;

use ::store::Migration;
use axum::Router;
use axum::routing::{get, post};
use capability::{App, Doc, Manifest, Permission, Roles, Routes, Schedule, Sealed, SettingsPage, Table};

/// Its part of the schema.
pub const MIGRATIONS: &[Migration] = &[Migration {
    owner: "webhooks",
    number: 1,
    name: "endpoints, secrets, deliveries",
    sql: include_str!("../migrations/0001_webhooks.sql"),
}];

/// May see and change where events are sent.
pub const MANAGE_WEBHOOKS: Permission =
    Permission::new("webhooks.manage_webhooks", "Send events to other programs", Roles::ADMIN);

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "webhooks",
        title: "Webhooks",
        routes: vec![Routes::new(MANAGE_WEBHOOKS, pages)],
        api: vec![Routes::api(MANAGE_WEBHOOKS, calls, described::OPERATIONS)],
        shapes: described::SHAPES,
        permissions: vec![MANAGE_WEBHOOKS],
        migrations: MIGRATIONS,
        tables: vec![
            Table::personal(
                "webhook_endpoints",
                &["made_by_account"],
                "which endpoints an account made",
                "kept, as it says who let data out",
            ),
            Table::impersonal("webhook_secrets"),
            Table::impersonal("webhook_deliveries"),
            Table::impersonal("webhook_positions"),
        ],
        recipients: Some(store::recipients),
        sealed: vec![Sealed { table: "webhook_secrets", column: "secret", id: "public_id" }],
        schedules: vec![Schedule::new("webhooks.tidy", jobs::When::Daily(4 * 60), |app, _| {
            log::tidy(&app.db, app.clock.now())
        })],
        settings: vec![SettingsPage {
            title: "Webhooks",
            path: desk::PATH,
            order: 60,
            permission: MANAGE_WEBHOOKS,
        }],
        docs: vec![Doc {
            slug: "send-events-out",
            title: "Send events to other programs",
            text: include_str!("../../../docs/guide/send-events-out.md"),
        }],
        ..Manifest::default()
    }
}

fn pages() -> Router<App> {
    Router::new()
        .route("/desk/settings/webhooks", get(desk::list).post(desk::create))
        .route("/desk/settings/webhooks/{endpoint}", get(desk::show).post(desk::change))
        .route("/desk/settings/webhooks/{endpoint}/deliveries.csv", get(csv::deliveries))
        .route("/desk/settings/webhooks/{endpoint}/secret", post(desk::show_secret))
        .route("/desk/settings/webhooks/{endpoint}/rotation", post(desk::rotate))
        .route("/desk/settings/webhooks/{endpoint}/tests", post(desk::test))
        .route("/desk/settings/webhooks/{endpoint}/replays", post(desk::replay))
        .route("/desk/settings/webhooks/{endpoint}/stop", post(desk::stop))
        .route("/desk/settings/webhooks/{endpoint}/start", post(desk::start))
        .route("/desk/settings/webhooks/{endpoint}/removal", post(desk::remove))
}

fn calls() -> Router<App> {
    Router::new()
        .route("/api/v1/webhooks", get(api::list).post(api::create))
        .route("/api/v1/webhooks/events", get(api::events))
        .route("/api/v1/webhooks/samples/{kind}", get(api::samples))
        .route("/api/v1/webhooks/{endpoint}", get(api::show).patch(api::change).delete(api::remove))
        .route("/api/v1/webhooks/{endpoint}/rotation", post(api::rotate))
        .route("/api/v1/webhooks/{endpoint}/tests", post(api::test))
        .route("/api/v1/webhooks/{endpoint}/deliveries", get(api::deliveries))
        .route("/api/v1/webhooks/{endpoint}/replays", post(api::replay))
}
