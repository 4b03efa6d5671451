//! `kill -9` at every kind of long work, at many places: the same command said again ends with the same
//! figures as if nothing had happened. Where to kill is read from the database, not from a clock.

use super::support::{Place, counts, last_line, slack_export};
use base::Result;
use serde_json::Value;
use std::process::{Command, Stdio};
use std::time::Duration;
use store::{Conn, Db};

/// What the program is watched by.
pub type Gauge = fn(&mut Conn<'_>) -> Result<i64>;

/// Runs the program until `gauge` says that it is as far as `far` calls far enough, and kills it there. Returns
/// its output when it ended before.
pub fn run_and_kill(
    place: &Place,
    mut command: Command,
    gauge: Gauge,
    far: impl Fn(i64) -> bool,
) -> Option<String> {
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut db: Option<Db> = None;
    loop {
        if child.try_wait().expect("its state").is_some() {
            let output = child.wait_with_output().expect("its output");
            return Some(super::support::succeeded(output));
        }
        db = db.or_else(|| place.db());
        // Before the first migration there is no table to ask.
        let reached = db.as_ref().is_some_and(|db| db.read(gauge).is_ok_and(&far));
        if reached {
            child.kill().expect("killed");
            child.wait().expect("its end");
            return None;
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

pub fn on_both(test: impl Fn(&Place)) {
    test(&Place::sqlite());
    if let Some(place) = Place::postgres() {
        test(&place);
    }
}

fn position(c: &mut Conn<'_>) -> Result<i64> {
    c.query_one("SELECT COALESCE(max(position), 0) FROM imports WHERE state = 'running'", &[], |r| r.int(0))
}

fn left_to_undo(c: &mut Conn<'_>) -> Result<i64> {
    c.query_one(
        "SELECT COALESCE(min(last_seq - first_seq + 1), 0) FROM imports WHERE state = 'undoing'",
        &[],
        |r| r.int(0),
    )
}

fn next_generation(c: &mut Conn<'_>) -> Result<i64> {
    c.query_one(
        "SELECT count(*) FROM cells WHERE generation > (SELECT min(generation) FROM cells)
         AND EXISTS (SELECT 1 FROM settings WHERE name = 'work.rebuild')",
        &[],
        |r| r.int(0),
    )
}

#[test]
fn a_killed_import_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let export = folder.path().join("export");
    slack_export(&export, 250, 72);
    on_both(|place| {
        let undisturbed = place.another();
        let expect = counts(undisturbed.import(&export));
        let records = expect["records"].as_i64().expect("a number");
        assert!(records > 19_000, "{records}");

        let mut kills = 0;
        let mut reached = 0;
        // The last one is in the folding after the last batch.
        let stops = (1..).map(|i| i * 2_500).take_while(|s| *s < records).chain([records]);
        let mut ended: Option<String> = None;
        for stop in stops {
            let command = place.command("import slack --json", Some(&export));
            ended = run_and_kill(place, command, position, |at| at >= stop);
            if ended.is_some() {
                break;
            }
            kills += 1;
            let db = place.db().expect("a database");
            let at = db.read(position).expect("the import's row");
            assert!(at >= reached, "what was confirmed stays: {at} after {reached}");
            reached = at;
        }
        assert!(kills >= 5, "{kills} kills");
        let summary = match ended {
            Some(output) => last_line(&output),
            None => place.import(&export),
        };
        assert_eq!(counts(summary), expect);
        assert_eq!(place.figures(), undisturbed.figures());

        // And it ended: the same again is another import, of nothing new.
        let again = place.import(&export);
        assert_eq!((&again["activities"], &again["duplicates"]), (&Value::from(0), &expect["activities"]));
    });
}

#[test]
fn a_killed_import_does_not_go_on_in_other_files() {
    let folder = tempfile::tempdir().expect("a folder");
    slack_export(folder.path(), 100, 72);
    let place = Place::sqlite();
    let killed =
        run_and_kill(&place, place.command("import slack --json", Some(folder.path())), position, |at| {
            at >= 1_500
        });
    assert_eq!(killed, None);
    std::fs::write(folder.path().join("channel1/2020-01-05.json"), "[]").expect("a file");
    let id =
        last_line(&place.run("imports --json"))[0]["summary"]["import"].as_str().expect("an id").to_owned();
    let resume = place.command(&format!("imports resume {id}"), None).output().expect("the program runs");
    let again = place.command("import slack", Some(folder.path())).output().expect("the program runs");
    for (output, code, expect) in
        [(resume, 2, "Take it back"), (again, 1, "continue it or take it back first")]
    {
        let message = super::support::text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert!(message.contains(&id) && message.contains(expect), "{message}");
    }
    place.run(&format!("imports undo {id}"));
    place.import(folder.path());
    let undisturbed = place.another();
    undisturbed.import(folder.path());
    assert_eq!(place.figures(), undisturbed.figures());
}

#[test]
fn a_killed_undo_takes_everything_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    slack_export(&old, 20, 40);
    slack_export(&new, 90, 72);
    // The newer export says otherwise what the older one said: that too must come back.
    let day = old.join("channel0/2020-01-03.json");
    let changed = std::fs::read_to_string(&day).expect("a day").replace("U1\"", "U2\"").replace("and", "or");
    std::fs::write(&day, changed).expect("a file");
    on_both(|place| {
        let undisturbed = place.another();
        undisturbed.import(&old);
        place.import(&old);
        let summary = place.import(&new);
        let id = summary["import"].as_str().expect("an id").to_owned();
        let rows = summary["activities"].as_i64().expect("a number");
        assert!(rows > 5_000, "{rows}");

        let words = format!("imports undo {id}");
        let mut kills = 0;
        for stop in (1..).map(|i| rows - i * 900).take_while(|s| *s > 500) {
            let command = place.command(&words, None);
            if run_and_kill(place, command, left_to_undo, |left| left > 0 && left <= stop).is_some() {
                break;
            }
            kills += 1;
        }
        assert!(kills >= 4, "{kills} kills");
        // Opening the store finishes it.
        let list = last_line(&place.run("imports --json"));
        assert_eq!((&list[0]["state"], &list[1]["state"]), (&Value::from("undone"), &Value::from("done")));
        assert_eq!(place.figures(), undisturbed.figures());
        assert_eq!(counts(place.import(&new))["activities"], summary["activities"], "and it can come again");
    });
}

#[test]
fn a_killed_change_of_the_zone_is_finished() {
    let folder = tempfile::tempdir().expect("a folder");
    slack_export(folder.path(), 200, 40);
    on_both(|place| {
        let undisturbed = place.another();
        for p in [place, &undisturbed] {
            p.import(folder.path());
        }
        undisturbed.run("settings set zone Asia/Tokyo");
        let mut kills = 0;
        for cells in [1, 200, 500, 1_000, 1_500, 2_000] {
            let command = place.command("settings set zone Asia/Tokyo", None);
            if run_and_kill(place, command, next_generation, |n| n >= cells).is_some() {
                break;
            }
            kills += 1;
        }
        assert!(kills >= 3, "{kills} kills");
        assert_eq!(place.run("settings get zone"), "Asia/Tokyo\n", "what was asked for is done");
        assert_eq!(place.figures(), undisturbed.figures());
        let generations = |p: &Place| {
            let db = p.db().expect("a database");
            db.read(|c| c.query_one("SELECT count(DISTINCT generation) FROM cells", &[], |r| r.int(0)))
                .expect("a number")
        };
        assert_eq!((generations(place), generations(&undisturbed)), (1, 1), "nothing is left behind");
    });
}

#[test]
fn what_a_kill_leaves_after_the_switch_to_another_zone_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    slack_export(folder.path(), 5, 40);
    on_both(|place| {
        place.import(folder.path());
        place.run("settings set zone Asia/Tokyo");
        let db = place.db().expect("a database");
        // As it is between the switch and the removal of the old cells.
        db.write(store::Priority::Bulk, |tx| {
            tx.execute(
                "INSERT INTO cells (generation, scope, kind, day, rows, people, counts)
                 SELECT generation - 1, scope, kind, day, rows, people, counts FROM cells",
                &[],
            )
        })
        .expect("copied");
        place.run("settings");
        let left =
            db.read(|c| c.query_one("SELECT count(DISTINCT generation) FROM cells", &[], |r| r.int(0)));
        assert_eq!(left.expect("a number"), 1);
    });
}
