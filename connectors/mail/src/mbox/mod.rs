//! Mailing lists as mbox files, plain or packed, one or many.
//!
//! What the format holds and how it is read stands in this folder's README.

mod body;
mod fold;
mod ingest;
mod messages;
mod threads;
mod wire;

use base::Result;
use connect::{Files, Fingerprint, Format, ImportOptions, Importer, Sink};

/// The importer of mailing lists.
pub static MBOX: Mbox = Mbox;

/// See [`MBOX`].
#[derive(Debug)]
pub struct Mbox;

static FORMAT: Format = Format {
    id: "mbox",
    title: "Mailing list",
    reads: "Mailbox files (mbox, pipermail's monthly .txt or .txt.gz), one or many, in a folder or an archive.",
    network: "mail",
    lacks: &[
        "Joins and leaves: a list's archive does not hold them",
        "Reactions: mail has none",
        "Links: an archive does not say where its messages can be opened",
    ],
};

impl Importer for Mbox {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn inspect(&self, files: &mut Files, _options: &ImportOptions) -> Result<Fingerprint> {
        let list = ingest::inspect(files)?;
        Ok(Fingerprint {
            id_form: "mbox".into(),
            suggested_name: list,
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
