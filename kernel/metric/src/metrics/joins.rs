//! Members who joined, by period.

use super::{ANY_INTERVAL, figures};
use crate::envelope::{Parts, Point};
use crate::inputs::basis_word;
use crate::registry::{Definition, Direction, RowKind, Shape};
use crate::series::Frame;
use crate::{Inputs, Needs, Passing, Query};
use community::read::Passage;

pub(crate) const DEFINITION: Definition = Definition {
    id: "joins",
    title: "Joins",
    definition: "Members with a join row in the period, counted at their first. In a source without join rows \
        a member joins with the first active row. Each point names its basis: join rows, first activity, or \
        mixed.",
    formula: "number of members by the period of their first join row, else of their first active row",
    population: "human members",
    unit: "members",
    direction: Direction::Up,
    interval_method: "none",
    elsewhere: "Slack counts accounts that were created or invited to the workspace; an export holds joins of \
        channels, and ours takes a member's first. Discord counts joins of the server, those who left and \
        came back again included. Discourse counts registrations, also of people who never wrote. Ours counts \
        each member once and says whether joins or first activity were there to count.",
    intervals: ANY_INTERVAL,
    by_kind: false,
    options: &[],
    shape: Shape::Bars,
    rows: RowKind::Members,
    needs: |_| Needs { passages: Passing::Joins, ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let Some(series) = inputs.passage_series() else { return Parts::nothing() };
    let frame = Frame::printed(series, query.interval, query);
    let counts = by_period(&inputs.passages.joins, frame);
    let basis = basis_word(inputs.passages.basis);
    let points = frame.map(|slot, start| {
        let state = frame.state(slot, series.first, inputs);
        Point::count(start.to_string(), counts[slot], state).with("basis", basis)
    });
    let summary = figures([("sum", counts.iter().sum::<u64>().into()), ("basis", basis.into())]);
    Parts { points: Some(points), summary: Some(summary), ..Parts::default() }
}

/// Joins or leaves in each period of the frame.
pub(super) fn by_period(passages: &[Passage], frame: Frame) -> Vec<u64> {
    let mut counts = vec![0; frame.len()];
    for passage in passages {
        if let Some(slot) = frame.slot(passage.day) {
            counts[slot] += 1;
        }
    }
    counts
}
