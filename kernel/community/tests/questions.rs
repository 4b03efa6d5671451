//! Questions through the public face of the log: however openings arrive, are edited and are taken back, what
//! counts as a question is what the rule says of the text that stands there now, the channels for help and what
//! people said against both.

use base::{Day, Micros, Result};
use community::marks::{self, Change, Family, Mark};
use community::questions::{Asks, asks};
use community::read::{Population, Scope};
use community::{ActivityDraft, Ingestor, Kind, undo_slice};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use store::Priority;
use testkit::{Bench, START, message, on_both, reply};

const DAY: Day = Day(19_000);

const TEXTS: &[&str] =
    &["It works.", "Does it work?", "how do i start", "`a?b` is it", "> why?\nso", "weiß jemand das", ""];

/// Messages and replies of two channels, with texts that ask and texts that do not.
fn world(seed: &[(u8, u8, u8, u8)]) -> Vec<ActivityDraft> {
    let mut out: Vec<ActivityDraft> = Vec::new();
    for (i, &(who, minute, form, text)) in seed.iter().enumerate() {
        let channel = ["general", "help"][usize::from(who % 2)];
        let mut d = message(&format!("m{i}"), DAY, i64::from(minute) * 5, channel, &format!("p{}", who % 5));
        d.rank = i as i64;
        d.text = Some(TEXTS[usize::from(text) % TEXTS.len()].to_owned()).filter(|t| !t.is_empty());
        match form % 6 {
            0 | 1 => {
                // An answer may come before its opening, and then opens until that is there.
                if let Some(root) = out.iter().rev().find(|r| r.channel == d.channel && r.parent.is_none()) {
                    let (id, at) = (root.external_id.clone(), root.at);
                    d = reply(d, &id, at);
                    if form % 2 == 0 {
                        d.kind = Kind::MESSAGE_POSTED;
                    }
                }
            }
            2 => d.title = Some("Where is it?".into()),
            3 => {
                d.kind = Kind::MEMBER_JOINED;
                d.conversation = None;
            }
            _ => {}
        }
        out.push(d);
    }
    out
}

/// A newer export of the same: some texts are edited, some are gone.
fn edited(drafts: &[ActivityDraft], salt: u8) -> Vec<ActivityDraft> {
    let mut out = drafts.to_vec();
    for (i, d) in out.iter_mut().enumerate() {
        match (i + usize::from(salt)) % 5 {
            0 => {
                d.text = Some(TEXTS[(i + usize::from(salt)) % (TEXTS.len() - 1)].to_owned());
                d.edited_at = Some(d.at + 60_000_000);
            }
            1 if salt.is_multiple_of(2) => d.deleted = true,
            _ => {}
        }
    }
    out
}

type Found = BTreeSet<(String, Micros)>;

/// The openings that ask, straight from the drafts: (channel, time).
fn naive(drafts: &[ActivityDraft], help: &str, overruled: &BTreeMap<String, bool>) -> Found {
    let mut threads: BTreeMap<(String, String), Vec<&ActivityDraft>> = BTreeMap::new();
    for d in drafts {
        if let Some(c) = &d.conversation {
            threads.entry((d.channel.clone(), c.key.clone())).or_default().push(d);
        }
    }
    let mut out = BTreeSet::new();
    for ((channel, key), rows) in threads {
        let Some(opening) = rows.iter().min_by_key(|d| (d.at, d.rank)) else { continue };
        if !opening.kind.opens() {
            continue;
        }
        let text = opening.text.as_deref().filter(|_| !opening.deleted);
        let by_rule = channel == help || asks(opening.kind, opening.title.as_deref(), text) != Asks::No;
        if overruled.get(&key).copied().unwrap_or(by_rule) {
            out.insert((channel, opening.at));
        }
    }
    out
}

fn found(b: &Bench) -> Result<Found> {
    let channels: BTreeMap<i64, String> =
        b.community.view(|v| Ok(v.channels().iter().map(|c| (c.channel_id, c.name.clone())).collect()))?;
    b.community.view(|v| {
        let scope = Scope { population: Population::Questions, ..Scope::default() };
        let opened = v.opened(&scope, None)?.unwrap_or_default();
        let rows = v.conversation_rows(&opened.iter().map(|o| o.conversation).collect::<Vec<_>>())?;
        Ok(opened.iter().map(|o| (channels[&rows[&o.conversation].channel_id].clone(), o.at)).collect())
    })
}

fn import_row(b: &Bench, source: i64, number: i64) -> i64 {
    b.db()
        .write(Priority::Interactive, |tx| {
            tx.query_one(
                "INSERT INTO imports (public_id, source_id, format, input, fingerprint, options, state, position,
                   tally, started_by, started_at, first_seq, last_seq)
                 VALUES ($1, $2, 'test', '', '', '', 'done', 0, '', '', 0, 1, 1000000) RETURNING import_id",
                &[format!("imp_{number}").as_str().into(), source.into()],
                |r| r.int(0),
            )
        })
        .expect("an import row")
}

/// The newest form of each record: what was sent last and is not older by its edit.
fn shuffled(n: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    let mut state = seed | 1;
    for i in (1..n).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(i, (state >> 33) as usize % (i + 1));
    }
    order
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_arrival_edits_and_undo(
        seed in proptest::collection::vec(any::<(u8, u8, u8, u8)>(), 1..90),
        pieces in 1usize..90, order in any::<u64>(), salt in any::<u8>(), fold in any::<bool>(),
    ) {
        let drafts = world(&seed);
        let b = Bench::sqlite(&[]);
        let source = b.source("world");
        let mut ingestor = Ingestor::new(source, import_row(&b, source, 1));
        for chunk in shuffled(drafts.len(), order).chunks(pieces) {
            b.ingest(&mut ingestor, chunk.iter().map(|i| drafts[*i].clone()).collect());
        }
        if fold {
            b.community.fold_all().expect("folding");
        }
        let none = BTreeMap::new();
        prop_assert_eq!(found(&b).expect("questions"), naive(&drafts, "", &none));
        b.assert_consistent();
        let newer = edited(&drafts, salt);
        let second = import_row(&b, source, 2);
        let mut ingestor = Ingestor::new(source, second);
        for chunk in shuffled(newer.len(), order.rotate_left(9)).chunks(pieces) {
            b.ingest(&mut ingestor, chunk.iter().map(|i| newer[*i].clone()).collect());
        }
        prop_assert_eq!(found(&b).expect("questions"), naive(&newer, "", &none));
        b.assert_consistent();
        b.community.set("question_channels", "#HELP").expect("a setting");
        prop_assert_eq!(found(&b).expect("questions"), naive(&newer, "help", &none));
        while b.db().write(Priority::Bulk, |tx| undo_slice(tx, second)).expect("undo") {}
        prop_assert_eq!(found(&b).expect("questions"), naive(&drafts, "help", &none));
        b.assert_consistent();
    }
}

#[test]
fn a_person_overrules_the_rule_and_that_outlives_an_undo() {
    on_both(|b| {
        let drafts: Vec<ActivityDraft> = (0..4)
            .map(|i| {
                let mut d = message(&format!("m{i}"), DAY, i, "general", "ana");
                d.text = Some(TEXTS[i as usize].to_owned());
                d
            })
            .collect();
        let source = b.source("world");
        let import = import_row(b, source, 1);
        b.ingest(&mut Ingestor::new(source, import), drafts.clone());
        let conversation = |key: &str| -> Result<i64> {
            let at = drafts.iter().find(|d| d.external_id == key).map_or(0, |d| d.at);
            b.db().read(|c| {
                c.query_one(
                    "SELECT conversation_id FROM conversations WHERE opened_at = $1",
                    &[at.into()],
                    |r| r.int(0),
                )
            })
        };
        let say = |key: &str, change: Change, now: Micros| -> Result<()> {
            let id = conversation(key)?;
            b.db().write(Priority::Interactive, |tx| marks::change(tx, id, change, "", "ruth", now))
        };
        let mut said = BTreeMap::new();
        assert_eq!(found(b)?, naive(&drafts, "", &said));
        say("m0", Change::Set(Mark::Question), START)?;
        say("m1", Change::Set(Mark::NotQuestion), START)?;
        say("m1", Change::Set(Mark::Answered), START)?;
        said.insert("m0".to_owned(), true);
        said.insert("m1".to_owned(), false);
        assert_eq!(found(b)?, naive(&drafts, "", &said));
        b.community.set("question_channels", "general")?;
        assert_eq!(found(b)?, naive(&drafts, "general", &said));
        b.community.set("question_channels", "")?;
        // The import goes and comes again: other numbers, the same marks.
        while b.db().write(Priority::Bulk, |tx| undo_slice(tx, import))? {}
        assert!(found(b)?.is_empty());
        b.ingest(&mut Ingestor::new(source, import_row(b, source, 2)), drafts.clone());
        assert_eq!(found(b)?, naive(&drafts, "", &said));
        // A mark of the other family stays when this one is taken back.
        say("m1", Change::End(Family::Asking), START + 1)?;
        said.remove("m1");
        assert_eq!(found(b)?, naive(&drafts, "", &said));
        let id = conversation("m1")?;
        let rows = b.db().read(|c| {
            let key = marks::key_of(c, id)?;
            Ok(marks::of(c, &[key])?.remove(&key).unwrap_or_default())
        })?;
        let held: Vec<_> = rows.iter().map(|m| (m.mark, m.ended_at)).collect();
        assert_eq!(held, [(Mark::NotQuestion, Some(START + 1)), (Mark::Answered, None)]);
        // Saying it again changes nothing; saying another of the family ends it.
        say("m1", Change::Set(Mark::Answered), START + 2)?;
        say("m1", Change::Set(Mark::WaitsForAsker), START + 3)?;
        let rows = b.db().read(|c| {
            let key = marks::key_of(c, id)?;
            Ok(marks::of(c, &[key])?.remove(&key).unwrap_or_default())
        })?;
        assert_eq!(rows.len(), 3, "{rows:?}");
        assert_eq!((rows[1].ended_at, rows[2].seen_at), (Some(START + 3), drafts[1].at));
        Ok(())
    });
}

#[test]
fn what_was_stored_before_the_rule_is_gone_through_once() {
    on_both(|b| {
        let drafts = world(&(0..80u8).map(|i| (i, i, 4, i)).collect::<Vec<_>>());
        b.ingest(&mut Ingestor::new(b.source("world"), 0), drafts.clone());
        b.community.fold_all()?;
        b.db().write(Priority::Bulk, |tx| {
            tx.execute("UPDATE conversations SET question = 0", &[])?;
            tx.execute("DELETE FROM conversation_blocks", &[])
        })?;
        b.community.fold_all()?;
        let report = community::check(b.db())?;
        assert!(report.difference.is_some_and(|d| d.contains("as question 0")));
        b.community.recover()?;
        b.assert_consistent();
        assert_eq!(found(b)?, naive(&drafts, "", &BTreeMap::new()));
        // Done is done.
        b.db().write(Priority::Bulk, |tx| tx.execute("UPDATE conversations SET question = 0", &[]))?;
        b.community.recover()?;
        assert!(community::check(b.db())?.difference.is_some());
        Ok(())
    });
}
