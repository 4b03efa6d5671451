//! A question to a metric, from the same parameters on the command line and in an address.

use crate::compare::Compare;
use crate::registry::{Definition, OptionDef, Takes, definition};
use crate::split::Split;
use crate::{Reach, series};
use base::{Day, Error, Interval, Period, Result};
use community::read::{Population, Staff};
use community::{KINDS, Kind};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The value of an option, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// One of the words that it takes.
    Word(&'static str),
    /// A whole number.
    Whole(u32),
    /// `A-B`.
    Range(u32, u32),
}

/// A question: a metric, filters and options, defaults filled in.
#[derive(Clone, Debug)]
pub struct Query {
    /// The metric.
    pub definition: &'static Definition,
    /// The first day that is printed.
    pub from: Option<Day>,
    /// The last day that is printed, inclusive.
    pub to: Option<Day>,
    /// The grain of the series; the metric's default unless given.
    pub interval: Interval,
    /// Names or ids of sources, as given; the caller resolves them.
    pub sources: Vec<String>,
    /// Names or ids of channels, as given; the caller resolves them.
    pub channels: Vec<String>,
    /// Whether staff count.
    pub staff: Staff,
    /// Only these kinds; empty: all active ones.
    pub kinds: Vec<Kind>,
    /// Into which parts the answer is split; `None` for the whole alone.
    pub split: Option<Split>,
    /// The earlier days that the answer is compared with.
    pub compare: Option<Compare>,
    options: BTreeMap<&'static str, Value>,
}

impl Query {
    /// Reads a question from a metric's id and its parameters. A parameter without a value counts as not
    /// given, so that a form can be sent as it is.
    ///
    /// # Errors
    /// `NotFound` for an unknown metric, `Invalid` for an unknown parameter (naming those that the metric
    /// takes), a value that does not fit, a second value where one is taken, or `from` after `to`.
    pub fn parse<K: AsRef<str>, V: AsRef<str>>(
        id: &str,
        parameters: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self> {
        let definition = definition(id)?;
        let mut query = Self {
            definition,
            from: None,
            to: None,
            interval: definition.intervals.first().copied().unwrap_or(Interval::Week),
            sources: Vec::new(),
            channels: Vec::new(),
            staff: Staff::Include,
            kinds: Vec::new(),
            split: None,
            compare: None,
            options: BTreeMap::new(),
        };
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in parameters {
            let (name, value) = (name.as_ref(), value.as_ref().trim());
            let parameter = definition.parameters().into_iter().find(|p| p.name == name);
            let Some(parameter) = parameter else { return Err(unknown(definition, name)) };
            if value.is_empty() {
                continue;
            }
            if !parameter.repeats && seen.iter().any(|s| s == name) {
                return Err(Error::invalid(format!("{name} is given twice; give it once")));
            }
            query.set(name, value)?;
            seen.push(name.to_owned());
        }
        query.settle()?;
        Ok(query)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        match name {
            "from" => self.from = Some(Day::parse(value).map_err(|e| e.at(name))?),
            "to" => self.to = Some(Day::parse(value).map_err(|e| e.at(name))?),
            "source" => self.sources.push(value.to_owned()),
            "channel" => self.channels.push(value.to_owned()),
            "staff" => self.staff = staff(value)?,
            "kind" => self.kinds.push(active_kind(value)?),
            "interval" => self.interval = interval(self.definition, value)?,
            "split" => self.split = Some(Split::parse(value)?),
            "compare" => self.compare = Some(Compare::parse(value)?),
            _ => {
                let option = self.definition.options.iter().find(|o| o.name == name);
                let option = option.expect("every other parameter is an option of the metric");
                self.options.insert(option.name, option_value(option, value)?);
            }
        }
        Ok(())
    }

    /// Fills defaults in and checks what concerns several parameters.
    fn settle(&mut self) -> Result<()> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Error::invalid(format!("from ({from}) lies after to ({to}); exchange them")));
        }
        if self.compare.is_some() && self.from.is_none() {
            return Err(Error::invalid(
                "compare needs from: without a first day the period has no beginning, and nothing lies before it",
            ));
        }
        let mut replaced = Vec::new();
        for option in self.definition.options.iter().filter(|o| self.options.contains_key(o.name)) {
            for &other in option.replaces {
                if self.options.contains_key(other) {
                    return Err(Error::invalid(format!("{} and {other} exclude one another", option.name)));
                }
                replaced.push(other);
            }
        }
        for option in self.definition.options {
            if let Some(default) = option.default
                && !self.options.contains_key(option.name)
                && !replaced.contains(&option.name)
            {
                self.options.insert(option.name, option_value(option, default)?);
            }
        }
        Ok(())
    }

    /// The value of an option; `None` when it has no default and was not given.
    pub fn option(&self, name: &str) -> Option<Value> {
        self.options.get(name).copied()
    }

    /// Which openings count; all of them where the metric has no such option.
    pub fn population(&self) -> Population {
        match self.word("population") {
            "questions" => Population::Questions,
            _ => Population::Openings,
        }
    }

    /// The word of an option that always has one.
    pub(crate) fn word(&self, name: &str) -> &'static str {
        match self.option(name) {
            Some(Value::Word(word)) => word,
            _ => "",
        }
    }

    /// The number of an option that always has one.
    pub(crate) fn whole(&self, name: &str) -> u32 {
        match self.option(name) {
            Some(Value::Whole(n)) => n,
            _ => 0,
        }
    }

    /// Everything that was applied, defaults included, as it would be given.
    pub fn filters(&self) -> Map<String, Json> {
        let mut all = Map::new();
        let mut put = |name: &str, value: Json| all.insert(name.to_owned(), value);
        for (name, day) in [("from", self.from), ("to", self.to)] {
            if let Some(day) = day {
                put(name, day.to_string().into());
            }
        }
        let kinds: Vec<String> = self.kinds.iter().map(|k| k.name().to_owned()).collect();
        for (name, list) in [("source", &self.sources), ("channel", &self.channels), ("kind", &kinds)] {
            match list.as_slice() {
                [] => None,
                [one] => put(name, one.clone().into()),
                many => put(name, many.to_vec().into()),
            };
        }
        let staff = match self.staff {
            Staff::Include => "include",
            Staff::Exclude => "exclude",
            Staff::Only => "only",
        };
        put("staff", staff.into());
        if !self.definition.intervals.is_empty() {
            put("interval", self.interval.word().into());
        }
        if let Some(split) = self.split {
            put("split", split.word().into());
        }
        if let Some(compare) = self.compare {
            put("compare", compare.word().into());
        }
        for (name, value) in &self.options {
            let value = match *value {
                Value::Word(word) => word.into(),
                Value::Whole(n) => n.into(),
                Value::Range(a, b) => format!("{a}-{b}").into(),
            };
            put(name, value);
        }
        all
    }

    /// The same question for other days, without split and comparison.
    #[must_use]
    pub fn during(&self, days: Period) -> Self {
        Self { from: Some(days.first), to: Some(days.last), split: None, compare: None, ..self.clone() }
    }

    /// The same question about these members only, without a split.
    pub(crate) fn narrowed(&self, staff: Staff) -> Self {
        Self { staff, split: None, ..self.clone() }
    }

    /// From where the log must be read so that the first printed period and the `back` ones before it are
    /// whole.
    pub(crate) fn reach(&self, back: i32) -> Reach {
        self.reach_in(self.interval, back)
    }

    /// The same for a given grain.
    pub(crate) fn reach_in(&self, interval: Interval, back: i32) -> Reach {
        match self.from {
            None => Reach::All,
            Some(from) => Reach::From(interval.of_index(interval.index(from) - back)),
        }
    }

    /// The days asked for; open ends as far as days go. `None` when nothing was asked.
    pub(crate) fn asked_days(&self) -> Option<Period> {
        if self.from.is_none() && self.to.is_none() {
            return None;
        }
        Some(Period { first: self.from.unwrap_or(series::FIRST), last: self.to.unwrap_or(series::LAST) })
    }

    /// The days of the periods that are printed: the asked ones, whole.
    pub fn asked_periods(&self) -> Option<Period> {
        self.asked_days().map(|days| Period {
            first: self.from.map_or(days.first, |d| self.interval.start(d)),
            last: self.to.map_or(days.last, |d| self.interval.next(d).plus(-1)),
        })
    }

    /// Whether a day was asked for.
    pub(crate) fn asks(&self, day: Day) -> bool {
        self.asked_days().is_none_or(|p| p.holds(day))
    }

    /// The days whose rows stand behind the point that starts at `start`; all of the asked days when there
    /// is no point (`None`), and without any restriction when no day was asked either.
    pub fn rows_period(&self, start: Option<Day>) -> Option<Period> {
        let Some(start) = start else { return self.asked_days() };
        match (self.option("window"), self.definition.intervals) {
            (Some(Value::Whole(window)), []) => {
                Some(Period { first: start.plus(1 - window as i32), last: start })
            }
            (_, []) if self.option("basis").is_some() => {
                let interval = if self.word("basis") == "month" { Interval::Month } else { Interval::Day };
                Some(Period { first: interval.start(start), last: interval.next(start).plus(-1) })
            }
            _ => Some(Period { first: self.interval.start(start), last: self.interval.next(start).plus(-1) }),
        }
    }
}

fn unknown(definition: &Definition, name: &str) -> Error {
    let names: Vec<_> = definition.parameters().iter().map(|p| p.name).collect();
    Error::invalid(format!(
        "{} takes no parameter \"{name}\". It takes: {}.",
        definition.id,
        names.join(", ")
    ))
}

fn staff(value: &str) -> Result<Staff> {
    match value {
        "include" => Ok(Staff::Include),
        "exclude" => Ok(Staff::Exclude),
        "only" => Ok(Staff::Only),
        _ => Err(Error::invalid(format!("staff is \"{value}\"; use include, exclude or only"))),
    }
}

fn active_kind(value: &str) -> Result<Kind> {
    Kind::named(value).filter(|k| k.is_active()).ok_or_else(|| {
        let names: Vec<_> = KINDS.iter().filter(|k| k.active).map(|k| k.name).collect();
        Error::invalid(format!(
            "\"{value}\" is no kind of activity that makes a member active; use one of {}",
            names.join(", ")
        ))
    })
}

fn interval(definition: &Definition, value: &str) -> Result<Interval> {
    definition.intervals.iter().copied().find(|i| i.word() == value).ok_or_else(|| {
        let words: Vec<_> = definition.intervals.iter().map(|i| i.word()).collect();
        Error::invalid(format!("{} has no interval \"{value}\"; use {}", definition.id, words.join(", ")))
    })
}

fn option_value(option: &OptionDef, text: &str) -> Result<Value> {
    let value = match option.takes {
        Takes::Word(words) => words.iter().find(|w| **w == text).map(|w| Value::Word(w)),
        Takes::Whole(low, high) => text.parse().ok().filter(|n| (low..=high).contains(n)).map(Value::Whole),
        Takes::Range(low, high) => text.split_once('-').and_then(|(a, b)| {
            let (a, b) = (a.trim().parse().ok()?, b.trim().parse().ok()?);
            (low <= a && a <= b && b <= high).then_some(Value::Range(a, b))
        }),
    };
    value.ok_or_else(|| {
        Error::invalid(format!("{} is \"{text}\"; it takes {}", option.name, option.takes.words()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(id: &str, pairs: &[(&str, &str)]) -> Result<Query> {
        Query::parse(id, pairs.iter().copied())
    }

    fn message(id: &str, pairs: &[(&str, &str)]) -> String {
        parse(id, pairs).expect_err("an error").message
    }

    #[test]
    fn defaults_are_filled_in_and_named() {
        let query =
            parse("retention", &[("from", "2024-01-03"), ("source", "Chat"), ("to", "")]).expect("ok");
        let filters = serde_json::to_string(&query.filters()).expect("json");
        assert_eq!(
            filters,
            r#"{"from":"2024-01-03","interval":"week","mode":"exact","periods":12,"source":"Chat","staff":"include"}"#
        );
        let query = parse("retention_day", &[("bracket", "1-7")]).expect("ok");
        assert_eq!(query.option("bracket"), Some(Value::Range(1, 7)));
        assert_eq!((query.option("day"), query.option("mode")), (None, None));
    }

    #[test]
    fn mistakes_name_what_is_taken() {
        assert!(message("active_members", &[("windw", "7")]).contains("It takes: from, to, source"));
        assert!(message("retention", &[("interval", "day")]).contains("week, month"));
        assert!(message("retention_day", &[("bracket", "7-1")]).contains("A-B"));
        assert!(message("retention_day", &[("bracket", "1-7"), ("day", "3")]).contains("exclude"));
        assert!(message("answered_rate", &[("window", "2h")]).contains("1h, 24h, 7d"));
        assert!(message("messages", &[("kind", "reaction.added")]).contains("message.posted"));
        assert!(message("messages", &[("from", "2024-02-02"), ("to", "2024-02-01")]).contains("after"));
        assert!(message("messages", &[("from", "x")]).starts_with("from: "));
        assert!(message("messages", &[("staff", "only"), ("staff", "only")]).contains("twice"));
        assert_eq!(parse("no_such", &[]).expect_err("an error").kind, base::ErrorKind::NotFound);
    }

    #[test]
    fn rows_behind_a_point_have_its_days() {
        let day = Day::parse("2024-03-14").expect("a day");
        let days = |id: &str, pairs: &[(&str, &str)]| {
            let p = parse(id, pairs).expect("ok").rows_period(Some(day)).expect("a period");
            format!("{} {}", p.first, p.last)
        };
        assert_eq!(days("active_members", &[("interval", "month")]), "2024-03-01 2024-03-31");
        assert_eq!(days("rolling_active_members", &[("window", "7")]), "2024-03-08 2024-03-14");
        assert_eq!(days("answered_rate", &[("interval", "week")]), "2024-03-11 2024-03-17");
        assert_eq!(days("stickiness", &[]), "2024-03-01 2024-03-31");
        assert!(parse("messages", &[]).expect("ok").rows_period(None).is_none());
    }
}
