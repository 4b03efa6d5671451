//! Invitations by mail: a link that signs in once, sent to the address of an account. Where mail is not set up the link is
//! shown to whoever made the account, to hand it over.

use crate::acts::{self, NewAccount};
use access::Account;
use base::{Error, Micros, Result};
use capability::{App, Principal};
use mailer::{Letter, Link};
use store::{Conn, Priority};

/// How long the link of an invitation can be used: three days, as it waits in a mailbox over a weekend.
const LIFE: Micros = 72 * 3_600_000_000;
/// The same in words.
pub(crate) const LIFE_WORDS: &str = "three days";

/// The kind of the mail to somebody who never signed in.
const INVITATION: &str = "team.invitation";
/// The kind of the mail to somebody who did.
const SIGN_IN_LINK: &str = "team.link";

/// What came of a new account.
pub(crate) enum Invited {
    /// A mail is on its way.
    ByMail(Account),
    /// The token of a link, to be handed over.
    ByHand(Account, String),
}

/// Makes an account and invites it: by mail where that is set up; blocking.
///
/// # Errors
/// As [`acts::add`].
pub(crate) fn add(app: &App, by: &Principal, new: &NewAccount) -> Result<Invited> {
    app.db.write(Priority::Interactive, |tx| {
        if !app.access.mail.is_set_up(tx)? {
            let (account, token) = acts::add_in(app, tx, by, new, access::LINK_LIFE)?;
            return Ok(Invited::ByHand(account, token));
        }
        // An address that has an account is one; whether mail can be sent to it is another question.
        mailer::Address::parse(&new.email)?;
        let (account, token) = acts::add_in(app, tx, by, new, LIFE)?;
        write(app, tx, by, &account, &token)?;
        Ok(Invited::ByMail(account))
    })
}

/// Sends another link to an account; blocking. Links of before keep their time.
///
/// # Errors
/// `NotFound`, or `Forbidden` when the account holds more than whoever asks; `Unavailable` when mail is not set up.
pub(crate) fn send(app: &App, by: &Principal, public_id: &str) -> Result<Account> {
    app.db.write(Priority::Interactive, |tx| {
        let (account, token) = acts::link_in(app, tx, by, public_id, LIFE)?;
        if account.email == access::FIRST_EMAIL {
            return Err(Error::invalid("this account has no address yet"));
        }
        write(app, tx, by, &account, &token)?;
        Ok(account)
    })
}

fn write(app: &App, tx: &mut Conn<'_>, by: &Principal, account: &Account, token: &str) -> Result<()> {
    let community = community::settings::get_or_default(tx, "name")?;
    let first = account.signed_in_at.is_none();
    let (kind, subject, heading, lead) = if first {
        (
            INVITATION,
            format!("{} invites you to {community}", by.name),
            format!("Welcome to {community}"),
            format!(
                "{} made you an account for the desk of {community}, where the team looks after its members. Open the link to \
                 sign in and choose a password.",
                by.name
            ),
        )
    } else {
        (
            SIGN_IN_LINK,
            format!("Your sign-in link for {community}"),
            "A way in".to_owned(),
            format!("{} sent you a link that signs you in to the desk of {community}.", by.name),
        )
    };
    let origin = app.access.origin();
    let letter = Letter {
        heading,
        lead: vec![format!("Hello {},", account.name), lead],
        button: Some(Link::new("Sign in", format!("{origin}/signin/link/{token}"))),
        after: vec![format!(
            "The link works once, within {LIFE_WORDS}. After that, ask for another one at {origin}/signin/forgotten. If you \
             expected none of this, there is nothing to do."
        )],
        community,
        ..Letter::default()
    };
    let until = app.clock.now() + LIFE;
    app.access.write_to(tx, (account, &account.email), (kind, &subject), letter, until).map(|_| ())
}
