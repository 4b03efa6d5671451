//! What a capability says about itself, the registry that checks it, and the assembly of everything into one
//! router.
//!
//! A capability is a folder with one [`Manifest`]: a plain value. The binary lists the manifests; nothing is
//! found by reflection or at link time.

mod app;
mod assemble;
mod door;
mod envelope;
mod kernel;
mod manifest;
mod pieces;
mod probes;
mod registry;

pub use access::{Permission, Principal, Problem, require};
pub use app::App;
pub use assemble::{assemble, unresolved_navigation};
pub use door::look;
pub use envelope::RequestId;
pub use kernel::kernel_manifests;
pub use manifest::{Doc, Manifest, NavEntry, Personal, Routes, Table};
pub use pieces::pieces;
pub use registry::Registry;
