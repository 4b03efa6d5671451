//! Conversations, their openings and first answers; members' first rows.

use super::{FirstRow, LogView, Opened, Scope, Staff, ids};
use crate::cell;
use crate::conversations::{Opening, people_of};
use crate::graph::Mask;
use crate::rollup::index::{month_of, tail};
use crate::rollup::{FIRST, source_scope};
use crate::sources::Source;
use crate::{KINDS, Kind};
use base::{Day, Micros, Period, Result};
use std::collections::{BTreeMap, HashMap};

impl LogView<'_, '_> {
    /// Conversations opened by a human member with an opening kind, whose opening falls in the period, by
    /// time of opening. The inner error: no source in scope has reply links; the text says why.
    ///
    /// # Errors
    /// When the database says no.
    pub fn opened(
        &mut self,
        scope: &Scope,
        period: Option<Period>,
    ) -> Result<std::result::Result<Vec<Opened>, String>> {
        self.opened_where(scope, period, |kind| {
            kind.opens() && (scope.kinds.is_empty() || scope.kinds.contains(&kind))
        })
    }

    /// The same for openings of any active kind, one for each conversation that `openings` counts.
    ///
    /// # Errors
    /// When the database says no.
    pub fn opened_by_any_kind(
        &mut self,
        scope: &Scope,
        period: Option<Period>,
    ) -> Result<std::result::Result<Vec<Opened>, String>> {
        self.opened_where(scope, period, |kind| Self::counts(scope, kind))
    }

    fn opened_where(
        &mut self,
        scope: &Scope,
        period: Option<Period>,
        fits: impl Fn(Kind) -> bool,
    ) -> Result<std::result::Result<Vec<Opened>, String>> {
        let sources = self.scope_sources(scope);
        let with_replies: Vec<&Source> = sources.iter().filter(|s| s.has_replies).collect();
        if with_replies.is_empty() && !sources.is_empty() {
            return Ok(Err("no reply links".to_owned()));
        }
        let zone = &self.frame.zone;
        let (from, to) = period
            .map_or((i64::MIN, i64::MAX), |p| (zone.start_of(p.first), zone.start_of(p.last.plus(1)) - 1));
        let (openers, everybody) = (self.graph.mask(scope.staff), self.graph.mask(Staff::Include));
        let mut sql = format!(
            "SELECT conversation_id, opened_at, opened_rank, opened_kind, opener, people, source_id, channel_id
             FROM conversations WHERE opened_at BETWEEN $1 AND $2 AND source_id IN ({})",
            ids(with_replies.iter().map(|s| s.source_id))
        );
        // With a period, naming the channels lets the index (channel, opening) find just that period.
        if !scope.channels.is_empty() || period.is_some() {
            let list = ids(self.scope_channels(scope).iter().map(|c| c.channel_id));
            sql.push_str(&format!(" AND channel_id IN ({list})"));
        }
        let mut out = Vec::new();
        self.conn.for_each(&sql, &[from.into(), to.into()], |r| {
            let kind = Kind(r.int(3)? as i16);
            let identity = r.int(4)? as u32;
            let opener = openers.member(identity);
            if opener == 0 || !fits(kind) {
                return Ok(());
            }
            let at = r.int(1)?;
            let bytes = r.bytes(5)?;
            let answered_at = if bytes.is_empty() {
                None
            } else {
                let opening =
                    Opening { seq: 0, at, rank: r.int(2)?, hash: 0, kind, identity, channel_id: r.int(7)? };
                people_of(bytes, &opening)?
                    .iter()
                    .filter(|p| {
                        !matches!(everybody.member(p.identity), 0) && everybody.member(p.identity) != opener
                    })
                    .map(|p| p.first_at)
                    .min()
            };
            out.push(Opened { conversation: r.int(0)?, at, opener, answered_at });
            Ok(())
        })?;
        out.sort_unstable_by_key(|o| (o.at, o.conversation));
        Ok(Ok(out))
    }

    /// Conversations opened by a human member with any active kind (an orphan reply opens one too), counted
    /// by the day of the opening; days ascending, without empty ones. The inner error as in `opened`.
    ///
    /// # Errors
    /// When the database says no.
    pub fn openings(
        &mut self,
        scope: &Scope,
        period: Option<Period>,
    ) -> Result<std::result::Result<Vec<(Day, u64)>, String>> {
        let sources = self.scope_sources(scope);
        let with_replies: Vec<i64> = sources.iter().filter(|s| s.has_replies).map(|s| s.source_id).collect();
        if with_replies.is_empty() && !sources.is_empty() {
            return Ok(Err("no reply links".to_owned()));
        }
        let zone = self.zone();
        let (from, to) = period
            .map_or((i64::MIN, i64::MAX), |p| (zone.start_of(p.first), zone.start_of(p.last.plus(1)) - 1));
        let mut sql = format!(
            "SELECT opened_at, opened_kind, opener FROM conversations
             WHERE opened_at BETWEEN $1 AND $2 AND source_id IN ({})",
            ids(with_replies.into_iter())
        );
        // With a period, naming the channels lets the index (channel, opening) find just that period.
        if !scope.channels.is_empty() || period.is_some() {
            let list = ids(self.scope_channels(scope).iter().map(|c| c.channel_id));
            sql.push_str(&format!(" AND channel_id IN ({list})"));
        }
        let openers = self.graph.mask(scope.staff);
        let mut days: BTreeMap<Day, u64> = BTreeMap::new();
        self.conn.for_each(&sql, &[from.into(), to.into()], |r| {
            if Self::counts(scope, Kind(r.int(1)? as i16)) && openers.member(r.int(2)? as u32) != 0 {
                *days.entry(zone.day_of(r.int(0)?)).or_default() += 1;
            }
            Ok(())
        })?;
        Ok(Ok(days.into_iter().collect()))
    }

    /// Each member's first active row of the scope, where it falls in the period; by time.
    ///
    /// # Errors
    /// When the database says no.
    pub fn first_rows(&mut self, scope: &Scope, period: Option<Period>) -> Result<Vec<FirstRow>> {
        let mask = self.graph.mask(scope.staff);
        let mut first: BTreeMap<u32, Micros> = BTreeMap::new();
        let plain = scope.channels.is_empty() && scope.kinds.is_empty();
        if let (true, Some(period)) = (plain, period) {
            let days = self.first_days(scope, &mask, period)?;
            let mut take = |identity: u32, at: Micros| {
                first.entry(mask.member(identity)).and_modify(|t| *t = (*t).min(at)).or_insert(at);
            };
            for (identity, day) in &days {
                if let Some(at) = self.first_row_of(*identity, *day)? {
                    take(*identity, at);
                }
            }
            let days: HashMap<u32, Day> = days.into_iter().collect();
            let zone = self.zone();
            for row in tail(self.conn)?.iter().filter(|r| r.kind.is_active()) {
                if days.get(&row.identity).is_some_and(|d| *d == zone.day_of(row.at)) {
                    take(row.identity, row.at);
                }
            }
        } else {
            self.scan_first_rows(scope, &mask, &mut first)?;
        }
        let zone = self.zone();
        let mut rows: Vec<FirstRow> = first
            .into_iter()
            .map(|(member, at)| FirstRow { member, at })
            .filter(|row| period.is_none_or(|p| p.holds(zone.day_of(row.at))))
            .collect();
        rows.sort_unstable_by_key(|row| (row.at, row.member));
        Ok(rows)
    }

    /// Identities whose member was first active within the period, with that day; from the stored first days.
    fn first_days(&mut self, scope: &Scope, mask: &Mask, period: Period) -> Result<Vec<(u32, Day)>> {
        let scopes = ids(self.scope_sources(scope).iter().map(|s| source_scope(s.source_id)));
        let mut days: Vec<(u32, Day)> = Vec::new();
        self.conn.for_each(
            &format!(
                "SELECT day, people FROM cells
                 WHERE generation = $1 AND scope IN ({scopes}) AND kind = $2 AND day <= $3"
            ),
            &[self.frame.generation.into(), FIRST.into(), period.last.0.into()],
            |r| {
                let day = Day(r.int(0)? as i32);
                days.extend(
                    cell::decode_set(r.bytes(1)?)?.iter().filter(|i| mask.member(*i) != 0).map(|i| (i, day)),
                );
                Ok(())
            },
        )?;
        for part in self.first_parts(scope).filter(|p| p.day <= period.last.0) {
            let people = part.people.iter().filter(|p| mask.member(p.0) != 0);
            days.extend(people.map(|p| (p.0, Day(part.day))));
        }
        let mut of_member: HashMap<u32, Day> = HashMap::with_capacity(days.len());
        for (identity, day) in &days {
            of_member.entry(mask.member(*identity)).and_modify(|d| *d = (*d).min(*day)).or_insert(*day);
        }
        days.retain(|(identity, day)| *day >= period.first && of_member[&mask.member(*identity)] == *day);
        Ok(days)
    }

    /// An identity's first active row on this day.
    fn first_row_of(&mut self, identity: u32, day: Day) -> Result<Option<Micros>> {
        let zone = self.zone();
        let (from, to) = (zone.start_of(day), zone.start_of(day.plus(1)));
        let kinds = ids(KINDS.iter().filter(|k| k.active).map(|k| i64::from(k.kind.0)));
        let mut months = vec![month_of(from), month_of(to - 1)];
        months.dedup();
        for month in months {
            let at = self.conn.query_opt(
                &format!(
                    "SELECT at FROM member_activities WHERE month = $1 AND identity = $2 AND at >= $3 AND at < $4
                     AND kind IN ({kinds}) ORDER BY at LIMIT 1"
                ),
                &[month.into(), identity.into(), from.into(), to.into()],
                |r| r.int(0),
            )?;
            if at.is_some() {
                return Ok(at);
            }
        }
        Ok(None)
    }

    fn scan_first_rows(
        &mut self,
        scope: &Scope,
        mask: &Mask,
        first: &mut BTreeMap<u32, Micros>,
    ) -> Result<()> {
        let kinds = KINDS.iter().map(|k| k.kind).filter(|k| Self::counts(scope, *k)).map(|k| i64::from(k.0));
        let mut sql =
            format!("SELECT identity, MIN(at) FROM member_activities WHERE kind IN ({})", ids(kinds));
        if !(scope.sources.is_empty() && scope.channels.is_empty()) {
            let list = ids(self.scope_channels(scope).iter().map(|c| c.channel_id));
            sql.push_str(&format!(" AND channel_id IN ({list})"));
        }
        sql.push_str(" GROUP BY identity");
        let mut take = |member: u32, at: Micros| {
            if member != 0 {
                first.entry(member).and_modify(|t| *t = (*t).min(at)).or_insert(at);
            }
        };
        self.conn.for_each(&sql, &[], |r| {
            take(mask.member(r.int(0)? as u32), r.int(1)?);
            Ok(())
        })?;
        let channels: Vec<i64> = self.scope_channels(scope).iter().map(|c| c.channel_id).collect();
        for row in tail(self.conn)? {
            if Self::counts(scope, row.kind) && channels.contains(&row.channel_id) {
                take(mask.member(row.identity), row.at);
            }
        }
        Ok(())
    }
}
