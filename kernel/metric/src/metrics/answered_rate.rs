//! The share of conversations that were answered in time.

use super::{ANY_INTERVAL, POPULATION, WINDOW_MEANING, figures, window_micros};
use crate::envelope::{Parts, Point, State};
use crate::registry::{Definition, Direction, OptionDef, RowKind, Shape, Takes};
use crate::series::Frame;
use crate::stats::Share;
use crate::waits::Tally;
use crate::{Conversations, Inputs, Needs, Query};

pub(crate) const DEFINITION: Definition = Definition {
    id: "answered_rate",
    title: "Answered in time",
    definition: "Of the conversations opened in the period by a human member (message, topic, question or \
        post), the share that had a first response by another human member within the window. A conversation \
        is eligible when its window is over by now; one whose window is still open is in neither number. With the \
        population questions only openings that ask count.",
    formula: "answered within the window ÷ conversations whose window is over",
    population: "conversations opened by human members",
    unit: "share",
    direction: Direction::Up,
    interval_method: "wilson",
    elsewhere: "Discourse counts topics without any response, however late, and includes topics of the last \
        hours that nobody could have answered yet. Slack and Discord count no answers at all. Ours asks \
        whether another person answered within a stated time and waits until that time is over.",
    intervals: ANY_INTERVAL,
    by_kind: false,
    options: &[
        OptionDef {
            name: "window",
            takes: Takes::Word(&["1h", "24h", "7d"]),
            default: Some("24h"),
            replaces: &[],
            meaning: WINDOW_MEANING,
        },
        POPULATION,
    ],
    shape: Shape::Line,
    rows: RowKind::Conversations,
    needs: |_| Needs { opened: Conversations::Counts, ..Needs::default() },
    compute,
};

impl Tally {
    /// The answered share.
    pub(super) fn share(self) -> Share {
        Share::of(self.answered, self.eligible)
    }

    /// How final the figure of a period is that is itself in this state.
    pub(super) fn state(self, period: State) -> State {
        match (self.eligible, self.waiting) {
            (0, 1..) => State::NotYet,
            (_, 1..) => State::Partial,
            _ => period,
        }
    }
}

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let opened = match &inputs.opened {
        Ok(opened) => opened,
        Err(reason) => return Parts::unavailable(reason),
    };
    let Some(span) = inputs.span else { return Parts::nothing() };
    let frame = Frame::printed(span, query.interval, query);
    let mut tallies = vec![Tally::default(); frame.len()];
    let mut all = Tally::default();
    for (day, tally) in opened.tallies(window_micros(query)) {
        if let Some(slot) = frame.slot(day) {
            tallies[slot].join(tally);
        }
        if query.asks(day) {
            all.join(tally);
        }
    }
    let points = frame.map(|slot, start| {
        let tally = tallies[slot];
        let state = tally.state(frame.state(slot, span.first, inputs));
        Point::share(start.to_string(), tally.share(), state)
            .with("answered", tally.answered)
            .with("eligible", tally.eligible)
            .with("waiting", tally.waiting)
    });
    let share = all.share();
    let summary = figures([
        ("answered", all.answered.into()),
        ("eligible", all.eligible.into()),
        ("waiting", all.waiting.into()),
        ("value", share.value.into()),
        ("low", share.low.into()),
        ("high", share.high.into()),
    ]);
    Parts { points: Some(points), summary: Some(summary), ..Parts::default() }
}
