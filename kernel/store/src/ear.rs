//! What other nodes say over PostgreSQL's `NOTIFY`: heard on a connection of its own.

use crate::pg::PgConn;
use crate::tls::Address;
use base::Result;
use postgres::fallible_iterator::FallibleIterator;
use std::time::Duration;

/// A connection that hears what is said on one channel. A word can be lost while it is made anew: whoever listens
/// looks at the database from time to time, too.
pub struct Ear {
    connection: PgConn,
}

impl Ear {
    pub(crate) fn open(address: &Address, channel: &str) -> Result<Self> {
        let mut connection = PgConn::connect(address)?;
        // The channel is a word of this program; nobody else has a say in it.
        connection.client.batch_execute(&format!("LISTEN {channel}")).map_err(crate::error::pg_error)?;
        Ok(Self { connection })
    }

    /// What was said; waits so long for the first word.
    ///
    /// # Errors
    /// `Unavailable` when the connection is gone.
    pub fn hear(&mut self, at_most: Duration) -> Result<Vec<String>> {
        let mut said = Vec::new();
        {
            let mut heard = self.connection.client.notifications();
            if let Some(word) = heard.timeout_iter(at_most).next().map_err(crate::error::pg_error)? {
                said.push(word.payload().to_owned());
            }
            let mut more = heard.iter();
            while let Some(word) = more.next().map_err(crate::error::pg_error)? {
                said.push(word.payload().to_owned());
            }
        }
        if said.is_empty() && self.connection.client.is_closed() {
            return Err(base::Error::unavailable("PostgreSQL closed the connection for notices"));
        }
        Ok(said)
    }
}
