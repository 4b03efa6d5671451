//! Work that one program does at a time, as two programs on one database meet it; and programs that die.

use base::{Clock, ErrorKind, Result};
use jobs::lease::{self, Lease};
use jobs::nodes::{self, ALIVE, Presence};
use store::{Db, Location, Priority};

/// Two programs, as two nodes have the database open.
fn on_both(test: impl Fn(&Db, &Db)) {
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = Location::Sqlite(folder.path().join("test.db"));
    let postgres = testkit::postgres::database_url().map(Location::Postgres);
    for location in std::iter::once(sqlite).chain(postgres) {
        let open = |name: &str| {
            let db = Db::open(&location).expect("the database opens");
            db.migrate(jobs::MIGRATIONS, 1).expect("the schema");
            db.introduce(name, name);
            db
        };
        test(&open("one"), &open("other"));
    }
}

fn take(db: &Db, subject: &str) -> Option<Lease> {
    Lease::take(db, subject, "import").expect("asked")
}

fn state(db: &Db, subject: &str) -> lease::State {
    db.read(|c| lease::find(c, subject)).expect("read").expect("something is known")
}

/// As when a program dies: nothing was heard of it for too long.
fn bury(db: &Db, node: &str) {
    let gone = db.write(Priority::Bulk, |tx| tx.execute("DELETE FROM nodes WHERE node = $1", &[node.into()]));
    assert_eq!(gone.expect("buried"), 1);
}

#[test]
fn one_has_it_and_the_other_sees_it() {
    on_both(|one, other| {
        let held = take(one, "imp_1").expect("it is free");
        assert!(take(other, "imp_1").is_none(), "it is taken");
        assert!(take(one, "imp_1").is_none(), "by whomever");
        let stop = one.write(Priority::Bulk, |tx| held.confirm(tx, Some("half"))).expect("it is ours");
        assert!(!stop);
        let seen = state(other, "imp_1");
        assert_eq!((seen.held, seen.here, seen.own), (true, false, false));
        assert_eq!((seen.node_name.as_str(), seen.progress.as_str()), ("one", "half"));
        assert!(state(one, "imp_1").here);

        // The other asks it to stop.
        assert!(other.write(Priority::Bulk, |tx| lease::ask_to_stop(tx, "imp_1")).expect("asked"));
        assert!(one.write(Priority::Bulk, |tx| held.confirm(tx, None)).expect("it is ours"));
        held.give_back(Some("it was enough"), None);
        let seen = state(other, "imp_1");
        assert_eq!((seen.held, seen.stop_asked), (false, true));
        assert_eq!((seen.error.as_deref(), seen.progress.as_str()), (Some("it was enough"), "half"));
        assert!(!one.write(Priority::Bulk, |tx| lease::ask_to_stop(tx, "imp_1")).expect("nobody is there"));

        // And goes on with it to the end.
        let held = take(other, "imp_1").expect("it is free");
        let seen = state(one, "imp_1");
        assert_eq!((seen.held, seen.stop_asked, seen.error), (true, false, None));
        other.write(Priority::Bulk, |tx| held.end_in(tx)).expect("done");
        held.ended();
        assert_eq!(one.read(|c| lease::find(c, "imp_1")).expect("read"), None);
    });
}

#[test]
fn what_is_dropped_is_free() {
    on_both(|one, other| {
        drop(take(one, "imp_1").expect("it is free"));
        assert!(!state(other, "imp_1").held);
        assert!(take(other, "imp_1").is_some());
    });
}

#[test]
fn who_was_thought_dead_writes_nothing_more() {
    on_both(|one, other| {
        let late = take(one, "imp_1").expect("it is free");
        let pause = take(one, "imp_2").expect("it is free");
        bury(other, "one");
        assert!(!state(other, "imp_1").held);
        let held = take(other, "imp_1").expect("it is free");
        let refused = one.write(Priority::Bulk, |tx| {
            tx.execute("DELETE FROM job_kinds", &[])?;
            late.confirm(tx, Some("too late"))
        });
        assert_eq!(refused.expect_err("it is the other's").kind, ErrorKind::Conflict);
        drop(late);
        let seen = state(one, "imp_1");
        assert_eq!(
            (seen.node_name.as_str(), seen.held),
            ("other", true),
            "nothing of the other's was touched"
        );
        drop(held);
        // What nobody took over is still its own.
        assert!(one.write(Priority::Bulk, |tx| pause.confirm(tx, None)).is_ok());
    });
}

#[test]
fn of_many_that_take_at_once_one_gets_it() {
    on_both(|one, other| {
        for round in 0..20 {
            let subject = format!("imp_{round}");
            // Known to one another, as every program is that was announced.
            for db in [one, other] {
                drop(take(db, "imp_before"));
            }
            let got: Vec<bool> = std::thread::scope(|scope| {
                let threads: Vec<_> = [one, other, one, other]
                    .into_iter()
                    .map(|db| {
                        let subject = &subject;
                        scope.spawn(move || db.write(Priority::Bulk, |tx| lease::take(tx, subject, "import")))
                    })
                    .collect();
                threads.into_iter().map(|t| t.join().expect("no panic").expect("asked")).collect()
            });
            assert_eq!(got.iter().filter(|g| **g).count(), 1, "{got:?}");
        }
    });
}

#[test]
fn a_node_is_there_until_it_ends_or_is_silent() {
    on_both(|one, other| {
        let clock = Clock::fixed(1_000_000);
        let names = |db: &Db| -> Result<Vec<String>> {
            Ok(db.read(nodes::list)?.into_iter().map(|n| n.name).collect())
        };
        let first = Presence::begin(one, &clock, true).expect("announced");
        assert_eq!(names(one).expect("read"), ["one"]);
        let held = take(one, "imp_1").expect("it is free");
        drop(first);
        assert!(names(one).expect("read").is_empty());
        assert!(!state(other, "imp_1").held, "what it did is free at once");
        drop(held);
        if one.dialect() == store::Dialect::Sqlite {
            return;
        }
        // The same node again, which was killed; and another that looks after its time is over.
        let _killed = Presence::begin(one, &clock, true).expect("announced");
        let in_time = Presence::begin(other, &Clock::fixed(1_000_000 + ALIVE), false).expect("announced");
        assert_eq!(names(other).expect("read"), ["one", "other"]);
        drop(in_time);
        let _late = Presence::begin(other, &Clock::fixed(1_000_001 + ALIVE), false).expect("announced");
        assert_eq!(names(other).expect("read"), ["other"]);
        let refused = Lease::take(one, "imp_3", "import").expect_err("it counts as gone");
        assert_eq!(refused.kind, ErrorKind::Unavailable);
    });
}
