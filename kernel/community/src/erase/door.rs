//! What the door of the log knows of erased people.

use super::mentions::Names;
use super::{COUNTER, Key, key};
use crate::log::Body;
use base::{Error, Result};
use std::collections::HashSet;
use store::Conn;

/// Who of a source was erased, and how they are recognised when they come again.
#[derive(Debug, Default)]
pub(crate) struct Door {
    /// Of the counter; 0 while nobody was erased.
    version: i64,
    key: Option<Key>,
    erased: HashSet<u32>,
    names: Names,
}

impl Door {
    /// Brings it up to date, under the lock of appending; says whether somebody was erased meanwhile.
    pub(crate) fn look(&mut self, tx: &mut Conn<'_>, source_id: i64) -> Result<bool> {
        let now = tx
            .query_opt("SELECT value FROM counters WHERE name = $1", &[COUNTER.into()], |r| r.int(0))?
            .unwrap_or(0);
        if now == self.version {
            return Ok(false);
        }
        let key = key(tx)?.ok_or_else(|| {
            Error::internal(
                "people were erased here, but the key that recognises them is gone; restore a backup",
            )
        })?;
        let numbers = tx.query(
            "SELECT identity FROM identities WHERE source_id = $1 AND erased_at IS NOT NULL",
            &[source_id.into()],
            |r| Ok(r.int(0)? as u32),
        )?;
        self.names = Names::load(tx, source_id)?;
        (self.version, self.key, self.erased) = (now, Some(key), numbers.into_iter().collect());
        Ok(true)
    }

    /// Whether an identity was erased.
    pub(crate) fn is_erased(&self, identity: u32) -> bool {
        self.erased.contains(&identity)
    }

    /// How an account's row is called if it was erased; `None` while nobody was.
    pub(crate) fn mark(&self, source_id: i64, external_id: &str) -> Option<String> {
        let key = self.key.as_ref().filter(|_| !self.erased.is_empty())?;
        Some(key.identity(source_id, external_id))
    }

    /// Takes mentions of erased people out of what others wrote, where the community wants that.
    pub(crate) fn keep_names_out(&self, body: &mut Body) {
        if let Some(key) = &self.key {
            self.names.take_out(key, body);
        }
    }
}
