//! The periods of a series: which are printed, and how final each is.

use crate::envelope::State;
use crate::{Inputs, Query};
use base::{Day, Interval, Period};

/// The first day that a question can reach: 0001-01-01.
pub(crate) const FIRST: Day = Day(-719_162);
/// The last day that a question can reach: 9998-12-31.
pub(crate) const LAST: Day = Day(2_932_531);

/// A run of consecutive periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The grain.
    pub interval: Interval,
    /// Number of the first period ([`Interval::index`]).
    pub first: i32,
    /// Number of the last period, inclusive; below `first` when none is printed.
    pub last: i32,
}

impl Frame {
    /// Every period of a series.
    pub fn of(series: Period, interval: Interval) -> Self {
        Self { interval, first: interval.index(series.first), last: interval.index(series.last) }
    }

    /// The periods of a series that hold an asked day.
    pub fn printed(series: Period, interval: Interval, query: &Query) -> Self {
        let all = Self::of(series, interval);
        let first = query.from.map_or(all.first, |d| interval.index(d).max(all.first));
        let last = query.to.map_or(all.last, |d| interval.index(d).min(all.last));
        Self { interval, first, last }
    }

    /// How many periods.
    pub fn len(self) -> usize {
        usize::try_from(i64::from(self.last) - i64::from(self.first) + 1).unwrap_or(0)
    }

    /// The place of a day's period in the run.
    pub fn slot(self, day: Day) -> Option<usize> {
        let index = self.interval.index(day);
        (self.first <= index && index <= self.last).then(|| (index - self.first) as usize)
    }

    /// The first day of the period at a place.
    pub fn start(self, slot: usize) -> Day {
        self.interval.of_index(self.first + slot as i32)
    }

    /// How final the period at a place is, for a series that begins at `begin`: partial when the data begins
    /// inside it, or when it is not over by *now*.
    pub fn state(self, slot: usize, begin: Day, inputs: &Inputs) -> State {
        let start = self.start(slot);
        if begin > start || !is_over(self.interval, start, inputs) { State::Partial } else { State::Complete }
    }

    /// One item for each period, from its place and first day.
    pub fn map<T>(self, mut make: impl FnMut(usize, Day) -> T) -> Vec<T> {
        (0..self.len()).map(|slot| make(slot, self.start(slot))).collect()
    }
}

/// Whether the period that starts at `start` is over by *now*.
pub(crate) fn is_over(interval: Interval, start: Day, inputs: &Inputs) -> bool {
    inputs.now.is_some_and(|now| now >= inputs.zone.start_of(interval.next(start)))
}
