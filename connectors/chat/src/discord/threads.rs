//! The first pass over a JSON export: which files are exports, which message answers which, what belongs to
//! a thread. Kept are numbers only, so that memory stays small beside the messages.

use super::json_wire::{Channel, Guild, Link, Named, kind_of};
use super::survey::is_json;
use crate::json::{Piece, parse, split};
use base::Result;
use community::Kind;
use connect::Files;
use std::collections::HashMap;

/// What one file says about itself.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub guild: Guild,
    pub channel: Channel,
    /// The thread's id in a thread's file.
    pub thread: Option<u64>,
}

/// Everything that the first pass learns.
#[derive(Debug, Default)]
pub(super) struct Threads {
    /// Of the files that are exports, by their number in the list of entries.
    pub headers: HashMap<usize, Header>,
    /// The lowest id of each thread.
    pub lowest: HashMap<u64, u64>,
    /// Ids of all messages outside and inside threads, sorted once the pass is over.
    ids: Vec<u64>,
    /// Messages inside threads, and the thread of each.
    inside: Vec<(u64, u64)>,
    /// From a message to what its conversation follows; after the pass to the conversation itself.
    up: HashMap<u64, u64>,
}

impl Threads {
    /// Runs the first pass.
    pub fn of(files: &mut Files) -> Result<Self> {
        let mut threads = Self::default();
        let mut links: Vec<(u64, Option<u64>)> = Vec::new();
        files.visit(&is_json, &mut |entry| {
            let (mut guild, mut channel, mut found) = (Guild::default(), None, false);
            links.clear();
            let index = entry.index;
            // A file that breaks off counts as far as it goes; the second pass says so.
            split(entry.reader, Some("messages"), &mut |piece| {
                match piece {
                    Piece::Member("guild", value) => {
                        guild = parse::<Named>(value).map(|(g, _)| g.0).unwrap_or_default();
                    }
                    Piece::Member("channel", value) => channel = parse::<Channel>(value).ok().map(|c| c.0),
                    Piece::Start => found = true,
                    Piece::Record(bytes) => {
                        if let Ok((link, _)) = parse::<Link>(bytes) {
                            links.push((link.id.0, answered(&link)));
                        }
                    }
                    _ => {}
                }
                Ok(true)
            })?;
            if let Some(channel) = channel.filter(|_| found) {
                threads.file(index, Header { guild, thread: thread_of(&channel), channel }, &links);
            }
            Ok(())
        })?;
        threads.settle();
        Ok(threads)
    }

    fn file(&mut self, index: usize, header: Header, links: &[(u64, Option<u64>)]) {
        for (id, answers) in links {
            self.ids.push(*id);
            match (header.thread, answers) {
                (Some(thread), _) => {
                    let lowest = self.lowest.entry(thread).or_insert(*id);
                    *lowest = (*lowest).min(*id);
                    self.inside.push((*id, thread));
                }
                (None, Some(answers)) => {
                    self.up.insert(*id, *answers);
                }
                (None, None) => {}
            }
        }
        self.headers.insert(index, header);
    }

    /// Drops links to messages that are not there, then follows every link to its end.
    fn settle(&mut self) {
        self.ids.sort_unstable();
        self.ids.dedup();
        let ids = &self.ids;
        self.up.retain(|id, up| up != id && ids.binary_search(up).is_ok());
        // A thread's first message in a forum has the thread's own id, and nothing to follow.
        self.up.extend(self.inside.drain(..).filter(|(id, thread)| id != thread));
        let starts: Vec<u64> = self.up.keys().copied().collect();
        let mut path = Vec::new();
        for start in starts {
            path.clear();
            let mut at = start;
            // A message on the way points to itself for the moment, so that a circle ends where it closes.
            while let Some(up) = self.up.get_mut(&at).filter(|up| **up != at) {
                path.push(at);
                at = std::mem::replace(up, at);
            }
            for id in &path {
                self.up.insert(*id, at);
            }
        }
    }

    /// The conversation of a message: its root's id, or the thread's.
    pub fn root(&self, id: u64) -> u64 {
        self.up.get(&id).copied().unwrap_or(id)
    }

    /// The kind of a row, which in a thread is a reply unless it is the thread's lowest.
    pub fn kind(&self, header: &Header, id: u64, outside: Kind) -> Kind {
        match header.thread {
            Some(thread) if outside == Kind::MESSAGE_POSTED && self.lowest.get(&thread) != Some(&id) => {
                Kind::REPLY_POSTED
            }
            _ => outside,
        }
    }
}

fn thread_of(channel: &Channel) -> Option<u64> {
    if channel.is_thread() { channel.id.0.parse().ok() } else { None }
}

/// Only replies answer; references of forwards and notices do not count.
fn answered(link: &Link) -> Option<u64> {
    let reply = kind_of(link.sort.as_ref()) == Kind::REPLY_POSTED;
    link.reference.as_ref().filter(|_| reply).and_then(|r| r.message_id).map(|id| id.0)
}
