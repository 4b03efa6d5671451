//! The ways into an account, and that one of them always stays.

use crate::account;
use crate::sso::Login;
use base::{Error, Micros, Result};
use store::Conn;

/// With what an account signs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// Its accounts elsewhere.
    pub logins: Vec<Login>,
    /// Every provider: id and name.
    pub providers: Vec<(String, String)>,
    /// Since when it has an authenticator app.
    pub app_since: Option<Micros>,
    /// How many recovery codes are left.
    pub codes: u64,
    /// How many passkeys it has.
    pub passkeys: u64,
    /// Whether one of its roles needs a second factor.
    pub demanded: bool,
}

/// With what an account signs in, in one statement.
///
/// # Errors
/// When the database says no.
pub fn ways(c: &mut Conn<'_>, account: i64) -> Result<Ways> {
    let mut all = Ways::default();
    c.for_each(
        "SELECT CAST(0 AS BIGINT) AS part, l.public_id AS id, p.name AS name, l.email AS email, p.public_id AS provider,
                l.linked_at AS since, l.used_at AS used
         FROM sso_logins l JOIN sso_providers p ON p.provider_id = l.provider_id WHERE l.account_id = $1
         UNION ALL SELECT 1, public_id, name, '', '', made_at, 0 FROM sso_providers
         UNION ALL SELECT 2, '', '', '', '', made_at, 0 FROM totp_secrets WHERE account_id = $1
         UNION ALL SELECT 3, '', '', '', '', count(*), 0 FROM recovery_codes WHERE account_id = $1 AND used_at IS NULL
         UNION ALL SELECT 4, '', '', '', '', count(*), 0 FROM passkeys WHERE account_id = $1
         UNION ALL SELECT 5, '', '', '', '', count(*), 0 FROM grants g JOIN roles r ON r.role_id = g.role_id
           WHERE g.account_id = $1 AND g.ended_at IS NULL AND r.second_factor = 1
         ORDER BY 1, 6, 2",
        &[account.into()],
        |r| {
            let number = r.int(5)?;
            match r.int(0)? {
                0 => all.logins.push(Login {
                    public_id: r.text(1)?,
                    provider: r.text(2)?,
                    email: r.text(3)?,
                    provider_id: r.text(4)?,
                    linked_at: number,
                    used_at: r.int(6)?,
                }),
                1 => all.providers.push((r.text(1)?, r.text(2)?)),
                2 => all.app_since = Some(number),
                3 => all.codes = number.unsigned_abs(),
                4 => all.passkeys = number.unsigned_abs(),
                _ => all.demanded = number > 0,
            }
            Ok(())
        },
    )?;
    Ok(all)
}

/// Refuses to leave an account without a way in: a password, a passkey, or an account elsewhere.
///
/// # Errors
/// `Conflict` when none is left.
pub(crate) fn must_keep_one(tx: &mut Conn<'_>, account: i64) -> Result<()> {
    let left = tx.query_one(
        "SELECT (SELECT count(*) FROM sso_logins WHERE account_id = $1)
              + (SELECT count(*) FROM passkeys WHERE account_id = $1)",
        &[account.into()],
        |r| r.int(0),
    )?;
    if left == 0 && account::password_hash(tx, account)?.is_none() {
        return Err(Error::conflict(
            "this is your only way to sign in; choose a password or add another way first",
        ));
    }
    Ok(())
}
