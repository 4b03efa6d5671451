//! What a connector hands over: people, channels and candidate activities, before they have numbers.

use crate::Kind;
use base::Micros;

/// The vendor's record type; part of the idempotency key. Not our kind: a message that becomes a
/// tombstone is the same record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Record {
    /// A message, post, topic, comment, notice: whatever has a place in the stream of a channel.
    Message = 1,
    /// A reaction by one actor.
    Reaction = 2,
    /// A join or leave that is not itself a message of the stream.
    Membership = 3,
    /// An accepted answer.
    Acceptance = 4,
}

/// An account at a source, described. Sent before or after the activities that name it; the newest wins.
/// Absent fields never erase what is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityDraft {
    /// The source's own id of the account; what activities name as their actor.
    pub external_id: String,
    /// The name people read ("Ana García").
    pub name: Option<String>,
    /// The handle without an `@` ("ana_dev").
    pub handle: Option<String>,
    /// The e-mail address, lower case.
    pub email: Option<String>,
    /// The address of a picture.
    pub avatar: Option<String>,
    /// Whether the source says that it is a bot; `None` when it does not say.
    pub bot: Option<bool>,
}

/// A place where people talk, described. The newest wins; absent fields never erase what is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelDraft {
    /// The source's own id of the channel; what activities name.
    pub external_id: String,
    /// The name people read, without `#`.
    pub name: Option<String>,
    /// The category or group that it lies in.
    pub category: Option<String>,
    /// Whether only some members see it.
    pub private: bool,
    /// Where it can be opened, if that can be built.
    pub permalink: Option<String>,
}

/// Which conversation an activity belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConversationKey {
    /// A number that grows with the conversation's age where the source has one (topic id, snowflake, time
    /// in µs of the opening), else 0. Keeps the index in arrival order.
    pub order: i64,
    /// The source's own id of the conversation, unique within the *place* (see [`ActivityDraft::place`]).
    pub key: String,
}

/// What the idempotency key's first part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The channel: the usual case.
    Channel,
    /// The source, where records move between channels (Discourse) or ids are global (Discord JSON message
    /// ids that appear in several files, mail).
    Source,
}

/// One candidate activity.
#[derive(Clone, Debug)]
pub struct ActivityDraft {
    /// What happened.
    pub kind: Kind,
    /// When, in UTC.
    pub at: Micros,
    /// When *as the source states it*: wall-clock microseconds where the source has no zone, else equal to
    /// `at`. Correcting the source's zone changes `at` and never this.
    pub stated_at: Micros,
    /// Whether the key is by channel or by source.
    pub place: Place,
    /// The vendor's record type.
    pub record: Record,
    /// The vendor's id of the record, unique within (place, stated_at, record). For a reaction: message id,
    /// actor and emoji joined by a tab. Where the source has no id: what identifies it (author, text).
    pub external_id: String,
    /// Orders activities of equal time: the vendor's number, or natural path order and row.
    pub rank: i64,
    /// External id of the channel.
    pub channel: String,
    /// External id of who did it; `None` when nobody can be named.
    pub actor: Option<String>,
    /// The conversation it belongs to; `None` where the source has no reply links, and for joins, leaves and
    /// reactions.
    pub conversation: Option<ConversationKey>,
    /// The conversation's title, on its opening, where the source has one.
    pub title: Option<String>,
    /// External id of the message it answers or reacts to.
    pub parent: Option<String>,
    /// The text, readable: Markdown without HTML, mentions resolved to names.
    pub text: Option<String>,
    /// Where it can be opened, if that can be built.
    pub permalink: Option<String>,
    /// Number of reactions on this message by actors that the source does not name.
    pub reactions: u32,
    /// When it was last edited, if the source says so.
    pub edited_at: Option<Micros>,
    /// Whether the author deleted it (a tombstone). It still counts.
    pub deleted: bool,
}

impl ActivityDraft {
    /// A draft with the given kind, time, id, channel and actor, and nothing else: a message keyed by channel.
    pub fn new(kind: Kind, at: Micros, external_id: impl Into<String>, channel: impl Into<String>) -> Self {
        Self {
            kind,
            at,
            stated_at: at,
            place: Place::Channel,
            record: Record::Message,
            external_id: external_id.into(),
            rank: 0,
            channel: channel.into(),
            actor: None,
            conversation: None,
            title: None,
            parent: None,
            text: None,
            permalink: None,
            reactions: 0,
            edited_at: None,
            deleted: false,
        }
    }
}
