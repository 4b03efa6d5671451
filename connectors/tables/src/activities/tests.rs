//! The examples of the README, the ready mappings, and tables that go wrong.

use super::ACTIVITIES;
use super::mapping::Mapping;
use super::when::TimeFormat;
use base::{Error, Zone};
use community::{Kind, Record};
use connect::{Collected, Files, Fingerprint, ImportOptions, Importer};
use std::fs;

fn options(map: Option<&str>) -> ImportOptions {
    let zone = Zone::named("Europe/Berlin").expect("a known zone");
    ImportOptions {
        map: map.map(str::to_owned),
        source_name: "group".into(),
        zone,
        ..ImportOptions::default()
    }
}

fn try_import(files: &[(&str, &[u8])], map: Option<&str>) -> Result<(Fingerprint, Collected), Error> {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in files {
        fs::write(folder.path().join(path), bytes).expect("a file");
    }
    let mut files = Files::open(&[folder.path().to_path_buf()]).expect("readable files");
    let fingerprint = ACTIVITIES.inspect(&mut files, &options(map))?;
    let mut sink = Collected::default();
    ACTIVITIES.read(&mut files, &options(map), &mut sink)?;
    Ok((fingerprint, sink))
}

fn import(name: &str, text: &str, map: Option<&str>) -> (Fingerprint, Collected) {
    try_import(&[(name, text.as_bytes())], map).expect("an import")
}

fn refusal(name: &str, text: &str, map: Option<&str>) -> String {
    try_import(&[(name, text.as_bytes())], map).expect_err("a refusal").message
}

/// The fenced blocks of this language in the README, in order.
fn examples(language: &str) -> Vec<&'static str> {
    let blocks = include_str!("README.md").split("\n```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

#[test]
fn the_readme_needs_no_mapping_for_a_list_of_messages() {
    let (found, got) = import("list.csv", examples("csv")[0], None);
    assert!(found.zoneless && !found.message_ids && !found.replies);
    let [first, second] = &got.activities[..] else { panic!("two rows: {:?}", got.skipped) };
    assert_eq!(
        (first.kind, first.channel.as_str(), first.actor.as_deref()),
        (Kind::MESSAGE_POSTED, "garden", Some("Ana"))
    );
    assert_eq!(first.stated_at - first.at, 3_600_000_000, "read in the zone that was given");
    assert_eq!(first.stated_at, 1_709_287_200_000_000);
    assert_eq!(
        (second.text.as_deref(), second.external_id.as_str()),
        (Some("I do, come over"), "Bo\tI do, come over")
    );
    assert!(first.conversation.is_none() && first.rank < second.rank);
}

#[test]
fn the_readme_reads_a_facebook_group() {
    let (found, got) = import("posts.csv", examples("csv")[1], Some(examples("toml")[0]));
    assert!(found.zoneless && found.message_ids && found.replies && !found.leaves);
    let [post, comment, join] = &got.activities[..] else { panic!("three rows: {:?}", got.skipped) };
    assert_eq!(
        (post.kind, post.channel.as_str(), post.external_id.as_str()),
        (Kind::TOPIC_OPENED, "Wall", "1")
    );
    let key = |a: &community::ActivityDraft| a.conversation.as_ref().map(|c| (c.order, c.key.clone()));
    assert_eq!((key(post), key(comment), key(join)), (Some((1, "1".into())), Some((1, "1".into())), None));
    assert_eq!((comment.kind, comment.actor.as_deref()), (Kind::REPLY_POSTED, None));
    assert_eq!((join.kind, join.record), (Kind::MEMBER_JOINED, Record::Membership));
}

#[test]
fn the_readme_tells_rows_of_several_forms_apart() {
    let (_, got) = import("dump.jsonl", examples("jsonl")[0], Some(examples("toml")[1]));
    let [topic, reply] = &got.activities[..] else { panic!("two rows: {:?}", got.skipped) };
    assert_eq!((topic.kind, topic.title.as_deref()), (Kind::TOPIC_OPENED, Some("Seeds")));
    assert_eq!(reply.kind, Kind::REPLY_POSTED);
    assert_eq!(topic.conversation, reply.conversation);
    assert_eq!(topic.at, topic.stated_at);
}

#[test]
fn a_reddit_dump_needs_only_the_name_of_its_mapping() {
    let submissions = r#"{"id":"abc","author":"ana","created_utc":1709287200,"subreddit":"garden","title":"Seeds &amp; soil","selftext":"**Who** has &lt;some&gt;? [x](javascript:1)","permalink":"/r/garden/comments/abc/","score":5}"#;
    let comments = r#"{"id":"abc","author":"[deleted]","created_utc":"1709288400","subreddit":"garden","body":"[removed]","link_id":"t3_abc","parent_id":"t3_abc","score":-3}
{"id":"abd","author":"AutoModerator","created_utc":1709288400.5,"subreddit":"garden","body":"Rules","link_id":"t3_abc","parent_id":"t1_abc"}"#;
    let files = [("RS.jsonl", submissions.as_bytes()), ("RC.jsonl", comments.as_bytes())];
    let (found, got) = try_import(&files, Some("reddit")).expect("an import");
    assert!(!found.zoneless && found.message_ids && found.replies);
    let [gone, rules, opening] = &got.activities[..] else { panic!("three rows: {:?}", got.skipped) };
    assert_eq!((opening.external_id.as_str(), opening.title.as_deref()), ("t3_abc", Some("Seeds & soil")));
    assert_eq!(opening.text.as_deref(), Some("**Who** has \\<some>? [x\\](javascript:1)"));
    assert_eq!(opening.permalink.as_deref(), Some("https://www.reddit.com/r/garden/comments/abc/"));
    assert_eq!(opening.reactions, 5);
    assert_eq!((gone.external_id.as_str(), gone.actor.as_deref(), gone.reactions), ("t1_abc", None, 0));
    assert!(gone.deleted && gone.text.is_none());
    assert_eq!(gone.conversation, opening.conversation);
    assert_eq!(gone.conversation.as_ref().map(|c| c.order), Some(13_368));
    assert_eq!((rules.parent.as_deref(), rules.at), (Some("t1_abc"), 1_709_288_400_500_000));
    let bots: Vec<_> = got.identities.iter().map(|i| (i.external_id.as_str(), i.bot)).collect();
    assert_eq!(bots, [("AutoModerator", Some(true)), ("ana", None)]);
}

#[test]
fn columns_are_found_whatever_the_spreadsheet_did() {
    let check = |bytes: &[u8]| {
        let (_, got) = try_import(&[("t.csv", bytes)], None).expect("an import");
        assert_eq!(got.activities.len(), 1, "{:?}", got.skipped);
        got.activities[0].text.clone().unwrap_or_default()
    };
    assert_eq!(check(b"\xef\xbb\xbfTime;Person;Text\r\n2024-03-01T10:00:00Z;a;\"b;\"\"c\"\r\n"), "b;\"c");
    assert_eq!(check(b"time\tperson\ttext\n2024-03-01\ta\tb\n"), "b");
    assert_eq!(check(b"time,person,text\n1709287200,a,Gr\xfc\xdfe\n"), "Grüße");
    assert_eq!(check(b"time,person,text,kind\n1709287200000,a,<b>hi</b>,reply\n"), "\\<b>hi\\</b>");
}

#[test]
fn refusals_name_the_file_the_line_and_the_columns() {
    let said = refusal("a.csv", "when,who\n1,2\n", None);
    assert!(said.contains("a.csv, line 1") && said.contains("when, who") && said.contains("--map"), "{said}");
    let said = refusal("a.csv", "when,who\n1,2\n", Some("time = \"when\"\nperson = \"autor\""));
    assert!(said.contains("\"autor\"") && said.contains("person") && said.contains("when, who"), "{said}");
    let said = refusal("a.jsonl", "{\"a\": 1}\n", Some("time = \"t\""));
    assert!(said.contains("a.jsonl") && said.contains("\"t\""), "{said}");
    assert!(refusal("a.csv", "", None).contains("no table"), "empty");
    assert!(refusal("a.json", "[\n{\"time\": 1}\n]", Some("messages")).contains("one object a line"));
    let said = try_import(&[("u.csv", b"\xff\xfet\0i\0")], None).expect_err("UTF-16").message;
    assert!(said.contains("UTF-16"), "{said}");
}

#[test]
fn mistakes_in_a_mapping_are_named_with_their_line() {
    let check = |map: &str, expect: &[&str]| {
        let said = Mapping::read(map).expect_err("a mistake").message;
        assert!(expect.iter().all(|e| said.contains(e)), "{said}");
    };
    check("time = \"t\"\nperson = ", &["line 2"]);
    check("time = \"t\"\nautor = \"a\"", &["line 2", "\"autor\"", "person"]);
    check("person = \"p\"", &["which column is the time"]);
    check("time = \"t\"\nkind = { value = \"nonsense\" }", &["line 2", "message.posted"]);
    check("time = \"t\"\n[kinds]\nx = \"nonsense\"", &["line 3", "message.posted"]);
    check("time = \"t\"\ntime_format = \"soon\"", &["line 2", "unix_millis"]);
    check("time = \"t\"\ntime_format = \"%Q%!\"", &["line 2", "%Q%!"]);
    check("time = \"t\"\ndelimiter = \"ab\"", &["line 2", "one character"]);
    check("time = 5", &["line 1", "name of a column"]);
    check("time = { colum = \"t\" }", &["line 1", "colum"]);
    check("time = \"t\"\n[[variant]]\nkind = \"k\"", &["line 2", "has ="]);
    check("reddit dump", &["messages, reddit"]);
}

#[test]
fn times_are_read_in_every_form() {
    let zone = Zone::named("America/New_York").expect("a known zone");
    let read = |format: &str, cell: &str| TimeFormat::read(format).expect("a format").parse(cell, &zone);
    let at = |format: &str, cell: &str| read(format, cell).map(|w| w.at);
    let ten = 1_709_287_200_000_000;
    assert_eq!(at("rfc3339", "2024-03-01T11:00:00+01:00"), Some(ten));
    assert_eq!(at("unix", "1709287200.25"), Some(ten + 250_000));
    assert_eq!(at("unix", "1.7092872e9"), Some(ten));
    assert_eq!(at("unix_millis", "1709287200001"), Some(ten + 1_000));
    assert_eq!(at("auto", "1709287200001"), Some(ten + 1_000));
    assert_eq!(at("auto", "2024-03-01T10:00Z"), Some(ten));
    let local = read("auto", "2024-03-01 05:00").expect("a time");
    assert_eq!((local.at, local.stated_at, local.zoneless), (ten, ten - 5 * 3_600_000_000, true));
    assert_eq!(at("%m/%d/%y %I:%M %p", "03/01/24 05:00 AM"), Some(ten));
    assert_eq!(at("%Y-%m-%d %H:%M %z", "2024-03-01 11:00 +0100"), Some(ten));
    for cell in [
        "",
        "soon",
        "2024-02-30",
        "-5",
        "1969-12-31T23:00:00Z",
        "9999999999999999999",
        "1e400",
        "nan",
        "1.x",
        "３",
    ] {
        assert_eq!(at("auto", cell), None, "{cell}");
        assert_eq!(at("unix", cell), None, "{cell}");
    }
}

#[test]
fn bad_rows_are_skipped_with_line_and_column() {
    let map = "time = \"t\"\nperson = \"p\"\ntext = \"x\"\nkind = { column = \"k\", optional = true }";
    let table = "t,p,x,k\n2024-02-30,a,b,\n,a,b,\n2024-03-01,a,b\n2024-03-01,a,b,shout\n\n2024-03-01,a,ok,reply\n2024-03-01,a,\"never closed,\n";
    let (_, got) = import("t.csv", table, Some(map));
    let said: Vec<(&str, &str)> = got.skipped.iter().map(|s| (s.reason.as_str(), s.place.as_str())).collect();
    assert_eq!(
        said,
        [
            ("impossible date", "t.csv, line 2, column \"t\""),
            ("no time", "t.csv, line 3, column \"t\""),
            ("wrong number of columns", "t.csv, line 4"),
            ("unknown kind", "t.csv, line 5, column \"k\""),
            ("wrong number of columns", "t.csv, line 8"),
        ]
    );
    assert_eq!(got.activities.len(), 1);

    let deep = format!("{{\"t\":{}", "[".repeat(50_000));
    let lines =
        format!("{{\"t\":1709287200,\"x\":{{\"y\":[1]}}}}\n[1]\nnope\n{deep}\n{{\"t\":null}}\n\u{0}\n");
    let (_, got) = import("t.jsonl", &lines, Some(map));
    let said: Vec<&str> = got.skipped.iter().map(|s| s.reason.as_str()).collect();
    assert_eq!(said, ["not a JSON object", "not valid JSON", "not valid JSON", "no time", "not valid JSON"]);
    assert_eq!(got.activities[0].text.as_deref(), Some("{\"y\":[1]}"));
}

#[test]
fn rows_without_an_end_do_not_fill_the_memory() {
    let mut csv = b"time,person,text\n2024-03-01,a,first\n2024-03-01,a,\"".to_vec();
    csv.resize(34 << 20, b'x');
    let mut jsonl = b"{\"time\":1709287200,\"person\":\"a\",\"text\":\"b\"}\n\"".to_vec();
    jsonl.resize(33 << 20, b'x');
    jsonl.extend(b"\n{\"time\":1709287200,\"person\":\"a\",\"text\":\"c\"}\n");
    let (_, got) = try_import(&[("a.csv", &csv), ("b.jsonl", &jsonl)], None).expect("an import");
    let said: Vec<(&str, &str)> = got.skipped.iter().map(|s| (s.reason.as_str(), s.place.as_str())).collect();
    assert_eq!(
        said,
        [
            ("a row of more than 32 MiB (a quotation mark is not closed)", "a.csv, line 3"),
            ("a row of more than 32 MiB", "b.jsonl, line 2"),
        ]
    );
    assert_eq!(got.activities.len(), 3);
}

#[test]
fn a_file_that_does_not_fit_leaves_the_others_alone() {
    let files = [("a.csv", &b"x,y\n1,2\n"[..]), ("b.csv", b"time,person,text\n2024-03-01,a,b\n")];
    let (_, got) = try_import(&files, None).expect("an import");
    assert_eq!((got.activities.len(), got.warnings.len()), (1, 1));
    assert!(got.warnings[0].contains("a.csv"));
}
