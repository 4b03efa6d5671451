//! What holds for all of the program at once: every SQL text is one that both databases know, no page or API read
//! asks the database much, and every route lets in whom a reviewed table names.
//!
//! These tests read the sources of the workspace, so that nothing new escapes them.

mod api;
mod filled;
mod forms;
mod gates;
mod matrix;
mod personal;
mod places;
mod reads;
mod rolling;
mod source;
mod sql;
