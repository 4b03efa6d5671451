//! No way up: whoever gives something away, or gets at somebody's account, holds all of it.
//!
//! A sign-in link, another e-mail address, a token: each lets somebody become the account. So whoever makes one must
//! be allowed, everywhere, everything that the account's roles hold; of the seven roles, an admin gets at everybody but
//! owners.

use crate::account::Account;
use crate::principal::{Permission, Principal};
use crate::role::{OWNER, Role, Roles};
use crate::roles;
use base::{Error, Result};
use store::Conn;

/// Whoever acts on an account holds everything that it holds. Every page, call and command that touches another's
/// account asks this.
///
/// # Errors
/// `Forbidden`, naming what is missing.
pub fn must_outrank(
    c: &mut Conn<'_>,
    by: &Principal,
    permissions: &[Permission],
    account: &Account,
) -> Result<()> {
    let all = roles::roles(c)?;
    let grants = roles::grants(c)?;
    let held = grants.iter().filter(|g| g.account == account.id).map(|g| g.role);
    let held: Vec<&Role> =
        held.filter_map(|id| all.iter().map(|(role, _)| role).find(|role| role.id == id)).collect();
    match why_not_outrank(by, &held, permissions) {
        None => Ok(()),
        Some(why) => {
            Err(Error::forbidden(format!("you cannot change the account of {}: {why}", account.name)))
        }
    }
}

/// Why somebody may not touch an account with these roles; nothing when they may. For pages that show what one may not
/// do, [`must_outrank`] with what was read already.
pub fn why_not_outrank(by: &Principal, held: &[&Role], permissions: &[Permission]) -> Option<String> {
    held.iter().find_map(|role| match missing(by, role, permissions)? {
        Missing::Ownership => Some("it is an owner's, and only an owner gets at owners".to_owned()),
        Missing::Permission(p) => {
            Some(format!("as {} it may \"{}\", which you may not everywhere", role.title, p.title))
        }
    })
}

/// Whoever gives or takes a role holds everything that it gives.
///
/// # Errors
/// `Forbidden`, naming what is missing.
pub fn must_outrank_role(by: &Principal, role: &Role, permissions: &[Permission]) -> Result<()> {
    match missing(by, role, permissions) {
        None => Ok(()),
        Some(Missing::Ownership) => Err(Error::forbidden("only an owner makes or ends owners")),
        Some(Missing::Permission(p)) => Err(Error::forbidden(format!(
            "you cannot give or take the role {}, as it holds \"{}\", which you do not hold everywhere yourself",
            role.title, p.title
        ))),
    }
}

enum Missing {
    Ownership,
    Permission(Permission),
}

fn missing(by: &Principal, role: &Role, permissions: &[Permission]) -> Option<Missing> {
    const ANYTHING: Permission = Permission::new("access.own", "Own the installation", Roles::OWNERS);
    if role.slug == OWNER && !by.reach(ANYTHING).is_everything() {
        return Some(Missing::Ownership);
    }
    let missing = permissions.iter().find(|p| role.holds(p) && !by.reach(**p).is_everything());
    missing.copied().map(Missing::Permission)
}
