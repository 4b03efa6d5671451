//! Discourse: topics as the forum's own JSON, the bodies of `/t/ID.json`.
//!
//! What the format holds and how it is read stands in this folder's README.

mod ingest;
mod wire;

use base::Result;
use connect::{Files, Fingerprint, Format, ImportOptions, Importer, Sink};

/// The importer of Discourse topics.
pub static DISCOURSE: Discourse = Discourse;

/// See [`DISCOURSE`].
#[derive(Debug)]
pub struct Discourse;

static FORMAT: Format = Format {
    id: "discourse",
    title: "Discourse forum",
    reads: "Topics as JSON (what /t/ID.json answers, one file each), in a folder or an archive.",
    network: "discourse",
    lacks: &[
        "Leaves: a topic does not say who left the forum",
        "Who liked a post: topics hold only the number",
        "Joins: a topic does not say when its people signed up",
    ],
};

impl Importer for Discourse {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn inspect(&self, files: &mut Files, _options: &ImportOptions) -> Result<Fingerprint> {
        let host = ingest::inspect(files)?;
        Ok(Fingerprint {
            id_form: "discourse".into(),
            suggested_name: host,
            zoneless: false,
            replies: true,
            message_ids: true,
            leaves: false,
        })
    }

    fn read(&self, files: &mut Files, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
        ingest::read(files, options, sink)
    }
}

#[cfg(test)]
mod tests;
