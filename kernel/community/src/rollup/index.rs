//! The members' index, written behind the log in sorted runs: row by row it would touch one page of the
//! database for each activity. Rows beyond the mark are read from the log itself.

use crate::Kind;
use crate::columns;
use crate::log::{self, LogRow};
use base::{Day, Interval, Micros, Result};
use store::{Conn, Db, Dialect, Priority};

/// Rows sorted together (56 bytes each): the more, the fewer pages are written twice.
pub(crate) const RUN: i64 = 500_000;
/// Rows written in one transaction.
const SLICE: usize = 1_200;

/// The UTC month of an instant, as months since the year 0.
pub(crate) fn month_of(at: Micros) -> i64 {
    i64::from(Interval::Month.index(Day::of_micros(at)))
}

/// One entry of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    month: i64,
    identity: u32,
    at: Micros,
    rank: i64,
    seq: i64,
    kind: Kind,
    channel_id: i64,
}

impl Entry {
    fn of(r: &LogRow) -> Self {
        Self {
            month: month_of(r.at),
            identity: r.identity,
            at: r.at,
            rank: r.rank,
            seq: r.seq,
            kind: r.kind,
            channel_id: r.channel_id,
        }
    }
}

/// Up to which `seq` the log is indexed.
fn mark(c: &mut Conn<'_>) -> Result<i64> {
    Ok(c.query_opt("SELECT value FROM counters WHERE name = 'indexed'", &[], |r| r.int(0))?.unwrap_or(0))
}

/// Moves the mark. Never back: of two that catch up at the same time the slower one knows less.
fn set_mark(tx: &mut Conn<'_>, seq: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO counters (name, value) VALUES ('indexed', $1)
         ON CONFLICT (name) DO UPDATE SET
           value = CASE WHEN counters.value > excluded.value THEN counters.value ELSE excluded.value END",
        &[seq.into()],
    )?;
    Ok(())
}

/// How many rows of the log are not indexed yet, at most.
pub(super) fn backlog(c: &mut Conn<'_>) -> Result<i64> {
    let newest = c.query_one("SELECT COALESCE(MAX(seq), 0) FROM activities", &[], |r| r.int(0))?;
    Ok(newest - mark(c)?)
}

/// Brings the index up to the log when it is at least `behind` rows behind, in short transactions. Begun again
/// after a crash, it goes over the same run.
pub(crate) fn catch_up(db: &Db, behind: i64) -> Result<()> {
    loop {
        let (edits, (entries, last)) = db.read(|c| {
            let from = mark(c)?;
            let newest = c.query_one("SELECT COALESCE(MAX(seq), 0) FROM activities", &[], |r| r.int(0))?;
            let due = newest - from >= behind;
            Ok((log::edits(c)?, if due { run(c, from, RUN)? } else { (Vec::new(), None) }))
        })?;
        let Some(last) = last else { return Ok(()) };
        for slice in entries.chunks(SLICE) {
            write_slice(db, slice, edits)?;
        }
        db.write(Priority::Bulk, |tx| set_mark(tx, last))?;
    }
}

/// Writes entries that were read when the log had been changed so often. Looking at each row again is half of the
/// work and nearly always for nothing, so that is done only if it was changed meanwhile.
fn write_slice(db: &Db, slice: &[Entry], edits: i64) -> Result<()> {
    db.write(Priority::Bulk, |tx| {
        log::lock_append(tx)?;
        if log::edits(tx)? == edits { insert(tx, slice) } else { insert_current(tx, slice) }
    })
}

/// The same inside a transaction.
pub(crate) fn catch_up_now(tx: &mut Conn<'_>) -> Result<()> {
    loop {
        let from = mark(tx)?;
        let (entries, last) = run(tx, from, RUN)?;
        let Some(last) = last else { return Ok(()) };
        insert(tx, &entries)?;
        set_mark(tx, last)?;
    }
}

/// The next run of the log, sorted as the index is, and its last `seq`.
fn run(c: &mut Conn<'_>, after: i64, limit: i64) -> Result<(Vec<Entry>, Option<i64>)> {
    let mut last = None;
    let mut entries = Vec::new();
    c.for_each(
        "SELECT seq, identity, at, rank, kind, channel_id FROM activities WHERE seq > $1 ORDER BY seq LIMIT $2",
        &[after.into(), limit.into()],
        |r| {
            last = Some(r.int(0)?);
            let (identity, at) = (r.int(1)? as u32, r.int(2)?);
            if identity != 0 {
                entries.push(Entry {
                    month: month_of(at),
                    identity,
                    at,
                    rank: r.int(3)?,
                    seq: r.int(0)?,
                    kind: Kind(r.int(4)? as i16),
                    channel_id: r.int(5)?,
                });
            }
            Ok(())
        },
    )?;
    entries.sort_unstable();
    Ok((entries, last))
}

/// Writes entries.
fn insert(tx: &mut Conn<'_>, entries: &[Entry]) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        return insert_postgres(tx, entries);
    }
    tx.execute_each(
        "INSERT INTO member_activities (month, identity, at, rank, seq, kind, channel_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        entries.iter().map(|e| {
            let kind = i64::from(e.kind.0);
            let Entry { month, identity, at, rank, seq, channel_id, .. } = *e;
            [
                month.into(),
                identity.into(),
                at.into(),
                rank.into(),
                seq.into(),
                kind.into(),
                channel_id.into(),
            ]
        }),
        |_| (),
    )
}

/// Writes entries except those whose row was changed or removed meanwhile.
fn insert_current(tx: &mut Conn<'_>, entries: &[Entry]) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        return insert_postgres(tx, entries);
    }
    tx.execute_each(
        "INSERT INTO member_activities (month, identity, at, rank, seq, kind, channel_id)
         SELECT CAST($1 AS BIGINT), identity, at, rank, seq, kind, channel_id FROM activities
         WHERE seq = $2 AND at = $3 AND identity = $4 AND rank = $5
         ON CONFLICT DO NOTHING",
        entries.iter().map(|e| [e.month.into(), e.seq.into(), e.at.into(), e.identity.into(), e.rank.into()]),
        |_| (),
    )
}

/// PostgreSQL: writes entries in one round trip, except those whose row was changed or removed meanwhile.
fn insert_postgres(tx: &mut Conn<'_>, entries: &[Entry]) -> Result<()> {
    let column = |of: fn(&Entry) -> i64| columns::numbers(entries.iter().map(of));
    tx.execute(
        "INSERT INTO member_activities (month, identity, at, rank, seq, kind, channel_id)
         SELECT e.month, a.identity, a.at, a.rank, a.seq, a.kind, a.channel_id
         FROM unnest(CAST(string_to_array($1, ',') AS bigint[]), CAST(string_to_array($2, ',') AS bigint[]),
           CAST(string_to_array($3, ',') AS bigint[]), CAST(string_to_array($4, ',') AS bigint[]),
           CAST(string_to_array($5, ',') AS bigint[])) AS e (month, seq, at, identity, rank)
         JOIN activities a ON a.seq = e.seq AND a.at = e.at AND a.identity = e.identity AND a.rank = e.rank
         ON CONFLICT DO NOTHING",
        &[
            (&column(|e| e.month)).into(),
            (&column(|e| e.seq)).into(),
            (&column(|e| e.at)).into(),
            (&column(|e| i64::from(e.identity))).into(),
            (&column(|e| e.rank)).into(),
        ],
    )
    .map(|_| ())
}

/// A row of the log that is not indexed yet.
pub(crate) struct TailRow {
    pub identity: u32,
    pub at: Micros,
    pub rank: i64,
    pub kind: Kind,
    pub channel_id: i64,
}

/// The rows beyond the mark that have a member.
pub(crate) fn tail(c: &mut Conn<'_>) -> Result<Vec<TailRow>> {
    c.query(
        "SELECT identity, at, rank, kind, channel_id FROM activities
         WHERE seq > COALESCE((SELECT value FROM counters WHERE name = 'indexed'), 0) AND identity <> 0",
        &[],
        |r| {
            Ok(TailRow {
                identity: r.int(0)? as u32,
                at: r.int(1)?,
                rank: r.int(2)?,
                kind: Kind(r.int(3)? as i16),
                channel_id: r.int(4)?,
            })
        },
    )
}

/// Adds changed rows; those beyond the mark too, so that a run under way cannot miss them.
pub(crate) fn put(tx: &mut Conn<'_>, rows: &[LogRow]) -> Result<()> {
    let entries: Vec<Entry> = rows.iter().filter(|r| r.identity != 0).map(Entry::of).collect();
    insert(tx, &entries)
}

/// Takes rows out.
pub(crate) fn take(tx: &mut Conn<'_>, rows: &[LogRow]) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        let entries: Vec<Entry> = rows.iter().filter(|r| r.identity != 0).map(Entry::of).collect();
        let column = |of: fn(&Entry) -> i64| columns::numbers(entries.iter().map(of));
        return tx
            .execute(
                "DELETE FROM member_activities m
                 USING unnest(CAST(string_to_array($1, ',') AS bigint[]), CAST(string_to_array($2, ',') AS bigint[]),
                   CAST(string_to_array($3, ',') AS bigint[]), CAST(string_to_array($4, ',') AS bigint[]),
                   CAST(string_to_array($5, ',') AS bigint[])) AS e (month, identity, at, rank, seq)
                 WHERE m.month = e.month AND m.identity = e.identity AND m.at = e.at AND m.rank = e.rank
                   AND m.seq = e.seq",
                &[
                    (&column(|e| e.month)).into(),
                    (&column(|e| i64::from(e.identity))).into(),
                    (&column(|e| e.at)).into(),
                    (&column(|e| e.rank)).into(),
                    (&column(|e| e.seq)).into(),
                ],
            )
            .map(|_| ());
    }
    for r in rows.iter().filter(|r| r.identity != 0) {
        tx.execute(
            "DELETE FROM member_activities
             WHERE month = $1 AND identity = $2 AND at = $3 AND rank = $4 AND seq = $5",
            &[month_of(r.at).into(), r.identity.into(), r.at.into(), r.rank.into(), r.seq.into()],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_goes_while_a_run_is_written_leaves_no_entry() {
        for bench in [Some(testkit::Bench::sqlite(&[])), testkit::Bench::postgres(&[])].into_iter().flatten()
        {
            let row = |seq: i64| LogRow {
                seq,
                place: 2,
                stated_at: seq,
                record: 0,
                id_hash: seq,
                at: seq,
                rank: 0,
                kind: Kind(1),
                source_id: 1,
                channel_id: 1,
                identity: 1,
                conversation_id: 0,
                follows: true,
                import_id: 0,
            };
            let db = bench.db();
            db.write(Priority::Bulk, |tx| log::append(tx, &[row(1), row(2)])).expect("rows");
            let (edits, (entries, _)) = db.read(|c| Ok((log::edits(c)?, run(c, 0, RUN)?))).expect("a run");
            let there = || {
                db.read(|c| c.query("SELECT seq FROM member_activities ORDER BY seq", &[], |r| r.int(0)))
                    .expect("entries")
            };
            write_slice(db, &entries[..1], edits).expect("a slice");
            assert_eq!(there(), [1], "on {}", bench.database);
            db.write(Priority::Bulk, |tx| log::remove(tx, &[row(2)])).expect("gone");
            write_slice(db, &entries[1..], edits).expect("a slice");
            assert_eq!(there(), [1], "on {}", bench.database);
        }
    }

    #[test]
    fn the_mark_never_goes_back() {
        for bench in [Some(testkit::Bench::sqlite(&[])), testkit::Bench::postgres(&[])].into_iter().flatten()
        {
            for (seq, expect) in [(10, 10), (5, 10), (12, 12)] {
                bench.db().write(Priority::Bulk, |tx| set_mark(tx, seq)).expect("set");
                assert_eq!(bench.db().read(mark).expect("read"), expect, "on {}", bench.database);
            }
        }
    }
}
