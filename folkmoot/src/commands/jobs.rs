//! `folkmoot jobs`: what works in the background, and what failed there.

use super::json;
use crate::cli::{JobsAction, JobsArgs};
use crate::out::{Out, aligned, when};
use base::Result;
use capability::App;
use store::Priority;

/// Jobs that are listed.
const LISTED: usize = 100;

/// Lists the queue, or tries a job again.
pub fn jobs(app: &App, args: &JobsArgs, out: &mut dyn Out) -> Result<()> {
    if let Some(JobsAction::Retry { id }) = &args.action {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| jobs::retry(tx, *id, now))?;
        return if args.json {
            out.line(&json(&serde_json::json!({ "id": id, "state": "waiting" }))?)
        } else {
            out.line(&format!("job {id} is tried again"))
        };
    }
    let listing = app.db.read(|c| jobs::list(c, LISTED))?;
    if args.json {
        return out.line(&json(&listing)?);
    }
    let at = |at: Option<i64>| at.map_or_else(|| "–".to_owned(), when);
    let kinds: Vec<Vec<String>> = listing
        .kinds
        .iter()
        .map(|k| {
            let counts = [k.open, k.dead, k.done, k.failed].map(|n| n.to_string());
            [vec![k.kind.clone()], counts.to_vec(), vec![at(k.done_at)]].concat()
        })
        .collect();
    let head = ["kind", "open", "dead", "done", "failed attempts", "last done (UTC)"];
    aligned(&head, &kinds).iter().try_for_each(|l| out.line(l))?;
    if listing.jobs.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let rows: Vec<Vec<String>> = listing
        .jobs
        .iter()
        .map(|j| {
            let error = j.error.clone().unwrap_or_default();
            vec![
                j.id.to_string(),
                j.kind.clone(),
                j.state.to_owned(),
                j.attempt.to_string(),
                at(j.run_at),
                error,
            ]
        })
        .collect();
    aligned(&["job", "kind", "state", "attempts", "due (UTC)", "error"], &rows)
        .iter()
        .try_for_each(|l| out.line(l))
}

/// `folkmoot secrets rotate`: a new key for everything that is sealed.
pub fn secrets(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let n = capability::secrets::rotate(app)?;
    if as_json {
        out.line(&json(&serde_json::json!({ "sealed_anew": n }))?)
    } else {
        out.line(&format!("{n} secrets were sealed with the present key"))
    }
}

/// `folkmoot bench-jobs`: how many durable jobs a second.
pub fn bench(app: &App, n: u64, out: &mut dyn Out) -> Result<()> {
    let took = jobs::bench(&app.db, &app.clock, n)?;
    let rate = |d: std::time::Duration| (n as f64 / d.as_secs_f64()).round();
    out.line(&format!(
        "{n} jobs: put in {}/s, claimed, run and ended {}/s",
        rate(took.putting_in),
        rate(took.running)
    ))
}

/// `folkmoot bench-webhooks`: how many deliveries a second to a receiver in this process.
pub fn bench_webhooks(app: &App, sizes: (u32, u32), failing: &str, out: &mut dyn Out) -> Result<()> {
    let took = webhooks::bench(app, sizes, webhooks::Failing::parse(failing)?)?;
    out.line(&format!(
        "{} deliveries to the endpoints that work: {}/s; the slowest of them had its last after {:.2} s, the fastest after {:.2} s",
        took.delivered,
        (took.delivered as f64 / took.slowest.as_secs_f64()).round(),
        took.slowest.as_secs_f64(),
        took.fastest.as_secs_f64()
    ))
}
