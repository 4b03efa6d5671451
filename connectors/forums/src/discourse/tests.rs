//! Small invented topics, and the files that go wrong.

use super::DISCOURSE;
use community::{Kind, Record};
use connect::{Collected, Files, ImportOptions, Importer};
use serde_json::{Value, json};
use std::fs;

fn import_with(files: &[(&str, String)], options: &ImportOptions) -> Collected {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let mut files = Files::open(&[folder.path().to_path_buf()]).expect("readable files");
    let mut sink = Collected::default();
    DISCOURSE.read(&mut files, options, &mut sink).expect("an import");
    sink
}

fn import(files: &[(&str, String)]) -> Collected {
    import_with(files, &ImportOptions::default())
}

fn post(id: i64, number: i64, username: &str, cooked: &str) -> Value {
    json!({
        "id": id, "post_number": number, "username": username, "name": "", "cooked": cooked,
        "avatar_template": format!("/user_avatar/talk.example.org/{username}/{{size}}/1_2.png"),
        "created_at": format!("2024-03-0{}T10:00:00.250Z", number.clamp(1, 9)), "post_type": 1, "version": 1,
        "updated_at": "2024-03-09T10:00:00.000Z", "actions_summary": [], "accepted_answer": false,
    })
}

fn topic() -> Value {
    let mut reply = post(12, 2, "bo", "<p>Water the <b>roots</b></p>");
    reply["reply_to_post_number"] = json!(1);
    reply["actions_summary"] = json!([{"id": 2, "count": 3}, {"id": 6, "count": 1}]);
    reply["accepted_answer"] = json!(true);
    reply["version"] = json!(3);
    let mut closed = post(13, 3, "system", "");
    closed["post_type"] = json!(3);
    json!({
        "id": 7, "title": "Dry leaves", "category_id": 4, "archetype": "regular",
        "post_stream": {"posts": [post(11, 1, "ana", "<p>Help</p>"), reply, closed], "stream": [11, 12, 13]},
    })
}

#[test]
fn a_topic_becomes_an_opening_replies_and_an_accepted_answer() {
    let got = import(&[("dry-leaves.7.json", topic().to_string())]);
    assert!(got.skipped.is_empty(), "{:?}", got.skipped);
    let kinds: Vec<Kind> = got.activities.iter().map(|a| a.kind).collect();
    let expected = [Kind::TOPIC_OPENED, Kind::REPLY_POSTED, Kind::ANSWER_ACCEPTED, Kind::NOTICE_POSTED];
    assert_eq!(kinds, expected);

    let opening = &got.activities[0];
    assert_eq!(opening.external_id, "11");
    assert_eq!((opening.at, opening.rank), (1_709_287_200_250_000, 11));
    assert_eq!(opening.title.as_deref(), Some("Dry leaves"));
    assert_eq!(opening.permalink.as_deref(), Some("https://talk.example.org/t/7/1"));
    assert_eq!(opening.edited_at, None);

    let reply = &got.activities[1];
    assert_eq!(reply.conversation.as_ref().map(|c| (c.order, c.key.as_str())), Some((7, "7")));
    assert_eq!((reply.title.as_deref(), reply.parent.as_deref()), (None, Some("11")));
    assert_eq!((reply.text.as_deref(), reply.reactions), (Some("Water the **roots**"), 3));
    assert!(reply.edited_at.is_some());

    let accepted = &got.activities[2];
    assert_eq!((accepted.record, accepted.conversation.is_none()), (Record::Acceptance, true));
    assert_eq!((accepted.parent.as_deref(), accepted.actor.as_deref()), (Some("12"), Some("bo")));
    assert_eq!(accepted.at, reply.at);

    assert_eq!(got.channels.len(), 1);
    assert_eq!(got.channels[0].name.as_deref(), Some("4"));
    let bots: Vec<&str> =
        got.identities.iter().filter(|i| i.bot == Some(true)).map(|i| i.external_id.as_str()).collect();
    assert_eq!((got.identities.len(), bots), (3, vec!["system"]));
    let avatar = got.identities[0].avatar.as_deref();
    assert_eq!(avatar, Some("https://talk.example.org/user_avatar/talk.example.org/ana/120/1_2.png"));
}

#[test]
fn named_likers_are_reactions_and_leave_the_number() {
    let mut topic = topic();
    topic["post_stream"]["posts"][1]["post_action_users"] = json!([
        {"id": 1, "username": "cleo", "avatar_template": "/letter/c/{size}.png"},
        {"id": 2, "username": "ana", "created_at": "2024-04-01T00:00:00Z"},
    ]);
    let got = import(&[("t/7.json", topic.to_string())]);
    let likes: Vec<_> = got.activities.iter().filter(|a| a.kind == Kind::REACTION_ADDED).collect();
    assert_eq!(likes.len(), 2);
    assert_eq!((likes[0].external_id.as_str(), likes[0].parent.as_deref()), ("12\tcleo\tlike", Some("12")));
    assert_eq!(likes[1].at, 1_711_929_600_000_000);
    assert_eq!(got.activities[1].reactions, 1);
}

#[test]
fn pages_of_posts_and_lists_of_categories_are_read_too() {
    let page = json!({"id": 7, "post_stream": {"posts": [post(40, 21, "ana", "<p>Page two</p>")]}});
    let latest = json!({"latest_posts": [{
        "id": 50, "post_number": 1, "topic_id": 9, "topic_title": "News", "category_id": 5, "username": "bo",
        "created_at": "2024-05-01T00:00:00Z", "cooked": "<p>hi</p>",
    }]});
    let categories = json!({"category_list": {"categories": [
        {"id": 4, "name": "Plants", "subcategory_list": [{"id": 5, "name": "Trees", "read_restricted": true}]},
    ]}});
    let got = import(&[
        ("categories.json", categories.to_string()),
        ("latest.json", latest.to_string()),
        ("t/7.json", topic().to_string()),
        ("t/7/posts.json", page.to_string()),
    ]);
    assert!(got.skipped.is_empty(), "{:?}", got.skipped);
    let find = |id: &str| got.activities.iter().find(|a| a.external_id == id).expect("taken");
    assert_eq!((find("40").channel.as_str(), find("40").kind), ("4", Kind::REPLY_POSTED));
    assert_eq!((find("50").channel.as_str(), find("50").title.as_deref()), ("5", Some("News")));
    let names: Vec<_> =
        got.channels.iter().map(|c| (c.name.as_deref(), c.category.as_deref(), c.private)).collect();
    assert_eq!(names, [(Some("Plants"), None, false), (Some("Trees"), Some("Plants"), true)]);
}

#[test]
fn private_conversations_come_only_when_asked_for() {
    let mut message = topic();
    message["archetype"] = json!("private_message");
    let files = [("m.json", message.to_string()), ("t.json", topic().to_string())];
    let without = import(&files);
    assert_eq!((without.activities.len(), without.warnings.len()), (4, 1));
    let options = ImportOptions { private: true, ..ImportOptions::default() };
    assert_eq!(import_with(&files, &options).activities.len(), 8);
}

#[test]
fn bad_posts_and_files_are_skipped_with_reason_and_place() {
    let mut bad = topic();
    bad["post_stream"]["posts"] = json!([
        {"id": "x"}, 17, null,
        post(1, 1, "ana", "<p>ok</p>"),
        {"id": 2, "username": null, "created_at": "2024-02-30T00:00:00Z"},
        {"id": 3, "username": null, "created_at": "2024-02-03T00:00:00Z", "post_number": 4, "actions_summary": [{"id": 2, "count": -4}]},
    ]);
    let orphan = json!({"post_stream": {"posts": [post(5, 2, "ana", "")]}});
    let got = import(&[
        ("1.json", bad.to_string()),
        ("2.json", "{\"post_stream\": {\"posts\": [".into()),
        ("3.json", String::new()),
        ("4.json", format!("{{\"post_stream\": {{\"posts\": {}", "[".repeat(100_000))),
        ("5.json", orphan.to_string()),
        ("6.json", json!({"id": 3, "badges": []}).to_string()),
        ("7.json", json!([1, 2]).to_string()),
    ]);
    assert_eq!(got.activities.len(), 2);
    assert_eq!(got.activities[1].actor, None);
    let said: Vec<(&str, &str)> = got.skipped.iter().map(|s| (s.reason.as_str(), s.place.as_str())).collect();
    for expected in [
        ("not a post", "1.json, post 1"),
        ("impossible date", "1.json, post 5"),
        ("not a Discourse document", "7.json, line 1"),
        ("empty file", "3.json"),
        ("no topic", "5.json, post 1"),
    ] {
        assert!(said.contains(&expected), "{expected:?} in {said:?}");
    }
    assert_eq!(said.iter().filter(|(reason, _)| *reason == "not valid JSON").count(), 2, "{said:?}");
}

#[test]
fn what_is_not_discourse_is_refused_with_what_was_found() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("users.json"), "[]").expect("a file");
    let mut files = Files::open(&[folder.path().to_path_buf()]).expect("readable files");
    let error = DISCOURSE.inspect(&mut files, &ImportOptions::default()).expect_err("not Discourse");
    assert!(error.message.contains("users.json") && error.message.contains("post_stream"), "{error}");
    fs::write(folder.path().join("t.json"), topic().to_string()).expect("a file");
    let mut files = Files::open(&[folder.path().to_path_buf()]).expect("readable files");
    let found = DISCOURSE.inspect(&mut files, &ImportOptions::default()).expect("Discourse");
    assert_eq!(found.suggested_name.as_deref(), Some("talk.example.org"));
}
