//! What the server does when it has too much to do: it says so at once, and goes on with the rest.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::get;
use base::Clock;
use capability::{
    App, Limits, Manifest, Permission, Registry, Roles, Routes, assemble, kernel_manifests, look,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::{Db, Location, Priority};
use tokio::sync::Notify;
use tower::ServiceExt as _;

const SEE: Permission = Permission::new("things.see_things", "See things", Roles::EVERYBODY);
/// How many handlers have begun, and what lets them end.
static BEGUN: AtomicUsize = AtomicUsize::new(0);
static END: Notify = Notify::const_new();

fn pages() -> Router<App> {
    Router::new()
        .route(
            "/desk/things/waits",
            get(async || {
                BEGUN.fetch_add(1, Ordering::SeqCst);
                END.notified().await;
                "done"
            }),
        )
        .route("/desk/things/never", get(async || std::future::pending::<&'static str>().await))
        .route("/desk/things/quick", get(async || "quick"))
}

struct Product {
    app: App,
    token: String,
    _folder: tempfile::TempDir,
}

fn product(limits: Limits) -> Product {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&Location::Sqlite(folder.path().join("test.db"))).expect("a database");
    let clock = Clock::fixed(1_700_000_000_000_000);
    let mut manifests = kernel_manifests();
    manifests.push(Manifest {
        id: "things",
        title: "Things",
        routes: vec![Routes::new(SEE, pages)],
        permissions: vec![SEE],
        ..Manifest::default()
    });
    let registry = Registry::new(manifests).expect("a sound registry");
    db.migrate(&registry.migrations(), clock.now()).expect("the schema");
    let token = db
        .write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ana@example.org", Some("Ana"), clock.now())?;
            access::create_api_token(tx, account.id, "test", clock.now())
        })
        .expect("a token");
    let mut app = App::new(Access::new(db, clock, look()), registry, folder.path().to_owned(), &[]);
    app.limits = limits;
    Product { app, token, _folder: folder }
}

async fn ask(router: &Router, token: &str, path: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    let request = request.body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.expect("a body");
    (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn whoever_comes_beyond_the_limit_is_told_to_come_again() {
    let p = product(Limits::new(2, Duration::from_secs(60)));
    let router = assemble(p.app.clone());
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let (router, token) = (router.clone(), p.token.clone());
            tokio::spawn(async move { ask(&router, &token, "/desk/things/waits").await.0 })
        })
        .collect();
    for _ in 0..5_000 {
        if BEGUN.load(Ordering::SeqCst) == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(BEGUN.load(Ordering::SeqCst), 2);
    let (status, headers, body) = ask(&router, &p.token, "/desk/things/quick").await;
    assert_eq!((status, headers["retry-after"].to_str().ok()), (StatusCode::SERVICE_UNAVAILABLE, Some("2")));
    assert!(body.contains("more to do than it can take on"), "{body}");
    assert!(headers.contains_key("content-security-policy"), "dressed like every answer");
    assert_eq!(ask(&router, &p.token, "/healthz").await.0, StatusCode::OK, "probes always come through");
    assert_eq!(ask(&router, &p.token, "/readyz").await.0, StatusCode::OK);
    END.notify_waiters();
    for task in waiting {
        assert_eq!(task.await.expect("no panic"), StatusCode::OK);
    }
    assert_eq!(ask(&router, &p.token, "/desk/things/quick").await.0, StatusCode::OK, "room again");
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up() {
    let p = product(Limits::new(8, Duration::from_millis(50)));
    let router = assemble(p.app.clone());
    let (status, headers, body) = ask(&router, &p.token, "/desk/things/never").await;
    assert_eq!((status, headers["retry-after"].to_str().ok()), (StatusCode::SERVICE_UNAVAILABLE, Some("30")));
    assert!(body.contains("look before you"), "{body}");
    let metrics = ask(&capability::meter::metrics(p.app.clone(), None), "", "/metrics").await.2;
    assert!(metrics.contains("folkmoot_http_requests_refused_total{reason=\"slow\"} 1"), "{metrics}");
    let route = "route=\"/desk/things/never\",method=\"GET\",status=\"503\"";
    assert!(
        metrics.contains(&format!("folkmoot_http_request_duration_seconds_count{{{route}}} 1")),
        "{metrics}"
    );
}

#[tokio::test]
async fn blocking_work_is_bounded() {
    let p = product(Limits::new(1, Duration::from_secs(60)));
    let mut held = Vec::new();
    for _ in 0..2 {
        let (begun, mut hears) = tokio::sync::mpsc::channel::<()>(1);
        let (free, may_end) = std::sync::mpsc::channel::<()>();
        let app = p.app.clone();
        let work = tokio::spawn(async move {
            app.blocking(move |_| {
                begun.blocking_send(()).expect("somebody listens");
                Ok(may_end.recv().is_ok())
            })
            .await
        });
        hears.recv().await.expect("it has begun");
        held.push((work, free));
    }
    let error = p.app.blocking(|_| Ok(())).await.expect_err("no room");
    assert_eq!(error.kind, base::ErrorKind::Unavailable);
    for (work, free) in held {
        free.send(()).expect("somebody waits");
        assert!(work.await.expect("no panic").expect("done"));
    }
    p.app.blocking(|_| Ok(())).await.expect("room again");
}

#[tokio::test]
async fn an_id_that_a_proxy_gave_is_kept_and_nonsense_is_not() {
    let p = product(Limits::default());
    let router = assemble(p.app);
    for (given, kept) in [("8f14e45f-ceea", true), ("short", false), ("with blanks in it", false)] {
        let request = Request::get("/healthz").header("x-request-id", given).body(Body::empty());
        let response = router.clone().oneshot(request.expect("a request")).await.expect("an answer");
        let id = response.headers()["x-request-id"].to_str().expect("an id").to_owned();
        assert_eq!(id == given, kept, "{given}: {id}");
        assert!(id.len() >= 8);
    }
}
