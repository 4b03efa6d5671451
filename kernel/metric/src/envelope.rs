//! What every metric answers with, in command line, API, page and export alike.

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

/// One value of a series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The first day of the period (`2020-03-02`); absent in a histogram.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// The figure; `null` when there is none.
    pub value: Option<f64>,
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

/// One cell of a cohort.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CohortCell {
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
    /// How intervals were made: `none`, `wilson`, `log-log`.
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
}
