//! Rules of the house that a compiler does not know: who may import whom, how long a file may be, what must not
//! stand in one, and that generated pages are current.

use crate::generate;
use crate::run::{self, Arguments};
use serde_json::Value;
use std::collections::BTreeMap;

/// Lines that a source file may have.
const LONG: usize = 600;
/// Older files that are longer; numbers in it may only fall.
const BASELINE: &str = "xtask/baseline.txt";
/// Crates that may know HTTP, beside the capabilities and the binary.
const KNOW_HTTP: [&str; 5] = ["connect", "ui", "access", "capability", "outgoing"];
/// The libraries by which one knows it.
const HTTP: [&str; 4] = ["axum", "hyper", "tower-http", "reqwest"];
/// Kernel crates by layer, the lowest first; a crate imports only from below its layer.
const KERNEL: [&[&str]; 7] = [
    &["base", "trim"],
    &["store", "seal", "outgoing"],
    &["jobs"],
    &["community"],
    &["mailer"],
    &["segment", "metric", "flow", "access", "connect", "ui", "backup"],
    &["capability"],
];
/// Imports within a layer that the design allows.
const BESIDE: [(&str, &str); 3] = [("flow", "segment"), ("flow", "access"), ("metric", "segment")];

/// `cargo xtask check`. Whether every rule holds.
pub(crate) fn check(arguments: &[String]) -> Result<bool, String> {
    let mut arguments = Arguments::new(arguments);
    let no_gen = arguments.switch("--no-gen");
    arguments.done()?;
    let mut problems = imports()?;
    let files = tracked()?;
    problems.extend(sizes(&files));
    problems.extend(contents(&files));
    problems.extend(named_tests(&files));
    if !no_gen {
        problems.extend(generate::stale()?);
    }
    for problem in &problems {
        println!("{problem}");
    }
    println!("check: {} files, {} problems", files.len(), problems.len());
    Ok(problems.is_empty())
}

/// A crate of the workspace.
#[derive(Debug)]
struct Crate {
    name: String,
    /// `kernel`, `capabilities`, `connectors`, `folkmoot`, `demo`, `testkit`, `xtask`.
    room: String,
    /// Names of dependencies; test-only ones apart.
    uses: Vec<String>,
    tests_use: Vec<String>,
}

fn imports() -> Result<Vec<String>, String> {
    let said = run::output(run::cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&said).map_err(|e| format!("cargo metadata: {e}"))?;
    let root = run::root();
    let crates: Vec<Crate> = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|package| {
            let manifest = package["manifest_path"].as_str().unwrap_or_default();
            let room = std::path::Path::new(manifest).strip_prefix(&root).ok().and_then(|p| p.iter().next());
            let names = |dev: bool| {
                let all = package["dependencies"].as_array().into_iter().flatten();
                all.filter(|d| (d["kind"] == "dev") == dev)
                    .filter_map(|d| d["name"].as_str().map(str::to_owned))
                    .collect()
            };
            Crate {
                name: package["name"].as_str().unwrap_or_default().to_owned(),
                room: room.map(|r| r.to_string_lossy().into_owned()).unwrap_or_default(),
                uses: names(false),
                tests_use: names(true),
            }
        })
        .collect();
    Ok(wrong_imports(&crates))
}

/// What breaks the one direction, in words.
fn wrong_imports(crates: &[Crate]) -> Vec<String> {
    let ours: BTreeMap<&str, &Crate> = crates.iter().map(|c| (c.name.as_str(), c)).collect();
    let mut problems = Vec::new();
    for one in crates {
        for name in &one.uses {
            let allowed = ours.get(name.as_str()).is_none_or(|other| may_use(one, other));
            if !allowed {
                problems.push(format!(
                    "{} must not depend on {name}: one direction only (ARCHITECTURE.md)",
                    one.name
                ));
            }
            let knows_http = ["capabilities", "folkmoot"].contains(&one.room.as_str())
                || KNOW_HTTP.contains(&one.name.as_str());
            if HTTP.contains(&name.as_str()) && !knows_http {
                problems.push(format!("{} must not know HTTP, but depends on {name}", one.name));
            }
        }
        for name in &one.tests_use {
            let sideways = ours.get(name.as_str()).is_some_and(|other| other.room == "capabilities");
            if one.room == "capabilities" && sideways {
                problems
                    .push(format!("{}'s tests must not depend on {name}: capabilities never meet", one.name));
            }
        }
        if one.room == "kernel" && layer(&one.name).is_none() {
            problems.push(format!("kernel/{} has no layer; give it one in xtask/src/check.rs", one.name));
        }
    }
    problems
}

fn layer(name: &str) -> Option<usize> {
    KERNEL.iter().position(|names| names.contains(&name))
}

fn may_use(one: &Crate, other: &Crate) -> bool {
    match (one.room.as_str(), other.room.as_str()) {
        // The test kit is for tests, the developer tool for developers; nobody builds on them.
        (_, "testkit" | "xtask" | "folkmoot") | ("xtask", _) => false,
        ("folkmoot", _) => true,
        ("kernel", "kernel") => {
            let (Some(mine), Some(theirs)) = (layer(&one.name), layer(&other.name)) else { return false };
            theirs < mine || BESIDE.contains(&(one.name.as_str(), other.name.as_str()))
        }
        ("capabilities" | "connectors" | "demo" | "testkit", "kernel") => true,
        ("testkit", "demo") => true,
        _ => false,
    }
}

/// Every file that belongs to the project, by its path from the root.
fn tracked() -> Result<Vec<String>, String> {
    let said =
        run::output(run::command("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    let there = |path: &&str| run::root().join(path).is_file();
    Ok(said.lines().filter(there).map(str::to_owned).collect())
}

fn sizes(files: &[String]) -> Vec<String> {
    let text = std::fs::read_to_string(run::root().join(BASELINE)).unwrap_or_default();
    let baseline: BTreeMap<&str, usize> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(lines, path)| Some((path.trim(), lines.parse().ok()?)))
        .collect();
    let lengths: BTreeMap<&str, usize> = files
        .iter()
        .filter(|path| path.ends_with(".rs"))
        .filter_map(|path| {
            Some((path.as_str(), std::fs::read_to_string(run::root().join(path)).ok()?.lines().count()))
        })
        .collect();
    wrong_sizes(&lengths, &baseline)
}

fn wrong_sizes(lengths: &BTreeMap<&str, usize>, baseline: &BTreeMap<&str, usize>) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, lines) in lengths.iter().filter(|(_, lines)| **lines > LONG) {
        match baseline.get(path) {
            None => problems.push(format!("{path} has {lines} lines, more than {LONG}; make a folder of it")),
            Some(old) if lines > old => {
                problems.push(format!("{path} grew from {old} to {lines} lines; split it"))
            }
            Some(_) => {}
        }
    }
    for (path, old) in baseline {
        let now = lengths.get(path).copied().unwrap_or(0);
        if now <= LONG {
            problems.push(format!("{BASELINE}: {path} no longer needs its line; remove it"));
        } else if now < *old {
            problems.push(format!("{BASELINE}: {path} shrank to {now} lines; write that instead of {old}"));
        }
    }
    problems
}

/// Paths of machines and left-over words.
fn contents(files: &[String]) -> Vec<String> {
    let root = run::root();
    let mut paths: Vec<String> =
        [concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/ro", "ot/")].map(str::to_owned).to_vec();
    // Where this checkout lies, and the folder above it.
    for folder in root.ancestors().take(2).filter(|f| f.parent().is_some()) {
        paths.push(format!("{}/", folder.display()));
    }
    let words =
        [concat!("to", "do!("), concat!("unimpl", "emented!("), concat!("db", "g!("), concat!("FIX", "ME")];
    let mut problems = Vec::new();
    for path in files {
        // Files that are no text are pictures and fonts.
        let Ok(text) = std::fs::read_to_string(root.join(path)) else { continue };
        for (number, line) in text.lines().enumerate() {
            if let Some(found) = paths.iter().find(|p| has_path(line, p)) {
                problems.push(format!("{path}:{}: a path of one machine ({found})", number + 1));
            }
            if path.ends_with(".rs")
                && let Some(found) = words.iter().find(|w| line.contains(**w))
            {
                problems.push(format!("{path}:{}: left-over \"{found}\"", number + 1));
            }
        }
    }
    problems
}

/// The page that says which test holds what.
const SECURITY: &str = "docs/security.md";

/// Tests that the page on security names and that are nowhere: names in its third column, between backticks.
fn named_tests(files: &[String]) -> Vec<String> {
    let root = run::root();
    let sources: Vec<String> = files
        .iter()
        .filter(|f| f.ends_with(".rs") || f.starts_with("tests-browser/"))
        .filter_map(|f| std::fs::read_to_string(root.join(f)).ok().map(|text| format!("// {f}\n{text}")))
        .collect();
    let page = std::fs::read_to_string(root.join(SECURITY)).unwrap_or_default();
    tests_named_in(&page)
        .into_iter()
        .filter(|(_, name)| {
            let (test, journey) = (format!("fn {name}("), format!("// tests-browser/{name}.mjs"));
            !sources.iter().any(|text| text.contains(&test) || text.starts_with(&journey))
        })
        .map(|(line, name)| format!("{SECURITY}:{line}: there is no test {name}"))
        .collect()
}

/// The names in the last column of a page's tables, with their lines.
fn tests_named_in(page: &str) -> Vec<(usize, &str)> {
    let mut names = Vec::new();
    for (number, line) in page.lines().enumerate() {
        if let [_, _, _, held, ""] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] {
            names.extend(held.split('`').skip(1).step_by(2).map(|name| (number + 1, name)));
        }
    }
    names
}

/// Whether an absolute path stands in a line: not as the middle of an address or of a longer path.
fn has_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || "._-/}$~*".contains(c)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, room: &str, uses: &[&str]) -> Crate {
        let uses = uses.iter().map(|u| (*u).to_owned()).collect();
        Crate { name: name.into(), room: room.into(), uses, tests_use: vec!["testkit".into()] }
    }

    #[test]
    fn imports_go_one_way() {
        let good = [
            one("base", "kernel", &["jiff"]),
            one("community", "kernel", &["base"]),
            one("metric", "kernel", &["community", "base", "segment"]),
            one("segment", "kernel", &["community"]),
            one("ui", "kernel", &["base", "axum"]),
            one("people", "capabilities", &["ui", "axum"]),
            one("chat", "connectors", &["base"]),
            one("folkmoot", "folkmoot", &["people", "chat", "ui", "axum"]),
            one("testkit", "testkit", &["community"]),
            one("xtask", "xtask", &["serde_json"]),
        ];
        assert_eq!(wrong_imports(&good), Vec::<String>::new());
        let bad = [
            one("base", "kernel", &["community"]),
            one("community", "kernel", &["axum", "people"]),
            one("ui", "kernel", &["metric"]),
            one("metric", "kernel", &["testkit"]),
            one("people", "capabilities", &["events", "chat"]),
            one("events", "capabilities", &[]),
            one("chat", "connectors", &["axum"]),
            one("strange", "kernel", &[]),
            one("testkit", "testkit", &[]),
        ];
        assert_eq!(wrong_imports(&bad).len(), 9, "{:?}", wrong_imports(&bad));
    }

    #[test]
    fn the_baseline_only_shrinks() {
        let lengths =
            BTreeMap::from([("a.rs", 601), ("b.rs", 700), ("c.rs", 650), ("d.rs", 90), ("e.rs", 800)]);
        let baseline = BTreeMap::from([("b.rs", 690), ("c.rs", 700), ("d.rs", 610), ("e.rs", 800)]);
        let problems = wrong_sizes(&lengths, &baseline);
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(wrong_sizes(&BTreeMap::from([("a.rs", 600)]), &BTreeMap::new()).is_empty());
    }

    #[test]
    fn a_path_of_a_machine_is_not_part_of_an_address() {
        let home = concat!("/ho", "me/");
        assert!(has_path(&format!("see {home}ana/x"), home));
        assert!(has_path(&format!("{home}ana"), home));
        assert!(!has_path(&format!("https://example.org{home}page"), home));
    }

    #[test]
    fn tests_are_named_in_the_last_column() {
        let page = "| A | `b` | `one`, `two` |\n| `x` | y |\nsome `text`\n";
        assert_eq!(tests_named_in(page), [(1, "one"), (1, "two")]);
    }
}
