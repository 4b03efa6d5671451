//! Mail as somebody sets it up in a browser, on both databases, with a mail server of the test's own.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use capability::{App, DESK_MIGRATIONS, Registry, assemble, kernel_manifests, look};
use mailer::{Letter, NewMail, Recipient};
use std::time::{Duration, Instant};
use store::Priority;
use testkit::smtp::{Manners, Sink, sealer};
use testkit::{Bench, START};
use tower::ServiceExt as _;

const PATH: &str = "/desk/settings/mail";

struct Product {
    bench: Bench,
    app: App,
    router: Router,
    cookie: String,
    csrf: String,
    runtime: tokio::runtime::Runtime,
}

struct Answer {
    status: StatusCode,
    location: String,
    text: String,
}

fn on_both(test: impl Fn(&Product)) {
    let schema: Vec<store::Migration> = access::MIGRATIONS.iter().chain(DESK_MIGRATIONS).copied().collect();
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for bench in benches.into_iter().flatten() {
        let mut manifests = kernel_manifests();
        manifests.push(settings::manifest());
        let registry = Registry::new(manifests).expect("a sound registry");
        let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
        let mut app = App::new(access, registry, std::env::temp_dir(), &[]);
        let rules = outgoing::Rules::read("127.0.0.0/8", false).expect("rules");
        app.access.mail = mailer::Mailer::new(sealer(), None, rules);
        app.access.public_url = Some("https://desk.example".into());
        let session = bench.db().write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ana@example.org", Some("Ana"), START)?;
            access::create_session(tx, account.id, START)
        });
        let cookie = format!("folkmoot_session={}", session.expect("a session"));
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let router = assemble(app.clone());
        let mut product = Product { router, app, bench, cookie, csrf: String::new(), runtime };
        let page = product.open("/desk/settings/account").text;
        let csrf = page.split("name=\"csrf\" content=\"").nth(1).and_then(|r| r.split('"').next());
        product.csrf = csrf.expect("a token").to_owned();
        test(&product);
    }
}

impl Product {
    fn ask(&self, method: Method, path: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .expect("a request");
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("an answer");
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, 4 << 20).await.expect("a body");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            assert!(!text.contains(" style="), "{path}: the content policy forbids it");
            let location = parts.headers.get("location").and_then(|v| v.to_str().ok()).unwrap_or_default();
            Answer { status: parts.status, location: location.to_owned(), text }
        })
    }

    fn open(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, String::new())
    }

    fn send(&self, path: &str, fields: &str) -> Answer {
        self.ask(Method::POST, path, format!("csrf={}&{fields}", self.csrf))
    }

    fn newest(&self) -> (String, String, String) {
        let found = self
            .bench
            .db()
            .read(|c| access::audit::list(c, &access::audit::Filter::default(), 1))
            .expect("entries");
        found.into_iter().next().map(|e| (e.title, e.before, e.after)).expect("an entry")
    }
}

fn fields(sink: &Sink, more: &str) -> String {
    format!(
        "host=localhost&port={}&encryption=none&from_address=desk%40example.org&from_name=&reply_to=&{more}",
        sink.address.port()
    )
}

#[test]
fn a_server_is_named_tested_and_forgotten() {
    let sink = Sink::new(Manners { sign_in: Some(("desk".into(), "hush".into())), ..Manners::default() });
    on_both(|p| {
        assert!(p.open(PATH).text.contains("Mail is not set up"));
        let saved = p.send(PATH, &fields(&sink, "username=desk&password=hush"));
        assert_eq!(saved.location, format!("{PATH}?told=saved"), "{}", saved.text);
        let told = p.newest();
        assert_eq!(told.0, "Set mail up");
        assert!(told.2.contains("desk@example.org") && !told.2.contains("hush"), "{told:?}");
        let page = p.open(PATH);
        assert!(
            !page.text.contains("hush") && page.text.contains("Leave this empty to keep it"),
            "{}",
            page.text
        );
        let before = sink.taken().len();
        let tested = p.send(&format!("{PATH}/test"), "");
        assert!(tested.text.contains("The server took the mail to ana@example.org"), "{}", tested.text);
        assert!(tested.text.contains("250 2.0.0 queued as T1"), "{}", tested.text);
        assert_eq!(sink.taken()[before].to, ["ana@example.org"]);
        assert_eq!(p.newest().0, "Sent a test mail");

        // The password stays with its server.
        let kept = p.send(PATH, &fields(&sink, "username=desk&password="));
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
        assert!(p.send(&format!("{PATH}/test"), "").text.contains("The server took the mail"));
        let port = format!("port={}", sink.address.port());
        let elsewhere = fields(&sink, "username=desk&password=").replace(&port, "port=2525");
        let elsewhere = p.send(PATH, &elsewhere);
        assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(elsewhere.text.contains("id=\"password-error\""), "{}", elsewhere.text);

        // What is wrong stands beside its field, and what was typed stays.
        for (change, field) in [
            (("encryption=none", "encryption=tls&port=x"), "port"),
            (("desk%40example.org", "desk"), "from_address"),
            (("host=localhost", "host=192.168.1.1"), "host"),
            (("reply_to=", "reply_to=a%40b%40c"), "reply_to"),
        ] {
            let wrong = fields(&sink, "username=&password=");
            let wrong = if field == "port" {
                format!(
                    "host=localhost&port=x&encryption=none&from_address=desk%40example.org&{}",
                    "username="
                )
            } else {
                wrong.replace(change.0, change.1)
            };
            let refused = p.send(PATH, &wrong);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert!(refused.text.contains(&format!("id=\"{field}-error\"")), "{field}: {}", refused.text);
        }
        let wrong = p.send(PATH, &fields(&sink, "username=desk&password=other"));
        assert_eq!(wrong.status, StatusCode::SEE_OTHER);
        let tested = p.send(&format!("{PATH}/test"), "");
        assert!(tested.text.contains("the server refused name or password"), "{}", tested.text);
        assert_eq!(p.send(&format!("{PATH}/removal"), "").location, format!("{PATH}?told=removed"));
        assert_eq!(p.newest().0, "Forgot the mail server");
        let tested = p.send(&format!("{PATH}/test"), "");
        assert!(tested.text.contains("The test was not sent"), "{}", tested.text);
    });
}

#[test]
fn the_log_shows_every_attempt_and_sends_again() {
    let sink = Sink::new(Manners::default());
    on_both(|p| {
        p.send(PATH, &fields(&sink, "username=&password="));
        sink.behave(Manners { recipients: Some("550 5.1.1 <no> such mailbox".into()), ..Manners::default() });
        let mail = NewMail {
            kind: "test.hello",
            to: Recipient { account: None, name: "Bo".into(), email: "bo@example.org".into() },
            subject: "Hello <Bo>",
            letter: Letter { heading: "Hello".into(), ..Letter::default() },
            unsubscribe: None,
            expires_at: None,
            urgency: jobs::Urgency::Now,
        };
        let queue = |tx: &mut store::Conn<'_>| p.app.access.mail.queue(tx, mail.clone(), START);
        let id = p.bench.db().write(Priority::Interactive, queue).expect("queued");
        let workers = p.app.begin_jobs().expect("workers");
        let until = |state: mailer::State| {
            let begun = Instant::now();
            while p.bench.db().read(|c| mailer::get(c, &id)).expect("a mail").state() != state {
                assert!(begun.elapsed() < Duration::from_secs(60), "never {state:?}");
                std::thread::sleep(Duration::from_millis(2));
            }
        };
        until(mailer::State::Failed);
        let list = p.open(&format!("{PATH}/messages?state=failed"));
        assert!(
            list.text.contains("Hello &lt;Bo&gt;") && list.text.contains("bo@example.org"),
            "{}",
            list.text
        );
        assert!(!p.open(&format!("{PATH}/messages?state=sent")).text.contains("Hello &lt;Bo&gt;"));
        let one = p.open(&format!("{PATH}/messages/{id}"));
        for words in ["5.1.1 &lt;no&gt; such mailbox", "<b>550</b>", "Send again", "@example.org</code>"] {
            assert!(one.text.contains(words), "{words}: {}", one.text);
        }
        sink.behave(Manners::default());
        let again = p.send(&format!("{PATH}/messages/{id}/attempts"), "");
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
        assert_eq!(p.newest().0, "Sent a mail again");
        until(mailer::State::Sent);
        workers.stop(Duration::from_secs(10));
        assert!(p.open(&format!("{PATH}/messages/{id}")).text.contains("what it said is not kept"));
        let twice = p.send(&format!("{PATH}/messages/{id}/attempts"), "");
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert_eq!(p.open(&format!("{PATH}/messages/eml_none")).status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn ones_own_address_is_confirmed_where_mail_is_set_up() {
    let sink = Sink::new(Manners::default());
    on_both(|p| {
        let own = "/desk/settings/account";
        let at_once = p.send(own, "name=Ana&email=ana%40lathe.example");
        assert_eq!(at_once.location, format!("{own}?told=saved"), "without mail it holds at once");
        p.send(PATH, &fields(&sink, "username=&password="));
        let asked = p.send(own, "name=Ana+L&email=ana%40sea.example");
        assert_eq!(asked.location, format!("{own}?told=asked"), "{}", asked.text);
        let page = p.open(&asked.location);
        assert!(page.text.contains("A link was sent to the new address"), "{}", page.text);
        assert!(page.text.contains("value=\"ana@lathe.example\"") && page.text.contains("value=\"Ana L\""));
        let all = p.bench.db().read(|c| mailer::list(c, &mailer::Filter::default(), 10)).expect("mails");
        let to: Vec<&str> = all.iter().map(|m| m.to.email.as_str()).collect();
        assert_eq!(to, ["ana@lathe.example", "ana@sea.example"]);
        let same = p.send(own, "name=Ana+L&email=ANA%40lathe.example");
        assert_eq!(same.location, format!("{own}?told=saved"));
        let wrong = p.send(own, "name=Ana&email=a%40b%40c");
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}
