//! From mailboxes to drafts, in two passes: first which ids there are and who answers whom, then the messages
//! one by one.

use super::body;
use super::messages::{Messages, Raw};
use super::threads::{Collecting, Threads};
use super::wire::{Head, from_line_date};
use base::{Error, Micros, Result, hash64};
use community::{ActivityDraft, ChannelDraft, ConversationKey, IdentityDraft, Kind, Place};
use connect::text::excerpt;
use connect::{Entry, Files, ImportOptions, Sink, Skipped};
use std::collections::HashMap;

/// Progress is told after this many messages.
const TELL_EVERY: u64 = 256;
/// How many bytes of text are held for the sake of repeats.
const MAX_HELD: usize = 16 << 20;
/// Endings of files that are certainly no mailboxes.
const OTHERS: [&str; 16] = [
    ".md", ".html", ".htm", ".css", ".js", ".json", ".csv", ".xml", ".png", ".jpg", ".jpeg", ".gif", ".pdf",
    ".asc", ".sig", ".idx",
];

/// Checks that there is a mailbox and returns the list's name if a message says it.
pub(super) fn inspect(files: &mut Files) -> Result<Option<String>> {
    let (mut found, mut list) = (false, None);
    let outcome = files.visit(&wanted, &mut |entry| {
        let mut messages = Messages::new(entry.reader);
        while let Some(raw) = messages.next()? {
            if raw.from_line.is_empty() {
                continue;
            }
            found = true;
            list = Head::read(&raw.bytes).and_then(|(head, _)| head.list).and_then(|l| list_name(&l));
            return Err(Error::internal("enough was seen"));
        }
        Ok(())
    });
    if found {
        return Ok(list);
    }
    outcome?;
    let seen = match files.entries().first() {
        None => "there are no files".to_owned(),
        Some(first) => format!("{} files were found, the first is {}", files.entries().len(), first.path),
    };
    Err(Error::invalid(format!(
        "no mailbox here: expected files in which every message begins with a line like \"From ana@example.org \
         Mon Jan  1 10:00:00 2024\", but {seen}. Hand over the list's .mbox, .txt or .txt.gz files."
    )))
}

/// `Name <talk.lists.example.org>` or `<talk.lists.example.org>`: the first part of the id.
fn list_name(list_id: &str) -> Option<String> {
    let id = list_id.rsplit_once('<').map_or(list_id, |(_, id)| id);
    let name = id.split(['.', '>']).next().unwrap_or_default().trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Reads everything into the sink.
pub(super) fn read(files: &mut Files, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
    let mut first = First::default();
    files.visit(&wanted, &mut |entry| first.file(entry, sink))?;
    let total = files.total_bytes();
    let prefix = first.list_prefix();
    let mut second = Second {
        options,
        sink,
        threads: first.threads.resolve(),
        prefix,
        half: total / 2,
        people: HashMap::new(),
        repeats: HashMap::new(),
        held: 0,
        nameless: HashMap::new(),
    };
    let name = options.source_name.clone();
    let channel = ChannelDraft { external_id: name.clone(), name: Some(name), ..Default::default() };
    second.sink.channel(channel)?;
    files.visit(&wanted, &mut |entry| second.file(entry))?;
    second.sink.progress(total);
    Ok(())
}

fn wanted(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    !path.starts_with("__MACOSX/") && !name.starts_with('.') && !OTHERS.iter().any(|o| name.ends_with(o))
}

/// What is known of a message before its body is read, or why it is not taken.
fn head_of(raw: &Raw) -> std::result::Result<(Head, Micros, usize), &'static str> {
    if raw.from_line.is_empty() {
        return Err("text outside of messages");
    }
    if raw.too_large {
        return Err("larger than 32 MiB");
    }
    let Some((head, body)) = Head::read(&raw.bytes) else { return Err("no header") };
    let at = head.date.or_else(|| from_line_date(&raw.from_line).flatten());
    let Some(at) = at else { return Err("impossible date") };
    Ok((head, at, body))
}

/// The first pass.
#[derive(Default)]
struct First {
    threads: Collecting,
    messages: u64,
    /// What stands in brackets at the start of subjects, and how often.
    tags: HashMap<String, u64>,
}

impl First {
    fn file(&mut self, entry: Entry<'_>, sink: &mut dyn Sink) -> Result<()> {
        let position = entry.position.clone();
        let mut messages = Messages::new(entry.reader);
        while let Some(raw) = messages.next()? {
            let Ok((head, _, _)) = head_of(&raw) else { continue };
            self.threads.add(&head);
            if let Some(tag) = tag_of(without_replies(&head.subject))
                && (self.tags.len() < 1_000 || self.tags.contains_key(tag))
            {
                *self.tags.entry(tag.to_owned()).or_default() += 1;
            }
            self.messages += 1;
            if self.messages.is_multiple_of(TELL_EVERY) {
                sink.progress(position.bytes() / 2);
            }
        }
        Ok(())
    }

    /// The list's own tag: the one that a third of all subjects begin with.
    fn list_prefix(&self) -> Option<String> {
        let (tag, count) = self.tags.iter().max_by_key(|(tag, count)| (**count, tag.as_str()))?;
        (*count > 1 && *count * 3 >= self.messages).then(|| tag.clone())
    }
}

/// The second pass.
struct Second<'r> {
    options: &'r ImportOptions,
    sink: &'r mut dyn Sink,
    threads: Threads,
    prefix: Option<String>,
    half: u64,
    /// Addresses that were described already, as hashes, and whether with a name.
    people: HashMap<i64, bool>,
    /// The first message of each id that comes several times.
    repeats: HashMap<i64, ActivityDraft>,
    /// Bytes of text in `repeats`.
    held: usize,
    /// How often each message without an id came.
    nameless: HashMap<i64, u32>,
}

impl Second<'_> {
    fn file(&mut self, entry: Entry<'_>) -> Result<()> {
        let (path, position) = (entry.path, entry.position.clone());
        let mut messages = Messages::new(entry.reader);
        let mut number = 0i64;
        while let Some(raw) = messages.next()? {
            number += 1;
            match head_of(&raw) {
                Ok((head, at, body)) => {
                    let rank = ((entry.index as i64) << 32) | number;
                    self.message(&raw, &head, at, body, rank)?;
                }
                Err(reason) => {
                    let place = format!("{path}, line {}", raw.line);
                    let start = String::from_utf8_lossy(&raw.bytes[..raw.bytes.len().min(2_000)]);
                    let excerpt = excerpt(format!("{}\n{start}", raw.from_line).trim());
                    self.sink.skip(Skipped { reason: reason.to_owned(), place, excerpt })?;
                }
            }
            if (number as u64).is_multiple_of(TELL_EVERY) {
                self.sink.progress(self.half + position.bytes() / 2);
            }
        }
        Ok(())
    }

    fn message(&mut self, raw: &Raw, head: &Head, at: Micros, body: usize, rank: i64) -> Result<()> {
        self.person(head)?;
        let external_id = match &head.id {
            Some(id) => id.clone(),
            None => self.nameless(head, at, &raw.bytes[body.min(raw.bytes.len())..]),
        };
        let kind = if head.is_reply() { Kind::REPLY_POSTED } else { Kind::TOPIC_OPENED };
        let root = self.threads.root(head);
        let mut draft = ActivityDraft::new(kind, at, external_id, self.options.source_name.clone());
        draft.title =
            root.is_none().then(|| title(&head.subject, self.prefix.as_deref())).filter(|t| !t.is_empty());
        let key = root.unwrap_or(&draft.external_id).to_owned();
        draft.conversation = Some(ConversationKey { order: 0, key });
        draft.parent = self.threads.parent(head).map(str::to_owned);
        draft.place = Place::Source;
        draft.rank = rank;
        draft.actor = head.from.as_ref().map(|p| p.address.clone());
        draft.text = Some(body::text(&raw.bytes, body, head.mime)).filter(|t| !t.is_empty());
        let draft = self.as_the_first(draft);
        self.sink.activity(draft)
    }

    /// A repeat says what the message said that it repeats, so that the first stays whichever is stored last;
    /// only its own place in the order differs, which makes it a duplicate with the higher rank.
    fn as_the_first(&mut self, mut draft: ActivityDraft) -> ActivityDraft {
        if !self.threads.is_repeated(&draft.external_id) {
            return draft;
        }
        let id = hash64(&draft.external_id);
        if let Some(first) = self.repeats.get(&id) {
            let text = first.text.clone().or(draft.text.take());
            return ActivityDraft { rank: draft.rank, text, ..first.clone() };
        }
        // Two copies of a whole archive make every message a repeat; then their texts are the same anyway.
        let size = draft.text.as_ref().map_or(0, String::len);
        let keep = self.held + size <= MAX_HELD;
        self.held += if keep { size } else { 0 };
        let text = draft.text.clone().filter(|_| keep);
        self.repeats.insert(id, ActivityDraft { text, ..draft.clone() });
        draft
    }

    /// What identifies a message without an id; equal ones are told apart by how many came before.
    fn nameless(&mut self, head: &Head, at: Micros, body: &[u8]) -> String {
        let from = head.from.as_ref().map_or("", |p| p.address.as_str());
        let content = hash64(&String::from_utf8_lossy(body));
        let id = format!("no-id\t{from}\t{at}\t{content:016x}");
        let before = self.nameless.entry(hash64(&id)).or_default();
        *before += 1;
        format!("{id}\t{before}")
    }

    fn person(&mut self, head: &Head) -> Result<()> {
        let Some(person) = &head.from else { return Ok(()) };
        // An address is described when it is first seen, and again when its name is.
        let named = person.name.is_some();
        match self.people.insert(hash64(&person.address), named) {
            Some(true) => {
                self.people.insert(hash64(&person.address), true);
                return Ok(());
            }
            Some(false) if !named => return Ok(()),
            _ => {}
        }
        let bot =
            self.options.names_bot(&[&person.address, person.name.as_deref().unwrap_or(&person.address)]);
        self.sink.identity(IdentityDraft {
            external_id: person.address.clone(),
            name: person.name.clone(),
            handle: None,
            email: person.address.contains('@').then(|| person.address.clone()),
            avatar: None,
            bot: bot.then_some(true),
        })
    }
}

/// A subject without the list's tag and without "Re:", however often they stand there.
fn title(subject: &str, prefix: Option<&str>) -> String {
    let mut rest = subject;
    loop {
        let mut shorter = without_replies(rest);
        if let Some(prefix) = prefix
            && tag_of(shorter) == Some(prefix)
        {
            shorter = shorter[prefix.len()..].trim_start();
        }
        if shorter.len() == rest.len() {
            return rest.to_owned();
        }
        rest = shorter;
    }
}

fn without_replies(subject: &str) -> &str {
    let mut rest = subject.trim();
    'marks: loop {
        for mark in ["re", "aw", "sv", "antw", "rép"] {
            let Some(start) = rest.get(..mark.len()) else { continue };
            let after = rest[mark.len()..].trim_start();
            if start.to_lowercase() == *mark
                && let Some(after) = after.strip_prefix(':')
            {
                rest = after.trim_start();
                continue 'marks;
            }
        }
        return rest;
    }
}

/// The tag in brackets at the start, with its brackets.
fn tag_of(subject: &str) -> Option<&str> {
    let end = subject.strip_prefix('[')?.find(']')? + 2;
    (end <= 80).then(|| &subject[..end])
}
