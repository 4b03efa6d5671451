//! Discord: what DiscordChatExporter writes, as CSV trees or as JSON files.
//!
//! The two forms identify messages differently (CSV has no message ids), so one source takes one form only.

mod csv_ingest;
mod csv_wire;
mod json_ingest;
mod json_wire;
mod markup;
mod survey;
#[cfg(test)]
mod tests;
mod threads;

use base::Result;
use connect::{Files, Fingerprint, Format, ImportOptions, Importer, Sink};
use survey::{Form, Survey};

/// Reads Discord exports.
#[derive(Debug)]
pub struct DiscordImporter;

/// The one value of [`DiscordImporter`].
pub static DISCORD: DiscordImporter = DiscordImporter;

static FORMAT: Format = Format {
    id: "discord",
    title: "Discord export (DiscordChatExporter)",
    reads: "The JSON files of DiscordChatExporter, or a tree of its CSV files in folders category/channel.",
    network: "discord",
    lacks: &[
        "CSV: message ids, reply links, threads and the zone of its times. JSON has them all; prefer it.",
        "Rows for people who leave a server.",
        "Times of reactions: an export says at most who reacted, not when; the message's time stands in.",
    ],
};

impl Importer for DiscordImporter {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn inspect(&self, files: &mut Files, _options: &ImportOptions) -> Result<Fingerprint> {
        let survey = Survey::of(files)?;
        let json = survey.form == Form::Json;
        Ok(Fingerprint {
            id_form: if json { "discord-json" } else { "discord-csv" }.into(),
            suggested_name: survey.guild,
            zoneless: survey.zoneless,
            replies: json,
            message_ids: json,
            leaves: false,
        })
    }

    fn read(&self, files: &mut Files, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
        match survey::first_form(files)? {
            Form::Csv => csv_ingest::read(files, options, sink),
            Form::Json => json_ingest::read(files, options, sink),
        }
    }
}
