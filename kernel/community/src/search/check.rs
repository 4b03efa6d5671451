//! Proves that the index holds what the log says: every message that should be in it, with its words at their places,
//! and nothing else. Rows that are listed for later, or changed a moment ago, are not looked at.
//!
//! Both are read once from end to end, each as sums of hashes over some tens of thousands of runs of `seq`; what
//! differs there is read again row by row. So memory does not grow with the log.

use super::follow::{HAS_TEXT, from_log, mark, newest};
use super::index::{Doc, Entry, Message, SEQ_MASK, Words, doc_of};
use base::Result;
use roaring::RoaringTreemap;
use std::collections::BTreeMap;
use store::{Conn, Dialect};

/// Runs of `seq` that are compared as a whole.
const RUNS: usize = 1 << 16;
/// Rows of the log that are read at a time.
const ROWS: i64 = 20_000;

/// How many entries the index should hold by the log, and the first difference.
pub(crate) fn check(c: &mut Conn<'_>) -> Result<(u64, Option<String>)> {
    let scope = Scope::load(c)?;
    let mut runs = Runs { of: vec![(0, 0); RUNS], shift: shift_of(newest(c)?.max(scope.mark)) };
    let mut messages = 0;
    from_the_log(c, &scope, 1, scope.mark, &mut |entry| {
        messages += 1;
        runs.add(entry.doc, sum_of(&entry), true);
    })?;
    from_the_index(c, &scope, &mut |doc, sum| runs.add(doc, sum, false))?;
    let difference = match runs.of.iter().position(|(log, index)| log != index) {
        Some(run) => Some(first_difference(c, &scope, run, runs.shift)?),
        None => None,
    };
    Ok((messages, difference))
}

/// What the index says of itself: which rows it should hold.
struct Scope {
    mark: i64,
    backlog: Vec<(i64, i64, Doc)>,
    changed: RoaringTreemap,
}

impl Scope {
    fn load(c: &mut Conn<'_>) -> Result<Self> {
        let backlog = c.query("SELECT first_seq, last_seq, before_doc FROM search_backlog", &[], |r| {
            Ok((r.int(0)?, r.int(1)?, r.int(2)?))
        })?;
        let mut changed = RoaringTreemap::new();
        c.for_each("SELECT seq FROM search_changes", &[], |r| {
            changed.insert(r.int(0)?.unsigned_abs());
            Ok(())
        })?;
        Ok(Self { mark: mark(c)?, backlog, changed })
    }

    /// Whether a row should be there, or not; those left for later may be there or not.
    fn holds(&self, doc: Doc) -> bool {
        let seq = doc & SEQ_MASK;
        let later = |b: &(i64, i64, Doc)| (b.0..=b.1).contains(&seq) && doc < b.2;
        seq <= self.mark && !self.backlog.iter().any(later) && !self.changed.contains(seq.unsigned_abs())
    }
}

/// For each run of `seq` the sums of the log and of the index.
struct Runs {
    of: Vec<(u64, u64)>,
    shift: u32,
}

impl Runs {
    fn add(&mut self, doc: Doc, sum: u64, log: bool) {
        let sums = &mut self.of[run_of(doc, self.shift)];
        let sum_of = if log { &mut sums.0 } else { &mut sums.1 };
        *sum_of = sum_of.wrapping_add(sum);
    }
}

fn run_of(doc: Doc, shift: u32) -> usize {
    (((doc & SEQ_MASK) >> shift) as usize).min(RUNS - 1)
}

/// By how many bits a `seq` is shifted to give its run.
fn shift_of(newest: i64) -> u32 {
    (0..63).find(|shift| (newest >> shift) < RUNS as i64).unwrap_or(62)
}

/// The entries that should be there by the log, of some `seq`.
fn from_the_log(
    c: &mut Conn<'_>,
    scope: &Scope,
    first: i64,
    last: i64,
    each: &mut dyn FnMut(Entry),
) -> Result<()> {
    let sql = format!("{} WHERE a.seq > $1 AND a.seq <= $2 AND {HAS_TEXT} ORDER BY a.seq", from_log());
    let (dialect, mut done) = (c.dialect(), first - 1);
    while done < last {
        let upto = last.min(done + ROWS);
        c.for_each(&sql, &[done.into(), upto.into()], |r| {
            let (seq, at) = (r.int(0)?, r.int(1)?);
            if scope.holds(doc_of(at, seq))
                && let Some(entry) = Message::read(r)?.entry(dialect)
            {
                each(entry);
            }
            Ok(())
        })?;
        done = upto;
    }
    Ok(())
}

/// What the index holds, in pieces: the sums of the pieces of an entry make the sum of the entry.
fn from_the_index(c: &mut Conn<'_>, scope: &Scope, each: &mut dyn FnMut(Doc, u64)) -> Result<()> {
    match c.dialect() {
        Dialect::Sqlite => c.for_each("SELECT doc, term, \"offset\" FROM search_words", &[], |r| {
            let doc = r.int(0)?;
            if scope.holds(doc) {
                each(doc, hash(doc, r.text(1)?.as_bytes(), r.int(2)?));
            }
            Ok(())
        }),
        Dialect::Postgres => c.for_each("SELECT doc, tsvectorsend(words) FROM search_index", &[], |r| {
            let doc = r.int(0)?;
            if scope.holds(doc) {
                each(doc, hash(doc, r.bytes(1)?, 0));
            }
            Ok(())
        }),
    }
}

/// The sum of an entry's pieces.
fn sum_of(entry: &Entry) -> u64 {
    match &entry.words {
        Words::Line(line) => line
            .split_terminator(' ')
            .enumerate()
            .map(|(place, word)| hash(entry.doc, word.as_bytes(), place as i64))
            .fold(0, u64::wrapping_add),
        Words::Vector(vector) => hash(entry.doc, &vector.bytes(), 0),
    }
}

/// FNV-1a with a last mixing, so that sums of many stay apart.
fn hash(doc: Doc, bytes: &[u8], place: i64) -> u64 {
    let head = doc.to_le_bytes().into_iter().chain(place.to_le_bytes());
    let mut h = 0xcbf2_9ce4_8422_2325_u64;
    for byte in head.chain(bytes.iter().copied()) {
        h = (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h ^ (h >> 31)
}

/// The first row of a run that differs, in words.
fn first_difference(c: &mut Conn<'_>, scope: &Scope, run: usize, shift: u32) -> Result<String> {
    // The last run holds whatever the index has of rows that were never there, too.
    let (first, last) = ((run as i64) << shift, (((run as i64) + 1) << shift) - 1);
    let mut found: BTreeMap<(i64, Doc), (Option<u64>, Option<u64>)> = BTreeMap::new();
    from_the_log(c, scope, first.max(1), last.min(scope.mark), &mut |entry| {
        found.entry((entry.doc & SEQ_MASK, entry.doc)).or_default().0 = Some(sum_of(&entry));
    })?;
    from_the_index(c, scope, &mut |doc, sum| {
        if run_of(doc, shift) == run {
            let sums = found.entry((doc & SEQ_MASK, doc)).or_default();
            sums.1 = Some(sums.1.unwrap_or(0).wrapping_add(sum));
        }
    })?;
    let text = match found.into_iter().find(|(_, (log, index))| log != index) {
        Some(((seq, _), (Some(_), None))) => format!("message {seq} is not in the search index"),
        Some(((seq, _), (None, _))) => {
            format!("the search index holds message {seq}, which the log does not have like that")
        }
        Some(((seq, _), _)) => format!("the search index holds other words for message {seq} than the log"),
        None => "the search index differs from the log".to_owned(),
    };
    Ok(text + "; `folkmoot search --rebuild` makes it anew")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_hold_every_seq() {
        assert_eq!((shift_of(0), shift_of(65_535), shift_of(65_536), shift_of(5_000_000)), (0, 0, 1, 7));
        assert_eq!((run_of(70_000, 1), run_of(1 << 34, 1)), (35_000, RUNS - 1));
    }
}
