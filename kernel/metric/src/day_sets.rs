//! What follows from day sets alone, each in one pass: distinct members by period, rolling windows, rows,
//! distinct days, lifecycle. Members are dense numbers, so that each pass keeps plain vectors. Who comes when is
//! unpredictable, so the inner loops count with comparisons instead of branches (measured: three times faster).

use crate::series::Frame;
use base::{Day, Interval, Period};
use community::read::{Actives, DayActives};

/// A member who has not been seen yet.
const NEVER: i32 = i32::MIN;
/// A member who was active before the first day that was read.
const EARLIER: i32 = i32::MIN + 1;

/// One more than the highest member number.
pub(crate) fn room(actives: &Actives) -> usize {
    let last = actives.days.iter().filter_map(|d| d.members.last()).map(|&(m, _)| m).max();
    last.max(actives.before.max()).map_or(0, |m| m as usize + 1)
}

/// For each member [`EARLIER`] or [`NEVER`].
fn marks(actives: &Actives) -> Vec<i32> {
    let mut marks = vec![NEVER; room(actives)];
    for member in &actives.before {
        marks[member as usize] = EARLIER;
    }
    marks
}

/// Distinct members in each period of the frame.
pub(crate) fn distinct(actives: &Actives, frame: Frame) -> Vec<u64> {
    let mut counts = vec![0; frame.len()];
    if frame.interval == Interval::Day {
        // The members of a day are distinct already.
        for day in &actives.days {
            if let Some(slot) = frame.slot(day.day) {
                counts[slot] = day.members.len() as u64;
            }
        }
        return counts;
    }
    let mut seen = vec![NEVER; room(actives)];
    for day in &actives.days {
        let Some(slot) = frame.slot(day.day) else { continue };
        let index = slot as i32;
        let mut fresh = 0u32;
        for &(member, _) in day.members.iter() {
            let previous = std::mem::replace(&mut seen[member as usize], index);
            fresh += u32::from(previous != index);
        }
        counts[slot] += u64::from(fresh);
    }
    counts
}

/// Active rows in each period of the frame.
pub(crate) fn rows(days: &[DayActives], frame: Frame) -> Vec<u64> {
    let mut counts = vec![0; frame.len()];
    for day in days {
        if let Some(slot) = frame.slot(day.day) {
            counts[slot] += day.members.iter().map(|&(_, n)| u64::from(n)).sum::<u64>();
        }
    }
    counts
}

/// Distinct members in the `window` days that end with each day of the period, and in all of these windows.
pub(crate) fn rolling(actives: &Actives, window: u32, days: Period) -> (Vec<u64>, u64) {
    let length = usize::try_from(days.days()).unwrap_or(0);
    // A member counts from the day of a row to the end of its window: +1 where a run begins, −1 after its
    // end; a later row within the run moves the end, as if a run began where the earlier one ended.
    let mut change = vec![0i64; length + 1];
    let place = |day: i32| usize::try_from(day - days.first.0).unwrap_or(0).min(length);
    let width = window as usize;
    let mut covered = vec![NEVER; room(actives)];
    let mut begins = vec![0u32; width];
    for day in &actives.days {
        let (begin, end) = (day.day.0, day.day.0.saturating_add(window as i32));
        if end <= days.first.0 || begin > days.last.0 {
            continue;
        }
        begins.fill(0);
        for &(member, _) in day.members.iter() {
            let until = std::mem::replace(&mut covered[member as usize], end);
            begins[(until.max(begin) - begin) as usize] += 1;
        }
        for (after, n) in begins.iter().enumerate() {
            change[place(begin + after as i32)] += i64::from(*n);
        }
        change[place(end)] -= day.members.len() as i64;
    }
    let mut now = 0;
    let counts = change[..length].iter().map(|c| {
        now += c;
        u64::try_from(now).unwrap_or(0)
    });
    (counts.collect(), covered.iter().filter(|c| **c != NEVER).count() as u64)
}

/// How many members were active on exactly `k` distinct days, at place `k`.
pub(crate) fn days_histogram(days: &[DayActives]) -> Vec<u64> {
    let totals = by_member(days, |_| 1);
    let mut histogram = Vec::new();
    for k in totals {
        let k = k as usize;
        if histogram.len() <= k {
            histogram.resize(k + 1, 0);
        }
        histogram[k] += u64::from(k > 0);
    }
    histogram
}

/// Active rows of each member with any, in no particular order.
pub(crate) fn rows_by_member(days: &[DayActives]) -> Vec<u64> {
    let mut totals = by_member(days, u64::from);
    totals.retain(|n| *n > 0);
    totals
}

fn by_member(days: &[DayActives], weight: impl Fn(u32) -> u64) -> Vec<u64> {
    let last = days.iter().filter_map(|d| d.members.last()).map(|&(m, _)| m).max();
    let mut totals = vec![0; last.map_or(0, |m| m as usize + 1)];
    for day in days {
        for &(member, n) in day.members.iter() {
            totals[member as usize] += weight(n);
        }
    }
    totals
}

/// The lifecycle of one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Phase {
    /// First active ever.
    pub new: u64,
    /// Active in the period before too.
    pub returning: u64,
    /// Active before, but not in the period before.
    pub resurrecting: u64,
    /// Active in the period before, not in this one.
    pub dormant: u64,
}

impl Phase {
    /// All active members.
    pub fn active(self) -> u64 {
        self.new + self.returning + self.resurrecting
    }
}

/// The lifecycle of each period of the frame. The day sets must hold the period before it whole, or begin
/// with the first day ever.
pub(crate) fn lifecycle(actives: &Actives, frame: Frame) -> Vec<Phase> {
    let before = Frame { first: frame.first - 1, ..frame };
    let mut phases = vec![Phase::default(); before.len()];
    let mut seen = marks(actives);
    for day in &actives.days {
        let index = frame.interval.index(day.day);
        if index > frame.last {
            break;
        }
        let (mut again, mut new, mut returning) = (0u32, 0u32, 0u32);
        for &(member, _) in day.members.iter() {
            let previous = std::mem::replace(&mut seen[member as usize], index);
            again += u32::from(previous == index);
            new += u32::from(previous == NEVER);
            returning += u32::from(previous == index - 1);
        }
        if let Some(slot) = before.slot(day.day) {
            let sum = &mut phases[slot];
            sum.new += u64::from(new);
            sum.returning += u64::from(returning);
            sum.resurrecting += day.members.len() as u64 - u64::from(again + new + returning);
        }
    }
    for slot in 1..phases.len() {
        phases[slot].dormant = phases[slot - 1].active() - phases[slot].returning;
    }
    phases.into_iter().skip(1).collect()
}

/// First and last active day of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    /// The first active day.
    pub first: Day,
    /// The last active day that was read.
    pub last: Day,
    /// Whether they were active in the bracket after the first day.
    pub back: bool,
}

/// The life of each member whose first active day lies in the days that were read, in no particular order.
/// `back` says whether they were active from `bracket.0` to `bracket.1` days after it.
pub(crate) fn lives(actives: &Actives, bracket: (i32, i32)) -> Vec<Life> {
    let nobody = Life { first: Day(NEVER), last: Day(NEVER), back: false };
    let mut lives = vec![nobody; room(actives)];
    for member in &actives.before {
        lives[member as usize].first = Day(EARLIER);
    }
    for day in &actives.days {
        for &(member, _) in day.members.iter() {
            let life = &mut lives[member as usize];
            if life.first.0 == NEVER {
                life.first = day.day;
            }
            life.last = day.day;
            if life.first.0 != EARLIER {
                let after = day.day.0 - life.first.0;
                life.back |= bracket.0 <= after && after <= bracket.1;
            }
        }
    }
    lives.retain(|l| l.first.0 > EARLIER);
    lives
}
