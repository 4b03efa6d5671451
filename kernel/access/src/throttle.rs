//! Sign-in throttling: failures are counted per e-mail address and per network address in a sliding window.
//!
//! The counts live in memory. A restart forgets them, which costs an attacker more than it gives; and a node
//! that shares its database with others counts what it sees itself.

use base::Micros;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The window in which failures count: 15 minutes.
const WINDOW: Micros = 15 * 60 * 1_000_000;

/// Failures allowed per e-mail address within the window.
const PER_EMAIL: usize = 5;

/// Failures allowed per network address within the window; higher, as an office shares one.
const PER_ADDRESS: usize = 30;

/// Keys kept before old ones are swept, so that guesses cannot fill the memory.
const KEYS: usize = 20_000;

/// Counts failed sign-ins.
#[derive(Debug, Default)]
pub struct Throttle {
    failures: Mutex<HashMap<String, Vec<Micros>>>,
}

impl Throttle {
    /// How many seconds to wait before another attempt is looked at; `None` when it may go on.
    pub fn wait(&self, email: &str, address: &str, now: Micros) -> Option<i64> {
        let failures = self.lock();
        [(email_key(email), PER_EMAIL), (address_key(address), PER_ADDRESS)]
            .iter()
            .filter_map(|(key, limit)| wait_for(&failures, (key, *limit), now))
            .max()
    }

    /// Counts a failure.
    pub fn failed(&self, email: &str, address: &str, now: Micros) {
        self.count([(email_key(email), PER_EMAIL), (address_key(address), PER_ADDRESS)], now);
    }

    /// The same where no e-mail address is said, but only a network address is known.
    pub fn wait_address(&self, address: &str, now: Micros) -> Option<i64> {
        wait_for(&self.lock(), (&address_key(address), PER_ADDRESS), now)
    }

    /// Counts a failure of a network address alone.
    pub fn failed_address(&self, address: &str, now: Micros) {
        self.count([(address_key(address), PER_ADDRESS)], now);
    }

    fn count<const N: usize>(&self, keys: [(String, usize); N], now: Micros) {
        let mut failures = self.lock();
        if failures.len() >= KEYS {
            failures.retain(|_, times| times.iter().any(|t| *t > now - WINDOW));
        }
        if failures.len() >= KEYS {
            failures.clear();
        }
        for (key, keep) in keys {
            let times = failures.entry(key).or_default();
            times.push(now);
            if times.len() > keep {
                times.remove(0);
            }
        }
    }

    /// Forgets the failures of an e-mail address after a success; the network address keeps its count.
    pub fn succeeded(&self, email: &str) {
        self.lock().remove(&email_key(email));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Micros>>> {
        // A panic while counting leaves at worst one count too few.
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many seconds a key has to wait.
fn wait_for(
    failures: &HashMap<String, Vec<Micros>>,
    (key, limit): (&str, usize),
    now: Micros,
) -> Option<i64> {
    let times = failures.get(key)?;
    let recent: Vec<Micros> = times.iter().copied().filter(|t| *t > now - WINDOW).collect();
    // The attempt is free again when the oldest of the last `limit` failures leaves the window.
    let oldest = recent.len().checked_sub(limit).map(|i| recent[i])?;
    Some((oldest + WINDOW - now) / 1_000_000 + 1)
}

fn email_key(email: &str) -> String {
    format!("e:{}", email.trim().to_lowercase())
}

fn address_key(address: &str) -> String {
    format!("a:{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Micros = 60 * 1_000_000;

    #[test]
    fn five_failures_close_an_address_for_a_while() {
        let t = Throttle::default();
        for i in 0..5 {
            assert_eq!(t.wait("ana@example.org", "10.0.0.1", i), None);
            t.failed("ANA@example.org", "10.0.0.1", i);
        }
        let wait = t.wait("ana@example.org", "10.0.0.2", MINUTE).expect("closed");
        assert!((13 * 60..=15 * 60).contains(&wait));
        assert_eq!(t.wait("ben@example.org", "10.0.0.1", MINUTE), None);
        assert_eq!(t.wait("ana@example.org", "10.0.0.1", 16 * MINUTE), None);
        t.succeeded("ana@example.org");
        assert_eq!(t.wait("ana@example.org", "10.0.0.2", MINUTE), None);
    }

    #[test]
    fn one_network_address_cannot_try_many_accounts() {
        let t = Throttle::default();
        for i in 0..30 {
            t.failed(&format!("user{i}@example.org"), "10.0.0.9", 0);
        }
        assert!(t.wait("fresh@example.org", "10.0.0.9", MINUTE).is_some());
        assert_eq!(t.wait("fresh@example.org", "10.0.0.8", MINUTE), None);
    }
}
