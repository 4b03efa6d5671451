//! Joins less leaves.

use super::leaves::NO_LEAVES;
use super::{ANY_INTERVAL, figures, joins};
use crate::envelope::{Figure, Parts, Point};
use crate::inputs::basis_word;
use crate::registry::{Definition, Direction, RowKind, Shape};
use crate::series::Frame;
use crate::{Inputs, Needs, Passing, Query};

pub(crate) const DEFINITION: Definition = Definition {
    id: "net_growth",
    title: "Net growth",
    definition: "Joins less leaves of the period. Where no source has leave rows it is joins alone, and the \
        answer says so. Each point names the basis of the joins: join rows, first activity, or mixed.",
    formula: "joins − leaves",
    population: "human members",
    unit: "members",
    direction: Direction::Up,
    interval_method: "none",
    elsewhere: "Discord shows joins and leaves of the server, each as often as it happens. Slack shows the \
        change of enabled accounts, and Discourse registrations without anybody leaving. Ours counts a member \
        once in and once out, and says when leaves are missing.",
    intervals: ANY_INTERVAL,
    by_kind: false,
    options: &[],
    shape: Shape::Bars,
    rows: RowKind::Members,
    needs: |_| Needs { passages: Passing::Both, ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let Some(series) = inputs.passage_series() else { return Parts::nothing() };
    let frame = Frame::printed(series, query.interval, query);
    let joined = joins::by_period(&inputs.passages.joins, frame);
    let left = inputs.passages.leaves.as_deref().map(|l| joins::by_period(l, frame));
    let basis = basis_word(inputs.passages.basis);
    let points = frame.map(|slot, start| {
        let gone = left.as_ref().map(|l| l[slot]);
        let (came, went) = (joined[slot], gone.unwrap_or(0));
        let state = frame.state(slot, series.first, inputs);
        let mut point = Point::count(start.to_string(), came + went, state);
        point.value = Some(difference(came, went));
        point.with("joins", came).with("leaves", gone).with("basis", basis)
    });
    let (came, gone) = (joined.iter().sum::<u64>(), left.as_ref().map(|l| l.iter().sum::<u64>()));
    let net = serde_json::to_value(difference(came, gone.unwrap_or(0))).unwrap_or_default();
    let summary =
        figures([("net", net), ("joins", came.into()), ("leaves", gone.into()), ("basis", basis.into())]);
    Parts {
        points: Some(points),
        summary: Some(summary),
        partial: left.is_none().then(|| format!("{NO_LEAVES}: these are joins alone")),
        ..Parts::default()
    }
}

fn difference(came: u64, went: u64) -> Figure {
    let whole = |n| i64::try_from(n).unwrap_or(i64::MAX);
    Figure::Count(whole(came) - whole(went))
}
