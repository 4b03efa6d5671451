//! What proves who someone is: one-time sign-in links, sessions and API tokens. Of each, only the SHA-256 is
//! stored, so that a copy of the database signs nobody in.

use crate::account::Account;
use crate::agent;
use crate::role::{Held, Role, Scope};
use crate::secret::{random_token, token_hash};
use base::{Error, Micros, Result, TypeId};
use store::{Conn, Param};

/// How long a sign-in link can be used: 24 hours.
pub const LINK_LIFE: Micros = 24 * 3_600_000_000;

/// How long a session lasts: 30 days.
pub const SESSION_LIFE: Micros = 30 * 24 * 3_600_000_000;

/// What API tokens begin with, so that a leaked one is recognised.
pub const API_TOKEN_PREFIX: &str = "fmt_";

/// Makes a sign-in link's token for an account; usable once within [`LINK_LIFE`]. Old links that can no longer
/// be used are swept.
///
/// # Errors
/// When the database says no.
pub fn create_link(tx: &mut Conn<'_>, account: i64, now: Micros) -> Result<String> {
    tx.execute("DELETE FROM sign_in_links WHERE expires_at < $1", &[now.into()])?;
    let token = random_token();
    tx.execute(
        "INSERT INTO sign_in_links (token_hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        &[(&token_hash(&token)).into(), account.into(), now.into(), (now + LINK_LIFE).into()],
    )?;
    Ok(token)
}

/// Whose link it is, if it can still be used. Looking does not use it.
///
/// # Errors
/// When the database says no.
pub fn find_link(c: &mut Conn<'_>, token: &str, now: Micros) -> Result<Option<Account>> {
    let id = c.query_opt(
        "SELECT account_id FROM sign_in_links WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        &[(&token_hash(token)).into(), now.into()],
        |r| r.int(0),
    )?;
    id.map(|id| crate::account::get(c, id)).transpose()
}

/// Uses a link: whose it was. Only one of two simultaneous uses succeeds.
///
/// # Errors
/// `NotFound` when it was used, has expired or never was.
pub fn use_link(tx: &mut Conn<'_>, token: &str, now: Micros) -> Result<i64> {
    tx.query_opt(
        "UPDATE sign_in_links SET used_at = $1
         WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $1 RETURNING account_id",
        &[now.into(), (&token_hash(token)).into()],
        |r| r.int(0),
    )?
    .ok_or_else(|| Error::not_found(LINK_GONE))
}

pub(crate) const LINK_GONE: &str = "This sign-in link was used already or is more than 24 hours old. \
     Ask for a new one, or make one on the server with: folkmoot accounts link EMAIL";

/// Begins a session: the cookie's value. Expired sessions are swept.
///
/// # Errors
/// When the database says no.
pub fn create_session(tx: &mut Conn<'_>, account: i64, now: Micros) -> Result<String> {
    create_session_from(tx, account, "", now)
}

/// The same with the browser's `User-Agent`, of which its words are kept.
///
/// # Errors
/// When the database says no.
pub fn create_session_from(tx: &mut Conn<'_>, account: i64, agent: &str, now: Micros) -> Result<String> {
    tx.execute("DELETE FROM sessions WHERE expires_at < $1", &[now.into()])?;
    let token = random_token();
    tx.execute(
        "INSERT INTO sessions (token_hash, account_id, created_at, expires_at, agent) VALUES ($1, $2, $3, $4, $5)",
        &[
            (&token_hash(&token)).into(),
            account.into(),
            now.into(),
            (now + SESSION_LIFE).into(),
            (&agent::words(agent)).into(),
        ],
    )?;
    tx.execute("UPDATE accounts SET signed_in_at = $1 WHERE account_id = $2", &[now.into(), account.into()])?;
    Ok(token)
}

/// How many characters of a session's hash name it: enough to tell them apart, and no way back to the secret.
const SESSION_NAME: usize = 24;

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What forms send to end it.
    pub id: String,
    /// The browser, in words; empty when it did not say.
    pub agent: String,
    /// When it was begun, UTC microseconds.
    pub created_at: Micros,
    /// When it ends by itself.
    pub expires_at: Micros,
    /// Whether it is the one that asks.
    pub present: bool,
}

/// The sessions of an account, newest first. `present` is the cookie of the one that asks.
///
/// # Errors
/// When the database says no.
pub fn list_sessions(
    c: &mut Conn<'_>,
    account: i64,
    present: Option<&str>,
    now: Micros,
) -> Result<Vec<Session>> {
    let present = present.map(token_hash).unwrap_or_default();
    c.query(
        "SELECT token_hash, agent, created_at, expires_at FROM sessions
         WHERE account_id = $1 AND expires_at > $2 ORDER BY created_at DESC, token_hash",
        &[account.into(), now.into()],
        |r| {
            let hash = r.text(0)?;
            Ok(Session {
                present: hash == present,
                id: hash.chars().take(SESSION_NAME).collect(),
                agent: r.text(1)?,
                created_at: r.int(2)?,
                expires_at: r.int(3)?,
            })
        },
    )
}

/// Ends a session of an account by its [`Session::id`].
///
/// # Errors
/// `NotFound` when the account has no such session.
pub fn end_session(tx: &mut Conn<'_>, account: i64, id: &str) -> Result<()> {
    let all =
        tx.query("SELECT token_hash FROM sessions WHERE account_id = $1", &[account.into()], |r| r.text(0))?;
    let hash = all.into_iter().find(|h| id.len() == SESSION_NAME && h.starts_with(id));
    let hash = hash.ok_or_else(|| Error::not_found("this session has ended already"))?;
    tx.execute("DELETE FROM sessions WHERE token_hash = $1", &[(&hash).into()])?;
    Ok(())
}

/// Ends every session of an account but the one with the cookie `keep`; how many.
///
/// # Errors
/// When the database says no.
pub fn end_sessions(tx: &mut Conn<'_>, account: i64, keep: Option<&str>) -> Result<u64> {
    let keep = keep.map(token_hash).unwrap_or_default();
    tx.execute(
        "DELETE FROM sessions WHERE account_id = $1 AND token_hash <> $2",
        &[account.into(), (&keep).into()],
    )
}

/// What a credential leads to.
pub(crate) struct Found {
    pub account: i64,
    pub email: String,
    pub name: String,
    /// When an API token was last used; nothing for a session.
    pub used_at: Option<Micros>,
    /// What the account may do.
    pub held: Held,
}

/// Behind the rows of whoever asks: every role with what was changed about it, so that one statement answers who
/// it is, what they may do, and which role would allow what they may not.
const AND_ROLES: &str = "UNION ALL
     SELECT 1, r.role_id, r.slug, r.title, c.held, c.permission, 0, NULL, NULL
     FROM roles r LEFT JOIN role_changes c ON c.role_id = r.role_id
     ORDER BY 1, 2";

/// Whose session it is.
///
/// # Errors
/// When the database says no.
pub(crate) fn session_account(c: &mut Conn<'_>, token: &str, now: Micros) -> Result<Option<Found>> {
    let sql = format!(
        "SELECT CAST(0 AS BIGINT) AS part, a.account_id AS number, a.email, a.name, g.role_id, g.scope_kind, g.scope_id,
                CAST(NULL AS TEXT) AS only_these, CAST(NULL AS BIGINT) AS used_at
         FROM sessions s JOIN accounts a ON a.account_id = s.account_id
         LEFT JOIN grants g ON g.account_id = a.account_id AND g.ended_at IS NULL
         WHERE s.token_hash = $1 AND s.expires_at > $2 {AND_ROLES}"
    );
    found(c, &sql, &[(&token_hash(token)).into(), now.into()])
}

/// Reads whose credential it is and what they may do.
fn found(c: &mut Conn<'_>, sql: &str, params: &[Param<'_>]) -> Result<Option<Found>> {
    let mut found: Option<Found> = None;
    let mut roles: Vec<Role> = Vec::new();
    c.for_each(sql, params, |r| {
        if r.int(0)? == 0 {
            let known = match &mut found {
                Some(known) => known,
                None => found.insert(Found {
                    account: r.int(1)?,
                    email: r.text(2)?,
                    name: r.text(3)?,
                    used_at: r.opt_int(8)?,
                    held: Held { roles: Vec::new(), grants: Vec::new(), only: only(r.opt_text(7)?) },
                }),
            };
            if let (Some(role), Some(kind)) = (r.opt_int(4)?, r.opt_text(5)?) {
                known.held.grants.extend(Scope::of(&kind, r.int(6)?).map(|scope| (role, scope)));
            }
            return Ok(());
        }
        let id = r.int(1)?;
        if roles.last().is_none_or(|last| last.id != id) {
            roles.push(Role { id, slug: r.text(2)?, title: r.text(3)?, changes: Vec::new() });
        }
        if let (Some(role), Some(held), Some(permission)) = (roles.last_mut(), r.opt_int(4)?, r.opt_text(5)?)
        {
            role.changes.push((permission, held != 0));
        }
        Ok(())
    })?;
    Ok(found.map(|mut f| {
        f.held.roles = roles;
        f
    }))
}

/// The permissions that a token was limited to, from how they are stored.
fn only(stored: Option<String>) -> Option<Vec<String>> {
    stored.map(|ids| ids.split_whitespace().map(str::to_owned).collect())
}

/// Ends a session.
///
/// # Errors
/// When the database says no.
pub fn remove_session(tx: &mut Conn<'_>, token: &str) -> Result<()> {
    tx.execute("DELETE FROM sessions WHERE token_hash = $1", &[(&token_hash(token)).into()])?;
    Ok(())
}

/// An API token as it is listed; its secret is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// What people and programs see (`tok_…`).
    pub public_id: String,
    /// What it is for, in its maker's words.
    pub name: String,
    /// When it was made, UTC microseconds.
    pub created_at: Micros,
    /// When it was last used, to the hour.
    pub used_at: Option<Micros>,
}

/// Makes an API token: the secret, to be sent as `Authorization: Bearer fmt_…`.
///
/// # Errors
/// When the database says no.
pub fn create_api_token(tx: &mut Conn<'_>, account: i64, name: &str, now: Micros) -> Result<String> {
    let token = format!("{API_TOKEN_PREFIX}{}", random_token());
    let public_id = TypeId::new("tok", now);
    tx.execute(
        "INSERT INTO api_tokens (public_id, token_hash, account_id, name, created_at) VALUES ($1, $2, $3, $4, $5)",
        &[
            public_id.as_str().into(),
            (&token_hash(&token)).into(),
            account.into(),
            name.into(),
            now.into(),
        ],
    )?;
    Ok(token)
}

/// The API tokens of an account, oldest first.
///
/// # Errors
/// When the database says no.
pub fn list_api_tokens(c: &mut Conn<'_>, account: i64) -> Result<Vec<ApiToken>> {
    c.query(
        "SELECT public_id, name, created_at, used_at FROM api_tokens WHERE account_id = $1 ORDER BY api_token_id",
        &[account.into()],
        |r| {
            Ok(ApiToken {
                public_id: r.text(0)?,
                name: r.text(1)?,
                created_at: r.int(2)?,
                used_at: r.opt_int(3)?,
            })
        },
    )
}

/// Withdraws an API token of an account.
///
/// # Errors
/// `NotFound` when the account has none with this id.
pub fn remove_own_api_token(tx: &mut Conn<'_>, account: i64, public_id: &str) -> Result<()> {
    let own = list_api_tokens(tx, account)?.iter().any(|t| t.public_id == public_id);
    if !own {
        return Err(Error::not_found("this API token has been withdrawn already"));
    }
    remove_api_token(tx, public_id)
}

/// Withdraws an API token.
///
/// # Errors
/// `NotFound` when there is none with this id.
pub fn remove_api_token(tx: &mut Conn<'_>, public_id: &str) -> Result<()> {
    match tx.execute("DELETE FROM api_tokens WHERE public_id = $1", &[public_id.into()])? {
        0 => Err(Error::not_found(format!("there is no API token {public_id}"))),
        _ => Ok(()),
    }
}

/// Whose API token it is.
pub(crate) fn api_token_account(c: &mut Conn<'_>, token: &str, now: Micros) -> Result<Option<Found>> {
    let sql = format!(
        "SELECT CAST(0 AS BIGINT) AS part, a.account_id AS number, a.email, a.name, g.role_id, g.scope_kind, g.scope_id,
                t.permissions AS only_these, t.used_at
         FROM api_tokens t JOIN accounts a ON a.account_id = t.account_id
         LEFT JOIN grants g ON g.account_id = a.account_id AND g.ended_at IS NULL
         WHERE t.token_hash = $1 AND (t.expires_at IS NULL OR t.expires_at > $2) {AND_ROLES}"
    );
    found(c, &sql, &[(&token_hash(token)).into(), now.into()])
}

/// Notes that an API token was used.
pub(crate) fn touch_api_token(tx: &mut Conn<'_>, token: &str, now: Micros) -> Result<()> {
    tx.execute(
        "UPDATE api_tokens SET used_at = $1 WHERE token_hash = $2",
        &[now.into(), (&token_hash(token)).into()],
    )?;
    Ok(())
}
