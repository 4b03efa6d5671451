//! People: everybody the community knows over all its sources. A list with filters and tags, a page for each
//! member, suggested links with what speaks for them, contacts and what came of them, and what Today shows of
//! newcomers and of members who went quiet. Addresses of the API stand in [`api`](self).
//!
//! Whatever the team says of people (tags, notes, contacts) stands on an identity, so that it survives links and
//! their reversal. Nothing is ever linked without a person.

mod acts;
mod api;
mod contacts;
mod described;
mod digest;
mod filters;
mod linking;
mod members;
mod pages;
mod palette;
mod profile;
mod roster_file;
mod store;
mod suggest;
mod today;
mod told;
mod view;
mod words;

pub use linking::import_roster;
pub use roster_file::{RosterReport, RowProblem};

use ::store::Migration;
use axum::Router;
use axum::routing::{delete, get, patch, post};
use capability::digest::ViewKind;
use capability::today::TodayItems;
use capability::{App, Doc, Manifest, NavEntry, Palette, Permission, Roles, Routes, Table};

/// May see members, identities and links.
pub const SEE_PEOPLE: Permission =
    Permission::new("people.see_people", "See members and links", Roles::KEEPERS.and(Roles::AUTHOR));

/// May say that identities are one person or are not, and take that back.
pub const LINK_IDENTITIES: Permission =
    Permission::new("people.link_identities", "Link and unlink identities", Roles::LEADS);

/// May tag members and keep notes about them.
pub const EDIT_MEMBERS: Permission =
    Permission::new("people.edit_members", "Tag members and keep notes", Roles::KEEPERS);

/// May record that somebody was written to.
pub const CONTACT: Permission = Permission::new(
    "people.contact",
    "Record contacts with members",
    Roles::KEEPERS.and(Roles::AUTHOR).and(Roles::VOLUNTEER),
);

/// The schema of this capability.
pub const MIGRATIONS: &[Migration] = &[Migration {
    owner: "people",
    number: 1,
    name: "tags, notes, suggested and refused links",
    sql: include_str!("../migrations/0001_people.sql"),
}];

const DOCS: &[Doc] = &[
    Doc {
        slug: "know-your-members",
        title: "Know your members",
        text: include_str!("../../../docs/guide/know-your-members.md"),
    },
    Doc {
        slug: "are-these-two-the-same-person",
        title: "Are these two the same person",
        text: include_str!("../../../docs/guide/are-these-two-the-same-person.md"),
    },
    Doc {
        slug: "who-stopped-talking",
        title: "Who stopped talking",
        text: include_str!("../../../docs/guide/who-stopped-talking.md"),
    },
    Doc {
        slug: "greet-newcomers",
        title: "Greet newcomers",
        text: include_str!("../../../docs/guide/greet-newcomers.md"),
    },
];

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "people",
        title: "People",
        navigation: vec![NavEntry {
            title: "Members",
            path: "/desk/members",
            icon: "users",
            group: "",
            order: 200,
            permission: SEE_PEOPLE,
        }],
        routes: vec![
            Routes::new(SEE_PEOPLE, pages_seen),
            Routes::new(SEE_PEOPLE, pages_of_files).personal(),
            Routes::new(LINK_IDENTITIES, pages_linking),
            Routes::new(LINK_IDENTITIES, pages_roster).with_body_limit(linking::ROSTER_MAX + (64 << 10)),
            Routes::new(EDIT_MEMBERS, pages_editing),
            Routes::new(CONTACT, pages_contacting),
        ],
        api: vec![
            Routes::api(SEE_PEOPLE, seeing, described::SEEING).personal(),
            Routes::api(LINK_IDENTITIES, linking, described::LINKING).with_body_limit(linking::ROSTER_MAX),
            Routes::api(EDIT_MEMBERS, editing, described::EDITING),
            Routes::api(CONTACT, contacting, described::CONTACTING),
        ],
        shapes: described::SHAPES,
        permissions: vec![SEE_PEOPLE, LINK_IDENTITIES, EDIT_MEMBERS, CONTACT],
        migrations: MIGRATIONS,
        tables: tables(),
        docs: DOCS.to_vec(),
        today: vec![
            TodayItems { permission: CONTACT, give: today::newcomers, plan: None },
            TodayItems { permission: CONTACT, give: today::quiet, plan: Some(today::plan) },
        ],
        palette: vec![Palette { permission: SEE_PEOPLE, find: palette::find }],
        views: vec![ViewKind {
            list: "members",
            title: "Members",
            path: "/desk/members",
            permission: SEE_PEOPLE,
            give: digest::give,
        }],
        ..Manifest::default()
    }
}

fn tables() -> Vec<Table> {
    const PAIR: &[&str] = &["left_identity", "right_identity"];
    const GONE: &str = "removed with the identity";
    vec![
        Table::personal(
            "tag_acts",
            &["made_by"],
            "which tags an account changed for many",
            "kept, as it names staff",
        )
        .reached(capability::Found::Nowhere, capability::Erase::Keep),
        Table::personal("member_tags", &["identity"], "the tags of the member's identities", GONE)
            .purpose("To find members again by what the team knows of them"),
        Table::personal("member_notes", &["identity"], "every note about the member's identities", GONE)
            .purpose("To remember what the team knows of a member"),
        Table::personal(
            "link_suggestions",
            PAIR,
            "which rosters named the member's identities together",
            GONE,
        ),
        Table::personal("link_dismissals", PAIR, "with whom the member was said not to be the same", GONE),
    ]
}

fn pages_seen() -> Router<App> {
    Router::new()
        .route("/desk/members", get(pages::list))
        .route("/desk/members/suggestions", get(pages::suggestions))
        .route("/desk/contacts", get(pages::contact_list))
}

/// The files of persons, and lists of them that are taken away: whoever reads them is told to the audit log.
fn pages_of_files() -> Router<App> {
    Router::new()
        .route("/desk/members/csv", get(pages::list_csv))
        .route("/desk/members/{member}", get(pages::profile))
        .route("/desk/members/{member}/timeline", get(pages::timeline))
        .route("/desk/members/{member}/rhythm", get(pages::rhythm))
        .route("/desk/members/{member}/circle", get(pages::circle))
        .route("/desk/members/{member}/suggestions", get(pages::suggested))
        .route("/desk/contacts/csv", get(pages::contact_csv))
}

fn pages_linking() -> Router<App> {
    Router::new()
        .route("/desk/members/{member}/link", get(pages::link))
        .route("/desk/members/links", post(linking::link))
        .route("/desk/members/links/{link}/removal", post(linking::unlink))
        .route("/desk/members/dismissals", post(linking::dismiss))
        .route("/desk/members/dismissals/removal", post(linking::suggest_again))
        .route("/desk/members/suggestions", post(linking::link_chosen))
}

fn pages_roster() -> Router<App> {
    Router::new().route("/desk/members/suggestions/roster", post(linking::roster))
}

fn pages_editing() -> Router<App> {
    Router::new()
        .route("/desk/members/tags", post(acts::tag_many))
        .route("/desk/members/tags/{act}/undo", post(acts::undo_tags))
        .route("/desk/members/{member}/tags", post(acts::add_tag))
        .route("/desk/members/{member}/tags/removal", post(acts::remove_tag))
        .route("/desk/members/{member}/notes", post(acts::create_note))
        .route("/desk/members/notes/{note}", post(acts::update_note))
        .route("/desk/members/notes/{note}/removal", post(acts::remove_note))
}

fn pages_contacting() -> Router<App> {
    Router::new()
        .route("/desk/contacts", post(acts::create_contact))
        .route("/desk/contacts/{contact}/removal", post(acts::remove_contact))
}

fn seeing() -> Router<App> {
    Router::new()
        .route("/api/v1/members", get(api::list_members))
        .route("/api/v1/members/{member}", get(api::get_member))
        .route("/api/v1/members/{member}/activities", get(api::list_activities))
        .route("/api/v1/members/{member}/notes", get(api::list_notes))
        .route("/api/v1/identities", get(api::list_identities))
        .route("/api/v1/links", get(api::list_links))
        .route("/api/v1/link-suggestions", get(api::list_suggestions))
        .route("/api/v1/contacts", get(api::list_contacts))
}

fn linking() -> Router<App> {
    Router::new()
        .route("/api/v1/links", post(api::create_link))
        .route("/api/v1/links/{link}", delete(api::remove_link))
        .route("/api/v1/link-dismissals", post(api::create_dismissal).delete(api::remove_dismissal))
        .route("/api/v1/rosters", post(api::create_roster))
}

fn editing() -> Router<App> {
    Router::new()
        .route("/api/v1/members/{member}/tags", post(api::add_tag))
        .route("/api/v1/members/{member}/tags/{tag}", delete(api::remove_tag))
        .route("/api/v1/tag-acts", post(api::change_tags))
        .route("/api/v1/tag-acts/{act}", delete(api::undo_tags))
        .route("/api/v1/members/{member}/notes", post(api::create_note))
        .route("/api/v1/notes/{note}", patch(api::update_note).delete(api::remove_note))
}

fn contacting() -> Router<App> {
    Router::new()
        .route("/api/v1/contacts", post(api::create_contact))
        .route("/api/v1/contacts/{contact}", delete(api::remove_contact))
}
