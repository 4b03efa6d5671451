//! Today as people and programs meet it, on both databases, with items of an invented capability.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use base::{Day, Result};
use capability::today::{TodayAsk, TodayItem, TodayItems, TodayKind};
use capability::{App, Manifest, Permission, Registry, Roles, assemble, kernel_manifests, look};
use community::Ingestor;
use community::read::LogView;
use serde_json::Value;
use store::Priority;
use testkit::{Bench, START, message};
use tower::ServiceExt as _;
use ui::Markup;

const SEE: Permission = Permission::new("things.see", "See things", Roles::EVERYBODY);
const HOUR: i64 = 3_600_000_000;

fn item(key: &str, kind: TodayKind, harm: u8, now: i64, due: Option<i64>) -> TodayItem {
    TodayItem {
        key: key.into(),
        kind,
        title: format!("<{key}>"),
        href: "/desk/conversations/1".into(),
        why: "No answer for 2 days.".into(),
        since: now - 48 * HOUR,
        due,
        harm,
        person: "Ana".into(),
        badge: Markup::empty(),
        place: "#help".into(),
        quote: "How do I begin?".into(),
        target: "target 24 h".into(),
        actions: Markup::empty(),
    }
}

fn give(_: &mut LogView<'_, '_>, ask: &TodayAsk<'_>) -> Result<Vec<TodayItem>> {
    let now = ask.now;
    Ok(vec![
        item("greeting", TodayKind::Newcomer, 30, now, None),
        item("late", TodayKind::Question, 80, now, Some(now - 24 * HOUR)),
    ])
}

struct Product {
    bench: Bench,
    router: Router,
    token: String,
    session: String,
}

fn on_both(test: impl AsyncFn(&Product)) {
    let mut schema = access::MIGRATIONS.to_vec();
    schema.extend(today::manifest().migrations);
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for product in benches.into_iter().flatten().map(product) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(test(&product));
    }
}

fn product(bench: Bench) -> Product {
    let mut manifests = kernel_manifests();
    manifests.push(today::manifest());
    manifests.push(Manifest {
        id: "things",
        title: "Things",
        permissions: vec![SEE],
        today: vec![TodayItems { permission: SEE, give, plan: None }],
        ..Manifest::default()
    });
    let registry = Registry::new(manifests).expect("a sound registry");
    let (token, session) = bench
        .db()
        .write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ana@example.org", Some("Ana"), START)?;
            let session = access::create_session(tx, account.id, START)?;
            Ok((access::create_api_token(tx, account.id, "test", START)?, session))
        })
        .expect("a token");
    let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
    let app = App::new(access, registry, std::env::temp_dir(), &[]);
    Product { router: assemble(app), bench, token, session }
}

impl Product {
    /// One message; written by a thread of its own, as the driver of PostgreSQL waits and a runtime forbids that.
    fn fill(&self) {
        let fill = || {
            let mut ingestor = Ingestor::new(self.bench.source("chat"), 1);
            let day = Day::of_ymd(2024, 1, 2).expect("a day");
            self.bench.ingest(&mut ingestor, vec![message("U1", day, 1, "general", "U1")]);
        };
        std::thread::scope(|s| s.spawn(fill).join()).expect("the thread ends");
    }

    async fn send(
        &self,
        request: axum::http::request::Builder,
        body: String,
    ) -> (StatusCode, String, String) {
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let to = response.headers().get("location").map_or("", |v| v.to_str().expect("ASCII")).to_owned();
        let bytes = to_bytes(response.into_body(), 4 << 20).await.expect("a body");
        (status, to, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn page(&self, path: &str) -> String {
        let request = Request::get(path).header("cookie", format!("folkmoot_session={}", self.session));
        let (status, _, text) = self.send(request, String::new()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        text
    }

    async fn json(&self, path: &str) -> Value {
        let request = Request::get(path).header("authorization", format!("Bearer {}", self.token));
        let (status, _, text) = self.send(request, String::new()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        let (status, _, text) = self.send(request, body.to_string()).await;
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    async fn keys(&self) -> Vec<String> {
        let items = self.json("/api/v1/today").await["items"].clone();
        let key = |i: &Value| i["key"].as_str().unwrap_or_default().to_owned();
        items.as_array().expect("a list").iter().map(key).collect()
    }
}

#[test]
fn without_a_log_the_page_says_the_next_step() {
    on_both(async |p| {
        let page = p.page("/desk/today").await;
        assert!(page.contains("Import a source"), "{page}");
    });
}

#[test]
fn what_is_late_comes_first_and_says_why() {
    on_both(async |p| {
        p.fill();
        assert_eq!(p.keys().await, ["late", "greeting"]);
        let page = p.page("/desk/today").await;
        assert!(page.contains("Past their time") && page.contains("No answer for 2 days."));
        assert!(page.contains("&lt;late&gt;"), "texts of people are escaped");
        assert!(page.contains("As of 2 Jan 2024"));
        let only = p.page("/desk/today?kind=newcomer").await;
        assert!(only.contains("greeting") && !only.contains("Past their time"));
    });
}

#[test]
fn what_is_put_off_comes_back_and_what_is_dismissed_stays_away_until_it_is_brought_back() {
    on_both(async |p| {
        p.fill();
        let decision = |key: &str, state: &str, reason: &str| {
            serde_json::json!({
                "key": key, "kind": "question", "title": "How?", "href": "/desk/conversations/1",
                "state": state, "days": 2, "reason": reason,
            })
        };
        let (status, _) = p.post("/api/v1/today/states", decision("late", "put_off", "")).await;
        assert_eq!(status, StatusCode::CREATED);
        assert_eq!(p.keys().await, ["greeting"]);
        let (status, problem) = p.post("/api/v1/today/states", decision("greeting", "dismissed", "")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        let (_, made) =
            p.post("/api/v1/today/states", decision("greeting", "dismissed", "a test account")).await;
        assert!(p.keys().await.is_empty());
        assert!(p.page("/desk/today").await.contains("Nothing waits"));
        let decided = p.page("/desk/today?show=decided").await;
        assert!(decided.contains("a test account") && decided.contains("Bring back"));

        p.bench.clock.advance(49 * HOUR);
        assert_eq!(p.keys().await, ["late"]);
        let id = made["id"].as_str().expect("an id");
        let request = Request::delete(format!("/api/v1/today/states/{id}"))
            .header("authorization", format!("Bearer {}", p.token));
        assert_eq!(p.send(request, String::new()).await.0, StatusCode::NO_CONTENT);
        assert_eq!(p.keys().await, ["late", "greeting"]);
    });
}

#[test]
fn an_address_says_what_is_wrong_with_it() {
    on_both(async |p| {
        p.fill();
        for path in ["/desk/today?kind=cat", "/desk/today?on=yesterday", "/desk/today?show=all"] {
            let request = Request::get(path).header("cookie", format!("folkmoot_session={}", p.session));
            assert_eq!(p.send(request, String::new()).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        }
    });
}
