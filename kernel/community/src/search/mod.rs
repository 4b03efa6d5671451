//! Search over messages, members and channels: one tokeniser, one index on either database, one ranking.
//!
//! [`follow`] keeps the index; [`Query::parse`] reads what people type; [`Search`] answers.

mod ask;
mod check;
mod follow;
mod index;
mod names;
mod query;
mod rank;
mod state;
#[cfg(test)]
mod tests;
mod tokens;
mod vector;

pub use ask::{Cursor, Hit, Hits, MemberHit, POOL, Search, Sort};
pub use follow::{begin_anew, follow, rebuild, settle};
pub use query::{Filters, Query};
pub use rank::Piece;
pub use state::State;

/// The words of a text, as they are indexed.
pub fn words(text: &str) -> Vec<String> {
    tokens::tokens(text).into_iter().map(|t| t.word).collect()
}

pub(crate) use check::check;
pub(crate) use follow::{changing, removing};
pub(crate) use names::{NamesCache, touch as names_changed};
