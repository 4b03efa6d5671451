//! What is read along with day sets: who was active before them, joins, and how large channels are, as far as the
//! plan of the page says that they will be asked for next.

use super::cells::{Cell, Series};
use super::once::PassageKey;
use super::passages::Comings;
use super::{LogView, Passages, Scope};
use crate::cell::{self, Pairs};
use crate::graph::Mask;
use crate::rollup::{FIRST, channel_scope, source_scope};
use base::{Day, Period, Result};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Collects it from cells.
#[derive(Default)]
pub(super) struct Along {
    /// Sources' scopes, the day, and the identities that were found.
    before: Option<(Vec<i64>, Day, Vec<u32>)>,
    comings: Option<(PassageKey, Comings)>,
    sizes: Option<Sizes>,
    /// Where its series stand among those of the statement.
    place: usize,
    /// Whether its cells were read.
    read: bool,
}

/// Active rows by channel.
pub(super) struct Sizes {
    scope: Scope,
    period: Option<Period>,
    mask: Arc<Mask>,
    pairs: Pairs,
    by_scope: HashMap<i64, u64>,
}

impl Sizes {
    fn take(&mut self, cell: &Cell<'_>) -> Result<()> {
        self.pairs.clear();
        cell::decode_into(cell.people, cell.counts, &mut self.pairs)?;
        let rows = self.pairs.iter().filter(|p| self.mask.member(p.0) != 0).map(|p| u64::from(p.1));
        *self.by_scope.entry(cell.scope).or_default() += rows.sum::<u64>();
        Ok(())
    }
}

impl Along {
    /// What to read along; to be put after `place` other series.
    pub fn series(&mut self, view: &LogView<'_, '_>, place: usize) -> Vec<Series> {
        (self.place, self.read) = (place, true);
        let mut series = Vec::new();
        if let Some(sizes) = &self.sizes {
            series.push(view.size_series(&sizes.scope, sizes.period));
        }
        // Whoever was first active before a day is among those whose first days joins are made of.
        match (&self.comings, &self.before) {
            (Some((_, comings)), _) => series.extend(comings.series()),
            (None, Some((scopes, day, _))) => {
                let days = (i32::MIN, day.0 - 1);
                series.push(Series::of(scopes.iter().copied(), std::iter::once(FIRST), days));
            }
            (None, None) => {}
        }
        series
    }

    /// Takes a cell of its series.
    pub fn take(&mut self, series: usize, cell: &Cell<'_>) -> Result<()> {
        if let (Some(sizes), true) = (&mut self.sizes, series == self.place) {
            return sizes.take(cell);
        }
        if let Some((.., found)) = self.before.as_mut().filter(|b| cell.kind == FIRST && cell.day < b.1) {
            found.extend(cell::decode_set(cell.people)?);
        }
        match &mut self.comings {
            Some((_, comings)) => comings.take_cell(cell),
            None => Ok(()),
        }
    }
}

impl LogView<'_, '_> {
    /// What the plan says that will be asked for beside day sets from a day on.
    pub(super) fn along(&self, scope: &Scope, back: Day, with_before: bool) -> Along {
        let mut along = Along::default();
        let plain = scope.channels.is_empty() && scope.kinds.is_empty();
        if with_before && plain {
            let scopes = self.before_scopes(scope);
            let question = (scopes, scope.staff, back.0);
            if !question.0.is_empty() && self.cache.before(&question, self.version).is_none() {
                along.before = Some((question.0, back, Vec::new()));
            }
        }
        let key = (scope.sources.clone(), scope.channels.clone(), scope.staff);
        if self.once.plan.passages && !self.knows_joins(&key) {
            along.comings = Some((key, Comings::of(self, scope)));
        }
        if let Some(period) = self.once.plan.sizes
            && self.kept_sizes(scope, Some(period)).is_none()
        {
            along.sizes = Some(self.sizes(scope, Some(period)));
        }
        along
    }

    /// Keeps what was read along.
    pub(super) fn keep_along(&mut self, scope: &Scope, along: Along) {
        if !along.read {
            return;
        }
        if let Some((scopes, day, found)) = along.before {
            let mask = self.graph.mask(scope.staff);
            let members = found.into_iter().map(|i| mask.member(i)).filter(|m| *m != 0).collect();
            self.cache.put_before((scopes, scope.staff, day.0), self.version, &members);
        }
        if let Some((key, comings)) = along.comings {
            let joins: Passages = comings.done(self, scope);
            self.keep_passages((key, false), &joins);
        }
        if let Some(sizes) = along.sizes {
            let found = self.sized(sizes);
            self.once.sizes.push(found);
        }
    }

    /// The scopes whose first days say who was active before a day.
    pub(super) fn before_scopes(&self, scope: &Scope) -> Vec<i64> {
        self.scope_sources(scope).iter().map(|s| source_scope(s.source_id)).collect()
    }

    /// The channels of a scope with their active rows in the period, largest first; equal ones by name.
    ///
    /// # Errors
    /// When the database says no.
    pub fn channel_sizes(&mut self, scope: &Scope, period: Option<Period>) -> Result<Vec<(i64, u64)>> {
        if let Some(kept) = self.kept_sizes(scope, period) {
            return Ok(kept.to_vec());
        }
        let mut sizes = self.sizes(scope, period);
        let series = self.size_series(scope, period);
        self.each_cell(&[series], |_, cell| sizes.take(cell))?;
        let (.., found) = self.sized(sizes);
        Ok(found)
    }

    fn kept_sizes(&self, scope: &Scope, period: Option<Period>) -> Option<&[(i64, u64)]> {
        let same = |of: &Scope| {
            (&of.sources, &of.channels, &of.kinds, of.staff)
                == (&scope.sources, &scope.channels, &scope.kinds, scope.staff)
        };
        self.once.sizes.iter().find(|k| same(&k.0) && k.1 == period).map(|k| k.2.as_slice())
    }

    fn sizes(&self, scope: &Scope, period: Option<Period>) -> Sizes {
        let mask = self.graph.mask(scope.staff);
        Sizes { scope: scope.clone(), period, mask, pairs: Pairs::new(), by_scope: HashMap::new() }
    }

    fn size_series(&self, scope: &Scope, period: Option<Period>) -> Series {
        let kinds = self.kind_keys(scope, |kind| Self::counts(scope, kind));
        let kinds: BTreeSet<i64> = kinds.into_iter().map(|k| k.1).collect();
        let channels = self.scope_channels(scope);
        let days = period.map_or((i32::MIN, i32::MAX), |p| (p.first.0, p.last.0));
        Series::of(channels.iter().map(|c| channel_scope(c.channel_id)), kinds.into_iter(), days)
    }

    /// With what is not folded yet, in order.
    fn sized(&self, sizes: Sizes) -> (Scope, Option<Period>, Vec<(i64, u64)>) {
        let Sizes { scope, period, mask, mut by_scope, .. } = sizes;
        for d in self.deltas.iter().filter(|d| period.is_none_or(|p| p.holds(Day(d.day)))) {
            if self.counts_delta(&scope, d) && mask.member(d.identity) != 0 {
                *by_scope.entry(channel_scope(d.channel_id)).or_default() += 1;
            }
        }
        let channels = self.scope_channels(&scope);
        let size = |id: i64| by_scope.get(&channel_scope(id)).copied().unwrap_or(0);
        let mut all: Vec<_> = channels.iter().map(|c| (c.channel_id, size(c.channel_id), &c.name)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.2.cmp(b.2)));
        (scope, period, all.into_iter().map(|(id, rows, _)| (id, rows)).collect())
    }
}
