//! Reads a tree of CSV files, row by row.

use super::csv_wire::{Date, Layout, kind_of, reactions_of};
use super::markup::{Names, to_markdown};
use super::survey::is_csv;
use crate::wording::{add_file, decoded, finished, skipped};
use base::{Micros, Result};
use community::{ActivityDraft, ChannelDraft, IdentityDraft};
use connect::{Entry, Files, ImportOptions, Sink};
use std::collections::{HashMap, HashSet};

/// Stands for everybody who deleted their account: rows of people, without a member.
const DELETED: &str = "Deleted User#0000";

/// How often progress is told within a file, in rows.
const STEP: u64 = 4096;

/// Reads everything.
pub(super) fn read(files: &mut Files, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
    let mut reader = Reader {
        options,
        sink,
        authors: HashMap::new(),
        channels: HashSet::new(),
        replaced: false,
        others: 0,
    };
    files.visit(&is_csv, &mut |entry| reader.file(entry))?;
    if reader.others > 0 {
        let others = reader.others;
        reader.sink.warn(format!("{others} CSV files are not DiscordChatExporter's and were left alone."));
    }
    reader.sink.progress(files.total_bytes());
    Ok(())
}

struct Author {
    name: String,
    at: Micros,
}

struct Reader<'s> {
    options: &'s ImportOptions,
    sink: &'s mut dyn Sink,
    /// By id: the name last told, and the time of the row that it came from.
    authors: HashMap<String, Author>,
    channels: HashSet<String>,
    replaced: bool,
    /// CSV files that are no exports.
    others: usize,
}

/// The exporter has written mentions out; ids that are left have no names here.
struct NoNames;

impl Names for NoNames {
    fn user(&self, _id: &str) -> Option<&str> {
        None
    }
    fn channel(&self, _id: &str) -> Option<&str> {
        None
    }
}

impl Reader<'_> {
    fn file(&mut self, entry: Entry<'_>) -> Result<()> {
        self.sink.progress(entry.offset);
        if entry.size == Some(0) {
            return self.sink.skip(skipped("the file is empty", entry.path.to_owned(), b""));
        }
        let Some((layout, mut rows)) = Layout::of(entry.reader) else {
            self.others += 1;
            return Ok(());
        };
        let channel = self.channel_of(entry.path)?;
        let mut row = csv::ByteRecord::new();
        let mut number: u64 = 0;
        loop {
            let more = match rows.read_byte_record(&mut row) {
                Ok(more) => more,
                Err(e) => {
                    let place = format!("{}, after row {number}", entry.path);
                    return self.sink.skip(skipped(format!("not readable as CSV: {e}"), place, b""));
                }
            };
            if !more {
                return Ok(());
            }
            number += 1;
            if number.is_multiple_of(STEP) {
                self.sink.progress(entry.position.bytes());
            }
            let rank = (entry.index as i64) << 32 | i64::try_from(number).unwrap_or(i64::MAX);
            if let Err(reason) = self.row(&layout, &row, &channel, rank)? {
                let place = format!("{}, row {number} (line {})", entry.path, line_of(&row));
                self.sink.skip(skipped(reason, place, &row.iter().collect::<Vec<_>>().join(&b';')))?;
            }
        }
    }

    /// The channel is known by the last two folders of the path; files that lie flat carry it in their name,
    /// as the exporter gives it: `Server - Category - channel [123].csv`.
    fn channel_of(&mut self, path: &str) -> Result<String> {
        let mut folders = path.rsplit('/').skip(1);
        let (channel, category) = match (folders.next(), folders.next()) {
            (Some(last), Some(above)) => (format!("{above}/{last}"), Some(above.to_owned())),
            (Some(last), None) => (last.to_owned(), None),
            _ => flat_name(path).unwrap_or_else(|| (self.options.source_name.clone(), None)),
        };
        if self.channels.insert(channel.clone()) {
            self.sink.channel(ChannelDraft {
                external_id: channel.clone(),
                name: Some(channel.clone()),
                category,
                private: false,
                permalink: None,
            })?;
        }
        Ok(channel)
    }

    /// Takes one row; the inner error is the reason for skipping it.
    fn row(
        &mut self,
        layout: &Layout,
        row: &csv::ByteRecord,
        channel: &str,
        rank: i64,
    ) -> Result<std::result::Result<(), String>> {
        if row.len() < layout.columns {
            return Ok(Err(format!("{} of {} columns; the row breaks off", row.len(), layout.columns)));
        }
        let field = |column: usize| row.get(column).unwrap_or_default();
        let (stated_at, at) = match Date::read(field(layout.date)) {
            Some(Date::Wall(wall)) => (wall, self.options.zone.from_local(wall)),
            Some(Date::Instant(at)) => (at, at),
            None => return Ok(Err("impossible date".to_owned())),
        };
        let (author, lossy_name) = decoded(field(layout.author));
        let (author_id, _) = decoded(layout.author_id.map_or(field(layout.author), field));
        let (content, lossy) = decoded(field(layout.content));
        if author_id.is_empty() {
            return Ok(Err("no author".to_owned()));
        }
        if (lossy || lossy_name) && !std::mem::replace(&mut self.replaced, true) {
            self.sink.warn(format!("{channel}: letters that are not UTF-8 were replaced."));
        }
        let deleted = author == DELETED;
        if !deleted {
            self.author(&author_id, &author, stated_at)?;
        }
        let mut external_id = String::with_capacity(author_id.len() + 1 + content.len());
        external_id.push_str(&author_id);
        external_id.push('\t');
        external_id.push_str(&content);
        let mut draft = ActivityDraft::new(kind_of(&content), at, external_id, channel);
        draft.stated_at = stated_at;
        draft.rank = rank;
        draft.actor = (!deleted).then(|| author_id.into_owned());
        let mut text = to_markdown(&content, &NoNames);
        if let Some(column) = layout.attachments {
            let (attachments, _) = decoded(field(column));
            add_attachments(&mut text, &attachments);
        }
        draft.text = finished(text);
        draft.reactions = layout.reactions.map_or(0, |column| reactions_of(&decoded(field(column)).0));
        self.sink.activity(draft)?;
        Ok(Ok(()))
    }

    /// Describes an author when first seen, and again when a later row has another name.
    fn author(&mut self, id: &str, author: &str, at: Micros) -> Result<()> {
        if let Some(known) = self.authors.get_mut(id) {
            if known.name == author {
                known.at = known.at.max(at);
                return Ok(());
            }
            if at < known.at {
                return Ok(());
            }
        }
        self.authors.insert(id.to_owned(), Author { name: author.to_owned(), at });
        let (name, number) = author.rsplit_once('#').unwrap_or((author, ""));
        let webhook = number == "0000";
        let bot = webhook || self.options.names_bot(&[author, name, id]);
        self.sink.identity(IdentityDraft {
            external_id: id.to_owned(),
            name: Some(name.to_owned()),
            handle: (!webhook).then(|| if number == "0" { name } else { author }.to_owned()),
            email: None,
            avatar: None,
            bot: bot.then_some(true),
        })
    }
}

fn line_of(row: &csv::ByteRecord) -> u64 {
    // The header line was read apart.
    row.position().map_or(0, |p| p.line() + 1)
}

/// Channel and category from a name that the exporter gave.
fn flat_name(name: &str) -> Option<(String, Option<String>)> {
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let name = name.rfind(" [").map_or(name, |at| &name[..at]);
    let mut parts = name.split(" - ").skip(1);
    let first = parts.next()?.to_owned();
    let rest: Vec<&str> = parts.collect();
    if rest.is_empty() {
        return Some((first, None));
    }
    Some((format!("{first}/{}", rest.join(" - ")), Some(first)))
}

/// Attachments are addresses joined by commas.
fn add_attachments(text: &mut String, attachments: &str) {
    for address in attachments.split(',').map(str::trim).filter(|a| !a.is_empty()) {
        let plain = connect::text::without_query(address);
        let name = plain.rsplit(['/', '\\']).next().unwrap_or(plain);
        add_file(text, name, Some(plain));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_files_carry_the_channel_in_their_name() {
        assert_eq!(
            flat_name("Guild - Lounge - talk [123].csv"),
            Some(("Lounge/talk".into(), Some("Lounge".into())))
        );
        assert_eq!(flat_name("Guild - talk.csv"), Some(("talk".into(), None)));
        assert_eq!(flat_name("1.csv"), None);
    }
}
