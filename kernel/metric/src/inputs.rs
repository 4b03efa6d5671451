//! What metrics are computed from: plain values, read from the log in one place.

use crate::Query;
use crate::waits::{Firsts, Sorter, Waits};
use base::{Day, Micros, Period, Result, Zone};
use community::read::{Actives, Basis, DayActives, LogView, Opened, Passages, Scope, Totals};
use std::collections::HashMap;

/// How far back day sets are needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    #[default]
    Nothing,
    /// From the first day.
    All,
    /// From this day on, with the set of those who were active before it.
    From(Day),
}

/// Which conversations are needed, and what of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conversations {
    /// Not at all.
    #[default]
    Nothing,
    /// How many were answered in time.
    Counts,
    /// The time of each.
    Each,
    /// How many were answered in time, of those that were the first thing that their opener did.
    CountsOfFirst,
}

/// Whose comings and goings are needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passing {
    /// Nobody's.
    #[default]
    Nothing,
    /// Joins; leaves only as far as the series begins with one.
    Joins,
    /// Joins and leaves.
    Both,
}

/// What a metric needs from the log to answer a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Day sets.
    pub actives: Reach,
    /// The community's series even where channels are chosen.
    pub community_series: bool,
    /// Whole-log counts.
    pub totals: bool,
    /// Conversations that wait for an answer, opened in the printed periods.
    pub opened: Conversations,
    /// Counts of all conversations by day, in the printed periods.
    pub openings: bool,
    /// Joins and leaves.
    pub passages: Passing,
}

/// What was read. What a metric did not ask for is empty.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The community's zone.
    pub zone: Zone,
    /// The last activity within the filter.
    pub now: Option<Micros>,
    /// First and last day with an active row within the filter.
    pub span: Option<Period>,
    /// The same without the choice of channels.
    pub community: Option<Period>,
    /// Day sets.
    pub actives: Actives,
    /// Whole-log counts.
    pub totals: Totals,
    /// Conversations that wait for an answer, by day; or why there are none.
    pub opened: std::result::Result<Waits, String>,
    /// All conversations by day; or why there are none.
    pub openings: std::result::Result<Vec<(Day, u64)>, String>,
    /// Joins and leaves.
    pub passages: Passages,
}

/// What was read for many channels at once, and the day sets of one.
pub(crate) struct Given<'a> {
    pub community: Option<Period>,
    pub spans: &'a HashMap<i64, Period>,
    pub days: Vec<DayActives>,
    pub opened: &'a std::result::Result<HashMap<i64, Vec<Opened>>, String>,
}

impl Inputs {
    /// Nothing yet, in this zone.
    pub fn empty(zone: Zone) -> Self {
        Self {
            zone,
            now: None,
            span: None,
            community: None,
            actives: Actives::default(),
            totals: Totals::default(),
            opened: Ok(Waits::new(0, false)),
            openings: Ok(Vec::new()),
            passages: Passages {
                joins: Vec::new(),
                basis: Basis::FirstActivity,
                leaves: None,
                first_leave: None,
            },
        }
    }

    /// Reads what the question needs. The scope holds the resolved sources and channels; staff and kinds
    /// are the question's.
    pub(crate) fn gather(view: &mut LogView<'_, '_>, query: &Query, mut scope: Scope) -> Result<Self> {
        scope.staff = query.staff;
        scope.kinds.clone_from(&query.kinds);
        scope.population = query.population();
        let needs = (query.definition.needs)(query);
        let mut inputs = Self::empty(view.zone());
        inputs.now = view.now(&scope)?;
        match needs.actives {
            Reach::Nothing => {}
            Reach::All => inputs.actives = view.actives(&scope, None)?,
            Reach::From(day) => inputs.actives = view.actives(&scope, Some(day))?,
        }
        inputs.span = match needs.actives {
            // The whole history is at hand: no need to ask again.
            Reach::All => inputs.actives.days.first().zip(inputs.actives.days.last()).map(between),
            _ => view.span(&scope)?,
        };
        inputs.community = inputs.span;
        if needs.community_series && !scope.channels.is_empty() {
            inputs.community = view.span(&Scope { channels: Vec::new(), ..scope.clone() })?;
        }
        if needs.totals {
            inputs.totals = view.totals(&scope, query.asked_days())?;
        }
        let printed = query.asked_periods();
        inputs.opened = Self::waits(view, &scope, printed, (needs.opened, inputs.now.unwrap_or_default()))?;
        if needs.openings {
            inputs.openings = view.openings(&scope, printed)?;
        }
        match needs.passages {
            Passing::Nothing => {}
            Passing::Both => inputs.passages = view.passages(&scope)?,
            Passing::Joins => {
                inputs.passages = view.joins(&scope)?;
                // A leave before everything else begins the series, if its member never came back.
                let begins = inputs.passage_series().map(|series| series.first);
                if inputs.passages.first_leave.is_some_and(|day| begins.is_none_or(|first| day < first)) {
                    inputs.passages = view.passages(&scope)?;
                }
            }
        }
        Ok(inputs)
    }

    /// The same for one of many channels, from what was read for all of them together. Only for questions that need
    /// day sets of the asked days and conversations, and nothing else.
    pub(crate) fn given(
        view: &mut LogView<'_, '_>,
        query: &Query,
        scope: &Scope,
        given: Given<'_>,
    ) -> Result<Self> {
        let needs = (query.definition.needs)(query);
        let mut inputs = Self::empty(view.zone());
        inputs.now = view.now(scope)?;
        let channel = scope.channels.first().copied().unwrap_or_default();
        inputs.span = given.spans.get(&channel).copied();
        inputs.community = if needs.community_series { given.community } else { inputs.span };
        inputs.actives.days = given.days;
        inputs.opened = match given.opened {
            Err(why) => Err(why.clone()),
            Ok(opened) => {
                let waits = Waits::new(inputs.now.unwrap_or_default(), needs.opened == Conversations::Each);
                let mut sorter = Sorter::new(view.zone(), waits);
                opened.get(&channel).into_iter().flatten().for_each(|o| sorter.add(o));
                Ok(sorter.done())
            }
        };
        Ok(inputs)
    }

    fn waits(
        view: &mut LogView<'_, '_>,
        scope: &Scope,
        printed: Option<Period>,
        (needed, now): (Conversations, Micros),
    ) -> Result<std::result::Result<Waits, String>> {
        let mut sorter = Sorter::new(view.zone(), Waits::new(now, needed == Conversations::Each));
        let read = match needed {
            Conversations::Nothing => Ok(()),
            Conversations::Counts | Conversations::Each => {
                view.each_opened(scope, printed, &mut |o| sorter.add(&o))?
            }
            Conversations::CountsOfFirst => {
                let mut firsts = Firsts::new(&view.first_rows(scope, printed)?);
                let read = view.each_opened(scope, printed, &mut |o| firsts.add(o))?;
                firsts.found().for_each(|o| sorter.add(&o));
                read
            }
        };
        Ok(read.map(|()| sorter.done()))
    }

    /// The day sets of the asked days.
    pub(crate) fn asked_days<'a>(&'a self, query: &Query) -> &'a [DayActives] {
        let days = &self.actives.days;
        let Some(asked) = query.asked_days() else { return days };
        let first = days.partition_point(|d| d.day < asked.first);
        let last = days.partition_point(|d| d.day <= asked.last);
        &days[first..last]
    }

    /// From the first join, leave or active day to the day of *now*.
    pub(crate) fn passage_series(&self) -> Option<Period> {
        let leaves = self.passages.leaves.iter().flatten();
        let days = self.passages.joins.iter().chain(leaves).map(|p| p.day);
        let days = days.chain(self.span.iter().flat_map(|s| [s.first, s.last]));
        let days = days.chain(self.now.map(|at| self.zone.day_of(at)));
        days.fold(None, |all: Option<Period>, day| {
            Some(all.map_or(Period { first: day, last: day }, |p| Period {
                first: p.first.min(day),
                last: p.last.max(day),
            }))
        })
    }
}

fn between((first, last): (&DayActives, &DayActives)) -> Period {
    Period { first: first.day, last: last.day }
}

/// The word of a basis, as points name it.
pub(crate) fn basis_word(basis: Basis) -> &'static str {
    match basis {
        Basis::JoinRows => "join rows",
        Basis::FirstActivity => "first activity",
        Basis::Mixed => "mixed",
    }
}
