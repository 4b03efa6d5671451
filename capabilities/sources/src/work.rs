//! What runs in the background: imports, looks ahead, taking back, correcting a zone. Each on a thread of its
//! own, watched through [`Work`]. Everything that must outlive the process or that other nodes show (who works on what,
//! how far it is, why it broke off) is in the database: imports and taking back keep it themselves, a look and a zone
//! here, as a lease ([`jobs::lease`]).

use crate::store;
use crate::uploads::{self, Upload};
use ::store::{Conn, Dialect, Priority};
use base::{Error, ErrorKind, Micros, Result, Zone};
use capability::App;
use capability::notices::Notice;
use community::settings;
use connect::import::{self, ImportState, Progress, Request, Runner, Summary};
use jobs::lease::{self, Lease};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The topic of the event stream that pages with imports listen to.
pub(crate) const TOPIC: &str = "imports";

/// How often progress is told to open pages: once a second.
const TELL_EVERY: Micros = 1_000_000;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    /// An import, by its id.
    Import,
    /// Looking what an import would do, by the upload's id.
    Look,
    /// Taking an import back, by its id.
    Undo,
    /// Reading a source's times in another zone, by the source's id.
    Zone,
}

/// One thing that runs, or ended with something to say.
#[derive(Debug, Default)]
pub(crate) struct Work {
    progress: Mutex<Progress>,
    stop: AtomicBool,
    end: Mutex<Option<Result<Option<Summary>>>>,
}

type Works = BTreeMap<(Task, String), Arc<Work>>;

static WORKS: Mutex<Works> = Mutex::new(Works::new());

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that broke down while it held one of these left a whole value behind.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Work {
    /// How far it is.
    pub(crate) fn progress(&self) -> Progress {
        held(&self.progress).clone()
    }

    /// How it ended; `None` while it runs.
    pub(crate) fn end(&self) -> Option<Result<Option<Summary>>> {
        held(&self.end).clone()
    }

    /// Asks it to stop at its next safe place.
    pub(crate) fn ask_to_stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// The work of this kind on this thing, running or ended.
pub(crate) fn find(task: Task, id: &str) -> Option<Arc<Work>> {
    held(&WORKS).get(&(task, id.to_owned())).cloned()
}

/// Whether it runs in this process.
pub(crate) fn is_running(task: Task, id: &str) -> bool {
    find(task, id).is_some_and(|w| w.end().is_none())
}

/// Why it ended in the middle, if it did so in this process.
pub(crate) fn failure(task: Task, id: &str) -> Option<String> {
    let work = find(task, id)?;
    let error = work.end()?.err()?;
    let asked = error.kind == ErrorKind::Unavailable && work.stop.load(Ordering::Relaxed);
    Some(if asked { STOPPED.to_owned() } else { error.message })
}

/// What is said of work that somebody stopped.
pub(crate) const STOPPED: &str = "It was stopped.";

/// Forgets how it ended.
pub(crate) fn forget(task: Task, id: &str) {
    held(&WORKS).remove(&(task, id.to_owned()));
}

/// Forgets how a look ended, on every node.
///
/// # Errors
/// When the database says no.
pub(crate) fn forget_look(app: &App, upload: &str) -> Result<()> {
    forget(Task::Look, upload);
    app.db.write(Priority::Bulk, |tx| lease::forget(tx, upload))
}

/// The words of a lease for what has no table of its own; its subject is the upload or the source.
const LOOK: &str = "look";
pub(crate) const ZONE: &str = "source-zone";

/// Takes a look or a zone on for this node.
fn take_on(app: &App, subject: &str, task: &str) -> Result<Lease> {
    Lease::take(&app.db, subject, task)?.ok_or_else(|| {
        Error::conflict(format!("{subject} is being worked on already; wait until that is done"))
    })
}

/// Ends a look or a zone: what came of it stays for every node to show.
fn hand_in(app: &App, lease: &Lease, result: Result<Option<Summary>>) -> Result<Option<Summary>> {
    match &result {
        Err(e) => lease.give_back(Some(&e.message), None),
        Ok(None) => {
            app.db.write(Priority::Bulk, |tx| lease.end_in(tx))?;
            lease.ended();
        }
        Ok(Some(summary)) => {
            let text = serde_json::to_string(summary).map_err(|e| Error::internal(e.to_string()))?;
            lease.give_back(None, Some(&text));
        }
    }
    result
}

/// Runs `run` on a thread of its own under this name.
fn spawn(
    app: &App,
    (task, id): (Task, &str),
    work: Arc<Work>,
    run: impl FnOnce(&App, &Work) -> Result<Option<Summary>> + Send + 'static,
) -> Result<()> {
    {
        let mut works = held(&WORKS);
        let key = (task, id.to_owned());
        if works.get(&key).is_some_and(|w| w.end().is_none()) {
            return Err(Error::conflict(format!("{id} is being worked on already; wait until that is done")));
        }
        works.insert(key, Arc::clone(&work));
    }
    app.events.tell(TOPIC);
    let (app, name, id) = (app.clone(), format!("{task:?}").to_lowercase(), id.to_owned());
    let begun = std::thread::Builder::new().name(name).spawn({
        let work = Arc::clone(&work);
        move || {
            base::give_way();
            let result = catch_unwind(AssertUnwindSafe(|| run(&app, &work)))
                .unwrap_or_else(|_| Err(Error::internal("this broke down; the server's log says more")));
            if let Err(error) = &result {
                tracing::warn!(?task, %id, %error, "work in the background ended early");
            }
            *held(&work.end) = Some(result.clone());
            app.events.tell(TOPIC);
            tell_of_end(&app, task, &id, &work, &result);
        }
    });
    if let Err(e) = begun {
        let e = Error::from(e).at("the server has no thread left for this");
        *held(&work.end) = Some(Err(e.clone()));
        return Err(e);
    }
    Ok(())
}

/// Says behind the bell how long work ended. A look ahead says it on its own page.
fn tell_of_end(app: &App, task: Task, id: &str, work: &Work, result: &Result<Option<Summary>>) {
    if task == Task::Look || app.is_stopping() {
        return;
    }
    let stopped = work.stop.load(Ordering::Relaxed);
    let (name, link) = match task {
        Task::Zone => (String::new(), format!("/desk/sources/{id}")),
        _ => {
            let found = app.db.read(|c| import::get(c, id));
            (
                found.map_or_else(|_| "an export".to_owned(), |i| i.input),
                format!("/desk/sources/imports/{id}"),
            )
        }
    };
    let (tone, text) = match (task, result) {
        (_, Err(_)) if stopped => return,
        (Task::Import, Ok(Some(s))) => {
            let n = ui::format::counted(s.activities, "activity", "activities");
            (ui::Tone::Good, format!("Import of {name} finished: {n} came into {}", s.source))
        }
        (Task::Import, Err(e)) => (ui::Tone::Bad, format!("Import of {name} broke off: {}", e.message)),
        (Task::Undo, Ok(_)) => (ui::Tone::Good, format!("Import of {name} is taken back")),
        (Task::Undo, Err(e)) => (ui::Tone::Bad, format!("{name} was not taken back: {}", e.message)),
        (Task::Zone, Ok(_)) => (ui::Tone::Good, "The times of a source are read in its new zone".to_owned()),
        (Task::Zone, Err(e)) => (ui::Tone::Bad, format!("The zone was not corrected: {}", e.message)),
        _ => return,
    };
    app.notify(&Notice { account: None, tone, text: &text, link: &link });
}

fn runner<'a>(app: &'a App, stop: &'a AtomicBool) -> Runner<'a> {
    Runner { community: &app.community, importers: app.importers, clock: &app.clock, stop }
}

/// Passes progress on, and the server's wish to end.
fn watch<'a>(app: &'a App, work: &'a Work) -> impl FnMut(&Progress) + 'a {
    let mut told = 0;
    move |p| {
        held(&work.progress).clone_from(p);
        if p.elapsed_micros - told >= TELL_EVERY {
            told = p.elapsed_micros;
            app.events.tell(TOPIC);
        }
        if app.is_stopping() {
            work.ask_to_stop();
        }
    }
}

/// Begins an import and returns its id as soon as its input was looked at. Blocks until then.
///
/// # Errors
/// What is wrong with the input or does not fit the source.
pub(crate) fn start_import(app: &App, request: &Request) -> Result<String> {
    let work = Arc::new(Work::default());
    let started = import::begin(&runner(app, &work.stop), request)?;
    let id = started.id().to_owned();
    *held(&work.progress) = Progress::none(&id);
    spawn(app, (Task::Import, &id), work, {
        let id = id.clone();
        move |app, work| {
            let result = runner(app, &work.stop).run(started, &mut watch(app, work));
            tidy_up(app, &id);
            result.map(Some)
        }
    })?;
    Ok(id)
}

/// Continues an interrupted import.
///
/// # Errors
/// `Conflict` when it is not interrupted, `NotFound` when its files are not here.
pub(crate) fn resume_import(app: &App, id: &str) -> Result<()> {
    let (found, paths) = app.db.read(|c| {
        let found = import::get(c, id)?;
        let paths = store::paths(c, found.import_id)?;
        Ok((found, paths))
    })?;
    if found.state != ImportState::Running || found.live {
        return Err(Error::conflict("only an interrupted import can be continued, and this one is none"));
    }
    if let Some(gone) = paths.iter().find(|p| !p.exists()) {
        let name = gone.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        if let Some(node) = found.node.filter(|n| !n.own) {
            return Err(Error::not_found(format!(
                "the file {name} of this import lies on {}: continue it there, or give all servers one upload_folder",
                node.name
            )));
        }
        return Err(Error::not_found(format!(
            "the file {name} of this import is gone: take the import back and upload the export again"
        )));
    }
    let work = Arc::new(Work::default());
    let started = runner(app, &work.stop).take_up(id)?;
    *held(&work.progress) = Progress::none(id);
    let owned = id.to_owned();
    spawn(app, (Task::Import, id), work, move |app, work| {
        let result = runner(app, &work.stop).run(started, &mut watch(app, work));
        tidy_up(app, &owned);
        result.map(Some)
    })
}

/// Stops a running import at its next safe place, on whatever node; it can be continued or taken back.
///
/// # Errors
/// `Conflict` when it does not run.
pub(crate) fn stop_import(app: &App, id: &str) -> Result<()> {
    if !app.db.write(Priority::Interactive, |tx| lease::ask_to_stop(tx, id))? {
        return Err(Error::conflict("this import does not run any more"));
    }
    if let Some(work) = find(Task::Import, id) {
        work.ask_to_stop();
    }
    app.events.tell(TOPIC);
    Ok(())
}

/// Looks what an import of an upload would do.
///
/// # Errors
/// `Conflict` when that is under way.
pub(crate) fn start_look(app: &App, upload: &str, request: Request) -> Result<()> {
    let lease = take_on(app, upload, LOOK)?;
    spawn(app, (Task::Look, upload), Arc::default(), move |app, work| {
        let mut watch = watch(app, work);
        let mut noted = 0;
        let seen = import::dry_run(&runner(app, &work.stop), &request, &mut |p| {
            watch(p);
            if p.elapsed_micros - noted >= TELL_EVERY {
                noted = p.elapsed_micros;
                note(app, &lease, p);
            }
        });
        hand_in(app, &lease, seen.map(Some))
    })
}

/// Takes an import back.
///
/// # Errors
/// `Conflict` when that is under way.
pub(crate) fn start_undo(app: &App, id: &str) -> Result<()> {
    let found = app.db.read(|c| import::get(c, id))?;
    let total = found.summary.activities;
    let owned = id.to_owned();
    spawn(app, (Task::Undo, id), Arc::default(), move |app, work| {
        let began = app.clock.now();
        import::undo(&app.community, &owned, began, &mut |left| {
            *held(&work.progress) = Progress {
                import: owned.clone(),
                bytes: total.saturating_sub(left),
                total_bytes: total,
                records: total.saturating_sub(left),
                elapsed_micros: app.clock.now() - began,
            };
        })?;
        forget(Task::Import, &owned);
        tidy_up(app, &owned);
        Ok(None)
    })
}

/// Reads the times of a source in another zone.
///
/// # Errors
/// `Conflict` when that is under way.
pub(crate) fn start_zone(app: &App, source: &str, zone: Zone) -> Result<()> {
    let owned = source.to_owned();
    let lease = take_on(app, source, ZONE)?;
    spawn(app, (Task::Zone, source), Arc::default(), move |app, _| {
        let done = app.community.set_source_zone(&owned, &zone).map(|()| None);
        hand_in(app, &lease, done)
    })
}

/// Writes how far a look is, for other nodes. What cannot be written is no reason to end it.
fn note(app: &App, lease: &Lease, progress: &Progress) {
    let written = serde_json::to_string(progress)
        .map_err(|e| Error::internal(e.to_string()))
        .and_then(|text| app.db.write(Priority::Bulk, |tx| lease.confirm(tx, Some(&text)).map(|_| ())));
    if let Err(error) = written {
        tracing::debug!(%error, "how far a look is could not be written");
    }
}

/// Removes the uploaded files of an import that needs them no more.
fn tidy_up(app: &App, id: &str) {
    let found = app.db.read(|c| {
        let found = import::get(c, id)?;
        let paths = store::paths(c, found.import_id)?;
        Ok((found.state, paths))
    });
    match found {
        Ok((ImportState::Done | ImportState::Failed | ImportState::Undone, paths)) => {
            if let Some(upload) = Upload::holding(app, &paths) {
                upload.remove();
            }
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(import = id, %error, "the upload of an import was not removed"),
    }
}

/// Removes uploads of which nothing came for a day.
///
/// # Errors
/// When the database says no.
pub(crate) fn sweep_uploads(app: &App) -> Result<()> {
    let (unfinished, looks) = app.db.read(|c| Ok((store::unfinished(c)?, lease::list(c, LOOK)?)))?;
    let mut keep: BTreeSet<String> =
        unfinished.iter().filter_map(|(_, paths)| Upload::holding(app, paths)).map(|u| u.id).collect();
    keep.extend(looks.iter().filter(|l| l.held).map(|l| l.subject.clone()));
    uploads::sweep(app, &keep);
    // What is known of a look is of no use without its upload.
    let gone: Vec<&str> = looks
        .iter()
        .filter(|l| l.own && !l.held && Upload::find(app, &l.subject).is_none())
        .map(|l| l.subject.as_str())
        .collect();
    if gone.is_empty() {
        return Ok(());
    }
    app.db.write(Priority::Bulk, |tx| gone.iter().try_for_each(|upload| lease::forget(tx, upload)))
}

/// Whether the files of an import lie on another node: its path may be the same there.
fn elsewhere(app: &App, found: &import::ImportRecord, paths: &[PathBuf]) -> bool {
    let away = found.node.as_ref().is_some_and(|n| !n.own);
    away && (paths.iter().any(|p| !p.exists())
        || !app.db.read(|c| import::is_within_reach(c, found.import_id)).unwrap_or(false))
}

/// Continues the imports of uploads that a crash or the end of the server interrupted, unless somebody stopped
/// them; called once at start. Returns how many go on.
///
/// # Errors
/// When the database says no. An import that cannot be continued stays interrupted and is only logged.
pub fn resume_interrupted(app: &App) -> Result<usize> {
    let mut going_on = 0;
    for (found, paths) in app.db.read(store::unfinished)? {
        if Upload::holding(app, &paths).is_none() || elsewhere(app, &found, &paths) {
            continue;
        }
        if found.live || found.stopped {
            continue;
        }
        match resume_import(app, &found.summary.import) {
            Ok(()) => going_on += 1,
            Err(e) if e.kind == ErrorKind::NotFound => {
                tracing::warn!(import = %found.summary.import, error = %e, "an interrupted import was not continued");
            }
            Err(e) => return Err(e),
        }
    }
    sweep_uploads(app)?;
    Ok(going_on)
}

/// How often is looked for what other nodes left.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Begins to go on with what nodes that died left, where there can be several; ends when the server does.
///
/// # Errors
/// When there is no thread to be had.
pub fn take_over(app: &App) -> Result<()> {
    if app.db.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let app = app.clone();
    std::thread::Builder::new().name("take-over".into()).spawn(move || {
        while !app.is_stopping() {
            if let Err(error) = take_over_once(&app) {
                tracing::warn!(%error, "what other nodes left could not be looked at; trying again");
            }
            // Short steps, so that the program ends without waiting for this.
            for _ in 0..10 {
                if app.is_stopping() {
                    return;
                }
                std::thread::sleep(LOOK_EVERY / 10);
            }
        }
    })?;
    Ok(())
}

/// Goes on with what nodes that died left: a zone that is being changed, imports that are being taken back, imports
/// whose files can be read here, unless somebody stopped them or they broke off by themselves. What a single command
/// began waits for whoever began it. Blocks while it recovers; imports go on by themselves.
///
/// # Errors
/// When the database says no.
pub fn take_over_once(app: &App) -> Result<()> {
    if app.db.read(is_zone_left)? {
        app.community.recover()?;
    }
    import::finish_undos(&app.community, app.clock.now())?;
    for (found, paths) in app.db.read(store::unfinished)? {
        let left = found.node.as_ref().is_some_and(|n| n.served && !n.own);
        let own_upload = found.node.as_ref().is_some_and(|n| n.own) && Upload::holding(app, &paths).is_some();
        if found.live || found.stopped || found.trouble.is_some() || !(left || own_upload) {
            continue;
        }
        if !app.db.read(|c| import::is_within_reach(c, found.import_id))? {
            continue;
        }
        match resume_import(app, &found.summary.import) {
            Ok(()) => {
                tracing::info!(import = %found.summary.import, "an import that another node left goes on here")
            }
            // Another node was quicker.
            Err(e) if e.kind == ErrorKind::Conflict => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Whether a change of a zone is not at its end and nobody works on it, as far as can be told. Both may be done by two
/// at once without harm.
fn is_zone_left(c: &mut Conn<'_>) -> Result<bool> {
    let rebuild = settings::get(c, "work.rebuild")?.is_some();
    let restamp = settings::get(c, "work.restamp")?.is_some();
    Ok(rebuild || (restamp && lease::list(c, ZONE)?.iter().all(|l| !l.held)))
}
