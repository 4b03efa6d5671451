//! A browser with its cookies, in front of an installation of its own.

use access::sso::Means;
use access::{Access, Account, Gate, LinkView, Look, Permission, Principal, Roles, SignInView};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRef, State};
use axum::http::{Request, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use outgoing::{Client, Rules};
use std::collections::BTreeMap;
use store::Priority;
use testkit::Bench;
use tower::ServiceExt as _;

const SEE: Permission = Permission::new("test.see_page", "See the page", Roles::EVERYBODY);
/// In microseconds.
pub const HOUR: i64 = 3_600_000_000;

/// What the routes are given.
#[derive(Clone)]
struct Desk {
    access: Access,
    means: Means,
}

impl FromRef<Desk> for Access {
    fn from_ref(desk: &Desk) -> Self {
        desk.access.clone()
    }
}

impl FromRef<Desk> for Means {
    fn from_ref(desk: &Desk) -> Self {
        desk.means.clone()
    }
}

/// A browser with its cookies, in front of an installation of its own.
pub struct Browser {
    pub access: Access,
    pub means: Means,
    app: Router,
    pub cookies: BTreeMap<String, String>,
    pub bearer: Option<String>,
    pub site: &'static str,
    /// Tests speak to the database directly too, which must not happen inside a runtime.
    runtime: tokio::runtime::Runtime,
    _bench: Bench,
}

/// How the installation answered.
pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    /// The last cookie that was set.
    pub set_cookie: String,
    pub body: String,
}

fn sign_in_page(v: &SignInView) -> String {
    format!(
        "csrf={} next={} first={} problem={:?} providers={:?} passkey={:?}",
        v.csrf, v.next, v.first_run, v.problem, v.providers, v.passkey
    )
}

fn link_page(v: &LinkView) -> String {
    format!(
        "csrf={} email={} asks={} problem={:?} weak={:?}",
        v.csrf, v.email, v.asks_email, v.problem, v.weak
    )
}

/// One browser for each database.
pub fn browsers() -> Vec<Browser> {
    let postgres = Bench::postgres(access::MIGRATIONS);
    [Some(Bench::sqlite(access::MIGRATIONS)), postgres].into_iter().flatten().map(Browser::new).collect()
}

impl Browser {
    fn new(bench: Bench) -> Self {
        let (db, clock) = (bench.community.db().clone(), bench.clock.clone());
        let look = Look {
            connect: |v| {
                format!("csrf={} provider={} email={} proof={} ", v.csrf, v.provider, v.email, v.proof)
            },
            message: |v| format!("title={} text={}", v.title, v.text),
            sign_in: sign_in_page,
            link: link_page,
            password: |v| {
                format!("csrf={} done={} problem={:?} weak={:?}", v.csrf, v.done, v.problem, v.weak)
            },
            code: |v| {
                format!("csrf={} code app={} passkey={:?} problem={:?}", v.csrf, v.app, v.passkey, v.problem)
            },
            set_up: |v| {
                format!(
                    "csrf={} set-up action={} secret={} sealed={} demanded={} problem={:?}",
                    v.csrf, v.action, v.secret, v.sealed, v.demanded, v.problem
                )
            },
            app: |v| format!("csrf={} app problem={:?}", v.csrf, v.problem),
            codes: |v| format!("codes={} next={}", v.codes.join(","), v.next),
            passkeys: |v| {
                let names: Vec<&str> = v.keys.iter().map(|k| k.public_id.as_str()).collect();
                format!(
                    "csrf={} keys={} user={} question={:?} problem={:?}",
                    v.csrf,
                    names.join(","),
                    v.user,
                    v.question,
                    v.problem
                )
            },
            forgotten: |v| {
                format!("csrf={} set_up={} sent={} problem={:?}", v.csrf, v.set_up, v.sent, v.problem)
            },
            address: |v| format!("csrf={} email={} done={} problem={:?}", v.csrf, v.email, v.done, v.problem),
        };
        let mut access = Access::new(db, clock, look);
        access.public_url = Some("http://c.example".into());
        // The key of tests, and only this machine.
        let sealer =
            seal::Sealer::with_keys("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "").expect("a key");
        let rules = Rules::read("127.0.0.0/8", true).expect("rules");
        let means = Means { sealer, outgoing: Client::new(rules) };
        let desk = Desk { access: access.clone(), means: means.clone() };
        let app = Self::assemble(&access, desk);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        Self {
            access,
            means,
            app,
            cookies: BTreeMap::new(),
            bearer: None,
            site: "same-origin",
            runtime,
            _bench: bench,
        }
    }

    /// The same installation at another address.
    pub fn at(mut self, public: &str) -> Self {
        self.access.public_url = Some(public.to_owned());
        self.app =
            Self::assemble(&self.access, Desk { access: self.access.clone(), means: self.means.clone() });
        self
    }

    /// Whether the sign-in page at this address asks for passkeys.
    pub fn asks_passkey(&self, public: &str, host: &str) -> bool {
        let mut access = self.access.clone();
        access.public_url = Some(public.to_owned());
        let app = Self::assemble(&access, Desk { access: access.clone(), means: self.means.clone() });
        let request =
            Request::builder().uri("/signin").header("host", host).body(Body::empty()).expect("a request");
        let response = self.runtime.block_on(app.oneshot(request)).expect("an answer");
        let bytes = self.runtime.block_on(to_bytes(response.into_body(), 1 << 20)).expect("a body");
        String::from_utf8_lossy(&bytes).contains("passkey=Some")
    }

    fn assemble(access: &Access, desk: Desk) -> Router {
        let guarded = Router::new()
            .route(
                "/desk",
                get(async |p: Principal| format!("hello {} csrf={}", p.name, p.csrf)).post(async || "done"),
            )
            .route(
                "/api/v1/thing",
                get(async |p: Principal| format!("hello {}", p.email)).post(async || "done"),
            )
            .layer(from_fn_with_state(access.clone(), async |State(a): State<Access>, r, n: Next| {
                access::guard(a, Gate { permission: SEE, personal: false, by_session: false }, r, n).await
            }));
        Router::new()
            .merge(access::routes::<Desk>(access))
            .merge(guarded)
            .route("/forgotten", get(async |_: Principal| "open"))
            .with_state(desk)
    }

    pub fn account(&self, email: &str) -> Account {
        let now = self.access.clock.now();
        self.access
            .db
            .write(Priority::Interactive, |tx| access::create(tx, email, Some("Ana"), now))
            .expect("an account")
    }

    pub fn link(&self, account: &Account) -> String {
        let now = self.access.clock.now();
        let token = self
            .access
            .db
            .write(Priority::Interactive, |tx| access::create_link(tx, account.id, now))
            .expect("a link");
        format!("/signin/link/{token}")
    }

    pub fn send(&mut self, method: &str, path: &str, body: Option<String>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "c.example")
            .header("sec-fetch-site", self.site);
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(bearer) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request.body(Body::from(body.unwrap_or_default())).expect("a request");
        let response: Response = self.runtime.block_on(self.app.clone().oneshot(request)).expect("an answer");
        let text =
            |name| response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let location = text(header::LOCATION);
        let mut set_cookie = String::new();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            set_cookie = cookie.to_str().expect("ASCII").to_owned();
            let (name, rest) = set_cookie.split_once('=').expect("a cookie");
            self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap_or_default().to_owned());
        }
        let status = response.status();
        let bytes = self.runtime.block_on(to_bytes(response.into_body(), 1 << 20)).expect("a body");
        Answer { status, location, set_cookie, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    /// Opens the page, takes its form token and sends the form.
    pub fn submit(&mut self, page: &str, fields: &str) -> Answer {
        let token = csrf(&self.get(page).body);
        self.send("POST", page, Some(format!("csrf={token}&{fields}")))
    }
}

/// The form token of a page.
pub fn csrf(body: &str) -> String {
    body.split_once("csrf=").map_or("", |(_, rest)| rest).split(' ').next().unwrap_or_default().to_owned()
}
