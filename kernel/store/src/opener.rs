//! How a sealed text is opened by whoever has only a transaction. Keys are not in the database and this crate knows
//! none: whoever opened the database says how ([`crate::Db::open_sealed_with`]).

use base::{Error, Result};
use std::sync::{Arc, PoisonError, RwLock};

/// Opens a sealed text for its context.
type Open = dyn Fn(&str, &str) -> Result<String> + Send + Sync;

/// Held by a database, for all of its transactions.
#[derive(Default)]
pub(crate) struct Opener(RwLock<Option<Arc<Open>>>);

impl Opener {
    pub(crate) fn set(&self, open: Arc<Open>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(open);
    }

    pub(crate) fn open(&self, sealed: &str, context: &str) -> Result<String> {
        let open = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        match open {
            Some(open) => open(sealed, context),
            None => Err(Error::unavailable(format!(
                "the secret at {context} cannot be opened here: no key is at hand. Start with the key of this \
                 installation (FOLKMOOT_SECRET_KEY, or secret.key in the data folder)."
            ))),
        }
    }
}
