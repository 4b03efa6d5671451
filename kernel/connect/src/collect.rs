//! A sink that keeps everything in memory: for small imports in tests and for looking at a format.

use crate::{Sink, Skipped};
use base::Result;
use community::{ActivityDraft, ChannelDraft, IdentityDraft};

/// Everything an importer said, in order.
#[derive(Debug, Default)]
pub struct Collected {
    /// Accounts.
    pub identities: Vec<IdentityDraft>,
    /// Channels.
    pub channels: Vec<ChannelDraft>,
    /// Candidate activities.
    pub activities: Vec<ActivityDraft>,
    /// Records not taken.
    pub skipped: Vec<Skipped>,
    /// Warnings.
    pub warnings: Vec<String>,
    /// The last progress.
    pub bytes: u64,
}

impl Sink for Collected {
    fn identity(&mut self, identity: IdentityDraft) -> Result<()> {
        self.identities.push(identity);
        Ok(())
    }
    fn channel(&mut self, channel: ChannelDraft) -> Result<()> {
        self.channels.push(channel);
        Ok(())
    }
    fn activity(&mut self, activity: ActivityDraft) -> Result<()> {
        self.activities.push(activity);
        Ok(())
    }
    fn skip(&mut self, skipped: Skipped) -> Result<()> {
        self.skipped.push(skipped);
        Ok(())
    }
    fn warn(&mut self, message: String) {
        self.warnings.push(message);
    }
    fn progress(&mut self, bytes: u64) {
        self.bytes = bytes;
    }
}
