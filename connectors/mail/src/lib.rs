//! Connectors for mail, one folder each.

pub mod mbox;
