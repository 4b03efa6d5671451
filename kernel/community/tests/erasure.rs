//! Forgetting through the public face of the log: figures stay what they are without it, whatever is imported, edited
//! and taken back afterwards; nothing that somebody erased wrote is left or comes back.

use base::{Day, Error, Micros, Result};
use community::erase::{self, Key, Mentions, Walk};
use community::read::{Opened, Population, Scope, Staff, Totals};
use community::{ActivityDraft, Batch, IdentityDraft, Ingestor, Kind, people, undo_slice};
use proptest::prelude::*;
use std::sync::atomic::AtomicBool;
use store::Priority;
use testkit::{Bench, START, message, on_both, reply};

const DAY: Day = Day(19_000);
const TEXTS: [&str; 5] =
    ["It works.", "Does it work?", "how do i start", "weiß jemand das", "@p1 knows that"];

fn world(seed: &[(u8, u8, u8, u8)]) -> Vec<ActivityDraft> {
    let mut out: Vec<ActivityDraft> = Vec::new();
    for (i, &(who, minute, form, text)) in seed.iter().enumerate() {
        let channel = ["general", "help"][usize::from(who % 2)];
        let day = DAY.plus(i32::from(minute % 40));
        let mut d = message(&format!("m{i}"), day, i64::from(minute) * 5, channel, &format!("p{}", who % 5));
        d.rank = i as i64;
        d.text = Some(TEXTS[usize::from(text) % TEXTS.len()].to_owned());
        match form % 6 {
            0 | 1 => {
                if let Some(root) = out.iter().rev().find(|r| r.channel == d.channel && r.parent.is_none()) {
                    let (id, at) = (root.external_id.clone(), root.at);
                    d = reply(d, &id, at);
                }
            }
            2 => d.title = Some("Where is it?".into()),
            3 => {
                d.kind = Kind::MEMBER_JOINED;
                d.conversation = None;
            }
            4 => d.kind = Kind::REACTION_ADDED,
            _ => {}
        }
        out.push(d);
    }
    out
}

/// A newer export of the same, with other texts, authors and times here and there.
fn edited(drafts: &[ActivityDraft], salt: u8) -> Vec<ActivityDraft> {
    let mut out = drafts.to_vec();
    for (i, d) in out.iter_mut().enumerate() {
        if (i + usize::from(salt)).is_multiple_of(3) {
            d.text = Some(TEXTS[(i + usize::from(salt)) % TEXTS.len()].to_owned());
            d.edited_at = Some(d.at + 60_000_000);
        }
        if (i + usize::from(salt)) % 7 == 2 {
            d.actor = Some(format!("p{}", i % 4));
            d.edited_at = Some(d.at + 60_000_000);
        }
    }
    out
}

/// Days, each with members and how often; the totals; openings and questions.
type Figures = (Vec<(Day, Vec<(u32, u32)>)>, Totals, Vec<Opened>, Vec<Opened>);

fn figures(b: &Bench) -> Figures {
    b.community
        .view(|v| {
            let scope = Scope { staff: Staff::Exclude, ..Scope::default() };
            let questions = Scope { population: Population::Questions, ..scope.clone() };
            let actives = v.actives(&scope, None)?;
            let days = actives.days.iter().map(|d| (d.day, d.members.to_vec())).collect();
            Ok((
                days,
                v.totals(&scope, None)?,
                v.opened(&scope, None)?.unwrap_or_default(),
                v.opened(&questions, None)?.unwrap_or_default(),
            ))
        })
        .expect("figures")
}

/// A batch after everything is folded, as an import does when it is too far ahead.
fn take(b: &Bench, ingestor: &mut Ingestor, some: &[ActivityDraft]) {
    b.community.fold_all().expect("folded");
    b.ingest(ingestor, some.to_vec());
}

fn import_row(b: &Bench, source: i64, n: i64) -> i64 {
    b.db()
        .write(Priority::Interactive, |tx| {
            tx.query_one(
                "INSERT INTO imports (public_id, source_id, format, input, fingerprint, options, state, position, tally,
                   started_by, started_at, first_seq, last_seq)
                 VALUES ($1, $2, 'test', '', '', '{}', 'done', 0, '{}', 'test', 0, 1, 1000000) RETURNING import_id",
                &[format!("imp_{n}").as_str().into(), source.into()],
                |r| r.int(0),
            )
        })
        .expect("an import")
}

/// A folder with a key, and the bench that opens with it.
fn sealed(b: &Bench) -> (tempfile::TempDir, seal::Sealer) {
    let folder = tempfile::tempdir().expect("a folder");
    let sealer = seal::Sealer::of_folder(folder.path());
    let opener = sealer.clone();
    b.db().open_sealed_with(move |text, context| opener.open(text, context));
    (folder, sealer)
}

/// Everything that the job does to the log.
fn forget(b: &Bench, sealer: &seal::Sealer, who: &str, mentions: bool) -> Result<u32> {
    let number = b.db().read(|c| people::get_identity(c, who)).map(|i| i.identity)?;
    let key: Key = b.db().write(Priority::Bulk, |tx| {
        let key = erase::key_or_new(tx, sealer, START)?;
        erase::identity(tx, number, &key, mentions, START)?;
        Ok(key)
    })?;
    b.community.fold_all()?;
    let mut walk = Walk::default();
    while !walk.done {
        b.db().write(Priority::Bulk, |tx| erase::texts_slice(tx, number, &mut walk))?;
    }
    let found = b.db().read(|c| Mentions::load(c, key))?;
    let found = Some(&found).filter(|_| mentions);
    let mut after = 0;
    while let Some((last, _)) = erase::revisions_slice(b.db(), &[number], found, after)? {
        after = last;
    }
    if let Some(found) = found {
        let mut after = 0;
        while let Some((upto, _)) = erase::mentions_slice(b.db(), found, after)? {
            after = upto;
        }
    }
    Ok(number)
}

/// Texts, ids and addresses that are left of an identity, in rows and in what was replaced.
fn left(b: &Bench, number: u32) -> i64 {
    b.db()
        .read(|c| {
            let rows = c.query_one(
                "SELECT COUNT(*) FROM activities a JOIN messages m ON m.seq = a.seq WHERE a.identity = $1
                   AND (m.text IS NOT NULL OR m.title IS NOT NULL OR m.external_id IS NOT NULL OR m.permalink IS NOT NULL)",
                &[number.into()],
                |r| r.int(0),
            )?;
            let mut kept = 0;
            c.for_each("SELECT body FROM revisions", &[], |r| {
                let body: serde_json::Value =
                    serde_json::from_str(&r.text(0)?).map_err(|e| Error::internal(e.to_string()))?;
                if body["row"][4] == number && !(body["body"]["text"].is_null() && body["body"]["title"].is_null()) {
                    kept += 1;
                }
                Ok(())
            })?;
            Ok(rows + kept)
        })
        .expect("a count")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn figures_are_those_without_an_erasure(
        seed in proptest::collection::vec(any::<(u8, u8, u8, u8)>(), 1..60),
        salt in any::<u8>(), pieces in 1usize..70,
    ) {
        let drafts = world(&seed);
        let newer = edited(&drafts, salt);
        // One that forgets between the imports, one that never does.
        let benches = [Bench::sqlite(&[]), Bench::sqlite(&[])];
        let keys = benches.each_ref().map(sealed);
        let mut erased = None;
        let mut seconds = Vec::new();
        for (n, b) in benches.iter().enumerate() {
            let source = b.source("world");
            let (first, second) = (import_row(b, source, 1), import_row(b, source, 2));
            let mut ingestor = Ingestor::new(source, first);
            for some in drafts.chunks(pieces) {
                take(b, &mut ingestor, some);
            }
            let mut ingestor = Ingestor::new(source, second);
            let half = newer.len() / 2;
            for some in newer[..half].chunks(pieces) {
                take(b, &mut ingestor, some);
            }
            if n == 0 && drafts.iter().any(|d| d.actor.as_deref() == Some("p1")) {
                erased = Some(forget(b, &keys[0].1, "world:p1", false).expect("forgotten"));
            }
            // The same ingestor goes on: it remembers who p1 was.
            for some in newer[half..].chunks(pieces) {
                take(b, &mut ingestor, some);
            }
            seconds.push(second);
        }
        let [b, plain] = &benches;
        prop_assert_eq!(figures(b), figures(plain));
        b.assert_consistent();
        prop_assert_eq!(erased.map_or(0, |number| left(b, number)), 0);
        // The whole export comes once more, to somebody who remembers nothing.
        for one in [b, plain] {
            one.community.fold_all().expect("folded");
            let outcome = one.ingest(&mut Ingestor::new(1, 0), newer.clone());
            prop_assert_eq!((outcome.people, outcome.activities), (0, 0), "everybody was recognised");
        }
        prop_assert_eq!(erased.map_or(0, |number| left(b, number)), 0);
        for (one, second) in [b, plain].iter().zip(&seconds) {
            while one.db().write(Priority::Bulk, |tx| undo_slice(tx, *second)).expect("undo") {}
        }
        prop_assert_eq!(figures(b), figures(plain));
        prop_assert_eq!(erased.map_or(0, |number| left(b, number)), 0, "nothing came back");
        b.assert_consistent();
    }
}

fn described(b: &Bench, ingestor: &mut Ingestor, drafts: Vec<ActivityDraft>) -> community::Outcome {
    let ana = IdentityDraft {
        external_id: "p1".into(),
        name: Some("Ana Souza".into()),
        handle: Some("ana_s".into()),
        email: Some("ana@example.org".into()),
        ..IdentityDraft::default()
    };
    let batch = Batch { identities: vec![ana], activities: drafts, ..Batch::default() };
    b.db().write(Priority::Bulk, |tx| ingestor.ingest(tx, batch, START)).expect("a batch is taken in")
}

fn texts(b: &Bench) -> Vec<String> {
    b.db()
        .read(|c| {
            c.query("SELECT text FROM messages WHERE text IS NOT NULL ORDER BY seq", &[], |r| r.text(0))
        })
        .expect("texts")
}

fn said(id: &str, minute: i64, who: &str, text: &str) -> ActivityDraft {
    ActivityDraft { text: Some(text.into()), ..message(id, DAY, minute, "general", who) }
}

#[test]
fn the_person_is_gone_and_recognised_when_they_come_again() {
    on_both(|b| {
        let (_folder, sealer) = sealed(b);
        let source = b.source("world");
        let rows = || {
            vec![
                said("m1", 1, "p1", "I live in Porto, does it work?"),
                said("m2", 2, "p2", "hi @ana_s and @Ana Souza"),
            ]
        };
        described(b, &mut Ingestor::new(source, 0), rows());
        community::search::follow(b.db(), &AtomicBool::new(false))?;
        let number = forget(b, &sealer, "world:p1", false)?;
        let row = b.db().read(|c| people::identities(c, &[number]))?.remove(0);
        assert!(row.is_erased() && row.handle.is_none() && row.email.is_none(), "{row:?}");
        assert_eq!(row.title(), erase::ERASED_NAME);
        assert_eq!(texts(b), ["hi @ana_s and @Ana Souza"], "mentions are left");
        // It comes again, with a description and with something new.
        let mut again = rows();
        again.push(said("m3", 3, "p1", "Is anybody there?"));
        let outcome = described(b, &mut Ingestor::new(source, 0), again);
        assert_eq!((outcome.people, outcome.activities), (0, 1));
        assert_eq!(texts(b).len(), 1);
        assert_eq!(left(b, number), 0);
        let row = b.db().read(|c| people::identities(c, &[number]))?.remove(0);
        assert!(row.is_erased(), "{row:?}");
        assert!(b.db().read(|c| people::get_identity(c, "world:p1")).is_err());
        assert_eq!(figures(b).3.len(), 2, "the new row counts, as the question that it was");
        community::search::follow(b.db(), &AtomicBool::new(false))?;
        b.assert_consistent();
        Ok(())
    });
}

#[test]
fn mentions_are_replaced_where_the_community_wants_it() {
    on_both(|b| {
        let (_folder, sealer) = sealed(b);
        let source = b.source("world");
        let rows = || {
            vec![said("m1", 1, "p1", "mine"), said("m2", 2, "p2", "hi @ana_s and @Ana Souza, not @ana_sx")]
        };
        described(b, &mut Ingestor::new(source, 0), rows());
        forget(b, &sealer, "world:p1", true)?;
        assert_eq!(texts(b), ["hi @erased and @erased, not @ana_sx"]);
        b.ingest(&mut Ingestor::new(source, 0), rows());
        assert_eq!(texts(b), ["hi @erased and @erased, not @ana_sx"], "also when it is sent again");
        assert_eq!(b.db().read(|c| c.query_one("SELECT COUNT(*) FROM revisions", &[], |r| r.int(0)))?, 0);
        b.assert_consistent();
        Ok(())
    });
}

#[test]
fn without_the_key_nothing_is_taken_in() {
    on_both(|b| {
        let (_folder, sealer) = sealed(b);
        let source = b.source("world");
        b.ingest(&mut Ingestor::new(source, 0), vec![said("m1", 1, "p1", "mine")]);
        forget(b, &sealer, "world:p1", false)?;
        b.db().open_sealed_with(|_, _| Err(Error::unavailable("no key")));
        let batch = Batch { activities: vec![said("m2", 2, "p1", "mine")], ..Batch::default() };
        let taken = b.db().write(Priority::Bulk, |tx| Ingestor::new(source, 0).ingest(tx, batch, START));
        assert!(taken.is_err(), "it could not have been recognised");
        Ok(())
    });
}

#[test]
fn old_texts_go_and_figures_stay() {
    on_both(|b| {
        let (_folder, _) = sealed(b);
        let source = b.source("world");
        let rows = || {
            (0..6)
                .map(|n| said(&format!("m{n}"), n * 600, &format!("p{}", n % 2), "does it work?"))
                .collect::<Vec<_>>()
        };
        b.ingest(&mut Ingestor::new(source, 0), rows());
        let before = figures(b);
        let cut: Micros = DAY.start_micros() + 1_500 * 60_000_000;
        let held = b.db().read(|c| people::get_identity(c, "world:p1"))?.identity;
        let mut old = erase::Old { before: cut, held_identities: [held].into(), ..erase::Old::default() };
        let drop = |old: &erase::Old| -> Result<(u64, u64)> {
            let (mut seq, mut dropped, mut held) = (0, 0, 0);
            while let Some(piece) = b.db().read(|c| erase::old_texts(c, old, seq))? {
                dropped += b.db().write(Priority::Bulk, |tx| erase::drop_texts(tx, &piece.seqs))?;
                (seq, held) = (piece.upto, held + piece.held);
            }
            Ok((dropped, held))
        };
        assert_eq!(drop(&old)?, (2, 1), "those of p1 are held");
        old.held_identities.clear();
        assert_eq!(drop(&old)?, (1, 0));
        assert_eq!(drop(&old)?, (0, 0), "once");
        assert_eq!((texts(b).len(), figures(b)), (3, before.clone()));
        b.ingest(&mut Ingestor::new(source, 0), rows());
        assert_eq!((texts(b).len(), figures(b)), (3, before), "what was dropped stays dropped");
        b.assert_consistent();
        Ok(())
    });
}
