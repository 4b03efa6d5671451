//! A product with two people of one source, and its jobs at work.

use access::Access;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use base::{Day, Micros};
use capability::{App, DESK_MIGRATIONS, Registry, assemble, kernel_manifests, look};
use community::{Batch, IdentityDraft, Ingestor, contacts};
use serde_json::Value;
use std::time::{Duration, Instant};
use store::Priority;
use testkit::{Bench, START, message};
use tower::ServiceExt as _;

pub const DAY: Micros = 86_400_000_000;

pub struct Product {
    pub bench: Bench,
    pub app: App,
    router: Router,
    token: String,
    cookie: String,
    source: i64,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

/// Waits for something that a job does.
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(90), "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs a test on both databases. They are asked outside of the runtime, as their driver waits.
pub fn on_both(test: impl Fn(&Product)) {
    let schema: Vec<store::Migration> = [
        access::MIGRATIONS,
        DESK_MIGRATIONS,
        capability::API_MIGRATIONS,
        backup::MIGRATIONS,
        privacy::MIGRATIONS,
    ]
    .concat();
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for product in benches.into_iter().flatten().map(product) {
        let workers = product.app.begin_jobs().expect("workers");
        test(&product);
        product.app.stop();
        workers.stop(Duration::from_secs(5));
    }
}

fn product(bench: Bench) -> Product {
    let mut manifests = kernel_manifests();
    manifests.push(privacy::manifest());
    let registry = Registry::new(manifests).expect("a sound registry");
    let folder = tempfile::tempdir().expect("a folder");
    let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
    let app = App::new(access, registry, folder.path().to_owned(), &[]);
    let source = bench.source("chat");
    let (token, session) = bench
        .db()
        .write(Priority::Interactive, |tx| {
            let account = access::create(tx, "boss@example.org", Some("Boss"), START)?;
            let token = access::create_api_token(tx, account.id, "test", START)?;
            Ok((token, access::create_session(tx, account.id, START)?))
        })
        .expect("an account");
    let cookie = format!("folkmoot_session={session}");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let router = assemble(app.clone());
    let product = Product { router, bench, app, token, cookie, source, runtime, _folder: folder };
    product.import();
    product.fill();
    product
}

impl Product {
    /// Brings the source in, once more if it is there already.
    pub fn import(&self) {
        let who = |id: &str, name: &str, handle: &str, email: &str| IdentityDraft {
            external_id: id.to_owned(),
            name: Some(name.to_owned()),
            handle: Some(handle.to_owned()),
            email: Some(email.to_owned()),
            ..IdentityDraft::default()
        };
        let identities = vec![
            who("U1", "Ana Souza", "ana_s", "ana@home.example"),
            who("U2", "Bo", "bo", "bo@home.example"),
        ];
        let day = Day::of_ymd(2023, 12, 2).expect("a day");
        let said = |id: &str, minute: i64, who: &str, text: &str| community::ActivityDraft {
            text: Some(text.to_owned()),
            ..message(id, day, minute, "general", who)
        };
        let activities = vec![
            said("m1", 1, "U1", "I moved to Porto, does anyone know it?"),
            said("m2", 2, "U2", "what Bo says to @ana_s"),
            said("m3", 900, "U1", "I moved to Porto"),
            said("m4", 3_000, "U1", "And I moved to Porto again"),
            said("m5", 3_001, "U2", "what Bo says"),
        ];
        let mut ingestor = Ingestor::new(self.source, 1);
        let batch = Batch { identities, activities, ..Batch::default() };
        self.bench
            .db()
            .write(Priority::Bulk, |tx| ingestor.ingest(tx, batch, START))
            .expect("people are taken in");
        self.bench.community.fold_all().expect("folded");
    }

    /// What the team keeps about her.
    fn fill(&self) {
        self.bench
            .db()
            .write(Priority::Interactive, |tx| {
                let ana = community::people::get_identity(tx, "chat:U1")?;
                let new = contacts::NewContact {
                    identity: ana.identity,
                    conversation: None,
                    why: "greeted",
                    text: "Welcome, Ana Souza",
                    by: "boss@example.org",
                };
                contacts::record(tx, &new, START)?;
                tx.execute(
                    "INSERT INTO imports (import_id, public_id, source_id, format, input, fingerprint, options, state, position,
                       tally, started_by, started_at) VALUES (1, 'imp_1', $1, 'test', '', '', '{}', 'done', 0, '{}', 'boss', 0)",
                    &[self.source.into()],
                )?;
                for excerpt in ["bad line of Ana Souza", "bad line of somebody"] {
                    tx.execute(
                        "INSERT INTO import_skips (import_id, reason, place, excerpt) VALUES (1, 'no date', 'line 3', $1)",
                        &[excerpt.into()],
                    )?;
                }
                Ok(())
            })
            .expect("what is kept");
    }

    pub fn member(&self, external_id: &str) -> String {
        let found =
            self.bench.db().read(|c| community::people::get_identity(c, &format!("chat:{external_id}")));
        found.expect("a member").public_id
    }

    /// Every metric as it answers without a parameter.
    pub fn figures(&self) -> Vec<String> {
        let all = metric::registry().iter().map(|d| {
            let query = metric::Query::parse(d.id, std::iter::empty::<(&str, &str)>()).expect("a question");
            let answer = self.bench.community.view(|v| metric::answer(v, &query, Default::default()));
            serde_json::to_string(&answer.expect("an answer")).expect("JSON")
        });
        all.collect()
    }

    fn whole(&self, request: Request<Body>) -> (StatusCode, Bytes, HeaderMap) {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("an answer");
            let (status, headers) = (response.status(), response.headers().clone());
            (status, to_bytes(response.into_body(), 16 << 20).await.expect("a body"), headers)
        })
    }

    pub fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body.map_or_else(Body::empty, |b| Body::from(b.to_string())))
            .expect("a request");
        let (status, bytes, _) = self.whole(request);
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Sends a text.
    pub fn send(&self, path: &str, text: &str) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "text/csv")
            .body(Body::from(text.to_owned()))
            .expect("a request");
        let (status, bytes, _) = self.whole(request);
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub fn bytes(&self, path: &str) -> Vec<u8> {
        let request = Request::get(path)
            .header("authorization", format!("Bearer {}", self.token))
            .body(Body::empty())
            .expect("a request");
        let (status, bytes, _) = self.whole(request);
        assert_eq!(status, StatusCode::OK);
        bytes.to_vec()
    }

    /// A page as somebody sees it who is signed in.
    pub fn page(&self, path: &str) -> (StatusCode, String) {
        let request =
            Request::get(path).header("cookie", &self.cookie).body(Body::empty()).expect("a request");
        let (status, bytes, _) = self.whole(request);
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Sends a form with its token.
    pub fn form(&self, path: &str, fields: &str) -> (StatusCode, String) {
        let (_, page) = self.page("/desk/settings/privacy");
        let csrf =
            page.split("name=\"csrf\" value=\"").nth(1).and_then(|r| r.split('"').next()).unwrap_or_default();
        let request = Request::post(path)
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("csrf={csrf}&{fields}")))
            .expect("a request");
        let (status, bytes, _) = self.whole(request);
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// As somebody who has nothing but an address.
    pub fn open(&self, method: &str, path: &str, form: &str) -> (StatusCode, String, HeaderMap) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .expect("a request");
        let (status, bytes, headers) = self.whole(request);
        (status, String::from_utf8_lossy(&bytes).into_owned(), headers)
    }
}
