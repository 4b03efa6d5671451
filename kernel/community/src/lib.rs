//! The heart: activity log, identities and members, channels, conversations, roll-ups.

mod draft;
mod kind;
pub mod read;

pub use draft::{ActivityDraft, ChannelDraft, ConversationKey, IdentityDraft, Place, Record};
pub use kind::{KINDS, Kind, KindInfo};
