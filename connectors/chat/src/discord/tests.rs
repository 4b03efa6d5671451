use super::DISCORD;
use crate::testing::{Export, activity, collected, identity, skips};
use base::Zone;
use community::{Kind, Place};
use connect::{Collected, Files, ImportOptions, Importer};

const OLD: &str = "\u{feff}AuthorID;Author;Date;Content;Attachments;Reactions;\n";
const NEW: &str = "AuthorID,Author,Date,Content,Attachments,Reactions\n";

fn read(files: &[(&str, &str)]) -> Collected {
    collected(&DISCORD, &Export::of(files).paths(), &ImportOptions::default()).expect("an import")
}

fn refusal(files: &[(&str, &str)]) -> String {
    let export = Export::of(files);
    let mut files = Files::open(&export.paths()).expect("files");
    DISCORD.inspect(&mut files, &ImportOptions::default()).expect_err("a refusal").message
}

#[test]
fn both_csv_dialects_are_read() {
    let old = format!(
        "{OLD}\"1\";\"ana#1234\";\"05-Dec-19 03:15 PM\";\"hi; \"\"you\"\"\ntwo\";\"https://cdn.e.org/a/pic.png\";\"wave (2), heart (1)\";\n"
    );
    let new = format!("{NEW}\"2\",\"bo#0\",\"06-Dec-19 12:00 AM\",\"<b>x</b>\",\"\",\"\"\n");
    let all = read(&[("old/lounge/talk/1.csv", &old), ("new/2019/lounge/talk/2.csv", &new)]);
    let first = activity(&all, "1\thi; \"you\"\ntwo");
    assert_eq!((first.channel.as_str(), first.place), ("lounge/talk", Place::Channel));
    assert_eq!((first.at, first.stated_at), (1_575_558_900_000_000, 1_575_558_900_000_000));
    assert_eq!(first.reactions, 3);
    assert_eq!(
        first.text.as_deref(),
        Some("hi; \"you\"\ntwo\n\nFile: [pic.png](https://cdn.e.org/a/pic.png)")
    );
    assert_eq!(first.conversation, None);
    // new/… comes before old/… in natural order.
    assert_eq!(first.rank, (1 << 32) | 1);
    assert_eq!(activity(&all, "2\t<b>x</b>").text.as_deref(), Some("\\<b>x\\</b>"));
    let ana = identity(&all, "1");
    assert_eq!((ana.name.as_deref(), ana.handle.as_deref(), ana.bot), (Some("ana"), Some("ana#1234"), None));
    assert_eq!(identity(&all, "2").handle.as_deref(), Some("bo"));
    assert_eq!(all.channels.len(), 1);
    assert_eq!(all.channels[0].category.as_deref(), Some("lounge"));
    assert!(all.skipped.is_empty(), "{:?}", all.skipped);
}

#[test]
fn wall_clocks_are_read_in_the_zone_that_was_given() {
    let csv = format!("{NEW}1,ana,05-Dec-19 03:15 PM,a,,\n1,ana,2019-12-05T15:15:00+00:00,b,,\n");
    let options =
        ImportOptions { zone: Zone::named("Europe/Berlin").expect("a zone"), ..ImportOptions::default() };
    let export = Export::of(&[("c/d/1.csv", &csv)]);
    let all = collected(&DISCORD, &export.paths(), &options).expect("an import");
    let wall = activity(&all, "1\ta");
    assert_eq!((wall.stated_at, wall.at), (1_575_558_900_000_000, 1_575_555_300_000_000));
    assert_eq!(activity(&all, "1\tb").at, 1_575_558_900_000_000);
    let mut files = Files::open(&export.paths()).expect("files");
    let print = DISCORD.inspect(&mut files, &options).expect("an export");
    assert_eq!((print.id_form.as_str(), print.zoneless, print.replies), ("discord-csv", true, false));
}

#[test]
fn bots_deleted_users_and_system_rows() {
    let csv = format!(
        "{NEW}1,GitHub#0000,05-Dec-19 03:15 PM,push,,\n2,Deleted User#0000,05-Dec-19 03:15 PM,bye,,\n\
         3,Relay#0042,05-Dec-19 03:15 PM,x,,\n4,ana#1,05-Dec-19 03:15 PM,Joined the server.,,\n\
         4,ana#1,05-Dec-19 03:16 PM,Pinned a message.,,\n"
    );
    let options = ImportOptions { bots: vec!["Relay#0042".into()], ..ImportOptions::default() };
    let all = collected(&DISCORD, &Export::of(&[("c/d/1.csv", &csv)]).paths(), &options).expect("an import");
    assert_eq!(identity(&all, "1").bot, Some(true));
    assert_eq!(identity(&all, "3").bot, Some(true));
    assert_eq!(identity(&all, "4").bot, None);
    assert!(all.identities.iter().all(|i| i.external_id != "2"));
    assert_eq!(activity(&all, "2\tbye").actor, None);
    assert_eq!(activity(&all, "4\tJoined the server.").kind, Kind::MEMBER_JOINED);
    assert_eq!(activity(&all, "4\tPinned a message.").kind, Kind::NOTICE_POSTED);
}

#[test]
fn bad_csv_rows_are_skipped_with_place_and_reason() {
    let csv = format!(
        "{OLD}\"1\";\"ana\";\"31-Feb-19 03:15 PM\";\"a\";\"\";\"\";\n\"1\";\"ana\";\"05-Dec-19 03:15 PM\";\"half"
    );
    let all = read(&[("c/d/1.csv", &csv), ("c/d/2.csv", ""), ("c/d/notes.csv", "a,b\n1,2\n")]);
    assert_eq!(
        skips(&all),
        [
            "impossible date @ c/d/1.csv, row 1 (line 2)",
            "4 of 6 columns; the row breaks off @ c/d/1.csv, row 2 (line 3)",
            "the file is empty @ c/d/2.csv",
        ]
    );
    assert!(all.skipped[0].excerpt.starts_with("1;ana;31-Feb"));
    assert!(all.warnings[0].starts_with("1 CSV files are not"), "{:?}", all.warnings);
}

#[test]
fn names_follow_the_newest_row() {
    let csv = format!(
        "{NEW}1,new#1,05-Dec-19 03:15 PM,a,,\n1,old#1,05-Dec-18 03:15 PM,b,,\n1,newer#1,05-Dec-20 03:15 PM,c,,\n"
    );
    let all = read(&[("c/d/1.csv", &csv)]);
    let names: Vec<&str> = all.identities.iter().filter_map(|i| i.name.as_deref()).collect();
    assert_eq!(names, ["new", "newer"]);
}

fn message(id: u64, sort: &str, more: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"{sort}","timestamp":"2025-02-09T10:00:00.{id:03}+00:00","timestampEdited":null,"content":"m{id}","author":{{"id":"7","name":"ana_dev","nickname":"Ana","isBot":false}}{more}}}"#
    )
}

fn export(channel: &str, messages: &[String]) -> String {
    format!(
        r#"{{"guild":{{"id":"5","name":"Guild"}},"channel":{channel},"dateRange":{{}},"messages":[{}],"messageCount":0}}"#,
        messages.join(",")
    )
}

const GENERAL: &str =
    r#"{"id":"50","type":"GuildTextChat","categoryId":"40","category":"Lounge","name":"general"}"#;
const THREAD: &str =
    r#"{"id":"110","type":"GuildPublicThread","categoryId":"50","category":"general","name":"A question"}"#;

fn reference(id: u64) -> String {
    format!(r#","reference":{{"messageId":"{id}","channelId":"50","guildId":"5"}}"#)
}

fn key(all: &Collected, id: &str) -> Option<String> {
    activity(all, id).conversation.as_ref().map(|c| c.key.clone())
}

#[test]
fn json_messages_are_read() {
    let rich = r#","attachments":[{"id":"1","url":"https://cdn.e.org/1/plan.pdf?ex=1","fileName":"plan.pdf"}],
        "mentions":[{"id":"8","name":"bo","nickname":"Bo"}],
        "reactions":[{"emoji":{"id":"","name":"👍","code":"thumbsup"},"count":3,"users":[{"id":"8","name":"bo"}]},
                     {"emoji":{"id":"99","name":"party"},"count":2}]"#;
    let first = message(101, "Default", rich)
        .replace("\"m101\"", "\"hi <@8>\"")
        .replace("\"timestampEdited\":null", "\"timestampEdited\":\"2025-02-09T12:00:00+02:00\"");
    let all = read(&[("a.json", &export(GENERAL, &[first]))]);
    let draft = activity(&all, "101");
    assert_eq!((draft.kind, draft.place, draft.rank), (Kind::MESSAGE_POSTED, Place::Source, 101));
    assert_eq!(draft.at, 1_739_095_200_101_000);
    assert_eq!(draft.edited_at, Some(1_739_095_200_000_000));
    assert_eq!(draft.text.as_deref(), Some("hi @Bo\n\nFile: [plan.pdf](https://cdn.e.org/1/plan.pdf)"));
    assert_eq!(draft.reactions, 4);
    assert_eq!(draft.permalink.as_deref(), Some("https://discord.com/channels/5/50/101"));
    let reaction = activity(&all, "101\t8\t👍");
    assert_eq!((reaction.kind, reaction.actor.as_deref()), (Kind::REACTION_ADDED, Some("8")));
    let ana = identity(&all, "7");
    assert_eq!(
        (ana.name.as_deref(), ana.handle.as_deref(), ana.bot),
        (Some("Ana"), Some("ana_dev"), Some(false))
    );
    let channel = &all.channels[0];
    assert_eq!((channel.external_id.as_str(), channel.name.as_deref()), ("50", Some("general")));
    assert_eq!(channel.category.as_deref(), Some("Lounge"));
}

#[test]
fn replies_are_followed_to_the_root() {
    let rows = [
        // The order in the file says nothing.
        message(103, "Reply", &reference(102)),
        message(102, "Reply", &reference(101)),
        message(101, "Default", ""),
        message(104, "Reply", &reference(999)),
        message(105, "Default", &reference(101)),
        message(106, "ThreadCreated", &reference(101)),
        message(107, "GuildMemberJoin", ""),
        message(108, "20", &reference(101)),
        message(109, "19", r#","reference":{"messageId":null}"#),
        message(120, "Reply", &reference(121)),
        message(121, "Reply", &reference(120)),
        message(122, "Reply", &reference(122)),
    ];
    let all = read(&[("a.json", &export(GENERAL, &rows))]);
    let keys: Vec<Option<String>> = ["101", "102", "103", "104", "105", "106", "107", "108", "109"]
        .iter()
        .map(|id| key(&all, id))
        .collect();
    let some = |id: &str| Some(id.to_owned());
    assert_eq!(
        keys,
        [
            some("101"),
            some("101"),
            some("101"),
            some("104"),
            some("105"),
            None,
            None,
            some("108"),
            some("109")
        ]
    );
    // A circle is cut somewhere, and both are in one conversation.
    assert_eq!(key(&all, "120"), key(&all, "121"));
    assert_eq!(key(&all, "122"), some("122"));
    assert_eq!(activity(&all, "102").kind, Kind::REPLY_POSTED);
    assert_eq!(activity(&all, "102").parent.as_deref(), Some("101"));
    assert_eq!(activity(&all, "106").kind, Kind::NOTICE_POSTED);
    assert_eq!(activity(&all, "107").kind, Kind::MEMBER_JOINED);
    assert_eq!(activity(&all, "108").kind, Kind::MESSAGE_POSTED);
}

#[test]
fn threads_belong_to_their_message_and_channel() {
    let general = [
        message(105, "Default", ""),
        message(110, "Reply", &reference(105)),
        message(112, "Reply", &reference(110)),
    ];
    let parts = [
        [message(131, "Default", ""), message(132, "Reply", &reference(131))],
        [message(130, "ThreadStarterMessage", ""), message(133, "Default", "")],
    ];
    let all = read(&[
        ("a [part 2].json", &export(THREAD, &parts[0])),
        ("b.json", &export(THREAD, &parts[1])),
        ("c.json", &export(GENERAL, &general)),
    ]);
    for id in ["131", "132", "133"] {
        let draft = activity(&all, id);
        assert_eq!((draft.kind, draft.channel.as_str()), (Kind::REPLY_POSTED, "50"), "{id}");
        assert_eq!(key(&all, id).as_deref(), Some("105"), "{id}");
        assert_eq!(
            draft.permalink.as_deref(),
            Some(format!("https://discord.com/channels/5/110/{id}").as_str())
        );
    }
    assert_eq!(key(&all, "130"), None);
    assert_eq!(activity(&all, "130").kind, Kind::NOTICE_POSTED);
    assert_eq!(key(&all, "112").as_deref(), Some("105"));
}

#[test]
fn forum_threads_open_with_their_lowest_row_and_carry_the_title() {
    let rows = [message(111, "Default", ""), message(110, "Default", "")];
    let all = read(&[("a.json", &export(THREAD, &rows))]);
    let opening = activity(&all, "110");
    assert_eq!((opening.kind, opening.title.as_deref()), (Kind::MESSAGE_POSTED, Some("A question")));
    assert_eq!(
        (activity(&all, "111").kind, activity(&all, "111").title.as_deref()),
        (Kind::REPLY_POSTED, None)
    );
    assert_eq!(key(&all, "111").as_deref(), Some("110"));
    assert_eq!(
        (all.channels[0].external_id.as_str(), all.channels[0].name.as_deref()),
        ("50", Some("general"))
    );
}

#[test]
fn a_reply_to_a_message_that_is_not_there_is_its_own_root_even_when_a_thread_has_its_id() {
    let all = read(&[
        ("t.json", &export(THREAD, &[message(111, "Default", "")])),
        ("g.json", &export(GENERAL, &[message(120, "Reply", &reference(110))])),
    ]);
    assert_eq!(key(&all, "111").as_deref(), Some("110"));
    assert_eq!(key(&all, "120").as_deref(), Some("120"));
}

#[test]
fn messages_may_stand_before_the_channel_and_ids_may_be_numbers() {
    let text = format!(
        r#"{{"messages":[{},{{"id":102,"type":19,"timestamp":"2025-02-09T10:00:00Z","content":null,"author":{{"id":9,"name":"Deleted User"}},"reference":{{"messageId":101}}}}],"channel":{{"id":50,"type":0,"name":"general"}},"guild":null}}"#,
        message(101, "Default", "")
    );
    let all = read(&[("a.json", &text)]);
    let reply = activity(&all, "102");
    assert_eq!((reply.kind, reply.actor.as_deref(), reply.text.as_deref()), (Kind::REPLY_POSTED, None, None));
    assert_eq!(key(&all, "102").as_deref(), Some("101"));
}

#[test]
fn broken_json_costs_only_itself() {
    let whole = export(GENERAL, &[message(101, "Default", "")]);
    let late = export(GENERAL, &[message(102, "Default", "").replace("2025-02-09", "2025-02-30")]);
    let half = export(GENERAL, &[message(103, "Default", ""), message(104, "Default", "")]);
    let all = read(&[
        ("a.json", &whole),
        ("b.json", &late),
        ("c.json", &half[..half.len() - 60]),
        ("d.json", ""),
        ("e.json", r#"{"channel":{"id":"1"},"messages":["",{"id":"x"}]}"#),
        ("list.json", r#"[1,2]"#),
        ("other.json", r#"{"name":"x"}"#),
    ]);
    let ids: Vec<&str> = all.activities.iter().map(|a| a.external_id.as_str()).collect();
    assert_eq!(ids, ["101", "103"]);
    let skipped = skips(&all);
    assert_eq!(skipped[0], "impossible date @ b.json, message 1");
    assert!(skipped[1].starts_with("the file breaks off @ c.json, byte "), "{skipped:?}");
    assert_eq!(skipped[2], "the file is empty @ d.json, byte 0, after 0 messages");
    assert_eq!(skipped[3], "not a record of the expected form @ e.json, message 1");
    assert_eq!(skipped.len(), 5, "{skipped:?}");
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason() {
    let csv = format!("{NEW}1,ana,05-Dec-19 03:15 PM,a,,\n");
    let json = export(GENERAL, &[message(101, "Default", "")]);
    let both = refusal(&[("c/d/1.csv", &csv), ("x.json", &json)]);
    assert!(both.contains("c/d/1.csv is an export in CSV and x.json one in JSON"), "{both}");
    assert!(refusal(&[("users.json", "[]"), ("general/2024-01-01.json", "[]")]).contains("format slack"));
    assert!(refusal(&[("1.html", "<html><div class=chatlog__x>")]).contains("export it again as JSON"));
    let read = |files: &[(&str, &str)]| {
        let export = Export::of(files);
        let mut files = Files::open(&export.paths()).expect("files");
        DISCORD.inspect(&mut files, &ImportOptions::default()).expect("an export")
    };
    // A list of channels beside a CSV tree is no export.
    assert_eq!(read(&[("c/d/1.csv", &csv), ("channels.json", "{\"1\":{}}")]).id_form, "discord-csv");
    let print = read(&[("x.json", &json)]);
    assert_eq!((print.id_form.as_str(), print.suggested_name.as_deref()), ("discord-json", Some("Guild")));
}
