//! What the benchmarks call: the search index brought up to the log, and searches for words as frequent as words
//! are.

use super::json;
use crate::cli::BenchSearchArgs;
use crate::out::Out;
use base::{Error, Result};
use capability::App;
use community::search::{self, Query, Search, Sort};
use serde_json::json;
use std::time::Instant;

/// Hits on one page.
const PAGE: usize = 25;

/// Brings the index up, then searches for pairs of words, each drawn by document frequency: a word out of a message
/// that was drawn at random.
pub fn run(app: &App, args: &BenchSearchArgs, out: &mut dyn Out) -> Result<()> {
    let held_before = app.db.longest_write_micros();
    let begun = Instant::now();
    let indexed = search::follow(&app.db, app.stop_flag())?;
    let seconds = begun.elapsed().as_secs_f64();
    let held = app.db.longest_write_micros();
    let pairs = pairs(app, args)?;
    // The names of everybody are read once after a change.
    let begun = Instant::now();
    app.db.read(|c| Search::open(&app.community, c).map(|_| ()))?;
    let names = begun.elapsed();
    let (mut best, mut newest, mut found) = (Vec::new(), Vec::new(), 0);
    for text in &pairs {
        let query = Query::parse(text)?;
        for (sort, times) in [(Sort::Best, &mut best), (Sort::Newest, &mut newest)] {
            let begun = Instant::now();
            let hits =
                app.db.read(|c| Search::open(&app.community, c)?.messages(&query, sort, None, PAGE))?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            found += hits.found;
        }
    }
    best.sort_by(f64::total_cmp);
    newest.sort_by(f64::total_cmp);
    let at = |times: &[f64], share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    out.line(&json(&json!({
        "indexed": indexed,
        "seconds": seconds,
        "rate": indexed as f64 / seconds.max(0.001),
        "longest_write_ms": (held > held_before || held_before == 0).then_some(held as f64 / 1e3),
        "names_ms": names.as_secs_f64() * 1e3,
        "searches": pairs.len(),
        "median_ms": at(&best, 0.5),
        "p95_ms": at(&best, 0.95),
        "worst_ms": at(&best, 1.0),
        "newest_p95_ms": at(&newest, 0.95),
        "found_on_average": found / (2 * pairs.len()),
    }))?)
}

fn pairs(app: &App, args: &BenchSearchArgs) -> Result<Vec<String>> {
    let newest =
        app.db.read(|c| c.query_one("SELECT COALESCE(MAX(seq), 0) FROM messages", &[], |r| r.int(0)))?;
    if newest == 0 {
        return Err(Error::invalid("the log is empty; fill it with bench-fill first"));
    }
    let mut random = args.seed;
    let mut draw = |n: u64| {
        // SplitMix64, the same on every machine.
        random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (random ^ (random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n.max(1)
    };
    let mut words = Vec::new();
    while words.len() < 2 * args.queries.max(1) as usize {
        let seq = draw(newest as u64) as i64 + 1;
        let text = app.db.read(|c| {
            c.query_opt(
                "SELECT text FROM messages WHERE seq >= $1 AND text IS NOT NULL ORDER BY seq LIMIT 1",
                &[seq.into()],
                |r| r.text(0),
            )
        })?;
        let mut of_text = text.map(|t| search::words(&t)).unwrap_or_default();
        of_text.sort_unstable();
        of_text.dedup();
        if !of_text.is_empty() {
            words.push(of_text.swap_remove(draw(of_text.len() as u64) as usize));
        }
    }
    Ok(words.chunks(2).map(|pair| pair.join(" ")).collect())
}
