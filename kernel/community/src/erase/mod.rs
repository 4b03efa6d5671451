//! Forgetting: somebody's identity gives way to a keyed hash under the same number, and everything they wrote goes.
//! Rows, cells, conversations and links stay, so that every figure stays what it was.
//!
//! The order matters. First the identity ([`identity`]): from that transaction on the door of the log recognises the
//! person by the hash and takes no text of theirs in, whatever is sent again. Then the texts ([`texts_slice`]), what
//! newer imports replaced of them ([`revisions_slice`]), and, where the community wants it, mentions in the texts of
//! others ([`mentions_slice`]). Each step goes slice by slice, remembers its place in what it returns, and does no harm
//! when it is done twice.
//!
//! The key lies in the database, sealed; without it nobody can try which accounts were erased.

mod door;
mod identity;
mod key;
mod mentions;
mod old;
mod revisions;
mod walk;

pub(crate) use door::Door;
pub use identity::{ERASED_NAME, erased_at, identity};
pub(crate) use key::MARK;
pub use key::{Key, key, key_or_new};
pub use mentions::{Mentions, mentions_slice};
pub use old::{Old, Piece, drop_texts, old_texts};
pub use revisions::revisions_slice;
pub use walk::{Said, Walk, said, texts_slice};

/// The counter of erasures, by which whoever remembers people knows that somebody went.
pub(crate) const COUNTER: &str = "erased";
