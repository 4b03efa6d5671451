//! Joins and leaves.

use super::conversations::EVER;
use super::{Basis, DayActives, LogView, Passage, Passages, Scope, Staff, ids};
use crate::Kind;
use crate::graph::Mask;
use crate::rollup::index::{month_of, tail};
use base::{Day, Micros, Result, roomy};
use std::collections::{HashMap, HashSet};
use store::Dialect;

/// The day of who has not joined.
const NEVER: Day = Day(i32::MAX);

impl LogView<'_, '_> {
    /// Joins and leaves of the scope.
    ///
    /// # Errors
    /// When the database says no.
    pub fn passages(&mut self, scope: &Scope) -> Result<Passages> {
        let mask = self.graph.mask(scope.staff);
        // By member, whose numbers are dense; nobody joins on the last day there can be.
        let mut joined: Vec<Day> = roomy(0);
        let (mut by_rows, mut by_activity) = (false, false);
        let mut leave_sources = Vec::new();
        for source in self.scope_sources(scope) {
            let of_source = Scope { sources: vec![source.source_id], kinds: Vec::new(), ..scope.clone() };
            let rows = self.kind_days(&of_source, Kind::MEMBER_JOINED)?;
            // Whether a source has join rows is a matter of the source, not of who counts: else staff without one
            // would join by first activity, and members and staff would not add up.
            let anybody = Scope { staff: Staff::Include, ..of_source.clone() };
            let none = rows.is_empty()
                && (scope.staff == Staff::Include
                    || self.kind_days(&anybody, Kind::MEMBER_JOINED)?.is_empty());
            let mut firsts = Vec::new();
            let days = match (none, scope.channels.is_empty()) {
                (false, _) => {
                    by_rows = true;
                    rows
                }
                // First days are stored by source: the day sets need not be read.
                (true, true) => {
                    firsts = self.first_days(&of_source, &mask, EVER)?;
                    Vec::new()
                }
                (true, false) => self.actives(&of_source, None)?.days,
            };
            by_activity |= none && !(days.is_empty() && firsts.is_empty());
            let members = days.iter().flat_map(|d| d.members.iter().map(|m| (m.0, d.day)));
            for (member, day) in members.chain(firsts.iter().map(|f| (mask.member(f.0), f.1))) {
                joined.resize(joined.len().max(member as usize + 1), NEVER);
                let first = &mut joined[member as usize];
                *first = (*first).min(day);
            }
            if source.has_leaves {
                leave_sources.push(source.source_id);
            }
        }
        let basis = match (by_rows, by_activity) {
            (true, true) => Basis::Mixed,
            (true, false) => Basis::JoinRows,
            _ => Basis::FirstActivity,
        };
        let joined = joined.iter().zip(0u32..).filter(|j| *j.0 != NEVER);
        let mut joins: Vec<Passage> = joined.map(|(day, member)| Passage { member, day: *day }).collect();
        joins.sort_by_key(|p| p.day);
        let leaves = match leave_sources.is_empty() {
            true => None,
            false => Some(self.leaves(scope, leave_sources, &mask)?),
        };
        Ok(Passages { joins, basis, leaves })
    }

    /// Days with rows of one kind, mapped to members.
    fn kind_days(&mut self, scope: &Scope, kind: Kind) -> Result<Vec<DayActives>> {
        let keys = self.kind_keys(scope, |k| k == kind);
        self.days(&keys, (i32::MIN, i32::MAX), scope.staff, &|v, d| {
            d.kind == kind && v.in_scope(scope, d.source_id, d.channel_id)
        })
    }

    /// Leaves after which no row of the member came within the scope.
    fn leaves(&mut self, scope: &Scope, sources: Vec<i64>, mask: &Mask) -> Result<Vec<Passage>> {
        let of_sources = Scope { sources, ..scope.clone() };
        let list = ids(self.scope_channels(&of_sources).iter().map(|c| c.channel_id));
        let mut last_leave: HashMap<u32, (Micros, i64)> = HashMap::new();
        self.conn.for_each(
            &format!("SELECT identity, at, rank FROM activities WHERE kind = $1 AND channel_id IN ({list})"),
            &[i64::from(Kind::MEMBER_LEFT.0).into()],
            |r| {
                let member = mask.member(r.int(0)? as u32);
                let when = (r.int(1)?, r.int(2)?);
                if member != 0 {
                    last_leave.entry(member).and_modify(|w| *w = (*w).max(when)).or_insert(when);
                }
                Ok(())
            },
        )?;
        let mut identities: HashMap<u32, Vec<u32>> = HashMap::new();
        for member in last_leave.keys() {
            identities.insert(*member, self.graph.identities_of(*member));
        }
        let end = month_of(self.now(scope)?.unwrap_or_default());
        let scope_list = ids(self.scope_channels(scope).iter().map(|c| c.channel_id));
        let in_scope: Vec<i64> = self.scope_channels(scope).iter().map(|c| c.channel_id).collect();
        let mut newest: HashMap<u32, (Micros, i64)> = HashMap::new();
        for row in tail(self.conn)?.iter().filter(|r| in_scope.contains(&r.channel_id)) {
            let seen = newest.entry(mask.member(row.identity)).or_insert((row.at, row.rank));
            *seen = (*seen).max((row.at, row.rank));
        }
        let mut asked: Vec<(i64, u32, Micros, i64)> = Vec::new();
        for (member, when) in &last_leave {
            for identity in &identities[member] {
                asked.extend((month_of(when.0)..=end).map(|month| (month, *identity, when.0, when.1)));
            }
        }
        asked.sort_unstable();
        let mut came_back: HashSet<u32> = last_leave
            .iter()
            .filter(|(m, when)| newest.get(m).is_some_and(|n| n > when))
            .map(|l| *l.0)
            .collect();
        for identity in self.active_after(&asked, &scope_list)? {
            came_back.insert(mask.member(identity));
        }
        let gone = last_leave.into_iter().filter(|(member, _)| !came_back.contains(member));
        let mut out: Vec<Passage> =
            gone.map(|(member, when)| Passage { member, day: self.frame.zone.day_of(when.0) }).collect();
        out.sort_unstable_by_key(|p| (p.day, p.member));
        Ok(out)
    }

    /// Those of the asked (month, identity, at, rank) with a row of the index in that month after that moment.
    fn active_after(&mut self, asked: &[(i64, u32, Micros, i64)], channels: &str) -> Result<Vec<u32>> {
        let (list, [month, who, at, rank]) = match self.conn.dialect() {
            Dialect::Sqlite => ("json_each($1)", [0, 1, 2, 3].map(|n| format!("(k.value ->> {n})"))),
            Dialect::Postgres => (
                "jsonb_array_elements(CAST($1 AS text)::jsonb)",
                [0, 1, 2, 3].map(|n| format!("(k.value ->> {n})::bigint")),
            ),
        };
        let sql = format!(
            "SELECT {who} FROM {list} k WHERE EXISTS (
               SELECT 1 FROM member_activities a WHERE a.month = {month} AND a.identity = {who}
                 AND (a.at > {at} OR (a.at = {at} AND a.rank > {rank})) AND a.channel_id IN ({channels}))"
        );
        let mut found = Vec::new();
        for chunk in asked.chunks(10_000) {
            let items: Vec<String> =
                chunk.iter().map(|(month, who, at, rank)| format!("[{month},{who},{at},{rank}]")).collect();
            self.conn.for_each(&sql, &[format!("[{}]", items.join(",")).as_str().into()], |r| {
                found.push(r.int(0)? as u32);
                Ok(())
            })?;
        }
        Ok(found)
    }
}
