//! The tools that tests need beside Rust: found, installed where that is possible, or named.

use crate::{cluster, run};
use std::path::PathBuf;

/// The libraries of the browser journeys, in the versions that they were written for.
pub(crate) const LIBRARIES: [(&str, &str); 3] =
    [("playwright-core", "1.65.1"), ("axe-core", "4.14.1"), ("oidc-provider", "9.13.3")];
/// Names under which Chromium is installed.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The folder of the browser journeys.
pub(crate) fn journeys() -> PathBuf {
    run::root().join("tests-browser")
}

/// Where a program lies in the search path.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The browser: `FOLKMOOT_CHROMIUM`, else the first that is installed.
pub(crate) fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("FOLKMOOT_CHROMIUM").map(PathBuf::from);
    named.or_else(|| BROWSERS.into_iter().find_map(program))
}

/// Makes sure of everything that is wanted.
///
/// # Errors
/// The one command that installs what is missing.
pub(crate) fn ensure(rust: bool, browser_too: bool) -> Result<(), String> {
    let mut packages = Vec::new();
    if rust && cluster::programs().is_err() {
        packages.push("postgresql");
    }
    if browser_too && browser().is_none() {
        packages.extend(["chromium", "fonts-dejavu-core"]);
    }
    if browser_too && (program("node").is_none() || program("npm").is_none()) {
        packages.extend(["nodejs", "npm"]);
    }
    if !packages.is_empty() {
        install(&packages)?;
    }
    if browser_too {
        libraries()?;
    }
    report(rust, browser_too);
    Ok(())
}

/// Debian packages, when we may.
fn install(packages: &[&str]) -> Result<(), String> {
    let list = packages.join(" ");
    let root = run::output(run::command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root || program("apt-get").is_none() {
        return Err(format!(
            "missing: {list}. On Debian and Ubuntu, install them with\n\n    sudo apt-get update && sudo apt-get install -y {list}\n\n\
             or run `cargo xtask test --no-browser`."
        ));
    }
    println!("installing {list}");
    let quiet = |arguments: &[&str]| {
        run::output(run::command("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
    };
    quiet(&["-q", "update"])?;
    let mut arguments = vec!["-q", "install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    quiet(&arguments).map(drop)
}

/// The libraries of the journeys, into their own folder.
fn libraries() -> Result<(), String> {
    let folder = journeys();
    let missing: Vec<String> = LIBRARIES
        .iter()
        .filter(|(name, version)| installed(name).as_deref() != Some(*version))
        .map(|(name, version)| format!("{name}@{version}"))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(" "));
    let mut npm = run::command("npm");
    npm.current_dir(&folder)
        // The browser of the system is used; none is downloaded.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .args(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--prefix", "."])
        .args(LIBRARIES.iter().map(|(name, version)| format!("{name}@{version}")));
    run::output(&mut npm).map(drop)
}

/// The installed version of a library of the journeys.
fn installed(name: &str) -> Option<String> {
    let file = journeys().join("node_modules").join(name).join("package.json");
    let package: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    package["version"].as_str().map(str::to_owned)
}

fn report(rust: bool, browser_too: bool) {
    if rust {
        println!("PostgreSQL  {}", cluster::programs().map_or_else(|e| e, |p| p.display().to_string()));
    }
    if browser_too {
        println!("Chromium    {}", browser().unwrap_or_default().display());
        println!("Node        {}", program("node").unwrap_or_default().display());
        let list: Vec<String> = LIBRARIES.iter().map(|(name, version)| format!("{name} {version}")).collect();
        println!("Libraries   {}", list.join(", "));
    }
}
