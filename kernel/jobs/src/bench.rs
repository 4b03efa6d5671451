//! How many durable jobs a second: put in, claimed, run and ended, for benchmarks.

use crate::{JobKind, NewJob, Urgency, Workers, enqueue};
use base::{Clock, Error, Result, Zone};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::{Db, Priority};

/// How long jobs took.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// To put all of them in, a hundred in a transaction.
    pub putting_in: Duration,
    /// To run all of them.
    pub running: Duration,
}

/// Puts `n` jobs in that do nothing, and runs them with the usual workers.
///
/// # Errors
/// When the database says no, or they are not done within ten minutes.
pub fn bench(db: &Db, clock: &Clock, n: u64) -> Result<Took> {
    let now = clock.now();
    let begun = Instant::now();
    for from in (0..n).step_by(100) {
        db.write(Priority::Bulk, |tx| {
            for i in from..(from + 100).min(n) {
                let payload = json!({ "n": i });
                let job = NewJob {
                    kind: "bench.nothing",
                    key: None,
                    payload: &payload,
                    run_at: now,
                    urgency: Urgency::Soon,
                };
                enqueue(tx, &job, now)?;
            }
            Ok(())
        })?;
    }
    let putting_in = begun.elapsed();
    let begun = Instant::now();
    let done = Arc::new(AtomicU64::new(0));
    let kind = JobKind::<Arc<AtomicU64>>::new("bench.nothing", |done, _| {
        done.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    let zone = |_: &Arc<AtomicU64>| Ok(Zone::utc());
    let workers = Workers::begin(done.clone(), db, clock, &[kind.at_once(256)], &[], zone)?;
    while done.load(Ordering::Relaxed) < n {
        if begun.elapsed() > Duration::from_secs(600) {
            return Err(Error::unavailable("the jobs were not done within ten minutes"));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    workers.stop(Duration::from_secs(10));
    Ok(Took { putting_in, running: begun.elapsed() })
}
