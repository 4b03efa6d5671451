//! The check of the index against the log, and making it anew.

use super::*;
use crate::search::index::{Doc, Message, clear, put, take};
use store::Conn;

impl Own {
    /// The messages that were looked at, and the first difference.
    pub(super) fn compared(&self) -> (u64, Option<String>) {
        self.db().read(crate::search::check).expect("the check runs")
    }

    fn agrees(&self, messages: u64) {
        assert_eq!(self.compared(), (messages, None), "on {}", self.database);
    }

    fn differs(&self, words: &str) {
        let difference = self.compared().1.unwrap_or_else(|| panic!("no difference on {}", self.database));
        assert!(difference.contains(words), "{difference} on {}", self.database);
        assert!(difference.contains("`folkmoot search --rebuild`"), "{difference}");
    }

    fn tamper(&self, with: impl Fn(&mut Conn<'_>) -> Result<()>) {
        self.db().write(Priority::Bulk, with).expect("written");
    }
}

fn sample(own: &Own) -> i64 {
    let source = own.source("chat");
    let import = own.import(source);
    let drafts = TEXTS.iter().enumerate().map(|(i, t)| said(&format!("m{i}"), i as i32, "general", "ana", t));
    own.take_in(source, import, drafts.collect());
    source
}

/// A message as the log has it.
fn message(c: &mut Conn<'_>, seq: i64) -> Result<Message> {
    let sql = format!(
        "SELECT {} FROM activities a JOIN messages m ON m.seq = a.seq WHERE a.seq = $1",
        super::super::index::COLUMNS
    );
    c.query_one(&sql, &[seq.into()], Message::read)
}

fn number(c: &mut Conn<'_>, seq: i64) -> Result<Doc> {
    Ok(message(c, seq)?.doc())
}

#[test]
fn what_the_index_does_not_have_to_hold_yet_is_no_difference() {
    for own in Own::both() {
        let source = sample(&own);
        own.agrees(0);
        own.follow();
        // Of twelve texts one is empty and one has no word.
        own.agrees(10);
        own.take_in(source, own.import(source), vec![said("late", 9, "general", "bo", "not indexed yet")]);
        own.agrees(10);
        let mut edited = said("m0", 0, "general", "ana", "a blue window");
        edited.edited_at = Some(START);
        own.take_in(source, own.import(source), vec![edited]);
        own.agrees(9);
        own.follow();
        own.agrees(11);
    }
}

#[test]
fn every_kind_of_difference_is_found_and_mended() {
    for own in Own::both() {
        sample(&own);
        own.follow();
        own.tamper(|tx| {
            let doc = number(tx, 3)?;
            take(tx, &[doc])
        });
        own.differs("message 3 is not in the search index");
        let rebuilt = || rebuild(own.db(), &AtomicBool::new(false)).expect("made anew");
        assert_eq!(rebuilt(), 10);
        own.agrees(10);

        own.tamper(|tx| {
            let other = Message { text: Some("other words".into()), ..message(tx, 4)? };
            put(tx, &other.entry(tx.dialect()).into_iter().collect::<Vec<_>>())
        });
        own.differs("other words for message 4 than the log");
        rebuilt();
        own.agrees(10);

        own.tamper(|tx| {
            let gone = Message { seq: 7_000_000, at: START, ..message(tx, 2)? };
            put(tx, &gone.entry(tx.dialect()).into_iter().collect::<Vec<_>>())
        });
        // Beyond the mark it may be one that is just being indexed.
        own.agrees(10);
        own.tamper(|tx| {
            tx.execute("UPDATE counters SET value = 8000000 WHERE name = 'searched'", &[]).map(|_| ())
        });
        own.differs("holds message 7000000, which the log does not have");
        rebuilt();

        // A word at another place is another phrase.
        own.tamper(|tx| {
            let words = Message { text: Some("the red door open is".into()), ..message(tx, 1)? };
            put(tx, &words.entry(tx.dialect()).into_iter().collect::<Vec<_>>())
        });
        own.differs("other words for message 1 than the log");
        rebuilt();
        own.check(&QUERIES);

        own.tamper(clear);
        own.differs("message 1 is not in the search index");
    }
}

#[test]
fn a_long_message_is_compared_as_it_is_indexed() {
    for own in Own::both() {
        let source = own.source("chat");
        let import = own.import(source);
        let often = "again ".repeat(400) + "end";
        let long: String = (0..9_000).map(|n| format!("w{n} ")).collect();
        let drafts = vec![said("a", 1, "general", "ana", &often), said("b", 2, "general", "ana", &long)];
        own.take_in(source, import, drafts);
        own.follow();
        own.agrees(2);
        assert_eq!(own.found("end").expect("a search").len(), 1);
    }
}
