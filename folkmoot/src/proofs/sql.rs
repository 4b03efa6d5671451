//! Every SQL text of the program is prepared on both databases, as running it would prepare it.

use super::source::{self, Source};
use crate::lists;
use capability::Registry;
use std::collections::BTreeSet;
use store::{Db, Dialect, Location, Priority};

/// What a text begins with.
const STATEMENTS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
/// What a piece begins with that is added to the text before it.
const PIECES: [&str; 10] =
    ["AND", "OR", "WHERE", "GROUP BY", "ORDER BY", "HAVING", "LIMIT", "UNION", "JOIN", "LEFT JOIN"];

/// What stands for a part of a text that is put in when it is run: the file, the part, the words. Constants and
/// what a `let` or `for` before it holds need no entry, and whatever else has none is a number.
const FRAGMENTS: &[(&str, &str, &str)] = &[
    ("read/days.rs", "order", "ASC"),
    ("read/messages.rs", "sign", "<"),
    ("jobs/src/store.rs", "skip", ""),
    ("jobs/src/nodes.rs", "skip", ""),
    ("jobs/src/lease.rs", "condition", "WHERE l.subject = $1"),
    ("webhooks/src/queue.rs", "skip", ""),
    ("digests/src/store.rs", "skip", ""),
    ("mailer/src/outbox.rs", "state", " AND m.sent_at IS NULL AND m.died_at IS NULL"),
    ("read/messages.rs", "order", "DESC"),
    ("people/src/store/tags.rs", "marks", "$1"),
    // A backup reads and fills every table by the same texts; one table stands for all, the round trip of each is
    // tested by running it (kernel/backup/tests, folkmoot/tests/trouble/backup.rs).
    ("backup/src/tables.rs", "table", "settings"),
    ("backup/src/tables.rs", "columns", "name, value"),
    ("backup/src/tables.rs", "marks", "$1, $2"),
    ("community/src/blocks.rs", "condition", "conversation_id BETWEEN $1 AND $2 ORDER BY conversation_id"),
];

/// Texts that only one of the databases knows although the code around them does not say so, with the reason.
/// `None`: it is prepared on neither.
const ONLY: &[(&str, Option<Dialect>, &str)] = &[
    ("jsonb_array_elements", Some(Dialect::Postgres), "many keys in one round trip; SQLite asks for each"),
    (
        "string_to_array",
        Some(Dialect::Postgres),
        "many rows in one round trip; SQLite takes one after the other",
    ),
    (" FROM 1 k ", None, "made for each database; joins and leaves are tested on both"),
    (" (1) ", None, "made of other texts, which are prepared by themselves"),
    ("FROM 1 WHERE 1 IS NOT NULL", None, "secrets of every table that manifests name"),
    ("UPDATE 1 SET 1", None, "secrets of every table that manifests name"),
    ("FROM 1 WHERE 1", None, "tables and conditions of manifests; personal.rs prepares each"),
    ("FROM 1 WHERE (1)", None, "tables and conditions of manifests; personal.rs prepares each"),
    ("stage_", Some(Dialect::Postgres), "rows that came by COPY, which SQLite does not have"),
    ("FROM search_index s JOIN", None, "put together for each database; the tests of search run it on both"),
];

/// One text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Text {
    place: String,
    sql: String,
    only: Option<Dialect>,
}

fn begins(text: &str, words: &[&str]) -> bool {
    let text = text.trim_start();
    words.iter().any(|w| text.strip_prefix(w).is_some_and(|rest| rest.starts_with([' ', '\n'])))
}

/// Every text, with the pieces that its function adds to it.
fn texts(sources: &[Source]) -> Vec<Text> {
    let mut found: Vec<Text> = Vec::new();
    for source in sources {
        let mut open = None;
        for (at, literal) in source.literals.iter().enumerate() {
            let sql = filled_in(source, at, sources);
            if begins(&sql, &STATEMENTS) && (begins(&literal.text, &STATEMENTS) || by_constant(&literal.text))
            {
                open = Some(literal.function);
                found.push(Text { place: source.place(literal.line), sql, only: literal.only });
            } else if begins(&sql, &PIECES)
                && open == Some(literal.function)
                && literal.before.contains("push_str(")
                && let Some(text) = found.last_mut()
            {
                text.sql.push_str(&sql);
            }
        }
    }
    found
}

/// Whether a text begins with what a constant holds.
fn by_constant(text: &str) -> bool {
    text.strip_prefix('{').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// The literal's text with something in place of each `{…}`.
fn filled_in(source: &Source, at: usize, sources: &[Source]) -> String {
    let literal = &source.literals[at];
    if !literal.is_formatted() {
        return literal.text.clone();
    }
    let text = literal.text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut unnamed = source.joined_after(at);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        let name = match name.split(':').next().unwrap_or_default() {
            "" => unnamed.take().unwrap_or_default(),
            name => name,
        };
        out.push_str(before);
        out.push_str(&stand_in(source, at, sources, name));
        rest = behind;
    }
    out.push_str(rest);
    out.replace('\u{1}', "{").replace('\u{2}', "}")
}

fn stand_in(source: &Source, at: usize, sources: &[Source], name: &str) -> String {
    let fragment = FRAGMENTS.iter().find(|f| source.path.ends_with(f.0) && f.1 == name);
    if let Some((_, _, words)) = fragment {
        return (*words).to_owned();
    }
    if name.starts_with(|c: char| c.is_ascii_uppercase())
        && let Some(text) = source::find_constant(source, sources, name)
    {
        return text;
    }
    match source.held_by(at, name) {
        Some(held) => filled_in(source, held, sources),
        None => "1".to_owned(),
    }
}

struct Databases {
    all: Vec<Db>,
    /// Tables that transactions on PostgreSQL make for themselves.
    temporary: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Databases {
    fn new(sources: &[Source]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let registry = Registry::new(lists::manifests()).expect("a sound registry");
        let locations = [
            Some(Location::Sqlite(folder.path().join("test.db"))),
            testkit::postgres::database_url().map(Location::Postgres),
        ];
        let open = |location: Location| {
            let db = Db::open(&location).expect("a fresh database");
            db.migrate(&registry.migrations(), 1).expect("the schema");
            db
        };
        let literals = sources.iter().flat_map(|s| &s.literals);
        let temporary = literals.filter(|l| l.text.starts_with("CREATE TEMP TABLE")).map(|l| l.text.clone());
        Self {
            all: locations.into_iter().flatten().map(open).collect(),
            temporary: temporary.collect(),
            _folder: folder,
        }
    }

    /// What is wrong with a text, by database.
    fn refusals(&self, text: &Text) -> Vec<String> {
        let listed = ONLY.iter().find(|o| text.sql.contains(o.0)).map(|o| o.1);
        let only = text.only.map(Some).or(listed);
        let mut refusals = Vec::new();
        let mut counts = BTreeSet::new();
        for db in self.all.iter().filter(|db| only.is_none_or(|only| only == Some(db.dialect()))) {
            let prepared = db.write(Priority::Bulk, |tx| {
                if tx.dialect() == Dialect::Postgres {
                    self.temporary.iter().try_for_each(|t| tx.batch(t))?;
                }
                tx.prepare_only(&text.sql)
            });
            match prepared {
                Ok(count) => _ = counts.insert(count),
                Err(e) => {
                    refusals.push(format!("{} on {:?}: {e}\n    {}", text.place, db.dialect(), text.sql))
                }
            }
        }
        if counts.len() > 1 {
            refusals.push(format!("{}: another number of parameters on each database", text.place));
        }
        refusals
    }
}

#[test]
fn both_databases_know_every_text() {
    let sources = source::all();
    let texts = texts(&sources);
    assert!(texts.len() > 150, "only {} texts were found", texts.len());
    let databases = Databases::new(&sources);
    let refusals: Vec<String> = texts.iter().flat_map(|t| databases.refusals(t)).collect();
    assert!(refusals.is_empty(), "{} texts:\n{}", refusals.len(), refusals.join("\n"));
    for (file, part, _) in FRAGMENTS {
        let names = |s: &Source| s.literals.iter().any(|l| l.text.contains(&format!("{{{part}}}")));
        let used = sources.iter().any(|s| s.path.ends_with(file) && names(s));
        assert!(used, "{{{part}}} of {file} stands in no text any more; take it off the list");
    }
    for (needle, _, reason) in ONLY {
        let used = texts.iter().any(|t| t.sql.contains(needle));
        assert!(used, "\"{needle}\" ({reason}) stands in no text any more; take it off the list");
    }
}

#[test]
fn a_text_that_one_database_does_not_know_is_found() {
    let databases = Databases::new(&[]);
    let refused = |sql: &str| {
        let text = Text { place: "here:1".into(), sql: sql.into(), only: None };
        databases.refusals(&text).len()
    };
    let everywhere = databases.all.len();
    assert_eq!(refused("SELECT name FROM sources WHERE source_id = $1"), 0);
    assert_eq!(refused("SELECT nothing FROM sources"), everywhere);
    assert_eq!(refused("SELECT name FROM nowhere"), everywhere);
    // Each knows something that the other does not.
    assert_eq!(refused("SELECT ifnull(name, '') FROM sources"), everywhere - 1);
    assert_eq!(refused("SELECT name FROM sources FOR UPDATE"), 1);
    // SQLite numbers parameters in order of first use.
    assert_eq!(refused("SELECT name FROM sources WHERE name = $2 AND source_id = $1"), 1);
}

#[test]
fn pieces_are_put_to_their_text() {
    let all = source::all();
    let texts = texts(&all);
    let has = |needle: &str| texts.iter().any(|t| t.sql.contains(needle));
    assert!(has(" GROUP BY month"), "a piece that is added later");
}
