//! The threads that run jobs, and what came of each.

use crate::{BELL, Dead, Job, JobKind, retry};
use base::{Error, ErrorKind, Micros, Result};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use store::Db;

/// Threads of one node at most.
const THREADS: usize = 32;

/// What came of an attempt.
pub(crate) enum Outcome {
    /// It did what it was to do.
    Done,
    /// It failed and is tried again after so long.
    Again(Micros, Error),
    /// It failed for good and stays.
    Died(Error),
    /// It failed for good and goes.
    Gone,
}

/// A job with what is known of its kind.
pub(crate) type Work<A> = (Job, JobKind<A>);

/// Runs what it is given, on threads that are made when they are needed.
pub(crate) struct Runners<A> {
    app: A,
    db: Db,
    inner: Mutex<Inner<A>>,
    given: Condvar,
}

struct Inner<A> {
    waiting: VecDeque<Work<A>>,
    ended: Vec<(Job, Outcome)>,
    threads: usize,
    idle: usize,
    closed: bool,
}

impl<A: Clone + Send + Sync + 'static> Runners<A> {
    pub(crate) fn new(app: A, db: Db) -> Arc<Self> {
        let inner = Inner { waiting: VecDeque::new(), ended: Vec::new(), threads: 0, idle: 0, closed: false };
        Arc::new(Self { app, db, inner: Mutex::new(inner), given: Condvar::new() })
    }

    fn held(&self) -> MutexGuard<'_, Inner<A>> {
        // Nothing breaks off while holding it; the lists are whole in any case.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn give(self: &Arc<Self>, work: Vec<Work<A>>) {
        let mut inner = self.held();
        inner.waiting.extend(work);
        let wanted = inner.waiting.len().saturating_sub(inner.idle).min(THREADS - inner.threads);
        for _ in 0..wanted {
            let runners = self.clone();
            match std::thread::Builder::new().name("job".into()).spawn(move || runners.work()) {
                Ok(_) => inner.threads += 1,
                Err(error) => {
                    tracing::error!(%error, "no thread for a job; those there are go on");
                    break;
                }
            }
        }
        drop(inner);
        self.given.notify_all();
    }

    /// What ended since this was asked the last time.
    pub(crate) fn ended(&self) -> Vec<(Job, Outcome)> {
        std::mem::take(&mut self.held().ended)
    }

    /// What was not begun yet; it is not begun any more.
    pub(crate) fn take_back(&self) -> Vec<Work<A>> {
        self.held().waiting.drain(..).collect()
    }

    /// Ends the threads as soon as they have nothing to do.
    pub(crate) fn close(&self) {
        self.held().closed = true;
        self.given.notify_all();
    }

    fn work(&self) {
        loop {
            let mut inner = self.held();
            inner.idle += 1;
            let quiet = |inner: &mut Inner<A>| inner.waiting.is_empty() && !inner.closed;
            inner = self.given.wait_while(inner, quiet).unwrap_or_else(PoisonError::into_inner);
            inner.idle -= 1;
            let Some((job, kind)) = inner.waiting.pop_front() else {
                inner.threads -= 1;
                return;
            };
            drop(inner);
            let outcome = self.attempt(&job, &kind);
            self.held().ended.push((job, outcome));
            self.db.ring(BELL);
        }
    }

    fn attempt(&self, job: &Job, kind: &JobKind<A>) -> Outcome {
        if job.attempt as usize > kind.retries.len() + 1 {
            let error = Error::internal("it broke off together with its program at every attempt");
            return self.died(job, kind, error);
        }
        let error = match guarded(|| (kind.run)(&self.app, job)) {
            Ok(()) => return Outcome::Done,
            Err(error) => error,
        };
        let chance = u32::from_le_bytes(base::random());
        let hopeless = matches!(error.kind, ErrorKind::Invalid | ErrorKind::NotFound);
        match retry::wait(kind.retries, job.attempt, chance).filter(|_| !hopeless) {
            Some(wait) => {
                tracing::warn!(job = job.id, kind = job.kind, attempt = job.attempt, %error, "a job failed; it is tried again");
                Outcome::Again(wait, error)
            }
            None => self.died(job, kind, error),
        }
    }

    fn died(&self, job: &Job, kind: &JobKind<A>, error: Error) -> Outcome {
        tracing::error!(job = job.id, kind = job.kind, attempt = job.attempt, %error, "a job failed for good");
        if let Dead::Tell(tell) = kind.dead
            && let Err(error) = guarded(|| tell(&self.app, job, &error))
        {
            tracing::error!(job = job.id, %error, "nobody could be told that a job failed for good");
        }
        if matches!(kind.dead, Dead::Go) { Outcome::Gone } else { Outcome::Died(error) }
    }
}

/// What `run` says; an error when it panicked.
fn guarded(run: impl FnOnce() -> Result<()>) -> Result<()> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|cause| {
        let said = cause.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(Error::internal(format!("it panicked: {said}")))
    })
}
