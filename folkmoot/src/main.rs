//! The `folkmoot` command.
//!
//! A command runs in the server, when one runs on the data folder, or in this process under the folder's lock;
//! it is the same function either way.

mod backups;
mod cli;
mod commands;
mod config;
mod demo;
mod folder;
mod follow;
mod lists;
mod made;
mod node;
mod open;
mod out;
#[cfg(test)]
mod proofs;
mod serve;
mod socket;
mod spare;

use base::{Clock, Error, Result};
use cli::{Cli, Command};
use commands::Context;
use config::{Config, Flags};
use out::Terminal;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let cli = Cli::read(std::env::args_os());
    let mut out = Terminal::default();
    let code = run(cli, &mut out).unwrap_or_else(|e| commands::report(&e, &mut out));
    ExitCode::from(code)
}

fn run(cli: Cli, out: &mut Terminal) -> Result<u8> {
    let config = Config::load(&flags(&cli), &|name| std::env::var(name).ok())?;
    start_log(&config)?;
    match &cli.command {
        Command::Demo(args) => demo::run(args, &config, out).map(|()| 0),
        Command::Serve(_) => serve::serve(&config, out).map(|()| 0),
        Command::Restore(args) => commands::backup::restore(&config, args, out).map(|()| 0),
        Command::Move(args) => commands::backup::move_to(&config, args, out).map(|()| 0),
        Command::Reference { out: folder } => commands::reference::write(folder, out).map(|()| 0),
        command => dispatch(&config, command.clone(), out),
    }
}

fn flags(cli: &Cli) -> Flags {
    let flags = Flags { data: cli.data.clone(), config: cli.config.clone(), ..Flags::default() };
    match &cli.command {
        Command::Serve(args) => Flags {
            host: args.host.clone(),
            port: args.port,
            watch: args.watch.clone(),
            backup_folder: args.backup_folder.clone(),
            log: args.log.clone(),
            log_format: args.log_format.clone(),
            ..flags
        },
        Command::Demo(args) => Flags { port: Some(args.port), ..flags },
        _ => flags,
    }
}

/// Hands the command to the server that runs on the folder, or carries it out here.
fn dispatch(config: &Config, command: Command, out: &mut Terminal) -> Result<u8> {
    let cwd = std::env::current_dir()?;
    let request = socket::Request { command, cwd: cwd.clone() };
    // Between a server's lock and its socket lies a moment; so does between two commands.
    for _ in 0..50 {
        if let Some(code) = socket::call(&config.data, &request, out)? {
            return Ok(code);
        }
        if let Some(lock) = folder::Lock::take(&config.data)? {
            let context = Context { app: open::open(config, Clock::System)?, cwd };
            let code = commands::run_and_report(&context, &request.command, out);
            if let Err(error) = capability::Wire::new(&context.app).tell() {
                tracing::debug!(%error, "other nodes do not hear of this; they see it a little later");
            }
            drop(context);
            drop(lock);
            return Ok(code);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(Error::conflict(format!(
        "another folkmoot command works in {} and cannot be reached. Wait until it is done, or stop the server first.",
        config.data.display()
    )))
}

/// Starts the log on standard error.
fn start_log(config: &Config) -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log).map_err(|e| {
        Error::invalid(format!("log is \"{}\": {e}; write it as info or info,access=debug", config.log))
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if config.log_format == "json" {
        builder.json().init();
    } else {
        builder.init();
    }
    Ok(())
}
