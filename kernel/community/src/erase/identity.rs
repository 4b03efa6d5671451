//! An identity's row gives way to a keyed hash.

use super::mentions::Names;
use super::{COUNTER, Key};
use crate::log::{lock_append, take_numbers};
use crate::{graph, search};
use base::{Micros, Result};
use store::Conn;

/// What an erased identity is called from then on.
pub const ERASED_NAME: &str = "Erased member";

/// When an identity was erased.
///
/// # Errors
/// `NotFound` when there is no such identity.
pub fn erased_at(c: &mut Conn<'_>, identity: u32) -> Result<Option<Micros>> {
    c.query_one("SELECT erased_at FROM identities WHERE identity = $1", &[identity.into()], |r| r.opt_int(0))
}

/// Replaces everything in an identity's row that names the person; number, public id, first day and marks stay, as
/// figures stand on them. With `mentions`, keeps what their mentions look like, hashed. Says whether it was there to
/// do.
///
/// # Errors
/// When the database says no.
pub fn identity(tx: &mut Conn<'_>, number: u32, key: &Key, mentions: bool, now: Micros) -> Result<bool> {
    // Whoever appends at the same time sees it in the next batch.
    lock_append(tx)?;
    let found = tx.query_opt(
        "SELECT source_id, external_id, name, handle FROM identities WHERE identity = $1 AND erased_at IS NULL",
        &[number.into()],
        |r| Ok((r.int(0)?, r.text(1)?, r.opt_text(2)?, r.opt_text(3)?)),
    )?;
    let Some((source_id, external_id, name, handle)) = found else { return Ok(false) };
    if mentions {
        for name in [name.as_deref(), handle.as_deref(), Some(external_id.as_str())].into_iter().flatten() {
            if is_theirs_alone(tx, source_id, number, name)? {
                Names::keep(tx, key, source_id, name)?;
            }
        }
    }
    tx.execute(
        "UPDATE identities SET external_id = $1, name = $2, handle = NULL, email = NULL, avatar = NULL, erased_at = $3
         WHERE identity = $4",
        &[
            (&key.identity(source_id, &external_id)).into(),
            ERASED_NAME.into(),
            now.into(),
            number.into(),
        ],
    )?;
    take_numbers(tx, COUNTER, 1)?;
    graph::touch(tx)?;
    search::names_changed(tx)?;
    Ok(true)
}

/// Whether nobody else at this source is called so: a mention of a shared name may mean the other.
fn is_theirs_alone(tx: &mut Conn<'_>, source_id: i64, number: u32, name: &str) -> Result<bool> {
    let other = tx.query_opt(
        "SELECT identity FROM identities WHERE source_id = $1 AND identity <> $2
           AND (name = $3 OR handle = $3 OR external_id = $3) LIMIT 1",
        &[source_id.into(), number.into(), name.into()],
        |r| r.int(0),
    )?;
    Ok(other.is_none())
}
