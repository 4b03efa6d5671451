//! Conversations as people work through them: a page of a list under filters, one with its messages and what
//! was said around it, and what in a chat speaks for an answer outside of the thread.

use super::{LogView, Population, Scope, Staff, ids};
use crate::Kind;
use crate::conversations::{Opening, people_of};
use crate::marks::{ConversationRef, Mark, MarkRow};
use crate::questions::Asks;
use base::{Error, Micros, Period, Result};
use std::collections::HashMap;
use store::Row;

/// How soon a message in the channel must follow an opening to speak for an answer: 4 hours.
pub const SOON: Micros = 4 * 3_600_000_000;

/// How many rows are read at first, then, and at last: most pages are full after the first.
const STEPS: [usize; 3] = [400, 6_000, usize::MAX];
/// How many numbers stand in one statement.
const CHUNK: usize = 20_000;

/// A conversation as its row says it, under masks and links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Its number.
    pub conversation: i64,
    /// Its key, the same after an undo and a newer import.
    pub key: ConversationRef,
    /// When it was opened.
    pub at: Micros,
    /// The member who opened it; 0 for a bot and for nobody.
    pub opener: u32,
    /// The identity that opened it.
    pub identity: u32,
    /// The kind of the opening.
    pub kind: Kind,
    /// Where.
    pub channel_id: i64,
    /// The source.
    pub source_id: i64,
    /// What the rule says of its opening.
    pub asks: Asks,
    /// Whether it counts as a question: rule, channels for help, and what people said.
    pub question: bool,
    /// Active rows of members beyond the opening.
    pub replies: u32,
    /// Members who wrote in it.
    pub people: u32,
    /// The first later row by another human member.
    pub answered_at: Option<Micros>,
    /// The row of the opening.
    pub opened_seq: i64,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// The beginning of the opening's text.
    pub text: Option<String>,
    /// Where the opening can be read at its source.
    pub permalink: Option<String>,
    /// The identity that opened it.
    pub author: Author,
}

/// How to call an identity, and under which id it is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// `idn_…`; empty for nobody.
    pub public_id: String,
    /// The name, else the handle, else the source's own id; empty for nobody.
    pub name: String,
}

/// What people say about questions, read by whoever asks: every mark, and the channels for help.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Marks by conversation, oldest first, those that ended too; all, or those of the conversations at hand.
    pub marks: HashMap<ConversationRef, Vec<MarkRow>>,
    /// [`LogView::help_channels`].
    pub help: Vec<i64>,
}

impl Said {
    /// The marks of a conversation, oldest first.
    pub fn of(&self, key: ConversationRef) -> &[MarkRow] {
        self.marks.get(&key).map_or(&[], Vec::as_slice)
    }

    fn is_question(&self, asks: Asks, channel_id: i64, key: ConversationRef) -> bool {
        let held = self.of(key).iter().filter(|m| m.ended_at.is_none());
        let mut held = held.filter(|m| matches!(m.mark, Mark::Question | Mark::NotQuestion));
        match held.next_back() {
            Some(m) => m.mark == Mark::Question,
            None => asks != Asks::No || self.help.contains(&channel_id),
        }
    }
}

/// Which conversations are listed.
#[derive(Clone, Debug, Default)]
pub struct ThreadAsk {
    /// Sources, channels, openers that count, and whether only questions.
    pub scope: Scope,
    /// Opened at this instant or later.
    pub from: Micros,
    /// Opened before this instant.
    pub to: Micros,
    /// Only those that this member opened.
    pub opener: Option<u32>,
    /// Only these; `None` for all.
    pub only: Option<Vec<i64>>,
    /// Only those that nobody else wrote in, and those that a mark says wait for the asker.
    pub unanswered: bool,
    /// The oldest first.
    pub oldest: bool,
    /// Behind this place in the order: (time, number).
    pub after: Option<(Micros, i64)>,
}

/// What in a chat speaks for an answer that is not in the thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Echo {
    /// When another human member wrote in the channel, soon after the opening.
    pub followed_at: Option<Micros>,
    /// Whether somebody reacted to the opening.
    pub reacted: bool,
}

const SELECT: &str = "c.conversation_id, c.place, c.ordering, c.key_hash, c.opened_at, c.opened_rank, c.opened_kind, \
     c.opener, c.channel_id, c.source_id, c.question, c.people, c.opened_seq, COALESCE(c.title, t.title), \
     SUBSTR(t.text, 1, 600), t.permalink, i.public_id, COALESCE(i.name, i.handle, i.external_id)";

/// What [`SELECT`] is read from.
const FROM: &str = "FROM conversations c LEFT JOIN messages t ON t.seq = c.opened_seq \
     LEFT JOIN identities i ON i.identity = c.opener";

impl LogView<'_, '_> {
    /// Conversations that wait for an answer by their kind and were opened by a human member, in the order that
    /// was asked: `limit` of those that `fits` takes.
    ///
    /// # Errors
    /// When the database says no.
    pub fn threads(
        &mut self,
        ask: &ThreadAsk,
        said: &Said,
        limit: usize,
        fits: &mut dyn FnMut(&Thread) -> bool,
    ) -> Result<Vec<Thread>> {
        let mut found = Vec::new();
        let narrow = ask.unanswered || ask.scope.population == Population::Questions;
        if narrow && ask.only.is_none() && ask.opener.is_none() {
            let places = self.narrow_places(ask, said)?;
            self.take_threads(ask, said, places, limit, fits, &mut found)?;
            return Ok(found);
        }
        for window in self.windows(ask) {
            let mut after = ask.after;
            for step in STEPS {
                let places = self.thread_places(ask, window, after, step)?;
                let full = places.len() == step;
                after = places.last().copied().or(after);
                if self.take_threads(ask, said, places, limit, fits, &mut found)? {
                    return Ok(found);
                }
                if !full {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Times to look through one after the other, in the order that was asked: most pages are full after a
    /// month.
    fn windows(&self, ask: &ThreadAsk) -> Vec<(Micros, Micros)> {
        let spans = || self.channels.iter().filter_map(|c| c.span);
        let mut from = ask.from.max(spans().map(|s| s.0).min().unwrap_or(0));
        let mut to = ask.to.min(spans().map(|s| s.1).max().unwrap_or(0).saturating_add(1));
        match ask.after {
            Some((at, _)) if ask.oldest => from = from.max(at),
            Some((at, _)) => to = to.min(at.saturating_add(1)),
            None => {}
        }
        let mut windows = Vec::new();
        for days in if ask.only.is_some() || ask.opener.is_some() { &[][..] } else { &[31][..] } {
            let length = days * 86_400_000_000;
            if to.saturating_sub(from) <= length {
                break;
            }
            if ask.oldest {
                windows.push((from, from + length));
                from += length;
            } else {
                windows.push((to - length, to));
                to -= length;
            }
        }
        windows.push((from, to));
        windows
    }

    /// Where those lie that ask or have no answer, from the blocks of conversations.
    fn narrow_places(&mut self, ask: &ThreadAsk, said: &Said) -> Result<Vec<(Micros, i64)>> {
        let marked = |m: &MarkRow| m.ended_at.is_none() && m.mark == Mark::WaitsForAsker;
        let waits = if ask.unanswered && said.marks.values().flatten().any(marked) {
            crate::marks::waiting(self.conn)?
        } else {
            Vec::new()
        };
        let zone = self.zone();
        let far = 4_000_000 * 86_400_000_000;
        let period = (ask.from > -far || ask.to < far).then(|| Period {
            first: zone.day_of(ask.from.max(-far / 8)),
            last: zone.day_of(ask.to.min(far / 8)),
        });
        let mut places = Vec::new();
        let read = self.each_opened(&ask.scope, period, &mut |o| {
            let open = o.answered_at.is_none() || waits.binary_search(&o.conversation).is_ok();
            if o.at >= ask.from && o.at < ask.to && (open || !ask.unanswered) {
                places.push((o.at, o.conversation));
            }
        })?;
        // Without reply links nobody knows what waits.
        Ok(read.map(|()| places).unwrap_or_default())
    }

    /// Reads the rows of places until enough fit; whether that is so.
    fn take_threads(
        &mut self,
        ask: &ThreadAsk,
        said: &Said,
        mut places: Vec<(Micros, i64)>,
        limit: usize,
        fits: &mut dyn FnMut(&Thread) -> bool,
        found: &mut Vec<Thread>,
    ) -> Result<bool> {
        places.sort_unstable();
        if !ask.oldest {
            places.reverse();
        }
        if let Some(after) = ask.after {
            let behind = |p: &(Micros, i64)| if ask.oldest { *p > after } else { *p < after };
            places.retain(behind);
        }
        let openers = self.graph.mask(ask.scope.staff);
        let mut rest = places.as_slice();
        for step in STEPS {
            let (now, later) = rest.split_at(step.min(rest.len()));
            rest = later;
            let mut rows = self.thread_rows(&now.iter().map(|p| p.1).collect::<Vec<_>>(), said)?;
            for (_, id) in now {
                let Some(thread) = rows.remove(id) else { continue };
                let counts = openers.member(thread.identity) != 0
                    && thread.kind.opens()
                    && ask.opener.is_none_or(|o| o == thread.opener)
                    && (ask.scope.population == Population::Openings || thread.question);
                if counts && fits(&thread) {
                    found.push(thread);
                    if found.len() == limit {
                        return Ok(true);
                    }
                }
            }
            if rest.is_empty() {
                break;
            }
        }
        Ok(false)
    }

    /// Where the next conversations of these channels lie in the order: (time, number), as the index says it.
    fn thread_places(
        &mut self,
        ask: &ThreadAsk,
        (from, to): (Micros, Micros),
        after: Option<(Micros, i64)>,
        most: usize,
    ) -> Result<Vec<(Micros, i64)>> {
        let channels = ids(self.scope_channels(&ask.scope).iter().map(|c| c.channel_id));
        let (sign, order) = if ask.oldest { (">", "ASC") } else { ("<", "DESC") };
        let mut sql = format!(
            "SELECT opened_at, conversation_id FROM conversations
             WHERE channel_id IN ({channels}) AND opened_at >= $1 AND opened_at < $2
               AND (opened_at {sign} $3 OR opened_at = $3 AND conversation_id {sign} $4)"
        );
        if let Some(member) = ask.opener {
            let identities = self.graph.identities_of(member);
            sql.push_str(&format!(" AND opener IN ({})", ids(identities.into_iter().map(i64::from))));
        }
        if let Some(only) = &ask.only {
            sql.push_str(&format!(" AND conversation_id IN ({})", ids(only.iter().copied())));
        }
        sql.push_str(&format!(" ORDER BY opened_at {order}, conversation_id {order} LIMIT $5"));
        let after = after.unwrap_or(if ask.oldest { (i64::MIN, i64::MIN) } else { (i64::MAX, i64::MAX) });
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let bounds = [from.into(), to.into(), after.0.into(), after.1.into(), most.into()];
        self.conn.query(&sql, &bounds, |r| Ok((r.int(0)?, r.int(1)?)))
    }

    fn thread_rows(&mut self, numbers: &[i64], said: &Said) -> Result<HashMap<i64, Thread>> {
        let everybody = self.graph.mask(Staff::Include);
        let mut rows = HashMap::with_capacity(numbers.len());
        for chunk in numbers.chunks(CHUNK) {
            let sql =
                format!("SELECT {SELECT} {FROM} WHERE c.conversation_id IN ({})", ids(chunk.iter().copied()));
            self.conn.for_each(&sql, &[], |r| {
                let thread = read(r, &|identity| everybody.member(identity), said)?;
                rows.insert(thread.conversation, thread);
                Ok(())
            })?;
        }
        Ok(rows)
    }

    /// One conversation, whatever its kind and opener.
    ///
    /// # Errors
    /// `NotFound` when there is none of this number.
    pub fn thread(&mut self, conversation: i64, said: &Said) -> Result<Thread> {
        self.thread_rows(&[conversation], said)?.remove(&conversation).ok_or_else(|| {
            Error::not_found(format!(
                "there is no conversation {conversation}; it may have gone with an import that was taken back"
            ))
        })
    }

    /// What speaks for an answer outside of the thread, for conversations of chats; others are left out.
    ///
    /// # Errors
    /// When the database says no.
    pub fn echoes(&mut self, conversations: &[i64]) -> Result<HashMap<i64, Echo>> {
        let mut echoes: HashMap<i64, Echo> = HashMap::new();
        let chats = self.sources.iter().filter(|s| matches!(s.network.as_str(), "slack" | "discord"));
        let chats = ids(chats.map(|s| s.source_id));
        let mask = self.graph.mask(Staff::Include);
        for chunk in conversations.chunks(500) {
            let sql = format!(
                "SELECT c.conversation_id, c.opener, b.identity, b.kind, MIN(b.at)
                 FROM conversations c JOIN activities o ON o.seq = c.opened_seq
                 JOIN activities b ON b.place = o.place AND b.stated_at >= o.stated_at AND b.stated_at <= o.stated_at + $1
                 LEFT JOIN messages om ON om.seq = o.seq LEFT JOIN messages bm ON bm.seq = b.seq AND b.kind = {reaction}
                 WHERE c.conversation_id IN ({list}) AND c.source_id IN ({chats}) AND b.channel_id = c.channel_id
                   AND b.seq <> o.seq AND (b.kind = {posted} AND b.follows = 0 OR b.kind = {posted} AND b.conversation_id <> c.conversation_id
                     OR b.kind = {reaction} AND bm.parent = om.external_id)
                 GROUP BY c.conversation_id, c.opener, b.identity, b.kind
                 UNION ALL SELECT c.conversation_id, c.opener, 0, {reaction}, c.opened_at
                 FROM conversations c JOIN messages m ON m.seq = c.opened_seq
                 WHERE c.conversation_id IN ({list}) AND c.source_id IN ({chats}) AND m.reactions > 0",
                reaction = Kind::REACTION_ADDED.0,
                posted = Kind::MESSAGE_POSTED.0,
                list = ids(chunk.iter().copied()),
            );
            self.conn.for_each(&sql, &[SOON.into()], |r| {
                let (opener, who) = (mask.member(r.int(1)? as u32), mask.member(r.int(2)? as u32));
                let (kind, at) = (Kind(r.int(3)? as i16), r.int(4)?);
                let unnamed = r.int(2)? == 0;
                let echo = echoes.entry(r.int(0)?).or_default();
                if kind == Kind::REACTION_ADDED {
                    echo.reacted |= unnamed || (who != 0 && who != opener);
                } else if who != 0 && who != opener {
                    echo.followed_at = Some(echo.followed_at.map_or(at, |f| f.min(at)));
                }
                Ok(())
            })?;
        }
        Ok(echoes)
    }
}

fn read(r: &Row<'_>, member: &dyn Fn(u32) -> u32, said: &Said) -> Result<Thread> {
    let opening = Opening {
        seq: r.int(12)?,
        at: r.int(4)?,
        rank: r.int(5)?,
        hash: 0,
        kind: Kind(r.int(6)? as i16),
        identity: r.int(7)? as u32,
        channel_id: r.int(8)?,
    };
    let opener = member(opening.identity);
    let mut who: Vec<u32> = Vec::new();
    let (mut rows, mut answered_at) = (0u32, None::<Micros>);
    for p in people_of(r.bytes(11)?, &opening)? {
        let m = member(p.identity);
        if m == 0 {
            continue;
        }
        rows += p.rows;
        who.push(m);
        if m != opener {
            answered_at = Some(answered_at.map_or(p.first_at, |a| a.min(p.first_at)));
        }
    }
    who.sort_unstable();
    who.dedup();
    let opened_by_member = u32::from(opener != 0 && opening.kind.is_active());
    let key = (r.int(1)?, r.int(2)?, r.int(3)?);
    let asks = Asks::of_number(r.int(10)?);
    Ok(Thread {
        conversation: r.int(0)?,
        key,
        at: opening.at,
        opener,
        identity: opening.identity,
        kind: opening.kind,
        channel_id: opening.channel_id,
        source_id: r.int(9)?,
        asks,
        question: opening.kind.opens() && said.is_question(asks, opening.channel_id, key),
        replies: rows.saturating_sub(opened_by_member),
        people: who.len() as u32,
        answered_at,
        opened_seq: opening.seq,
        title: r.opt_text(13)?,
        text: r.opt_text(14)?,
        permalink: r.opt_text(15)?,
        author: Author {
            public_id: r.opt_text(16)?.unwrap_or_default(),
            name: r.opt_text(17)?.unwrap_or_default(),
        },
    })
}
