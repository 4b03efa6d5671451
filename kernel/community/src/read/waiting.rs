//! Who waits, who came back, and what newcomers wrote first: what the team acts on.

use super::person::{UNINDEXED, numbers};
use super::{LogView, Scope, Staff, ids};
use crate::Kind;
use crate::conversations::{Opening, people_of};
use crate::graph::Mask;
use crate::marks::{ConversationRef, Mark};
use base::{Micros, Result};
use std::collections::{HashMap, HashSet};

/// What a newcomer wrote first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstWord {
    /// The member.
    pub member: u32,
    /// As which identity.
    pub identity: u32,
    /// When.
    pub at: Micros,
    /// Where.
    pub channel_id: i64,
    /// The conversation that it is part of; 0 for none.
    pub conversation: i64,
    /// Whether it opened the conversation and asks something.
    pub asks: bool,
    /// Whether another human wrote in the conversation after it.
    pub answered: bool,
    /// Whether one of them is staff.
    pub by_staff: bool,
    /// Its title, else what was written.
    pub text: Option<String>,
    /// Where it can be read at its source.
    pub permalink: Option<String>,
}

/// The number of a conversation, and each human member in it with the time of their first row.
pub type WhoWrote = (i64, Vec<(u32, Micros)>);

impl LogView<'_, '_> {
    /// For each of these (key, identities, instant): the first activity after the instant that makes active.
    ///
    /// # Errors
    /// When the database says no.
    pub fn first_after(&mut self, asked: &[(i64, Vec<u32>, Micros)]) -> Result<HashMap<i64, Micros>> {
        let kinds = ids(crate::KINDS.iter().filter(|k| k.active).map(|k| i64::from(k.kind.0)));
        let mut found = HashMap::new();
        for chunk in asked.chunks(100) {
            let arms: Vec<String> = chunk
                .iter()
                .map(|(key, identities, after)| {
                    let who = numbers(identities);
                    format!(
                        "SELECT CAST({key} AS BIGINT) AS asked, MIN(at) AS back FROM member_activities WHERE month IN ({})
                           AND identity IN ({who}) AND at > {after} AND kind IN ({kinds})
                         UNION ALL SELECT CAST({key} AS BIGINT), MIN(a.at) FROM activities a WHERE {UNINDEXED}
                           AND a.identity IN ({who}) AND a.at > {after} AND a.kind IN ({kinds})",
                        self.months(Some(*after))
                    )
                })
                .collect();
            self.conn.for_each(
                &format!(
                    "SELECT asked, MIN(back) FROM ({}) found WHERE back IS NOT NULL GROUP BY asked",
                    arms.join(" UNION ALL ")
                ),
                &[],
                |r| {
                    found.insert(r.int(0)?, r.int(1)?);
                    Ok(())
                },
            )?;
        }
        Ok(found)
    }

    /// The first active row of each member of these identities from an instant on.
    ///
    /// # Errors
    /// When the database says no.
    pub fn first_words(&mut self, identities: &[u32], since: Micros) -> Result<Vec<FirstWord>> {
        let (mask, staff) = (self.graph.mask(Staff::Include), self.graph.mask(Staff::Only));
        let kinds = ids(crate::KINDS.iter().filter(|k| k.active).map(|k| i64::from(k.kind.0)));
        let mut first: HashMap<u32, (Micros, i64)> = HashMap::new();
        for chunk in identities.chunks(2_000) {
            let who = numbers(chunk);
            self.conn.for_each(
                &format!(
                    "SELECT identity, at, seq FROM member_activities
                     WHERE month IN ({}) AND identity IN ({who}) AND at >= $1 AND kind IN ({kinds})
                     UNION SELECT a.identity, a.at, a.seq FROM activities a
                     WHERE {UNINDEXED} AND a.identity IN ({who}) AND a.at >= $1 AND a.kind IN ({kinds})",
                    self.months(Some(since))
                ),
                &[since.into()],
                |r| {
                    let row = (r.int(1)?, r.int(2)?);
                    first
                        .entry(mask.member(r.int(0)? as u32))
                        .and_modify(|f| *f = (*f).min(row))
                        .or_insert(row);
                    Ok(())
                },
            )?;
        }
        first.remove(&0);
        let rows: Vec<i64> = first.values().map(|f| f.1).collect();
        let mut found = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(500) {
            self.conn.for_each(
                &format!(
                    "SELECT a.identity, a.at, a.channel_id, a.conversation_id, a.follows, c.question, c.opened_at,
                       c.opened_rank, c.opened_kind, c.opener, c.people, COALESCE(t.title, t.text), t.permalink, a.kind
                     FROM activities a LEFT JOIN conversations c ON c.conversation_id = a.conversation_id
                     LEFT JOIN messages t ON t.seq = a.seq WHERE a.seq IN ({})",
                    ids(chunk.iter().copied())
                ),
                &[],
                |r| {
                    found.push(first_word(r, &mask, &staff)?);
                    Ok(())
                },
            )?;
        }
        Ok(found)
    }

    /// Who wrote in these conversations, by the key of each: its number, and each human member with the time of
    /// their first row. Those that are not there (any more) are left out.
    ///
    /// # Errors
    /// When the database says no.
    pub fn participants(&mut self, keys: &[ConversationRef]) -> Result<HashMap<ConversationRef, WhoWrote>> {
        let mask = self.graph.mask(Staff::Include);
        let mut found = HashMap::new();
        for chunk in keys.chunks(100) {
            let fits: Vec<String> = chunk
                .iter()
                .map(|k| format!("(place = {} AND ordering = {} AND key_hash = {})", k.0, k.1, k.2))
                .collect();
            self.conn.for_each(
                &format!(
                    "SELECT place, ordering, key_hash, conversation_id, opened_at, opened_rank, opened_kind, opener,
                       people, channel_id FROM conversations WHERE {}",
                    fits.join(" OR ")
                ),
                &[],
                |r| {
                    let opening = Opening {
                        seq: 0,
                        at: r.int(4)?,
                        rank: r.int(5)?,
                        hash: 0,
                        kind: Kind(r.int(6)? as i16),
                        identity: r.int(7)? as u32,
                        channel_id: r.int(9)?,
                    };
                    let people = people_of(r.bytes(8)?, &opening)?;
                    let people = people.iter().map(|p| (mask.member(p.identity), p.first_at));
                    let people = people.filter(|p| p.0 != 0).collect();
                    found.insert((r.int(0)?, r.int(1)?, r.int(2)?), (r.int(3)?, people));
                    Ok(())
                },
            )?;
        }
        Ok(found)
    }

    /// Members who opened a conversation since then that asks something, by the rule or because somebody said
    /// so, and that no other human wrote in.
    ///
    /// # Errors
    /// When the database says no.
    pub fn waiting_members(&mut self, scope: &Scope, since: Micros) -> Result<HashSet<u32>> {
        let mask = self.graph.mask(scope.staff);
        let everybody = self.graph.mask(Staff::Include);
        let channels: HashSet<i64> = self.scope_channels(scope).iter().map(|c| c.channel_id).collect();
        let mut waiting: HashMap<i64, u32> = HashMap::new();
        let mut not_asking = Vec::new();
        let columns =
            "c.conversation_id, c.opened_at, c.opened_rank, c.opened_kind, c.opener, c.people, c.channel_id";
        self.conn.for_each(
            &format!(
                "SELECT {columns}, '' FROM conversations c
                 WHERE c.channel_id IN ({}) AND c.opened_at >= $1 AND c.question <> 0
                 UNION ALL SELECT {columns}, m.mark FROM conversation_marks m
                 JOIN conversations c ON c.place = m.place AND c.ordering = m.ordering AND c.key_hash = m.key_hash
                 WHERE m.ended_at IS NULL AND m.mark IN ('question', 'not_question') AND c.opened_at >= $1",
                ids(channels.iter().copied())
            ),
            &[since.into()],
            |r| {
                let id = r.int(0)?;
                if r.text(7)? == Mark::NotQuestion.word() {
                    not_asking.push(id);
                }
                let opener = mask.member(r.int(4)? as u32);
                let kind = Kind(r.int(3)? as i16);
                if opener == 0 || !kind.opens() || !channels.contains(&r.int(6)?) {
                    return Ok(());
                }
                let opening = Opening {
                    seq: 0,
                    at: r.int(1)?,
                    rank: r.int(2)?,
                    hash: 0,
                    kind,
                    identity: r.int(4)? as u32,
                    channel_id: r.int(6)?,
                };
                let people = people_of(r.bytes(5)?, &opening)?;
                if people.iter().all(|p| matches!(everybody.member(p.identity), m if m == 0 || m == opener)) {
                    waiting.insert(id, opener);
                }
                Ok(())
            },
        )?;
        not_asking.iter().for_each(|id| _ = waiting.remove(id));
        Ok(waiting.into_values().collect())
    }
}

fn first_word(r: &store::Row<'_>, mask: &Mask, staff: &Mask) -> Result<FirstWord> {
    let (identity, at) = (r.int(0)? as u32, r.int(1)?);
    let member = mask.member(identity);
    let mut word = FirstWord {
        member,
        identity,
        at,
        channel_id: r.int(2)?,
        conversation: r.int(3)?,
        asks: false,
        answered: false,
        by_staff: false,
        text: r.opt_text(11)?,
        permalink: r.opt_text(12)?,
    };
    if let Some(opened_at) = r.opt_int(6)? {
        let opening = Opening {
            seq: 0,
            at: opened_at,
            rank: r.int(7)?,
            hash: 0,
            kind: Kind(r.int(8)? as i16),
            identity: r.int(9)? as u32,
            channel_id: word.channel_id,
        };
        let others = people_of(r.bytes(10)?, &opening)?;
        let wrote_in = |mask: &Mask| {
            let another = |m: u32| m != 0 && m != member;
            others.iter().any(|p| p.first_at >= at && another(mask.member(p.identity)))
        };
        (word.answered, word.by_staff) = (wrote_in(mask), wrote_in(staff));
        let opens = !r.flag(4)? && opening.kind.opens();
        word.asks = opens && (r.int(5)? != 0 || Kind(r.int(13)? as i16) == Kind::QUESTION_ASKED);
    }
    Ok(word)
}
