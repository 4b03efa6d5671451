//! Settings as somebody uses them in a browser, on both databases.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use capability::{App, DESK_MIGRATIONS, Registry, assemble, kernel_manifests, look};
use store::Priority;
use testkit::{Bench, START};
use tower::ServiceExt as _;

struct Product {
    bench: Bench,
    app: App,
    router: Router,
    cookie: String,
    csrf: String,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn location(&self) -> &str {
        self.headers.get("location").map_or("", |v| v.to_str().expect("ASCII"))
    }

    /// What stands between two marks.
    fn between(&self, before: &str, after: &str) -> String {
        let rest = self.text.split(before).nth(1).unwrap_or_default();
        rest.split(after).next().unwrap_or_default().to_owned()
    }
}

fn on_both(test: impl AsyncFn(&Product)) {
    let schema: Vec<store::Migration> = access::MIGRATIONS.iter().chain(DESK_MIGRATIONS).copied().collect();
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for bench in benches.into_iter().flatten() {
        let mut manifests = kernel_manifests();
        manifests.push(settings::manifest());
        let registry = Registry::new(manifests).expect("a sound registry");
        let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
        let app = App::new(access, registry, std::env::temp_dir(), &[]);
        let session = bench.db().write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ana@example.org", Some("Ana"), START)?;
            access::create_session_from(tx, account.id, "Firefox/1 Linux", START)
        });
        let cookie = format!("folkmoot_session={}", session.expect("a session"));
        let mut product = Product { router: assemble(app.clone()), app, bench, cookie, csrf: String::new() };
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let page = product.open("/desk/settings/account").await;
            product.csrf = page.between("name=\"csrf\" content=\"", "\"");
            test(&product).await;
        });
    }
}

impl Product {
    async fn ask(&self, method: Method, path: &str, cookie: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 4 << 20).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains(" style="), "{path}: the content policy forbids it");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn open(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &self.cookie, String::new()).await
    }

    async fn send(&self, path: &str, fields: &str) -> Answer {
        self.ask(Method::POST, path, &self.cookie, format!("csrf={}&{fields}", self.csrf)).await
    }
}

#[test]
fn the_community_gets_another_name_and_zone() {
    on_both(async |p| {
        assert_eq!(p.open("/desk/settings").await.location(), "/desk/settings/community");
        let page = p.open("/desk/settings/community").await;
        for words in ["Weeks in figures are ISO weeks", "Our community", "Own account", "aria-current"] {
            assert!(page.text.contains(words), "{words} on {}", p.bench.database);
        }
        let named = p.send("/desk/settings/community", "name=Lathe").await;
        assert_eq!(named.location(), "/desk/settings/community?told=saved");
        assert!(p.open(named.location()).await.text.contains("Lathe"));
        let empty = p.send("/desk/settings/community", "name=+").await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.text.contains("cannot be empty"), "{}", empty.text);
        let wrong = p.send("/desk/settings/community/zone", "zone=Mars/Olympus").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("value=\"Mars/Olympus\""), "what was typed stays");
        let zone = p.send("/desk/settings/community/zone", "zone=Europe/Lisbon").await;
        assert_eq!(zone.status, StatusCode::SEE_OTHER, "{}", zone.text);
        for _ in 0..1_000 {
            let left = p.open("/desk/settings/community/rebuild").await;
            if left.headers.contains_key("hx-refresh") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let page = p.open("/desk/settings/community").await;
        assert!(page.text.contains("value=\"Europe/Lisbon\""), "{}", page.text);
        let same = p.send("/desk/settings/community/zone", "zone=Europe/Lisbon").await;
        assert_eq!(same.location(), "/desk/settings/community?told=same");
    });
}

#[test]
fn lists_of_people_are_kept_one_a_line() {
    on_both(async |p| {
        p.send("/desk/settings/people", "staff=Ana%0D%0A%40example.org&bots=greeter").await;
        let page = p.open("/desk/settings/people").await;
        assert!(page.text.contains("Ana\n@example.org") && page.text.contains(">greeter<"), "{}", page.text);
        let stored = p.app.blocking(|a| a.db.read(|c| community::settings::get(c, "staff"))).await;
        assert_eq!(stored.expect("a setting").as_deref(), Some("Ana, @example.org"));
    });
}

#[test]
fn ones_own_account_has_sessions_and_looks() {
    on_both(async |p| {
        let other = p.app.blocking(|a| {
            a.db.write(Priority::Interactive, |tx| {
                access::create_session_from(tx, 1, "Chrome/1 Windows", START)
            })
        });
        let other = format!("folkmoot_session={}", other.await.expect("a session"));
        let page = p.open("/desk/settings/account").await;
        assert!(page.text.contains("Firefox on Linux") && page.text.contains("Chrome on Windows"));
        let id = page.between("/desk/settings/account/sessions/", "/end");
        assert_eq!(
            p.send(&format!("/desk/settings/account/sessions/{id}/end"), "").await.status,
            StatusCode::SEE_OTHER
        );
        let out = p.ask(Method::GET, "/desk/settings/account", &other, String::new()).await;
        assert!(out.location().starts_with("/signin"), "that session has ended");
        assert_eq!(p.open("/desk/settings/account").await.status, StatusCode::OK, "this one has not");

        let looks = p.send("/desk/settings/account/look", "theme=dark").await;
        let cookies: Vec<&str> =
            looks.headers.get_all("set-cookie").iter().map(|c| c.to_str().expect("ASCII")).collect();
        assert!(cookies[0].starts_with("theme=dark;") && cookies[1].starts_with("keys=off;"), "{cookies:?}");
        let with = format!("{}; theme=dark; keys=off", p.cookie);
        let dark = p.ask(Method::GET, "/desk/settings/account", &with, String::new()).await;
        assert!(dark.text.contains("data-theme=\"dark\" data-letter-keys=\"off\""), "it takes effect");

        let renamed = p.send("/desk/settings/account", "name=Ana+Sol&email=ana%40example.org").await;
        assert!(p.open(renamed.location()).await.text.contains("account of Ana Sol"));
    });
}

#[test]
fn a_page_asks_the_database_little() {
    on_both(async |p| {
        for path in ["community", "people", "account", "tokens"] {
            let before = p.bench.db().statements();
            p.open(&format!("/desk/settings/{path}")).await;
            let asked = p.bench.db().statements() - before;
            assert!(asked <= 8, "{path}: {asked} statements on {}", p.bench.database);
        }
    });
}

#[test]
fn tokens_are_made_with_what_they_may_and_revoked() {
    on_both(async |p| {
        let nameless = p.send("/desk/settings/tokens", "token-name=+").await;
        assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
        let nothing = p.send("/desk/settings/tokens", "token-name=x&may=some").await;
        assert!(nothing.text.contains("choose at least one"), "{}", nothing.text);
        let made = p
            .send(
                "/desk/settings/tokens",
                "token-name=Nightly+figures&days=30&may=some&permission=settings.change_community",
            )
            .await;
        let secret = made.between("id=\"secret\">", "<");
        assert!(secret.starts_with("fmt_"), "{}", made.text);
        let page = p.open("/desk/settings/tokens").await;
        assert!(page.text.contains("Nightly figures") && !page.text.contains(&secret), "shown once");
        let listed = p.app.blocking(|a| a.db.read(|c| access::list_api_tokens(c, 1))).await.expect("tokens");
        assert_eq!(listed[0].permissions.as_deref(), Some(&["settings.change_community".to_owned()][..]));
        assert_eq!(listed[0].expires_at, Some(START + 30 * 86_400 * 1_000_000));
        let with_token = async |method: Method, path: &str| {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("authorization", format!("Bearer {secret}"))
                .body(Body::empty())
                .expect("a request");
            p.router.clone().oneshot(request).await.expect("an answer").status()
        };
        assert_eq!(with_token(Method::GET, "/api/v1/settings").await, StatusCode::OK);
        assert_eq!(
            with_token(Method::GET, "/api/v1/me").await,
            StatusCode::FORBIDDEN,
            "it was not given that"
        );
        let token = page.between("/desk/settings/tokens/", "/removal");
        p.send(&format!("/desk/settings/tokens/{token}/removal"), "").await;
        assert!(!p.open("/desk/settings/tokens").await.text.contains("Nightly figures"));
        assert_eq!(with_token(Method::GET, "/api/v1/settings").await, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn ones_own_account_is_not_for_tokens() {
    on_both(async |p| {
        let token = p.app.blocking(|a| {
            a.db.write(Priority::Interactive, |tx| access::create_api_token(tx, 1, "everything", START))
        });
        let bearer = format!("Bearer {}", token.await.expect("a token"));
        for (method, path) in [
            (Method::GET, "/desk/settings/account"),
            (Method::POST, "/desk/settings/account"),
            (Method::POST, "/desk/settings/account/sessions/x/end"),
            (Method::POST, "/desk/settings/tokens"),
            (Method::POST, "/api/v1/tokens"),
            (Method::GET, "/account/password"),
        ] {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("authorization", &bearer)
                .body(Body::empty())
                .expect("a request");
            let status = p.router.clone().oneshot(request).await.expect("an answer").status();
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        }
    });
}
