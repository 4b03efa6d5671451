//! Applies the rule once to what was stored before there was one.

use super::{Asks, asks};
use crate::{Kind, blocks, settings};
use base::{Error, Result};
use store::{Conn, Db, Priority};

/// Conversations in one transaction.
const SLICE: i64 = 2_000;
/// How far it has come, as the migration began it.
const WORK: &str = "work.questions";

/// Goes on where it was; nothing when it was done.
///
/// # Errors
/// When the database says no; then it can be called again.
pub(crate) fn backfill(db: &Db) -> Result<()> {
    if db.read(|c| settings::get(c, WORK))?.is_none() {
        return Ok(());
    }
    while db.write(Priority::Bulk, slice)? {}
    Ok(())
}

fn slice(tx: &mut Conn<'_>) -> Result<bool> {
    let Some(work) = settings::get(tx, WORK)? else { return Ok(false) };
    let from: i64 = work.parse().map_err(|_| Error::internal("the note about questions is damaged"))?;
    let rows = tx.query(
        "SELECT c.conversation_id, c.question, c.opened_kind, m.title, m.text, m.asks FROM conversations c
         LEFT JOIN messages m ON m.seq = c.opened_seq WHERE c.conversation_id > $1
         ORDER BY c.conversation_id LIMIT $2",
        &[from.into(), SLICE.into()],
        |r| {
            let kind = Kind(r.int(2)? as i16);
            let now = match r.opt_int(5)? {
                Some(said) => Asks::of_number(said),
                None => asks(kind, r.opt_text(3)?.as_deref(), r.opt_text(4)?.as_deref()),
            };
            Ok((r.int(0)?, Asks::of_number(r.int(1)?), now))
        },
    )?;
    let Some(last) = rows.last().map(|r| r.0) else {
        tx.execute("DELETE FROM settings WHERE name = $1", &[WORK.into()])?;
        return Ok(false);
    };
    blocks::forget(tx, rows.iter().filter(|r| r.1 != r.2).map(|r| r.0))?;
    for (id, _, now) in rows.iter().filter(|r| r.1 != r.2) {
        tx.execute(
            "UPDATE conversations SET question = $1 WHERE conversation_id = $2",
            &[now.number().into(), (*id).into()],
        )?;
    }
    settings::put(tx, WORK, &last.to_string())?;
    Ok(true)
}
