//! How many statements are run; which ones, while a test watches.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The statements of a database since it was opened.
#[derive(Default)]
pub(crate) struct Statements {
    count: AtomicU64,
    watched: AtomicBool,
    texts: Mutex<Vec<String>>,
}

impl Statements {
    pub(crate) fn note(&self, sql: &str) {
        self.count.fetch_add(1, Ordering::Relaxed);
        if self.watched.load(Ordering::Relaxed) {
            self.texts.lock().unwrap_or_else(PoisonError::into_inner).push(sql.to_owned());
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// What was run since it was asked the last time; keeps texts from now on.
    pub(crate) fn watch(&self) -> Vec<String> {
        self.watched.store(true, Ordering::Relaxed);
        std::mem::take(&mut *self.texts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
