//! Active members in a rolling window of days.

use super::figures;
use crate::day_sets;
use crate::envelope::{Parts, Point};
use crate::registry::{Definition, Direction, OptionDef, RowKind, Shape, Takes};
use crate::series::Frame;
use crate::{Inputs, Needs, Query, Reach, State};
use base::{Interval, Period};

pub(crate) const DEFINITION: Definition = Definition {
    id: "rolling_active_members",
    title: "Rolling active members",
    definition: "For each day, distinct members with an active row in the window of days that ends with it. \
        The series has every day from the community's first active day to its last, also where channels are \
        chosen; the first windows begin before the data and are partial. The summary is over the printed \
        points: highest, last and sum of the values, and the distinct members in all of their windows.",
    formula: "distinct members active in [day − window + 1, day]",
    population: "human members",
    unit: "members",
    direction: Direction::Up,
    interval_method: "none",
    elsewhere: "Slack's monthly figure covers 28 or 29 days and includes readers, Discord's audience covers 28 \
        days and includes visitors, and Discourse's MAU covers the last 30 days and counts page loads. So \
        \"MAU\" names three widths and three populations. Ours names its window and counts only people who \
        wrote something.",
    intervals: &[],
    by_kind: true,
    options: &[OptionDef {
        name: "window",
        takes: Takes::Whole(1, 366),
        default: Some("28"),
        replaces: &[],
        meaning: "How many days the window has: 7, 28 and 30 are usual",
    }],
    shape: Shape::Line,
    rows: RowKind::Members,
    needs: |query| Needs {
        actives: query
            .from
            .map_or(Reach::All, |from| Reach::From(from.plus(1 - query.whole("window") as i32))),
        community_series: true,
        ..Needs::default()
    },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let Some(series) = inputs.community else { return Parts::nothing() };
    let window = query.whole("window");
    let back = window as i32 - 1;
    let frame = Frame::printed(series, Interval::Day, query);
    let days =
        Period { first: Interval::Day.of_index(frame.first), last: Interval::Day.of_index(frame.last) };
    let (counts, members) = day_sets::rolling(&inputs.actives, window, days);
    let points = frame.map(|slot, start| {
        let whole = start.plus(-back) >= series.first;
        let state = if whole { frame.state(slot, series.first, inputs) } else { State::Partial };
        Point::count(start.to_string(), counts[slot], state)
    });
    let summary = figures([
        ("max", counts.iter().max().copied().into()),
        ("last", counts.last().copied().into()),
        ("sum", counts.iter().sum::<u64>().into()),
        ("members", members.into()),
    ]);
    Parts { points: Some(points), summary: Some(summary), ..Parts::default() }
}
