//! What the log answers: day sets, conversations, joins and leaves, under every filter, mask and link.
//! Metrics are computed from these and from nothing else.

use crate::cell::{self, Pairs};
use crate::conversations::{Opening, people_of};
use crate::graph::{Graph, Mask};
use crate::rollup::{ACTIVE, COMMUNITY, FIRST, Frame, channel_scope, month_of, source_scope};
use crate::sources::{self, Channel, Source};
use crate::{KINDS, Kind};
use base::{Day, Micros, Period, Result, Zone};
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use store::Conn;

/// Which acting members count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Staff {
    /// Staff count like anybody.
    #[default]
    Include,
    /// Staff are left out.
    Exclude,
    /// Only staff.
    Only,
}

/// What a question is about. Source and channel restrict the log before anything is computed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Source numbers; empty means all.
    pub sources: Vec<i64>,
    /// Channel numbers; empty means all of the sources.
    pub channels: Vec<i64>,
    /// Which members count.
    pub staff: Staff,
    /// Only these kinds; empty means every active kind.
    pub kinds: Vec<Kind>,
}

/// Who was active on a day, and how often. Bots, people without a member and masked staff are out; linked
/// identities are one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayActives {
    /// The day in the community's zone.
    pub day: Day,
    /// (member, number of active rows), members ascending and unique. A member's number is the lowest of
    /// its identities' numbers.
    pub members: Vec<(u32, u32)>,
}

/// Active members by day from a day on.
#[derive(Clone, Debug, Default)]
pub struct Actives {
    /// Days with anybody, ascending; from the asked day (or the first) to the last.
    pub days: Vec<DayActives>,
    /// Members whose first active day lies before the asked day. Empty when none was asked.
    pub before: RoaringBitmap,
}

/// Whole-log counts of a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows by kind, bots included; every kind that occurs, reactions and acceptances too.
    pub kinds: BTreeMap<Kind, u64>,
    /// Row-kind rows by bots: relayed ones and those of bot identities, whatever the kind.
    pub bot_rows: u64,
    /// Row-kind rows without a member.
    pub no_member_rows: u64,
    /// Active rows (human, with a member, active kind).
    pub active_rows: u64,
    /// Distinct members with an active row.
    pub active_members: u64,
    /// Channels with an active row.
    pub channels: u64,
}

/// Somebody who wrote in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Participant {
    /// The member; never a bot, never nobody.
    pub member: u32,
    /// Their first active row in it.
    pub first_at: Micros,
    /// Their active rows in it (for the opener, the opening included).
    pub rows: u32,
}

/// A conversation that was opened by a human member with an opening kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its number.
    pub conversation: i64,
    /// When it was opened.
    pub at: Micros,
    /// Who opened it (passes the staff filter).
    pub opener: u32,
    /// The first later active row by another human member.
    pub answered_at: Option<Micros>,
}

/// The very first active row of a member in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstRow {
    /// The member.
    pub member: u32,
    /// When.
    pub at: Micros,
}

/// One join or leave of a member (already the right one: the first join; a leave after which nothing came).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The member.
    pub member: u32,
    /// The day.
    pub day: Day,
}

/// How joins were found in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// From join rows.
    JoinRows,
    /// From first activity, as the sources have no join rows.
    FirstActivity,
    /// Some sources this way, some that.
    Mixed,
}

/// Joins and leaves of a scope.
#[derive(Clone, Debug)]
pub struct Passages {
    /// Each member's join.
    pub joins: Vec<Passage>,
    /// How joins were found.
    pub basis: Basis,
    /// Each member's leave; `None` when no source in scope has leave rows.
    pub leaves: Option<Vec<Passage>>,
}

/// The log as it answers now: one consistent reading inside a read transaction.
pub struct LogView<'a, 'c> {
    conn: &'a mut Conn<'c>,
    graph: Arc<Graph>,
    frame: Frame,
    sources: Vec<Source>,
    channels: Vec<Channel>,
    deltas: Vec<Delta>,
    rebuilding: Option<String>,
}

/// One row that is in the log and not in the cells yet.
#[derive(Clone, Copy)]
struct Delta {
    day: i32,
    source_id: i64,
    channel_id: i64,
    kind: Kind,
    identity: u32,
}

impl<'a, 'c> LogView<'a, 'c> {
    pub(crate) fn open(conn: &'a mut Conn<'c>, graph: Arc<Graph>) -> Result<Self> {
        let frame = Frame::load(conn)?;
        let sources = sources::list(conn)?;
        let channels = sources::channels(conn)?;
        let deltas = conn.query(
            "SELECT day, source_id, channel_id, kind, identity FROM deltas ORDER BY seq",
            &[],
            |r| {
                Ok(Delta {
                    day: r.int(0)? as i32,
                    source_id: r.int(1)?,
                    channel_id: r.int(2)?,
                    kind: Kind(r.int(3)? as i16),
                    identity: r.int(4)? as u32,
                })
            },
        )?;
        let rebuilding = crate::settings::get(conn, "work.rebuild")?;
        Ok(Self { conn, graph, frame, sources, channels, deltas, rebuilding })
    }

    /// The zone that the roll-ups' days are in.
    pub fn zone(&self) -> Zone {
        self.frame.zone.clone()
    }

    /// The zone that the roll-ups are being rebuilt for, while they are.
    pub fn next_zone(&self) -> Option<&str> {
        self.rebuilding.as_deref()
    }

    /// Every source.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Every channel.
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// The connection, for rows behind a figure.
    pub fn conn(&mut self) -> &mut Conn<'c> {
        self.conn
    }

    /// The scope that names mean: sources and channels by name, external id or public id.
    ///
    /// # Errors
    /// `NotFound`, naming what exists.
    pub fn scope(&self, sources: &[String], channels: &[String], staff: Staff, kinds: &[Kind]) -> Result<Scope> {
        let mut scope = Scope { staff, kinds: kinds.to_vec(), ..Scope::default() };
        for name in sources {
            let found = self.sources.iter().find(|s| s.name == *name || s.public_id == *name);
            let found = found.ok_or_else(|| {
                let names: Vec<&str> = self.sources.iter().map(|s| s.name.as_str()).collect();
                base::Error::not_found(format!("there is no source \"{name}\"; there are: {}", names.join(", ")))
            })?;
            scope.sources.push(found.source_id);
        }
        for name in channels {
            let before = scope.channels.len();
            let in_scope =
                |c: &&Channel| scope.sources.is_empty() || scope.sources.contains(&c.source_id);
            // An external id is exact; a name may stand for the same channel at several sources.
            let mut hits: Vec<i64> =
                self.channels.iter().filter(in_scope).filter(|c| c.external_id == *name).map(|c| c.channel_id).collect();
            if hits.is_empty() {
                hits = self.channels.iter().filter(in_scope).filter(|c| c.name == *name).map(|c| c.channel_id).collect();
            }
            scope.channels.extend(hits);
            if scope.channels.len() == before {
                return Err(base::Error::not_found(format!(
                    "there is no channel \"{name}\" in this choice of sources; see `folkmoot sources channels`"
                )));
            }
        }
        Ok(scope)
    }

    fn in_scope(&self, scope: &Scope, source_id: i64, channel_id: i64) -> bool {
        (scope.sources.is_empty() || scope.sources.contains(&source_id))
            && (scope.channels.is_empty() || scope.channels.contains(&channel_id))
    }

    fn scope_channels(&self, scope: &Scope) -> Vec<Channel> {
        self.channels.iter().filter(|c| self.in_scope(scope, c.source_id, c.channel_id)).cloned().collect()
    }

    fn scope_sources(&self, scope: &Scope) -> Vec<Source> {
        let of_channels: HashSet<i64> = self
            .channels
            .iter()
            .filter(|c| scope.channels.contains(&c.channel_id))
            .map(|c| c.source_id)
            .collect();
        self.sources
            .iter()
            .filter(|s| scope.sources.is_empty() || scope.sources.contains(&s.source_id))
            .filter(|s| scope.channels.is_empty() || of_channels.contains(&s.source_id))
            .cloned()
            .collect()
    }

    /// The last activity within the scope, of whatever kind; *now* for every figure.
    ///
    /// # Errors
    /// When the database says no.
    pub fn now(&mut self, scope: &Scope) -> Result<Option<Micros>> {
        Ok(self.scope_channels(scope).iter().filter_map(|c| c.span).map(|s| s.1).max())
    }

    /// First and last day with an active row in the scope.
    ///
    /// # Errors
    /// When the database says no.
    pub fn span(&mut self, scope: &Scope) -> Result<Option<Period>> {
        let actives = self.actives(scope, None)?;
        Ok(actives.days.first().zip(actives.days.last()).map(|(a, b)| Period { first: a.day, last: b.day }))
    }

    /// Active members by day, from `from` (or the beginning) to the last day.
    ///
    /// # Errors
    /// When the database says no.
    pub fn actives(&mut self, scope: &Scope, from: Option<Day>) -> Result<Actives> {
        let mask = self.graph.mask(scope.staff);
        let plain = scope.channels.is_empty() && scope.kinds.is_empty();
        let mut out = Actives::default();
        if let Some(from) = from {
            out.before = if plain {
                self.first_seen_before(scope, from, &mask)?
            } else {
                self.seen_before(scope, from, &mask)?
            };
        }
        let first = from.map_or(i32::MIN, |d| d.0);
        let cells = self.active_keys(scope);
        out.days = self.days(&cells, (first, i32::MAX), &mask, &|v, d| v.counts_delta(scope, d))?;
        Ok(out)
    }

    /// The (scope, kind) of cells that together hold the active rows of a scope.
    fn active_keys(&self, scope: &Scope) -> Vec<(i64, i64)> {
        if scope.channels.is_empty() && scope.kinds.is_empty() {
            if scope.sources.is_empty() {
                return vec![(COMMUNITY, ACTIVE)];
            }
            return scope.sources.iter().map(|s| (source_scope(*s), ACTIVE)).collect();
        }
        self.kind_keys(scope, |k| Self::counts(scope, k))
    }

    fn counts(scope: &Scope, kind: Kind) -> bool {
        kind.is_active() && (scope.kinds.is_empty() || scope.kinds.contains(&kind))
    }

    fn kind_keys(&self, scope: &Scope, want: impl Fn(Kind) -> bool) -> Vec<(i64, i64)> {
        let kinds: Vec<i64> = KINDS.iter().map(|k| k.kind).filter(|k| want(*k)).map(|k| i64::from(k.0)).collect();
        self.scope_channels(scope)
            .iter()
            .flat_map(|c| kinds.iter().map(|k| (channel_scope(c.channel_id), *k)))
            .collect()
    }

    fn counts_delta(&self, scope: &Scope, d: &Delta) -> bool {
        Self::counts(scope, d.kind) && self.in_scope(scope, d.source_id, d.channel_id)
    }

    /// Reads cells day by day, mapped to members; `counts` says which unfolded rows belong to it.
    fn days(
        &mut self,
        keys: &[(i64, i64)],
        (first, last): (i32, i32),
        mask: &Mask,
        counts: &dyn Fn(&Self, &Delta) -> bool,
    ) -> Result<Vec<DayActives>> {
        let mut days: BTreeMap<i32, Pairs> = BTreeMap::new();
        let mut scratch = Pairs::new();
        for (list, kind) in grouped(keys) {
            let sql = format!(
                "SELECT day, people, counts FROM cells
                 WHERE generation = $1 AND scope IN ({list}) AND kind = $2 AND day >= $3 AND day <= $4"
            );
            let params = [self.frame.generation.into(), kind.into(), first.into(), last.into()];
            self.conn.for_each(&sql, &params, |r| {
                let day = days.entry(r.int(0)? as i32).or_default();
                scratch.clear();
                cell::decode_into(r.bytes(1)?, r.bytes(2)?, &mut scratch)?;
                day.extend(scratch.iter().filter_map(|&(i, n)| match mask.member(i) {
                    0 => None,
                    m => Some((m, n)),
                }));
                Ok(())
            })?;
        }
        for d in &self.deltas {
            let m = mask.member(d.identity);
            if m != 0 && counts(self, d) && d.day >= first && d.day <= last {
                days.entry(d.day).or_default().push((m, 1));
            }
        }
        Ok(days
            .into_iter()
            .map(|(day, pairs)| DayActives { day: Day(day), members: unique(pairs) })
            .filter(|d| !d.members.is_empty())
            .collect())
    }

    /// Members whose first active day lies before `from`, from the stored first days.
    fn first_seen_before(&mut self, scope: &Scope, from: Day, mask: &Mask) -> Result<RoaringBitmap> {
        let list: Vec<String> =
            self.scope_sources(scope).iter().map(|s| source_scope(s.source_id).to_string()).collect();
        if list.is_empty() {
            return Ok(RoaringBitmap::new());
        }
        let mut raw = RoaringBitmap::new();
        self.conn.for_each(
            &format!(
                "SELECT people FROM cells WHERE generation = $1 AND scope IN ({}) AND kind = $2 AND day < $3",
                list.join(",")
            ),
            &[self.frame.generation.into(), FIRST.into(), from.0.into()],
            |r| {
                raw |= cell::decode_set(r.bytes(0)?)?;
                Ok(())
            },
        )?;
        Ok(raw.iter().map(|i| mask.member(i)).filter(|m| *m != 0).collect())
    }

    /// The same where first days are not stored: channels and kinds.
    fn seen_before(&mut self, scope: &Scope, from: Day, mask: &Mask) -> Result<RoaringBitmap> {
        let keys = self.active_keys(scope);
        let days = self.days(&keys, (i32::MIN, from.0 - 1), mask, &|v, d| v.counts_delta(scope, d))?;
        Ok(days.iter().flat_map(|d| d.members.iter().map(|m| m.0)).collect())
    }

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
        for (list, kind) in grouped(&keys) {
            self.conn.for_each(
                &format!(
                    "SELECT scope, people, counts FROM cells
                     WHERE generation = $1 AND scope IN ({list}) AND kind = $2 AND day >= $3 AND day <= $4"
                ),
                &[self.frame.generation.into(), kind.into(), first.into(), last.into()],
                |r| {
                    pairs.clear();
                    cell::decode_into(r.bytes(1)?, r.bytes(2)?, &mut pairs)?;
                    take(Kind(kind as i16), r.int(0)? / 2, &pairs);
                    Ok(())
                },
            )?;
        }
        for d in self.deltas.clone() {
            let kind_fits = scope.kinds.is_empty() || scope.kinds.contains(&d.kind);
            if kind_fits && self.in_scope(scope, d.source_id, d.channel_id) && d.day >= first && d.day <= last {
                take(d.kind, d.channel_id, &[(d.identity, 1)]);
            }
        }
        totals.active_members = members.len();
        totals.channels = active_channels.len() as u64;
        Ok(totals)
    }

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
        let sources = self.scope_sources(scope);
        let with_replies: Vec<&Source> = sources.iter().filter(|s| s.has_replies).collect();
        if with_replies.is_empty() && !sources.is_empty() {
            return Ok(Err("no reply links".to_owned()));
        }
        let zone = &self.frame.zone;
        let (from, to) = period.map_or((i64::MIN, i64::MAX), |p| {
            (zone.start_of(p.first), zone.start_of(p.last.plus(1)) - 1)
        });
        let (openers, everybody) = (self.graph.mask(scope.staff), self.graph.mask(Staff::Include));
        let mut sql = format!(
            "SELECT conversation_id, opened_at, opened_rank, opened_kind, opener, people, source_id, channel_id
             FROM conversations WHERE opened_at BETWEEN $1 AND $2 AND source_id IN ({})",
            ids(with_replies.iter().map(|s| s.source_id))
        );
        if !scope.channels.is_empty() {
            sql.push_str(&format!(" AND channel_id IN ({})", ids(scope.channels.iter().copied())));
        }
        let mut out = Vec::new();
        self.conn.for_each(&sql, &[from.into(), to.into()], |r| {
            let kind = Kind(r.int(3)? as i16);
            let identity = r.int(4)? as u32;
            let opener = openers.member(identity);
            let kind_fits = scope.kinds.is_empty() || scope.kinds.contains(&kind);
            if opener == 0 || !kind.opens() || !kind_fits {
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
                    .filter(|p| !matches!(everybody.member(p.identity), 0) && everybody.member(p.identity) != opener)
                    .map(|p| p.first_at)
                    .min()
            };
            out.push(Opened { conversation: r.int(0)?, at, opener, answered_at });
            Ok(())
        })?;
        out.sort_unstable_by_key(|o| (o.at, o.conversation));
        Ok(Ok(out))
    }

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
            let rows = self.kind_days(&of_source, Kind::MEMBER_JOINED, &mask)?;
            let days = if rows.is_empty() {
                let actives = self.actives(&of_source, None)?.days;
                by_activity |= !actives.is_empty();
                actives
            } else {
                by_rows = true;
                rows
            };
            for day in days {
                for (member, _) in day.members {
                    joins.entry(member).and_modify(|d| *d = (*d).min(day.day)).or_insert(day.day);
                }
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
        let mut joins: Vec<Passage> = joins.into_iter().map(|(member, day)| Passage { member, day }).collect();
        joins.sort_unstable_by_key(|p| (p.day, p.member));
        let leaves = match leave_sources.is_empty() {
            true => None,
            false => Some(self.leaves(scope, leave_sources, &mask)?),
        };
        Ok(Passages { joins, basis, leaves })
    }

    /// Days with rows of one kind, mapped to members.
    fn kind_days(&mut self, scope: &Scope, kind: Kind, mask: &Mask) -> Result<Vec<DayActives>> {
        let keys = self.kind_keys(scope, |k| k == kind);
        self.days(&keys, (i32::MIN, i32::MAX), mask, &|v, d| {
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
        let mut out = Vec::new();
        for (member, when) in last_leave {
            let mut later = false;
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

/// Keys as (list of scopes, kind), one query each.
fn grouped(keys: &[(i64, i64)]) -> Vec<(String, i64)> {
    let mut by_kind: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (scope, kind) in keys {
        by_kind.entry(*kind).or_default().push(scope.to_string());
    }
    by_kind.into_iter().map(|(kind, list)| (list.join(","), kind)).collect()
}

/// Numbers as the inside of an `IN (…)`; never empty.
fn ids(numbers: impl Iterator<Item = i64>) -> String {
    let list: Vec<String> = numbers.map(|n| n.to_string()).collect();
    if list.is_empty() { "-1".to_owned() } else { list.join(",") }
}

/// Sorts by member and adds up what links made one.
fn unique(mut pairs: Pairs) -> Pairs {
    if pairs.windows(2).all(|w| w[0].0 < w[1].0) {
        return pairs;
    }
    pairs.sort_unstable_by_key(|p| p.0);
    pairs.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            first.1 += later.1;
        }
        same
    });
    pairs
}
