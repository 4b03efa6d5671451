//! From the reading thread to the writing one, in batches.

use crate::Skipped;
use base::{Error, Result};
use community::Batch;
use std::sync::mpsc::SyncSender;

/// Records in one batch: short enough that its transaction holds the writer for less than 50 ms.
const BATCH: usize = 1_500;

/// One batch on its way.
#[derive(Debug, Default)]
pub(crate) struct Message {
    pub batch: Batch,
    pub skipped: Vec<Skipped>,
    pub warnings: Vec<String>,
    /// Activities and skips in it.
    pub records: u64,
    /// Bytes of the input read when it was sent.
    pub bytes: u64,
}

impl Message {
    /// The batch, to be taken in; copied, as the transaction around it may have to be tried again.
    pub(crate) fn batch(&self) -> Batch {
        Batch {
            identities: self.batch.identities.clone(),
            channels: self.batch.channels.clone(),
            activities: self.batch.activities.clone(),
        }
    }
}

/// The sink that importers write to; sends a batch when one is full.
pub(crate) struct Feed {
    sender: SyncSender<Message>,
    pub(crate) held: Message,
    to_pass: u64,
}

impl Feed {
    /// Passes over the first `done` records: they are stored already.
    pub(crate) fn new(sender: SyncSender<Message>, done: u64) -> Self {
        Self { sender, held: Message::default(), to_pass: done }
    }

    /// Whether this record is to be sent; counts those that are stored already.
    pub(crate) fn passed(&mut self) -> bool {
        if self.to_pass == 0 {
            return true;
        }
        self.to_pass -= 1;
        false
    }

    pub(crate) fn send_if_full(&mut self) -> Result<()> {
        let b = &self.held.batch;
        if b.activities.len() + self.held.skipped.len() < BATCH && b.identities.len() < 2 * BATCH {
            return Ok(());
        }
        self.send()
    }

    fn send(&mut self) -> Result<()> {
        let bytes = self.held.bytes;
        let message = std::mem::take(&mut self.held);
        self.held.bytes = bytes;
        self.sender.send(message).map_err(|_| Error::unavailable("the import was stopped"))
    }

    /// Sends the rest.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.send()
    }
}
