//! What a capability says about itself, the registry that checks it, and the assembly of everything into one
//! router.
//!
//! A capability is a folder with one [`Manifest`]: a plain value. The binary lists the manifests; nothing is
//! found by reflection or at link time.

mod app;
mod assemble;
mod contact;
mod desk;
mod door;
mod envelope;
pub mod events;
mod help;
mod kernel;
mod manifest;
mod memory;
pub mod notices;
pub mod palette;
mod pieces;
mod probes;
mod registry;
pub mod today;
pub mod views;

pub use access::{Permission, Principal, Problem, require};
pub use app::App;
pub use assemble::{assemble, unresolved_navigation};
pub use contact::{ContactPanel, contact_panel, days_ago};
pub use desk::{DESK_MIGRATIONS, USE_DESK};
pub use door::look;
pub use envelope::RequestId;
pub use kernel::kernel_manifests;
pub use manifest::{
    Doc, FindEntries, Manifest, NavEntry, Palette, PaletteEntry, Personal, Routes, SettingsPage, Table,
};
pub use memory::Memory;
pub use pieces::{PieceSender, csv_file, csv_in_pieces, pieces};
pub use registry::Registry;
