//! Many scopes at once: how large each channel is, and the day sets of several scopes in one statement.

use super::{DayActives, LogView, Scope, ids, unique};
use crate::cell::{self, Pairs};
use crate::rollup::channel_scope;
use base::{Day, Period, Result};
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl LogView<'_, '_> {
    /// The channels of a scope with their active rows in the period, largest first; equal ones by name.
    ///
    /// # Errors
    /// When the database says no.
    pub fn channel_sizes(&mut self, scope: &Scope, period: Option<Period>) -> Result<Vec<(i64, u64)>> {
        let mask = self.graph.mask(scope.staff);
        let (first, last) = period.map_or((i32::MIN, i32::MAX), |p| (p.first.0, p.last.0));
        let channels = self.scope_channels(scope);
        let keys = self.kind_keys(scope, |kind| Self::counts(scope, kind));
        let sql = format!(
            "SELECT scope, people, counts FROM cells
             WHERE generation = $1 AND scope IN ({}) AND kind IN ({}) AND day >= $2 AND day <= $3",
            ids(channels.iter().map(|c| channel_scope(c.channel_id))),
            ids(keys.iter().map(|k| k.1).collect::<BTreeSet<_>>().into_iter()),
        );
        let mut sizes: HashMap<i64, u64> = HashMap::new();
        let mut pairs = Pairs::new();
        self.conn.for_each(&sql, &[self.frame.generation.into(), first.into(), last.into()], |r| {
            pairs.clear();
            cell::decode_into(r.bytes(1)?, r.bytes(2)?, &mut pairs)?;
            let rows = pairs.iter().filter(|p| mask.member(p.0) != 0).map(|p| u64::from(p.1));
            *sizes.entry(r.int(0)?).or_default() += rows.sum::<u64>();
            Ok(())
        })?;
        for d in self.deltas.iter().filter(|d| d.day >= first && d.day <= last) {
            if self.counts_delta(scope, d) && mask.member(d.identity) != 0 {
                *sizes.entry(channel_scope(d.channel_id)).or_default() += 1;
            }
        }
        let size = |id: i64| sizes.get(&channel_scope(id)).copied().unwrap_or(0);
        let mut all: Vec<_> = channels.iter().map(|c| (c.channel_id, size(c.channel_id), &c.name)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.2.cmp(b.2)));
        Ok(all.into_iter().map(|(id, rows, _)| (id, rows)).collect())
    }

    /// Reads the day sets of several scopes in one statement and keeps them, so that the questions that follow
    /// find them. Scopes of whole sources need no preparation: each is one statement anyway.
    ///
    /// # Errors
    /// When the database says no.
    pub fn prepare(&mut self, scopes: &[Scope]) -> Result<()> {
        let questions: Vec<_> = scopes.iter().map(|scope| (self.active_keys(scope), scope.staff)).collect();
        let missing: Vec<usize> = (0..questions.len())
            .filter(|i| self.cache.get(&questions[*i], self.version, i32::MIN).is_none())
            .collect();
        let mut wanted: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
        for &i in &missing {
            for key in &questions[i].0 {
                wanted.entry(*key).or_default().push(i);
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let masks: Vec<_> = questions.iter().map(|q| self.graph.mask(q.1)).collect();
        let sql = format!(
            "SELECT scope, kind, day, people, counts FROM cells
             WHERE generation = $1 AND scope IN ({}) AND kind IN ({})",
            ids(wanted.keys().map(|k| k.0).collect::<BTreeSet<_>>().into_iter()),
            ids(wanted.keys().map(|k| k.1).collect::<BTreeSet<_>>().into_iter()),
        );
        let mut days: Vec<BTreeMap<i32, Pairs>> = vec![BTreeMap::new(); questions.len()];
        let mut pairs = Pairs::new();
        self.conn.for_each(&sql, &[self.frame.generation.into()], |r| {
            let Some(places) = wanted.get(&(r.int(0)?, r.int(1)?)) else { return Ok(()) };
            pairs.clear();
            cell::decode_into(r.bytes(3)?, r.bytes(4)?, &mut pairs)?;
            let day = r.int(2)? as i32;
            for &i in places {
                let members = pairs.iter().map(|&(who, n)| (masks[i].member(who), n));
                days[i].entry(day).or_default().extend(members.filter(|m| m.0 != 0));
            }
            Ok(())
        })?;
        for i in missing {
            let days: Vec<DayActives> = std::mem::take(&mut days[i])
                .into_iter()
                .filter(|(_, pairs)| !pairs.is_empty())
                .map(|(day, pairs)| DayActives { day: Day(day), members: unique(pairs).into() })
                .collect();
            self.cache.put(questions[i].clone(), self.version, i32::MIN, &days);
        }
        Ok(())
    }
}
