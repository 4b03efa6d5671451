//! What runs in the background: imports, looks ahead, taking back, correcting a zone. Each on a thread of its
//! own, watched through [`Work`]; everything that must outlive the process is in the database.

use crate::store;
use crate::uploads::{self, Upload};
use base::{Error, ErrorKind, Micros, Result, Zone};
use capability::App;
use capability::notices::Notice;
use connect::import::{self, ImportState, Progress, Request, Runner, Summary};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The mark in an upload's folder that says: somebody stopped this import, do not continue it by itself.
const STOPPED: &str = "stopped";

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

/// Ids of what runs of this kind.
pub(crate) fn running(task: Task) -> Vec<String> {
    let works = held(&WORKS);
    works.iter().filter(|(key, w)| key.0 == task && w.end().is_none()).map(|(key, _)| key.1.clone()).collect()
}

/// Whether it runs.
pub(crate) fn is_running(task: Task, id: &str) -> bool {
    find(task, id).is_some_and(|w| w.end().is_none())
}

/// Why it ended in the middle, if it did.
pub(crate) fn failure(task: Task, id: &str) -> Option<String> {
    let work = find(task, id)?;
    let error = work.end()?.err()?;
    let asked = error.kind == ErrorKind::Unavailable && work.stop.load(Ordering::Relaxed);
    Some(if asked { "It was stopped.".to_owned() } else { error.message })
}

/// Forgets how it ended.
pub(crate) fn forget(task: Task, id: &str) {
    held(&WORKS).remove(&(task, id.to_owned()));
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
/// `Conflict` when it is not interrupted, `NotFound` when its files are gone.
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
        return Err(Error::not_found(format!(
            "the file {name} of this import is gone: take the import back and upload the export again"
        )));
    }
    if let Some(upload) = Upload::holding(app, &paths)
        && let Err(e) = std::fs::remove_file(upload.beside(STOPPED))
        && e.kind() != std::io::ErrorKind::NotFound
    {
        return Err(e.into());
    }
    let work = Arc::new(Work::default());
    *held(&work.progress) = Progress::none(id);
    let owned = id.to_owned();
    spawn(app, (Task::Import, id), work, move |app, work| {
        let result = runner(app, &work.stop).resume(&owned, &mut watch(app, work));
        tidy_up(app, &owned);
        result.map(Some)
    })
}

/// Stops a running import at its next safe place; it can be continued or taken back.
///
/// # Errors
/// `Conflict` when it does not run here.
pub(crate) fn stop_import(app: &App, id: &str) -> Result<()> {
    let work = find(Task::Import, id).filter(|w| w.end().is_none()).ok_or_else(|| {
        Error::conflict("this import does not run, or was begun by a command: stop it where it was begun")
    })?;
    let paths = app.db.read(|c| {
        let found = import::get(c, id)?;
        store::paths(c, found.import_id)
    })?;
    if let Some(upload) = Upload::holding(app, &paths) {
        std::fs::write(upload.beside(STOPPED), "")?;
    }
    work.ask_to_stop();
    Ok(())
}

/// Looks what an import of an upload would do.
///
/// # Errors
/// `Conflict` when that is under way.
pub(crate) fn start_look(app: &App, upload: &str, request: Request) -> Result<()> {
    spawn(app, (Task::Look, upload), Arc::default(), move |app, work| {
        import::dry_run(&runner(app, &work.stop), &request, &mut watch(app, work)).map(Some)
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
    spawn(app, (Task::Zone, source), Arc::default(), move |app, _| {
        app.community.set_source_zone(&owned, &zone).map(|()| None)
    })
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
    let unfinished = app.db.read(store::unfinished)?;
    let mut keep: BTreeSet<String> =
        unfinished.iter().filter_map(|(_, paths)| Upload::holding(app, paths)).map(|u| u.id).collect();
    keep.extend(
        held(&WORKS)
            .iter()
            .filter(|((task, _), w)| *task == Task::Look && w.end().is_none())
            .map(|((_, id), _)| id.clone()),
    );
    uploads::sweep(app, &keep);
    Ok(())
}

/// Continues the imports of uploads that a crash or the end of the server interrupted, unless somebody stopped
/// them; called once at start. Returns how many go on.
///
/// # Errors
/// When the database says no. An import that cannot be continued stays interrupted and is only logged.
pub fn resume_interrupted(app: &App) -> Result<usize> {
    let mut going_on = 0;
    for (found, paths) in app.db.read(store::unfinished)? {
        let Some(upload) = Upload::holding(app, &paths) else { continue };
        if found.live || upload.beside(STOPPED).exists() {
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
