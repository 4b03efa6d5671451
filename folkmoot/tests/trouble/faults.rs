//! No room, no permission, no lock, not a database: exit code 1, a message that says what to do, and nothing
//! that was confirmed is lost.

use super::support::{Place, counts, last_line, program, slack_export, succeeded, text};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use store::Priority;

/// The message of a command that failed with exit code 1.
fn refused(output: &Output) -> String {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    let line = message.lines().find(|l| l.starts_with("folkmoot: "));
    line.unwrap_or_else(|| panic!("no message: {message}")).to_owned()
}

fn says(output: &Output, parts: &[&str]) {
    let message = refused(output);
    for part in parts {
        assert!(message.contains(part), "\"{part}\" is not in: {message}");
    }
}

fn output(mut command: Command) -> Output {
    command.output().expect("the program runs")
}

fn position(place: &Place) -> i64 {
    let db = place.db().expect("a database");
    db.read(|c| c.query_one("SELECT position FROM imports", &[], |r| r.int(0))).expect("the import's row")
}

#[test]
fn a_data_folder_that_cannot_be_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").expect("a file");
    for data in [file.clone(), file.join("below")] {
        for words in [&["settings"][..], &["serve", "--port", "0"]] {
            let mut command = program(&data);
            command.args(words);
            says(&output(command), &[&data.display().to_string()]);
        }
    }
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), "not a folder");
}

#[test]
fn a_database_file_that_is_none_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("folkmoot.db");
    let letter = "a letter to the committee\n".repeat(400);
    std::fs::write(&file, &letter).expect("a file");
    let mut command = program(folder.path());
    command.arg("check");
    says(&output(command), &["folkmoot.db", "is not a database", "Restore a backup", "--data"]);
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), letter);

    std::fs::remove_file(&file).expect("removed");
    std::fs::create_dir(&file).expect("a folder");
    let mut command = program(folder.path());
    command.arg("check");
    says(&output(command), &["folkmoot.db", "cannot be opened", "Check that the data folder"]);
}

#[test]
fn a_database_that_is_locked_by_another_program() {
    let place = Place::sqlite();
    let folder = tempfile::tempdir().expect("a folder");
    slack_export(folder.path(), 10, 40);
    place.run("settings set name Lathe");
    let db = place.db().expect("a database");
    let import = || output(place.command("import slack --json", Some(folder.path())));
    let locked = db.write(Priority::Bulk, |_| Ok(import())).expect("a lock");
    says(&locked, &["the database is locked by another program", "Close what has it open"]);
    // Afterwards everything is as it was, and works.
    assert_eq!(place.run("settings get name"), "Lathe\n");
    assert_eq!(place.run("imports --json"), "[]\n");
    succeeded(import());
    place.figures();
}

#[test]
fn a_limit_on_the_size_of_files_stops_an_import_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    slack_export(folder.path(), 120, 72);
    let undisturbed = Place::sqlite();
    let expect = counts(undisturbed.import(folder.path()));
    let place = Place::sqlite();
    place.run("settings");
    // The shell sets the limit, in units of 512 bytes; ignored, the signal becomes an error of the write.
    let inner = place.command("import slack --json", Some(folder.path()));
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 5000; exec \"$0\" \"$@\""]);
    command.arg(inner.get_program()).args(inner.get_args());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FOLKMOOT_")) {
        command.env_remove(name);
    }
    says(
        &output(command),
        &["the disk is full, or a quota or a limit on the size of files", "Free some room"],
    );
    let confirmed = position(&place);
    assert!(confirmed > 0 && confirmed < expect["records"].as_i64().expect("a number"), "{confirmed}");
    let list = last_line(&place.run("imports --json"));
    assert_eq!((&list[0]["state"], &list[0]["live"]), (&"running".into(), &false.into()));
    let check = place.run("check");
    assert!(check.contains("Everything agrees."), "{check}");
    assert_eq!(counts(place.import(folder.path())), expect);
    assert_eq!(place.figures(), undisturbed.figures());
}

/// Runs a script in which `mount` works, on a folder of its own: as root of a namespace. `false` where the
/// system allows no such thing.
fn with_mounts(folder: &Path, script: &str, place: &Place) -> bool {
    let sh = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "/bin/sh", "-ec", script, "sh"]);
        command.arg(folder).arg(env!("CARGO_BIN_EXE_folkmoot")).stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FOLKMOOT_")) {
            command.env_remove(name);
        }
        command.output()
    };
    std::fs::create_dir_all(place.data()).expect("a folder");
    let possible = sh("mkdir -p \"$1/try\"; mount -t tmpfs -o size=1m tmpfs \"$1/try\"");
    if !possible.is_ok_and(|o| o.status.success()) {
        eprintln!("not tested with mounts: this system allows none to this user");
        return false;
    }
    let result = sh(script).expect("a shell");
    assert!(result.status.success(), "{}\n{}", text(&result.stdout), text(&result.stderr));
    true
}

/// What a step of the script left in `NAME.code` and `NAME.err`.
fn step(folder: &Path, name: &str) -> (String, String) {
    let read =
        |end: &str| std::fs::read_to_string(folder.join(format!("{name}.{end}"))).expect("a step's file");
    (read("code").trim().to_owned(), read("err"))
}

#[test]
fn a_full_disk_stops_an_import_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let export = folder.path().join("export");
    slack_export(&export, 120, 72);
    let undisturbed = Place::sqlite();
    let expect = counts(undisturbed.import(&export));
    let place = Place::sqlite();
    // The small disk ends with the script; what was on it is copied out when it is done.
    let script = r#"
        step() { name=$1; shift; code=0; "$@" >"$folder/$name.out" 2>"$folder/$name.err" || code=$?
                 echo $code >"$folder/$name.code"; }
        folder=$1; program=$2; disk=$1/disk
        mkdir "$disk"; mount -t tmpfs -o size=4m tmpfs "$disk"
        step full "$program" --data "$disk" import slack "$folder/export" --json
        step again "$program" --data "$disk" import slack "$folder/export" --json
        mount -o remount,size=300m "$disk"
        step list "$program" --data "$disk" imports --json
        step check "$program" --data "$disk" check
        step rest "$program" --data "$disk" import slack "$folder/export" --json
        mkdir "$folder/copy"; cp "$disk"/folkmoot.db* "$folder/copy/"
    "#;
    if !with_mounts(folder.path(), script, &place) {
        return;
    }
    for name in ["full", "again"] {
        let (code, message) = step(folder.path(), name);
        assert_eq!(code, "1", "{message}");
        assert!(message.contains("folkmoot: ") && message.contains("the disk is full"), "{message}");
        assert!(message.contains("Free some room"), "{message}");
    }
    assert_eq!(step(folder.path(), "check").0, "0");
    let out = |name: &str| {
        last_line(
            &std::fs::read_to_string(folder.path().join(format!("{name}.out"))).expect("a step's output"),
        )
    };
    let before = out("list")[0]["summary"]["activities"].as_i64().expect("a number");
    assert!(before > 0, "something was confirmed before the disk was full");
    assert_eq!(counts(out("rest")), expect);
    for entry in std::fs::read_dir(folder.path().join("copy")).expect("the copy") {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), place.data().join(entry.file_name())).expect("copied");
    }
    assert_eq!(place.figures(), undisturbed.figures());
}

#[test]
fn a_read_only_data_folder_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::sqlite();
    let script = r#"
        folder=$1; program=$2; disk=$1/disk
        mkdir "$disk"; mount -t tmpfs -o size=50m tmpfs "$disk"
        "$program" --data "$disk/data" settings set name Lathe
        mount -o remount,ro "$disk"
        for data in data new; do
            code=0
            "$program" --data "$disk/$data" settings set name Plane 2>"$folder/$data.err" || code=$?
            echo $code >"$folder/$data.code"
        done
        mount -o remount,rw "$disk"
        "$program" --data "$disk/data" settings get name >"$folder/name"
    "#;
    if !with_mounts(folder.path(), script, &place) {
        return;
    }
    for data in ["data", "new"] {
        let (code, message) = step(folder.path(), data);
        assert_eq!(code, "1", "{message}");
        assert!(message.contains(&format!("disk/{data}")), "{message}");
        assert!(message.to_lowercase().contains("read-only"), "{message}");
        assert!(message.contains("choose another one"), "{message}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("name")).expect("a name"), "Lathe\n");
}
