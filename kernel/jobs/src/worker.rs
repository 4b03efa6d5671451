//! The thread of a node that claims jobs, renews leases, and writes down what came of them: all of it in one
//! transaction a round, and one look a second while there is nothing to do.

use crate::run::{Outcome, Runners, Work};
use crate::store::{self, Claim, Counts};
use crate::{BELL, Dead, Job, JobKind, Schedule, When};
use ::store::{Conn, Db, Priority};
use base::{Clock, Micros, Result, TypeId, Zone};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often is looked for what other nodes put in.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a lease of a schedule is.
const SCHEDULE_LEASE: Duration = Duration::from_secs(60);
/// When a schedule that failed is tried again, in seconds; afterwards it waits for its next time.
const SCHEDULE_RETRIES: &[u32] = &[60, 600];

/// How the community's zone is asked for.
type ZoneOf<A> = fn(&A) -> Result<Zone>;

/// The workers of this node.
pub struct Workers {
    stop: Arc<AtomicBool>,
    grace: Arc<std::sync::Mutex<Duration>>,
    db: Db,
    thread: Option<JoinHandle<()>>,
}

impl Workers {
    /// Begins to work. What was left by a node that died is taken over when its lease has run out.
    ///
    /// # Errors
    /// When the database says no, or there is no thread to be had.
    pub fn begin<A: Clone + Send + Sync + 'static>(
        app: A,
        db: &Db,
        clock: &Clock,
        kinds: &[JobKind<A>],
        schedules: &[Schedule<A>],
        zone: ZoneOf<A>,
    ) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let grace = Arc::new(std::sync::Mutex::new(Duration::ZERO));
        let mut round = Round::new(app, db.clone(), clock.clone(), kinds, schedules, zone);
        round.make_known()?;
        let (told, may_take) = (stop.clone(), grace.clone());
        let run = move || round.run(&told, &may_take);
        let thread = std::thread::Builder::new().name("jobs".into()).spawn(run)?;
        Ok(Self { stop, grace, db: db.clone(), thread: Some(thread) })
    }

    /// Takes no more jobs, gives back what was not begun, and waits so long for what runs. What runs longer is run
    /// again by another node when its lease has run out.
    pub fn stop(mut self, grace: Duration) {
        *self.grace.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = grace;
        self.tell();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the jobs broke down");
        }
    }

    fn tell(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.db.ring(BELL);
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.tell();
    }
}

/// What is known of a kind: a schedule is one, too.
struct Known<A> {
    kind: JobKind<A>,
    when: Option<When>,
}

/// A job that this node holds.
struct Held {
    kind: &'static str,
    lease: Micros,
    until: Micros,
}

struct Round<A> {
    app: A,
    db: Db,
    clock: Clock,
    zone: ZoneOf<A>,
    worker: String,
    known: BTreeMap<&'static str, Known<A>>,
    runners: Arc<Runners<A>>,
    held: HashMap<i64, Held>,
    /// What ended and is not written down yet.
    ended: Vec<(Job, Outcome)>,
}

impl<A: Clone + Send + Sync + 'static> Round<A> {
    fn new(
        app: A,
        db: Db,
        clock: Clock,
        kinds: &[JobKind<A>],
        schedules: &[Schedule<A>],
        zone: ZoneOf<A>,
    ) -> Self {
        let scheduled = schedules.iter().map(|s| {
            let kind = JobKind {
                name: s.name,
                run: s.run,
                retries: SCHEDULE_RETRIES,
                at_once: 1,
                lease: SCHEDULE_LEASE,
                dead: Dead::Stay,
            };
            Known { kind, when: Some(s.when) }
        });
        let kinds = kinds.iter().map(|kind| Known { kind: *kind, when: None });
        Self {
            runners: Runners::new(app.clone(), db.clone()),
            worker: TypeId::new("wrk", clock.now()).to_string(),
            known: kinds.chain(scheduled).map(|k| (k.kind.name, k)).collect(),
            held: HashMap::new(),
            ended: Vec::new(),
            app,
            db,
            clock,
            zone,
        }
    }

    /// Says which kinds are looked for, and puts schedules in that are not there yet.
    fn make_known(&mut self) -> Result<()> {
        let now = self.clock.now();
        let zone = (self.zone)(&self.app)?;
        self.db.write(Priority::Bulk, |tx| {
            for (name, known) in &self.known {
                store::know_kind(tx, name)?;
                if let Some(when) = known.when {
                    store::know_schedule(tx, name, when.after(now, &zone), now)?;
                }
            }
            Ok(())
        })
    }

    fn run(&mut self, stop: &AtomicBool, grace: &std::sync::Mutex<Duration>) {
        let mut tidied = None;
        while !stop.load(Ordering::SeqCst) {
            let seen = self.db.rung(&[BELL]);
            let wait = match self.once(true) {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(%error, "the queue could not be read or written; trying again");
                    LOOK_EVERY
                }
            };
            self.tidy(&mut tidied);
            if !wait.is_zero() {
                self.db.wait_for(&[BELL], seen, wait);
            }
        }
        let grace = *grace.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Err(error) = self.end(grace) {
            tracing::error!(%error, "what came of the last jobs could not be written down; they run again");
        }
        self.runners.close();
    }

    /// One round: writes down what ended, renews what runs, claims what is due. How long to wait before the next.
    fn once(&mut self, claiming: bool) -> Result<Duration> {
        self.ended.extend(self.runners.ended());
        let now = self.clock.now();
        let due = if claiming { self.db.read(store::first_due)? } else { Vec::new() };
        let free = self.free(&due, now);
        let renewing: Vec<(Micros, Vec<i64>)> = self.renewing(now);
        let next = due.iter().map(|d| d.2).filter(|at| *at > now).min();
        if self.ended.is_empty() && free.is_empty() && renewing.is_empty() {
            return Ok(until(next, now));
        }
        let zone = (self.zone)(&self.app)?;
        let counts = self.counts();
        let mut work: Vec<Work<A>> = Vec::new();
        self.db.write(Priority::Bulk, |tx| {
            write_down(tx, &self.ended, &self.worker, now)?;
            store::count(tx, &counts, now)?;
            for (lease, ids) in &renewing {
                store::renew(tx, ids, &self.worker, now + lease)?;
            }
            for (name, urgency, at_most) in &free {
                let Some(known) = self.known.get(name) else { continue };
                let claim = Claim {
                    kind: name,
                    urgency: *urgency,
                    worker: &self.worker,
                    now,
                    lease_until: now + micros(known.kind.lease),
                    at_most: *at_most,
                };
                for mut job in store::claim(tx, &claim)? {
                    job.next_at = known.when.map(|when| when.after(now, &zone));
                    work.push((job, known.kind));
                }
            }
            Ok(())
        })?;
        for (job, _) in self.ended.drain(..) {
            self.held.remove(&job.id);
        }
        for (lease, ids) in renewing {
            for id in ids {
                if let Some(held) = self.held.get_mut(&id) {
                    held.until = now + lease;
                }
            }
        }
        for (job, kind) in &work {
            let lease = micros(kind.lease);
            self.held.insert(job.id, Held { kind: kind.name, lease, until: now + lease });
        }
        let claimed = !work.is_empty();
        self.runners.give(work);
        Ok(if claimed { Duration::ZERO } else { until(next, now) })
    }

    /// What may be claimed: kind, urgency, how many at most; the most urgent first.
    fn free(&self, due: &[(String, i64, Micros)], now: Micros) -> Vec<(&'static str, i64, usize)> {
        let mut running: HashMap<&str, usize> = HashMap::new();
        let ended: std::collections::HashSet<i64> = self.ended.iter().map(|e| e.0.id).collect();
        for held in self.held.iter().filter(|h| !ended.contains(h.0)) {
            *running.entry(held.1.kind).or_default() += 1;
        }
        let mut free = Vec::new();
        for (kind, urgency, _) in due.iter().filter(|d| d.2 <= now) {
            let Some(known) = self.known.get(kind.as_str()) else { continue };
            let used = running.entry(known.kind.name).or_default();
            let places = known.kind.at_once.saturating_sub(*used);
            if places > 0 {
                // The next urgency gets what this one may leave only in the next round.
                *used += places;
                free.push((known.kind.name, *urgency, places));
            }
        }
        free
    }

    /// Which leases are renewed now, by their length: those of which a third has passed.
    fn renewing(&self, now: Micros) -> Vec<(Micros, Vec<i64>)> {
        let mut by_length: BTreeMap<Micros, Vec<i64>> = BTreeMap::new();
        let ended: std::collections::HashSet<i64> = self.ended.iter().map(|e| e.0.id).collect();
        for (id, held) in self.held.iter().filter(|h| !ended.contains(h.0)) {
            if held.until - now < held.lease / 3 * 2 {
                by_length.entry(held.lease).or_default().push(*id);
            }
        }
        by_length.into_iter().collect()
    }

    fn counts(&self) -> BTreeMap<&'static str, Counts> {
        let mut counts: BTreeMap<&'static str, Counts> = BTreeMap::new();
        for (job, outcome) in &self.ended {
            let Some((name, _)) = self.known.get_key_value(job.kind.as_str()) else { continue };
            let counts = counts.entry(name).or_default();
            match outcome {
                Outcome::Done => counts.done += 1,
                Outcome::Again(..) => counts.failed += 1,
                Outcome::Died(_) | Outcome::Gone => {
                    counts.failed += 1;
                    counts.died += 1;
                }
            }
        }
        counts
    }

    /// Removes once a day what was kept long enough.
    fn tidy(&self, tidied: &mut Option<Micros>) {
        const DAY: Micros = 86_400 * 1_000_000;
        let now = self.clock.now();
        if tidied.is_none_or(|at| now - at >= DAY) {
            *tidied = Some(now);
            if let Err(error) = crate::list::tidy(&self.db, now) {
                tracing::warn!(%error, "old rows of the queue stay for another day");
            }
        }
    }

    /// Gives back what was not begun and waits for what runs.
    fn end(&mut self, grace: Duration) -> Result<()> {
        let not_begun = self.runners.take_back();
        self.db.write(Priority::Bulk, |tx| {
            not_begun.iter().try_for_each(|(job, _)| store::give_back(tx, job))
        })?;
        for (job, _) in &not_begun {
            self.held.remove(&job.id);
        }
        let begun = Instant::now();
        loop {
            let seen = self.db.rung(&[BELL]);
            self.once(false)?;
            if self.held.is_empty() || begun.elapsed() >= grace {
                return Ok(());
            }
            self.db.wait_for(&[BELL], seen, LOOK_EVERY.min(grace - begun.elapsed().min(grace)));
        }
    }
}

/// Writes down what came of jobs.
fn write_down(tx: &mut Conn<'_>, ended: &[(Job, Outcome)], worker: &str, now: Micros) -> Result<()> {
    let done = |e: &&(Job, Outcome)| matches!(e.1, Outcome::Done) && e.0.next_at.is_none();
    let ids: Vec<i64> = ended.iter().filter(done).map(|e| e.0.id).collect();
    store::finish_many(tx, &ids, worker)?;
    for (job, outcome) in ended {
        match (outcome, job.next_at) {
            (Outcome::Done, None) => {}
            (Outcome::Done, Some(_)) | (Outcome::Gone, _) => {
                store::finish_one(tx, job)?;
            }
            (Outcome::Again(wait, error), _) => {
                store::put_back(tx, job, now + wait, job.attempt, &error.message)?;
            }
            (Outcome::Died(error), None) => store::bury(tx, job, &error.message, now)?,
            (Outcome::Died(error), Some(next_at)) => store::put_back(tx, job, next_at, 0, &error.message)?,
        }
    }
    Ok(())
}

fn micros(duration: Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX)
}

/// How long to wait when the next job is due at `next`: at most until the next look.
fn until(next: Option<Micros>, now: Micros) -> Duration {
    let wait = next.map_or(LOOK_EVERY, |at| Duration::from_micros((at - now).unsigned_abs()));
    wait.clamp(Duration::from_millis(1), LOOK_EVERY)
}
