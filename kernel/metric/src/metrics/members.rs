//! How many members there are at the end of each period.

use super::leaves::NO_LEAVES;
use super::{ANY_INTERVAL, figures};
use crate::day_sets::room;
use crate::envelope::{Parts, Point};
use crate::registry::{Definition, Direction, RowKind, Shape};
use crate::series::Frame;
use crate::{Inputs, Needs, Passing, Query};
use base::Day;

/// The day of who has not come, or not gone.
const NEVER: Day = Day(i32::MAX);
/// The day of who came before the first day that was read.
const EARLIER: Day = Day(i32::MIN);

pub(crate) const DEFINITION: Definition = Definition {
    id: "members",
    title: "Members",
    definition: "Members with a join or an active row up to the end of the period, less those who have left by \
        then (a leave row after which nothing came). Where no source has leave rows nobody is taken off, and \
        the answer says so.",
    formula: "members who joined or were active by the end of the period − those of them who left by then",
    population: "human members",
    unit: "members",
    direction: Direction::Up,
    interval_method: "none",
    elsewhere: "Slack's total members are the enabled accounts, invited people who never came included. \
        Discord counts everybody on the server, bots included. Discourse counts registered accounts. Exports \
        show neither silent accounts nor readers, so ours counts people who joined or wrote, and is smaller.",
    intervals: ANY_INTERVAL,
    by_kind: false,
    options: &[],
    shape: Shape::Line,
    rows: RowKind::Members,
    needs: |query| Needs { actives: query.reach(0), passages: Passing::Both, ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let Some(series) = inputs.passage_series() else { return Parts::nothing() };
    let frame = Frame::printed(series, query.interval, query);
    let mut change = vec![0i64; frame.len() + 1];
    let slot = |day: Day| {
        let index = if day == EARLIER { i32::MIN } else { frame.interval.index(day) };
        if index <= frame.first { 0 } else { (index - frame.first) as usize }.min(frame.len())
    };
    for (came, left) in stays(inputs) {
        if came == NEVER {
            continue;
        }
        change[slot(came)] += 1;
        if left != NEVER {
            // Who left in a period is not there at its end; who had left before the first is in neither.
            change[slot(left).max(slot(came))] -= 1;
        }
    }
    let mut there = 0;
    let counts: Vec<u64> = change[..frame.len()]
        .iter()
        .map(|c| {
            there += c;
            u64::try_from(there).unwrap_or(0)
        })
        .collect();
    let points = frame.map(|slot, start| {
        Point::count(start.to_string(), counts[slot], frame.state(slot, series.first, inputs))
    });
    let known = inputs.passages.leaves.is_some();
    Parts {
        points: Some(points),
        summary: Some(figures([("last", counts.last().copied().into())])),
        partial: (!known).then(|| format!("{NO_LEAVES}: nobody is taken off")),
        ..Parts::default()
    }
}

/// For each member the day of the first join or active row, and the day of leaving.
fn stays(inputs: &Inputs) -> Vec<(Day, Day)> {
    let passages = &inputs.passages;
    let leaves = passages.leaves.as_deref().unwrap_or_default();
    let highest = passages.joins.iter().chain(leaves).map(|p| p.member as usize + 1).max();
    let mut stays = vec![(NEVER, NEVER); room(&inputs.actives).max(highest.unwrap_or(0))];
    for member in &inputs.actives.before {
        stays[member as usize].0 = EARLIER;
    }
    for day in &inputs.actives.days {
        for &(member, _) in day.members.iter() {
            let came = &mut stays[member as usize].0;
            *came = (*came).min(day.day);
        }
    }
    for join in &passages.joins {
        let came = &mut stays[join.member as usize].0;
        *came = (*came).min(join.day);
    }
    for leave in leaves {
        stays[leave.member as usize].1 = leave.day;
    }
    stays
}
