//! What every metric answers with, in command line, API, page and export alike.

use crate::stats::Share;
use serde::Serialize;
use serde_json::{Map, Value};

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
    /// A figure that the sources cannot give.
    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self { unavailable: Some(reason.into()), ..Self::default() }
    }

    /// Nobody did anything within the filter.
    pub(crate) fn nothing() -> Self {
        Self::unavailable("nobody was active within these filters; widen them or import a source")
    }
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
}
