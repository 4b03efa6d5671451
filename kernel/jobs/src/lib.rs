//! The durable queue, schedules and outbox that everything above shares.
//!
//! A job is put in with [`enqueue`], inside of the transaction that gives the reason for it: there is no job without
//! its reason and no reason without its job. Workers ([`Workers`]) run in every node and share the rows: one of them
//! holds a job for a lease, which is renewed while the job runs; when a node dies the lease runs out and another runs
//! the job again. So **a job may run more than once**, and whoever writes one makes a second run harmless: by writing
//! what it does in one transaction with [`Job::finish_in`], which takes effect exactly once, or by handing its key to
//! whoever it calls. A job that fails is tried again after a while, and is dead after its last attempt: it stays, with
//! its error, until a person says `folkmoot jobs retry` or a month has passed.
//!
//! A payload names records by their ids, never people by names or addresses: erasing a member does not look here.
//!
//! A [`Schedule`] is a job that is put in again when it is done. [`outbox`] tells what happened to whoever follows.
//! [`lease`] is for long work that is no job: one program at a time does it, and others see how far it is.

mod bench;
pub mod lease;
mod list;
pub mod nodes;
pub mod outbox;
mod retry;
mod run;
mod schedule;
mod store;
mod worker;

pub use bench::bench;
pub use list::{JobRow, KindRow, Listing, find, list, retry};
pub use retry::{LATER, Retries};
pub use schedule::{Schedule, When};
pub use worker::Workers;

use ::store::{Conn, Migration};
use base::{Error, Micros, Result};
use serde_json::Value;
use std::time::Duration;

/// Its part of the schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { owner: "jobs", number: 1, name: "jobs", sql: include_str!("../migrations/0001_jobs.sql") },
    Migration {
        owner: "jobs",
        number: 2,
        name: "nodes and leases",
        sql: include_str!("../migrations/0002_nodes.sql"),
    },
];

/// The bell that is rung when there is something to do.
pub(crate) const BELL: &str = "jobs";

/// How urgent a job is; a more urgent one overtakes the others of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Urgency {
    /// Somebody waits for it.
    Now,
    /// The usual.
    #[default]
    Soon,
    /// Work in bulk.
    Whenever,
}

impl Urgency {
    pub(crate) const ALL: [Self; 3] = [Self::Now, Self::Soon, Self::Whenever];

    pub(crate) fn number(self) -> i64 {
        self as i64
    }
}

/// A job to be put in.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'a> {
    /// Its kind, as a manifest registers it (`webhooks.tidy`).
    pub kind: &'a str,
    /// While a job of this kind and key is there (waiting, running or dead), another is not put in. Whoever wants
    /// work to be done after a change, although the same work may be running, gives none.
    pub key: Option<&'a str>,
    /// What it needs to know: ids, no names or addresses of people.
    pub payload: &'a Value,
    /// When it is due; a time that has passed means at once.
    pub run_at: Micros,
    /// Whether it overtakes others of its kind.
    pub urgency: Urgency,
}

/// Puts a job in, as part of the transaction of whoever wants it. `None` when one with its key is there already.
/// Workers of this process are woken by the commit, those of other nodes look once a second.
///
/// # Errors
/// When the database says no.
pub fn enqueue(tx: &mut Conn<'_>, job: &NewJob<'_>, now: Micros) -> Result<Option<i64>> {
    tx.ring(BELL);
    store::insert(tx, job, now)
}

/// A job while it runs.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its number, for the log and for commands.
    pub id: i64,
    /// Its kind.
    pub kind: String,
    /// Its key, if it has one.
    pub key: Option<String>,
    /// What it was given.
    pub payload: Value,
    /// The how-manyth attempt this is, from 1.
    pub attempt: u32,
    pub(crate) due_at: Micros,
    pub(crate) worker: String,
    /// When it is due again: only what a schedule has put in.
    pub(crate) next_at: Option<Micros>,
}

impl Job {
    /// Ends the job within the transaction of what it does, so that both happen or neither does. Call it first: it
    /// fails when another node has taken the job over meanwhile, and then nothing of the transaction may happen.
    ///
    /// # Errors
    /// `Conflict` when the job is no longer this one's; what the database says.
    pub fn finish_in(&self, tx: &mut Conn<'_>) -> Result<()> {
        if store::finish_one(tx, self)? {
            Ok(())
        } else {
            Err(Error::conflict(format!(
                "job {} ({}) was taken over by another worker; what this one did is taken back",
                self.id, self.kind
            )))
        }
    }
}

/// What becomes of a job after its last attempt. It is in the log in any case.
pub enum Dead<A> {
    /// It stays until somebody tries it again or a month has passed.
    Stay,
    /// It goes.
    Go,
    /// It stays, and this is called with the last error.
    Tell(fn(&A, &Job, &Error) -> Result<()>),
}

impl<A> Clone for Dead<A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for Dead<A> {}

/// What does the work of a job; blocking.
pub type Run<A> = fn(&A, &Job) -> Result<()>;

/// A kind of job. `A` is what jobs are given: the running program.
pub struct JobKind<A> {
    /// Its name, which begins with the id of its capability (`webhooks.tidy`).
    pub name: &'static str,
    /// Does it. An error is a failed attempt; `Invalid` and `NotFound` say that trying again is no use.
    pub run: Run<A>,
    /// When it is tried again.
    pub retries: Retries,
    /// How many run at once in one node.
    pub at_once: usize,
    /// How long a node may be silent before another takes its job over.
    pub lease: Duration,
    /// What becomes of one that failed for good.
    pub dead: Dead<A>,
}

impl<A> JobKind<A> {
    /// A kind with the usual retries ([`LATER`]), two at once, a lease of a minute; dead ones stay.
    pub const fn new(name: &'static str, run: Run<A>) -> Self {
        Self { name, run, retries: LATER, at_once: 2, lease: Duration::from_secs(60), dead: Dead::Stay }
    }

    /// The same with so many at once in one node.
    #[must_use]
    pub const fn at_once(mut self, at_once: usize) -> Self {
        self.at_once = at_once;
        self
    }

    /// The same with other retries.
    #[must_use]
    pub const fn retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// The same with another lease.
    #[must_use]
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// The same with another end of dead ones.
    #[must_use]
    pub const fn dead(mut self, dead: Dead<A>) -> Self {
        self.dead = dead;
        self
    }
}

impl<A> Clone for JobKind<A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for JobKind<A> {}
