//! New, returning, resurrecting and dormant members.

use super::{ANY_INTERVAL, figures};
use crate::day_sets;
use crate::envelope::{Parts, Point};
use crate::registry::{Definition, Direction, RowKind, Shape};
use crate::series::Frame;
use crate::{Inputs, Needs, Query};

pub(crate) const DEFINITION: Definition = Definition {
    id: "lifecycle",
    title: "Lifecycle",
    definition: "The active members of each period by what they did before: new (first active row ever), \
        returning (active in the previous period), resurrecting (active before, but not in the previous \
        period); and dormant, those active in the previous period and not in this one. Empty periods are \
        included. The value is the active members; the summary adds up the printed points.",
    formula: "new + returning + resurrecting = active; active(p) − active(p−1) = new + resurrecting − dormant",
    population: "human members",
    unit: "members",
    direction: Direction::None,
    interval_method: "none",
    elsewhere: "Neither Slack nor Discord nor Discourse splits its audience this way: Slack shows one active \
        total, Discord newcomers and their return after one week, Discourse first posts as new contributors. \
        Product analytics take \"new\" from the creation of a profile; ours takes the first active row, so \
        somebody who joined last year and speaks first today is new today.",
    intervals: ANY_INTERVAL,
    by_kind: true,
    options: &[],
    shape: Shape::Stacked,
    rows: RowKind::Members,
    needs: |query| Needs { actives: query.reach(1), ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let Some(span) = inputs.span else { return Parts::nothing() };
    let frame = Frame::printed(span, query.interval, query);
    let phases = day_sets::lifecycle(&inputs.actives, frame);
    let points = frame.map(|slot, start| {
        let p = phases[slot];
        Point::count(start.to_string(), p.active(), frame.state(slot, span.first, inputs))
            .with("new", p.new)
            .with("returning", p.returning)
            .with("resurrecting", p.resurrecting)
            .with("dormant", p.dormant)
            .with("active", p.active())
    });
    let total = |part: fn(&day_sets::Phase) -> u64| phases.iter().map(part).sum::<u64>().into();
    let summary = figures([
        ("new", total(|p| p.new)),
        ("returning", total(|p| p.returning)),
        ("resurrecting", total(|p| p.resurrecting)),
        ("dormant", total(|p| p.dormant)),
    ]);
    Parts { points: Some(points), summary: Some(summary), ..Parts::default() }
}
