//! A small community over two sources, and somebody who uses its members through the browser or the API.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use base::{Day, Micros};
use capability::{App, Registry, assemble, kernel_manifests, look};
use community::{ActivityDraft, Batch, IdentityDraft, Ingestor, Kind};
use serde_json::Value;
use store::{Migration, Priority};
use testkit::{Bench, START, message, reply};
use tower::ServiceExt as _;

pub struct Product {
    pub bench: Bench,
    router: Router,
    session: String,
    pub token: String,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get("location").map_or("", |v| v.to_str().expect("ASCII"))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// What stands in the page itself.
    fn body(&self) -> &str {
        self.text
            .split("<main")
            .nth(1)
            .map_or(&self.text, |rest| rest.split("</main>").next().unwrap_or(rest))
    }

    pub fn has(&self, text: &str) -> &Self {
        assert!(self.text.contains(text), "{text} is not in {}", self.body());
        self
    }

    pub fn lacks(&self, text: &str) -> &Self {
        assert!(!self.text.contains(text), "{text} is in {}", self.body());
        self
    }
}

/// 2024-01-02, the last day of the small community; the clock stands at the day before.
pub fn today() -> Day {
    Day::of_ymd(2024, 1, 2).expect("a day")
}

fn schema() -> Vec<Migration> {
    [access::MIGRATIONS, capability::DESK_MIGRATIONS, people::MIGRATIONS].concat()
}

pub fn on_both(test: impl AsyncFn(&Product)) {
    for bench in [Some(Bench::sqlite(&schema())), Bench::postgres(&schema())].into_iter().flatten() {
        let product = product(bench);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(test(&product));
    }
}

/// What waits for the database's driver runs beside the runtime.
pub fn aside<T>(run: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(run)
}

pub fn person(id: &str, name: &str, handle: &str, email: &str) -> IdentityDraft {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    IdentityDraft {
        external_id: id.to_owned(),
        name: some(name),
        handle: some(handle),
        email: some(email),
        ..IdentityDraft::default()
    }
}

pub fn take(bench: &Bench, source: i64, identities: Vec<IdentityDraft>, activities: Vec<ActivityDraft>) {
    let mut ingestor = Ingestor::new(source, 1);
    bench
        .db()
        .write(Priority::Bulk, |tx| {
            ingestor.ingest(tx, Batch { identities, activities, ..Batch::default() }, START)
        })
        .expect("people are taken in");
}

/// Two sources. Ruth answers at both (same address); Ana left in autumn; Bo is new and asks in vain; Cy joined and
/// never wrote; Dee went quiet; a bot posts.
fn product(bench: Bench) -> Product {
    let (chat, forum) = (bench.source("chat"), bench.source("forum"));
    let mut bot = person("B1", "Build bot", "bot", "");
    bot.bot = Some(true);
    let question = ActivityDraft {
        text: Some("How do I sharpen a gouge?".into()),
        ..message("bo1", today(), 5, "help", "U3")
    };
    let mut activities = vec![
        message("ruth1", today().plus(-200), 1, "general", "U1"),
        message("ruth2", today().plus(-1), 1, "general", "U1"),
        message("ana1", today().plus(-120), 3, "general", "U2"),
        message("dee1", today().plus(-90), 4, "general", "U5"),
        message("dee2", today().plus(-45), 4, "general", "U5"),
        message("bot1", today(), 9, "general", "B1"),
        question,
    ];
    let join = Kind::MEMBER_JOINED;
    activities.push(ActivityDraft {
        actor: Some("U4".into()),
        ..ActivityDraft::new(join, today().plus(-3).start_micros(), "cy-joined", "general")
    });
    let people = vec![
        person("U1", "Ruth Calder", "ruth", "ruth@lathe.example"),
        person("U2", "Ana <Souza>", "ana", "ana@lathe.example"),
        person("U3", "Bo Lind", "bo", ""),
        person("U4", "Cy", "cy", ""),
        person("U5", "Dee Park", "deep", ""),
        bot,
    ];
    take(&bench, chat, people, activities);
    let root = message("topic", today().plus(-2), 1, "tools", "f2");
    let at = root.at;
    let answer = reply(message("answer", today().plus(-2), 60, "tools", "f1"), "topic", at);
    let people =
        vec![person("f1", "R. Calder", "calder", "RUTH@lathe.example"), person("f2", "Dee Park", "deep", "")];
    take(&bench, forum, people, vec![root, answer]);
    let mut manifests = kernel_manifests();
    manifests.push(people::manifest());
    let registry = Registry::new(manifests).expect("a sound registry");
    let (session, token) = bench
        .db()
        .write(Priority::Interactive, |tx| {
            let account = access::create(tx, "eve@example.org", Some("Eve"), START)?;
            let session = access::create_session(tx, account.id, START)?;
            Ok((session, access::create_api_token(tx, account.id, "test", START)?))
        })
        .expect("an account");
    let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
    let app = App::new(access, registry, std::env::temp_dir(), &[]);
    Product { router: assemble(app), bench, session, token }
}

impl Product {
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 8 << 20).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub fn cookie(&self) -> String {
        format!("folkmoot_session={}", self.session)
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header("cookie", self.cookie()).body(Body::empty());
        self.send(request.expect("a request")).await
    }

    /// A page that must be there.
    pub async fn page(&self, path: &str) -> Answer {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} on {}: {}", self.bench.database, answer.text);
        answer
    }

    /// Sends a form as the browser would, with the token of the list's page.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.page("/desk/members").await.text;
        let csrf = csrf.split("name=\"csrf\" content=\"").nth(1).expect("a token");
        let csrf = csrf.split('"').next().expect("a token").to_owned();
        let escape = |text: &str| {
            text.bytes().fold(String::new(), |mut out, b| {
                if b.is_ascii_alphanumeric() {
                    out.push(char::from(b));
                } else {
                    out.push_str(&format!("%{b:02X}"));
                }
                out
            })
        };
        let mut body = format!("csrf={}", escape(&csrf));
        fields.iter().for_each(|(n, v)| body.push_str(&format!("&{n}={}", escape(v))));
        let request = Request::post(path)
            .header("cookie", self.cookie())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.send(request.expect("a request")).await
    }

    /// A form that must lead somewhere; the page it leads to.
    pub async fn done(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.form(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text);
        self.page(answer.location().split('#').next().expect("an address")).await
    }

    pub async fn api(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body.map_or_else(Body::empty, |b| Body::from(b.to_string())))
            .expect("a request");
        let answer = self.send(request).await;
        (answer.status, answer.json())
    }

    pub async fn names(&self, query: &str) -> Vec<String> {
        let (status, answer) = self.api(Method::GET, &format!("/api/v1/members{query}"), None).await;
        assert_eq!(status, StatusCode::OK, "{query}: {answer}");
        let items = answer["items"].as_array().expect("items");
        items.iter().map(|i| i["name"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The id of the identity with this external id.
    pub fn id(&self, source: &str, who: &str) -> String {
        let named = format!("{source}:{who}");
        aside(|| self.bench.db().read(|c| community::people::get_identity(c, &named)))
            .expect("an identity")
            .public_id
    }

    pub fn later(&self, days: i64) -> Micros {
        self.bench.clock.advance(days * 86_400_000_000);
        self.bench.clock.now()
    }
}
