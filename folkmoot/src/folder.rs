//! The data folder: made when it is missing, and locked while a program works in it.

use base::{Error, Result};
use std::fs::{File, TryLockError};
use std::path::Path;

/// The lock's name in the data folder.
const NAME: &str = "folkmoot.lock";

/// The lock on a data folder; the operating system lets it go when the program ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Makes the folder if need be and locks it. `None` when another program holds the lock.
    ///
    /// # Errors
    /// `Unavailable` when the folder cannot be made or written.
    pub fn take(data: &Path) -> Result<Option<Self>> {
        make(data).map_err(|e| e.at(data.display()))?;
        let path = data.join(NAME);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| Error::from(e).at(path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(Error::from(e).at(path.display())),
        }
    }
}

/// Makes the folder, for its owner alone.
fn make(data: &Path) -> Result<()> {
    if data.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(data)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_locked_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("a/b");
        let lock = Lock::take(&data).expect("no error").expect("free");
        assert!(Lock::take(&data).expect("no error").is_none());
        drop(lock);
        assert!(Lock::take(&data).expect("no error").is_some());
    }
}
