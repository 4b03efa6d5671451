//! The one door into the log. A batch is one transaction: resolve identities and channels, append rows,
//! store texts, keep conversations and roll-ups.

mod names;
mod reconcile;

pub(crate) use reconcile::replace_row;

use crate::conversations::{self, Conversation, ConversationRef};
use crate::erase::Door;
use crate::log::{self, Body, Key, LogRow, take_numbers};
use crate::questions::Asks;
use crate::rollup::{Changes, FIRST, Frame, source_scope};
use crate::rules::Rules;
use crate::{ActivityDraft, ChannelDraft, IdentityDraft, Kind, Place};
use base::{Day, Error, Micros, Result, hash64};
use std::collections::{BTreeMap, HashMap};
use store::Conn;

/// From this many rows on a batch folds its own roll-ups; smaller ones leave deltas.
const FOLDS_AT_ONCE: usize = 64;
/// How many conversation numbers are remembered between batches.
const REMEMBERED_CONVERSATIONS: usize = 200_000;

/// What arrives together.
#[derive(Debug, Default)]
pub struct Batch {
    /// Accounts, described.
    pub identities: Vec<IdentityDraft>,
    /// Channels, described.
    pub channels: Vec<ChannelDraft>,
    /// Candidate activities.
    pub activities: Vec<ActivityDraft>,
}

impl Batch {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.identities.is_empty() && self.channels.is_empty() && self.activities.is_empty()
    }
}

/// What became of a batch.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Activities appended.
    pub activities: u64,
    /// The same by kind.
    pub by_kind: BTreeMap<Kind, u64>,
    /// Drafts whose record was there already.
    pub duplicates: u64,
    /// Identities seen for the first time.
    pub people: u64,
    /// Channels seen for the first time.
    pub channels: u64,
    /// The first and last `seq` that were given out.
    pub seqs: Option<(i64, i64)>,
    /// What was appended, each by record type and hash of the external id.
    pub appended: Vec<(i64, i64)>,
    /// The earliest and latest activity that was appended.
    pub span: Option<(Micros, Micros)>,
}

#[derive(Clone, Copy)]
struct Channel {
    id: i64,
    span: Option<(Micros, Micros)>,
}

/// Feeds one source. Remembers numbers between batches, so that a batch asks the database little.
pub struct Ingestor {
    source_id: i64,
    import_id: i64,
    channels: HashMap<String, Channel>,
    identities: HashMap<String, u32>,
    /// In the zone of `generation`.
    first_days: HashMap<u32, Day>,
    generation: i64,
    conversations: HashMap<ConversationRef, i64>,
    rules: Option<Rules>,
    /// Who was erased, and how they are recognised.
    door: Door,
}

/// A draft with its numbers, before it is a row.
struct Prepared {
    row: LogRow,
    body: Body,
    conversation: Option<ConversationRef>,
    title: Option<String>,
    /// How it asks, should it be an opening.
    asks: Asks,
}

impl Prepared {
    fn asks_by_rule(&self) -> Asks {
        self.body.asks_by_rule(self.row.kind)
    }
}

impl Ingestor {
    /// Feeds this source under this import (0: not from an import).
    pub fn new(source_id: i64, import_id: i64) -> Self {
        Self {
            source_id,
            import_id,
            channels: HashMap::new(),
            identities: HashMap::new(),
            first_days: HashMap::new(),
            generation: 0,
            conversations: HashMap::new(),
            rules: None,
            door: Door::default(),
        }
    }

    /// Takes a batch in. When it fails, nothing of it is stored and what was remembered is forgotten.
    ///
    /// # Errors
    /// When the database says no.
    pub fn ingest(&mut self, tx: &mut Conn<'_>, batch: Batch, now: Micros) -> Result<Outcome> {
        let result = self.ingest_inner(tx, batch, now);
        if result.is_err() {
            self.forget();
        }
        result
    }

    /// Forgets what was remembered; to be called when the transaction around a batch failed.
    pub fn forget(&mut self) {
        self.channels.clear();
        self.identities.clear();
        self.first_days.clear();
        self.conversations.clear();
        self.rules = None;
    }

    fn ingest_inner(&mut self, tx: &mut Conn<'_>, batch: Batch, now: Micros) -> Result<Outcome> {
        log::lock_append(tx)?;
        refuse_while_rebuilding(tx)?;
        if self.door.look(tx, self.source_id)? {
            // Somebody was erased since the batch before: what is remembered may name them.
            self.identities.clear();
        }
        let frame = Frame::load(tx)?;
        if frame.generation != self.generation {
            // The zone was changed since the batch before: remembered days are those of another zone.
            self.first_days.clear();
            self.generation = frame.generation;
        }
        // Who is staff or a bot may have been said anew since the batch before.
        self.rules = None;
        let mut outcome = Outcome::default();
        self.take_channels(tx, &batch, &mut outcome)?;
        self.take_identities(tx, &batch, now, &mut outcome)?;
        if batch.activities.is_empty() {
            return Ok(outcome);
        }
        let (mut prepared, repeats) = self.prepare(batch.activities)?;
        outcome.duplicates += repeats;
        let new_conversations = self.place_conversations(tx, &mut prepared)?;
        let n = prepared.len() as i64;
        let first_seq = take_numbers(tx, "seq", n)?;
        tx.ring(crate::LOG_BELL);
        for (i, p) in prepared.iter_mut().enumerate() {
            p.row.seq = first_seq + i as i64;
        }
        outcome.seqs = Some((first_seq, first_seq + n - 1));
        let rows: Vec<LogRow> = prepared.iter().map(|p| p.row.clone()).collect();
        let existing = log::append(tx, &rows)?;
        let mut fresh = Vec::with_capacity(prepared.len());
        let mut repeated = Vec::new();
        for (p, known) in prepared.into_iter().zip(existing) {
            match known {
                None => fresh.push(p),
                Some(known) => repeated.push((known, p)),
            }
        }
        self.store_fresh(tx, &frame, fresh, &new_conversations, &mut outcome)?;
        outcome.duplicates += repeated.len() as u64;
        for (known, p) in repeated {
            reconcile::reconcile(tx, &frame, known, p, self.import_id)?;
        }
        Ok(outcome)
    }

    /// Stores what was appended: texts, conversations, index, roll-ups, first days, spans.
    fn store_fresh(
        &mut self,
        tx: &mut Conn<'_>,
        frame: &Frame,
        mut fresh: Vec<Prepared>,
        new_conversations: &HashMap<i64, ConversationRef>,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let rows: Vec<LogRow> = fresh.iter().map(|p| p.row.clone()).collect();
        for p in fresh.iter_mut().filter(|p| p.conversation.is_some()) {
            p.asks = p.asks_by_rule();
        }
        let bodies: Vec<(i64, Body)> = fresh
            .iter_mut()
            .filter(|p| !p.body.is_empty())
            .map(|p| (p.row.seq, std::mem::take(&mut p.body)))
            .collect();
        log::insert_bodies(tx, &bodies)?;
        self.keep_conversations(tx, &fresh, new_conversations)?;
        self.keep_rollups(tx, frame, &rows)?;
        for row in &rows {
            outcome.activities += 1;
            outcome.appended.push((row.record, row.id_hash));
            *outcome.by_kind.entry(row.kind).or_default() += 1;
            outcome.span =
                Some(outcome.span.map_or((row.at, row.at), |(a, b)| (a.min(row.at), b.max(row.at))));
        }
        self.keep_spans(tx, &rows)
    }

    fn keep_rollups(&mut self, tx: &mut Conn<'_>, frame: &Frame, rows: &[LogRow]) -> Result<()> {
        let mut changes = Changes::default();
        let at_once = rows.len() >= FOLDS_AT_ONCE;
        let mut firsts: HashMap<u32, Day> = HashMap::new();
        for r in rows {
            let day = frame.zone.day_of(r.at);
            if at_once {
                changes.row(day, r.source_id, r.channel_id, r.kind, r.identity, 1);
            } else {
                tx.execute(
                    "INSERT INTO deltas (seq, day, source_id, channel_id, kind, identity)
                     VALUES ($1, $2, $3, $4, $5, $6)",
                    &[
                        r.seq.into(),
                        day.0.into(),
                        r.source_id.into(),
                        r.channel_id.into(),
                        i64::from(r.kind.0).into(),
                        r.identity.into(),
                    ],
                )?;
            }
            if r.kind.is_active() && r.identity != 0 {
                firsts.entry(r.identity).and_modify(|d| *d = (*d).min(day)).or_insert(day);
            }
        }
        for (identity, day) in firsts {
            let known = self.first_days.get(&identity).copied();
            // Only a candidate: folding compares it with what is stored.
            if known.is_none_or(|k| day < k) {
                changes.add(source_scope(self.source_id), FIRST, day, identity, 1);
                self.first_days.insert(identity, day);
            }
        }
        let part = rows.iter().map(|r| r.seq).min().unwrap_or_default();
        changes.append(tx, frame.generation, part)
    }

    fn keep_spans(&mut self, tx: &mut Conn<'_>, rows: &[LogRow]) -> Result<()> {
        let mut spans: BTreeMap<i64, (Micros, Micros)> = BTreeMap::new();
        for r in rows {
            let s = spans.entry(r.channel_id).or_insert((r.at, r.at));
            *s = (s.0.min(r.at), s.1.max(r.at));
        }
        for channel in self.channels.values_mut() {
            let Some(&(first, last)) = spans.get(&channel.id) else { continue };
            let span = channel.span.map_or((first, last), |(a, b)| (a.min(first), b.max(last)));
            if channel.span != Some(span) {
                channel.span = Some(span);
                // What is remembered may be behind: another import can feed the same channel.
                tx.execute(
                    "UPDATE channels SET first_at = CASE WHEN first_at < $1 THEN first_at ELSE $1 END,
                       last_at = CASE WHEN last_at > $2 THEN last_at ELSE $2 END WHERE channel_id = $3",
                    &[span.0.into(), span.1.into(), channel.id.into()],
                )?;
            }
        }
        Ok(())
    }

    fn keep_conversations(
        &mut self,
        tx: &mut Conn<'_>,
        fresh: &[Prepared],
        new: &HashMap<i64, ConversationRef>,
    ) -> Result<()> {
        let mut ids: Vec<i64> = fresh.iter().map(|p| p.row.conversation_id).filter(|&id| id != 0).collect();
        ids.sort_unstable();
        ids.dedup();
        let known: Vec<i64> = ids.iter().copied().filter(|id| !new.contains_key(id)).collect();
        let mut all: HashMap<i64, (Conversation, bool)> =
            conversations::load_many(tx, &known)?.into_iter().map(|(id, c)| (id, (c, false))).collect();
        for p in fresh.iter().filter(|p| p.row.conversation_id != 0) {
            let id = p.row.conversation_id;
            let entry = all.entry(id).or_insert_with(|| {
                let key = p.conversation.unwrap_or_default();
                (Conversation::empty(id, key, self.source_id), true)
            });
            entry.0.add(&p.row, p.asks);
            if p.title.is_some() {
                entry.0.title.clone_from(&p.title);
            }
        }
        let (new, known): (Vec<_>, Vec<_>) = ids.iter().filter_map(|id| all.get(id)).partition(|c| c.1);
        conversations::insert_many(tx, &new.iter().map(|c| &c.0).collect::<Vec<_>>())?;
        conversations::save_many(tx, &known.iter().map(|c| &c.0).collect::<Vec<_>>())
    }

    /// Gives every draft its channel, actor and key; later repeats within the batch replace earlier ones.
    fn prepare(&self, drafts: Vec<ActivityDraft>) -> Result<(Vec<Prepared>, u64)> {
        let mut at_key: HashMap<Key, usize> = HashMap::with_capacity(drafts.len());
        let mut out: Vec<Prepared> = Vec::with_capacity(drafts.len());
        let mut repeats = 0;
        for draft in drafts {
            let mut p = self.prepare_one(draft)?;
            match at_key.entry(p.row.key()) {
                std::collections::hash_map::Entry::Occupied(known) => {
                    repeats += 1;
                    let before = &mut out[*known.get()];
                    p.row.rank = p.row.rank.min(before.row.rank);
                    if p.body.edited_at >= before.body.edited_at {
                        *before = p;
                    }
                }
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(out.len());
                    out.push(p);
                }
            }
        }
        Ok((out, repeats))
    }

    fn prepare_one(&self, draft: ActivityDraft) -> Result<Prepared> {
        let channel = self
            .channels
            .get(&draft.channel)
            .ok_or_else(|| Error::internal("a draft's channel is known by now"))?;
        let identity = match &draft.actor {
            Some(actor) => *self
                .identities
                .get(actor)
                .ok_or_else(|| Error::internal("a draft's actor is known by now"))?,
            None => 0,
        };
        let place = match draft.place {
            Place::Channel => channel.id * 2,
            Place::Source => self.source_id * 2 + 1,
        };
        let conversation = draft.conversation.as_ref().map(|k| (place, k.order, hash64(&k.key)));
        // An id that is made of the text (where the source has none) is not worth storing beside the text.
        let has_id = draft.record != crate::Record::Message || !draft.external_id.contains('\t');
        let mut prepared = Prepared {
            row: LogRow {
                seq: 0,
                place,
                stated_at: draft.stated_at,
                record: draft.record as i64,
                id_hash: hash64(&draft.external_id),
                at: draft.at,
                rank: draft.rank,
                kind: draft.kind,
                source_id: self.source_id,
                channel_id: channel.id,
                identity,
                conversation_id: 0,
                follows: true,
                import_id: self.import_id,
            },
            body: Body {
                external_id: has_id.then_some(draft.external_id),
                text: draft.text,
                title: draft.title.clone(),
                permalink: draft.permalink,
                parent: draft.parent,
                reactions: i64::from(draft.reactions),
                edited_at: draft.edited_at,
                deleted: draft.deleted,
                asks: None,
            },
            conversation,
            title: draft.title,
            asks: Asks::No,
        };
        if self.door.is_erased(identity) {
            // The row counts as ever; nothing that somebody erased wrote is stored.
            prepared.body.drop_all(draft.kind);
            prepared.title = None;
        } else {
            self.door.keep_names_out(&mut prepared.body);
        }
        Ok(prepared)
    }

    /// Gives every draft its conversation's number; returns those that are new.
    fn place_conversations(
        &mut self,
        tx: &mut Conn<'_>,
        prepared: &mut [Prepared],
    ) -> Result<HashMap<i64, ConversationRef>> {
        if self.conversations.len() > REMEMBERED_CONVERSATIONS {
            self.conversations.clear();
        }
        let mut unknown: Vec<ConversationRef> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for key in prepared.iter().filter_map(|p| p.conversation) {
            if !self.conversations.contains_key(&key) && seen.insert(key) {
                unknown.push(key);
            }
        }
        let mut new = HashMap::new();
        if !unknown.is_empty() {
            let found = conversations::find_ids(tx, &unknown)?;
            let missing: Vec<_> = unknown.iter().filter(|k| !found.contains_key(*k)).copied().collect();
            self.conversations.extend(found);
            if !missing.is_empty() {
                let first = take_numbers(tx, "conversation", missing.len() as i64)?;
                for (i, key) in missing.into_iter().enumerate() {
                    self.conversations.insert(key, first + i as i64);
                    new.insert(first + i as i64, key);
                }
            }
        }
        let mut made = std::collections::HashSet::new();
        for p in prepared {
            if let Some(id) = p.conversation.and_then(|k| self.conversations.get(&k)) {
                p.row.conversation_id = *id;
                p.row.follows = !(new.contains_key(id) && made.insert(*id));
            }
        }
        Ok(new)
    }
}

/// While the roll-ups are made anew nothing may change below them.
pub(crate) fn refuse_while_rebuilding(tx: &mut Conn<'_>) -> Result<()> {
    if crate::settings::get(tx, "work.rebuild")?.is_some() {
        return Err(Error::conflict(
            "the roll-ups are being rebuilt for a new time zone; this goes on when that is done",
        ));
    }
    Ok(())
}
