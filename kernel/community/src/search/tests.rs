//! The whole of search on both databases: the hits are those of a naive matcher, whatever happened to the log.

use super::index::Message;
use super::tokens::tokens;
use super::*;
use crate::{ActivityDraft, Batch, Community, IdentityDraft, Ingestor, Kind};
use base::{Day, Result, Zone};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use store::{Db, Location, Migration, Priority};
use testkit::START;

mod checked;

/// A community of its own: the test kit's belongs to another build of this crate.
struct Own {
    community: Community,
    database: &'static str,
    _folder: tempfile::TempDir,
}

impl Own {
    fn open(location: &Location, database: &'static str, folder: tempfile::TempDir) -> Self {
        let db = Db::open(location).expect("a fresh database opens");
        let migrations: Vec<Migration> = crate::MIGRATIONS.to_vec();
        db.migrate(&migrations, START).expect("the schema");
        Self { community: Community::new(db), database, _folder: folder }
    }

    fn both() -> Vec<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut out = vec![Self::open(&Location::Sqlite(folder.path().join("t.db")), "SQLite", folder)];
        if let Some(url) = testkit::postgres::database_url() {
            let folder = tempfile::tempdir().expect("a folder");
            out.push(Self::open(&Location::Postgres(url), "PostgreSQL", folder));
        }
        out
    }

    fn db(&self) -> &Db {
        self.community.db()
    }

    fn source(&self, name: &str) -> i64 {
        let source = crate::sources::Source {
            source_id: 0,
            public_id: String::new(),
            name: name.to_owned(),
            network: "other".into(),
            format: "test".into(),
            id_form: "test".into(),
            zone: "UTC".into(),
            zoneless: true,
            has_replies: true,
            has_message_ids: true,
            has_leaves: true,
            created_at: 0,
        };
        self.db()
            .write(Priority::Interactive, |tx| crate::sources::create(tx, source, START))
            .expect("a source")
            .source_id
    }

    fn import(&self, source_id: i64) -> i64 {
        self.db()
            .write(Priority::Interactive, |tx| {
                tx.query_one(
                    "INSERT INTO imports (public_id, source_id, format, input, fingerprint, options, state, position,
                       tally, started_by, started_at)
                     VALUES ('imp_' || (SELECT count(*) FROM imports), $1, 't', 't', '', '', 'done', 0, '', 't', 0)
                     RETURNING import_id",
                    &[source_id.into()],
                    |r| r.int(0),
                )
            })
            .expect("an import")
    }

    fn take_in(&self, source_id: i64, import_id: i64, activities: Vec<ActivityDraft>) {
        let outcome = self
            .db()
            .write(Priority::Bulk, |tx| {
                let mut ingestor = Ingestor::new(source_id, import_id);
                let outcome = ingestor.ingest(tx, Batch { activities, ..Batch::default() }, START)?;
                if let Some((first, last)) = outcome.seqs {
                    tx.execute(
                        "UPDATE imports SET first_seq = $1, last_seq = $2 WHERE import_id = $3",
                        &[first.into(), last.into(), import_id.into()],
                    )?;
                }
                Ok(outcome)
            })
            .expect("a batch");
        let _ = outcome;
    }

    fn follow(&self) -> u64 {
        follow(self.db(), &AtomicBool::new(false)).expect("the index follows")
    }

    /// The numbers of everything that is found.
    fn found(&self, text: &str) -> Result<BTreeSet<i64>> {
        self.found_in_pages(text, 600)
    }

    fn found_in_pages(&self, text: &str, page: usize) -> Result<BTreeSet<i64>> {
        self.db().read(|c| {
            let mut search = Search::open(&self.community, c)?;
            let (mut cursor, mut out) = (None, BTreeSet::new());
            let query = Query::parse(text)?;
            loop {
                let page = search.messages(&query, Sort::Best, cursor, page)?;
                for hit in page.hits {
                    assert!(out.insert(hit.seq), "{text}: {} twice", hit.seq);
                }
                cursor = page.next;
                if cursor.is_none() {
                    return Ok(out);
                }
            }
        })
    }

    /// What would be found by looking at every message.
    fn naive(&self, text: &str) -> BTreeSet<i64> {
        let query = Query::parse(text).expect("a query");
        let sql = format!(
            "SELECT {} FROM activities a JOIN messages m ON m.seq = a.seq
             WHERE m.text IS NOT NULL OR m.title IS NOT NULL",
            super::index::COLUMNS
        );
        let all = self.db().read(|c| c.query(&sql, &[], Message::read)).expect("messages");
        let words = |t: &Option<String>| -> Vec<String> {
            tokens(t.as_deref().unwrap_or_default()).into_iter().map(|t| t.word).collect()
        };
        all.iter()
            .filter(|m| {
                let parts = [words(&m.title), words(&m.text)];
                parts.iter().any(|p| !p.is_empty()) && query.matches(&parts)
            })
            .map(|m| m.seq)
            .collect()
    }

    fn check(&self, queries: &[&str]) {
        assert_eq!(self.compared().1, None, "on {}", self.database);
        for query in queries {
            let found = self.found(query).unwrap_or_else(|e| panic!("{query} on {}: {e}", self.database));
            assert_eq!(found, self.naive(query), "\"{query}\" on {}", self.database);
        }
    }
}

fn day(n: i32) -> Day {
    Day::of_ymd(2024, 1, 1).expect("a day").plus(n)
}

fn said(id: &str, at_day: i32, channel: &str, actor: &str, text: &str) -> ActivityDraft {
    ActivityDraft {
        actor: Some(actor.to_owned()),
        text: Some(text.to_owned()),
        conversation: Some(crate::ConversationKey { order: 0, key: id.to_owned() }),
        ..ActivityDraft::new(Kind::MESSAGE_POSTED, day(at_day).start_micros() + 3_600_000_000, id, channel)
    }
}

const TEXTS: [&str; 12] = [
    "The red door is open",
    "red red RED doors and a réd c++ door",
    "foo_bar::baz in https://example.org/red?door=1",
    "日本語の扉 is red",
    "it's nothing + but #c1 'quotes' & (signs) | !not",
    "door",
    "한국어 문 and ไทย",
    "",
    "?!",
    "C# and F# and c + +",
    "open the red\u{ad}dish door; the open door",
    "İstanbul Straße Ωμέγα x² ½",
];

const QUERIES: [&str; 24] = [
    "red",
    "red door",
    "\"red door\"",
    "do*",
    "door -open",
    "-door",
    "\"the open\"",
    "foo_bar",
    "foo",
    "c++",
    "c#",
    "日本",
    "本",
    "\"日本語の\"",
    "扉 red",
    "istanbul",
    "strasse",
    "ωμεγα",
    "'quotes'",
    "#c1",
    "\"is red\"",
    "-\"red door\" door",
    "not & signs",
    "reddish 문",
];

#[test]
fn hits_are_those_of_a_naive_matcher_after_whatever_happened() {
    for own in Own::both() {
        let source = own.source("chat");
        let first = own.import(source);
        let drafts =
            TEXTS.iter().enumerate().map(|(i, t)| said(&format!("m{i}"), i as i32, "general", "ana", t));
        own.take_in(source, first, drafts.collect());
        assert!(own.follow() > 0);
        own.check(&QUERIES);
        assert_eq!(own.follow(), 0, "nothing is written twice");
        assert_eq!(own.found_in_pages("red", 2).expect("pages"), own.naive("red"));

        let second = own.import(source);
        let mut edited = said("m0", 0, "general", "ana", "a blue window");
        edited.edited_at = Some(START);
        let mut gone = said("m5", 5, "general", "ana", "");
        (gone.text, gone.deleted) = (None, true);
        own.take_in(source, second, vec![edited, gone, said("m99", 3, "other", "bo", "red door again")]);
        own.follow();
        own.check(&QUERIES);
        assert_eq!(own.found("blue window").expect("a search").len(), 1);

        own.community
            .set_source_zone("chat", &Zone::named("Asia/Tokyo").expect("a zone"))
            .expect("another zone");
        own.follow();
        own.check(&QUERIES);

        while own.db().write(Priority::Bulk, |tx| crate::undo_slice(tx, second)).expect("undone") {}
        own.check(&["again"]);
        own.follow();
        own.check(&QUERIES);
        assert_eq!(own.found("blue").expect("a search").len(), 0, "the earlier text is back");
        while own.db().write(Priority::Bulk, |tx| crate::undo_slice(tx, first)).expect("undone") {}
        own.follow();
        own.check(&QUERIES);
        let rows = own.db().read(|c| c.query_one("SELECT count(*) FROM search_index", &[], |r| r.int(0)));
        assert_eq!(rows.expect("a count"), 0, "nothing of it is left on {}", own.database);
    }
}

#[test]
fn a_large_backlog_is_indexed_from_its_newest_and_can_be_broken_off() {
    for own in Own::both() {
        let source = own.source("chat");
        let import = own.import(source);
        for channel in 0..3 {
            let drafts = (0..8_000).map(|i| {
                let id = format!("c{channel}-{i}");
                said(&id, i / 20, &format!("ch{channel}"), "ana", &format!("word{} common", i % 50))
            });
            own.take_in(source, import, drafts.collect());
        }
        let state = |own: &Own| own.db().read(State::load).expect("a state");
        assert!(!state(&own).complete);
        // It stops between two slices and goes on where it was.
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // Until its first slice is written.
                while state(&own).back_to.is_none() && !state(&own).complete {
                    std::thread::yield_now();
                }
                stop.store(true, std::sync::atomic::Ordering::Relaxed);
            });
            follow(own.db(), &stop).expect("some of it");
        });
        let partly = state(&own);
        if !partly.complete {
            let from = partly.back_to.expect("something is indexed");
            let oldest = own.db().read(|c| {
                c.query_one(
                    "SELECT MIN(a.at) FROM activities a WHERE a.seq IN (SELECT seq FROM messages)",
                    &[],
                    |r| r.int(0),
                )
            });
            assert!(from > oldest.expect("a time"), "the newest came first on {}", own.database);
        }
        // What arrives meanwhile is found before the rest of the backlog.
        own.take_in(source, import, vec![said("late", 500, "ch1", "bo", "a latecomer")]);
        own.follow();
        let done = state(&own);
        assert!(done.complete && done.back_to.is_none());
        assert_eq!(own.found("latecomer").expect("a search").len(), 1);
        assert_eq!(own.found("common").expect("a search").len(), 24_000, "more than one pool");
        assert_eq!(own.found("word7 common").expect("a search").len(), 480, "on {}", own.database);
    }
}

#[test]
fn filters_and_names() {
    for own in Own::both() {
        let source = own.source("Garden chat");
        let who = |id: &str, name: &str| IdentityDraft {
            external_id: id.to_owned(),
            name: Some(name.to_owned()),
            ..IdentityDraft::default()
        };
        let reply = |id: &str, to: &str, actor: &str, text: &str| ActivityDraft {
            kind: Kind::REPLY_POSTED,
            conversation: Some(crate::ConversationKey { order: 0, key: to.to_owned() }),
            ..said(id, 2, "general", actor, text)
        };
        let batch = Batch {
            identities: vec![who("U1", "Ruth Calder"), who("U2", "Böla"), who("U3", "ruth the second")],
            activities: vec![
                said("q1", 1, "general", "U1", "seeds where?"),
                reply("a1", "q1", "U2", "seeds here"),
                said("q2", 1, "Tools & sheds", "U2", "seeds when?"),
                reply("a2", "q2", "U2", "nobody says, seeds"),
                said("q3", 5, "general", "U3", "seeds why?"),
            ],
            ..Batch::default()
        };
        own.db()
            .write(Priority::Bulk, |tx| Ingestor::new(source, 1).ingest(tx, batch, START))
            .expect("taken in");
        own.follow();
        let count = |text: &str| own.found(text).map(|f| f.len());
        let check = |text: &str, expect: usize| {
            assert_eq!(count(text).expect(text), expect, "{text} on {}", own.database);
        };
        check("seeds", 5);
        check("seeds from:\"ruth calder\"", 1);
        check("seeds from:ruth", 2);
        check("from:bola", 3);
        check("seeds from:bola from:ruth", 5);
        check("seeds in:general", 4);
        check("seeds in:tools", 1);
        check("seeds source:\"garden chat\"", 5);
        check("seeds after:2024-01-06", 1);
        check("seeds before:2024-01-03", 2);
        check("after:2024-01-03 before:2024-01-04", 2);
        check("is:unanswered", 2);
        check("seeds is:unanswered -when", 1);
        assert!(count("seeds from:nobody").expect_err("nobody").message.contains("fits nobody"));
        assert!(count("in:nowhere").is_err() && count("source:x").is_err());
        own.db()
            .read(|c| {
                let mut search = Search::open(&own.community, c)?;
                let (members, all) = search.members("ruth", 0, 10)?;
                assert_eq!((members.len(), all), (2, 2));
                assert_eq!(search.members("BOLA", 0, 10)?.0[0].identity.external_id, "U2");
                assert_eq!(search.channels_named("shed")[0].name, "Tools & sheds");
                assert!(c.statements() <= 10);
                Ok(())
            })
            .expect("a reading");
    }
}

fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => "[a-c]{1,2}",
        1 => Just("c++".to_owned()),
        1 => "[日本語]{1,3}",
        1 => "[éßİ½'&#+!|():*-]{1,2}",
    ];
    proptest::collection::vec(word, 0..8).prop_map(|w| w.join(" "))
}

fn query() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        5 => "[a-c]{1,2}",
        2 => "[a-c]{2}\\*",
        2 => "-[a-c]{1,2}",
        2 => "\"[a-c]{1,2} [a-c]{1,2}\"",
        1 => "[日本語]{1,3}",
        1 => "\"[日本語]{1,2} [a-c]\"",
        1 => "[a-c]_[a-c]",
        1 => Just("c++".to_owned()),
    ];
    proptest::collection::vec(word, 1..4).prop_map(|w| w.join(" "))
}

#[test]
fn both_databases_find_what_a_naive_matcher_finds() {
    let both = Own::both();
    let places: Vec<(i64, i64)> = both.iter().map(|o| (o.source("chat"), o.import(1))).collect();
    let round = std::cell::Cell::new(0);
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let input = (proptest::collection::vec(text(), 1..20), proptest::collection::vec(query(), 12));
    runner
        .run(&input, |(texts, queries)| {
            round.set(round.get() + 1);
            for (own, (source, import)) in both.iter().zip(&places) {
                let drafts = texts
                    .iter()
                    .enumerate()
                    .map(|(i, t)| said(&format!("{}-{i}", round.get()), i as i32, "general", "ana", t));
                own.take_in(*source, *import, drafts.collect());
                own.follow();
                own.check(&queries.iter().map(String::as_str).collect::<Vec<_>>());
            }
            Ok(())
        })
        .expect("the same hits");
}
