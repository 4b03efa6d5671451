//! Made-up answers for tests: one of each kind, with gaps, unfinished ends and intervals.

use crate::pages::{HealthContext, Place};
use base::{Day, Interval, Result};
use metric::{
    Change, Cohort, CohortCell, Comparison, CurvePoint, Envelope, Figure, Figures, Part, Point, Pooled,
    State, Verdict,
};
use serde_json::{Map, Value as Json, json};

/// What the pages know in tests: three sources, some channels, now on 24 November 2026.
pub(crate) fn context() -> HealthContext {
    let place = |id: &str, name: &str, within: &str| Place {
        id: id.into(),
        name: name.into(),
        within: within.into(),
    };
    HealthContext {
        now: Some(day("2026-11-24")),
        as_of: "24 November 2026, 16:02 UTC".into(),
        zone: "UTC".into(),
        sources: vec![place("1", "Chat", ""), place("2", "Forum", ""), place("3", "Mailing list", "")],
        channels: vec![
            place("1", "#general", "Chat"),
            place("2", "#help", "Chat"),
            place("3", "Help", "Forum"),
            place("4", "users", "Mailing list"),
        ],
        rows: true,
        annotations: Vec::new(),
        csrf: "token".into(),
    }
}

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

/// Answers any question with a sample, whatever its parameters but window, basis, interval, comparison and split.
pub(crate) fn answer(id: &str, pairs: &[(String, String)]) -> Result<Envelope> {
    let get = |name: &str| pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
    let answer = match id {
        "active_members" => active_members(),
        "rolling_active_members" => rolling(get("window").and_then(|w| w.parse().ok()).unwrap_or(28)),
        "stickiness" => stickiness(get("basis").unwrap_or("month")),
        "lifecycle" => lifecycle(),
        "retention" => retention(),
        "retention_day" => retention_day(),
        "time_to_first_response" => first_response(),
        "answered_rate" | "newcomers_answered" => rate(id),
        "concentration" => concentration(),
        "log_summary" => log_summary(),
        "leaves" => unavailable(),
        "members" => members(),
        "net_growth" => growth(),
        "joins" => counts(id, |i| 22.0 + wave(i, 8.0)),
        "conversations" => counts(id, |i| 140.0 + wave(i, 30.0)),
        _ => counts(id, |i| 2_100.0 + 40.0 * i as f64 + wave(i, 260.0)),
    };
    let answer = if get("compare").is_some() { compared(answer) } else { answer };
    Ok(match get("split") {
        Some("channel") => split(answer, "channel"),
        Some("staff") => split(answer, "staff"),
        _ => answer,
    })
}

/// With lower figures in the days before.
pub(crate) fn compared(mut e: Envelope) -> Envelope {
    if e.state == State::Unavailable {
        return e;
    }
    let mut points = e.points.clone();
    for (i, point) in points.iter_mut().flatten().enumerate() {
        point.value = point.value.map(|value| Figure::Real(value.as_f64() * (0.8 + wave(i, 0.04))));
        point.state = State::Complete;
        let earlier = point.start.as_deref().and_then(|start| Day::parse(start).ok());
        point.start = earlier.map(|day| day.plus(-84).to_string());
    }
    let mut summary = e.summary.clone();
    for (name, factor) in [("last", 0.9), ("sum", 1.1), ("answered", 1.2)] {
        let figures = summary.as_mut();
        if let Some(figures) = figures
            && let Some(value) = figures.get(name).and_then(Json::as_f64)
        {
            figures.insert(name.into(), json!((value * factor).round()));
        }
    }
    let change = |figure: &str, value: f64, was: f64, limits: Option<(f64, f64)>, verdict| Change {
        figure: figure.into(),
        value,
        was,
        difference: value - was,
        low: limits.map(|l| l.0),
        high: limits.map(|l| l.1),
        verdict,
        method: "as made up for a test".into(),
    };
    let change = match e.id.as_str() {
        "time_to_first_response" => {
            change("ttfr_s.median", 6480.0, 9900.0, Some((-5000.0, -1200.0)), Verdict::Clear)
        }
        "concentration" => change("share_top_1pct", 0.42, 0.4, None, Verdict::NotSaid),
        "retention" => change("back", 0.27, 0.25, Some((-0.03, 0.07)), Verdict::NoClearChange),
        _ if e.unit == "share" => change("value", 0.62, 0.58, Some((-0.02, 0.1)), Verdict::NoClearChange),
        _ => change("mean", 380.0, 310.0, None, Verdict::Clear),
    };
    e.filters.insert("from".into(), json!("2026-09-07"));
    e.comparison = Some(Comparison {
        from: "2026-06-15".into(),
        to: "2026-09-01".into(),
        state: State::Complete,
        reason: None,
        change: Some(change),
        figures: Figures { points, summary, cohorts: None, pooled: e.pooled.clone(), curve: None },
    });
    e
}

/// In two parts, and for channels a rest.
pub(crate) fn split(mut e: Envelope, by: &'static str) -> Envelope {
    let figures = || Figures {
        points: e.points.clone(),
        summary: e.summary.clone(),
        cohorts: e.cohorts.clone(),
        pooled: e.pooled.clone(),
        curve: e.curve.clone(),
    };
    let part = |key: &str, label: &str, rest| Part {
        key: key.into(),
        label: label.into(),
        rest,
        now: e.now.clone(),
        state: e.state,
        reason: e.reason.clone(),
        figures: figures(),
        comparison: e.comparison.clone(),
    };
    let parts = match by {
        "staff" => vec![part("members", "Members", None), part("staff", "Staff", None)],
        _ => vec![part("1", "#general", None), part("2", "#help", None), part("other", "Other (5)", Some(5))],
    };
    e.split = Some(by);
    e.split_note = (by == "channel").then(|| "the 2 largest of 7 channels, and the others together".into());
    e.parts = Some(parts);
    e
}

/// Every sample that has figures.
pub(crate) fn all() -> Vec<Envelope> {
    let known = metric::registry().iter().filter(|definition| definition.id != "leaves");
    let mut all: Vec<_> = known.filter_map(|definition| answer(definition.id, &[]).ok()).collect();
    all.extend([stickiness("days"), stickiness("rolling30")]);
    all
}

fn wave(i: usize, height: f64) -> f64 {
    ((i as f64 * 1.7).sin() * 0.7 + (i as f64 * 0.53).cos() * 0.5) * height
}

fn envelope(id: &str, filters: Json) -> Envelope {
    let definition = metric::definition(id).expect("a metric");
    Envelope {
        id: id.into(),
        title: definition.title.into(),
        definition: definition.definition.into(),
        formula: definition.formula.into(),
        population: definition.population.into(),
        unit: definition.unit.into(),
        direction: definition.direction.word().into(),
        filters: filters.as_object().cloned().unwrap_or_default(),
        zone: "UTC".into(),
        now: Some("2026-11-24T16:02:00Z".into()),
        interval_method: definition.interval_method.into(),
        state: State::Complete,
        reason: None,
        elsewhere: definition.elsewhere.into(),
        points: None,
        summary: None,
        cohorts: None,
        pooled: None,
        curve: None,
        comparison: None,
        split: None,
        split_note: None,
        parts: None,
    }
}

fn object(value: Json) -> Map<String, Json> {
    value.as_object().cloned().unwrap_or_default()
}

fn starts(count: usize, interval: Interval) -> Vec<String> {
    let last = interval.index(day("2026-11-24"));
    (0..count).map(|i| interval.of_index(last - (count - 1 - i) as i32).to_string()).collect()
}

fn point(start: &str, value: f64, last: bool) -> Point {
    Point {
        start: Some(start.into()),
        value: Some(Figure::Count(value.round() as i64)),
        low: None,
        high: None,
        n: value.round().max(0.0) as u64,
        state: if last { State::Partial } else { State::Complete },
        more: Map::new(),
    }
}

fn counts(id: &str, of: impl Fn(usize) -> f64) -> Envelope {
    let mut e = envelope(
        id,
        json!({"from": "2026-09-07", "to": "2026-11-24", "interval": "week", "staff": "include"}),
    );
    let points: Vec<Point> = starts(12, Interval::Week)
        .iter()
        .enumerate()
        .map(|(i, start)| point(start, if i == 11 { of(i) * 0.3 } else { of(i) }, i == 11))
        .collect();
    let sum: u64 = points.iter().map(|point| point.n).sum();
    e.points = Some(points);
    let basis = if matches!(id, "joins" | "net_growth") { json!("mixed") } else { Json::Null };
    e.summary = Some(object(json!({"sum": sum, "joins": sum, "basis": basis})));
    e
}

/// A census by week.
pub(crate) fn active_members() -> Envelope {
    counts("active_members", |i| 320.0 + 9.0 * i as f64 + wave(i, 26.0))
}

/// A rolling window by day.
pub(crate) fn rolling(window: u32) -> Envelope {
    let mut e = envelope(
        "rolling_active_members",
        json!({"from": "2026-09-07", "to": "2026-11-24", "staff": "include", "window": window}),
    );
    let base = 90.0 * f64::from(window).powf(0.55);
    let of = |i: usize| base + i as f64 * base / 300.0 + wave(i, base / 40.0);
    e.points = Some(
        starts(79, Interval::Day).iter().enumerate().map(|(i, start)| point(start, of(i), i == 78)).collect(),
    );
    let last = of(78).round();
    e.summary = Some(object(json!({"max": last, "last": last, "sum": 9000, "members": 1204})));
    e
}

/// Stickiness on any basis; `days` is a histogram.
pub(crate) fn stickiness(basis: &str) -> Envelope {
    let mut e = envelope("stickiness", json!({"basis": basis, "staff": "include"}));
    let real = |start: &str, value: f64, last: bool| Point {
        value: Some(Figure::Real(value)),
        n: 900,
        ..point(start, 0.0, last)
    };
    e.points = Some(match basis {
        "days" => (1..40)
            .map(|k| Point {
                start: None,
                more: object(json!({"days": k})),
                ..point("", (600.0 / f64::from(k).powf(1.3)).ceil(), false)
            })
            .collect(),
        "rolling30" => starts(50, Interval::Day)
            .iter()
            .enumerate()
            .map(|(i, s)| real(s, 0.21 + wave(i, 0.02), i == 49))
            .collect(),
        _ => starts(12, Interval::Month)
            .iter()
            .enumerate()
            .map(|(i, s)| real(s, 0.19 + wave(i, 0.02), i == 11))
            .collect(),
    });
    e.summary = Some(object(json!({"members": 1204, "value": 0.2134, "days": 50})));
    e
}

fn lifecycle() -> Envelope {
    let mut e = counts("lifecycle", |i| 320.0 + 9.0 * i as f64 + wave(i, 26.0));
    for (i, point) in e.points.iter_mut().flatten().enumerate() {
        let active = point.n;
        let (new, back) = (active / 9 + (i as u64 % 3) * 4, active / 6);
        point.more = object(json!({
            "new": new, "resurrecting": back, "returning": active - new - back, "dormant": active / 5 + 7, "active": active
        }));
    }
    e.summary = Some(object(json!({"new": 402, "returning": 2500, "resurrecting": 640, "dormant": 900})));
    e
}

fn growth() -> Envelope {
    let mut e = counts("net_growth", |i| 6.0 + wave(i, 9.0) - if i == 5 { 20.0 } else { 0.0 });
    for (i, point) in e.points.iter_mut().flatten().enumerate() {
        let net = point.value.map_or(0, |v| v.as_f64() as i64);
        let leaves = 4 + (i as i64 % 4) + (-net).max(0);
        point.more = object(json!({"joins": net + leaves, "leaves": leaves, "basis": "join rows"}));
    }
    e
}

fn retention() -> Envelope {
    let mut e = envelope(
        "retention",
        json!({"interval": "week", "mode": "exact", "periods": 12, "staff": "include"}),
    );
    let cohort = |c: usize, start: &String| {
        let size = 20 + (c as u64 * 7) % 19;
        let values = (0..(12 - c) as u32)
            .map(|k| {
                let share = if k == 0 {
                    1.0
                } else {
                    (0.52 / f64::from(k).powf(0.4) + wave(c + k as usize, 0.04)).clamp(0.0, 1.0)
                };
                let retained = (share * size as f64).round() as u64;
                let value = retained as f64 / size as f64;
                CohortCell {
                    k,
                    retained: Some(retained),
                    eligible: size,
                    value: Some(value),
                    low: Some((value - 0.11).max(0.0)),
                    high: Some((value + 0.12).min(1.0)),
                    state: if k as usize == 11 - c { State::Partial } else { State::Complete },
                }
            })
            .collect();
        Cohort {
            start: start.clone(),
            size,
            state: if c == 11 { State::Partial } else { State::Complete },
            values,
        }
    };
    let cohorts: Vec<Cohort> =
        starts(12, Interval::Week).iter().enumerate().map(|(c, start)| cohort(c, start)).collect();
    let pooled = (0..12).map(|k| {
        let cells = || cohorts.iter().filter_map(move |cohort| cohort.values.get(k as usize));
        let (retained, eligible): (u64, u64) =
            (cells().filter_map(|c| c.retained).sum(), cells().map(|c| c.eligible).sum());
        let value = retained as f64 / eligible as f64;
        Pooled {
            k,
            retained,
            eligible,
            value: Some(value),
            low: Some((value - 0.04).max(0.0)),
            high: Some((value + 0.04).min(1.0)),
        }
    });
    e.pooled = Some(pooled.collect());
    e.cohorts = Some(cohorts);
    e
}

fn retention_day() -> Envelope {
    let mut e = envelope("retention_day", json!({"day": 7, "mode": "exact", "staff": "include"}));
    e.summary = Some(object(
        json!({"eligible": 310, "retained": 47, "value": 0.1516, "low": 0.1159, "high": 0.1959, "not_yet": 22}),
    ));
    e
}

fn rate(id: &str) -> Envelope {
    let mut e = counts(id, |i| 120.0 + wave(i, 20.0));
    for (i, point) in e.points.iter_mut().flatten().enumerate() {
        let value = if id == "answered_rate" { 0.62 } else { 0.71 } + wave(i, 0.05);
        (point.value, point.low, point.high) =
            (Some(Figure::Real(value)), Some(value - 0.07), Some(value + 0.06));
    }
    e.filters.insert("window".into(), "24h".into());
    e.summary = Some(object(
        json!({"answered": 294, "eligible": 474, "waiting": 6, "value": 294.0 / 474.0, "low": 0.576, "high": 0.663}),
    ));
    e
}

/// A share with its interval.
pub(crate) fn answered_rate() -> Envelope {
    let mut e = rate("answered_rate");
    if let Some(point) = e.points.iter_mut().flatten().next() {
        point.value = Some(Figure::Real(0.62));
    }
    e
}

/// Medians with a gap, named figures and a curve.
pub(crate) fn first_response() -> Envelope {
    let mut e = counts("time_to_first_response", |i| 40.0 + wave(i, 6.0));
    for (i, point) in e.points.iter_mut().flatten().enumerate() {
        let seconds = 6480.0 + if i == 0 { 0.0 } else { wave(i, 2600.0) };
        (point.value, point.low, point.high) =
            (Some(Figure::Real(seconds)), Some(seconds * 0.7), Some(seconds * 1.5));
        if i == 6 {
            (point.value, point.low, point.high, point.n) = (None, None, None, 0);
        }
    }
    e.summary = Some(object(json!({
        "threads": 474, "answered": 412, "answered_share": 0.8692,
        "ttfr_s": {"p25": 1233.5, "median": 6480.0, "p75": 35_866.0, "p90": 75_600.0, "mean": 90_000.0},
        "within_1h": 190, "within_24h": 294, "within_7d": 380, "km_median_s": 9244.9,
        "km_unanswered_at": {"1h": 0.61, "24h": 0.38, "7d": 0.17, "30d": 0.12}
    })));
    let curve = [
        (60, 0.99),
        (900, 0.84),
        (3600, 0.61),
        (14_400, 0.5),
        (86_400, 0.38),
        (259_200, 0.24),
        (604_800, 0.17),
        (2_592_000, 0.12),
    ];
    e.curve = Some(
        curve
            .map(|(t, value)| CurvePoint {
                t,
                value,
                low: Some(value - 0.04),
                high: Some((value + 0.04_f64).min(1.0)),
            })
            .to_vec(),
    );
    e
}

fn concentration() -> Envelope {
    let mut e = envelope("concentration", json!({"staff": "include"}));
    e.summary = Some(object(json!({
        "members": 1204, "events": 26_312, "share_top_1pct": 0.418545, "share_next_9pct": 0.36298, "share_rest_90pct": 0.218475,
        "absence_factor_50": 17, "pony_factor_80": 104, "gini": 0.828, "one_time_members": 233, "top10_counts": [1354, 442, 357]
    })));
    e
}

fn log_summary() -> Envelope {
    let mut e = envelope("log_summary", json!({"staff": "include"}));
    e.summary = Some(object(json!({
        "rows": 31_904, "kinds": {"message.posted": 20_210, "reply.posted": 9_800, "member.joined": 1_894}, "not_rows": {"reaction.added": 8_120},
        "bot_rows": 3_210, "no_member_rows": 96, "active_rows": 26_312, "active_members": 1204, "channels": 42,
        "first_active_day": "2024-11-25", "last_active_day": "2026-11-24"
    })));
    e
}

fn members() -> Envelope {
    let mut e = counts("members", |i| 1080.0 + 11.0 * i as f64);
    if let Some(last) = e.points.iter_mut().flatten().last() {
        (last.value, last.n) = (Some(Figure::Count(1204)), 1204);
    }
    e.state = State::Partial;
    e.reason = Some("no source within these filters has leave rows: nobody is taken off".into());
    e
}

/// What the sources cannot give.
pub(crate) fn unavailable() -> Envelope {
    Envelope {
        state: State::Unavailable,
        reason: Some("No reply links: these sources do not say which message answers which".into()),
        ..envelope("leaves", json!({}))
    }
}
