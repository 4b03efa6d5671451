//! Channels as people and programs meet them, on both databases; every figure is the metric's.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use base::Day;
use capability::{App, Registry, assemble, kernel_manifests, look};
use community::Ingestor;
use community::read::Scope;
use metric::Query;
use serde_json::Value;
use store::Priority;
use testkit::{Bench, START, message, reply};
use tower::ServiceExt as _;

struct Product {
    app: App,
    router: Router,
    token: String,
    _bench: Bench,
}

/// Databases are filled outside of the runtime, as the driver of PostgreSQL waits.
fn on_both(test: impl AsyncFn(&Product)) {
    let benches = [Some(Bench::sqlite(&schema())), Bench::postgres(&schema())];
    for product in benches.into_iter().flatten().map(product) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(test(&product));
    }
}

fn schema() -> Vec<store::Migration> {
    let manifests = manifests();
    // The bench has the schema of log and jobs already.
    let more = manifests.iter().flat_map(|m| m.migrations);
    more.filter(|m| !matches!(m.owner, "community" | "jobs" | "mail")).copied().collect()
}

fn manifests() -> Vec<capability::Manifest> {
    let mut manifests = kernel_manifests();
    manifests.push(channels::manifest());
    manifests
}

/// Five months in four channels: one lively, one dying, one new, one silent; answers by replies in threads.
fn fill(bench: &Bench) {
    let mut ingestor = Ingestor::new(bench.source("chat"), 1);
    let first = Day::of_ymd(2024, 1, 1).expect("a day");
    let mut drafts = Vec::new();
    for n in 0..150 {
        let day = first.plus(n);
        let who = |k: i32| format!("U{}", (n * 7 + k) % 13);
        let root = message(&format!("a{n}"), day, 60, "lively", &who(0));
        let answer = message(&format!("b{n}"), day.plus(n % 3), 90 + i64::from(n % 5), "lively", &who(5));
        drafts.push(reply(answer, &format!("a{n}"), root.at));
        drafts.push(root);
        if n < 110 || n % 9 == 0 {
            drafts.push(message(&format!("c{n}"), day, 120, "dying", &who(2)));
            drafts.push(message(&format!("d{n}"), day, 130, "dying", &who(3)));
        }
        if n < 60 {
            drafts.push(message(&format!("e{n}"), day, 140, "silent", &who(4)));
        }
        if n > 130 {
            drafts.push(message(&format!("f{n}"), day, 150, "new", &who(6)));
        }
    }
    bench.ingest(&mut ingestor, drafts);
    bench.db().write(Priority::Bulk, |_| Ok(())).expect("a write");
}

fn product(bench: Bench) -> Product {
    fill(&bench);
    let registry = Registry::new(manifests()).expect("a sound registry");
    let token = bench
        .db()
        .write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ana@example.org", Some("Ana"), START)?;
            access::create_api_token(tx, account.id, "test", START)
        })
        .expect("a token");
    let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
    let app = App::new(access, registry, std::env::temp_dir(), &[]);
    Product { router: assemble(app.clone()), app, token, _bench: bench }
}

impl Product {
    async fn get(&self, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).header("authorization", format!("Bearer {}", self.token));
        let request = request.body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 4 << 20).await.expect("a body");
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn lines(&self, query: &str) -> Value {
        let (status, text) = self.get(&format!("/api/v1/channels{query}")).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// The metric of a channel, asked as anybody would ask it.
    async fn metric(&self, id: &str, channel: i64, pairs: &[(&str, String)]) -> Value {
        let query = Query::parse(id, pairs.iter().map(|(k, v)| (*k, v.as_str()))).expect("a question");
        let answer = self.app.blocking(move |app| {
            let scope = Scope { channels: vec![channel], ..Scope::default() };
            app.community.view(|view| metric::answer(view, &query, scope))
        });
        serde_json::to_value(answer.await.expect("an answer")).expect("JSON")
    }
}

#[test]
fn every_figure_of_the_list_is_the_metrics() {
    on_both(async |p| {
        for days in [7, 28, 90] {
            let all = p.lines(&format!("?days={days}")).await;
            let (from, to) = (all["from"].as_str().expect("a day"), all["to"].as_str().expect("a day"));
            let lines = all["items"].as_array().expect("a list");
            assert_eq!(lines.len(), 4);
            for line in lines {
                let channel = line["channel_id"].as_i64().expect("a number");
                let period = [("from", from.to_owned()), ("to", to.to_owned())];
                let by_day: Vec<_> = period.iter().cloned().chain([("interval", "day".to_owned())]).collect();
                let messages = p.metric("messages", channel, &by_day).await;
                assert_eq!(line["messages"], messages["summary"]["sum"], "{days} {line}");
                let answered = p.metric("answered_rate", channel, &period).await;
                for (ours, theirs) in [("value", "value"), ("low", "low"), ("n", "eligible")] {
                    let (a, b) = (line["answered"][ours].as_f64(), answered["summary"][theirs].as_f64());
                    // What went through JSON may differ in its last digit.
                    let same = a.zip(b).map_or(a == b, |(a, b)| (a - b).abs() < 1e-12);
                    assert!(same, "{days} {ours} {a:?} {b:?} {line}");
                }
                let waits = p.metric("time_to_first_response", channel, &period).await;
                assert_eq!(line["median_s"], waits["summary"]["ttfr_s"]["median"], "{days} {line}");
                for (ours, theirs) in
                    [("half_s", "km_median_s"), ("opened", "threads"), ("replied", "answered")]
                {
                    assert_eq!(line[ours], waits["summary"][theirs], "{days} {line}");
                }
                let window = [("from", to.to_owned()), ("to", to.to_owned()), ("window", days.to_string())];
                let actives = p.metric("rolling_active_members", channel, &window).await;
                let last = actives["points"].as_array().and_then(|a| a.last()).cloned().unwrap_or_default();
                assert_eq!(line["actives"].as_u64(), last["value"].as_u64().or(Some(0)), "{days} {line}");
            }
        }
    });
}

#[test]
fn what_is_new_dies_or_is_silent_is_said() {
    on_both(async |p| {
        let all = p.lines("").await;
        let state = |name: &str| {
            let lines = all["items"].as_array().expect("a list");
            lines
                .iter()
                .find(|l| l["name"] == name)
                .map(|l| l["state"].as_str().unwrap_or_default().to_owned())
        };
        for (name, expect) in [("lively", "steady"), ("dying", "dying"), ("silent", "silent"), ("new", "new")]
        {
            assert_eq!(state(name).as_deref(), Some(expect), "{name}");
        }
        let (_, page) = p.get("/desk/channels?state=dying").await;
        assert!(page.contains(">dying</a>") && !page.contains(">lively</a>"));
        let (_, csv) = p.get("/desk/channels/csv?sort=name").await;
        assert_eq!(csv.trim().lines().count(), 5, "{csv}");
    });
}

#[test]
fn a_channel_has_a_page_and_others_are_not_found() {
    on_both(async |p| {
        let id = p.lines("").await["items"][0]["channel_id"].as_i64().expect("a number");
        let (status, page) = p.get(&format!("/desk/channels/{id}")).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert!(page.contains("Who wrote most in 28 days"));
        assert_eq!(p.get("/desk/channels/999").await.0, StatusCode::NOT_FOUND);
        assert_eq!(p.get("/desk/channels/lively").await.0, StatusCode::NOT_FOUND);
        assert_eq!(p.get("/desk/channels?days=5").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    });
}
