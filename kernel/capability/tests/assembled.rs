//! The assembled product as clients meet it: headers, errors, permissions, probes.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::routing::{get, post};
use base::{Clock, Error};
use capability::api::Operation;
use capability::{
    App, Manifest, NavEntry, Permission, Principal, Problem, Registry, Roles, Routes, assemble,
    kernel_manifests, look, unresolved_navigation,
};
use store::{Db, Location, Priority};
use tower::ServiceExt as _;

const SEE: Permission = Permission::new("things.see_things", "See things", Roles::EVERYBODY);

fn pages() -> Router<App> {
    Router::new()
        .route("/desk/things", get(async |p: Principal| format!("things of {}", p.name)))
        .route("/desk/things/large", get(async || "word ".repeat(4000)))
        .route("/desk/things/panics", get(async || -> &'static str { panic!("secret {}", "cause") }))
        .route(
            "/desk/things/broken",
            get(async || Err::<(), _>(Problem::from(Error::internal("secret detail")))),
        )
}

const OPERATIONS: &[Operation] = &[
    Operation::get("none", "/api/v1/things/none", "Nothing").gives(200, "any"),
    Operation::get("panics", "/api/v1/things/panics", "Panics").gives(200, "any"),
    Operation::post("count", "/api/v1/things", "Counts")
        .takes_body(capability::api::Body::Text("text/plain"))
        .gives(200, "any"),
];

fn api() -> Router<App> {
    Router::new()
        .route(
            "/api/v1/things/none",
            get(async || Err::<(), _>(Problem::from(Error::not_found("no such thing")))),
        )
        .route("/api/v1/things/panics", get(async || -> &'static str { panic!("secret cause") }))
        .route("/api/v1/things", post(async |text: String| text.len().to_string()))
}

fn manifest(path: &'static str) -> Manifest {
    Manifest {
        id: "things",
        title: "Things",
        navigation: vec![NavEntry {
            title: "Things",
            path,
            icon: "box",
            group: "",
            order: 1,
            permission: SEE,
        }],
        routes: vec![Routes::new(SEE, pages)],
        api: vec![Routes::api(SEE, api, OPERATIONS).with_body_limit(2 << 20)],
        permissions: vec![SEE],
        ..Manifest::default()
    }
}

struct Product {
    app: App,
    router: Router,
    token: String,
    _folder: tempfile::TempDir,
}

fn product(nav: &'static str) -> Product {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&Location::Sqlite(folder.path().join("test.db"))).expect("a database");
    let clock = Clock::fixed(1_700_000_000_000_000);
    let mut manifests = kernel_manifests();
    manifests.push(manifest(nav));
    let registry = Registry::new(manifests).expect("a sound registry");
    db.migrate(&registry.migrations(), clock.now()).expect("the schema");
    let token = db
        .write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ana@example.org", Some("Ana"), clock.now())?;
            access::create_api_token(tx, account.id, "test", clock.now())
        })
        .expect("a token");
    let access = Access::new(db, clock, look());
    let app = App::new(access, registry, folder.path().to_owned(), &[]);
    Product { router: assemble(app.clone()), app, token, _folder: folder }
}

impl Product {
    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response =
            self.router.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 4 << 20).await.expect("a body");
        (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn get(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        self.ask(Method::GET, path, &[("authorization", &format!("Bearer {}", self.token))], Body::empty())
            .await
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_an_id() {
    let p = product("/desk/things");
    for path in ["/desk/things", "/signin", "/nowhere", "/healthz", "/api/v1/nowhere"] {
        let (_, headers, _) = p.get(path).await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"),
            "{path}: {policy}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
        assert_eq!(headers["x-request-id"].len(), 16, "{path}");
    }
}

#[tokio::test]
async fn routes_are_closed_to_nobody_and_open_to_an_account() {
    let p = product("/desk/things");
    let (status, headers, _) = p.ask(Method::GET, "/desk/things?a=1", &[], Body::empty()).await;
    assert_eq!(
        (status, headers["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, "/signin?next=/desk/things%3Fa%3D1")
    );
    let (status, headers, body) = p.ask(Method::GET, "/api/v1/things/none", &[], Body::empty()).await;
    assert_eq!(
        (status, headers["content-type"].to_str().unwrap()),
        (StatusCode::UNAUTHORIZED, "application/problem+json")
    );
    assert!(body.contains("folkmoot tokens add") && headers.contains_key("www-authenticate"), "{body}");
    assert_eq!(p.get("/desk/things").await.2, "things of Ana");
    let (status, headers, _) = p.get("/").await;
    assert_eq!((status, headers["location"].to_str().unwrap()), (StatusCode::SEE_OTHER, "/desk"));
    assert_eq!(p.get("/desk").await.1["location"], "/desk/things");
}

#[tokio::test]
async fn errors_are_problems_for_programs_and_pages_for_people() {
    let p = product("/desk/things");
    let (status, headers, body) = p.get("/api/v1/things/none").await;
    assert_eq!(
        (status, headers["content-type"].to_str().unwrap()),
        (StatusCode::NOT_FOUND, "application/problem+json")
    );
    assert!(body.contains("\"detail\":\"no such thing\"") && body.contains("\"status\":404"), "{body}");
    let (status, headers, body) = p.get("/desk/things/broken").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(!body.contains("secret detail") && body.contains(headers["x-request-id"].to_str().unwrap()));
    let (status, _, body) = p.get("/nowhere").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains("There is nothing at this address."));
    let (status, _, body) = p.get("/api/v1/things").await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(body.starts_with('{'), "{body}");
}

#[tokio::test]
async fn a_panic_is_an_error_like_any_other() {
    let p = product("/desk/things");
    for (path, kind) in
        [("/desk/things/panics", "text/html"), ("/api/v1/things/panics", "application/problem+json")]
    {
        let (status, headers, body) = p.get(path).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert!(headers["content-type"].to_str().unwrap().starts_with(kind), "{path}");
        let id = headers["x-request-id"].to_str().unwrap();
        assert!(!body.contains("secret") && body.contains(id), "{body}");
    }
    assert_eq!(p.get("/desk/things").await.0, StatusCode::OK, "it goes on");
}

#[tokio::test]
async fn bodies_are_limited_and_answers_compressed() {
    let p = product("/desk/things");
    let bearer = format!("Bearer {}", p.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    let send = async |bytes: usize| {
        p.ask(Method::POST, "/api/v1/things", &headers, Body::from("x".repeat(bytes))).await
    };
    assert_eq!(send(3 << 19).await.2, (3 << 19).to_string(), "a group of routes may allow more than 1 MiB");
    assert_eq!(send(3 << 20).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let headers = [("authorization", bearer.as_str()), ("accept-encoding", "gzip")];
    let (_, headers, _) = p.ask(Method::GET, "/desk/things/large", &headers, Body::empty()).await;
    assert_eq!(headers["content-encoding"], "gzip");
    // An error's body is drawn after its route answered; what the header says must still be true of it.
    let headers = [("authorization", bearer.as_str()), ("accept-encoding", "gzip")];
    let (status, headers, body) = p.ask(Method::GET, "/nowhere", &headers, Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(headers.contains_key("content-encoding"), !body.starts_with("<!doctype"), "{body}");
}

#[tokio::test]
async fn probes_answer_and_reports_are_counted() {
    let p = product("/desk/things");
    assert_eq!(p.get("/healthz").await.2, "ok");
    let (status, _, _) = p.ask(Method::POST, "/csp-report", &[], Body::from("{\"csp-report\":{}}")).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _, body) = p.get("/readyz").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("\"csp_reports\":1"), "{body}");
    let ready: serde_json::Value = serde_json::from_str(&body).unwrap();
    // The schema and the account of this test were written by people; nothing in bulk.
    assert!(ready["writer"]["interactive"]["longest_ms"].as_f64().unwrap() > 0.0, "{body}");
    assert!(ready["writer"]["longest"][0]["at"].as_str().unwrap().contains(".rs:"), "{body}");
    assert_eq!(ready["writer"]["bulk"]["transactions"], 0, "{body}");
    p.app.stop();
    assert_eq!(p.get("/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn navigation_leads_somewhere() {
    assert!(unresolved_navigation(&product("/desk/things").app).await.is_empty());
    assert_eq!(unresolved_navigation(&product("/desk/thingz").app).await, ["/desk/thingz"]);
}
