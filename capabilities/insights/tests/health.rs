//! The Health page and the API as people and programs use them: through the router, over both databases.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base::Day;
use capability::{App, Registry, assemble, kernel_manifests, look};
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
        self.text.split("<tbody>").nth(1).unwrap_or_default().matches("<tr>").count()
    }
}

impl Product {
    async fn ask(&self, path: &str, header: (&str, &str)) -> Reply {
        let request = Request::builder().uri(path).header(header.0, header.1).body(Body::empty());
        let answer = self.router.clone().oneshot(request.expect("a request")).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 8 << 20).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Reply { status: parts.status, headers: parts.headers, text }
    }

    /// A page, as a signed-in person opens it.
    async fn open(&self, path: &str) -> Reply {
        let reply = self.ask(path, ("cookie", &format!("folkmoot_session={}", self.session))).await;
        assert!(!reply.text.contains("style="), "{path}: the content policy forbids it");
        reply
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
    let benches = [Some(Bench::sqlite(access::MIGRATIONS)), Bench::postgres(access::MIGRATIONS)];
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
