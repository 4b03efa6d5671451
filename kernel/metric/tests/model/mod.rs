//! A community in memory: raw rows, and the inputs that a log would give for them, whole or windowed.

#![allow(dead_code, reason = "each test file uses its part")]

use base::{Day, Interval, Period, Zone};
use community::read::{Actives, Basis, DayActives, FirstRow, Opened, Passage, Passages};
use metric::{Conversations, Envelope, Firsts, Inputs, Needs, Query, Reach, Sorter, Waits};
use serde_json::Value;
use std::collections::BTreeMap;

/// One day in microseconds.
pub const DAY: i64 = 86_400_000_000;

/// What a row does in conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Opens a conversation of its own.
    Opens,
    /// Follows in the conversation with this place among the openings.
    Follows(usize),
    /// Stands outside conversations.
    Outside,
}

/// An active row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub at: i64,
    pub member: u32,
    pub part: Part,
}

/// A log of active rows, in the order of time.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub rows: Vec<Row>,
    pub joins: Vec<Passage>,
    pub leaves: Option<Vec<Passage>>,
    /// *now*, when it is later than the last row.
    pub now: Option<i64>,
}

impl Model {
    pub fn of(mut rows: Vec<Row>) -> Self {
        rows.sort_by_key(|r| r.at);
        Self { rows, ..Self::default() }
    }

    /// From `(day, member)` pairs: noon of each day.
    pub fn of_days(pairs: &[(i32, u32)]) -> Self {
        let row = |&(day, member): &(i32, u32)| Row {
            at: i64::from(day) * DAY + DAY / 2,
            member,
            part: Part::Outside,
        };
        Self::of(pairs.iter().map(row).collect())
    }

    pub fn now(&self) -> Option<i64> {
        self.rows.iter().map(|r| r.at).chain(self.now).max()
    }

    pub fn day(row: &Row) -> i32 {
        Day::of_micros(row.at).0
    }

    pub fn span(&self) -> Option<Period> {
        let days = || self.rows.iter().map(|r| Day::of_micros(r.at));
        Some(Period { first: days().min()?, last: days().max()? })
    }

    /// The conversations in order of their openings.
    pub fn opened(&self) -> Vec<Opened> {
        let openings: Vec<&Row> = self.rows.iter().filter(|r| r.part == Part::Opens).collect();
        let answer = |c: usize, opening: &Row| {
            let others =
                self.rows.iter().filter(|r| r.part == Part::Follows(c) && r.member != opening.member);
            others.map(|r| r.at).filter(|at| *at >= opening.at).min()
        };
        let opened = |(c, r): (usize, &&Row)| Opened {
            conversation: c as i64,
            at: r.at,
            opener: r.member,
            answered_at: answer(c, r),
        };
        openings.iter().enumerate().map(opened).collect()
    }

    pub fn first_rows(&self) -> Vec<FirstRow> {
        let mut first: BTreeMap<u32, i64> = BTreeMap::new();
        for row in &self.rows {
            first.entry(row.member).or_insert(row.at);
        }
        first.into_iter().map(|(member, at)| FirstRow { member, at }).collect()
    }

    pub fn actives(&self, from: Option<Day>) -> Actives {
        let mut days: BTreeMap<i32, BTreeMap<u32, u32>> = BTreeMap::new();
        for row in &self.rows {
            *days.entry(Self::day(row)).or_default().entry(row.member).or_default() += 1;
        }
        let mut actives = Actives::default();
        for (day, members) in days {
            if from.is_some_and(|f| day < f.0) {
                actives.before.extend(members.keys());
            } else {
                let members = members.into_iter().collect();
                actives.days.push(DayActives { day: Day(day), members });
            }
        }
        actives
    }

    /// What the log would give to a question: only what it needs, or everything when `whole`.
    pub fn inputs(&self, query: &Query, whole: bool) -> Inputs {
        let mut inputs = Inputs::empty(Zone::utc());
        inputs.now = self.now();
        inputs.span = self.span();
        inputs.community = inputs.span;
        let needs: Needs = (query.definition.needs)(query);
        inputs.actives = match needs.actives {
            Reach::From(day) if !whole => self.actives(Some(day)),
            Reach::Nothing if !whole => Actives::default(),
            _ => self.actives(None),
        };
        let printed = query.asked_periods().filter(|_| !whole);
        let read = |at: i64| printed.is_none_or(|p| p.holds(Day::of_micros(at)));
        let opened = || self.opened().into_iter().filter(|o| read(o.at));
        let mut sorter = Sorter::new(Zone::utc(), Waits::new(self.now().unwrap_or_default(), true));
        if needs.opened == Conversations::CountsOfFirst {
            let rows: Vec<FirstRow> = self.first_rows().into_iter().filter(|r| read(r.at)).collect();
            let mut firsts = Firsts::new(&rows);
            opened().for_each(|o| firsts.add(o));
            firsts.found().for_each(|o| sorter.add(&o));
        } else {
            opened().for_each(|o| sorter.add(&o));
        }
        inputs.opened = Ok(sorter.done());
        let mut openings: BTreeMap<i32, u64> = BTreeMap::new();
        for o in opened() {
            *openings.entry(Day::of_micros(o.at).0).or_default() += 1;
        }
        inputs.openings = Ok(openings.into_iter().map(|(d, n)| (Day(d), n)).collect());
        inputs.passages = Passages {
            joins: self.joins.clone(),
            basis: Basis::JoinRows,
            leaves: self.leaves.clone(),
            first_leave: None,
        };
        inputs
    }

    /// The answer as JSON, from what the question needs.
    pub fn ask(&self, id: &str, parameters: &[(&str, &str)]) -> Value {
        serde_json::to_value(self.envelope(id, parameters, false)).expect("an envelope is JSON")
    }

    /// The same, from everything.
    pub fn ask_whole(&self, id: &str, parameters: &[(&str, &str)]) -> Value {
        serde_json::to_value(self.envelope(id, parameters, true)).expect("an envelope is JSON")
    }

    pub fn envelope(&self, id: &str, parameters: &[(&str, &str)], whole: bool) -> Envelope {
        let query = Query::parse(id, parameters.iter().copied()).expect("a question");
        answer_from(&query, &self.inputs(&query, whole))
    }
}

/// The envelope from given inputs.
pub fn answer_from(query: &Query, inputs: &Inputs) -> Envelope {
    let parts = (query.definition.compute)(inputs, query);
    metric::envelope(query, inputs, parts).expect("an envelope")
}

/// The number of a date.
pub fn day(text: &str) -> i32 {
    Day::parse(text).expect("a date").0
}

/// The first day of a period, as points print it.
pub fn start(interval: Interval, day: i32) -> String {
    interval.start(Day(day)).to_string()
}
