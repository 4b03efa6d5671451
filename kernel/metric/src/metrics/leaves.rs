//! Members who left, by period.

use super::{ANY_INTERVAL, figures, joins};
use crate::envelope::{Parts, Point};
use crate::registry::{Definition, Direction, RowKind, Shape};
use crate::series::Frame;
use crate::{Inputs, Needs, Passing, Query};

/// Why leaves are missing.
pub(super) const NO_LEAVES: &str = "no source within these filters has leave rows";

pub(crate) const DEFINITION: Definition = Definition {
    id: "leaves",
    title: "Leaves",
    definition: "Members whose leave row falls in the period and who show no later row. Not available where no \
        source has leave rows: silence is not leaving.",
    formula: "number of members by the period of their last leave row, when nothing follows it",
    population: "human members",
    unit: "members",
    direction: Direction::Down,
    interval_method: "none",
    elsewhere: "Slack counts deactivated accounts, Discord counts every leave of the server, also of people who \
        came back since, and Discourse counts suspended or deleted accounts nowhere as leaving. Ours counts a \
        leave only while it is the last thing known of a member.",
    intervals: ANY_INTERVAL,
    by_kind: false,
    options: &[],
    shape: Shape::Bars,
    rows: RowKind::Members,
    needs: |_| Needs { passages: Passing::Both, ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let Some(leaves) = &inputs.passages.leaves else { return Parts::unavailable(NO_LEAVES) };
    let Some(series) = inputs.passage_series() else { return Parts::nothing() };
    let frame = Frame::printed(series, query.interval, query);
    let counts = joins::by_period(leaves, frame);
    let points = frame.map(|slot, start| {
        let state = frame.state(slot, series.first, inputs);
        Point::count(start.to_string(), counts[slot], state).with("basis", "leave rows")
    });
    let summary = figures([("sum", counts.iter().sum::<u64>().into())]);
    Parts { points: Some(points), summary: Some(summary), ..Parts::default() }
}
