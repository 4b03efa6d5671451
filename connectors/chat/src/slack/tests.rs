use super::{SLACK, wire};
use crate::testing::{Export, activity, collected, identity, skips};
use community::Kind;
use connect::{Collected, Files, ImportOptions, Importer};
use std::io::Write;

const USERS: &str = r#"[
 {"id":"U1","name":"ana","real_name":"Ana García","is_bot":false,
  "profile":{"display_name":"anita","real_name":"Ana García","email":"Ana@Example.org","image_72":"https://e.org/a.png"}},
 {"id":"U2","name":"bo","profile":{"display_name":"","real_name":"Bo Lind"}},
 {"id":"U3","name":"helper","is_bot":true,"profile":{"real_name":"Helper"}},
 {"id":"USLACKBOT","name":"slackbot","is_bot":false,"profile":{"real_name":"Slackbot"}}
]"#;

const CHANNELS: &str = r#"[{"id":"C1","name":"general"},{"id":"C2","name":"quiet"}]"#;

fn workspace(days: &[(&str, &str)]) -> Export {
    let export = Export::of(&[
        ("users.json", USERS),
        ("channels.json", CHANNELS),
        ("groups.json", r#"[{"id":"G1","name":"staff"}]"#),
        ("dms.json", r#"[{"id":"D12345678","members":["U1","U2"]}]"#),
        ("lists.json", r#"[""]"#),
    ]);
    days.iter().for_each(|(path, text)| export.add(path, text.as_bytes()));
    export
}

fn read(days: &[(&str, &str)]) -> Collected {
    collected(&SLACK, &workspace(days).paths(), &ImportOptions::default()).expect("an import")
}

#[test]
fn messages_replies_and_people() {
    let all = read(&[(
        "general/2024-01-02.json",
        r#"[
 {"type":"message","ts":"1704189600.000100","user":"U1","text":"Hi <@U2> &amp; all","edited":{"ts":"1704189700.000000"},
  "thread_ts":"1704189600.000100","reactions":[{"name":"wave","users":["U2","U3"],"count":5}]},
 {"type":"message","ts":"1704189660.000200","user":"U2","text":"*yes*","thread_ts":"1704189600.000100"},
 {"type":"message","subtype":"thread_broadcast","ts":"1704189720.000300","user":"U1","text":"all","thread_ts":"1704189600.000100","root":{"ts":"1704189600.000100"}},
 {"type":"message","ts":"1704189780.000400","user":"U2","text":"alone"}
]"#,
    )]);
    let opening = activity(&all, "1704189600.000100");
    assert_eq!(opening.kind, Kind::MESSAGE_POSTED);
    assert_eq!(
        (opening.at, opening.stated_at, opening.rank),
        (1_704_189_600_000_100, opening.at, opening.at)
    );
    assert_eq!(opening.text.as_deref(), Some("Hi @Bo Lind & all"));
    assert_eq!(opening.edited_at, Some(1_704_189_700_000_000));
    assert_eq!(opening.reactions, 3);
    assert_eq!((opening.channel.as_str(), opening.parent.as_deref()), ("general", None));
    for reply in ["1704189660.000200", "1704189720.000300"] {
        let reply = activity(&all, reply);
        assert_eq!(reply.kind, Kind::REPLY_POSTED);
        assert_eq!(reply.conversation, opening.conversation);
        assert_eq!(reply.parent.as_deref(), Some("1704189600.000100"));
    }
    let alone = activity(&all, "1704189780.000400").conversation.as_ref().expect("its own");
    assert_eq!((alone.key.as_str(), alone.order), ("1704189780.000400", 1_704_189_780_000_400));
    let reaction = activity(&all, "1704189600.000100\tU2\twave");
    assert_eq!((reaction.kind, reaction.at), (Kind::REACTION_ADDED, opening.at));
    assert_eq!(reaction.conversation, None);
    let ana = identity(&all, "U1");
    assert_eq!((ana.name.as_deref(), ana.handle.as_deref()), (Some("Ana García"), Some("ana")));
    assert_eq!((ana.email.as_deref(), ana.bot), (Some("ana@example.org"), Some(false)));
    assert_eq!(identity(&all, "U3").bot, Some(true));
    assert_eq!(identity(&all, "USLACKBOT").bot, Some(true));
    assert_eq!(all.activities.len(), 6);
    assert!(all.skipped.is_empty(), "{:?}", all.skipped);
}

#[test]
fn kinds_follow_the_subtype() {
    let check = |json: &str, expect: Kind| {
        let message: wire::Message = serde_json::from_str(json).expect(json);
        assert_eq!(message.kind(), expect, "{json}");
    };
    check(r#"{"ts":"1","text":"x"}"#, Kind::MESSAGE_POSTED);
    check(r#"{"ts":"1","thread_ts":"1"}"#, Kind::MESSAGE_POSTED);
    check(r#"{"ts":"2","thread_ts":"1"}"#, Kind::REPLY_POSTED);
    check(r#"{"ts":"1","subtype":"me_message"}"#, Kind::MESSAGE_POSTED);
    check(r#"{"ts":"1","subtype":"bot_message"}"#, Kind::MESSAGE_RELAYED);
    check(r#"{"ts":"1","subtype":"channel_join"}"#, Kind::MEMBER_JOINED);
    check(r#"{"ts":"1","text":"<@U1> has joined the channel"}"#, Kind::MEMBER_JOINED);
    check(r#"{"ts":"1","text":"who has joined the channel?"}"#, Kind::MESSAGE_POSTED);
    for notice in
        ["channel_leave", "group_leave", "tombstone", "channel_topic", "pinned_item", "huddle_thread"]
    {
        check(&format!(r#"{{"ts":"2","thread_ts":"1","subtype":"{notice}"}}"#), Kind::NOTICE_POSTED);
    }
    check(r#"{"ts":"1","subtype":"welcome_party"}"#, Kind::MESSAGE_POSTED);
}

#[test]
fn bots_and_notices_open_conversations_too() {
    let all = read(&[(
        "general/2024-01-02.json",
        r#"[
 {"ts":"1704189600.000100","subtype":"bot_message","bot_id":"B1","username":"Feed","text":"","attachments":[{"title":"News","text":"<https://e.org|more>"}]},
 {"ts":"1704189601.000100","user":"U1","text":"nice","thread_ts":"1704189600.000100"},
 {"ts":"1704189602.000100","subtype":"tombstone","user":"USLACKBOT","text":"This message was deleted.","thread_ts":"1704189602.000100"},
 {"ts":"1704189603.000100","user":"U1","text":"why?","thread_ts":"1704189602.000100"},
 {"ts":"1704189604.000100","subtype":"bot_message","username":"no id","text":"x"},
 {"ts":"1704189605.000100","user":"U9","text":"guest","user_profile":{"real_name":"Gu Est","display_name":"gu"}}
]"#,
    )]);
    let feed = activity(&all, "1704189600.000100");
    assert_eq!((feed.kind, feed.actor.as_deref()), (Kind::MESSAGE_RELAYED, Some("B1")));
    assert_eq!(feed.text.as_deref(), Some("News\n\n[more](https://e.org)"));
    assert_eq!(activity(&all, "1704189601.000100").conversation, feed.conversation);
    let stone = activity(&all, "1704189602.000100");
    assert!(stone.deleted && stone.kind == Kind::NOTICE_POSTED);
    assert_eq!(activity(&all, "1704189603.000100").conversation, stone.conversation);
    assert_eq!(identity(&all, "B1").bot, Some(true));
    assert_eq!(identity(&all, "B1").name.as_deref(), Some("Feed"));
    assert_eq!(identity(&all, "no id").bot, Some(true));
    let guest = identity(&all, "U9");
    assert_eq!((guest.name.as_deref(), guest.bot), (Some("Gu Est"), None));
}

#[test]
fn files_are_references_without_tokens() {
    let all = read(&[(
        "general/2024-01-02.json",
        r#"[{"ts":"1704189600.000100","user":"U1","text":"see","files":[
   {"name":"plan.pdf","permalink":"https:\/\/acme.slack.com\/files\/U1\/F1\/plan.pdf?t=secret"},
   {"mode":"tombstone"},{"mode":"hidden_by_limit"}]}]"#,
    )]);
    let draft = activity(&all, "1704189600.000100");
    let text = draft.text.as_deref().expect("text");
    assert!(
        text.starts_with("see\n\nFile: [plan.pdf](https://acme.slack.com/files/U1/F1/plan.pdf)\n"),
        "{text}"
    );
    assert!(!text.contains("secret") && text.contains("(deleted)"), "{text}");
    assert_eq!(draft.permalink.as_deref(), Some("https://acme.slack.com/archives/C1/p1704189600000100"));
}

#[test]
fn private_places_come_only_when_asked_for() {
    let days = [
        ("general/2024-01-02.json", r#"[{"ts":"1704189600.000100","user":"U1","text":"a"}]"#),
        ("staff/2024-01-02.json", r#"[{"ts":"1704189600.000100","user":"U1","text":"b"}]"#),
        ("D12345678/2024-01-02.json", r#"[{"ts":"1704189600.000100","user":"U1","text":"c"}]"#),
        ("mpdm-a--b-1/2024-01-02.json", r#"[{"ts":"1704189600.000100","user":"U1","text":"d"}]"#),
    ];
    let all = read(&days);
    assert_eq!(all.activities.len(), 1);
    assert!(all.channels.iter().all(|c| !c.private));
    assert!(all.warnings[0].starts_with("3 private channels"), "{:?}", all.warnings);
    let options = ImportOptions { private: true, ..ImportOptions::default() };
    let all = collected(&SLACK, &workspace(&days).paths(), &options).expect("an import");
    assert_eq!(all.activities.len(), 4);
    let direct = all.channels.iter().find(|c| c.external_id == "D12345678").expect("the direct message");
    assert_eq!((direct.name.as_deref(), direct.private), (Some("anita, Bo Lind"), true));
}

#[test]
fn hostile_files_cost_only_themselves() {
    let deep = format!(r#"[{{"ts":"1704189600.000100","edited":{}1{}}}]"#, "[".repeat(300), "]".repeat(300));
    let all = read(&[
        ("general/2024-01-01.json", ""),
        ("general/2024-01-02.json", r#"[{"ts":"1704189600.000100","user":"U1","text":"a"},{"ts":"17"#),
        ("general/2024-01-03.json", r#"["",{"user":"U1"},{"ts":"soon"},{"ts":"99999999999.0"}]"#),
        ("general/2024-01-04.json", &deep),
        ("general/2024-01-05.json", "{}"),
        ("general/canvas.json", r#"[{"ts":"1704189600.000100"}]"#),
        ("quiet/2024-01-06.json", r#"[{"ts":"1704189600.000100","user":"U2","text":"b"}]"#),
    ]);
    assert_eq!(all.activities.len(), 2);
    assert_eq!(
        skips(&all),
        [
            "the file is empty @ general/2024-01-01.json, byte 0, after 0 records",
            "the file breaks off @ general/2024-01-02.json, byte 60, after 1 records",
            "not a record of the expected form @ general/2024-01-03.json, record 1",
            "no time @ general/2024-01-03.json, record 2",
            "impossible date @ general/2024-01-03.json, record 3",
            "impossible date @ general/2024-01-03.json, record 4",
            "not a record of the expected form @ general/2024-01-04.json, record 1",
            "not a list of messages @ general/2024-01-05.json, byte 0, after 0 records",
        ]
    );
}

#[test]
fn letters_that_are_not_utf8_are_replaced_with_a_warning() {
    let export = workspace(&[]);
    export.add(
        "general/2024-01-02.json",
        b"[{\"ts\":\"1704189600.000100\",\"user\":\"U1\",\"text\":\"caf\xe9\"}]",
    );
    let all = collected(&SLACK, &export.paths(), &ImportOptions::default()).expect("an import");
    assert_eq!(activity(&all, "1704189600.000100").text.as_deref(), Some("caf\u{fffd}"));
    assert!(all.warnings[0].contains("not UTF-8"), "{:?}", all.warnings);
}

#[test]
fn a_zip_with_a_folder_around_everything_is_the_same() {
    let day = r#"[{"ts":"1704189600.000100","user":"U1","text":"a"}]"#;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, text) in [("Acme export/users.json", USERS), ("Acme export/general/2024-01-02.json", day)] {
        zip.start_file(path, zip::write::SimpleFileOptions::default()).expect("an entry");
        zip.write_all(text.as_bytes()).expect("its bytes");
    }
    let export = Export::of(&[]);
    export.add("export.zip", &zip.finish().expect("a zip").into_inner());
    let options = ImportOptions { bots: vec!["bo".into()], ..ImportOptions::default() };
    let all = collected(&SLACK, &export.paths(), &options).expect("an import");
    assert_eq!(activity(&all, "1704189600.000100").channel, "general");
    assert_eq!(identity(&all, "U2").bot, Some(true));
}

#[test]
fn other_exports_are_refused_with_the_format_that_fits() {
    let check = |files: &[(&str, &str)], expect: &str| {
        let export = Export::of(files);
        let mut files = Files::open(&export.paths()).expect("files");
        let error = SLACK.inspect(&mut files, &ImportOptions::default()).expect_err(expect);
        assert!(error.message.contains(expect), "{}", error.message);
    };
    check(&[("a/b/1.csv", "AuthorID,Author,Date,Content\n")], "with the format discord");
    check(&[("x.json", r#"{"post_stream":{}}"#)], "with the format discourse");
    check(&[("x.mbox", "From a@e.org Thu Jan  1 00:00:00 2024\n")], "with the format mbox");
    check(&[("x.txt", "hello")], "found x.txt");
    check(&[], "no files at all");
    let export = workspace(&[("general/2024-01-02.json", "[]")]);
    let mut files = Files::open(&export.paths()).expect("files");
    let print = SLACK.inspect(&mut files, &ImportOptions::default()).expect("an export");
    assert_eq!((print.id_form.as_str(), print.replies, print.zoneless), ("slack", true, false));
}
