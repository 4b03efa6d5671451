//! A product with the Sources area, and somebody who uses it through the browser or the API.

mod watched;

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use capability::{App, Registry, assemble, kernel_manifests, look};
use connect::Importer;
use serde_json::Value;
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::Priority;
use testkit::{Bench, START};
use tower::ServiceExt as _;

/// The importers of these tests.
pub static IMPORTERS: &[&dyn Importer] = &[&chat::SLACK, &chat::DISCORD, &tables::activities::ACTIVITIES];

const BOUNDARY: &str = "----a-boundary-that-occurs-nowhere";

/// The product on one database.
pub struct Product {
    pub bench: Bench,
    pub app: App,
    pub folder: tempfile::TempDir,
    router: Router,
    session: String,
    token: String,
    _alone: MutexGuard<'static, ()>,
}

/// What runs is known by number within a process, and every fresh database counts from 1: one at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// Where it leads.
    pub fn location(&self) -> &str {
        self.headers.get("location").map_or("", |v| v.to_str().expect("ASCII"))
    }

    /// Its JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The value of the hidden field of this name.
    pub fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest = self.text.split(&start).nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}

/// The tables that the pages need, beside those of the heart.
fn schema() -> Vec<store::Migration> {
    access::MIGRATIONS.iter().chain(capability::DESK_MIGRATIONS).copied().collect()
}

/// On a fresh SQLite file.
pub fn on_sqlite() -> Product {
    product(Bench::sqlite(&schema()))
}

/// Runs a test on both databases, where PostgreSQL can be had. Databases are opened and closed outside of the
/// runtime, as their driver waits.
pub fn on_both(test: impl AsyncFn(&Product)) {
    let benches = [Some(Bench::sqlite(&schema())), Bench::postgres(&schema())];
    for product in benches.into_iter().flatten().map(product) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(test(&product));
    }
}

/// The program over a database and a folder, as it is after a start.
pub fn start(bench: &Bench, folder: &tempfile::TempDir) -> App {
    let mut manifests = kernel_manifests();
    manifests.push(sources::manifest());
    let registry = Registry::new(manifests).expect("a sound registry");
    let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
    App::new(access, registry, folder.path().to_owned(), IMPORTERS)
}

fn product(bench: Bench) -> Product {
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a folder");
    let app = start(&bench, &folder);
    let (session, token) = bench
        .db()
        .write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ana@example.org", Some("Ana"), START)?;
            let session = access::create_session(tx, account.id, START)?;
            Ok((session, access::create_api_token(tx, account.id, "test", START)?))
        })
        .expect("an account");
    Product { router: assemble(app.clone()), app, bench, folder, session, token, _alone: alone }
}

/// A part of a form: a name, a file name for files, and what is in it.
pub type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

/// A text field.
pub fn text<'a>(name: &'a str, value: &'a str) -> Part<'a> {
    (name, None, value.as_bytes())
}

fn multipart(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map_or_else(String::new, |f| {
            format!("; filename=\"{f}\"\r\nContent-Type: application/octet-stream")
        });
        write!(body, "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n")
            .expect("memory");
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    write!(body, "--{BOUNDARY}--\r\n").expect("memory");
    body
}

impl Product {
    /// Any request.
    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 8 << 20).await.expect("a body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// The cookie of the session.
    pub fn session_cookie(&self) -> String {
        format!("folkmoot_session={}", self.session)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    /// A page, as a signed-in person opens it.
    pub async fn open(&self, path: &str) -> Answer {
        let answer = self.ask(Method::GET, path, &[("cookie", &self.session_cookie())], Vec::new()).await;
        assert!(!answer.text.contains("style="), "{path}: the content policy forbids it");
        answer
    }

    /// A form without files, with the token of a page.
    pub async fn submit(&self, path: &str, fields: &str) -> Answer {
        let csrf = self.open("/desk/sources/import").await.hidden("csrf");
        let body = format!("csrf={csrf}&{fields}").into_bytes();
        let kind = "application/x-www-form-urlencoded";
        self.ask(Method::POST, path, &[("cookie", &self.session_cookie()), ("content-type", kind)], body)
            .await
    }

    /// The import form, as a browser sends it.
    pub async fn send(&self, parts: &[Part<'_>]) -> Answer {
        self.upload(
            "/desk/sources/import",
            &[("cookie", &self.session_cookie()), ("sec-fetch-site", "same-origin")],
            parts,
        )
        .await
    }

    /// A form with files and these headers.
    pub async fn upload(&self, path: &str, headers: &[(&str, &str)], parts: &[Part<'_>]) -> Answer {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let mut headers = headers.to_vec();
        headers.push(("content-type", &kind));
        self.ask(Method::POST, path, &headers, multipart(parts)).await
    }

    /// A call of the API.
    pub async fn api(&self, method: Method, path: &str) -> Answer {
        self.ask(method, path, &[("authorization", &self.bearer())], Vec::new()).await
    }

    /// An upload by the API.
    pub async fn api_upload(&self, parts: &[Part<'_>]) -> Answer {
        self.upload("/api/v1/imports", &[("authorization", &self.bearer())], parts).await
    }

    /// Waits until an import is no longer under way, and returns it as the API tells it.
    pub async fn settled(&self, id: &str) -> Value {
        for _ in 0..3_000 {
            let import = self.api(Method::GET, &format!("/api/v1/imports/{id}")).await.json();
            if !matches!(import["state"].as_str(), Some("running" | "undoing")) {
                return import;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the import {id} does not end");
    }

    /// Fails when anything derived differs from the log. On a thread of its own, as the database waits.
    pub fn assert_consistent(&self) {
        std::thread::scope(|s| s.spawn(|| self.bench.assert_consistent()).join())
            .expect("cells and log agree");
    }

    /// The folders of uploads that are still there.
    pub fn uploads(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("uploads")).into_iter().flatten().count()
    }
}

/// A small Slack export: two people and a bot, a thread, a reaction, a join, a line that is no message.
pub fn slack() -> Vec<u8> {
    zip(&[
        ("users.json", USERS),
        ("channels.json", r#"[{"id":"C1","name":"general","created":1700000000,"members":["U1","U2"]}]"#),
        ("general/2023-11-20.json", DAY_ONE),
        ("general/2023-11-24.json", DAY_TWO),
    ])
}

/// The same a week later, with one more day.
pub fn slack_later() -> Vec<u8> {
    zip(&[
        ("users.json", USERS),
        ("channels.json", r#"[{"id":"C1","name":"general","created":1700000000,"members":["U1","U2"]}]"#),
        ("general/2023-11-20.json", DAY_ONE),
        ("general/2023-11-24.json", DAY_TWO),
        (
            "general/2023-12-01.json",
            r#"[{"type":"message","user":"U2","text":"a week on","ts":"1701424800.000100"}]"#,
        ),
    ])
}

const USERS: &str = r#"[
  {"id":"U1","name":"ruth","profile":{"real_name":"Ruth Calder","email":"ruth@lathe.example"}},
  {"id":"U2","name":"bo","profile":{"real_name":"Bo"}},
  {"id":"U3","name":"greeter","is_bot":true,"profile":{"real_name":"Greeter"}}]"#;

const DAY_ONE: &str = r#"[
  {"type":"message","subtype":"channel_join","user":"U2","text":"<@U2> has joined the channel","ts":"1700474400.000100"},
  {"type":"message","user":"U1","text":"which glue?","ts":"1700474500.000100","thread_ts":"1700474500.000100","reply_count":1,
   "reactions":[{"name":"eyes","users":["U2"],"count":1}]},
  {"type":"message","user":"U2","text":"hide glue","ts":"1700474900.000100","thread_ts":"1700474500.000100","parent_user_id":"U1"},
  {"type":"message","user":"U3","text":"=welcome","ts":"1700475000.000100"},
  {"type":"message","user":"U1","text":"no time"}]"#;

const DAY_TWO: &str = r#"[{"type":"message","user":"U1","text":"thanks","ts":"1700820000.000100"}]"#;

/// A zip of these files.
pub fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a file in a zip");
        out.write_all(text.as_bytes()).expect("memory");
    }
    out.finish().expect("a whole zip").into_inner()
}
