//! Joins and leaves.

use super::cells::{Cell, Series};
use super::{Basis, LogView, Passage, Passages, Scope, Staff, ids};
use crate::cell;
use crate::graph::{Graph, Mask};
use crate::rollup::index::month_of;
use crate::rollup::{FIRST, channel_scope, source_scope};
use crate::{KINDS, Kind};
use base::{Day, Micros, Result, Zone, roomy};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::{Dialect, Param};

/// The day of who has not joined.
const NEVER: Day = Day(i32::MAX);
const JOINED: i64 = Kind::MEMBER_JOINED.0 as i64;
const LEFT: i64 = Kind::MEMBER_LEFT.0 as i64;

/// What says when members of a source joined; by member, whose numbers are dense.
#[derive(Default)]
struct OfSource {
    /// Whether anybody has a join row.
    has_joins: bool,
    /// Join rows of those who count.
    joins: Vec<Day>,
    /// First days of those who count.
    firsts: Vec<Day>,
}

/// Join rows, first days and days of leave rows, gathered from cells.
pub(super) struct Comings {
    mask: Arc<Mask>,
    everybody: Arc<Mask>,
    /// Channel → source.
    channels: HashMap<i64, i64>,
    /// Scope of a source → source.
    sources: HashMap<i64, i64>,
    /// Sources with leave rows.
    leaving: HashSet<i64>,
    /// First days are stored by source; of channels they follow from the active days.
    by_channel: bool,
    found: HashMap<i64, OfSource>,
    first_leave: Option<Day>,
}

impl Comings {
    /// Nothing yet, of this scope.
    pub fn of(view: &LogView<'_, '_>, scope: &Scope) -> Self {
        let sources = view.scope_sources(scope);
        Self {
            mask: view.graph.mask(scope.staff),
            everybody: view.graph.mask(Staff::Include),
            channels: view.scope_channels(scope).iter().map(|c| (c.channel_id, c.source_id)).collect(),
            sources: sources.iter().map(|s| (source_scope(s.source_id), s.source_id)).collect(),
            leaving: sources.iter().filter(|s| s.has_leaves).map(|s| s.source_id).collect(),
            by_channel: !scope.channels.is_empty(),
            found: HashMap::new(),
            first_leave: None,
        }
    }

    /// The cells that it is gathered from.
    pub fn series(&self) -> Vec<Series> {
        const EVER: (i32, i32) = (i32::MIN, i32::MAX);
        let channels = || self.channels.keys().map(|c| channel_scope(*c));
        let passing = [JOINED, LEFT].into_iter();
        if self.by_channel {
            let active = KINDS.iter().filter(|k| k.active).map(|k| i64::from(k.kind.0));
            return vec![Series::of(channels(), passing.chain(active), EVER)];
        }
        vec![
            Series::of(self.sources.keys().copied(), std::iter::once(FIRST), EVER),
            Series::of(channels(), passing, EVER),
        ]
    }

    /// Takes one of these cells.
    pub fn take_cell(&mut self, cell: &Cell<'_>) -> Result<()> {
        let source = match cell.kind {
            FIRST => self.sources.get(&cell.scope),
            _ => self.channels.get(&(cell.scope / 2)),
        };
        if let Some(source) = source.copied() {
            self.take(cell.kind, source, cell.day, cell::decode_set(cell.people)?.iter());
        }
        Ok(())
    }

    fn take(&mut self, kind: i64, source: i64, day: Day, people: impl Iterator<Item = u32>) {
        let active = self.by_channel && i16::try_from(kind).is_ok_and(|k| Kind(k).is_active());
        for identity in people {
            let member = self.mask.member(identity);
            if kind == JOINED {
                let of = self.found.entry(source).or_default();
                of.has_joins |= self.everybody.member(identity) != 0;
                earliest(&mut of.joins, member, day);
            } else if kind == LEFT && member != 0 && self.leaving.contains(&source) {
                self.first_leave = Some(self.first_leave.map_or(day, |first| first.min(day)));
            } else if kind == FIRST || active {
                earliest(&mut self.found.entry(source).or_default().firsts, member, day);
            }
        }
    }

    /// Joins as they follow, with what is not folded yet.
    pub fn done(mut self, view: &LogView<'_, '_>, scope: &Scope) -> Passages {
        let by_source = !self.by_channel;
        for part in view.parts.iter().filter(|p| p.kind == FIRST && by_source) {
            if let Some(source) = self.sources.get(&part.scope).copied() {
                self.take(FIRST, source, Day(part.day), part.people.iter().map(|p| p.0));
            }
        }
        for d in &view.deltas {
            if self.channels.contains_key(&d.channel_id) {
                self.take(i64::from(d.kind.0), d.source_id, Day(d.day), std::iter::once(d.identity));
            }
        }
        let mut joined: Vec<Day> = roomy(0);
        let (mut by_rows, mut by_activity) = (false, false);
        for source in view.scope_sources(scope) {
            let of_source = self.found.remove(&source.source_id).unwrap_or_default();
            // Whether a source has join rows is a matter of the source, not of who counts: else staff without one
            // would join by first activity, and members and staff would not add up.
            by_rows |= of_source.has_joins;
            let days = if of_source.has_joins { of_source.joins } else { of_source.firsts };
            by_activity |= !of_source.has_joins && !days.is_empty();
            joined.resize(joined.len().max(days.len()), NEVER);
            joined.iter_mut().zip(days).for_each(|(first, day)| *first = (*first).min(day));
        }
        let basis = match (by_rows, by_activity) {
            (true, true) => Basis::Mixed,
            (true, false) => Basis::JoinRows,
            _ => Basis::FirstActivity,
        };
        let joined = joined.iter().zip(0u32..).filter(|j| *j.0 != NEVER);
        let mut joins: Vec<Passage> = joined.map(|(day, member)| Passage { member, day: *day }).collect();
        joins.sort_by_key(|p| p.day);
        Passages { joins, basis, leaves: None, first_leave: self.first_leave }
    }
}

/// Keeps the earliest day of a member who counts; nobody comes on the last day there can be.
fn earliest(days: &mut Vec<Day>, member: u32, day: Day) {
    if member != 0 {
        let place = member as usize;
        if days.len() <= place {
            days.resize(place + 1, NEVER);
        }
        days[place] = days[place].min(day);
    }
}

impl LogView<'_, '_> {
    /// Joins and leaves of the scope.
    ///
    /// # Errors
    /// When the database says no.
    pub fn passages(&mut self, scope: &Scope) -> Result<Passages> {
        let key = (scope.sources.clone(), scope.channels.clone(), scope.staff);
        if let Some(kept) = self.kept_passages(&key, true) {
            return Ok(kept);
        }
        let mut passages = self.joins(scope)?;
        passages.leaves = self.leaves(&[scope])?.pop().flatten();
        passages.first_leave = None;
        self.keep_passages((key, true), &passages);
        Ok(passages)
    }

    /// Joins alone, which cost one statement: of leaves only the first day on which somebody went, whether or not
    /// they came back.
    ///
    /// # Errors
    /// When the database says no.
    pub fn joins(&mut self, scope: &Scope) -> Result<Passages> {
        let key = (scope.sources.clone(), scope.channels.clone(), scope.staff);
        if let Some(kept) = self.kept_passages(&key, false) {
            return Ok(kept);
        }
        let mut comings = Comings::of(self, scope);
        self.each_cell(&comings.series(), |_, cell| comings.take_cell(cell))?;
        let passages = comings.done(self, scope);
        self.keep_passages((key, false), &passages);
        Ok(passages)
    }

    /// Of each scope the leaves after which no row of the member came within it; `None` where no source in scope has
    /// leave rows. Two statements.
    pub(super) fn leaves(&mut self, scopes: &[&Scope]) -> Result<Vec<Option<Vec<Passage>>>> {
        let mut all: Vec<Leaving> = scopes.iter().map(|scope| Leaving::of(self, scope)).collect();
        let channels: HashSet<i64> = all.iter().flat_map(|l| l.channels.iter().copied()).collect();
        if channels.is_empty() {
            return Ok(vec![None; scopes.len()]);
        }
        let list = ids(channels.into_iter());
        self.conn.for_each(
            &format!(
                "SELECT identity, at, rank, channel_id FROM activities WHERE kind = $1 AND channel_id IN ({list})"
            ),
            &[LEFT.into()],
            |r| {
                let (identity, when, channel) = (r.int(0)? as u32, (r.int(1)?, r.int(2)?), r.int(3)?);
                all.iter_mut().for_each(|l| l.take(identity, when, channel));
                Ok(())
            },
        )?;
        let tail = self.tail()?;
        let mut asked = Vec::new();
        for (leaving, scope) in all.iter_mut().zip(scopes) {
            for row in tail.iter() {
                leaving.take_row(row.identity, (row.at, row.rank), row.channel_id);
            }
            let end = month_of(self.now(scope)?.unwrap_or_default());
            asked.push((leaving.asked(&self.graph, end), ids(leaving.within.iter().copied())));
        }
        let found = self.active_after(&asked)?;
        let zone = self.zone();
        Ok(all.into_iter().zip(found).map(|(leaving, back)| leaving.gone(&back, &zone)).collect())
    }

    /// Of each choice those of the asked (month, identity, at, rank) with a row of the index in that month after that
    /// moment, within its channels.
    fn active_after(&mut self, choices: &[(Vec<After>, String)]) -> Result<Vec<Vec<u32>>> {
        const CHUNK: usize = 10_000;
        let mut found: Vec<Vec<u32>> = vec![Vec::new(); choices.len()];
        let dialect = self.conn.dialect();
        let rounds = choices.iter().map(|c| c.0.len().div_ceil(CHUNK)).max().unwrap_or(0);
        for round in 0..rounds {
            let (mut arms, mut lists) = (Vec::new(), Vec::new());
            for (of, (asked, channels)) in choices.iter().enumerate() {
                let Some(chunk) = asked.chunks(CHUNK).nth(round) else { continue };
                let items: Vec<String> = chunk
                    .iter()
                    .map(|(month, who, at, rank)| format!("[{month},{who},{at},{rank}]"))
                    .collect();
                lists.push(format!("[{}]", items.join(",")));
                arms.push(after_sql(dialect, (of, lists.len()), channels));
            }
            let values: Vec<Param<'_>> = lists.iter().map(Param::from).collect();
            self.conn.for_each(&arms.join(" UNION ALL "), &values, |r| {
                if let Some(of) = found.get_mut(r.int(0)? as usize) {
                    of.push(r.int(1)? as u32);
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}

/// (month, identity, at, rank): whether the identity has a row in the month after the moment.
type After = (i64, u32, Micros, i64);

/// The statement for the asked ones of a choice, which stand in a parameter as JSON.
fn after_sql(dialect: Dialect, (of, parameter): (usize, usize), channels: &str) -> String {
    let (list, [month, who, at, rank]) = match dialect {
        Dialect::Sqlite => {
            (format!("json_each(${parameter})"), [0, 1, 2, 3].map(|n| format!("(k.value ->> {n})")))
        }
        Dialect::Postgres => (
            format!("jsonb_array_elements(CAST(${parameter} AS text)::jsonb)"),
            [0, 1, 2, 3].map(|n| format!("(k.value ->> {n})::bigint")),
        ),
    };
    format!(
        "SELECT CAST({of} AS BIGINT), {who} FROM {list} k WHERE EXISTS (
           SELECT 1 FROM member_activities a WHERE a.month = {month} AND a.identity = {who}
             AND (a.at > {at} OR (a.at = {at} AND a.rank > {rank})) AND a.channel_id IN ({channels}))"
    )
}

/// Who left within a scope, and who came back.
struct Leaving {
    mask: Arc<Mask>,
    /// Channels of the sources with leave rows; empty when there are none.
    channels: HashSet<i64>,
    /// All channels of the scope, where somebody may come back.
    within: HashSet<i64>,
    /// The last leave of each member.
    last: HashMap<u32, (Micros, i64)>,
    came_back: HashSet<u32>,
}

impl Leaving {
    fn of(view: &LogView<'_, '_>, scope: &Scope) -> Self {
        let sources = view.scope_sources(scope).into_iter().filter(|s| s.has_leaves);
        let sources: HashSet<i64> = sources.map(|s| s.source_id).collect();
        let within = view.scope_channels(scope);
        let leaving = within.iter().filter(|c| sources.contains(&c.source_id));
        Self {
            mask: view.graph.mask(scope.staff),
            channels: leaving.map(|c| c.channel_id).collect(),
            within: within.iter().map(|c| c.channel_id).collect(),
            last: HashMap::new(),
            came_back: HashSet::new(),
        }
    }

    fn take(&mut self, identity: u32, when: (Micros, i64), channel: i64) {
        let member = self.mask.member(identity);
        if member != 0 && self.channels.contains(&channel) {
            self.last.entry(member).and_modify(|w| *w = (*w).max(when)).or_insert(when);
        }
    }

    /// Takes a row that is not indexed yet.
    fn take_row(&mut self, identity: u32, when: (Micros, i64), channel: i64) {
        let member = self.mask.member(identity);
        if self.within.contains(&channel) && self.last.get(&member).is_some_and(|left| when > *left) {
            self.came_back.insert(member);
        }
    }

    /// What must be asked of the index, in its order.
    fn asked(&self, graph: &Graph, end: i64) -> Vec<After> {
        let mut asked = Vec::new();
        for (member, when) in self.last.iter().filter(|l| !self.came_back.contains(l.0)) {
            for identity in graph.identities_of(*member) {
                asked.extend((month_of(when.0)..=end).map(|month| (month, identity, when.0, when.1)));
            }
        }
        asked.sort_unstable();
        asked
    }

    /// Those who did not come back, by day.
    fn gone(self, back: &[u32], zone: &Zone) -> Option<Vec<Passage>> {
        if self.channels.is_empty() {
            return None;
        }
        let mut came_back = self.came_back;
        came_back.extend(back.iter().map(|identity| self.mask.member(*identity)));
        let gone = self.last.into_iter().filter(|(member, _)| !came_back.contains(member));
        let mut out: Vec<Passage> =
            gone.map(|(member, when)| Passage { member, day: zone.day_of(when.0) }).collect();
        out.sort_unstable_by_key(|p| (p.day, p.member));
        Some(out)
    }
}
