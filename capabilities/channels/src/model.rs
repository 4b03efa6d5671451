//! A channel with its figures, what may be said of it, and what an address chooses; no I/O.

use base::{Day, Error, Micros, Result};
use ui::esc;

/// Days of the figures when nothing else is chosen.
pub(crate) const DAYS: i32 = 28;

/// What may be chosen.
pub(crate) const SPANS: [i32; 3] = [7, 28, 90];

/// A channel that had fewer messages than this in a usual 28 days is too small to be called dying.
const LIVELY: f64 = 20.0;

/// A share with its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Share {
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: u64,
}

/// One channel with its figures.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub channel_id: i64,
    pub external_id: String,
    pub name: String,
    pub source: String,
    /// The key of its source inside the database.
    pub source_key: i64,
    pub source_id: String,
    pub network: String,
    pub private: bool,
    /// Distinct members who wrote within the days.
    pub actives: u64,
    pub messages: u64,
    /// Answered within 24 h.
    pub answered: Share,
    /// Median time to the first answer of those that were answered, in seconds.
    pub median: Option<f64>,
    /// When half of all were answered, the unanswered counted as still waiting, in seconds; `None` when fewer were.
    pub half: Option<f64>,
    /// How many conversations were opened, and how many of them answered.
    pub opened: u64,
    pub replied: u64,
    /// Messages of the last twelve weeks, oldest first; the last one is not over.
    pub weeks: Vec<u64>,
    /// Messages of each 28 days, the last one first.
    pub months: [u64; 4],
    pub first: Option<Micros>,
    pub last: Option<Micros>,
    /// Why the answer figures are missing; empty when they are there.
    pub why: String,
}

/// What may be said of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Its first activity lies within the last 28 days.
    New,
    /// Nobody wrote in the last 28 days.
    Silent,
    /// Less than half of what was usual.
    Dying,
    /// Neither.
    Steady,
}

impl State {
    pub(crate) const ALL: [Self; 4] = [Self::New, Self::Dying, Self::Silent, Self::Steady];

    /// Its word in addresses.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Silent => "silent",
            Self::Dying => "dying",
            Self::Steady => "steady",
        }
    }

    /// As people read it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Silent => "Silent",
            Self::Dying => "Dying away",
            Self::Steady => "Steady",
        }
    }

    /// The rule, in words.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Self::New => "first message within the last 28 days",
            Self::Silent => "no message within the last 28 days",
            Self::Dying => {
                "fewer than half as many messages as in the middle one of the three 28 days before (20 or more)"
            }
            Self::Steady => "none of the others",
        }
    }

    /// By the rule.
    pub(crate) fn of(line: &Line, now: Micros) -> Self {
        const MONTH: Micros = 28 * 86_400 * 1_000_000;
        if line.first.is_some_and(|first| first > now - MONTH) {
            return Self::New;
        }
        let mut before = [line.months[1], line.months[2], line.months[3]];
        before.sort_unstable();
        let usual = before[1] as f64;
        match line.months[0] {
            0 => Self::Silent,
            n if usual >= LIVELY && (n as f64) < usual / 2.0 => Self::Dying,
            _ => Self::Steady,
        }
    }
}

/// By what the list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    #[default]
    Messages,
    Actives,
    /// The least answered first.
    Answered,
    /// The slowest first.
    Median,
    Last,
    Name,
}

impl Sort {
    pub(crate) const ALL: [Self; 6] =
        [Self::Messages, Self::Actives, Self::Answered, Self::Median, Self::Last, Self::Name];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Actives => "actives",
            Self::Answered => "answered",
            Self::Median => "slowest",
            Self::Last => "last",
            Self::Name => "name",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Messages => "Most messages",
            Self::Actives => "Most members",
            Self::Answered => "Least answered",
            Self::Median => "Slowest answers",
            Self::Last => "Last activity",
            Self::Name => "Name",
        }
    }

    pub(crate) fn apply(self, lines: &mut [Line]) {
        let share = |l: &Line| l.answered.value.unwrap_or(f64::INFINITY);
        // Where fewer than half were answered, half is never reached: those are the slowest, the least answered first.
        let half = |l: &Line| match l.half {
            Some(seconds) => (seconds, 0.0),
            None if l.opened > 0 => (f64::INFINITY, 1.0 - l.replied as f64 / l.opened as f64),
            None => (-1.0, 0.0),
        };
        let slower = |a: (f64, f64), b: (f64, f64)| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1));
        lines.sort_by(|a, b| {
            let order = match self {
                Self::Messages => b.messages.cmp(&a.messages),
                Self::Actives => b.actives.cmp(&a.actives),
                Self::Answered => share(a).total_cmp(&share(b)),
                Self::Median => slower(half(a), half(b)),
                Self::Last => b.last.cmp(&a.last),
                Self::Name => std::cmp::Ordering::Equal,
            };
            order.then_with(|| (&a.name, &a.source).cmp(&(&b.name, &b.source)))
        });
    }
}

/// What an address chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filters {
    /// A source's id or name; empty for all.
    pub source: String,
    /// The days of the figures, up to the last activity.
    pub days: i32,
    pub state: Option<State>,
    pub sort: Sort,
}

impl Default for Filters {
    fn default() -> Self {
        Self { source: String::new(), days: DAYS, state: None, sort: Sort::default() }
    }
}

impl Filters {
    /// # Errors
    /// `Invalid`, naming the parameter and what it takes.
    pub(crate) fn parse(pairs: &[(String, String)]) -> Result<Self> {
        let mut filters = Self::default();
        for (name, value) in pairs.iter().filter(|(_, v)| !v.is_empty()) {
            match name.as_str() {
                "source" => filters.source.clone_from(value),
                "days" => {
                    let days = value.parse().ok().filter(|d| SPANS.contains(d));
                    filters.days = days.ok_or_else(|| Error::invalid("days is 7, 28 or 90").at("days"))?;
                }
                "state" => {
                    let state = State::ALL.into_iter().find(|s| s.word() == value);
                    filters.state = Some(state.ok_or_else(|| {
                        Error::invalid("state is new, dying, silent or steady").at("state")
                    })?);
                }
                "sort" => {
                    let sort = Sort::ALL.into_iter().find(|s| s.word() == value);
                    filters.sort = sort.ok_or_else(|| {
                        let words: Vec<&str> = Sort::ALL.iter().map(|s| s.word()).collect();
                        Error::invalid(format!("sort is one of {}", words.join(", "))).at("sort")
                    })?;
                }
                // What a mail or a saved view adds does no harm.
                _ => {}
            }
        }
        Ok(filters)
    }

    /// The part of the address after the path, with its question mark; empty when nothing is chosen.
    pub(crate) fn query(&self) -> String {
        let usual = Self::default();
        let mut parts = Vec::new();
        if !self.source.is_empty() {
            parts.push(format!("source={}", ui::encoded(&self.source)));
        }
        if self.days != usual.days {
            parts.push(format!("days={}", self.days));
        }
        if let Some(state) = self.state {
            parts.push(format!("state={}", state.word()));
        }
        if self.sort != usual.sort {
            parts.push(format!("sort={}", self.sort.word()));
        }
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }
}

/// The page of a metric for one channel and these days, as text of an attribute.
pub(crate) fn metric_page(metric: &str, line: &Line, from: Day, to: Day) -> String {
    let address = format!(
        "/desk/health/{metric}?source={}&channel={}&period=custom&from={from}&to={to}",
        ui::encoded(&line.source_id),
        ui::encoded(&line.external_id)
    );
    esc(&address).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_new_silent_dying_or_steady_by_a_stated_rule() {
        const DAY: Micros = 86_400 * 1_000_000;
        let now = 1_000 * DAY;
        let line =
            |first: i64, months: [u64; 4]| Line { first: Some(first * DAY), months, ..Line::default() };
        for (first, months, expect) in [
            (990, [5, 0, 0, 0], State::New),
            (500, [0, 40, 40, 40], State::Silent),
            (500, [19, 40, 60, 38], State::Dying),
            (500, [20, 40, 60, 38], State::Steady),
            (500, [3, 18, 18, 18], State::Steady),
        ] {
            assert_eq!(State::of(&line(first, months), now), expect, "{first} {months:?}");
        }
    }

    #[test]
    fn an_address_comes_back_as_it_went() {
        let pairs = |text: &str| -> Vec<(String, String)> {
            text.split('&').filter_map(|p| p.split_once('=')).map(|(a, b)| (a.into(), b.into())).collect()
        };
        for text in ["", "source=a%20b", "days=90&state=dying&sort=slowest"] {
            let decoded = text.replace("%20", " ");
            let filters = Filters::parse(&pairs(&decoded)).expect("sound");
            assert_eq!(filters.query().trim_start_matches('?'), text);
        }
        for bad in ["days=3", "state=gone", "sort=luck"] {
            assert!(Filters::parse(&pairs(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_not_known_comes_last() {
        let mut lines = vec![
            Line { name: "a".into(), ..Line::default() },
            Line { name: "b".into(), half: Some(60.0), opened: 4, replied: 4, ..Line::default() },
            Line { name: "c".into(), half: Some(600.0), opened: 4, replied: 2, ..Line::default() },
            // The quickest answers of all, to two in five: whoever asks here waits longest.
            Line { name: "d".into(), median: Some(1.0), opened: 5, replied: 2, ..Line::default() },
            Line { name: "e".into(), median: Some(9.0), opened: 5, replied: 1, ..Line::default() },
        ];
        Sort::Median.apply(&mut lines);
        let names: Vec<&str> = lines.iter().map(|l| l.name.as_str()).collect();
        assert_eq!(names, ["e", "d", "c", "b", "a"]);
    }
}
