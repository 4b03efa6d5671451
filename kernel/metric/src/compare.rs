//! The same question in earlier days, and whether what changed is more than chance.
//!
//! A figure with an interval is compared by the interval of the difference: from both intervals by the method of
//! variance estimates recovery (Zou and Donner 2008), which is Newcombe's method 10 (1998) where both are Wilson's.
//! A full count has no interval: its change is clear when it lies outside of what single periods did before.

use crate::answer::compute;
use crate::envelope::{Change, Comparison, Parts, Point, State, Verdict};
use crate::metrics::time_to_first_response;
use crate::stats::{median_interval, quantile};
use crate::usual::{DEVIATIONS, Expected};
use crate::{Inputs, Query};
use base::{Day, Error, Interval, Period, Result};
use community::read::{LogView, Scope};

/// So many finished periods say what is usual; fewer are filled up with those before.
const USUAL: usize = 12;
/// Below so many nothing is said.
const FEWEST: usize = 6;
/// So many earlier periods of the same length are asked where a metric has no series.
const EARLIER: i32 = 8;

/// Which earlier days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// As many days before.
    Previous,
    /// The same days a year before.
    Year,
    /// These.
    Days(Period),
}

impl Compare {
    /// Reads `previous`, `year` or `2026-01-01..2026-03-31`.
    ///
    /// # Errors
    /// `Invalid` for anything else, and when the first day lies after the last.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "previous" => return Ok(Self::Previous),
            "year" => return Ok(Self::Year),
            _ => {}
        }
        let (first, last) = text.split_once("..").ok_or_else(|| {
            Error::invalid(format!("compare is \"{text}\"; use previous, year or 2026-01-01..2026-03-31"))
        })?;
        let read = |day: &str| Day::parse(day).map_err(|e| e.at("compare"));
        let days = Period { first: read(first)?, last: read(last)? };
        if days.first > days.last {
            return Err(Error::invalid(format!(
                "compare begins ({}) after its end ({}); exchange them",
                days.first, days.last
            )));
        }
        Ok(Self::Days(days))
    }

    /// As it is written.
    pub fn word(self) -> String {
        match self {
            Self::Previous => "previous".into(),
            Self::Year => "year".into(),
            Self::Days(days) => format!("{}..{}", days.first, days.last),
        }
    }
}

/// The earlier days of a period. They begin on the same weekday, or on the first of a month where the period does,
/// so that a week that is not over is compared with as much of a week.
pub fn days_before(days: Period, compare: Compare) -> Period {
    let month = Interval::Month;
    let whole = days.first == month.start(days.first) && days.days() >= 28;
    let months = month.index(days.last) - month.index(days.first) + 1;
    let by_months = |n: i32| Period { first: months_back(days.first, n), last: months_back(days.last, n) };
    let by_days = |n: i32| Period { first: days.first.plus(-n), last: days.last.plus(-n) };
    match compare {
        Compare::Days(days) => days,
        Compare::Year if whole => by_months(12),
        Compare::Year => by_days(364),
        Compare::Previous if whole => by_months(months),
        Compare::Previous if days.days() >= 14 => by_days((days.days() + 6) / 7 * 7),
        Compare::Previous => by_days(days.days()),
    }
}

/// The same day of an earlier month; the last of a month stays the last.
fn months_back(day: Day, n: i32) -> Day {
    let month = Interval::Month;
    let target = month.of_index(month.index(day) - n);
    let last = month.next(target).plus(-1);
    let is_last = month.start(day.plus(1)) != month.start(day);
    if is_last { last } else { target.plus(day.0 - month.start(day).0).min(last) }
}

/// The question, and every earlier one that may be asked beside it.
pub(crate) fn questions(query: &Query, now: Option<Day>) -> Vec<Query> {
    let mut all = vec![query.clone()];
    let (Some(compare), Some(from), Some(now)) = (query.compare, query.from, now) else { return all };
    let last = query.to.map_or(now, |to| to.min(now));
    if last < from {
        return all;
    }
    let days = Period { first: from, last };
    let earlier = query.during(days_before(days, compare));
    // A small part of a split may have no interval of its median, and is then held against single periods, too.
    if query.split.is_some() && query.definition.interval_method == "order statistics" {
        all.extend(longer(&earlier));
    }
    if query.definition.interval_method == "none" {
        all.extend(longer(&earlier));
        if query.definition.intervals.is_empty() {
            all.push(query.during(shifted(days, EARLIER)));
        }
    }
    all.push(earlier);
    all
}

/// The earlier question with as many periods as say what is usual.
fn longer(earlier: &Query) -> Option<Query> {
    let to = earlier.to?;
    let grain = grain(earlier);
    let from = grain.of_index(grain.index(to) - USUAL as i32);
    Some(earlier.during(Period { first: from.min(earlier.from.unwrap_or(from)), last: to }))
}

/// The same number of days, so many times earlier.
fn shifted(days: Period, times: i32) -> Period {
    Period { first: days.first.plus(-times * days.days()), last: days.last.plus(-times * days.days()) }
}

/// The earlier answer beside one that was just computed; `None` when none was asked for or there is no *now*.
pub(crate) fn comparison(
    view: &mut LogView<'_, '_>,
    query: &Query,
    scope: &Scope,
    (inputs, parts): (&Inputs, &Parts),
) -> Result<Option<Comparison>> {
    let (Some(compare), Some(from)) = (query.compare, query.from) else { return Ok(None) };
    let Some(now) = inputs.now.map(|at| inputs.zone.day_of(at)) else { return Ok(None) };
    let last = query.to.map_or(now, |to| to.min(now));
    if last < from {
        return Ok(None);
    }
    let days = days_before(Period { first: from, last }, compare);
    let earlier = query.during(days);
    let (then, was) = compute(view, &earlier, scope.clone())?;
    let (state, reason) = was.state();
    let change = if parts.state().0 == State::Unavailable || state == State::Unavailable {
        None
    } else {
        match by_interval(query, (inputs, parts), (&earlier, &then, &was)) {
            Some(change) => Some(change),
            None if parts.points.is_some() => by_points(view, &earlier, scope, parts, &was)?,
            None => by_history(view, query, scope, parts, &was, Period { first: from, last })?,
        }
    };
    let (from, to) = (days.first.to_string(), days.last.to_string());
    Ok(Some(Comparison { from, to, state, reason, change, figures: was.figures() }))
}

/// A figure with its limits.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Measure {
    value: f64,
    low: f64,
    high: f64,
}

impl Measure {
    fn of(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Option<Self> {
        Some(Self { value: value?, low: low?, high: high? })
    }

    /// The difference to an earlier figure.
    fn less(self, was: Self) -> Self {
        let value = self.value - was.value;
        let down = (self.value - self.low).hypot(was.high - was.value);
        let up = (self.high - self.value).hypot(was.value - was.low);
        Self { value, low: value - down, high: value + up }
    }
}

/// The change of a figure that has an interval.
fn by_interval(
    query: &Query,
    (inputs, parts): (&Inputs, &Parts),
    (earlier, then, was): (&Query, &Inputs, &Parts),
) -> Option<Change> {
    let (name, method, now, was) = match (query.definition.id, query.definition.interval_method) {
        ("time_to_first_response", _) => {
            let method = "difference of two medians, each with its interval from order statistics (95 %)";
            ("ttfr_s.median", method, median_wait(inputs, query)?, median_wait(then, earlier)?)
        }
        (_, "wilson") if parts.pooled.is_some() => {
            ("back in the period after the first", TWO_SHARES, pooled(parts)?, pooled(was)?)
        }
        (_, "wilson") => ("value", TWO_SHARES, summed(parts)?, summed(was)?),
        _ => return None,
    };
    let difference = now.less(was);
    let clear = difference.low > 0.0 || difference.high < 0.0;
    Some(Change {
        figure: name.into(),
        value: now.value,
        was: was.value,
        difference: difference.value,
        low: Some(difference.low),
        high: Some(difference.high),
        verdict: if clear { Verdict::Clear } else { Verdict::NoClearChange },
        method: method.into(),
    })
}

const TWO_SHARES: &str = "difference of two shares (Newcombe, 95 %)";

fn summed(parts: &Parts) -> Option<Measure> {
    let summary = parts.summary.as_ref()?;
    let figure = |name: &str| summary.get(name).and_then(serde_json::Value::as_f64);
    Measure::of(figure("value"), figure("low"), figure("high"))
}

fn pooled(parts: &Parts) -> Option<Measure> {
    let first = parts.pooled.as_ref()?.iter().find(|p| p.k == 1)?;
    Measure::of(first.value, first.low, first.high)
}

/// The median of the summary, with its interval.
fn median_wait(inputs: &Inputs, query: &Query) -> Option<Measure> {
    let waits = time_to_first_response::asked_waits(inputs, query)?;
    let interval = median_interval(&waits);
    Measure::of(quantile(&waits, 0.5), interval.map(|i| i.0), interval.map(|i| i.1))
}

/// The values of finished periods.
fn finished(points: Option<&Vec<Point>>) -> Vec<f64> {
    let points = points.into_iter().flatten();
    points
        .filter(|p| p.state == State::Complete && p.start.is_some())
        .filter_map(|p| p.value.map(|v| v.as_f64()))
        .collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    crate::stats::mean(values)
}

/// The change of a full count by period: its mean against what single periods were before.
fn by_points(
    view: &mut LogView<'_, '_>,
    earlier: &Query,
    scope: &Scope,
    parts: &Parts,
    was: &Parts,
) -> Result<Option<Change>> {
    let (now, before) = (finished(parts.points.as_ref()), finished(was.points.as_ref()));
    let (Some(value), Some(then)) = (mean(&now), mean(&before)) else { return Ok(None) };
    let mut usual = before;
    if let (true, Some(longer)) = (usual.len() < USUAL, longer(earlier)) {
        usual = finished(compute(view, &longer, scope.clone())?.1.points.as_ref());
    }
    let word = grain(earlier).word();
    Ok(Some(full_count("mean", (value, then), &usual, &format!("the {} finished {word}s", usual.len()))))
}

/// The grain of a question's points.
fn grain(query: &Query) -> Interval {
    match query.definition.intervals {
        [] if query.word("basis") == "month" => Interval::Month,
        [] => Interval::Day,
        _ => query.interval,
    }
}

/// The change of a full count without a series: against the earlier periods of the same length.
fn by_history(
    view: &mut LogView<'_, '_>,
    query: &Query,
    scope: &Scope,
    parts: &Parts,
    was: &Parts,
    days: Period,
) -> Result<Option<Change>> {
    const FIGURE: &str = "share_top_1pct";
    let figure = |parts: &Parts| parts.summary.as_ref()?.get(FIGURE)?.as_f64();
    let (Some(value), Some(then)) = (figure(parts), figure(was)) else { return Ok(None) };
    let whole = |n: i32| shifted(days, n);
    // The earliest first: day sets that were read for it serve the later ones.
    let mut usual = Vec::new();
    for n in (1..=EARLIER).rev() {
        let (inputs, earlier) = compute(view, &query.during(whole(n)), scope.clone())?;
        let begun = inputs.span.is_some_and(|span| span.first <= whole(n).first);
        usual.extend(figure(&earlier).filter(|_| begun));
    }
    let words = format!("the {} earlier periods of the same length", usual.len());
    Ok(Some(full_count(FIGURE, (value, then), &usual, &words)))
}

/// Whether a full count is clearly apart from earlier ones: outside of where they say that it is expected
/// ([`Expected`]). Fewer than six say nothing.
pub fn judge(value: f64, usual: &[f64]) -> Verdict {
    match usual.len() {
        ..FEWEST => Verdict::NotSaid,
        _ if Expected::of(usual, 0.0).is_some_and(|expected| expected.holds(value)) => Verdict::NoClearChange,
        _ => Verdict::Clear,
    }
}

/// The rule for full counts.
fn full_count(name: &str, (value, was): (f64, f64), usual: &[f64], those: &str) -> Change {
    let verdict = judge(value, usual);
    let method = match verdict {
        Verdict::NotSaid => {
            format!("full count; fewer than {FEWEST} earlier periods, too few to say what is usual")
        }
        _ => format!(
            "full count; clear when it lies more than {DEVIATIONS:.0} robust standard deviations (1.4826 × the median absolute deviation) from the median of {those} before"
        ),
    };
    let difference = value - was;
    Change { figure: name.into(), value, was, difference, low: None, high: None, verdict, method }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Share;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    fn before(first: &str, last: &str, compare: Compare) -> String {
        let days = days_before(Period { first: day(first), last: day(last) }, compare);
        format!("{} {}", days.first, days.last)
    }

    #[test]
    fn earlier_days_keep_weekday_and_month() {
        let previous = Compare::Previous;
        // Eleven weeks and two days: the same two days of the twelfth.
        assert_eq!(before("2026-09-07", "2026-11-24", previous), "2026-06-15 2026-09-01");
        assert_eq!(before("2025-12-01", "2026-11-24", previous), "2024-12-01 2025-11-24");
        assert_eq!(before("2026-02-01", "2026-02-28", previous), "2026-01-01 2026-01-31");
        assert_eq!(before("2026-11-20", "2026-11-24", previous), "2026-11-15 2026-11-19");
        assert_eq!(before("2026-11-02", "2026-11-15", Compare::Year), "2025-11-03 2025-11-16");
        assert_eq!(before("2026-03-01", "2026-03-31", Compare::Year), "2025-03-01 2025-03-31");
        let chosen = Compare::parse("2024-01-01..2024-01-31").expect("days");
        assert_eq!(before("2026-03-01", "2026-03-31", chosen), "2024-01-01 2024-01-31");
        assert!(Compare::parse("2024-02-01..2024-01-31").is_err() && Compare::parse("before").is_err());
    }

    fn measure(hits: u64, n: u64) -> Measure {
        let share = Share::of(hits, n);
        Measure::of(share.value, share.low, share.high).expect("a share")
    }

    #[test]
    fn the_difference_of_shares_has_newcombes_limits() {
        // Newcombe 1998, table II, (a): 56/70 against 48/80, method 10: 0.0524 to 0.3339.
        let difference = measure(56, 70).less(measure(48, 80));
        assert!((difference.value - 0.2).abs() < 1e-12);
        assert!((difference.low - 0.0524).abs() < 5e-5 && (difference.high - 0.3339).abs() < 5e-5);
    }

    #[test]
    fn a_full_count_is_held_against_what_was_usual() {
        let usual: Vec<f64> = (0..12).map(|i| 100.0 + f64::from(i % 4)).collect();
        let verdict = |value: f64, usual: &[f64]| full_count("mean", (value, 101.0), usual, "x").verdict;
        assert_eq!(verdict(103.0, &usual), Verdict::NoClearChange);
        // Median 101.5, median absolute deviation 1: 3 × 1.4826 lie between.
        assert_eq!(verdict(105.9, &usual), Verdict::NoClearChange);
        assert_eq!(verdict(106.0, &usual), Verdict::Clear);
        assert_eq!(verdict(108.0, &usual), Verdict::Clear);
        assert_eq!(verdict(108.0, &usual[..3]), Verdict::NotSaid);
        // Where nothing ever moved, no move is no change, and any move is one.
        assert_eq!(verdict(5.0, &[5.0; 12]), Verdict::NoClearChange);
        assert_eq!(verdict(6.0, &[5.0; 12]), Verdict::Clear);
    }
}
