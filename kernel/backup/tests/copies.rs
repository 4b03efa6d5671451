//! Backups between both databases: what arrives is what was sent, or nothing counts.

use backup::{Schema, copy, restore, take, verify};
use base::{Day, ErrorKind, Micros, Result};
use community::{ConversationKey, Ingestor};
use std::path::{Path, PathBuf};
use store::{Db, Location, Migration, Param, Priority};
use testkit::{Bench, START, message, reply};

/// Tables with every type, a reference, numbers that are given, and one that backups leave out.
const THINGS: Migration = Migration {
    owner: "things",
    number: 1,
    name: "things",
    sql:
        "CREATE TABLE shelves (shelf_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
          CREATE TABLE things (
            thing_id INTEGER PRIMARY KEY AUTOINCREMENT,
            shelf_id INTEGER NOT NULL REFERENCES shelves (shelf_id),
            weight REAL, label TEXT, bytes BLOB
          ) STRICT;
          INSERT INTO shelves (name) VALUES ('made by the migration');
          CREATE TABLE secrets (secret TEXT PRIMARY KEY) STRICT;",
};
const LATER: Migration = Migration {
    owner: "things",
    number: 2,
    name: "colours",
    sql: "ALTER TABLE things ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey';",
};

fn schema(more: &[Migration]) -> Schema {
    let migrations: Vec<Migration> = community::MIGRATIONS.iter().chain(more).copied().collect();
    let tables = migrations
        .iter()
        .flat_map(|m| m.sql.lines())
        .filter_map(|l| l.trim_start().strip_prefix("CREATE TABLE "))
        .map(|rest| rest.split([' ', '(']).next().unwrap_or_default())
        .map(|name| (name, ["secrets", "search_backlog", "search_changes"].contains(&name)))
        .collect();
    Schema { migrations, tables, check: community::check }
}

/// A community with threads, and things of every kind.
fn filled(bench: &Bench) {
    let source = bench.source("Forum");
    let mut ingestor = Ingestor::new(source, 1);
    for day in 0..40 {
        let day = Day(19_700 + day);
        let drafts = (0..20)
            .map(|n| {
                let (id, at) = (format!("{day}-{n}"), day.start_micros() + n * 60_000_000);
                let draft = message(
                    &id,
                    day,
                    n,
                    &format!("c{}", n % 3),
                    &format!("p{}", (n + i64::from(day.0)) % 11),
                );
                if n % 4 == 0 {
                    return draft;
                }
                let root = n - n % 4;
                let mut draft =
                    reply(draft, &format!("{day}-{root}"), day.start_micros() + root * 60_000_000);
                draft.conversation = Some(ConversationKey {
                    order: at - (n - root) * 60_000_000,
                    key: format!("{day}-{root}"),
                });
                draft
            })
            .collect();
        bench.ingest(&mut ingestor, drafts);
    }
    bench.community.fold_all().expect("folded");
    let put = |label: Param<'_>, weight: Param<'_>, bytes: Param<'_>| {
        bench
            .db()
            .write(Priority::Interactive, |tx| {
                tx.execute(
                    "INSERT INTO things (shelf_id, label, weight, bytes) VALUES (1, $1, $2, $3)",
                    &[label, weight, bytes],
                )
            })
            .expect("a thing");
    };
    put("tab\tand\nline \\N \"quoted\" ünïcødé 🦀".into(), 0.1.into(), Param::Blob(&[0, 255, 7]));
    put(Param::Null, Param::Null, Param::Null);
    put("".into(), f64::MAX.into(), Param::Blob(&[]));
    put("big".into(), (-1.5e-300).into(), Param::Blob(&vec![42; 700_000]));
    bench
        .db()
        .write(Priority::Interactive, |tx| {
            tx.execute("INSERT INTO secrets (secret) VALUES ('s3cret')", &[])?;
            // The last one goes, and its number must never be given again.
            tx.execute("INSERT INTO things (shelf_id, label) VALUES (1, 'last')", &[])?;
            tx.execute("DELETE FROM things WHERE label = 'last'", &[])
        })
        .expect("rows");
}

fn benches(more: &[Migration]) -> Vec<Bench> {
    [Some(Bench::sqlite(more)), Bench::postgres(more)].into_iter().flatten().collect()
}

/// Empty places, one of each database.
fn places(folder: &Path) -> Vec<Location> {
    let file = Location::Sqlite(folder.join("new.db"));
    [Some(file), testkit::postgres::database_url().map(Location::Postgres)].into_iter().flatten().collect()
}

fn taken(bench: &Bench, schema: &Schema, folder: &Path) -> PathBuf {
    take(bench.db(), schema, folder, START, &mut |_, _, _| Ok(())).expect("a backup").file
}

fn restored(file: &Path, place: &Location, schema: &Schema) -> Result<backup::Restored> {
    restore(file, place, schema, START, &mut |_, _, _| Ok(()))
}

fn number(db: &Db, sql: &str) -> i64 {
    db.read(|c| c.query_one(sql, &[], |r| r.int(0))).expect("a number")
}

#[test]
fn every_table_arrives_on_either_database() {
    for bench in benches(&[THINGS]) {
        filled(&bench);
        let schema = schema(&[THINGS]);
        let folder = tempfile::tempdir().expect("a folder");
        let file = taken(&bench, &schema, folder.path());
        for place in places(folder.path()) {
            let done = restored(&file, &place, &schema).expect("restored");
            assert_eq!(done.copied.check.activities, 800);
            assert_eq!(done.copied.tables.iter().find(|t| t.name == "things").expect("things").rows, 4);
            let db = Db::open(&place).expect("it opens");
            db.migrate(&schema.migrations, START).expect("it may be served");
            assert_eq!(number(&db, "SELECT count(*) FROM secrets"), 0, "left out");
            assert_eq!(
                number(&db, "SELECT count(*) FROM shelves"),
                1,
                "not the migration's and the backup's"
            );
            // A new row gets a number that nobody had, here as well as there.
            for db in [bench.db(), &db] {
                db.write(Priority::Interactive, |tx| {
                    tx.execute("INSERT INTO things (shelf_id, label) VALUES (1, 'new')", &[])
                })
                .expect("no collision");
                assert_eq!(number(db, "SELECT max(thing_id) FROM things"), 6);
                db.write(Priority::Interactive, |tx| {
                    tx.execute("DELETE FROM things WHERE label = 'new'", &[])
                })
                .expect("gone");
                // Numbers go on; for the next place they begin where they were.
                db.write(Priority::Interactive, |tx| tx.set_last_number("things", 5)).expect("set back");
            }
            // What was restored can be backed up, with the same sums.
            let again = tempfile::tempdir().expect("a folder");
            let second = take(&db, &schema, again.path(), START, &mut |_, _, _| Ok(())).expect("a backup");
            let (_, first) = verify(&file, &mut |_, _, _| Ok(())).expect("whole");
            let differ: Vec<_> = second
                .tables
                .iter()
                .zip(&first)
                .filter(|(a, b)| a != b)
                .map(|(a, _)| a.name.as_str())
                .collect();
            // Only what says how far the search index is.
            assert!(differ.iter().all(|t| *t == "counters"), "{differ:?}");
        }
    }
}

#[test]
fn a_move_takes_along_what_backups_leave_out() {
    for bench in benches(&[THINGS]) {
        filled(&bench);
        let schema = schema(&[THINGS]);
        let folder = tempfile::tempdir().expect("a folder");
        for place in places(folder.path()) {
            let copied = copy(bench.db(), &place, &schema, START, &mut |_, _, _| Ok(())).expect("copied");
            assert!(copied.left_out.is_empty());
            let db = Db::open(&place).expect("it opens");
            assert_eq!(number(&db, "SELECT count(*) FROM secrets"), 1);
            let error =
                copy(bench.db(), &place, &schema, START, &mut |_, _, _| Ok(())).expect_err("not empty");
            assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
        }
    }
}

#[test]
fn a_backup_of_an_older_version_is_brought_up_to_date_and_a_newer_one_refused() {
    for bench in benches(&[THINGS]) {
        filled(&bench);
        let (old, new) = (schema(&[THINGS]), schema(&[THINGS, LATER]));
        let folder = tempfile::tempdir().expect("a folder");
        let file = taken(&bench, &old, folder.path());
        for place in places(folder.path()) {
            restored(&file, &place, &new).expect("restored");
            let db = Db::open(&place).expect("it opens");
            assert_eq!(number(&db, "SELECT count(*) FROM things WHERE colour = 'grey'"), 4);
            let second = tempfile::tempdir().expect("a folder");
            let newer = take(&db, &new, second.path(), START, &mut |_, _, _| Ok(())).expect("a backup").file;
            let error =
                restored(&newer, &Location::Sqlite(second.path().join("x.db")), &old).expect_err("newer");
            assert!(error.kind == ErrorKind::Conflict && error.message.contains("things 2"), "{error}");
            assert!(!second.path().join("x.db").exists());
        }
    }
}

#[test]
fn a_backup_that_is_cut_off_or_changed_is_refused_with_where() {
    let bench = Bench::sqlite(&[THINGS]);
    filled(&bench);
    let schema = schema(&[THINGS]);
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = std::fs::read(taken(&bench, &schema, folder.path())).expect("a file");
    let file = folder.path().join("broken.fmb");
    let refused = |broken: &[u8], what: &str| {
        std::fs::write(&file, broken).expect("a file");
        let place = Location::Sqlite(folder.path().join("new.db"));
        let error = restored(&file, &place, &schema).expect_err(what);
        assert_eq!(error.kind, ErrorKind::Invalid, "{what}: {error}");
        assert!(!folder.path().join("new.db").exists(), "{what}");
        error.message
    };
    let mut places = 0;
    for cut in (0..bytes.len()).step_by(bytes.len() / 60).chain([bytes.len() - 1, bytes.len() - 4]) {
        let message = refused(&bytes[..cut], &format!("cut at {cut} of {}", bytes.len()));
        places += usize::from(message.contains(" in table "));
    }
    assert!(places > 10, "they say in which table: {places}");
    for at in (0..bytes.len()).step_by(bytes.len() / 60) {
        let mut broken = bytes.clone();
        broken[at] ^= 0x10;
        refused(&broken, &format!("changed at {at}"));
    }
    let mut longer = bytes.clone();
    longer.extend_from_slice(b"more");
    refused(&longer, "something behind it");
    refused(b"a letter to the committee", "no backup at all");
    // Changed with knowledge of the compression: the blocks' own hashes tell.
    let mut plain = zstd::decode_all(bytes.as_slice()).expect("zstd");
    let at = plain.windows(4).position(|w| w == b"tab\t").expect("a text");
    plain[at] = b'T';
    let message = refused(&zstd::encode_all(plain.as_slice(), 3).expect("zstd"), "a changed text");
    assert!(
        message.contains("a block is not what was written") && message.contains("after block"),
        "{message}"
    );
}

#[test]
fn what_was_broken_off_is_no_store_and_no_backup() {
    for bench in benches(&[THINGS]) {
        filled(&bench);
        let schema = schema(&[THINGS]);
        let folder = tempfile::tempdir().expect("a folder");
        let mut steps = 0;
        let broken: Result<_> = take(bench.db(), &schema, folder.path(), START, &mut |_, _, _| {
            steps += 1;
            if steps > 9 { Err(base::Error::unavailable("stopped")) } else { Ok(()) }
        });
        assert_eq!(broken.expect_err("stopped").message, "stopped");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing is left behind");

        let file = taken(&bench, &schema, folder.path());
        for place in places(folder.path()) {
            let stop_at = |most: Micros| {
                let mut steps = 0;
                restore(&file, &place, &schema, START, &mut |what, _, _| {
                    steps += i64::from(what != "reading the backup");
                    if steps > most { Err(base::Error::unavailable("stopped")) } else { Ok(()) }
                })
            };
            assert_eq!(stop_at(1).expect_err("stopped").message, "stopped");
            match &place {
                // Its file never had the name.
                Location::Sqlite(path) => {
                    assert!(!path.exists());
                    restored(&file, &place, &schema).expect("said again");
                }
                Location::Postgres(_) => {
                    let db = Db::open(&place).expect("it opens");
                    let error = db.migrate(&schema.migrations, START).expect_err("not to be served");
                    assert!(error.message.contains("was not filled to the end"), "{error}");
                    let error = restored(&file, &place, &schema).expect_err("not empty");
                    assert!(error.message.contains("not empty"), "{error}");
                }
            }
        }
    }
}

#[test]
fn a_backup_replaces_no_file() {
    let bench = Bench::sqlite(&[THINGS]);
    let schema = schema(&[THINGS]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = taken(&bench, &schema, folder.path());
    for place in [file.as_path(), folder.path()] {
        let error = take(bench.db(), &schema, place, START, &mut |_, _, _| Ok(())).expect_err("it is there");
        assert!(error.kind == ErrorKind::Conflict && error.message.contains("already"), "{error}");
    }
}
