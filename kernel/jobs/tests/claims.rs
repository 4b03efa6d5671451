//! Claims of several workers at once, whatever they take in whatever order; and workers that are killed.

use base::{Clock, Zone};
use jobs::{Job, JobKind, NewJob, Urgency, Workers, enqueue};
use proptest::prelude::*;
use serde_json::json;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::{Db, Location, Priority};

fn databases(folder: &std::path::Path) -> Vec<(String, Db)> {
    let file = folder.join("test.db").to_string_lossy().into_owned();
    let mut all = vec![(file.clone(), Location::Sqlite(file.into()))];
    if let Some(url) = testkit::postgres::database_url() {
        all.push((url.clone(), Location::Postgres(url)));
    }
    let open = |(address, location): (String, Location)| {
        let db = Db::open(&location).expect("a database");
        db.migrate(&[effects_table(), jobs::MIGRATIONS[0]], 1).expect("a schema");
        (address, db)
    };
    all.into_iter().map(open).collect()
}

/// A table for what the jobs of these tests do.
fn effects_table() -> store::Migration {
    store::Migration {
        owner: "effects",
        number: 1,
        name: "effects",
        sql: "CREATE TABLE effects (effect_id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER NOT NULL) STRICT;",
    }
}

fn effect(db: &Db, job: &Job) -> base::Result<()> {
    let n = job.payload["n"].as_i64().unwrap_or(-1);
    db.write(Priority::Bulk, |tx| {
        job.finish_in(tx)?;
        tx.execute("INSERT INTO effects (n) VALUES ($1)", &[n.into()]).map(|_| ())
    })
}

fn effects(db: &Db) -> Vec<i64> {
    db.read(|c| c.query("SELECT n FROM effects ORDER BY n", &[], |r| r.int(0))).expect("effects")
}

fn put(db: &Db, urgencies: &[u8]) {
    db.write(Priority::Bulk, |tx| {
        for (n, urgency) in urgencies.iter().enumerate() {
            let urgency = [Urgency::Now, Urgency::Soon, Urgency::Whenever][usize::from(*urgency % 3)];
            let payload = json!({ "n": n });
            let job = NewJob { kind: "t.effect", key: None, payload: &payload, run_at: 0, urgency };
            enqueue(tx, &job, 1)?;
        }
        Ok(())
    })
    .expect("put in");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// Each job is run by one of the workers, once.
    #[test]
    fn every_job_is_run_once(
        urgencies in prop::collection::vec(0..3u8, 1..120),
        places in prop::collection::vec(1..9usize, 1..5),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        for (_, db) in databases(folder.path()) {
            put(&db, &urgencies);
            let clock = Clock::fixed(1_000);
            let runs: Arc<Mutex<Vec<i64>>> = Arc::default();
            type Given = (Db, Arc<Mutex<Vec<i64>>>);
            let run = |given: &Given, job: &Job| {
                given.1.lock().expect("no panic").push(job.payload["n"].as_i64().unwrap_or(-1));
                effect(&given.0, job)
            };
            let zone = |_: &Given| Ok(Zone::utc());
            let workers: Vec<Workers> = places
                .iter()
                .map(|n| {
                    let kind = JobKind::<Given>::new("t.effect", run).at_once(*n);
                    Workers::begin((db.clone(), runs.clone()), &db, &clock, &[kind], &[], zone).expect("workers")
                })
                .collect();
            let begun = Instant::now();
            while effects(&db).len() < urgencies.len() && begun.elapsed() < Duration::from_secs(60) {
                std::thread::sleep(Duration::from_millis(2));
            }
            workers.into_iter().for_each(|w| w.stop(Duration::from_secs(10)));
            let all: Vec<i64> = (0..urgencies.len() as i64).collect();
            prop_assert_eq!(effects(&db), all.clone());
            let mut runs = runs.lock().expect("no panic").clone();
            runs.sort_unstable();
            prop_assert_eq!(runs, all);
            prop_assert!(db.read(|c| jobs::list(c, 9)).expect("a list").jobs.is_empty());
        }
    }
}

/// Where a child of [`killed_workers_leave_every_effect_exactly_once`] finds its database.
const ADDRESS: &str = "FOLKMOOT_JOBS_TEST_ADDRESS";

/// Not a test of its own: the process that is killed.
#[test]
#[ignore = "the other test starts it"]
fn child_that_works() {
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let location = if address.starts_with("postgres") {
        Location::Postgres(address)
    } else {
        Location::Sqlite(address.into())
    };
    let db = Db::open(&location).expect("the database");
    let run = |db: &Db, job: &Job| {
        std::thread::sleep(Duration::from_millis(3));
        effect(db, job)
    };
    let kind = JobKind::<Db>::new("t.effect", run).at_once(4).lease(Duration::from_millis(1_500));
    let _workers =
        Workers::begin(db.clone(), &db, &Clock::System, &[kind], &[], |_| Ok(Zone::utc())).expect("workers");
    std::thread::sleep(Duration::from_secs(120));
}

fn child(address: &str) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "child_that_works", "--ignored", "--nocapture"])
        .env(ADDRESS, address)
        .stdout(Stdio::null())
        .spawn()
        .expect("a process")
}

#[test]
fn killed_workers_leave_every_effect_exactly_once() {
    const JOBS: usize = 600;
    let folder = tempfile::tempdir().expect("a folder");
    for (address, db) in databases(folder.path()) {
        put(&db, &[1; JOBS]);
        let begun = Instant::now();
        let mut kills = 0;
        // SQLite has one node at a time; PostgreSQL two, either of which may go.
        let several = address.starts_with("postgres");
        let mut children = vec![child(&address)];
        if several {
            children.push(child(&address));
        }
        let mut last = 0;
        while effects(&db).len() < JOBS {
            assert!(
                begun.elapsed() < Duration::from_secs(120),
                "{} of {JOBS} on {address}",
                effects(&db).len()
            );
            std::thread::sleep(Duration::from_millis(5));
            let now = effects(&db).len();
            if now >= last + 120 && kills < 4 {
                last = now;
                // SIGKILL: nothing is written down, no lease given back.
                let mut victim = children.remove(0);
                victim.kill().expect("killed");
                victim.wait().expect("gone");
                kills += 1;
                children.push(child(&address));
            }
        }
        for mut child in children {
            child.kill().expect("killed");
            child.wait().expect("gone");
        }
        assert!(kills >= 3, "{kills}");
        assert_eq!(effects(&db), (0..JOBS as i64).collect::<Vec<_>>(), "{address}");
    }
}
