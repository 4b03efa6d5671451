//! The index itself: one entry for each message, numbered by time, as each database likes it.
//!
//! The number of an entry begins with its time (in steps of some 17 seconds) and ends with its `seq`. Reading the
//! index backwards gives the newest first, a span of time is a span of numbers, and the row is known without a
//! table between. Words are written as [`tokens`](super::tokens) made them; marks that begin with `#` say source,
//! channel, author and whether it opens a conversation, so that these filters are questions to the index as well.

use super::tokens::each_token;
use crate::Kind;
use base::{Micros, Result};
use std::collections::HashMap;
use std::fmt::Write as _;
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
const WORDS_MAX: usize = 8_000;
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
        let mut writer =
            Writer { dialect, words: String::with_capacity(256), place: 0, seen: HashMap::new() };
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
    pub words: String,
}

struct Writer {
    dialect: Dialect,
    words: String,
    place: usize,
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
        match self.dialect {
            Dialect::Sqlite => {
                self.words.push_str(word);
                self.words.push(' ');
            }
            // Places are the database's own there; a word has no quote in it.
            Dialect::Postgres => {
                let _ = write!(self.words, "'{word}':{} ", self.place);
            }
        }
    }

    /// A place without a word.
    fn gap(&mut self) {
        match self.dialect {
            Dialect::Sqlite => self.put(GAP),
            Dialect::Postgres => self.place += 1,
        }
    }

    fn mark(&mut self, letter: char, number: Option<i64>) {
        let quote = if self.dialect == Dialect::Postgres { "'" } else { "" };
        let _ = write!(self.words, "{quote}#{letter}");
        if let Some(number) = number {
            let _ = write!(self.words, "{number}");
        }
        self.words.push_str(quote);
        self.words.push(' ');
    }
}

/// Writes entries; those that are there already are replaced. Best in the order of their numbers.
pub(crate) fn put(tx: &mut Conn<'_>, entries: &[Entry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    match tx.dialect() {
        Dialect::Sqlite => {
            for e in entries {
                tx.execute(
                    "INSERT OR REPLACE INTO search_index (rowid, words) VALUES ($1, $2)",
                    &[e.doc.into(), (&e.words).into()],
                )?;
            }
        }
        Dialect::Postgres => {
            tx.batch(
                "CREATE TEMP TABLE IF NOT EXISTS stage_search (doc BIGINT, words TSVECTOR) ON COMMIT DELETE ROWS;
                 TRUNCATE stage_search;",
            )?;
            let mut lines = String::with_capacity(entries.len() * 300);
            for e in entries {
                let _ = writeln!(lines, "{}\t{}", e.doc, e.words);
            }
            tx.copy_in("COPY stage_search (doc, words) FROM STDIN", lines.as_bytes())?;
            tx.execute(
                "INSERT INTO search_index (doc, words) SELECT doc, words FROM stage_search
                 ON CONFLICT (doc) DO UPDATE SET words = excluded.words",
                &[],
            )?;
        }
    }
    Ok(())
}

/// Puts pieces of the index together, of a size that there are several of, until so many pages are written. On
/// PostgreSQL everything that waits is sorted in.
pub(crate) fn put_together(tx: &mut Conn<'_>, pages: i64) -> Result<()> {
    match tx.dialect() {
        Dialect::Sqlite => {
            tx.execute(
                "INSERT INTO search_index (search_index, rank) VALUES ('merge', $1)",
                &[pages.into()],
            )?;
        }
        // What is not sorted into its index yet, every search reads from end to end.
        Dialect::Postgres => {
            tx.query_opt("SELECT gin_clean_pending_list('search_index_words')", &[], |_| Ok(()))?;
        }
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
        let words = |dialect| message.entry(dialect).map(|e| e.words).unwrap_or_default();
        assert_eq!(words(Dialect::Sqlite), "a title + it s c++ + #o #s2 #c3 #i4 ");
        assert_eq!(words(Dialect::Postgres), "'a':1 'title':2 'it':4 's':5 'c++':6 '#o' '#s2' '#c3' '#i4' ");
        assert!(Message { title: None, text: Some("?!".into()), ..message }.entry(Dialect::Sqlite).is_none());
    }
}
