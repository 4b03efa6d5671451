//! One member: what they did, newest first over all sources; when they do it; with whom they talk; and which of
//! their conversations nobody answered. Read by key range from the members' index and from conversations.

use super::{LogView, Staff, ids};
use crate::Kind;
use crate::conversations::{Opening, people_of};
use crate::graph::Mask;
use crate::rollup::index::month_of;
use base::{Micros, Result};
use std::collections::{BTreeMap, HashMap};

/// Rows beyond the index's mark.
pub(super) const UNINDEXED: &str = "a.seq > COALESCE((SELECT value FROM counters WHERE name = 'indexed'), 0)";

/// One activity of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineRow {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: Micros,
    /// What.
    pub kind: Kind,
    /// Where.
    pub channel_id: i64,
    /// As which identity.
    pub identity: u32,
    /// The conversation that it is part of; 0 for none.
    pub conversation: i64,
    /// Whether it continues that conversation.
    pub follows: bool,
    /// What was written.
    pub text: Option<String>,
    /// The title of its conversation.
    pub title: Option<String>,
    /// Where it can be read at its source.
    pub permalink: Option<String>,
}

/// A conversation of a member that no other human wrote in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenThread {
    /// Its number.
    pub conversation: i64,
    /// When it was opened.
    pub at: Micros,
    /// The member who opened it.
    pub opener: u32,
    /// As which identity.
    pub identity: u32,
    /// Where.
    pub channel_id: i64,
    /// Whether it asks something: by its kind, by its words, or by a question mark.
    pub asks: bool,
    /// Its title, else what was written.
    pub text: Option<String>,
    /// Where it can be read at its source.
    pub permalink: Option<String>,
}

/// Somebody whom a member talks with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// The other member.
    pub member: u32,
    /// Conversations in which both wrote.
    pub shared: u32,
    /// Those of them that one opened and the other answered in.
    pub answered: u32,
}

/// A member's conversations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Company {
    /// Conversations they wrote in.
    pub conversations: u32,
    /// Conversations of other people that they answered in.
    pub given: u32,
    /// Conversations they opened in a way that waits for an answer.
    pub opened: u32,
    /// Those of them that somebody else answered.
    pub received: u32,
    /// Whom they talk with, most first.
    pub with: Vec<Counterpart>,
}

/// A conversation as its row says it.
struct Found {
    id: i64,
    opening: Opening,
    people: Vec<(u32, Micros)>,
    asks: bool,
    /// Its title, else what was written, and where it can be read: of those that were asked for.
    text: Option<String>,
    permalink: Option<String>,
}

/// Of which conversations the text is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Texts {
    None,
    /// Of those that the asked identities opened.
    OfOwn,
}

impl LogView<'_, '_> {
    /// Every UTC month from the first activity of the log, or from `since`, to the last, as a list for `IN`.
    pub(super) fn months(&self, since: Option<Micros>) -> String {
        let spans = || self.channels.iter().filter_map(|c| c.span);
        let first = spans().map(|s| s.0).min().unwrap_or(0).max(since.unwrap_or(i64::MIN));
        let last = spans().map(|s| s.1).max().unwrap_or(0);
        ids(month_of(first)..=month_of(last))
    }

    /// How many activities of these identities there are in each UTC month that has any, of whatever kind; in
    /// these channels when any are given. What is not indexed yet is left out.
    fn months_with(&mut self, identities: &[u32], channels: &[i64]) -> Result<BTreeMap<i64, i64>> {
        let mut sql = format!(
            "SELECT month, COUNT(*) FROM member_activities WHERE month IN ({}) AND identity IN ({})",
            self.months(None),
            numbers(identities)
        );
        if !channels.is_empty() {
            sql.push_str(&format!(" AND channel_id IN ({})", ids(channels.iter().copied())));
        }
        sql.push_str(" GROUP BY month");
        Ok(self.conn.query(&sql, &[], |r| Ok((r.int(0)?, r.int(1)?)))?.into_iter().collect())
    }

    /// How many activities of these identities there are, of whatever kind; what is not indexed yet is left out.
    ///
    /// # Errors
    /// When the database says no.
    pub fn activities_of(&mut self, identities: &[u32]) -> Result<u64> {
        Ok(self.months_with(identities, &[])?.values().map(|n| n.unsigned_abs()).sum())
    }

    /// What these identities did, newest first: at most `limit` activities before a place (time and number), in
    /// these channels when any are given.
    ///
    /// # Errors
    /// When the database says no.
    pub fn timeline(
        &mut self,
        identities: &[u32],
        channels: &[i64],
        before: Option<(Micros, i64)>,
        limit: usize,
    ) -> Result<Vec<TimelineRow>> {
        let before = before.unwrap_or((i64::MAX, i64::MAX));
        let mut wanted = Vec::new();
        let mut sure = 0;
        let top = if before.0 == i64::MAX { i64::MAX } else { month_of(before.0) };
        for (month, n) in self.months_with(identities, channels)?.into_iter().rev().filter(|m| m.0 <= top) {
            if sure >= limit as i64 {
                break;
            }
            wanted.push(month);
            // Of the place's own month some rows may lie after it.
            sure += if month == top { 0 } else { n };
        }
        let who = numbers(identities);
        let within = if channels.is_empty() {
            String::new()
        } else {
            format!(" AND a.channel_id IN ({})", ids(channels.iter().copied()))
        };
        let place = "(a.at < $1 OR (a.at = $1 AND a.seq < $2))";
        let indexed = format!(
            "SELECT a.seq FROM member_activities a WHERE a.month IN ({}) AND a.identity IN ({who}) AND {place}{within}
             ORDER BY a.at DESC, a.seq DESC LIMIT $3",
            ids(wanted.into_iter())
        );
        let fresh = format!(
            "SELECT a.seq FROM activities a WHERE {UNINDEXED} AND a.identity IN ({who}) AND {place}{within}
             ORDER BY a.at DESC, a.seq DESC LIMIT $3"
        );
        let mut rows = Vec::new();
        self.conn.for_each(
            &format!(
                "SELECT a.seq, a.at, a.kind, a.channel_id, a.identity, a.conversation_id, a.follows, t.text,
                   COALESCE(t.title, c.title), t.permalink
                 FROM (SELECT seq FROM ({indexed}) i UNION SELECT seq FROM ({fresh}) f) p
                 JOIN activities a ON a.seq = p.seq LEFT JOIN messages t ON t.seq = p.seq
                 LEFT JOIN conversations c ON c.conversation_id = a.conversation_id
                 ORDER BY a.at DESC, a.seq DESC LIMIT $3"
            ),
            &[before.0.into(), before.1.into(), (limit as i64).into()],
            |r| {
                rows.push(TimelineRow {
                    seq: r.int(0)?,
                    at: r.int(1)?,
                    kind: Kind(r.int(2)? as i16),
                    channel_id: r.int(3)?,
                    identity: r.int(4)? as u32,
                    conversation: r.int(5)?,
                    follows: r.flag(6)?,
                    text: r.opt_text(7)?,
                    title: r.opt_text(8)?,
                    permalink: r.opt_text(9)?,
                });
                Ok(())
            },
        )?;
        Ok(rows)
    }

    /// When these identities were active, every time, in no particular order: (identity, time, kind).
    ///
    /// # Errors
    /// When the database says no.
    pub fn moments(&mut self, identities: &[u32], since: Option<Micros>) -> Result<Vec<(u32, Micros, Kind)>> {
        let who = numbers(identities);
        let since = since.unwrap_or(i64::MIN);
        let mut rows: Vec<(i64, u32, Micros, Kind)> = Vec::new();
        self.conn.for_each(
            &format!(
                "SELECT seq, identity, at, kind FROM member_activities
                 WHERE month IN ({}) AND identity IN ({who}) AND at >= $1
                 UNION SELECT a.seq, a.identity, a.at, a.kind FROM activities a
                 WHERE {UNINDEXED} AND a.identity IN ({who}) AND a.at >= $1",
                self.months(Some(since))
            ),
            &[since.into()],
            |r| {
                let kind = Kind(r.int(3)? as i16);
                if kind.is_active() {
                    rows.push((r.int(0)?, r.int(1)? as u32, r.int(2)?, kind));
                }
                Ok(())
            },
        )?;
        Ok(rows.into_iter().map(|(_, identity, at, kind)| (identity, at, kind)).collect())
    }

    /// The conversations that these identities wrote in since then.
    fn conversations_of(&mut self, identities: &[u32], since: Micros, texts: Texts) -> Result<Vec<Found>> {
        let who = numbers(identities);
        let own = if texts == Texts::OfOwn { who.as_str() } else { "-1" };
        let mut found = Vec::new();
        self.conn.for_each(
            &format!(
                "SELECT c.conversation_id, c.opened_at, c.opened_rank, c.opened_kind, c.opener, c.people, c.channel_id,
                   c.opened_seq, c.question, COALESCE(c.title, t.title, t.text), t.permalink
                 FROM conversations c LEFT JOIN messages t ON t.seq = c.opened_seq AND c.opener IN ({own})
                 WHERE c.conversation_id IN (
                   SELECT a.conversation_id FROM member_activities m JOIN activities a ON a.seq = m.seq
                   WHERE m.month IN ({}) AND m.identity IN ({who}) AND m.at >= $1 AND a.conversation_id <> 0
                   UNION SELECT a.conversation_id FROM activities a
                   WHERE {UNINDEXED} AND a.identity IN ({who}) AND a.at >= $1 AND a.conversation_id <> 0)",
                self.months(Some(since))
            ),
            &[since.into()],
            |r| {
                let opening = Opening {
                    seq: r.int(7)?,
                    at: r.int(1)?,
                    rank: r.int(2)?,
                    hash: 0,
                    kind: Kind(r.int(3)? as i16),
                    identity: r.int(4)? as u32,
                    channel_id: r.int(6)?,
                };
                let bytes = r.bytes(5)?;
                let people = people_of(bytes, &opening)?.iter().map(|p| (p.identity, p.first_at)).collect();
                let asks = r.int(8)? != 0 || opening.kind == Kind::QUESTION_ASKED;
                let (text, permalink) = (r.opt_text(9)?, r.opt_text(10)?);
                found.push(Found { id: r.int(0)?, opening, people, asks, text, permalink });
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// With whom a member talked since then.
    ///
    /// # Errors
    /// When the database says no.
    pub fn company(&mut self, member: u32, identities: &[u32], since: Micros) -> Result<Company> {
        let found = self.conversations_of(identities, since, Texts::None)?;
        Ok(company_of(&self.graph.mask(Staff::Include), member, &found))
    }

    /// Conversations that these identities opened since then and that no other human wrote in, newest first; at
    /// most `limit`, those that ask before the others.
    ///
    /// # Errors
    /// When the database says no.
    pub fn open_threads(
        &mut self,
        identities: &[u32],
        since: Micros,
        limit: usize,
    ) -> Result<Vec<OpenThread>> {
        let mask = self.graph.mask(Staff::Include);
        let found = self.conversations_of(identities, since, Texts::OfOwn)?;
        let mut open: Vec<OpenThread> = found
            .into_iter()
            .filter(|f| {
                let opener = mask.member(f.opening.identity);
                identities.contains(&f.opening.identity)
                    && f.opening.kind.opens()
                    && f.people.iter().all(|p| matches!(mask.member(p.0), 0) || mask.member(p.0) == opener)
            })
            .map(|f| OpenThread {
                conversation: f.id,
                at: f.opening.at,
                opener: mask.member(f.opening.identity),
                identity: f.opening.identity,
                channel_id: f.opening.channel_id,
                asks: f.asks,
                text: f.text,
                permalink: f.permalink,
            })
            .collect();
        open.sort_unstable_by_key(|o| (!o.asks, std::cmp::Reverse(o.at)));
        open.truncate(limit);
        Ok(open)
    }
}

fn company_of(mask: &Mask, member: u32, found: &[Found]) -> Company {
    let mut company = Company::default();
    let mut with: HashMap<u32, (u32, u32)> = HashMap::new();
    for f in found {
        let opener = mask.member(f.opening.identity);
        let mut people: Vec<u32> = f.people.iter().map(|p| mask.member(p.0)).filter(|m| *m != 0).collect();
        people.sort_unstable();
        people.dedup();
        if people.binary_search(&member).is_err() {
            continue;
        }
        company.conversations += 1;
        if opener == member {
            company.opened += u32::from(f.opening.kind.opens());
            company.received += u32::from(f.opening.kind.opens() && people.len() > 1);
        } else if opener != 0 {
            company.given += 1;
        }
        for other in people.into_iter().filter(|p| *p != member) {
            let entry = with.entry(other).or_default();
            entry.0 += 1;
            entry.1 += u32::from(opener == member || opener == other);
        }
    }
    company.with = with
        .into_iter()
        .map(|(member, (shared, answered))| Counterpart { member, shared, answered })
        .collect();
    company
        .with
        .sort_unstable_by_key(|c| (std::cmp::Reverse(c.shared), std::cmp::Reverse(c.answered), c.member));
    company
}

/// Identities as the inside of an `IN (…)`.
pub(super) fn numbers(identities: &[u32]) -> String {
    ids(identities.iter().map(|i| i64::from(*i)))
}
