//! Exports that are broken or meant to do harm, the whole way through `import --json`: what cannot be read at
//! all is refused and leaves nothing behind; what can be read comes in, and every record is accounted for.

use super::support::{Place, last_line, succeeded, text, write};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use zip::write::SimpleFileOptions;

struct Trial {
    folder: tempfile::TempDir,
    place: Place,
}

impl Trial {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), place: Place::sqlite() }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    /// A folder with a small good Slack export.
    fn export(&self) -> PathBuf {
        let folder = self.folder.path().join("export");
        write(
            &folder.join("users.json"),
            &json!([{ "id": "U1", "name": "ana" }, { "id": "U2", "name": "bo" }]),
        );
        write(&folder.join("channels.json"), &json!([{ "id": "C1", "name": "general" }]));
        write(&folder.join("general/2024-01-02.json"), &day(40));
        folder
    }

    fn import(&self, format: &str, path: &Path) -> Output {
        let words = format!("import {format} --json");
        self.place.command(&words, Some(path)).output().expect("the program runs")
    }

    /// It is refused as bad input, the message has these parts, and nothing at all came in.
    fn refused(&self, format: &str, path: &Path, parts: &[&str]) {
        let output = self.import(format, path);
        let message = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{message}");
        for part in parts {
            assert!(message.contains(part), "\"{part}\" is not in: {message}");
        }
        let check = last_line(&self.place.run("check --json"));
        assert_eq!((&check["activities"], &check["difference"]), (&json!(0), &Value::Null));
        for import in last_line(&self.place.run("imports --json")).as_array().expect("a list") {
            assert_eq!(import["state"], "failed", "{import}");
        }
    }

    /// It comes in; activities and, by reason, what was skipped.
    fn taken(&self, format: &str, path: &Path) -> (u64, Vec<(String, u64)>) {
        let summary = last_line(&succeeded(self.import(format, path)));
        let number = |name: &str| summary[name].as_u64().expect("a number");
        let skipped: Vec<(String, u64)> = summary["skipped"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|s| {
                (s["reason"].as_str().expect("a reason").to_owned(), s["count"].as_u64().expect("a count"))
            })
            .collect();
        let left_out: u64 = skipped.iter().map(|s| s.1).sum();
        assert_eq!(number("records"), number("activities") + number("duplicates") + left_out, "{summary}");
        let check = last_line(&self.place.run("check --json"));
        assert_eq!((&check["activities"], &check["difference"]), (&summary["activities"], &Value::Null));
        // Every one of them is kept with its place, to be downloaded.
        let db = self.place.db().expect("a database");
        let places =
            db.read(|c| c.query("SELECT place FROM import_skips", &[], |r| r.text(0))).expect("places");
        assert_eq!(places.len() as u64, left_out);
        assert!(places.iter().all(|p| p.contains(".json") || p.contains(".csv")), "{places:?}");
        (number("activities"), skipped)
    }
}

fn day(n: i64) -> Value {
    (0..n)
        .map(|i| json!({ "type": "message", "user": "U1", "ts": format!("17041896{i:02}.000100"), "text": "a" }))
        .collect()
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(*path, SimpleFileOptions::default()).expect("an entry");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("a zip").into_inner()
}

fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        // Written as it is: a builder would refuse the paths that are wanted here.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        tar.append(&header, *bytes).expect("an entry");
    }
    tar.into_inner().expect("a tar")
}

const USERS: &[u8] = br#"[{"id":"U1","name":"ana"}]"#;

#[test]
fn paths_that_lead_out_of_an_archive_write_and_read_nothing() {
    let good = day(3).to_string();
    let files: [(&str, &[u8]); 3] = [
        ("users.json", USERS),
        ("../../general/2024-01-02.json", good.as_bytes()),
        ("/etc/2024-01-03.json", USERS),
    ];
    for (name, bytes) in [("out.zip", zip_of(&files)), ("out.tar", tar_of(&files))] {
        let trial = Trial::new();
        let path = trial.file(name, &bytes);
        trial.refused("slack", &path, &[name, "../../general/2024-01-02.json"]);
    }
}

#[test]
fn an_archive_that_unfolds_to_far_more_than_it_is_worth_is_refused() {
    let trial = Trial::new();
    // One message with a text of forty megabytes of the same letter.
    let mut bomb = br#"[{"type":"message","user":"U1","ts":"1704189600.000100","text":""#.to_vec();
    bomb.resize(bomb.len() + (40 << 20), b'a');
    bomb.extend_from_slice(br#""}]"#);
    let path = trial.file("bomb.zip", &zip_of(&[("users.json", USERS), ("general/2024-01-02.json", &bomb)]));
    trial.refused("slack", &path, &["bomb.zip", "general/2024-01-02.json"]);
    let tar = tar_of(&[("users.json", USERS), ("general/2024-01-02.json", &bomb)]);
    let path = trial.file("bomb.tar.zst", &zstd::encode_all(&tar[..], 3).expect("packed"));
    trial.refused("slack", &path, &["bomb.tar.zst"]);
}

#[test]
fn an_archive_that_breaks_off_is_refused_whole() {
    // Letters that do not pack, so that half of the file is half of the export.
    let mut state = 1u64;
    let noise: String = (0..200_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'a' + (state >> 59) as u8 % 26)
        })
        .collect();
    let long =
        json!([{ "type": "message", "user": "U1", "ts": "1704276000.000100", "text": noise }]).to_string();
    let good = day(3).to_string();
    let files: [(&str, &[u8]); 3] = [
        ("users.json", USERS),
        ("general/2024-01-02.json", good.as_bytes()),
        ("general/2024-01-03.json", long.as_bytes()),
    ];
    let tar = tar_of(&files);
    let zst = zstd::encode_all(&tar[..], 3).expect("packed");
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(&tar).expect("packed");
    let gz = gz.finish().expect("packed");
    for (name, bytes) in
        [("half.tar", tar), ("half.tar.zst", zst), ("half.tar.gz", gz), ("half.zip", zip_of(&files))]
    {
        let trial = Trial::new();
        let path = trial.file(name, &bytes[..bytes.len() / 2]);
        trial.refused("slack", &path, &[name]);
        let whole = trial.file(&format!("whole-{name}"), &bytes);
        assert_eq!(trial.taken("slack", &whole), (4, vec![]), "{name}");
    }
}

#[test]
fn links_are_not_followed() {
    let trial = Trial::new();
    let export = trial.export();
    let secret = trial.file("elsewhere/2024-01-03.json", day(5).to_string().as_bytes());
    std::os::unix::fs::symlink(&secret, export.join("general/2024-01-03.json")).expect("a link");
    std::os::unix::fs::symlink(secret.parent().expect("its folder"), export.join("random")).expect("a link");
    let output = trial.import("slack", &export);
    let notes = text(&output.stderr);
    assert_eq!(last_line(&succeeded(output))["activities"], 40, "only what lies in the export itself");
    assert!(notes.contains("link"), "what was left out is said: {notes}");
}

#[test]
fn bad_records_are_skipped_with_their_reasons_and_the_rest_comes_in() {
    let trial = Trial::new();
    let export = trial.export();
    let general = |name: &str, bytes: &[u8]| drop(trial.file(&format!("export/general/{name}"), bytes));
    general("2024-01-03.json", b"");
    let whole = day(30).to_string().replace("17041896", "17042896");
    let half = whole.len() / 2;
    general("2024-01-04.json", &whole.as_bytes()[..half]);
    let before = whole[..half].matches('}').count() as u64;
    let deep =
        format!(r#"[{{"ts":"1704200000.000100","edited":{}1{}}}]"#, "[".repeat(100_000), "]".repeat(100_000));
    general("2024-01-05.json", deep.as_bytes());
    general(
        "2024-01-06.json",
        br#"[{"user":"U1","ts":"99999999999.0"},{"user":"U1","ts":"-1"},{"user":"U1"}]"#,
    );
    general("2024-01-07.json", b"[{\"user\":\"U2\",\"ts\":\"1704210000.000100\",\"text\":\"caf\xe9\"}]");
    let utf16: Vec<u8> = day(2).to_string().encode_utf16().flat_map(u16::to_le_bytes).collect();
    general("2024-01-08.json", &[&[0xff, 0xfe], &utf16[..]].concat());
    let (activities, skipped) = trial.taken("slack", &export);
    let of = |reason: &str| skipped.iter().find(|s| s.0 == reason).map_or(0, |s| s.1);
    assert_eq!(activities, 40 + before + 1, "{skipped:?}");
    assert_eq!((of("the file is empty"), of("the file breaks off")), (1, 1), "{skipped:?}");
    assert_eq!((of("impossible date"), of("no time")), (2, 1), "{skipped:?}");
    assert!(skipped.len() >= 6, "the deep and the foreign file have reasons too: {skipped:?}");
    // The same again: everything known, the same reasons.
    let again = last_line(&succeeded(trial.import("slack", &export)));
    assert_eq!((&again["activities"], &again["duplicates"]), (&json!(0), &json!(activities)));
    assert_eq!(again["skipped"].as_array().expect("a list").len(), skipped.len());
}

#[test]
fn bad_tables_are_refused_or_cost_their_rows() {
    let trial = Trial::new();
    let path = trial.file("empty.csv", b"");
    trial.refused("activities", &path, &["empty.csv"]);
    let path = trial.file("other.csv", b"a,b\n1,2\n");
    trial.refused("activities", &path, &["other.csv"]);
    let rows =
        "time,person,text\n2024-02-30 10:00,ana,no such day\n2024-02-28 10:00,ana,fine\nyesterday,bo,no\n";
    let path = trial.file("dates.csv", rows.as_bytes());
    let (activities, skipped) = trial.taken("activities", &path);
    assert_eq!((activities, skipped.iter().map(|s| s.1).sum::<u64>()), (1, 2), "{skipped:?}");
}

#[test]
fn half_a_mailbox_and_half_a_topic_name_their_file() {
    let trial = Trial::new();
    let path = trial.file("topics/7.json", br#"{"id":7,"title":"Half","post_stream":{"posts":[{"id":1,"#);
    assert_eq!(trial.taken("discourse", &path), (0, vec![("not valid JSON".to_owned(), 1)]));
    let trial = Trial::new();
    let path = trial.file("list.mbox", b"no mailbox at all\n");
    trial.refused("mbox", &path, &["list.mbox"]);
}
