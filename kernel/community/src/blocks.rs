//! Conversations in blocks of 4,096 by number, as figures read them: when, where, by whom and with which kind
//! each was opened, and when each other identity first wrote in it. A block says exactly what its rows say, or it
//! is missing: whatever changes a conversation removes its block in the same transaction, and folding writes the
//! missing ones.
//!
//! A body is a list of numbers in LEB128: the shapes (how many; source, channel, kind, question of each), then for
//! each conversation, by number: its number and its opening's time, each as the difference to the one before; its
//! opener; twice its shape, plus 1 if others wrote; and if so the length in bytes of the others, and of each the
//! identity and the time since the opening, by time.

use crate::Kind;
use crate::columns;
use crate::conversations::{Opening, people_of};
use crate::log::lock_append;
use base::{Error, Micros, Result};
use std::collections::BTreeSet;
use store::{Conn, Db, Dialect, Priority, Row};

/// Conversations in a block.
pub(crate) const SIZE: i64 = 4_096;
/// Blocks written in one transaction.
const SLICE: usize = 4;

/// What conversations of a block have in common; there are few of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub source_id: i64,
    pub channel_id: i64,
    /// The opening's kind.
    pub kind: Kind,
    /// How the opening asks; 0 when it does not.
    pub question: i64,
}

/// A conversation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'b> {
    pub id: i64,
    pub at: Micros,
    pub opener: u32,
    pub others: Others<'b>,
}

/// The identities beside the opener's with an active row: (identity, first time), by time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Others<'b> {
    bytes: &'b [u8],
    opened_at: Micros,
}

impl<'b> Others<'b> {
    /// As they are stored; [`Entry::of`] makes them again.
    pub(crate) fn bytes(&self) -> &'b [u8] {
        self.bytes
    }
}

impl<'b> Entry<'b> {
    /// From what was kept of one.
    pub(crate) fn of(id: i64, at: Micros, opener: u32, others: &'b [u8]) -> Self {
        Self { id, at, opener, others: Others { bytes: others, opened_at: at } }
    }
}

impl Iterator for Others<'_> {
    type Item = (u32, Micros);

    fn next(&mut self) -> Option<Self::Item> {
        let identity = take(&mut self.bytes)?;
        let after = take(&mut self.bytes)?;
        Some((identity as u32, self.opened_at + unsigned(after)))
    }
}

/// A block that there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listed {
    pub block: i64,
    /// The earliest and the latest opening.
    pub first_at: Micros,
    pub last_at: Micros,
}

/// The blocks that there are, and the numbers of those that are missing; both ascending. One statement.
pub(crate) fn state(c: &mut Conn<'_>) -> Result<(Vec<Listed>, Vec<i64>)> {
    let mut listed = Vec::new();
    let mut last = None;
    c.for_each(
        "SELECT block, first_at, last_at FROM conversation_blocks
         UNION ALL SELECT -1, MAX(conversation_id), NULL FROM conversations",
        &[],
        |r| {
            match r.int(0)? {
                -1 => last = r.opt_int(1)?,
                block => listed.push(Listed { block, first_at: r.int(1)?, last_at: r.int(2)? }),
            }
            Ok(())
        },
    )?;
    Ok(with_missing(listed, last))
}

/// The same, and the bodies of the blocks that hold an opening of a time, both ends in it. One statement.
pub(crate) fn state_with(
    c: &mut Conn<'_>,
    (from, to): (Micros, Micros),
    mut each: impl FnMut(i64, &[u8]),
) -> Result<(Vec<Listed>, Vec<i64>)> {
    let mut listed = Vec::new();
    let mut last = None;
    c.for_each(
        "SELECT block, first_at, last_at, CASE WHEN last_at >= $1 AND first_at <= $2 THEN body END
         FROM conversation_blocks
         UNION ALL SELECT -1, MAX(conversation_id), NULL, NULL FROM conversations",
        &[from.into(), to.into()],
        |r| {
            match r.int(0)? {
                -1 => last = r.opt_int(1)?,
                block => {
                    listed.push(Listed { block, first_at: r.int(1)?, last_at: r.int(2)? });
                    let body = r.bytes(3)?;
                    if !body.is_empty() {
                        each(block, body);
                    }
                }
            }
            Ok(())
        },
    )?;
    Ok(with_missing(listed, last))
}

/// Puts the blocks in order, and finds those that are missing up to the last conversation.
fn with_missing(mut listed: Vec<Listed>, last: Option<i64>) -> (Vec<Listed>, Vec<i64>) {
    listed.sort_unstable_by_key(|l| l.block);
    let Some(last) = last else { return (listed, Vec::new()) };
    let mut there = listed.iter().map(|l| l.block).peekable();
    let missing = (0..=last / SIZE).filter(|block| there.next_if_eq(block).is_none()).collect();
    (listed, missing)
}

/// Reads a block; `each` gets the conversations whose shape is `wanted`.
pub(crate) fn read(
    block: i64,
    mut body: &[u8],
    wanted: impl Fn(&Shape) -> bool,
    mut each: impl FnMut(&Shape, Entry<'_>) -> Result<()>,
) -> Result<()> {
    let rest = &mut body;
    let n = next(rest)?;
    let mut shapes = Vec::new();
    for _ in 0..n {
        let shape = Shape {
            source_id: unsigned(next(rest)?),
            channel_id: unsigned(next(rest)?),
            kind: Kind(unsigned(next(rest)?) as i16),
            question: unsigned(next(rest)?),
        };
        shapes.push((shape, wanted(&shape)));
    }
    let (mut id, mut at) = (block * SIZE, 0);
    while !rest.is_empty() {
        id += next(rest)? as i64;
        at += unsigned(next(rest)?);
        let opener = next(rest)? as u32;
        let shape = next(rest)?;
        let length = if shape & 1 == 0 { 0 } else { next(rest)? as usize };
        let bytes = rest.split_off(..length).ok_or_else(damaged)?;
        let (shape, wanted) = shapes.get((shape >> 1) as usize).ok_or_else(damaged)?;
        if *wanted {
            each(shape, Entry { id, at, opener, others: Others { bytes, opened_at: at } })?;
        }
    }
    Ok(())
}

/// Which rows to read where there is no block.
#[derive(Debug)]
pub(crate) enum Rows {
    /// Those of blocks, whose numbers ascend.
    Blocks(Vec<i64>),
    /// Those of channels (the inside of an `IN (…)`) that were opened in a time, both ends in it.
    In { channels: String, from: Micros, to: Micros },
}

/// Calls `each` for rows.
pub(crate) fn rows(
    c: &mut Conn<'_>,
    which: &Rows,
    mut each: impl FnMut(&Shape, Entry<'_>) -> Result<()>,
) -> Result<()> {
    let ((from, to), condition) = match which {
        Rows::Blocks(numbers) => {
            let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return Ok(()) };
            let runs: Vec<String> = numbers
                .chunk_by(|a, b| a + 1 == *b)
                .map(|run| {
                    let (first, last) = (run[0] * SIZE, (run[run.len() - 1] + 1) * SIZE - 1);
                    format!("conversation_id BETWEEN {first} AND {last}")
                })
                .collect();
            let within = format!("({})", runs.join(" OR "));
            let ends = (first * SIZE, (last + 1) * SIZE - 1);
            (ends, format!("conversation_id BETWEEN $1 AND $2 AND {within} ORDER BY conversation_id"))
        }
        // With the channels named, the index (channel, opening) finds just these.
        Rows::In { channels, from, to } => {
            ((*from, *to), format!("opened_at BETWEEN $1 AND $2 AND channel_id IN ({channels})"))
        }
    };
    let mut others = Vec::new();
    c.for_each(
        &format!(
            "SELECT conversation_id, opened_at, opened_rank, opened_kind, opener, people, source_id, channel_id,
               question
             FROM conversations WHERE {condition}"
        ),
        &[from.into(), to.into()],
        |r| {
            let (shape, opening) = opening_of(r)?;
            others.clear();
            put_others(r.bytes(5)?, &opening, &mut others)?;
            let others = Others { bytes: &others, opened_at: opening.at };
            each(&shape, Entry { id: r.int(0)?, at: opening.at, opener: opening.identity, others })
        },
    )
}

fn opening_of(r: &Row<'_>) -> Result<(Shape, Opening)> {
    let opening = Opening {
        seq: 0,
        at: r.int(1)?,
        rank: r.int(2)?,
        hash: 0,
        kind: Kind(r.int(3)? as i16),
        identity: r.int(4)? as u32,
        channel_id: r.int(7)?,
    };
    let shape = Shape {
        source_id: r.int(6)?,
        channel_id: opening.channel_id,
        kind: opening.kind,
        question: r.int(8)?,
    };
    Ok((shape, opening))
}

fn put_others(people: &[u8], opening: &Opening, out: &mut Vec<u8>) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let mut others: Vec<(Micros, u32)> = people_of(people, opening)?
        .iter()
        .filter(|p| p.identity != opening.identity)
        .map(|p| (p.first_at, p.identity))
        .collect();
    others.sort_unstable();
    for (at, identity) in others {
        put(out, u64::from(identity));
        put(out, signed(at - opening.at));
    }
    Ok(())
}

/// A block as it is stored.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub first_at: Micros,
    pub last_at: Micros,
    pub body: Vec<u8>,
}

/// A block as its rows have it.
pub(crate) fn made(c: &mut Conn<'_>, block: i64) -> Result<Block> {
    let mut shapes: Vec<Shape> = Vec::new();
    let mut entries = Vec::new();
    // A block without a conversation lies in no period.
    let (mut first_at, mut last_at) = (Micros::MAX, Micros::MIN);
    let (mut id, mut at) = (block * SIZE, 0);
    rows(c, &Rows::Blocks(vec![block]), |shape, e| {
        let known = shapes.iter().position(|s| s == shape);
        let place = known.unwrap_or_else(|| {
            shapes.push(*shape);
            shapes.len() - 1
        });
        put(&mut entries, (e.id - id) as u64);
        put(&mut entries, signed(e.at - at));
        put(&mut entries, u64::from(e.opener));
        put(&mut entries, (place as u64) << 1 | u64::from(!e.others.bytes.is_empty()));
        if !e.others.bytes.is_empty() {
            put(&mut entries, e.others.bytes.len() as u64);
            entries.extend_from_slice(e.others.bytes);
        }
        (id, at) = (e.id, e.at);
        (first_at, last_at) = (first_at.min(at), last_at.max(at));
        Ok(())
    })?;
    let mut body = Vec::with_capacity(entries.len() + shapes.len() * 6 + 2);
    put(&mut body, shapes.len() as u64);
    for s in &shapes {
        for number in [s.source_id, s.channel_id, i64::from(s.kind.0), s.question] {
            put(&mut body, signed(number));
        }
    }
    body.extend_from_slice(&entries);
    Ok(Block { first_at, last_at, body })
}

/// Removes the blocks of conversations that change in this transaction.
pub(crate) fn forget(tx: &mut Conn<'_>, conversations: impl Iterator<Item = i64>) -> Result<()> {
    let blocks: BTreeSet<i64> = conversations.map(|id| id / SIZE).collect();
    if tx.dialect() == Dialect::Postgres {
        if blocks.is_empty() {
            return Ok(());
        }
        let sql =
            "DELETE FROM conversation_blocks WHERE block = ANY (CAST(string_to_array($1, ',') AS bigint[]))";
        return tx.execute(sql, &[(&columns::numbers(&blocks)).into()]).map(|_| ());
    }
    for block in blocks {
        tx.execute("DELETE FROM conversation_blocks WHERE block = $1", &[block.into()])?;
    }
    Ok(())
}

/// Writes the missing blocks, in short transactions.
pub(crate) fn catch_up(db: &Db) -> Result<()> {
    let (_, missing) = db.read(state)?;
    for slice in missing.chunks(SLICE) {
        db.write(Priority::Bulk, |tx| {
            lock_append(tx)?;
            for block in slice {
                let made = made(tx, *block)?;
                tx.execute(
                    "INSERT INTO conversation_blocks (block, first_at, last_at, body) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (block) DO NOTHING",
                    &[(*block).into(), made.first_at.into(), made.last_at.into(), (&made.body).into()],
                )?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
}

fn next(bytes: &mut &[u8]) -> Result<u64> {
    take(bytes).ok_or_else(damaged)
}

/// A signed number so that small ones stay short.
fn signed(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unsigned(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

fn damaged() -> Error {
    Error::internal("a block of conversations is damaged; run `folkmoot check`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(numbers in prop::collection::vec(prop::num::i64::ANY, 0..40)) {
            let mut bytes = Vec::new();
            for n in &numbers {
                put(&mut bytes, signed(*n));
            }
            let mut rest = bytes.as_slice();
            let back: Vec<i64> = std::iter::from_fn(|| take(&mut rest)).map(unsigned).collect();
            prop_assert_eq!(back, numbers);
        }

        #[test]
        fn damage_is_an_error_and_no_panic(bytes in prop::collection::vec(prop::num::u8::ANY, 0..60)) {
            let _ = read(3, &bytes, |_| true, |_, e| {
                let _ = e.others.count();
                Ok(())
            });
        }
    }

    #[test]
    fn a_cut_block_is_an_error() {
        let mut body = Vec::new();
        for n in [1, 2, 4, 2, 0] {
            put(&mut body, n);
        }
        for n in [5, signed(70), 9, 1, 2, 3, signed(4)] {
            put(&mut body, n);
        }
        let all = |body: &[u8]| {
            let mut seen = Vec::new();
            let wanted = |s: &Shape| s.channel_id == 2;
            read(1, body, wanted, |_, e| {
                seen.push((e.id, e.at, e.opener, e.others.collect::<Vec<_>>()));
                Ok(())
            })
            .map(|()| seen)
        };
        assert_eq!(all(&body).expect("a block"), [(SIZE + 5, 70, 9, vec![(3, 74)])]);
        assert!(all(&body[..body.len() - 1]).is_err());
    }
}
