//! Whether newcomers who begin with a question of their own get an answer.

use super::{ANY_INTERVAL, DAY, POPULATION, WINDOW_MEANING};
use crate::envelope::{Parts, Point};
use crate::registry::{Definition, Direction, OptionDef, RowKind, Shape, Takes};
use crate::series::Frame;
use crate::waits::Tally;
use crate::{Conversations, Inputs, Needs, Query};
use serde_json::{Map, Value};

/// Both windows, with the names of their figures.
const WINDOWS: [(&str, i64); 2] = [("24h", DAY), ("7d", 7 * DAY)];

pub(crate) const DEFINITION: Definition = Definition {
    id: "newcomers_answered",
    title: "Newcomers answered",
    definition: "Of the members whose first active row falls in the period and opened a conversation, the share \
        who had a response by another human member within 24 h and within 7 d. The window option chooses the \
        value; both stand beside it. A newcomer is eligible when the window is over by now. With the population \
        questions only those count whose first row opened a conversation that asks.",
    formula: "newcomers answered within the window ÷ newcomers whose first row opened a conversation and whose \
        window is over",
    population: "members whose first active row opened a conversation",
    unit: "share",
    direction: Direction::Up,
    interval_method: "wilson",
    elsewhere: "Discourse counts new contributors and, apart from them, topics without a response. Discord \
        counts newcomers who return, and Slack counts accounts; none says whether a newcomer was answered. \
        Ours follows the first thing that each member wrote.",
    intervals: ANY_INTERVAL,
    by_kind: false,
    options: &[
        OptionDef {
            name: "window",
            takes: Takes::Word(&["24h", "7d"]),
            default: Some("24h"),
            replaces: &[],
            meaning: WINDOW_MEANING,
        },
        POPULATION,
    ],
    shape: Shape::Line,
    rows: RowKind::Members,
    needs: |_| Needs { opened: Conversations::CountsOfFirst, ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let opened = match &inputs.opened {
        Ok(opened) => opened,
        Err(reason) => return Parts::unavailable(reason),
    };
    let Some(span) = inputs.span else { return Parts::nothing() };
    let frame = Frame::printed(span, query.interval, query);
    let mut tallies = vec![[Tally::default(); 2]; frame.len()];
    let mut all = [Tally::default(); 2];
    for (i, (_, window)) in WINDOWS.iter().enumerate() {
        for (day, tally) in opened.tallies(*window) {
            if let Some(slot) = frame.slot(day) {
                tallies[slot][i].join(tally);
            }
            if query.asks(day) {
                all[i].join(tally);
            }
        }
    }
    let chosen = usize::from(query.word("window") == "7d");
    let points = frame.map(|slot, start| {
        let tally = tallies[slot][chosen];
        let state = tally.state(frame.state(slot, span.first, inputs));
        let mut point = Point::share(start.to_string(), tally.share(), state);
        point.more = both(tallies[slot]);
        point
    });
    let mut summary = both(all);
    let share = all[chosen].share();
    for (name, value) in [("value", share.value), ("low", share.low), ("high", share.high)] {
        summary.insert(name.to_owned(), value.into());
    }
    Parts { points: Some(points), summary: Some(summary), ..Parts::default() }
}

fn both(tallies: [Tally; 2]) -> Map<String, Value> {
    let mut more = Map::new();
    for ((name, _), tally) in WINDOWS.iter().zip(tallies) {
        let share = tally.share();
        more.insert(format!("answered_{name}"), tally.answered.into());
        more.insert(format!("eligible_{name}"), tally.eligible.into());
        more.insert(format!("share_{name}"), share.value.into());
        more.insert(format!("low_{name}"), share.low.into());
        more.insert(format!("high_{name}"), share.high.into());
    }
    more
}
