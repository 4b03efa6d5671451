//! Connectors for forums, one folder each.

pub mod discourse;
