//! Several nodes on one PostgreSQL, as real programs: begun at once, telling one another, killed at their work.

use super::kill::on_both;
use super::support::{Place, counts, last_line, slack_export, succeeded, text};
use base::Result;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;
use store::{Conn, Db, Priority};

/// A server on a data folder; killed when dropped.
struct Node {
    child: Child,
    address: String,
    token: String,
}

impl Node {
    fn start(place: &Place) -> Self {
        Self::begun(place.command("serve --port 0", None).stdout(Stdio::piped()).spawn().expect("it starts"))
    }

    /// Once it listens.
    fn begun(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let line = lines.next().expect("a line").expect("text");
        let address = line.strip_prefix("Folkmoot listens on http://").unwrap_or_else(|| panic!("{line}"));
        let address = address.to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, token: String::new() }
    }

    /// With the token of an owner.
    fn known(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }

    fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.token,
            body.len()
        )
        .expect("sent");
        stream
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut answer = Vec::new();
        self.send(method, path, body).read_to_end(&mut answer).expect("an answer");
        text(&answer)
    }

    /// A JSON answer; waits where too much was asked, as a program does.
    fn get(&self, path: &str) -> Value {
        loop {
            let answer = self.ask("GET", path, "");
            if answer.starts_with("HTTP/1.1 429") {
                std::thread::sleep(Duration::from_secs(1));
                continue;
            }
            let body = answer.split_once("\r\n\r\n").map_or("", |a| a.1);
            let body = body.find('{').map_or("", |at| &body[at..=body.rfind('}').unwrap_or(at)]);
            return serde_json::from_str(body).unwrap_or_else(|e| panic!("{path}: {e}: {answer}"));
        }
    }

    fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("its end");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // One that was killed already says no.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An owner's token.
fn token(place: &Place) -> String {
    place.run("accounts add ana@example.org --role owner");
    place.run("accounts token ana@example.org").lines().last().expect("a token").trim().to_owned()
}

/// Asks again and again until the answer fits; at most for two minutes.
fn until<T: std::fmt::Debug>(what: &str, ask: impl Fn() -> T, fits: impl Fn(&T) -> bool) -> T {
    for _ in 0..1_200 {
        let answer = ask();
        if fits(&answer) {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{what}: {:?}", ask());
}

fn number(db: &Db, sql: &str) -> i64 {
    db.read(|c| c.query_one(sql, &[], |r| r.int(0))).expect("a number")
}

/// As if the time had passed after which a silent node counts as dead, for the one that was killed at its work.
fn let_time_pass(db: &Db) {
    let passed = |tx: &mut Conn<'_>| -> Result<u64> {
        tx.execute("UPDATE nodes SET until_at = 0 WHERE run IN (SELECT run FROM leases)", &[])
    };
    db.write(Priority::Bulk, passed).expect("passed");
}

fn import_of(node: &Node) -> Value {
    node.get("/api/v1/imports")["items"][0].clone()
}

#[test]
fn first_starts_at_once_all_succeed() {
    on_both(|first| {
        if first.url().is_empty() {
            return;
        }
        let places: Vec<Place> = (0..4).map(|_| first.beside()).collect();
        let started: Vec<Child> = places
            .iter()
            .map(|p| p.command("serve --port 0", None).stdout(Stdio::piped()).spawn().expect("it starts"))
            .collect();
        let nodes: Vec<Node> = started.into_iter().map(Node::begun).collect();
        for node in &nodes {
            assert!(node.ask("GET", "/readyz", "").starts_with("HTTP/1.1 200"));
        }
        let db = first.db().expect("the database");
        assert_eq!(number(&db, "SELECT count(*) FROM accounts"), 1, "one first account");
        assert_eq!(number(&db, "SELECT count(*) FROM nodes"), 4);
        drop(nodes);
        assert!(first.run("check").contains("Everything agrees."));
    });
}

#[test]
fn an_older_program_refuses_a_newer_schema_and_one_that_runs_goes_on() {
    let Some(place) = Place::postgres() else { return };
    let token = token(&place);
    let node = Node::start(&place).known(&token);
    let newer = "INSERT INTO schema_versions (owner, number, name, checksum, applied_at) VALUES ('jobs', 999, 'x', '', 0)";
    let db = place.db().expect("the database");
    db.write(Priority::Bulk, |tx| tx.execute(newer, &[])).expect("written");
    let refused = place.beside().command("settings", None).output().expect("the program runs");
    assert_eq!(refused.status.code(), Some(1));
    let message = text(&refused.stderr);
    assert!(message.contains("newer version") && message.contains("jobs 999"), "{message}");
    assert_eq!(node.get("/api/v1/sources")["items"], json!([]), "the node of the version before serves on");
}

#[test]
fn a_change_on_one_node_is_seen_on_the_other() {
    let Some(place) = Place::postgres() else { return };
    let token = token(&place);
    let beside = place.beside();
    let (a, b) = (Node::start(&place).known(&token), Node::start(&beside).known(&token));
    // What the other worked out before is kept in its memory.
    assert_eq!(b.get("/api/v1/today")["decided"], json!([]));
    let mut stream = BufReader::new(b.send("GET", "/desk/events", "")).lines();
    assert!(stream.by_ref().any(|line| line.expect("a line").contains("hello")));
    // The first look of a node only says where counting begins; it comes within a second.
    std::thread::sleep(Duration::from_millis(1_500));

    let decision =
        json!({ "key": "import:x", "kind": "work", "title": "x", "state": "dismissed", "reason": "seen" });
    let answer = a.ask("POST", "/api/v1/today/states", &decision.to_string());
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(
        stream.by_ref().any(|line| line.expect("a line").contains("today")),
        "the page of the other hears it"
    );
    let decided = until("seen", || b.get("/api/v1/today")["decided"].clone(), |d| *d != json!([]));
    assert_eq!(decided[0]["key"], "import:x");

    // A command beside the servers counts as another node.
    let alone = place.beside();
    assert!(stream_says(&mut stream, "imports", || {
        let folder = tempfile::tempdir().expect("a folder");
        slack_export(folder.path(), 2, 8);
        alone.import(folder.path());
    }));
}

fn stream_says(
    stream: &mut impl Iterator<Item = std::io::Result<String>>,
    topic: &str,
    act: impl FnOnce(),
) -> bool {
    act();
    stream.any(|line| line.expect("a line").contains(topic))
}

#[test]
fn an_import_is_seen_stopped_and_guarded_on_every_node() {
    let Some(place) = Place::postgres() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    slack_export(folder.path(), 200, 72);
    let token = token(&place);
    let beside = place.beside();
    let (_a, b) = (Node::start(&place).known(&token), Node::start(&beside).known(&token));
    let mut importing = place.command("import slack --json", Some(folder.path()));
    let importing = importing.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");

    let seen = until("under way", || import_of(&b), |i| i["progress"]["records"].as_u64() > Some(0));
    assert_eq!(seen["state"], "running");
    assert!(seen["node"].as_str().is_some_and(|n| n.contains("data")), "{seen}");
    let id = seen["id"].as_str().expect("an id").to_owned();
    for words in [format!("imports undo {id}"), format!("imports resume {id}")] {
        let refused = beside.command(&words, None).output().expect("the program runs");
        let message = text(&refused.stderr);
        assert!(message.contains("running on"), "{words}: {message}");
    }
    let again = beside.command("import slack", Some(folder.path())).output().expect("the program runs");
    assert!(text(&again.stderr).contains("still running on"), "{}", text(&again.stderr));

    let db = place.db().expect("the database");
    assert!(db.write(Priority::Bulk, |tx| jobs::lease::ask_to_stop(tx, &id)).expect("asked"));
    let ended = importing.wait_with_output().expect("its end");
    assert!(text(&ended.stderr).contains("was stopped"), "{}", text(&ended.stderr));
    assert_eq!(import_of(&b)["state"], "interrupted");
    // Nobody goes on with it by itself, and any node that reads the files may be asked to.
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(import_of(&b)["state"], "interrupted");
    let summary = last_line(&beside.run(&format!("imports resume {id} --json")));
    let undisturbed = place.another();
    assert_eq!(counts(summary), counts(undisturbed.import(folder.path())));
    assert_eq!(beside.figures(), undisturbed.figures());
}

#[test]
fn a_node_that_is_killed_loses_nothing_and_the_other_goes_on() {
    let Some(place) = Place::postgres() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    slack_export(folder.path(), 250, 72);
    let undisturbed = place.another();
    let expect = counts(undisturbed.import(folder.path()));
    let records = expect["records"].as_i64().expect("a number");
    let token = token(&place);
    let others = [place.beside(), place.beside(), place.beside()];
    let mut at_work = Node::start(&place).known(&token);
    let db = place.db().expect("the database");
    let mut importing = place.command("import slack --json", Some(folder.path()));
    let mut importing = importing.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let position = || number(&db, "SELECT COALESCE(max(position), 0) FROM imports");
    let running = || number(&db, "SELECT count(*) FROM imports WHERE state = 'running'");

    // Killed before it began, it would leave nothing for another to go on with.
    until("begun", running, |n| *n > 0);
    // In the middle, later, and in the folding after the last batch: each time the next node goes on.
    for (other, stop) in others.iter().zip([records / 5, records / 2, records]) {
        let next = Node::start(other).known(&token);
        while position() < stop && running() > 0 {
            std::thread::sleep(Duration::from_micros(500));
        }
        at_work.kill();
        let_time_pass(&db);
        at_work = next;
    }
    importing.wait().expect("its end");
    until("done", || import_of(&at_work)["state"].clone(), |state| state == "done");
    let done = import_of(&at_work);
    assert_eq!(counts(done["summary"].clone()), expect, "nothing lost, nothing doubled");
    assert_eq!(number(&db, "SELECT count(*) FROM imports"), 1);
    assert_eq!(others[2].figures(), undisturbed.figures());

    // And taking it back, which another finishes.
    let id = done["id"].as_str().expect("an id").to_owned();
    let mut undoing = others[2].command(&format!("imports undo {id}"), None);
    let mut undoing = undoing.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let last = Node::start(&place).known(&token);
    let left = || {
        number(
            &db,
            "SELECT COALESCE(max(CASE state WHEN 'undone' THEN 0 ELSE last_seq - first_seq + 1 END), 0) FROM imports",
        )
    };
    while left() > records / 2 {
        std::thread::sleep(Duration::from_micros(500));
    }
    at_work.kill();
    let_time_pass(&db);
    undoing.wait().expect("its end");
    until("taken back", || import_of(&last)["state"].clone(), |state| state == "undone");
    assert_eq!(number(&db, "SELECT count(*) FROM activities"), 0);
    let checked = succeeded(place.command("check", None).output().expect("the program runs"));
    assert!(checked.contains("Everything agrees."), "{checked}");
}
