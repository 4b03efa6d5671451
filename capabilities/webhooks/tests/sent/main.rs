//! Events as another program receives them, and the desk's pages about it, on both databases.

mod support;

use axum::http::{Method, StatusCode};
use base::Day;
use community::{ChannelDraft, Ingestor};
use serde_json::{Value, json};
use store::Priority;
use support::{Product, on_both, until};
use testkit::START;

#[test]
fn a_subscription_hears_what_happens_until_it_is_ended() {
    on_both(async |p| {
        let (id, secret) = p.subscribe("/in", json!({ "events": ["import.finished"] })).await;
        p.happens("member.linked", json!({ "link": "lnk_1" })).await;
        p.happens("import.finished", json!({ "import": "imp_1", "activities": 7 })).await;
        until("it arrived", async || !p.receiver.got("/in").is_empty()).await;
        let got = p.receiver.got("/in")[0].clone();
        assert_eq!(got.signed_with(&secret), 1);
        assert_eq!(got.headers["content-type"], "application/json");
        assert_eq!(got.headers["webhook-timestamp"], (START / 1_000_000).to_string());
        let body = got.json();
        assert_eq!(
            (&body["type"], &body["timestamp"]),
            (&json!("import.finished"), &json!("2024-01-01T00:00:00Z"))
        );
        assert_eq!(body["data"], json!({ "import": "imp_1", "activities": 7 }));
        until("written down", async || p.newest(&id).await["state"] == "delivered").await;
        let line = p.newest(&id).await.clone();
        assert_eq!(
            (&line["status"], &line["answer"], &line["attempts"]),
            (&json!(200), &json!("said"), &json!(1))
        );
        let ended = p.call(Method::DELETE, &format!("/api/v1/webhooks/{id}"), Value::Null).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert_eq!(p.open(&format!("/api/v1/webhooks/{id}")).await.status, StatusCode::NOT_FOUND);
        let (other, _) = p.subscribe("/other", json!({})).await;
        p.happens("import.finished", json!({ "import": "imp_2", "activities": 1 })).await;
        until("the other hears", async || p.receiver.got("/other").len() == 1).await;
        assert_eq!(p.receiver.got("/in").len(), 1, "nothing more came");
        assert_eq!(p.deliveries(&other).await.len(), 1, "nothing of before it was made");
    });
}

#[test]
fn while_a_secret_is_changed_both_sign() {
    on_both(async |p| {
        let (id, old) = p.subscribe("/in", json!({})).await;
        let answer =
            p.call(Method::POST, &format!("/api/v1/webhooks/{id}/rotation"), Value::Null).await.json();
        let new = answer["secret"].as_str().expect("a secret").to_owned();
        assert_eq!(answer["previous_until"], "2024-01-02T00:00:00Z");
        p.happens("import.failed", json!({})).await;
        until("it arrived", async || p.receiver.got("/in").len() == 1).await;
        let got = p.receiver.got("/in")[0].clone();
        assert_eq!((got.signed_with(&old), got.signed_with(&new)), (2, 2));
        // A clock that jumps over the lease of what is under way would have it sent twice.
        until("written down", async || p.newest(&id).await["state"] == "delivered").await;
        p.advance(86_401);
        p.happens("import.failed", json!({})).await;
        until("the next", async || p.receiver.got("/in").len() == 2).await;
        assert_eq!(p.receiver.got("/in")[1].signed_with(&new), 1, "the old one has expired");
        let stored = p.app.blocking(|app| {
            app.db.read(|c| c.query("SELECT secret FROM webhook_secrets", &[], |r| r.text(0)))
        });
        let stored = stored.await.expect("rows");
        assert!(stored.iter().all(|s| s.starts_with("sealed1:") && !s.contains(&new[6..])), "sealed at rest");
        // A new key of the installation changes nothing for anybody.
        assert_eq!(p.app.blocking(capability::secrets::rotate).await.expect("rotated"), 2);
        let (again, _) = p.subscribe("/after", json!({})).await;
        let shown = p.send(&format!("/desk/settings/webhooks/{id}/secret"), "").await;
        assert!(shown.text.contains(&new), "it opens under the new key");
        assert!(!again.is_empty());
    });
}

#[test]
fn failures_are_tried_by_the_schedule_then_dead_and_can_be_sent_again() {
    on_both(async |p| {
        let (id, _) = p.subscribe("/in", json!({})).await;
        p.receiver.says("/in", 500);
        p.happens("import.finished", json!({ "n": 1 })).await;
        // No attempt of the schedule comes early: each wait is at least what it says.
        let mut attempts = 0;
        for wait in [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, 0] {
            attempts += 1;
            // The clock stands, so that the time of the attempt tells that just this one is written down.
            let now = jiff::Timestamp::from_microsecond(p.bench.clock.now()).expect("a time").to_string();
            until("written down", async || {
                let line = p.newest(&id).await;
                line["attempts"] == attempts && line["tried_at"] == now.as_str()
            })
            .await;
            assert_eq!(p.receiver.got("/in").len(), attempts);
            p.advance(wait - 1);
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            assert_eq!(p.receiver.got("/in").len(), attempts, "too early");
            p.advance(1 + wait / 10 + 1);
        }
        until("dead", async || p.newest(&id).await["state"] == "dead").await;
        let ids: Vec<String> = p.receiver.got("/in").iter().map(|g| g.id().to_owned()).collect();
        assert!(ids.iter().all(|i| *i == ids[0]), "one id for all attempts");
        p.receiver.says("/in", 204);
        let again = p.call(Method::POST, &format!("/api/v1/webhooks/{id}/replays"), json!({})).await;
        assert_eq!((again.status, again.json()["deliveries"].clone()), (StatusCode::ACCEPTED, json!(1)));
        until("delivered", async || p.newest(&id).await["state"] == "delivered").await;
        let state = p.open(&format!("/api/v1/webhooks/{id}")).await.json()["state"].clone();
        assert_eq!(state, "active", "a success ends the failing");
    });
}

#[test]
fn who_is_gone_or_silent_for_days_is_stopped_and_people_hear_of_it() {
    on_both(async |p| {
        let (gone, _) = p.subscribe("/gone", json!({})).await;
        p.receiver.says("/gone", 410);
        p.happens("import.finished", json!({ "n": 1 })).await;
        let state = async |id: &str| p.open(&format!("/api/v1/webhooks/{id}")).await.json()["state"].clone();
        until("stopped", async || state(&gone).await == "stopped").await;
        let (silent, _) = p.subscribe("/silent", json!({})).await;
        p.receiver.says("/silent", 302);
        p.happens("import.finished", json!({ "n": 2 })).await;
        until("failing", async || state(&silent).await == "failing").await;
        p.advance(86_400 * 5 - 10);
        until("tried again", async || p.receiver.got("/silent").len() == 2).await;
        assert_eq!(state(&silent).await, "failing", "not before its time");
        p.advance(400);
        until("stopped", async || state(&silent).await == "stopped").await;
        let notices = p.app.blocking(|app| {
            app.db.read(|c| c.query("SELECT text FROM notices ORDER BY notice_id", &[], |r| r.text(0)))
        });
        until("told", async || {
            let n = p
                .app
                .blocking(|app| app.db.read(|c| c.query("SELECT text FROM notices", &[], |r| r.text(0))));
            n.await.expect("rows").len() == 2
        })
        .await;
        drop(notices);
        assert_eq!(p.receiver.got("/gone").len(), 1, "nothing is sent to who is gone");
        p.receiver.says("/silent", 200);
        let page = p.send(&format!("/desk/settings/webhooks/{silent}/start"), "").await;
        assert_eq!(page.location, format!("/desk/settings/webhooks/{silent}?told=started"));
        until("what waited arrived", async || p.newest(&silent).await["state"] == "delivered").await;
    });
}

#[test]
fn activities_are_sent_as_they_come_but_no_history_and_nothing_private() {
    on_both(async |p| {
        let (usual, _) = p.subscribe("/usual", json!({ "events": ["message.posted"] })).await;
        p.subscribe("/all", json!({ "private": true, "history": true })).await;
        let bench = &p.bench;
        let (db, clock) = (bench.db().clone(), bench.clock.clone());
        let source = std::thread::scope(|s| s.spawn(|| bench.source("Forum")).join().expect("no panic"));
        let today = Day::parse("2024-01-02").expect("a day");
        clock.advance(36 * 3_600 * 1_000_000);
        let ingest = move |drafts: Vec<community::ActivityDraft>, private: bool| {
            let mut ingestor = Ingestor::new(source, 0);
            let channel = drafts[0].channel.clone();
            let channels = vec![ChannelDraft {
                external_id: channel.clone(),
                name: Some(channel),
                private,
                ..Default::default()
            }];
            db.write(Priority::Bulk, |tx| {
                let batch = community::Batch {
                    channels: channels.clone(),
                    activities: drafts.clone(),
                    ..Default::default()
                };
                ingestor.ingest(tx, batch, clock.now())
            })
        };
        let said = |id: &str, day: Day, channel: &str| testkit::message(id, day, 60, channel, "ana");
        let sent = tokio::task::spawn_blocking(move || {
            ingest(vec![said("new", today, "open"), said("old", today.plus(-9), "open")], false)?;
            ingest(vec![said("secret", today, "closed")], true)
        });
        sent.await.expect("no panic").expect("taken in");
        until("all heard", async || p.receiver.got("/all").len() == 3).await;
        until("written down", async || p.deliveries(&usual).await.iter().all(|d| d["state"] == "delivered"))
            .await;
        let texts = |path: &str| {
            let mut all: Vec<String> = p
                .receiver
                .got(path)
                .iter()
                .map(|g| g.json()["data"]["text"].as_str().unwrap_or("?").into())
                .collect();
            all.sort();
            all
        };
        assert_eq!(texts("/usual"), ["message new"]);
        assert_eq!(texts("/all"), ["message new", "message old", "message secret"]);
        let body = p.receiver.got("/usual")[0].json();
        assert_eq!(
            (&body["type"], &body["timestamp"]),
            (&json!("message.posted"), &json!("2024-01-02T01:00:00Z"))
        );
        assert_eq!(
            (&body["data"]["channel"]["name"], &body["data"]["channel"]["private"]),
            (&json!("open"), &json!(false))
        );
        assert_eq!(body["data"]["id"], p.receiver.got("/usual")[0].id(), "the id is the activity's");
    });
}

#[test]
fn who_hangs_does_not_hold_the_others_up() {
    on_both(async |p| {
        p.receiver.says("/hangs", 0);
        for _ in 0..3 {
            p.subscribe("/hangs", json!({})).await;
        }
        p.subscribe("/fine", json!({})).await;
        for n in 0..40 {
            p.happens("import.finished", json!({ "n": n })).await;
        }
        until("all arrived", async || p.receiver.got("/fine").len() == 40).await;
        assert!(p.receiver.got("/hangs").len() <= 12, "few at a time: {}", p.receiver.got("/hangs").len());
    });
}

async fn make(p: &Product, path: &str) -> String {
    let url = format!("{}{path}", p.receiver.base).replace(':', "%3A").replace('/', "%2F");
    let made = p.send("/desk/settings/webhooks", &format!("url={url}&description=Team+chat&event=*")).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    assert!(made.text.contains("whsec_") && made.text.contains("Team chat"), "{}", made.text);
    made.between("/desk/settings/webhooks/", "/")
}

#[test]
fn the_desk_makes_tests_and_sends_again() {
    on_both(async |p| {
        let page = p.open("/desk/settings/webhooks").await;
        for words in ["Nobody is told yet", "question.asked", "import.finished", "message.posted"] {
            assert!(page.text.contains(words), "{words} on {}", p.bench.database);
        }
        for wrong in ["https://10.0.0.1/in", "ftp://example.org/", "https://a:b@example.org/", "nonsense"] {
            let fields =
                format!("url={}&event=*&description=Kept", wrong.replace(':', "%3A").replace('/', "%2F"));
            let refused = p.send("/desk/settings/webhooks", &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(refused.text.contains("value=\"Kept\""), "what was typed stays");
        }
        let none = p.send("/desk/settings/webhooks", "url=https%3A%2F%2Fexample.org&description=").await;
        assert!(none.text.contains("choose at least one event"), "{}", none.text);
        let id = make(p, "/in").await;
        let of = format!("/desk/settings/webhooks/{id}");
        p.receiver.says("/in", 500);
        let sent = p.send(&format!("{of}/tests"), "event=question.asked").await;
        assert_eq!(sent.location, format!("{of}?told=test"));
        until("it failed", async || p.open(&of).await.text.contains("<b>500</b>")).await;
        assert!(p.open(&format!("{of}?state=delivered")).await.text.contains("None in this state"));
        assert_eq!(p.receiver.got("/in")[0].json()["type"], "question.asked");
        p.receiver.says("/in", 200);
        let line = p.newest(&id).await["id"].as_str().expect("an id").to_owned();
        p.send(&format!("{of}/replays"), &format!("delivery={line}")).await;
        until("delivered", async || p.open(&of).await.text.contains("<b>200</b>")).await;
        let csv = p.open(&format!("{of}/deliveries.csv?state=delivered")).await;
        assert!(csv.text.starts_with("delivery,message,event,state"), "{}", csv.text);
        assert_eq!(csv.text.lines().count(), 2);
        let saved = p
            .send(&of, "url=https%3A%2F%2Fexample.org%2Fin&description=Other&event=member.linked&private=1")
            .await;
        assert_eq!(saved.location, format!("{of}?told=saved"));
        let e = p.open(&format!("/api/v1/webhooks/{id}")).await.json();
        assert_eq!((&e["url"], &e["events"]), (&json!("https://example.org/in"), &json!(["member.linked"])));
        assert_eq!(p.send(&format!("{of}/stop"), "").await.location, format!("{of}?told=stopped"));
        assert!(p.open(&of).await.text.contains("Nothing is sent there"));
        assert_eq!(
            p.send(&format!("{of}/removal"), "").await.location,
            "/desk/settings/webhooks?told=removed"
        );
        let entries = p.app.blocking(|app| {
            app.db.read(|c| c.query("SELECT title FROM audit_details ORDER BY entry_id", &[], |r| r.text(0)))
        });
        let entries = entries.await.expect("rows");
        for title in ["Made a webhook", "Sent a test to a webhook", "Changed a webhook", "Removed a webhook"]
        {
            assert!(entries.iter().any(|e| e == title), "{title} in {entries:?}");
        }
    });
}

#[test]
fn every_event_has_a_sample_and_the_usual_names_are_understood() {
    on_both(async |p| {
        let events = p.open("/api/v1/webhooks/events").await.json();
        let events = events["items"].as_array().expect("a list");
        assert!(events.len() >= 17, "{}", events.len());
        for event in events {
            let kind = event["event"].as_str().expect("a name");
            assert_eq!(event["sample"]["type"], kind);
            assert!(!event["meaning"].as_str().unwrap_or_default().is_empty());
            let samples = p.open(&format!("/api/v1/webhooks/samples/{kind}")).await.json();
            assert!(samples[0]["id"].is_string(), "{samples}");
        }
        assert_eq!(p.open("/api/v1/webhooks/samples/no.such").await.status, StatusCode::NOT_FOUND);
        for name in ["target_url", "targetUrl", "hookUrl", "url"] {
            let asked = json!({ name: "https://hooks.example.org/x", "event": "question.asked" });
            let made = p.call(Method::POST, "/api/v1/webhooks", asked).await;
            assert_eq!(made.status, StatusCode::CREATED, "{name}: {}", made.text);
            assert_eq!(
                made.location,
                format!("/api/v1/webhooks/{}", made.json()["id"].as_str().unwrap_or(""))
            );
        }
        for wrong in [
            json!({}),
            json!({ "url": "https://example.org" }),
            json!({ "url": "https://example.org", "event": "x" }),
        ] {
            let refused = p.call(Method::POST, "/api/v1/webhooks", wrong.clone()).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let list = p.open("/api/v1/webhooks").await.json();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(4));
        assert!(!list.to_string().contains("whsec_"), "secrets are in no list");
    });
}
