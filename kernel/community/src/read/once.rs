//! What one reading keeps for the questions that follow in it: a page asks several of the same days, and an earlier
//! period beside the present one. It is gone with the reading.

use super::cache::Question;
use super::conversations::EVER;
use super::{DayActives, FirstRow, LogView, Passages, Scope, Staff};
use crate::Kind;
use crate::blocks::{self, Entry, Listed, Rows, Shape};
use crate::rollup::index::{self, TailRow};
use base::{Day, Micros, Period, Result};
use std::sync::Arc;

/// What the questions of a page need together, so that the first one reads it for all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The earliest day from which day sets will be asked for.
    pub back: Option<Day>,
    /// Kinds of which the day sets will be asked for by themselves.
    pub kinds: &'static [Kind],
    /// The days whose conversations will be asked for.
    pub periods: Option<Period>,
    /// Whether joins will be asked for.
    pub passages: bool,
    /// The days of which it will be asked how large channels are.
    pub sizes: Option<Period>,
}

impl Plan {
    /// Every day, for conversations.
    pub const EVER: Period = EVER;

    /// What both need.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let both = |a: Period, b: Period| Period { first: a.first.min(b.first), last: a.last.max(b.last) };
        Self {
            back: [self.back, other.back].into_iter().flatten().min(),
            kinds: if self.kinds.is_empty() { other.kinds } else { self.kinds },
            periods: match (self.periods, other.periods) {
                (Some(a), Some(b)) => Some(both(a, b)),
                (one, other) => one.or(other),
            },
            passages: self.passages || other.passages,
            sizes: self.sizes.or(other.sizes),
        }
    }
}

/// Which blocks there are, and which are missing.
type BlockState = Arc<(Vec<Listed>, Vec<i64>)>;

/// Which part of the log passages were asked of: sources, channels, whose.
pub(super) type PassageKey = (Vec<i64>, Vec<i64>, Staff);

/// Passages of a part of the log, and whether its leaves were read.
pub(super) type Asked = (PassageKey, bool);

/// How large the channels of a scope are in a period.
pub(super) type Sizes = (Scope, Option<Period>, Vec<(i64, u64)>);

/// What was read so far.
#[derive(Default)]
pub(super) struct Once {
    pub plan: Plan,
    pub tail: Option<Arc<[TailRow]>>,
    pub passages: Vec<(Asked, Passages)>,
    pub sizes: Vec<Sizes>,
    pub first_rows: Vec<(Scope, Period, Arc<[FirstRow]>)>,
    days: Vec<(Question, i32, Vec<DayActives>)>,
    blocks: Option<BlockState>,
    opened: Option<Arc<Opened>>,
    overruled: Option<Arc<Overruled>>,
}

/// Conversations that people said ask something, and those that they said do not; ascending.
type Overruled = (Vec<i64>, Vec<i64>);

impl Once {
    /// Keeps days from `first` on to the last.
    pub(super) fn put_days(&mut self, question: Question, first: i32, days: Vec<DayActives>) {
        self.days.push((question, first, days));
    }

    /// The days between, if they were kept.
    pub(super) fn days(&self, question: &Question, (first, last): (i32, i32)) -> Option<Vec<DayActives>> {
        let kept = &self.days.iter().find(|k| k.0 == *question && k.1 <= first)?.2;
        let from = kept.partition_point(|d| d.day.0 < first);
        let to = kept.partition_point(|d| d.day.0 <= last);
        Some(kept[from..to.max(from)].to_vec())
    }
}

/// Conversations of a time: the blocks that hold them, and the rows of those that are in no block.
pub(super) struct Opened {
    from: Micros,
    to: Micros,
    bodies: Vec<(i64, Vec<u8>)>,
    rows: Vec<(Shape, OwnedEntry)>,
}

struct OwnedEntry {
    id: i64,
    at: Micros,
    opener: u32,
    others: Vec<u8>,
}

impl Opened {
    /// Calls `each` for every conversation whose shape is wanted; those outside of the asked time too.
    pub(super) fn each(
        &self,
        wanted: impl Fn(&Shape) -> bool,
        mut each: impl FnMut(&Shape, Entry<'_>) -> Result<()>,
    ) -> Result<()> {
        for (block, body) in &self.bodies {
            blocks::read(*block, body, &wanted, &mut each)?;
        }
        for (shape, e) in self.rows.iter().filter(|r| wanted(&r.0)) {
            each(shape, Entry::of(e.id, e.at, e.opener, &e.others))?;
        }
        Ok(())
    }
}

impl LogView<'_, '_> {
    /// Passages that were read before and still hold: of this reading, or of an earlier one when nothing waits to be
    /// folded or indexed.
    pub(super) fn kept_passages(&self, key: &PassageKey, with_leaves: bool) -> Option<Passages> {
        let fits = |k: &Asked| k.0 == *key && (k.1 || !with_leaves);
        if let Some(kept) = self.once.passages.iter().find(|k| fits(&k.0)) {
            return Some(kept.1.clone());
        }
        self.is_settled().then(|| self.cache.passages(&fits, self.version))?
    }

    /// Whether joins were read before and still hold.
    pub(super) fn knows_joins(&self, key: &PassageKey) -> bool {
        let fits = |k: &Asked| k.0 == *key;
        self.once.passages.iter().any(|k| fits(&k.0))
            || (self.is_settled() && self.cache.knows_passages(&fits, self.version))
    }

    /// Keeps passages for the rest of this reading, and beyond it while nothing changes.
    pub(super) fn keep_passages(&mut self, asked: Asked, passages: &Passages) {
        if self.is_settled() {
            self.cache.put_passages(asked.clone(), self.version, passages);
        }
        self.once.passages.push((asked, passages.clone()));
    }

    /// Whether everything in the log is in cells and in the index.
    fn is_settled(&self) -> bool {
        self.deltas.is_empty()
            && self.parts.is_empty()
            && self.head.counter("newest") <= self.head.counter("indexed")
    }

    /// Says what the questions that follow need together. Their answers are the same without.
    pub fn plan(&mut self, plan: Plan) {
        self.once.plan = self.once.plan.and(plan);
    }

    /// The rows of the log that are not indexed yet; read once, and only where the counters say that there are some.
    pub(super) fn tail(&mut self) -> Result<Arc<[TailRow]>> {
        if let Some(tail) = &self.once.tail {
            return Ok(Arc::clone(tail));
        }
        let behind = self.head.counter("newest") > self.head.counter("indexed");
        let tail: Arc<[TailRow]> = if behind { index::tail(self.conn)?.into() } else { Arc::default() };
        self.once.tail = Some(Arc::clone(&tail));
        Ok(tail)
    }

    /// Says which conversations people said ask something, and which not, for whoever has read that already.
    pub fn know_overruled(&mut self, mut asking: Vec<i64>, mut not_asking: Vec<i64>) {
        asking.sort_unstable();
        not_asking.sort_unstable();
        self.once.overruled = Some(Arc::new((asking, not_asking)));
    }

    /// The same; read once.
    pub(super) fn overruled(&mut self) -> Result<Arc<Overruled>> {
        if let Some(known) = &self.once.overruled {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(crate::marks::overruled(self.conn)?);
        self.once.overruled = Some(Arc::clone(&read));
        Ok(read)
    }

    /// Which blocks there are; read once.
    pub(super) fn block_state(&mut self) -> Result<BlockState> {
        if let Some(state) = &self.once.blocks {
            return Ok(Arc::clone(state));
        }
        let state = Arc::new(blocks::state(self.conn)?);
        self.once.blocks = Some(Arc::clone(&state));
        Ok(state)
    }

    /// The conversations of a time, where they are kept or will be asked for again; `None` where they are better
    /// read one after the other and let go.
    pub(super) fn kept_openings(&mut self, (from, to): (Micros, Micros)) -> Result<Option<Arc<Opened>>> {
        if let Some(kept) = self.once.opened.as_ref().filter(|k| k.from <= from && to <= k.to) {
            return Ok(Some(Arc::clone(kept)));
        }
        let Some(periods) = self.once.plan.periods else { return Ok(None) };
        let zone = self.zone();
        let wide = match periods == EVER {
            true => (Micros::MIN, Micros::MAX),
            false => (zone.start_of(periods.first), zone.start_of(periods.last.plus(1)) - 1),
        };
        if from < wide.0 || wide.1 < to {
            return Ok(None);
        }
        let (mut bodies, mut rows) = (Vec::new(), Vec::new());
        let (listed, missing) = blocks::state_with(self.conn, wide, |block, body| {
            bodies.push((block, body.to_vec()));
        })?;
        if missing.len() > super::conversations::FEW {
            self.once.blocks = Some(Arc::new((listed, missing)));
            return Ok(None);
        }
        if !missing.is_empty() {
            blocks::rows(self.conn, &Rows::Blocks(missing.clone()), |shape, e| {
                let others = e.others.bytes().to_vec();
                rows.push((*shape, OwnedEntry { id: e.id, at: e.at, opener: e.opener, others }));
                Ok(())
            })?;
        }
        self.once.blocks = Some(Arc::new((listed, missing)));
        let kept = Arc::new(Opened { from: wide.0, to: wide.1, bodies, rows });
        self.once.opened = Some(Arc::clone(&kept));
        Ok(Some(kept))
    }
}
