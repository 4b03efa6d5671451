//! Conversations as people and programs use them: through the router, over both databases.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use base::{Day, Micros};
use capability::today::TodayAsk;
use capability::{App, Principal, Registry, assemble, kernel_manifests, look};
use community::read::Scope;
use community::sources::Source;
use community::{ActivityDraft, Batch, Ingestor, Kind};
use serde_json::{Value, json};
use store::{Migration, Priority};
use testkit::{Bench, START, message, reply};
use tower::ServiceExt as _;

/// The clock of these tests stands at the noon after the last day.
const LAST: Day = Day(19_760);
const HOUR: i64 = 60;

struct Product {
    bench: Bench,
    app: App,
    router: Router,
    session: String,
    token: String,
    account: i64,
    _folder: tempfile::TempDir,
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    fn location(&self) -> &str {
        self.headers.get("location").map_or("", |v| v.to_str().expect("ASCII"))
    }

    /// The value of the first hidden field of this name.
    fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest = self.text.split(&start).nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    fn rows(&self) -> usize {
        self.text.matches("<tr data-row>").count()
    }
}

impl Product {
    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self
            .router
            .clone()
            .oneshot(request.body(Body::from(body)).expect("a request"))
            .await
            .expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 8 << 20).await.expect("a body");
        Reply {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    fn cookie(&self) -> String {
        format!("folkmoot_session={}", self.session)
    }

    async fn open(&self, path: &str) -> Reply {
        let reply = self.send(Method::GET, path, &[("cookie", &self.cookie())], String::new()).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text);
        assert!(!reply.text.contains("style="), "{path}: the content policy forbids it");
        reply
    }

    /// Sends a form with the token of a page.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = self.open("/desk/settings/answers").await.hidden("csrf");
        let pairs = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied());
        let body: Vec<String> = pairs
            .map(|(n, v)| format!("{n}={}", v.replace(' ', "+").replace('#', "%23").replace(';', "%3B")))
            .collect();
        let headers =
            [("cookie", self.cookie()), ("content-type", "application/x-www-form-urlencoded".to_owned())];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        self.send(Method::POST, path, &headers, body.join("&")).await
    }

    async fn api(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.send(method, path, &headers, body.map(|b| b.to_string()).unwrap_or_default()).await
    }

    async fn items(&self, query: &str) -> Vec<(String, String)> {
        let reply = self.api(Method::GET, &format!("/api/v1/conversations?{query}"), None).await;
        assert_eq!(reply.status, StatusCode::OK, "{query}: {}", reply.text);
        let items = reply.json()["items"].as_array().cloned().unwrap_or_default();
        let word = |i: &Value, name: &str| i[name].as_str().unwrap_or_default().to_owned();
        items.iter().map(|i| (word(i, "title"), word(i, "state"))).collect()
    }

    async fn number(&self, title: &str) -> i64 {
        let reply = self.api(Method::GET, "/api/v1/conversations?from=2000-01-01", None).await;
        let items = reply.json()["items"].as_array().cloned().unwrap_or_default();
        items.iter().find(|i| i["title"] == title).and_then(|i| i["id"].as_i64()).expect(title)
    }

    fn items_of_today(&self) -> Vec<capability::today::TodayItem> {
        let principal = Principal::local();
        let given = conversations::manifest().today[0].give;
        self.app
            .community
            .view(|v| {
                let now = v.now(&Scope::default())?.unwrap_or_default();
                given(v, &TodayAsk { app: &self.app, principal: &principal, now, back: "/desk/today" })
            })
            .expect("items")
    }
}

fn text(mut draft: ActivityDraft, text: &str) -> ActivityDraft {
    draft.text = Some(text.to_owned());
    draft
}

fn source(bench: &Bench, name: &str, network: &str) -> i64 {
    let source = Source {
        source_id: 0,
        public_id: String::new(),
        name: name.to_owned(),
        network: network.to_owned(),
        format: "test".into(),
        id_form: "test".into(),
        zone: "UTC".into(),
        zoneless: false,
        has_replies: true,
        has_message_ids: true,
        has_leaves: false,
        created_at: 0,
    };
    bench
        .db()
        .write(Priority::Interactive, |tx| community::sources::create(tx, source, START))
        .expect("a source")
        .source_id
}

/// A forum where nothing but the thread says whether somebody answered, a chat where the channel does too, and a
/// forum that ended long ago.
fn fill(bench: &Bench) {
    let forum = source(bench, "Forum", "discourse");
    let chat = source(bench, "Chat", "slack");
    let old = source(bench, "Old forum", "discourse");
    let put = |source: i64, drafts: Vec<ActivityDraft>| {
        let mut ingestor = Ingestor::new(source, 0);
        bench
            .db()
            .write(Priority::Bulk, |tx| {
                ingestor.ingest(tx, Batch { activities: drafts, ..Batch::default() }, START)
            })
            .expect("a batch");
    };
    let two_days = LAST.plus(-2);
    let answered = text(message("a", two_days, 9 * HOUR, "help", "ana"), "Where is the manual?");
    let mut topic = text(message("c", two_days, 8 * HOUR, "help", "ben"), "It stops after a while.");
    topic.kind = Kind::TOPIC_OPENED;
    topic.title = Some("How do I restart it".into());
    put(
        forum,
        vec![
            reply(text(message("b", two_days, 11 * HOUR, "help", "cy"), "In the wiki."), "a", answered.at),
            answered,
            text(message("news", two_days, 10 * HOUR, "help", "cy"), "The release is out."),
            topic,
            text(
                message("late", LAST, 11 * HOUR, "help", "ana"),
                "**Does** it <b>run</b> on [this](https://example.org/x)?",
            ),
        ],
    );
    let mut reaction = message("r", two_days, 12 * HOUR, "talk", "eve");
    reaction.kind = Kind::REACTION_ADDED;
    reaction.record = community::Record::Reaction;
    reaction.conversation = None;
    reaction.parent = Some("reacted".into());
    put(
        chat,
        vec![
            text(message("followed", two_days, 6 * HOUR, "talk", "dan"), "Is it followed?"),
            text(message("next", two_days, 8 * HOUR, "talk", "eve"), "Here is what I did."),
            text(message("reacted", two_days, 12 * HOUR, "talk", "dan"), "Is it liked?"),
            reaction,
            text(message("alone", two_days, 20 * HOUR, "talk", "dan"), "Is nobody there?"),
            text(message("own", two_days, 21 * HOUR, "talk", "dan"), "I mean the printer."),
        ],
    );
    put(old, vec![text(message("ancient", LAST.plus(-20), 60, "attic", "flo"), "Did it ever work?")]);
    bench.community.set("staff", "cy").expect("a setting");
}

fn product(bench: Bench) -> Product {
    fill(&bench);
    bench.clock.advance(LAST.start_micros() + 12 * HOUR * 60_000_000 - START);
    let folder = tempfile::tempdir().expect("a folder");
    let mut manifests = kernel_manifests();
    manifests.push(conversations::manifest());
    let registry = Registry::new(manifests).expect("a sound registry");
    let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
    let app = App::new(access, registry, folder.path().to_owned(), &[]);
    let now = bench.clock.now();
    let (account, session, token) = bench
        .db()
        .write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ruth@example.org", Some("Ruth"), now)?;
            access::create(tx, "sam@example.org", Some("Sam"), now)?;
            let session = access::create_session(tx, account.id, now)?;
            Ok((account.id, session, access::create_api_token(tx, account.id, "test", now)?))
        })
        .expect("an account");
    Product { router: assemble(app.clone()), app, bench, session, token, account, _folder: folder }
}

fn on_both(test: impl AsyncFn(&Product)) {
    let mut manifests = kernel_manifests();
    manifests.push(conversations::manifest());
    let registry = Registry::new(manifests).expect("a sound registry");
    // The bench brings the others.
    let own = |m: &Migration| !["community", "jobs", "mail"].contains(&m.owner);
    let more: Vec<Migration> = registry.migrations().into_iter().filter(own).collect();
    let benches = [Some(Bench::sqlite(&more)), Bench::postgres(&more)];
    for product in benches.into_iter().flatten().map(product) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(test(&product));
    }
}

fn titles(items: &[(String, String)]) -> Vec<&str> {
    items.iter().map(|i| i.0.as_str()).collect()
}

#[test]
fn the_list_says_where_each_stands_under_every_filter() {
    on_both(async |p| {
        let all = p.items("questions=1").await;
        let state = |title: &str| all.iter().find(|i| i.0 == title).map_or("", |i| i.1.as_str());
        assert_eq!(state("Where is the manual?"), "answered");
        assert_eq!(state("How do I restart it"), "unanswered");
        assert_eq!(state("Is it followed?"), "probably_answered");
        assert_eq!(state("Is it liked?"), "probably_answered");
        assert_eq!(state("Is nobody there?"), "unanswered", "one's own words are no answer");
        assert!(!all.iter().any(|i| i.0 == "The release is out."));
        assert_eq!(all.len(), 7);
        let waits = p.items("questions=1&state=unanswered&sort=waiting").await;
        let expect =
            ["Did it ever work?", "How do I restart it", "Is nobody there?", "Does it <b>run</b> on this?"];
        assert_eq!(titles(&waits), expect);
        assert_eq!(titles(&p.items("state=answered").await), ["Where is the manual?"]);
        assert_eq!(p.items("questions=1&state=probably_answered").await.len(), 2);
        assert_eq!(p.items("source=Chat").await.len(), 5);
        assert_eq!(titles(&p.items("source=Old%20forum").await), ["Did it ever work?"]);
        let day = LAST.plus(-2);
        assert_eq!(p.items(&format!("from={day}&to={day}&source=Forum")).await.len(), 3);
        // A page after another holds each once.
        let page = p.open("/desk/conversations").await;
        assert_eq!(page.rows(), 10);
        assert!(page.text.contains("&lt;b&gt;run"), "text of people is escaped");
        let csv = p.open("/desk/conversations/csv?questions=1").await;
        assert_eq!(csv.text.lines().count(), 8);
        assert!(
            p.open("/desk/conversations?channel=attic&state=answered")
                .await
                .text
                .contains("No conversation fits")
        );
        let wrong = p.api(Method::GET, "/api/v1/conversations?state=x", None).await;
        assert!(wrong.status.is_client_error() && wrong.text.contains("unanswered"));
    });
}

#[test]
fn a_thread_is_read_marked_and_assigned() {
    on_both(async |p| {
        let id = p.number("How do I restart it").await;
        let page = p.open(&format!("/desk/conversations/{id}?state=unanswered")).await;
        assert!(
            page.text.contains("<h1>How do I restart it</h1>")
                && page.text.contains("It stops after a while.")
        );
        assert!(page.text.contains("gives no address for this message"));
        assert!(page.text.contains("By the rule: it begins as questions do."));
        assert!(page.text.contains("name=\"why\" value=\"answered a question\""));
        let markdown = p.number("Does it <b>run</b> on this?").await;
        let said = p.open(&format!("/desk/conversations/{markdown}")).await.text;
        assert!(
            said.contains("<strong>Does</strong> it &lt;b&gt;run")
                && said.contains("href=\"https://example.org/x\"")
        );
        // A form comes back, and nowhere else.
        let marks = format!("/desk/conversations/{id}/marks");
        let back = "/desk/conversations?state=unanswered";
        let done =
            p.post(&marks, &[("mark", "waits_for_asker"), ("reason", "which version"), ("back", back)]).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, back));
        let away = p.post(&marks, &[("mark", "answered"), ("back", "https://evil.example")]).await;
        assert!(away.status.is_client_error());
        let unknown = p.post(&marks, &[("mark", "done")]).await;
        assert!(unknown.status.is_client_error() && unknown.text.contains("waits_for_engineering"));
        let page = p.open(&format!("/desk/conversations/{id}")).await;
        assert!(page.text.contains("Ruth said so: which version."), "{}", page.text);
        assert_eq!(titles(&p.items("state=waits_for_asker").await), ["How do I restart it"]);
        p.post(&format!("/desk/conversations/{id}/assignment"), &[("account", "me"), ("back", "")]).await;
        assert_eq!(titles(&p.items("assigned=me").await), ["How do I restart it"]);
        assert_eq!(p.items("assigned=nobody").await.len(), 9);
        let mine = p.account.to_string();
        p.post(&format!("/desk/conversations/{id}/assignment"), &[("account", &mine)]).await;
        let count =
            || p.bench.db().read(|c| c.query_one("SELECT count(*) FROM assignments", &[], |r| r.int(0)));
        assert_eq!(
            tokio::task::block_in_place(count).expect("a count"),
            1,
            "giving it to whose it is changes nothing"
        );
        let given = p
            .api(
                Method::PUT,
                &format!("/api/v1/conversations/{id}/assignment"),
                Some(json!({"account": "sam@example.org"})),
            )
            .await;
        assert_eq!(given.json()["assigned_to"], "Sam", "{}", given.text);
        assert!(p.items("assigned=me").await.is_empty() && p.items("assigned=anyone").await.len() == 1);
        let open = p
            .api(Method::POST, &format!("/api/v1/conversations/{id}/marks"), Some(json!({"mark": "open"})))
            .await;
        assert_eq!(
            (open.json()["state"].as_str(), open.json()["marks"][0]["mark"].as_str()),
            (Some("unanswered"), Some("waits_for_asker"))
        );
        // Overruling the rule.
        p.post(&marks, &[("mark", "not_question")]).await;
        assert!(!titles(&p.items("questions=1").await).contains(&"How do I restart it"));
        let news = p.number("The release is out.").await.to_string();
        p.post(
            "/desk/conversations/marks",
            &[("mark", "question"), ("pick", &news), ("pick", &id.to_string()), ("back", "")],
        )
        .await;
        assert_eq!(p.items("questions=1").await.len(), 8);
        let none = p.post("/desk/conversations/marks", &[("mark", "question")]).await;
        assert!(none.status.is_client_error() && none.text.contains("choose between 1 and 50"));
        let missing =
            p.send(Method::GET, "/desk/conversations/99999", &[("cookie", &p.cookie())], String::new()).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        let step = p.open(&format!("/desk/conversations/{id}/neighbours?source=Forum")).await.text;
        assert!(step.contains("data-key=\"h\"") && step.contains("the last of the list"), "{step}");
    });
}

#[test]
fn the_context_of_a_chat_stands_beside_its_thread() {
    on_both(async |p| {
        let id = p.number("Is it liked?").await;
        let page = p.open(&format!("/desk/conversations/{id}")).await.text;
        assert!(
            page.contains("Before it in the channel (2)") && page.contains("After it in the channel (2)"),
            "{page}"
        );
        assert!(page.contains("1\u{a0}reaction") && page.contains("Somebody reacted to it."));
        let id = p.number("Is it followed?").await;
        let page = p.open(&format!("/desk/conversations/{id}")).await.text;
        assert!(page.contains("Somebody else wrote in the channel 2\u{a0}h later."));
    });
}

#[test]
fn targets_pause_and_old_data_has_no_clock() {
    on_both(async |p| {
        let due = async |title: &str| -> Value {
            let items =
                p.api(Method::GET, "/api/v1/conversations?from=2000-01-01", None).await.json()["items"]
                    .clone();
            items
                .as_array()
                .and_then(|i| i.iter().find(|i| i["title"] == title).map(|i| i["due_at"].clone()))
                .unwrap_or_default()
        };
        let hours = |day: Day, h: i64| -> Value {
            let at: Micros = day.start_micros() + h * 3_600_000_000;
            base::written(at).expect("a time").into()
        };
        let title = "How do I restart it";
        assert_eq!(due(title).await, hours(LAST.plus(-1), 8), "24 hours, as it comes");
        assert_eq!(due("Did it ever work?").await, Value::Null, "its source ended long ago");
        assert_eq!(due("The release is out.").await, Value::Null, "not a question");
        assert_eq!(due("Where is the manual?").await, Value::Null, "answered");
        let set = async |fields: &[(&str, &str)]| p.post("/desk/settings/answers", fields).await;
        let sure = async |fields: &[(&str, &str)]| {
            let done = set(fields).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{fields:?}: {}", done.text);
        };
        let done =
            set(&[("channel", "0"), ("time", "4"), ("zone", "UTC"), ("hours", ""), ("holidays", "")]).await;
        assert_eq!(done.location(), "/desk/settings/answers?told=saved&channel=0");
        assert_eq!(due(title).await, hours(LAST.plus(-2), 12));
        let of_help = || {
            p.bench
                .community
                .view(|v| Ok(v.channels().iter().find(|c| c.name == "help").map(|c| c.channel_id)))
        };
        let help = tokio::task::block_in_place(of_help).expect("channels").expect("a channel").to_string();
        let holiday = LAST.plus(-1).to_string();
        sure(&[
            ("channel", &help),
            ("time", "4"),
            ("zone", "UTC"),
            ("hours", "Mon-Sun 9:00-11:00"),
            ("holidays", &holiday),
        ])
        .await;
        assert_eq!(due(title).await, hours(LAST, 11), "two hours on two days with a holiday between");
        assert_eq!(due("Is nobody there?").await, hours(LAST.plus(-1), 0));
        let page = p.open("/desk/settings/answers").await.text;
        assert!(page.contains("Mon-Sun 9:00-11:00") && page.contains("Every other channel"));
        for (name, value) in [("hours", "Mon"), ("zone", "Mars/X"), ("time", "-1"), ("holidays", "x")] {
            let fields = [("channel", "0"), ("time", "4"), ("zone", "UTC"), ("hours", ""), ("holidays", "")];
            let fields: Vec<_> =
                fields.into_iter().map(|f| if f.0 == name { (name, value) } else { f }).collect();
            let refused = set(&fields).await;
            assert!(refused.status.is_client_error(), "{name}");
        }
        assert_eq!(
            due("Is nobody there?").await,
            hours(LAST.plus(-1), 0),
            "what was refused changed nothing"
        );
        sure(&[("channel", &help), ("remove", "1")]).await;
        assert_eq!(due(title).await, hours(LAST.plus(-2), 12));
        sure(&[("channel", &help), ("time", "0"), ("zone", "UTC")]).await;
        assert_eq!(due(title).await, Value::Null, "no target");
        // The channels for help.
        p.post("/desk/settings/answers/questions", &[("question_channels", "#help")]).await;
        assert_eq!(p.items("questions=1").await.len(), 8);
    });
}

#[test]
fn today_has_what_is_late_and_nothing_that_somebody_takes_care_of() {
    on_both(async |p| {
        let found = tokio::task::block_in_place(|| p.items_of_today());
        let names: Vec<&str> = found.iter().map(|i| i.title.as_str()).collect();
        // The newest question has hours left; those probably answered are none.
        assert_eq!(names.len(), 3, "{names:?}");
        let item = found.iter().find(|i| i.title == "How do I restart it").expect("an item");
        assert!(item.key.starts_with("question:") && item.due.is_some() && item.harm >= 80, "{item:?}");
        assert!(item.why.contains("target 24\u{a0}h") && item.why.contains("Newcomer"), "{}", item.why);
        assert_eq!((item.quote.as_str(), item.person.as_str()), ("It stops after a while.", "ben"));
        for part in ["/desk/contacts", "waits_for_engineering", "waits_for_asker"] {
            assert!(item.actions.as_str().contains(part), "{part}");
        }
        let ancient = found.iter().find(|i| i.title == "Did it ever work?").expect("an item");
        assert!(
            ancient.due.is_none() && ancient.why.contains("what is known of Old forum ends on"),
            "{}",
            ancient.why
        );
        let id = p.number("How do I restart it").await;
        p.post(&format!("/desk/conversations/{id}/marks"), &[("mark", "waits_for_engineering")]).await;
        let left = tokio::task::block_in_place(|| p.items_of_today());
        assert!(!left.iter().any(|i| i.title == "How do I restart it") && left.len() == 2);
    });
}

#[test]
fn figures_of_questions_follow_what_people_said() {
    on_both(async |p| {
        let ask = |population: &'static str| {
            let query = metric::Query::parse("time_to_first_response", [("population", population)])
                .expect("a question");
            let answer = p.app.community.view(|v| {
                let scope = v.scope(&[], &[], query.staff, &[])?;
                metric::answer(v, &query, scope)
            });
            let summary = answer.expect("an answer").summary.expect("figures");
            (summary["threads"].as_u64().expect("a count"), summary["answered"].as_u64().expect("a count"))
        };
        let figures = |population| tokio::task::block_in_place(|| ask(population));
        assert_eq!((figures("openings"), figures("questions")), ((10, 1), (7, 1)));
        let id = p.number("Where is the manual?").await;
        p.post(&format!("/desk/conversations/{id}/marks"), &[("mark", "not_question")]).await;
        assert_eq!((figures("openings"), figures("questions")), ((10, 1), (6, 0)));
        let id = p.number("The release is out.").await;
        p.post(&format!("/desk/conversations/{id}/marks"), &[("mark", "question")]).await;
        assert_eq!(figures("questions"), (7, 0));
        // What the page lists is what the figure counts.
        assert_eq!(p.items("questions=1&from=2000-01-01").await.len(), 7);
    });
}

#[test]
fn pages_of_a_long_list_hold_each_once_in_order() {
    on_both(async |p| {
        tokio::task::block_in_place(|| {
            let drafts = (0..230i64).map(|i| {
                // Several at one time, over half a year, in two channels.
                let day = LAST.plus(-(i as i32 * 7 % 180));
                let draft =
                    message(&format!("many{i}"), day, i % 4 * 60, ["help", "more"][i as usize % 2], "gil");
                text(draft, &format!("Number {i}{}", if i % 3 == 0 { "?" } else { "" }))
            });
            p.bench.ingest(&mut Ingestor::new(1, 0), drafts.collect());
        });
        for (query, count) in [
            ("from=2000-01-01", 240),
            ("from=2000-01-01&sort=waiting", 240),
            ("from=2000-01-01&questions=1", 84),
            ("from=2000-01-01&state=unanswered&sort=waiting", 236),
            ("from=2000-01-01&assigned=nobody&channel=more", 115),
        ] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = p
                    .api(Method::GET, &format!("/api/v1/conversations?{query}&cursor={cursor}"), None)
                    .await
                    .json();
                let items = page["items"].as_array().cloned().unwrap_or_default();
                seen.extend(
                    items
                        .iter()
                        .map(|i| (i["opened_at"].as_str().unwrap_or_default().to_owned(), i["id"].as_i64())),
                );
                match page["next"].as_str() {
                    Some(next) => next.clone_into(&mut cursor),
                    None => break,
                }
            }
            let mut sorted = seen.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!((seen.len(), sorted.len()), (count, count), "{query}");
            if !query.contains("waiting") {
                sorted.reverse();
            }
            assert_eq!(seen, sorted, "{query}");
        }
    });
}

#[test]
fn pages_take_a_bounded_number_of_statements() {
    on_both(async |p| {
        let id = p.number("Is nobody there?").await;
        let answered = p.number("Where is the manual?").await;
        for (path, most) in [
            ("/desk/conversations".to_owned(), 8),
            ("/desk/conversations?state=unanswered&questions=1&sort=waiting".to_owned(), 10),
            ("/desk/conversations?assigned=me".to_owned(), 8),
            (format!("/desk/conversations/{answered}"), 8),
            (format!("/desk/conversations/{id}"), 10),
            ("/desk/settings/answers".to_owned(), 8),
        ] {
            p.open(&path).await;
            p.bench.db().watch_statements();
            p.open(&path).await;
            let texts = p.bench.db().watch_statements();
            assert!(texts.len() <= most, "{path}: {} statements: {texts:#?}", texts.len());
        }
    });
}
