//! Taking an import back: its rows go, what it replaced returns, everything derived follows.

use crate::Kind;
use crate::conversations;
use crate::derive::{refresh_channel_spans, take_out};
use crate::ingest::{refuse_while_rebuilding, replace_row};
use crate::log::{self, Body, COLUMNS, LogRow};
use crate::rollup::Frame;
use base::{Error, Result};
use store::Conn;

/// Rows taken back in one transaction; the writer is held for less than 50 ms.
pub const UNDO_SLICE: i64 = 250;

/// Takes back one slice of an import, newest rows first, and says whether more is left. Every slice is whole:
/// figures agree with the log after each.
///
/// # Errors
/// When the database says no.
pub fn undo_slice(tx: &mut Conn<'_>, import_id: i64) -> Result<bool> {
    log::lock_append(tx)?;
    refuse_while_rebuilding(tx)?;
    let frame = Frame::load(tx)?;
    if restore_revisions(tx, &frame, import_id)? {
        return Ok(true);
    }
    let bounds = tx.query_one(
        "SELECT first_seq, last_seq, source_id FROM imports WHERE import_id = $1",
        &[import_id.into()],
        |r| Ok((r.opt_int(0)?, r.opt_int(1)?, r.int(2)?)),
    )?;
    let (Some(first), Some(last), source_id) = bounds else { return Ok(false) };
    let rows = tx.query(
        &format!(
            "SELECT {COLUMNS} FROM activities a WHERE a.seq BETWEEN $1 AND $2 AND a.import_id = $3
             ORDER BY a.seq DESC LIMIT $4"
        ),
        &[first.into(), last.into(), import_id.into(), UNDO_SLICE.into()],
        LogRow::read,
    )?;
    let Some(lowest) = rows.last().map(|r| r.seq) else {
        refresh_channel_spans(tx, source_id)?;
        return Ok(false);
    };
    log::remove(tx, &rows)?;
    take_out(tx, &frame, &rows)?;
    tx.execute(
        "UPDATE imports SET last_seq = $1 WHERE import_id = $2",
        &[(lowest - 1).into(), import_id.into()],
    )?;
    Ok(true)
}

/// Brings back what the import replaced, newest first; says whether there was anything.
fn restore_revisions(tx: &mut Conn<'_>, frame: &Frame, import_id: i64) -> Result<bool> {
    let kept = tx.query(
        "SELECT revision_id, seq, body FROM revisions WHERE import_id = $1 ORDER BY revision_id DESC LIMIT $2",
        &[import_id.into(), UNDO_SLICE.into()],
        |r| Ok((r.int(0)?, r.int(1)?, r.text(2)?)),
    )?;
    for (revision_id, seq, text) in &kept {
        let damaged = || Error::internal("a kept revision is damaged; run `folkmoot check`");
        let (columns, body): ([i64; 7], Option<Body>) = {
            #[derive(serde::Deserialize)]
            struct Kept {
                row: (i64, i64, i16, i64, u32, i64, bool),
                body: Option<Body>,
            }
            let k: Kept = serde_json::from_str(text).map_err(|_| damaged())?;
            let r = k.row;
            ([r.0, r.1, i64::from(r.2), r.3, i64::from(r.4), r.5, i64::from(r.6)], k.body)
        };
        let now = tx.query_opt(
            &format!("SELECT {COLUMNS} FROM activities a WHERE a.seq = $1"),
            &[(*seq).into()],
            LogRow::read,
        )?;
        if let Some(now) = now {
            let before = LogRow {
                at: columns[0],
                rank: columns[1],
                kind: Kind(columns[2] as i16),
                channel_id: columns[3],
                identity: columns[4] as u32,
                conversation_id: columns[5],
                follows: columns[6] != 0,
                ..now.clone()
            };
            crate::search::changing(tx, std::slice::from_ref(&now))?;
            replace_row(tx, frame, &now, &before)?;
            match body {
                Some(mut body) => {
                    // What was dropped since stays dropped.
                    if log::find_body(tx, *seq)?.is_some_and(|b| b.asks.is_some()) {
                        body.drop_text(before.kind);
                    }
                    log::put_body(tx, *seq, &body)?;
                }
                None => {
                    tx.execute("DELETE FROM messages WHERE seq = $1", &[(*seq).into()])?;
                }
            }
            conversations::text_changed(tx, before.conversation_id, *seq)?;
        }
        tx.execute("DELETE FROM revisions WHERE revision_id = $1", &[(*revision_id).into()])?;
    }
    Ok(!kept.is_empty())
}
