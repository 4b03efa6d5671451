//! Several things at once in one log, on both databases: two feeds of one source, changes of the zone and of
//! who is staff between two batches of a feed, two foldings. Everything derived still equals the log.

use base::{Day, Result, Zone};
use community::{ActivityDraft, Batch, Ingestor, Outcome, fold_all};
use proptest::prelude::*;
use std::collections::BTreeMap;
use store::Priority;
use testkit::{Bench, START, message, on_both, reply};

const DAY: Day = Day(19_000);

/// A batch of messages and replies of the shared people in the shared channels. `feed` makes ids its own;
/// the channel and the people are the same for all. Later batches go back in time.
fn batch(feed: usize, number: usize, size: usize) -> Vec<ActivityDraft> {
    let mut out: Vec<ActivityDraft> = Vec::new();
    for i in 0..size {
        let day = DAY.plus(-(number as i32) * 2 - feed as i32 + (i % 3) as i32);
        let (channel, actor) = (["general", "help"][i % 2], format!("p{}", (i * 5 + number) % 11));
        let mut d = message(&format!("{feed}-{number}-{i}"), day, i as i64, channel, &actor);
        d.rank = (number * 10_000 + i) as i64;
        if i % 3 == 2 {
            // Both feeds answer in the same conversations.
            let root = DAY.plus(-50);
            d = reply(d, &format!("root{}", i % 4), root.start_micros());
        }
        out.push(d);
    }
    out
}

fn spans(b: &Bench) -> Result<Vec<(i64, i64, i64)>> {
    let named = |r: &store::Row<'_>| Ok((r.int(0)?, r.int(1)?, r.int(2)?));
    let kept = b.db().read(|c| {
        c.query("SELECT channel_id, first_at, last_at FROM channels ORDER BY channel_id", &[], named)
    })?;
    let naive = b.db().read(|c| {
        c.query(
            "SELECT channel_id, min(at), max(at) FROM activities GROUP BY channel_id ORDER BY channel_id",
            &[],
            named,
        )
    })?;
    assert_eq!(kept, naive, "first and last activity of channels, on {}", b.database);
    Ok(kept)
}

#[test]
fn two_feeds_of_one_source_take_turns() {
    on_both(|b| {
        let source = b.source("world");
        let mut feeds = [Ingestor::new(source, 1), Ingestor::new(source, 2)];
        // Small batches leave rows, large ones parts; both are in play.
        for (number, size) in [40, 260, 15, 230, 3, 300].into_iter().enumerate() {
            for (n, feed) in feeds.iter_mut().enumerate() {
                b.ingest(feed, batch(n, number, size));
            }
            if number == 2 {
                fold_all(b.db())?;
            }
        }
        // What the one brought, the other brings again.
        let again = b.ingest(&mut feeds[0], batch(1, 3, 230));
        assert_eq!((again.activities, again.duplicates), (0, 230));
        b.assert_consistent();
        assert_eq!(spans(b)?.len(), 2);
        Ok(())
    });
}

#[test]
fn two_feeds_of_one_source_at_the_same_time() {
    on_both(|b| {
        let source = b.source("world");
        let db = b.db();
        let run = |n: usize| -> Result<Outcome> {
            let mut feed = Ingestor::new(source, n as i64 + 1);
            let mut all = Outcome::default();
            for number in 0..12 {
                let activities = batch(n, number, [30, 220][number % 2]);
                let outcome = db.write(Priority::Bulk, |tx| {
                    feed.ingest(tx, Batch { activities: activities.clone(), ..Batch::default() }, START)
                })?;
                all.activities += outcome.activities;
                all.people += outcome.people;
                all.channels += outcome.channels;
                if number % 4 == 3 {
                    fold_all(db)?;
                }
            }
            Ok(all)
        };
        let (one, other) = std::thread::scope(|scope| {
            let other = scope.spawn(|| run(1));
            (run(0), other.join().expect("no panic"))
        });
        let (one, other) = (one?, other?);
        assert_eq!(one.activities + other.activities, 2 * 6 * 250);
        assert_eq!((one.people + other.people, one.channels + other.channels), (11, 2), "each made once");
        b.assert_consistent();
        spans(b)?;
        Ok(())
    });
}

#[test]
fn a_feed_goes_on_after_the_zone_was_changed() {
    on_both(|b| {
        let mut feed = Ingestor::new(b.source("world"), 0);
        // Eleven in the evening is the next day in Tokyo.
        let large = |from: i64| -> Vec<ActivityDraft> {
            (0..210)
                .map(|i| message(&format!("{from}-{i}"), DAY, from + i % 20, "general", &format!("p{i}")))
                .collect()
        };
        b.ingest(&mut feed, large(23 * 60));
        b.community.set("zone", "Asia/Tokyo")?;
        b.assert_consistent();
        // Earlier in the same UTC day, and now on an earlier day than the first known one.
        b.ingest(&mut feed, large(60));
        b.assert_consistent();
        b.community.set("zone", "America/Los_Angeles")?;
        b.ingest(&mut feed, batch(0, 1, 20));
        b.assert_consistent();
        Ok(())
    });
}

#[test]
fn who_is_staff_holds_for_those_who_come_later_in_a_feed() {
    on_both(|b| {
        let mut feed = Ingestor::new(b.source("world"), 0);
        b.ingest(&mut feed, vec![message("1", DAY, 1, "general", "ana")]);
        b.community.set("staff", "ana, bo")?;
        b.ingest(
            &mut feed,
            vec![message("2", DAY, 2, "general", "bo"), message("3", DAY, 3, "general", "cy")],
        );
        let staff: BTreeMap<String, bool> = b
            .db()
            .read(|c| {
                c.query("SELECT external_id, staff FROM identities", &[], |r| Ok((r.text(0)?, r.flag(1)?)))
            })?
            .into_iter()
            .collect();
        let expect = [("ana", true), ("bo", true), ("cy", false)].map(|(n, s)| (n.to_owned(), s));
        assert_eq!(staff, BTreeMap::from(expect), "on {}", b.database);
        Ok(())
    });
}

#[test]
fn the_zone_of_a_source_is_not_corrected_under_an_import() {
    on_both(|b| {
        let source = b.source("world");
        let import = |tx: &mut store::Conn<'_>, state: &str| {
            tx.execute("DELETE FROM imports", &[])?;
            tx.execute(
                "INSERT INTO imports (public_id, source_id, format, input, fingerprint, options, state, position,
                   tally, started_by, started_at) VALUES ('imp_1', $1, 'test', '', '', '', $2, 0, '', '', 0)",
                &[source.into(), state.into()],
            )
        };
        let zone = Zone::named("Asia/Tokyo")?;
        b.db().write(Priority::Bulk, |tx| import(tx, "running"))?;
        let refused = b.community.set_source_zone("world", &zone).expect_err("its import reads in UTC");
        assert!(refused.message.contains("imp_1") && refused.message.contains("continue it"), "{refused}");
        b.db().write(Priority::Bulk, |tx| import(tx, "done"))?;
        b.community.set_source_zone("world", &zone)
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any number of feeds in any order of turns, some forgetting what they knew, foldings in between.
    #[test]
    fn any_turns_of_any_feeds(turns in proptest::collection::vec((0usize..3, 1usize..260, any::<u8>()), 1..14)) {
        on_both(|b| {
            let source = b.source("world");
            let mut feeds: Vec<Ingestor> = (0..3).map(|n| Ingestor::new(source, n + 1)).collect();
            for (number, (feed, size, what)) in turns.iter().enumerate() {
                b.ingest(&mut feeds[*feed], batch(*feed, number, *size));
                match what % 8 {
                    0 => fold_all(b.db())?,
                    1 => feeds[*feed].forget(),
                    _ => {}
                }
            }
            b.assert_consistent();
            spans(b)?;
            Ok(())
        });
    }
}
