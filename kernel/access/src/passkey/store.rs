//! Passkeys in the store: public keys only.

use super::verify::NewKey;
use ::store::Conn;
use base::{Error, Micros, Result, TypeId};

/// How many passkeys an account may have.
const MOST: usize = 20;

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// What forms send (`key_…`).
    pub public_id: String,
    /// Its owner's word for it.
    pub name: String,
    /// Since when, UTC microseconds.
    pub made_at: Micros,
    /// When somebody last signed in with it.
    pub used_at: Option<Micros>,
    /// Its id, as browsers know it.
    pub(crate) credential: String,
}

/// A passkey that somebody wants to sign in with.
pub(super) struct Stored {
    pub public_id: String,
    pub account: i64,
    pub account_public_id: String,
    pub name: String,
    pub public: Vec<u8>,
    pub count: i64,
    pub used_at: Option<Micros>,
}

/// The passkeys of an account, oldest first.
///
/// # Errors
/// When the database says no.
pub fn list(c: &mut Conn<'_>, account: i64) -> Result<Vec<Passkey>> {
    c.query(
        "SELECT public_id, name, made_at, used_at, credential FROM passkeys WHERE account_id = $1
         ORDER BY made_at, public_id",
        &[account.into()],
        |r| {
            Ok(Passkey {
                public_id: r.text(0)?,
                name: r.text(1)?,
                made_at: r.int(2)?,
                used_at: r.opt_int(3)?,
                credential: r.text(4)?,
            })
        },
    )
}

pub(super) fn add(tx: &mut Conn<'_>, account: i64, name: &str, key: &NewKey, now: Micros) -> Result<()> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Error::invalid(
            "A passkey's name has 1 to 60 characters, such as \"Phone\" or \"Blue key\".",
        ));
    }
    if list(tx, account)?.len() >= MOST {
        return Err(Error::conflict(format!(
            "An account has at most {MOST} passkeys; remove one that is not used."
        )));
    }
    let known = tx.query_opt(
        "SELECT account_id FROM passkeys WHERE credential = $1",
        &[(&key.credential).into()],
        |r| r.int(0),
    )?;
    if known.is_some() {
        return Err(Error::conflict("This passkey is known already."));
    }
    let public_id = TypeId::new("key", now);
    tx.execute(
        "INSERT INTO passkeys (public_id, account_id, credential, algorithm, public_key, sign_count, name, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            public_id.as_str().into(),
            account.into(),
            (&key.credential).into(),
            key.algorithm.into(),
            (&key.public).into(),
            key.count.into(),
            name.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

pub(super) fn find(c: &mut Conn<'_>, credential: &str) -> Result<Option<Stored>> {
    c.query_opt(
        "SELECT k.public_id, k.account_id, a.public_id, k.name, k.public_key, k.sign_count, k.used_at
         FROM passkeys k JOIN accounts a ON a.account_id = k.account_id AND a.removed_at IS NULL
         WHERE k.credential = $1",
        &[credential.into()],
        |r| {
            Ok(Stored {
                public_id: r.text(0)?,
                account: r.int(1)?,
                account_public_id: r.text(2)?,
                name: r.text(3)?,
                public: r.bytes(4)?.to_vec(),
                count: r.int(5)?,
                used_at: r.opt_int(6)?,
            })
        },
    )
}

pub(super) fn touch(tx: &mut Conn<'_>, public_id: &str, count: i64, now: Micros) -> Result<()> {
    tx.execute(
        "UPDATE passkeys SET sign_count = $1, used_at = $2 WHERE public_id = $3",
        &[count.into(), now.into(), public_id.into()],
    )?;
    Ok(())
}

pub(super) fn remove(tx: &mut Conn<'_>, account: i64, public_id: &str) -> Result<Passkey> {
    let gone = list(tx, account)?.into_iter().find(|k| k.public_id == public_id);
    let gone =
        gone.ok_or_else(|| Error::not_found("this passkey was removed already; load the page again"))?;
    tx.execute("DELETE FROM passkeys WHERE public_id = $1", &[public_id.into()])?;
    Ok(gone)
}
