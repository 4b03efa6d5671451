//! A small community with something of everything, brought in through the importer of tables.

use crate::config::Config;
use crate::open::open;
use base::{Clock, Day};
use capability::App;
use community::people;
use connect::import::Request;
use std::fmt::Write as _;
use std::path::Path;
use store::Priority;

/// The day on which the test looks at it.
const TODAY: i32 = 19_800;
/// How many days its history has.
const DAYS: i32 = 90;

/// A program on one database with a community in it, and somebody who is signed in.
pub(super) struct Filled {
    pub app: App,
    pub database: &'static str,
    /// The value of the session's cookie.
    pub session: String,
    /// What stands for `{source}`, `{import}` and the others in addresses.
    pub ids: Vec<(&'static str, Vec<String>)>,
    pub config: Config,
    pub clock: Clock,
    _folder: tempfile::TempDir,
}

/// On a fresh SQLite file and, where PostgreSQL is installed, on a fresh database of it.
pub(super) fn on_both() -> Vec<Filled> {
    let urls =
        [Some(("SQLite", String::new())), testkit::postgres::database_url().map(|u| ("PostgreSQL", u))];
    urls.into_iter().flatten().map(|(database, url)| fill(database, url)).collect()
}

/// On a fresh SQLite file only, for what does not depend on the database.
pub(super) fn on_sqlite() -> Filled {
    fill("SQLite", String::new())
}

fn fill(database: &'static str, database_url: String) -> Filled {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { data: folder.path().into(), database_url, ..Config::default() };
    let clock = Clock::fixed(Day(TODAY).start_micros());
    let app = open(&config, clock.clone()).expect("a program");
    let imports: Vec<String> =
        ["Forum", "Chat", "List"].iter().map(|name| bring_in(&app, folder.path(), name)).collect();
    let (session, link) = app
        .db
        .write(Priority::Interactive, |tx| {
            let one = people::get_identity(tx, "Forum:ana")?;
            let other = people::get_identity(tx, "Chat:ana")?;
            people::link(tx, &one, &other, "the same name", "test", clock.now())?;
            let account = access::create(tx, "ana@example.org", Some("Ana"), clock.now())?;
            access::create(tx, "bo@example.org", Some("Bo"), clock.now())?;
            tx.execute(
                "INSERT INTO annotations (public_id, first_day, last_day, kind, text, written_by, written_at)
                 VALUES ('ann_test', $1, $1, 'release', 'A release', 'test', $2)",
                &[(TODAY - 20).into(), clock.now().into()],
            )?;
            tx.execute(
                "INSERT INTO webhook_endpoints (public_id, url, description, kinds, private, history, made_at, changed_at)
                 VALUES ('whe_test', 'https://hooks.example.org/in', 'A chat', '*', 0, 0, $1, $1)",
                &[clock.now().into()],
            )?;
            let session = access::create_session(tx, account.id, clock.now())?;
            Ok((session, access::create_link(tx, account.id, clock.now())?))
        })
        .expect("an account");
    app.community.fold_all().expect("folded");
    let ids = ids(&app, imports, link);
    Filled { app, database, session, ids, config, clock, _folder: folder }
}

fn ids(app: &App, imports: Vec<String>, link: String) -> Vec<(&'static str, Vec<String>)> {
    let chapters =
        app.registry.manifests().iter().flat_map(|m| &m.docs).map(|d| d.slug.to_owned()).take(2).collect();
    let list = |sql: &str| app.db.read(|c| c.query(sql, &[], |r| r.text(0))).expect("ids");
    vec![
        ("source", list("SELECT public_id FROM sources ORDER BY source_id")),
        ("import", imports),
        ("channel", list("SELECT CAST(channel_id AS TEXT) FROM channels ORDER BY channel_id LIMIT 1")),
        (
            "conversation",
            list("SELECT CAST(conversation_id AS TEXT) FROM conversations ORDER BY conversation_id LIMIT 1"),
        ),
        ("member", list("SELECT public_id FROM identities ORDER BY identity LIMIT 1")),
        ("account", list("SELECT public_id FROM accounts WHERE email <> 'ana@example.org'")),
        ("role", list("SELECT slug FROM roles WHERE slug IN ('owner', 'moderator') ORDER BY role_id")),
        ("chapter", chapters),
        ("identity", list("SELECT public_id FROM identities ORDER BY identity LIMIT 1")),
        ("token", vec![link]),
        ("endpoint", list("SELECT public_id FROM webhook_endpoints")),
        ("kind", vec!["question.asked".to_owned()]),
        ("metric", metric::registry().iter().map(|d| d.id.to_owned()).collect()),
    ]
}

/// One source with twelve channels, questions with and without answers, people who come, go and stay, reactions,
/// and a line that is not taken. Its import's id.
fn bring_in(app: &App, folder: &Path, name: &str) -> String {
    let people = ["ana", "bo", "cy", "dee", "eve", "fay", "gil", "hal"];
    let mut rows = String::from("time,person,channel,kind,text,conversation,id,parent\n");
    for n in 0..DAYS {
        let day = Day(TODAY - DAYS + n).to_string();
        let channel = format!("place-{}", n % 12);
        // Somebody new every twelve days, and whoever came first grows quiet.
        let who = |k: i32| people[((n / 12 + k) as usize) % people.len()];
        let mut row = |minute: i32, person: &str, kind: &str, id: &str, parent: &str, text: &str| {
            // Writing to a `String` cannot fail.
            let _ = writeln!(
                rows,
                "{day}T10:{minute:02}:00Z,{person},{channel},{kind},{text},c{n},{id},{parent}"
            );
        };
        let question = format!("q{n}");
        if n % 12 == 0 {
            row(0, who(2), "member.joined", &format!("j{n}"), "", "");
        }
        row(1, who(0), "message.posted", &question, "", "How do I harvest kelp?");
        if n % 3 != 0 {
            row(9, who(1), "reply.posted", &format!("a{n}"), &question, "With a knife and at low tide.");
            row(12, who(2), "reaction.added", &format!("r{n}"), &question, "");
        }
        if n % 30 == 29 {
            row(30, who(0), "member.left", &format!("l{n}"), "", "");
        }
    }
    rows.push_str("never,ana,place-0,message.posted,No time,c,x,\n");
    let path = folder.join(format!("{name}.csv"));
    std::fs::write(&path, rows).expect("a file");
    let request = Request {
        format: "activities".into(),
        paths: vec![path],
        source: Some(name.into()),
        by: "test".into(),
        ..Request::default()
    };
    let summary = app.runner().import(&request, &mut |_| {}).expect("an import");
    assert_eq!(summary.skipped.iter().map(|s| s.count).sum::<u64>(), 1, "{summary:?}");
    summary.import
}
