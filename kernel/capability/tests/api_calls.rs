//! What every call of the API shares, as a program meets it, on both databases.

use access::{Access, NewToken};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::routing::get;
use axum::{Json, routing::post};
use capability::api::{Operation, Rates, Rules, Shape};
use capability::{
    API_MIGRATIONS, App, DESK_MIGRATIONS, Manifest, Permission, Registry, Roles, Routes, assemble,
    kernel_manifests, look,
};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use store::Priority;
use testkit::{Bench, START};
use tower::ServiceExt as _;

const SEE: Permission = Permission::new("things.see", "See things", Roles::EVERYBODY);
const MAKE: Permission = Permission::new("things.make", "Make things", Roles::EVERYBODY);
const SHAPES: &[Shape] = &[
    Shape::new("NewThing", "A thing to be made.", &[("name", "text(1..8)", "Its name")]),
    Shape::new("Thing", "A thing.", &[("name", "text", "Its name"), ("n", "integer", "How many were made")]),
];
const SEEING: &[Operation] = &[Operation::get("getThing", "/api/v1/thing", "The thing").gives(200, "Thing")];
const MAKING: &[Operation] =
    &[Operation::post("makeThing", "/api/v1/things", "Make a thing").takes("NewThing").gives(201, "Thing")];

static MADE: AtomicU64 = AtomicU64::new(0);

async fn thing() -> Json<Value> {
    Json(json!({ "name": "a thing", "n": 1 }))
}

async fn make(
    State(_): State<App>,
    Json(new): Json<Value>,
) -> (StatusCode, [(&'static str, &'static str); 1], Json<Value>) {
    let n = MADE.fetch_add(1, Ordering::SeqCst) + 1;
    (StatusCode::CREATED, [("location", "/api/v1/things/1")], Json(json!({ "name": new["name"], "n": n })))
}

fn things() -> Manifest {
    Manifest {
        id: "things",
        title: "Things",
        permissions: vec![SEE, MAKE],
        api: vec![
            Routes::api(SEE, || Router::new().route("/api/v1/thing", get(thing)), SEEING),
            Routes::api(MAKE, || Router::new().route("/api/v1/things", post(make)), MAKING),
        ],
        shapes: SHAPES,
        ..Manifest::default()
    }
}

struct Product {
    bench: Bench,
    app: App,
    router: Router,
    token: String,
    account: i64,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().expect("ASCII"))
    }
}

fn on_both(rules: fn() -> Rules, test: impl AsyncFn(&Product)) {
    let schema: Vec<store::Migration> = [access::MIGRATIONS, DESK_MIGRATIONS, API_MIGRATIONS].concat();
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for bench in benches.into_iter().flatten() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut manifests = kernel_manifests();
        manifests.push(things());
        let registry = Registry::new(manifests).expect("a sound registry");
        let (account, token) = bench
            .db()
            .write(Priority::Interactive, |tx| {
                let account = access::create(tx, "ana@example.org", Some("Ana"), START)?;
                Ok((account.id, access::create_api_token(tx, account.id, "test", START)?))
            })
            .expect("a token");
        let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
        let mut app = App::new(access, registry, folder.path().to_owned(), &[]);
        // Each database counts for itself.
        app.api = rules();
        let router = assemble(app.clone());
        let product = Product { bench, app, router, token, account, _folder: folder };
        tokio::runtime::Runtime::new().expect("a runtime").block_on(test(&product));
    }
}

impl Product {
    /// Work on the database, which its driver does on a thread without a runtime.
    fn apart<T: Send>(&self, run: impl FnOnce(&App) -> T + Send) -> T {
        std::thread::scope(|s| s.spawn(|| run(&self.app)).join().expect("its end"))
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|h| h.0 == "authorization") {
            request = request.header("authorization", bearer);
        }
        for (name, value) in headers.iter().filter(|h| !h.1.is_empty()) {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.expect("a body");
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn make(&self, key: &str, name: &str) -> Answer {
        let body = json!({ "name": name }).to_string();
        self.ask(Method::POST, "/api/v1/things", &[("idempotency-key", key)], &body).await
    }
}

#[test]
fn a_call_with_a_key_is_carried_out_once() {
    on_both(Rules::default, async |p| {
        let first = p.make("key-1", "cup").await;
        assert_eq!(first.status, StatusCode::CREATED);
        let again = p.make("key-1", "cup").await;
        assert_eq!((again.status, &again.body), (StatusCode::CREATED, &first.body));
        assert_eq!(again.header("location"), "/api/v1/things/1");
        assert_eq!(
            (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
            ("", "true")
        );
        // Another body under the same key is another call.
        let other = p.make("key-1", "jug").await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(other.body["detail"].as_str().is_some_and(|d| d.contains("another")), "{}", other.body);
        // What was refused changed nothing and may be sent again.
        assert_eq!(p.make("key-2", "much too long").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(p.make("key-2", "bowl").await.status, StatusCode::CREATED);
        assert_eq!(p.make("no space", "cup").await.status, StatusCode::BAD_REQUEST);
        // The answer is sealed where it is kept.
        let kept = p
            .apart(|app| app.db.read(|c| c.query("SELECT answer FROM api_answers", &[], |r| r.opt_text(0))))
            .expect("rows");
        assert!(kept.iter().flatten().all(|a| !a.contains("cup")), "{kept:?}");
        // A day later the key is forgotten.
        p.bench.clock.advance(24 * 3_600 * 1_000_000 + 1);
        let anew = p.make("key-1", "jug").await;
        assert_eq!((anew.status, anew.header("idempotency-replayed")), (StatusCode::CREATED, ""));
    });
}

#[test]
fn a_call_that_is_under_way_is_not_begun_again() {
    on_both(Rules::default, async |p| {
        assert_eq!(p.make("key", "cup").await.status, StatusCode::CREATED);
        let unanswered = "UPDATE api_answers SET status = NULL, answer = NULL";
        p.apart(|app| app.db.write(Priority::Interactive, |tx| tx.execute(unanswered, &[]))).expect("a row");
        assert_eq!(p.make("key", "cup").await.status, StatusCode::CONFLICT);
        // What a crash broke off is not waited for for ever.
        p.bench.clock.advance(11 * 60 * 1_000_000);
        assert_eq!(p.make("key", "cup").await.status, StatusCode::CREATED);
    });
}

#[test]
fn answers_that_are_known_are_not_sent_again() {
    on_both(Rules::default, async |p| {
        let first = p.ask(Method::GET, "/api/v1/thing", &[], "").await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\"") && first.status == StatusCode::OK, "{tag}");
        let again = p.ask(Method::GET, "/api/v1/thing", &[("if-none-match", &tag)], "").await;
        assert_eq!((again.status, again.header("etag")), (StatusCode::NOT_MODIFIED, tag.as_str()));
        assert_eq!(again.body, Value::Null);
        let other = p.ask(Method::GET, "/api/v1/thing", &[("if-none-match", "\"other\"")], "").await;
        assert_eq!(other.status, StatusCode::OK);
    });
}

#[test]
fn too_much_is_refused_until_the_minute_is_over() {
    let rules = || Rules { rates: Rates::new(2), ..Rules::default() };
    on_both(rules, async |p| {
        let first = p.ask(Method::GET, "/api/v1/thing", &[], "").await;
        assert_eq!(first.header("ratelimit-policy"), "\"api\";q=2;w=60");
        assert_eq!(first.header("ratelimit"), "\"api\";r=1;t=60");
        assert_eq!(p.ask(Method::GET, "/api/v1/thing", &[], "").await.status, StatusCode::OK);
        let third = p.ask(Method::GET, "/api/v1/thing", &[], "").await;
        assert_eq!((third.status, third.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "60"));
        assert_eq!(third.body["status"], 429);
        p.bench.clock.advance(60 * 1_000_000);
        assert_eq!(p.ask(Method::GET, "/api/v1/thing", &[], "").await.status, StatusCode::OK);
    });
}

#[test]
fn other_sites_ask_only_when_they_are_named() {
    let preflight = [
        ("origin", "https://tools.example.org"),
        ("access-control-request-method", "POST"),
        ("authorization", ""),
    ];
    on_both(Rules::default, async |p| {
        let none = p.ask(Method::OPTIONS, "/api/v1/things", &preflight, "").await;
        assert_eq!(none.header("access-control-allow-origin"), "");
    });
    let rules = || Rules { origins: ["https://tools.example.org".to_owned()].into(), ..Rules::default() };
    on_both(rules, async |p| {
        let asked = p.ask(Method::OPTIONS, "/api/v1/things", &preflight, "").await;
        assert_eq!(asked.status, StatusCode::NO_CONTENT);
        assert_eq!(asked.header("access-control-allow-origin"), "https://tools.example.org");
        assert!(asked.header("access-control-allow-headers").contains("authorization"));
        assert_eq!(asked.header("access-control-allow-credentials"), "");
        let from = |origin: &'static str| [("origin", origin)];
        let read = p.ask(Method::GET, "/api/v1/thing", &from("https://tools.example.org"), "").await;
        assert_eq!(read.header("access-control-allow-origin"), "https://tools.example.org");
        assert!(read.header("vary").contains("origin"));
        let stranger = p.ask(Method::GET, "/api/v1/thing", &from("https://evil.example"), "").await;
        assert_eq!((stranger.status, stranger.header("access-control-allow-origin")), (StatusCode::OK, ""));
        // Errors can be read there, too.
        let wrong = [("origin", "https://tools.example.org"), ("authorization", "Bearer nothing")];
        let wrong = p.ask(Method::GET, "/api/v1/thing", &wrong, "").await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        assert_eq!(wrong.header("access-control-allow-origin"), "https://tools.example.org");
    });
}

#[test]
fn a_token_does_what_it_was_given_as_long_as_it_may() {
    on_both(Rules::default, async |p| {
        let all = [SEE, MAKE];
        let account = p.account;
        let make = |new: NewToken| {
            p.apart(|app| {
                app.db.write(Priority::Interactive, |tx| {
                    access::create_token(tx, &access::Principal::local(), &all, account, &new, START)
                })
            })
        };
        let limited = NewToken {
            name: "reader".into(),
            permissions: Some(vec!["things.see".into()]),
            expires_at: Some(START + 60 * 1_000_000),
        };
        let bearer = format!("Bearer {}", make(limited).expect("a token").secret);
        let as_reader = [("authorization", bearer.as_str())];
        assert_eq!(p.ask(Method::GET, "/api/v1/thing", &as_reader, "").await.status, StatusCode::OK);
        let refused = p.ask(Method::POST, "/api/v1/things", &as_reader, "{\"name\":\"cup\"}").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(
            refused.body["detail"].as_str().is_some_and(|d| d.contains("things.make")),
            "{}",
            refused.body
        );
        // It ends by itself.
        p.bench.clock.advance(60 * 1_000_000);
        assert_eq!(
            p.ask(Method::GET, "/api/v1/thing", &as_reader, "").await.status,
            StatusCode::UNAUTHORIZED
        );
        let unknown =
            NewToken { name: "x".into(), permissions: Some(vec!["things.eat".into()]), expires_at: None };
        assert!(make(unknown).is_err_and(|e| e.message.contains("things.eat")));
        assert!(make(NewToken { name: " ".into(), ..NewToken::default() }).is_err());
        let past = NewToken { name: "x".into(), expires_at: Some(START - 1), ..NewToken::default() };
        assert!(make(past).is_err());
    });
}

#[test]
fn a_service_has_its_role_and_outlives_whoever_made_it() {
    on_both(Rules::default, async |p| {
        let local = access::Principal::local();
        let made = p
            .apart(|app| {
                app.db.write(Priority::Interactive, |tx| {
                    access::create_service_token(
                        tx,
                        &local,
                        &[SEE, MAKE],
                        ("Bridge", "volunteer"),
                        None,
                        START,
                    )
                })
            })
            .expect("a token");
        let bearer = format!("Bearer {}", made.secret);
        let as_bridge = [("authorization", bearer.as_str())];
        assert_eq!(p.ask(Method::GET, "/api/v1/thing", &as_bridge, "").await.status, StatusCode::OK);
        let told = p.ask(Method::POST, "/api/v1/things", &as_bridge, "{\"name\":\"cup\"}").await;
        assert_eq!(told.status, StatusCode::CREATED);
        let entries = p
            .apart(|app| app.db.read(|c| access::audit::list(c, &access::audit::Filter::default(), 1)))
            .expect("entries");
        assert_eq!((entries[0].who.as_str(), entries[0].via.as_str()), ("Bridge", "token"));
        let listed = p.apart(|app| app.db.read(access::list_service_tokens)).expect("a list");
        assert_eq!((listed[0].role.as_str(), listed[0].used_at.is_some()), ("volunteer", true));
        p.apart(|app| {
            app.db.write(Priority::Interactive, |tx| {
                access::revoke_service_token(tx, &local, &made.public_id, START)
            })
        })
        .expect("revoked");
        assert_eq!(
            p.ask(Method::GET, "/api/v1/thing", &as_bridge, "").await.status,
            StatusCode::UNAUTHORIZED
        );
    });
}

#[test]
fn a_manifest_without_descriptions_is_refused() {
    let routes = || Routes::new(SEE, || Router::new().route("/api/v1/thing", get(thing)));
    let with = |api: Vec<Routes>, shapes: &'static [Shape]| {
        let mut manifests = kernel_manifests();
        manifests.push(Manifest { api, shapes, ..things() });
        Registry::new(manifests).err().map(|e| e.message).unwrap_or_default()
    };
    assert!(with(vec![routes()], &[]).contains("without a description"));
    let seeing = Routes::api(SEE, || Router::new().route("/api/v1/thing", get(thing)), SEEING);
    assert!(with(vec![seeing], &[]).contains("shape Thing: named, but in no manifest"));
    assert!(with(vec![seeing], SHAPES).contains("shape NewThing: used nowhere"));
    const WRONG: &[Operation] =
        &[Operation::get("getThing", "/api/v1/thing/{thing}", "The thing").gives(200, "thnig")];
    let wrong = Routes::api(SEE, Router::new, WRONG);
    let said = with(vec![wrong], &[]);
    assert!(said.contains("the path has [\"thing\"]") && said.contains("no kind \"thnig\""), "{said}");
}
