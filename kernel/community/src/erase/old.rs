//! Dropping texts by their age. Rows stay, and with them every figure.

use super::revisions;
use super::walk::{forget_title, rows};
use crate::{Kind, log, search};
use base::{Micros, Result};
use std::collections::HashSet;
use store::Conn;

/// Rows of the log that are looked at at a time.
const READ: i64 = 20_000;

/// Which texts are old.
#[derive(Clone, Debug, Default)]
pub struct Old {
    /// Written before this.
    pub before: Micros,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only of this source.
    pub source_id: Option<i64>,
    /// Of these sources nothing is dropped.
    pub held_sources: HashSet<i64>,
    /// Nor of these identities.
    pub held_identities: HashSet<u32>,
}

/// What was found in a part of the log.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// Rows with a text that is old.
    pub seqs: Vec<i64>,
    /// How many more there are that somebody holds.
    pub held: u64,
    /// Up to where it looked.
    pub upto: i64,
}

/// The old texts among the rows after `seq`; `None` at the end of the log.
///
/// # Errors
/// When the database says no.
pub fn old_texts(c: &mut Conn<'_>, old: &Old, seq: i64) -> Result<Option<Piece>> {
    let newest = c.query_one("SELECT COALESCE(MAX(seq), 0) FROM activities", &[], |r| r.int(0))?;
    if seq >= newest {
        return Ok(None);
    }
    let mut piece = Piece { upto: seq + READ, ..Piece::default() };
    let upto = piece.upto;
    c.for_each(
        "SELECT a.seq, a.source_id, a.identity FROM activities a JOIN messages m ON m.seq = a.seq
         WHERE a.seq > $1 AND a.seq <= $2 AND a.at < $3 AND (a.kind = $4 OR $4 = 0) AND (a.source_id = $5 OR $5 = 0)
           AND (m.text IS NOT NULL OR m.title IS NOT NULL)",
        &[
            seq.into(),
            upto.into(),
            old.before.into(),
            old.kind.map_or(0, |k| i64::from(k.0)).into(),
            old.source_id.unwrap_or(0).into(),
        ],
        |r| {
            let (source, identity) = (r.int(1)?, r.int(2)? as u32);
            if old.held_sources.contains(&source) || old.held_identities.contains(&identity) {
                piece.held += 1;
            } else {
                piece.seqs.push(r.int(0)?);
            }
            Ok(())
        },
    )?;
    Ok(Some(piece))
}

/// Drops the texts of these rows and of earlier forms of them; how many there were. For a hundred or so in one
/// transaction.
///
/// # Errors
/// When the database says no.
pub fn drop_texts(tx: &mut Conn<'_>, seqs: &[i64]) -> Result<u64> {
    let mut dropped = 0;
    for row in rows(tx, seqs)? {
        revisions::drop_of(tx, row.seq, false)?;
        let Some(mut body) = log::find_body(tx, row.seq)? else { continue };
        if body.drop_text(row.kind) {
            search::changing(tx, std::slice::from_ref(&row))?;
            log::put_body(tx, row.seq, &body)?;
            forget_title(tx, &row)?;
            dropped += 1;
        }
    }
    Ok(dropped)
}
