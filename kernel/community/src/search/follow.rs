//! The index follows the log: what is new at once, what a large import left from its newest to its oldest row, in
//! slices that hold the writer for a moment only. Everything it must remember is in the database, written with the
//! entries themselves, so that it can be broken off at any time.
//!
//! Texts are read and cut into words outside of the transaction that writes them. Whoever changes or removes a row
//! counts `search_changed` up; a slice that was read before such a change is read again when it is written. On
//! PostgreSQL, where they could do so at the same time, one waits for the other (`index::alone`).

use super::index::{self, COLUMNS, Doc, Entry, Message, SEQ_MASK, doc_of};
use crate::log::{LogRow, take_numbers};
use base::Result;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use store::{Conn, Db, Dialect, Priority};

/// More new rows than this are work for later, begun at their newest.
const MANY: i64 = 20_000;
/// Rows whose texts are read at a time.
const CHUNK: usize = 20_000;
/// Rows whose numbers are kept in memory: 8 bytes each.
const PLAN_MAX: usize = 2_000_000;
/// Changed rows handled in one transaction.
const CHANGES: i64 = 200;
/// How long a slice should hold the writer.
const HOLD: Duration = Duration::from_millis(15);
/// On PostgreSQL only those wait who change what is indexed.
const HOLD_ALONE: Duration = Duration::from_millis(60);
/// PostgreSQL sorts so many entries in at a time when there are many: each time it goes through its whole index.
const SORTED_AT_ONCE: u64 = 50_000;
/// And so many of those that arrive one after the other.
const SORTED_OF_TAIL: u64 = 20_000;
/// How far another part must be ahead in time before the work turns to it, as its rows are listed anew then: the
/// numbers of 60 days.
const AHEAD: Doc = index::doc_of(60 * 86_400 * 1_000_000, 0);
/// So few pieces of the index make no difference to a search.
const FEW: i64 = 16;
/// The most steps of putting pieces together at the end.
const SETTLING: u32 = 200;
/// Rows between two that are wanted which are read over rather than asked for apart.
const NEAR: i64 = 16;

/// A part of the log that is not indexed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Backlog {
    id: i64,
    first_seq: i64,
    last_seq: i64,
    before: Doc,
}

/// Texts that were read together, and at which state of the log.
struct Chunk {
    messages: Vec<Message>,
    entries: Vec<Entry>,
    changed: i64,
    /// Everything from this number on is in it or indexed already.
    from: Doc,
}

/// Brings the index up to the log; returns when nothing is left or `stop` is set, with the number of entries that
/// were written. May be called by several at once.
///
/// # Errors
/// When the database says no; what was written before stays.
pub fn follow(db: &Db, stop: &AtomicBool) -> Result<u64> {
    let slice = slices(db.dialect()).0.max(400.0);
    let mut work = Work { db, stop, slice, pages: 100.0, written: 0, waiting: 0, sorter: None };
    while !work.stopped() {
        if work.changes()? || work.tail()? {
            continue;
        }
        match work.next_backlog()? {
            Some(backlog) => work.catch_up(backlog)?,
            None => break,
        }
    }
    work.sort_in(1)?;
    Ok(work.written)
}

/// Makes what a follower left that was killed as good as what others leave; to be called once at the start.
///
/// # Errors
/// When the database says no.
pub fn settle(db: &Db) -> Result<()> {
    if db.dialect() == Dialect::Postgres { db.read(index::sort_in) } else { Ok(()) }
}

struct Work<'a> {
    db: &'a Db,
    stop: &'a AtomicBool,
    /// Entries of one transaction, as many as fit its time.
    slice: f64,
    /// Pages of the index put together in one transaction, likewise.
    pages: f64,
    written: u64,
    /// Entries that PostgreSQL has not sorted in yet.
    waiting: u64,
    /// Who sorts them in while more is written.
    sorter: Option<SyncSender<()>>,
}

/// The fewest and the most entries of one transaction: on PostgreSQL few wait for it, and a commit costs more.
fn slices(dialect: Dialect) -> (f64, f64) {
    match dialect {
        Dialect::Sqlite => (50.0, 1_500.0),
        Dialect::Postgres => (2_000.0, 10_000.0),
    }
}

/// The next size of something, so that it takes as long as it may: slowly, as one long time says little.
fn fitted(size: f64, took: Duration, hold: Duration, limits: (f64, f64)) -> f64 {
    let fits = size * hold.as_secs_f64() / took.as_secs_f64().max(1e-5);
    (size * 0.8 + fits.min(size * 2.0) * 0.2).clamp(limits.0, limits.1)
}

impl Work<'_> {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Indexes some of the rows that changed; says whether there were any.
    fn changes(&mut self) -> Result<bool> {
        let waiting =
            self.db.read(|c| c.query("SELECT seq FROM search_changes LIMIT 1", &[], |r| r.int(0)))?;
        if waiting.is_empty() {
            return Ok(false);
        }
        let written = self.db.write(Priority::Bulk, |tx| {
            index::alone_in_haste(tx)?;
            let seqs =
                tx.query("SELECT seq FROM search_changes ORDER BY seq LIMIT $1", &[CHANGES.into()], |r| {
                    r.int(0)
                })?;
            let mut entries = Vec::with_capacity(seqs.len());
            for seq in &seqs {
                entries.extend(read_one(tx, *seq)?.and_then(|m| m.entry(tx.dialect())));
                tx.execute("DELETE FROM search_changes WHERE seq = $1", &[(*seq).into()])?;
            }
            entries.sort_unstable_by_key(|e| e.doc);
            index::put(tx, &entries)?;
            Ok(entries.len() as u64)
        })?;
        self.written += written;
        self.waiting += written;
        Ok(true)
    }

    /// Indexes what arrived since the last time; says whether anything did.
    fn tail(&mut self) -> Result<bool> {
        let (from, last) = self.db.read(|c| Ok((mark(c)?, newest(c)?)))?;
        if last <= from {
            return Ok(false);
        }
        if last - from > MANY {
            self.db.write(Priority::Bulk, |tx| {
                index::alone(tx)?;
                if move_mark(tx, from, last)? {
                    tx.execute(
                        "INSERT INTO search_backlog (first_seq, last_seq, before_doc) VALUES ($1, $2, $3)",
                        &[(from + 1).into(), last.into(), Doc::MAX.into()],
                    )?;
                }
                Ok(())
            })?;
            return Ok(true);
        }
        let dialect = self.db.dialect();
        let (messages, changed) = self.db.read(|c| {
            let sql =
                format!("{} WHERE a.seq > $1 AND a.seq <= $2 AND {HAS_TEXT} ORDER BY a.seq", from_log());
            Ok((c.query(&sql, &[from.into(), last.into()], Message::read)?, changed(c)?))
        })?;
        let (mut rest, mut reached) = (messages.as_slice(), from);
        loop {
            let n = rest.len().min(self.slice as usize);
            let (now, later) = rest.split_at(n);
            let upto = if later.is_empty() { last } else { now.last().map_or(last, |m| m.seq) };
            let mut entries: Vec<Entry> = now.iter().filter_map(|m| m.entry(dialect)).collect();
            entries.sort_unstable_by_key(|e| e.doc);
            let moved = self.write(now, entries, changed, |tx| move_mark(tx, reached, upto))?;
            if !moved || later.is_empty() || self.stopped() {
                self.sort_in(SORTED_OF_TAIL)?;
                return Ok(true);
            }
            (rest, reached) = (later, upto);
        }
    }

    /// The part that holds the newest rows.
    fn next_backlog(&self) -> Result<Option<Backlog>> {
        self.db.read(|c| {
            c.query_opt(
                "SELECT backlog_id, first_seq, last_seq, before_doc FROM search_backlog
                 ORDER BY before_doc DESC, backlog_id LIMIT 1",
                &[],
                |r| {
                    Ok(Backlog {
                        id: r.int(0)?,
                        first_seq: r.int(1)?,
                        last_seq: r.int(2)?,
                        before: r.int(3)?,
                    })
                },
            )
        })
    }

    /// Indexes a part from its newest row on, until something newer waits or it is done. Texts are read on a
    /// thread of their own, ahead of the writing, and PostgreSQL sorts in on another, behind it.
    fn catch_up(&mut self, backlog: Backlog) -> Result<()> {
        let (plan, whole) = self.db.read(|c| plan(c, backlog))?;
        let db = self.db;
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(1);
            let reading = scope.spawn(move || read_ahead(db, &plan, &sender));
            let (sorter, wanted) = sync_channel(1);
            let sorting = scope.spawn(move || wanted.iter().try_for_each(|()| db.read(index::sort_in)));
            self.sorter = Some(sorter);
            let ended = self.write_chunks(backlog, receiver);
            self.sorter = None;
            for thread in [reading, sorting] {
                match thread.join() {
                    Ok(result) => result?,
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            if ended? && whole {
                self.settle()?;
                self.db.write(Priority::Bulk, |tx| {
                    tx.execute("DELETE FROM search_backlog WHERE backlog_id = $1", &[backlog.id.into()])
                })?;
            }
            Ok(())
        })
    }

    /// Writes what is read; says whether it came to the end.
    fn write_chunks(&mut self, backlog: Backlog, chunks: Receiver<Chunk>) -> Result<bool> {
        let dialect = self.db.dialect();
        for chunk in chunks {
            debug_assert_eq!(chunk.messages.len(), chunk.entries.len(), "{dialect:?}");
            // Newest last: slices are taken from the end, and each is written in the order of its numbers.
            let (mut messages, mut entries) = (chunk.messages, chunk.entries);
            loop {
                let at = entries.len().saturating_sub(self.slice as usize);
                let now = entries.split_off(at);
                let of_now = messages.split_off(at);
                let before =
                    if entries.is_empty() { chunk.from } else { now.first().map_or(chunk.from, |e| e.doc) };
                self.write(&of_now, now, chunk.changed, |tx| {
                    tx.execute(
                        "UPDATE search_backlog SET before_doc = $1 WHERE backlog_id = $2 AND before_doc > $1",
                        &[before.into(), backlog.id.into()],
                    )?;
                    Ok(true)
                })?;
                if entries.is_empty() || self.stopped() {
                    break;
                }
            }
            while self.changes()? {}
            self.tail()?;
            let far_ahead = |b: Backlog| b.id != backlog.id && b.before.saturating_sub(chunk.from) > AHEAD;
            if self.stopped() || self.next_backlog()?.is_none_or(far_ahead) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes a slice and what is remembered with it, and learns how large the next may be. Says what `remember` said.
    fn write(
        &mut self,
        messages: &[Message],
        entries: Vec<Entry>,
        read_at: i64,
        remember: impl Fn(&mut Conn<'_>) -> Result<bool>,
    ) -> Result<bool> {
        let dialect = self.db.dialect();
        let (n, took) = (entries.len(), std::cell::Cell::new(Duration::ZERO));
        let remembered = self.db.write(Priority::Bulk, |tx| {
            index::alone_in_haste(tx)?;
            let begun = Instant::now();
            if changed(tx)? == read_at {
                index::put(tx, &entries)?;
            } else {
                let mut fresh = Vec::with_capacity(messages.len());
                for m in messages {
                    fresh.extend(read_one(tx, m.seq)?.and_then(|m| m.entry(tx.dialect())));
                }
                fresh.sort_unstable_by_key(|e| e.doc);
                index::put(tx, &fresh)?;
            }
            let remembered = remember(tx)?;
            took.set(begun.elapsed());
            Ok(remembered)
        })?;
        self.written += n as u64;
        self.waiting += n as u64;
        if n >= self.slice as usize {
            let hold = if dialect == Dialect::Sqlite { HOLD } else { HOLD_ALONE };
            self.slice = fitted(self.slice, took.get(), hold, slices(dialect));
        }
        match dialect {
            Dialect::Sqlite => self.put_together()?,
            Dialect::Postgres => self.ask_sorter(),
        }
        Ok(remembered)
    }

    /// Has PostgreSQL sort in what waits, if that is much, while more is written.
    fn ask_sorter(&mut self) {
        if let Some(sorter) = &self.sorter
            && self.waiting >= SORTED_AT_ONCE
            && sorter.try_send(()).is_ok()
        {
            self.waiting = 0;
        }
    }

    /// Has PostgreSQL sort in what waits, if that is as much as this and nobody else does it.
    fn sort_in(&mut self, many: u64) -> Result<()> {
        if self.db.dialect() == Dialect::Postgres && self.sorter.is_none() && self.waiting >= many {
            self.db.read(index::sort_in)?;
            self.waiting = 0;
        }
        Ok(())
    }

    /// Puts some pieces of the index together: each slice made one, and a search looks at all of them.
    fn put_together(&mut self) -> Result<()> {
        let took = std::cell::Cell::new(Duration::ZERO);
        let pages = self.pages as i64;
        self.db.write(Priority::Bulk, |tx| {
            let begun = Instant::now();
            index::put_together(tx, pages)?;
            took.set(begun.elapsed());
            Ok(())
        })?;
        self.pages = fitted(self.pages, took.get(), HOLD, (20.0, 600.0));
        Ok(())
    }

    /// Puts pieces together after much was written until few are left. Making one of all would write the whole index
    /// once more, and searches would not notice.
    fn settle(&mut self) -> Result<()> {
        if self.db.dialect() == Dialect::Postgres {
            self.sort_in(0)?;
            return self.db.read(index::look_over);
        }
        for _ in 0..SETTLING {
            if self.stopped() || self.db.read(index::pieces)? <= FEW {
                break;
            }
            self.put_together()?;
        }
        Ok(())
    }
}

pub(super) const HAS_TEXT: &str = "(m.text IS NOT NULL OR m.title IS NOT NULL)";

pub(super) fn from_log() -> String {
    format!("SELECT {COLUMNS} FROM activities a JOIN messages m ON m.seq = a.seq")
}

/// A message as it is now; `None` when it is gone or has no text.
fn read_one(tx: &mut Conn<'_>, seq: i64) -> Result<Option<Message>> {
    tx.query_opt(&format!("{} WHERE a.seq = $1 AND {HAS_TEXT}", from_log()), &[seq.into()], Message::read)
}

/// The numbers of everything that a part still holds, ascending; of the newest when there are very many. Says
/// whether it is everything.
fn plan(c: &mut Conn<'_>, b: Backlog) -> Result<(Vec<Doc>, bool)> {
    let mut docs: Vec<Doc> = Vec::new();
    let mut whole = true;
    c.for_each(
        "SELECT seq, at FROM activities WHERE seq >= $1 AND seq <= $2",
        &[b.first_seq.into(), b.last_seq.into()],
        |r| {
            let doc = doc_of(r.int(1)?, r.int(0)?);
            if doc < b.before {
                docs.push(doc);
            }
            if docs.len() >= 2 * PLAN_MAX {
                docs.select_nth_unstable_by(PLAN_MAX, |a, b| b.cmp(a));
                docs.truncate(PLAN_MAX);
                whole = false;
            }
            Ok(())
        },
    )?;
    docs.sort_unstable();
    if !whole {
        let oldest = docs.len().saturating_sub(PLAN_MAX);
        docs.drain(..oldest);
    }
    Ok((docs, whole))
}

/// Reads the texts of a plan from its end on and hands them over, until nobody takes them.
fn read_ahead(db: &Db, plan: &[Doc], to: &SyncSender<Chunk>) -> Result<()> {
    let mut rest = plan;
    while !rest.is_empty() {
        let (older, now) = rest.split_at(rest.len().saturating_sub(CHUNK));
        let chunk = db.read(|c| read_chunk(c, now))?;
        if to.send(chunk).is_err() {
            break;
        }
        rest = older;
    }
    Ok(())
}

/// Reads the texts of some rows, in runs of `seq`: a channel's newest rows lie side by side.
fn read_chunk(c: &mut Conn<'_>, docs: &[Doc]) -> Result<Chunk> {
    let (Some(&low), Some(&high)) = (docs.first(), docs.last()) else {
        return Ok(Chunk { messages: Vec::new(), entries: Vec::new(), changed: changed(c)?, from: 0 });
    };
    let mut seqs: Vec<i64> = docs.iter().map(|d| d & SEQ_MASK).collect();
    seqs.sort_unstable();
    let sql = format!("{} WHERE a.seq >= $1 AND a.seq <= $2 AND {HAS_TEXT}", from_log());
    let dialect: Dialect = c.dialect();
    let mut found: Vec<(Message, Entry)> = Vec::with_capacity(seqs.len());
    for run in seqs.chunk_by(|a, b| b - a <= NEAR) {
        c.for_each(&sql, &[run[0].into(), run[run.len() - 1].into()], |r| {
            let (at, seq) = (r.int(1)?, r.int(0)?);
            if (low..=high).contains(&doc_of(at, seq)) {
                let message = Message::read(r)?;
                if let Some(entry) = message.entry(dialect) {
                    found.push((Message { text: None, title: None, ..message }, entry));
                }
            }
            Ok(())
        })?;
    }
    found.sort_unstable_by_key(|(_, e)| e.doc);
    let (messages, entries) = found.into_iter().unzip();
    Ok(Chunk { messages, entries, changed: changed(c)?, from: low })
}

fn counter(c: &mut Conn<'_>, name: &str) -> Result<i64> {
    Ok(c.query_opt("SELECT value FROM counters WHERE name = $1", &[name.into()], |r| r.int(0))?.unwrap_or(0))
}

/// Up to which `seq` the log is indexed or listed for later.
pub(super) fn mark(c: &mut Conn<'_>) -> Result<i64> {
    counter(c, "searched")
}

/// Moves the mark from where it was seen; says whether it was still there. Another may have moved it meanwhile, or
/// begun anew.
fn move_mark(tx: &mut Conn<'_>, from: i64, to: i64) -> Result<bool> {
    let still = mark(tx)? == from;
    if still {
        tx.execute(
            "INSERT INTO counters (name, value) VALUES ('searched', $1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            &[to.into()],
        )?;
    }
    Ok(still)
}

/// Says that nothing is indexed: for a store whose rows came from elsewhere without the index, which is another thing
/// on each database. [`follow`] then makes it, newest first.
///
/// # Errors
/// When the database says no.
pub fn begin_anew(tx: &mut Conn<'_>) -> Result<()> {
    tx.execute("DELETE FROM search_backlog", &[])?;
    tx.execute("DELETE FROM search_changes", &[])?;
    tx.execute("DELETE FROM counters WHERE name = 'searched'", &[])?;
    Ok(())
}

/// Throws the index away and makes it anew from the log; returns when it is whole or `stop` is set, with the number of
/// entries.
///
/// # Errors
/// When the database says no; then [`follow`] goes on where it was.
pub fn rebuild(db: &Db, stop: &AtomicBool) -> Result<u64> {
    db.write(Priority::Bulk, |tx| {
        index::alone(tx)?;
        index::clear(tx)?;
        begin_anew(tx)
    })?;
    follow(db, stop)
}

pub(super) fn newest(c: &mut Conn<'_>) -> Result<i64> {
    c.query_one("SELECT COALESCE(MAX(seq), 0) FROM activities", &[], |r| r.int(0))
}

/// Counts the changes to rows that may have been read already.
fn changed(c: &mut Conn<'_>) -> Result<i64> {
    counter(c, "search_changed")
}

/// Takes rows that are about to change out of the index, to be indexed anew a moment later. To be called in the
/// transaction that changes them, with the rows as they were.
pub(crate) fn changing(tx: &mut Conn<'_>, rows: &[LogRow]) -> Result<()> {
    removing(tx, rows)?;
    for row in rows {
        tx.execute(
            "INSERT INTO search_changes (seq) VALUES ($1) ON CONFLICT (seq) DO NOTHING",
            &[row.seq.into()],
        )?;
    }
    Ok(())
}

/// Takes rows that are removed out of the index, in the same transaction.
pub(crate) fn removing(tx: &mut Conn<'_>, rows: &[LogRow]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    index::alone(tx)?;
    take_numbers(tx, "search_changed", 1)?;
    let docs: Vec<Doc> = rows.iter().map(|r| doc_of(r.at, r.seq)).collect();
    index::take(tx, &docs)
}
