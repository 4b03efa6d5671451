//! The mails of the door: a link for a forgotten password, and the two mails of a new address.

use crate::{Access, Account, audit};
use base::{Micros, Result};
use community::settings;
use jobs::Urgency;
use mailer::{Letter, Link, NewMail, Recipient};
use store::Conn;

/// How long the link of a forgotten password can be used: an hour.
pub(crate) const RESET_LIFE: Micros = 3_600_000_000;

/// The kind of the mail with a link for a forgotten password.
pub(crate) const RESET: &str = "access.forgotten";

impl Access {
    /// The address by which browsers reach the server, for links in mails.
    pub fn origin(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| "http://127.0.0.1:8484".into())
    }

    /// Queues a letter to an account, or to another address of whoever has it.
    ///
    /// # Errors
    /// As [`mailer::Mailer::queue`].
    pub fn write_to(
        &self,
        tx: &mut Conn<'_>,
        (account, email): (&Account, &str),
        (kind, subject): (&'static str, &str),
        letter: Letter,
        expires_at: Micros,
    ) -> Result<String> {
        let to = Recipient { account: Some(account.id), name: account.name.clone(), email: email.to_owned() };
        let mail = NewMail {
            kind,
            to,
            subject,
            letter,
            unsubscribe: None,
            expires_at: Some(expires_at),
            urgency: Urgency::Now,
        };
        self.mail.queue(tx, mail, self.clock.now())
    }
}

/// A link for a password that was forgotten.
pub(crate) fn reset(access: &Access, tx: &mut Conn<'_>, account: &Account, token: &str) -> Result<()> {
    let community = settings::get_or_default(tx, "name")?;
    let subject = format!("Your sign-in link for {community}");
    let letter = Letter {
        heading: "Choose a new password".into(),
        lead: vec![
            format!("Hello {},", account.name),
            "somebody asked for a way in without the password, for the account with this address. If it was you, open the \
             link: you are signed in and can choose a new password."
                .into(),
        ],
        button: Some(Link::new("Sign in", format!("{}/signin/link/{token}", access.origin()))),
        after: vec![
            "The link works once, within an hour. If it was not you, there is nothing to do: without the link nobody gets in, \
             and your password stays as it is."
                .into(),
        ],
        community,
        ..Letter::default()
    };
    let until = access.clock.now() + RESET_LIFE;
    access.write_to(tx, (account, &account.email), (RESET, &subject), letter, until).map(|_| ())
}

/// The two mails of a new address: a link to the new one, a word to the present one.
pub(crate) fn new_address(
    access: &Access,
    tx: &mut Conn<'_>,
    account: &Account,
    email: &str,
    token: &str,
) -> Result<()> {
    let community = settings::get_or_default(tx, "name")?;
    let until = access.clock.now() + crate::LINK_LIFE;
    let letter = Letter {
        heading: "Is this your new address?".into(),
        lead: vec![
            format!("Hello {},", account.name),
            format!("from now on you want to sign in with {email}. Open the link to say that mail to it reaches you."),
        ],
        button: Some(Link::new("Confirm the address", format!("{}/signin/address/{token}", access.origin()))),
        after: vec![
            "The link works once, within 24 hours; until then the present address holds. If you have no account here, \
             somebody mistyped theirs: there is nothing to do."
                .into(),
        ],
        community: community.clone(),
        ..Letter::default()
    };
    let subject = format!("Confirm your address for {community}");
    access.write_to(tx, (account, email), ("access.new_address", &subject), letter, until)?;
    let letter = Letter {
        heading: "Your address is about to change".into(),
        lead: vec![
            format!("Hello {},", account.name),
            format!(
                "your account is to sign in with {email} instead of this address, as soon as the link that was sent there is \
                 opened."
            ),
        ],
        after: vec![
            "If it was not you, somebody else is signed in with your account: change your password now, which signs out every \
             other browser, and tell whoever runs this installation."
                .into(),
        ],
        button: Some(Link::new("Look at your account", format!("{}/desk/settings/account", access.origin()))),
        community: community.clone(),
        ..Letter::default()
    };
    let subject = format!("Your address for {community} is about to change");
    access
        .write_to(tx, (account, &account.email), ("access.old_address", &subject), letter, until)
        .map(|_| ())
}

/// What the audit log is told of either.
pub(crate) fn told<'a>(action: &'a str, account: &'a Account, title: &'a str) -> audit::Change<'a> {
    audit::Change { action, subject: &account.public_id, title, ..audit::Change::default() }
}
