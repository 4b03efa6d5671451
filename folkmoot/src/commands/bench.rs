//! What the benchmarks call: filling a log, and asking the questions of a year.

use super::import::step;
use super::json;
use crate::cli::{BenchAskArgs, BenchFillArgs};
use crate::made;
use crate::out::Out;
use base::{Day, Error, Result};
use capability::App;
use community::read::Scope;
use community::{ActivityDraft, Batch, Ingestor, Kind, people};
use serde_json::json;
use std::time::Instant;
use store::Priority;

/// Fills the store with a generated log.
pub fn fill(app: &App, args: &BenchFillArgs, out: &mut dyn Out) -> Result<()> {
    let order = if args.by_time { demo::Order::Time } else { demo::Order::Channel };
    let bench = demo::Bench::new(args.activities, order, Day::of_micros(app.clock.now()));
    let summary = made::import(app, made::bench(bench), &mut |p| {
        step("Filling", p.records, args.activities, out);
    })?;
    let rate = summary.activities as f64 / summary.seconds.max(0.01);
    let holds: Vec<_> = app
        .db
        .holds()
        .iter()
        .map(|h| json!({ "at": h.place, "longest_ms": h.longest.as_secs_f64() * 1e3, "over_50_ms": h.long, "of": h.count }))
        .collect();
    out.line(&json(&json!({
        "activities": summary.activities,
        "seconds": summary.seconds,
        "rate": rate,
        "writer_holds": holds,
    }))?)
}

/// The questions of a year, asked together: by metric and options.
const YEAR: [(&str, &[(&str, &str)]); 5] = [
    ("active_members", &[("interval", "day")]),
    ("active_members", &[("interval", "week")]),
    ("active_members", &[("interval", "month")]),
    ("retention", &[("interval", "week"), ("periods", "12")]),
    ("lifecycle", &[("interval", "week")]),
];

/// Links a fifth of the identities, then asks the questions of the last year again and again, with one row taken
/// in before each time.
pub fn ask(app: &App, args: &BenchAskArgs, out: &mut dyn Out) -> Result<()> {
    link_a_fifth(app)?;
    let span = app.community.view(|v| v.span(&Scope::default()))?;
    let span = span.ok_or_else(|| Error::invalid("the log is empty; fill it with bench-fill first"))?;
    let (source_id, channel, actor) = app.community.db().read(|c| {
        c.query_one(
            "SELECT c.source_id, c.external_id, i.external_id FROM channels c
             JOIN identities i ON i.source_id = c.source_id ORDER BY c.channel_id, i.identity LIMIT 1",
            &[],
            |r| Ok((r.int(0)?, r.text(1)?, r.text(2)?)),
        )
    })?;
    let mut ingestor = Ingestor::new(source_id, 0);
    let mut times = Vec::new();
    for repeat in 0..args.repeats.max(1) {
        let now = app.clock.now();
        let at = span.last.start_micros() + i64::from(repeat);
        let draft = ActivityDraft {
            actor: Some(actor.clone()),
            ..ActivityDraft::new(Kind::MESSAGE_POSTED, at, format!("bench-{now}-{repeat}"), channel.clone())
        };
        app.community.db().write(Priority::Interactive, |tx| {
            ingestor.ingest(tx, Batch { activities: vec![draft], ..Batch::default() }, now)
        })?;
        let begun = Instant::now();
        for (id, options) in YEAR {
            let from = span.last.plus(-364).to_string();
            let options = options.iter().copied().chain([("from", from.as_str())]);
            insights::answer(&app.community, id, options)?;
        }
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let actives = app.community.view(|v| v.actives(&Scope::default(), Some(span.last.plus(-364))))?;
    let pairs: usize = actives.days.iter().map(|d| d.members.len()).sum();
    out.line(&json(&json!({
        "median_ms": times[times.len() / 2],
        "worst_ms": times.last(),
        "actives_a_day": pairs / actives.days.len().max(1),
    }))?)
}

fn link_a_fifth(app: &App) -> Result<()> {
    let db = app.community.db();
    let numbers: Vec<u32> = db.read(|c| {
        c.query("SELECT identity FROM identities ORDER BY identity", &[], |r| Ok(r.int(0)? as u32))
    })?;
    let linked = db.read(|c| c.query_one("SELECT count(*) FROM identity_links", &[], |r| r.int(0)))?;
    if linked > 0 {
        return Ok(());
    }
    let tenth = numbers.len() / 10;
    let pairs: Vec<(u32, u32)> =
        (0..tenth).map(|i| (numbers[i * 2], numbers[numbers.len() - 1 - i])).collect();
    for slice in pairs.chunks(200) {
        db.write(Priority::Bulk, |tx| {
            for (one, other) in slice {
                let both = people::identities(tx, &[*one, *other])?;
                if let [a, b] = both.as_slice() {
                    people::link(tx, a, b, "made up for the benchmark", "bench", app.clock.now())?;
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}
