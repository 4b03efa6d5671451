//! A role in one source or channel: whatever is read by it, on pages, in files, by the API and the palette, belongs to
//! that place, and all of it is there.

use super::filled::{self, Filled};
use super::gates::{self, Answered, Asker};
use access::{Principal, Scope};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use serde_json::Value;
use std::collections::BTreeSet;
use store::Priority;

/// A moderator of the source Forum, a volunteer in one channel of it, and an owner.
struct Team {
    filled: Filled,
    router: Router,
    of_source: Asker,
    of_channel: Asker,
    owner: Asker,
    /// The channel, and conversations: of Forum in another channel, and of Chat.
    channel: i64,
    elsewhere: Vec<i64>,
}

impl Team {
    fn of(filled: Filled) -> Self {
        let numbers = |sql: &str| filled.app.db.read(|c| c.query(sql, &[], |r| r.int(0))).expect("numbers");
        let channel =
            numbers("SELECT channel_id FROM channels WHERE source_id = 1 ORDER BY channel_id LIMIT 1")[0];
        let elsewhere = numbers(&format!(
            "SELECT MIN(conversation_id) FROM conversations WHERE source_id = 1 AND channel_id <> {channel}
             UNION ALL SELECT MIN(conversation_id) FROM conversations WHERE source_id = 2"
        ));
        let all: Vec<_> = filled.app.registry.permissions().into_iter().map(|(_, p)| p).collect();
        let now = filled.clock.now();
        let ask = |name: &'static str, role: &str, scope: Scope| {
            let session = filled.app.db.write(Priority::Interactive, |tx| {
                let account = access::create(tx, &format!("{name}@example.com"), Some(name), now)?;
                access::grant(tx, &Principal::local(), &all, account.id, role, scope, now)?;
                access::create_session(tx, account.id, now)
            });
            Asker { name, cookie: format!("folkmoot_session={}", session.expect("a session")) }
        };
        Self {
            of_source: ask("of-source", "moderator", Scope::Source(1)),
            of_channel: ask("of-channel", "volunteer", Scope::Channel(channel)),
            owner: ask("of-all", "owner", Scope::Everything),
            router: gates::router(&filled.app),
            channel,
            elsewhere,
            filled,
        }
    }

    async fn get(&self, who: &Asker, address: &str) -> Answered {
        gates::ask(&self.router, who, "GET", address).await
    }

    async fn json(&self, who: &Asker, address: &str) -> Value {
        let answer = self.get(who, address).await;
        assert!(answer.status.is_success(), "{}: {address}: {}", who.name, answer.text);
        serde_json::from_str(&answer.text).expect("JSON")
    }

    /// Everything of a list of the API, page by page.
    async fn all(&self, who: &Asker, address: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.json(who, &format!("{address}{cursor}")).await;
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    /// Sends JSON from a page of the server itself.
    async fn send(&self, who: &Asker, address: &str, body: &str) -> u16 {
        use tower::ServiceExt as _;
        let mut request = Request::post(address).body(Body::from(body.to_owned())).expect("a request");
        *request.headers_mut() = who.headers();
        for (name, value) in [("content-type", "application/json"), ("sec-fetch-site", "same-origin")] {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        self.router.clone().oneshot(request).await.expect("an answer").status().as_u16()
    }
}

fn on_both(test: impl AsyncFn(&Team)) {
    for filled in filled::on_both() {
        let team = Team::of(filled);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        // It ends outside of the runtime: the driver of PostgreSQL has one of its own.
        runtime.block_on(test(&team));
    }
}

fn numbers(items: &[Value], name: &str) -> BTreeSet<i64> {
    items.iter().filter_map(|i| i[name].as_i64()).collect()
}

#[test]
fn a_role_in_one_place_reads_all_of_it_and_nothing_else() {
    on_both(async |t| {
        let database = t.filled.database;
        const EVER: &str = "/api/v1/conversations?from=1990-01-01&limit=100";
        let all = t.all(&t.owner, EVER).await;
        for (who, belongs) in [
            (&t.of_source, (|i: &Value, _| i["source"] == "Forum") as fn(&Value, i64) -> bool),
            (&t.of_channel, |i: &Value, channel| i["channel_id"] == channel),
        ] {
            let own: Vec<Value> = all.iter().filter(|i| belongs(i, t.channel)).cloned().collect();
            assert!(!own.is_empty() && own.len() < all.len());
            let seen = t.all(who, EVER).await;
            assert_eq!(numbers(&seen, "id"), numbers(&own, "id"), "{database}: {}", who.name);
            let questions = t.all(who, &format!("{EVER}&questions=1&state=unanswered")).await;
            assert!(questions.iter().all(|i| belongs(i, t.channel)), "{database}: {}", who.name);

            let page = t.get(who, "/desk/conversations?from=1990-01-01").await.text;
            assert!(page.contains("place-0") && !page.contains("Chat"), "{database}: {}", who.name);
            let nothing = t.json(who, &format!("{EVER}&source=Chat")).await;
            assert_eq!(nothing["items"], serde_json::json!([]), "{database}: {}", who.name);

            let channels = t.all(who, "/api/v1/channels?limit=100").await;
            assert!(!channels.is_empty() && channels.iter().all(|c| c["source"] == "Forum"));
            assert!(who.name != "of-channel" || numbers(&channels, "channel_id") == [t.channel].into());
            let page = t.get(who, "/desk/channels").await.text;
            assert!(page.contains("place-0") && !page.contains("Chat"), "{database}: {}", who.name);

            let today = t.get(who, "/desk/today").await;
            assert!(today.status.is_success() && !today.text.contains("Chat"), "{database}: {}", who.name);
            let found = t.get(who, "/desk/palette?q=place").await.text;
            assert!(found.contains("place-0") && !found.contains("Chat"), "{database}: {found}");
        }
        assert!(t.get(&t.of_source, "/desk/today").await.text.contains("Forum"), "{database}");
    });
}

#[test]
fn a_role_in_one_place_opens_and_changes_nothing_elsewhere() {
    on_both(async |t| {
        let database = t.filled.database;
        let [other_channel, other_source] = t.elsewhere[..] else { panic!("two conversations") };
        for (who, closed) in
            [(&t.of_source, vec![other_source]), (&t.of_channel, vec![other_channel, other_source])]
        {
            for id in closed {
                for address in ["/desk/conversations", "/api/v1/conversations"] {
                    let answer = t.get(who, &format!("{address}/{id}")).await;
                    assert!(!answer.let_in(), "{database}: {} reads {address}/{id}", who.name);
                }
                let marks = format!("/api/v1/conversations/{id}/marks");
                assert_eq!(t.send(who, &marks, r#"{"mark": "answered"}"#).await, 403, "{database}");
                let many = format!(r#"{{"conversations": [{id}], "mark": "answered"}}"#);
                assert_eq!(t.send(who, "/api/v1/conversation-marks", &many).await, 403, "{database}");
            }
            // What is not by place stays closed.
            for address in ["/desk/search", "/desk/members", "/desk/health", "/api/v1/members"] {
                assert!(!t.get(who, address).await.let_in(), "{database}: {} opens {address}", who.name);
            }
        }
        let own = format!("/api/v1/conversations/{other_channel}/marks");
        assert_eq!(t.send(&t.of_source, &own, r#"{"mark": "answered"}"#).await, 200, "{database}");
        let count = "SELECT count(*) FROM conversation_marks";
        let marked = t.filled.app.blocking(move |app| app.db.read(|c| c.query_one(count, &[], |r| r.int(0))));
        let marked: i64 = marked.await.expect("a number");
        assert_eq!(marked, 1, "{database}: one of all of these was allowed");
    });
}
