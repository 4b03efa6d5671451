//! What a planned reading takes along with everybody at a glance equals what is read by itself: day sets under every
//! staff filter, of single kinds too, who was active before, the span and the joins. On both databases, folded or not.

use base::{Day, Result};
use community::read::{LogView, Plan, Scope, Staff};
use community::{Community, Ingestor, Kind, fold_all, people};
use store::Priority;
use testkit::{Bench, START, message, on_both, reply};

const DAY: Day = Day(19_000);
const KINDS: &[Kind] = &[Kind::REPLY_POSTED];

/// Everything that Today asks of days, as one text.
fn asked(view: &mut LogView<'_, '_>) -> Result<String> {
    let mut out = String::new();
    for staff in [Staff::Exclude, Staff::Only, Staff::Include] {
        let plain = Scope { staff, ..Scope::default() };
        let of_kinds = Scope { kinds: KINDS.to_vec(), ..plain.clone() };
        for scope in [&of_kinds, &plain] {
            out.push_str(&format!("{:?}\n", view.active_days(scope, DAY.plus(-20))?));
        }
        let actives = view.actives(&plain, Some(DAY.plus(-5)))?;
        out.push_str(&format!("{:?}\n{:?}\n", actives.days, actives.before));
        out.push_str(&format!("{:?} {:?}\n", view.span(&plain)?, view.joins(&plain)?.joins));
    }
    Ok(out)
}

fn compare(b: &Bench) -> Result<()> {
    let plan = Plan { back: Some(DAY.plus(-20)), kinds: KINDS, passages: true, ..Plan::default() };
    // Each begins without anything in memory.
    let alone = Community::new(b.db().clone()).view(asked)?;
    let along = Community::new(b.db().clone()).view(|view| {
        view.plan(plan);
        view.roster()?;
        asked(view)
    })?;
    assert_eq!(along, alone, "on {}", b.database);
    assert!(alone.contains("(1, "), "somebody is in it: {alone}");
    Ok(())
}

#[test]
fn what_is_read_along_equals_what_is_read_by_itself() {
    on_both(|b| {
        let mut feed = Ingestor::new(b.source("world"), 1);
        let batch = |from: i32, days: i32| {
            (0..days).flat_map(move |d| (0..4).map(move |i| (from + d, i))).map(|(d, i)| {
                let (id, who) = (format!("m{d}-{i}"), format!("p{}", (d * 3 + i).rem_euclid(9)));
                let draft = message(&id, DAY.plus(d), i64::from(i), "general", &who);
                if i == 3 { reply(draft, &format!("m{d}-0"), DAY.plus(d).start_micros()) } else { draft }
            })
        };
        b.ingest(&mut feed, batch(-60, 30).chain(batch(-18, 6)).collect());
        compare(b)?;
        fold_all(b.db())?;
        compare(b)?;
        b.community.set("staff", "p3, p4")?;
        b.community.set("bots", "p5")?;
        b.db().write(Priority::Interactive, |tx| {
            let [a, c] = ["world:p4", "world:p7"].map(|who| people::get_identity(tx, who));
            people::link(tx, &a?, &c?, "the same person", "test", START).map(|_| ())
        })?;
        compare(b)?;
        b.ingest(&mut feed, batch(-11, 11).collect());
        compare(b)?;
        fold_all(b.db())?;
        compare(b)
    });
}
