//! How long a conversation waits for the first answer.

use super::{ANY_INTERVAL, DAY, HOUR, POPULATION, SECOND, figures};
use crate::envelope::{CurvePoint, Figure, Parts, Point};
use crate::registry::{Definition, Direction, RowKind, Shape};
use crate::series::Frame;
use crate::stats::{Survival, mean, median_interval, quantile};
use crate::waits::Chosen;
use crate::{Conversations, Inputs, Needs, Query};
use serde_json::{Map, Value};

/// Minutes after the opening at which the curve is drawn.
const CURVE_MINUTES: [i64; 18] =
    [1, 5, 15, 30, 60, 120, 240, 480, 720, 1_440, 2_880, 4_320, 5_760, 7_200, 10_080, 20_160, 30_240, 43_200];

pub(crate) const DEFINITION: Definition = Definition {
    id: "time_to_first_response",
    title: "Time to first response",
    definition: "Seconds from the opening of a conversation by a human member (message, topic, question or \
        post) to the first later active row by another human member. The points are medians over the answered \
        conversations opened in the period. The summary is over the conversations opened between from and to: \
        percentiles and mean of the answered ones, counts within 1 h, 24 h and 7 d (inclusive), and the \
        Kaplan–Meier share still unanswered, in which unanswered conversations are censored at now, so that \
        they are not left out. km_median_s is the time after which at most half are unanswered, or null. With the \
        population questions only openings that ask count.",
    formula: "first response − opening; S(t) by Kaplan–Meier over all conversations",
    population: "conversations opened by human members",
    unit: "seconds",
    direction: Direction::Down,
    interval_method: "order statistics",
    elsewhere: "Discourse shows the mean of hours over answered topics only, by the day of the topic, so one \
        late answer moves it and unanswered topics make it look better. Slack and Discord show no response \
        time. Ours shows medians and percentiles, counts only other people, and keeps the unanswered in the \
        Kaplan–Meier figures. In chat every message outside a thread opens a conversation, so the answered \
        share is low there by construction.",
    intervals: ANY_INTERVAL,
    by_kind: false,
    options: &[POPULATION],
    shape: Shape::Line,
    rows: RowKind::Conversations,
    needs: |_| Needs { opened: Conversations::Each, ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let opened = match &inputs.opened {
        Ok(opened) => opened,
        Err(reason) => return Parts::unavailable(reason),
    };
    let Some(span) = inputs.span else { return Parts::nothing() };
    let frame = Frame::printed(span, query.interval, query);
    let by_period = opened.by_period(frame);
    let points = frame.map(|slot, start| {
        let answers = Answers::of(&by_period[slot], &[]);
        let interval = median_interval(&answers.waits);
        Point {
            start: Some(start.to_string()),
            value: quantile(&answers.waits, 0.5).map(Figure::Real),
            low: interval.map(|i| i.0),
            high: interval.map(|i| i.1),
            n: answers.waits.len() as u64,
            state: frame.state(slot, span.first, inputs),
            more: figures([
                ("threads", answers.threads.into()),
                ("answered", answers.waits.len().into()),
                ("km_median_s", answers.survival.median().map(seconds).into()),
            ]),
        }
    });
    let times: Vec<i64> = CURVE_MINUTES.iter().map(|m| m * 60 * SECOND).collect();
    let answers = Answers::of(&opened.asked(query), &times);
    Parts {
        points: Some(points),
        summary: Some(summary(&answers)),
        curve: Some(curve(&answers.survival)),
        ..Parts::default()
    }
}

/// What becomes of conversations.
struct Answers {
    threads: usize,
    /// Seconds to the first response of the answered ones, ascending.
    waits: Vec<f64>,
    /// Those still unanswered, in the log's unit.
    survival: Survival,
}

impl Answers {
    /// Of these conversations; the curve is known at these times.
    fn of(conversations: &Chosen<'_>, times: &[i64]) -> Self {
        let answered = conversations.answered();
        let survival = Survival::of(&answered, conversations.waiting(), times);
        Self { threads: conversations.count(), waits: in_seconds(answered), survival }
    }
}

fn in_seconds(times: Vec<i64>) -> Vec<f64> {
    times.into_iter().map(seconds).collect()
}

/// Seconds to the first response of the answered conversations of the asked days, ascending.
pub(crate) fn asked_waits(inputs: &Inputs, query: &Query) -> Option<Vec<f64>> {
    Some(in_seconds(inputs.opened.as_ref().ok()?.asked(query).answered()))
}

/// The named figures over these conversations.
fn summary(Answers { threads, waits, survival }: &Answers) -> Map<String, Value> {
    let threads = *threads;
    let within = |limit: i64| -> Value {
        let limit = seconds(limit);
        waits.partition_point(|w| *w <= limit).into()
    };
    let unanswered = |at: i64| -> Value { if threads == 0 { Value::Null } else { survival.at(at).into() } };
    let percentile = |q: f64| -> Value { quantile(waits, q).into() };
    let share = (threads > 0).then(|| waits.len() as f64 / threads as f64);
    figures([
        ("threads", threads.into()),
        ("answered", waits.len().into()),
        ("answered_share", share.into()),
        (
            "ttfr_s",
            Value::Object(figures([
                ("p25", percentile(0.25)),
                ("median", percentile(0.5)),
                ("p75", percentile(0.75)),
                ("p90", percentile(0.9)),
                ("mean", mean(waits).into()),
            ])),
        ),
        ("within_1h", within(HOUR)),
        ("within_24h", within(DAY)),
        ("within_7d", within(7 * DAY)),
        ("km_median_s", survival.median().map(seconds).into()),
        (
            "km_unanswered_at",
            Value::Object(figures([
                ("1h", unanswered(HOUR)),
                ("24h", unanswered(DAY)),
                ("7d", unanswered(7 * DAY)),
                ("30d", unanswered(30 * DAY)),
            ])),
        ),
    ])
}

fn curve(survival: &Survival) -> Vec<CurvePoint> {
    let point = |minutes: i64| {
        let at = minutes * 60 * SECOND;
        let interval = survival.interval(at);
        CurvePoint {
            t: minutes.unsigned_abs() * 60,
            value: survival.at(at),
            low: interval.map(|i| i.0),
            high: interval.map(|i| i.1),
        }
    };
    CURVE_MINUTES.iter().map(|m| point(*m)).collect()
}

/// The log's unit as seconds.
fn seconds(micros: i64) -> f64 {
    micros as f64 / SECOND as f64
}
