//! Several scopes at once: what the whole and the parts of a split answer need, read together and kept, so that the
//! questions that follow find it.

use super::cells::Series;
use super::days::SOME;
use super::passages::Comings;
use super::{DayActives, LogView, Scope, unique};
use crate::cell::{self, Pairs};
use crate::graph::Mask;
use crate::rollup::{ACTIVE, FIRST};
use base::{Day, Period, Result};
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What of several scopes will be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prepare {
    /// Day sets, as far back as was planned.
    pub days: bool,
    /// Joins.
    pub joins: bool,
    /// Leaves too.
    pub leaves: bool,
}

/// The day sets of one scope.
struct Asked {
    keys: Vec<(i64, i64)>,
    scope: Scope,
    mask: Arc<Mask>,
    /// Whether its first days are stored, so that earlier days need not be read.
    plain: bool,
    first: i32,
    days: BTreeMap<i32, Pairs>,
}

/// The first cells of a series: day and who acted.
type Beginning = Vec<(Day, RoaringBitmap)>;

impl LogView<'_, '_> {
    /// Reads what will be asked of several scopes. The answers are the same without.
    ///
    /// # Errors
    /// When the database says no.
    pub fn prepare(&mut self, scopes: &[Scope], what: Prepare) -> Result<()> {
        // While rows wait to be folded, a span is found from the days.
        if what.days || self.is_moving() {
            self.prepare_days(scopes)?;
        } else {
            self.prepare_spans(scopes)?;
        }
        if what.joins || what.leaves {
            self.prepare_passages(scopes, what.leaves)?;
        }
        Ok(())
    }

    fn prepare_spans(&mut self, scopes: &[Scope]) -> Result<()> {
        let questions = scopes.iter().map(|scope| (self.active_keys(scope), scope.staff));
        let missing: Vec<_> = questions.filter(|q| self.cache.span(q, self.version).is_none()).collect();
        let asked: Vec<_> = missing.iter().map(|q| (q.0.clone(), self.graph.mask(q.1))).collect();
        let spans = self.ends(&asked)?;
        for (question, span) in missing.into_iter().zip(spans) {
            self.cache.put_span(question, self.version, span);
        }
        Ok(())
    }

    fn prepare_days(&mut self, scopes: &[Scope]) -> Result<()> {
        let back = self.once.plan.back.filter(|_| !self.is_moving()).map_or(i32::MIN, |d| d.0);
        let asked = scopes.iter().map(|scope| {
            let plain = scope.channels.is_empty() && scope.kinds.is_empty();
            Asked {
                keys: self.active_keys(scope),
                mask: self.graph.mask(scope.staff),
                scope: scope.clone(),
                plain,
                first: if plain { back } else { i32::MIN },
                days: BTreeMap::new(),
            }
        });
        let (mut known, mut missing) = (Vec::new(), Vec::new());
        for a in asked {
            let question = (a.keys.clone(), a.scope.staff);
            match self.cache.get(&question, self.version, a.first) {
                Some(days) => known.push((question, a.first, days)),
                None => missing.push(a),
            }
        }
        let mut asked = missing;
        // What is kept is held for this reading: what is added to it may push it out.
        known.into_iter().for_each(|(question, first, days)| self.once.put_days(question, first, days));
        if asked.is_empty() {
            return Ok(());
        }
        let mut wanted: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
        for (place, a) in asked.iter().enumerate() {
            a.keys.iter().for_each(|key| wanted.entry(*key).or_default().push(place));
        }
        let (series, begins) = self.several(&asked, back);
        let mut beginnings: HashMap<(i64, i64), Beginning> = HashMap::new();
        let mut firsts: HashMap<i64, Vec<u32>> = HashMap::new();
        let mut pairs = Pairs::new();
        self.each_cell(&series, |place, cell| {
            if cell.kind == FIRST {
                firsts.entry(cell.scope).or_default().extend(cell::decode_set(cell.people)?);
                return Ok(());
            }
            let key = (cell.scope, cell.kind);
            if begins.contains(&place) {
                beginnings.entry(key).or_default().push((cell.day, cell::decode_set(cell.people)?));
                return Ok(());
            }
            let Some(places) = wanted.get(&key) else { return Ok(()) };
            pairs.clear();
            cell::decode_into(cell.people, cell.counts, &mut pairs)?;
            for &i in places {
                let Asked { mask, days, .. } = &mut asked[i];
                let members = pairs.iter().map(|&(who, n)| (mask.member(who), n));
                days.entry(cell.day.0).or_default().extend(members.filter(|m| m.0 != 0));
            }
            Ok(())
        })?;
        for a in asked {
            self.keep_prepared(a, &beginnings, &firsts);
        }
        Ok(())
    }

    /// What to read, and which of it are beginnings of series.
    fn several(&self, asked: &[Asked], back: i32) -> (Vec<Series>, std::ops::Range<usize>) {
        let keys = |plain: bool| {
            let of = asked.iter().filter(move |a| a.plain == plain);
            of.flat_map(|a| a.keys.iter().copied()).collect::<BTreeSet<_>>()
        };
        let each = |keys: &BTreeSet<(i64, i64)>, of: fn(&(i64, i64)) -> i64| {
            keys.iter().map(of).collect::<BTreeSet<_>>().into_iter()
        };
        let (mut series, mut begins) = (Vec::new(), 0..0);
        let narrow = keys(false);
        if !narrow.is_empty() {
            series.push(Series::of(each(&narrow, |k| k.0), each(&narrow, |k| k.1), (i32::MIN, i32::MAX)));
        }
        let plain = keys(true);
        if !plain.is_empty() {
            let scopes = each(&plain, |k| k.0);
            series.push(Series::of(scopes, std::iter::once(ACTIVE), (back, i32::MAX)));
        }
        if !plain.is_empty() && back != i32::MIN {
            begins = series.len()..series.len() + plain.len();
            series.extend(plain.iter().map(|key| Series::beginning(*key, back - 1, SOME)));
            let of = asked.iter().filter(|a| a.plain).flat_map(|a| self.before_scopes(&a.scope));
            let scopes: BTreeSet<i64> = of.collect();
            series.push(Series::of(scopes.into_iter(), std::iter::once(FIRST), (i32::MIN, back - 1)));
        }
        (series, begins)
    }

    fn keep_prepared(
        &mut self,
        asked: Asked,
        beginnings: &HashMap<(i64, i64), Beginning>,
        firsts: &HashMap<i64, Vec<u32>>,
    ) {
        let Asked { keys, scope, mask, plain, first, days } = asked;
        let days = days.into_iter().filter(|(_, pairs)| !pairs.is_empty());
        let days: Vec<DayActives> =
            days.map(|(day, pairs)| DayActives { day: Day(day), members: unique(pairs).into() }).collect();
        let question = (keys, scope.staff);
        if plain && first != i32::MIN {
            let scopes = self.before_scopes(&scope);
            let found = scopes.iter().filter_map(|s| firsts.get(s)).flatten();
            let members = found.map(|i| mask.member(*i)).filter(|m| *m != 0).collect();
            self.cache.put_before((scopes, scope.staff, first), self.version, &members);
        }
        if !self.is_moving() {
            // Where nobody counts in the first cells of a series, its beginning is not known.
            let begin = |cells: &Beginning| {
                cells.iter().filter(|c| c.1.iter().any(|i| mask.member(i) != 0)).map(|c| c.0).min()
            };
            let begun: Vec<_> = question.0.iter().filter_map(|key| beginnings.get(key)).map(begin).collect();
            let first = begun.iter().flatten().copied().chain(days.first().map(|d| d.day)).min();
            if let (Some(first), Some(newest), true) = (first, days.last(), begun.iter().all(Option::is_some))
            {
                let span = Period { first, last: newest.day };
                self.cache.put_span(question.clone(), self.version, Some(span));
            }
        }
        self.cache.put(question.clone(), self.version, first, &days);
        self.once.put_days(question, first, days);
    }

    fn prepare_passages(&mut self, scopes: &[Scope], with_leaves: bool) -> Result<()> {
        let key = |scope: &Scope| (scope.sources.clone(), scope.channels.clone(), scope.staff);
        let mut missing = Vec::new();
        for scope in scopes {
            // What is kept is held for this reading: what is added to it may push it out.
            match self.kept_passages(&key(scope), with_leaves) {
                Some(kept) => self.once.passages.push(((key(scope), with_leaves), kept)),
                None => missing.push(scope),
            }
        }
        let scopes = missing;
        let mut all: Vec<Comings> = scopes.iter().map(|scope| Comings::of(self, scope)).collect();
        let of: Vec<Vec<Series>> = all.iter().map(Comings::series).collect();
        let owner: Vec<usize> = of.iter().enumerate().flat_map(|(n, s)| s.iter().map(move |_| n)).collect();
        let series: Vec<Series> = of.into_iter().flatten().collect();
        self.each_cell(&series, |place, cell| all[owner[place]].take_cell(cell))?;
        let mut found: Vec<_> = all.into_iter().zip(&scopes).map(|(c, scope)| c.done(self, scope)).collect();
        if with_leaves {
            let leaves = self.leaves(&scopes)?;
            for (passages, leaves) in found.iter_mut().zip(leaves) {
                (passages.leaves, passages.first_leave) = (leaves, None);
            }
        }
        for (passages, scope) in found.iter().zip(&scopes) {
            self.keep_passages((key(scope), with_leaves), passages);
        }
        Ok(())
    }
}
