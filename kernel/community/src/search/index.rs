//! The index itself: one entry for each message, numbered by time, as each database likes it.
//!
//! The number of an entry begins with its time (in steps of some 17 seconds) and ends with its `seq`. Reading the
//! index backwards gives the newest first, a span of time is a span of numbers, and the row is known without a
//! table between. Words are written as [`tokens`](super::tokens) made them; marks that begin with `#` say source,
//! channel, author and whether it opens a conversation, so that these filters are questions to the index as well.

use super::tokens::each_token;
use super::vector::{NOWHERE, Rows, Vector};
use crate::Kind;
use base::{Micros, Result};
use std::collections::HashMap;
use store::{Conn, Dialect};

/// The number of an entry.
pub(crate) type Doc = i64;

/// The lower bits of a number are the row's `seq`.
const SEQ_BITS: u32 = 35;
/// What `seq` is read with from a number, in SQL too.
pub(crate) const SEQ_MASK: i64 = (1 << SEQ_BITS) - 1;
/// Steps of time in a number: 2^24 microseconds.
const STEP_BITS: u32 = 24;
/// Words of one message that are indexed.
const WORDS_MAX: u16 = 8_000;
/// How often one word of a message is indexed: PostgreSQL keeps no more places.
const REPEATS_MAX: u32 = 250;
/// What stands between title and text and in place of words that are left out; no query holds it.
const GAP: &str = "+";

/// The number of a row in the index.
pub(crate) const fn doc_of(at: Micros, seq: i64) -> Doc {
    let (step, last) = (at >> STEP_BITS, (1 << (63 - SEQ_BITS)) - 1);
    let step = if step < 0 {
        0
    } else if step > last {
        last
    } else {
        step
    };
    (step << SEQ_BITS) | (seq & SEQ_MASK)
}

/// The lowest number that a row of this time or later can have.
pub(crate) fn first_doc(at: Micros) -> Doc {
    doc_of(at, 0)
}

/// The time with which a number begins.
pub(crate) fn time_of(doc: Doc) -> Micros {
    (doc >> SEQ_BITS) << STEP_BITS
}

/// A message with what the index needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub seq: i64,
    pub at: Micros,
    pub kind: Kind,
    pub source_id: i64,
    pub channel_id: i64,
    pub identity: u32,
    pub title: Option<String>,
    pub text: Option<String>,
}

/// What [`Message::read`] reads, in order; `a` are activities, `m` messages.
pub(crate) const COLUMNS: &str =
    "a.seq, a.at, a.kind, a.source_id, a.channel_id, a.identity, m.title, m.text";

impl Message {
    pub(crate) fn read(r: &store::Row<'_>) -> Result<Self> {
        Ok(Self {
            seq: r.int(0)?,
            at: r.int(1)?,
            kind: Kind(r.int(2)? as i16),
            source_id: r.int(3)?,
            channel_id: r.int(4)?,
            identity: r.int(5)? as u32,
            title: r.opt_text(6)?,
            text: r.opt_text(7)?,
        })
    }

    pub(crate) fn doc(&self) -> Doc {
        doc_of(self.at, self.seq)
    }

    /// The entry for this database; `None` when there is no word in it.
    pub(crate) fn entry(&self, dialect: Dialect) -> Option<Entry> {
        let mut writer = Writer { words: Words::new(dialect), place: 0, seen: HashMap::new() };
        // Only a long message can hold one word too often.
        let long = self.text.as_ref().map_or(0, String::len) > REPEATS_MAX as usize;
        for part in [&self.title, &self.text].into_iter().flatten() {
            if writer.place > 0 {
                writer.gap();
            }
            each_token(part, &mut |word, _, _| writer.word(word, long));
        }
        (writer.place > 0).then(|| {
            writer.gap();
            writer.mark(if self.kind.opens() { 'o' } else { 'r' }, None);
            writer.mark('s', Some(self.source_id));
            writer.mark('c', Some(self.channel_id));
            writer.mark('i', Some(i64::from(self.identity)));
            Entry { doc: self.doc(), words: writer.words }
        })
    }
}

/// One entry, written for one database.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub doc: Doc,
    pub words: Words,
}

/// The words of an entry, as its database takes them.
#[derive(Clone, Debug)]
pub(crate) enum Words {
    /// One after the other, with a blank behind each; a word's place is its number.
    Line(String),
    /// With their places.
    Vector(Vector),
}

impl Words {
    fn new(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Sqlite => Self::Line(String::with_capacity(256)),
            Dialect::Postgres => Self::Vector(Vector::default()),
        }
    }
}

struct Writer {
    words: Words,
    place: u16,
    seen: HashMap<String, u32>,
}

impl Writer {
    fn word(&mut self, word: &str, count: bool) {
        if self.place >= WORDS_MAX {
            return;
        }
        if count {
            let times = self.seen.entry(word.to_owned()).or_default();
            *times += 1;
            if *times > REPEATS_MAX {
                return self.gap();
            }
        }
        self.put(word);
    }

    fn put(&mut self, word: &str) {
        self.place += 1;
        match &mut self.words {
            Words::Line(line) => {
                line.push_str(word);
                line.push(' ');
            }
            Words::Vector(vector) => vector.push(word, self.place),
        }
    }

    /// A place without a word.
    fn gap(&mut self) {
        match self.words {
            Words::Line(_) => self.put(GAP),
            Words::Vector(_) => self.place += 1,
        }
    }

    fn mark(&mut self, letter: char, number: Option<i64>) {
        let mark = number.map_or_else(|| format!("#{letter}"), |n| format!("#{letter}{n}"));
        match &mut self.words {
            Words::Line(_) => self.put(&mark),
            Words::Vector(vector) => vector.push(&mark, NOWHERE),
        }
    }
}

/// Writes entries; those that are there already are replaced. Best in the order of their numbers, each once.
pub(crate) fn put(tx: &mut Conn<'_>, entries: &[Entry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    match tx.dialect() {
        Dialect::Sqlite => {
            for e in entries {
                let Words::Line(line) = &e.words else { continue };
                tx.execute(
                    "INSERT OR REPLACE INTO search_index (rowid, words) VALUES ($1, $2)",
                    &[e.doc.into(), line.into()],
                )?;
            }
        }
        Dialect::Postgres => {
            let docs: Vec<Doc> = entries.iter().map(|e| e.doc).collect();
            take(tx, &docs)?;
            let mut rows = Rows::new();
            for e in entries {
                let Words::Vector(vector) = &e.words else { continue };
                rows.push(e.doc, vector);
            }
            tx.copy_in("COPY search_index (doc, words) FROM STDIN (FORMAT binary)", &rows.finish())?;
        }
    }
    Ok(())
}

/// Puts pieces of the index together, of a size that there are several of, until so many pages are written; on
/// PostgreSQL there is nothing to put together.
pub(crate) fn put_together(tx: &mut Conn<'_>, pages: i64) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        tx.execute("INSERT INTO search_index (search_index, rank) VALUES ('merge', $1)", &[pages.into()])?;
    }
    Ok(())
}

/// Sorts what was written into its index, as every search reads what waits there from end to end; on SQLite nothing
/// waits. Much memory means few passes over the index. It changes no rows and nobody waits for it.
pub(crate) fn sort_in(c: &mut Conn<'_>) -> Result<()> {
    if c.dialect() == Dialect::Postgres {
        c.batch("SET LOCAL maintenance_work_mem = '128MB'")?;
        c.query_opt("SELECT gin_clean_pending_list('search_index_words')", &[], |_| Ok(()))?;
    }
    Ok(())
}

/// Has PostgreSQL look which words are frequent, as it does by itself somewhat later: searches are planned by it.
pub(crate) fn look_over(c: &mut Conn<'_>) -> Result<()> {
    if c.dialect() == Dialect::Postgres {
        c.batch("ANALYZE search_index")?;
    }
    Ok(())
}

/// Keeps others who write entries, or who change what is indexed, from doing so until the end of the transaction.
pub(crate) fn alone(tx: &mut Conn<'_>) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute("SELECT pg_advisory_xact_lock($1)", &[7_201_003_i64.into()])?;
    }
    Ok(())
}

/// The same for whoever writes nothing but entries: what is lost with the machine is written again, so that nobody
/// needs to wait for the disk.
pub(crate) fn alone_in_haste(tx: &mut Conn<'_>) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.batch("SET LOCAL synchronous_commit = off")?;
    }
    alone(tx)
}

/// Removes every entry.
pub(crate) fn clear(tx: &mut Conn<'_>) -> Result<()> {
    match tx.dialect() {
        Dialect::Sqlite => {
            tx.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')", &[])?;
        }
        Dialect::Postgres => tx.batch("TRUNCATE search_index")?,
    }
    Ok(())
}

/// Of how many pieces the index is made.
pub(crate) fn pieces(c: &mut Conn<'_>) -> Result<i64> {
    match c.dialect() {
        Dialect::Sqlite => {
            c.query_one("SELECT count(DISTINCT segid) FROM search_index_idx", &[], |r| r.int(0))
        }
        Dialect::Postgres => Ok(1),
    }
}

/// Takes entries out; those that are not there make no difference.
pub(crate) fn take(tx: &mut Conn<'_>, docs: &[Doc]) -> Result<()> {
    match tx.dialect() {
        Dialect::Sqlite => {
            for doc in docs {
                tx.execute("DELETE FROM search_index WHERE rowid = $1", &[(*doc).into()])?;
            }
        }
        Dialect::Postgres => {
            let list: Vec<String> = docs.iter().map(i64::to_string).collect();
            tx.execute(
                "DELETE FROM search_index WHERE doc IN
                   (SELECT v::bigint FROM jsonb_array_elements_text(CAST($1 AS text)::jsonb) v)",
                &[format!("[{}]", list.join(",")).as_str().into()],
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_time_and_hold_the_row() {
        let docs = [doc_of(-5, 9), doc_of(1 << 24, 7), doc_of(1 << 25, 3), doc_of(1_704_067_200_000_000, 1)];
        assert!(docs.windows(2).all(|w| w[0] < w[1]), "{docs:?}");
        assert_eq!(docs.map(|d| d & SEQ_MASK), [9, 7, 3, 1]);
        assert!(doc_of(i64::MAX, 5) > 0);
    }

    #[test]
    fn an_entry_is_written_for_each_database() {
        let message = Message {
            seq: 1,
            at: 0,
            kind: Kind::MESSAGE_POSTED,
            source_id: 2,
            channel_id: 3,
            identity: 4,
            title: Some("A title".into()),
            text: Some("it's C++".into()),
        };
        let words = |dialect| match message.entry(dialect).map(|e| e.words) {
            Some(Words::Line(line)) => line,
            Some(Words::Vector(vector)) => vector.to_string(),
            None => String::new(),
        };
        assert_eq!(words(Dialect::Sqlite), "a title + it s c++ + #o #s2 #c3 #i4 ");
        assert_eq!(words(Dialect::Postgres), "'#c3' '#i4' '#o' '#s2' 'a':1 'c++':6 'it':4 's':5 'title':2");
        assert!(Message { title: None, text: Some("?!".into()), ..message }.entry(Dialect::Sqlite).is_none());
    }
}
