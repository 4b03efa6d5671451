//! Every query of this capability.

use crate::model::{Decision, NewState, StateRow};
use ::store::{Conn, Migration, Priority, Row};
use base::{Error, Micros, Result, TypeId};
use capability::App;

/// The schema.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    owner: "today",
    number: 1,
    name: "decisions about items",
    sql: include_str!("../migrations/0001_states.sql"),
}];

fn read(r: &Row<'_>) -> Result<StateRow> {
    Ok(StateRow {
        public_id: r.text(0)?,
        key: r.text(1)?,
        kind: r.text(2)?,
        title: r.text(3)?,
        href: r.text(4)?,
        decision: Decision::of(&r.text(5)?)?,
        until_at: r.opt_int(6)?,
        reason: r.text(7)?,
        set_by: r.text(8)?,
        set_at: r.int(9)?,
    })
}

/// Every decision that was not taken back, newest first.
pub(crate) fn states(c: &mut Conn<'_>) -> Result<Vec<StateRow>> {
    c.query(
        "SELECT public_id, item_key, kind, title, href, state, until_at, reason, set_by, set_at
         FROM today_states WHERE ended_at IS NULL ORDER BY state_id DESC LIMIT 5000",
        &[],
        read,
    )
}

/// Keeps a decision and tells the pages that are open; an earlier one about the same item ends. Returns its id.
/// Blocks.
pub(crate) fn decide(app: &App, new: &NewState, by: &str) -> Result<String> {
    let now = app.clock.now();
    let id = app.db.write(Priority::Interactive, |tx| keep(tx, new, by, now))?;
    app.events.tell("today");
    Ok(id)
}

/// Takes a decision back and tells the pages that are open. Blocks.
///
/// # Errors
/// `NotFound` when there is none that holds.
pub(crate) fn take_back(app: &App, id: &str, by: &str) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| end(tx, id, by, now))?;
    app.events.tell("today");
    Ok(())
}

fn keep(tx: &mut Conn<'_>, new: &NewState, by: &str, now: Micros) -> Result<String> {
    tx.execute(
        "UPDATE today_states SET ended_by = $1, ended_at = $2 WHERE item_key = $3 AND ended_at IS NULL",
        &[by.into(), now.into(), (&new.key).into()],
    )?;
    let id = TypeId::new("tds", now);
    tx.execute(
        "INSERT INTO today_states (public_id, item_key, kind, title, href, state, until_at, reason, set_by, set_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            id.as_str().into(),
            (&new.key).into(),
            new.kind.word().into(),
            (&new.title).into(),
            (&new.href).into(),
            new.decision.word().into(),
            new.until_at.into(),
            (&new.reason).into(),
            by.into(),
            now.into(),
        ],
    )?;
    Ok(id.as_str().to_owned())
}

fn end(tx: &mut Conn<'_>, id: &str, by: &str, now: Micros) -> Result<()> {
    let changed = tx.execute(
        "UPDATE today_states SET ended_by = $1, ended_at = $2 WHERE public_id = $3 AND ended_at IS NULL",
        &[by.into(), now.into(), id.into()],
    )?;
    if changed == 0 {
        return Err(Error::not_found("this decision was taken back already; load Today again"));
    }
    Ok(())
}
