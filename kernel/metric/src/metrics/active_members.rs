//! Active members by day, ISO week or calendar month: DAU, WAU, MAU.

use super::{ANY_INTERVAL, figures};
use crate::day_sets;
use crate::envelope::{Parts, Point};
use crate::registry::{Definition, Direction, RowKind, Shape};
use crate::series::Frame;
use crate::stats::{mean, quantile};
use crate::{Inputs, Needs, Query};

pub(crate) const DEFINITION: Definition = Definition {
    id: "active_members",
    title: "Active members",
    definition: "Distinct members with at least one active row (message, reply, topic, question, answer, \
        comment or post) in the period. Periods are calendar days, ISO weeks and calendar months of the \
        community's zone, from the first active day to the last, empty ones included. Bots, notices, joins \
        and reactions are not activity; linked identities are one member. The summary is over the printed \
        points.",
    formula: "number of distinct members with an active row in the period",
    population: "human members",
    unit: "members",
    direction: Direction::Up,
    interval_method: "none",
    elsewhere: "Slack counts somebody as active who only read a channel, and its active week is one day wider \
        than its posting week. Discord counts communicators (who wrote or spoke) beside visitors (who opened \
        a channel). Discourse counts everybody who was signed in and loaded a page. Ours counts people who \
        wrote something, because that is what an export can prove and what is the same in every source.",
    intervals: ANY_INTERVAL,
    by_kind: true,
    options: &[],
    shape: Shape::Line,
    rows: RowKind::Members,
    needs: |query| Needs { actives: query.reach(0), ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let Some(span) = inputs.span else { return Parts::nothing() };
    let frame = Frame::printed(span, query.interval, query);
    let counts = day_sets::distinct(&inputs.actives, frame);
    let points = frame.map(|slot, start| {
        Point::count(start.to_string(), counts[slot], frame.state(slot, span.first, inputs))
    });
    Parts { summary: Some(summary(&counts, frame)), points: Some(points), ..Parts::default() }
}

/// Sum, maximum (the first period that has it), median, mean and empty periods of a series of counts.
pub(super) fn summary(counts: &[u64], frame: Frame) -> serde_json::Map<String, serde_json::Value> {
    let max = counts.iter().max().copied();
    let place = max.and_then(|m| counts.iter().position(|c| *c == m));
    let mut ascending: Vec<f64> = counts.iter().map(|c| *c as f64).collect();
    ascending.sort_unstable_by(f64::total_cmp);
    figures([
        ("max", max.into()),
        ("max_start", place.map(|p| frame.start(p).to_string()).into()),
        ("last", counts.last().copied().into()),
        ("sum", counts.iter().sum::<u64>().into()),
        ("mean", mean(&ascending).into()),
        ("median", quantile(&ascending, 0.5).into()),
        ("zero", counts.iter().filter(|c| **c == 0).count().into()),
        ("periods", counts.len().into()),
    ])
}
