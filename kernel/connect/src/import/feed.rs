//! From the reading thread to the writing one: records are collected in windows, put in the order of their
//! channels, and sent in batches.
//!
//! Everything that the log keeps about a channel lies together: the key, conversations, cells. An export that is
//! sorted by time alone would touch a page of every channel with every batch. Within a window each channel's
//! records keep their order, and a batch touches a few channels only.

use crate::Skipped;
use base::{Error, Result};
use community::{ActivityDraft, Batch, ChannelDraft, IdentityDraft};
use std::collections::HashMap;
use std::sync::mpsc::SyncSender;

/// Records in one batch: short enough that its transaction holds the writer for less than 50 ms.
const BATCH: usize = 750;

/// Records in one window. The position of an import counts records in the order in which they are sent, so that
/// every window but the last has exactly this many.
const WINDOW: usize = 30_000;

/// Identities that are sent ahead of their window, so that a list of members is no long transaction.
const IDENTITIES: usize = 1_500;

/// How many batches may wait for the writing thread.
pub(crate) const QUEUE: usize = 8;

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

/// A record of the window.
#[derive(Debug)]
enum Held {
    Activity(ActivityDraft),
    Skip(Skipped),
}

/// The sink that importers write to.
pub(crate) struct Feed {
    sender: SyncSender<Message>,
    identities: Vec<IdentityDraft>,
    channels: Vec<ChannelDraft>,
    warnings: Vec<String>,
    window: Vec<Held>,
    /// Bytes read, and how many they were when the window before was sent.
    bytes: u64,
    sent_bytes: u64,
    /// Records of windows that are stored already.
    to_pass: u64,
    /// Records of the first window that are stored already.
    to_drop: usize,
}

impl Feed {
    /// Passes over the first `done` records: they are stored already.
    pub(crate) fn new(sender: SyncSender<Message>, done: u64) -> Self {
        let window = WINDOW as u64;
        Self {
            sender,
            identities: Vec::new(),
            channels: Vec::new(),
            warnings: Vec::new(),
            window: Vec::new(),
            bytes: 0,
            sent_bytes: 0,
            to_pass: done / window * window,
            to_drop: (done % window) as usize,
        }
    }

    fn record(&mut self, record: Held) -> Result<()> {
        if self.to_pass > 0 {
            self.to_pass -= 1;
            return Ok(());
        }
        self.window.push(record);
        if self.window.len() < WINDOW { Ok(()) } else { self.send_window() }
    }

    /// Sends the window in batches: channels in the order in which they first appear, and what was skipped
    /// before them.
    fn send_window(&mut self) -> Result<()> {
        let window = in_order(std::mem::take(&mut self.window));
        let (from, to, all) = (self.sent_bytes, self.bytes, window.len().max(1) as u64);
        let dropped = std::mem::take(&mut self.to_drop);
        let mut message = self.beginning();
        let mut sent = dropped as u64;
        for record in window.into_iter().skip(dropped) {
            match record {
                Held::Activity(draft) => message.batch.activities.push(draft),
                Held::Skip(skipped) => message.skipped.push(skipped),
            }
            message.records += 1;
            if message.records as usize == BATCH {
                sent += message.records;
                message.bytes = from + (to.saturating_sub(from)) * sent / all;
                self.send(std::mem::take(&mut message))?;
            }
        }
        message.bytes = to;
        self.sent_bytes = to;
        self.send(message)
    }

    /// A message with what is to be known before any further record.
    fn beginning(&mut self) -> Message {
        Message {
            batch: Batch {
                identities: std::mem::take(&mut self.identities),
                channels: std::mem::take(&mut self.channels),
                activities: Vec::new(),
            },
            warnings: std::mem::take(&mut self.warnings),
            bytes: self.sent_bytes,
            ..Message::default()
        }
    }

    fn send(&self, message: Message) -> Result<()> {
        if message.batch.is_empty() && message.records == 0 && message.warnings.is_empty() {
            return Ok(());
        }
        self.sender.send(message).map_err(|_| Error::unavailable("the import was stopped"))
    }

    /// Sends the rest.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.send_window()
    }
}

impl crate::Sink for Feed {
    fn identity(&mut self, identity: IdentityDraft) -> Result<()> {
        self.identities.push(identity);
        if self.identities.len() < IDENTITIES {
            return Ok(());
        }
        let message = self.beginning();
        self.send(message)
    }

    fn channel(&mut self, channel: ChannelDraft) -> Result<()> {
        self.channels.push(channel);
        Ok(())
    }

    fn activity(&mut self, activity: ActivityDraft) -> Result<()> {
        self.record(Held::Activity(activity))
    }

    fn skip(&mut self, skipped: Skipped) -> Result<()> {
        self.record(Held::Skip(skipped))
    }

    fn warn(&mut self, message: String) {
        if !self.warnings.contains(&message) {
            self.warnings.push(message);
        }
    }

    fn progress(&mut self, bytes: u64) {
        self.bytes = self.bytes.max(bytes);
    }
}

/// The window's records by channel; those of one channel stay in the order read.
fn in_order(window: Vec<Held>) -> Vec<Held> {
    let mut places: HashMap<&str, u32> = HashMap::new();
    let keys: Vec<u32> = window
        .iter()
        .map(|record| match record {
            Held::Skip(_) => 0,
            Held::Activity(draft) => {
                let next = places.len() as u32 + 1;
                *places.entry(&draft.channel).or_insert(next)
            }
        })
        .collect();
    if keys.is_sorted() {
        return window;
    }
    let mut keyed: Vec<(u32, Held)> = keys.into_iter().zip(window).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, record)| record).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sink;
    use std::sync::mpsc::sync_channel;

    fn read(total: usize, done: u64) -> Vec<Message> {
        let (sender, receiver) = sync_channel(10_000);
        let mut feed = Feed::new(sender, done);
        for n in 0..total {
            if n % 7 == 3 {
                feed.skip(Skipped { reason: "no date".into(), place: n.to_string(), excerpt: String::new() })
                    .expect("room");
            } else {
                let channel = format!("c{}", n % 5);
                let draft =
                    ActivityDraft::new(community::Kind::MESSAGE_POSTED, n as i64, n.to_string(), channel);
                feed.activity(draft).expect("room");
            }
            feed.progress(n as u64 + 1);
        }
        feed.finish().expect("room");
        receiver.iter().collect()
    }

    fn ids(messages: &[Message]) -> Vec<String> {
        let of = |m: &Message| -> Vec<String> {
            m.skipped
                .iter()
                .map(|s| s.place.clone())
                .chain(m.batch.activities.iter().map(|a| a.external_id.clone()))
                .collect()
        };
        messages.iter().flat_map(of).collect()
    }

    #[test]
    fn going_on_from_any_batch_sends_exactly_what_is_missing() {
        let total = 2 * WINDOW + 4_000;
        let whole = read(total, 0);
        let all = ids(&whole);
        assert_eq!(all.len(), total);
        let mut done = 0;
        for message in &whole {
            done += message.records;
            let rest = read(total, done);
            assert_eq!(ids(&rest), all[done as usize..], "after {done} records");
        }
        assert!(whole.windows(2).all(|pair| pair[0].bytes <= pair[1].bytes));
        assert_eq!(whole.last().map(|m| m.bytes), Some(total as u64));
    }

    #[test]
    fn a_batch_holds_few_channels_and_each_channel_keeps_its_order() {
        let whole = read(WINDOW, 0);
        for message in &whole {
            let mut channels: Vec<&str> =
                message.batch.activities.iter().map(|a| a.channel.as_str()).collect();
            channels.dedup();
            assert!(channels.len() <= 2, "{channels:?}");
        }
        let numbers: Vec<usize> = whole
            .iter()
            .flat_map(|m| &m.batch.activities)
            .filter(|a| a.channel == "c1")
            .map(|a| a.external_id.parse().expect("a number"))
            .collect();
        assert!(numbers.is_sorted());
    }
}
