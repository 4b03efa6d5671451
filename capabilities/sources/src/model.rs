//! The rules of sources and imports, without any I/O: where an import stands, what may be done with it, gaps.

use base::{Day, Micros, Zone};
use community::sources::{Channel, Source};
use connect::import::{ImportRecord, ImportState};
use std::collections::{BTreeMap, BTreeSet};

/// How many gaps a source's page shows.
const GAPS: usize = 5;

/// Where an import stands, as people read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Under way, on whatever node.
    Running,
    /// Begun and not finished, and nobody works on it.
    Interrupted,
    /// Everything was read.
    Done,
    /// The input could not be read to its end.
    Failed,
    /// Being taken back.
    Undoing,
    /// Taken back.
    Undone,
}

impl Standing {
    /// From what is stored, and whether this process works on it still; it does until the uploaded files are gone.
    pub(crate) fn of(import: &ImportRecord, working: bool) -> Self {
        match import.state {
            _ if working => Self::Running,
            ImportState::Running if import.live => Self::Running,
            ImportState::Running => Self::Interrupted,
            ImportState::Done => Self::Done,
            ImportState::Failed => Self::Failed,
            ImportState::Undoing => Self::Undoing,
            ImportState::Undone => Self::Undone,
        }
    }

    /// The word in the API.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Interrupted => "interrupted",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// The word on pages.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Interrupted => "Interrupted",
            Self::Done => "Done",
            Self::Failed => "Failed",
            Self::Undoing => "Being taken back",
            Self::Undone => "Taken back",
        }
    }
}

/// Records that were not taken, whatever the reason.
pub(crate) fn skipped(import: &ImportRecord) -> u64 {
    import.summary.skipped.iter().map(|s| s.count).sum()
}

/// Why an import cannot be taken back now; `None` when it can. `all` is every import, newest first.
pub(crate) fn undo_hindrance(
    import: &ImportRecord,
    standing: Standing,
    all: &[ImportRecord],
) -> Option<String> {
    match standing {
        Standing::Running => return Some("It still runs. Stop it first.".into()),
        Standing::Undoing => return Some("It is being taken back already.".into()),
        Standing::Undone => return Some("It was taken back already.".into()),
        _ => {}
    }
    let newer = all.iter().find(|other| {
        other.source_id == import.source_id && other.import_id > import.import_id && counts(other)
    })?;
    Some(format!(
        "Newer imports of this source rest on this one. Take back {} ({}) first.",
        newer.input, newer.summary.import
    ))
}

/// Whether an import has rows in the log, or may have.
fn counts(import: &ImportRecord) -> bool {
    import.state != ImportState::Undone
}

/// A run of days on which nothing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// The first day without activity.
    pub first: Day,
    /// The last one.
    pub last: Day,
}

impl Gap {
    /// How many days it has.
    pub(crate) fn days(self) -> u64 {
        u64::try_from(self.last.0 - self.first.0 + 1).unwrap_or(0)
    }
}

/// The longest runs of days without activity between the first day and the last; the earlier one first where
/// two are equally long.
pub(crate) fn gaps(days: &BTreeSet<i32>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = days
        .iter()
        .zip(days.iter().skip(1))
        .filter(|(a, b)| *b - *a > 1)
        .map(|(a, b)| Gap { first: Day(a + 1), last: Day(b - 1) })
        .collect();
    gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.days()), gap.first));
    gaps.truncate(GAPS);
    gaps
}

/// One source in the list.
#[derive(Clone, Debug)]
pub(crate) struct SourceLine {
    pub source: Source,
    /// First and last activity.
    pub span: Option<(Micros, Micros)>,
    pub activities: u64,
    pub people: u64,
    pub channels: u64,
    /// The newest import that was not taken back.
    pub last_import: Option<ImportRecord>,
}

/// Everything on the list.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    pub community: String,
    pub zone: Zone,
    pub sources: Vec<SourceLine>,
    /// Every import, newest first.
    pub imports: Vec<ImportRecord>,
}

/// A channel with its rows.
#[derive(Clone, Debug)]
pub(crate) struct ChannelLine {
    pub channel: Channel,
    pub activities: u64,
}

/// What is known about how good a source's data is.
#[derive(Clone, Debug)]
pub(crate) struct Quality {
    /// First and last day with activity, in the community's zone.
    pub days: Option<(Day, Day)>,
    /// How many days in between, both included, and how many of them have activity.
    pub span_days: u64,
    pub active_days: u64,
    pub gaps: Vec<Gap>,
    /// Activities by kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Messages, joins, leaves and notices: what the shares are of.
    pub rows: u64,
    pub rows_without_author: u64,
    pub rows_by_bots: u64,
}

impl Quality {
    /// A part of the rows, 0 to 1; `None` without rows.
    pub(crate) fn share(&self, part: u64) -> Option<f64> {
        (self.rows > 0).then(|| part as f64 / self.rows as f64)
    }
}

/// Everything about one source.
#[derive(Clone, Debug)]
pub(crate) struct SourceDetail {
    pub community: String,
    /// The zone of the figures.
    pub zone: Zone,
    pub source: Source,
    pub activities: u64,
    pub people: u64,
    pub quality: Quality,
    /// Most active first.
    pub channels: Vec<ChannelLine>,
    /// Its imports, newest first.
    pub imports: Vec<ImportRecord>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_the_longest_runs_inside_the_span() {
        let days: BTreeSet<i32> = [1, 2, 5, 6, 20, 23, 24, 26, 28, 30, 33].into();
        let found: Vec<(i32, i32)> = gaps(&days).iter().map(|g| (g.first.0, g.last.0)).collect();
        assert_eq!(found, [(7, 19), (3, 4), (21, 22), (31, 32), (25, 25)]);
        assert!(gaps(&[4].into()).is_empty() && gaps(&BTreeSet::new()).is_empty());
    }
}
