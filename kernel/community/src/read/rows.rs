//! The rows behind a figure. What is counted here goes through the same cells, masks and links as the figures,
//! so a list is as long as its figure says; only what is shown of it is read from the log itself.

use super::{LogView, Scope, Staff, ids};
use crate::rollup::{channel_scope, source_scope};
use crate::{KINDS, Kind};
use base::{Day, Micros, Period, Result};
use std::collections::{BTreeMap, HashMap};

/// How far the time by which the log is ordered may lie from the instant: zones differ by up to 26 hours.
const SLACK: Micros = 2 * 86_400_000_000;

/// How many numbers stand in one statement.
const CHUNK: usize = 500;

/// A member in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// The member's number.
    pub member: u32,
    /// Their active rows in the period.
    pub rows: u64,
    /// The first day of it on which they were active.
    pub first: Day,
    /// The last one.
    pub last: Day,
}

/// How to call a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The name, else the handle, else the source's own id.
    pub title: String,
    /// The source of the first identity.
    pub source_id: i64,
}

/// What is shown of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationRow {
    /// Its title, where it has one.
    pub title: Option<String>,
    /// The text of the opening.
    pub text: Option<String>,
    /// Where the opening can be read at its source.
    pub permalink: Option<String>,
    /// The channel of the opening.
    pub channel_id: i64,
}

/// Which rows of the log are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFilter {
    /// Active rows of members, as `messages` counts them.
    Active,
    /// Every row of an export, whoever wrote it, as `log_summary` counts them.
    All,
}

/// One row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityRow {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: Micros,
    /// What.
    pub kind: Kind,
    /// Where.
    pub channel_id: i64,
    /// Who: the member for a person, the identity for a bot, 0 for nobody.
    pub who: u32,
    /// What was written.
    pub text: Option<String>,
    /// The title of what it opened.
    pub title: Option<String>,
    /// Where it can be read at its source.
    pub permalink: Option<String>,
}

impl LogView<'_, '_> {
    /// Members with an active row in the period, those with most rows first. As many as `active_members`
    /// counts.
    ///
    /// # Errors
    /// When the database says no.
    pub fn member_rows(&mut self, scope: &Scope, period: Option<Period>) -> Result<Vec<MemberRow>> {
        let (first, last) = period.map_or((i32::MIN, i32::MAX), |p| (p.first.0, p.last.0));
        let keys = self.active_keys(scope);
        let days = self.days(&keys, (first, last), scope.staff, &|v, d| v.counts_delta(scope, d))?;
        let mut members: HashMap<u32, MemberRow> = HashMap::new();
        for day in days {
            for &(member, n) in day.members.iter() {
                let row = members.entry(member).or_insert(MemberRow {
                    member,
                    rows: 0,
                    first: day.day,
                    last: day.day,
                });
                row.rows += u64::from(n);
                row.last = day.day;
            }
        }
        let mut rows: Vec<MemberRow> = members.into_values().collect();
        rows.sort_unstable_by(|a, b| b.rows.cmp(&a.rows).then(a.member.cmp(&b.member)));
        Ok(rows)
    }

    /// Those of them whose very first active day in the scope lies in the period. As many as a cohort holds.
    ///
    /// # Errors
    /// When the database says no.
    pub fn newcomer_rows(&mut self, scope: &Scope, period: Option<Period>) -> Result<Vec<MemberRow>> {
        let mut rows = self.member_rows(scope, period)?;
        if let Some(period) = period {
            let before = self.actives(scope, Some(period.first))?.before;
            rows.retain(|row| !before.contains(row.member));
        }
        Ok(rows)
    }

    /// How to call these members, by number. A member is called as the first of its identities.
    ///
    /// # Errors
    /// When the database says no.
    pub fn names(&mut self, members: &[u32]) -> Result<HashMap<u32, Named>> {
        let mut names = HashMap::with_capacity(members.len());
        for chunk in members.chunks(CHUNK) {
            let sql = format!(
                "SELECT identity, source_id, COALESCE(name, handle, external_id) FROM identities
                 WHERE identity IN ({})",
                ids(chunk.iter().map(|m| i64::from(*m)))
            );
            self.conn.for_each(&sql, &[], |r| {
                names.insert(r.int(0)? as u32, Named { source_id: r.int(1)?, title: r.text(2)? });
                Ok(())
            })?;
        }
        Ok(names)
    }

    /// What is shown of these conversations, by number.
    ///
    /// # Errors
    /// When the database says no.
    pub fn conversation_rows(&mut self, conversations: &[i64]) -> Result<HashMap<i64, ConversationRow>> {
        let mut rows = HashMap::with_capacity(conversations.len());
        for chunk in conversations.chunks(CHUNK) {
            let sql = format!(
                "SELECT c.conversation_id, c.channel_id, COALESCE(c.title, m.title), m.text, m.permalink
                 FROM conversations c LEFT JOIN messages m ON m.seq = c.opened_seq
                 WHERE c.conversation_id IN ({})",
                ids(chunk.iter().copied())
            );
            self.conn.for_each(&sql, &[], |r| {
                let row = ConversationRow {
                    channel_id: r.int(1)?,
                    title: r.opt_text(2)?,
                    text: r.opt_text(3)?,
                    permalink: r.opt_text(4)?,
                };
                rows.insert(r.int(0)?, row);
                Ok(())
            })?;
        }
        Ok(rows)
    }

    /// How many rows there are on each day of the period that has any; days ascending.
    ///
    /// # Errors
    /// When the database says no.
    pub fn activity_days(
        &mut self,
        scope: &Scope,
        period: Option<Period>,
        which: RowFilter,
    ) -> Result<Vec<(Day, u64)>> {
        let (first, last) = period.map_or((i32::MIN, i32::MAX), |p| (p.first.0, p.last.0));
        if which == RowFilter::Active {
            let keys = self.active_keys(scope);
            let days = self.days(&keys, (first, last), scope.staff, &|v, d| v.counts_delta(scope, d))?;
            let count = |pairs: &[(u32, u32)]| pairs.iter().map(|p| u64::from(p.1)).sum();
            return Ok(days.iter().map(|d| (d.day, count(&d.members))).collect());
        }
        let scopes = ids(self.scope_channels(scope).iter().map(|c| channel_scope(c.channel_id)));
        let kinds = ids(KINDS.iter().filter(|k| k.row).map(|k| i64::from(k.kind.0)));
        let mut days: BTreeMap<Day, u64> = BTreeMap::new();
        self.conn.for_each(
            &format!(
                "SELECT day, rows FROM cells WHERE generation = $1 AND scope IN ({scopes}) AND kind IN ({kinds})
                 AND day >= $2 AND day <= $3"
            ),
            &[self.frame.generation.into(), first.into(), last.into()],
            |r| {
                *days.entry(Day(r.int(0)? as i32)).or_default() += r.int(1)? as u64;
                Ok(())
            },
        )?;
        for d in self.deltas.iter().filter(|d| d.kind.is_row() && (first..=last).contains(&d.day)) {
            if self.in_scope(scope, d.source_id, d.channel_id) {
                *days.entry(Day(d.day)).or_default() += 1;
            }
        }
        Ok(days.into_iter().filter(|d| d.1 > 0).collect())
    }

    /// Rows of the period, newest first: `limit` of them after the first `skip`. `days` is what
    /// `activity_days` gave; only the days that hold these rows are read.
    ///
    /// # Errors
    /// When the database says no.
    pub fn activity_rows(
        &mut self,
        scope: &Scope,
        days: &[(Day, u64)],
        which: RowFilter,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<ActivityRow>> {
        let mut skip = skip;
        let (mut days_read, mut rows_read) = (Vec::new(), 0);
        for &(day, n) in days.iter().rev() {
            if rows_read >= skip + limit as u64 {
                break;
            }
            if days_read.is_empty() && skip >= n {
                skip -= n;
                continue;
            }
            days_read.push(day);
            rows_read += n;
        }
        // Between these days there are none with rows: they are one run.
        let (Some(last), Some(first)) = (days_read.first(), days_read.last()) else { return Ok(Vec::new()) };
        let rows = self.rows_of_days(scope, (*first, *last), which)?;
        let mut page: Vec<ActivityRow> = rows.into_iter().skip(skip as usize).take(limit).collect();
        self.add_texts(&mut page)?;
        Ok(page)
    }

    /// The rows of a run of days without their texts, newest first.
    fn rows_of_days(
        &mut self,
        scope: &Scope,
        (first, last): (Day, Day),
        which: RowFilter,
    ) -> Result<Vec<ActivityRow>> {
        let (from, to) = (self.frame.zone.start_of(first), self.frame.zone.start_of(last.plus(1)));
        let channels: Vec<i64> = self.scope_channels(scope).iter().map(|c| c.channel_id).collect();
        let places = channels.iter().map(|c| channel_scope(*c));
        let places = places.chain(self.scope_sources(scope).into_iter().map(|s| source_scope(s.source_id)));
        let kinds = KINDS.iter().filter(|k| match which {
            RowFilter::Active => Self::counts(scope, k.kind),
            RowFilter::All => k.row,
        });
        let mut sql = format!(
            "SELECT seq, at, kind, channel_id, identity FROM activities
             WHERE place IN ({}) AND stated_at >= $1 AND stated_at < $2 AND at >= $3 AND at < $4 AND kind IN ({})",
            ids(places),
            ids(kinds.map(|k| i64::from(k.kind.0)))
        );
        if !scope.channels.is_empty() {
            sql.push_str(&format!(" AND channel_id IN ({})", ids(channels.into_iter())));
        }
        let (counted, everybody) = (self.graph.mask(scope.staff), self.graph.mask(Staff::Include));
        let bounds =
            [from.saturating_sub(SLACK).into(), to.saturating_add(SLACK).into(), from.into(), to.into()];
        let mut rows = Vec::new();
        self.conn.for_each(&sql, &bounds, |r| {
            let identity = r.int(4)? as u32;
            if which == RowFilter::Active && counted.member(identity) == 0 {
                return Ok(());
            }
            // A bot is no member, and is named as the account that it is.
            let who = match everybody.member(identity) {
                0 => identity,
                member => member,
            };
            rows.push(ActivityRow {
                seq: r.int(0)?,
                at: r.int(1)?,
                kind: Kind(r.int(2)? as i16),
                channel_id: r.int(3)?,
                who,
                text: None,
                title: None,
                permalink: None,
            });
            Ok(())
        })?;
        rows.sort_unstable_by_key(|row| std::cmp::Reverse((row.at, row.seq)));
        Ok(rows)
    }

    fn add_texts(&mut self, rows: &mut [ActivityRow]) -> Result<()> {
        for chunk in rows.chunks_mut(CHUNK) {
            let mut places: HashMap<i64, usize> = chunk.iter().enumerate().map(|(i, r)| (r.seq, i)).collect();
            let sql = format!(
                "SELECT seq, text, title, permalink FROM messages WHERE seq IN ({})",
                ids(chunk.iter().map(|row| row.seq))
            );
            self.conn.for_each(&sql, &[], |r| {
                if let Some(row) = places.remove(&r.int(0)?).and_then(|i| chunk.get_mut(i)) {
                    (row.text, row.title, row.permalink) = (r.opt_text(1)?, r.opt_text(2)?, r.opt_text(3)?);
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}
