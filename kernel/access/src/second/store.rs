//! Secrets of authenticator apps and recovery codes.

use super::totp;
use crate::secret::token_hash;
use ::store::Conn;
use base::{Clock, Error, Micros, Result, TypeId};
use seal::Sealer;

/// How many recovery codes somebody has.
const CODES: usize = 10;
/// Bytes of a recovery code: sixteen letters, far more than can be guessed.
const CODE: usize = 10;

fn context(public_id: &str) -> String {
    seal::context("totp_secrets", "secret", public_id)
}

/// A new secret, as an app takes it.
pub(crate) fn new_secret() -> String {
    totp::base32(&base::random::<{ totp::SECRET }>())
}

/// What must be asked of an account before it is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nothing more.
    Nothing,
    /// A code of its app, or a recovery code; or one of its passkeys.
    Code,
    /// One of its passkeys, as it has no app.
    Passkey,
    /// That it sets a second factor up now, as one of its roles needs it.
    SetUp,
}

/// What must be asked of an account after a password or a link.
///
/// # Errors
/// When the database says no.
pub(crate) fn asked_of(c: &mut Conn<'_>, account: i64) -> Result<Asked> {
    let (app, keys, demanded) = state(c, account)?;
    Ok(match (app, keys, demanded) {
        (true, ..) => Asked::Code,
        (false, true, true) => Asked::Passkey,
        (false, false, true) => Asked::SetUp,
        (false, _, false) => Asked::Nothing,
    })
}

/// Whether an account has an app, has passkeys, and has a role that needs a second factor.
pub(crate) fn state(c: &mut Conn<'_>, account: i64) -> Result<(bool, bool, bool)> {
    c.query_one(
        "SELECT (SELECT count(*) FROM totp_secrets WHERE account_id = $1),
                (SELECT count(*) FROM passkeys WHERE account_id = $1),
                (SELECT count(*) FROM grants g JOIN roles r ON r.role_id = g.role_id
                 WHERE g.account_id = $1 AND g.ended_at IS NULL AND r.second_factor = 1)",
        &[account.into()],
        |r| Ok((r.int(0)? > 0, r.int(1)? > 0, r.int(2)? > 0)),
    )
}

/// Takes a secret in, once its first code was right, and gives recovery codes, which are shown this once.
///
/// # Errors
/// `Invalid` for a wrong code, `Conflict` when there is an app already.
pub(crate) fn set_up(
    tx: &mut Conn<'_>,
    sealer: &Sealer,
    account: i64,
    (secret, typed): (&str, &str),
    clock: &Clock,
) -> Result<Vec<String>> {
    let now = clock.now();
    let bytes = totp::unbase32(secret).ok_or_else(|| Error::internal("a secret is not Base32"))?;
    let step = totp::check(&bytes, &digits(typed), 0, clock.elsewhere()).ok_or_else(|| {
        Error::invalid(
            "This is not the code that the app shows now. Look again, and compare the phone's clock.",
        )
    })?;
    if state(tx, account)?.0 {
        return Err(Error::conflict(
            "this account has an authenticator app already; take that one away first",
        ));
    }
    let public_id = TypeId::new("otp", now);
    let sealed = sealer.seal(secret, &context(public_id.as_str()))?;
    tx.execute(
        "INSERT INTO totp_secrets (account_id, public_id, secret, made_at, used_step, used_at)
         VALUES ($1, $2, $3, $4, $5, $4)",
        &[account.into(), public_id.as_str().into(), (&sealed).into(), now.into(), step.into()],
    )?;
    new_codes(tx, account, now)
}

/// Recovery codes in place of those before; shown this once.
///
/// # Errors
/// When the database says no.
pub(crate) fn new_codes(tx: &mut Conn<'_>, account: i64, now: Micros) -> Result<Vec<String>> {
    tx.execute("DELETE FROM recovery_codes WHERE account_id = $1", &[account.into()])?;
    let mut shown = Vec::new();
    for _ in 0..CODES {
        let plain = totp::base32(&base::random::<CODE>());
        tx.execute(
            "INSERT INTO recovery_codes (code_hash, account_id, made_at) VALUES ($1, $2, $3)",
            &[(&code_hash(account, &plain)).into(), account.into(), now.into()],
        )?;
        let four: Vec<&str> = (0..4).map(|i| &plain[i * 4..i * 4 + 4]).collect();
        shown.push(four.join("-"));
    }
    Ok(shown)
}

fn code_hash(account: i64, plain: &str) -> String {
    token_hash(&format!("recovery:{account}:{plain}"))
}

/// What a right code was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// Of the app.
    App,
    /// A recovery code; how many are left.
    Recovery(i64),
}

/// Uses a code of the app or a recovery code; nothing when it is wrong or was used.
///
/// # Errors
/// When the database says no, or the secret cannot be opened.
pub(crate) fn use_code(
    tx: &mut Conn<'_>,
    sealer: &Sealer,
    account: i64,
    typed: &str,
    clock: &Clock,
) -> Result<Option<Right>> {
    let now = clock.now();
    let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    if plain.len() == 16 {
        let used = tx.execute(
            "UPDATE recovery_codes SET used_at = $1 WHERE code_hash = $2 AND account_id = $3 AND used_at IS NULL",
            &[now.into(), (&code_hash(account, &plain.to_uppercase())).into(), account.into()],
        )?;
        if used == 0 {
            return Ok(None);
        }
        let left = tx.query_one(
            "SELECT count(*) FROM recovery_codes WHERE account_id = $1 AND used_at IS NULL",
            &[account.into()],
            |r| r.int(0),
        )?;
        return Ok(Some(Right::Recovery(left)));
    }
    let found = tx.query_opt(
        "SELECT public_id, secret, used_step FROM totp_secrets WHERE account_id = $1",
        &[account.into()],
        |r| Ok((r.text(0)?, r.text(1)?, r.int(2)?)),
    )?;
    let Some((public_id, sealed, used)) = found else { return Ok(None) };
    let secret = totp::unbase32(&sealer.open(&sealed, &context(&public_id))?).unwrap_or_default();
    let Some(step) = totp::check(&secret, &digits(typed), used, clock.elsewhere()) else { return Ok(None) };
    // Of two uses at once only one changes the row.
    let changed = tx.execute(
        "UPDATE totp_secrets SET used_step = $1, used_at = $2 WHERE account_id = $3 AND used_step < $1",
        &[step.into(), now.into(), account.into()],
    )?;
    Ok((changed > 0).then_some(Right::App))
}

/// Apps show codes in groups, and people type them so.
fn digits(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Takes the app and the recovery codes away.
///
/// # Errors
/// When the database says no.
pub(crate) fn remove_app(tx: &mut Conn<'_>, account: i64) -> Result<()> {
    for table in ["totp_secrets", "recovery_codes"] {
        tx.execute(&format!("DELETE FROM {table} WHERE account_id = $1"), &[account.into()])?;
    }
    Ok(())
}

/// Takes every second factor of an account away, for somebody who lost them, and ends its sessions.
///
/// # Errors
/// When the database says no.
pub fn reset(tx: &mut Conn<'_>, account: i64) -> Result<()> {
    remove_app(tx, account)?;
    for table in ["passkeys", "sessions"] {
        tx.execute(&format!("DELETE FROM {table} WHERE account_id = $1"), &[account.into()])?;
    }
    Ok(())
}
