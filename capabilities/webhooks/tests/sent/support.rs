//! The product with webhooks, and a receiver on this machine.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use capability::{App, DESK_MIGRATIONS, Registry, assemble, kernel_manifests, look};
use serde_json::Value;
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::Priority;
use testkit::{Bench, START};
use tower::ServiceExt as _;

/// What arrived.
#[derive(Clone, Debug)]
pub struct Got {
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// Checks the signature under a secret; how many signatures there are.
    pub fn signed_with(&self, secret: &str) -> usize {
        let at: i64 = self.headers["webhook-timestamp"].parse().expect("seconds");
        let expect = webhooks::signature([secret], self.id(), at, self.body.as_bytes()).expect("a signature");
        let all: Vec<&str> = self.headers["webhook-signature"].split(' ').collect();
        assert!(all.contains(&expect.as_str()), "{all:?} has no {expect}");
        all.len()
    }
}

/// Answers by path: what is said there, and 200 everywhere else. A status of 0 never answers.
#[derive(Clone)]
pub struct Receiver {
    pub base: String,
    got: Arc<Mutex<Vec<Got>>>,
    says: Arc<Mutex<HashMap<String, u16>>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let receiver = Self {
            base: format!("http://{}", listener.local_addr().expect("an address")),
            got: Arc::default(),
            says: Arc::default(),
        };
        let shared = receiver.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        receiver
    }

    pub fn says(&self, path: &str, status: u16) {
        self.says.lock().expect("no panic").insert(path.to_owned(), status);
    }

    pub fn got(&self, path: &str) -> Vec<Got> {
        self.got.lock().expect("no panic").iter().filter(|g| g.path == path).cloned().collect()
    }

    fn serve(&self, stream: TcpStream) {
        let mut out = stream.try_clone().expect("a connection");
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            let mut headers = HashMap::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                    break;
                }
                if let Some((name, value)) = line.split_once(':') {
                    headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
                }
            }
            let length = headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            if reader.read_exact(&mut body).is_err() {
                return;
            }
            let status = self.says.lock().expect("no panic").get(&path).copied().unwrap_or(200);
            let body = String::from_utf8(body).expect("UTF-8");
            self.got.lock().expect("no panic").push(Got { path, headers, body });
            if status == 0 {
                std::thread::sleep(Duration::from_secs(60));
                return;
            }
            let answer = format!("HTTP/1.1 {status} Said\r\ncontent-length: 4\r\n\r\nsaid");
            if out.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

pub struct Product {
    pub bench: Bench,
    pub app: App,
    pub receiver: Receiver,
    router: Router,
    cookie: String,
    csrf: String,
    _folder: tempfile::TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    pub fn between(&self, before: &str, after: &str) -> String {
        let rest = self.text.split(before).nth(1).unwrap_or_default();
        rest.split(after).next().unwrap_or_default().to_owned()
    }
}

/// Runs a test on both databases, with the sender of a node working.
pub fn on_both(test: impl AsyncFn(&Product)) {
    let schema: Vec<store::Migration> = access::MIGRATIONS
        .iter()
        .chain(DESK_MIGRATIONS)
        .chain(capability::API_MIGRATIONS)
        .chain(webhooks::MIGRATIONS)
        .copied()
        .collect();
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for bench in benches.into_iter().flatten() {
        let mut manifests = kernel_manifests();
        manifests.push(webhooks::manifest());
        let registry = Registry::new(manifests).expect("a sound registry");
        let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
        let folder = tempfile::tempdir().expect("a folder");
        let mut app = App::new(access, registry, folder.path().into(), &[]);
        let rules = outgoing::Rules::read("127.0.0.1", true).expect("rules");
        app.outgoing = outgoing::Client::new(rules);
        let session = bench.db().write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ana@example.org", Some("Ana"), START)?;
            access::create_session_from(tx, account.id, "Firefox/1 Linux", START)
        });
        let cookie = format!("folkmoot_session={}", session.expect("a session"));
        let mut product = Product {
            router: assemble(app.clone()),
            app: app.clone(),
            bench,
            receiver: Receiver::start(),
            cookie,
            csrf: String::new(),
            _folder: folder,
        };
        let deliveries = webhooks::begin(&app).expect("a sender");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let page = product.open("/desk/settings/webhooks").await;
            product.csrf = page.between("name=\"csrf\" content=\"", "\"");
            test(&product).await;
        });
        deliveries.stop(Duration::from_secs(1));
    }
}

impl Product {
    async fn ask(&self, method: Method, path: &str, kind: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", &self.cookie)
            .header("x-csrf-token", &self.csrf)
            .header("content-type", kind)
            .body(Body::from(body))
            .expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let location =
            response.headers().get("location").map_or("", |v| v.to_str().expect("ASCII")).to_owned();
        let bytes = to_bytes(response.into_body(), 4 << 20).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains(" style="), "{path}: the content policy forbids it");
        Answer { status, location, text }
    }

    pub async fn open(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, "text/plain", String::new()).await
    }

    /// A form, as a browser sends it.
    pub async fn send(&self, path: &str, fields: &str) -> Answer {
        let body = format!("csrf={}&{fields}", self.csrf);
        self.ask(Method::POST, path, "application/x-www-form-urlencoded", body).await
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        self.ask(method, path, "application/json", body.to_string()).await
    }

    /// Subscribes a path of the receiver; the id and the secret.
    pub async fn subscribe(&self, path: &str, more: Value) -> (String, String) {
        let mut asked =
            serde_json::json!({ "url": format!("{}{path}", self.receiver.base), "events": ["*"] });
        for (name, value) in more.as_object().expect("an object") {
            asked[name] = value.clone();
        }
        let made = self.call(Method::POST, "/api/v1/webhooks", asked).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let made = made.json();
        (made["id"].as_str().expect("an id").into(), made["secret"].as_str().expect("a secret").into())
    }

    pub async fn deliveries(&self, id: &str) -> Vec<Value> {
        let answer = self.open(&format!("/api/v1/webhooks/{id}/deliveries")).await.json();
        answer["items"].as_array().expect("a list").clone()
    }

    /// The newest line of the log; nothing when it is empty.
    pub async fn newest(&self, id: &str) -> Value {
        self.deliveries(id).await.into_iter().next().unwrap_or_default()
    }

    /// Moves the clock and wakes whoever waits for it.
    pub fn advance(&self, seconds: i64) {
        self.bench.clock.advance(seconds * 1_000_000);
        self.app.db.ring("webhooks");
    }

    /// Something that is told through the outbox.
    pub async fn happens(&self, kind: &'static str, about: Value) {
        let told = self.app.blocking(move |app| {
            app.db.write(Priority::Interactive, |tx| jobs::outbox::tell(tx, kind, &about, app.clock.now()))
        });
        told.await.expect("told");
    }
}

/// Waits for something that other threads do.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
