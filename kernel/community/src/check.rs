//! Proves that everything derived equals what the log says.

use crate::blocks;
use crate::cell;
use crate::conversations::{Conversation, load_many};
use crate::log::{COLUMNS, LogRow};
use crate::questions::{Asks, asks};
use crate::rebuild::{Emitted, channel_cells, union_cells};
use crate::rollup::{COMMUNITY, FIRST, Frame};
use base::{Day, Result};
use std::fmt::Write as _;
use store::{Conn, Db};

/// What a check looked at, and the first difference if there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Rows of the log.
    pub activities: u64,
    /// Roll-up cells compared.
    pub cells: u64,
    /// Conversations compared.
    pub conversations: u64,
    /// Messages looked for in the search index: all but those that it did not get to yet.
    pub indexed: u64,
    /// The first difference, in words.
    pub difference: Option<String>,
}

/// Recomputes cells and derived tables from the log and compares.
///
/// # Errors
/// When the database says no. A difference is not an error but part of the report.
pub fn check(db: &Db) -> Result<Report> {
    crate::rollup::fold::fold_all(db)?;
    db.read(|c| {
        let activities = c.query_one("SELECT count(*) FROM activities", &[], |r| r.int(0))? as u64;
        let mut report = Report { activities, ..Report::default() };
        check_cells(c, &mut report)?;
        check_index(c, &mut report)?;
        check_conversations(c, &mut report)?;
        check_blocks(c, &mut report)?;
        check_messages(c, &mut report)?;
        check_search(c, &mut report)?;
        Ok(report)
    })
}

fn note(report: &mut Report, text: impl FnOnce() -> String) {
    if report.difference.is_none() {
        report.difference = Some(text());
    }
}

fn check_cells(c: &mut Conn<'_>, report: &mut Report) -> Result<()> {
    let frame = Frame::load(c)?;
    // What the log has must be stored; and there are not more cells stored than that.
    let mut want: Vec<Emitted> = Vec::new();
    let mut counted = 0u64;
    let mut flush = |c: &mut Conn<'_>, want: &mut Vec<Emitted>, report: &mut Report| -> Result<()> {
        for (scope, kind, day, pairs) in want.drain(..) {
            counted += 1;
            let stored = c.query_opt(
                "SELECT people, counts, rows FROM cells
                 WHERE generation = $1 AND scope = $2 AND kind = $3 AND day = $4",
                &[frame.generation.into(), scope.into(), kind.into(), day.into()],
                |r| Ok((cell::decode(r.bytes(0)?, r.bytes(1)?)?, r.int(2)?)),
            )?;
            let rows: i64 = pairs.iter().map(|p| i64::from(p.1)).sum();
            if stored.as_ref().is_none_or(|s| s.0 != pairs || s.1 != rows) {
                note(report, || describe(scope, kind, day, &pairs, stored.map(|s| s.0)));
            }
        }
        Ok(())
    };
    let mut all = Vec::new();
    channel_cells(c, &frame.zone, &mut |e| {
        all.push(e);
        Ok(())
    })?;
    union_cells(c, frame.generation, &mut |e| {
        want.push(e);
        Ok(())
    })?;
    flush(c, &mut all, report)?;
    let firsts: Vec<(i32, u32)> =
        want.iter().filter(|w| w.1 == FIRST).flat_map(|w| w.3.iter().map(|p| (w.2, p.0))).collect();
    flush(c, &mut want, report)?;
    report.cells = counted;
    let stored =
        c.query_one("SELECT count(*) FROM cells WHERE generation = $1", &[frame.generation.into()], |r| {
            r.int(0)
        })? as u64;
    if stored != counted {
        note(report, || format!("{stored} roll-up cells are stored, {counted} follow from the log"));
    }
    check_first_days(c, &firsts, report)
}

fn check_first_days(c: &mut Conn<'_>, firsts: &[(i32, u32)], report: &mut Report) -> Result<()> {
    let mut expect: std::collections::HashMap<u32, i32> = firsts.iter().map(|(d, i)| (*i, *d)).collect();
    c.for_each("SELECT identity, first_day FROM identities", &[], |r| {
        let (identity, day) = (r.int(0)? as u32, r.opt_int(1)?.map(|d| d as i32));
        let want = expect.remove(&identity);
        if want != day {
            note(report, || {
                format!(
                    "identity {identity} is first active on {} by the log, stored is {}",
                    words(want),
                    words(day)
                )
            });
        }
        Ok(())
    })
}

fn words(day: Option<i32>) -> String {
    day.map_or_else(|| "no day".to_owned(), |d| Day(d).to_string())
}

fn describe(scope: i64, kind: i64, day: i32, want: &[(u32, u32)], have: Option<Vec<(u32, u32)>>) -> String {
    let place = match scope {
        COMMUNITY => "the community".to_owned(),
        s if s % 2 == 0 => format!("channel {}", s / 2),
        s => format!("source {}", s / 2),
    };
    let mut text = format!("{}, kind {kind}, {place}: ", Day(day));
    let sum = |p: &[(u32, u32)]| p.iter().map(|x| u64::from(x.1)).sum::<u64>();
    // Writing to a String does not fail.
    let _ = match have {
        None => write!(text, "no cell is stored, the log has {} people and {} rows", want.len(), sum(want)),
        Some(h) => write!(
            text,
            "stored are {} people and {} rows, the log has {} and {}",
            h.len(),
            sum(&h),
            want.len(),
            sum(want)
        ),
    };
    text
}

/// A commutative sum over the index's rows, so that two tables can be compared in one pass each.
fn digest(parts: &[i64]) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    for p in parts {
        h = (h ^ *p as u64).wrapping_mul(0x1000_0000_01b3).rotate_left(23);
    }
    h
}

fn check_index(c: &mut Conn<'_>, report: &mut Report) -> Result<()> {
    let (mut want, mut have) = ((0u64, 0u64), (0u64, 0u64));
    c.for_each(
        "SELECT identity, at, rank, seq, kind, channel_id FROM activities WHERE identity <> 0",
        &[],
        |r| {
            let at = r.int(1)?;
            let parts = [
                crate::rollup::index::month_of(at),
                r.int(0)?,
                at,
                r.int(2)?,
                r.int(3)?,
                r.int(4)?,
                r.int(5)?,
            ];
            want = (want.0 + 1, want.1.wrapping_add(digest(&parts)));
            Ok(())
        },
    )?;
    c.for_each("SELECT month, identity, at, rank, seq, kind, channel_id FROM member_activities", &[], |r| {
        let parts = [r.int(0)?, r.int(1)?, r.int(2)?, r.int(3)?, r.int(4)?, r.int(5)?, r.int(6)?];
        have = (have.0 + 1, have.1.wrapping_add(digest(&parts)));
        Ok(())
    })?;
    if want != have {
        note(report, || {
            format!("the members' index holds {} rows, the log has {} with a member", have.0, want.0)
                + if want.0 == have.0 { ", and they differ" } else { "" }
        });
    }
    Ok(())
}

fn check_conversations(c: &mut Conn<'_>, report: &mut Report) -> Result<()> {
    let stored = c.query_one("SELECT count(*) FROM conversations", &[], |r| r.int(0))? as u64;
    let mut seen = 0u64;
    let mut from = 0i64;
    loop {
        let mut made: Vec<Conversation> = Vec::new();
        c.for_each(
            &format!(
                "SELECT {COLUMNS} FROM activities a WHERE a.conversation_id > $1 AND a.conversation_id <= $2
                 ORDER BY a.conversation_id"
            ),
            &[from.into(), (from + 200_000).into()],
            |r| {
                let row = LogRow::read(r)?;
                if made.last().is_none_or(|m| m.id != row.conversation_id) {
                    made.push(Conversation::empty(row.conversation_id, (0, 0, 0), row.source_id));
                }
                if let Some(m) = made.last_mut() {
                    m.add(&row, Asks::No);
                }
                Ok(())
            },
        )?;
        let ids: Vec<i64> = made.iter().map(|m| m.id).collect();
        let mut have = load_many(c, &ids)?;
        for m in made {
            seen += 1;
            let same = have.remove(&m.id).is_some_and(|h| h.opening == m.opening && h.people == m.people);
            if !same {
                note(report, || format!("conversation {} differs from the log", m.id));
            }
        }
        check_questions(c, (from, from + 200_000), report)?;
        from += 200_000;
        let more = c.query_opt(
            "SELECT conversation_id FROM conversations WHERE conversation_id > $1 LIMIT 1",
            &[from.into()],
            |r| r.int(0),
        )?;
        if more.is_none() {
            break;
        }
    }
    report.conversations = seen;
    if seen != stored {
        note(report, || format!("{stored} conversations are stored, {seen} follow from the log"));
    }
    Ok(())
}

/// The rule of questions over the stored texts of the openings in a range of conversations.
fn check_questions(c: &mut Conn<'_>, range: (i64, i64), report: &mut Report) -> Result<()> {
    c.for_each(
        "SELECT c.conversation_id, c.question, c.opened_kind, m.title, m.text, m.asks FROM conversations c
         LEFT JOIN messages m ON m.seq = c.opened_seq WHERE c.conversation_id > $1 AND c.conversation_id <= $2",
        &[range.0.into(), range.1.into()],
        |r| {
            let kind = crate::Kind(r.int(2)? as i16);
            // Of a text that was dropped it is kept what the rule said.
            let want = match r.opt_int(5)? {
                Some(said) => Asks::of_number(said),
                None => asks(kind, r.opt_text(3)?.as_deref(), r.opt_text(4)?.as_deref()),
            };
            let (id, have) = (r.int(0)?, r.int(1)?);
            if want.number() != have {
                note(report, || {
                    format!("conversation {id} is stored as question {have}, its opening says {}", want.number())
                });
            }
            Ok(())
        },
    )
}

fn check_blocks(c: &mut Conn<'_>, report: &mut Report) -> Result<()> {
    for blocks::Listed { block, first_at, last_at } in blocks::state(c)?.0 {
        let made = blocks::made(c, block)?;
        let body =
            c.query_one("SELECT body FROM conversation_blocks WHERE block = $1", &[block.into()], |r| {
                r.blob(0)
            })?;
        if made != (blocks::Block { first_at, last_at, body }) {
            note(report, || {
                let first = block * blocks::SIZE;
                format!(
                    "the block of conversations {first} to {} differs from them",
                    first + blocks::SIZE - 1
                )
            });
        }
    }
    Ok(())
}

fn check_messages(c: &mut Conn<'_>, report: &mut Report) -> Result<()> {
    let orphans = c.query_one(
        "SELECT count(*) FROM messages m WHERE NOT EXISTS (SELECT 1 FROM activities a WHERE a.seq = m.seq)",
        &[],
        |r| r.int(0),
    )?;
    if orphans > 0 {
        note(report, || format!("{orphans} texts belong to no row of the log"));
    }
    Ok(())
}

fn check_search(c: &mut Conn<'_>, report: &mut Report) -> Result<()> {
    let (indexed, difference) = crate::search::check(c)?;
    report.indexed = indexed;
    if let Some(difference) = difference {
        note(report, || difference);
    }
    Ok(())
}
