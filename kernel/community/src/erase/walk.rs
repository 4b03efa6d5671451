//! Everything that one identity did, by the members' index, in pieces: for an export, and for dropping what they wrote.

use super::revisions;
use crate::log::{self, COLUMNS, LogRow};
use crate::{Kind, search};
use base::{Micros, Result};
use serde::{Deserialize, Serialize};
use store::Conn;

/// Rows whose texts are dropped in one transaction.
const DROPPED: usize = 60;
/// Months without a row that are passed over in one piece.
const MONTHS: usize = 40;

/// Where a walk is: behind this row of the index. A new one stands before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    month: i64,
    at: Micros,
    rank: i64,
    seq: i64,
    /// Whether it came to its end.
    pub done: bool,
    begun: bool,
}

impl Walk {
    /// The next rows of an identity; moves on.
    fn next(&mut self, c: &mut Conn<'_>, identity: u32, limit: usize) -> Result<Vec<i64>> {
        let mut seqs = Vec::new();
        for _ in 0..MONTHS {
            if self.done || seqs.len() >= limit {
                break;
            }
            if !self.begun {
                self.next_month(c, None)?;
                continue;
            }
            let wanted = limit - seqs.len();
            let rows = c.query(
                "SELECT at, rank, seq FROM member_activities WHERE month = $1 AND identity = $2
                   AND (at, rank, seq) > ($3, $4, $5) ORDER BY at, rank, seq LIMIT $6",
                &[
                    self.month.into(),
                    identity.into(),
                    self.at.into(),
                    self.rank.into(),
                    self.seq.into(),
                    i64::try_from(wanted).unwrap_or(i64::MAX).into(),
                ],
                |r| Ok((r.int(0)?, r.int(1)?, r.int(2)?)),
            )?;
            if let Some(last) = rows.last() {
                (self.at, self.rank, self.seq) = *last;
            }
            let whole = rows.len() < wanted;
            seqs.extend(rows.into_iter().map(|r| r.2));
            if whole {
                self.next_month(c, Some(self.month))?;
            }
        }
        Ok(seqs)
    }

    /// Goes to the first month with rows of anybody after this one.
    fn next_month(&mut self, c: &mut Conn<'_>, after: Option<i64>) -> Result<()> {
        let month = c.query_one(
            "SELECT MIN(month) FROM member_activities WHERE month > $1",
            &[after.unwrap_or(i64::MIN).into()],
            |r| r.opt_int(0),
        )?;
        let done = month.is_none();
        *self = Self {
            month: month.unwrap_or(self.month),
            at: i64::MIN,
            rank: i64::MIN,
            seq: i64::MIN,
            done,
            begun: true,
        };
        Ok(())
    }
}

/// One activity with everything that is stored of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: Micros,
    /// What.
    pub kind: Kind,
    /// Its source's name.
    pub source: String,
    /// Its channel's name.
    pub channel: String,
    /// The source's own id of the record.
    pub external_id: Option<String>,
    /// The source's own id of what it answers or reacts to.
    pub parent: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// What was written.
    pub text: Option<String>,
    /// Where it can be read at its source.
    pub permalink: Option<String>,
    /// When it was edited last.
    pub edited_at: Option<Micros>,
    /// Reactions that the source counts without names.
    pub reactions: i64,
    /// Whether its text was dropped since.
    pub dropped: bool,
}

/// The next activities of an identity, oldest month first; everything that arrived must be indexed before
/// ([`crate::fold_all`]).
///
/// # Errors
/// When the database says no.
pub fn said(c: &mut Conn<'_>, identity: u32, walk: &mut Walk, limit: usize) -> Result<Vec<Said>> {
    let seqs = walk.next(c, identity, limit)?;
    let list: Vec<String> = seqs.iter().map(i64::to_string).collect();
    if list.is_empty() {
        return Ok(Vec::new());
    }
    c.query(
        &format!(
            "SELECT a.seq, a.at, a.kind, s.name, h.name, m.external_id, m.parent, m.title, m.text, m.permalink,
               m.edited_at, COALESCE(m.reactions, 0), m.asks
             FROM activities a JOIN sources s ON s.source_id = a.source_id
             JOIN channels h ON h.channel_id = a.channel_id LEFT JOIN messages m ON m.seq = a.seq
             WHERE a.seq IN ({}) ORDER BY a.at, a.rank, a.seq",
            list.join(",")
        ),
        &[],
        |r| {
            Ok(Said {
                seq: r.int(0)?,
                at: r.int(1)?,
                kind: Kind(r.int(2)? as i16),
                source: r.text(3)?,
                channel: r.text(4)?,
                external_id: r.opt_text(5)?,
                parent: r.opt_text(6)?,
                title: r.opt_text(7)?,
                text: r.opt_text(8)?,
                permalink: r.opt_text(9)?,
                edited_at: r.opt_int(10)?,
                reactions: r.int(11)?,
                dropped: r.opt_int(12)?.is_some(),
            })
        },
    )
}

/// Drops what the next rows of an identity say, and earlier forms of it; rows and texts that were changed. To be called
/// in a write transaction until the walk is done.
///
/// # Errors
/// When the database says no.
pub fn texts_slice(tx: &mut Conn<'_>, identity: u32, walk: &mut Walk) -> Result<(u64, u64)> {
    let seqs = walk.next(tx, identity, DROPPED)?;
    let mut texts = 0;
    for row in rows(tx, &seqs)? {
        revisions::drop_of(tx, row.seq, true)?;
        let Some(mut body) = log::find_body(tx, row.seq)? else { continue };
        if !body.drop_all(row.kind) {
            continue;
        }
        texts += 1;
        search::changing(tx, std::slice::from_ref(&row))?;
        log::put_body(tx, row.seq, &body)?;
        forget_title(tx, &row)?;
    }
    Ok((seqs.len() as u64, texts))
}

/// Rows of the log by number.
pub(super) fn rows(c: &mut Conn<'_>, seqs: &[i64]) -> Result<Vec<LogRow>> {
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let list: Vec<String> = seqs.iter().map(i64::to_string).collect();
    c.query(
        &format!("SELECT {COLUMNS} FROM activities a WHERE a.seq IN ({})", list.join(",")),
        &[],
        LogRow::read,
    )
}

/// Takes the title from a conversation that this row opened.
pub(super) fn forget_title(tx: &mut Conn<'_>, row: &LogRow) -> Result<()> {
    if row.conversation_id != 0 {
        tx.execute(
            "UPDATE conversations SET title = NULL WHERE conversation_id = $1 AND opened_seq = $2 AND title IS NOT NULL",
            &[row.conversation_id.into(), row.seq.into()],
        )?;
    }
    Ok(())
}
