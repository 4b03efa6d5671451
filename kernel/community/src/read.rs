//! What the log answers: day sets, conversations, joins and leaves, under every filter, mask and link.
//! Metrics are computed from these and from nothing else.

use crate::Kind;
use base::{Day, Micros, Period, Result, Zone};
use roaring::RoaringBitmap;
use std::collections::BTreeMap;
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
}

impl<'a, 'c> LogView<'a, 'c> {
    /// Opens the view.
    ///
    /// # Errors
    /// When the database says no.
    pub fn open(conn: &'a mut Conn<'c>) -> Result<Self> {
        Ok(Self { conn })
    }

    /// The zone that the roll-ups' days are in.
    pub fn zone(&self) -> Zone {
        Zone::utc()
    }

    /// The last activity within the scope, of whatever kind; *now* for every figure.
    ///
    /// # Errors
    /// When the database says no.
    pub fn now(&mut self, scope: &Scope) -> Result<Option<Micros>> {
        let _ = (scope, &mut self.conn);
        Ok(None)
    }

    /// First and last day with an active row in the scope.
    ///
    /// # Errors
    /// When the database says no.
    pub fn span(&mut self, scope: &Scope) -> Result<Option<Period>> {
        let _ = scope;
        Ok(None)
    }

    /// Active members by day, from `from` (or the beginning) to the last day.
    ///
    /// # Errors
    /// When the database says no.
    pub fn actives(&mut self, scope: &Scope, from: Option<Day>) -> Result<Actives> {
        let _ = (scope, from);
        Ok(Actives::default())
    }

    /// Counts of the scope, restricted to a period when given.
    ///
    /// # Errors
    /// When the database says no.
    pub fn totals(&mut self, scope: &Scope, period: Option<Period>) -> Result<Totals> {
        let _ = (scope, period);
        Ok(Totals::default())
    }

    /// Conversations opened by a human member with an opening kind, whose opening falls in the period, by
    /// time of opening. The outer `None`: no source in scope has reply links; the text says which.
    ///
    /// # Errors
    /// When the database says no.
    pub fn opened(
        &mut self,
        scope: &Scope,
        period: Option<Period>,
    ) -> Result<std::result::Result<Vec<Opened>, String>> {
        let _ = (scope, period);
        Ok(Ok(Vec::new()))
    }

    /// Joins and leaves of the scope.
    ///
    /// # Errors
    /// When the database says no.
    pub fn passages(&mut self, scope: &Scope) -> Result<Passages> {
        let _ = scope;
        Ok(Passages { joins: Vec::new(), basis: Basis::FirstActivity, leaves: None })
    }
}
