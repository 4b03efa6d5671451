//! Day sets: who was active when.

use super::{Actives, DayActives, Delta, LogView, Scope, Staff, sides, unique};
use crate::cell::{self, Pairs};
use crate::graph::Mask;
use crate::rollup::fold::union_parts;
use crate::rollup::parts::Group;
use crate::rollup::{ACTIVE, COMMUNITY, FIRST, channel_scope, source_scope};
use crate::{KINDS, Kind};
use base::{Day, Period, Result};
use roaring::RoaringBitmap;
use std::collections::BTreeMap;

impl LogView<'_, '_> {
    /// First and last day with an active row in the scope.
    ///
    /// # Errors
    /// When the database says no.
    pub fn span(&mut self, scope: &Scope) -> Result<Option<Period>> {
        let keys = self.active_keys(scope);
        if keys.len() > 8 || !self.deltas.is_empty() || !self.parts.is_empty() {
            let actives = self.actives(scope, None)?;
            let ends = actives.days.first().zip(actives.days.last());
            return Ok(ends.map(|(a, b)| Period { first: a.day, last: b.day }));
        }
        let question = (keys, scope.staff);
        if let Some(kept) = self.cache.span(&question, self.version) {
            return Ok(kept);
        }
        let mask = self.graph.mask(scope.staff);
        let span = self.ends(&question.0, &mask)?;
        self.cache.put_span(question, self.version, span);
        Ok(span)
    }

    /// The first and the last day on which somebody counts, found from both ends of every cell's series inwards.
    fn ends(&mut self, keys: &[(i64, i64)], mask: &Mask) -> Result<Option<Period>> {
        const STEP: usize = 32;
        if keys.is_empty() {
            return Ok(None);
        }
        let mut arms = Vec::new();
        for (n, (scope, kind)) in keys.iter().enumerate() {
            for (last, order) in [(0, "ASC"), (1, "DESC")] {
                arms.push(format!(
                    "SELECT CAST({} AS BIGINT), day, people, counts FROM (SELECT day, people, counts FROM cells
                     WHERE generation = $1 AND scope = {scope} AND kind = {kind} ORDER BY day {order} LIMIT {STEP}) e{n}{last}",
                    n * 2 + last
                ));
            }
        }
        // For each end of each series: how many cells were seen, and the outermost day on which somebody counts.
        let mut ends: Vec<(usize, Option<Day>)> = vec![(0, None); arms.len()];
        let mut scratch = Pairs::new();
        self.conn.for_each(&arms.join(" UNION ALL "), &[self.frame.generation.into()], |r| {
            let which = r.int(0)? as usize;
            let (seen, found) = &mut ends[which];
            *seen += 1;
            let day = Day(r.int(1)? as i32);
            let further = found.is_none_or(|f| if which.is_multiple_of(2) { day < f } else { day > f });
            if further {
                scratch.clear();
                cell::decode_into(r.bytes(2)?, r.bytes(3)?, &mut scratch)?;
                if scratch.iter().any(|p| mask.member(p.0) != 0) {
                    *found = Some(day);
                }
            }
            Ok(())
        })?;
        let mut span: Option<Period> = None;
        for (key, both) in keys.iter().zip(ends.chunks(2)) {
            let mut days = [None, None];
            for (n, (seen, found)) in both.iter().enumerate() {
                // Nobody counts on so many days: on from there, which hardly ever happens.
                days[n] =
                    if found.is_none() && *seen == STEP { self.edge(*key, mask, n == 0)? } else { *found };
            }
            if let [Some(first), Some(last)] = days {
                let s = span.get_or_insert(Period { first, last });
                *s = Period { first: s.first.min(first), last: s.last.max(last) };
            }
        }
        Ok(span)
    }

    /// The first (or last) day of a cell's series on which somebody counts, found from its end inwards.
    fn edge(&mut self, (scope, kind): (i64, i64), mask: &Mask, first: bool) -> Result<Option<Day>> {
        const STEP: i64 = 32;
        let (order, beyond) = if first { ("ASC", ">") } else { ("DESC", "<") };
        let mut after = if first { i64::MIN } else { i64::MAX };
        let mut scratch = Pairs::new();
        loop {
            let (mut seen, mut found) = (0, None);
            self.conn.for_each(
                &format!(
                    "SELECT day, people, counts FROM cells WHERE generation = $1 AND scope = $2 AND kind = $3
                     AND day {beyond} $4 ORDER BY day {order} LIMIT {STEP}"
                ),
                &[self.frame.generation.into(), scope.into(), kind.into(), after.into()],
                |r| {
                    seen += 1;
                    after = r.int(0)?;
                    if found.is_none() {
                        scratch.clear();
                        cell::decode_into(r.bytes(1)?, r.bytes(2)?, &mut scratch)?;
                        found = scratch.iter().any(|p| mask.member(p.0) != 0).then_some(Day(after as i32));
                    }
                    Ok(())
                },
            )?;
            if found.is_some() || seen < STEP {
                return Ok(found);
            }
        }
    }

    /// Active members by day, from `from` (or the beginning) to the last day.
    ///
    /// # Errors
    /// When the database says no.
    pub fn actives(&mut self, scope: &Scope, from: Option<Day>) -> Result<Actives> {
        let plain = scope.channels.is_empty() && scope.kinds.is_empty();
        let mut out = Actives::default();
        if let Some(from) = from {
            out.before =
                if plain { self.first_seen_before(scope, from)? } else { self.seen_before(scope, from)? };
        }
        let first = from.map_or(i32::MIN, |d| d.0);
        let cells = self.active_keys(scope);
        out.days = self.days(&cells, (first, i32::MAX), scope.staff, &|v, d| v.counts_delta(scope, d))?;
        Ok(out)
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
        counts: &dyn Fn(&Self, &Delta) -> bool,
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
        let mut days = self.stored_days(keys, (first, last), staff, &mask)?;
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
        mask: &Mask,
    ) -> Result<Vec<DayActives>> {
        let question = (keys.to_vec(), staff);
        if let Some(mut days) = self.cache.get(&question, self.version, first) {
            days.retain(|d| d.day.0 <= last);
            return Ok(days);
        }
        let mut days: BTreeMap<i32, Pairs> = BTreeMap::new();
        let mut done: Vec<DayActives> = Vec::new();
        let (mut scratch, mut mapped) = (Pairs::new(), Pairs::new());
        let (scopes, kinds) = sides(keys);
        let sql = format!(
            "SELECT day, people, counts FROM cells
             WHERE generation = $1 AND scope IN ({scopes}) AND kind IN ({kinds}) AND day >= $2 AND day <= $3"
        );
        self.conn.for_each(&sql, &[self.frame.generation.into(), first.into(), last.into()], |r| {
            let day = r.int(0)? as i32;
            scratch.clear();
            cell::decode_into(r.bytes(1)?, r.bytes(2)?, &mut scratch)?;
            let members = scratch.iter().map(|&(i, n)| (mask.member(i), n)).filter(|p| p.0 != 0);
            if keys.len() > 1 {
                days.entry(day).or_default().extend(members);
                return Ok(());
            }
            // One cell a day: nothing to wait for, and nothing large to hold beside what is kept.
            mapped.clear();
            mapped.extend(members);
            mapped = unique(std::mem::take(&mut mapped));
            if !mapped.is_empty() {
                done.push(DayActives { day: Day(day), members: mapped.as_slice().into() });
            }
            Ok(())
        })?;
        let several = days.into_iter().filter(|(_, pairs)| !pairs.is_empty());
        done.extend(several.map(|(day, pairs)| DayActives { day: Day(day), members: unique(pairs).into() }));
        done.sort_unstable_by_key(|d| d.day);
        let days = done;
        if last == i32::MAX {
            self.cache.put(question, self.version, first, &days);
        }
        Ok(days)
    }

    /// Members whose first active day lies before `from`, from the stored first days.
    fn first_seen_before(&mut self, scope: &Scope, from: Day) -> Result<RoaringBitmap> {
        let mask = self.graph.mask(scope.staff);
        let scopes: Vec<i64> = self.scope_sources(scope).iter().map(|s| source_scope(s.source_id)).collect();
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

    /// The same where first days are not stored: channels and kinds.
    fn seen_before(&mut self, scope: &Scope, from: Day) -> Result<RoaringBitmap> {
        let keys = self.active_keys(scope);
        let days = self.days(&keys, (i32::MIN, from.0 - 1), scope.staff, &|v, d| v.counts_delta(scope, d))?;
        Ok(days.iter().flat_map(|d| d.members.iter().map(|m| m.0)).collect())
    }
}
