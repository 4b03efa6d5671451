//! Day sets that were read a moment ago. A question about a year reads hundreds of cells, and a page asks several
//! questions of them; what changed since is added from deltas and parts by every reader.

use super::head::Head;
use super::once::Asked;
use super::{DayActives, Passages};
use crate::graph::Graph;
use crate::rollup::Frame;
use base::Period;
use roaring::RoaringBitmap;
use std::sync::{Arc, Mutex, PoisonError};

/// (member, count) pairs kept at most, 8 bytes each.
pub(super) const PAIRS: usize = 1_500_000;
/// Answers kept at most.
const ANSWERS: usize = 12;
/// Parts of the log whose joins and leaves are kept at most; each takes 8 bytes for each member.
const PASSAGES: usize = 4;

/// What must not have changed for a kept answer to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    generation: i64,
    graph: i64,
    cells: i64,
}

impl Version {
    pub(super) fn of(head: &Head, graph: &Graph, frame: &Frame) -> Self {
        Self { generation: frame.generation, graph: graph.version(), cells: head.counter("cells") }
    }

    /// What the cells alone depend on.
    pub(super) fn of_cells(self) -> (i64, i64) {
        (self.generation, self.cells)
    }
}

/// Which cells, under which mask.
pub(super) type Question = (Vec<(i64, i64)>, super::Staff);

struct Kept {
    question: Question,
    version: Version,
    first: i32,
    days: Arc<[DayActives]>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kept({} days)", self.days.len())
    }
}

/// Who was active before a day, for a choice of sources.
type Before = (Vec<i64>, super::Staff, i32);

/// A first and last day.
type KeptSpan = (Question, Version, Option<Period>);

/// Kept answers, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct DayCache {
    days: Arc<Mutex<Vec<Kept>>>,
    before: Arc<Mutex<Vec<(Before, Version, RoaringBitmap)>>>,
    spans: Arc<Mutex<Vec<KeptSpan>>>,
    passages: Arc<Mutex<Vec<(Asked, Version, Passages)>>>,
    /// Everybody at a glance.
    pub(super) roster: super::roster::RosterCache,
}

impl DayCache {
    /// The days from `first` on, if they are kept and still hold.
    pub(super) fn get(&self, question: &Question, version: Version, first: i32) -> Option<Vec<DayActives>> {
        let mut kept = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|k| k.version == version);
        let hit = kept.iter().find(|k| k.question == *question && k.first <= first)?;
        let from = hit.days.partition_point(|d| d.day.0 < first);
        Some(hit.days[from..].to_vec())
    }

    /// The first and last of days that are kept from the very beginning on.
    pub(super) fn ends(&self, question: &Question, version: Version) -> Option<Option<Period>> {
        let kept = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |k: &&Kept| k.version == version && k.first == i32::MIN && k.question == *question;
        let days = &kept.iter().find(fits)?.days;
        Some(days.first().zip(days.last()).map(|(a, b)| Period { first: a.day, last: b.day }))
    }

    /// Keeps days from `first` on to the last.
    pub(super) fn put(&self, question: Question, version: Version, first: i32, days: &[DayActives]) {
        let size = |days: &[DayActives]| days.iter().map(|d| d.members.len()).sum::<usize>();
        if size(days) > PAIRS {
            return;
        }
        let mut kept = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|k| k.version == version && k.question != question);
        kept.push(Kept { question, version, first, days: days.into() });
        while kept.len() > ANSWERS || kept.iter().map(|k| size(&k.days)).sum::<usize>() > PAIRS {
            kept.remove(0);
        }
    }

    /// The first and last day, if they are kept and still hold.
    pub(super) fn span(&self, question: &Question, version: Version) -> Option<Option<Period>> {
        let mut kept = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|k| k.1 == version);
        kept.iter().find(|k| k.0 == *question).map(|k| k.2)
    }

    /// Keeps the first and last day.
    pub(super) fn put_span(&self, question: Question, version: Version, span: Option<Period>) {
        let mut kept = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= ANSWERS {
            kept.remove(0);
        }
        kept.push((question, version, span));
    }

    /// Joins and leaves, if they are kept and still hold.
    pub(super) fn passages(&self, fits: &dyn Fn(&Asked) -> bool, version: Version) -> Option<Passages> {
        let mut kept = self.passages.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|k| k.1 == version);
        kept.iter().find(|k| fits(&k.0)).map(|k| k.2.clone())
    }

    /// Whether they are kept and still hold.
    pub(super) fn knows_passages(&self, fits: &dyn Fn(&Asked) -> bool, version: Version) -> bool {
        let kept = self.passages.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().any(|k| k.1 == version && fits(&k.0))
    }

    /// Keeps joins, and leaves where they were read.
    pub(super) fn put_passages(&self, asked: Asked, version: Version, passages: &Passages) {
        let mut kept = self.passages.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|k| k.1 == version && k.0.0 != asked.0);
        if kept.len() >= PASSAGES {
            kept.remove(0);
        }
        kept.push((asked, version, passages.clone()));
    }

    /// Who was active before a day, if it is kept and still holds.
    pub(super) fn before(&self, question: &Before, version: Version) -> Option<RoaringBitmap> {
        let mut kept = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|k| k.1 == version);
        kept.iter().find(|k| k.0 == *question).map(|k| k.2.clone())
    }

    /// Keeps who was active before a day.
    pub(super) fn put_before(&self, question: Before, version: Version, members: &RoaringBitmap) {
        let mut kept = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= ANSWERS {
            kept.remove(0);
        }
        kept.push((question, version, members.clone()));
    }
}
