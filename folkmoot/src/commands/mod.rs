//! One function per command. Each is given the running program and says its words to an [`Out`]; it does not
//! know whether a terminal or a socket is behind it.

pub mod accounts;
mod audit;
pub mod backup;
mod bench;
mod bench_access;
mod bench_search;
mod check;
mod import;
mod jobs;
mod mail;
mod members;
mod metric;
pub mod reference;
mod search;
mod settings;
mod sources;
mod sso;
mod tokens;

use crate::cli::{Command, SecretsAction};
use crate::out::Out;
use base::{Error, Result};
use capability::App;
use std::path::PathBuf;

/// What a command runs in.
pub struct Context {
    /// The program.
    pub app: App,
    /// The folder that relative paths of the command mean.
    pub cwd: PathBuf,
}

/// Carries a command out; the exit code.
///
/// # Errors
/// What went wrong, in words for whoever gave the command.
pub fn run(context: &Context, command: &Command, out: &mut dyn Out) -> Result<u8> {
    let app = &context.app;
    match command {
        Command::Import(args) => import::import(context, args, out),
        Command::Imports(args) => import::imports(app, args, out),
        Command::Metric(args) => metric::metric(app, args, out),
        Command::Metrics { json } => metric::metrics(*json, out),
        Command::Settings(args) => settings::settings(app, args, out),
        Command::Accounts(args) => accounts::accounts(app, args, out),
        Command::Tokens(args) => tokens::tokens(app, args, out),
        Command::Roles { json } => accounts::roles(app, *json, out),
        Command::Sso(args) => sso::sso(app, args, out),
        Command::Audit(args) => audit::audit(app, args, out),
        Command::Members(args) => members::members(context, args, out),
        Command::Sources(args) => sources::sources(app, args, out),
        Command::Search(args) => search::search(app, args, out),
        Command::Check { json } => return check::check(app, *json, out),
        Command::Jobs(args) => jobs::jobs(app, args, out),
        Command::Mail(args) => mail::mail(app, args, out),
        Command::Secrets { action: SecretsAction::Rotate, json } => jobs::secrets(app, *json, out),
        Command::BenchJobs { jobs } => jobs::bench(app, *jobs, out),
        Command::BenchWebhooks { endpoints, failing, events } => {
            jobs::bench_webhooks(app, (*endpoints, *events), failing, out)
        }
        Command::BenchFill(args) => bench::fill(app, args, out),
        Command::BenchAsk(args) => bench::ask(app, args, out),
        Command::BenchAccess => bench_access::run(app, out),
        Command::BenchSearch(args) => bench_search::run(app, args, out),
        Command::Reference { out: folder } => reference::write(&context.cwd.join(folder), out),
        Command::Backup(args) => backup::backup(context, args, out),
        Command::Restore(_) | Command::Move(_) => {
            Err(Error::invalid("this is done without a server; stop it, and say it again"))
        }
        Command::Demo(_) | Command::Serve(_) => {
            Err(Error::invalid("a server is started from the command line, not through another one"))
        }
    }
    .map(|()| 0)
}

/// Carries a command out and says what went wrong; the exit code.
pub fn run_and_report(context: &Context, command: &Command, out: &mut dyn Out) -> u8 {
    run(context, command, out).unwrap_or_else(|e| report(&e, out))
}

/// Says what went wrong; the exit code.
pub fn report(error: &Error, out: &mut dyn Out) -> u8 {
    // Where even this cannot be said, the exit code still tells.
    let _ = out.note(&format!("folkmoot: {}", error.message));
    error.exit_code()
}

/// A value as one line of JSON.
fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::internal(format!("an answer could not be written as JSON: {e}")))
}
