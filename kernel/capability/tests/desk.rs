//! What every page of the desk shares, as people meet it, on both databases where PostgreSQL can be had: saved
//! views, the palette, notices, the event stream.

use access::Access;
use axum::Router;
use axum::body::{Body, BodyDataStream, to_bytes};
use axum::http::{Method, Request, StatusCode};
use capability::notices::Notice;
use capability::{
    App, DESK_MIGRATIONS, Manifest, NavEntry, Permission, Principal, Registry, Roles, Routes, Scope, Wire,
    assemble, kernel_manifests, look, views,
};
use futures_core::Stream as _;
use std::pin::Pin;
use store::Priority;
use testkit::{Bench, START};
use tower::ServiceExt as _;

const SEE: Permission = Permission::new("things.see_things", "See things", Roles::EVERYBODY);

fn manifest() -> Manifest {
    Manifest {
        id: "things",
        title: "Things",
        navigation: vec![NavEntry {
            title: "Things",
            path: "/desk/things",
            icon: "box",
            group: "",
            order: 1,
            permission: SEE,
        }],
        routes: vec![Routes::new(SEE, || {
            Router::new().route("/desk/things", axum::routing::get(async || "things"))
        })],
        permissions: vec![SEE],
        palette: vec![capability::Palette {
            permission: SEE,
            find: |_, _, asked, _| {
                Ok(capability::palette::fixed(asked, &[("Things", "Café table", "/desk/things/1", "box")]))
            },
        }],
        ..Manifest::default()
    }
}

struct Product {
    bench: Bench,
    app: App,
    router: Router,
    /// A session's cookie of each of two accounts.
    cookies: [String; 2],
}

fn on_both(test: impl AsyncFn(&Product)) {
    let schema: Vec<store::Migration> = access::MIGRATIONS.iter().chain(DESK_MIGRATIONS).copied().collect();
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for bench in benches.into_iter().flatten() {
        let mut manifests = kernel_manifests();
        manifests.push(manifest());
        let registry = Registry::new(manifests).expect("a sound registry");
        let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
        let app = App::new(access, registry, std::env::temp_dir(), &[]);
        let session = |email: &str| {
            let made = bench.db().write(Priority::Interactive, |tx| {
                let account = access::create(tx, email, None, START)?;
                let (by, everywhere) = (Principal::local(), Scope::Everything);
                access::grant(tx, &by, &[], account.id, "manager", everywhere, START)?;
                access::create_session(tx, account.id, START)
            });
            format!("folkmoot_session={}", made.expect("a session"))
        };
        let cookies = [session("ana@example.org"), session("bo@example.org")];
        let product = Product { router: assemble(app.clone()), app, bench, cookies };
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(test(&product));
        product.app.stop();
    }
}

struct Answer {
    status: StatusCode,
    location: String,
    text: String,
}

impl Product {
    async fn raw(
        &self,
        who: usize,
        method: Method,
        path: &str,
        accept: &str,
        body: String,
    ) -> axum::response::Response {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", &self.cookies[who])
            .header("accept", accept)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .expect("a request");
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    async fn ask(&self, who: usize, method: Method, path: &str, accept: &str, body: String) -> Answer {
        let response = self.raw(who, method, path, accept, body).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 4 << 20).await.expect("a body");
        let location = parts.headers.get("location").map_or("", |v| v.to_str().expect("ASCII")).to_owned();
        Answer { status: parts.status, location, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn get(&self, who: usize, path: &str) -> String {
        self.ask(who, Method::GET, path, "text/html", String::new()).await.text
    }

    async fn csrf(&self, who: usize) -> String {
        let page = self.get(who, "/desk/kit").await;
        let rest = page.split("name=\"csrf\" content=\"").nth(1).expect("a token");
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    async fn post(&self, who: usize, path: &str, fields: &str) -> Answer {
        let csrf = self.csrf(who).await;
        self.ask(who, Method::POST, path, "text/html", format!("csrf={csrf}&{fields}")).await
    }

    async fn views(&self, account: i64) -> Vec<views::SavedView> {
        self.app
            .blocking(move |a| a.db.read(|c| views::list(c, "things", Some(account))))
            .await
            .expect("views")
    }
}

const VIEW: &str = "list=things&path=/desk/things&query=tag%3Dx%26page%3D3";

#[test]
fn views_are_ones_own_until_they_are_shared() {
    on_both(async |p| {
        let saved = p.post(0, "/desk/views", &format!("{VIEW}&name=My+view")).await;
        assert_eq!(
            (saved.status, saved.location.as_str()),
            (StatusCode::SEE_OTHER, "/desk/things?tag=x"),
            "on {}: {}",
            p.bench.database,
            saved.text
        );
        let own = p.views(1).await;
        assert_eq!((own[0].name.as_str(), own[0].query.as_str(), own[0].own), ("My view", "tag=x", true));
        assert!(p.views(2).await.is_empty(), "nobody else sees it");
        p.post(0, "/desk/views", &format!("{VIEW}&name=My+view&share=1")).await;
        let theirs = p.views(2).await;
        assert_eq!(theirs.len(), 1, "the same name is the same view");
        assert!(!theirs[0].own && theirs[0].shared && theirs[0].owner == "ana");
        let removal = format!("/desk/views/{}/removal", own[0].public_id);
        assert_eq!(p.post(1, &removal, "back=/desk/things").await.status, StatusCode::NOT_FOUND);
        assert_eq!(p.post(0, &removal, "back=/desk/things").await.location, "/desk/things");
        assert!(p.views(2).await.is_empty());
        let away = p.post(0, "/desk/views", "list=things&path=//evil.example&query=a%3D1&name=x").await;
        assert_eq!(away.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", away.location);
    });
}

#[test]
fn the_palette_finds_pages_and_what_manifests_give() {
    on_both(async |p| {
        let json = async |q: &str| {
            let path = format!("/desk/palette?q={q}");
            p.ask(0, Method::GET, &path, "application/json", String::new()).await.text
        };
        let found = json("cafe").await;
        assert!(found.contains("\"title\":\"Café table\"") && !found.contains("\"Notices\""), "{found}");
        assert!(json("").await.contains("\"group\":\"Go to\""));
        let page = p.get(0, "/desk/palette?q=cafe").await;
        assert!(page.contains("<h1>Find</h1>") && page.contains("href=\"/desk/things/1\""), "{page}");
        assert!(p.get(0, "/desk/palette?q=%3Cb%3Ezz").await.contains("Nothing fits"));
    });
}

#[test]
fn notices_reach_whom_they_are_for_and_are_read_once() {
    on_both(async |p| {
        let tell = async |account, text: &'static str| {
            let told = p.app.blocking(move |a| {
                a.notify(&Notice { account, text, link: "/desk/things", ..Notice::default() });
                Ok(())
            });
            told.await.expect("told");
        };
        tell(None, "for everybody").await;
        tell(Some(1), "for <b>ana</b>").await;
        let news = async |who, after| p.get(who, &format!("/desk/notices/news?after={after}")).await;
        let first = news(0, -1).await;
        assert!(
            first.contains("\"unread\":2") && first.contains("\"new\":[]"),
            "on {}: {first}",
            p.bench.database
        );
        assert!(news(1, 0).await.contains("\"unread\":1"));
        assert!(!news(1, 0).await.contains("ana"), "it is not theirs");
        let page = p.get(0, "/desk/notices").await;
        assert!(page.contains("for &lt;b&gt;ana") && page.contains("for everybody"));
        assert_eq!(p.post(0, "/desk/notices/mark", "").await.status, StatusCode::SEE_OTHER);
        assert!(news(0, 0).await.contains("\"unread\":0"));
        assert!(news(1, 0).await.contains("\"unread\":1"), "each reads for themselves");
    });
}

async fn next(stream: &mut BodyDataStream) -> Option<String> {
    let piece = std::future::poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await?;
    Some(String::from_utf8_lossy(&piece.expect("a piece")).into_owned())
}

#[test]
fn a_page_hears_what_changed_on_any_node_and_the_end() {
    on_both(async |p| {
        let response = p.raw(0, Method::GET, "/desk/events", "text/event-stream", String::new()).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = response.into_body().into_data_stream();
        assert!(next(&mut stream).await.is_some_and(|hello| hello.contains("event: hello")));
        let tell = async |events: capability::events::Events, topic: &'static str| {
            let told = p.app.blocking(move |_| {
                events.tell(topic);
                Ok(())
            });
            told.await.expect("told");
        };
        tell(p.app.events.clone(), "imports").await;
        let heard = next(&mut stream).await.expect("a topic");
        assert!(heard.contains("event: topic") && heard.contains("data: imports"), "{heard}");
        if p.bench.db().dialect() == store::Dialect::Postgres {
            // Another node on the same database, which shares nothing but the rows.
            let mut other = p.app.clone();
            other.events = capability::events::Events::new(p.bench.db().clone());
            let (here, there) = (Wire::new(&p.app), Wire::new(&other));
            let passed = p.app.blocking(move |_| {
                here.look()?;
                other.events.tell("members");
                there.tell()?;
                here.look()
            });
            passed.await.expect("told and heard");
            let heard = next(&mut stream).await.expect("a topic of the other node");
            assert!(heard.contains("data: members"), "{heard}");
        }
        p.app.stop();
        while next(&mut stream).await.is_some() {}
        assert_eq!(p.app.events.listeners(), 0, "an ending server keeps nobody waiting");
    });
}

#[test]
fn nobody_hears_without_signing_in() {
    on_both(async |p| {
        let request = Request::builder().uri("/desk/events").body(Body::empty()).expect("a request");
        let answer = p.router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "to the sign-in page");
    });
}
