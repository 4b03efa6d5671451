//! What proves who someone is: one-time sign-in links, sessions and API tokens. Of each, only the SHA-256 is
//! stored, so that a copy of the database signs nobody in.

use crate::account::Account;
use crate::agent;
use crate::role::{Held, Role, Scope};
use crate::secret::{random_token, token_hash};
use base::{Error, Micros, Result};
use store::{Conn, Param};

/// How long a sign-in link can be used: 24 hours.
pub const LINK_LIFE: Micros = 24 * 3_600_000_000;

/// How long a session lasts: 30 days.
pub const SESSION_LIFE: Micros = 30 * 24 * 3_600_000_000;

/// Makes a sign-in link's token for an account; usable once within [`LINK_LIFE`]. Old links that can no longer
/// be used are swept.
///
/// # Errors
/// When the database says no.
pub fn create_link(tx: &mut Conn<'_>, account: i64, now: Micros) -> Result<String> {
    create_link_for(tx, account, LINK_LIFE, now)
}

/// The same, usable within `life`.
///
/// # Errors
/// When the database says no.
pub fn create_link_for(tx: &mut Conn<'_>, account: i64, life: Micros, now: Micros) -> Result<String> {
    tx.execute("DELETE FROM sign_in_links WHERE expires_at < $1", &[now.into()])?;
    let token = random_token();
    tx.execute(
        "INSERT INTO sign_in_links (token_hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        &[(&token_hash(&token)).into(), account.into(), now.into(), (now + life).into()],
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

pub(crate) const LINK_GONE: &str = "This sign-in link was used already or has expired. \
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
    create_session_after(tx, account, agent, false, now)
}

/// The same; `strong` when more than a password was proved.
pub(crate) fn create_session_after(
    tx: &mut Conn<'_>,
    account: i64,
    agent: &str,
    strong: bool,
    now: Micros,
) -> Result<String> {
    tx.execute("DELETE FROM sessions WHERE expires_at < $1", &[now.into()])?;
    let token = random_token();
    tx.execute(
        "INSERT INTO sessions (token_hash, account_id, created_at, expires_at, agent, strong)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            (&token_hash(&token)).into(),
            account.into(),
            now.into(),
            (now + SESSION_LIFE).into(),
            (&agent::words(agent)).into(),
            strong.into(),
        ],
    )?;
    tx.execute("UPDATE accounts SET signed_in_at = $1 WHERE account_id = $2", &[now.into(), account.into()])?;
    Ok(token)
}

/// Notes that whoever has the session proved more than a password.
pub(crate) fn strengthen_session(tx: &mut Conn<'_>, token: &str) -> Result<()> {
    tx.execute("UPDATE sessions SET strong = 1 WHERE token_hash = $1", &[(&token_hash(token)).into()])?;
    Ok(())
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
    /// The public id of an API token; nothing for a session.
    pub token: Option<String>,
    /// What the account may do.
    pub held: Held,
}

/// Behind the rows of whoever asks: every role with what was changed about it, so that one statement answers who
/// it is, what they may do, and which role would allow what they may not.
pub(crate) const AND_ROLES: &str = "UNION ALL
     SELECT 1, r.role_id, r.slug, r.title, c.held, c.permission, 0, NULL, r.second_factor, NULL
     FROM roles r LEFT JOIN role_changes c ON c.role_id = r.role_id
     ORDER BY 1, 2";

/// Whose session it is.
///
/// # Errors
/// When the database says no.
pub(crate) fn session_account(c: &mut Conn<'_>, token: &str, now: Micros) -> Result<Option<Found>> {
    let sql = format!(
        "SELECT CAST(0 AS BIGINT) AS part, a.account_id AS number, a.email, a.name, g.role_id, g.scope_kind, g.scope_id,
                CAST(NULL AS TEXT) AS only_these, s.strong AS used_at, CAST(NULL AS TEXT) AS token
         FROM sessions s JOIN accounts a ON a.account_id = s.account_id
         LEFT JOIN grants g ON g.account_id = a.account_id AND g.ended_at IS NULL
         WHERE s.token_hash = $1 AND s.expires_at > $2 {AND_ROLES}"
    );
    let session = found(c, &sql, &[(&token_hash(token)).into(), now.into()])?;
    Ok(session.map(|mut found| {
        // In a session, the column for an API token's use says whether more than a password was proved. Without that, a
        // role that needs it gives nothing.
        if found.used_at.take() == Some(0) {
            let held = &mut found.held;
            let needs = |id: i64| held.roles.iter().any(|r| r.id == id && r.second_factor);
            let grants = held.grants.iter().copied().filter(|g| !needs(g.0)).collect();
            held.grants = grants;
        }
        found
    }))
}

/// Reads whose credential it is and what they may do.
pub(crate) fn found(c: &mut Conn<'_>, sql: &str, params: &[Param<'_>]) -> Result<Option<Found>> {
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
                    token: r.opt_text(9)?,
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
            let (slug, title, second_factor) = (r.text(2)?, r.text(3)?, r.opt_int(8)? == Some(1));
            roles.push(Role { id, slug, title, changes: Vec::new(), second_factor });
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

/// Withdraws an API token of an account.
///
/// # Errors
/// `NotFound` when the account has none with this id.
pub fn remove_own_api_token(tx: &mut Conn<'_>, account: i64, public_id: &str) -> Result<()> {
    let own = crate::token::list_api_tokens(tx, account)?.iter().any(|t| t.public_id == public_id);
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
                t.permissions AS only_these, t.used_at, t.public_id AS token
         FROM api_tokens t JOIN accounts a ON a.account_id = t.account_id
         LEFT JOIN grants g ON g.account_id = a.account_id AND g.ended_at IS NULL
         WHERE t.token_hash = $1 AND (t.expires_at IS NULL OR t.expires_at > $2) {AND_ROLES}"
    );
    found(c, &sql, &[(&token_hash(token)).into(), now.into()])
}

/// The account itself, as if it had come with a credential.
pub(crate) fn account_itself(c: &mut Conn<'_>, account: i64) -> Result<Option<Found>> {
    let sql = format!(
        "SELECT CAST(0 AS BIGINT) AS part, a.account_id AS number, a.email, a.name, g.role_id, g.scope_kind, g.scope_id,
                CAST(NULL AS TEXT) AS only_these, CAST(NULL AS BIGINT) AS used_at, CAST(NULL AS TEXT) AS token
         FROM accounts a LEFT JOIN grants g ON g.account_id = a.account_id AND g.ended_at IS NULL
         WHERE a.account_id = $1 AND a.removed_at IS NULL {AND_ROLES}"
    );
    found(c, &sql, &[account.into()])
}

/// Notes that an API token was used.
pub(crate) fn touch_api_token(tx: &mut Conn<'_>, token: &str, now: Micros) -> Result<()> {
    tx.execute(
        "UPDATE api_tokens SET used_at = $1 WHERE token_hash = $2",
        &[now.into(), (&token_hash(token)).into()],
    )?;
    Ok(())
}
