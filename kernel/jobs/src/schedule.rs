//! Work at regular times. A schedule is one row of the queue that is put in again when it is done, so that of many
//! nodes one does it, and a node that was down does once what it missed.

use crate::Run;
use base::{Day, Micros, Zone};

const MINUTE: Micros = 60_000_000;
const DAY_MINUTES: i64 = 24 * 60;

/// When a schedule is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Every so many seconds.
    Every(u32),
    /// Every day at this minute of the day (`3 * 60 + 30`) in the community's zone.
    Daily(u16),
    /// Every week on this day (0 is Monday) at this minute of the day in the community's zone.
    Weekly(u8, u16),
}

impl When {
    /// The first time after `now`.
    pub fn after(self, now: Micros, zone: &Zone) -> Micros {
        match self {
            Self::Every(seconds) => now + i64::from(seconds.max(1)) * 1_000_000,
            Self::Daily(minute) => first_after(now, zone, minute, |_| true),
            Self::Weekly(weekday, minute) => first_after(now, zone, minute, |day| {
                let monday = day.monday();
                monday.plus(i32::from(weekday)) == day
            }),
        }
    }
}

fn first_after(now: Micros, zone: &Zone, minute: u16, fits: impl Fn(Day) -> bool) -> Micros {
    let today = zone.day_of(now);
    let minute = i64::from(minute).min(DAY_MINUTES - 1);
    let at = |n: i32| zone.from_local(today.plus(n).start_micros() + minute * MINUTE);
    // At most a week ahead, and a day more where a clock was put back.
    let found = (0..=8).filter(|n| fits(today.plus(*n))).map(at).find(|at| *at > now);
    found.unwrap_or(now + DAY_MINUTES * MINUTE)
}

/// Work at regular times.
pub struct Schedule<A> {
    /// Its name, which begins with the id of its capability (`webhooks.tidy`).
    pub name: &'static str,
    /// When.
    pub when: When,
    /// Does it. An error is logged and tried again; after three attempts it waits for its next time.
    pub run: Run<A>,
}

impl<A> Schedule<A> {
    /// A schedule.
    pub const fn new(name: &'static str, when: When, run: Run<A>) -> Self {
        Self { name, when, run }
    }
}

impl<A> Clone for Schedule<A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for Schedule<A> {}

/// The key under which the row of a schedule stands.
pub(crate) const KEY: &str = "schedule";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_the_communitys() {
        let berlin = Zone::named("Europe/Berlin").expect("a zone");
        let day = |text: &str| Day::parse(text).expect("a day");
        let hour = 60 * MINUTE;
        // A Wednesday, 08:00 in Berlin.
        let now = berlin.start_of(day("2024-07-10")) + 8 * hour;
        assert_eq!(When::Daily(9 * 60).after(now, &berlin), now + hour);
        assert_eq!(When::Daily(8 * 60).after(now, &berlin), now + 24 * hour, "after, not at");
        assert_eq!(When::Daily(7 * 60).after(now, &berlin), now + 23 * hour);
        assert_eq!(When::Weekly(0, 8 * 60).after(now, &berlin), now + 5 * 24 * hour);
        assert_eq!(When::Weekly(2, 8 * 60).after(now, &berlin), now + 7 * 24 * hour);
        assert_eq!(When::Every(90).after(now, &berlin), now + 90_000_000);
        // The night in which the clock is put back has 25 hours.
        let before = berlin.from_local(day("2024-10-26").start_micros() + 6 * hour);
        assert_eq!(When::Daily(6 * 60).after(before, &berlin), before + 25 * hour);
    }
}
