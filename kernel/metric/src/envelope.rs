//! What every metric answers with, in command line, API, page and export alike.

use crate::stats::Share;
use base::{Day, Interval};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The state of a figure or a whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Final.
    Complete,
    /// The period is not over, or began before the data.
    Partial,
    /// Nothing can be said yet.
    NotYet,
    /// The sources cannot give it; `reason` says why.
    Unavailable,
}

/// A figure: a count prints as a whole number (`41`), anything else as a decimal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// A full count; negative only for differences.
    Count(i64),
    /// A share, a ratio or seconds.
    Real(f64),
}

impl Figure {
    /// A count of things.
    pub fn count(n: u64) -> Self {
        Self::Count(i64::try_from(n).unwrap_or(i64::MAX))
    }

    /// As a decimal, for charts.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Count(n) => n as f64,
            Self::Real(x) => x,
        }
    }
}

/// One value of a series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The first day of the period (`2020-03-02`); absent in a histogram.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// The figure; `null` when there is none.
    pub value: Option<Figure>,
    /// Lower limit of the 95 % interval.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// What it rests on.
    pub n: u64,
    /// Its state.
    pub state: State,
    /// Further named figures (`new`, `returning`, …; `days` in the histogram; `basis` of joins).
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl Point {
    /// A full count of a period.
    pub(crate) fn count(start: String, n: u64, state: State) -> Self {
        Self {
            start: Some(start),
            value: Some(Figure::count(n)),
            low: None,
            high: None,
            n,
            state,
            more: Map::new(),
        }
    }

    /// A share of a period with its interval.
    pub(crate) fn share(start: String, share: Share, state: State) -> Self {
        Self {
            start: Some(start),
            value: share.value.map(Figure::Real),
            low: share.low,
            high: share.high,
            n: share.n,
            state,
            more: Map::new(),
        }
    }

    /// With one more named figure.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }
}

/// One cell of a cohort.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CohortCell {
    /// Periods after the first.
    pub k: u32,
    /// Members who came back; `null` while the cell is not yet there.
    pub retained: Option<u64>,
    /// Members who could have; 0 while the cell is not yet there.
    pub eligible: u64,
    /// Share, 0 to 1.
    pub value: Option<f64>,
    /// Lower limit, Wilson.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// Its state.
    pub state: State,
}

/// The members who were first active in one period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cohort {
    /// The first day of the period.
    pub start: String,
    /// How many.
    pub size: u64,
    /// Partial when the period began before the data or is not over: members may be missing or misplaced.
    pub state: State,
    /// One cell a period, from k = 0.
    pub values: Vec<CohortCell>,
}

/// The sum over cohorts for one k.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pooled {
    /// Periods after the first.
    pub k: u32,
    /// Members who came back.
    pub retained: u64,
    /// Members who could have.
    pub eligible: u64,
    /// Share, 0 to 1.
    pub value: Option<f64>,
    /// Lower limit, Wilson.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

/// One step of a survival curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Seconds since the start of each.
    pub t: u64,
    /// Share still waiting, 0 to 1.
    pub value: f64,
    /// Lower limit, log-log; `null` while nothing happened yet.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

/// What a metric computes; the rest of the envelope comes from its definition and the query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// Why the figure cannot be given. Nothing else is set then.
    pub unavailable: Option<String>,
    /// Why it is only partial (leaves missing, …).
    pub partial: Option<String>,
    /// A series.
    pub points: Option<Vec<Point>>,
    /// Named figures.
    pub summary: Option<Map<String, Value>>,
    /// Cohorts.
    pub cohorts: Option<Vec<Cohort>>,
    /// Pooled cohorts.
    pub pooled: Option<Vec<Pooled>>,
    /// A survival curve.
    pub curve: Option<Vec<CurvePoint>>,
}

impl Parts {
    /// The state of the whole, and the reason where it is not complete.
    pub(crate) fn state(&self) -> (State, Option<String>) {
        match (&self.unavailable, &self.partial) {
            (Some(why), _) => (State::Unavailable, Some(why.clone())),
            (None, Some(why)) => (State::Partial, Some(why.clone())),
            (None, None) => (State::Complete, None),
        }
    }

    /// The figures alone.
    pub(crate) fn figures(self) -> Figures {
        let Self { points, summary, cohorts, pooled, curve, .. } = self;
        Figures { points, summary, cohorts, pooled, curve }
    }

    /// A figure that the sources cannot give.
    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self { unavailable: Some(reason.into()), ..Self::default() }
    }

    /// Nobody did anything within the filter.
    pub(crate) fn nothing() -> Self {
        Self::unavailable("nobody was active within these filters; widen them or import a source")
    }
}

/// The figures of an answer, of a part of it, or of an earlier period.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// A series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Vec<Point>>,
    /// Named figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Map<String, Value>>,
    /// Cohorts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cohorts: Option<Vec<Cohort>>,
    /// Pooled cohorts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooled: Option<Vec<Pooled>>,
    /// A survival curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve: Option<Vec<CurvePoint>>,
}

/// One part of a split answer: the same question within a narrower filter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// The source or channel as a filter takes it, `members` or `staff`; `other` for the rest.
    pub key: String,
    /// What people read.
    pub label: String,
    /// How many channels the rest has; absent in every other part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<u64>,
    /// The last activity within the part, RFC 3339.
    pub now: Option<String>,
    /// Its state.
    pub state: State,
    /// Why it is unavailable or only partial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// The same part in earlier days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
}

/// Whether a change is more than chance or the usual ups and downs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// It is.
    #[serde(rename = "clear")]
    Clear,
    /// It may not be.
    #[serde(rename = "no clear change")]
    NoClearChange,
    /// There is too little to say.
    #[serde(rename = "not said")]
    NotSaid,
}

/// A figure now against the same figure in earlier days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Which figure: `mean`, of the finished points, or a name of the summary.
    pub figure: String,
    /// The figure now.
    pub value: f64,
    /// The figure then.
    pub was: f64,
    /// `value` − `was`.
    pub difference: f64,
    /// Lower limit of the difference, 95 %; `null` for full counts.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// Whether it is clear.
    pub verdict: Verdict,
    /// How that was decided, in words.
    pub method: String,
}

/// The same question in earlier days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The first of these days.
    pub from: String,
    /// The last of these days.
    pub to: String,
    /// Its state.
    pub state: State,
    /// Why it is unavailable or only partial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What changed; `null` where a figure is missing on either side.
    pub change: Option<Change>,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Envelope {
    /// The metric's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The definition in words.
    pub definition: String,
    /// The formula.
    pub formula: String,
    /// Who or what is counted.
    pub population: String,
    /// Unit of the figures: `members`, `share`, `seconds`, `activities`, …
    pub unit: String,
    /// Which way is better: `up`, `down`, `none`.
    pub direction: String,
    /// Every filter and option that was applied, as they would be written on the command line.
    pub filters: Map<String, Value>,
    /// The zone of the days.
    pub zone: String,
    /// The last activity within the filter, RFC 3339; `null` when there is none.
    pub now: Option<String>,
    /// How intervals were made: `none`, `wilson`, `order statistics`.
    pub interval_method: String,
    /// The state of the whole.
    pub state: State,
    /// Why it is unavailable or only partial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How the same-named figure of Slack, Discord and Discourse is counted, and why ours differs.
    pub elsewhere: String,
    /// A series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Vec<Point>>,
    /// Named figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Map<String, Value>>,
    /// Cohorts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cohorts: Option<Vec<Cohort>>,
    /// Pooled cohorts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooled: Option<Vec<Pooled>>,
    /// A survival curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve: Option<Vec<CurvePoint>>,
    /// The same question in earlier days, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// Into what it was split: `staff`, `source`, `channel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<&'static str>,
    /// What the parts leave out: `the 8 largest of 42 channels`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_note: Option<String>,
    /// The parts, largest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Part>>,
}

impl Envelope {
    /// The grain of its points.
    pub fn grain(&self) -> Interval {
        let word = |name: &str| self.filters.get(name).and_then(Value::as_str).unwrap_or_default();
        match (word("interval"), self.id.as_str(), word("basis")) {
            ("day", ..) | (_, "rolling_active_members", _) | (_, "stickiness", "rolling30") => Interval::Day,
            ("month", ..) | (_, "stickiness", _) => Interval::Month,
            _ => Interval::Week,
        }
    }

    /// For each point the one of the earlier days that lies as far from their beginning as the point lies from the
    /// beginning of what was asked; `None` where there is none.
    pub fn earlier(&self) -> Vec<Option<&Point>> {
        let points = self.points.as_deref().unwrap_or_default();
        let grain = self.grain();
        let index = |text: &str| Day::parse(text).ok().map(|day| grain.index(day));
        let at = |point: &Point| point.start.as_deref().and_then(index);
        let from = self.filters.get("from").and_then(Value::as_str).and_then(index);
        let Some((comparison, from)) = self.comparison.as_ref().zip(from) else {
            return vec![None; points.len()];
        };
        let Some(shift) = index(&comparison.from).map(|then| from - then) else {
            return vec![None; points.len()];
        };
        let was = comparison.figures.points.iter().flatten();
        let was: HashMap<i32, &Point> = was.filter_map(|p| Some((at(p)? + shift, p))).collect();
        points.iter().map(|p| was.get(&at(p)?).copied()).collect()
    }

    /// The same answer with other figures: those of a part or of an earlier period, ready to be drawn or printed
    /// as an answer of its own.
    #[must_use]
    pub fn with_figures(&self, title: &str, state: State, figures: &Figures) -> Self {
        let Figures { points, summary, cohorts, pooled, curve } = figures.clone();
        Self {
            title: title.to_owned(),
            state,
            reason: None,
            points,
            summary,
            cohorts,
            pooled,
            curve,
            comparison: None,
            split: None,
            split_note: None,
            parts: None,
            ..self.clone()
        }
    }
}
