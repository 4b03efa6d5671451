//! What the log answers: day sets, conversations, joins and leaves, under every filter, mask and link.
//! Metrics are computed from these and from nothing else.

mod along;
mod by_channel;
mod cache;
mod cells;
mod conversations;
mod days;
mod derived;
pub(crate) mod head;
mod many;
mod messages;
mod once;
mod passages;
mod person;
mod roster;
mod rows;
mod threads;
mod totals;
mod waiting;

pub use many::Prepare;
pub use messages::ThreadMessage;
pub use once::Plan;
pub use person::{Company, Counterpart, OpenThread, TimelineRow};
pub use roster::{Glance, Roster, Standing};
pub use rows::{ActivityRow, ConversationRow, MemberRow, Named, RowFilter};
pub use threads::{Author, Echo, SOON, Said, Thread, ThreadAsk};
pub use waiting::{FirstWord, WhoWrote};

pub(crate) use cache::DayCache;

use crate::Kind;
use crate::cell::Pairs;
use crate::graph::{Graph, GraphCache};
use crate::rollup::Frame;
use crate::rollup::parts::Group;
use crate::sources::{Channel, Source};
use base::{Day, Micros, Result, Zone};
use cache::Version;
use head::Head;
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, BTreeSet, HashSet};
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

/// Which openings count where conversations are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Population {
    /// All of them.
    #[default]
    Openings,
    /// Those that ask, by the rule, the channels for help, and what people said against it.
    Questions,
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
    /// Which openings count, where conversations are counted; nothing else looks at it.
    pub population: Population,
}

/// Who was active on a day, and how often. Bots, people without a member and masked staff are out; linked
/// identities are one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayActives {
    /// The day in the community's zone.
    pub day: Day,
    /// (member, number of active rows), members ascending and unique. A member's number is the lowest of
    /// its identities' numbers.
    pub members: Arc<[(u32, u32)]>,
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
    /// Where leaves were not read ([`LogView::joins`]): the first day with a leave row of who counts.
    pub first_leave: Option<Day>,
}

/// The log as it answers now: one consistent reading inside a read transaction.
pub struct LogView<'a, 'c> {
    conn: &'a mut Conn<'c>,
    graph: Arc<Graph>,
    frame: Frame,
    sources: Vec<Source>,
    channels: Vec<Channel>,
    deltas: Vec<Delta>,
    parts: Vec<Group>,
    cache: DayCache,
    version: Version,
    head: Head,
    once: once::Once,
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
    /// One statement, as long as nobody touched links or masks.
    pub(crate) fn open(conn: &'a mut Conn<'c>, graphs: &GraphCache, cache: DayCache) -> Result<Self> {
        let mut head = Head::load(conn)?;
        let graph = graphs.at(conn, head.counter("graph"))?;
        let frame = head.frame()?;
        let (sources, channels) = (std::mem::take(&mut head.sources), std::mem::take(&mut head.channels));
        let (deltas, parts) = (std::mem::take(&mut head.deltas), std::mem::take(&mut head.parts));
        let version = Version::of(&head, &graph, &frame);
        let once = once::Once::default();
        Ok(Self { conn, graph, frame, sources, channels, deltas, parts, cache, version, head, once })
    }

    /// The text of a setting, or its default; it was read with everything else.
    pub fn setting(&self, name: &str) -> &str {
        self.head.setting(name)
    }

    /// Counts the changes of names.
    pub(crate) fn names_version(&self) -> i64 {
        self.head.counter("names")
    }

    /// The zone that the roll-ups' days are in.
    pub fn zone(&self) -> Zone {
        self.frame.zone.clone()
    }

    /// The zone that the roll-ups are being rebuilt for, while they are.
    pub fn next_zone(&self) -> Option<&str> {
        self.head.stored("work.rebuild")
    }

    /// Every source.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The channels for help, ascending: whatever is opened there is a question.
    ///
    /// # Errors
    /// When the database says no.
    pub fn help_channels(&mut self) -> Result<Vec<i64>> {
        let list = self.setting("question_channels");
        let named = |c: &&Channel| crate::questions::in_help_list(list, &c.name, &c.external_id);
        let mut ids: Vec<i64> = self.channels.iter().filter(named).map(|c| c.channel_id).collect();
        ids.sort_unstable();
        Ok(ids)
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
    pub fn scope(
        &self,
        sources: &[String],
        channels: &[String],
        staff: Staff,
        kinds: &[Kind],
    ) -> Result<Scope> {
        let mut scope = Scope { staff, kinds: kinds.to_vec(), ..Scope::default() };
        for name in sources {
            let found = self.sources.iter().find(|s| s.name == *name || s.public_id == *name);
            let found = found.ok_or_else(|| {
                let names: Vec<&str> = self.sources.iter().map(|s| s.name.as_str()).collect();
                base::Error::not_found(format!(
                    "there is no source \"{name}\"; there are: {}",
                    names.join(", ")
                ))
            })?;
            scope.sources.push(found.source_id);
        }
        for name in channels {
            let before = scope.channels.len();
            let in_scope = |c: &&Channel| scope.sources.is_empty() || scope.sources.contains(&c.source_id);
            // An external id is exact; a name may stand for the same channel at several sources.
            let mut hits: Vec<i64> = self
                .channels
                .iter()
                .filter(in_scope)
                .filter(|c| c.external_id == *name)
                .map(|c| c.channel_id)
                .collect();
            if hits.is_empty() {
                hits = self
                    .channels
                    .iter()
                    .filter(in_scope)
                    .filter(|c| c.name == *name)
                    .map(|c| c.channel_id)
                    .collect();
            }
            scope.channels.extend(hits);
            if scope.channels.len() == before {
                return Err(base::Error::not_found(format!(
                    "there is no channel \"{name}\" in this choice of sources; the page of each source lists its channels"
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
}

/// The scopes and the kinds of keys, each as the inside of an `IN (…)`. Keys are every pair of the two.
fn sides(keys: &[(i64, i64)]) -> (String, String) {
    let side = |of: fn(&(i64, i64)) -> i64| ids(keys.iter().map(of).collect::<BTreeSet<_>>().into_iter());
    (side(|k| k.0), side(|k| k.1))
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
