//! `kill -9` of the server while it indexes, while an import edits what is indexed, and while that is taken back: the
//! next start goes on, and the index it ends with is the one that is built at rest.

use super::kill::{Gauge, on_both, run_and_kill};
use super::support::{Place, last_line, slack_export, succeeded};
use base::Result;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;
use store::{Conn, Db, Dialect};

/// Entries of the index.
fn indexed(c: &mut Conn<'_>) -> Result<i64> {
    let sql = match c.dialect() {
        Dialect::Sqlite => "SELECT count(*) FROM search_index_docsize",
        Dialect::Postgres => "SELECT count(*) FROM search_index",
    };
    c.query_one(sql, &[], |r| r.int(0))
}

/// Whether the index has everything.
fn is_whole(c: &mut Conn<'_>) -> Result<bool> {
    let number = |c: &mut Conn<'_>, sql: &str| c.query_one(sql, &[], |r| r.int(0));
    let left =
        number(c, "SELECT (SELECT count(*) FROM search_backlog) + (SELECT count(*) FROM search_changes)")?;
    let newest = number(c, "SELECT COALESCE(max(seq), 0) FROM activities")?;
    let mark = number(c, "SELECT COALESCE(max(value), 0) FROM counters WHERE name = 'searched'")?;
    Ok(left == 0 && mark >= newest)
}

/// Everything that is in the index, in an order of its own.
fn content(place: &Place) -> Vec<(i64, Vec<u8>, i64)> {
    let db = place.db().expect("a database");
    db.read(|c| match c.dialect() {
        Dialect::Sqlite => {
            c.query("SELECT doc, term, \"offset\" FROM search_words ORDER BY doc, \"offset\"", &[], |r| {
                Ok((r.int(0)?, r.text(1)?.into_bytes(), r.int(2)?))
            })
        }
        Dialect::Postgres => {
            c.query("SELECT doc, tsvectorsend(words) FROM search_index ORDER BY doc", &[], |r| {
                Ok((r.int(0)?, r.blob(1)?, 0))
            })
        }
    })
    .expect("the index can be read")
}

/// A server that listens.
fn server(place: &Place) -> Child {
    let mut command = place.command("serve --port 0", None);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
    let mut line = String::new();
    let output = child.stdout.as_mut().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("a line");
    assert!(line.contains("listens on"), "{line}");
    child
}

/// Gives a running server a command and kills it when `gauge` is far enough. Says what the command printed when it
/// came to its end.
fn command_and_kill(
    place: &Place,
    (words, path): (&str, Option<&Path>),
    gauge: Gauge,
    far: impl Fn(i64) -> bool,
) -> Option<String> {
    let mut server = server(place);
    let mut command = place.command(words, path);
    let client = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let db = place.db().expect("a database");
    while !db.read(gauge).is_ok_and(&far) {
        assert!(server.try_wait().expect("its state").is_none(), "the server ended by itself");
        std::thread::sleep(Duration::from_micros(500));
    }
    server.kill().expect("killed");
    server.wait().expect("its end");
    let output = client.wait_with_output().expect("its output");
    output.status.success().then(|| succeeded(output))
}

/// Lets a server work until the index has everything.
fn brought_up(place: &Place) {
    let mut server = server(place);
    let db = place.db().expect("a database");
    for _ in 0..20_000 {
        if db.read(is_whole).expect("its state") {
            break;
        }
        assert!(server.try_wait().expect("its state").is_none(), "the server ended by itself");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(db.read(is_whole).expect("its state"), "the index does not come to its end");
    server.kill().expect("killed");
    server.wait().expect("its end");
}

/// That the index agrees with the log, and is the same when it is made anew.
fn is_as_built_at_rest(place: &Place) {
    let content_now = content(place);
    assert!(place.run("check").contains("Everything agrees."));
    assert!(content(place) == content_now, "there was something left to index");
    place.run("search --rebuild");
    assert!(content(place) == content_now, "made anew the index is another one");
}

fn number(place: &Place, gauge: Gauge) -> i64 {
    let db: Db = place.db().expect("a database");
    db.read(gauge).expect("a number")
}

#[test]
fn an_index_whose_server_was_killed_is_the_one_that_is_built_at_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    slack_export(&old, 230, 96);
    slack_export(&new, 260, 96);
    // The newer export says otherwise what the older one said, in one channel.
    for day in std::fs::read_dir(new.join("channel0")).expect("days") {
        let day = day.expect("a day").path();
        let text = std::fs::read_to_string(&day).expect("a day");
        std::fs::write(&day, text.replace(" and ", " or ")).expect("a file");
    }
    on_both(|place| {
        place.import(&old);
        assert_eq!(number(place, indexed), 0, "an import without a server leaves it all");
        let mut kills = 0;
        for stop in (0..).map(|i| 1 + i * 4_000).take_while(|s| *s < 20_000) {
            let ended = run_and_kill(place, place.command("serve --port 0", None), indexed, |n| n >= stop);
            assert_eq!(ended, None, "the server ended by itself");
            kills += 1;
        }
        assert!(kills >= 5, "{kills} kills while it indexes");
        brought_up(place);
        is_as_built_at_rest(place);

        // Whatever is edited is taken out and indexed anew: the entries that wait for that are counted.
        let (mut kills, mut summary) = (0, None);
        while summary.is_none() {
            let far = |left: i64| left >= 200 + kills * 700;
            summary = command_and_kill(place, ("import slack --json", Some(&new)), edited, far);
            kills += 1;
            if kills == 4 && summary.is_none() {
                summary = Some(place.import(&new).to_string());
            }
        }
        brought_up(place);
        is_as_built_at_rest(place);

        let before = number(place, indexed);
        let id = last_line(&summary.expect("a summary"))["import"].as_str().expect("an id").to_owned();
        let undo = format!("imports undo {id}");
        let taken = command_and_kill(place, (&undo, None), indexed, |n| n < before - 100);
        assert_eq!(taken, None, "it was not at its end");
        // Opening the store goes on with it.
        for stop in (1..4).map(|i| before - 100 - i * 500) {
            run_and_kill(place, place.command("serve --port 0", None), indexed, |n| n <= stop);
        }
        brought_up(place);
        is_as_built_at_rest(place);
    });
}

/// Changes of rows that were indexed, so far.
fn edited(c: &mut Conn<'_>) -> Result<i64> {
    c.query_one("SELECT COALESCE(max(value), 0) FROM counters WHERE name = 'search_changed'", &[], |r| {
        r.int(0)
    })
}
