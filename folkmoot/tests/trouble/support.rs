//! A Slack export of any length, a data folder, and the program run on it.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use store::{Db, Location};

/// The metrics that are compared: between them they read everything that is derived from the log.
const METRICS: &[&str] = &[
    "log_summary",
    "active_members",
    "lifecycle",
    "retention",
    "time_to_first_response",
    "concentration",
    "conversations",
    "net_growth",
    "newcomers_answered",
];

/// A place where the program keeps its data: a folder, and a PostgreSQL database where one is given.
pub struct Place {
    folder: tempfile::TempDir,
    database: Option<String>,
}

impl Place {
    /// On SQLite.
    pub fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), database: None }
    }

    /// On a fresh PostgreSQL database, where one can be had.
    pub fn postgres() -> Option<Self> {
        let database = Some(testkit::postgres::database_url()?);
        Some(Self { database, ..Self::sqlite() })
    }

    /// Another fresh place on the same kind of database.
    pub fn another(&self) -> Self {
        match self.database {
            None => Self::sqlite(),
            Some(_) => Self::postgres().expect("there was one a moment ago"),
        }
    }

    /// Another data folder on the same database, as another node has it.
    pub fn beside(&self) -> Self {
        Self { database: self.database.clone(), ..Self::sqlite() }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The address of its PostgreSQL database; empty on SQLite.
    pub fn url(&self) -> &str {
        self.database.as_deref().unwrap_or_default()
    }

    /// The program with these words, split at blanks, and a path at the end.
    pub fn command(&self, words: &str, path: Option<&Path>) -> Command {
        let mut command = program(&self.data());
        if let Some(url) = &self.database {
            command.env("FOLKMOOT_DATABASE_URL", url);
        }
        command.args(words.split(' ')).args(path);
        command
    }

    /// Runs it and returns what it printed.
    pub fn run(&self, words: &str) -> String {
        succeeded(self.command(words, None).output().expect("the program runs"))
    }

    /// Imports a Slack export; the summary.
    pub fn import(&self, export: &Path) -> Value {
        let output = self.command("import slack --json", Some(export)).output().expect("the program runs");
        last_line(&succeeded(output))
    }

    /// The database, beside the program; `None` as long as there is none.
    pub fn db(&self) -> Option<Db> {
        let location = match &self.database {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Sqlite(Some(self.data().join("folkmoot.db")).filter(|p| p.exists())?),
        };
        Some(Db::open(&location).expect("the database opens"))
    }

    /// Everything that can be asked, and that the check agrees.
    pub fn figures(&self) -> BTreeMap<&'static str, Value> {
        let checked = self.run("check");
        assert!(checked.contains("Everything agrees."), "{checked}");
        METRICS.iter().map(|id| (*id, last_line(&self.run(&format!("metric {id} --json"))))).collect()
    }
}

/// The program on a data folder, without what the surroundings say about it.
pub fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_folkmoot"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FOLKMOOT_")) {
        command.env_remove(name);
    }
    command.arg("--data").arg(data);
    command
}

pub fn succeeded(output: Output) -> String {
    let errors = text(&output.stderr);
    assert!(output.status.success(), "{:?}: {errors}", output.status);
    text(&output.stdout)
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The last line as JSON.
pub fn last_line(output: &str) -> Value {
    let line = output.lines().last().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))
}

/// A summary without what differs from run to run.
pub fn counts(mut summary: Value) -> Value {
    for name in ["import", "seconds"] {
        summary.as_object_mut().expect("an object").remove(name);
    }
    summary
}

/// Writes a Slack export: channels, days, threads, reactions, joins, and records that are skipped. Every run
/// writes the same. `days` of them are written, with `a_day` messages each.
pub fn slack_export(folder: &Path, days: i64, a_day: i64) {
    let people: Vec<Value> = (0..60)
        .map(|i| {
            json!({
                "id": format!("U{i}"), "name": format!("person{i}"), "is_bot": i == 59,
                "profile": { "real_name": format!("Person {i}"), "email": format!("p{i}@example.org") },
            })
        })
        .collect();
    let channels: Vec<Value> =
        (0..4).map(|i| json!({ "id": format!("C{i}"), "name": format!("channel{i}") })).collect();
    write(&folder.join("users.json"), &json!(people));
    write(&folder.join("channels.json"), &json!(channels));
    for channel in 0..4 {
        for day in 0..days {
            let at = 1_577_836_800 + day * 86_400;
            let date = base::Day::of_micros(at * 1_000_000);
            let records = day_of(channel, day, at, a_day / 4);
            write(&folder.join(format!("channel{channel}/{date}.json")), &json!(records));
        }
    }
}

fn day_of(channel: i64, day: i64, at: i64, n: i64) -> Vec<Value> {
    let mut records = Vec::new();
    for i in 0..n {
        // People come one after the other, so that first days lie all over the time.
        let person = (i * 7 + day * 3 + channel) % (3 + day).min(60);
        let ts = |i: i64| format!("{}.{:06}", at + i * 600, channel * 1000 + i);
        let mut record = json!({
            "type": "message", "user": format!("U{person}"), "ts": ts(i), "text": format!("{day} and {i}"),
        });
        if i % 3 != 0 {
            record["thread_ts"] = json!(ts(i - i % 3));
        }
        if i % 9 == 2 {
            record["reactions"] = json!([{ "name": "wave", "users": ["U1", "U2"], "count": 2 }]);
        }
        if i == n - 1 {
            record["subtype"] = json!("channel_join");
        }
        records.push(record);
    }
    if day % 10 == 0 {
        records.push(json!({ "type": "message", "user": "U1", "ts": "soon", "text": "never" }));
    }
    records
}

pub fn write(path: &Path, value: &Value) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, value.to_string()).expect("a file");
}
