//! Mail at the door: a forgotten password, a new address that is confirmed, and links that end a subscription. On both
//! databases, with a mail server of the test's own.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use base::Result;
use capability::{App, DESK_MIGRATIONS, MailList, Manifest, Registry, assemble, kernel_manifests, look};
use mailer::{Letter, NewMail, Recipient, Unsubscribe};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use store::Priority;
use testkit::smtp::{Manners, Sink, Taken, mailer, sealer};
use testkit::{Bench, START};
use tower::ServiceExt as _;

const MINUTE: i64 = 60_000_000;
/// How often the list of these tests was ended.
static ENDED: AtomicU32 = AtomicU32::new(0);

fn describe(_: &App, subject: &str) -> Result<Option<String>> {
    Ok((subject == "one").then(|| "Things, every day.".to_owned()))
}

fn end(_: &App, _: &str) -> Result<()> {
    ENDED.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

struct Product {
    bench: Bench,
    app: App,
    router: Router,
    runtime: tokio::runtime::Runtime,
}

fn on_both(sink: Option<&Sink>, test: impl Fn(&Product)) {
    let schema: Vec<store::Migration> = access::MIGRATIONS.iter().chain(DESK_MIGRATIONS).copied().collect();
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for bench in benches.into_iter().flatten() {
        let mut manifests = kernel_manifests();
        manifests.push(Manifest {
            id: "things",
            title: "Things",
            mail_lists: vec![MailList { id: "things", describe, end }],
            ..Manifest::default()
        });
        let registry = Registry::new(manifests).expect("a sound registry");
        let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
        let mut app = App::new(access, registry, std::env::temp_dir(), &[]);
        app.access.public_url = Some("https://desk.example".into());
        app.access.mail = match sink {
            Some(sink) => mailer(sink),
            None => ::mailer::Mailer::new(sealer(), None, outgoing::Rules::default()),
        };
        bench
            .db()
            .write(Priority::Interactive, |tx| access::create(tx, "ana@example.org", Some("Ana"), START))
            .expect("an account");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        test(&Product { router: assemble(app.clone()), app, bench, runtime });
    }
}

struct Answer {
    status: StatusCode,
    cookie: String,
    text: String,
}

impl Product {
    fn ask(&self, method: &str, path: &str, cookie: &str, body: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()))
            .expect("a request");
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("an answer");
            let set = response.headers().get("set-cookie").and_then(|v| v.to_str().ok()).unwrap_or_default();
            let cookie = set.split(';').next().unwrap_or_default().to_owned();
            let status = response.status();
            let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
            Answer { status, cookie, text: String::from_utf8_lossy(&bytes).into_owned() }
        })
    }

    /// Opens a page of the door, and sends its form.
    fn submit(&self, path: &str, fields: &str) -> Answer {
        let page = self.ask("GET", path, "", "");
        let csrf = page.text.split("name=\"csrf\" value=\"").nth(1).unwrap_or_default();
        let csrf = csrf.split('"').next().unwrap_or_default();
        self.ask("POST", path, &page.cookie, &format!("csrf={csrf}&{fields}"))
    }

    fn queued(&self) -> usize {
        let all = self.bench.db().read(|c| ::mailer::list(c, &::mailer::Filter::default(), 100));
        all.expect("a list").len()
    }

    fn hand_over(&self, sink: &Sink, mails: usize) -> Vec<Taken> {
        let workers = self.app.begin_jobs().expect("workers");
        let taken = sink.wait_for(mails);
        workers.stop(Duration::from_secs(10));
        taken
    }
}

/// Waits for something that other threads do.
fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_forgotten_password_is_a_link_by_mail_and_tells_nobody_who_has_an_account() {
    let sink = Sink::new(Manners::default());
    let so_far = std::cell::Cell::new(0);
    on_both(Some(&sink), |p| {
        assert!(p.ask("GET", "/signin", "", "").text.contains("href=\"/signin/forgotten\""));
        let known = p.submit("/signin/forgotten", "email=Ana%40example.org");
        let unknown = p.submit("/signin/forgotten", "email=eve%40example.org");
        assert_eq!((known.status, unknown.status), (StatusCode::OK, StatusCode::OK));
        let plain = |a: &Answer| a.text.split("<main").nth(1).unwrap_or(&a.text).replace("Ana@", "eve@");
        assert!(known.text.contains("If there is an account"), "{}", known.text);
        let words = |a: &Answer| a.text.split("<h1").nth(1).map(str::to_owned);
        assert_eq!(words(&known), words(&unknown), "{}", plain(&known));
        until("it is queued", || p.queued() == 1);
        // Asked again at once: no second mail.
        p.submit("/signin/forgotten", "email=ana%40example.org");
        let taken = p.hand_over(&sink, so_far.get() + 1);
        so_far.set(taken.len());
        let mail = taken.last().expect("a mail");
        assert_eq!(mail.to, ["ana@example.org"]);
        let link = mail.link("https://desk.example/signin/link/");
        let path = link.strip_prefix("https://desk.example").expect("a path");
        let used = p.submit(path, "password=another+password");
        assert_eq!(used.status, StatusCode::SEE_OTHER, "{}", used.text);
        assert_eq!(p.ask("GET", path, "", "").status, StatusCode::NOT_FOUND, "once");
        assert_eq!(p.queued(), 1);
        // Another one, which is left lying: it ends within the hour.
        p.bench.clock.advance(20 * MINUTE);
        p.submit("/signin/forgotten", "email=ana%40example.org");
        until("another one is queued", || p.queued() == 2);
        let taken = p.hand_over(&sink, so_far.get() + 1);
        so_far.set(taken.len());
        let link = taken.last().expect("a mail").link("https://desk.example/signin/link/");
        p.bench.clock.advance(61 * MINUTE);
        let late = p.ask("GET", link.strip_prefix("https://desk.example").expect("a path"), "", "");
        assert_eq!(late.status, StatusCode::NOT_FOUND);
        assert!(late.text.contains("has expired"), "{}", late.text);
    });
}

#[test]
fn asking_often_is_slowed_down_and_nobody_is_locked_out_by_it() {
    let sink = Sink::new(Manners::default());
    on_both(Some(&sink), |p| {
        for _ in 0..5 {
            let asked = p.submit("/signin/forgotten", "email=eve%40example.org");
            assert_eq!(asked.status, StatusCode::OK);
        }
        let asked = p.submit("/signin/forgotten", "email=eve%40example.org");
        assert_eq!(asked.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(asked.text.contains("asked too often"), "{}", asked.text);
        let sign_in = p.submit("/signin", "email=eve%40example.org&password=wrong+password");
        assert_eq!(sign_in.status, StatusCode::UNPROCESSABLE_ENTITY, "counted apart");
        // A form of another site.
        let foreign = p.ask("POST", "/signin/forgotten", "", "email=ana%40example.org");
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn without_mail_the_page_says_whom_to_ask() {
    on_both(None, |p| {
        let page = p.ask("GET", "/signin/forgotten", "", "");
        assert!(page.text.contains("folkmoot accounts link"), "{}", page.text);
        assert!(!page.text.contains("<form"), "nothing that does nothing");
    });
}

#[test]
fn a_new_address_holds_once_its_link_was_opened() {
    let sink = Sink::new(Manners::default());
    let so_far = std::cell::Cell::new(0);
    on_both(Some(&sink), |p| {
        let db = p.bench.db();
        let ask = |email: &str| {
            db.write(Priority::Interactive, |tx| {
                let ana = access::get_by_email(tx, "ana@example.org")?;
                p.app.access.ask_for_address(tx, ana.id, email)
            })
        };
        ask("first@lathe.example").expect("asked");
        ask("ana@lathe.example").expect("asked again");
        let taken = p.hand_over(&sink, so_far.get() + 4);
        let of =
            |to: &str| taken[so_far.get()..].iter().filter(|t| t.to == [to]).cloned().collect::<Vec<_>>();
        assert_eq!(of("ana@example.org").len(), 2, "the present address is told each time");
        let link = |to: &str| {
            let mail = of(to).into_iter().next().expect("a mail");
            let link = mail.link("https://desk.example/signin/address/");
            link.strip_prefix("https://desk.example").expect("a path").to_owned()
        };
        assert!(!of("ana@example.org")[0].data.contains("/signin/address/"));
        let first = link("first@lathe.example");
        assert_eq!(p.ask("GET", &first, "", "").status, StatusCode::NOT_FOUND, "another was asked for since");
        let second = link("ana@lathe.example");
        assert!(p.ask("GET", &second, "", "").text.contains("ana@lathe.example"));
        let find = |email: &str| db.read(|c| access::find_by_email(c, email)).expect("asked");
        assert!(find("ana@lathe.example").is_none(), "looking changes nothing");
        let confirmed = p.submit(&second, "");
        assert!(confirmed.text.contains("Address confirmed"), "{}", confirmed.text);
        assert!(find("ana@lathe.example").is_some() && find("ana@example.org").is_none());
        assert_eq!(p.ask("GET", &second, "", "").status, StatusCode::NOT_FOUND, "once");
        so_far.set(taken.len());
        // A link that waits ends with the password of before.
        let id = find("ana@lathe.example").expect("ana").id;
        db.write(Priority::Interactive, |tx| {
            p.app.access.ask_for_address(tx, id, "eve@example.org")?;
            access::set_password_hash(tx, id, "x", None)
        })
        .expect("a password");
        let left = db.read(|c| c.query_one("SELECT count(*) FROM email_changes", &[], |r| r.int(0)));
        assert_eq!(left.expect("a count"), 0);
        let taken = p.hand_over(&sink, so_far.get() + 2);
        so_far.set(taken.len());
    });
}

#[test]
fn a_mail_ends_its_subscription_without_signing_in() {
    let sink = Sink::new(Manners::default());
    let so_far = std::cell::Cell::new(0);
    on_both(Some(&sink), |p| {
        let unsubscribe = Unsubscribe { list: "things".into(), subject: "one".into() };
        let mail = NewMail {
            kind: "things.digest",
            to: Recipient { account: None, name: "Ana".into(), email: "ana@example.org".into() },
            subject: "Things",
            letter: Letter { heading: "Things".into(), ..Letter::default() },
            unsubscribe: Some((unsubscribe, "https://desk.example")),
            expires_at: None,
            urgency: jobs::Urgency::Soon,
        };
        let queue = |tx: &mut store::Conn<'_>| p.app.access.mail.queue(tx, mail, START);
        p.bench.db().write(Priority::Interactive, queue).expect("queued");
        let taken = p.hand_over(&sink, so_far.get() + 1);
        so_far.set(taken.len());
        let mail = taken.last().expect("a mail");
        assert_eq!(mail.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        let link = mail.link("https://desk.example/mail/unsubscribe/");
        let path = link.strip_prefix("https://desk.example").expect("a path");
        let before = ENDED.load(Ordering::SeqCst);
        let page = p.ask("GET", path, "", "");
        assert!(page.text.contains("Things, every day."), "{}", page.text);
        assert_eq!(ENDED.load(Ordering::SeqCst), before, "a program that looks ends nothing");
        // As mail programs do it (RFC 8058): no cookie, no token.
        let ended = p.ask("POST", path, "", "List-Unsubscribe=One-Click");
        assert_eq!(ended.status, StatusCode::OK, "{}", ended.text);
        assert_eq!(ENDED.load(Ordering::SeqCst), before + 1);
        let forged = path.replace(".one.", ".two.");
        assert_eq!(p.ask("POST", &forged, "", "").status, StatusCode::NOT_FOUND);
    });
}
