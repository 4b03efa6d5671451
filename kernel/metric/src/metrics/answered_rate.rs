//! The share of conversations that were answered in time.

use super::{ANY_INTERVAL, WINDOW_MEANING, figures, window_micros};
use crate::envelope::{Parts, Point, State};
use crate::registry::{Definition, Direction, OptionDef, RowKind, Shape, Takes};
use crate::series::Frame;
use crate::stats::Share;
use crate::{Inputs, Needs, Query};

pub(crate) const DEFINITION: Definition = Definition {
    id: "answered_rate",
    title: "Answered in time",
    definition: "Of the conversations opened in the period by a human member (message, topic, question or \
        post), the share that had a first response by another human member within the window. A conversation \
        is eligible when its window is over by now; one whose window is still open is in neither number.",
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
    options: &[OptionDef {
        name: "window",
        takes: Takes::Word(&["1h", "24h", "7d"]),
        default: Some("24h"),
        replaces: &[],
        meaning: WINDOW_MEANING,
    }],
    shape: Shape::Line,
    rows: RowKind::Conversations,
    needs: |_| Needs { opened: true, ..Needs::default() },
    compute,
};

/// Answered, eligible and still waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Answered within the window.
    pub answered: u64,
    /// Those whose window is over.
    pub eligible: u64,
    /// Those whose window is still open.
    pub waiting: u64,
}

impl Tally {
    /// Counts one conversation.
    pub fn add(&mut self, opened_at: i64, answered_at: Option<i64>, window: i64, now: i64) {
        if opened_at.saturating_add(window) > now {
            self.waiting += 1;
            return;
        }
        self.eligible += 1;
        self.answered += u64::from(answered_at.is_some_and(|at| at - opened_at <= window));
    }

    /// The answered share.
    pub fn share(self) -> Share {
        Share::of(self.answered, self.eligible)
    }

    /// How final the figure of a period is that is itself in this state.
    pub fn state(self, period: State) -> State {
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
    let (Some(span), Some(now)) = (inputs.span, inputs.now) else { return Parts::nothing() };
    let window = window_micros(query);
    let frame = Frame::printed(span, query.interval, query);
    let mut tallies = vec![Tally::default(); frame.len()];
    let mut all = Tally::default();
    for o in opened {
        let day = inputs.zone.day_of(o.at);
        if let Some(slot) = frame.slot(day) {
            tallies[slot].add(o.at, o.answered_at, window, now);
        }
        if query.asks(day) {
            all.add(o.at, o.answered_at, window, now);
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
