//! Roles and grants in the store.
//!
//! Nobody gives away what they do not have: a role can only be granted, and a permission only be given to a role, by
//! somebody who holds all of it everywhere. One account stays owner of everything.

use crate::outrank::must_outrank_role;
use crate::principal::{Permission, Principal};
use crate::role::{OWNER, Role, Scope};
use base::{Error, Micros, Result, TypeId};
use store::{Conn, Row};

/// A role of an account in a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What people and programs see (`grt_…`).
    pub public_id: String,
    /// The account's key.
    pub account: i64,
    /// The role's key.
    pub role: i64,
    /// The role's name in commands and addresses.
    pub slug: String,
    /// The role's title.
    pub title: String,
    /// Where it holds.
    pub scope: Scope,
    /// Since when, UTC microseconds.
    pub granted_at: Micros,
}

/// Every role with what was changed about it, and its sentence; in the order of the seven, then as they were made.
///
/// # Errors
/// When the database says no.
pub fn roles(c: &mut Conn<'_>) -> Result<Vec<(Role, String)>> {
    let mut all: Vec<(Role, String)> = Vec::new();
    c.for_each(
        "SELECT r.role_id, r.slug, r.title, r.sentence, c.permission, c.held, r.second_factor
         FROM roles r LEFT JOIN role_changes c ON c.role_id = r.role_id ORDER BY r.role_id, c.permission",
        &[],
        |r| {
            let id = r.int(0)?;
            if all.last().is_none_or(|(last, _)| last.id != id) {
                let (slug, title, second_factor) = (r.text(1)?, r.text(2)?, r.int(6)? != 0);
                let role = Role { id, slug, title, changes: Vec::new(), second_factor };
                all.push((role, r.text(3)?));
            }
            if let (Some((role, _)), Some(permission), Some(held)) =
                (all.last_mut(), r.opt_text(4)?, r.opt_int(5)?)
            {
                role.changes.push((permission, held != 0));
            }
            Ok(())
        },
    )?;
    Ok(all)
}

/// The role with this name.
///
/// # Errors
/// `NotFound` with the names there are.
pub fn role_named(c: &mut Conn<'_>, slug: &str) -> Result<Role> {
    let all = roles(c)?;
    let names: Vec<String> = all.iter().map(|(r, _)| r.slug.clone()).collect();
    all.into_iter().map(|(r, _)| r).find(|r| r.slug == slug).ok_or_else(|| {
        Error::not_found(format!("there is no role \"{slug}\"; the roles are {}", names.join(", ")))
    })
}

/// Makes a role that holds nothing yet.
///
/// # Errors
/// `Invalid` for an empty or long title, `Conflict` when a role is called like this.
pub fn create_role(
    tx: &mut Conn<'_>,
    by: &Principal,
    title: &str,
    sentence: &str,
    now: Micros,
) -> Result<Role> {
    let title = title.trim();
    if title.is_empty() || title.chars().count() > 40 {
        return Err(Error::invalid("a role's title has 1 to 40 characters"));
    }
    let slug = slug_of(title);
    if slug.is_empty() {
        return Err(Error::invalid("a role's title needs a letter or a digit"));
    }
    if roles(tx)?.iter().any(|(r, _)| r.slug == slug || r.title.eq_ignore_ascii_case(title)) {
        return Err(Error::conflict(format!("there is a role called \"{title}\" already")));
    }
    let id = tx.query_one(
        "INSERT INTO roles (slug, title, sentence, made_at, made_by_account) VALUES ($1, $2, $3, $4, $5)
         RETURNING role_id",
        &[(&slug).into(), title.into(), sentence.trim().into(), now.into(), by.account.into()],
        |r| r.int(0),
    )?;
    Ok(Role { id, slug, title: title.to_owned(), changes: Vec::new(), second_factor: false })
}

fn slug_of(title: &str) -> String {
    let words: Vec<String> = title
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect();
    words.join("-")
}

/// Removes a role of one's own making.
///
/// # Errors
/// `Conflict` for one of the seven, and while somebody has it.
pub fn remove_role(tx: &mut Conn<'_>, slug: &str) -> Result<Role> {
    let role = role_named(tx, slug)?;
    if role.is_built_in() {
        return Err(Error::conflict(format!(
            "\"{}\" is one of the roles that every installation has; take its permissions away instead",
            role.title
        )));
    }
    let had =
        tx.query_one("SELECT count(*) FROM grants WHERE role_id = $1", &[role.id.into()], |r| r.int(0))?;
    let tokens =
        tx.query_one("SELECT count(*) FROM service_tokens WHERE role_id = $1", &[role.id.into()], |r| {
            r.int(0)
        })?;
    let had = had + tokens;
    if had > 0 {
        return Err(Error::conflict(format!(
            "\"{}\" was granted {had} times, and who was allowed what stays on record; take its permissions away \
             instead",
            role.title
        )));
    }
    tx.execute("DELETE FROM role_changes WHERE role_id = $1", &[role.id.into()])?;
    tx.execute("DELETE FROM roles WHERE role_id = $1", &[role.id.into()])?;
    Ok(role)
}

/// Gives a role a permission or takes it away; says whether that changed anything.
///
/// # Errors
/// `Conflict` for the role of owners, `Forbidden` when whoever asks does not hold the permission everywhere.
pub fn change_role(
    tx: &mut Conn<'_>,
    by: &Principal,
    slug: &str,
    permission: &Permission,
    held: bool,
    now: Micros,
) -> Result<bool> {
    let role = role_named(tx, slug)?;
    if role.slug == OWNER {
        return Err(Error::conflict("owners may do everything; that cannot be changed"));
    }
    if role.holds(permission) == held {
        return Ok(false);
    }
    if !by.reach(*permission).is_everything() {
        return Err(Error::forbidden(format!(
            "you cannot give or take \"{}\", as you do not hold it everywhere yourself",
            permission.title
        )));
    }
    if held == permission.roles.contains(&role.slug) {
        // Back to what the role holds at first.
        tx.execute(
            "DELETE FROM role_changes WHERE role_id = $1 AND permission = $2",
            &[role.id.into(), permission.id.into()],
        )?;
        return Ok(true);
    }
    tx.execute(
        "INSERT INTO role_changes (role_id, permission, held, changed_at, changed_by_account)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (role_id, permission) DO UPDATE SET
           held = excluded.held, changed_at = excluded.changed_at,
           changed_by_account = excluded.changed_by_account",
        &[role.id.into(), permission.id.into(), held.into(), now.into(), by.account.into()],
    )?;
    Ok(true)
}

/// Says whether whoever has a role must prove more than a password; whether that changed anything. Sessions that began with
/// a password alone end, so that the demand holds at once.
///
/// # Errors
/// `NotFound`, or `Forbidden` when whoever asks holds less than the role does.
pub fn demand_second_factor(
    tx: &mut Conn<'_>,
    by: &Principal,
    permissions: &[Permission],
    slug: &str,
    demanded: bool,
) -> Result<bool> {
    let role = role_named(tx, slug)?;
    must_outrank_role(by, &role, permissions)?;
    if role.second_factor == demanded {
        return Ok(false);
    }
    tx.execute("UPDATE roles SET second_factor = $1 WHERE role_id = $2", &[demanded.into(), role.id.into()])?;
    if demanded {
        tx.execute(
            "DELETE FROM sessions WHERE strong = 0 AND account_id IN
               (SELECT account_id FROM grants WHERE role_id = $1 AND ended_at IS NULL)",
            &[role.id.into()],
        )?;
    }
    Ok(true)
}

/// What stands for the present state of all roles, so that a form that was filled in while somebody else changed them
/// is noticed.
pub fn fingerprint(roles: &[(Role, String)]) -> String {
    let state: Vec<String> = roles
        .iter()
        .map(|(r, _)| {
            let changes: Vec<String> = r.changes.iter().map(|(p, held)| format!("{p}={held}")).collect();
            format!("{} {} {} {}", r.id, r.slug, r.second_factor, changes.join(" "))
        })
        .collect();
    crate::secret::sha256_hex(&state.join("\n"))
}

const GRANT: &str =
    "SELECT g.public_id, g.account_id, g.role_id, r.slug, r.title, g.scope_kind, g.scope_id, g.granted_at
     FROM grants g JOIN roles r ON r.role_id = g.role_id
     JOIN accounts a ON a.account_id = g.account_id AND a.removed_at IS NULL
     WHERE g.ended_at IS NULL";

fn grant_of(r: &Row<'_>) -> Result<Option<Grant>> {
    let scope = Scope::of(&r.text(5)?, r.int(6)?);
    scope
        .map(|scope| {
            Ok::<_, Error>(Grant {
                public_id: r.text(0)?,
                account: r.int(1)?,
                role: r.int(2)?,
                slug: r.text(3)?,
                title: r.text(4)?,
                scope,
                granted_at: r.int(7)?,
            })
        })
        .transpose()
}

/// Every grant that holds, in the order in which they were given.
///
/// # Errors
/// When the database says no.
pub fn grants(c: &mut Conn<'_>) -> Result<Vec<Grant>> {
    let all = c.query(&format!("{GRANT} ORDER BY g.grant_id"), &[], grant_of)?;
    Ok(all.into_iter().flatten().collect())
}

/// Gives an account a role in a scope; the grant, also when it had been given before.
///
/// # Errors
/// `Forbidden` when whoever asks holds less than the role gives.
pub fn grant(
    tx: &mut Conn<'_>,
    by: &Principal,
    permissions: &[Permission],
    account: i64,
    slug: &str,
    scope: Scope,
    now: Micros,
) -> Result<Grant> {
    let role = role_named(tx, slug)?;
    must_outrank_role(by, &role, permissions)?;
    let before = grants(tx)?.into_iter().find(|g| (g.account, g.role, g.scope) == (account, role.id, scope));
    match before {
        Some(grant) => Ok(grant),
        None => insert(tx, account, &role, scope, by.account, now),
    }
}

pub(crate) fn insert(
    tx: &mut Conn<'_>,
    account: i64,
    role: &Role,
    scope: Scope,
    by: Option<i64>,
    now: Micros,
) -> Result<Grant> {
    let public_id = TypeId::new("grt", now);
    let (kind, id) = scope.parts();
    tx.execute(
        "INSERT INTO grants (public_id, account_id, role_id, scope_kind, scope_id, granted_at, granted_by_account)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            public_id.as_str().into(),
            account.into(),
            role.id.into(),
            kind.into(),
            id.into(),
            now.into(),
            by.into(),
        ],
    )?;
    Ok(Grant {
        public_id: public_id.to_string(),
        account,
        role: role.id,
        slug: role.slug.clone(),
        title: role.title.clone(),
        scope,
        granted_at: now,
    })
}

/// Ends a grant.
///
/// # Errors
/// `NotFound` when it is over already, `Conflict` for the last owner of everything and one's own last role, `Forbidden` when whoever asks
/// holds less than the role gives.
pub fn end_grant(
    tx: &mut Conn<'_>,
    by: &Principal,
    permissions: &[Permission],
    public_id: &str,
    now: Micros,
) -> Result<Grant> {
    let all = grants(tx)?;
    let grant = all
        .iter()
        .find(|g| g.public_id == public_id)
        .ok_or_else(|| Error::not_found("this role was taken away already; load the page again"))?
        .clone();
    must_outrank_role(by, &role_named(tx, &grant.slug)?, permissions)?;
    let is_owner = |g: &&Grant| g.slug == OWNER && g.scope == Scope::Everything;
    if is_owner(&&grant) && all.iter().filter(is_owner).count() < 2 {
        return Err(Error::conflict("this is the last owner; make somebody else an owner first"));
    }
    if by.account == Some(grant.account) && all.iter().filter(|g| g.account == grant.account).count() < 2 {
        return Err(Error::conflict(
            "this is your own last role, and without one you could not come back here; ask somebody else to take it away",
        ));
    }
    tx.execute(
        "UPDATE grants SET ended_at = $1, ended_by_account = $2 WHERE public_id = $3",
        &[now.into(), by.account.into(), public_id.into()],
    )?;
    Ok(grant)
}
