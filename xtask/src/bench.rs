//! Measures the product as a person would meet it: imports, memory, size on disk, start, answers.

use crate::product::{Product, Server};
use crate::run::{self, Arguments, Scratch};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What the Health page asks, as address and the words for the table.
const QUESTIONS: [(&str, &str); 14] = [
    ("active_members?interval=day", "active members by day"),
    ("active_members?interval=week", "by week"),
    ("active_members?interval=month", "by month"),
    ("rolling_active_members?window=28", "rolling 28 days"),
    ("stickiness?basis=month", "stickiness"),
    ("lifecycle?interval=week", "lifecycle by week"),
    ("retention?interval=week&mode=exact&periods=12", "retention, 12 weeks"),
    ("retention_day?day=7&mode=exact", "retention, day 7"),
    ("time_to_first_response?interval=week", "time to first response"),
    ("answered_rate?interval=week", "answered rate"),
    ("concentration", "concentration"),
    ("messages?interval=week", "messages"),
    ("members?interval=week", "members"),
    ("newcomers_answered?interval=week", "newcomers answered"),
];
/// Pages opened before memory is read.
const PAGES: [&str; 25] = [
    "/signin",
    "/desk/today",
    "/desk/health",
    "/desk/health/cards/lead",
    "/desk/health/report",
    "/desk/members",
    "/desk/members/suggestions",
    "/desk/members/links",
    "/desk/channels",
    "/desk/conversations",
    "/desk/search",
    "/desk/search?q=the",
    "/desk/palette?q=an",
    "/desk/contacts",
    "/desk/sources",
    "/desk/sources/import",
    "/desk/settings/community",
    "/desk/settings/people",
    "/desk/settings/answers",
    "/desk/settings/accounts",
    "/desk/settings/roles",
    "/desk/settings/audit",
    "/desk/settings/webhooks",
    "/desk/help",
    "/desk/notices",
];
const REPEATS: usize = 5;

/// One measured log.
struct Measured {
    name: String,
    activities: u64,
    import: Duration,
    /// Peak anonymous memory of the import, bytes.
    peak: u64,
    /// Bytes of the data folder.
    size: u64,
    start: Duration,
    /// Anonymous and resident memory of the idle server, bytes.
    idle: (u64, u64),
    /// A year of actives by day, week and month, 12-week retention and lifecycle together, in milliseconds:
    /// in-process, a fifth of the identities linked, a row taken in before each of 15 times; and the mean actives
    /// a day.
    year: (f64, u64),
    /// By question: the median of the answers; `None` where the metric does not answer.
    answers: Vec<Option<Duration>>,
}

/// `cargo xtask bench`.
pub(crate) fn bench(arguments: &[String]) -> Result<bool, String> {
    let mut arguments = Arguments::new(arguments);
    let sizes = arguments.value("--sizes")?.unwrap_or_else(|| "1000000,5000000".into());
    let orders = arguments.value("--orders")?.unwrap_or_else(|| "channel,time".into());
    let export = arguments.value("--export")?;
    let format = arguments.value("--format")?.unwrap_or_else(|| "discord".into());
    let named = arguments.value("--bin")?;
    arguments.done()?;
    let product = if named.is_some() { Product::find(named)? } else { Product::build("release")? };
    let mut measured = Vec::new();
    for size in sizes.split(',').filter(|s| !s.is_empty()) {
        for order in orders.split(',').filter(|o| !o.is_empty()) {
            let name =
                format!("{} M, by {order}", size.parse::<f64>().map_err(|e| format!("{size}: {e}"))? / 1e6);
            let mut command = vec!["bench-fill", "--activities", size];
            match order {
                "time" => command.push("--by-time"),
                "channel" => {}
                other => return Err(format!("--orders takes channel and time, not \"{other}\"")),
            }
            command.push("--data");
            measured.push(measure(&product, &name, &command, size.parse().ok())?);
        }
    }
    if let Some(path) = export {
        let command = ["import", &format, &path, "--source", "export", "--json", "--data"];
        measured.push(measure(&product, "an export", &command, None)?);
    }
    print!("{}", table(&measured));
    Ok(true)
}

fn measure(product: &Product, name: &str, command: &[&str], size: Option<u64>) -> Result<Measured, String> {
    eprintln!("measuring: {name}");
    let data = Scratch::new("bench")?;
    let started = Instant::now();
    let (said, peak) = watched(product.command(command).arg(data.path()))?;
    let import = started.elapsed();
    let summary: Value =
        said.lines().last().and_then(|l| serde_json::from_str(l).ok()).unwrap_or(Value::Null);
    let activities = size.or(summary["activities"].as_u64()).ok_or("the import does not say what it took")?;
    let (said, _) = watched(product.command(&["bench-ask", "--data"]).arg(data.path()))?;
    let year: Value = said.lines().last().and_then(|l| serde_json::from_str(l).ok()).unwrap_or(Value::Null);
    let year =
        (year["median_ms"].as_f64().unwrap_or(f64::NAN), year["actives_a_day"].as_u64().unwrap_or_default());
    // An idle server has no index to bring up any more.
    watched(product.command(&["bench-search", "--data"]).arg(data.path()))?;
    let token = product.token(data.path())?;
    let server = product.serve(data.path())?;
    let start = server.first_answer()?;
    let answers = QUESTIONS.iter().map(|(question, _)| median_answer(&server, question, &token)).collect();
    for page in PAGES {
        server.get(page, Some(&token))?;
    }
    for (question, _) in QUESTIONS {
        let metric = question.split('?').next().unwrap_or_default();
        server.get(&format!("/desk/health/cards/{metric}"), Some(&token))?;
        server.get(&format!("/desk/health/{metric}"), Some(&token))?;
    }
    std::thread::sleep(Duration::from_secs(3));
    let idle = (memory(server.id(), "RssAnon"), memory(server.id(), "VmRSS"));
    drop(server);
    let size = folder_size(data.path());
    Ok(Measured { name: name.to_owned(), activities, import, peak, size, start, idle, year, answers })
}

/// Runs a command and returns what it printed and its peak of anonymous memory.
fn watched(command: &mut Command) -> Result<(String, u64), String> {
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("the product does not run: {e}"))?;
    let (id, over) = (child.id(), Arc::new(AtomicBool::new(false)));
    let seen = over.clone();
    let watcher = std::thread::spawn(move || {
        let mut peak = 0;
        while !seen.load(Ordering::Relaxed) {
            peak = peak.max(memory(id, "RssAnon"));
            std::thread::sleep(Duration::from_millis(20));
        }
        peak
    });
    let done = child.wait_with_output().map_err(|e| e.to_string());
    over.store(true, Ordering::Relaxed);
    let peak = watcher.join().unwrap_or(0);
    let done = done?;
    if !done.status.success() {
        return Err(format!("the import failed:\n{}", String::from_utf8_lossy(&done.stderr)));
    }
    Ok((String::from_utf8_lossy(&done.stdout).into_owned(), peak))
}

/// A line of `/proc/PID/status` in bytes; 0 when there is none.
fn memory(id: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(':'));
    line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

fn median_answer(server: &Server, question: &str, token: &str) -> Option<Duration> {
    let path = format!("/api/v1/metrics/{question}");
    let mut times = Vec::with_capacity(REPEATS);
    for _ in 0..REPEATS {
        let asked = Instant::now();
        let answer = server.get(&path, Some(token)).ok()?;
        (answer.status == 200).then_some(())?;
        times.push(asked.elapsed());
    }
    times.sort();
    times.get(REPEATS / 2).copied()
}

fn folder_size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let size =
        |path: &Path| if path.is_dir() { folder_size(path) } else { path.metadata().map_or(0, |m| m.len()) };
    entries.map(|entry| size(&entry.path())).sum()
}

/// The table for `docs/benchmarks.md`.
fn table(measured: &[Measured]) -> String {
    let mut out = format!("{}\n\n|", machine());
    let row = |name: &str, cells: &mut dyn Iterator<Item = String>| {
        format!("| {name} | {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    out.pop();
    out.push_str(&row("", &mut measured.iter().map(|m| m.name.clone())));
    out.push_str(&row("---", &mut measured.iter().map(|_| "---:".to_owned())));
    out.push_str(&row("activities", &mut measured.iter().map(|m| thousands(m.activities))));
    let rate = |m: &Measured| thousands((m.activities as f64 / m.import.as_secs_f64()) as u64);
    out.push_str(&row("imported per second", &mut measured.iter().map(rate)));
    let seconds = |m: &Measured| format!("{:.1} s", m.import.as_secs_f64());
    out.push_str(&row("import", &mut measured.iter().map(seconds)));
    out.push_str(&row("peak anonymous memory", &mut measured.iter().map(|m| mebibytes(m.peak))));
    out.push_str(&row("data folder", &mut measured.iter().map(|m| mebibytes(m.size))));
    out.push_str(&row("start to first answer", &mut measured.iter().map(|m| milliseconds(m.start))));
    out.push_str(&row("idle memory, anonymous", &mut measured.iter().map(|m| mebibytes(m.idle.0))));
    out.push_str(&row("idle memory, resident", &mut measured.iter().map(|m| mebibytes(m.idle.1))));
    let year = |m: &Measured| format!("{:.1} ms", m.year.0);
    out.push_str(&row("a year's actives, retention and lifecycle together", &mut measured.iter().map(year)));
    out.push_str(&row("actives a day in that year", &mut measured.iter().map(|m| thousands(m.year.1))));
    for (number, (_, name)) in QUESTIONS.iter().enumerate() {
        let cell = |m: &Measured| m.answers[number].map_or_else(|| "–".to_owned(), milliseconds);
        out.push_str(&row(name, &mut measured.iter().map(cell)));
    }
    out
}

/// The machine in one line.
fn machine() -> String {
    let line = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let found = text.lines().find(|l| l.starts_with(name)).and_then(|l| l.split_once(':'));
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_else(|| "unknown".into())
    };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let kilobytes = line("/proc/meminfo", "MemTotal");
    let memory = kilobytes.split(' ').next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) >> 20;
    let compiler = run::output(run::command("rustc").arg("--version")).unwrap_or_default();
    format!(
        "{}, {cores} cores, {memory} GiB, {}. Answers are measured at a client on the same machine, median of {REPEATS}.",
        line("/proc/cpuinfo", "model name"),
        compiler.trim()
    )
}

fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", thousands(bytes >> 20))
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_column_for_each_log() {
        let log = |name: &str| Measured {
            name: name.into(),
            activities: 1_234_567,
            import: Duration::from_secs(2),
            peak: 5 << 20,
            size: 1025 << 20,
            start: Duration::from_micros(1_500),
            idle: (3 << 20, 4 << 20),
            year: (7.25, 1_800),
            answers: vec![None; QUESTIONS.len()],
        };
        let table = table(&[log("one"), log("two")]);
        assert!(
            table.contains("|  | one | two |\n| --- | ---: | ---: |\n| activities | 1,234,567 | 1,234,567 |"),
            "{table}"
        );
        assert!(table.contains("| data folder | 1,025 MiB | 1,025 MiB |"));
        assert!(table.contains("| imported per second | 617,283 | 617,283 |"));
        assert!(memory(std::process::id(), "VmRSS") > 0);
    }
}
