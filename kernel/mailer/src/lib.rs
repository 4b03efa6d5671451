//! Mail: who it comes from and through which server it goes, what a letter looks like, and the outbox that holds each
//! mail until a server has taken it.
//!
//! Whoever has something to tell puts a mail in with [`Mailer::queue`], inside of the transaction that gives the reason
//! for it; the job [`SEND`] hands it over. A server that takes no mail just now is asked again for a day and a half; one
//! that refuses a mail for good ends it, and it can be sent again from the log. **A mail may arrive twice** when the
//! program ends between the server's answer and the note of it: both bear the same `Message-ID`, by which mailboxes know
//! a repetition (RFC 5322, 3.6.4). None is lost.
//!
//! Nothing here knows an account or a page: who gets which mail is decided above.

mod address;
mod letter;
mod link;
mod mime;
mod outbox;
mod secrets;
mod settings;
mod wire;

pub use address::{Address, Recipient};
pub use letter::{Item, Letter, Link, Section};
pub use link::Unsubscribe;
pub use outbox::{
    AttemptRow, Filter, KEPT_DAYS, MessageRow, NewMail, RETRIES, SEND, State, attempts, delivered, get,
    last_to, list, mark_dead, replay, tidy,
};
pub use settings::{Encryption, Settings, Smtp, Stored};
pub use wire::{Outcome, Said};

use base::Result;
use outgoing::Rules;
use seal::Sealer;
use std::sync::Arc;
use store::{Conn, Migration};

/// Its part of the schema.
pub const MIGRATIONS: &[Migration] = &[Migration {
    owner: "mail",
    number: 1,
    name: "outbox",
    sql: include_str!("../migrations/0001_mail.sql"),
}];

/// Sends mail. Clones share connections.
#[derive(Clone, Default)]
pub struct Mailer(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// Seals what mails say and the servers' passwords; `None` in a program that sends none.
    sealer: Option<Sealer>,
    /// The server that whoever runs the installation named; wins over the community's.
    installation: Option<Smtp>,
    /// Where a server that a page names may stand.
    rules: Rules,
    pool: wire::Pool,
    /// How long a server may take for each step; `None` for the usual.
    patience: Option<std::time::Duration>,
}

impl Mailer {
    /// With what seals, the server that whoever runs the installation named if they did, and the rules for one that is
    /// named on a page.
    pub fn new(sealer: Sealer, installation: Option<Smtp>, rules: Rules) -> Self {
        Self(Arc::new(Inner { sealer: Some(sealer), installation, rules, ..Inner::default() }))
    }

    /// The same for a server that gets less time for each step; for tests.
    #[must_use]
    pub fn with_patience(&self, patience: std::time::Duration) -> Self {
        let inner = &self.0;
        Self(Arc::new(Inner {
            sealer: inner.sealer.clone(),
            installation: inner.installation.clone(),
            rules: inner.rules.clone(),
            pool: wire::Pool::default(),
            patience: Some(patience),
        }))
    }

    /// The server that whoever runs the installation named.
    pub fn installation(&self) -> Option<&Smtp> {
        self.0.installation.as_ref()
    }

    /// The rules for a server that is named on a page.
    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }

    fn sealer(&self) -> Result<&Sealer> {
        self.0.sealer.as_ref().ok_or_else(|| base::Error::unavailable("this program sends no mail"))
    }

    /// Whether mail can be sent, from the text of the community's setting [`settings::NAME`], which a page that reads all
    /// settings has anyway.
    pub fn is_set_up_by(&self, stored: &str) -> bool {
        self.0.sealer.is_some() && (self.0.installation.is_some() || Stored::read(stored).is_some())
    }

    /// Whether mail can be sent. One statement at most.
    ///
    /// # Errors
    /// When the database says no.
    pub fn is_set_up(&self, c: &mut Conn<'_>) -> Result<bool> {
        if self.0.sealer.is_none() {
            return Ok(false);
        }
        Ok(self.0.installation.is_some() || Stored::load(c)?.is_some())
    }
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the password.
        write!(f, "Mailer")
    }
}
