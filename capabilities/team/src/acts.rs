//! What can be done with accounts. Pages, API and commands all come through here: each act asks whether whoever does it
//! holds all that the account holds, and tells the audit log, in the transaction of the change.

use crate::model::{Directory, Place, permissions};
use access::{Account, Grant, Made, NewToken};
use base::{Error, Micros, Result};
use capability::audit::{self, Change};
use capability::{App, Principal};
use store::{Conn, Priority};

const ACTION: &str = crate::MANAGE_ACCOUNTS.id;

/// An account to be made.
#[derive(Clone, Debug, Default)]
pub struct NewAccount {
    /// The address to sign in with.
    pub email: String,
    /// The name people read; empty for the part of the address before the `@`.
    pub name: String,
    /// Its first role, by name; empty for none.
    pub role: String,
    /// Where that role holds.
    pub place: Place,
}

fn told(
    tx: &mut Conn<'_>,
    (by, now): (&Principal, Micros),
    account: &Account,
    title: &str,
    (before, after): (&str, &str),
) -> Result<()> {
    audit::record(tx, by, now, &Change { action: ACTION, subject: &account.public_id, title, before, after })
}

/// The account, if whoever asks may touch it.
fn within_reach(app: &App, tx: &mut Conn<'_>, by: &Principal, public_id: &str) -> Result<Account> {
    let account = access::get_by_public_id(tx, public_id)?;
    access::must_outrank(tx, by, &permissions(app), &account)?;
    Ok(account)
}

/// Makes an account, its first role, and a sign-in link that works once; blocking.
///
/// # Errors
/// `Invalid` for an address or name that cannot be, `Conflict` for an address that has an account, `NotFound` for a role
/// or place that is not there, `Forbidden` for a role that holds more than whoever asks.
pub fn add(app: &App, by: &Principal, new: &NewAccount) -> Result<(Account, String)> {
    app.db.write(Priority::Interactive, |tx| add_in(app, tx, by, new, access::LINK_LIFE))
}

/// The same within a transaction, with a link that can be used for so long.
pub(crate) fn add_in(
    app: &App,
    tx: &mut Conn<'_>,
    by: &Principal,
    new: &NewAccount,
    life: Micros,
) -> Result<(Account, String)> {
    let now = app.clock.now();
    if new.name.chars().count() > 80 {
        return Err(Error::invalid("a name has at most 80 characters"));
    }
    let account = access::create(tx, &new.email, Some(&new.name), now)?;
    let title = format!("Made the account of {}", account.name);
    told(tx, (by, now), &account, &title, ("", &account.email))?;
    if !new.role.is_empty() {
        grant_in(app, tx, by, &account, (&new.role, &new.place))?;
    }
    let link = access::create_link_for(tx, account.id, life, now)?;
    told(tx, (by, now), &account, &format!("Made a sign-in link for {}", account.name), ("", ""))?;
    Ok((account, link))
}

/// Makes a sign-in link, which lets whoever has it be the account once; blocking.
///
/// # Errors
/// `NotFound`, or `Forbidden` when the account holds more than whoever asks.
pub fn link(app: &App, by: &Principal, public_id: &str) -> Result<(Account, String)> {
    app.db.write(Priority::Interactive, |tx| link_in(app, tx, by, public_id, access::LINK_LIFE))
}

/// The same within a transaction, with a link that can be used for so long.
pub(crate) fn link_in(
    app: &App,
    tx: &mut Conn<'_>,
    by: &Principal,
    public_id: &str,
    life: Micros,
) -> Result<(Account, String)> {
    let now = app.clock.now();
    let account = within_reach(app, tx, by, public_id)?;
    let link = access::create_link_for(tx, account.id, life, now)?;
    told(tx, (by, now), &account, &format!("Made a sign-in link for {}", account.name), ("", ""))?;
    Ok((account, link))
}

/// Changes name and address of an account; blocking.
///
/// # Errors
/// As [`link`], `Invalid` or `Conflict` for an address that cannot be.
pub fn rename(app: &App, by: &Principal, public_id: &str, email: &str, name: &str) -> Result<Account> {
    let now = app.clock.now();
    if name.chars().count() > 80 {
        return Err(Error::invalid("a name has at most 80 characters"));
    }
    app.db.write(Priority::Interactive, |tx| {
        let before = within_reach(app, tx, by, public_id)?;
        access::rename(tx, before.id, email, name)?;
        let after = access::get(tx, before.id)?;
        let words = |a: &Account| format!("{} <{}>", a.name, a.email);
        let title = format!("Renamed the account of {}", before.name);
        told(tx, (by, now), &after, &title, (&words(&before), &words(&after)))?;
        Ok(after)
    })
}

/// Removes an account: nobody signs in with it any more; blocking.
///
/// # Errors
/// As [`link`]; `Conflict` for one's own, the last account, and the last owner.
pub fn remove(app: &App, by: &Principal, public_id: &str) -> Result<Account> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let roles = match access::get_by_public_id(tx, public_id) {
            Ok(account) => Directory::load(tx)?.roles_of(account.id),
            Err(_) => String::new(),
        };
        let account = access::remove(tx, by, &permissions(app), public_id, now)?;
        let before = format!("{}: {roles}", account.email);
        told(tx, (by, now), &account, &format!("Removed the account of {}", account.name), (&before, ""))?;
        Ok(account)
    })
}

/// Gives an account a role in a place; blocking. One that has it already keeps it.
///
/// # Errors
/// As [`add`].
pub fn give(app: &App, by: &Principal, public_id: &str, role: &str, place: &Place) -> Result<Grant> {
    app.db.write(Priority::Interactive, |tx| {
        let account = within_reach(app, tx, by, public_id)?;
        grant_in(app, tx, by, &account, (role, place))
    })
}

fn grant_in(
    app: &App,
    tx: &mut Conn<'_>,
    by: &Principal,
    account: &Account,
    (role, place): (&str, &Place),
) -> Result<Grant> {
    let now = app.clock.now();
    let before = Directory::load(tx)?;
    let scope = before.scope(place)?;
    let grant = access::grant(tx, by, &permissions(app), account.id, role, scope, now)?;
    if before.of(account.id).any(|g| g.public_id == grant.public_id) {
        return Ok(grant);
    }
    let title = format!("Gave {} the role {} {}", account.name, grant.title, before.place(scope));
    let after = Directory { grants: access::grants(tx)?, ..before };
    let had: Vec<Grant> = after.of(account.id).filter(|g| g.public_id != grant.public_id).cloned().collect();
    let was =
        had.iter().map(|g| format!("{} {}", g.title, after.place(g.scope))).collect::<Vec<_>>().join(", ");
    told(tx, (by, now), account, &title, (&was, &after.roles_of(account.id)))?;
    Ok(grant)
}

/// Takes a role away from an account; blocking.
///
/// # Errors
/// As [`link`]; `Conflict` for the last owner, and for one's own last role.
pub fn take(app: &App, by: &Principal, public_id: &str, grant: &str) -> Result<Grant> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let account = within_reach(app, tx, by, public_id)?;
        let before = Directory::load(tx)?;
        if !before.of(account.id).any(|g| g.public_id == grant) {
            return Err(Error::not_found("this role was taken away already; load the page again"));
        }
        let ended = access::end_grant(tx, by, &permissions(app), grant, now)?;
        let was = before.roles_of(account.id);
        let title =
            format!("Took the role {} {} from {}", ended.title, before.place(ended.scope), account.name);
        let after = Directory { grants: access::grants(tx)?, ..before };
        told(tx, (by, now), &account, &title, (&was, &after.roles_of(account.id)))?;
        Ok(ended)
    })
}

/// Ends one session of an account; blocking.
///
/// # Errors
/// As [`link`], and `NotFound` when it has ended.
pub fn end_session(app: &App, by: &Principal, public_id: &str, session: &str) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let account = within_reach(app, tx, by, public_id)?;
        access::end_session(tx, account.id, session)?;
        told(tx, (by, now), &account, &format!("Ended a session of {}", account.name), ("", ""))
    })
}

/// Ends every session of an account but the one with the cookie `keep`; how many. Blocking.
///
/// # Errors
/// As [`link`].
pub fn end_sessions(app: &App, by: &Principal, public_id: &str, keep: Option<&str>) -> Result<u64> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let account = within_reach(app, tx, by, public_id)?;
        let ended = access::end_sessions(tx, account.id, keep)?;
        let title = format!("Ended {ended} sessions of {}", account.name);
        told(tx, (by, now), &account, &title, ("", ""))?;
        Ok(ended)
    })
}

/// Takes the authenticator app, recovery codes and passkeys of an account away, and ends its sessions; blocking.
///
/// # Errors
/// As [`link`].
pub fn reset_factors(app: &App, by: &Principal, public_id: &str) -> Result<Account> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let account = within_reach(app, tx, by, public_id)?;
        access::second::reset(tx, account.id)?;
        let passkeys = account.passkeys;
        let before = format!("app: {}, passkeys: {passkeys}", if account.has_app { "yes" } else { "no" });
        told(
            tx,
            (by, now),
            &account,
            &format!("Reset the second factors of {}", account.name),
            (&before, ""),
        )?;
        Ok(account)
    })
}

/// Makes an API token for an account, for the command line; blocking.
///
/// # Errors
/// As [`link`], and [`access::create_token`].
pub fn make_token(app: &App, by: &Principal, public_id: &str, new: &NewToken) -> Result<Made> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let account = within_reach(app, tx, by, public_id)?;
        let made = access::create_token(tx, by, &permissions(app), account.id, new, now)?;
        let title = format!("Made an API token for {}", account.name);
        told(tx, (by, now), &account, &title, ("", new.name.trim()))?;
        Ok(made)
    })
}

/// Withdraws an API token of an account; blocking.
///
/// # Errors
/// As [`link`], and `NotFound` when it was withdrawn.
pub fn withdraw(app: &App, by: &Principal, public_id: &str, token: &str) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let account = within_reach(app, tx, by, public_id)?;
        let name = access::list_api_tokens(tx, account.id)?.into_iter().find(|t| t.public_id == token);
        access::remove_own_api_token(tx, account.id, token)?;
        let name = name.map(|t| t.name).unwrap_or_default();
        told(tx, (by, now), &account, &format!("Withdrew an API token of {}", account.name), (&name, ""))
    })
}
