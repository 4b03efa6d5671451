//! Counts of a whole scope.

use super::{LogView, Scope, Totals, sides};
use crate::Kind;
use crate::cell::{self, Pairs};
use base::{Period, Result};
use roaring::RoaringBitmap;
use std::collections::HashSet;
use std::sync::Arc;

impl LogView<'_, '_> {
    /// Counts of the scope, restricted to a period when given.
    ///
    /// # Errors
    /// When the database says no.
    pub fn totals(&mut self, scope: &Scope, period: Option<Period>) -> Result<Totals> {
        let mask = self.graph.mask(scope.staff);
        let (first, last) = period.map_or((i32::MIN, i32::MAX), |p| (p.first.0, p.last.0));
        let keys = self.kind_keys(scope, |k| scope.kinds.is_empty() || scope.kinds.contains(&k));
        let mut totals = Totals::default();
        let mut members = RoaringBitmap::new();
        let mut active_channels = HashSet::new();
        let graph = Arc::clone(&self.graph);
        let mut pairs = Pairs::new();
        let mut take = |kind: Kind, channel: i64, pairs: &[(u32, u32)]| {
            for &(identity, n) in pairs {
                let n = u64::from(n);
                *totals.kinds.entry(kind).or_default() += n;
                let bot = graph.is_bot(identity);
                if kind.is_row() {
                    totals.bot_rows += if bot || kind == Kind::MESSAGE_RELAYED { n } else { 0 };
                    totals.no_member_rows += if identity == 0 { n } else { 0 };
                }
                let member = mask.member(identity);
                if kind.is_active() && member != 0 {
                    totals.active_rows += n;
                    members.insert(member);
                    active_channels.insert(channel);
                }
            }
        };
        let (scopes, kinds) = sides(&keys);
        self.conn.for_each(
            &format!(
                "SELECT scope, kind, people, counts FROM cells
                 WHERE generation = $1 AND scope IN ({scopes}) AND kind IN ({kinds}) AND day >= $2 AND day <= $3"
            ),
            &[self.frame.generation.into(), first.into(), last.into()],
            |r| {
                pairs.clear();
                cell::decode_into(r.bytes(2)?, r.bytes(3)?, &mut pairs)?;
                take(Kind(r.int(1)? as i16), r.int(0)? / 2, &pairs);
                Ok(())
            },
        )?;
        for d in self.deltas.clone() {
            let kind_fits = scope.kinds.is_empty() || scope.kinds.contains(&d.kind);
            if kind_fits && self.in_scope(scope, d.source_id, d.channel_id) && d.day >= first && d.day <= last
            {
                take(d.kind, d.channel_id, &[(d.identity, 1)]);
            }
        }
        totals.active_members = members.len();
        totals.channels = active_channels.len() as u64;
        Ok(totals)
    }
}
