//! The heart: activity log, identities and members, channels, conversations, roll-ups.
//!
//! Writing goes through [`Ingestor`] (one transaction a batch), [`undo_slice`], [`people`] and
//! [`Community::set`]; reading through [`read::LogView`]. Everything derived can be proved with [`check`].

mod blocks;
mod cell;
mod check;
mod columns;
pub mod contacts;
mod conversations;
mod derive;
mod draft;
pub mod erase;
mod graph;
mod ingest;
mod kind;
mod log;
pub mod marks;
pub mod people;
pub mod questions;
pub mod read;
mod rebuild;
mod rollup;
mod rules;
mod schema;
pub mod search;
pub mod settings;
pub mod sources;
mod undo;

pub use check::{Report, check};
pub use draft::{ActivityDraft, ChannelDraft, ConversationKey, IdentityDraft, Place, Record};
pub use ingest::{Batch, Ingestor, Outcome};
pub use kind::{KINDS, Kind, KindInfo};
pub use rebuild::{finish_restamp, finish_zone_change};
pub use rollup::fold::{fold_all, fold_if_behind, fold_some, folding_first};
pub use schema::MIGRATIONS;

/// The bell that is rung when something was appended to the log ([`store::Conn::ring`]).
pub const LOG_BELL: &str = "log";
pub use undo::{UNDO_SLICE, undo_slice};

use base::{Result, Zone};
use read::LogView;
use store::{Db, Priority};

/// How often is looked whether another node is done.
const ELSEWHERE: std::time::Duration = std::time::Duration::from_millis(200);

/// The community over its database. Clones share it.
#[derive(Clone, Debug)]
pub struct Community {
    db: Db,
    graph: graph::GraphCache,
    days: read::DayCache,
    names: search::NamesCache,
}

impl Community {
    /// The community in this database.
    pub fn new(db: Db) -> Self {
        Self {
            db,
            graph: graph::GraphCache::default(),
            days: read::DayCache::default(),
            names: search::NamesCache::default(),
        }
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// One consistent reading of the log. Blocks.
    ///
    /// # Errors
    /// What the database or `run` says.
    pub fn view<R>(&self, run: impl FnOnce(&mut LogView<'_, '_>) -> Result<R>) -> Result<R> {
        self.db.read(|c| run(&mut LogView::open(c, &self.graph, self.days.clone())?))
    }

    /// Every identity whose name, handle, e-mail address or id a text fits, from the names in memory.
    ///
    /// # Errors
    /// When the database says no.
    pub fn identities_named(&self, c: &mut store::Conn<'_>, text: &str) -> Result<Vec<u32>> {
        let version =
            c.query_opt("SELECT value FROM counters WHERE name = 'names'", &[], |r| r.int(0))?.unwrap_or(0);
        Ok(self.names.get(c, version)?.find(text).into_iter().map(|found| found.1).collect())
    }

    /// The same within a reading of the log, which knows already whether names have changed: no statement while they
    /// have not.
    ///
    /// # Errors
    /// When the database says no.
    pub fn identities_called(&self, view: &mut LogView<'_, '_>, text: &str) -> Result<Vec<u32>> {
        let version = view.names_version();
        Ok(self.names.get(view.conn(), version)?.find(text).into_iter().map(|found| found.1).collect())
    }

    /// Changes a setting, with everything that follows from it. A change of the zone rebuilds the roll-ups
    /// before this returns.
    ///
    /// # Errors
    /// `Invalid` for a bad value, `NotFound` for an unknown setting.
    pub fn set(&self, name: &str, value: &str) -> Result<()> {
        self.set_telling(name, value, |_, _, _| Ok(()))
    }

    /// The same; `tell` is given the value before and the value after, in the transaction of the change (the zone's:
    /// after it).
    ///
    /// # Errors
    /// As [`Community::set`], and what `tell` says.
    pub fn set_telling(
        &self,
        name: &str,
        value: &str,
        tell: impl FnOnce(&mut store::Conn<'_>, &str, &str) -> Result<()>,
    ) -> Result<()> {
        let value = settings::checked(name, value)?;
        if name == "zone" {
            let zone = Zone::named(&value)?;
            if self.db.read(rollup::Frame::load)?.zone == zone {
                return Ok(());
            }
            let before = self.db.read(rollup::Frame::load)?.zone;
            rebuild::begin_zone_change(&self.db, &zone)?;
            self.db.write(Priority::Interactive, |tx| tell(tx, before.name(), zone.name()))?;
            finish_zone_change(&self.db)?;
            while rebuild::is_rebuilding(&self.db)? {
                // Another node took it on between the two; should it die, this one goes on.
                std::thread::sleep(ELSEWHERE);
                finish_zone_change(&self.db)?;
            }
            return Ok(());
        }
        self.db.write(Priority::Interactive, |tx| {
            let before = settings::get_or_default(tx, name)?;
            if before != value {
                tell(tx, &before, &value)?;
            }
            settings::put(tx, name, &value)?;
            if name == "staff" || name == "bots" {
                rules::apply_to_all(tx)?;
            }
            Ok(())
        })
    }

    /// Begins to move figures to another zone, for whoever does the long part ([`finish_zone_change`]) elsewhere.
    /// Whether there is anything to do.
    ///
    /// # Errors
    /// `Invalid` for a name that is no zone, `Conflict` while another change is under way.
    pub fn begin_zone(&self, zone: &str) -> Result<bool> {
        let zone = Zone::named(zone.trim())?;
        if self.db.read(rollup::Frame::load)?.zone == zone {
            return Ok(false);
        }
        rebuild::begin_zone_change(&self.db, &zone).map(|()| true)
    }

    /// Corrects the zone in which a zoneless source's times are read.
    ///
    /// # Errors
    /// `NotFound` for the source, `Invalid` when its times carry a zone.
    pub fn set_source_zone(&self, source: &str, zone: &Zone) -> Result<()> {
        rebuild::begin_restamp(&self.db, source, zone)?;
        finish_restamp(&self.db)
    }

    /// Finishes what a crash interrupted: a change of zone, a corrected source. Applies the rule of questions to
    /// what was stored before there was one.
    ///
    /// # Errors
    /// When the database says no.
    pub fn recover(&self) -> Result<()> {
        finish_zone_change(&self.db)?;
        finish_restamp(&self.db)?;
        questions::backfill(&self.db)
    }

    /// Folds everything that small batches left.
    ///
    /// # Errors
    /// When the database says no.
    pub fn fold_all(&self) -> Result<()> {
        fold_all(&self.db)
    }
}
