//! What a metric's definition holds, and the list of metrics. To add one: a file in `metrics/`, a line here.

use crate::{Inputs, Needs, Parts, Query, metrics as m};
use base::{Error, Interval, Result};

/// Every metric, in the order in which they are listed everywhere.
static REGISTRY: &[Definition] = &[
    m::active_members::DEFINITION,
    m::rolling_active_members::DEFINITION,
    m::stickiness::DEFINITION,
    m::lifecycle::DEFINITION,
    m::retention::DEFINITION,
    m::retention_day::DEFINITION,
    m::members::DEFINITION,
    m::joins::DEFINITION,
    m::leaves::DEFINITION,
    m::net_growth::DEFINITION,
    m::messages::DEFINITION,
    m::conversations::DEFINITION,
    m::time_to_first_response::DEFINITION,
    m::answered_rate::DEFINITION,
    m::newcomers_answered::DEFINITION,
    m::concentration::DEFINITION,
    m::log_summary::DEFINITION,
];

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Neither by itself.
    None,
}

impl Direction {
    /// Its word: `up`, `down`, `none`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::None => "none",
        }
    }
}

/// How a page draws it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A line over time with its interval band where it has one.
    Line,
    /// Bars over time.
    Bars,
    /// The four parts of lifecycle over time.
    Stacked,
    /// A heat map of cohorts.
    Cohorts,
    /// Named figures only.
    Summary,
}

/// What kind of row stands behind a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// Members.
    Members,
    /// Conversations.
    Conversations,
    /// Activities of the log.
    Activities,
}

/// What an option accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number between these limits, both included.
    Whole(u32, u32),
    /// Two whole numbers `A-B` with A ≤ B, between these limits.
    Range(u32, u32),
}

/// An option of a metric, beside the filters that all take.
#[derive(Clone, Copy, Debug)]
pub struct OptionDef {
    /// Its name, the same on the command line and in the address.
    pub name: &'static str,
    /// What it accepts.
    pub takes: Takes,
    /// What holds when it is not given; `None`: nothing.
    pub default: Option<&'static str>,
    /// Options that it replaces: giving both is an error.
    pub replaces: &'static [&'static str],
    /// What it does.
    pub meaning: &'static str,
}

/// A metric.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Its id.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// In words.
    pub definition: &'static str,
    /// As a formula in words.
    pub formula: &'static str,
    /// Who or what is counted.
    pub population: &'static str,
    /// `members`, `share`, `seconds`, `activities`, `conversations`, `ratio`.
    pub unit: &'static str,
    /// Which way is better.
    pub direction: Direction,
    /// `none` for full counts, `wilson`, `order statistics`.
    pub interval_method: &'static str,
    /// How Slack, Discord and Discourse count the figure of that name, and why ours differs.
    pub elsewhere: &'static str,
    /// The grains of its series, the default first; empty when it takes none.
    pub intervals: &'static [Interval],
    /// Whether it can be restricted to kinds of activity.
    pub by_kind: bool,
    /// Its own options.
    pub options: &'static [OptionDef],
    /// How a page draws it.
    pub shape: Shape,
    /// What stands behind its values.
    pub rows: RowKind,
    /// What must be read to answer.
    pub needs: fn(&Query) -> Needs,
    /// The answer from what was read.
    pub compute: fn(&Inputs, &Query) -> Parts,
}

/// A parameter that a metric takes, for help, forms and the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it accepts, in words.
    pub values: String,
    /// What holds when it is not given.
    pub default: Option<&'static str>,
    /// Whether it may be given several times.
    pub repeats: bool,
    /// What it does.
    pub meaning: &'static str,
}

impl Definition {
    /// Whether the figures of parts that share nothing add up to the whole: what is counted is a row or a
    /// conversation, which lies in one channel, and not a member, who may be in several.
    pub fn adds_up(&self) -> bool {
        self.shape == Shape::Bars && matches!(self.unit, "activities" | "conversations")
    }

    /// Every parameter that this metric takes, filters first.
    pub fn parameters(&self) -> Vec<Parameter> {
        let filter = |name, values: &str, default, repeats, meaning| Parameter {
            name,
            values: values.to_owned(),
            default,
            repeats,
            meaning,
        };
        let mut all = vec![
            filter("from", "a date, 2026-11-24", None, false, "The first day that is printed"),
            filter("to", "a date, 2026-11-24", None, false, "The last day that is printed, inclusive"),
            filter("source", "name or id", None, true, "Only these sources"),
            filter("channel", "name or id", None, true, "Only these channels"),
            filter("staff", "include, exclude or only", Some("include"), false, "Whether staff count"),
        ];
        if self.by_kind {
            let meaning = "Only these kinds of activity";
            all.push(filter("kind", "an active kind, message.posted", None, true, meaning));
        }
        if let Some(first) = self.intervals.first() {
            let words: Vec<_> = self.intervals.iter().map(|i| i.word()).collect();
            all.push(filter(
                "interval",
                &words.join(", "),
                Some(first.word()),
                false,
                "The grain of the series",
            ));
        }
        let split = "Parts beside the whole: members and staff, each source, or the largest channels";
        all.push(filter("split", "staff, source or channel", None, false, split));
        let compare = "The earlier days to compare with: previous, as many days before; year, the same days a year \
            before; or two dates. Needs from";
        all.push(filter("compare", "previous, year or 2026-01-01..2026-03-31", None, false, compare));
        all.extend(self.options.iter().map(|o| Parameter {
            name: o.name,
            values: o.takes.words(),
            default: o.default,
            repeats: false,
            meaning: o.meaning,
        }));
        all
    }
}

impl Takes {
    /// What is accepted, in words.
    pub fn words(self) -> String {
        match self {
            Self::Word(words) => words.join(", "),
            Self::Whole(low, high) => format!("a whole number from {low} to {high}"),
            Self::Range(low, high) => format!("two whole numbers A-B from {low} to {high}"),
        }
    }
}

/// Every metric.
pub fn registry() -> &'static [Definition] {
    REGISTRY
}

/// The metric with this id.
///
/// # Errors
/// `NotFound` with the ids that there are.
pub fn definition(id: &str) -> Result<&'static Definition> {
    REGISTRY.iter().find(|d| d.id == id).ok_or_else(|| {
        let ids: Vec<_> = REGISTRY.iter().map(|d| d.id).collect();
        Error::not_found(format!("there is no metric \"{id}\". The metrics are: {}.", ids.join(", ")))
    })
}

/// What kind of row stands behind a metric's values.
///
/// # Errors
/// `NotFound` when there is no such metric.
pub fn rows_behind(id: &str) -> Result<RowKind> {
    definition(id).map(|d| d.rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_metric_is_described() {
        let ids: BTreeSet<_> = registry().iter().map(|d| d.id).collect();
        assert_eq!(ids.len(), registry().len(), "ids are unique");
        for d in registry() {
            assert!(d.id.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", d.id);
            for text in [d.title, d.definition, d.formula, d.population, d.unit, d.interval_method] {
                assert!(!text.is_empty(), "{}", d.id);
            }
            for peer in ["Slack", "Discord", "Discourse"] {
                assert!(d.elsewhere.contains(peer), "{} says nothing of {peer}", d.id);
            }
            let names: Vec<_> = d.parameters().iter().map(|p| p.name).collect();
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{}", d.id);
            assert!(Query::parse(d.id, std::iter::empty::<(&str, &str)>()).is_ok(), "{}", d.id);
        }
    }
}
