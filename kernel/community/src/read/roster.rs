//! Everybody at a glance: first and last active day and recent rows of every member, in memory, so that a list of
//! hundreds of thousands is filtered and sorted without asking the database for each. Made from the community's
//! cells; kept until a cell, a link, a mask or an identity changes, and what is not folded yet is added.

use super::cache::Version;
use super::cells::Series;
use super::derived::DaySets;
use super::{LogView, Scope, Staff};
use crate::cell::{self, Pairs};
use crate::graph::Graph;
use crate::rollup::fold::union_parts;
use crate::rollup::{ACTIVE, COMMUNITY};
use base::{Day, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Days of the window that decides who is new, active, quiet or gone.
pub const WINDOW: i32 = 30;

/// Never active.
const NEVER: (i32, i32) = (i32::MAX, i32::MIN);

/// Where a member stands, by the lifecycle's definitions with two windows of 30 days that end with the last
/// activity of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// First active in this window.
    New,
    /// Active in this window, and before it (returning or resurrecting).
    Active,
    /// Active in the window before, not in this one (dormant).
    Quiet,
    /// Active before, in neither of them.
    Gone,
    /// There, and never active.
    Silent,
}

impl Standing {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::New, Self::Active, Self::Quiet, Self::Gone, Self::Silent];

    /// Its word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Active => "active",
            Self::Quiet => "quiet",
            Self::Gone => "gone",
            Self::Silent => "silent",
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Active => "Active",
            Self::Quiet => "Going quiet",
            Self::Gone => "Gone",
            Self::Silent => "Never active",
        }
    }

    /// What it means, in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::New => "first active in the last 30 days",
            Self::Active => "active in the last 30 days and before",
            Self::Quiet => "active in the 30 days before, not in the last 30",
            Self::Gone => "active once, not in the last 60 days",
            Self::Silent => "known to a source, without a message of their own",
        }
    }

    /// The one of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }

    fn of(first: i32, last: i32, today: i32) -> Self {
        match today.saturating_sub(last) {
            _ if first == NEVER.0 => Self::Silent,
            ..WINDOW if today.saturating_sub(first) < WINDOW => Self::New,
            ..WINDOW => Self::Active,
            gap if gap < 2 * WINDOW => Self::Quiet,
            _ => Self::Gone,
        }
    }
}

/// One member at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// The member's number.
    pub member: u32,
    /// Active rows in the last 30 days.
    pub recent: u32,
    first: i32,
    last: i32,
}

impl Glance {
    /// The first active day.
    pub fn first(&self) -> Option<Day> {
        (self.first != NEVER.0).then_some(Day(self.first))
    }

    /// The last active day.
    pub fn last(&self) -> Option<Day> {
        (self.last != NEVER.1).then_some(Day(self.last))
    }
}

/// First and last active day, active rows of the window and source of an identity; a source of 0 where there is no
/// such identity.
#[derive(Clone, Copy, Debug)]
struct Facts {
    first: i32,
    last: i32,
    recent: u32,
    source: u32,
}

const NOBODY: Facts = Facts { first: NEVER.0, last: NEVER.1, recent: 0, source: 0 };

/// What the cells say, without what is not folded yet.
#[derive(Debug)]
struct Stored {
    generation_and_cells: (i64, i64),
    /// The first day of the window whose rows are counted.
    window: i32,
    facts: Vec<Facts>,
}

/// What must not have changed for a roster to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    version: Version,
    deltas: usize,
    parts: usize,
    identities: u32,
}

/// The newest roster and what it was made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct RosterCache(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    stored: Option<Arc<Stored>>,
    whole: Option<(Key, Arc<Roster>)>,
}

/// Everybody at one version of the log. Bots are in it, marked; figures leave them out.
#[derive(Debug)]
pub struct Roster {
    /// The day of the last activity; *now* for every standing.
    pub today: Day,
    members: Vec<Glance>,
    stored: Arc<Stored>,
    linked: HashMap<u32, Vec<u32>>,
    graph: Arc<Graph>,
}

impl Roster {
    /// Everybody, by number.
    pub fn members(&self) -> &[Glance] {
        &self.members
    }

    /// The one of this number.
    pub fn get(&self, member: u32) -> Option<&Glance> {
        let at = self.members.binary_search_by_key(&member, |g| g.member).ok()?;
        self.members.get(at)
    }

    /// The member that an identity belongs to.
    pub fn member_of(&self, identity: u32) -> u32 {
        self.graph.member_of(identity)
    }

    /// Every identity of a member, ascending; the first is the member's number.
    pub fn identities_of(&self, member: u32) -> Vec<u32> {
        self.linked.get(&member).cloned().unwrap_or_else(|| vec![member])
    }

    /// Whether one of a member's identities is staff.
    pub fn is_staff(&self, member: u32) -> bool {
        self.any(member, |i| self.graph.is_staff(i))
    }

    /// Whether a member is nothing but a bot.
    pub fn is_bot(&self, member: u32) -> bool {
        !self.any(member, |i| !self.graph.is_bot(i))
    }

    /// Whether a member has an identity at a source.
    pub fn is_at(&self, member: u32, source_id: i64) -> bool {
        self.any(member, |i| {
            self.stored.facts.get(i as usize).is_some_and(|f| i64::from(f.source) == source_id)
        })
    }

    /// Where somebody stands.
    pub fn standing(&self, glance: &Glance) -> Standing {
        Standing::of(glance.first, glance.last, self.today.0)
    }

    fn any(&self, member: u32, fits: impl Fn(u32) -> bool) -> bool {
        match self.linked.get(&member) {
            Some(all) => all.iter().any(|i| fits(*i)),
            None => fits(member),
        }
    }
}

impl LogView<'_, '_> {
    /// Everybody at a glance. One statement after cells or identities changed, else none.
    ///
    /// # Errors
    /// When the database says no.
    pub fn roster(&mut self) -> Result<Arc<Roster>> {
        let newest = self.head.counter("identity");
        let key = self.roster_key();
        let cache = self.cache.roster.clone();
        let held = |cache: &RosterCache| {
            let held = cache.0.lock().unwrap_or_else(PoisonError::into_inner);
            (held.stored.clone(), held.whole.clone())
        };
        let (stored, whole) = held(&cache);
        if let Some((_, roster)) = whole.filter(|w| w.0 == key) {
            return Ok(roster);
        }
        let wanted = self.version.of_cells();
        let known =
            |s: &Arc<Stored>| s.generation_and_cells == wanted && s.facts.len() == newest as usize + 1;
        let stored = match stored.filter(known) {
            Some(stored) => stored,
            None => {
                let window = self.window();
                let facts = self.stored_facts(newest as usize, window)?;
                Arc::new(Stored { generation_and_cells: wanted, window, facts })
            }
        };
        let roster = Arc::new(self.make_roster(Arc::clone(&stored))?);
        let mut held = cache.0.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Held { stored: Some(stored), whole: Some((key, Arc::clone(&roster))) };
        Ok(roster)
    }

    fn roster_key(&self) -> Key {
        Key {
            version: self.version,
            deltas: self.deltas.len(),
            parts: self.parts.len(),
            identities: self.head.counter("identity") as u32,
        }
    }

    /// Everybody at a glance, if that is in memory and still holds.
    pub(super) fn held_roster(&self) -> Option<Arc<Roster>> {
        let held = self.cache.roster.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.whole.as_ref().filter(|w| w.0 == self.roster_key()).map(|w| Arc::clone(&w.1))
    }

    /// The day of the last activity.
    fn today(&self) -> Day {
        let ends = self.channels.iter().filter_map(|c| c.span).map(|s| s.1).max();
        ends.map_or(Day(0), |at| self.frame.zone.day_of(at))
    }

    /// The first of the last 30 days.
    fn window(&self) -> i32 {
        self.today().0.saturating_sub(WINDOW - 1)
    }

    fn stored_facts(&mut self, newest: usize, window: i32) -> Result<Vec<Facts>> {
        let mut facts = vec![NOBODY; newest + 1];
        let scope = Scope::default();
        let mut along = self.along(&scope, Day(i32::MIN), false);
        let mut sets = self.day_sets_along();
        let everybody = (std::iter::once(COMMUNITY), std::iter::once(ACTIVE));
        let mut series =
            vec![Series::of(everybody.0, everybody.1, (i32::MIN, i32::MAX)), Series::identities()];
        series.extend(sets.iter().skip(1).map(DaySets::series));
        let beyond = series.len();
        series.extend(along.series(self, beyond));
        let mut pairs = Pairs::new();
        self.each_cell(&series, |place, cell| {
            if place >= beyond {
                return along.take(place, cell);
            }
            if place == 1 {
                if let Some(f) = facts.get_mut(cell.kind as usize) {
                    f.source = cell.scope as u32;
                }
                return Ok(());
            }
            pairs.clear();
            cell::decode_into(cell.people, cell.counts, &mut pairs)?;
            if place == 0 {
                pairs.iter().for_each(|p| note(&mut facts, *p, cell.day.0, window));
            }
            if let Some(set) = sets.get_mut(place / 2) {
                set.take(cell.day, &pairs);
            }
            Ok(())
        })?;
        self.keep_along(&scope, along);
        sets.into_iter().for_each(|set| self.keep_day_set(set));
        Ok(facts)
    }

    fn make_roster(&mut self, stored: Arc<Stored>) -> Result<Roster> {
        let window = self.window();
        let mut facts = stored.facts.clone();
        for part in union_parts(&self.parts, COMMUNITY, i32::MIN, i32::MAX) {
            part.people.iter().for_each(|p| note(&mut facts, *p, part.day, window));
        }
        for d in self.deltas.iter().filter(|d| d.kind.is_active()) {
            note(&mut facts, (d.identity, 1), d.day, window);
        }
        let graph = Arc::clone(&self.graph);
        // The window may have moved since the cells were read.
        let recent = match stored.window == window {
            true => recent_of(&facts, &graph),
            false => self.recent_rows(window, facts.len())?,
        };
        let mut linked: HashMap<u32, Vec<u32>> = HashMap::new();
        for i in (1..facts.len() as u32).filter(|i| facts[*i as usize].source != 0) {
            let member = graph.member_of(i);
            if member != i {
                linked.entry(member).or_insert_with(|| vec![member]).push(i);
            }
        }
        let members = (1..facts.len() as u32)
            .filter(|i| facts[*i as usize].source != 0 && graph.member_of(*i) == *i)
            .map(|member| {
                let (first, last) = days_of(&facts, &graph, member, linked.get(&member));
                Glance { member, recent: recent[member as usize], first, last }
            })
            .collect();
        Ok(Roster { today: self.today(), members, stored, linked, graph })
    }

    /// Active rows of each member in the last 30 days.
    fn recent_rows(&mut self, from: i32, len: usize) -> Result<Vec<u32>> {
        let scope = super::Scope::default();
        let days = self
            .days(&[(COMMUNITY, ACTIVE)], (from, i32::MAX), scope.staff, &|v, d| v.counts_delta(&scope, d))?;
        let mut recent = vec![0u32; len];
        for &(member, n) in days.iter().flat_map(|d| d.members.iter()) {
            if let Some(r) = recent.get_mut(member as usize) {
                *r += n;
            }
        }
        Ok(recent)
    }
}

/// Takes a day on which an identity had so many active rows into what is known of it.
fn note(facts: &mut [Facts], (identity, rows): (u32, u32), day: i32, window: i32) {
    if let Some(f) = facts.get_mut(identity as usize) {
        f.first = f.first.min(day);
        f.last = f.last.max(day);
        f.recent += if day >= window { rows } else { 0 };
    }
}

/// Active rows of each member in the window; bots have none.
fn recent_of(facts: &[Facts], graph: &Graph) -> Vec<u32> {
    let mask = graph.mask(Staff::Include);
    let mut recent = vec![0u32; facts.len()];
    for (identity, f) in facts.iter().enumerate().filter(|f| f.1.recent > 0) {
        let member = mask.member(identity as u32);
        if let Some(r) = recent.get_mut(member as usize).filter(|_| member != 0) {
            *r += f.recent;
        }
    }
    recent
}

/// First and last day of a member: over its identities that are no bots, or over all where all are.
fn days_of(facts: &[Facts], graph: &Graph, member: u32, linked: Option<&Vec<u32>>) -> (i32, i32) {
    let one = [member];
    let all: &[u32] = linked.map_or(&one, Vec::as_slice);
    let people = all.iter().any(|i| !graph.is_bot(*i));
    all.iter().filter(|i| !people || !graph.is_bot(**i)).fold(NEVER, |(first, last), i| {
        let f = facts[*i as usize];
        (first.min(f.first), last.max(f.last))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_follows_from_first_and_last_day() {
        let check =
            |first, last, expect| assert_eq!(Standing::of(first, last, 100), expect, "{first} {last}");
        check(71, 100, Standing::New);
        check(70, 71, Standing::Active);
        check(1, 100, Standing::Active);
        check(1, 70, Standing::Quiet);
        check(41, 41, Standing::Quiet);
        check(1, 40, Standing::Gone);
        check(NEVER.0, NEVER.1, Standing::Silent);
        for standing in Standing::ALL {
            assert_eq!(Standing::named(standing.word()), Some(standing));
        }
    }
}
