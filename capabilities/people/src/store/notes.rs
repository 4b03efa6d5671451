//! Notes that the team keeps about people.

use super::list;
use base::{Error, Micros, Result, TypeId};
use store::{Conn, Row};

/// The longest note, in bytes.
pub(crate) const NOTE_MAX: usize = 10_000;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// What addresses hold (`nte_…`).
    pub public_id: String,
    /// About which identity it was written.
    pub identity: u32,
    /// What it says.
    pub text: String,
    /// Who wrote it.
    pub written_by: String,
    /// When.
    pub written_at: Micros,
    /// When it was changed last.
    pub edited_at: Option<Micros>,
}

const SELECT: &str = "SELECT public_id, identity, text, written_by, written_at, edited_at FROM member_notes";

fn read(r: &Row<'_>) -> Result<Note> {
    Ok(Note {
        public_id: r.text(0)?,
        identity: r.int(1)? as u32,
        text: r.text(2)?,
        written_by: r.text(3)?,
        written_at: r.int(4)?,
        edited_at: r.opt_int(5)?,
    })
}

/// The notes about these identities, newest first.
pub(crate) fn of(c: &mut Conn<'_>, identities: &[u32]) -> Result<Vec<Note>> {
    c.query(
        &format!(
            "{SELECT} WHERE identity IN ({}) AND removed_at IS NULL ORDER BY note_id DESC",
            list(identities)
        ),
        &[],
        read,
    )
}

/// One note.
///
/// # Errors
/// `NotFound` when there is none, or it was removed.
pub(crate) fn get(c: &mut Conn<'_>, id: &str) -> Result<Note> {
    c.query_opt(&format!("{SELECT} WHERE public_id = $1 AND removed_at IS NULL"), &[id.into()], read)?
        .ok_or_else(|| Error::not_found(format!("there is no note {id}; it may have been removed")))
}

fn checked(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.len() > NOTE_MAX {
        return Err(Error::invalid(format!("a note has a text of 1 to {NOTE_MAX} bytes")));
    }
    Ok(text)
}

/// Keeps a note; returns its id.
///
/// # Errors
/// `Invalid` for an empty or long text.
pub(crate) fn create(tx: &mut Conn<'_>, identity: u32, text: &str, by: &str, now: Micros) -> Result<String> {
    let id = TypeId::new("nte", now);
    tx.execute(
        "INSERT INTO member_notes (public_id, identity, text, written_by, written_at) VALUES ($1, $2, $3, $4, $5)",
        &[id.as_str().into(), identity.into(), checked(text)?.into(), by.into(), now.into()],
    )?;
    Ok(id.as_str().to_owned())
}

/// Changes a note; only whoever wrote it may.
///
/// # Errors
/// `NotFound`, `Forbidden` for others, `Invalid` for an empty or long text.
pub(crate) fn update(tx: &mut Conn<'_>, id: &str, text: &str, by: &str, now: Micros) -> Result<()> {
    let note = get(tx, id)?;
    if note.written_by != by {
        return Err(Error::forbidden(format!(
            "{} wrote this note and alone may change it; write another one",
            note.written_by
        )));
    }
    tx.execute(
        "UPDATE member_notes SET text = $1, edited_at = $2 WHERE public_id = $3",
        &[checked(text)?.into(), now.into(), id.into()],
    )?;
    Ok(())
}

/// Removes a note.
///
/// # Errors
/// `NotFound` when there is none.
pub(crate) fn remove(tx: &mut Conn<'_>, id: &str, by: &str, now: Micros) -> Result<()> {
    get(tx, id)?;
    tx.execute(
        "UPDATE member_notes SET removed_by = $1, removed_at = $2 WHERE public_id = $3",
        &[by.into(), now.into(), id.into()],
    )?;
    Ok(())
}
