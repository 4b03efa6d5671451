//! Turns an export into people, channels and activities.

use super::channels::{Channels, Described, day_file, workspace_domain};
use super::markup::{Names, to_markdown};
use super::wire::{File, Message, Profile, User, time_of};
use crate::guess::is_slack_list;
use crate::json::{Piece, parse, split};
use crate::wording::{add_file, finished, first_of, skipped};
use base::{Micros, Result};
use community::{ActivityDraft, ChannelDraft, ConversationKey, IdentityDraft, Kind, Record};
use connect::text::without_query;
use connect::{Entry, Files, ImportOptions, Sink};
use std::collections::{HashMap, HashSet};

/// The account in whose name Slack itself speaks; the lists do not mark it as a bot.
const SLACKBOT: &str = "USLACKBOT";

/// Reads everything: people, channels, then the messages channel by channel and day by day.
pub(super) fn read(files: &mut Files, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
    let mut people = People { names: HashMap::new(), told: HashSet::new() };
    people.read(files, options, sink)?;
    let mut warnings = Vec::new();
    let channels = Channels::read(files, &mut warnings)?;
    warnings.into_iter().for_each(|w| sink.warn(w));
    if !options.private {
        let left_out = channels.left_out(files);
        if left_out > 0 {
            sink.warn(format!(
                "{left_out} private channels and direct messages were left out; import with --private to take them."
            ));
        }
    }
    let domain = workspace_domain(files)?;
    let mut reader = Reader { options, sink, people, channels, domain, told: HashSet::new(), mended: false };
    reader.channels_of_lists()?;
    let private = options.private;
    let hidden: HashSet<String> = if private {
        HashSet::new()
    } else {
        let folders = files.entries().iter().filter_map(|e| day_file(&e.path));
        folders.filter(|f| reader.channels.is_private(f)).map(str::to_owned).collect()
    };
    let want = |path: &str| day_file(path).is_some_and(|f| !hidden.contains(f));
    files.visit(&want, &mut |entry| reader.day(entry))?;
    reader.sink.progress(files.total_bytes());
    Ok(())
}

/// Who is known so far.
struct People {
    /// Names for mentions, by id.
    names: HashMap<String, String>,
    /// Ids that have been described.
    told: HashSet<String>,
}

impl People {
    fn read(&mut self, files: &mut Files, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
        let mut found = false;
        files.visit(&is_slack_list, &mut |entry| {
            found = true;
            let path = entry.path.to_owned();
            let flaw = split(entry.reader, None, &mut |piece| {
                if let Piece::Record(bytes) = piece {
                    match parse::<User>(bytes) {
                        Ok((user, _)) => self.add(user, options, sink)?,
                        Err(reason) => sink.warn(format!("{path}: an account was passed over: {reason}")),
                    }
                }
                Ok(true)
            })?;
            if let Some(flaw) = flaw {
                sink.warn(format!("{path}: {}; some people may lack their names", flaw.reason));
            }
            Ok(())
        })?;
        if !found {
            sink.warn("The export has no users.json; people are named as their messages name them.".into());
        }
        Ok(())
    }

    fn add(&mut self, user: User, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
        let profile = user.profile.unwrap_or_default();
        let real = first_of(&[profile.real_name.as_deref(), user.real_name.as_deref()]);
        let display = first_of(&[profile.display_name.as_deref(), real, user.name.as_deref()]);
        let name = first_of(&[real, display]).map(str::to_owned);
        if let Some(display) = display {
            self.names.insert(user.id.clone(), display.to_owned());
        }
        let bot = user.is_bot.unwrap_or(false) || user.id == SLACKBOT;
        let marked = options.names_bot(&candidates(&user.id, &[&name, &user.name, &profile.display_name]));
        self.told.insert(user.id.clone());
        sink.identity(IdentityDraft {
            external_id: user.id,
            name,
            handle: user.name,
            email: profile.email.filter(|e| !e.is_empty()).map(|e| e.to_lowercase()),
            avatar: profile.image_72,
            bot: Some(bot || marked),
        })
    }
}

/// What the person's list of bots is held against.
fn candidates<'a>(id: &'a str, names: &[&'a Option<String>]) -> Vec<&'a str> {
    std::iter::once(id).chain(names.iter().filter_map(|n| n.as_deref())).collect()
}

struct Reader<'s> {
    options: &'s ImportOptions,
    sink: &'s mut dyn Sink,
    people: People,
    channels: Channels,
    domain: Option<String>,
    told: HashSet<String>,
    mended: bool,
}

impl Names for Reader<'_> {
    fn user(&self, id: &str) -> Option<&str> {
        self.people.names.get(id).map(String::as_str)
    }
    fn channel(&self, id: &str) -> Option<&str> {
        self.channels.names.get(id).map(String::as_str)
    }
}

impl Reader<'_> {
    fn channels_of_lists(&mut self) -> Result<()> {
        for folder in self.channels.order.clone() {
            if self.options.private || !self.channels.is_private(&folder) {
                self.tell_channel(&folder)?;
            }
        }
        Ok(())
    }

    fn tell_channel(&mut self, folder: &str) -> Result<()> {
        if !self.told.insert(folder.to_owned()) {
            return Ok(());
        }
        let described = self.channels.by_folder.get(folder);
        let permalink = described
            .and_then(|d| d.id.as_deref())
            .zip(self.domain.as_deref())
            .map(|(id, domain)| format!("https://{domain}.slack.com/archives/{id}"));
        let name = described.map_or_else(|| folder.to_owned(), |d| self.channel_name(folder, d));
        let private = self.channels.is_private(folder);
        self.sink.channel(ChannelDraft {
            external_id: folder.to_owned(),
            name: Some(name),
            category: None,
            private,
            permalink,
        })
    }

    /// A direct message has no name of its own: it is called by who takes part.
    fn channel_name(&self, folder: &str, described: &Described) -> String {
        if described.name.is_some() || described.members.is_empty() {
            return described.name.clone().unwrap_or_else(|| folder.to_owned());
        }
        let names: Vec<&str> =
            described.members.iter().map(|id| self.user(id).unwrap_or(id.as_str())).collect();
        names.join(", ")
    }

    fn day(&mut self, entry: Entry<'_>) -> Result<()> {
        self.sink.progress(entry.offset);
        let path = entry.path.to_owned();
        let Some(folder) = day_file(&path) else { return Ok(()) };
        self.tell_channel(folder)?;
        let mut number = 0;
        let flaw = split(entry.reader, None, &mut |piece| {
            number += 1;
            let place = || format!("{path}, record {number}");
            match piece {
                Piece::Record(bytes) => self.record(folder, bytes, place)?,
                Piece::Oversize(start) => self.sink.skip(skipped("too large", place(), start))?,
                Piece::Member(..) | Piece::Start => {}
            }
            Ok(true)
        })?;
        if let Some(flaw) = flaw {
            let place = format!("{path}, byte {}, after {number} records", flaw.offset);
            self.sink.skip(skipped(flaw.reason, place, b""))?;
        }
        Ok(())
    }

    fn record(&mut self, folder: &str, bytes: &[u8], place: impl Fn() -> String) -> Result<()> {
        let (message, mended) = match parse::<Message>(bytes) {
            Ok(parsed) => parsed,
            Err(reason) => return self.sink.skip(skipped(reason, place(), bytes)),
        };
        if mended && !std::mem::replace(&mut self.mended, true) {
            self.sink.warn(format!("{}: letters that are not UTF-8 were replaced.", place()));
        }
        let Some(ts) = message.ts.clone().filter(|t| !t.is_empty()) else {
            return self.sink.skip(skipped("no time", place(), bytes));
        };
        let root = message.thread_ts.clone().filter(|t| !t.is_empty()).unwrap_or_else(|| ts.clone());
        let (Some(at), Some(order)) = (time_of(&ts), time_of(&root)) else {
            return self.sink.skip(skipped("impossible date", place(), bytes));
        };
        self.tell_actor(&message)?;
        self.message(folder, &message, Times { at, ts, root, order })
    }

    /// Describes who wrote a message when no list has.
    fn tell_actor(&mut self, message: &Message) -> Result<()> {
        let Some(id) = message.actor() else { return Ok(()) };
        if self.people.told.contains(id) {
            return Ok(());
        }
        self.people.told.insert(id.to_owned());
        let empty = Profile::default();
        let profile = message.user_profile.as_ref().unwrap_or(&empty);
        let bot_name = message.bot_profile.as_ref().and_then(|b| b.name.as_deref());
        let name = first_of(&[
            profile.real_name.as_deref(),
            profile.display_name.as_deref(),
            message.username.as_deref(),
            bot_name,
        ])
        .map(str::to_owned);
        if let Some(name) = first_of(&[profile.display_name.as_deref(), name.as_deref()]) {
            self.people.names.insert(id.to_owned(), name.to_owned());
        }
        let marked = self.options.names_bot(&candidates(id, &[&name, &profile.name]));
        let bot = !message.has_user() || id == SLACKBOT || marked;
        self.sink.identity(IdentityDraft {
            external_id: id.to_owned(),
            name,
            handle: profile.name.clone(),
            email: None,
            avatar: profile.image_72.clone(),
            bot: bot.then_some(true),
        })
    }

    fn message(&mut self, folder: &str, message: &Message, times: Times) -> Result<()> {
        let Times { at, ts, root, order } = times;
        let mut draft = ActivityDraft::new(message.kind(), at, ts.clone(), folder);
        draft.rank = at;
        draft.actor = message.actor().map(str::to_owned);
        draft.parent = (root != ts).then(|| root.clone());
        draft.permalink = self.permalink(folder, &ts, &root);
        // Every row belongs to a conversation, notices too: people answer them.
        draft.conversation = Some(ConversationKey { order, key: root });
        draft.edited_at = message.edited.as_ref().and_then(|e| e.ts.as_deref()).and_then(time_of);
        draft.deleted = message.subtype.as_deref() == Some("tombstone");
        draft.text = self.text(message);
        let mut reactions = Vec::new();
        for reaction in message.reactions.iter().flatten() {
            let users = reaction.users.as_deref().unwrap_or_default();
            let named = u32::try_from(users.len()).unwrap_or(u32::MAX);
            draft.reactions += reaction.count.unwrap_or(named).saturating_sub(named);
            let emoji = reaction.name.as_deref().unwrap_or_default();
            reactions.extend(users.iter().map(|user| reaction_of(&draft, user, emoji)));
        }
        self.sink.activity(draft)?;
        reactions.into_iter().try_for_each(|r| self.sink.activity(r))
    }

    fn text(&self, message: &Message) -> Option<String> {
        let raw = message.text.as_deref().unwrap_or_default();
        let mut text = to_markdown(raw, self);
        if raw.trim().is_empty() {
            for shown in message.attachments.iter().flatten() {
                let parts = [&shown.pretext, &shown.title, &shown.text];
                let mut parts: Vec<&str> = parts.iter().filter_map(|p| p.as_deref()).collect();
                if parts.iter().all(|p| p.trim().is_empty()) {
                    parts = shown.fallback.as_deref().into_iter().collect();
                }
                for part in parts.into_iter().filter(|p| !p.trim().is_empty()) {
                    if !text.is_empty() {
                        text.push_str("\n\n");
                    }
                    text.push_str(&to_markdown(part, self));
                }
            }
        }
        message.files.iter().flatten().for_each(|file| add_reference(&mut text, file));
        finished(text)
    }

    fn permalink(&self, folder: &str, ts: &str, root: &str) -> Option<String> {
        let domain = self.domain.as_deref()?;
        let id = self.channels.by_folder.get(folder)?.id.as_deref()?;
        let number = ts.replace('.', "");
        let thread = if root == ts { String::new() } else { format!("?thread_ts={root}&cid={id}") };
        Some(format!("https://{domain}.slack.com/archives/{id}/p{number}{thread}"))
    }
}

struct Times {
    at: Micros,
    ts: String,
    root: String,
    order: Micros,
}

/// The export has no time of a reaction: the message's stands in.
fn reaction_of(message: &ActivityDraft, user: &str, emoji: &str) -> ActivityDraft {
    let id = format!("{}\t{user}\t{emoji}", message.external_id);
    let mut draft = ActivityDraft::new(Kind::REACTION_ADDED, message.at, id, message.channel.clone());
    draft.record = Record::Reaction;
    draft.rank = message.rank;
    draft.actor = Some(user.to_owned());
    draft.parent = Some(message.external_id.clone());
    draft.text = Some(format!(":{emoji}:"));
    draft
}

fn add_reference(text: &mut String, file: &File) {
    match file.mode.as_deref() {
        Some("tombstone") => add_file(text, "(deleted)", None),
        Some("hidden_by_limit") => add_file(text, "(beyond the limit of the workspace's plan)", None),
        _ => {
            let name = first_of(&[file.name.as_deref(), file.title.as_deref()]).unwrap_or("(without a name)");
            add_file(text, name, file.permalink.as_deref().map(without_query));
        }
    }
}
