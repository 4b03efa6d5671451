//! Pages that the binary writes about itself, kept in the project and checked for being current.

use crate::product::Product;
use crate::run::{self, Arguments, Scratch};
use std::collections::BTreeMap;
use std::path::Path;

/// Where the generated pages lie.
const REFERENCE: &str = "docs/reference";

/// `cargo xtask gen`. With `--check`, whether the pages are current.
pub(crate) fn generate(arguments: &[String]) -> Result<bool, String> {
    let mut arguments = Arguments::new(arguments);
    let check = arguments.switch("--check");
    arguments.done()?;
    let problems = if check { stale()? } else { write(&run::root().join(REFERENCE)).map(|()| Vec::new())? };
    problems.iter().for_each(|p| println!("{p}"));
    Ok(problems.is_empty())
}

/// What is not current, in words.
pub(crate) fn stale() -> Result<Vec<String>, String> {
    let fresh = Scratch::new("reference")?;
    write(fresh.path())?;
    let (new, old) = (files(fresh.path()), files(&run::root().join(REFERENCE)));
    let names: std::collections::BTreeSet<&String> = new.keys().chain(old.keys()).collect();
    Ok(names
        .into_iter()
        .filter(|name| new.get(*name) != old.get(*name))
        .map(|name| format!("{REFERENCE}/{name} is not current; run `cargo xtask gen`"))
        .collect())
}

fn write(folder: &Path) -> Result<(), String> {
    let product = Product::build("dev")?;
    run::output(product.command(&["reference", "--out"]).arg(folder)).map(drop)
}

/// Every file below a folder by its relative path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for path in std::fs::read_dir(next).into_iter().flatten().flatten().map(|e| e.path()) {
            if path.is_dir() {
                open.push(path);
            } else if let (Ok(name), Ok(bytes)) = (path.strip_prefix(folder), std::fs::read(&path)) {
                found.insert(name.to_string_lossy().into_owned(), bytes);
            }
        }
    }
    found
}
