//! The desk under load: a mix of pages at a steady rate, as several people would open them; beside it open event
//! streams, one for each desk that stands open, and an import.

use crate::http;
use crate::product::{Product, Server};
use crate::run::Arguments;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Threads that ask; more than the rate can keep busy, so that a slow answer delays no other question.
const ASKERS: usize = 32;

/// `cargo xtask load`: 70 % lists and profiles, 20 % Today, 10 % Health, on a folder that was filled before.
pub(crate) fn load(arguments: &[String]) -> Result<bool, String> {
    let mut arguments = Arguments::new(arguments);
    let data = arguments.value("--data")?.ok_or("--data names a folder that `bench-fill` has filled")?;
    let number = |text: Option<String>, usual: u64| match text {
        None => Ok(usual),
        Some(text) => text.parse::<u64>().map_err(|_| format!("\"{text}\" is no number")),
    };
    let rate = number(arguments.value("--rate")?, 200)?.max(1);
    let seconds = number(arguments.value("--seconds")?, 30)?.clamp(1, 600);
    let streams = number(arguments.value("--streams")?, 0)?.min(1_000);
    let import = arguments.value("--import")?.map(PathBuf::from);
    let format = arguments.value("--format")?.unwrap_or_else(|| "activities".into());
    let named = arguments.value("--bin")?;
    arguments.done()?;
    let product = Product::find(named)?;
    let data = PathBuf::from(data);
    let token = product.token(&data)?;
    let server = product.serve(&data)?;
    let pages = Pages::find(&server, &token)?;
    let questions: Vec<(&'static str, String)> =
        (0..rate * seconds).map(|n| pages.pick(scattered(n))).collect();
    // Everything once, so that caches are as they are in the middle of a day.
    for (_, path) in questions.iter().take(100) {
        server.get(path, Some(&token))?;
    }
    let streams = Streams::open(&server, &token, streams)?;
    let import = match import {
        Some(path) => Some(Import::begin(&product, &server, &token, (&data, &format, &path))?),
        None => None,
    };
    let times = ask(&server, &token, &questions, rate)?;
    print(&times, rate, seconds, server.id());
    streams.print();
    if let Some(import) = import {
        import.print(&server, &token)?;
    }
    Ok(true)
}

/// Event streams that stand open until the server ends.
struct Streams {
    open: u64,
    heard: Arc<AtomicUsize>,
}

impl Streams {
    fn open(server: &Server, token: &str, open: u64) -> Result<Self, String> {
        let heard = Arc::new(AtomicUsize::new(0));
        for _ in 0..open {
            let lines = http::stream(server.address(), "/desk/events", token)?;
            let heard = Arc::clone(&heard);
            std::thread::spawn(move || {
                let topics = lines.map_while(Result::ok).filter(|l| l == "event: topic");
                for _ in topics {
                    heard.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        Ok(Self { open, heard })
    }

    fn print(&self) {
        if self.open > 0 {
            println!(
                "\n{} open event streams heard {} topics",
                self.open,
                self.heard.load(Ordering::Relaxed)
            );
        }
    }
}

/// An import that the server carries out meanwhile. It is not waited for: what ends first ends the other.
struct Import {
    client: Child,
    begun: Instant,
    rows: u64,
}

impl Import {
    fn begin(
        product: &Product,
        server: &Server,
        token: &str,
        (data, format, path): (&Path, &str, &Path),
    ) -> Result<Self, String> {
        let rows = rows(server, token)?;
        let mut client = product
            .command(&["import", format, "--source", "load", "--data"])
            .args([data, path])
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|e| format!("{}: {e}", product.path.display()))?;
        let begun = Instant::now();
        // The first rows are in: what is measured is measured while it runs.
        while self::rows(server, token)? == rows {
            if matches!(client.try_wait(), Ok(Some(_))) || begun.elapsed() > Duration::from_secs(60) {
                return Err(format!("nothing of {} came in; see what the import says above", path.display()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(Self { client, begun, rows })
    }

    fn print(mut self, server: &Server, token: &str) -> Result<(), String> {
        let taken = rows(server, token)?.saturating_sub(self.rows);
        let ended = if matches!(self.client.try_wait(), Ok(None)) { "still running" } else { "at its end" };
        let rate = taken as f64 / self.begun.elapsed().as_secs_f64();
        println!("\nthe import beside it took in {taken} rows, {rate:.0} a second, and is {ended}");
        // It ends with the server.
        let _ = self.client.kill();
        let _ = self.client.wait();
        Ok(())
    }
}

/// The rows of all imports so far.
fn rows(server: &Server, token: &str) -> Result<u64, String> {
    let answer = server.get("/api/v1/imports", Some(token))?;
    let answer: Value = serde_json::from_slice(&answer.body).map_err(|e| format!("/api/v1/imports: {e}"))?;
    let list = answer["items"].as_array().cloned().unwrap_or_default();
    Ok(list.iter().filter_map(|i| i["summary"]["records"].as_u64()).sum())
}

/// The addresses of the mix.
struct Pages {
    lists: Vec<String>,
    profiles: Vec<String>,
}

impl Pages {
    fn find(server: &Server, token: &str) -> Result<Self, String> {
        let mut lists: Vec<String> = ["/desk/members", "/desk/conversations", "/desk/channels"]
            .map(str::to_owned)
            .into_iter()
            .collect();
        let mut profiles = Vec::new();
        for list in &lists {
            let page = server.get(list, Some(token))?;
            if page.status != 200 {
                return Err(format!("{list} answers {}", page.status));
            }
            let text = String::from_utf8_lossy(&page.body).into_owned();
            profiles.extend(links(&text, &format!("{list}/")).into_iter().take(40));
        }
        lists.extend(["/desk/members?state=quiet", "/desk/members?sort=active"].map(str::to_owned));
        if profiles.is_empty() {
            return Err("the lists lead nowhere: is the folder filled?".into());
        }
        Ok(Self { lists, profiles })
    }

    /// A page of the mix for a number from 0 to 2³².
    fn pick(&self, random: u64) -> (&'static str, String) {
        let of = |paths: &[String]| paths[(random >> 8) as usize % paths.len()].clone();
        match random % 100 {
            0..35 => ("lists", of(&self.lists)),
            35..70 => ("profiles", of(&self.profiles)),
            70..90 => ("today", "/desk/today".into()),
            _ => ("health", "/desk/health".into()),
        }
    }
}

/// Addresses in a page that begin so and have one more part.
fn links(page: &str, start: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in page.split("href=\"").skip(1) {
        let Some((address, _)) = rest.split_once('"') else { continue };
        let Some(part) = address.strip_prefix(start) else { continue };
        let id = part.starts_with("idn_") || part.bytes().all(|b| b.is_ascii_digit());
        if !part.is_empty() && id && !found.iter().any(|f| f == address) {
            found.push(address.to_owned());
        }
    }
    found
}

/// The same for every run, without a pattern (splitmix64).
fn scattered(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) >> 32
}

/// Times by kind of page, from the moment at which a question was due.
type Times = BTreeMap<&'static str, Vec<Duration>>;

fn ask(
    server: &Server,
    token: &str,
    questions: &[(&'static str, String)],
    rate: u64,
) -> Result<Times, String> {
    let next = AtomicUsize::new(0);
    let times = Mutex::new(Times::new());
    let failed = Mutex::new(None);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..ASKERS {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some((kind, path)) = questions.get(n) else { break };
                    let due = begun + Duration::from_micros(n as u64 * 1_000_000 / rate);
                    if let Some(early) = due.checked_duration_since(Instant::now()) {
                        std::thread::sleep(early);
                    }
                    let answer = http::get(server.address(), path, Some(token));
                    let took = due.elapsed();
                    match answer {
                        Ok(answer) if answer.status == 200 => {
                            if let Ok(mut times) = times.lock() {
                                times.entry(kind).or_default().push(took);
                            }
                        }
                        Ok(answer) => note(&failed, format!("{path} answers {}", answer.status)),
                        Err(e) => note(&failed, e),
                    }
                }
            });
        }
    });
    if let Some(why) = failed.into_inner().map_err(|e| e.to_string())? {
        return Err(why);
    }
    times.into_inner().map_err(|e| e.to_string())
}

fn note(failed: &Mutex<Option<String>>, why: String) {
    if let Ok(mut failed) = failed.lock() {
        failed.get_or_insert(why);
    }
}

fn print(times: &Times, rate: u64, seconds: u64, process: u32) {
    println!("{rate} requests a second for {seconds} s, timed from the moment each was due\n");
    println!("| pages | requests | median | 95 % | 99 % | longest |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let all: Vec<Duration> = times.values().flatten().copied().collect();
    for (name, mut list) in times.iter().map(|(n, l)| (*n, l.clone())).chain([("all", all)]) {
        list.sort_unstable();
        let at = |share: f64| list[((list.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        println!(
            "| {name} | {} | {:.1} ms | {:.1} ms | {:.1} ms | {:.1} ms |",
            list.len(),
            at(0.5),
            at(0.95),
            at(0.99),
            at(1.0)
        );
    }
    if let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/status")) {
        for line in status.lines().filter(|l| l.starts_with("VmRSS") || l.starts_with("RssAnon")) {
            println!("\n{line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_one_thing_are_found_once() {
        let page = "<a href=\"/desk/members/idn_1\">a</a><a href=\"/desk/members/idn_1\">b</a>\
                    <a href=\"/desk/members/suggestions\">c</a><a href=\"/desk/channels/12\">d</a>";
        assert_eq!(links(page, "/desk/members/"), ["/desk/members/idn_1"]);
        assert_eq!(links(page, "/desk/channels/"), ["/desk/channels/12"]);
    }

    #[test]
    fn the_mix_is_what_it_says() {
        let pages = Pages { lists: vec!["/l".into()], profiles: vec!["/p".into()] };
        let mut counts = BTreeMap::new();
        for n in 0..10_000 {
            *counts.entry(pages.pick(scattered(n)).0).or_insert(0) += 1;
        }
        assert!((6_700..7_300).contains(&(counts["lists"] + counts["profiles"])), "{counts:?}");
        assert!((1_800..2_200).contains(&counts["today"]), "{counts:?}");
    }
}
