//! Figures outside their expected range: the last whole week against the twelve before it. Given to Today.

use crate::pages::PATH;
use base::{Day, Interval, Micros, Result};
use capability::today::{TodayAsk, TodayItem, TodayKind};
use community::read::{LogView, Plan, Scope};
use metric::{Definition, Direction, Envelope, Expected, Query, State};
use ui::{Markup, format};

/// What is watched, and the option with which it is asked.
const WATCHED: [(&str, &[(&str, &str)]); 5] = [
    ("active_members", &[]),
    ("messages", &[]),
    ("joins", &[]),
    ("time_to_first_response", &[]),
    ("answered_rate", &[]),
];

/// Weeks before that make the range.
const WEEKS: i32 = 12;
/// Fewer whole weeks than this say nothing.
const WEEKS_NEEDED: usize = 8;
/// A share or a median on fewer cases says nothing.
const CASES_NEEDED: u64 = 10;
/// The expected range by the weeks before ([`metric::Expected`]), at least as wide as chance alone would make it: twice
/// the square root of a count, five points of a share. Seconds are judged by their logarithm, as they vary by factors,
/// and by a half at least.
pub(crate) fn expected(before: &[f64], unit: &str) -> Option<Expected> {
    if before.len() < WEEKS_NEEDED {
        return None;
    }
    let by_factor = unit == "seconds";
    let on_scale = |x: f64| if by_factor { x.max(1.0).ln() } else { x };
    let back = |x: f64| if by_factor { x.exp() } else { x };
    let values: Vec<f64> = before.iter().map(|x| on_scale(*x)).collect();
    let range = |least: f64| Expected::of(&values, least);
    let found = match unit {
        "share" => range(0.05)?,
        "seconds" => range(0.4)?,
        _ => range(2.0 * range(0.0)?.usual.max(1.0).sqrt())?,
    };
    let most = if unit == "share" { 1.0 } else { f64::INFINITY };
    let (low, high) = (back(found.low).max(0.0), back(found.high).min(most));
    Some(Expected { usual: back(found.usual), low, high })
}

/// What stands outside its range in the last whole week.
#[derive(Clone, Debug)]
pub(crate) struct Anomaly {
    pub definition: &'static Definition,
    pub week: Day,
    pub value: f64,
    pub n: u64,
    pub range: Expected,
}

/// Looks at one answer by weeks.
pub(crate) fn judge(definition: &'static Definition, envelope: &Envelope, week: Day) -> Option<Anomaly> {
    let counts = matches!(definition.unit, "share" | "seconds");
    let enough = |n: u64| !counts || n >= CASES_NEEDED;
    let mut before = Vec::new();
    let mut last = None;
    for point in envelope.points.iter().flatten().filter(|p| p.state == State::Complete && enough(p.n)) {
        let (Some(start), Some(value)) = (&point.start, point.value) else { continue };
        let start = Day::parse(start).ok()?;
        if start == week {
            last = Some(point.clone());
        } else if start < week {
            before.push(value.as_f64());
        }
    }
    let point = last?;
    let value = point.value?.as_f64();
    let range = expected(&before, definition.unit)?;
    let outside = !range.holds(value);
    // Where a figure has an interval, what is usual must lie outside of it, too.
    let surely = match (point.low, point.high) {
        (Some(low), Some(high)) => high < range.usual || low > range.usual,
        _ => true,
    };
    (outside && surely).then_some(Anomaly { definition, week, value, n: point.n, range })
}

impl Anomaly {
    fn rose(&self) -> bool {
        self.value > self.range.high
    }

    fn is_bad(&self) -> bool {
        match self.definition.direction {
            Direction::Up => !self.rose(),
            Direction::Down => self.rose(),
            Direction::None => false,
        }
    }

    fn text(&self, value: f64) -> String {
        match self.definition.unit {
            "share" => format::share(value),
            "seconds" => format::duration(value),
            _ => format::count(value.round().max(0.0) as u64),
        }
    }

    fn item(&self, since: Micros) -> TodayItem {
        let d = self.definition;
        let verb = if self.rose() { "rose to" } else { "fell to" };
        let last = self.week.plus(6);
        let href = format!("{PATH}/{}?interval=week&from={}&to={last}", d.id, self.week.plus(-7 * WEEKS));
        let why = format!(
            "Expected {} to {} by the weeks before (usual {}); this week {}, n = {}.",
            self.text(self.range.low),
            self.text(self.range.high),
            self.text(self.range.usual),
            self.text(self.value),
            format::count(self.n)
        );
        TodayItem {
            key: format!("anomaly:{}:{}", d.id, self.week),
            kind: TodayKind::Anomaly,
            title: format!("{} {verb} {}", d.title, self.text(self.value)),
            href: href.clone(),
            why,
            since,
            due: None,
            harm: if self.is_bad() { 58 } else { 35 },
            person: String::new(),
            badge: Markup::empty(),
            place: format!("Week of {}", format::day_short(self.week, false)),
            quote: String::new(),
            target: "outside its range".into(),
            actions: ui::Button { label: "Show the figure", href: &href, small: true, ..Default::default() }
                .markup(),
        }
    }
}

/// The last whole week before *now*.
fn week(view: &LogView<'_, '_>, now: Micros) -> Day {
    // The week of *now* is whole on its last day only.
    Interval::Week.start(view.zone().day_of(now).plus(1)).plus(-7)
}

/// What is asked of each figure that is watched.
fn queries(week: Day) -> Result<Vec<Query>> {
    let (from, to) = (week.plus(-7 * WEEKS).to_string(), week.plus(6).to_string());
    WATCHED
        .iter()
        .map(|(id, options)| {
            let asked = [("interval", "week"), ("from", from.as_str()), ("to", to.as_str())];
            Query::parse(id, asked.into_iter().chain(options.iter().copied()))
        })
        .collect()
}

/// What the figures need together.
pub(crate) fn plan(view: &LogView<'_, '_>, now: Micros) -> Plan {
    let zone = view.zone();
    // A question that cannot be read is for `give` to tell of.
    let queries = queries(week(view, now)).unwrap_or_default();
    queries.iter().fold(Plan::default(), |plan, q| plan.and(metric::plan(&zone, Some(now), q)))
}

/// The anomalies of the last whole week before *now*, for Today.
///
/// # Errors
/// When the database says no.
pub(crate) fn give(view: &mut LogView<'_, '_>, ask: &TodayAsk<'_>) -> Result<Vec<TodayItem>> {
    let week = week(view, ask.now);
    let since = view.zone().start_of(week.plus(7));
    let mut items = Vec::new();
    for query in queries(week)? {
        let envelope = metric::answer(view, &query, Scope::default())?;
        items.extend(judge(query.definition, &envelope, week).map(|a| a.item(since)));
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_as_wide_as_the_weeks_before_or_as_chance() {
        let steady = [100.0, 101.0, 99.0, 100.0, 102.0, 98.0, 100.0, 100.0];
        let range = expected(&steady, "members").expect("enough weeks");
        assert_eq!((range.usual, range.low, range.high), (100.0, 80.0, 120.0));
        let wild = [100.0, 300.0, 20.0, 150.0, 90.0, 400.0, 60.0, 210.0];
        let wide = expected(&wild, "members").expect("enough weeks");
        assert!(wide.low == 0.0 && wide.high > 300.0, "{wide:?}");
        assert_eq!(expected(&steady[..7], "members"), None);
    }

    #[test]
    fn seconds_are_judged_by_factors_and_shares_stay_shares() {
        let hours = [3600.0; 8];
        let range = expected(&hours, "seconds").expect("enough weeks");
        assert!((range.usual - 3600.0).abs() < 1e-6 && range.low > 2400.0 && range.high < 5400.0);
        let shares = expected(&[0.98; 8], "share").expect("enough weeks");
        assert!(shares.high <= 1.0 && (shares.low - 0.93).abs() < 1e-9);
    }
}
