//! Identities and links as a program meets them, on both databases.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use base::Day;
use capability::{App, Registry, assemble, kernel_manifests, look};
use community::{Batch, IdentityDraft, Ingestor};
use serde_json::{Value, json};
use store::Priority;
use testkit::{Bench, START, message};
use tower::ServiceExt as _;

struct Product {
    bench: Bench,
    router: Router,
    token: String,
}

fn schema() -> Vec<store::Migration> {
    [access::MIGRATIONS, capability::DESK_MIGRATIONS, people::MIGRATIONS].concat()
}

/// Runs a test on both databases, where PostgreSQL can be had. Databases are opened and closed outside of the
/// runtime, as their driver waits.
fn on_both(test: impl AsyncFn(&Product)) {
    let benches = [Some(Bench::sqlite(&schema())), Bench::postgres(&schema())];
    for product in benches.into_iter().flatten().map(product) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(test(&product));
    }
}

fn product(bench: Bench) -> Product {
    let mut manifests = kernel_manifests();
    manifests.push(people::manifest());
    let registry = Registry::new(manifests).expect("a sound registry");
    let token = bench
        .db()
        .write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ana@example.org", Some("Ana"), START)?;
            access::create_api_token(tx, account.id, "test", START)
        })
        .expect("a token");
    let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
    let app = App::new(access, registry, std::env::temp_dir(), &[]);
    let mut ingestor = Ingestor::new(bench.source("chat"), 1);
    let who = |id: &str, name: &str, email: &str| IdentityDraft {
        external_id: id.to_owned(),
        name: Some(name.to_owned()),
        email: Some(email.to_owned()),
        ..IdentityDraft::default()
    };
    let identities = vec![
        who("U1", "Ruth Calder", "ruth@lathe.example"),
        who("U2", "ruth_c", "r@home.example"),
        who("U3", "100% Bo_b", "bob@home.example"),
    ];
    let day = Day::of_ymd(2024, 1, 2).expect("a day");
    let activities = ["U1", "U2", "U3"].iter().map(|u| message(u, day, 1, "general", u)).collect();
    bench
        .db()
        .write(Priority::Bulk, |tx| {
            ingestor.ingest(tx, Batch { identities, activities, ..Batch::default() }, START)
        })
        .expect("people are taken in");
    Product { router: assemble(app), bench, token }
}

impl Product {
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body.map_or_else(Body::empty, |b| Body::from(b.to_string())))
            .expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn names(&self, query: &str) -> Vec<String> {
        let (status, answer) = self.ask(Method::GET, &format!("/api/v1/identities{query}"), None).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let items = answer["items"].as_array().expect("items");
        items.iter().map(|i| i["external_id"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

#[test]
fn identities_are_found_by_whatever_one_knows_of_them() {
    on_both(async |p| {
        assert_eq!(p.names("?q=RUTH").await, ["U1", "U2"]);
        assert_eq!(p.names("?q=home.example").await, ["U2", "U3"]);
        assert_eq!(p.names("?q=u3").await, ["U3"]);
        assert_eq!(p.names("?q=%25").await, ["U3"], "a wildcard stands for itself");
        assert_eq!(p.names("?q=ruth_").await, ["U2"]);
        assert!(p.names("?q=nobody").await.is_empty());
    });
}

#[test]
fn long_lists_come_in_pages() {
    on_both(async |p| {
        let (_, first) = p.ask(Method::GET, "/api/v1/identities?limit=2", None).await;
        assert_eq!(first["items"].as_array().map(Vec::len), Some(2));
        let next = first["next"].as_str().expect("a next page");
        assert_eq!(p.names(&format!("?limit=2&cursor={next}")).await, ["U3"]);
        let (_, all) = p.ask(Method::GET, "/api/v1/identities?limit=3", None).await;
        assert_eq!(all["next"], Value::Null);
        for bad in ["?limit=0", "?limit=9999", "?cursor=x"] {
            let (status, _) = p.ask(Method::GET, &format!("/api/v1/identities{bad}"), None).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
    });
}

#[test]
fn identities_are_linked_and_unlinked_with_a_reason() {
    on_both(async |p| {
        let both = json!({ "left": "chat:U1", "right": "chat:U2" });
        let (status, problem) = p.ask(Method::POST, "/api/v1/links", Some(both.clone())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(problem["detail"].as_str().is_some_and(|d| d.contains("reason")), "{problem}");
        let mut reasoned = both;
        reasoned["reason"] = json!("same face");
        let (status, link) = p.ask(Method::POST, "/api/v1/links", Some(reasoned.clone())).await;
        assert_eq!((status, link["linked_by"].as_str()), (StatusCode::CREATED, Some("ana@example.org")));
        assert_eq!(p.ask(Method::POST, "/api/v1/links", Some(reasoned)).await.0, StatusCode::CONFLICT);
        let unknown = json!({ "left": "chat:U1", "right": "chat:U9", "reason": "x" });
        assert_eq!(p.ask(Method::POST, "/api/v1/links", Some(unknown)).await.0, StatusCode::NOT_FOUND);
        let place = format!("/api/v1/links/{}", link["id"].as_str().expect("an id"));
        assert_eq!(p.ask(Method::DELETE, &place, Some(json!({}))).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let (status, gone) = p.ask(Method::DELETE, &place, Some(json!({ "reason": "two people" }))).await;
        assert_eq!((status, gone["unlinked_reason"].as_str()), (StatusCode::OK, Some("two people")));
        let (_, links) = p.ask(Method::GET, "/api/v1/links", None).await;
        assert_eq!(links["items"].as_array().map(Vec::len), Some(1), "on {}", p.bench.database);
    });
}

#[tokio::test]
async fn nobody_sees_people_without_a_token() {
    let mut p = product(Bench::sqlite(&schema()));
    p.token = "fmt_wrong".into();
    assert_eq!(p.ask(Method::GET, "/api/v1/identities", None).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(p.ask(Method::GET, "/api/v1/links", None).await.0, StatusCode::UNAUTHORIZED);
}
