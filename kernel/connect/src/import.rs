//! Running an import: choosing the source, feeding the log in batches, going on after a crash, taking back.

mod begin;
mod dry;
mod feed;
mod record;
mod undo;

pub use begin::{Request, begin, is_within_reach};
pub use dry::dry_run;
pub use record::{At, ImportRecord, ImportState, SkipCount, Summary, find, get, list, skips};
pub use undo::{finish_undos, undo};

use crate::Importer;
use base::{Clock, Error, Micros, Result};
use community::{Community, Ingestor};
use feed::{Feed, Message};
use record::Started;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use store::Priority;

/// After how many batches what they left is folded, so that pages stay quick while an import runs.
const FOLD_EVERY: usize = 200;

/// How far an import is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The import's id.
    pub import: String,
    /// Bytes read of the input.
    pub bytes: u64,
    /// Bytes of the input.
    pub total_bytes: u64,
    /// Records seen.
    pub records: u64,
    /// Seconds since it began (or was continued), in microseconds.
    pub elapsed_micros: Micros,
}

impl Progress {
    /// The share that is done, 0 to 1.
    pub fn share(&self) -> f64 {
        if self.total_bytes == 0 { 0.0 } else { (self.bytes as f64 / self.total_bytes as f64).min(1.0) }
    }

    /// Microseconds that are left, as far as can be told.
    pub fn remaining_micros(&self) -> Option<Micros> {
        let share = self.share();
        (share > 0.02).then(|| (self.elapsed_micros as f64 * (1.0 - share) / share) as Micros)
    }
}

/// Everything around an import that is not the import itself.
pub struct Runner<'a> {
    /// Where it goes.
    pub community: &'a Community,
    /// Every importer there is.
    pub importers: &'a [&'static dyn Importer],
    /// The time.
    pub clock: &'a Clock,
    /// Set from outside to stop between two batches; the import can be continued.
    pub stop: &'a AtomicBool,
}

impl Runner<'_> {
    /// The importer of this format.
    ///
    /// # Errors
    /// `NotFound`, naming the formats.
    pub fn importer(&self, format: &str) -> Result<&'static dyn Importer> {
        self.importers.iter().copied().find(|i| i.format().id == format).ok_or_else(|| {
            let all: Vec<&str> = self.importers.iter().map(|i| i.format().id).collect();
            Error::not_found(format!("there is no format \"{format}\"; there are: {}", all.join(", ")))
        })
    }

    /// Begins and runs an import to its end. Blocks.
    ///
    /// # Errors
    /// `Invalid` for bad input, `Conflict` for ids that do not fit the source, what the database says.
    pub fn import(&self, request: &Request, progress: &mut dyn FnMut(&Progress)) -> Result<Summary> {
        let started = begin(self, request)?;
        self.run(started, progress)
    }

    /// Continues one that was interrupted.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` when it is not interrupted or runs, on whatever node; as [`Runner::import`].
    pub fn resume(&self, id: &str, progress: &mut dyn FnMut(&Progress)) -> Result<Summary> {
        let started = self.take_up(id)?;
        self.run(started, progress)
    }

    /// Takes an interrupted one on without running it yet.
    ///
    /// # Errors
    /// As [`Runner::resume`].
    pub fn take_up(&self, id: &str) -> Result<Started> {
        begin::resume(self, id)
    }

    /// Runs what [`begin`] prepared.
    ///
    /// # Errors
    /// As [`Runner::import`]. What was confirmed before stays and can be continued or taken back.
    pub fn run(&self, mut started: Started, progress: &mut dyn FnMut(&Progress)) -> Result<Summary> {
        let result = self.feed(&mut started, progress);
        let now = self.clock.now();
        match result {
            Ok(()) => record::finish(self.community.db(), &mut started, ImportState::Done, None, now)?,
            Err(e) if e.kind == base::ErrorKind::Invalid => {
                let e = begin::naming(e, &started.paths);
                let failed = Some(e.message.as_str());
                record::finish(self.community.db(), &mut started, ImportState::Failed, failed, now)?;
                return Err(e);
            }
            // Stopped, or the database failed: it stays interrupted and can be continued.
            Err(e) => {
                let stopped = started.stop_asked || self.stop.load(Ordering::Relaxed);
                started.lease.give_back(Some(e.message.as_str()).filter(|_| !stopped), None);
                return Err(e);
            }
        }
        Ok(started.summary(now))
    }

    fn feed(&self, started: &mut Started, progress: &mut dyn FnMut(&Progress)) -> Result<()> {
        let importer = self.importer(&started.format)?;
        let (sender, receiver) = sync_channel::<Message>(feed::QUEUE);
        let options = started.options.clone();
        let mut files = crate::Files::open(&started.paths)?;
        let total_bytes = files.total_bytes();
        let skip = started.position;
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || {
                let mut feed = Feed::new(sender, skip);
                importer.read(&mut files, &options, &mut feed)?;
                feed.finish()
            });
            let mut ingestor = Ingestor::new(started.source_id, started.import_id);
            let mut written = Ok(());
            for (n, message) in receiver.iter().enumerate() {
                written = self.write(&mut ingestor, started, message, total_bytes);
                if written.is_ok() && n % FOLD_EVERY == FOLD_EVERY - 1 {
                    written = community::fold_some(self.community.db());
                }
                if written.is_err() {
                    break;
                }
                progress(&self.progress(started, total_bytes));
                if started.stop_asked || self.stop.load(Ordering::Relaxed) {
                    written = Err(Error::unavailable(format!(
                        "the import {} was stopped; it can be continued",
                        started.public_id
                    )));
                    break;
                }
            }
            // Without a receiver the reader ends at its next batch.
            drop(receiver);
            let read =
                reader.join().unwrap_or_else(|_| Err(Error::internal("the reader of an import broke down")));
            written.and(read).and_then(|()| self.community.fold_all())
        })
    }

    fn progress(&self, started: &Started, total_bytes: u64) -> Progress {
        Progress {
            import: started.public_id.clone(),
            bytes: started.bytes,
            total_bytes,
            records: started.tally.records,
            elapsed_micros: self.clock.now() - started.began_at,
        }
    }

    fn write(
        &self,
        ingestor: &mut Ingestor,
        started: &mut Started,
        message: Message,
        total_bytes: u64,
    ) -> Result<()> {
        started.bytes = message.bytes;
        let before = started.clone();
        let now = self.clock.now();
        let result = loop {
            let attempt = self.community.db().write(Priority::Bulk, |tx| {
                let outcome = ingestor.ingest(tx, message.batch(), now)?;
                started.take(&message, &outcome);
                let progress = self.progress(started, total_bytes);
                record::save_progress(tx, started, &message, &progress)
            });
            match attempt {
                // The roll-ups are being made anew; that is over in a minute at most.
                Err(e) if e.kind == base::ErrorKind::Conflict && !self.stop.load(Ordering::Relaxed) => {
                    ingestor.forget();
                    *started = before.clone();
                    // A record that replaces another needs everything before it folded.
                    if community::fold_if_behind(self.community.db())? {
                        continue;
                    }
                    if !record::is_rebuilding(self.community.db())? {
                        break Err(e);
                    }
                    std::thread::sleep(std::time::Duration::from_millis(200));
                }
                other => break other,
            }
        };
        if result.is_err() {
            ingestor.forget();
            *started = before;
        }
        result
    }
}
