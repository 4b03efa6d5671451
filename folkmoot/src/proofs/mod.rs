//! What holds for all of the program at once: every SQL text is one that both databases know, and no page or
//! API read asks the database much.
//!
//! These tests read the sources of the workspace, so that nothing new escapes them.

mod filled;
mod reads;
mod source;
mod sql;
