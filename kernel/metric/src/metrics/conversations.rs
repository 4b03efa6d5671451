//! Conversations opened by period.

use super::{ANY_INTERVAL, active_members};
use crate::envelope::{Parts, Point};
use crate::registry::{Definition, Direction, RowKind, Shape};
use crate::series::Frame;
use crate::{Inputs, Needs, Query};

pub(crate) const DEFINITION: Definition = Definition {
    id: "conversations",
    title: "Conversations",
    definition: "Conversations whose opening falls in the period and was written by a human member with an \
        active kind. The opening is the conversation's first row. In chat every message outside a thread \
        opens one. Not available where the sources have neither threads nor reply links.",
    formula: "number of conversations by the period of their first row",
    population: "conversations opened by human members",
    unit: "conversations",
    direction: Direction::Up,
    interval_method: "none",
    elsewhere: "Slack and Discord count messages, not conversations; a thread there is only a place. \
        Discourse counts topics, including those opened by bots and notices. Ours counts a topic, a thread \
        and a message that opens its own conversation as one, when a person opened it.",
    intervals: ANY_INTERVAL,
    by_kind: false,
    options: &[],
    shape: Shape::Bars,
    rows: RowKind::Conversations,
    needs: |_| Needs { openings: true, ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let openings = match &inputs.openings {
        Ok(openings) => openings,
        Err(reason) => return Parts::unavailable(reason),
    };
    let Some(span) = inputs.span else { return Parts::nothing() };
    let frame = Frame::printed(span, query.interval, query);
    let mut counts = vec![0; frame.len()];
    for &(day, n) in openings {
        if let Some(slot) = frame.slot(day) {
            counts[slot] += n;
        }
    }
    let points = frame.map(|slot, start| {
        Point::count(start.to_string(), counts[slot], frame.state(slot, span.first, inputs))
    });
    Parts { points: Some(points), summary: Some(active_members::summary(&counts, frame)), ..Parts::default() }
}
