//! A product with people in several roles.

use access::{Access, Scope};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use base::Result;
use capability::{App, DESK_MIGRATIONS, Permission, Principal, Registry, assemble, kernel_manifests, look};
use store::{Conn, Priority};
use testkit::{Bench, START};
use tower::ServiceExt as _;

pub struct Product {
    pub bench: Bench,
    pub app: App,
    pub router: Router,
    /// An owner.
    pub ana: Person,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    pub id: i64,
    pub public_id: String,
    pub cookie: String,
    pub csrf: String,
    /// An API token.
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

    /// What stands between two marks.
    pub fn between(&self, before: &str, after: &str) -> String {
        let rest = self.text.split(before).nth(1).unwrap_or_default();
        rest.split(after).next().unwrap_or_default().to_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }
}

pub fn on_both(test: impl AsyncFn(&Product)) {
    on_both_with(None, test);
}

/// The same, where mail goes through this server.
pub fn on_both_with(mail: Option<&testkit::smtp::Sink>, test: impl AsyncFn(&Product)) {
    let schema: Vec<store::Migration> = access::MIGRATIONS.iter().chain(DESK_MIGRATIONS).copied().collect();
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for bench in benches.into_iter().flatten() {
        let mut manifests = kernel_manifests();
        manifests.push(team::manifest());
        let registry = Registry::new(manifests).expect("a sound registry");
        let mut access = Access::new(bench.db().clone(), bench.clock.clone(), look());
        access.readings = access.readings.by_hand();
        let mut app = App::new(access, registry, std::env::temp_dir(), &[]);
        if let Some(sink) = mail {
            app.access.mail = testkit::smtp::mailer(sink);
            app.access.public_url = Some("https://desk.example".into());
        }
        bench.source("Forum");
        bench
            .db()
            .write(Priority::Interactive, |tx| {
                tx.execute(
                    "INSERT INTO channels (source_id, external_id, name, private) VALUES (1, 'c1', 'help', 0)",
                    &[],
                )
            })
            .expect("a channel");
        let router = assemble(app.clone());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let ana = runtime.block_on(enter(&app, &router, "Ana", &[]));
        let product = Product { bench, app, router, ana };
        runtime.block_on(test(&product));
        // What waits for the database is closed outside of the runtime, as its driver waits, too.
        drop(runtime);
    }
}

async fn enter(app: &App, router: &Router, name: &str, roles: &[(&str, Scope)]) -> Person {
    let (made, roles): (String, Vec<(String, Scope)>) =
        (name.to_owned(), roles.iter().map(|(r, s)| ((*r).to_owned(), *s)).collect());
    let mut person = app
        .blocking(move |app| {
            let all: Vec<Permission> = app.registry.permissions().into_iter().map(|(_, p)| p).collect();
            app.db.write(Priority::Interactive, |tx| {
                let email = format!("{}@example.org", made.to_lowercase());
                let account = access::create(tx, &email, Some(&made), START)?;
                for (role, scope) in &roles {
                    access::grant(tx, &Principal::local(), &all, account.id, role, *scope, START)?;
                }
                let session = access::create_session_from(tx, account.id, "Firefox/1 Linux", START)?;
                Ok(Person {
                    id: account.id,
                    public_id: account.public_id,
                    cookie: format!("folkmoot_session={session}"),
                    csrf: String::new(),
                    token: access::create_api_token(tx, account.id, "test", START)?,
                })
            })
        })
        .await
        .expect("an account");
    let kit = ask(router, Method::GET, "/desk/kit", &[("cookie", &person.cookie)], String::new()).await;
    // Empty for roles that open no page at all; then every form is refused.
    person.csrf = kit.between("name=\"csrf\" content=\"", "\"");
    person
}

async fn ask(router: &Router, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body)).expect("a request");
    let response = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 4 << 20).await.expect("a body");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(!text.contains(" style="), "{path}: the content policy forbids it");
    Answer { status: parts.status, headers: parts.headers, text }
}

impl Product {
    /// Somebody with these roles.
    pub async fn person(&self, name: &str, roles: &[(&str, Scope)]) -> Person {
        enter(&self.app, &self.router, name, roles).await
    }

    pub async fn open(&self, who: &Person, path: &str) -> Answer {
        ask(&self.router, Method::GET, path, &[("cookie", &who.cookie)], String::new()).await
    }

    pub async fn send(&self, who: &Person, path: &str, fields: &str) -> Answer {
        let headers =
            [("cookie", who.cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        ask(&self.router, Method::POST, path, &headers, format!("csrf={}&{fields}", who.csrf)).await
    }

    /// A call of the API.
    pub async fn call(&self, who: &Person, method: Method, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", who.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        ask(&self.router, method, path, &headers, body.to_owned()).await
    }

    pub async fn read<T: Send + 'static>(
        &self,
        run: impl FnOnce(&mut Conn<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.app.blocking(move |a| a.db.read(run)).await.expect("a reading")
    }

    /// The newest entry of the audit log: title, subject, before, after.
    pub async fn newest(&self) -> (String, String, String, String) {
        self.read(|c| {
            let found = access::audit::list(c, &access::audit::Filter::default(), 1)?;
            Ok(found.into_iter().next().map(|e| (e.title, e.subject, e.before, e.after)).expect("an entry"))
        })
        .await
    }
}
