//! What follows from what is read or kept anyway, without a statement of its own: day sets that are made of the
//! roster's cells, day sets under another staff filter, and who was active before a day.

use super::cache::PAIRS;
use super::cells::Series;
use super::{DayActives, LogView, Scope, Staff, unique};
use crate::cell::Pairs;
use crate::graph::Mask;
use crate::rollup::{ACTIVE, COMMUNITY};
use base::{Day, Period};
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl LogView<'_, '_> {
    /// The days from `first` to `last` without staff, or of staff alone, where those of everybody are kept.
    pub(super) fn narrowed(
        &self,
        keys: &[(i64, i64)],
        (first, last): (i32, i32),
        staff: Staff,
    ) -> Option<Vec<DayActives>> {
        if staff == Staff::Include {
            return None;
        }
        let mut days = self.cache.get(&(keys.to_vec(), Staff::Include), self.version, first)?;
        days.retain(|d| d.day.0 <= last);
        let team = self.graph.staff_members();
        for day in &mut days {
            let counts = |member: u32| team.contains(member) == (staff == Staff::Only);
            // Most days of most communities are kept as they are.
            if !day.members.iter().all(|m| counts(m.0)) {
                day.members = day.members.iter().copied().filter(|m| counts(m.0)).collect();
            }
        }
        days.retain(|d| !d.members.is_empty());
        Some(days)
    }

    /// Members whose first active day lies before `from`, where everybody is known at a glance.
    pub(super) fn seen_at_a_glance(&self, scope: &Scope, from: Day) -> Option<RoaringBitmap> {
        let whole = scope.sources.is_empty() && scope.channels.is_empty() && scope.kinds.is_empty();
        let roster = self.held_roster().filter(|_| whole)?;
        let counts = |member: u32| match scope.staff {
            Staff::Include => true,
            Staff::Exclude => !roster.is_staff(member),
            Staff::Only => roster.is_staff(member),
        };
        let seen = roster.members().iter().filter(|g| g.first().is_some_and(|first| first < from));
        Some(seen.map(|g| g.member).filter(|m| counts(*m) && !roster.is_bot(*m)).collect())
    }

    /// The day sets that the page will ask for: everybody's, and those of the planned kinds. Everybody's begin with the
    /// first day where a span has to be found from them.
    pub(super) fn day_sets_along(&self) -> Vec<DaySets> {
        let Some(back) = self.once.plan.back else { return Vec::new() };
        let settled = self.deltas.is_empty() && self.parts.is_empty();
        let set = |keys, from| DaySets {
            keys,
            from,
            mask: self.graph.mask(Staff::Include),
            days: BTreeMap::new(),
            pairs: 0,
            span: None,
        };
        let mut sets = vec![set(vec![(COMMUNITY, ACTIVE)], if settled { back } else { Day(i32::MIN) })];
        if !self.once.plan.kinds.is_empty() {
            let scope = Scope { kinds: self.once.plan.kinds.to_vec(), ..Scope::default() };
            sets.push(set(self.active_keys(&scope), back));
        }
        sets
    }

    /// Keeps a day set for whoever asks; the first day of everybody's is that of the span.
    pub(super) fn keep_day_set(&self, read: DaySets) {
        let question = (read.keys, Staff::Include);
        if question.0 == [(COMMUNITY, ACTIVE)] {
            self.cache.put_span(question.clone(), self.version, read.span);
        }
        if read.pairs > PAIRS {
            return;
        }
        let days = read.days.into_iter().filter(|d| !d.1.is_empty());
        let days: Vec<DayActives> =
            days.map(|(day, pairs)| DayActives { day: Day(day), members: unique(pairs).into() }).collect();
        self.cache.put(question, self.version, read.from.0, &days);
    }
}

/// Day sets of everybody, made of cells as they are read.
pub(super) struct DaySets {
    keys: Vec<(i64, i64)>,
    from: Day,
    mask: Arc<Mask>,
    days: BTreeMap<i32, Pairs>,
    pairs: usize,
    /// The first and the last day on which somebody counts, earlier ones than asked for included.
    span: Option<Period>,
}

impl DaySets {
    /// Its cells.
    pub(super) fn series(&self) -> Series {
        let (scopes, kinds) = (self.keys.iter().map(|k| k.0), self.keys.iter().map(|k| k.1));
        let scopes: BTreeSet<i64> = scopes.collect();
        let kinds: BTreeSet<i64> = kinds.collect();
        Series::of(scopes.into_iter(), kinds.into_iter(), (self.from.0, i32::MAX))
    }

    /// Takes a cell of it.
    pub(super) fn take(&mut self, day: Day, pairs: &[(u32, u32)]) {
        let mask = Arc::clone(&self.mask);
        let members = pairs.iter().map(|&(who, n)| (mask.member(who), n)).filter(|m| m.0 != 0);
        let mut any = false;
        if day < self.from || self.pairs > PAIRS {
            any = members.count() > 0;
        } else {
            let of_day = self.days.entry(day.0).or_default();
            let before = of_day.len();
            of_day.extend(members);
            any |= of_day.len() > before;
            self.pairs += of_day.len() - before;
            if self.pairs > PAIRS {
                // More than is kept.
                self.days = BTreeMap::new();
            }
        }
        if any {
            let span = self.span.get_or_insert(Period { first: day, last: day });
            *span = Period { first: span.first.min(day), last: span.last.max(day) };
        }
    }
}
