//! Who stands before a route: people of every role, and which permission the manifests put in front of what.

use super::filled::{self, Filled};
use super::source::Route;
use access::{Principal, Scope};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use capability::{App, Permission, assemble};
use store::Priority;
use tower::ServiceExt as _;

/// The roles that every installation begins with, and a moderator of one source only.
pub(super) const ROLES: [&str; 7] =
    ["owner", "admin", "manager", "moderator", "analyst", "author", "volunteer"];
/// The name of the moderator of one source.
pub(super) const IN_PLACE: &str = "moderator-in-place";

/// Somebody who asks.
pub(super) struct Asker {
    pub name: &'static str,
    /// The session's cookie; empty for nobody.
    pub cookie: String,
}

impl Asker {
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if !self.cookie.is_empty() {
            headers.insert("cookie", HeaderValue::from_str(&self.cookie).expect("a cookie"));
        }
        headers
    }
}

/// A filled program with somebody of every role; the last one is the moderator of one source.
pub(super) fn program() -> (Filled, Vec<Asker>) {
    let filled = filled::on_sqlite();
    let all: Vec<Permission> = filled.app.registry.permissions().into_iter().map(|(_, p)| p).collect();
    let now = filled.clock.now();
    let askers = filled
        .app
        .db
        .write(Priority::Interactive, |tx| {
            let people = ROLES.map(|role| (role, role, Scope::Everything));
            let in_place = (IN_PLACE, "moderator", Scope::Source(1));
            people
                .into_iter()
                .chain([in_place])
                .map(|(name, role, scope)| {
                    let account = access::create(tx, &format!("{name}@example.com"), Some(name), now)?;
                    access::grant(tx, &Principal::local(), &all, account.id, role, scope, now)?;
                    let session = access::create_session(tx, account.id, now)?;
                    Ok(Asker { name, cookie: format!("folkmoot_session={session}") })
                })
                .collect::<base::Result<Vec<_>>>()
        })
        .expect("accounts");
    (filled, askers)
}

/// How a route answered.
pub(super) struct Answered {
    pub status: StatusCode,
    pub location: String,
    /// The body, where it was a page or an error.
    pub text: String,
}

impl Answered {
    /// Whether the guard let the request through. What comes behind it may refuse for other reasons.
    pub fn let_in(&self) -> bool {
        let unknown = self.status == StatusCode::UNAUTHORIZED || self.location.starts_with("/signin");
        let denied = self.status == StatusCode::FORBIDDEN && self.text.contains("you may not do this");
        !unknown && !denied
    }
}

/// Asks a program. What would change something is sent without a token, so that it stops behind the guard.
pub(super) async fn ask(router: &Router, who: &Asker, method: &str, address: &str) -> Answered {
    let mut request = Request::builder().method(method).uri(address).body(Body::empty()).expect("a request");
    *request.headers_mut() = who.headers();
    if method != "GET" {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert("content-type", form);
    }
    let response = router.clone().oneshot(request).await.expect("an answer");
    let text_of = |name: &str| {
        response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
    };
    let (status, location, kind) = (response.status(), text_of("location"), text_of("content-type"));
    let readable = kind.starts_with("text/html") || kind.contains("json") || !status.is_success();
    let text = if readable {
        let bytes = to_bytes(response.into_body(), 64 << 20).await.expect("a whole body");
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        String::new()
    };
    Answered { status, location, text }
}

/// The whole program as one service.
pub(super) fn router(app: &App) -> Router {
    assemble(app.clone())
}

/// Which permission stands before a route: what somebody without any role is told that they lack.
pub(super) struct Gates {
    router: Router,
    roleless: Asker,
    permissions: Vec<Permission>,
}

impl Gates {
    /// Of a program; makes an account that has no role.
    pub fn new(app: &App) -> Self {
        let session = app.db.write(Priority::Interactive, |tx| {
            let account = access::create(tx, "roleless@example.com", None, app.clock.now())?;
            access::create_session(tx, account.id, app.clock.now())
        });
        let cookie = format!("folkmoot_session={}", session.expect("an account"));
        let permissions = app.registry.permissions().into_iter().map(|(_, p)| p).collect();
        Self { router: router(app), roleless: Asker { name: "roleless", cookie }, permissions }
    }

    /// The permission before an address; nothing where it is open.
    pub async fn before(&self, method: &str, address: &str) -> Option<Permission> {
        let answer = ask(&self.router, &self.roleless, method, address).await;
        if answer.let_in() {
            return None;
        }
        let plain = answer.text.replace("&quot;", "\"").replace("\\\"", "\"").replace("&#39;", "'");
        let named = self.permissions.iter().find(|p| plain.contains(&format!("\"{}\" needs", p.title)));
        Some(*named.unwrap_or_else(|| panic!("{method} {address} names no permission: {plain}")))
    }
}

/// One address of a route: the first value that is known for each parameter, any word for others.
pub(super) fn address(route: &Route, filled: &Filled) -> String {
    let parts = route.path.split('/').map(|part| {
        let Some(name) = part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) else {
            return part.to_owned();
        };
        let known = filled.ids.iter().find(|i| i.0 == name).and_then(|i| i.1.first());
        known.cloned().unwrap_or_else(|| name.trim_start_matches('*').to_owned())
    });
    parts.collect::<Vec<_>>().join("/")
}
