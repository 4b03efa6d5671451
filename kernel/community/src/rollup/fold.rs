//! Folding what batches left into cells, in short transactions.

use super::parts::{self, Group};
use super::{ACTIVE, COMMUNITY, Changes, FIRST, Frame, Groups, index};
use crate::Kind;
use crate::blocks;
use crate::derive::{first_days, set_first_days};
use crate::log::lock_append;
use base::{Day, Error, ErrorKind, Result};
use std::collections::BTreeMap;
use store::{Conn, Db, Priority};

/// How much of the parts is folded in one transaction: by groups of unions (two cells each), and by people
/// whose first day is looked up. Both are chosen so that the writer is held for less than 50 ms.
const SLICE: Slice = Slice { unions: 80, firsts: 1_000 };
/// Rows of small batches folded in one transaction.
const ROWS: i64 = 2_000;

/// Folds everything that batches left, in short transactions, brings the members' index up to the log, and writes
/// the blocks of conversations that are missing.
///
/// # Errors
/// When the database says no.
pub fn fold_all(db: &Db) -> Result<()> {
    fold_cells(db)?;
    index::catch_up(db, 1)?;
    blocks::catch_up(db)
}

/// The same while an import runs: the index follows only when a long run is due, the blocks not yet.
///
/// # Errors
/// When the database says no.
pub fn fold_some(db: &Db) -> Result<()> {
    fold_cells(db)?;
    index::catch_up(db, index::RUN)
}

fn fold_cells(db: &Db) -> Result<()> {
    while db.write(Priority::Bulk, |tx| {
        lock_append(tx)?;
        Ok(fold_rows(tx, ROWS)? | fold_parts(tx, SLICE)?)
    })? {}
    Ok(())
}

/// Rows behind the index, and parts, that one transaction may catch up with beside its own work.
const AT_ONCE: (i64, i64) = (2_000, 8);

/// Folds in short transactions when so much is left that a transaction which changes stored rows refuses
/// ([`fold_now`]); says whether it was so. Whoever met the refusal tries again then.
///
/// # Errors
/// When the database says no.
pub fn fold_if_behind(db: &Db) -> Result<bool> {
    let behind = db.read(is_behind)?;
    if behind {
        fold_cells(db)?;
        index::catch_up(db, 1)?;
    }
    Ok(behind)
}

/// Runs a transaction that changes stored rows; where it refuses as too much is left to fold, folds that first.
///
/// # Errors
/// What the transaction or the database says.
pub fn folding_first<R>(db: &Db, mut run: impl FnMut() -> Result<R>) -> Result<R> {
    loop {
        match run() {
            Err(e) if e.kind == ErrorKind::Conflict && fold_if_behind(db)? => {}
            other => return other,
        }
    }
}

fn is_behind(c: &mut Conn<'_>) -> Result<bool> {
    let (parts, deltas) =
        c.query_one("SELECT (SELECT count(*) FROM cell_parts), (SELECT count(*) FROM deltas)", &[], |r| {
            Ok((r.int(0)?, r.int(1)?))
        })?;
    Ok(parts > AT_ONCE.1 || deltas > AT_ONCE.0 || index::backlog(c)? > AT_ONCE.0)
}

/// The same inside a transaction that needs everything folded.
///
/// # Errors
/// `Conflict` when it would hold the writer for long; [`fold_if_behind`] is the way out.
pub(crate) fn fold_now(tx: &mut Conn<'_>) -> Result<()> {
    if is_behind(tx)? {
        return Err(Error::conflict(
            "the roll-ups are too far behind the log for this step; it will be tried again",
        ));
    }
    let all = Slice { unions: usize::MAX, firsts: usize::MAX };
    while fold_rows(tx, i64::MAX)? | fold_parts(tx, all)? {}
    index::catch_up_now(tx)
}

/// Folds rows of small batches; says whether there were any.
fn fold_rows(tx: &mut Conn<'_>, limit: i64) -> Result<bool> {
    let frame = Frame::load(tx)?;
    let mut changes = Changes::default();
    let mut last = None;
    tx.for_each(
        "SELECT seq, day, source_id, channel_id, kind, identity FROM deltas ORDER BY seq LIMIT $1",
        &[limit.into()],
        |r| {
            last = Some(r.int(0)?);
            let day = Day(r.int(1)? as i32);
            changes.row(day, r.int(2)?, r.int(3)?, Kind(r.int(4)? as i16), r.int(5)? as u32, 1);
            Ok(())
        },
    )?;
    let Some(last) = last else { return Ok(false) };
    changes.apply(tx, frame.generation)?;
    tx.execute("DELETE FROM deltas WHERE seq <= $1", &[last.into()])?;
    Ok(true)
}

/// How much is folded at most.
#[derive(Clone, Copy)]
struct Slice {
    unions: usize,
    firsts: usize,
}

impl Slice {
    /// The first group that does not fit any more; at least one fits.
    fn end(self, groups: &Groups) -> Option<(i64, i64, i32)> {
        let (mut unions, mut firsts) = (0, 0);
        for (n, (key, people)) in groups.iter().enumerate() {
            if key.1 == ACTIVE {
                unions += 1;
            } else {
                firsts += people.len();
            }
            if n > 0 && (unions > self.unions || firsts > self.firsts) {
                return Some(*key);
            }
        }
        None
    }
}

/// Folds one step of the parts; says whether there were any. What many batches left is first put together and cut
/// into pieces that fit a transaction each, whose numbers are below 0; then the pieces are folded one by one.
fn fold_parts(tx: &mut Conn<'_>, slice: Slice) -> Result<bool> {
    let piece =
        tx.query_opt("SELECT part FROM cell_parts WHERE part < 0 ORDER BY part LIMIT 1", &[], |r| r.int(0))?;
    let (from, to) = piece.map_or((0, i64::MAX), |part| (part, part));
    let mut groups = Groups::new();
    let mut taken: Vec<i64> = Vec::new();
    let mut generation = 0;
    tx.for_each(
        "SELECT part, generation, unions FROM cell_parts WHERE part BETWEEN $1 AND $2 ORDER BY part LIMIT 400",
        &[from.into(), to.into()],
        |r| {
            if taken.is_empty() {
                generation = r.int(1)?;
            }
            if generation == r.int(1)? {
                taken.push(r.int(0)?);
                for group in parts::decode(r.bytes(2)?)? {
                    parts::merge_into(&mut groups, group);
                }
            }
            Ok(())
        },
    )?;
    let (Some(&first), Some(&last)) = (taken.first(), taken.last()) else { return Ok(false) };
    tx.execute("DELETE FROM cell_parts WHERE part BETWEEN $1 AND $2", &[first.into(), last.into()])?;
    if piece.is_some() || slice.end(&groups).is_none() {
        apply(tx, generation, groups)?;
        return Ok(true);
    }
    let mut pieces = Vec::new();
    while let Some(key) = slice.end(&groups) {
        let rest = groups.split_off(&key);
        pieces.push(parts::encode(std::mem::replace(&mut groups, rest).into_iter()));
    }
    pieces.push(parts::encode(groups.into_iter()));
    tx.execute_each(
        "INSERT INTO cell_parts (part, generation, unions) VALUES ($1, $2, $3)",
        pieces.iter().zip(1..).map(|(piece, n)| [(-n).into(), generation.into(), piece.into()]),
        |_| (),
    )?;
    Ok(true)
}

fn apply(tx: &mut Conn<'_>, generation: i64, groups: Groups) -> Result<()> {
    let mut changes = Changes::default();
    let mut firsts: BTreeMap<u32, (Day, i64)> = BTreeMap::new();
    for ((scope, kind, day), people) in groups {
        for (identity, n) in people {
            if kind == ACTIVE {
                changes.add(scope, ACTIVE, Day(day), identity, n);
                changes.add(COMMUNITY, ACTIVE, Day(day), identity, n);
            } else {
                let entry = firsts.entry(identity).or_insert((Day(day), scope));
                entry.0 = entry.0.min(Day(day));
            }
        }
    }
    let all = first_days(tx, firsts.keys().copied())?;
    let mut earlier = Vec::new();
    for (identity, (day, scope)) in firsts {
        let known = all.get(&identity).copied();
        if known.is_none_or(|k| day < k) {
            if let Some(k) = known {
                changes.add(scope, FIRST, k, identity, -1);
            }
            changes.add(scope, FIRST, day, identity, 1);
            earlier.push((identity, day));
        }
    }
    set_first_days(tx, &earlier)?;
    changes.apply(tx, generation)
}

/// Parts of unions within days, for readers.
pub(crate) fn union_parts(all: &[Group], scope: i64, first: i32, last: i32) -> impl Iterator<Item = &Group> {
    all.iter().filter(move |g| {
        g.kind == ACTIVE && (scope == COMMUNITY || g.scope == scope) && g.day >= first && g.day <= last
    })
}
