//! DiscordChatExporter's JSON. Its types meet ours here and nowhere else.

use community::Kind;
use serde::{Deserialize, Deserializer};

/// An id: a string of digits in every version seen, but a number is taken too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Id(pub u64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Word::deserialize(deserializer)?;
        word.0.parse().map(Id).map_err(|_| serde::de::Error::custom("not an id"))
    }
}

/// A string, or a number written as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word(pub String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Word;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string or a number")
            }
            fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Word, E> {
                Ok(Word(v.to_owned()))
            }
            fn visit_u64<E: serde::de::Error>(self, v: u64) -> Result<Word, E> {
                Ok(Word(v.to_string()))
            }
            fn visit_i64<E: serde::de::Error>(self, v: i64) -> Result<Word, E> {
                Ok(Word(v.to_string()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The server.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Guild {
    pub id: Option<Word>,
    pub name: Option<String>,
}

/// A server whose absence (`null`) is no flaw.
#[derive(Debug)]
pub(super) struct Named(pub Guild);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::<Guild>::deserialize(deserializer)?.unwrap_or_default()))
    }
}

/// The channel, or the thread, of a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Channel {
    pub id: Word,
    #[serde(rename = "type")]
    pub sort: Option<Word>,
    pub category_id: Option<Word>,
    pub category: Option<String>,
    pub name: Option<String>,
}

impl Channel {
    /// Whether the file is a thread's; `category` is then the channel that it hangs on.
    pub fn is_thread(&self) -> bool {
        let sort = self.sort.as_ref().map_or("", |s| s.0.as_str());
        sort.contains("Thread") || matches!(sort, "10" | "11" | "12")
    }

    /// Whether it is a conversation of few.
    pub fn is_private(&self) -> bool {
        let sort = self.sort.as_ref().map_or("", |s| s.0.as_str());
        matches!(
            sort,
            "DirectTextChat"
                | "DirectGroupTextChat"
                | "PrivateThread"
                | "GuildPrivateThread"
                | "1"
                | "3"
                | "12"
        )
    }
}

/// The little of a message that the first pass needs.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    pub id: Id,
    #[serde(rename = "type")]
    pub sort: Option<Word>,
    pub reference: Option<Reference>,
}

/// What a reply answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference {
    pub message_id: Option<Id>,
}

/// A message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    pub id: Id,
    #[serde(rename = "type")]
    pub sort: Option<Word>,
    pub timestamp: String,
    pub timestamp_edited: Option<String>,
    pub content: Option<String>,
    pub author: Option<Author>,
    pub attachments: Option<Vec<Attachment>>,
    pub stickers: Option<Vec<Sticker>>,
    pub reactions: Option<Vec<Reaction>>,
    pub mentions: Option<Vec<Author>>,
    pub reference: Option<Reference>,
}

/// Who wrote, reacted, or was mentioned.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Author {
    pub id: Word,
    pub name: Option<String>,
    pub nickname: Option<String>,
    pub is_bot: Option<bool>,
    pub avatar_url: Option<String>,
}

/// A file on a message; the bytes are not in the export.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attachment {
    pub url: Option<String>,
    pub file_name: Option<String>,
}

/// A sticker on a message.
#[derive(Debug, Deserialize)]
pub(super) struct Sticker {
    pub name: Option<String>,
}

/// One emoji on a message; newer exporters list who chose it.
#[derive(Debug, Deserialize)]
pub(super) struct Reaction {
    pub emoji: Option<Emoji>,
    pub count: Option<u32>,
    pub users: Option<Vec<Author>>,
}

/// An emoji: of the server (with an id) or of Unicode.
#[derive(Debug, Deserialize)]
pub(super) struct Emoji {
    pub id: Option<Word>,
    pub name: Option<String>,
    pub code: Option<String>,
}

/// What a row of this type is, outside threads.
pub(super) fn kind_of(sort: Option<&Word>) -> Kind {
    match sort.map_or("Default", |s| s.0.as_str()) {
        // 20 and 23 are the answers to slash and context-menu commands.
        "Default" | "0" | "20" | "23" | "ChatInputCommand" | "ContextMenuCommand" => Kind::MESSAGE_POSTED,
        "Reply" | "19" => Kind::REPLY_POSTED,
        "GuildMemberJoin" | "7" => Kind::MEMBER_JOINED,
        _ => Kind::NOTICE_POSTED,
    }
}
