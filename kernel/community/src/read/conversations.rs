//! Conversations, their openings and first answers; members' first rows.

use super::{FirstRow, LogView, Opened, Population, Scope, Staff, ids};
use crate::blocks::{self, Entry, Rows, Shape};
use crate::cell;
use crate::graph::Mask;
use crate::rollup::index::month_of;
use crate::rollup::{FIRST, source_scope};
use crate::sources::Source;
use crate::{KINDS, Kind};
use base::{Day, Days, Micros, Period, Result, roomy};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::Dialect;

/// With more blocks missing than this, a narrow question reads rows.
pub(super) const FEW: usize = 16;

/// Every day.
pub(super) const EVER: Period = Period { first: Day(i32::MIN), last: Day(i32::MAX) };

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
        let mut out = Vec::new();
        let read = self.each_opened(scope, period, &mut |o| out.push(o))?;
        Ok(read.map(|()| by_time(out)))
    }

    /// The same without keeping them: `each` gets one after the other, in no particular order.
    ///
    /// # Errors
    /// When the database says no.
    pub fn each_opened(
        &mut self,
        scope: &Scope,
        period: Option<Period>,
        each: &mut dyn FnMut(Opened),
    ) -> Result<std::result::Result<(), String>> {
        let fits = |kind: Kind| kind.opens() && (scope.kinds.is_empty() || scope.kinds.contains(&kind));
        self.opened_where(scope, period, fits, each)
    }

    /// The same for openings of any active kind, one for each conversation that `openings` counts, by time.
    ///
    /// # Errors
    /// When the database says no.
    pub fn opened_by_any_kind(
        &mut self,
        scope: &Scope,
        period: Option<Period>,
    ) -> Result<std::result::Result<Vec<Opened>, String>> {
        let mut out = Vec::new();
        let read =
            self.opened_where(scope, period, |kind| Self::counts(scope, kind), &mut |o| out.push(o))?;
        Ok(read.map(|()| by_time(out)))
    }

    fn opened_where(
        &mut self,
        scope: &Scope,
        period: Option<Period>,
        fits: impl Fn(Kind) -> bool,
        each: &mut dyn FnMut(Opened),
    ) -> Result<std::result::Result<(), String>> {
        let (openers, everybody) = (self.graph.mask(scope.staff), self.graph.mask(Staff::Include));
        self.conversations(scope, period, fits, |_, e| {
            let opener = openers.member(e.opener);
            if opener != 0 {
                let another = |identity: u32| ![0, opener].contains(&everybody.member(identity));
                let answered_at = e.others.clone().find(|o| another(o.0)).map(|o| o.1);
                each(Opened { conversation: e.id, at: e.at, opener, answered_at });
            }
        })
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
        let openers = self.graph.mask(scope.staff);
        let mut days = Days::new(self.zone());
        let mut counts: BTreeMap<Day, u64> = BTreeMap::new();
        let read = self.conversations(
            scope,
            period,
            |kind| Self::counts(scope, kind),
            |_, e| {
                if openers.member(e.opener) != 0 {
                    *counts.entry(days.of(e.at)).or_default() += 1;
                }
            },
        )?;
        Ok(read.map(|()| counts.into_iter().collect()))
    }

    /// Calls `each` with the channel, for the conversations of a scope that were opened in the period with a kind that
    /// fits, in no particular order. The inner error as in `opened`.
    pub(super) fn conversations(
        &mut self,
        scope: &Scope,
        period: Option<Period>,
        fits: impl Fn(Kind) -> bool,
        mut each: impl FnMut(i64, &Entry<'_>),
    ) -> Result<std::result::Result<(), String>> {
        let sources = self.scope_sources(scope);
        let with_replies: Vec<&Source> = sources.iter().filter(|s| s.has_replies).collect();
        if with_replies.is_empty() && !sources.is_empty() {
            return Ok(Err("no reply links".to_owned()));
        }
        let zone = &self.frame.zone;
        let (from, to) = period
            .map_or((i64::MIN, i64::MAX), |p| (zone.start_of(p.first), zone.start_of(p.last.plus(1)) - 1));
        let questions = match scope.population {
            Population::Openings => None,
            Population::Questions => Some(Questions::load(self)?),
        };
        let wanted = |s: &Shape| {
            fits(s.kind)
                && questions.as_ref().is_none_or(|q| q.may(s))
                && with_replies.iter().any(|w| w.source_id == s.source_id)
                && (scope.channels.is_empty() || scope.channels.contains(&s.channel_id))
        };
        let mut take = |s: &Shape, e: Entry<'_>| {
            if from <= e.at && e.at <= to && questions.as_ref().is_none_or(|q| q.is(s, e.id)) {
                each(s.channel_id, &e);
            }
            Ok(())
        };
        if let Some(kept) = self.kept_openings((from, to))? {
            kept.each(wanted, take)?;
            return Ok(Ok(()));
        }
        let state = self.block_state()?;
        let (listed, missing) = &*state;
        let narrow = period.is_some() || !scope.channels.is_empty();
        if narrow && missing.len() > FEW {
            // Too much is not in blocks: the index on channels and times finds less than whole ranges hold.
            let channels = ids(self.scope_channels(scope).iter().map(|c| c.channel_id));
            let rows = Rows::In { channels, from, to };
            blocks::rows(self.conn, &rows, |s, e| if wanted(s) { take(s, e) } else { Ok(()) })?;
            return Ok(Ok(()));
        }
        if listed.iter().any(|b| b.last_at >= from && b.first_at <= to) {
            self.conn.for_each(
                "SELECT block, body FROM conversation_blocks WHERE last_at >= $1 AND first_at <= $2",
                &[from.into(), to.into()],
                |r| blocks::read(r.int(0)?, r.bytes(1)?, wanted, &mut take),
            )?;
        }
        // A statement for so many that it stays short.
        for some in missing.chunks(512) {
            let rows = Rows::Blocks(some.to_vec());
            blocks::rows(self.conn, &rows, |s, e| if wanted(s) { take(s, e) } else { Ok(()) })?;
        }
        Ok(Ok(()))
    }

    /// Each member's first active row of the scope, where it falls in the period; by time.
    ///
    /// # Errors
    /// When the database says no.
    pub fn first_rows(&mut self, scope: &Scope, period: Option<Period>) -> Result<Vec<FirstRow>> {
        let (Some(asked), Some(planned)) = (period, self.once.plan.periods) else {
            return self.read_first_rows(scope, period);
        };
        let wide = Period { first: asked.first.min(planned.first), last: asked.last.max(planned.last) };
        let scope = Scope { population: Population::Openings, ..scope.clone() };
        let covers = |k: &&(Scope, Period, Arc<[FirstRow]>)| {
            k.0 == scope && k.1.first <= asked.first && asked.last <= k.1.last
        };
        let kept = self.once.first_rows.iter().find(covers).map(|k| Arc::clone(&k.2));
        let rows = match kept {
            Some(rows) => rows,
            None => {
                let rows: Arc<[FirstRow]> = self.read_first_rows(&scope, Some(wide))?.into();
                self.once.first_rows.push((scope, wide, Arc::clone(&rows)));
                rows
            }
        };
        let zone = self.zone();
        Ok(rows.iter().filter(|row| asked.holds(zone.day_of(row.at))).copied().collect())
    }

    fn read_first_rows(&mut self, scope: &Scope, period: Option<Period>) -> Result<Vec<FirstRow>> {
        let mask = self.graph.mask(scope.staff);
        let mut first: BTreeMap<u32, Micros> = BTreeMap::new();
        if scope.channels.is_empty() && scope.kinds.is_empty() {
            let days = self.first_days(scope, &mask, period.unwrap_or(EVER))?;
            let mut take = |identity: u32, at: Micros| {
                first.entry(mask.member(identity)).and_modify(|t| *t = (*t).min(at)).or_insert(at);
            };
            self.first_rows_on(&days, &mut take)?;
            let rows = self.tail()?;
            let days = if rows.is_empty() { HashMap::new() } else { days.into_iter().collect() };
            let zone = self.zone();
            for row in rows.iter().filter(|r| r.kind.is_active()) {
                if days.get(&row.identity).is_some_and(|d| *d == zone.day_of(row.at)) {
                    take(row.identity, row.at);
                }
            }
        } else {
            self.scan_first_rows(scope, &mask, &mut first)?;
        }
        let zone = self.zone();
        let mut rows: Vec<FirstRow> = roomy(0);
        rows.extend(
            first
                .into_iter()
                .map(|(member, at)| FirstRow { member, at })
                .filter(|row| period.is_none_or(|p| p.holds(zone.day_of(row.at)))),
        );
        rows.sort_unstable_by_key(|row| (row.at, row.member));
        Ok(rows)
    }

    /// Identities whose member was first active within the period, with that day; from the stored first days.
    pub(super) fn first_days(
        &mut self,
        scope: &Scope,
        mask: &Mask,
        period: Period,
    ) -> Result<Vec<(u32, Day)>> {
        let scopes = ids(self.scope_sources(scope).iter().map(|s| source_scope(s.source_id)));
        let mut days: Vec<(u32, Day)> = roomy(0);
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
        // By member, whose numbers are dense.
        let mut of_member: Vec<Day> = roomy(0);
        for (identity, day) in &days {
            let member = mask.member(*identity) as usize;
            of_member.resize(of_member.len().max(member + 1), EVER.last);
            of_member[member] = of_member[member].min(*day);
        }
        days.retain(|(identity, day)| {
            *day >= period.first && of_member[mask.member(*identity) as usize] == *day
        });
        Ok(days)
    }

    /// The first active row of each identity on its day, where the index has it.
    fn first_rows_on(&mut self, days: &[(u32, Day)], take: &mut dyn FnMut(u32, Micros)) -> Result<()> {
        let zone = self.zone();
        // (month, identity, day), in the order of the index. A day of the zone can lie in two UTC months.
        let mut asked: Vec<(i32, u32, Day)> = roomy(days.len());
        for (identity, day) in days {
            let (from, to) = (zone.start_of(*day), zone.start_of(day.plus(1)));
            let (month, last) = (month_of(from), month_of(to - 1));
            asked.extend((month..=last).map(|month| (month as i32, *identity, *day)));
        }
        asked.sort_unstable();
        let kinds = ids(KINDS.iter().filter(|k| k.active).map(|k| i64::from(k.kind.0)));
        let first = |month: &str, identity: &str, from: &str, to: &str| {
            format!(
                "SELECT at FROM member_activities WHERE month = {month} AND identity = {identity}
                 AND at >= {from} AND at < {to} AND kind IN ({kinds}) ORDER BY at LIMIT 1"
            )
        };
        let sql = match self.conn.dialect() {
            Dialect::Sqlite => {
                let [month, who, from, to] = [0, 1, 2, 3].map(|n| format!("(k.value ->> {n})"));
                format!("SELECT {who}, ({}) FROM json_each($1) k", first(&month, &who, &from, &to))
            }
            Dialect::Postgres => {
                let [month, who, from, to] = [0, 1, 2, 3].map(|n| format!("(k ->> {n})::bigint"));
                format!(
                    "SELECT {who}, ({}) FROM jsonb_array_elements(CAST($1 AS text)::jsonb) k",
                    first(&month, &who, &from, &to)
                )
            }
        };
        for chunk in asked.chunks(2_000) {
            let of = |(month, who, day): &(i32, u32, Day)| {
                format!("[{month},{who},{},{}]", zone.start_of(*day), zone.start_of(day.plus(1)))
            };
            let list: Vec<String> = chunk.iter().map(of).collect();
            self.conn.for_each(&sql, &[format!("[{}]", list.join(",")).as_str().into()], |r| {
                if let Some(at) = r.opt_int(1)? {
                    take(r.int(0)? as u32, at);
                }
                Ok(())
            })?;
        }
        Ok(())
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
        // By month too, which is the order of the index: grouped by identity alone, all of it would be sorted.
        sql.push_str(" GROUP BY month, identity");
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
        for row in self.tail()?.iter() {
            if Self::counts(scope, row.kind) && channels.contains(&row.channel_id) {
                take(mask.member(row.identity), row.at);
            }
        }
        Ok(())
    }
}

/// What counts as a question: the rule's stored answer, the channels for help, and what people said against it.
struct Questions {
    help: Vec<i64>,
    /// Those that people said are, and those that they said are not.
    overruled: Arc<(Vec<i64>, Vec<i64>)>,
}

impl Questions {
    fn load(view: &mut LogView<'_, '_>) -> Result<Self> {
        let help = view.help_channels()?;
        let overruled = view.overruled()?;
        Ok(Self { help, overruled })
    }

    fn by_rule(&self, s: &Shape) -> bool {
        s.question != 0 || self.help.binary_search(&s.channel_id).is_ok()
    }

    /// Whether any conversation of this shape may be one.
    fn may(&self, s: &Shape) -> bool {
        !self.overruled.0.is_empty() || self.by_rule(s)
    }

    fn is(&self, s: &Shape, id: i64) -> bool {
        self.overruled.0.binary_search(&id).is_ok()
            || (self.by_rule(s) && self.overruled.1.binary_search(&id).is_err())
    }
}

fn by_time(mut opened: Vec<Opened>) -> Vec<Opened> {
    opened.sort_unstable_by_key(|o| (o.at, o.conversation));
    opened
}
