//! The figures as text, in the form that Prometheus reads (version 0.0.4).

use super::{BOUNDS, Meter};
use crate::{App, Problem};
use axum::Router;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base::Result;
use std::fmt::Write as _;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use store::Priority;

/// `/metrics` on a listener of its own. With a token whoever asks must say it: `Authorization: Bearer …`.
pub fn metrics(app: App, token: Option<String>) -> Router {
    let handler = async move |State(app): State<App>,
                              headers: HeaderMap|
                -> std::result::Result<Response, Problem> {
        let said =
            headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
        if let Some(token) = &token
            && !base::same_secret(said.unwrap_or_default(), token)
        {
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "Say the token of the setting metrics_token.",
            ));
        }
        let text = app.blocking(tell).await?;
        Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
    };
    Router::new().route("/metrics", get(handler)).with_state(app)
}

/// Everything, in one text.
fn tell(app: &App) -> Result<String> {
    let mut page = Page::default();
    page.family("folkmoot_build_info", "gauge", "The version that runs.");
    page.line("folkmoot_build_info", &format!("version=\"{}\"", base::VERSION), 1.0);
    requests(&app.meter, &mut page);
    writer(app, &mut page);
    process(app, &mut page);
    app.db.read(|c| {
        let size = c.size()?;
        page.family("folkmoot_database_bytes", "gauge", "The size of the database.");
        page.line("folkmoot_database_bytes", "", size as f64);
        for gauge in app.registry.manifests().iter().flat_map(|m| m.gauges) {
            page.family(gauge.name, "gauge", gauge.help);
            for (labels, value) in (gauge.read)(c)? {
                page.line(gauge.name, &labels, value);
            }
        }
        Ok(())
    })?;
    Ok(page.0)
}

/// The text as it grows. Writing to a String cannot fail.
#[derive(Default)]
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: f64) {
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

fn requests(meter: &Meter, page: &mut Page) {
    let counts = &meter.counts;
    page.family("folkmoot_http_requests_in_flight", "gauge", "Requests that are being answered.");
    page.line("folkmoot_http_requests_in_flight", "", counts.in_flight.load(Ordering::Relaxed) as f64);
    page.family(
        "folkmoot_http_requests_refused_total",
        "counter",
        "Requests answered with 503 for the sake of the rest.",
    );
    for (why, count) in [("busy", &counts.refused), ("slow", &counts.given_up)] {
        let value = count.load(Ordering::Relaxed) as f64;
        page.line("folkmoot_http_requests_refused_total", &format!("reason=\"{why}\""), value);
    }
    const NAME: &str = "folkmoot_http_request_duration_seconds";
    page.family(NAME, "histogram", "How long answers took to begin, by route, method and status.");
    // A copy, so that nobody who answers waits for the text.
    let all = counts.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for ((route, method, status), histogram) in &all {
        let labels = format!("route=\"{}\",method=\"{method}\",status=\"{status}\"", escaped(route));
        let mut below = 0;
        for (bound, count) in BOUNDS.iter().zip(&histogram.groups) {
            below += count;
            let le = *bound as f64 / 1e3;
            page.line(&format!("{NAME}_bucket"), &format!("{labels},le=\"{le}\""), below as f64);
        }
        let count: u64 = histogram.groups.iter().sum();
        page.line(&format!("{NAME}_bucket"), &format!("{labels},le=\"+Inf\""), count as f64);
        page.line(&format!("{NAME}_sum"), &labels, histogram.total.as_secs_f64());
        page.line(&format!("{NAME}_count"), &labels, count as f64);
    }
}

/// A label's value.
pub(super) fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn writer(app: &App, page: &mut Page) {
    let (people, bulk) = app.db.commits();
    let holds = app.db.holds();
    let of = |priority: Priority| holds.iter().filter(move |h| h.priority == priority);
    let both = [("interactive", Priority::Interactive), ("bulk", Priority::Bulk)];
    page.family("folkmoot_database_commits_total", "counter", "Transactions that were committed.");
    for (word, count) in [("interactive", people), ("bulk", bulk)] {
        page.line("folkmoot_database_commits_total", &format!("priority=\"{word}\""), count as f64);
    }
    page.family("folkmoot_database_statements_total", "counter", "Statements that were run.");
    page.line("folkmoot_database_statements_total", "", app.db.statements() as f64);
    page.family(
        "folkmoot_writer_hold_seconds",
        "gauge",
        "The longest that a transaction held the writer in the last half hour or hour.",
    );
    for (word, priority) in both {
        let longest = of(priority).map(|h| h.lately.as_secs_f64()).fold(0.0, f64::max);
        page.line("folkmoot_writer_hold_seconds", &format!("priority=\"{word}\""), longest);
    }
    page.family(
        "folkmoot_writer_long_holds_total",
        "counter",
        "Transactions that held the writer for more than 50 ms.",
    );
    for (word, priority) in both {
        let long: u64 = of(priority).map(|h| h.long).sum();
        page.line("folkmoot_writer_long_holds_total", &format!("priority=\"{word}\""), long as f64);
    }
    page.family(
        "folkmoot_csp_reports_total",
        "counter",
        "Breaches of the content policy that browsers reported.",
    );
    page.line("folkmoot_csp_reports_total", "", app.csp_reports() as f64);
}

fn process(app: &App, page: &mut Page) {
    let started = app.clock.now() as f64 / 1e6 - app.meter.started.elapsed().as_secs_f64();
    page.family("process_start_time_seconds", "gauge", "When the server was started, in seconds since 1970.");
    page.line("process_start_time_seconds", "", started.floor());
    if !cfg!(target_os = "linux") {
        return;
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    if let Some(kilobytes) = resident {
        page.family("process_resident_memory_bytes", "gauge", "Memory that is resident.");
        page.line("process_resident_memory_bytes", "", kilobytes * 1024.0);
    }
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        page.family("process_open_fds", "gauge", "Open files and connections.");
        page.line("process_open_fds", "", files.count() as f64);
    }
}
