//! The second pass over a JSON export: people, channels and activities.

use super::json_wire::{Author, Emoji, Message, Reaction, kind_of};
use super::markup::{Names, to_markdown};
use super::survey::is_json;
use super::threads::{Header, Threads};
use crate::json::{Piece, parse, split};
use crate::wording::{add_file, finished, first_of, skipped};
use base::Result;
use community::{ActivityDraft, ChannelDraft, ConversationKey, IdentityDraft, Kind, Place, Record};
use connect::text::without_query;
use connect::{Entry, Files, ImportOptions, Sink, parse_rfc3339};
use std::collections::{HashMap, HashSet};

/// The account that stands for everybody who deleted theirs: rows of people, without a member.
const DELETED: &str = "Deleted User";

/// How often progress is told within a file, in messages.
const STEP: u64 = 1024;

/// Reads everything.
pub(super) fn read(files: &mut Files, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
    let threads = Threads::of(files)?;
    let mut names = ChannelNames::default();
    for header in threads.headers.values() {
        names.learn(header);
    }
    let people = HashMap::new();
    let mut reader = Reader { options, sink, threads, names, people, told: HashSet::new(), mended: false };
    files.visit(&is_json, &mut |entry| reader.file(entry))?;
    reader.sink.progress(files.total_bytes());
    Ok(())
}

/// Names of channels and threads by id, and the ids of channels by name.
#[derive(Default)]
struct ChannelNames {
    by_id: HashMap<String, String>,
    parents: HashMap<String, String>,
    threads: HashMap<u64, String>,
}

impl ChannelNames {
    fn learn(&mut self, header: &Header) {
        let channel = &header.channel;
        let Some(name) = &channel.name else { return };
        self.by_id.insert(channel.id.0.clone(), name.clone());
        match header.thread {
            Some(thread) => {
                self.threads.insert(thread, name.clone());
            }
            None => {
                // Of several channels of one name the lowest id, so that the order of files decides nothing.
                let known = self.parents.entry(name.clone()).or_insert_with(|| channel.id.0.clone());
                if channel.id.0 < *known {
                    known.clone_from(&channel.id.0);
                }
            }
        }
    }
}

struct Reader<'s> {
    options: &'s ImportOptions,
    sink: &'s mut dyn Sink,
    threads: Threads,
    names: ChannelNames,
    /// Names by id of everybody who has been described.
    people: HashMap<String, String>,
    told: HashSet<String>,
    mended: bool,
}

struct MessageNames<'n> {
    mentions: &'n [Author],
    people: &'n HashMap<String, String>,
    channels: &'n HashMap<String, String>,
}

impl Names for MessageNames<'_> {
    fn user(&self, id: &str) -> Option<&str> {
        let mentioned = self.mentions.iter().find(|m| m.id.0 == id).and_then(display_name);
        mentioned.or_else(|| self.people.get(id).map(String::as_str))
    }
    fn channel(&self, id: &str) -> Option<&str> {
        self.channels.get(id).map(String::as_str)
    }
}

fn display_name(author: &Author) -> Option<&str> {
    first_of(&[author.nickname.as_deref(), author.name.as_deref()])
}

impl Reader<'_> {
    fn file(&mut self, entry: Entry<'_>) -> Result<()> {
        self.sink.progress(entry.offset);
        let path = entry.path.to_owned();
        let header = self.threads.headers.get(&entry.index).cloned();
        let channel = match &header {
            Some(header) => self.channel_of(header)?,
            None => String::new(),
        };
        let (mut number, position) = (0, entry.position.clone());
        let flaw = split(entry.reader, Some("messages"), &mut |piece| {
            let Some(header) = &header else { return Ok(true) };
            let record = match piece {
                Piece::Record(bytes) => Ok(bytes),
                Piece::Oversize(start) => Err(start),
                Piece::Member(..) | Piece::Start => return Ok(true),
            };
            number += 1;
            if number % STEP == 0 {
                self.sink.progress(position.bytes());
            }
            let place = || format!("{path}, message {number}");
            match record {
                Ok(bytes) => self.record(header, &channel, bytes, place)?,
                Err(start) => self.sink.skip(skipped("too large", place(), start))?,
            }
            Ok(true)
        })?;
        match flaw {
            // A file of another form is nobody's loss; a broken one may have been an export.
            Some(flaw) if header.is_some() || flaw.reason != crate::json::OTHER_FORM => {
                let place = format!("{path}, byte {}, after {number} messages", flaw.offset);
                self.sink.skip(skipped(flaw.reason, place, b""))
            }
            _ => Ok(()),
        }
    }

    /// The channel that a file's messages belong to: for a thread the one that it hangs on.
    fn channel_of(&mut self, header: &Header) -> Result<String> {
        let channel = &header.channel;
        let (id, name, category) = if channel.is_thread() {
            let name = channel.category.clone();
            let by_name = || name.as_ref().map(|n| self.names.parents.get(n).unwrap_or(n).clone());
            let parent = channel.category_id.as_ref().map(|id| id.0.clone()).filter(|id| !id.is_empty());
            let id = parent.or_else(by_name).unwrap_or_else(|| channel.id.0.clone());
            (id, name, None)
        } else {
            (channel.id.0.clone(), channel.name.clone(), channel.category.clone())
        };
        // A thread that is read first must not hide its channel's category.
        let key = format!("{id}\t{}", category.as_deref().unwrap_or_default());
        if self.told.insert(key) {
            self.sink.channel(ChannelDraft {
                permalink: Some(format!("https://discord.com/channels/{}/{id}", guild_of(header))),
                external_id: id.clone(),
                name,
                category,
                private: channel.is_private() && !channel.is_thread(),
            })?;
        }
        Ok(id)
    }

    fn record(
        &mut self,
        header: &Header,
        channel: &str,
        bytes: &[u8],
        place: impl Fn() -> String,
    ) -> Result<()> {
        let (message, mended) = match parse::<Message>(bytes) {
            Ok(parsed) => parsed,
            Err(reason) => return self.sink.skip(skipped(reason, place(), bytes)),
        };
        if mended && !std::mem::replace(&mut self.mended, true) {
            self.sink.warn(format!("{}: letters that are not UTF-8 were replaced.", place()));
        }
        let (Ok(at), Ok(rank)) = (parse_rfc3339(&message.timestamp), i64::try_from(message.id.0)) else {
            return self.sink.skip(skipped("impossible date", place(), bytes));
        };
        let author = message.author.as_ref().filter(|a| a.name.as_deref() != Some(DELETED));
        if let Some(author) = author {
            self.person(author)?;
        }
        let id = message.id.0;
        let kind = self.threads.kind(header, id, kind_of(message.sort.as_ref()));
        let mut draft = ActivityDraft::new(kind, at, id.to_string(), channel);
        draft.place = Place::Source;
        draft.rank = rank;
        draft.actor = author.map(|a| a.id.0.clone());
        let answers = message.reference.as_ref().and_then(|r| r.message_id);
        draft.parent = answers.filter(|_| kind == Kind::REPLY_POSTED).map(|r| r.0.to_string());
        draft.permalink =
            Some(format!("https://discord.com/channels/{}/{}/{id}", guild_of(header), header.channel.id.0));
        draft.edited_at = message.timestamp_edited.as_deref().and_then(|t| parse_rfc3339(t).ok());
        if matches!(kind, Kind::MESSAGE_POSTED | Kind::REPLY_POSTED) {
            let root = self.root_of(header, id);
            let order = i64::try_from(root).unwrap_or(i64::MAX);
            draft.conversation = Some(ConversationKey { order, key: root.to_string() });
            draft.title = self.names.threads.get(&root).filter(|_| self.opens(root, id)).cloned();
        }
        draft.text = self.text(&message);
        self.emit(draft, &message)
    }

    fn root_of(&self, header: &Header, id: u64) -> u64 {
        header.thread.map_or_else(|| self.threads.root(id), |thread| self.threads.root(thread))
    }

    /// Whether a message opens the conversation of a thread, and so carries its title.
    fn opens(&self, root: u64, id: u64) -> bool {
        id == root || self.threads.lowest.get(&root) == Some(&id)
    }

    fn emit(&mut self, mut draft: ActivityDraft, message: &Message) -> Result<()> {
        let mut reactions = Vec::new();
        for reaction in message.reactions.iter().flatten() {
            let users = reaction.users.as_deref().unwrap_or_default();
            let named = u32::try_from(users.len()).unwrap_or(u32::MAX);
            draft.reactions =
                draft.reactions.saturating_add(reaction.count.unwrap_or(named).saturating_sub(named));
            for user in users {
                if user.name.as_deref() == Some(DELETED) {
                    draft.reactions = draft.reactions.saturating_add(1);
                    continue;
                }
                self.person(user)?;
                reactions.push(reaction_of(&draft, &user.id.0, reaction));
            }
        }
        self.sink.activity(draft)?;
        reactions.into_iter().try_for_each(|r| self.sink.activity(r))
    }

    /// Describes an account when first seen.
    fn person(&mut self, author: &Author) -> Result<()> {
        let id = author.id.0.as_str();
        if self.people.contains_key(id) {
            return Ok(());
        }
        let name = display_name(author).unwrap_or(id);
        self.people.insert(id.to_owned(), name.to_owned());
        let handle = author.name.clone();
        let marked = self.options.names_bot(&[id, name, handle.as_deref().unwrap_or(name)]);
        self.sink.identity(IdentityDraft {
            external_id: id.to_owned(),
            name: Some(name.to_owned()),
            handle,
            email: None,
            avatar: author.avatar_url.clone().filter(|a| a.starts_with("http")),
            bot: if marked { Some(true) } else { author.is_bot },
        })
    }

    fn text(&self, message: &Message) -> Option<String> {
        let names = MessageNames {
            mentions: message.mentions.as_deref().unwrap_or_default(),
            people: &self.people,
            channels: &self.names.by_id,
        };
        let mut text = to_markdown(message.content.as_deref().unwrap_or_default(), &names);
        for file in message.attachments.iter().flatten() {
            let url = file.url.as_deref().map(without_query);
            let by_url = url.and_then(|u| u.rsplit('/').next());
            add_file(&mut text, first_of(&[file.file_name.as_deref(), by_url]).unwrap_or("file"), url);
        }
        for sticker in message.stickers.iter().flatten() {
            add_file(&mut text, &format!("sticker {}", sticker.name.as_deref().unwrap_or("")), None);
        }
        finished(text)
    }
}

/// The part of an address that names the server; direct messages have none.
fn guild_of(header: &Header) -> &str {
    match header.guild.id.as_ref().map(|id| id.0.as_str()) {
        Some("0" | "") | None => "@me",
        Some(id) => id,
    }
}

/// The export has no time of a reaction: the message's stands in.
fn reaction_of(message: &ActivityDraft, user: &str, reaction: &Reaction) -> ActivityDraft {
    let emoji = reaction.emoji.as_ref();
    let part = |get: fn(&Emoji) -> Option<&str>| emoji.and_then(get).filter(|w| !w.is_empty());
    let (id, name, code) = (
        part(|e| e.id.as_ref().map(|id| id.0.as_str())),
        part(|e| e.name.as_deref()),
        part(|e| e.code.as_deref()),
    );
    let key = id.or(name).or(code).unwrap_or_default();
    let external_id = format!("{}\t{user}\t{key}", message.external_id);
    let mut draft =
        ActivityDraft::new(Kind::REACTION_ADDED, message.at, external_id, message.channel.clone());
    draft.place = Place::Source;
    draft.record = Record::Reaction;
    draft.rank = message.rank;
    draft.actor = Some(user.to_owned());
    draft.parent = Some(message.external_id.clone());
    draft.text = match id {
        Some(_) => name.map(|n| format!(":{n}:")),
        None => name.or(code).map(str::to_owned),
    };
    draft
}
