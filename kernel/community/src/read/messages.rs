//! One conversation with its messages, and what was said around it.

use super::threads::{Author, Thread};
use super::{LogView, Staff, ids};
use crate::graph::Mask;
use crate::{Kind, Record};
use base::{Micros, Result};
use std::collections::HashMap;
use std::sync::Arc;
use store::Row;

/// A message of a conversation, or beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadMessage {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: Micros,
    /// What.
    pub kind: Kind,
    /// Who: the member for a person, the identity for a bot, 0 for nobody.
    pub who: u32,
    /// As which identity.
    pub identity: u32,
    /// How to call it.
    pub author: Author,
    /// Whether the member is staff.
    pub staff: bool,
    /// Whether it is nobody or a bot, and so no member.
    pub outside: bool,
    /// What was written.
    pub text: Option<String>,
    /// A title.
    pub title: Option<String>,
    /// Where it can be read at its source.
    pub permalink: Option<String>,
    /// Reactions, those of known people too.
    pub reactions: u32,
    /// When it was last edited.
    pub edited_at: Option<Micros>,
    /// Whether its author deleted it.
    pub deleted: bool,
    external_id: Option<String>,
}

const MESSAGE: &str = "a.seq AS seq, a.at AS at, a.kind AS kind, a.identity AS identity, a.rank AS rank, a.id_hash AS id_hash, \
     m.text AS text, m.title AS title, m.permalink AS permalink, COALESCE(m.reactions, 0) AS reactions, \
     m.edited_at AS edited_at, COALESCE(m.deleted, 0) AS deleted, m.external_id AS external_id, \
     i.public_id AS public_id, COALESCE(i.name, i.handle, i.external_id) AS called";

impl LogView<'_, '_> {
    /// The messages of a conversation in their order: at most `limit`.
    ///
    /// # Errors
    /// When the database says no.
    pub fn thread_messages(&mut self, thread: &Thread, limit: usize) -> Result<Vec<ThreadMessage>> {
        let masks = [self.graph.mask(Staff::Include), self.graph.mask(Staff::Only)];
        let sql = format!(
            "SELECT * FROM (
               SELECT {MESSAGE} FROM activities a LEFT JOIN messages m ON m.seq = a.seq
               LEFT JOIN identities i ON i.identity = a.identity WHERE a.conversation_id = $1 AND a.follows = 1
               UNION ALL SELECT {MESSAGE} FROM conversations c JOIN activities a ON a.seq = c.first_seq AND a.follows = 0
                 AND a.conversation_id = c.conversation_id
               LEFT JOIN messages m ON m.seq = a.seq LEFT JOIN identities i ON i.identity = a.identity
               WHERE c.conversation_id = $1) rows_of
             ORDER BY at, rank, id_hash LIMIT $2"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.conn.query(&sql, &[thread.conversation.into(), limit.into()], message)?;
        let mut rows: Vec<ThreadMessage> = rows.into_iter().map(|row| named(row, &masks)).collect();
        self.add_reactions(thread, &mut rows)?;
        Ok(rows)
    }

    /// Counts the reactions of known people.
    fn add_reactions(&mut self, thread: &Thread, rows: &mut [ThreadMessage]) -> Result<()> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
        // Zones differ by up to a day, and likes of forums come later.
        let (from, to) = (first.at - 86_400_000_000, last.at + 30 * 86_400_000_000);
        let mut counts: HashMap<String, u32> = HashMap::new();
        let wanted: HashMap<&str, ()> =
            rows.iter().filter_map(|r| r.external_id.as_deref()).map(|id| (id, ())).collect();
        self.conn.for_each(
            "SELECT m.parent FROM activities a JOIN messages m ON m.seq = a.seq
             WHERE a.place = $1 AND a.stated_at >= $2 AND a.stated_at <= $3 AND a.record = $4",
            &[thread.key.0.into(), from.into(), to.into(), (Record::Reaction as i64).into()],
            |r| {
                if let Some(parent) = r.opt_text(0)?.filter(|p| wanted.contains_key(p.as_str())) {
                    *counts.entry(parent).or_default() += 1;
                }
                Ok(())
            },
        )?;
        for row in rows {
            let named = row.external_id.as_deref().and_then(|id| counts.get(id)).copied().unwrap_or(0);
            row.reactions = row.reactions.saturating_add(named);
        }
        Ok(())
    }

    /// Every identity of the person whose identity this is, ascending.
    pub fn identities_with(&self, identity: u32) -> Vec<u32> {
        self.graph.identities_of(self.graph.member_of(identity))
    }

    /// Every identity of a member.
    pub fn identities_of(&self, member: u32) -> Vec<u32> {
        self.graph.identities_of(member)
    }

    /// What was said in the channel right before and right after an opening, outside of its thread; `count` of
    /// each.
    ///
    /// # Errors
    /// When the database says no.
    pub fn around(
        &mut self,
        thread: &Thread,
        count: usize,
    ) -> Result<(Vec<ThreadMessage>, Vec<ThreadMessage>)> {
        let masks = [self.graph.mask(Staff::Include), self.graph.mask(Staff::Only)];
        let part = |sign: &str, order: &str| {
            format!(
                "SELECT {MESSAGE} FROM activities a JOIN messages m ON m.seq = a.seq
                 LEFT JOIN identities i ON i.identity = a.identity WHERE a.place = $1 AND a.stated_at {sign} (SELECT stated_at FROM activities WHERE seq = $2)
                   AND a.channel_id = $3 AND a.conversation_id <> $4 AND a.kind = {}
                 ORDER BY a.stated_at {order}, a.record {order}, a.id_hash {order} LIMIT $5",
                Kind::MESSAGE_POSTED.0
            )
        };
        let sql = format!(
            "SELECT * FROM ({}) earlier UNION ALL SELECT * FROM ({}) later ORDER BY at, rank, id_hash",
            part("<", "DESC"),
            part(">", "ASC")
        );
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let bounds = [
            thread.key.0.into(),
            thread.opened_seq.into(),
            thread.channel_id.into(),
            thread.conversation.into(),
            count.into(),
        ];
        let rows = self.conn.query(&sql, &bounds, message)?;
        Ok(rows.into_iter().map(|row| named(row, &masks)).partition(|row| row.at < thread.at))
    }

    /// The rows of these conversations after their openings, by human members: (conversation, member, time),
    /// by time.
    ///
    /// # Errors
    /// When the database says no.
    pub fn later_rows(&mut self, conversations: &[i64]) -> Result<Vec<(i64, u32, Micros)>> {
        if conversations.is_empty() {
            return Ok(Vec::new());
        }
        let mask = self.graph.mask(Staff::Include);
        let mut rows = Vec::new();
        self.conn.for_each(
            &format!(
                "SELECT conversation_id, identity, at, kind FROM activities
                 WHERE conversation_id IN ({}) AND follows = 1 ORDER BY at, rank",
                ids(conversations.iter().copied())
            ),
            &[],
            |r| {
                let member = mask.member(r.int(1)? as u32);
                if member != 0 && Kind(r.int(3)? as i16).is_active() {
                    rows.push((r.int(0)?, member, r.int(2)?));
                }
                Ok(())
            },
        )?;
        Ok(rows)
    }
}

fn message(r: &Row<'_>) -> Result<ThreadMessage> {
    Ok(ThreadMessage {
        seq: r.int(0)?,
        at: r.int(1)?,
        kind: Kind(r.int(2)? as i16),
        who: 0,
        identity: r.int(3)? as u32,
        text: r.opt_text(6)?,
        title: r.opt_text(7)?,
        permalink: r.opt_text(8)?,
        reactions: r.int(9)?.clamp(0, i64::from(u32::MAX)) as u32,
        edited_at: r.opt_int(10)?,
        deleted: r.int(11)? != 0,
        external_id: r.opt_text(12)?,
        author: Author {
            public_id: r.opt_text(13)?.unwrap_or_default(),
            name: r.opt_text(14)?.unwrap_or_default(),
        },
        staff: false,
        outside: false,
    })
}

/// Under the masks of everybody and of staff.
fn named(mut row: ThreadMessage, [everybody, staff]: &[Arc<Mask>; 2]) -> ThreadMessage {
    let member = everybody.member(row.identity);
    row.outside = member == 0;
    row.staff = staff.member(row.identity) != 0;
    // A bot is no member, and is named as the account that it is.
    row.who = if row.outside { row.identity } else { member };
    row
}
