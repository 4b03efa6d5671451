//! Taking an import back: newest first within a source, in slices, durable.

use super::record::{self, ImportRecord, ImportState};
use base::{Error, Micros, Result};
use community::{Community, UNDO_SLICE, undo_slice};
use store::Priority;

/// Takes an import back. Blocks until it is done; `progress` hears how many rows are left to look at.
///
/// # Errors
/// `NotFound`; `Conflict` when a newer import of the same source must go first, or it still runs.
pub fn undo(
    community: &Community,
    id: &str,
    now: Micros,
    progress: &mut dyn FnMut(u64),
) -> Result<ImportRecord> {
    let db = community.db();
    let import = db.write(Priority::Interactive, |tx| {
        let import = record::get(tx, id)?;
        match import.state {
            ImportState::Undone => {
                return Err(Error::conflict(format!("the import {id} was taken back already")));
            }
            ImportState::Running if import.live => {
                return Err(Error::conflict(format!("the import {id} is still running; stop it first")));
            }
            _ => {}
        }
        let newer = tx.query_opt(
            "SELECT public_id FROM imports WHERE source_id = $1 AND import_id > $2 AND state <> 'undone'
             ORDER BY import_id DESC LIMIT 1",
            &[import.source_id.into(), import.import_id.into()],
            |r| r.text(0),
        )?;
        if let Some(newer) = newer {
            return Err(Error::conflict(format!(
                "newer imports of \"{}\" rest on this one: take back {newer} first",
                import.summary.source
            )));
        }
        tx.execute("UPDATE imports SET state = 'undoing' WHERE import_id = $1", &[import.import_id.into()])?;
        Ok(import)
    })?;
    finish(community, import.import_id, now, progress)?;
    db.read(|c| record::get(c, id))
}

fn finish(community: &Community, import_id: i64, now: Micros, progress: &mut dyn FnMut(u64)) -> Result<()> {
    let db = community.db();
    let mut left = db.read(|c| {
        c.query_one(
            "SELECT last_seq - first_seq + 1 FROM imports WHERE import_id = $1",
            &[import_id.into()],
            |r| r.opt_int(0),
        )
    })?;
    loop {
        let more = community::folding_first(db, || db.write(Priority::Bulk, |tx| undo_slice(tx, import_id)))?;
        if !more {
            break;
        }
        left = left.map(|l| (l - UNDO_SLICE).max(0));
        progress(left.unwrap_or(0) as u64);
    }
    // Conversations that lost rows are put into blocks again, so that questions stay quick.
    community.fold_all()?;
    db.write(Priority::Interactive, |tx| {
        tx.execute("DELETE FROM import_skips WHERE import_id = $1", &[import_id.into()])?;
        tx.execute(
            "UPDATE imports SET state = 'undone', ended_at = $1 WHERE import_id = $2",
            &[now.into(), import_id.into()],
        )?;
        Ok(())
    })
}

/// Finishes what a crash interrupted.
///
/// # Errors
/// When the database says no.
pub fn finish_undos(community: &Community, now: Micros) -> Result<()> {
    let open = community.db().read(|c| {
        c.query("SELECT import_id FROM imports WHERE state = 'undoing' ORDER BY import_id DESC", &[], |r| {
            r.int(0)
        })
    })?;
    for import_id in open {
        finish(community, import_id, now, &mut |_| {})?;
    }
    Ok(())
}
