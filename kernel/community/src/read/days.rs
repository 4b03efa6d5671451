//! Day sets: who was active when.

use super::along::Along;
use super::cells::Series;
use super::{Actives, DayActives, Delta, LogView, Scope, Staff, unique};
use crate::cell::{self, Pairs};
use crate::graph::Mask;
use crate::rollup::fold::union_parts;
use crate::rollup::parts::Group;
use crate::rollup::{ACTIVE, COMMUNITY, FIRST, channel_scope, source_scope};
use crate::{KINDS, Kind};
use base::{Day, Period, Result};
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Of so many series the ends are looked for; of more all days are read.
const FEW_KEYS: usize = 8;
/// So many first cells of a series are read along.
pub(super) const SOME: usize = 8;

/// Which unfolded rows belong to a reading of cells.
type Counts<'f> = &'f dyn Fn(&LogView<'_, '_>, &Delta) -> bool;

/// A choice of series, and who counts in it.
type Choice = (Vec<(i64, i64)>, Arc<Mask>);

impl LogView<'_, '_> {
    /// First and last day with an active row in the scope.
    ///
    /// # Errors
    /// When the database says no.
    pub fn span(&mut self, scope: &Scope) -> Result<Option<Period>> {
        let keys = self.active_keys(scope);
        if keys.len() > FEW_KEYS || self.is_moving() {
            let actives = self.actives(scope, None)?;
            let ends = actives.days.first().zip(actives.days.last());
            return Ok(ends.map(|(a, b)| Period { first: a.day, last: b.day }));
        }
        let question = (keys, scope.staff);
        if let Some(kept) = self.cache.span(&question, self.version) {
            return Ok(kept);
        }
        if let Some(kept) = self.cache.ends(&question, self.version) {
            return Ok(kept);
        }
        let mask = self.graph.mask(scope.staff);
        let span = self.ends(&[(question.0.clone(), mask)])?.pop().flatten();
        self.cache.put_span(question, self.version, span);
        Ok(span)
    }

    /// Of each of several choices of series the first and the last day on which somebody counts, found from both ends
    /// of every series inwards. One statement.
    pub(super) fn ends(&mut self, asked: &[Choice]) -> Result<Vec<Option<Period>>> {
        const STEP: usize = 32;
        let mut arms = Vec::new();
        // Which choice an arm is of. How many cells were seen, and the outermost day on which somebody counts.
        let mut ends: Vec<(usize, usize, Option<Day>)> = Vec::new();
        for (of, (keys, mask)) in asked.iter().enumerate() {
            let keys = if mask.is_empty() { &[][..] } else { keys };
            for (scope, kind) in keys {
                for order in ["ASC", "DESC"] {
                    let n = arms.len();
                    arms.push(format!(
                        "SELECT CAST({n} AS BIGINT), day, people FROM (SELECT day, people FROM cells
                         WHERE generation = $1 AND scope = {scope} AND kind = {kind} ORDER BY day {order} LIMIT {STEP}) e{n}"
                    ));
                    ends.push((of, 0, None));
                }
            }
        }
        if arms.is_empty() {
            return Ok(vec![None; asked.len()]);
        }
        self.conn.for_each(&arms.join(" UNION ALL "), &[self.frame.generation.into()], |r| {
            let which = r.int(0)? as usize;
            let (of, seen, found) = &mut ends[which];
            *seen += 1;
            let day = Day(r.int(1)? as i32);
            let further = found.is_none_or(|f| if which.is_multiple_of(2) { day < f } else { day > f });
            if further && cell::decode_set(r.bytes(2)?)?.iter().any(|i| asked[*of].1.member(i) != 0) {
                *found = Some(day);
            }
            Ok(())
        })?;
        let mut spans = Vec::with_capacity(asked.len());
        for (of, (keys, mask)) in asked.iter().enumerate() {
            let own = || ends.iter().filter(|e| e.0 == of);
            // Nobody counts on so many days: all of them are looked at, which hardly ever happens.
            if own().any(|(_, seen, found)| found.is_none() && *seen == STEP) {
                spans.push(self.ends_of_all(keys, mask)?);
                continue;
            }
            let days = || own().filter_map(|e| e.2);
            spans.push(days().min().zip(days().max()).map(|(first, last)| Period { first, last }));
        }
        Ok(spans)
    }

    /// The same from every cell.
    fn ends_of_all(&mut self, keys: &[(i64, i64)], mask: &Mask) -> Result<Option<Period>> {
        let (scopes, kinds) = (keys.iter().map(|k| k.0), keys.iter().map(|k| k.1));
        let all = Series::of(unique_of(scopes), unique_of(kinds), (i32::MIN, i32::MAX));
        let mut span: Option<Period> = None;
        self.each_cell(&[all], |_, cell| {
            let inside = span.is_some_and(|s| s.holds(cell.day));
            if !inside && cell::decode_set(cell.people)?.iter().any(|i| mask.member(i) != 0) {
                let s = span.get_or_insert(Period { first: cell.day, last: cell.day });
                *s = Period { first: s.first.min(cell.day), last: s.last.max(cell.day) };
            }
            Ok(())
        })?;
        Ok(span)
    }

    /// Active members by day, from `from` (or the beginning) to the last day.
    ///
    /// # Errors
    /// When the database says no.
    pub fn actives(&mut self, scope: &Scope, from: Option<Day>) -> Result<Actives> {
        let plain = scope.channels.is_empty() && scope.kinds.is_empty();
        let first = from.map_or(i32::MIN, |d| d.0);
        // Read as far back as anything of the page needs, so that the earlier days need no statement of their own.
        // First days are stored by source: elsewhere who was active before follows from all days.
        let back = match plain {
            true => self.once.plan.back.map_or(first, |back| back.0.min(first)),
            false => i32::MIN,
        };
        let mut out = Actives::default();
        let mut along = self.along(scope, Day(back), from.is_some());
        let keys = self.active_keys(scope);
        let counts: Counts<'_> = &|v, d| v.counts_delta(scope, d);
        out.days = self.days_and(&keys, (back, i32::MAX), (scope.staff, counts), &mut along)?;
        self.keep_along(scope, along);
        if let Some(from) = from {
            if plain {
                out.before = self.first_seen_before(scope, Day(back))?;
            }
            let since = out.days.partition_point(|d| d.day < from);
            out.before.extend(out.days[..since].iter().flat_map(|d| d.members.iter().map(|m| m.0)));
            out.days.drain(..since);
        }
        Ok(out)
    }

    /// Active members by day from a day on, for whoever does not ask who was active before.
    ///
    /// # Errors
    /// When the database says no.
    pub fn active_days(&mut self, scope: &Scope, from: Day) -> Result<Vec<DayActives>> {
        let back = self.once.plan.back.map_or(from, |back| back.min(from));
        let keys = self.active_keys(scope);
        let mut days = self.days(&keys, (back.0, i32::MAX), scope.staff, &|v, d| v.counts_delta(scope, d))?;
        days.drain(..days.partition_point(|d| d.day < from));
        Ok(days)
    }

    /// The (scope, kind) of cells that together hold the active rows of a scope.
    pub(super) fn active_keys(&self, scope: &Scope) -> Vec<(i64, i64)> {
        if scope.channels.is_empty() && scope.kinds.is_empty() {
            if scope.sources.is_empty() {
                return vec![(COMMUNITY, ACTIVE)];
            }
            return scope.sources.iter().map(|s| (source_scope(*s), ACTIVE)).collect();
        }
        self.kind_keys(scope, |k| Self::counts(scope, k))
    }

    pub(super) fn counts(scope: &Scope, kind: Kind) -> bool {
        kind.is_active() && (scope.kinds.is_empty() || scope.kinds.contains(&kind))
    }

    pub(super) fn kind_keys(&self, scope: &Scope, want: impl Fn(Kind) -> bool) -> Vec<(i64, i64)> {
        let kinds: Vec<i64> =
            KINDS.iter().map(|k| k.kind).filter(|k| want(*k)).map(|k| i64::from(k.0)).collect();
        self.scope_channels(scope)
            .iter()
            .flat_map(|c| kinds.iter().map(|k| (channel_scope(c.channel_id), *k)))
            .collect()
    }

    pub(super) fn counts_delta(&self, scope: &Scope, d: &Delta) -> bool {
        Self::counts(scope, d.kind) && self.in_scope(scope, d.source_id, d.channel_id)
    }

    /// Reads cells day by day, mapped to members; `counts` says which unfolded rows belong to it.
    pub(super) fn days(
        &mut self,
        keys: &[(i64, i64)],
        (first, last): (i32, i32),
        staff: Staff,
        counts: Counts<'_>,
    ) -> Result<Vec<DayActives>> {
        self.days_and(keys, (first, last), (staff, counts), &mut Along::default())
    }

    /// The same, and what is read along.
    fn days_and(
        &mut self,
        keys: &[(i64, i64)],
        (first, last): (i32, i32),
        (staff, counts): (Staff, Counts<'_>),
        along: &mut Along,
    ) -> Result<Vec<DayActives>> {
        let mask = self.graph.mask(staff);
        let mut fresh: BTreeMap<i32, Pairs> = BTreeMap::new();
        for (scope, _) in keys.iter().filter(|k| k.1 == ACTIVE) {
            for part in union_parts(&self.parts, *scope, first, last) {
                let people = part.people.iter().map(|&(i, n)| (mask.member(i), n)).filter(|p| p.0 != 0);
                fresh.entry(part.day).or_default().extend(people);
            }
        }
        for d in &self.deltas {
            let m = mask.member(d.identity);
            if m != 0 && counts(self, d) && d.day >= first && d.day <= last {
                fresh.entry(d.day).or_default().push((m, 1));
            }
        }
        let mut days = self.stored_days(keys, (first, last), staff, along)?;
        for (day, pairs) in fresh.into_iter().filter(|f| !f.1.is_empty()) {
            match days.binary_search_by_key(&day, |d| d.day.0) {
                Ok(i) => {
                    let mut all = days[i].members.to_vec();
                    all.extend(pairs);
                    days[i].members = unique(all).into();
                }
                Err(i) => days.insert(i, DayActives { day: Day(day), members: unique(pairs).into() }),
            }
        }
        Ok(days)
    }

    /// What the cells hold, read a moment ago or now.
    fn stored_days(
        &mut self,
        keys: &[(i64, i64)],
        (first, last): (i32, i32),
        staff: Staff,
        along: &mut Along,
    ) -> Result<Vec<DayActives>> {
        let question = (keys.to_vec(), staff);
        if let Some(mut days) = self.cache.get(&question, self.version, first) {
            days.retain(|d| d.day.0 <= last);
            return Ok(days);
        }
        if let Some(days) = self.once.days(&question, (first, last)) {
            return Ok(days);
        }
        if let Some(days) = self.narrowed(keys, (first, last), staff) {
            return Ok(days);
        }
        let mask = self.graph.mask(staff);
        let (scopes, kinds) = (keys.iter().map(|k| k.0), keys.iter().map(|k| k.1));
        let mut series = vec![Series::of(unique_of(scopes), unique_of(kinds), (first, last))];
        let begins = self.begins(keys, (first, last));
        series.extend(begins.iter().map(|key| Series::beginning(*key, first - 1, SOME)));
        let beyond = series.len();
        series.extend(along.series(self, beyond));
        let mut days: BTreeMap<i32, Pairs> = BTreeMap::new();
        let mut done: Vec<DayActives> = Vec::new();
        let (mut scratch, mut mapped) = (Pairs::new(), Pairs::new());
        // Of each series whether it has earlier cells, and the first of these on which somebody counts.
        let mut earlier: Vec<(bool, Option<Day>)> = vec![(false, None); begins.len()];
        self.each_cell(&series, |place, cell| {
            if place >= beyond {
                return along.take(place, cell);
            }
            scratch.clear();
            cell::decode_into(cell.people, cell.counts, &mut scratch)?;
            if let Some((any, first)) = place.checked_sub(1).and_then(|n| earlier.get_mut(n)) {
                *any = true;
                if first.is_none_or(|f| cell.day < f) && scratch.iter().any(|p| mask.member(p.0) != 0) {
                    *first = Some(cell.day);
                }
                return Ok(());
            }
            let members = scratch.iter().map(|&(i, n)| (mask.member(i), n)).filter(|p| p.0 != 0);
            if keys.len() > 1 {
                days.entry(cell.day.0).or_default().extend(members);
                return Ok(());
            }
            // One cell a day: nothing to wait for, and nothing large to hold beside what is kept.
            mapped.clear();
            mapped.extend(members);
            mapped = unique(std::mem::take(&mut mapped));
            if !mapped.is_empty() {
                done.push(DayActives { day: cell.day, members: mapped.as_slice().into() });
            }
            Ok(())
        })?;
        let several = days.into_iter().filter(|(_, pairs)| !pairs.is_empty());
        done.extend(several.map(|(day, pairs)| DayActives { day: Day(day), members: unique(pairs).into() }));
        done.sort_unstable_by_key(|d| d.day);
        let days = done;
        // Where a series has earlier cells and nobody counts in those that were read, its beginning is not known.
        if !begins.is_empty() && earlier.iter().all(|(any, first)| !any || first.is_some()) {
            let first = earlier.iter().filter_map(|e| e.1).chain(days.first().map(|d| d.day)).min();
            if let Some((first, newest)) = first.zip(days.last()) {
                let span = Period { first, last: newest.day };
                self.cache.put_span(question.clone(), self.version, Some(span));
            }
        }
        if last == i32::MAX {
            self.cache.put(question, self.version, first, &days);
        }
        Ok(days)
    }

    /// Whether there are rows that are not in cells yet; then a span is found from the days themselves.
    pub(super) fn is_moving(&self) -> bool {
        !self.deltas.is_empty() || !self.parts.is_empty()
    }

    /// Of which series the first cells are read along with the newest days, for the span that is asked of them next.
    fn begins<'k>(&self, keys: &'k [(i64, i64)], (first, last): (i32, i32)) -> &'k [(i64, i64)] {
        let fits = keys.len() <= FEW_KEYS && first != i32::MIN && last == i32::MAX && !self.is_moving();
        if fits { keys } else { &[] }
    }

    /// Members whose first active day lies before `from`, from the stored first days.
    fn first_seen_before(&mut self, scope: &Scope, from: Day) -> Result<RoaringBitmap> {
        if let Some(seen) = self.seen_at_a_glance(scope, from) {
            return Ok(seen);
        }
        let mask = self.graph.mask(scope.staff);
        let scopes = self.before_scopes(scope);
        if scopes.is_empty() {
            return Ok(RoaringBitmap::new());
        }
        let question = (scopes, scope.staff, from.0);
        let mut members = match self.cache.before(&question, self.version) {
            Some(kept) => kept,
            None => {
                let read = self.stored_before(&question.0, from, &mask)?;
                self.cache.put_before(question, self.version, &read);
                read
            }
        };
        for part in self.first_parts(scope).filter(|p| p.day < from.0) {
            members.extend(part.people.iter().map(|p| mask.member(p.0)).filter(|m| *m != 0));
        }
        Ok(members)
    }

    fn stored_before(&mut self, scopes: &[i64], from: Day, mask: &Mask) -> Result<RoaringBitmap> {
        let list: Vec<String> = scopes.iter().map(i64::to_string).collect();
        let mut raw: Vec<u32> = Vec::new();
        self.conn.for_each(
            &format!(
                "SELECT people FROM cells WHERE generation = $1 AND scope IN ({}) AND kind = $2 AND day < $3",
                list.join(",")
            ),
            &[self.frame.generation.into(), FIRST.into(), from.0.into()],
            |r| {
                raw.extend(cell::decode_set(r.bytes(0)?)?);
                Ok(())
            },
        )?;
        Ok(raw.into_iter().map(|i| mask.member(i)).filter(|m| *m != 0).collect())
    }

    /// Unfolded first days of the scope's sources; one that is no longer the first stands beside an earlier one.
    pub(super) fn first_parts(&self, scope: &Scope) -> impl Iterator<Item = &Group> {
        let scopes: Vec<i64> = self.scope_sources(scope).iter().map(|s| source_scope(s.source_id)).collect();
        self.parts.iter().filter(move |p| p.kind == FIRST && scopes.contains(&p.scope))
    }
}

/// Each number once.
fn unique_of(numbers: impl Iterator<Item = i64>) -> impl Iterator<Item = i64> {
    numbers.collect::<BTreeSet<_>>().into_iter()
}
