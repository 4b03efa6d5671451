//! Retention of first-time cohorts: a table of counts from one pass over the day sets.

use crate::day_sets::room;
use crate::series::Frame;
use community::read::Actives;

/// Whether a member must be back in the period itself, or in it or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Active in period c + k.
    Exact,
    /// Last active in period c + k or later.
    Unbounded,
}

/// Sizes and retained members by cohort and k.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CohortTable {
    /// Members by cohort.
    pub sizes: Vec<u64>,
    /// Retained members: `periods + 1` cells for each cohort.
    cells: Vec<u32>,
    width: usize,
}

impl CohortTable {
    /// Retained members of a cohort after `k` periods.
    pub fn retained(&self, cohort: usize, k: usize) -> u64 {
        u64::from(self.cells[cohort * self.width + k])
    }
}

/// First and last period of a member, as numbers.
#[derive(Clone, Copy)]
struct Seen {
    first: i32,
    last: i32,
}

const NOBODY: Seen = Seen { first: i32::MAX, last: i32::MIN };

/// The cohorts of the frame, followed for `periods` periods. The day sets must begin with the first cohort's
/// first day and go to the end.
pub(crate) fn cohorts(actives: &Actives, cohorts: Frame, periods: u32, mode: Mode) -> CohortTable {
    let width = periods as usize + 1;
    let size = cohorts.len() * width;
    // The last cell takes what no cohort counts, so that the inner loop has no branches.
    let mut table = CohortTable { sizes: vec![0; cohorts.len()], cells: vec![0; size + 1], width };
    let mut seen = vec![NOBODY; room(actives)];
    for member in &actives.before {
        // They belong to an earlier cohort: a first period that no frame holds.
        seen[member as usize].first = i32::MIN;
    }
    for day in &actives.days {
        let index = cohorts.interval.index(day.day);
        for &(member, _) in day.members.iter() {
            let life = &mut seen[member as usize];
            let previous = std::mem::replace(&mut life.last, index);
            life.first = life.first.min(index);
            let k = index.wrapping_sub(life.first) as usize;
            let cohort = life.first.wrapping_sub(cohorts.first) as usize;
            let counts = (previous != index) & (k < width) & (cohort < table.sizes.len());
            let cell = if counts { cohort * width + k } else { size };
            table.cells[cell] += 1;
        }
    }
    table.cells.truncate(size);
    if mode == Mode::Unbounded {
        table.cells.fill(0);
    }
    for life in seen.iter().filter(|l| cohorts.first <= l.first && l.first <= cohorts.last) {
        let cohort = (life.first - cohorts.first) as usize;
        table.sizes[cohort] += 1;
        if mode == Mode::Unbounded {
            let k = ((life.last - life.first) as usize).min(width - 1);
            table.cells[cohort * width + k] += 1;
        }
    }
    if mode == Mode::Unbounded {
        // Whoever was last seen after k periods counts in every column up to k.
        for row in table.cells.chunks_mut(width) {
            for k in (0..width - 1).rev() {
                row[k] += row[k + 1];
            }
        }
    }
    table
}
