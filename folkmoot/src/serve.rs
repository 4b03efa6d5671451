//! `folkmoot serve`: the server, its socket, and a calm end.

use crate::commands::{self, Context};
use crate::config::Config;
use crate::folder::Lock;
use crate::open::open_as;
use crate::out::Out;
use crate::socket::{Request, Socket};
use base::{Clock, Error, Result};
use capability::App;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Priority;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// How long open connections may take to finish when the server ends.
const GRACE: Duration = Duration::from_secs(10);

/// Threads that wait for the database and the disk. The store lends up to 12 connections at a time: more threads
/// would only wait for one, and the allocator keeps memory for each.
const BLOCKING_THREADS: usize = 16;

/// Runs the server until it is told to end.
///
/// # Errors
/// `Conflict` when another server or command works in the folder; `Unavailable` when the database or the port
/// cannot be had.
pub fn serve(config: &Config, out: &mut dyn Out) -> Result<()> {
    let Some(lock) = Lock::take(&config.data)? else {
        return Err(Error::conflict(format!(
            "another folkmoot works in {}: a server, or a command that is not done yet. Stop it, or choose \
             another folder with --data.",
            config.data.display()
        )));
    };
    let app = open_as(config, Clock::System, true)?;
    if has_own_key_beside_others(&app)? {
        out.note(
            "Other servers work on this database, and this one seals secrets with a key of its own: give all of them \
             the same secret_key, or they cannot open what another sealed.",
        )?;
    }
    let going_on = sources::resume_interrupted(&app)?;
    if going_on > 0 {
        out.note(&format!("{going_on} interrupted imports of uploads go on."))?;
    }
    let result = run(app, config, out, first_run_link);
    drop(lock);
    result
}

/// Whether secrets are sealed with a key that other servers on the database do not have.
fn has_own_key_beside_others(app: &App) -> Result<bool> {
    let servers = app.db.read(jobs::nodes::list)?.iter().filter(|node| node.serves).count();
    Ok(servers > 1 && app.sealer.is_of_this_node())
}

/// Serves an opened program until it is told to end. `sign_in` gives the path of a sign-in link to print.
///
/// # Errors
/// `Unavailable` when the port cannot be had.
pub fn run(
    app: App,
    config: &Config,
    out: &mut dyn Out,
    sign_in: fn(&App) -> Result<Option<String>>,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()?;
    let place = format!("{}:{}", config.host, config.port);
    let listener = runtime.block_on(TcpListener::bind(&place)).map_err(|e| {
        Error::from(e)
            .at(format!("cannot listen on {place} (choose another port with --port, 0 for any free one)"))
    })?;
    let end = runtime.block_on(async { EndSignal::listen() })?;
    let address = address(listener.local_addr()?);
    // Commands that print links need the address that the server got, not the one that was asked for.
    let app = with_address(app, &address);
    let socket = listen_for_commands(&app);
    capability::Wire::begin(&app)?;
    sources::watch(&app, &config.watched())?;
    sources::take_over(&app)?;
    crate::follow::begin(&app);
    crate::spare::begin(&app);
    crate::backups::begin(&app, config);
    let workers = app.begin_jobs()?;
    let deliveries = webhooks::begin(&app)?;
    let metrics = tell_metrics(&runtime, &app, config)?;
    out.line(&format!("{} listens on {address}", base::NAME))?;
    if let Some(at) = metrics {
        out.note(&format!("Metrics are told on http://{at}/metrics"))?;
    }
    if let Some(path) = sign_in(&app)? {
        out.line(&format!("Sign in: {}{path}", commands::accounts::origin(&app)))?;
    }
    let presence = app.presence.clone();
    let result = runtime.block_on(answer(app.clone(), listener, end));
    app.stop();
    drop(socket);
    workers.stop(GRACE);
    deliveries.stop(GRACE);
    // What still runs on blocking threads ends at its next safe place; waiting longer would only look stuck.
    runtime.shutdown_timeout(GRACE);
    // What is still under way is free for other nodes at once.
    if let Some(presence) = presence {
        presence.end();
    }
    result
}

/// Tells metrics on an address of their own, as long as the server runs.
fn tell_metrics(runtime: &Runtime, app: &App, config: &Config) -> Result<Option<SocketAddr>> {
    let Some(address) = config.metrics_address()? else { return Ok(None) };
    let listener = runtime
        .block_on(TcpListener::bind(address))
        .map_err(|e| Error::from(e).at(format!("cannot listen on {address} (metrics_listen)")))?;
    let bound = listener.local_addr()?;
    let token = Some(config.metrics_token.clone()).filter(|t| !t.is_empty());
    let router = capability::meter::metrics(app.clone(), token);
    runtime.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "metrics are not told any more");
        }
    });
    Ok(Some(bound))
}

async fn answer(app: App, listener: TcpListener, end: EndSignal) -> Result<()> {
    let router = capability::assemble(app.clone());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let (told, mut ended) = tokio::sync::watch::channel(false);
    let stop = async move {
        end.heard().await;
        tracing::info!("told to end: finishing open requests");
        app.stop();
        // The receiver below lives as long as this function.
        let _ = told.send(true);
    };
    let server = axum::serve(listener, service).with_graceful_shutdown(stop);
    tokio::select! {
        result = async { server.await } => Ok(result?),
        () = async {
            // An error means that the server ended by itself; the other branch says how.
            if ended.wait_for(|told| *told).await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(GRACE).await;
        } => Ok(()),
    }
}

/// The wish to end: Ctrl-C or the platform's request. Heard from the moment it is made.
struct EndSignal {
    #[cfg(unix)]
    term: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl EndSignal {
    #[cfg(unix)]
    fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { term: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    #[cfg(unix)]
    async fn heard(mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn listen() -> Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn heard(self) {
        // Without a handler the platform ends the program itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// The socket for commands. A server without one still serves browsers, so a failure is said and lived with.
fn listen_for_commands(app: &App) -> Option<Socket> {
    let app_for_commands = app.clone();
    let handler = move |request: &Request, out: &mut dyn Out| {
        let context = Context { app: app_for_commands.clone(), cwd: request.cwd.clone() };
        commands::run_and_report(&context, &request.command, out)
    };
    match Socket::listen(&app.data_dir, Arc::new(handler)) {
        Ok(socket) => Some(socket),
        Err(e) => {
            tracing::error!(error = %e, "no socket: other commands cannot reach this server");
            None
        }
    }
}

fn with_address(mut app: App, address: &str) -> App {
    app.access.public_url.get_or_insert_with(|| address.to_owned());
    app
}

/// The address as a browser takes it.
fn address(bound: SocketAddr) -> String {
    if bound.ip().is_unspecified() {
        format!("http://127.0.0.1:{}", bound.port())
    } else {
        format!("http://{bound}")
    }
}

/// At the first run: makes the first account and a link for it, on which its owner says who they are.
fn first_run_link(app: &App) -> Result<Option<String>> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let account = match access::list(tx)?.as_slice() {
            // Two nodes may start at once on the same PostgreSQL; both get the one account.
            [] => access::first_account(tx, now)?,
            // The link of the first run was never used: here is another.
            [only] if only.email == access::FIRST_EMAIL => only.clone(),
            _ => return Ok(None),
        };
        let token = access::create_link(tx, account.id, now)?;
        Ok(Some(format!("/signin/link/{token}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_a_browser_takes() {
        assert_eq!(address("0.0.0.0:80".parse().expect("an address")), "http://127.0.0.1:80");
        assert_eq!(address("127.0.0.1:8484".parse().expect("an address")), "http://127.0.0.1:8484");
        assert_eq!(address("[::1]:8484".parse().expect("an address")), "http://[::1]:8484");
    }
}
