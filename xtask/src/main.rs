//! What developers run, as `cargo xtask …`. Standard library and JSON only, so that it compiles in seconds; it
//! knows the product from outside: its command line and its API.

mod bench;
mod check;
// The cluster is started here once for a whole run, by the code that a single test uses, too.
#[expect(dead_code, reason = "some of it is for tests of one cluster alone")]
#[path = "../../testkit/src/postgres/cluster.rs"]
mod cluster;
mod compare;
mod generate;
mod http;
mod load;
mod product;
mod run;
mod test;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  test [--only rust|browser] [--no-browser]
      Every test, on SQLite and PostgreSQL, and the browser journeys. Installs what is missing when it can.
  check
      Import rules, sizes of files, forbidden paths and words, generated pages.
  gen [--check]
      Writes docs/reference from the binary; with --check, only compares.
  compare FORMAT PATH TRUTH.json [import options] [--except funnel,survival_gap90,graph] [--bin PATH]
      Imports an export into a fresh store, asks the API for every figure of the truth file, prints differences.
  bench [--sizes N,N] [--orders channel,time] [--export PATH] [--bin PATH]
      Import rate, memory, file size, start and answer times, as Markdown.
  load --data FOLDER [--rate 200] [--seconds 30] [--streams N] [--import PATH [--format activities]] [--bin PATH]
      The desk under load: a mix of lists, profiles, Today and Health at a steady rate, on a filled folder; with open
      event streams and an import beside it.
";

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = if arguments.is_empty() { "help".to_owned() } else { arguments.remove(0) };
    let done = match command.as_str() {
        "test" => test::test(&arguments),
        "check" => check::check(&arguments),
        "gen" => generate::generate(&arguments),
        "compare" => compare::compare(&arguments),
        "bench" => bench::bench(&arguments),
        "load" => load::load(&arguments),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(true)
        }
        other => Err(format!("there is no command \"{other}\".\n\n{HELP}")),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("xtask {command}: {message}");
            ExitCode::from(2)
        }
    }
}
