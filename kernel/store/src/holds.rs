//! How long transactions hold the writer, and where: the proof that people never wait long behind bulk work.

use crate::Priority;
use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What no transaction should hold the writer for.
pub const HOLD_LIMIT: Duration = Duration::from_millis(50);

/// How long "lately" is at least; at most twice as long.
const LATELY: Duration = Duration::from_secs(1_800);

/// The holds of one place in the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Where the transaction is begun (`kernel/community/src/rollup/fold.rs:43`).
    pub place: String,
    /// Who waited for it.
    pub priority: Priority,
    /// How many there were.
    pub count: u64,
    /// How many were longer than [`HOLD_LIMIT`].
    pub long: u64,
    /// The longest since the database was opened.
    pub longest: Duration,
    /// The longest of the last half hour or hour.
    pub lately: Duration,
}

#[derive(Default)]
struct Site {
    count: u64,
    long: u64,
    longest: Duration,
    /// The longest of the present half hour and of the one before.
    halves: [Duration; 2],
    half: u64,
}

impl Site {
    fn turn_to(&mut self, half: u64) {
        if half != self.half {
            let before = if half == self.half + 1 { self.halves[0] } else { Duration::ZERO };
            self.halves = [Duration::ZERO, before];
            self.half = half;
        }
    }
}

type Key = (&'static str, u32, bool);

/// Every place that has written so far.
pub(crate) struct Holds {
    opened: Instant,
    sites: Mutex<HashMap<Key, Site>>,
}

impl Holds {
    pub(crate) fn new() -> Self {
        Self { opened: Instant::now(), sites: Mutex::default() }
    }

    pub(crate) fn note(&self, place: &'static Location<'static>, priority: Priority, held: Duration) {
        self.note_at(self.half(), (place.file(), place.line(), priority == Priority::Interactive), held);
    }

    fn note_at(&self, half: u64, key: Key, held: Duration) {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let site = sites.entry(key).or_default();
        site.turn_to(half);
        site.count += 1;
        site.long += u64::from(held > HOLD_LIMIT);
        site.longest = site.longest.max(held);
        site.halves[0] = site.halves[0].max(held);
    }

    fn half(&self) -> u64 {
        self.opened.elapsed().as_secs() / LATELY.as_secs()
    }

    /// Every place, the longest hold first.
    pub(crate) fn list(&self) -> Vec<Hold> {
        self.list_at(self.half())
    }

    fn list_at(&self, half: u64) -> Vec<Hold> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Hold> = sites
            .iter_mut()
            .map(|(&(file, line, interactive), site)| {
                site.turn_to(half);
                Hold {
                    place: format!("{file}:{line}"),
                    priority: if interactive { Priority::Interactive } else { Priority::Bulk },
                    count: site.count,
                    long: site.long,
                    longest: site.longest,
                    lately: site.halves[0].max(site.halves[1]),
                }
            })
            .collect();
        all.sort_by(|a, b| b.longest.cmp(&a.longest).then_with(|| a.place.cmp(&b.place)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_hold_is_kept_and_the_late_one_passes() {
        let holds = Holds::new();
        let (here, there) = (("a.rs", 1, false), ("b.rs", 2, true));
        let ms = Duration::from_millis;
        holds.note_at(0, here, ms(80));
        holds.note_at(0, here, ms(20));
        holds.note_at(0, there, ms(50));
        let told = |half| {
            let all = holds.list_at(half);
            all.iter().map(|h| (h.place.clone(), h.count, h.long, h.longest, h.lately)).collect::<Vec<_>>()
        };
        let of_there = |lately| ("b.rs:2".to_owned(), 1, 0, ms(50), lately);
        assert_eq!(told(1), [("a.rs:1".to_owned(), 2, 1, ms(80), ms(80)), of_there(ms(50))]);
        holds.note_at(1, here, ms(10));
        assert_eq!(told(2), [("a.rs:1".to_owned(), 3, 1, ms(80), ms(10)), of_there(ms(0))]);
        assert_eq!(told(9)[0].4, ms(0));
    }
}
