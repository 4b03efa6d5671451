//! How much of the monthly audience comes on a day.

use super::figures;
use crate::day_sets;
use crate::envelope::{Figure, Parts, Point, State};
use crate::registry::{Definition, Direction, OptionDef, RowKind, Shape, Takes};
use crate::series::{Frame, is_over};
use crate::{Inputs, Needs, Query, Reach};
use base::{Interval, Period};
use serde_json::Map;

/// The days of the rolling basis.
const MONTH_DAYS: u32 = 30;

pub(crate) const DEFINITION: Definition = Definition {
    id: "stickiness",
    title: "Stickiness",
    definition: "month: mean daily active members over the days of the calendar month that lie inside the \
        series, divided by the active members of that month. rolling30: the mean, over the printed days from \
        the 30th day of the series on, of daily active members divided by those of the 30 days that end with \
        it; days with nobody in their 30 are left out. days: how many members were active on exactly k \
        distinct days.",
    formula: "month: mean(DAU) ÷ MAU; rolling30: mean(DAU(d) ÷ rolling30(d)); days: members by distinct active days",
    population: "human members",
    unit: "ratio",
    direction: Direction::Up,
    interval_method: "none",
    elsewhere: "Discourse divides the people who loaded a page today by those of the last 30 days and rounds \
        the percentage up to two decimals. Slack and Discord show daily and longer audiences, but no ratio, \
        and count readers in both. Ours uses people who wrote something, a whole calendar month by default, \
        and does not round.",
    intervals: &[],
    by_kind: true,
    options: &[OptionDef {
        name: "basis",
        takes: Takes::Word(&["month", "rolling30", "days"]),
        default: Some("month"),
        replaces: &[],
        meaning: "month: by calendar month; rolling30: against the 30 days before; days: histogram of members \
            by distinct active days",
    }],
    shape: Shape::Line,
    rows: RowKind::Members,
    needs: |query| Needs {
        actives: match query.word("basis") {
            "month" => query.reach_in(Interval::Month, 0),
            "rolling30" => query.reach_in(Interval::Day, MONTH_DAYS as i32 - 1),
            _ => query.from.map_or(Reach::All, Reach::From),
        },
        ..Needs::default()
    },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let Some(span) = inputs.span else { return Parts::nothing() };
    match query.word("basis") {
        "month" => by_month(inputs, query, span),
        "rolling30" => by_rolling(inputs, query, span),
        _ => by_days(inputs, query),
    }
}

fn by_month(inputs: &Inputs, query: &Query, span: Period) -> Parts {
    let frame = Frame::printed(span, Interval::Month, query);
    let monthly = day_sets::distinct(&inputs.actives, frame);
    let mut daily = vec![0u64; frame.len()];
    for day in &inputs.actives.days {
        if let Some(slot) = frame.slot(day.day) {
            daily[slot] += day.members.len() as u64;
        }
    }
    let points = frame.map(|slot, start| {
        let last = Interval::Month.next(start).plus(-1).min(span.last);
        let days = Period { first: start.max(span.first), last }.days();
        let mean = daily[slot] as f64 / f64::from(days);
        let mau = monthly[slot];
        Point {
            start: Some(start.to_string()),
            value: (mau > 0).then(|| Figure::Real(mean / mau as f64)),
            low: None,
            high: None,
            n: mau,
            state: frame.state(slot, span.first, inputs),
            more: figures([("mean_dau", mean.into()), ("mau", mau.into())]),
        }
    });
    Parts { points: Some(points), ..Parts::default() }
}

fn by_rolling(inputs: &Inputs, query: &Query, span: Period) -> Parts {
    let first = span.first.plus(MONTH_DAYS as i32 - 1);
    let frame = Frame::printed(Period { first, last: span.last }, Interval::Day, query);
    let days =
        Period { first: Interval::Day.of_index(frame.first), last: Interval::Day.of_index(frame.last) };
    let (rolling, _) = day_sets::rolling(&inputs.actives, MONTH_DAYS, days);
    let daily = day_sets::distinct(&inputs.actives, frame);
    let (mut sum, mut used) = (0.0, 0u64);
    let points = frame.map(|slot, start| {
        let ratio = (rolling[slot] > 0).then(|| daily[slot] as f64 / rolling[slot] as f64);
        if let Some(ratio) = ratio {
            sum += ratio;
            used += 1;
        }
        Point {
            start: Some(start.to_string()),
            value: ratio.map(Figure::Real),
            low: None,
            high: None,
            n: rolling[slot],
            state: frame.state(slot, span.first, inputs),
            more: figures([("dau", daily[slot].into()), ("rolling30", rolling[slot].into())]),
        }
    });
    let mean = (used > 0).then(|| sum / used as f64);
    let summary = figures([("value", mean.into()), ("days", used.into())]);
    Parts { points: Some(points), summary: Some(summary), ..Parts::default() }
}

fn by_days(inputs: &Inputs, query: &Query) -> Parts {
    let histogram = day_sets::days_histogram(inputs.asked_days(query));
    let members: u64 = histogram.iter().sum();
    let now_day = inputs.span.map(|s| s.last);
    let open = now_day.is_some_and(|d| query.asks(d) && !is_over(Interval::Day, d, inputs));
    let state = if open { State::Partial } else { State::Complete };
    let points = histogram.iter().enumerate().filter(|(_, n)| **n > 0).map(|(k, n)| Point {
        start: None,
        value: Some(Figure::count(*n)),
        low: None,
        high: None,
        n: members,
        state,
        more: Map::from_iter([("days".to_owned(), k.into())]),
    });
    let summary = figures([("members", members.into())]);
    Parts { points: Some(points.collect()), summary: Some(summary), ..Parts::default() }
}
