//! The log through its public face, on both databases: whatever the order, repetition and interruption of
//! batches, the content and every figure are the same, and equal to what the log says naively.

use base::{Day, Micros, Result, Zone};
use community::read::{Actives, Opened, Scope, Staff, Totals};
use community::{ActivityDraft, Batch, IdentityDraft, Ingestor, Kind, people, undo_slice};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use store::Priority;
use testkit::{Bench, START, message, on_both, reply};

const DAY: Day = Day(19_000);

/// A small world: drafts of two channels with replies, a bot, nobody, joins and reactions.
fn world(seed: &[(u8, u8, u8, u8)]) -> Vec<ActivityDraft> {
    let mut out: Vec<ActivityDraft> = Vec::new();
    for (i, &(who, day, minute, form)) in seed.iter().enumerate() {
        let channel = if who % 3 == 0 { "general" } else { "help" };
        let mut d = message(
            &format!("m{i}"),
            DAY.plus(i32::from(day % 40)),
            i64::from(minute) * 5,
            channel,
            &format!("p{}", who % 7),
        );
        d.rank = i as i64;
        match form % 8 {
            0 | 1 => {
                if let Some(root) = out.iter().rev().find(|r| r.channel == d.channel && r.parent.is_none()) {
                    d = reply(d, &root.external_id.clone(), root.at);
                }
            }
            2 => d.actor = None,
            3 => {
                d.kind = Kind::MEMBER_JOINED;
                d.conversation = None;
            }
            4 => d.kind = Kind::NOTICE_POSTED,
            _ => {}
        }
        out.push(d);
    }
    out
}

/// Who was active when, by name.
type Named = Vec<(Day, Vec<(String, u32)>)>;

#[derive(Debug, PartialEq)]
struct Figures {
    actives: Named,
    by_channel: Vec<Named>,
    totals: Totals,
    opened: BTreeSet<(Micros, String, Option<Micros>)>,
}

/// Everything that can be asked, with people by name, as numbers depend on the order of arrival.
fn figures(b: &Bench, staff: Staff) -> Result<Figures> {
    let names: BTreeMap<u32, String> = b.db().read(|c| {
        Ok(c.query("SELECT identity, external_id FROM identities", &[], |r| {
            Ok((r.int(0)? as u32, r.text(1)?))
        })?
        .into_iter()
        .collect())
    })?;
    let named = |a: &Actives| {
        a.days
            .iter()
            .map(|d| {
                let mut who: Vec<(String, u32)> =
                    d.members.iter().map(|(m, n)| (names[m].clone(), *n)).collect();
                who.sort();
                (d.day, who)
            })
            .collect::<Named>()
    };
    b.community.view(|v| {
        let scope = Scope { staff, ..Scope::default() };
        let mut by_channel = Vec::new();
        let channels: Vec<String> = v.channels().iter().map(|c| c.external_id.clone()).collect();
        for name in channels {
            let scope = v.scope(&[], &[name], staff, &[])?;
            by_channel.push(named(&v.actives(&scope, None)?));
        }
        let actives = v.actives(&scope, None)?;
        let opened = v.opened(&scope, None)?.unwrap_or_default();
        let opened =
            opened.iter().map(|o: &Opened| (o.at, names[&o.opener].clone(), o.answered_at)).collect();
        Ok(Figures { actives: named(&actives), by_channel, totals: v.totals(&scope, None)?, opened })
    })
}

/// The same day sets straight from the rows.
fn naive_actives(drafts: &[ActivityDraft], bots: &[&str]) -> Named {
    let mut days: BTreeMap<Day, BTreeMap<String, u32>> = BTreeMap::new();
    for d in drafts.iter().filter(|d| d.kind.is_active()) {
        let Some(actor) = d.actor.as_ref().filter(|a| !bots.contains(&a.as_str())) else { continue };
        *days.entry(Day::of_micros(d.at)).or_default().entry(actor.clone()).or_default() += 1;
    }
    days.into_iter().map(|(d, who)| (d, who.into_iter().collect())).collect()
}

/// First answers straight from the rows.
fn naive_opened(drafts: &[ActivityDraft], bots: &[&str]) -> BTreeSet<(Micros, String, Option<Micros>)> {
    let mut threads: BTreeMap<(String, String), Vec<&ActivityDraft>> = BTreeMap::new();
    for d in drafts {
        if let Some(c) = &d.conversation {
            threads.entry((d.channel.clone(), c.key.clone())).or_default().push(d);
        }
    }
    let human = |d: &ActivityDraft| d.actor.clone().filter(|a| !bots.contains(&a.as_str()));
    let mut out = BTreeSet::new();
    for mut rows in threads.into_values() {
        rows.sort_by_key(|d| (d.at, d.rank));
        let first = rows[0];
        let Some(opener) = human(first) else { continue };
        if !first.kind.opens() {
            continue;
        }
        let answer = rows[1..]
            .iter()
            .filter(|d| d.kind.is_active() && human(d).is_some_and(|a| a != opener))
            .map(|d| d.at)
            .min();
        out.insert((first.at, opener, answer));
    }
    out
}

fn with_bot(b: &Bench, ingestor: &mut Ingestor) {
    let bot = IdentityDraft { external_id: "p6".into(), bot: Some(true), ..IdentityDraft::default() };
    b.db()
        .write(Priority::Bulk, |tx| {
            ingestor.ingest(tx, Batch { identities: vec![bot], ..Batch::default() }, START)
        })
        .expect("the bot is described");
}

fn load(b: &Bench, drafts: &[ActivityDraft], pieces: usize) -> i64 {
    let source = b.source("world");
    let mut ingestor = Ingestor::new(source, 0);
    with_bot(b, &mut ingestor);
    for chunk in drafts.chunks(pieces.max(1)) {
        b.ingest(&mut ingestor, chunk.to_vec());
    }
    source
}

fn seeds() -> impl Strategy<Value = Vec<(u8, u8, u8, u8)>> {
    proptest::collection::vec(any::<(u8, u8, u8, u8)>(), 1..140)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_repetition_and_restart_gives_the_same(
        seed in seeds(), pieces in 1usize..140, shuffle in any::<u64>(), again in any::<u8>(),
    ) {
        let drafts = world(&seed);
        let plain = Bench::sqlite(&[]);
        load(&plain, &drafts, drafts.len());
        let mixed = Bench::sqlite(&[]);
        let source = mixed.source("world");
        let mut ingestor = Ingestor::new(source, 0);
        with_bot(&mixed, &mut ingestor);
        let mut order: Vec<usize> = (0..drafts.len()).chain(0..usize::from(again) % drafts.len()).collect();
        let mut state = shuffle | 1;
        for i in (1..order.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(i, (state >> 33) as usize % (i + 1));
        }
        for (n, chunk) in order.chunks(pieces).enumerate() {
            if state.is_multiple_of(3) {
                ingestor = Ingestor::new(source, 0);
            }
            mixed.ingest(&mut ingestor, chunk.iter().map(|i| drafts[*i].clone()).collect());
            if state >> (n % 32) & 7 == 0 {
                mixed.community.fold_all().expect("folding");
            }
        }
        let a = figures(&plain, Staff::Include).expect("figures");
        let b = figures(&mixed, Staff::Include).expect("figures");
        prop_assert_eq!(&a.actives, &naive_actives(&drafts, &["p6"]));
        prop_assert_eq!(&a.opened, &naive_opened(&drafts, &["p6"]));
        prop_assert_eq!(&a.actives, &b.actives);
        prop_assert_eq!(&a.totals, &b.totals);
        prop_assert_eq!(&a.opened, &b.opened);
        mixed.assert_consistent();
        mixed.community.fold_all().expect("folding");
        prop_assert_eq!(b, figures(&mixed, Staff::Include).expect("figures"));
    }

    #[test]
    fn link_and_unlink_and_zone_there_and_back(seed in seeds(), a in 0u8..6, b in 0u8..6) {
        prop_assume!(a != b);
        let drafts = world(&seed);
        let bench = Bench::sqlite(&[]);
        load(&bench, &drafts, 25);
        let before = figures(&bench, Staff::Include).expect("figures");
        bench.community.set("zone", "Asia/Kathmandu").expect("another zone");
        bench.assert_consistent();
        bench.community.set("zone", "UTC").expect("back");
        prop_assert_eq!(&before, &figures(&bench, Staff::Include).expect("figures"));
        let identity = |name: u8| bench.db().read(|c| people::get_identity(c, &format!("world:p{name}")));
        if let (Ok(one), Ok(two)) = (identity(a), identity(b)) {
            let link = bench.db().write(Priority::Interactive, |tx| {
                people::link(tx, &one, &two, "the same person", "test", START)
            }).expect("a link");
            let renamed: Vec<ActivityDraft> = drafts.iter().cloned().map(|mut d| {
                let low = if one.identity < two.identity { &one } else { &two };
                if d.actor.as_deref() == Some(&one.external_id) || d.actor.as_deref() == Some(&two.external_id) {
                    d.actor = Some(low.external_id.clone());
                }
                d
            }).collect();
            let linked = figures(&bench, Staff::Include).expect("figures");
            prop_assert_eq!(&linked.actives, &naive_actives(&renamed, &["p6"]));
            prop_assert_eq!(&linked.opened, &naive_opened(&renamed, &["p6"]));
            bench.db().write(Priority::Interactive, |tx| {
                people::unlink(tx, &link, "not the same after all", "test", START)
            }).expect("taking it back");
            prop_assert_eq!(&before, &figures(&bench, Staff::Include).expect("figures"));
        }
        bench.assert_consistent();
    }
}

/// Registers an import so that it can be taken back.
fn import_row(b: &Bench, source: i64) -> i64 {
    b.db()
        .write(Priority::Interactive, |tx| {
            tx.query_one(
                "INSERT INTO imports (public_id, source_id, format, input, fingerprint, options, state, position,
                   tally, started_by, started_at, first_seq, last_seq)
                 VALUES ($1, $2, 'test', '', '', '', 'done', 0, '', '', 0, 1, 1000000) RETURNING import_id",
                &[format!("imp_{source}_{}", rand(b)).as_str().into(), source.into()],
                |r| r.int(0),
            )
        })
        .expect("an import row")
}

fn rand(b: &Bench) -> i64 {
    b.clock.advance(1);
    b.clock.now()
}

#[test]
fn an_undone_import_leaves_the_figures_as_if_it_had_never_been() {
    on_both(|b| {
        let seed: Vec<(u8, u8, u8, u8)> = (0..400u32)
            .map(|i| ((i * 7 % 251) as u8, (i * 13 % 40) as u8, (i % 250) as u8, (i * 5 % 256) as u8))
            .collect();
        let drafts = world(&seed);
        let source = b.source("world");
        let (old, new) = drafts.split_at(250);
        let first = import_row(b, source);
        let mut ingestor = Ingestor::new(source, first);
        with_bot(b, &mut ingestor);
        b.ingest(&mut ingestor, old.to_vec());
        let before = figures(b, Staff::Include)?;
        let second = import_row(b, source);
        let mut ingestor = Ingestor::new(source, second);
        let mut later = new.to_vec();
        // A newer export that edits a message, deletes one and moves one to another kind.
        for (i, d) in old.iter().enumerate().take(60) {
            let mut d = d.clone();
            match i % 3 {
                0 => d.text = Some("edited".into()),
                1 => d.deleted = true,
                _ => d.kind = Kind::NOTICE_POSTED,
            }
            later.push(d);
        }
        b.ingest(&mut ingestor, later);
        b.assert_consistent();
        assert_ne!(before, figures(b, Staff::Include)?);
        while b.db().write(Priority::Bulk, |tx| undo_slice(tx, second))? {}
        b.assert_consistent();
        assert_eq!(before, figures(b, Staff::Include)?, "on {}", b.database);
        while b.db().write(Priority::Bulk, |tx| undo_slice(tx, first))? {}
        b.assert_consistent();
        assert!(figures(b, Staff::Include)?.actives.is_empty());
        Ok(())
    });
}

#[test]
fn both_databases_give_the_same_figures() {
    let seed: Vec<(u8, u8, u8, u8)> = (0..900u32)
        .map(|i| ((i * 11 % 253) as u8, (i * 17 % 40) as u8, (i * 3 % 250) as u8, (i * 7 % 256) as u8))
        .collect();
    let drafts = world(&seed);
    on_both(|b| {
        load(b, &drafts, 450);
        b.assert_consistent();
        let f = figures(b, Staff::Include)?;
        assert_eq!(f.actives, naive_actives(&drafts, &["p6"]), "on {}", b.database);
        assert_eq!(f.opened, naive_opened(&drafts, &["p6"]), "on {}", b.database);
        let in_small_pieces = Bench::sqlite(&[]);
        load(&in_small_pieces, &drafts, 7);
        assert_eq!(f, figures(&in_small_pieces, Staff::Include)?, "on {}", b.database);
        Ok(())
    });
}

#[test]
fn staff_and_bots_are_masks() {
    on_both(|b| {
        let source = b.source("world");
        let mut ingestor = Ingestor::new(source, 0);
        b.ingest(
            &mut ingestor,
            vec![message("1", DAY, 1, "general", "ana"), message("2", DAY, 2, "general", "bo")],
        );
        let count = |staff| {
            b.community.view(|v| Ok(v.totals(&Scope { staff, ..Scope::default() }, None)?.active_members))
        };
        assert_eq!(count(Staff::Include)?, 2);
        b.community.set("staff", "ana")?;
        assert_eq!([count(Staff::Include)?, count(Staff::Exclude)?, count(Staff::Only)?], [2, 1, 1]);
        b.community.set("bots", "bo")?;
        assert_eq!([count(Staff::Include)?, count(Staff::Exclude)?], [1, 0]);
        b.community.set("bots", "")?;
        b.community.set("staff", "")?;
        assert_eq!([count(Staff::Include)?, count(Staff::Exclude)?], [2, 2]);
        Ok(())
    });
}

#[test]
fn a_corrected_zone_stamps_rows_anew_and_doubles_none() {
    on_both(|b| {
        let source = b.source("world");
        let mut ingestor = Ingestor::new(source, 0);
        let late = message("1", DAY, 23 * 60 + 30, "general", "ana");
        let early = message("2", DAY.plus(1), 30, "general", "bo");
        b.ingest(&mut ingestor, vec![late.clone(), early.clone()]);
        let days = || {
            b.community.view(|v| {
                Ok(v.actives(&Scope::default(), None)?
                    .days
                    .iter()
                    .map(|d| (d.day.0 - DAY.0, d.members.len()))
                    .collect::<Vec<_>>())
            })
        };
        assert_eq!(days()?, vec![(0, 1), (1, 1)]);
        let berlin = Zone::named("Europe/Berlin")?;
        b.community.set_source_zone("world", &berlin)?;
        assert_eq!(days()?, vec![(0, 2)], "both were before midnight UTC");
        b.assert_consistent();
        let mut again = late;
        again.at = berlin.from_local(again.stated_at);
        let outcome = b.ingest(&mut ingestor, vec![again]);
        assert_eq!((outcome.activities, outcome.duplicates), (0, 1));
        assert_eq!(days()?, vec![(0, 2)]);
        Ok(())
    });
}

#[test]
fn a_deleted_message_still_counts_and_loses_its_text() {
    on_both(|b| {
        let source = b.source("world");
        let mut ingestor = Ingestor::new(source, 0);
        let first = message("1", DAY, 1, "general", "ana");
        b.ingest(&mut ingestor, vec![first.clone()]);
        let gone = ActivityDraft { kind: Kind::NOTICE_POSTED, text: None, deleted: true, ..first };
        b.ingest(&mut ingestor, vec![gone]);
        let totals = b.community.view(|v| v.totals(&Scope::default(), None))?;
        assert_eq!(totals.active_rows, 1);
        let text = b.db().read(|c| c.query_one("SELECT text FROM messages", &[], |r| r.opt_text(0)))?;
        assert_eq!(text, None);
        Ok(())
    });
}

#[test]
fn people_can_be_named_in_every_way_and_mistakes_are_told() {
    on_both(|b| {
        let source = b.source("world");
        let mut ingestor = Ingestor::new(source, 0);
        b.ingest(
            &mut ingestor,
            vec![message("1", DAY, 1, "general", "ana"), message("2", DAY, 2, "general", "bo")],
        );
        let get = |name: &str| b.db().read(|c| people::get_identity(c, name));
        let (ana, bo) = (get("world:ana")?, get("world:bo")?);
        assert_eq!(get(&ana.public_id)?, ana);
        assert!(get("world:cy").is_err_and(|e| e.message.contains("nobody")));
        assert!(get("elsewhere:ana").is_err_and(|e| e.message.contains("world")));
        let link = |reason: &str| {
            b.db().write(Priority::Interactive, |tx| people::link(tx, &ana, &bo, reason, "test", START))
        };
        assert!(link(" ").is_err());
        link("same person")?;
        assert!(link("again").is_err_and(|e| e.message.contains("already")));
        Ok(())
    });
}

#[test]
fn what_replaces_a_record_waits_until_everything_before_it_is_folded() {
    on_both(|b| {
        let mut ingestor = Ingestor::new(b.source("S"), 1);
        let day = Day::parse("2024-01-01")?;
        let said =
            |n: i64, who: &str| message(&format!("m{n}"), day.plus((n % 40) as i32), n % 1_400, "c", who);
        for batch in 0..3 {
            b.ingest(&mut ingestor, (batch * 1_000..(batch + 1) * 1_000).map(|n| said(n, "ana")).collect());
        }
        // The newest export says that somebody else wrote it: cells, index and conversation change.
        let again = || Batch { activities: vec![said(7, "bo")], ..Batch::default() };
        let refused = b.db().write(Priority::Bulk, |tx| ingestor.ingest(tx, again(), START));
        assert_eq!(refused.expect_err("too much at once").kind, base::ErrorKind::Conflict);
        let taken = community::folding_first(b.db(), || {
            ingestor.forget();
            b.db().write(Priority::Bulk, |tx| ingestor.ingest(tx, again(), START))
        })?;
        assert_eq!(taken.duplicates, 1);
        assert!(!community::fold_if_behind(b.db())?, "there is nothing more to fold on {}", b.database);
        b.assert_consistent();
        Ok(())
    });
}
