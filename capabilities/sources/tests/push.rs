//! Activities that another product sends, on both databases.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use capability::{App, Registry, assemble, kernel_manifests, look};
use serde_json::{Value, json};
use store::Priority;
use testkit::{Bench, START};
use tower::ServiceExt as _;

struct Product {
    bench: Bench,
    router: Router,
    token: String,
    _folder: tempfile::TempDir,
}

fn on_both(test: impl AsyncFn(&Product)) {
    let schema: Vec<store::Migration> =
        [access::MIGRATIONS, capability::DESK_MIGRATIONS, capability::API_MIGRATIONS, sources::MIGRATIONS]
            .concat();
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for bench in benches.into_iter().flatten() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut manifests = kernel_manifests();
        manifests.push(sources::manifest());
        let registry = Registry::new(manifests).expect("a sound registry");
        let token = bench
            .db()
            .write(Priority::Interactive, |tx| {
                let account = access::create(tx, "ana@example.org", Some("Ana"), START)?;
                access::create_api_token(tx, account.id, "test", START)
            })
            .expect("a token");
        let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
        let app = App::new(access, registry, folder.path().to_owned(), &[]);
        let product = Product { router: assemble(app), bench, token, _folder: folder };
        tokio::runtime::Runtime::new().expect("a runtime").block_on(test(&product));
    }
}

impl Product {
    async fn push(&self, source: &str, activities: &[Value]) -> (StatusCode, Value) {
        let body = json!({ "source": source, "activities": activities }).to_string();
        let request = Request::post("/api/v1/activities")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Body::from(body))
            .expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 8 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// Work on the database, which its driver does on a thread without a runtime.
    fn apart<T: Send>(&self, run: impl FnOnce(&Bench) -> T + Send) -> T {
        std::thread::scope(|s| s.spawn(|| run(&self.bench)).join().expect("its end"))
    }

    fn texts(&self) -> Vec<String> {
        let sql = "SELECT m.text FROM messages m JOIN activities a ON a.seq = m.seq WHERE m.text IS NOT NULL
                   ORDER BY a.at, m.text";
        self.apart(|b| b.db().read(|c| c.query(sql, &[], |r| r.text(0))).expect("texts"))
    }

    fn count(&self, sql: &str) -> i64 {
        self.apart(|b| b.db().read(|c| c.query_one(sql, &[], |r| r.int(0))).expect("a count"))
    }

    fn rows(&self) -> i64 {
        self.count("SELECT count(*) FROM activities")
    }

    fn assert_consistent(&self) {
        self.apart(Bench::assert_consistent);
    }
}

fn results(answer: &Value) -> Vec<&str> {
    answer["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|r| r["result"].as_str().expect("a word"))
        .collect()
}

fn review(id: &str, at: &str, text: &str) -> Value {
    json!({
        "id": id, "kind": "post.published", "channel": "reviews", "at": at, "actor": "u1", "actor_name": "Mo", "text": text,
    })
}

#[test]
fn each_is_judged_by_itself_and_taken_once() {
    on_both(async |p| {
        let first = review("r1", "2023-12-01T10:00:00Z", "Sturdy");
        let batch = [
            first.clone(),
            json!({ "id": "r2", "kind": "post.publised", "channel": "reviews", "actor": "u1" }),
            json!({ "kind": "post.published", "channel": "reviews" }),
            json!({ "id": "r3", "kind": "post.published", "channel": "reviews", "actor": "u1", "colour": "red" }),
            json!({ "id": "r4", "kind": "post.published", "channel": "reviews", "actor": "u1", "at": "yesterday" }),
            json!({ "id": "r5", "kind": "post.published", "channel": "reviews" }),
            json!({ "id": "j1", "kind": "member.joined", "channel": "reviews", "actor": "u2" }),
            first.clone(),
        ];
        let (status, answer) = p.push("Shop", &batch).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let words =
            ["created", "refused", "refused", "refused", "refused", "refused", "created", "duplicate"];
        assert_eq!(results(&answer), words, "{answer}");
        let why = |n: usize| answer["results"][n]["why"].as_str().unwrap_or_default().to_owned();
        assert!(why(1).contains("no kind \"post.publised\""), "{}", why(1));
        assert!(why(2).contains("lacks id"), "{}", why(2));
        assert!(why(3).contains("has no colour"), "{}", why(3));
        assert!(why(4).starts_with("at"), "{}", why(4));
        assert!(why(5).starts_with("actor"), "{}", why(5));
        assert_eq!((&answer["created"], &answer["refused"]), (&json!(2), &json!(5)));
        // The same again, after a restart as well: nothing of it is remembered in the program.
        let (_, again) = p.push("Shop", &batch).await;
        assert_eq!((&again["created"], &again["duplicates"]), (&json!(0), &json!(3)), "{again}");
        assert_eq!(p.rows(), 2);
        p.assert_consistent();
    });
}

#[test]
fn an_id_means_the_same_record_whenever_it_is_sent() {
    on_both(async |p| {
        // Without a time it is now, and stays what it was when it is sent again later.
        let bare =
            json!({ "id": "a", "kind": "message.posted", "channel": "chat", "actor": "u1", "text": "Hello" });
        assert_eq!(results(&p.push("Shop", std::slice::from_ref(&bare)).await.1), ["created"]);
        p.bench.clock.advance(3_600 * 1_000_000);
        assert_eq!(results(&p.push("Shop", &[bare]).await.1), ["duplicate"]);
        let (_, moved) = p.push("Shop", &[review("b", "2023-12-01T10:00:00Z", "x")]).await;
        assert_eq!(results(&moved), ["created"]);
        let (_, moved) = p.push("Shop", &[review("b", "2023-12-02T10:00:00Z", "x")]).await;
        assert_eq!(results(&moved), ["refused"]);
        // A newer text takes the place of the older one.
        let mut newer = review("b", "2023-12-01T10:00:00Z", "Better");
        newer["edited_at"] = json!("2023-12-03T10:00:00Z");
        assert_eq!(results(&p.push("Shop", &[newer]).await.1), ["duplicate"]);
        assert_eq!(p.texts(), ["Better", "Hello"], "on {}", p.bench.database);
        // Another source has ids of its own.
        assert_eq!(
            results(&p.push("Blog", &[review("b", "2023-12-01T10:00:00Z", "x")]).await.1),
            ["created"]
        );
        p.assert_consistent();
    });
}

#[test]
fn replies_belong_to_their_conversation() {
    on_both(async |p| {
        let open = json!({ "id": "q", "kind": "question.asked", "channel": "help", "actor": "u1", "at": "2023-12-01T10:00:00Z", "title": "How?", "text": "How do I start?" });
        let reply = json!({ "id": "r", "kind": "answer.posted", "channel": "help", "actor": "u2", "at": "2023-12-01T11:00:00Z", "parent": "q", "text": "Like this" });
        assert_eq!(results(&p.push("Shop", &[open, reply]).await.1), ["created", "created"]);
        let sql = "SELECT count(DISTINCT conversation_id) FROM activities WHERE conversation_id > 0";
        let n = p.count(sql);
        assert_eq!(n, 1);
        p.assert_consistent();
    });
}

#[test]
fn a_whole_request_that_cannot_be_is_refused() {
    on_both(async |p| {
        assert_eq!(p.push("Shop", &[]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let many: Vec<Value> =
            (0..1_001).map(|n| review(&n.to_string(), "2023-12-01T10:00:00Z", "x")).collect();
        assert_eq!(p.push("Shop", &many).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(p.push("", &many[..1]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(p.rows(), 0);
        let (status, answer) = p.push("Shop", &many[..1_000]).await;
        assert_eq!((status, &answer["created"]), (StatusCode::OK, &json!(1_000)));
        // The test's sources carry no zone of their own.
        p.apart(|b| b.source("Old forum"));
        assert_eq!(p.push("Old forum", &many[..1]).await.0, StatusCode::CONFLICT);
        p.assert_consistent();
    });
}
