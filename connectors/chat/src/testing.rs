//! Exports made for tests, and what an importer says about them.

use base::Result;
use community::{ActivityDraft, IdentityDraft};
use connect::{Collected, Files, ImportOptions, Importer};
use std::path::PathBuf;

/// Files of an export in a folder of their own.
pub(crate) struct Export(tempfile::TempDir);

impl Export {
    /// Writes these files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let export = Self(tempfile::tempdir().expect("a folder"));
        files.iter().for_each(|(path, text)| export.add(path, text.as_bytes()));
        export
    }

    /// Writes one more file.
    pub fn add(&self, path: &str, bytes: &[u8]) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, bytes).expect("a file");
    }

    /// Where it lies.
    pub fn paths(&self) -> Vec<PathBuf> {
        vec![self.0.path().to_path_buf()]
    }
}

/// Everything that an importer says about these paths.
pub(crate) fn collected(
    importer: &dyn Importer,
    paths: &[PathBuf],
    options: &ImportOptions,
) -> Result<Collected> {
    let mut files = Files::open(paths)?;
    importer.inspect(&mut files, options)?;
    let mut collected = Collected::default();
    importer.read(&mut files, options, &mut collected)?;
    assert_eq!(collected.bytes, files.total_bytes(), "progress ends at the end");
    Ok(collected)
}

/// The activity of this id.
pub(crate) fn activity<'c>(collected: &'c Collected, id: &str) -> &'c ActivityDraft {
    collected.activities.iter().find(|a| a.external_id == id).unwrap_or_else(|| panic!("no activity {id}"))
}

/// The last description of this account.
pub(crate) fn identity<'c>(collected: &'c Collected, id: &str) -> &'c IdentityDraft {
    collected.identities.iter().rfind(|i| i.external_id == id).unwrap_or_else(|| panic!("no account {id}"))
}

/// Why records were skipped, and where.
pub(crate) fn skips(collected: &Collected) -> Vec<String> {
    collected.skipped.iter().map(|s| format!("{} @ {}", s.reason, s.place)).collect()
}
