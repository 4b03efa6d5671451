//! Connectors for tables that people make themselves, one folder each.

pub mod activities;
