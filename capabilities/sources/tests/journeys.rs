//! An export uploaded, watched, read about, and taken back; and everything that can go wrong on the way.

mod desk;

use axum::http::{Method, StatusCode};
use desk::{Product, on_both, on_sqlite, slack, slack_later, start, text, zip};
use serde_json::Value;

const FORM: &str = "application/x-www-form-urlencoded";

/// Uploads an export in the desk and waits for its end.
async fn import(p: &Product, export: &[u8], more: &[desk::Part<'_>]) -> Value {
    let mut parts =
        vec![text("format", "slack"), ("files", Some("export.zip"), export), text("act", "import")];
    parts.extend_from_slice(more);
    let answer = p.send(&parts).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let id = answer.location().rsplit('/').next().unwrap_or_default().to_owned();
    p.settled(&id).await
}

fn id(import: &Value) -> &str {
    import["id"].as_str().expect("an import has an id")
}

async fn undo(p: &Product, import: &Value) -> Value {
    let answer = p.submit(&format!("/desk/sources/imports/{}/undo", id(import)), "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    p.settled(id(import)).await
}

#[test]
fn an_export_comes_in_and_is_taken_back() {
    on_both(async |p| {
        let empty = p.open("/desk/sources").await;
        assert!(empty.text.contains("No sources yet") && empty.text.contains("Where exports come from"));
        let done = import(p, &slack(), &[text("source", "Lathe")]).await;
        let (summary, database) = (&done["summary"], p.bench.database);
        assert_eq!(done["state"], "done", "on {database}: {done}");
        let skipped = done["skipped_records"].as_u64().unwrap_or_default();
        assert_eq!(skipped, 1, "on {database}: {done}");
        assert_eq!(
            summary["records"].as_u64(),
            Some(
                summary["activities"].as_u64().unwrap_or_default()
                    + summary["duplicates"].as_u64().unwrap_or_default()
                    + skipped
            )
        );
        assert_eq!(p.uploads(), 0, "a finished import keeps no files");

        let again = import(p, &slack(), &[text("source", "Lathe")]).await;
        assert_eq!(again["summary"]["activities"], 0, "the same export adds nothing");
        let newer = import(p, &slack_later(), &[]).await;
        assert_eq!(
            newer["summary"]["activities"], 1,
            "a newer one adds what is new, to the only source of its format"
        );

        let list = p.open("/desk/sources").await;
        assert!(list.text.contains("Lathe") && list.text.contains(">Ready<"), "{}", list.text);
        let sources = p.api(Method::GET, "/api/v1/sources").await.json();
        let activities = summary["activities"].as_u64().unwrap_or_default() + 1;
        assert_eq!(sources["items"][0]["activities"].as_u64(), Some(activities), "on {database}");
        p.assert_consistent();

        let page = p.open(&format!("/desk/sources/imports/{}", id(&done))).await;
        assert!(page.text.contains("Newer imports of this source rest on this one"), "{}", page.text);
        let early = p.submit(&format!("/desk/sources/imports/{}/undo", id(&done)), "").await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        for import in [&newer, &again, &done] {
            assert_eq!(undo(p, import).await["state"], "undone", "on {database}");
        }
        let sources = p.api(Method::GET, "/api/v1/sources").await.json();
        assert_eq!(sources["items"][0]["activities"], 0, "on {database}: as if it had never been");
        p.assert_consistent();
    });
}

#[test]
fn a_source_says_how_good_its_data_is() {
    on_both(async |p| {
        import(p, &slack(), &[text("source", "Lathe")]).await;
        let list = p.api(Method::GET, "/api/v1/sources").await.json();
        let source = list["items"][0]["id"].as_str().expect("an id").to_owned();
        let detail = p.api(Method::GET, &format!("/api/v1/sources/{source}")).await.json();
        let quality = &detail["quality"];
        assert_eq!(
            (quality["first"].as_str(), quality["last"].as_str()),
            (Some("2023-11-20"), Some("2023-11-24"))
        );
        assert_eq!((quality["days"].as_u64(), quality["active_days"].as_u64()), (Some(5), Some(2)));
        assert_eq!(quality["gaps"][0]["days"], 3, "{quality}");
        assert_eq!(quality["rows_by_bots"], 1, "{quality}");
        assert_eq!(detail["channels"][0]["name"], "general");
        let page = p.open(&format!("/desk/sources/{source}")).await;
        for words in [
            "Data quality",
            "21 Nov to 23 Nov 2023",
            "Reply links",
            "Its times carry their own zone",
            "general",
        ] {
            assert!(page.text.contains(words), "{words} on {}", p.bench.database);
        }
        assert_eq!(p.open("/desk/sources/src_none").await.status, StatusCode::NOT_FOUND);
    });
}

#[tokio::test]
async fn skipped_lines_are_a_file_that_runs_nothing() {
    let p = on_sqlite();
    let table = "time,person,text\n2024-01-01T00:00:00Z,=cmd(),hello\n=never,ana,hello\n";
    let map = "time = \"time\"\nperson = \"person\"\ntext = \"text\"\n";
    let parts = [
        text("format", "activities"),
        text("mapping", "own"),
        text("map_text", map),
        text("act", "import"),
        ("files", Some("t.csv"), table.as_bytes()),
    ];
    let answer = p.send(&parts).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let done = p.settled(answer.location().rsplit('/').next().unwrap_or_default()).await;
    assert_eq!(done["skipped_records"], 1, "{done}");
    let page = p.open(answer.location()).await;
    assert!(page.text.contains("Download lines"));
    let file = p.open(&format!("{}/skipped.csv", answer.location())).await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let mut lines = file.text.lines();
    assert_eq!(lines.next(), Some("reason,place,record"));
    assert!(
        lines.next().is_some_and(|l| !l.split(',').any(|cell| cell.trim_matches('"').starts_with('='))),
        "{}",
        file.text
    );
}

#[tokio::test]
async fn a_plain_list_needs_no_mapping_wherever_it_is_brought_in() {
    let table: &[u8] = b"time,person,text\n2024-01-01T00:00:00Z,ana,hello\n2024-01-01T00:01:00Z,bo,hi\n";
    let file = ("files", Some("t.csv"), table);
    // On the page, by the API, and as the command line asks.
    let p = on_sqlite();
    let answer = p.send(&[text("format", "activities"), text("act", "import"), file]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let by_page = p.settled(answer.location().rsplit('/').next().unwrap_or_default()).await;
    drop(p);
    let p = on_sqlite();
    let answer = p.api_upload(&[text("format", "activities"), file]).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    let by_api = p.settled(id(&answer.json())).await;
    drop(p);
    let p = on_sqlite();
    let path = p.app.data_dir.join("t.csv");
    std::fs::write(&path, table).expect("a file");
    let request = connect::import::Request {
        format: "activities".into(),
        paths: vec![path],
        ..connect::import::Request::default()
    };
    let summary = p.app.runner().import(&request, &mut |_| {}).expect("an import");
    for done in [by_page, by_api] {
        assert_eq!(done["state"], "done", "{done}");
        assert_eq!(done["summary"]["activities"].as_u64(), Some(summary.activities), "{done}");
    }
    assert_eq!(summary.activities, 2);
}

#[tokio::test]
async fn looking_first_stores_nothing_and_keeps_the_upload() {
    let p = on_sqlite();
    let export = slack();
    let parts = [
        text("format", "slack"),
        text("source", "Lathe"),
        ("files", Some("e.zip"), &export[..]),
        text("act", "look"),
    ];
    let answer = p.send(&parts).await;
    let place = answer.location().split('#').next().unwrap_or_default().to_owned();
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let mut page = p.open(&place).await;
    for _ in 0..3_000 {
        if page.text.contains("This is what would happen") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        page = p.open(&place).await;
    }
    assert!(page.text.contains("New activities") && page.text.contains("value=\"Lathe\""), "{}", page.text);
    let sources = p.api(Method::GET, "/api/v1/sources").await.json();
    assert_eq!(sources["items"].as_array().map(Vec::len), Some(0), "nothing was stored");
    let upload = page.hidden("upload");
    let answer = p
        .send(&[
            text("format", "slack"),
            text("source", "Lathe"),
            text("upload", &upload),
            text("act", "import"),
        ])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let done = p.settled(answer.location().rsplit('/').next().unwrap_or_default()).await;
    assert_eq!((done["state"].as_str(), p.uploads()), (Some("done"), 0));
}

#[tokio::test]
async fn mistakes_stand_at_their_field_and_nothing_typed_is_lost() {
    let p = on_sqlite();
    let export = slack();
    let file = ("files", Some("e.zip"), &export[..]);
    let wrong = |answer: &desk::Answer, field: &str, words: &str| {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}: {}", answer.text);
        let at = format!("id=\"{field}-error\"");
        assert!(
            answer.text.contains(&at) && answer.text.contains(words),
            "{field}: {words}: {}",
            answer.text
        );
    };
    wrong(&p.send(&[text("act", "import"), file]).await, "format", "Choose what the export is");
    let none =
        p.send(&[text("format", "slack"), ("files", Some(""), b""), text("source", "Lathe <b>")]).await;
    wrong(&none, "files", "Choose the export");
    assert!(none.text.contains("value=\"Lathe &lt;b&gt;\""), "what was typed stays, escaped");
    wrong(
        &p.send(&[text("format", "slack"), ("files", Some("e.zip"), b"")]).await,
        "files",
        "e.zip is empty",
    );
    wrong(
        &p.send(&[text("format", "slack"), text("timezone", "Mars/Base"), file]).await,
        "timezone",
        "Mars/Base",
    );
    wrong(
        &p.send(&[text("format", "slack"), text("bot_pattern", "("), file]).await,
        "bot_pattern",
        "regular expression",
    );
    wrong(&p.send(&[text("format", "activities"), file]).await, "mapping", "Without a mapping");
    wrong(
        &p.send(&[text("format", "activities"), text("mapping", "own"), file]).await,
        "mapping",
        "Paste your mapping",
    );
    let other = p.send(&[text("format", "discord"), text("act", "import"), file]).await;
    wrong(&other, "files", "Slack export");
    // The files need not be sent again: the form knows them.
    let upload = other.hidden("upload");
    let answer = p.send(&[text("format", "slack"), text("upload", &upload), text("act", "import")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
}

#[tokio::test]
async fn hostile_names_and_archives_stay_inside() {
    let p = on_sqlite();
    let export = slack();
    let answer = p
        .send(&[
            text("format", "slack"),
            ("files", Some("../../../escape.zip"), &export[..]),
            text("act", "import"),
        ])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    p.settled(answer.location().rsplit('/').next().unwrap_or_default()).await;
    let folder = p.folder.path();
    for place in [
        folder.join("escape.zip"),
        folder.join("uploads/escape.zip"),
        folder.parent().expect("a parent").join("escape.zip"),
    ] {
        assert!(!place.exists(), "{}", place.display());
    }
    let climbing = zip(&[("../../users.json", "[]"), ("../../general/2023-11-20.json", "[]")]);
    let answer = p
        .send(&[
            text("format", "slack"),
            text("source", "b"),
            ("files", Some("z.zip"), &climbing[..]),
            text("act", "import"),
        ])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
    for id in ["../..", "upl_../../../../etc", "imp_x"] {
        let answer = p.send(&[text("format", "slack"), text("upload", id), text("act", "import")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{id}");
    }
}

#[tokio::test]
async fn nobody_gets_in_and_no_other_site_sends_forms() {
    let p = on_sqlite();
    let answer = p.ask(Method::GET, "/desk/sources", &[], Vec::new()).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/signin?next=/desk/sources"));
    let export = slack();
    let parts = [text("format", "slack"), ("files", Some("e.zip"), &export[..]), text("act", "import")];
    let answer = p.upload("/desk/sources/import", &[], &parts).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/signin"));
    assert_eq!(p.upload("/api/v1/imports", &[], &parts).await.status, StatusCode::UNAUTHORIZED);
    let session = p.submit("/desk/sources/imports/imp_none/stop", "").await;
    assert_eq!(session.status, StatusCode::CONFLICT, "with the token it reaches the handler");
    let cookie = p.session_cookie();
    for path in
        ["/desk/sources/imports/imp_x/undo", "/desk/sources/imports/imp_x/stop", "/desk/sources/src_x/zone"]
    {
        let answer =
            p.ask(Method::POST, path, &[("cookie", &cookie), ("content-type", FORM)], b"a=1".to_vec()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    let elsewhere = [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(p.upload("/desk/sources/import", &elsewhere, &parts).await.status, StatusCode::FORBIDDEN);
    assert_eq!(p.uploads(), 0, "nothing was stored");
}

#[test]
fn a_zone_is_corrected_later() {
    on_both(async |p| {
        let table = "AuthorID,Author,Date,Content,Attachments,Reactions\n1,ana,10-Jan-24 11:30 PM,late,,\n";
        let export = zip(&[("help/general.csv", table)]);
        let parts = [
            text("format", "discord"),
            text("source", "Guild"),
            ("files", Some("d.zip"), &export[..]),
            text("act", "import"),
        ];
        let answer = p.send(&parts).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        p.settled(answer.location().rsplit('/').next().unwrap_or_default()).await;
        let list = p.api(Method::GET, "/api/v1/sources").await.json();
        let source = &list["items"][0];
        assert_eq!(
            (source["zone"].as_str(), source["zone_assumed"].as_bool()),
            (Some("UTC"), Some(true)),
            "{list}"
        );
        let place = format!("/desk/sources/{}", source["id"].as_str().expect("an id"));
        let wrong = p.submit(&format!("{place}/zone"), "zone=Mars").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("id=\"zone-error\"") && wrong.text.contains("value=\"Mars\""));
        let right = p.submit(&format!("{place}/zone"), "zone=America/New_York").await;
        assert_eq!(right.status, StatusCode::SEE_OTHER, "{}", right.text);
        let api = place.replace("/desk/", "/api/v1/");
        let mut detail = p.api(Method::GET, &api).await.json();
        for _ in 0..3_000 {
            if detail["zone_correction"] != "running" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            detail = p.api(Method::GET, &api).await.json();
        }
        assert_eq!(
            (detail["zone"].as_str(), detail["quality"]["last"].as_str()),
            (Some("America/New_York"), Some("2024-01-11")),
            "{detail}"
        );
        p.assert_consistent();
    });
}

/// An import that was begun when the process "died": nothing runs it, its files lie there.
fn interrupted(p: &Product) -> String {
    let folder = p.folder.path().join("uploads/upl_00000000000000000000000000/files");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("export.zip"), slack()).expect("a file");
    let request = connect::import::Request {
        format: "slack".into(),
        paths: vec![folder.join("export.zip")],
        by: "ana".into(),
        ..connect::import::Request::default()
    };
    let stop = std::sync::atomic::AtomicBool::new(false);
    let (community, clock) = (&p.app.community, &p.app.clock);
    let runner = connect::import::Runner { community, importers: desk::IMPORTERS, clock, stop: &stop };
    let started = connect::import::begin(&runner, &request).expect("it begins");
    started.id().to_owned()
}

#[tokio::test]
async fn what_was_interrupted_goes_on_after_a_start() {
    let p = on_sqlite();
    let id = interrupted(&p);
    let page = p.open(&format!("/desk/sources/imports/{id}")).await;
    assert!(
        page.text.contains("This import was interrupted") && page.text.contains("Continue"),
        "{}",
        page.text
    );
    assert_eq!(sources::resume_interrupted(&start(&p.bench, &p.folder)).expect("it goes on"), 1);
    let done = p.settled(&id).await;
    assert_eq!((done["state"].as_str(), p.uploads()), (Some("done"), 0), "{done}");
}

#[tokio::test]
async fn what_somebody_stopped_waits_for_somebody() {
    let p = on_sqlite();
    let id = interrupted(&p);
    let stop = |tx: &mut store::Conn<'_>| tx.execute("UPDATE leases SET stop_asked = 1", &[]);
    assert_eq!(p.app.db.write(store::Priority::Interactive, stop).expect("the mark"), 1);
    assert_eq!(sources::resume_interrupted(&p.app).expect("nothing goes on"), 0);
    assert_eq!(p.settled(&id).await["state"], "interrupted");
    let answer = p.submit(&format!("/desk/sources/imports/{id}/continue"), "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(p.settled(&id).await["state"], "done");
    let answer = p.submit(&format!("/desk/sources/imports/{id}/continue"), "").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn an_interrupted_import_can_be_taken_back_with_its_files() {
    let p = on_sqlite();
    let id = interrupted(&p);
    let question = p.open(&format!("/desk/sources/imports/{id}/undo")).await;
    assert!(question.text.contains("Take back the import of export.zip?"), "{}", question.text);
    assert_eq!(undo(&p, &serde_json::json!({ "id": id })).await["state"], "undone");
    assert_eq!(p.uploads(), 0);
}

#[tokio::test]
async fn a_folder_that_takes_nothing_is_said_and_loses_nothing_typed() {
    let p = on_sqlite();
    std::fs::write(p.folder.path().join("uploads"), "a file where the folder should be").expect("a file");
    let export = slack();
    let answer = p
        .send(&[text("format", "slack"), text("source", "Lathe"), ("files", Some("e.zip"), &export[..])])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("the upload cannot be stored") && answer.text.contains("value=\"Lathe\""));
    let api = p.api_upload(&[text("format", "slack"), ("files", Some("e.zip"), &export[..])]).await;
    assert_eq!(api.status, StatusCode::SERVICE_UNAVAILABLE, "{}", api.text);
}

#[tokio::test]
async fn the_api_takes_uploads_and_says_what_is_wrong() {
    let p = on_sqlite();
    let export = slack();
    let answer = p
        .api_upload(&[
            text("format", "slack"),
            text("source", "Lathe"),
            text("bot", "bo"),
            ("files", Some("e.zip"), &export[..]),
        ])
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    let import = answer.json();
    assert_eq!(answer.location(), format!("/api/v1/imports/{}", id(&import)));
    assert_eq!(p.settled(id(&import)).await["state"], "done");
    let wrong = p.api_upload(&[text("format", "discord"), ("files", Some("e.zip"), &export[..])]).await;
    assert_eq!(
        (wrong.status, wrong.headers["content-type"].to_str().unwrap()),
        (StatusCode::UNPROCESSABLE_ENTITY, "application/problem+json")
    );
    assert_eq!(p.api_upload(&[text("format", "zulip")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(p.uploads(), 0, "what was refused is not kept");
    let place = format!("/api/v1/imports/{}", id(&import));
    assert_eq!(p.api(Method::DELETE, &place).await.status, StatusCode::ACCEPTED);
    assert_eq!(p.settled(id(&import)).await["state"], "undone");
    assert_eq!(p.api(Method::DELETE, &place).await.status, StatusCode::CONFLICT);
    assert_eq!(p.api(Method::GET, "/api/v1/imports/imp_none").await.status, StatusCode::NOT_FOUND);
    let imports = p.api(Method::GET, "/api/v1/imports").await.json();
    assert_eq!(imports["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn the_navigation_leads_to_the_list() {
    let p = on_sqlite();
    assert!(capability::unresolved_navigation(&p.app).await.is_empty());
    assert_eq!(p.open("/desk").await.location(), "/desk/sources");
}
