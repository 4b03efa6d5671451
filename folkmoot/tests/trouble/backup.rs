//! Backups by the program as people run it: beside an import, from each database into the other, and killed.

use super::support::{Place, last_line, slack_export, succeeded, text};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

fn output(mut command: Command) -> Output {
    command.output().expect("the program runs")
}

/// A place on SQLite and one on PostgreSQL, in both orders; on SQLite alone where there is no PostgreSQL.
fn pairs() -> Vec<(Place, Place)> {
    match (Place::postgres(), Place::postgres()) {
        (Some(one), Some(other)) => vec![(Place::sqlite(), one), (other, Place::sqlite())],
        _ => vec![(Place::sqlite(), Place::sqlite())],
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.sort();
    files
}

fn backed_up(place: &Place, folder: &Path) -> (PathBuf, Value) {
    let command = place.command("backup --json", Some(folder));
    let said = last_line(&succeeded(output(command)));
    (PathBuf::from(said["file"].as_str().expect("a file")), said)
}

fn restored(place: &Place, file: &Path) -> Value {
    last_line(&succeeded(output(place.command("restore --json", Some(file)))))
}

#[test]
fn a_backup_beside_an_import_is_whole_and_the_import_goes_on_in_the_other_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let export = folder.path().join("export");
    slack_export(&export, 150, 72);
    for (n, (from, to)) in pairs().into_iter().enumerate() {
        let backups = folder.path().join(format!("backups{n}"));
        std::fs::create_dir(&backups).expect("a folder");
        from.run("settings set name Lathe");
        from.run("accounts add ana@example.org");
        let server = Node::start(&from, &[]);
        let mut import = from.command("import slack --json", Some(&export));
        let import = import.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let db = loop {
            // Before the first batch there is nothing in the middle of which a backup could be.
            match from.db() {
                Some(db) if db.read(|c| rows(c, "activities")).is_ok_and(|n| n > 1_000) => break db,
                _ => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        drop(db);
        let (middle, said) = backed_up(&from, &backups);
        let left_out: Vec<&str> =
            said["left_out"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert!(left_out.contains(&"sessions") && left_out.contains(&"sign_in_links"), "{left_out:?}");
        succeeded(import.wait_with_output().expect("its end"));
        // Names go by the second.
        std::thread::sleep(Duration::from_millis(1_100));
        let (whole, _) = backed_up(&from, &backups);
        drop(server);
        let expect = from.figures();

        let done = restored(&to, &whole);
        assert_eq!(done["check"]["difference"], Value::Null, "{done}");
        assert_eq!(to.run("settings get name"), "Lathe\n");
        assert!(to.run("accounts list").contains("ana@example.org"));
        assert_eq!(to.figures(), expect);
        // The next thing that is made gets a number of its own.
        assert!(to.run("accounts add bo@example.org").contains("/signin/link/"));
        let again = last_line(&succeeded(output(to.command("import slack --json", Some(&export)))));
        assert_eq!(again["activities"], 0, "{again}");

        // The one from the middle of the import has less, agrees with itself, and the import goes on in it.
        let third = from.another();
        restored(&third, &middle);
        let interrupted = last_line(&third.run("imports --json"));
        assert_eq!((&interrupted[0]["state"], &interrupted[0]["live"]), (&"running".into(), &false.into()));
        third.figures();
        succeeded(output(third.command("import slack --json", Some(&export))));
        assert_eq!(third.figures(), expect);

        // Nothing is ever written over.
        let refused = output(to.command("restore", Some(&whole)));
        assert_eq!(refused.status.code(), Some(1));
        assert!(text(&refused.stderr).contains("never writes over"), "{}", text(&refused.stderr));
    }
}

fn rows(c: &mut store::Conn<'_>, table: &str) -> base::Result<i64> {
    c.query_one(&format!("SELECT count(*) FROM {table}"), &[], |r| r.int(0))
}

#[test]
fn a_move_there_and_back_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    slack_export(folder.path(), 40, 72);
    let (from, Some(to)) = (Place::sqlite(), Place::postgres()) else { return };
    from.import(folder.path());
    from.run("accounts add ana@example.org");
    let expect = from.figures();
    let server = Node::start(&from, &[]);
    let running = output(from.command(&format!("move --to {}", to.url()), None));
    assert_eq!(running.status.code(), Some(1));
    assert!(text(&running.stderr).contains("Stop it first"), "{}", text(&running.stderr));
    drop(server);
    let moved = last_line(&from.run(&format!("move --json --to {}", to.url())));
    assert!(moved["tables"].as_array().expect("a list").iter().any(|t| t["name"] == "sign_in_links"));
    assert_eq!(to.figures(), expect);
    assert!(to.run("accounts add bo@example.org").contains("/signin/link/"), "no number is given twice");

    // Back, into another folder; not while somebody is connected.
    let back = Place::sqlite();
    let watching = to.db().expect("a database");
    watching.read(|c| rows(c, "accounts")).expect("connected");
    let refused = output(to.command("move --to", Some(&back.data())));
    assert!(text(&refused.stderr).contains("other connections"), "{}", text(&refused.stderr));
    drop(watching);
    std::thread::sleep(Duration::from_millis(200));
    succeeded(output(to.command("move --to", Some(&back.data()))));
    assert_eq!(back.figures(), expect);
    assert!(back.run("accounts list").contains("bo@example.org"));
}

/// Runs it and kills it when a file of the folder has grown to so many bytes; `false` when it ended before.
fn killed_at(mut command: Command, folder: &Path, end: &str, bytes: u64) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    loop {
        if child.try_wait().expect("its state").is_some() {
            return false;
        }
        let size: u64 = files(folder)
            .iter()
            .filter(|f| f.to_string_lossy().contains(end))
            .filter_map(|f| f.metadata().ok())
            .map(|m| m.len())
            .sum();
        if size >= bytes {
            child.kill().expect("killed");
            child.wait().expect("its end");
            return true;
        }
        std::thread::sleep(Duration::from_micros(300));
    }
}

#[test]
fn a_killed_backup_counts_for_nothing_or_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    slack_export(folder.path(), 150, 72);
    for place in [Some(Place::sqlite()), Place::postgres()].into_iter().flatten() {
        place.import(folder.path());
        let mut kills = 0;
        for at in [1, 20_000, 60_000, 120_000, 250_000] {
            let backups = tempfile::tempdir().expect("a folder");
            kills += usize::from(killed_at(
                place.command("backup", Some(backups.path())),
                backups.path(),
                "fmb",
                at,
            ));
            for file in files(backups.path()) {
                let whole = output(place.command("restore --dry-run", Some(&file)));
                let done = !file.to_string_lossy().ends_with(".part");
                assert!(whole.status.success() || !done, "{}: {}", file.display(), text(&whole.stderr));
            }
        }
        assert!(kills >= 3, "{kills} kills");
    }
}

#[test]
fn a_killed_restore_is_recognised_and_not_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let export = folder.path().join("export");
    slack_export(&export, 150, 72);
    let from = Place::sqlite();
    from.import(&export);
    let (file, _) = backed_up(&from, folder.path());

    let place = Place::sqlite();
    std::fs::create_dir_all(place.data()).expect("a folder");
    for bytes in [1, 200_000, 2_000_000] {
        let killed = killed_at(place.command("restore", Some(&file)), &place.data(), "folkmoot.db", bytes);
        assert!(killed, "at {bytes}");
        for words in ["settings", "serve --port 0", "check"] {
            let refused = output(place.command(words, None));
            assert_eq!(refused.status.code(), Some(1), "{words}");
            assert!(text(&refused.stderr).contains("broken off"), "{}", text(&refused.stderr));
        }
    }
    restored(&place, &file);
    assert_eq!(place.figures(), from.figures());

    let Some(place) = Place::postgres() else { return };
    let mut command = place.command("restore", Some(&file));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let db = place.db().expect("a database");
    while !db.read(|c| rows(c, "activities")).is_ok_and(|n| n > 0) {
        assert!(child.try_wait().expect("its state").is_none(), "it ended before it could be killed");
        std::thread::sleep(Duration::from_micros(300));
    }
    child.kill().expect("killed");
    child.wait().expect("its end");
    for words in ["settings", "serve --port 0"] {
        let refused = output(place.command(words, None));
        assert!(text(&refused.stderr).contains("not filled to the end"), "{}", text(&refused.stderr));
    }
    let refused = output(place.command("restore", Some(&file)));
    assert!(text(&refused.stderr).contains("not empty"), "{}", text(&refused.stderr));
}

/// The answer of a server, head and body.
fn get(address: &str, path: &str, more: &str) -> String {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).expect("a connection");
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\n{more}connection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

/// Waits until it is so; a minute is far more than any of it takes.
fn soon<T>(mut what: impl FnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = what() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("it did not come");
}

#[test]
fn scheduled_backups_are_taken_once_by_whichever_node_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let export = folder.path().join("export");
    slack_export(&export, 5, 40);
    for (n, place) in [Some(Place::sqlite()), Place::postgres()].into_iter().flatten().enumerate() {
        place.import(&export);
        let backups = folder.path().join(format!("backups{n}"));
        // Two nodes on PostgreSQL, each with a data folder of its own.
        let other = (!place.url().is_empty()).then(|| place.beside());
        let nodes: Vec<_> = [Some(&place), other.as_ref()]
            .into_iter()
            .flatten()
            .map(|p| Node::start(p, &["--backup-folder", &backups.display().to_string()]))
            .collect();
        let file = soon(|| files(&backups).into_iter().find(|f| f.to_string_lossy().ends_with(".fmb")));
        assert!(output(place.command("restore --dry-run", Some(&file))).status.success());
        let db = place.db().expect("a database");
        soon(|| {
            (db.read(|c| c.query_one("SELECT count(*) FROM backups WHERE ended_at > 0", &[], |r| r.int(0)))
                .ok()?
                == 1)
                .then_some(())
        });
        let ready = get(&nodes[0].address, "/readyz", "");
        assert!(ready.contains("\"failed\":false") && !ready.contains("\"succeeded_at\":null"), "{ready}");
        drop(nodes);
        assert_eq!(files(&backups).len(), 1, "one of them took it");
        assert_eq!(db.read(|c| rows(c, "backups")).expect("a number"), 1);
    }
}

#[test]
fn a_scheduled_backup_that_fails_is_told() {
    let place = Place::sqlite();
    place.run("settings");
    let file = place.data().join("no-folder");
    std::fs::write(&file, "a file").expect("a file");
    let node = Node::start(&place, &["--backup-folder", &file.display().to_string()]);
    soon(|| get(&node.address, "/readyz", "").contains("\"failed\":true").then_some(()));
    let db = place.db().expect("a database");
    let notice = soon(|| db.read(|c| c.query_opt("SELECT text FROM notices", &[], |r| r.text(0))).ok()?);
    assert!(notice.starts_with("The scheduled backup failed:"), "{notice}");
}

#[test]
fn metrics_are_told_on_an_address_of_their_own() {
    let place = Place::sqlite();
    let mut command = place.command("serve --port 0 --log info --log-format json", None);
    command.env("FOLKMOOT_METRICS_LISTEN", "127.0.0.1:0").env("FOLKMOOT_METRICS_TOKEN", "s3cret");
    let node = Node::run(command);
    let listens = soon(|| node.said().lines().find_map(|l| Some(l.split_once("http://")?.1.to_owned())));
    let address = listens.trim_end_matches("/metrics").to_owned();
    assert!(get(&node.address, "/metrics", "").starts_with("HTTP/1.1 404"), "not on the desk's port");
    assert!(get(&address, "/metrics", "").starts_with("HTTP/1.1 401"));
    let answer = get(&node.address, "/healthz", "x-request-id: from-a-proxy-1\r\n");
    assert!(answer.contains("x-request-id: from-a-proxy-1"), "{answer}");
    let text = get(&address, "/metrics", "authorization: Bearer s3cret\r\n");
    for line in [
        "folkmoot_http_request_duration_seconds_count{route=\"/healthz\",method=\"GET\",status=\"200\"} 1",
        "# TYPE folkmoot_http_request_duration_seconds histogram",
        "folkmoot_log_seq 0",
        "folkmoot_backup_failed 0",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    // Every line of the log is one object, and names the request that it belongs to.
    let logged = soon(|| node.said().lines().find(|l| l.contains("from-a-proxy-1")).map(str::to_owned));
    let logged: Value = serde_json::from_str(&logged).expect("JSON");
    assert_eq!(logged["span"]["id"], "from-a-proxy-1", "{logged}");
    assert_eq!(logged["fields"]["path"], "/healthz");
}

/// A server whose address is known and whose remarks are kept.
struct Node {
    child: Child,
    address: String,
    errors: tempfile::NamedTempFile,
    /// Kept open: a program that cannot print any more ends.
    _output: std::io::BufReader<std::process::ChildStdout>,
}

impl Node {
    fn start(place: &Place, more: &[&str]) -> Self {
        let mut command = place.command("serve --port 0", None);
        command.args(more);
        Self::run(command)
    }

    fn run(mut command: Command) -> Self {
        use std::io::BufRead as _;
        let errors = tempfile::NamedTempFile::new().expect("a file");
        let log = errors.reopen().expect("the same file");
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("the server starts");
        let mut line = String::new();
        let mut output = std::io::BufReader::new(child.stdout.take().expect("its output"));
        output.read_line(&mut line).expect("a line");
        let address = line.trim().rsplit_once("http://").unwrap_or_else(|| panic!("{line}")).1.to_owned();
        Self { child, address, errors, _output: output }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.errors.path()).expect("a file")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}
