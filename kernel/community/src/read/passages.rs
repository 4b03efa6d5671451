//! Joins and leaves.

use super::{Basis, DayActives, LogView, Passage, Passages, Scope, ids};
use crate::Kind;
use crate::graph::Mask;
use crate::rollup::index::{month_of, tail};
use base::{Day, Micros, Result};
use roaring::RoaringBitmap;
use std::collections::HashMap;

impl LogView<'_, '_> {
    /// Joins and leaves of the scope.
    ///
    /// # Errors
    /// When the database says no.
    pub fn passages(&mut self, scope: &Scope) -> Result<Passages> {
        let mask = self.graph.mask(scope.staff);
        let mut joins: HashMap<u32, Day> = HashMap::new();
        let (mut by_rows, mut by_activity) = (false, false);
        let mut leave_sources = Vec::new();
        for source in self.scope_sources(scope) {
            let of_source = Scope { sources: vec![source.source_id], kinds: Vec::new(), ..scope.clone() };
            let rows = self.kind_days(&of_source, Kind::MEMBER_JOINED)?;
            let days = if rows.is_empty() {
                let actives = self.actives(&of_source, None)?.days;
                by_activity |= !actives.is_empty();
                actives
            } else {
                by_rows = true;
                rows
            };
            // Days ascend: only a member's first one is looked at twice.
            let mut seen = RoaringBitmap::new();
            for day in days {
                let today: RoaringBitmap = day.members.iter().map(|m| m.0).collect();
                for member in &(&today - &seen) {
                    joins.entry(member).and_modify(|d| *d = (*d).min(day.day)).or_insert(day.day);
                }
                seen |= today;
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
        let mut joins: Vec<Passage> =
            joins.into_iter().map(|(member, day)| Passage { member, day }).collect();
        joins.sort_unstable_by_key(|p| (p.day, p.member));
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
        let mut out = Vec::new();
        for (member, when) in last_leave {
            let mut later = newest.get(&member).is_some_and(|n| *n > when);
            for identity in &identities[&member] {
                for month in month_of(when.0)..=end {
                    later |= self
                        .conn
                        .query_opt(
                            &format!(
                                "SELECT 1 FROM member_activities WHERE month = $1 AND identity = $2
                                 AND (at > $3 OR (at = $3 AND rank > $4)) AND channel_id IN ({scope_list}) LIMIT 1"
                            ),
                            &[month.into(), (*identity).into(), when.0.into(), when.1.into()],
                            |r| r.int(0),
                        )?
                        .is_some();
                }
            }
            if !later {
                out.push(Passage { member, day: self.frame.zone.day_of(when.0) });
            }
        }
        out.sort_unstable_by_key(|p| (p.day, p.member));
        Ok(out)
    }
}
