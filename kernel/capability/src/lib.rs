//! What a capability says about itself, the registry that checks it, and the assembly of everything into one
//! router.
//!
//! A capability is a folder with one [`Manifest`]: a plain value. The binary lists the manifests; nothing is
//! found by reflection or at link time.

pub mod api;
mod app;
mod assemble;
mod contact;
mod desk;
mod desk_api;
pub mod digest;
mod door;
mod door_factors;
mod envelope;
pub mod events;
mod help;
mod kernel;
mod limits;
mod mail;
mod manifest;
mod memory;
pub mod meter;
pub mod notices;
mod offer;
pub mod palette;
mod pieces;
mod probes;
mod registry;
pub mod secrets;
pub mod settings_page;
pub mod today;
pub mod views;
mod wire;

pub use access::{Permission, Principal, Problem, Reach, Roles, Scope, audit, require, require_in};
pub use api::API_MIGRATIONS;
pub use app::App;
pub use assemble::{assemble, unresolved_navigation};
pub use contact::{ContactPanel, contact_panel, days_ago};
pub use desk::{DESK_MIGRATIONS, USE_DESK};
pub use door::look;
pub use envelope::RequestId;
pub use kernel::kernel_manifests;
pub use limits::Limits;
pub use mail::MailList;
pub use manifest::{
    Doc, Erase, EventKind, FindEntries, Found, JobKind, Manifest, NavEntry, OpenRoutes, Palette,
    PaletteEntry, Personal, Recipients, Routes, Schedule, Sealed, SettingsPage, Table,
};
pub use memory::Memory;
pub use offer::{may, off, off_for_contacts, off_in, token_for};
pub use pieces::{PieceSender, csv_file, csv_in_pieces, pieces};
pub use registry::Registry;
pub use wire::Wire;
