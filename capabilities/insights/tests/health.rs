//! The Health page and the API as people and programs use them: through the router, over both databases.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base::Day;
use capability::{App, Doc, Manifest, Registry, assemble, kernel_manifests, look};
use community::{ActivityDraft, Batch, IdentityDraft, Ingestor, Kind, people};
use serde_json::Value;
use store::Priority;
use testkit::{Bench, START, message, reply};
use tower::ServiceExt as _;

/// A Monday.
const MONDAY: Day = Day(19_723);

/// The product on one database, and somebody who is signed in.
struct Product {
    bench: Bench,
    router: Router,
    session: String,
    token: String,
    _folder: tempfile::TempDir,
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().expect("ASCII"))
    }

    /// The exact numbers of the page's tables.
    fn numbers(&self) -> Vec<f64> {
        let values = self.text.split("<data value=\"").skip(1);
        values.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
    }

    /// The rows of the page's table.
    fn rows(&self) -> usize {
        self.text.split("<tbody").nth(1).unwrap_or_default().matches("<tr").count()
    }
}

impl Product {
    async fn ask(&self, path: &str, header: (&str, &str)) -> Reply {
        let request = Request::builder().uri(path).header(header.0, header.1).body(Body::empty());
        self.reply(request.expect("a request")).await
    }

    /// A page, as a signed-in person opens it.
    async fn open(&self, path: &str) -> Reply {
        let reply = self.ask(path, ("cookie", &format!("folkmoot_session={}", self.session))).await;
        assert!(!reply.text.contains("style="), "{path}: the content policy forbids it");
        reply
    }

    /// Sends a form as the browser does; the token is read from the Health page.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let page = self.open("/desk/health").await.text;
        let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let mut body = format!("csrf={}", token.expect("a form with its token"));
        for (name, value) in fields {
            let value: String = value.bytes().map(|b| format!("%{b:02X}")).collect();
            body.push_str(&format!("&{name}={value}"));
        }
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header("cookie", format!("folkmoot_session={}", self.session))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.reply(request.expect("a request")).await
    }

    /// A request to the API with a body.
    async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()));
        self.reply(request.expect("a request")).await
    }

    async fn reply(&self, request: Request<Body>) -> Reply {
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 8 << 20).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Reply { status: parts.status, headers: parts.headers, text }
    }

    async fn api(&self, path: &str) -> Reply {
        self.ask(path, ("authorization", &format!("Bearer {}", self.token))).await
    }
}

/// Six weeks of two channels: regulars who answer, newcomers who ask, a bot, somebody who leaves.
fn fill(bench: &Bench) {
    let source = bench.source("Lathe & chat");
    let mut ingestor = Ingestor::new(source, 1);
    let mut drafts = Vec::new();
    let mut joined = |who: &str, day: Day, kind: Kind| {
        let at = day.start_micros() + 60_000_000;
        drafts.push(ActivityDraft {
            actor: Some(who.to_owned()),
            ..ActivityDraft::new(kind, at, format!("{who}-{}-{}", kind.name(), day.0), "general")
        });
    };
    for week in 0..6 {
        joined(&format!("new{week}"), MONDAY.plus(week * 7 + 1), Kind::MEMBER_JOINED);
    }
    joined("new0", MONDAY.plus(9), Kind::MEMBER_LEFT);
    for day in 0..40 {
        let today = MONDAY.plus(day);
        let id = |n: i32| format!("d{day}-{n}");
        let week = day / 7;
        let question = message(&id(0), today, 600, "help", &format!("new{week}"));
        let root = (question.external_id.clone(), question.at);
        if day % 7 == 1 || day % 7 == 4 && week > 0 {
            drafts.push(question);
            drafts.push(reply(message(&id(1), today, 640, "help", "ana"), &root.0, root.1));
            drafts.push(reply(message(&id(2), today, 645, "help", "robot"), &root.0, root.1));
        }
        for n in 0..(day % 3) {
            let who = if n == 0 { "ben" } else { "ben-elsewhere" };
            drafts.push(message(&id(10 + n), today, 700 + i64::from(n), "general", who));
        }
    }
    let people = ["ana", "ben", "robot"].map(|who| IdentityDraft {
        external_id: who.into(),
        name: Some(format!("{} <of> Lathe", who.to_uppercase())),
        bot: Some(who == "robot"),
        ..IdentityDraft::default()
    });
    bench
        .db()
        .write(Priority::Bulk, |tx| {
            let batch = Batch { identities: people.to_vec(), activities: drafts, ..Batch::default() };
            ingestor.ingest(tx, batch, START)?;
            let of = |name: &str| format!("Lathe & chat:{name}");
            let left = people::get_identity(tx, &of("ben"))?;
            let right = people::get_identity(tx, &of("ben-elsewhere"))?;
            people::link(tx, &left, &right, "the same name", "test", START)
        })
        .expect("a log");
}

/// Runs a test on both databases, where PostgreSQL can be had. Databases are opened and closed outside of the
/// runtime, as their driver waits.
fn on_both(filled: bool, test: impl AsyncFn(&Product)) {
    let migrations: Vec<_> = access::MIGRATIONS.iter().chain(insights::MIGRATIONS).copied().collect();
    let benches = [Some(Bench::sqlite(&migrations)), Bench::postgres(&migrations)];
    for bench in benches.into_iter().flatten() {
        if filled {
            fill(&bench);
        }
        let product = product(bench);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(test(&product));
    }
}

fn product(bench: Bench) -> Product {
    let folder = tempfile::tempdir().expect("a folder");
    let mut manifests = kernel_manifests();
    manifests.push(insights::manifest());
    let chapter = Doc { slug: "read-health", title: "Read Health", text: "# Read Health" };
    manifests.push(Manifest { id: "help", title: "Help", docs: vec![chapter], ..Manifest::default() });
    let registry = Registry::new(manifests).expect("a sound registry");
    let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
    let app = App::new(access, registry, folder.path().to_owned(), &[]);
    let (session, token) = bench
        .db()
        .write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ana@example.org", Some("Ana"), START)?;
            let session = access::create_session(tx, account.id, START)?;
            Ok((session, access::create_api_token(tx, account.id, "test", START)?))
        })
        .expect("an account");
    Product { router: assemble(app), bench, session, token, _folder: folder }
}

#[test]
fn the_page_and_all_its_parts_answer() {
    on_both(true, async |p| {
        let page = p.open("/desk/health").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("As of 9 February 2024, ") || page.text.contains("As of 9\u{a0}February"));
        assert!(page.text.contains("aria-current=\"page\""), "the navigation marks the place");
        for key in metric::registry().iter().map(|d| d.id).chain(["lead"]) {
            let part = p.open(&format!("/desk/health/cards/{key}")).await;
            assert_eq!(part.status, StatusCode::OK, "{key}");
            assert!(!part.text.contains("<html") && !part.text.contains("could not be computed"), "{key}");
            if key != "lead" {
                let own = p.open(&format!("/desk/health/{key}")).await;
                assert_eq!(own.status, StatusCode::OK, "{key}");
                assert!(own.text.contains("About this figure"), "{key}");
            }
        }
        let chosen =
            p.open("/desk/health/cards/messages?source=Lathe%20%26%20chat&channel=help&staff=exclude");
        assert_eq!(chosen.await.status, StatusCode::OK);
    });
}

#[test]
fn the_help_of_a_metrics_pages_is_about_that_metric() {
    on_both(true, async |p| {
        for (page, help) in [
            ("/desk/health", "/desk/help/read-health"),
            ("/desk/health/joins", "/desk/help/metrics/joins"),
            ("/desk/health/joins/rows", "/desk/help/metrics/joins"),
        ] {
            let html = p.open(page).await.text;
            let links = html.matches("href=\"/desk/help").count();
            assert!(html.contains(&format!("href=\"{help}\"")), "{page}");
            assert_eq!(html.matches(&format!("href=\"{help}\"")).count(), links, "{page}");
        }
    });
}

#[test]
fn an_empty_log_says_the_next_step() {
    on_both(false, async |p| {
        let page = p.open("/desk/health").await;
        assert!(page.text.contains("Nothing to measure yet"));
        for definition in metric::registry() {
            let rows = p.open(&format!("/desk/health/{}/rows", definition.id)).await;
            assert_eq!(rows.status, StatusCode::OK, "{}", definition.id);
        }
    });
}

#[test]
fn page_api_and_file_say_the_same() {
    on_both(true, async |p| {
        let list = p.api("/api/v1/metrics").await.json();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(metric::registry().len()));
        for (definition, query) in metric::registry().iter().flat_map(|d| {
            let by_day = if d.intervals.contains(&base::Interval::Day) { "?interval=day" } else { "" };
            [(d, ""), (d, by_day), (d, "?from=2024-01-10&to=2024-01-29&channel=help")]
        }) {
            let said = p.api(&format!("/api/v1/metrics/{}{query}", definition.id)).await;
            assert_eq!(said.status, StatusCode::OK, "{}{query}: {}", definition.id, said.text);
            let envelope = said.json();
            let page = p.open(&format!("/desk/health/{}{query}", definition.id)).await;
            let shown = page.numbers();
            let points = envelope["points"].as_array().into_iter().flatten().map(|point| &point["value"]);
            let figures = envelope["summary"].as_object().into_iter().flat_map(|summary| summary.values());
            for value in points.chain(figures).filter_map(Value::as_f64) {
                let there = shown.iter().any(|n| (n - value).abs() <= 1e-12 * value.abs());
                assert!(there, "{}{query}: {value}", definition.id);
            }
        }
        let file = p.open("/desk/health/messages/csv?interval=month").await;
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"messages.csv\"");
        let months = p.api("/api/v1/metrics/messages?interval=month").await.json();
        let first = &months["points"][0];
        let line = format!("{},{},", first["start"].as_str().expect("a day"), first["value"]);
        assert!(file.text.lines().nth(1).is_some_and(|l| l.starts_with(&line)), "{}", file.text);
    });
}

#[test]
fn there_are_as_many_rows_as_the_figure_says() {
    on_both(true, async |p| {
        let database = p.bench.database;
        for id in [
            "active_members",
            "lifecycle",
            "rolling_active_members",
            "messages",
            "conversations",
            "joins",
            "leaves",
            "members",
        ] {
            for filter in ["", "&channel=general"] {
                let said =
                    p.api(&format!("/api/v1/metrics/{id}?{}", &filter.replacen('&', "", 1))).await.json();
                for point in said["points"].as_array().expect("points") {
                    let start = point["start"].as_str().expect("a day");
                    let rows = p.open(&format!("/desk/health/{id}/rows?at={start}{filter}")).await;
                    assert_eq!(Some(rows.rows() as u64), point["value"].as_u64(), "{database} {id} {start}");
                }
            }
        }
        for id in ["answered_rate", "newcomers_answered"] {
            let said = p.api(&format!("/api/v1/metrics/{id}?window=24h")).await.json();
            for point in said["points"].as_array().expect("points") {
                let start = point["start"].as_str().expect("a day");
                let rows = p.open(&format!("/desk/health/{id}/rows?at={start}")).await;
                // What still waits is listed and not counted; here that is only the last week.
                let complete = point["state"] == "complete";
                assert!(
                    !complete || Some(rows.rows() as u64) == point["n"].as_u64(),
                    "{database} {id} {start}"
                );
            }
        }
        let said = p.api("/api/v1/metrics/retention").await.json();
        for cohort in said["cohorts"].as_array().expect("cohorts") {
            let start = cohort["start"].as_str().expect("a day");
            let rows = p.open(&format!("/desk/health/retention/rows?at={start}")).await;
            assert_eq!(Some(rows.rows() as u64), cohort["size"].as_u64(), "{database} {start}");
        }
        for (id, figure) in [("log_summary", "rows"), ("concentration", "members"), ("messages", "sum")] {
            let said = p.api(&format!("/api/v1/metrics/{id}")).await.json();
            let file = p.open(&format!("/desk/health/{id}/rows/csv")).await;
            let lines = file.text.lines().count() as u64 - 1;
            assert_eq!(Some(lines), said["summary"][figure].as_u64(), "{database} {id}");
        }
    });
}

#[test]
fn rows_are_paged_and_name_people_safely() {
    on_both(true, async |p| {
        let first = p.open("/desk/health/messages/rows").await;
        assert_eq!(first.rows(), 50);
        assert!(first.text.contains("cursor=50") && first.text.contains("BEN &lt;of&gt; Lathe"));
        assert!(!first.text.contains("ROBOT"), "a bot is no member");
        let second = p.open("/desk/health/messages/rows?cursor=50").await;
        assert!(second.rows() > 0 && second.text.contains("rel=\"prev\""));
        let all = p.open("/desk/health/log_summary/rows?from=2024-02-06&to=2024-02-06").await;
        assert!(all.text.contains("ROBOT"), "the log has every row");
        let file = p.open("/desk/health/answered_rate/rows/csv").await;
        assert!(file.text.starts_with("conversation,opener,channel,opened_at,answered_after_seconds\r\n"));
        assert!(file.text.contains(",2400.0\r\n"), "{}", file.text);
    });
}

#[test]
fn mistakes_are_named_and_strangers_sent_to_the_door() {
    on_both(true, async |p| {
        for (path, status) in [
            ("/api/v1/metrics/no_such", StatusCode::NOT_FOUND),
            ("/api/v1/metrics/messages?source=Nowhere", StatusCode::NOT_FOUND),
            ("/api/v1/metrics/messages?from=yesterday", StatusCode::UNPROCESSABLE_ENTITY),
            ("/api/v1/metrics/messages?windw=7", StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            let reply = p.api(path).await;
            assert_eq!(reply.status, status, "{path}");
            assert_eq!(reply.header("content-type"), "application/problem+json", "{path}");
        }
        for (path, status) in [
            ("/desk/health/no_such", StatusCode::NOT_FOUND),
            ("/desk/health/cards/no_such", StatusCode::NOT_FOUND),
            ("/desk/health?source=Nowhere", StatusCode::NOT_FOUND),
            ("/desk/health?from=yesterday", StatusCode::UNPROCESSABLE_ENTITY),
            ("/desk/health/messages/csv?from=2024-02-31", StatusCode::UNPROCESSABLE_ENTITY),
            ("/desk/health/messages/rows?at=soon", StatusCode::UNPROCESSABLE_ENTITY),
            ("/desk/health/messages/rows?cursor=-1", StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            assert_eq!(p.open(path).await.status, status, "{path}");
        }
        let stranger = p.ask("/desk/health?period=12m", ("accept", "text/html")).await;
        assert_eq!(stranger.status, StatusCode::SEE_OTHER);
        assert!(stranger.header("location").starts_with("/signin?next="));
        let program = p.ask("/api/v1/metrics/messages", ("accept", "application/json")).await;
        assert_eq!(program.status, StatusCode::UNAUTHORIZED);
    });
}

/// Values of a series by start.
fn by_start(points: &Value) -> std::collections::BTreeMap<String, f64> {
    let pair = |p: &Value| Some((p["start"].as_str()?.to_owned(), p["value"].as_f64()?));
    points.as_array().into_iter().flatten().filter_map(pair).collect()
}

/// Says who is staff; on a thread that may block.
async fn mark_staff(bench: &Bench, who: &'static str) {
    let community = bench.community.clone();
    let set = tokio::task::spawn_blocking(move || community.set("staff", who));
    set.await.expect("it runs").expect("staff");
}

#[test]
fn parts_add_up_to_the_whole_and_equal_the_filter() {
    on_both(true, async |p| {
        let database = p.bench.database;
        mark_staff(&p.bench, "ana").await;
        for (id, by) in [
            ("messages", "staff"),
            ("messages", "source"),
            ("messages", "channel"),
            ("conversations", "channel"),
            ("active_members", "staff"),
            ("joins", "staff"),
        ] {
            let said = p.api(&format!("/api/v1/metrics/{id}?split={by}")).await.json();
            assert_eq!(said["split"], by);
            let parts = said["parts"].as_array().expect("parts");
            assert!(parts.len() > usize::from(by != "source"), "{database} {id} {by}: {said}");
            let mut sums = std::collections::BTreeMap::new();
            for (start, value) in parts.iter().flat_map(|part| by_start(&part["points"])) {
                *sums.entry(start).or_insert(0.0) += value;
            }
            for (start, value) in by_start(&said["points"]) {
                assert_eq!(sums.get(&start).copied().unwrap_or(0.0), value, "{database} {id} {by} {start}");
            }
            for part in parts {
                let key = part["key"].as_str().expect("a key").replace(' ', "%20").replace('&', "%26");
                let filter = match (by, key.as_str()) {
                    ("staff", "members") => "staff=exclude".to_owned(),
                    ("staff", _) => "staff=only".to_owned(),
                    _ => format!("{by}={key}"),
                };
                let alone = p.api(&format!("/api/v1/metrics/{id}?{filter}")).await.json();
                for figures in ["points", "summary", "now", "state"] {
                    assert_eq!(part[figures], alone[figures], "{database} {id} {by} {key} {figures}");
                }
            }
        }
        let one = p.api("/api/v1/metrics/messages?split=staff&staff=exclude").await.json();
        assert_eq!(one["parts"].as_array().map(Vec::len), Some(1), "what is filtered away is no part");
        assert_eq!(
            p.api("/api/v1/metrics/messages?split=who").await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        for definition in metric::registry() {
            for by in ["staff", "source", "channel"] {
                let page = p.open(&format!("/desk/health/{}?split={by}", definition.id)).await;
                assert_eq!(page.status, StatusCode::OK, "{} {by}: {}", definition.id, page.text);
            }
        }
        let file = p.open("/desk/health/messages/csv?split=staff").await;
        assert!(file.text.starts_with("start,all,Members,Staff,state\r\n"), "{}", file.text);
    });
}

#[test]
fn a_comparison_is_the_same_question_in_earlier_days() {
    on_both(true, async |p| {
        let asked = "from=2024-01-22&to=2024-02-04";
        let said = p.api(&format!("/api/v1/metrics/messages?{asked}&compare=previous")).await.json();
        let earlier = &said["comparison"];
        assert_eq!((&earlier["from"], &earlier["to"]), (&"2024-01-08".into(), &"2024-01-21".into()));
        let alone = p.api("/api/v1/metrics/messages?from=2024-01-08&to=2024-01-21").await.json();
        assert_eq!((&earlier["points"], &earlier["summary"]), (&alone["points"], &alone["summary"]));
        assert_eq!(earlier["change"]["verdict"], "not said", "a few weeks say nothing of what is usual");
        let rate =
            p.api(&format!("/api/v1/metrics/answered_rate?{asked}&compare=2024-01-08..2024-01-21")).await;
        let change = &rate.json()["comparison"]["change"];
        assert_eq!(change["verdict"], "no clear change");
        assert!(change["low"].as_f64() < Some(0.0) && change["high"].as_f64() > Some(0.0), "{change}");
        let page = p.open(&format!("/desk/health/messages?{asked}&compare=previous")).await;
        assert!(page.text.contains("ln was") && page.text.contains("8 Jan to 21 Jan 2024"));
        assert!(page.text.contains(">Week before</th>"));
        let refused = p.api("/api/v1/metrics/messages?compare=previous").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for definition in metric::registry() {
            for compare in ["previous", "year", "2024-01-01..2024-01-07"] {
                let path =
                    format!("/api/v1/metrics/{}?{asked}&compare={compare}&split=channel", definition.id);
                let said = p.api(&path).await;
                assert_eq!(said.status, StatusCode::OK, "{path}: {}", said.text);
            }
        }
    });
}

#[test]
fn notes_are_written_drawn_changed_and_removed() {
    on_both(true, async |p| {
        let database = p.bench.database;
        let back = "/desk/health/messages?interval=week";
        let fields = |text: &'static str, first: &'static str| {
            [
                ("text", text),
                ("first", first),
                ("last", ""),
                ("kind", "release"),
                ("source", ""),
                ("back", back),
            ]
        };
        let sent = p.post("/desk/health/annotations", &fields("Lathe <4.0> is out", "2024-01-17")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{database}: {}", sent.text);
        assert_eq!(sent.header("location"), "/desk/health/messages?interval=week#notes");
        let page = p.open("/desk/health/messages").await;
        assert!(
            page.text.contains("class=\"note\"") && page.text.contains("Release: Lathe &lt;4.0&gt; is out")
        );
        assert!(p.open("/desk/health/cards/lifecycle?period=all").await.text.contains("class=\"note\""));
        let list = p.api("/api/v1/annotations").await.json();
        let note = list["items"][0].clone();
        assert_eq!(
            (&note["from"], &note["to"], &note["kind"]),
            (&"2024-01-17".into(), &"2024-01-17".into(), &"release".into())
        );
        assert_eq!(note["written_by"], "ana@example.org");
        let id = note["id"].as_str().expect("an id").to_owned();

        let form = p.open(&format!("/desk/health/annotations/{id}?back={back}")).await;
        assert!(
            form.text.contains("value=\"Lathe &lt;4.0&gt; is out\"") || form.text.contains("&#60;4.0&#62;")
        );
        let path = format!("/desk/health/annotations/{id}");
        let refused = p.post(&path, &fields(" ", "2024-01-18")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.text.contains("A note needs a text") && refused.text.contains("value=\"2024-01-18\"")
        );
        assert_eq!(p.post(&path, &fields("Later", "2024-01-18")).await.status, StatusCode::SEE_OTHER);

        let one = format!("/api/v1/annotations/{id}");
        let changed = p.call("PATCH", &one, serde_json::json!({"to": "2024-01-20", "kind": "outage"})).await;
        assert_eq!(changed.json()["text"], "Later");
        assert_eq!(
            (&changed.json()["from"], &changed.json()["to"]),
            (&"2024-01-18".into(), &"2024-01-20".into())
        );
        let wrong = p.call("PATCH", &one, serde_json::json!({"to": "2024-01-01"})).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let about = serde_json::json!({"from": "2024-01-02", "text": "A meeting", "kind": "event", "source": "Lathe & chat"});
        let made = p.call("POST", "/api/v1/annotations", about).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        assert_eq!(made.json()["source"], "Lathe & chat");
        let nowhere = serde_json::json!({"from": "2024-01-02", "text": "x", "source": "Nowhere"});
        assert_eq!(p.call("POST", "/api/v1/annotations", nowhere).await.status, StatusCode::NOT_FOUND);
        let within = p.api("/api/v1/annotations?from=2024-01-19&to=2024-01-19").await.json();
        assert_eq!(within["items"].as_array().map(Vec::len), Some(1));

        assert_eq!(p.post(&format!("{path}/removal"), &[("back", back)]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(p.call("DELETE", &one, Value::Null).await.status, StatusCode::NOT_FOUND);
        assert_eq!(p.open(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(p.api("/api/v1/annotations").await.json()["items"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn the_report_is_two_pages_with_sentences_that_lead_to_figures() {
    on_both(true, async |p| {
        let report = p.open("/desk/health/report?staff=exclude").await;
        assert_eq!(report.status, StatusCode::OK, "{}", report.text);
        assert_eq!(report.text.matches("<article class=\"paper\"").count(), 2);
        let links: Vec<String> = report
            .text
            .split("<li><a href=\"/desk/health/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(|path| format!("/desk/health/{}", path.replace("&amp;", "&").replace("&#38;", "&")))
            .collect();
        assert_eq!(links.len(), 5);
        for link in links {
            assert!(link.contains("staff=exclude"), "{link}");
            assert_eq!(p.open(&link).await.status, StatusCode::OK, "{link}");
        }
    });
}
