//! Every test: the workspace's, on SQLite and on one throwaway PostgreSQL cluster, and the browser journeys.

use crate::cluster::Cluster;
use crate::product::Product;
use crate::run::{self, Arguments};
use crate::tools;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The variable that tests read the cluster's address from.
const SHARED: &str = "FOLKMOOT_TEST_DATABASE_URL";

#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

/// `cargo xtask test`. Whether nothing failed.
pub(crate) fn test(arguments: &[String]) -> Result<bool, String> {
    let mut arguments = Arguments::new(arguments);
    let only = arguments.value("--only")?;
    let no_browser = arguments.switch("--no-browser");
    arguments.done()?;
    let (rust, browser) = match only.as_deref() {
        None => (true, !no_browser),
        Some("rust") => (true, false),
        Some("browser") if !no_browser => (false, true),
        Some(other) => return Err(format!("--only takes rust or browser, not \"{other}\" here")),
    };
    run::section("Tools");
    tools::ensure(rust, browser)?;
    let mut count = Count::default();
    if rust {
        rust_tests(&mut count)?;
    }
    if browser {
        journeys(&mut count)?;
    }
    println!("\n{} passed, {} failed", count.passed, count.failed);
    Ok(count.failed == 0 && count.passed > 0)
}

fn rust_tests(count: &mut Count) -> Result<(), String> {
    run::section("PostgreSQL");
    let cluster = Cluster::start()?;
    println!("{}", cluster.url());
    let nextest = tools::program("cargo-nextest").is_some();
    run::section(if nextest { "Rust tests (cargo nextest)" } else { "Rust tests (cargo test)" });
    let mut cargo = run::cargo();
    if nextest {
        cargo.args([
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "--status-level",
            "fail",
            "--color",
            "never",
        ]);
        cargo.args(["--no-tests", "pass"]);
    } else {
        cargo.args(["test", "--workspace", "--no-fail-fast", "--quiet"]);
    }
    let before = count.failed;
    let passed = counted(cargo.env(SHARED, cluster.url()), count)?;
    if nextest {
        // nextest leaves the examples in the documentation out.
        run::section("Rust documentation examples");
        let passed = counted(run::cargo().args(["test", "--workspace", "--doc", "--quiet"]), count)?;
        count.failed += u64::from(!passed && count.failed == before);
    }
    // Something that does not even compile has no count of its own.
    count.failed += u64::from(!passed && count.failed == before);
    Ok(())
}

/// Runs tests with their output shown, and adds up what the result lines say.
fn counted(command: &mut Command, count: &mut Count) -> Result<bool, String> {
    // Both streams in one, so that the order stays; a shell does the joining.
    let program = command.get_program().to_owned();
    let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let settings: Vec<_> =
        command.get_envs().map(|(k, v)| (k.to_owned(), v.map(ToOwned::to_owned))).collect();
    let mut shell = run::command("sh");
    shell.args(["-c", "exec \"$@\" 2>&1", "sh"]).arg(&program).args(arguments).stdout(Stdio::piped());
    for (name, value) in settings {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    let mut child = shell.spawn().map_err(|e| format!("{}: {e}", program.display()))?;
    let output = child.stdout.take().ok_or("the tests have no output")?;
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        println!("{line}");
        add(&line, count);
    }
    let status = child.wait().map_err(|e| e.to_string())?;
    Ok(status.success())
}

/// Reads `test result: ok. 3 passed; 1 failed; …` and `Summary [ 1.2s] 4 tests run: 3 passed, 1 failed, …`.
fn add(line: &str, count: &mut Count) {
    let words: Vec<&str> = line.split_whitespace().map(|w| w.trim_end_matches([',', ';', '.'])).collect();
    let result = line.trim_start().starts_with("test result:");
    let summary = words.first() == Some(&"Summary") && line.contains("run:");
    if !result && !summary {
        return;
    }
    // Words in brackets ("3 passed (1 slow)") belong to the number before them.
    for pair in words.windows(2) {
        let Ok(number) = pair[0].parse::<u64>() else { continue };
        match pair[1] {
            "passed" => count.passed += number,
            "failed" | "timed" => count.failed += number,
            _ => {}
        }
    }
}

/// The browser journeys, each a program of its own.
fn journeys(count: &mut Count) -> Result<(), String> {
    run::section("Browser journeys");
    let product = Product::build("dev")?;
    let browser = tools::browser().ok_or("there is no Chromium")?;
    for journey in list(&tools::journeys())? {
        let name = journey.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        println!("-- {name}");
        let passed = run::shown(
            run::command("node")
                .arg(&journey)
                .env("FOLKMOOT_BIN", &product.path)
                .env("FOLKMOOT_CHROMIUM", &browser),
        )?;
        println!("{} {name}", if passed { "ok    " } else { "FAILED" });
        count.passed += u64::from(passed);
        count.failed += u64::from(!passed);
    }
    Ok(())
}

/// Every journey; what they share lies in `lib.mjs`.
fn list(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension().is_some_and(|e| e == "mjs") && path.file_stem().is_some_and(|s| s != "lib")
        })
        .collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_added_up() {
        let mut count = Count::default();
        for line in [
            "test result: FAILED. 7 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.78s",
            "     Summary [   0.012s] 5 tests run: 3 passed (1 slow), 1 failed, 1 timed out, 2 skipped",
            "test 9 passed",
        ] {
            add(line, &mut count);
        }
        assert_eq!(count, Count { passed: 10, failed: 3 });
    }
}
