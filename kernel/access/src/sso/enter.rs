//! From somebody whom a provider knows to an account here, and to the roles that their groups give.
//!
//! Who somebody is, is (issuer, subject). An address leads to an account only where an owner said so for this provider
//! and the provider says that it verified the address. Everybody else who has an account connects it themselves, signed in.

use super::claims::Who;
use super::store::{self, EVERYBODY, Provider};
use crate::account::{self, Account};
use crate::audit::{self, Change};
use crate::principal::Principal;
use crate::role::{OWNER, Scope};
use crate::roles;
use ::store::Conn;
use base::{Error, Micros, Result};

/// The account of somebody who proved to a provider who they are, with the roles of their groups.
///
/// # Errors
/// `Forbidden` in words for whoever signs in, when there is no account for them.
pub(crate) fn account_for(
    tx: &mut Conn<'_>,
    provider: &Provider,
    who: &Who,
    address: &str,
    now: Micros,
) -> Result<Account> {
    let account = match store::account_of(tx, provider.id, &who.subject)? {
        Some(known) => {
            store::touch(tx, provider.id, (&who.subject, &who.email), now)?;
            known
        }
        None => {
            let account = by_address(tx, provider, who, now)?;
            store::link(tx, provider.id, (&who.subject, &who.email), account.id, now)?;
            let title = format!("Connected the account with {}", provider.name);
            tell(tx, &account, address, &title, ("", &who.email), now)?;
            account
        }
    };
    let had = held(tx, account.id)?;
    if give_roles(tx, provider, &account, &who.groups, now)? {
        let has = held(tx, account.id)?;
        let title = format!("Roles by the groups of {}", provider.name);
        tell(tx, &account, address, &title, (&had, &has), now)?;
    }
    Ok(account)
}

fn tell(
    tx: &mut Conn<'_>,
    account: &Account,
    address: &str,
    title: &str,
    (before, after): (&str, &str),
    now: Micros,
) -> Result<()> {
    let by = Principal::at_the_door(account, address);
    let change = Change { action: "access.connect", subject: &account.public_id, title, before, after };
    audit::record(tx, &by, now, &change)
}

fn held(c: &mut Conn<'_>, account: i64) -> Result<String> {
    let all = roles::grants(c)?;
    let titles = all.iter().filter(|g| g.account == account && g.scope == Scope::Everything);
    Ok(titles.map(|g| g.title.clone()).collect::<Vec<_>>().join(", "))
}

/// The account that a verified address leads to, or a new one, where the provider may do that.
fn by_address(tx: &mut Conn<'_>, provider: &Provider, who: &Who, now: Micros) -> Result<Account> {
    let nobody = || {
        Error::forbidden(format!(
            "There is no account for you here yet. Ask whoever runs this installation for one, sign in, and connect {} \
             under Own account.",
            provider.name
        ))
    };
    if who.email.is_empty() {
        return Err(nobody());
    }
    if let Some(account) = account::find_by_email(tx, &who.email)? {
        if provider.trusts_email && who.verified {
            return Ok(account);
        }
        // Whoever reads this proved to the provider who they are, but not that the account is theirs.
        return Err(Error::forbidden(format!(
            "There is an account for {} here, and it is not connected with {} yet. Sign in as you usually do, then connect \
             it under Own account.",
            who.email, provider.name
        )));
    }
    if !provider.makes_accounts {
        return Err(nobody());
    }
    if !who.verified {
        return Err(Error::forbidden(format!(
            "{} does not say that {} is your address. Confirm it there, then sign in again.",
            provider.name, who.email
        )));
    }
    if !provider.takes(&who.email) {
        return Err(Error::forbidden(format!(
            "Accounts are not made for addresses like {}. Ask whoever runs this installation for one.",
            who.email
        )));
    }
    if account::was_removed(tx, &who.email)? {
        return Err(Error::forbidden(
            "The account for your address was removed. Ask whoever runs this installation to bring it back.",
        ));
    }
    if !is_owned(tx)? {
        // The first account owns the installation: nobody gets it by being the first to press a button.
        return Err(Error::forbidden(
            "Nobody owns this installation yet. Open the sign-in link that the server printed when it started.",
        ));
    }
    account::create(tx, &who.email, Some(&who.name), now)
}

fn is_owned(c: &mut Conn<'_>) -> Result<bool> {
    Ok(roles::grants(c)?.iter().any(|g| g.slug == OWNER && g.scope == Scope::Everything))
}

/// Gives the roles of the groups and takes away those that came from groups before; what people gave is left alone.
/// Whether anything changed.
fn give_roles(
    tx: &mut Conn<'_>,
    provider: &Provider,
    account: &Account,
    groups: &[String],
    now: Micros,
) -> Result<bool> {
    let in_group = |group: &str| group == EVERYBODY || groups.iter().any(|g| g == group);
    let mut wanted: Vec<&str> =
        provider.groups.iter().filter(|g| in_group(&g.group)).map(|g| g.role.as_str()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut changed = false;
    let had: Vec<_> = roles::grants(tx)?;
    let given: Vec<String> = tx.query(
        "SELECT public_id FROM grants WHERE account_id = $1 AND granted_by_provider = $2 AND ended_at IS NULL",
        &[account.id.into(), provider.id.into()],
        |r| r.text(0),
    )?;
    for slug in &wanted {
        let here =
            |g: &&roles::Grant| g.account == account.id && g.slug == **slug && g.scope == Scope::Everything;
        if had.iter().any(|g| here(&g)) {
            continue;
        }
        let role = roles::role_named(tx, slug)?;
        let grant = roles::insert(tx, account.id, &role, Scope::Everything, None, now)?;
        tx.execute(
            "UPDATE grants SET granted_by_provider = $1 WHERE public_id = $2",
            &[provider.id.into(), (&grant.public_id).into()],
        )?;
        changed = true;
    }
    let is_owner = |g: &&roles::Grant| g.slug == OWNER && g.scope == Scope::Everything;
    let mut owners = had.iter().filter(is_owner).count();
    for grant in had.iter().filter(|g| given.contains(&g.public_id) && !wanted.contains(&g.slug.as_str())) {
        if is_owner(&grant) {
            if owners < 2 {
                tracing::warn!(
                    provider = provider.name,
                    "the last owner stays one, though no group says so any more"
                );
                continue;
            }
            owners -= 1;
        }
        tx.execute(
            "UPDATE grants SET ended_at = $1 WHERE public_id = $2",
            &[now.into(), (&grant.public_id).into()],
        )?;
        changed = true;
    }
    Ok(changed)
}
