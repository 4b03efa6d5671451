//! Retention counted in days from a member's first active day.

use super::{MODE, figures};
use crate::day_sets;
use crate::envelope::Parts;
use crate::query::Value;
use crate::registry::{Definition, Direction, OptionDef, RowKind, Shape, Takes};
use crate::stats::Share;
use crate::{Inputs, Needs, Query, Reach};

pub(crate) const DEFINITION: Definition = Definition {
    id: "retention_day",
    title: "Day-N retention",
    definition: "Day 0 is the day of a member's first active row. exact: active on day N; unbounded: last active \
        on day N or later; bracket A-B: active on any day from A to B. Only members whose day N (or B) is not \
        after the last active day are eligible. With from and to, members whose day 0 lies between them.",
    formula: "retained ÷ eligible; eligible: day 0 + N ≤ last active day",
    population: "human members by their first active day",
    unit: "share",
    direction: Direction::Up,
    interval_method: "wilson",
    elsewhere: "Discord gives one figure of this kind, newcomers who visit again in the following week. Slack \
        and Discourse give none. Tools that count 24 hours from each person's own first event, or that keep \
        people whose day N is still to come in the denominator, show other numbers; ours uses calendar days \
        of the community's zone and leaves those people out until the day is there.",
    intervals: &[],
    by_kind: true,
    options: &[
        OptionDef {
            name: "day",
            takes: Takes::Whole(0, 3_660),
            default: Some("7"),
            replaces: &[],
            meaning: "The day N after the first active day",
        },
        MODE,
        OptionDef {
            name: "bracket",
            takes: Takes::Range(1, 3_660),
            default: None,
            replaces: &["day", "mode"],
            meaning: "Days A-B instead of one day: back on any of them",
        },
    ],
    shape: Shape::Summary,
    rows: RowKind::Members,
    needs: |query| Needs { actives: query.from.map_or(Reach::All, Reach::From), ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let Some(span) = inputs.span else { return Parts::nothing() };
    let (first, last) = match query.option("bracket") {
        Some(Value::Range(a, b)) => (a as i32, b as i32),
        _ => (query.whole("day") as i32, query.whole("day") as i32),
    };
    let unbounded = query.option("mode") == Some(Value::Word("unbounded"));
    let lives = day_sets::lives(&inputs.actives, (first, last));
    let (mut eligible, mut retained, mut waiting) = (0, 0, 0u64);
    for life in lives.iter().filter(|l| query.asks(l.first)) {
        if life.first.plus(last) > span.last {
            waiting += 1;
            continue;
        }
        eligible += 1;
        let back = if unbounded { life.last >= life.first.plus(first) } else { life.back };
        retained += u64::from(back);
    }
    let share = Share::of(retained, eligible);
    let summary = figures([
        ("eligible", share.n.into()),
        ("retained", share.hits.into()),
        ("value", share.value.into()),
        ("low", share.low.into()),
        ("high", share.high.into()),
        ("not_yet", waiting.into()),
    ]);
    Parts { summary: Some(summary), ..Parts::default() }
}
