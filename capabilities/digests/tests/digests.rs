//! Mails at an hour: chosen on the page, put together with what their owner may do then, stopped with a link. On both
//! databases, with a mail server of the test's own and digests of an invented capability.

use access::{Access, Scope};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use base::{Error, Micros, Result};
use capability::digest::{Digest, DigestAsk, DigestKind, ViewKind, ViewRows};
use capability::{
    App, DESK_MIGRATIONS, Manifest, Permission, Principal, Registry, Roles, assemble, kernel_manifests, look,
};
use mailer::{Item, Section};
use std::time::Duration;
use store::Priority;
use testkit::smtp::{Manners, Sink, Taken, mailer};
use testkit::{Bench, START};
use tower::ServiceExt as _;

const PATH: &str = "/desk/settings/digests";
const HOUR: Micros = 3_600_000_000;
const SEE: Permission = Permission::new("things.see", "See things", Roles::MODERATOR);

fn things(ask: &DigestAsk<'_>) -> Result<Option<Digest>> {
    if ask.principal.name == "Nil" {
        return Ok(None);
    }
    let item = Item {
        title: "A <thing>".into(),
        href: format!("{}/desk/things/1", ask.origin),
        note: format!("for {}", ask.principal.name),
    };
    Ok(Some(Digest {
        subject: "1 thing needs somebody".into(),
        lead: vec!["As of today.".into()],
        sections: vec![Section { title: "Now".into(), items: vec![item], ..Section::default() }],
        button: ("Open things".into(), "/desk/things".into()),
    }))
}

fn rows(_: &DigestAsk<'_>, query: &str, at_most: usize) -> Result<ViewRows> {
    if query.contains("source=gone") {
        return Err(Error::not_found("there is no source \"gone\""));
    }
    let row = |n: usize| Item { title: format!("Row {n} of {query}"), ..Item::default() };
    Ok(ViewRows { count: "214 things".into(), rows: (0..at_most.min(3)).map(row).collect() })
}

struct Product {
    bench: Bench,
    app: App,
    router: Router,
    ana: Person,
    runtime: tokio::runtime::Runtime,
}

#[derive(Clone)]
struct Person {
    id: i64,
    cookie: String,
    csrf: String,
}

struct Answer {
    status: StatusCode,
    location: String,
    text: String,
}

fn on_both(sink: Option<&Sink>, test: impl Fn(&Product)) {
    let mut schema = access::MIGRATIONS.to_vec();
    schema.extend(DESK_MIGRATIONS);
    schema.extend(digests::manifest().migrations);
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for bench in benches.into_iter().flatten() {
        let mut manifests = kernel_manifests();
        manifests.push(digests::manifest());
        manifests.push(Manifest {
            id: "things",
            title: "Things",
            permissions: vec![SEE],
            digests: vec![DigestKind {
                id: "things",
                title: "Things",
                sentence: "What needs somebody.",
                permission: SEE,
                weekly: false,
                give: things,
            }],
            views: vec![ViewKind {
                list: "things",
                title: "Things",
                path: "/desk/things",
                permission: SEE,
                give: rows,
            }],
            ..Manifest::default()
        });
        let registry = Registry::new(manifests).expect("a sound registry");
        let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
        let mut app = App::new(access, registry, std::env::temp_dir(), &[]);
        app.access.public_url = Some("https://desk.example".into());
        if let Some(sink) = sink {
            app.access.mail = mailer(sink);
        }
        let router = assemble(app.clone());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let nobody = Person { id: 0, cookie: String::new(), csrf: String::new() };
        let mut product = Product { bench, app, router, ana: nobody, runtime };
        // The first account owns everything.
        product.person("Olga", "");
        product.ana = product.person("Ana", "moderator");
        test(&product);
    }
}

impl Product {
    fn person(&self, name: &str, role: &str) -> Person {
        let all: Vec<Permission> = self.app.registry.permissions().into_iter().map(|(_, p)| p).collect();
        let made = self.bench.db().write(Priority::Interactive, |tx| {
            let account =
                access::create(tx, &format!("{}@example.org", name.to_lowercase()), Some(name), START)?;
            if !role.is_empty() {
                access::grant(tx, &Principal::local(), &all, account.id, role, Scope::Everything, START)?;
            }
            Ok((account.id, access::create_session(tx, account.id, START)?))
        });
        let (id, session) = made.expect("an account");
        let cookie = format!("folkmoot_session={session}");
        let page = self.ask(Method::GET, "/desk/kit", &cookie, String::new()).text;
        let csrf = page.split("name=\"csrf\" content=\"").nth(1).and_then(|r| r.split('"').next());
        Person { id, cookie, csrf: csrf.unwrap_or_default().to_owned() }
    }

    fn ask(&self, method: Method, path: &str, cookie: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .expect("a request");
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("an answer");
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, 4 << 20).await.expect("a body");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let location = parts.headers.get("location").and_then(|v| v.to_str().ok()).unwrap_or_default();
            Answer { status: parts.status, location: location.to_owned(), text }
        })
    }

    fn open(&self, who: &Person) -> Answer {
        self.ask(Method::GET, PATH, &who.cookie, String::new())
    }

    fn send(&self, who: &Person, path: &str, fields: &str) -> Answer {
        self.ask(Method::POST, path, &who.cookie, format!("csrf={}&{fields}", who.csrf))
    }

    /// Runs what is due and hands over what is in the outbox; the mails that came.
    fn work(&self, sink: &Sink) -> Vec<Taken> {
        let before = sink.taken().len();
        let begun = digests::due(&self.app).expect("asked");
        let workers = self.app.begin_jobs().expect("workers");
        let began = std::time::Instant::now();
        loop {
            let left = self.bench.db().read(|c| {
                let sql = "SELECT count(*) FROM jobs WHERE kind IN ('digests.compose', 'mail.send')";
                c.query_one(sql, &[], |r| r.int(0))
            });
            if left.expect("a count") == 0 {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{begun} begun, and they never end");
            std::thread::sleep(Duration::from_millis(2));
        }
        workers.stop(Duration::from_secs(10));
        sink.taken()[before..].to_vec()
    }

    fn view(&self, owner: &Person, name: &str, query: &str, shared: bool) -> String {
        let id = format!("vie_{name}");
        self.bench
            .db()
            .write(Priority::Interactive, |tx| {
                tx.execute(
                    "INSERT INTO saved_views (public_id, list, name, query, account_id, saved_at, shared_at)
                     VALUES ($1, 'things', $2, $3, $4, $5, $6)",
                    &[
                        (&id).into(),
                        name.into(),
                        query.into(),
                        owner.id.into(),
                        START.into(),
                        shared.then_some(START).into(),
                    ],
                )
            })
            .expect("a view");
        id
    }
}

#[test]
fn a_digest_comes_at_its_hour_says_what_its_owner_may_see_and_stops_with_a_link() {
    let sink = Sink::new(Manners::default());
    on_both(Some(&sink), |p| {
        // The clock stands at midnight of a Monday in UTC, one o'clock in Berlin.
        let saved = p.send(&p.ana, PATH, "kind=things&days=working&hour=8&zone=Europe%2FBerlin");
        assert_eq!(saved.location, format!("{PATH}?told=saved"), "{}", saved.text);
        let page = p.open(&p.ana);
        assert!(page.text.contains("<option value=\"working\" selected>"), "{}", page.text);
        assert!(page.text.contains("value=\"Europe/Berlin\"") && page.text.contains("None was sent yet."));
        assert!(p.work(&sink).is_empty(), "it is not eight yet");
        p.bench.clock.advance(7 * HOUR);
        let came = p.work(&sink);
        assert_eq!(came.len(), 1);
        let mail = &came[0];
        assert_eq!(mail.to, ["ana@example.org"]);
        assert_eq!(mail.header("Subject"), "1 thing needs somebody (Our community)");
        assert!(mail.text().contains("https://desk.example/desk/things/1"), "{}", mail.text());
        assert!(
            mail.text().contains("for Ana") && mail.text().contains("A &lt;thing&gt;"),
            "{}",
            mail.text()
        );
        assert!(p.work(&sink).is_empty(), "once");
        assert!(p.open(&p.ana).text.contains("Last sent"));

        // Eight in the evening: the next is tomorrow's. Whoever lost the role gets nothing, and gets it again with it.
        p.bench.clock.advance(24 * HOUR);
        let db = p.bench.db();
        let end = |ended: Option<Micros>| {
            db.write(Priority::Interactive, |tx| {
                tx.execute(
                    "UPDATE grants SET ended_at = $1 WHERE account_id = $2",
                    &[ended.into(), p.ana.id.into()],
                )
            })
            .expect("a grant")
        };
        end(Some(START));
        assert!(p.work(&sink).is_empty(), "no role, no mail");
        end(None);
        p.bench.clock.advance(24 * HOUR);
        let came = p.work(&sink);
        assert_eq!(came.len(), 1);

        // The link in it, without a cookie.
        let link = came[0].link("https://desk.example/mail/unsubscribe/");
        let path = link.strip_prefix("https://desk.example").expect("a path");
        let asked = p.ask(Method::GET, path, "", String::new());
        assert!(asked.text.contains("on working days"), "{}", asked.text);
        let ended = p.ask(Method::POST, path, "", "List-Unsubscribe=One-Click".into());
        assert_eq!(ended.status, StatusCode::OK, "{}", ended.text);
        let told =
            db.read(|c| access::audit::list(c, &access::audit::Filter::default(), 1)).expect("entries");
        assert_eq!(
            (told[0].title.as_str(), told[0].via.as_str()),
            ("Stopped mails with the link in one", "mail")
        );
        p.bench.clock.advance(24 * HOUR);
        assert!(p.work(&sink).is_empty());
        assert!(p.ask(Method::GET, path, "", String::new()).text.contains("have ended"));
        assert!(p.open(&p.ana).text.contains("<option value=\"\" selected>"), "never");
    });
}

#[test]
fn nothing_to_say_is_no_mail_and_what_was_missed_stays_missed() {
    let sink = Sink::new(Manners::default());
    on_both(Some(&sink), |p| {
        let nil = p.person("Nil", "moderator");
        p.send(&nil, PATH, "kind=things&days=all&hour=8&zone=");
        p.send(&p.ana, PATH, "kind=things&days=all&hour=8&zone=");
        p.bench.clock.advance(8 * HOUR);
        let came = p.work(&sink);
        assert_eq!(came.len(), 1, "nothing waits for Nil");
        // The server was down from morning to evening.
        p.bench.clock.advance(24 * HOUR + 7 * HOUR);
        assert!(p.work(&sink).is_empty());
        p.bench.clock.advance(17 * HOUR);
        assert_eq!(p.work(&sink).len(), 1, "the next morning");
        // At once, as often as it is asked for.
        let page = p.open(&p.ana).text;
        let id = page.split(&format!("{PATH}/dig_")).nth(1).and_then(|r| r.split('/').next()).expect("an id");
        let now = p.send(&p.ana, &format!("{PATH}/dig_{id}/now"), "");
        assert_eq!(now.location, format!("{PATH}?told=now"), "{}", now.text);
        assert_eq!(p.work(&sink).len(), 1);
        // Another's subscription is nobody else's.
        let foreign = p.send(&nil, &format!("{PATH}/dig_{id}/removal"), "");
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        // Of an account that was removed nothing is left.
        p.bench
            .db()
            .write(Priority::Interactive, |tx| {
                tx.execute(
                    "UPDATE accounts SET removed_at = $1 WHERE account_id = $2",
                    &[START.into(), p.ana.id.into()],
                )
            })
            .expect("removed");
        p.bench.clock.advance(24 * HOUR);
        assert!(p.work(&sink).is_empty());
        let left = p
            .bench
            .db()
            .read(|c| c.query_one("SELECT count(*) FROM digest_subscriptions", &[], |r| r.int(0)));
        assert_eq!(left.expect("a count"), 1, "Nil's");
    });
}

#[test]
fn saved_views_come_by_mail_while_their_owner_shares_them() {
    let sink = Sink::new(Manners::default());
    on_both(Some(&sink), |p| {
        let olga = p.person("Olaf", "owner");
        let shared = p.view(&olga, "late", "state=late", true);
        let hidden = p.view(&olga, "hidden", "state=hidden", false);
        let broken = p.view(&p.ana, "broken", "source=gone", false);
        let page = p.open(&p.ana).text;
        assert!(page.contains("Things: late") && page.contains("Things: broken"), "{page}");
        assert!(!page.contains("Things: hidden"), "not hers");
        let when = "days=mondays&hour=6&zone=";
        for view in [&shared, &broken] {
            let chosen = p.send(&p.ana, &format!("{PATH}/views"), &format!("view={view}&{when}"));
            assert_eq!(chosen.location, format!("{PATH}?told=saved"), "{}", chosen.text);
        }
        let foreign = p.send(&p.ana, &format!("{PATH}/views"), &format!("view={hidden}&{when}"));
        assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY);
        p.bench.clock.advance(6 * HOUR);
        let came = p.work(&sink);
        let mut subjects: Vec<String> = came.iter().map(|m| m.header("Subject")).collect();
        subjects.sort();
        assert_eq!(subjects, ["broken: cannot be shown (Our community)", "late: 214 things (Our community)"]);
        let late = came.iter().find(|m| m.header("Subject").starts_with("late")).expect("it").text();
        assert!(
            late.contains("Row 2 of state=late")
                && late.contains("https://desk.example/desk/things?state=late")
        );
        p.bench
            .db()
            .write(Priority::Interactive, |tx| {
                tx.execute(
                    "UPDATE saved_views SET shared_at = NULL WHERE public_id = $1",
                    &[(&shared).into()],
                )
            })
            .expect("not shared any more");
        p.bench.clock.advance(7 * 24 * HOUR);
        let came = p.work(&sink);
        assert_eq!(came.len(), 1, "only her own");
        let page = p.open(&p.ana).text;
        assert!(page.contains("A view that is gone"), "{page}");
        let gone =
            page.split(&format!("{PATH}/dig_")).nth(1).and_then(|r| r.split('/').next()).expect("an id");
        let stopped = p.send(&p.ana, &format!("{PATH}/dig_{gone}/removal"), "");
        assert_eq!(stopped.location, format!("{PATH}?told=ended"), "{}", stopped.text);
    });
}

#[test]
fn the_page_says_what_is_missing() {
    on_both(None, |p| {
        let page = p.open(&p.ana).text;
        assert!(page.contains("Mail is not set up here") && !page.contains("Send me one now"), "{page}");
        let volunteer = p.person("Vera", "volunteer");
        let page = p.open(&volunteer).text;
        assert!(page.contains("needs the role") && !page.contains("name=\"kind\""), "{page}");
        let not = p.send(&volunteer, PATH, "kind=things&days=all&hour=8&zone=");
        assert_eq!(not.status, StatusCode::FORBIDDEN);
        for fields in ["kind=things&days=all&hour=25&zone=", "kind=things&days=all&hour=8&zone=Mars"] {
            let wrong = p.send(&p.ana, PATH, fields);
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields}: {}", wrong.text);
        }
        // Chosen before there is a server: nothing is queued.
        p.send(&p.ana, PATH, "kind=things&days=all&hour=8&zone=");
        p.bench.clock.advance(9 * HOUR);
        assert_eq!(digests::due(&p.app).expect("asked"), 0);
    });
}
