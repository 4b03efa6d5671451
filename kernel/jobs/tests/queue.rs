//! The queue on both databases: order, keys, retries, death, leases, schedules, several workers at once.

use base::{Clock, Error, Micros, Result, Zone};
use jobs::{Dead, Job, JobKind, NewJob, Schedule, Urgency, When, Workers, enqueue};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::{Conn, Db, Priority};
use testkit::Bench;

const SECOND: Micros = 1_000_000;

/// What the jobs of these tests are given.
#[derive(Clone)]
struct Stage {
    db: Db,
    clock: Clock,
    said: Arc<Mutex<Vec<String>>>,
    gate: Arc<AtomicU32>,
}

impl Stage {
    fn say(&self, word: impl Into<String>) {
        self.said.lock().expect("no panic").push(word.into());
    }

    fn said(&self) -> Vec<String> {
        self.said.lock().expect("no panic").clone()
    }

    fn put(&self, kind: &str, payload: &Value) -> i64 {
        self.put_as(kind, None, payload, Urgency::Soon).expect("it is new")
    }

    fn put_as(&self, kind: &str, key: Option<&str>, payload: &Value, urgency: Urgency) -> Option<i64> {
        let now = self.clock.now();
        let job = NewJob { kind, key, payload, run_at: now, urgency };
        self.db.write(Priority::Interactive, |tx| enqueue(tx, &job, now)).expect("put in")
    }

    fn work(&self, kinds: &[JobKind<Self>]) -> Workers {
        let zone = |_: &Self| Ok(Zone::utc());
        Workers::begin(self.clone(), &self.db, &self.clock, kinds, &[], zone).expect("workers")
    }

    fn listing(&self) -> jobs::Listing {
        self.db.read(|c| jobs::list(c, 100)).expect("a list")
    }

    fn states(&self) -> Vec<&'static str> {
        self.listing().jobs.iter().map(|j| j.state).collect()
    }
}

fn on_both(test: impl Fn(&Stage)) {
    let benches = [Some(Bench::sqlite(&[])), Bench::postgres(&[])];
    for bench in benches.into_iter().flatten() {
        let stage = Stage {
            db: bench.db().clone(),
            clock: bench.clock.clone(),
            said: Arc::default(),
            gate: Arc::default(),
        };
        test(&stage);
    }
}

/// Waits for something that other threads do.
fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn note(stage: &Stage, job: &Job) -> Result<()> {
    stage.say(job.payload["word"].as_str().unwrap_or("?"));
    Ok(())
}

#[test]
fn the_urgent_goes_first_and_one_key_is_one_job() {
    on_both(|stage| {
        let word = |w: &str| json!({ "word": w });
        stage.put_as("t.note", Some("a"), &word("bulk"), Urgency::Whenever);
        assert_eq!(stage.put_as("t.note", Some("a"), &word("again"), Urgency::Now), None, "its key is there");
        stage.put("t.note", &word("usual"));
        stage.put_as("t.note", None, &word("urgent"), Urgency::Now);
        stage.put("t.unknown", &word("nobody looks for this one"));
        let workers = stage.work(&[JobKind::new("t.note", note).at_once(1)]);
        until("three are done", || stage.said().len() == 3);
        assert_eq!(stage.said(), ["urgent", "usual", "bulk"]);
        until("written down", || stage.listing().jobs.len() == 1);
        let kind = stage.listing().kinds[0].clone();
        assert_eq!((kind.kind.as_str(), kind.done, kind.open), ("t.note", 3, 0));
        assert!(
            stage.put_as("t.note", Some("a"), &word("later"), Urgency::Soon).is_some(),
            "the key is free again"
        );
        until("woken by the commit", || stage.said().len() == 4);
        workers.stop(Duration::from_secs(5));
    });
}

#[test]
fn a_job_and_its_reason_are_one_transaction() {
    on_both(|stage| {
        let now = stage.clock.now();
        let failed: Result<()> = stage.db.write(Priority::Interactive, |tx| {
            let job = NewJob {
                kind: "t.note",
                key: None,
                payload: &Value::Null,
                run_at: now,
                urgency: Urgency::Soon,
            };
            enqueue(tx, &job, now)?;
            Err(Error::invalid("on second thoughts"))
        });
        assert!(failed.is_err());
        assert!(stage.listing().jobs.is_empty());
    });
}

#[test]
fn failures_are_tried_again_later_and_then_dead_until_somebody_tries_again() {
    on_both(|stage| {
        let fails = |stage: &Stage, job: &Job| {
            stage.say(format!("attempt {}", job.attempt));
            match stage.gate.load(Ordering::SeqCst) {
                0 => Err(Error::unavailable("no answer")),
                1 => panic!("on purpose"),
                _ => Ok(()),
            }
        };
        let tell = |stage: &Stage, _: &Job, error: &Error| {
            stage.say(format!("told: {error}"));
            Ok(())
        };
        let kind = JobKind::new("t.fails", fails).retries(&[10, 100]).dead(Dead::Tell(tell));
        let id = stage.put("t.fails", &Value::Null);
        let workers = stage.work(&[kind]);
        let waits = |attempts: i64| {
            stage.listing().jobs.first().map(|j| (j.state, j.attempt)) == Some(("waiting", attempts))
        };
        until("failed once", || waits(1));
        let due = stage.listing().jobs[0].run_at.expect("a time") - stage.clock.now();
        assert!((8 * SECOND..=12 * SECOND).contains(&due), "{due}");
        stage.clock.advance(due - 1);
        std::thread::sleep(Duration::from_millis(20));
        assert!(waits(1), "not before its time");
        stage.gate.store(1, Ordering::SeqCst);
        stage.clock.advance(1);
        stage.db.ring("jobs");
        until("failed twice", || waits(2));
        let error = stage.listing().jobs[0].error.clone().expect("an error");
        assert!(error.contains("on purpose"), "{error}");
        stage.gate.store(0, Ordering::SeqCst);
        stage.clock.advance(120 * SECOND);
        stage.db.ring("jobs");
        until("dead", || stage.states() == ["dead"]);
        assert_eq!(stage.said().last().map(String::as_str), Some("told: no answer"));
        stage.clock.advance(1_000_000 * SECOND);
        stage.db.ring("jobs");
        stage.gate.store(2, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(stage.states(), ["dead"], "nobody wakes the dead by waiting");
        let retry =
            |id: i64| stage.db.write(Priority::Interactive, |tx| jobs::retry(tx, id, stage.clock.now()));
        retry(id).expect("tried again");
        until("done", || stage.listing().jobs.is_empty());
        assert_eq!(stage.said().iter().filter(|w| *w == "attempt 1").count(), 2, "it began anew");
        assert!(retry(id).expect_err("it is done").message.contains("there is no job"));
        let kind = stage.listing().kinds[0].clone();
        assert_eq!((kind.done, kind.failed), (1, 3));
        workers.stop(Duration::from_secs(5));
    });
}

#[test]
fn an_input_that_cannot_be_is_dead_at_once_and_may_go() {
    on_both(|stage| {
        let kind = JobKind::<Stage>::new("t.bad", |_, _| Err(Error::invalid("no such thing")));
        let goes = JobKind::<Stage>::new("t.goes", |_, _| Err(Error::not_found("gone"))).dead(Dead::Go);
        stage.put("t.bad", &Value::Null);
        stage.put("t.goes", &Value::Null);
        let workers = stage.work(&[kind, goes]);
        until("both ended", || stage.states() == ["dead"]);
        workers.stop(Duration::from_secs(5));
    });
}

#[test]
fn a_lease_that_ran_out_is_taken_over_and_the_first_changes_nothing_more() {
    on_both(|stage| {
        let slow = |stage: &Stage, job: &Job| {
            let turn = stage.gate.fetch_add(1, Ordering::SeqCst);
            if turn == 0 {
                until("the second has run", || stage.gate.load(Ordering::SeqCst) > 1);
            }
            let ended = stage.db.write(Priority::Interactive, |tx: &mut Conn<'_>| {
                job.finish_in(tx)?;
                tx.execute("UPDATE counters SET value = value + 1 WHERE name = 'effects'", &[])
            });
            stage.say(format!("turn {turn}: {}", if ended.is_ok() { "took effect" } else { "taken back" }));
            ended.map(|_| ())
        };
        let counters = "INSERT INTO counters (name, value) VALUES ('effects', 0)";
        stage.db.write(Priority::Interactive, |tx| tx.execute(counters, &[])).expect("a counter");
        stage.put("t.slow", &Value::Null);
        // The first worker's clock stands still: it never sees that its lease has run out.
        let other = Stage { clock: Clock::fixed(stage.clock.now() + 3_600 * SECOND), ..stage.clone() };
        let first = stage.work(&[JobKind::new("t.slow", slow)]);
        until("the first holds it", || stage.gate.load(Ordering::SeqCst) == 1);
        let second = other.work(&[JobKind::new("t.slow", slow)]);
        until("both ended", || stage.said().len() == 2);
        // Whoever is told first, the one that holds the lease took effect and the other did not.
        let mut said = stage.said();
        said.sort();
        assert_eq!(said, ["turn 0: taken back", "turn 1: took effect"]);
        until("nothing is left", || stage.listing().jobs.is_empty());
        let effects = "SELECT value FROM counters WHERE name = 'effects'";
        assert_eq!(stage.db.read(|c| c.query_one(effects, &[], |r| r.int(0))).expect("a number"), 1);
        first.stop(Duration::from_secs(5));
        second.stop(Duration::from_secs(5));
    });
}

#[test]
fn leases_are_renewed_while_a_job_runs() {
    on_both(|stage| {
        let long = |stage: &Stage, _: &Job| {
            stage.gate.fetch_add(1, Ordering::SeqCst);
            until("it may end", || stage.gate.load(Ordering::SeqCst) > 100);
            Ok(())
        };
        stage.put("t.long", &Value::Null);
        let workers = stage.work(&[JobKind::new("t.long", long).lease(Duration::from_secs(30))]);
        until("it runs", || stage.gate.load(Ordering::SeqCst) == 1);
        for _ in 0..6 {
            stage.clock.advance(15 * SECOND);
            stage.db.ring("jobs");
            let renewed =
                || stage.listing().jobs[0].run_at.expect("a lease") > stage.clock.now() + 20 * SECOND;
            until("renewed", renewed);
        }
        assert_eq!(stage.gate.load(Ordering::SeqCst), 1, "it was not begun again");
        stage.gate.store(101, Ordering::SeqCst);
        workers.stop(Duration::from_secs(5));
        assert!(stage.listing().jobs.is_empty(), "stopping waits for what runs");
    });
}

#[test]
fn stopping_gives_back_what_was_not_begun() {
    on_both(|stage| {
        let long = |stage: &Stage, _: &Job| {
            stage.gate.fetch_add(1, Ordering::SeqCst);
            until("it may end", || stage.gate.load(Ordering::SeqCst) > 100);
            Ok(())
        };
        for _ in 0..60 {
            stage.put("t.long", &Value::Null);
        }
        let workers = stage.work(&[JobKind::new("t.long", long).at_once(60)]);
        until("all threads are busy", || stage.gate.load(Ordering::SeqCst) == 32);
        workers.stop(Duration::ZERO);
        let listing = stage.listing();
        let waiting = listing.jobs.iter().filter(|j| j.state == "waiting");
        assert_eq!(waiting.clone().count(), 28);
        assert!(waiting.clone().all(|j| j.attempt == 0), "as if they had never been taken");
        stage.gate.store(101, Ordering::SeqCst);
    });
}

#[test]
fn a_schedule_runs_once_over_all_nodes_and_comes_back() {
    on_both(|stage| {
        let run = |stage: &Stage, job: &Job| {
            stage.say(format!("{}", stage.clock.now() / SECOND % 100_000));
            if stage.gate.load(Ordering::SeqCst) == 0 {
                stage.db.write(Priority::Bulk, |tx| job.finish_in(tx))
            } else {
                Ok(())
            }
        };
        let schedule = Schedule::new("t.tick", When::Every(60), run);
        let zone = |_: &Stage| Ok(Zone::utc());
        let node = || {
            Workers::begin(stage.clone(), &stage.db, &stage.clock, &[], &[schedule], zone).expect("a node")
        };
        let nodes = [node(), node(), node()];
        for round in 1..=5 {
            stage.clock.advance(60 * SECOND);
            stage.db.ring("jobs");
            until("one ran it", || stage.said().len() == round);
            until("it waits again", || stage.states() == ["scheduled"]);
            stage.gate.store(u32::from(round % 2 == 1), Ordering::SeqCst);
        }
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(stage.said().len(), 5);
        nodes.into_iter().for_each(|n| n.stop(Duration::from_secs(5)));
    });
}

#[test]
fn an_idle_node_looks_once_a_second() {
    on_both(|stage| {
        let workers = stage.work(&[JobKind::new("t.note", note)]);
        std::thread::sleep(Duration::from_millis(200));
        stage.db.watch_statements();
        std::thread::sleep(Duration::from_millis(2_500));
        let looks = stage.db.watch_statements().len();
        assert!(looks <= 3, "{looks}");
        workers.stop(Duration::from_secs(5));
    });
}

#[test]
fn what_is_told_is_read_in_the_order_of_commits() {
    on_both(|stage| {
        std::thread::scope(|scope| {
            for n in 0..4 {
                scope.spawn(move || {
                    for i in 0..25 {
                        let payload = json!({ "n": n, "i": i });
                        let told = stage.db.write(Priority::Interactive, |tx| {
                            jobs::outbox::tell(tx, "t.happened", &payload, stage.clock.now())
                        });
                        told.expect("told");
                    }
                });
            }
            let mut seen = Vec::new();
            until("all is read", || true);
            while seen.len() < 100 {
                let from = seen.last().map_or(0, |t: &jobs::outbox::Told| t.seq);
                seen.extend(stage.db.read(|c| jobs::outbox::after(c, from, 10)).expect("read"));
            }
            let sorted = seen.windows(2).all(|w| w[0].seq < w[1].seq);
            assert!(sorted && seen.len() == 100, "none is passed over");
        });
        assert!(stage.db.read(jobs::outbox::newest).expect("a number") >= 100);
    });
}
