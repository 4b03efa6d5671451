//! What the server counts of itself, and how it is told in Prometheus' text format.
//!
//! Requests are counted by route (its pattern, never the address that was asked for), method and status. What lies in
//! the database is read when somebody asks: a manifest's `gauges` say how. The address on which it is told is apart
//! from the desk's (setting `metrics_listen`), so that no proxy in front of the desk can lead there.

mod gauges;
mod text;

pub(crate) use gauges::{BACKUP, COMMUNITY, MAIL};
pub use text::metrics;

use base::Result;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::Conn;

/// A figure that is read from the database when metrics are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Gauge {
    /// Its name, `folkmoot_` and what it counts.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub help: &'static str,
    /// Reads it: labels (`state="running"`, or nothing) with their values.
    pub read: ReadGauge,
}

/// Reads labels with their values.
pub type ReadGauge = fn(&mut Conn<'_>) -> Result<Vec<(String, f64)>>;

/// Upper bounds of the groups by duration, in milliseconds.
const BOUNDS: [u64; 13] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/// Requests of one route, method and status.
#[derive(Clone, Debug, Default)]
struct Histogram {
    /// By bound, and those above the last.
    groups: [u64; BOUNDS.len() + 1],
    total: Duration,
}

type Key = (String, &'static str, u16);

#[derive(Debug, Default)]
struct Counts {
    requests: Mutex<BTreeMap<Key, Histogram>>,
    in_flight: AtomicU64,
    refused: AtomicU64,
    given_up: AtomicU64,
}

/// The counts of this process. Clones share them.
#[derive(Clone, Debug)]
pub struct Meter {
    counts: Arc<Counts>,
    started: Instant,
}

impl Default for Meter {
    fn default() -> Self {
        Self { counts: Arc::default(), started: Instant::now() }
    }
}

impl Meter {
    /// Counts a request as long as the answer lives.
    pub(crate) fn begin(&self) -> InFlight {
        self.counts.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(&self.counts))
    }

    /// Counts a request that was answered.
    pub(crate) fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let group = BOUNDS.iter().position(|b| millis < *b).unwrap_or(BOUNDS.len());
        let mut requests = self.counts.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = requests.entry((route.to_owned(), known(method), status)).or_default();
        histogram.groups[group] += 1;
        histogram.total += took;
    }

    /// Counts a request that was refused because too many were there.
    pub(crate) fn refused(&self) {
        self.counts.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request that took too long.
    pub(crate) fn given_up(&self) {
        self.counts.given_up.fetch_add(1, Ordering::Relaxed);
    }
}

/// A request that is being answered.
pub(crate) struct InFlight(Arc<Counts>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The methods that are told apart; nobody fills the memory by making others up.
fn known(method: &str) -> &'static str {
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
        .into_iter()
        .find(|m| *m == method)
        .unwrap_or("other")
}
