//! Privacy as people and programs meet it, on both databases, with the jobs of a node at work.

mod support;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::Read as _;
use store::Priority;
use support::{DAY, Product, on_both, until};
use testkit::START;

const SECRET: &str = "I moved to Porto";

fn lines(product: &Product, sql: &str) -> Vec<String> {
    product.bench.db().read(|c| c.query(sql, &[], |r| r.text(0))).expect("rows")
}

fn ready(p: &Product, path: &str, state: &str) -> Value {
    for _ in 0..6_000 {
        let (status, answer) = p.ask(Method::GET, path, None);
        assert_eq!(status, StatusCode::OK, "{answer}");
        if answer["state"] == state {
            return answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{path} is never {state}");
}

#[test]
fn everything_that_is_held_is_given_out() {
    on_both(|p| {
        let ana = p.member("U1");
        let (status, made) = p.ask(Method::POST, &format!("/api/v1/members/{ana}/exports"), None);
        assert_eq!(status, StatusCode::ACCEPTED, "{made}");
        let id = made["id"].as_str().expect("an id").to_owned();
        let export = ready(p, &format!("/api/v1/exports/{id}"), "ready");
        let bytes = p.bytes(&format!("/api/v1/exports/{id}/file"));
        assert_eq!(export["bytes"], bytes.len());
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
        let mut text = String::new();
        zip.by_name("data.json").expect("data").read_to_string(&mut text).expect("a text");
        let data: Value = serde_json::from_str(&text).expect("JSON");
        assert!(text.contains(SECRET) && text.contains("ana@home.example"), "{text}");
        assert!(!text.contains("what Bo says") && !text.contains("boss@example.org"), "only hers: {text}");
        let held: Vec<&str> =
            data["held"].as_array().expect("tables").iter().filter_map(|t| t["table"].as_str()).collect();
        for table in ["identities", "contacts", "consents", "import_skips", "audit_entries"] {
            assert!(held.contains(&table), "{held:?} lacks {table}");
        }
        assert_eq!(data["activities"].as_array().map(Vec::len), Some(3));
        let mut page = String::new();
        zip.by_name("index.html").expect("a page").read_to_string(&mut page).expect("a text");
        assert!(page.contains(SECRET) && page.ends_with("</html>\n"), "{page}");
        let told =
            format!("SELECT action FROM audit_entries WHERE subject = '{ana}' AND action = 'privacy.manage'");
        assert_eq!(lines(p, &told).len(), 2, "asked for and taken away");
        // After a week it is gone.
        p.bench.clock.advance(9 * DAY);
        until("the file goes", || lines(p, "SELECT public_id FROM member_exports").is_empty());
    });
}

#[test]
fn a_member_is_forgotten_and_figures_stay() {
    on_both(|p| {
        let ana = p.member("U1");
        let before = p.figures();
        let (_, preview) = p.ask(Method::GET, &format!("/api/v1/members/{ana}/erasure"), None);
        let goes = |table: &str| {
            preview["goes"].as_array().expect("tables").iter().find(|t| t["table"] == table).cloned()
        };
        assert_eq!(goes("contacts").expect("contacts")["rows"], 1, "{preview}");
        let path = format!("/api/v1/members/{ana}/erasures");
        let (status, _) = p.ask(Method::POST, &path, Some(json!({ "reason": " " })));
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let (status, asked) = p.ask(Method::POST, &path, Some(json!({ "reason": "Ana wrote a mail" })));
        assert_eq!(status, StatusCode::ACCEPTED, "{asked}");
        let (status, _) = p.ask(Method::POST, &path, Some(json!({ "reason": "again" })));
        assert_eq!(status, StatusCode::CONFLICT, "one at a time");
        // It waits, and can be called off.
        let id = asked["id"].as_str().expect("an id").to_owned();
        assert_eq!((&asked["state"], &asked["due_at"]), (&json!("waiting"), &json!("2024-01-08T00:00:00Z")));
        let (status, _) = p.ask(Method::DELETE, &format!("/api/v1/erasures/{id}"), None);
        assert_eq!(status, StatusCode::NO_CONTENT);
        p.bench.community.set("erasure_mentions", "replace").expect("a setting");
        let (_, asked) = p.ask(Method::POST, &path, Some(json!({ "reason": "Ana wrote a mail" })));
        let id = asked["id"].as_str().expect("an id").to_owned();
        p.bench.clock.advance(7 * DAY + 1);
        let done = ready(p, &format!("/api/v1/erasures/{id}"), "done");
        assert_eq!(p.figures(), before, "figures stay");
        p.bench.assert_consistent();
        p.bench.db().read(|c| access::audit::verify(c).map(|_| ())).expect("the chain holds");
        let receipt = &done["receipt"];
        let rows = |table: &str| {
            receipt["erased"].as_array().expect("tables").iter().find(|t| t["table"] == table).cloned()
        };
        assert_eq!(rows("contacts").expect("contacts")["rows"], 1, "{receipt}");
        assert_eq!(rows("import_skips").expect("skips")["rows"], 1, "{receipt}");
        assert_eq!((&receipt["texts"], &receipt["mentions"]["replaced"]), (&json!(3), &json!(1)));
        assert!(!receipt.to_string().to_lowercase().contains("souza"), "{receipt}");
        everything_is_gone(p);
        let (status, _) = p.ask(Method::POST, &path, Some(json!({ "reason": "again" })));
        assert_eq!(status, StatusCode::CONFLICT, "there is nobody left");
        let (status, _) = p.ask(Method::DELETE, &format!("/api/v1/erasures/{id}"), None);
        assert_eq!(status, StatusCode::CONFLICT, "too late");
        let page = p.page(&format!("/desk/privacy/erasures/{id}"));
        assert!(page.1.contains("Receipt") && page.1.contains("kept under the identity"), "{}", page.1);
        // What the source sends again comes without text, and the figures are those that they would have been.
        p.import();
        assert_eq!(p.figures(), before);
        everything_is_gone(p);
        p.bench.assert_consistent();
    });
}

/// Looks through every column of every table for what named her.
fn everything_is_gone(p: &Product) {
    p.bench
        .db()
        .read(|c| {
            let mut tables = vec!["identities".to_owned(), "messages".to_owned()];
            let declared = p.app.registry.manifests().iter().flat_map(|m| &m.tables);
            tables.extend(declared.map(|t| t.name.to_owned()).filter(|t| t != "search_index"));
            for table in tables {
                let columns: Vec<String> = c.columns(&table)?.into_iter().map(|c| c.name).collect();
                let sql = format!("SELECT {} FROM {table}", columns.join(", "));
                c.for_each(&sql, &[], |r| {
                    for (at, name) in columns.iter().enumerate() {
                        if let store::Param::Text(text) = r.value(at)? {
                            let text = text.to_lowercase();
                            for word in ["souza", "ana_s", "ana@home", "porto", "u1\t"] {
                                assert!(!text.contains(word), "{table}.{name}: {text}");
                            }
                            assert_ne!(text, "u1", "{table}.{name}");
                        }
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })
        .expect("a look at everything");
}

#[test]
fn an_erasure_that_broke_off_is_finished() {
    on_both(|p| {
        let ana = p.member("U1");
        let before = p.figures();
        let path = format!("/api/v1/members/{ana}/erasures");
        let (_, asked) = p.ask(Method::POST, &path, Some(json!({ "reason": "a mail" })));
        let id = asked["id"].as_str().expect("an id").to_owned();
        // As a program leaves it that is killed after the identities went.
        p.bench
            .db()
            .write(Priority::Interactive, |tx| {
                let number =
                    tx.query_one("SELECT identity FROM identities WHERE public_id = $1", &[ana.as_str().into()], |r| {
                        r.int(0)
                    })?;
                let key = community::erase::key_or_new(tx, &p.app.sealer, START)?;
                community::erase::identity(tx, u32::try_from(number).expect("a number"), &key, false, START)?;
                tx.execute(
                    "UPDATE erasures SET began_at = $1, step = 'identities', identities = $2 WHERE public_id = $3",
                    &[START.into(), format!("[{number}]").as_str().into(), id.as_str().into()],
                )
            })
            .expect("half an erasure");
        p.bench.clock.advance(8 * DAY);
        ready(p, &format!("/api/v1/erasures/{id}"), "done");
        assert_eq!(p.figures(), before);
        assert!(lines(p, "SELECT text FROM messages WHERE text LIKE '%Porto%'").is_empty());
        assert!(lines(p, "SELECT text FROM contacts").is_empty());
        p.bench.assert_consistent();
    });
}

#[test]
fn a_hold_beats_an_erasure_and_a_rule() {
    on_both(|p| {
        let ana = p.member("U1");
        let path = format!("/api/v1/members/{ana}/erasures");
        let hold = json!({ "member": ana, "reason": "a matter at court" });
        let (_, asked) = p.ask(Method::POST, &path, Some(json!({ "reason": "a mail" })));
        let (status, held) = p.ask(Method::POST, "/api/v1/legal-holds", Some(hold));
        assert_eq!(status, StatusCode::CREATED, "{held}");
        let (status, answer) = p.ask(Method::POST, &path, Some(json!({ "reason": "more" })));
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(answer["detail"].as_str().unwrap_or_default().contains("legal hold"), "{answer}");
        // A rule leaves her alone.
        let rule = json!({ "days": 1 });
        let (_, preview) = p.ask(Method::GET, "/api/v1/retention-rules/preview?days=1", None);
        assert_eq!(preview["held"].as_array().map(Vec::len), Some(1), "{preview}");
        let (status, _) = p.ask(Method::POST, "/api/v1/retention-rules", Some(rule.clone()));
        assert_eq!(status, StatusCode::CREATED);
        let (status, _) = p.ask(Method::POST, "/api/v1/retention-rules", Some(rule));
        assert_eq!(status, StatusCode::CONFLICT, "one for a kind and a source");
        p.bench.clock.advance(8 * DAY);
        until("the rule ran", || {
            !lines(p, "SELECT public_id FROM retention_rules WHERE ran_at IS NOT NULL").is_empty()
        });
        until("the others' texts went", || {
            lines(p, "SELECT text FROM messages WHERE text IS NOT NULL").len() == 3
        });
        let id = asked["id"].as_str().expect("an id").to_owned();
        until("the erasure was put off", || {
            let (now, sql) = (p.bench.clock.now(), "SELECT CAST(due_at AS TEXT) FROM erasures");
            lines(p, sql).iter().all(|due| due.parse::<i64>().is_ok_and(|due| due > now))
        });
        let (_, waiting) = p.ask(Method::GET, &format!("/api/v1/erasures/{id}"), None);
        assert_eq!(waiting["state"], "waiting");
        let hold = held["id"].as_str().expect("an id");
        let (status, _) = p.ask(Method::DELETE, &format!("/api/v1/legal-holds/{hold}"), None);
        assert_eq!(status, StatusCode::NO_CONTENT);
        p.bench.clock.advance(2 * DAY);
        ready(p, &format!("/api/v1/erasures/{id}"), "done");
        assert!(lines(p, "SELECT text FROM messages WHERE text IS NOT NULL").is_empty());
        p.bench.assert_consistent();
    });
}

#[test]
fn consents_are_kept_and_members_choose_for_themselves() {
    on_both(|p| {
        let bo = p.member("U2");
        let purpose = json!({ "purpose": "news", "title": "News", "sentence": "Once a month." });
        let (status, _) = p.ask(Method::POST, "/api/v1/consent-purposes", Some(purpose));
        assert_eq!(status, StatusCode::CREATED);
        let path = format!("/api/v1/members/{bo}/consents");
        let said = |given: &str, at: &str| {
            Some(
                json!({ "purpose": "news", "channel": "email", "given": given, "proof": "a form", "said_at": at }),
            )
        };
        assert_eq!(p.ask(Method::POST, &path, said("yes", "2023-12-01")).0, StatusCode::CREATED);
        assert_eq!(p.ask(Method::POST, &path, said("perhaps", "")).0, StatusCode::UNPROCESSABLE_ENTITY);
        let (_, kept) = p.ask(Method::GET, &path, None);
        assert_eq!(kept["present"][0]["given"], true);
        // The signed link.
        let (_, link) = p.ask(Method::POST, &format!("/api/v1/members/{bo}/preferences"), None);
        let link = link["link"].as_str().expect("a link").to_owned();
        let (status, page, headers) = p.open("GET", &link, "");
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("Once a month.") && page.contains("checked"), "{page}");
        assert_eq!(headers["x-robots-tag"], "noindex, nofollow");
        let (status, _, _) = p.open("POST", &link, "choice=news%3Amessage");
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, kept) = p.ask(Method::GET, &path, None);
        let given = |channel: &str| {
            kept["present"]
                .as_array()
                .expect("rows")
                .iter()
                .find(|c| c["channel"] == channel)
                .map(|c| c["given"].clone())
        };
        assert_eq!((given("email"), given("message")), (Some(json!(false)), Some(json!(true))));
        assert_eq!(kept["history"].as_array().map(Vec::len), Some(3), "nothing is changed: {kept}");
        // Another member's, a changed and an old link do not hold.
        let other = link.replace(&bo, &p.member("U1"));
        let changed = format!("{}0", &link[..link.len() - 1]);
        for bad in [other.as_str(), changed.as_str(), "/preferences/x"] {
            if bad != link {
                assert_eq!(p.open("GET", bad, "").0, StatusCode::NOT_FOUND, "{bad}");
            }
        }
        p.bench.clock.advance(91 * DAY);
        assert_eq!(p.open("GET", &link, "").0, StatusCode::NOT_FOUND);
        // A table.
        let table = "member,purpose,channel,given\nchat:U1,news,phone,yes\nchat:U9,news,phone,yes\nana@home.example,news,post,no\n";
        let (_, report) = p.send("/api/v1/consents?dry_run=true", table);
        assert_eq!(
            (&report["taken"], &report["wrong"], &report["problems"][0]["row"]),
            (&json!(2), &json!(1), &json!(3))
        );
        let before = lines(p, "SELECT public_id FROM consents").len();
        let (_, report) = p.send("/api/v1/consents", table);
        assert_eq!(report["taken"], 2);
        assert_eq!(lines(p, "SELECT public_id FROM consents").len(), before + 2);
    });
}

#[test]
fn pages_say_what_they_do() {
    on_both(|p| {
        let ana = p.member("U1");
        for (path, words) in [
            (format!("/desk/members/{ana}/privacy"), "What they agreed to"),
            (format!("/desk/members/{ana}/erasure"), "What stays"),
            ("/desk/settings/privacy".to_owned(), "How long texts are kept"),
            ("/desk/settings/privacy/rules?kind=&source=&days=30".to_owned(), "Set this rule"),
            ("/desk/settings/privacy/processing".to_owned(), "Who receives it"),
        ] {
            let (status, page) = p.page(&path);
            assert_eq!(status, StatusCode::OK, "{path}: {page}");
            assert!(page.contains(words), "{path}: {page}");
        }
        let (status, page) = p.form(&format!("/desk/members/{ana}/erasure"), "reason=");
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("needs a reason"), "{page}");
        let (status, _) = p.form("/desk/settings/privacy", "days=3&mentions=replace");
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(lines(p, "SELECT value FROM settings WHERE name = 'erasure_days'"), ["3"]);
        let (status, page) = p.form("/desk/settings/privacy", "days=400&mentions=leave");
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("from 0 to 90"), "{page}");
        let (_, record) = p.ask(Method::GET, "/api/v1/processing", None);
        assert!(record["activities"].as_array().is_some_and(|a| a.len() > 5), "{record}");
    });
}
