//! Readings of personal files. They are collected and written by a thread of their own a moment later, so that
//! reading stays reading; a crash can cost those of the last quarter of a second.

use super::{Change, record};
use crate::Principal;
use base::{Clock, Micros, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use store::{Db, Priority};

/// One look at a file is one entry, however many parts the page loads.
const ONE_LOOK: Micros = 10 * 60 * 1_000_000;
/// How long a reading waits for others.
const WAIT: Duration = Duration::from_millis(250);
/// How many accounts × files are remembered as just looked at.
const REMEMBERED: usize = 20_000;

struct Reading {
    by: Principal,
    at: Micros,
    action: &'static str,
    subject: String,
}

#[derive(Default)]
struct Waiting {
    readings: Vec<Reading>,
    lately: HashMap<(Option<i64>, String), Micros>,
    writes: bool,
}

struct Shared {
    db: Db,
    waiting: Mutex<Waiting>,
    by_hand: bool,
}

/// The readings that wait to be written. Clones share them.
#[derive(Clone)]
pub struct Readings(Arc<Shared>);

impl Readings {
    /// Into this database.
    pub(crate) fn new(db: Db) -> Self {
        Self(Arc::new(Shared { db, waiting: Mutex::default(), by_hand: false }))
    }

    /// The same without a thread: they are written when [`Readings::flush`] is called. For tests that count.
    #[must_use]
    pub fn by_hand(&self) -> Self {
        Self(Arc::new(Shared { db: self.0.db.clone(), waiting: Mutex::default(), by_hand: true }))
    }

    /// Notes that somebody read a personal file.
    pub(crate) fn note(&self, by: &Principal, clock: &Clock, action: &'static str, subject: String) {
        let at = clock.now();
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (by.account, subject.clone());
        if waiting.lately.get(&key).is_some_and(|then| at - then < ONE_LOOK) {
            return;
        }
        if waiting.lately.len() >= REMEMBERED {
            waiting.lately.retain(|_, then| at - *then < ONE_LOOK);
        }
        waiting.lately.insert(key, at);
        waiting.readings.push(Reading { by: by.clone(), at, action, subject });
        if !waiting.writes && !self.0.by_hand {
            waiting.writes = write_later(Arc::downgrade(&self.0));
        }
    }

    /// Writes what waits. Blocks.
    ///
    /// # Errors
    /// When the database says no; then it waits on.
    pub fn flush(&self) -> Result<()> {
        self.0.flush()
    }
}

impl Shared {
    fn flush(&self) -> Result<()> {
        let readings =
            std::mem::take(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner).readings);
        if readings.is_empty() {
            return Ok(());
        }
        let written = self.db.write(Priority::Bulk, |tx| {
            readings.iter().try_for_each(|r| {
                let change =
                    Change { action: r.action, subject: &r.subject, title: "Read", ..Change::default() };
                record(tx, &r.by, r.at, &change)
            })
        });
        if written.is_err() {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let newer = std::mem::replace(&mut waiting.readings, readings);
            waiting.readings.extend(newer);
        }
        written
    }
}

/// Begins the thread that writes; ends when nothing waits. Says whether it could be begun.
fn write_later(shared: Weak<Shared>) -> bool {
    let work = move || {
        loop {
            std::thread::sleep(WAIT);
            let Some(shared) = shared.upgrade() else { return };
            if let Err(error) = shared.flush() {
                tracing::warn!(%error, "readings of personal files wait to be written into the audit log");
                continue;
            }
            let mut waiting = shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.readings.is_empty() {
                waiting.writes = false;
                return;
            }
        }
    };
    std::thread::Builder::new().name("audit".into()).spawn(work).is_ok()
}
