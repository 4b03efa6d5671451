//! From rows to drafts.

use super::mapping::{Part, TextFormat};
use super::plan::{Applied, Plan, wanted};
use super::rows::{Next, Row, Rows, Start};
use super::when::When;
use base::{Result, hash64};
use community::{ActivityDraft, ChannelDraft, ConversationKey, IdentityDraft, Kind, Record};
use connect::html::html_to_markdown;
use connect::markdown::{plain_to_markdown, safe_markdown, safe_url};
use connect::text::excerpt;
use connect::{Entry, Files, ImportOptions, Sink, Skipped};
use std::collections::HashSet;

/// Progress is told after this many rows.
const TELL_EVERY: u64 = 512;

/// Reads everything into the sink.
pub(super) fn read(
    files: &mut Files,
    plan: &Plan,
    options: &ImportOptions,
    sink: &mut dyn Sink,
) -> Result<()> {
    for reason in &plan.unfit {
        sink.warn(format!("left out: {reason}"));
    }
    let mut run = Run { plan, options, sink, people: HashSet::new(), channels: HashSet::new() };
    files.visit(&wanted, &mut |entry| run.file(entry))?;
    run.sink.progress(files.total_bytes());
    Ok(())
}

struct Run<'r> {
    plan: &'r Plan,
    options: &'r ImportOptions,
    sink: &'r mut dyn Sink,
    /// People and channels that were described already, as hashes.
    people: HashSet<i64>,
    channels: HashSet<i64>,
}

/// A row that cannot be taken: the reason, and the column it lies in if it is one.
struct Refused(&'static str, Option<String>);

impl Run<'_> {
    fn file(&mut self, entry: Entry<'_>) -> Result<()> {
        if !self.plan.fitting.contains(&entry.index) {
            return Ok(());
        }
        let (path, position, file) = (entry.path, entry.position.clone(), entry.index as i64);
        let mapping = &self.plan.mapping;
        let Some(start) = Start::read(&mut *entry.reader, mapping.form, mapping.delimiter)? else {
            return Ok(());
        };
        let mut rows = Rows::new(start, entry.reader);
        let mut number = 0u64;
        loop {
            number += 1;
            if number.is_multiple_of(TELL_EVERY) {
                self.sink.progress(position.bytes());
            }
            match rows.next()? {
                Next::End => return Ok(()),
                Next::Bad(reason, line, start) => {
                    self.skip(reason, format!("{path}, line {line}"), &start)?
                }
                Next::Row(row, line) => {
                    let rank =
                        (file << 32) | i64::try_from(number.min(u64::from(u32::MAX))).unwrap_or(i64::MAX);
                    if let Err(Refused(reason, column)) = self.row(&row, rank)? {
                        let column = column.map_or(String::new(), |c| format!(", column \"{c}\""));
                        self.skip(reason, format!("{path}, line {line}{column}"), &row.shown())?;
                    }
                }
            }
        }
    }

    fn row(&mut self, row: &Row<'_>, rank: i64) -> Result<std::result::Result<(), Refused>> {
        let fields = self.plan.fields_of(row);
        let mut draft = match self.draft(row, &fields) {
            Ok(draft) => draft,
            Err(refused) => return Ok(Err(refused)),
        };
        draft.rank = rank;
        self.channel(&draft.channel)?;
        if let Some(person) = &draft.actor {
            self.person(person, row, &fields)?;
        }
        self.sink.activity(draft).map(Ok)
    }

    fn draft(&self, row: &Row<'_>, fields: &Applied<'_>) -> std::result::Result<ActivityDraft, Refused> {
        let mapping = &self.plan.mapping;
        let column = |part| fields.field(part).and_then(|f| f.column.clone());
        let Some(time) = fields.value(Part::Time, row) else {
            return Err(Refused("no time", column(Part::Time)));
        };
        let when = mapping.time_format.parse(&time, &self.options.zone);
        let When { at, stated_at, .. } =
            when.ok_or_else(|| Refused("impossible date", column(Part::Time)))?;
        let kind = match fields.value(Part::Kind, row) {
            None => Kind::MESSAGE_POSTED,
            Some(word) => mapping.kind(&word).ok_or_else(|| Refused("unknown kind", column(Part::Kind)))?,
        };
        let channel = fields.value(Part::Channel, row).unwrap_or_else(|| self.options.source_name.clone());
        let actor = fields.value(Part::Person, row).filter(|p| !mapping.nobody.contains(p));
        let title = fields.value(Part::Title, row).map(|t| self.signs(t)).filter(|_| kind.opens());
        let raw = fields.value(Part::Text, row);
        let parent = fields.value(Part::Parent, row);
        let id = fields.value(Part::Id, row);
        let known = id.clone().unwrap_or_else(|| {
            let what = raw.as_deref().or(title.as_deref()).unwrap_or(kind.name());
            let who = actor.as_deref().unwrap_or_default();
            match kind {
                Kind::REACTION_ADDED => format!("{}\t{who}\t{what}", parent.as_deref().unwrap_or_default()),
                _ => format!("{who}\t{what}"),
            }
        });
        let mut draft = ActivityDraft::new(kind, at, known, channel);
        draft.stated_at = stated_at;
        draft.record = record_of(kind);
        draft.actor = actor;
        draft.conversation = self.conversation(row, fields, kind, id);
        draft.title = title;
        draft.parent = parent;
        draft.deleted = raw.as_ref().is_some_and(|t| mapping.deleted_text.contains(t));
        draft.text = raw.filter(|_| !draft.deleted).map(|t| self.text(t)).filter(|t| !t.is_empty());
        draft.permalink = fields.value(Part::Permalink, row).and_then(|link| safe_url(&link, None));
        draft.reactions = fields.value(Part::Reactions, row).map_or(0, |n| count(&n));
        Ok(draft)
    }

    /// The conversation that the row names; a row that names none begins its own if it has an id.
    fn conversation(
        &self,
        row: &Row<'_>,
        fields: &Applied<'_>,
        kind: Kind,
        id: Option<String>,
    ) -> Option<ConversationKey> {
        fields.field(Part::Conversation)?;
        if !matches!(record_of(kind), Record::Message) {
            return None;
        }
        let key = fields.value(Part::Conversation, row).or_else(|| id.filter(|_| kind.opens()))?;
        Some(ConversationKey { order: age_of(&key), key })
    }

    fn text(&self, cell: String) -> String {
        let text = self.signs(cell);
        match self.plan.mapping.text_format {
            TextFormat::Plain => plain_to_markdown(&text),
            TextFormat::Markdown => safe_markdown(&text),
            TextFormat::Html => html_to_markdown(&text, None),
        }
    }

    fn signs(&self, cell: String) -> String {
        if !self.plan.mapping.unescape || !cell.contains('&') {
            return cell;
        }
        cell.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }

    fn channel(&mut self, id: &str) -> Result<()> {
        if !self.channels.insert(hash64(id)) {
            return Ok(());
        }
        let name = Some(id.to_owned());
        self.sink.channel(ChannelDraft { external_id: id.to_owned(), name, ..Default::default() })
    }

    fn person(&mut self, id: &str, row: &Row<'_>, fields: &Applied<'_>) -> Result<()> {
        if !self.people.insert(hash64(id)) {
            return Ok(());
        }
        let name = fields.value(Part::Name, row).unwrap_or_else(|| id.to_owned());
        let bot = self.plan.mapping.bots.iter().any(|b| b == id) || self.options.names_bot(&[id, &name]);
        self.sink.identity(IdentityDraft {
            external_id: id.to_owned(),
            name: Some(name),
            handle: None,
            email: fields.value(Part::Email, row).map(|e| e.to_lowercase()),
            avatar: None,
            bot: bot.then_some(true),
        })
    }

    fn skip(&mut self, reason: &str, place: String, record: &str) -> Result<()> {
        self.sink.skip(Skipped { reason: reason.to_owned(), place, excerpt: excerpt(record) })
    }
}

fn record_of(kind: Kind) -> Record {
    match kind {
        Kind::REACTION_ADDED => Record::Reaction,
        Kind::MEMBER_JOINED | Kind::MEMBER_LEFT => Record::Membership,
        Kind::ANSWER_ACCEPTED => Record::Acceptance,
        _ => Record::Message,
    }
}

/// A number that grows with the conversation's age, where its id is one: plain, or Reddit's in base 36.
fn age_of(key: &str) -> i64 {
    let number = match key.strip_prefix("t3_") {
        Some(digits) if digits.len() <= 10 => i64::from_str_radix(digits, 36),
        _ => key.parse(),
    };
    number.unwrap_or(0).max(0)
}

/// A number of reactions; what is below nothing is nothing.
fn count(cell: &str) -> u32 {
    cell.parse::<f64>().map_or(0, |n| n.clamp(0.0, f64::from(u32::MAX)) as u32)
}
