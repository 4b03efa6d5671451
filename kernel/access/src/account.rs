//! Accounts: who signs in to the desk.

use crate::principal::{Permission, Principal};
use crate::role::{OWNER, Scope};
use crate::{outrank, roles, secret};
use base::{Error, Micros, Result, TypeId};
use store::{Conn, Row};

/// Someone who signs in to the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The key inside the database.
    pub id: i64,
    /// What people and programs see (`acc_…`).
    pub public_id: String,
    /// The e-mail address, lower case; unique.
    pub email: String,
    /// The name people read.
    pub name: String,
    /// Whether a password was chosen.
    pub has_password: bool,
    /// When it was made, UTC microseconds.
    pub created_at: Micros,
    /// When somebody last signed in with it.
    pub signed_in_at: Option<Micros>,
    /// Whether it has an authenticator app.
    pub has_app: bool,
    /// How many passkeys it has.
    pub passkeys: u64,
    /// How many accounts elsewhere lead to it.
    pub logins: u64,
}

/// The address of the account that the first run makes; whoever uses its link says who they are.
pub const FIRST_EMAIL: &str = "owner@localhost";

const COLUMNS: &str = "account_id, public_id, email, name, CAST(CASE WHEN password_hash IS NULL THEN 0 ELSE 1 END AS BIGINT), created_at,
     signed_in_at,
     (SELECT count(*) FROM totp_secrets f WHERE f.account_id = accounts.account_id),
     (SELECT count(*) FROM passkeys f WHERE f.account_id = accounts.account_id),
     (SELECT count(*) FROM sso_logins f WHERE f.account_id = accounts.account_id)";

fn account_of(row: &Row<'_>) -> Result<Account> {
    Ok(Account {
        id: row.int(0)?,
        public_id: row.text(1)?,
        email: row.text(2)?,
        name: row.text(3)?,
        has_password: row.int(4)? != 0,
        created_at: row.int(5)?,
        signed_in_at: row.opt_int(6)?,
        has_app: row.int(7)? > 0,
        passkeys: row.int(8)?.unsigned_abs(),
        logins: row.int(9)?.unsigned_abs(),
    })
}

/// Makes an account. Without a name, the part of the address before the `@` stands for it. The first one is owner
/// of everything; whoever makes a later one gives it its roles ([`crate::grant`]).
///
/// # Errors
/// `Invalid` for something that is no e-mail address, `Conflict` when there is one for it already.
pub fn create(tx: &mut Conn<'_>, email: &str, name: Option<&str>, now: Micros) -> Result<Account> {
    let email = normal_email(email)?;
    if find_by_email(tx, &email)?.is_some() {
        return Err(Error::conflict(format!("there is an account for {email} already")));
    }
    if let Some(account) = bring_back(tx, &email, name)? {
        own_if_first(tx, account.id, now)?;
        return Ok(account);
    }
    let local = email.split('@').next().unwrap_or(&email);
    let name = name.map(str::trim).filter(|n| !n.is_empty()).unwrap_or(local);
    let public_id = TypeId::new("acc", now);
    let account = tx.query_one(
        "INSERT INTO accounts (public_id, email, name, created_at) VALUES ($1, $2, $3, $4) RETURNING account_id",
        &[public_id.as_str().into(), (&email).into(), name.into(), now.into()],
        |r| {
            Ok(Account {
                id: r.int(0)?,
                public_id: public_id.to_string(),
                email: email.clone(),
                name: name.to_owned(),
                has_password: false,
                created_at: now,
                signed_in_at: None,
                has_app: false,
                passkeys: 0,
                logins: 0,
            })
        },
    )?;
    own_if_first(tx, account.id, now)?;
    Ok(account)
}

/// While nobody owns the installation, whoever comes does.
fn own_if_first(tx: &mut Conn<'_>, account: i64, now: Micros) -> Result<()> {
    let owned = roles::grants(tx)?.iter().any(|g| g.slug == OWNER && g.scope == Scope::Everything);
    if !owned {
        let role = roles::role_named(tx, OWNER)?;
        roles::insert(tx, account, &role, Scope::Everything, None, now)?;
    }
    Ok(())
}

/// The account of this address that was removed, with a new name if one is given: it has no password, no
/// session and no token any more, but what it did before is still its own.
fn bring_back(tx: &mut Conn<'_>, email: &str, name: Option<&str>) -> Result<Option<Account>> {
    let name = name.map(str::trim).filter(|n| !n.is_empty());
    tx.query_opt(
        &format!(
            "UPDATE accounts SET removed_at = NULL, removed_by = NULL, name = COALESCE($1, name)
             WHERE email = $2 AND removed_at IS NOT NULL RETURNING {COLUMNS}"
        ),
        &[name.into(), email.into()],
        account_of,
    )
}

/// Whether an account of this address was removed and not brought back.
pub(crate) fn was_removed(c: &mut Conn<'_>, email: &str) -> Result<bool> {
    let found = c.query_opt(
        "SELECT account_id FROM accounts WHERE email = $1 AND removed_at IS NOT NULL",
        &[email.into()],
        |r| r.int(0),
    )?;
    Ok(found.is_some())
}

/// Removes an account: nobody can sign in with it, its sessions, links and tokens end. Its name stays beside
/// what it did, and an account made later for the same address is this one again.
///
/// # Errors
/// `NotFound` when there is none, `Forbidden` when whoever asks holds less than the account does, `Conflict` for one's
/// own account, the last account, and the last owner.
pub fn remove(
    tx: &mut Conn<'_>,
    by: &Principal,
    permissions: &[Permission],
    public_id: &str,
    now: Micros,
) -> Result<Account> {
    let account = get_by_public_id(tx, public_id)?;
    outrank::must_outrank(tx, by, permissions, &account)?;
    if by.account == Some(account.id) {
        return Err(Error::conflict("this is your own account; ask somebody else to remove it"));
    }
    if list(tx)?.len() < 2 {
        return Err(Error::conflict(
            "this is the last account; make another one first, or nobody could sign in any more",
        ));
    }
    let owners = roles::grants(tx)?;
    let owners = owners.iter().filter(|g| g.slug == OWNER && g.scope == Scope::Everything);
    if owners.clone().any(|g| g.account == account.id) && owners.count() < 2 {
        return Err(Error::conflict("this is the last owner; make somebody else an owner first"));
    }
    tx.execute(
        "UPDATE grants SET ended_at = $1, ended_by_account = $2 WHERE account_id = $3 AND ended_at IS NULL",
        &[now.into(), by.account.into(), account.id.into()],
    )?;
    for table in [
        "sessions",
        "sign_in_links",
        "api_tokens",
        "sso_logins",
        "totp_secrets",
        "recovery_codes",
        "passkeys",
        "email_changes",
    ] {
        tx.execute(&format!("DELETE FROM {table} WHERE account_id = $1"), &[account.id.into()])?;
    }
    let removed_by = match by.account {
        Some(own) => get(tx, own)?.public_id,
        None => by.name.clone(),
    };
    tx.execute(
        "UPDATE accounts SET removed_at = $1, removed_by = $2, password_hash = NULL WHERE account_id = $3",
        &[now.into(), (&removed_by).into(), account.id.into()],
    )?;
    Ok(account)
}

/// The account with this id.
///
/// # Errors
/// `NotFound` when there is none.
pub fn get_by_public_id(c: &mut Conn<'_>, public_id: &str) -> Result<Account> {
    c.query_opt(
        &format!("SELECT {COLUMNS} FROM accounts WHERE public_id = $1 AND removed_at IS NULL"),
        &[public_id.into()],
        account_of,
    )?
    .ok_or_else(|| Error::not_found("there is no such account any more; load the page again"))
}

/// The account of the first run; made by whichever of two starts comes first.
///
/// # Errors
/// When the database says no.
pub fn first_account(tx: &mut Conn<'_>, now: Micros) -> Result<Account> {
    let public_id = TypeId::new("acc", now);
    tx.execute(
        "INSERT INTO accounts (public_id, email, name, created_at) VALUES ($1, $2, 'Owner', $3)
         ON CONFLICT (email) DO NOTHING",
        &[public_id.as_str().into(), FIRST_EMAIL.into(), now.into()],
    )?;
    let account = get_by_email(tx, FIRST_EMAIL)?;
    own_if_first(tx, account.id, now)?;
    Ok(account)
}

/// The account with this e-mail address.
///
/// # Errors
/// When the database says no.
pub fn find_by_email(c: &mut Conn<'_>, email: &str) -> Result<Option<Account>> {
    let email = email.trim().to_lowercase();
    c.query_opt(
        &format!("SELECT {COLUMNS} FROM accounts WHERE email = $1 AND removed_at IS NULL"),
        &[(&email).into()],
        account_of,
    )
}

/// The account with this e-mail address.
///
/// # Errors
/// `NotFound` with the command that makes one.
pub fn get_by_email(c: &mut Conn<'_>, email: &str) -> Result<Account> {
    find_by_email(c, email)?.ok_or_else(|| {
        Error::not_found(format!(
            "there is no account for {email}; make one with: folkmoot accounts add {email}"
        ))
    })
}

/// The account with this key.
///
/// # Errors
/// `NotFound` when there is none.
pub fn get(c: &mut Conn<'_>, id: i64) -> Result<Account> {
    c.query_opt(
        &format!("SELECT {COLUMNS} FROM accounts WHERE account_id = $1 AND removed_at IS NULL"),
        &[id.into()],
        account_of,
    )?
    .ok_or_else(|| Error::not_found("this account does not exist any more"))
}

/// Every account, oldest first.
///
/// # Errors
/// When the database says no.
pub fn list(c: &mut Conn<'_>) -> Result<Vec<Account>> {
    c.query(
        &format!("SELECT {COLUMNS} FROM accounts WHERE removed_at IS NULL ORDER BY account_id"),
        &[],
        account_of,
    )
}

/// Whether nobody has signed in to this installation yet: it has no account but the first run's.
///
/// # Errors
/// When the database says no.
pub fn is_first_run(c: &mut Conn<'_>) -> Result<bool> {
    c.query_one("SELECT count(*) FROM accounts WHERE email <> $1", &[FIRST_EMAIL.into()], |r| r.int(0))
        .map(|others| others == 0)
}

/// An address in its stored form, if no account but this one has it.
///
/// # Errors
/// `Invalid` for something that is no e-mail address, `Conflict` when another account has it.
pub(crate) fn free_email(c: &mut Conn<'_>, id: i64, email: &str) -> Result<String> {
    let email = normal_email(email)?;
    if find_by_email(c, &email)?.is_some_and(|other| other.id != id) {
        return Err(Error::conflict(format!("there is another account for {email} already")));
    }
    Ok(email)
}

/// Changes the e-mail address and, if it is not empty, the name.
///
/// # Errors
/// `Invalid` for something that is no e-mail address, `Conflict` when another account has it.
pub fn rename(tx: &mut Conn<'_>, id: i64, email: &str, name: &str) -> Result<()> {
    let email = free_email(tx, id, email)?;
    let account = get(tx, id)?;
    let name = Some(name.trim()).filter(|n| !n.is_empty()).unwrap_or(&account.name);
    tx.execute(
        "UPDATE accounts SET email = $1, name = $2 WHERE account_id = $3",
        &[(&email).into(), name.into(), id.into()],
    )?;
    Ok(())
}

/// The stored hash of the password.
///
/// # Errors
/// When the database says no.
pub(crate) fn password_hash(c: &mut Conn<'_>, id: i64) -> Result<Option<String>> {
    Ok(c.query_opt("SELECT password_hash FROM accounts WHERE account_id = $1", &[id.into()], |r| {
        r.opt_text(0)
    })?
    .flatten())
}

/// Stores a password's hash (see [`crate::hash_password`]). Every session of the account but `keep` ends.
///
/// # Errors
/// When the database says no.
pub fn set_password_hash(tx: &mut Conn<'_>, id: i64, hash: &str, keep: Option<&str>) -> Result<()> {
    tx.execute("UPDATE accounts SET password_hash = $1 WHERE account_id = $2", &[hash.into(), id.into()])?;
    // Whoever was in with the password of before may have asked for another address.
    tx.execute("DELETE FROM email_changes WHERE account_id = $1", &[id.into()])?;
    let keep = keep.map(secret::token_hash).unwrap_or_default();
    tx.execute(
        "DELETE FROM sessions WHERE account_id = $1 AND token_hash <> $2",
        &[id.into(), (&keep).into()],
    )?;
    Ok(())
}

/// The address in the form in which it is stored.
fn normal_email(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let valid = email
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if !valid || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Error::invalid(format!(
            "\"{email}\" is not an e-mail address; write it as ana@example.org"
        )));
    }
    Ok(email)
}
