//! Every query of this capability: notes on the time axis. Figures are not read here but asked of metrics.

use crate::model::{Annotation, Note, NoteKind};
use ::store::{Conn, Row};
use base::{Day, Error, Micros, Result, TypeId};

const SELECT: &str = "SELECT a.public_id, a.first_day, a.last_day, a.kind, a.text, s.name, s.public_id, a.written_by, a.written_at,
     a.changed_by, a.changed_at
     FROM annotations a LEFT JOIN sources s ON s.source_id = a.source_id WHERE a.removed_at IS NULL";

fn read(r: &Row<'_>) -> Result<Annotation> {
    let note = Note {
        first: Day(r.int(1)? as i32),
        last: Day(r.int(2)? as i32),
        kind: NoteKind::parse(&r.text(3)?)?,
        text: r.text(4)?,
        source: r.opt_text(5)?.unwrap_or_default(),
    };
    Ok(Annotation {
        public_id: r.text(0)?,
        note,
        source_id: r.opt_text(6)?,
        written_by: r.text(7)?,
        written_at: r.int(8)?,
        changed: r.opt_text(9)?.zip(r.opt_int(10)?),
    })
}

/// Every note, by day.
pub(crate) fn annotations(c: &mut Conn<'_>) -> Result<Vec<Annotation>> {
    c.query(&format!("{SELECT} ORDER BY a.first_day, a.annotation_id"), &[], read)
}

/// One note.
///
/// # Errors
/// `NotFound` when there is none, or no more.
pub(crate) fn get_annotation(c: &mut Conn<'_>, id: &str) -> Result<Annotation> {
    c.query_opt(&format!("{SELECT} AND a.public_id = $1"), &[id.into()], read)?.ok_or_else(|| no_note(id))
}

fn no_note(id: &str) -> Error {
    Error::not_found(format!("there is no note {id}; it may have been removed"))
}

/// Writes a note; returns its id.
///
/// # Errors
/// `NotFound` for an unknown source.
pub fn create_annotation(tx: &mut Conn<'_>, note: &Note, by: &str, now: Micros) -> Result<String> {
    let source = source_of(tx, &note.source)?;
    let id = TypeId::new("ann", now);
    tx.execute(
        "INSERT INTO annotations (public_id, first_day, last_day, kind, text, source_id, written_by, written_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            id.as_str().into(),
            note.first.0.into(),
            note.last.0.into(),
            note.kind.word().into(),
            note.text.as_str().into(),
            source.into(),
            by.into(),
            now.into(),
        ],
    )?;
    Ok(id.as_str().to_owned())
}

/// Replaces what a note says.
///
/// # Errors
/// `NotFound` for an unknown note or source.
pub(crate) fn update_annotation(
    tx: &mut Conn<'_>,
    id: &str,
    note: &Note,
    by: &str,
    now: Micros,
) -> Result<()> {
    let source = source_of(tx, &note.source)?;
    let changed = tx.execute(
        "UPDATE annotations SET first_day = $1, last_day = $2, kind = $3, text = $4, source_id = $5, changed_by = $6,
         changed_at = $7 WHERE public_id = $8 AND removed_at IS NULL",
        &[
            note.first.0.into(),
            note.last.0.into(),
            note.kind.word().into(),
            note.text.as_str().into(),
            source.into(),
            by.into(),
            now.into(),
            id.into(),
        ],
    )?;
    if changed == 0 { Err(no_note(id)) } else { Ok(()) }
}

/// Takes a note away.
///
/// # Errors
/// `NotFound` when there is none, or no more.
pub(crate) fn remove_annotation(tx: &mut Conn<'_>, id: &str, by: &str, now: Micros) -> Result<()> {
    let changed = tx.execute(
        "UPDATE annotations SET removed_by = $1, removed_at = $2 WHERE public_id = $3 AND removed_at IS NULL",
        &[by.into(), now.into(), id.into()],
    )?;
    if changed == 0 { Err(no_note(id)) } else { Ok(()) }
}

fn source_of(c: &mut Conn<'_>, name: &str) -> Result<Option<i64>> {
    if name.is_empty() {
        return Ok(None);
    }
    community::sources::get(c, name).map(|source| Some(source.source_id))
}
