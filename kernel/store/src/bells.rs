//! Bells: a word from a transaction to threads of this process that wait for it, said after the commit. Whoever
//! waits also looks from time to time, for what other nodes did.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Rings one bell, without keeping the database open: for what runs beside the program's threads.
#[derive(Clone)]
pub struct Bell {
    bells: Arc<Bells>,
    name: &'static str,
}

impl Bell {
    pub(crate) fn new(bells: Arc<Bells>, name: &'static str) -> Self {
        Self { bells, name }
    }

    /// Rings it.
    pub fn ring(&self) {
        self.bells.ring(&[self.name]);
    }
}

/// How often each bell has rung.
#[derive(Default)]
pub(crate) struct Bells {
    rung: Mutex<HashMap<&'static str, u64>>,
    heard: Condvar,
}

impl Bells {
    pub(crate) fn ring(&self, names: &[&'static str]) {
        if names.is_empty() {
            return;
        }
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        for name in names {
            *rung.entry(name).or_default() += 1;
        }
        drop(rung);
        self.heard.notify_all();
    }

    /// How often these have rung, together.
    pub(crate) fn count(&self, names: &[&str]) -> u64 {
        sum(&self.rung.lock().unwrap_or_else(PoisonError::into_inner), names)
    }

    pub(crate) fn wait(&self, names: &[&str], seen: u64, at_most: Duration) -> u64 {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = |rung: &mut HashMap<&'static str, u64>| sum(rung, names) == seen;
        let (rung, _) =
            self.heard.wait_timeout_while(rung, at_most, silent).unwrap_or_else(PoisonError::into_inner);
        sum(&rung, names)
    }
}

fn sum(rung: &HashMap<&'static str, u64>, names: &[&str]) -> u64 {
    names.iter().filter_map(|name| rung.get(name)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_for_one_bell_hears_it_and_no_other() {
        let bells = Bells::default();
        bells.ring(&["jobs"]);
        assert_eq!(bells.wait(&["jobs"], 0, Duration::from_secs(60)), 1, "it has rung already");
        assert_eq!(bells.wait(&["log"], 0, Duration::from_millis(1)), 0);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| bells.wait(&["jobs"], 1, Duration::from_secs(60)));
            bells.ring(&["log", "jobs"]);
            assert_eq!(waiting.join().expect("no panic"), 2);
        });
        assert_eq!(bells.count(&["log", "jobs"]), 3, "of several together");
    }
}
