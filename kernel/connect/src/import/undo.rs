//! Taking an import back: newest first within a source, in slices, durable.

use super::Progress;
use super::begin::on_node;
use super::record::{self, ImportRecord, ImportState};
use base::{Error, Micros, Result};
use community::{Community, UNDO_SLICE, undo_slice};
use jobs::lease::{self, Lease};
use store::Priority;

/// What the lease of an import is called while it is taken back.
pub(crate) const TASK: &str = "undo";

/// Takes an import back. Blocks until it is done; `progress` hears how many rows are left to look at.
///
/// # Errors
/// `NotFound`; `Conflict` when a newer import of the same source must go first, or somebody works on it, on whatever
/// node.
pub fn undo(
    community: &Community,
    id: &str,
    now: Micros,
    progress: &mut dyn FnMut(u64),
) -> Result<ImportRecord> {
    let db = community.db();
    let import = db.write(Priority::Interactive, |tx| {
        let import = record::get(tx, id)?;
        if import.state == ImportState::Undone {
            return Err(Error::conflict(format!("the import {id} was taken back already")));
        }
        if let Some(by) = lease::find(tx, id)?.filter(|s| s.held) {
            let place = on_node(Some(&by).filter(|s| !s.here));
            return Err(Error::conflict(match by.task.as_str() {
                TASK => format!("the import {id} is being taken back already{place}"),
                _ => format!("the import {id} is still running{place}; stop it first"),
            }));
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
        if !lease::take(tx, id, TASK)? {
            return Err(Error::conflict(format!("the import {id} was taken on by another server just now")));
        }
        tx.execute("UPDATE imports SET state = 'undoing' WHERE import_id = $1", &[import.import_id.into()])?;
        Ok(import)
    })?;
    let lease = Lease::of(db, id);
    given_back(finish(community, &lease, (import.import_id, now), progress), &lease)?;
    db.read(|c| record::get(c, id))
}

/// Gives the lease back with the error, if there is one.
fn given_back(result: Result<()>, lease: &Lease) -> Result<()> {
    if let Err(e) = &result {
        lease.give_back(Some(&e.message), None);
    }
    result
}

fn finish(
    community: &Community,
    lease: &Lease,
    (import_id, now): (i64, Micros),
    progress: &mut dyn FnMut(u64),
) -> Result<()> {
    let db = community.db();
    let total = db.read(|c| {
        c.query_one(
            "SELECT last_seq - first_seq + 1 FROM imports WHERE import_id = $1",
            &[import_id.into()],
            |r| r.opt_int(0),
        )
    })?;
    let total = total.unwrap_or(0).max(0);
    let mut left = total;
    loop {
        let done = Progress {
            import: lease.subject().to_owned(),
            bytes: (total - left) as u64,
            total_bytes: total as u64,
            records: (total - left) as u64,
            elapsed_micros: 0,
        };
        let done = serde_json::to_string(&done).map_err(|e| Error::internal(e.to_string()))?;
        let slice = || {
            db.write(Priority::Bulk, |tx| {
                let more = undo_slice(tx, import_id)?;
                lease.confirm(tx, Some(&done)).map(|_| more)
            })
        };
        if !community::folding_first(db, slice)? {
            break;
        }
        left = (left - UNDO_SLICE).max(0);
        progress(left as u64);
    }
    // Conversations that lost rows are put into blocks again, so that questions stay quick.
    community.fold_all()?;
    db.write(Priority::Interactive, |tx| {
        tx.execute("DELETE FROM import_skips WHERE import_id = $1", &[import_id.into()])?;
        tx.execute(
            "UPDATE imports SET state = 'undone', ended_at = $1 WHERE import_id = $2",
            &[now.into(), import_id.into()],
        )?;
        lease.end_in(tx)
    })?;
    lease.ended();
    Ok(())
}

/// Finishes what a crash interrupted, unless another node works on it.
///
/// # Errors
/// When the database says no.
pub fn finish_undos(community: &Community, now: Micros) -> Result<()> {
    let open = community.db().read(|c| {
        c.query(
            "SELECT import_id, public_id FROM imports WHERE state = 'undoing' ORDER BY import_id DESC",
            &[],
            |r| Ok((r.int(0)?, r.text(1)?)),
        )
    })?;
    for (import_id, id) in open {
        let Some(lease) = Lease::take(community.db(), &id, TASK)? else { continue };
        // Another node may have finished it between the list and the lease.
        let state = community.db().read(|c| record::get(c, &id))?.state;
        if state == ImportState::Undoing {
            given_back(finish(community, &lease, (import_id, now), &mut |_| {}), &lease)?;
        }
    }
    Ok(())
}
