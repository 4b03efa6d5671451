//! The connector interface: what an importer is, and the files it reads.
//!
//! An importer turns an export into people, channels and candidate activities, one after the other, in
//! bounded memory. It knows nothing of the store: it feeds a [`Sink`].

mod collect;
mod files;
pub mod html;
pub mod import;
pub mod markdown;
pub mod text;
mod time;

pub use collect::Collected;
pub use files::{Entry, EntryInfo, Files, LeftOut, Limits, Position, natural_order};
pub use time::{parse_rfc3339, wall_clock};

use base::{Result, Zone};
use community::{ActivityDraft, ChannelDraft, IdentityDraft};

/// What one importer offers, for help texts and the desk's picker.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The word on the command line: `slack`, `discord`, `discourse`, `mbox`, `activities`.
    pub id: &'static str,
    /// As people call it: "Slack export".
    pub title: &'static str,
    /// What to hand over, in one sentence.
    pub reads: &'static str,
    /// Which network the source is of: `slack`, `discord`, `discourse`, `mail`, `other`. Decides the badge.
    pub network: &'static str,
    /// What this kind of export does not hold, in words ("Reply links: Discord CSV has none").
    pub lacks: &'static [&'static str],
}

/// What the person asked for.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The zone of wall-clock times in exports that carry none.
    pub zone: Zone,
    /// Names or external ids to be marked as bots.
    pub bots: Vec<String>,
    /// Names that match are marked as bots.
    pub bot_pattern: Option<regex::Regex>,
    /// Whether private channels and direct messages are wanted.
    pub private: bool,
    /// The mapping file's text (`activities`).
    pub map: Option<String>,
    /// The name of the source; a fallback name for the channel of formats that have only one.
    pub source_name: String,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            zone: Zone::utc(),
            bots: Vec::new(),
            bot_pattern: None,
            private: false,
            map: None,
            source_name: "import".into(),
        }
    }
}

impl ImportOptions {
    /// Whether the person's own lists call this account a bot (by name, handle or external id; the list
    /// exactly, the pattern anywhere unless anchored).
    pub fn names_bot(&self, candidates: &[&str]) -> bool {
        candidates.iter().any(|c| {
            self.bots.iter().any(|b| b == c) || self.bot_pattern.as_ref().is_some_and(|p| p.is_match(c))
        })
    }
}

/// A record that was not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// A short stable reason that is counted: "impossible date", "not valid JSON", "no channel".
    pub reason: String,
    /// Where: path in the archive, and line or record number if known ("general/2024-01-02.json, record 17").
    pub place: String,
    /// The start of the record as it stood, at most 500 characters.
    pub excerpt: String,
}

/// Where an importer puts what it reads. Order matters: the same files give the same calls in the same order
/// every time, so that an interrupted import can be continued by counting.
pub trait Sink {
    /// An account, described.
    ///
    /// # Errors
    /// When the store says no; the importer passes it on at once.
    fn identity(&mut self, identity: IdentityDraft) -> Result<()>;
    /// A channel, described.
    ///
    /// # Errors
    /// As above.
    fn channel(&mut self, channel: ChannelDraft) -> Result<()>;
    /// One candidate activity: one record.
    ///
    /// # Errors
    /// As above.
    fn activity(&mut self, activity: ActivityDraft) -> Result<()>;
    /// A record that was not taken.
    ///
    /// # Errors
    /// As above.
    fn skip(&mut self, skipped: Skipped) -> Result<()>;
    /// Something worth saying once ("dates carry no zone; UTC is assumed").
    fn warn(&mut self, message: String);
    /// How many bytes of the input have been read so far, of [`Files::total_bytes`].
    fn progress(&mut self, bytes: u64);
}

/// What an export says about itself before anything is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// Which form of ids it uses ("discord-csv", "discord-json", "slack", …). A source made from one form
    /// refuses another.
    pub id_form: String,
    /// A name for a new source, from the export itself (guild, workspace, list), if it has one.
    pub suggested_name: Option<String>,
    /// Whether its times carry no zone, so that one is assumed.
    pub zoneless: bool,
    /// Whether it has reply links.
    pub replies: bool,
    /// Whether it has message ids.
    pub message_ids: bool,
    /// Whether it has rows for people who leave.
    pub leaves: bool,
}

/// One importer. Values of this trait are listed in the binary.
pub trait Importer: Sync + Send {
    /// What it offers.
    fn format(&self) -> &'static Format;
    /// Looks at the files without taking anything.
    ///
    /// # Errors
    /// `Invalid` with what was expected and what was found, when the files are not of this format.
    fn inspect(&self, files: &mut Files, options: &ImportOptions) -> Result<Fingerprint>;
    /// Reads everything into the sink.
    ///
    /// # Errors
    /// `Invalid` when nothing of it can be read; single bad records are skipped, not errors.
    fn read(&self, files: &mut Files, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()>;
}
