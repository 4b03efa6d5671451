//! Any table of activities: CSV or JSONL, read by a small mapping file.
//!
//! How a mapping is written stands in this folder's README; its examples are run by the tests.

mod ingest;
mod mapping;
mod plan;
mod rows;
mod when;

use base::Result;
use connect::{Files, Fingerprint, Format, ImportOptions, Importer, Sink};

pub use mapping::READY;

/// The importer of tables.
pub static ACTIVITIES: Activities = Activities;

/// See [`ACTIVITIES`].
#[derive(Debug)]
pub struct Activities;

static FORMAT: Format = Format {
    id: "activities",
    title: "Table of activities",
    reads: "CSV or JSONL with one activity a row, and a mapping that says which column is what; ready mappings: \
            messages, reddit.",
    network: "other",
    lacks: &["Whatever the table has no column for"],
};

impl Importer for Activities {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn inspect(&self, files: &mut Files, options: &ImportOptions) -> Result<Fingerprint> {
        let plan = plan::Plan::make(files, options)?;
        Ok(Fingerprint {
            id_form: if plan.ids { "activities-ids".into() } else { "activities-text".into() },
            suggested_name: None,
            zoneless: plan.zoneless,
            replies: plan.replies,
            message_ids: plan.ids,
            leaves: plan.mapping.has_leaves(),
        })
    }

    fn read(&self, files: &mut Files, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
        let plan = plan::Plan::make(files, options)?;
        ingest::read(files, &plan, options, sink)
    }
}

#[cfg(test)]
mod tests;
