//! Active rows by period.

use super::{ANY_INTERVAL, active_members};
use crate::day_sets;
use crate::envelope::{Parts, Point};
use crate::registry::{Definition, Direction, RowKind, Shape};
use crate::series::Frame;
use crate::{Inputs, Needs, Query};

pub(crate) const DEFINITION: Definition = Definition {
    id: "messages",
    title: "Messages",
    definition: "Active rows in the period: messages, replies, topics, questions, answers, comments and posts \
        by human members. Bots, notices, joins and reactions are left out. Periods run from the first active \
        day to the last, empty ones included.",
    formula: "number of active rows in the period",
    population: "active rows by human members",
    unit: "activities",
    direction: Direction::Up,
    interval_method: "none",
    elsewhere: "Slack's totals cover private channels and direct messages, which an export of public channels \
        does not hold. Discord shows messages only in its own insights, for servers of 500 members and more. \
        Discourse's posts include opening posts and those of its system accounts, but no personal messages. \
        Ours leaves bots and notices out in every source alike.",
    intervals: ANY_INTERVAL,
    by_kind: true,
    options: &[],
    shape: Shape::Bars,
    rows: RowKind::Activities,
    needs: |query| Needs { actives: query.reach(0), ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let Some(span) = inputs.span else { return Parts::nothing() };
    let frame = Frame::printed(span, query.interval, query);
    let counts = day_sets::rows(&inputs.actives.days, frame);
    let points = frame.map(|slot, start| {
        Point::count(start.to_string(), counts[slot], frame.state(slot, span.first, inputs))
    });
    Parts { points: Some(points), summary: Some(active_members::summary(&counts, frame)), ..Parts::default() }
}
