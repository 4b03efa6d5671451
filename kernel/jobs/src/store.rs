//! Every statement of the queue.

use crate::schedule::KEY;
use crate::{Job, NewJob, Urgency};
use base::{Error, Micros, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use store::{Conn, Param};

/// How many jobs one statement ends.
const TOGETHER: usize = 16;

pub(crate) fn insert(tx: &mut Conn<'_>, job: &NewJob<'_>, now: Micros) -> Result<Option<i64>> {
    tx.query_opt(
        "INSERT INTO jobs (kind, dedupe_key, urgency, payload, attempt, run_at, queued_at)
         VALUES ($1, $2, $3, $4, 0, $5, $6)
         ON CONFLICT (kind, dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING RETURNING job_id",
        &[
            job.kind.into(),
            job.key.into(),
            job.urgency.number().into(),
            (&job.payload.to_string()).into(),
            job.run_at.into(),
            now.into(),
        ],
        |r| r.int(0),
    )
}

/// Says that workers look for a kind.
pub(crate) fn know_kind(tx: &mut Conn<'_>, kind: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO job_kinds (kind, done, failed, died) VALUES ($1, 0, 0, 0) ON CONFLICT (kind) DO NOTHING",
        &[kind.into()],
    )
    .map(|_| ())
}

/// Puts a schedule in, or makes one that waits for a later time due at `next_at`.
pub(crate) fn know_schedule(tx: &mut Conn<'_>, name: &str, next_at: Micros, now: Micros) -> Result<()> {
    let job =
        NewJob { kind: name, key: Some(KEY), payload: &Value::Null, run_at: next_at, urgency: Urgency::Soon };
    insert(tx, &job, now)?;
    tx.execute(
        "UPDATE jobs SET run_at = $1 WHERE kind = $2 AND dedupe_key = $3 AND worker IS NULL AND run_at > $1",
        &[next_at.into(), name.into(), KEY.into()],
    )
    .map(|_| ())
}

/// What is due first: for each kind and urgency, when.
pub(crate) fn first_due(c: &mut Conn<'_>) -> Result<Vec<(String, i64, Micros)>> {
    let mut found = Vec::new();
    c.for_each(
        "SELECT k.kind,
           (SELECT MIN(j.run_at) FROM jobs j WHERE j.kind = k.kind AND j.urgency = 0),
           (SELECT MIN(j.run_at) FROM jobs j WHERE j.kind = k.kind AND j.urgency = 1),
           (SELECT MIN(j.run_at) FROM jobs j WHERE j.kind = k.kind AND j.urgency = 2)
         FROM job_kinds k",
        &[],
        |r| {
            let kind = r.text(0)?;
            for urgency in Urgency::ALL {
                let number = urgency.number();
                if let Some(at) = r.opt_int(number as usize + 1)? {
                    found.push((kind.clone(), number, at));
                }
            }
            Ok(())
        },
    )?;
    Ok(found)
}

/// What a worker takes.
pub(crate) struct Claim<'a> {
    pub kind: &'a str,
    pub urgency: i64,
    pub worker: &'a str,
    pub now: Micros,
    pub lease_until: Micros,
    pub at_most: usize,
}

/// Takes jobs that are due, each for one worker alone: those that were due first.
pub(crate) fn claim(tx: &mut Conn<'_>, claim: &Claim<'_>) -> Result<Vec<Job>> {
    let skip = tx.skip_locked();
    let sql = format!(
        "WITH due AS MATERIALIZED (
           SELECT job_id FROM jobs WHERE kind = $1 AND urgency = $2 AND run_at <= $3
           ORDER BY run_at LIMIT $4{skip})
         UPDATE jobs SET attempt = attempt + 1, worker = $5, began_at = $3, run_at = $6
         WHERE job_id IN (SELECT job_id FROM due)
         RETURNING job_id, dedupe_key, payload, attempt"
    );
    let at_most = i64::try_from(claim.at_most).unwrap_or(i64::MAX);
    let mut jobs = tx.query(
        &sql,
        &[
            claim.kind.into(),
            claim.urgency.into(),
            claim.now.into(),
            at_most.into(),
            claim.worker.into(),
            claim.lease_until.into(),
        ],
        |r| {
            let payload = serde_json::from_str(&r.text(2)?)
                .map_err(|e| Error::internal(format!("the payload of a job is no JSON: {e}")))?;
            Ok(Job {
                id: r.int(0)?,
                kind: claim.kind.to_owned(),
                key: r.opt_text(1)?,
                payload,
                attempt: u32::try_from(r.int(3)?).unwrap_or(u32::MAX),
                due_at: claim.now,
                worker: claim.worker.to_owned(),
                next_at: None,
            })
        },
    )?;
    jobs.sort_by_key(|j| j.id);
    Ok(jobs)
}

/// Renews leases.
pub(crate) fn renew(tx: &mut Conn<'_>, ids: &[i64], worker: &str, lease_until: Micros) -> Result<()> {
    for ids in ids.chunks(TOGETHER) {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = together(ids);
        tx.execute(
            "UPDATE jobs SET run_at = $1 WHERE worker = $2
               AND job_id IN ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
            &[lease_until.into(), worker.into(), a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p],
        )?;
    }
    Ok(())
}

/// Ends jobs that are done and come from no schedule.
pub(crate) fn finish_many(tx: &mut Conn<'_>, ids: &[i64], worker: &str) -> Result<()> {
    for ids in ids.chunks(TOGETHER) {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = together(ids);
        tx.execute(
            "DELETE FROM jobs WHERE worker = $1
               AND job_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            &[worker.into(), a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p],
        )?;
    }
    Ok(())
}

/// As many parameters as one statement takes; no job has the number 0.
fn together(ids: &[i64]) -> [Param<'static>; TOGETHER] {
    std::array::from_fn(|n| ids.get(n).copied().unwrap_or(0).into())
}

/// Ends a job, or makes that of a schedule due again; whether it was still this worker's.
pub(crate) fn finish_one(tx: &mut Conn<'_>, job: &Job) -> Result<bool> {
    let attempt = i64::from(job.attempt);
    let changed = match job.next_at {
        None => tx.execute(
            "DELETE FROM jobs WHERE job_id = $1 AND worker = $2 AND attempt = $3",
            &[job.id.into(), (&job.worker).into(), attempt.into()],
        )?,
        Some(next_at) => tx.execute(
            "UPDATE jobs SET run_at = $1, worker = NULL, attempt = 0, error = NULL, began_at = NULL
             WHERE job_id = $2 AND worker = $3 AND attempt = $4",
            &[next_at.into(), job.id.into(), (&job.worker).into(), attempt.into()],
        )?,
    };
    Ok(changed > 0)
}

/// Puts a job that failed back until `run_at`, with so many attempts behind it.
pub(crate) fn put_back(
    tx: &mut Conn<'_>,
    job: &Job,
    run_at: Micros,
    attempt: u32,
    error: &str,
) -> Result<()> {
    tx.execute(
        "UPDATE jobs SET run_at = $1, worker = NULL, error = $2, attempt = $3
         WHERE job_id = $4 AND worker = $5 AND attempt = $6",
        &[
            run_at.into(),
            error.into(),
            attempt.into(),
            job.id.into(),
            (&job.worker).into(),
            i64::from(job.attempt).into(),
        ],
    )
    .map(|_| ())
}

/// Puts back what was taken and not begun, as if it had never been taken.
pub(crate) fn give_back(tx: &mut Conn<'_>, job: &Job) -> Result<()> {
    tx.execute(
        "UPDATE jobs SET run_at = $1, worker = NULL, attempt = attempt - 1
         WHERE job_id = $2 AND worker = $3 AND attempt = $4",
        &[job.due_at.into(), job.id.into(), (&job.worker).into(), i64::from(job.attempt).into()],
    )
    .map(|_| ())
}

/// Says that a job failed for good.
pub(crate) fn bury(tx: &mut Conn<'_>, job: &Job, error: &str, now: Micros) -> Result<()> {
    tx.execute(
        "UPDATE jobs SET run_at = NULL, worker = NULL, died_at = $1, error = $2
         WHERE job_id = $3 AND worker = $4 AND attempt = $5",
        &[now.into(), error.into(), job.id.into(), (&job.worker).into(), i64::from(job.attempt).into()],
    )
    .map(|_| ())
}

/// What was done of one kind since it was counted the last time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub done: i64,
    pub failed: i64,
    pub died: i64,
}

/// Adds what was done, in the order of names, so that two nodes that count at once do not wait for one another.
pub(crate) fn count(tx: &mut Conn<'_>, counts: &BTreeMap<&'static str, Counts>, now: Micros) -> Result<()> {
    for (kind, n) in counts {
        tx.execute(
            "UPDATE job_kinds SET done = done + $1, failed = failed + $2, died = died + $3, done_at = $4
             WHERE kind = $5",
            &[n.done.into(), n.failed.into(), n.died.into(), now.into(), (*kind).into()],
        )?;
    }
    Ok(())
}

/// Removes dead jobs that nobody tried again.
pub(crate) fn remove_dead(tx: &mut Conn<'_>, before: Micros) -> Result<u64> {
    tx.execute("DELETE FROM jobs WHERE died_at < $1", &[before.into()])
}
