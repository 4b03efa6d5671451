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
    let (session, links) = app
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
            // One that no request reaches: the guard refuses its address before anything is sent.
            tx.execute(
                "INSERT INTO sso_providers (public_id, name, issuer, client_id, scopes, group_claim, makes_accounts, domains,
                   trusts_email, passwords, made_at)
                 VALUES ('idp_test', 'Main', 'https://127.0.0.1/', 'desk', 'openid', '', 0, '', 0, 1, $1)",
                &[clock.now().into()],
            )?;
            mails(tx, account.id, clock.now())?;
            privacy_rows(tx, clock.now())?;
            let session = access::create_session(tx, account.id, clock.now())?;
            let link = access::create_link(tx, account.id, clock.now())?;
            let digest = mailer::Unsubscribe { list: "digests".into(), subject: "dig_test".into() };
            Ok((session, (link, app.access.mail.unsubscribe_path(tx, &digest)?)))
        })
        .expect("an account");
    app.community.fold_all().expect("folded");
    let mut ids = ids(&app, imports, links);
    let member = ids.iter().find(|i| i.0 == "member").map(|i| i.1[0].clone()).unwrap_or_default();
    let link = privacy::preference_link(&app, &access::Principal::local(), &member).expect("a link");
    ids.push(("preferences", vec![link.trim_start_matches("/preferences/").to_owned()]));
    Filled { app, database, session, ids, config, clock, _folder: folder }
}

/// What the token [`ADDRESS_TOKEN`] is stored as.
const ADDRESS_HASH: &str = "4a028046e04f7f5a1b44e07cbdc30680c30017a8ed232395032e72cd1d4d674a";
/// A link that confirms another address.
const ADDRESS_TOKEN: &str = "address-token";

/// A mail that was sent, a subscription, and an address that waits to be confirmed.
fn mails(tx: &mut store::Conn<'_>, account: i64, now: base::Micros) -> base::Result<()> {
    tx.execute(
        "INSERT INTO mail_messages (public_id, kind, account_id, email, name, subject, mime_id, queued_at, sent_at)
         VALUES ('eml_test', 'team.invitation', $1, 'bo@example.org', 'Bo', 'Welcome', 'eml_test@example.org', $2, $2)",
        &[account.into(), now.into()],
    )?;
    tx.execute(
        "INSERT INTO digest_subscriptions (public_id, account_id, kind, view, days, hour, zone, due_at, made_at)
         VALUES ('dig_test', $1, 'today', '', 'all', 8, '', $2, $2)",
        &[account.into(), now.into()],
    )?;
    tx.execute(
        "INSERT INTO email_changes (token_hash, account_id, email, created_at, expires_at)
         VALUES ($1, $2, 'new@example.org', $3, $4)",
        &[ADDRESS_HASH.into(), account.into(), now.into(), (now + 3_600_000_000).into()],
    )
    .map(|_| ())
}

/// An export with a file, an erasure that waits, a hold, a rule and a purpose.
fn privacy_rows(tx: &mut store::Conn<'_>, now: base::Micros) -> base::Result<()> {
    tx.execute(
        "INSERT INTO member_exports (public_id, identity, asked_by, asked_at, made_at, bytes, rows)
         SELECT 'exp_test', MIN(identity), 'test', CAST($1 AS BIGINT), CAST($1 AS BIGINT), CAST(2 AS BIGINT),
           CAST(1 AS BIGINT) FROM identities",
        &[now.into()],
    )?;
    tx.execute(
        "INSERT INTO member_export_parts (export_id, part, body) SELECT export_id, CAST(0 AS BIGINT), $1 FROM member_exports",
        &[b"PK"[..].into()],
    )?;
    tx.execute(
        "INSERT INTO erasures (public_id, identity, identities, mentions, reason, asked_by, asked_at, due_at, step, place,
           counts)
         SELECT 'era_test', MAX(identity), '[]', CAST(0 AS BIGINT), 'test', 'test', CAST($1 AS BIGINT),
           CAST($1 AS BIGINT), '', 'null', '{}' FROM identities",
        &[now.into()],
    )?;
    tx.execute(
        "INSERT INTO legal_holds (public_id, source_id, reason, set_by, set_at)
         SELECT 'hld_test', MAX(source_id), 'test', 'test', CAST($1 AS BIGINT) FROM sources",
        &[now.into()],
    )?;
    tx.execute(
        "INSERT INTO retention_rules (public_id, source_id, kind, days, set_by, set_at)
         VALUES ('ret_test', 0, 0, 30, 'test', $1)",
        &[now.into()],
    )?;
    tx.execute(
        "INSERT INTO consent_purposes (slug, title, sentence, made_by, made_at) VALUES ('news', 'News', '', 'test', $1)",
        &[now.into()],
    )?;
    Ok(())
}

fn ids(
    app: &App,
    imports: Vec<String>,
    (link, unsubscribe): (String, String),
) -> Vec<(&'static str, Vec<String>)> {
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
        ("export", vec!["exp_test".to_owned()]),
        ("erasure", vec!["era_test".to_owned()]),
        ("hold", vec!["hld_test".to_owned()]),
        ("rule", vec!["ret_test".to_owned()]),
        ("purpose", vec!["news".to_owned()]),
        ("token", vec![link]),
        ("address_token", vec![ADDRESS_TOKEN.to_owned()]),
        ("unsubscribe_path", vec![unsubscribe]),
        ("mail", vec!["eml_test".to_owned()]),
        ("digest", vec!["dig_test".to_owned()]),
        ("endpoint", list("SELECT public_id FROM webhook_endpoints")),
        ("provider", vec!["idp_test".to_owned()]),
        ("kind", vec!["question.asked".to_owned()]),
        ("annotation", vec!["ann_test".to_owned()]),
        ("operation", vec!["listMembers".to_owned(), "pushActivities".to_owned()]),
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
