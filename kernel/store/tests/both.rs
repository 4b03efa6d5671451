//! The store's promises on both databases, from one body: all or nothing, values that come back
//! as they went in, connections that come back after errors, a schema that only moves forward.

use base::{Error, ErrorKind, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use store::{Conn, Db, Dialect, Location, Migration, Param, Priority};

const SCHEMA: Migration = Migration {
    owner: "test",
    number: 1,
    name: "things",
    sql: "CREATE TABLE things (thing_id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER, t TEXT, b BLOB, r REAL) STRICT;
          CREATE UNIQUE INDEX things_n ON things (n);",
};

/// Runs a test on a fresh SQLite file and, where one can be had, on a fresh PostgreSQL database.
fn on_both(test: impl Fn(&Db, &Location)) {
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = Location::Sqlite(folder.path().join("test.db"));
    let postgres = testkit::postgres::database_url().map(Location::Postgres);
    for location in std::iter::once(sqlite).chain(postgres) {
        let db = Db::open(&location).expect("a fresh database opens");
        db.migrate(&[SCHEMA], 1).expect("a fresh database takes the schema");
        test(&db, &location);
    }
}

fn insert(tx: &mut Conn<'_>, n: i64) -> Result<u64> {
    tx.execute("INSERT INTO things (n) VALUES ($1)", &[n.into()])
}

fn numbers(db: &Db) -> Vec<i64> {
    db.read(|c| c.query("SELECT n FROM things ORDER BY n", &[], |r| r.int(0))).expect("numbers")
}

#[test]
fn a_write_that_fails_writes_nothing() {
    on_both(|db, _| {
        let failed = db.write(Priority::Interactive, |tx| {
            insert(tx, 1)?;
            Err::<(), _>(Error::invalid("on purpose"))
        });
        assert_eq!(failed.expect_err("it fails").message, "on purpose");
        let collided = db.write(Priority::Bulk, |tx| {
            insert(tx, 1)?;
            insert(tx, 1)
        });
        assert_eq!(collided.expect_err("a collision").kind, ErrorKind::Conflict);
        // Even when the closure makes light of a statement that failed, it is all or nothing.
        // PostgreSQL answers the COMMIT after it with a rollback and no error.
        let light = db.write(Priority::Bulk, |tx| {
            insert(tx, 1)?;
            let _ = insert(tx, 1);
            Ok(())
        });
        assert_eq!(light.expect_err("the collision is told").kind, ErrorKind::Conflict);
        assert!(numbers(db).is_empty());
        // What the closure itself refuses about a row it may make light of.
        let refused = db.write(Priority::Bulk, |tx| {
            insert(tx, 1)?;
            let _ = tx.query("SELECT n FROM things", &[], |_| Err::<(), _>(Error::invalid("on purpose")));
            Ok(())
        });
        refused.expect("written");
        assert_eq!(numbers(db), [1]);
    });
}

#[test]
fn a_panic_writes_nothing_and_leaves_the_store_usable() {
    on_both(|db, _| {
        for _ in 0..20 {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                db.write(Priority::Interactive, |tx| {
                    insert(tx, 1)?;
                    panic!("on purpose");
                    #[expect(unreachable_code, reason = "the closure needs its type")]
                    Ok(())
                })
            }));
            assert!(panicked.is_err());
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                db.read(|c| -> Result<()> {
                    c.query("SELECT n FROM things", &[], |r| r.int(0))?;
                    panic!("on purpose")
                })
            }));
            assert!(panicked.is_err());
        }
        // More often than there are connections: none was lost, none came back with something open.
        db.write(Priority::Interactive, |tx| insert(tx, 2)).expect("it can be written");
        assert_eq!(numbers(db), [2]);
    });
}

#[test]
fn connections_come_back_after_errors() {
    on_both(|db, _| {
        for _ in 0..30 {
            db.read(|c| c.query("SELECT nothing FROM nowhere", &[], |r| r.int(0)))
                .expect_err("no such table");
            db.read(|c| c.query("SELECT t FROM things WHERE n = $1", &[1i64.into()], |r| r.int(0)))
                .expect("no row");
            db.write(Priority::Bulk, |tx| tx.execute("UPDATE nowhere SET n = 1", &[]))
                .expect_err("no such table");
            db.read(|_| Err::<(), _>(Error::invalid("on purpose"))).expect_err("on purpose");
        }
        assert!(db.write(Priority::Bulk, |tx| insert(tx, 1)).is_ok());
        assert_eq!(numbers(db), [1]);
    });
}

#[test]
fn a_reading_writes_nothing_and_sees_one_moment() {
    on_both(|db, _| {
        db.write(Priority::Interactive, |tx| insert(tx, 1)).expect("written");
        let refused = db.read(|c| c.execute("DELETE FROM things", &[]));
        assert!(refused.is_err(), "on {:?}", db.dialect());
        let (first, second) = db
            .read(|c| {
                let count = |c: &mut Conn<'_>| c.query_one("SELECT count(*) FROM things", &[], |r| r.int(0));
                let first = count(c)?;
                db.write(Priority::Interactive, |tx| insert(tx, 2))?;
                Ok((first, count(c)?))
            })
            .expect("two readings");
        assert_eq!((first, second), (1, 1), "on {:?}", db.dialect());
        assert_eq!(numbers(db), [1, 2]);
    });
}

#[test]
fn statements_are_counted_in_each_transaction() {
    on_both(|db, _| {
        let count = db.write(Priority::Interactive, |tx| {
            assert_eq!(tx.statements(), 0);
            insert(tx, 1)?;
            tx.query("SELECT n FROM things", &[], |r| r.int(0))?;
            tx.query_opt("SELECT n FROM things WHERE n = $1", &[7i64.into()], |r| r.int(0))?;
            tx.batch("DELETE FROM things WHERE n = 7; DELETE FROM things WHERE n = 8;")?;
            Ok(tx.statements())
        });
        assert_eq!(count.expect("written"), 4);
        let count = db.read(|c| {
            c.query_one("SELECT count(*) FROM things", &[], |r| r.int(0))?;
            Ok(c.statements())
        });
        assert_eq!(count.expect("read"), 1, "it begins at nought again");
    });
}

#[test]
fn values_come_back_as_they_went_in() {
    on_both(|db, _| {
        let integers = [0, 1, -1, i64::from(u32::MAX), i64::from(i32::MIN), i64::MAX, i64::MIN];
        for (at, n) in integers.into_iter().enumerate() {
            let text = format!("a'b\"c\\d\te\n{{}} é 🎈 {at}");
            let blob = [0u8, 255, 10, at as u8];
            let real = n as f64 / 3.0;
            let back = db.write(Priority::Interactive, |tx| {
                tx.query_one(
                    "INSERT INTO things (n, t, b, r) VALUES ($1, $2, $3, $4) RETURNING n, t, b, r",
                    &[n.into(), (&text).into(), blob.as_slice().into(), real.into()],
                    |r| Ok((r.int(0)?, r.text(1)?, r.blob(2)?, r.real(3)?, r.bytes(2)?.to_vec())),
                )
            });
            assert_eq!(back.expect("stored"), (n, text, blob.to_vec(), real, blob.to_vec()));
        }
        let found = db.read(|c| {
            let params = [Param::from(u32::MAX), i64::MAX.into()];
            c.query("SELECT n FROM things WHERE n >= $1 AND n < $2", &params, |r| r.int(0))
        });
        assert_eq!(found.expect("read"), [i64::from(u32::MAX)]);
        let nothing = db.write(Priority::Interactive, |tx| {
            tx.query_one(
                "INSERT INTO things (n, t, b, r) VALUES ($1, $2, $3, $4) RETURNING n, t, b, r",
                &[Option::<i64>::None.into(), Option::<&str>::None.into(), Param::Null, Param::Null],
                |r| {
                    Ok((
                        r.opt_int(0)?,
                        r.opt_text(1)?,
                        r.opt_blob(2)?,
                        r.opt_real(3)?,
                        r.bytes(2)?.is_empty(),
                    ))
                },
            )
        });
        assert_eq!(nothing.expect("stored"), (None, None, None, None, true));
    });
}

#[test]
fn text_with_a_zero_byte_does_not_stop_anything() {
    on_both(|db, _| {
        let text = "before\0after";
        let back = db.write(Priority::Interactive, |tx| {
            tx.query_one("INSERT INTO things (t) VALUES ($1) RETURNING t", &[text.into()], |r| r.text(0))
        });
        let expect = match db.dialect() {
            Dialect::Sqlite => text,
            Dialect::Postgres => "beforeafter",
        };
        assert_eq!(back.expect("stored"), expect);
    });
}

#[test]
fn a_wrong_number_of_parameters_and_a_wrong_type_are_errors() {
    on_both(|db, _| {
        let few = db.write(Priority::Interactive, |tx| {
            tx.execute("INSERT INTO things (n, t) VALUES ($1, $2)", &[1i64.into()])
        });
        assert!(few.is_err(), "on {:?}", db.dialect());
        db.write(Priority::Interactive, |tx| insert(tx, 1)).expect("written");
        assert!(db.read(|c| c.query_one("SELECT n FROM things", &[], |r| r.text(0))).is_err());
        assert!(
            db.read(|c| c.query_one("SELECT t FROM things", &[], |r| r.text(0))).is_err(),
            "NULL is no text"
        );
        let none = db.read(|c| c.query_one("SELECT n FROM things WHERE n = 7", &[], |r| r.int(0)));
        assert_eq!(none.expect_err("no row").kind, ErrorKind::NotFound);
    });
}

#[test]
fn a_schema_only_moves_forward() {
    const NEXT: Migration = Migration {
        owner: "test",
        number: 2,
        name: "more",
        sql: "ALTER TABLE things ADD COLUMN more INTEGER;",
    };
    on_both(|db, location| {
        db.migrate(&[SCHEMA], 2).expect("again is nothing");
        db.migrate(&[SCHEMA, NEXT], 2).expect("one more");
        let changed = Migration { sql: "CREATE TABLE others (n INTEGER) STRICT;", ..SCHEMA };
        let error = db.migrate(&[changed, NEXT], 3).expect_err("it was changed");
        assert_eq!(error.kind, ErrorKind::Conflict);
        assert!(error.message.contains("test 1 (things) was changed"), "{error}");
        let error =
            Db::open(location).and_then(|old| old.migrate(&[SCHEMA], 3)).expect_err("an older program");
        assert!(error.message.contains("newer version") && error.message.contains("test 2"), "{error}");
        // One that fails leaves nothing of itself or of those before it in the same run.
        let third =
            Migration { number: 3, name: "good", sql: "CREATE TABLE good (n INTEGER) STRICT;", ..SCHEMA };
        let fourth = Migration {
            number: 4,
            name: "bad",
            sql: "CREATE TABLE bad (n INTEGER) STRICT; CREATE NONSENSE;",
            ..SCHEMA
        };
        let error = db.migrate(&[SCHEMA, NEXT, third, fourth], 4).expect_err("nonsense");
        assert!(error.message.contains("migration test 4 (bad)"), "{error}");
        assert!(db.read(|c| c.query("SELECT n FROM good", &[], |r| r.int(0))).is_err(), "rolled back");
        let kept = db.read(|c| c.query_one("SELECT max(number) FROM schema_versions", &[], |r| r.int(0)));
        assert_eq!(kept.expect("read"), 2);
    });
}

#[test]
fn databases_that_cannot_be_reached_say_so() {
    let error =
        Db::open(&Location::Postgres("postgres://nobody@127.0.0.1:1/none".into())).expect_err("nobody there");
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.contains("FOLKMOOT_DATABASE_URL"), "{error}");
    let error = Db::open(&Location::Postgres("mysql://x".into())).expect_err("not an address");
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.message.contains("postgres://user:password@host"), "{error}");
}

#[test]
fn statements_are_counted_and_transactions_are_not() {
    on_both(|db, _| {
        let before = db.statements();
        db.write(Priority::Bulk, |tx| insert(tx, 1)).expect("written");
        db.read(|c| {
            c.query("SELECT n FROM things", &[], |r| r.int(0))?;
            c.query_opt("SELECT n FROM things WHERE n = $1", &[5_i64.into()], |r| r.int(0))
        })
        .expect("read");
        assert_eq!(db.statements() - before, 3);
    });
}

#[test]
fn a_text_is_prepared_without_being_run() {
    on_both(|db, _| {
        let prepare = |sql: &str| db.read(|c| c.prepare_only(sql));
        assert_eq!(prepare("INSERT INTO things (n, t) VALUES ($1, $2)").expect("a sound text"), 2);
        assert!(numbers(db).is_empty(), "{:?}: nothing was run", db.dialect());
        assert!(prepare("SELECT nothing FROM things").is_err());
        assert!(prepare("SELEC n FROM things").is_err());
        if db.dialect() == Dialect::Sqlite {
            prepare("SELECT n FROM things WHERE n = $2 AND n = $1").expect_err("numbered out of order");
        }
    });
}

#[test]
fn the_place_that_held_the_writer_is_named() {
    on_both(|db, _| {
        let line = line!() + 1;
        db.write(Priority::Bulk, |tx| insert(tx, 1)).expect("written");
        db.write(Priority::Interactive, |tx| insert(tx, 2)).expect("written");
        let holds = db.holds();
        let here = |line: u32| holds.iter().find(|h| h.place.ends_with(&format!("tests/both.rs:{line}")));
        let (bulk, person) = (here(line).expect("the first"), here(line + 1).expect("the second"));
        assert_eq!((bulk.priority, bulk.count), (Priority::Bulk, 1));
        assert_eq!((person.priority, person.count), (Priority::Interactive, 1));
        assert!(bulk.longest > std::time::Duration::ZERO && bulk.lately == bulk.longest);
    });
}
