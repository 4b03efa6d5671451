//! Every channel of a scope at once: day sets, spans and openings in one statement each, whatever their number.

use super::{DayActives, LogView, Opened, Scope, Staff, ids, unique};
use crate::Kind;
use crate::cell::{self, Pairs};
use crate::rollup::channel_scope;
use base::{Day, Period, Result};
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl LogView<'_, '_> {
    /// Active members by channel and day, from a day on. Channels without any are left out.
    ///
    /// # Errors
    /// When the database says no.
    pub fn channel_days(&mut self, scope: &Scope, from: Day) -> Result<HashMap<i64, Vec<DayActives>>> {
        let mask = self.graph.mask(scope.staff);
        let mut found: HashMap<i64, BTreeMap<i32, Pairs>> = HashMap::new();
        let (scopes, kinds) = self.channel_cells(scope);
        let sql = format!(
            "SELECT scope, day, people, counts FROM cells
             WHERE generation = $1 AND scope IN ({scopes}) AND kind IN ({kinds}) AND day >= $2"
        );
        let mut pairs = Pairs::new();
        self.conn.for_each(&sql, &[self.frame.generation.into(), from.0.into()], |r| {
            pairs.clear();
            cell::decode_into(r.bytes(2)?, r.bytes(3)?, &mut pairs)?;
            let of_channel = found.entry(r.int(0)? / 2).or_default();
            let members = pairs.iter().map(|&(who, n)| (mask.member(who), n)).filter(|m| m.0 != 0);
            of_channel.entry(r.int(1)? as i32).or_default().extend(members);
            Ok(())
        })?;
        for d in self.deltas.iter().filter(|d| d.day >= from.0) {
            let member = mask.member(d.identity);
            if member != 0 && self.counts_delta(scope, d) {
                found.entry(d.channel_id).or_default().entry(d.day).or_default().push((member, 1));
            }
        }
        let days = |days: BTreeMap<i32, Pairs>| {
            days.into_iter()
                .filter(|(_, pairs)| !pairs.is_empty())
                .map(|(day, pairs)| DayActives { day: Day(day), members: unique(pairs).into() })
                .collect()
        };
        Ok(found.into_iter().map(|(channel, of_channel)| (channel, days(of_channel))).collect())
    }

    /// First and last day with an active row of each channel, bots' rows included.
    ///
    /// # Errors
    /// When the database says no.
    pub fn channel_spans(&mut self, scope: &Scope) -> Result<HashMap<i64, Period>> {
        let (scopes, kinds) = self.channel_cells(scope);
        let sql = format!(
            "SELECT scope, MIN(day), MAX(day) FROM cells
             WHERE generation = $1 AND scope IN ({scopes}) AND kind IN ({kinds}) GROUP BY scope"
        );
        let mut spans: HashMap<i64, Period> = HashMap::new();
        self.conn.for_each(&sql, &[self.frame.generation.into()], |r| {
            let (first, last) = (Day(r.int(1)? as i32), Day(r.int(2)? as i32));
            spans.insert(r.int(0)? / 2, Period { first, last });
            Ok(())
        })?;
        for d in &self.deltas {
            if self.counts_delta(scope, d) {
                let day = Day(d.day);
                let span = spans.entry(d.channel_id).or_insert(Period { first: day, last: day });
                *span = Period { first: span.first.min(day), last: span.last.max(day) };
            }
        }
        Ok(spans)
    }

    /// Conversations as in [`LogView::opened`], by the channel of their opening; each channel's by time. The inner
    /// error as there.
    ///
    /// # Errors
    /// When the database says no.
    pub fn channel_opened(
        &mut self,
        scope: &Scope,
        period: Option<Period>,
    ) -> Result<std::result::Result<HashMap<i64, Vec<Opened>>, String>> {
        let (openers, everybody) = (self.graph.mask(scope.staff), self.graph.mask(Staff::Include));
        let fits = |kind: Kind| kind.opens() && (scope.kinds.is_empty() || scope.kinds.contains(&kind));
        let mut found: HashMap<i64, Vec<Opened>> = HashMap::new();
        let read = self.conversations(scope, period, fits, |channel, e| {
            let opener = openers.member(e.opener);
            if opener != 0 {
                let another = |identity: u32| ![0, opener].contains(&everybody.member(identity));
                let answered_at = e.others.clone().find(|o| another(o.0)).map(|o| o.1);
                let opened = Opened { conversation: e.id, at: e.at, opener, answered_at };
                found.entry(channel).or_default().push(opened);
            }
        })?;
        found.values_mut().for_each(|list| list.sort_unstable_by_key(|o| (o.at, o.conversation)));
        Ok(read.map(|()| found))
    }

    /// The scopes and kinds of the channels' cells, as insides of `IN (…)`.
    fn channel_cells(&self, scope: &Scope) -> (String, String) {
        let keys = self.kind_keys(scope, |kind| Self::counts(scope, kind));
        let channels = self.scope_channels(scope);
        (
            ids(channels.iter().map(|c| channel_scope(c.channel_id))),
            ids(keys.iter().map(|k| k.1).collect::<BTreeSet<_>>().into_iter()),
        )
    }
}
