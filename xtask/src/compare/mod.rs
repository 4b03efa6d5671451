//! Compares what the product says about an export with figures that were computed independently.
//!
//! It knows no data set by name: only which figure of a truth file comes from which metric, in `figures`.

mod figures;
mod judge;
mod leaves;

use crate::http;
use crate::product::{Product, Server};
use crate::run::{self, Arguments, Scratch};
use figures::Source;
use judge::Tally;
use serde_json::Value;
use std::collections::HashMap;
use std::rc::Rc;

/// Parts that need metrics of a later version; nothing else may be left out.
const LATER: &[&str] = &["funnel", "survival_gap90", "graph"];

/// `cargo xtask compare`. Whether everything is equal.
pub(crate) fn compare(arguments: &[String]) -> Result<bool, String> {
    let mut arguments = Arguments::new(arguments);
    let except = except(arguments.value("--except")?)?;
    let product = Product::find(arguments.value("--bin")?)?;
    let keep = arguments.switch("--keep");
    let source = arguments.value("--source")?.unwrap_or_else(|| "export".to_owned());
    if arguments.rest.len() < 3 {
        return Err("three things are needed: FORMAT PATH TRUTH.json".into());
    }
    let [format, path, truth] = [0; 3].map(|_| arguments.rest.remove(0));
    let truth = read(&truth)?;

    let mut data = Scratch::new("compare")?;
    if keep {
        data.keep();
        println!("data folder: {}", data.path().display());
    }
    println!("binary: {}", product.path.display());
    let mut import = product.command(&["import", &format, &path, "--source", &source, "--json", "--data"]);
    let said = run::output(import.arg(data.path()).args(&arguments.rest))?;
    println!("import: {}", said.lines().last().unwrap_or_default());
    let token = product.token(data.path())?;
    let server = product.serve(data.path())?;
    let mut api = Api { server, token, answers: HashMap::new() };
    let tally = against(&truth, &except, &mut api);
    print!("{}", tally.report());
    Ok(tally.is_equal())
}

/// Holds every figure of a truth file against a source of answers.
fn against(truth: &Value, except: &[String], source: &mut dyn Source) -> Tally {
    let mut tally = Tally::default();
    for name in except {
        let part = truth.get(name).map(|part| leaves::of(name, part).len());
        tally.left_out(name, part.unwrap_or(0));
    }
    for leaf in leaves::compared(truth, except) {
        let found = figures::find(truth, &leaf, source);
        tally.add(&leaf, found);
    }
    tally
}

fn except(list: Option<String>) -> Result<Vec<String>, String> {
    let names: Vec<String> = list
        .iter()
        .flat_map(|l| l.split(','))
        .map(|n| n.trim().to_owned())
        .filter(|n| !n.is_empty())
        .collect();
    match names.iter().find(|n| !LATER.contains(&n.as_str())) {
        Some(other) => Err(format!("\"{other}\" cannot be left out; only {} can", LATER.join(", "))),
        None => Ok(names),
    }
}

fn read(path: &str) -> Result<Value, String> {
    let bytes = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    serde_json::from_slice(&bytes).map_err(|e| format!("{path} is not JSON: {e}"))
}

/// The product's API; every question is asked once.
struct Api {
    server: Server,
    token: String,
    answers: HashMap<String, Result<Rc<Value>, String>>,
}

impl Source for Api {
    fn ask(&mut self, metric: &str, parameters: &[(&str, &str)]) -> Result<Rc<Value>, String> {
        let query: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}={}", http::encode(value))).collect();
        let path = format!("/api/v1/metrics/{metric}?{}", query.join("&"));
        if let Some(known) = self.answers.get(&path) {
            return known.clone();
        }
        let answer = self.server.get(&path, Some(&self.token)).and_then(|answer| {
            if answer.status != 200 {
                let words = String::from_utf8_lossy(&answer.body).chars().take(300).collect::<String>();
                return Err(format!("{path} answers {}: {words}", answer.status));
            }
            serde_json::from_slice(&answer.body).map(Rc::new).map_err(|e| format!("{path} is not JSON: {e}"))
        });
        self.answers.insert(path, answer.clone());
        answer
    }
}

#[cfg(test)]
mod tests;
