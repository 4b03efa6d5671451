//! API tokens: those of accounts, which may be allowed less than their account, and those of services, which belong to
//! the community and have a role of their own. Only the SHA-256 of each is stored.

use crate::credential::{AND_ROLES, Found, found};
use crate::principal::{Permission, Principal, require};
use crate::secret::{random_token, token_hash};
use base::{Error, Micros, Result, TypeId};
use store::{Conn, Row};

/// What API tokens of accounts begin with, so that a leaked one is recognised.
pub const API_TOKEN_PREFIX: &str = "fmt_";

/// The same of services.
pub const SERVICE_TOKEN_PREFIX: &str = "fms_";

/// The longest name, in characters.
const NAME_MAX: usize = 80;

/// The longest life that can be asked for: ten years.
const LIFE_MAX: Micros = 3_653 * 86_400 * 1_000_000;

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
    /// What it is allowed, as far as its account is; `None` for all of that.
    pub permissions: Option<Vec<String>>,
    /// When it ends by itself.
    pub expires_at: Option<Micros>,
}

impl ApiToken {
    /// Whether it has ended by itself.
    pub fn has_expired(&self, now: Micros) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

/// A token to be made.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// What it is to be allowed, by the permissions' ids; `None` for everything that its account is, at any time.
    pub permissions: Option<Vec<String>>,
    /// When it is to end.
    pub expires_at: Option<Micros>,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// `tok_…` or `svc_…`.
    pub public_id: String,
    /// The secret, to be sent as `Authorization: Bearer …`; nowhere else, and never again.
    pub secret: String,
}

fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return Err(
            Error::invalid(format!("say in 1 to {NAME_MAX} characters what the token is for")).at("name")
        );
    }
    Ok(name)
}

fn checked_end(expires_at: Option<Micros>, now: Micros) -> Result<()> {
    match expires_at {
        Some(at) if at <= now => Err(Error::invalid("a token ends in the future").at("expires_at")),
        Some(at) if at > now + LIFE_MAX => {
            Err(Error::invalid("a token ends within ten years, or never").at("expires_at"))
        }
        _ => Ok(()),
    }
}

/// Makes an API token of an account. `by` is whoever holds the account, and may give only what they may; the local
/// socket and whoever looks after accounts may give all that the account has, and no more is ever given: both are
/// checked at each use.
///
/// # Errors
/// `Invalid` for a name, an end or a permission that cannot be, `Forbidden` for one that `by` does not hold.
pub fn create_token(
    tx: &mut Conn<'_>,
    by: &Principal,
    all: &[Permission],
    account: i64,
    new: &NewToken,
    now: Micros,
) -> Result<Made> {
    let name = checked_name(&new.name)?;
    checked_end(new.expires_at, now)?;
    let permissions = new.permissions.as_ref().map(|ids| checked_permissions(by, all, ids)).transpose()?;
    insert(tx, account, name, permissions, new.expires_at, now)
}

fn checked_permissions(by: &Principal, all: &[Permission], ids: &[String]) -> Result<String> {
    if ids.is_empty() {
        return Err(Error::invalid("choose at least one thing that the token may do").at("permissions"));
    }
    let mut kept: Vec<&str> = Vec::new();
    for id in ids {
        let permission = all.iter().find(|p| p.id == id).ok_or_else(|| {
            Error::invalid(format!("there is no permission \"{id}\"; `folkmoot roles` lists them"))
                .at("permissions")
        })?;
        require(by, *permission)?;
        if !kept.contains(&permission.id) {
            kept.push(permission.id);
        }
    }
    Ok(kept.join(" "))
}

/// Makes an API token that may do whatever its account may, and does not end by itself: the secret.
///
/// # Errors
/// When the database says no.
pub fn create_api_token(tx: &mut Conn<'_>, account: i64, name: &str, now: Micros) -> Result<String> {
    insert(tx, account, name, None, None, now).map(|made| made.secret)
}

fn insert(
    tx: &mut Conn<'_>,
    account: i64,
    name: &str,
    permissions: Option<String>,
    expires_at: Option<Micros>,
    now: Micros,
) -> Result<Made> {
    let secret = format!("{API_TOKEN_PREFIX}{}", random_token());
    let public_id = TypeId::new("tok", now).as_str().to_owned();
    tx.execute(
        "INSERT INTO api_tokens (public_id, token_hash, account_id, name, created_at, permissions, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            (&public_id).into(),
            (&token_hash(&secret)).into(),
            account.into(),
            name.into(),
            now.into(),
            permissions.as_deref().into(),
            expires_at.into(),
        ],
    )?;
    Ok(Made { public_id, secret })
}

/// The API tokens of an account, oldest first.
///
/// # Errors
/// When the database says no.
pub fn list_api_tokens(c: &mut Conn<'_>, account: i64) -> Result<Vec<ApiToken>> {
    c.query(
        "SELECT public_id, name, created_at, used_at, permissions, expires_at FROM api_tokens
         WHERE account_id = $1 ORDER BY api_token_id",
        &[account.into()],
        |r| {
            let permissions = r.opt_text(4)?;
            Ok(ApiToken {
                public_id: r.text(0)?,
                name: r.text(1)?,
                created_at: r.int(2)?,
                used_at: r.opt_int(3)?,
                permissions: permissions.map(|p| p.split_whitespace().map(str::to_owned).collect()),
                expires_at: r.opt_int(5)?,
            })
        },
    )
}

/// A service's token as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceToken {
    /// What people and programs see (`svc_…`).
    pub public_id: String,
    /// Which program it is, in its maker's words.
    pub name: String,
    /// Its role.
    pub role: String,
    /// The role as people read it.
    pub role_title: String,
    /// When it was made, UTC microseconds.
    pub made_at: Micros,
    /// Who made it; empty for the command line.
    pub made_by: String,
    /// When it ends by itself.
    pub expires_at: Option<Micros>,
    /// When it was last used, to the hour.
    pub used_at: Option<Micros>,
}

impl ServiceToken {
    /// Whether it has ended by itself.
    pub fn has_expired(&self, now: Micros) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    fn read(r: &Row<'_>) -> Result<Self> {
        Ok(Self {
            public_id: r.text(0)?,
            name: r.text(1)?,
            role: r.text(2)?,
            role_title: r.text(3)?,
            made_at: r.int(4)?,
            made_by: r.opt_text(5)?.unwrap_or_default(),
            expires_at: r.opt_int(6)?,
            used_at: r.opt_int(7)?,
        })
    }
}

const LISTED: &str = "SELECT s.public_id, s.name, r.slug, r.title, s.made_at, a.name, s.expires_at, s.used_at
     FROM service_tokens s JOIN roles r ON r.role_id = s.role_id
     LEFT JOIN accounts a ON a.account_id = s.made_by_account
     WHERE s.revoked_at IS NULL";

/// Every service's token that was not revoked, oldest first.
///
/// # Errors
/// When the database says no.
pub fn list_service_tokens(c: &mut Conn<'_>) -> Result<Vec<ServiceToken>> {
    c.query(&format!("{LISTED} ORDER BY s.service_token_id"), &[], ServiceToken::read)
}

/// The service's token with this id.
///
/// # Errors
/// `NotFound` when there is none, or it was revoked.
pub fn get_service_token(c: &mut Conn<'_>, public_id: &str) -> Result<ServiceToken> {
    c.query_opt(&format!("{LISTED} AND s.public_id = $1"), &[public_id.into()], ServiceToken::read)?
        .ok_or_else(|| Error::not_found(format!("there is no service token {public_id}, or it was revoked")))
}

/// Makes a service's token with a role, everywhere. Whoever makes one holds all that the role holds.
///
/// # Errors
/// `Invalid` for a name or an end that cannot be, `NotFound` for a role that is not there, `Forbidden` for one that
/// holds more than `by`.
pub fn create_service_token(
    tx: &mut Conn<'_>,
    by: &Principal,
    all: &[Permission],
    (name, role): (&str, &str),
    expires_at: Option<Micros>,
    now: Micros,
) -> Result<Made> {
    let name = checked_name(name)?;
    checked_end(expires_at, now)?;
    let role = crate::roles::role_named(tx, role)?;
    crate::outrank::must_outrank_role(by, &role, all)?;
    let secret = format!("{SERVICE_TOKEN_PREFIX}{}", random_token());
    let public_id = TypeId::new("svc", now).as_str().to_owned();
    tx.execute(
        "INSERT INTO service_tokens (public_id, token_hash, name, role_id, made_at, made_by_account, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            (&public_id).into(),
            (&token_hash(&secret)).into(),
            name.into(),
            role.id.into(),
            now.into(),
            by.account.into(),
            expires_at.into(),
        ],
    )?;
    Ok(Made { public_id, secret })
}

/// Revokes a service's token: it works no more.
///
/// # Errors
/// `NotFound` when there is none, or it was revoked.
pub fn revoke_service_token(
    tx: &mut Conn<'_>,
    by: &Principal,
    public_id: &str,
    now: Micros,
) -> Result<ServiceToken> {
    let token = get_service_token(tx, public_id)?;
    tx.execute(
        "UPDATE service_tokens SET revoked_at = $1, revoked_by_account = $2 WHERE public_id = $3",
        &[now.into(), by.account.into(), public_id.into()],
    )?;
    Ok(token)
}

/// What a service's token leads to: its name, and its role everywhere.
pub(crate) fn service_token(c: &mut Conn<'_>, token: &str, now: Micros) -> Result<Option<Found>> {
    let sql = format!(
        "SELECT CAST(0 AS BIGINT) AS part, s.service_token_id AS number, CAST('' AS TEXT) AS email, s.name, s.role_id,
                CAST('everything' AS TEXT) AS scope_kind, CAST(0 AS BIGINT) AS scope_id, CAST(NULL AS TEXT) AS only_these,
                s.used_at, s.public_id AS token
         FROM service_tokens s
         WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $2) {AND_ROLES}"
    );
    found(c, &sql, &[(&token_hash(token)).into(), now.into()])
}

/// Notes that a service's token was used.
pub(crate) fn touch_service_token(tx: &mut Conn<'_>, token: &str, now: Micros) -> Result<()> {
    tx.execute(
        "UPDATE service_tokens SET used_at = $1 WHERE token_hash = $2",
        &[now.into(), (&token_hash(token)).into()],
    )?;
    Ok(())
}
