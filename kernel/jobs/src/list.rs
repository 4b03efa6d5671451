//! What is in the queue, for commands.

use crate::BELL;
use crate::schedule::KEY;
use base::{Error, Micros, Result};
use serde::Serialize;
use store::{Conn, Db, Priority};

/// How long a dead job stays.
const DEAD_KEPT: Micros = 30 * 86_400 * 1_000_000;

/// The queue at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// Each kind that workers look for.
    pub kinds: Vec<KindRow>,
    /// Dead jobs first, then those that run, then those that are due next; at most as many as were asked for.
    pub jobs: Vec<JobRow>,
}

/// One kind of job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KindRow {
    /// Its name.
    pub kind: String,
    /// How many wait or run.
    pub open: i64,
    /// How many are dead.
    pub dead: i64,
    /// How many were done since the beginning.
    pub done: i64,
    /// How many attempts failed.
    pub failed: i64,
    /// When one was last done, UTC microseconds.
    pub done_at: Option<Micros>,
}

/// One job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobRow {
    /// Its number.
    pub id: i64,
    /// Its kind.
    pub kind: String,
    /// `waiting`, `running`, `scheduled` or `dead`.
    pub state: &'static str,
    /// Attempts begun.
    pub attempt: i64,
    /// When it is due, or when the lease of the one that runs ends, UTC microseconds.
    pub run_at: Option<Micros>,
    /// When it was put in.
    pub queued_at: Micros,
    /// What went wrong the last time.
    pub error: Option<String>,
}

/// Reads the queue.
///
/// # Errors
/// When the database says no.
pub fn list(c: &mut Conn<'_>, at_most: usize) -> Result<Listing> {
    let kinds = c.query(
        "SELECT k.kind,
           (SELECT count(*) FROM jobs j WHERE j.kind = k.kind AND j.died_at IS NULL),
           (SELECT count(*) FROM jobs j WHERE j.kind = k.kind AND j.died_at IS NOT NULL),
           k.done, k.failed, k.done_at
         FROM job_kinds k ORDER BY k.kind",
        &[],
        |r| {
            Ok(KindRow {
                kind: r.text(0)?,
                open: r.int(1)?,
                dead: r.int(2)?,
                done: r.int(3)?,
                failed: r.int(4)?,
                done_at: r.opt_int(5)?,
            })
        },
    )?;
    let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
    let jobs = c.query(
        "SELECT job_id, kind, dedupe_key, attempt, run_at, worker, queued_at, error FROM jobs
         ORDER BY CASE WHEN died_at IS NOT NULL THEN 0 WHEN worker IS NOT NULL THEN 1 ELSE 2 END, run_at, job_id
         LIMIT $1",
        &[at_most.into()],
        |r| {
            let run_at = r.opt_int(4)?;
            let state = match (run_at, r.opt_text(5)?, r.opt_text(2)?.as_deref()) {
                (None, _, _) => "dead",
                (_, Some(_), _) => "running",
                (_, None, Some(KEY)) => "scheduled",
                _ => "waiting",
            };
            Ok(JobRow {
                id: r.int(0)?,
                kind: r.text(1)?,
                state,
                attempt: r.int(3)?,
                run_at,
                queued_at: r.int(6)?,
                error: r.opt_text(7)?,
            })
        },
    )?;
    Ok(Listing { kinds, jobs })
}

/// Tries a dead job again, from its first attempt, at once; one that waits is made due.
///
/// # Errors
/// `NotFound` when there is none of this number, `Conflict` when it runs just now.
pub fn retry(tx: &mut Conn<'_>, id: i64, now: Micros) -> Result<()> {
    let changed = tx.execute(
        "UPDATE jobs SET run_at = $1, attempt = 0, died_at = NULL WHERE job_id = $2 AND worker IS NULL",
        &[now.into(), id.into()],
    )?;
    if changed > 0 {
        tx.ring(BELL);
        return Ok(());
    }
    let there = tx.query_opt("SELECT job_id FROM jobs WHERE job_id = $1", &[id.into()], |r| r.int(0))?;
    Err(match there {
        Some(_) => Error::conflict(format!("job {id} runs just now; wait until it is done or has failed")),
        None => Error::not_found(format!(
            "there is no job {id}: it is done, or was never there. `folkmoot jobs` lists them."
        )),
    })
}

/// The number of the job of this kind and key, while it is there: waiting, running or dead.
///
/// # Errors
/// When the database says no.
pub fn find(c: &mut Conn<'_>, kind: &str, key: &str) -> Result<Option<i64>> {
    let sql = "SELECT job_id FROM jobs WHERE kind = $1 AND dedupe_key = $2";
    c.query_opt(sql, &[kind.into(), key.into()], |r| r.int(0))
}

/// Removes dead jobs that nobody tried again for a month, and what was told long ago.
pub(crate) fn tidy(db: &Db, now: Micros) -> Result<()> {
    db.write(Priority::Bulk, |tx| crate::store::remove_dead(tx, now - DEAD_KEPT))?;
    crate::outbox::tidy(db, now)
}
