//! Slack's records as they lie in an export. Their types meet ours here and nowhere else.

use base::Micros;
use community::Kind;
use connect::wall_clock;
use serde::Deserialize;

/// An element of `users.json`.
#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub id: String,
    pub name: Option<String>,
    pub real_name: Option<String>,
    pub is_bot: Option<bool>,
    pub profile: Option<Profile>,
}

/// A user's profile, also beside messages (`user_profile`).
#[derive(Debug, Default, Deserialize)]
pub(super) struct Profile {
    pub name: Option<String>,
    pub real_name: Option<String>,
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub image_72: Option<String>,
}

/// An element of `channels.json`, `groups.json`, `mpims.json` or `dms.json` (which has no names).
#[derive(Debug, Deserialize)]
pub(super) struct Channel {
    pub id: String,
    pub name: Option<String>,
    pub members: Option<Vec<String>>,
}

/// A row of a day's file.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub ts: Option<String>,
    pub thread_ts: Option<String>,
    pub subtype: Option<String>,
    pub user: Option<String>,
    pub bot_id: Option<String>,
    pub username: Option<String>,
    pub text: Option<String>,
    pub edited: Option<Edited>,
    pub reactions: Option<Vec<Reaction>>,
    pub files: Option<Vec<File>>,
    pub attachments: Option<Vec<Attachment>>,
    pub user_profile: Option<Profile>,
    pub bot_profile: Option<BotProfile>,
}

/// When a message was last edited.
#[derive(Debug, Deserialize)]
pub(super) struct Edited {
    pub ts: Option<String>,
}

/// One emoji on a message.
#[derive(Debug, Deserialize)]
pub(super) struct Reaction {
    pub name: Option<String>,
    pub users: Option<Vec<String>>,
    pub count: Option<u32>,
}

/// A file on a message; the bytes are not in the export.
#[derive(Debug, Deserialize)]
pub(super) struct File {
    pub name: Option<String>,
    pub title: Option<String>,
    pub permalink: Option<String>,
    pub mode: Option<String>,
}

/// What an application shows under its message.
#[derive(Debug, Deserialize)]
pub(super) struct Attachment {
    pub pretext: Option<String>,
    pub title: Option<String>,
    pub text: Option<String>,
    pub fallback: Option<String>,
}

/// The application behind a message.
#[derive(Debug, Deserialize)]
pub(super) struct BotProfile {
    pub name: Option<String>,
}

impl Message {
    /// Who wrote it: the user, else the application's id, else the name it gave itself.
    pub fn actor(&self) -> Option<&str> {
        crate::wording::first_of(&[self.user.as_deref(), self.bot_id.as_deref(), self.username.as_deref()])
    }

    /// Whether it has an account; what has none is written by an application.
    pub fn has_user(&self) -> bool {
        self.user.as_deref().is_some_and(|u| !u.trim().is_empty())
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        let subtype = self.subtype.as_deref().unwrap_or_default();
        match subtype {
            "bot_message" => return Kind::MESSAGE_RELAYED,
            "channel_join" | "group_join" => return Kind::MEMBER_JOINED,
            _ if is_notice(subtype) => return Kind::NOTICE_POSTED,
            _ => {}
        }
        if self.text.as_deref().is_some_and(is_old_join) {
            return Kind::MEMBER_JOINED;
        }
        let replies = self.thread_ts.as_deref().is_some_and(|t| Some(t) != self.ts.as_deref());
        if subtype == "thread_broadcast" || replies { Kind::REPLY_POSTED } else { Kind::MESSAGE_POSTED }
    }
}

/// Whether a subtype is of rows that the system writes about a channel.
fn is_notice(subtype: &str) -> bool {
    let plain =
        ["channel_", "group_", "mpim_"].iter().find_map(|p| subtype.strip_prefix(p)).unwrap_or(subtype);
    matches!(
        plain,
        "purpose"
            | "topic"
            | "archive"
            | "unarchive"
            | "name"
            | "tombstone"
            | "leave"
            | "pinned_item"
            | "reminder_add"
            | "bot_add"
            | "bot_remove"
            | "convert_to_private"
            | "posting_permissions"
            | "sh_room_created"
            | "huddle_thread"
            | "canvas_updated"
            | "document_mention"
    )
}

/// The form that joins had before they had a subtype: `<@U024BE7LH> has joined the channel`.
fn is_old_join(text: &str) -> bool {
    text.starts_with("<@") && text.contains("has joined the channel") && text.chars().count() < 80
}

/// A Slack time, `1680618649.477169`, as UTC microseconds; `None` when it is none between 1970 and 2200.
pub(super) fn time_of(ts: &str) -> Option<Micros> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, ""));
    let digits = |t: &str| t.bytes().all(|c| c.is_ascii_digit());
    if seconds.is_empty() || seconds.len() > 11 || !digits(seconds) || !digits(fraction) {
        return None;
    }
    let mut micros: i64 = seconds.parse().ok()?;
    for place in 0..6 {
        let digit = fraction.as_bytes().get(place).map_or(0, |c| i64::from(c - b'0'));
        micros = micros * 10 + digit;
    }
    let end = wall_clock(2200, 12, 31, 23, 59, 59)?;
    (micros <= end).then_some(micros)
}
