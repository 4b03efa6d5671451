//! Slack: the official export of a workspace, as a zip or unpacked.

mod channels;
mod ingest;
mod markup;
#[cfg(test)]
mod tests;
mod wire;

use crate::guess;
use base::Result;
use connect::{Files, Fingerprint, Format, ImportOptions, Importer, Sink};

/// Reads Slack exports.
#[derive(Debug)]
pub struct SlackImporter;

/// The one value of [`SlackImporter`].
pub static SLACK: SlackImporter = SlackImporter;

static FORMAT: Format = Format {
    id: "slack",
    title: "Slack export",
    reads: "The zip that Slack makes under Workspace settings, Import/export data; or the folder it unpacks to.",
    network: "slack",
    lacks: &["Times of reactions: an export names who reacted, not when; the message's time stands in."],
};

impl Importer for SlackImporter {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn inspect(&self, files: &mut Files, _options: &ImportOptions) -> Result<Fingerprint> {
        if !files.entries().iter().any(|e| channels::day_file(&e.path).is_some()) {
            return Err(guess::refusal(
                files,
                "A Slack export holds users.json and one folder per channel with files named by day",
            )?);
        }
        let domain = channels::workspace_domain(files)?;
        Ok(Fingerprint {
            id_form: "slack".into(),
            suggested_name: domain,
            zoneless: false,
            replies: true,
            message_ids: true,
            leaves: true,
        })
    }

    fn read(&self, files: &mut Files, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
        ingest::read(files, options, sink)
    }
}
