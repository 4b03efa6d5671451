//! The watched folder: what is dropped there is imported with the same guards as an upload, then moved to
//! `done` or `failed` with a report beside it.
//!
//! Looked at every five seconds; nothing of the operating system tells us of changes. A file in a folder that is
//! named like a source belongs to that source. What cannot be decided stays where it is, and Sources asks.

use crate::store;
use crate::work::{self, Task};
use base::{Error, ErrorKind, Micros, Result};
use capability::App;
use capability::notices::Notice;
use community::sources;
use connect::import::{Request, Summary};
use connect::{Files, ImportOptions};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};
use ui::Tone;

/// How long a file must not have changed: 5 seconds.
const STABLE: Micros = 5_000_000;
/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Where imported files go, and those that could not be imported.
const DONE: &str = "done";
const FAILED: &str = "failed";
/// Endings of copies and downloads under way.
const UNFINISHED: [&str; 5] = [".part", ".tmp", ".crdownload", ".partial", ".filepart"];
/// Who is named as the one who imported.
const BY: &str = "watched folder";

/// How the folder stands, for the page of sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// When it was looked at last.
    pub looked_at: Option<Micros>,
    /// What lies there and waits: its name, and for what.
    pub waiting: Vec<(String, String)>,
    /// Why it could not be looked at.
    pub trouble: Option<String>,
}

static FOLDER: Mutex<Option<Folder>> = Mutex::new(None);

fn held() -> MutexGuard<'static, Option<Folder>> {
    FOLDER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The watched folder, if one is watched.
pub(crate) fn folder() -> Option<Folder> {
    held().clone()
}

/// Watches a folder until the program ends; makes it when there is none.
///
/// # Errors
/// When it cannot be made, or there is no thread for it.
pub fn watch(app: &App, folder: &Path) -> Result<()> {
    let mut watcher = Watcher::new(app, folder)?;
    let app = app.clone();
    std::thread::Builder::new().name("watch".into()).spawn(move || {
        base::give_way();
        while !app.is_stopping() {
            watcher.look();
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

/// Size and time of change; of a folder those of everything in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shape {
    bytes: u64,
    files: u64,
    changed: u128,
}

/// Something that was dropped.
struct Item {
    path: PathBuf,
    /// With its folder, as people read it.
    name: String,
    /// The source whose folder it lies in.
    source: Option<String>,
}

/// What became of an item.
enum End {
    /// Imported.
    Done(Box<Summary>),
    /// Not of a format, or broken; with why.
    Failed(String),
    /// Somebody must say where it belongs.
    Ask(String),
    /// Not now.
    Later(String),
}

/// Looks at a folder and imports what lies there.
pub struct Watcher {
    app: App,
    folder: PathBuf,
    seen: BTreeMap<PathBuf, (Shape, Micros)>,
    asked: BTreeMap<PathBuf, (Shape, Vec<String>)>,
}

impl Watcher {
    /// For this folder, which is made when there is none.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(app: &App, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .map_err(|e| Error::from(e).at(format!("the watched folder {}", folder.display())))?;
        let folder = std::path::absolute(folder)?;
        *held() = Some(Folder { path: folder.clone(), ..Folder::default() });
        Ok(Self { app: app.clone(), folder, seen: BTreeMap::new(), asked: BTreeMap::new() })
    }

    /// Looks once. What has not changed since an earlier look is imported, one after the other. Blocks.
    pub fn look(&mut self) {
        let now = self.app.clock.now();
        let (items, trouble) = match items(&self.folder) {
            Ok(items) => (items, None),
            Err(e) => (Vec::new(), Some(format!("The folder cannot be read: {e}"))),
        };
        self.seen.retain(|path, _| items.iter().any(|i| i.path == *path));
        self.asked.retain(|path, _| items.iter().any(|i| i.path == *path));
        let mut waiting = Vec::new();
        for item in &items {
            if self.app.is_stopping() {
                break;
            }
            let shape = shape(&item.path);
            let (before, since) = *self.seen.entry(item.path.clone()).or_insert((shape, now));
            if before != shape {
                self.seen.insert(item.path.clone(), (shape, now));
                waiting.push((item.name.clone(), "It is still being copied.".to_owned()));
            } else if now - since < STABLE {
                waiting.push((item.name.clone(), "It was just put here.".to_owned()));
            } else if let Some(why) = self.handle(item, shape) {
                waiting.push((item.name.clone(), why));
            }
        }
        let folder = Folder { path: self.folder.clone(), looked_at: Some(now), waiting, trouble };
        let moved =
            held().as_ref().is_none_or(|f| f.waiting != folder.waiting || f.trouble != folder.trouble);
        *held() = Some(folder);
        if moved {
            self.app.events.tell(work::TOPIC);
        }
    }

    /// Imports one item. Why it stays, if it does.
    fn handle(&mut self, item: &Item, shape: Shape) -> Option<String> {
        let end = match self.known_question(item, shape) {
            Some(question) => End::Ask(question),
            None => self.import(item),
        };
        let (place, report) = match end {
            End::Done(summary) => (DONE, report(item, &summary)),
            End::Failed(why) => {
                let first = why.lines().next().unwrap_or_default();
                let text = format!(
                    "{} of the watched folder was not imported: {first} The report beside it says more.",
                    item.name
                );
                self.notify(Tone::Bad, &text);
                (FAILED, format!("{} was not imported.\n\n{why}\n", item.name))
            }
            End::Ask(question) => {
                self.ask(item, shape, &question);
                return Some(question);
            }
            End::Later(why) => return Some(why),
        };
        if let Err(e) = put_away(&self.folder, place, item, &report) {
            // It would be imported again and again, each time adding nothing.
            tracing::error!(file = %item.path.display(), error = %e, "a file of the watched folder cannot be moved");
            return Some(format!("It was read but cannot be moved to {place}: {e}"));
        }
        None
    }

    /// The question that is open about an item: it holds while the file and the names of sources are the same.
    fn known_question(&self, item: &Item, shape: Shape) -> Option<String> {
        let (before, asked) = self.asked.get(&item.path)?;
        let same = *before == shape && asked[1..] == self.source_names();
        same.then(|| asked[0].clone())
    }

    fn source_names(&self) -> Vec<String> {
        let sources = self.app.db.read(sources::list).unwrap_or_default();
        sources.into_iter().map(|s| s.name).collect()
    }

    fn ask(&mut self, item: &Item, shape: Shape, question: &str) {
        let mut kept = vec![question.to_owned()];
        kept.extend(self.source_names());
        if self.asked.insert(item.path.clone(), (shape, kept)).is_none() {
            self.notify(Tone::Warn, &format!("{} waits in the watched folder: {question}", item.name));
        }
    }

    fn notify(&self, tone: Tone, text: &str) {
        self.app.notify(&Notice { account: None, tone, text, link: "/desk/sources#watched" });
    }

    fn import(&self, item: &Item) -> End {
        let request = match self.request(item) {
            Ok(request) => request,
            Err(end) => return end,
        };
        let id = match work::start_import(&self.app, &request) {
            Ok(id) => id,
            Err(e) if e.kind == ErrorKind::Invalid => return End::Failed(e.message),
            // Another import of the source runs, or ids that do not fit: the first passes, the second is asked.
            Err(e) if e.kind == ErrorKind::Conflict => {
                return if e.message.contains("running") || e.message.contains("interrupted") {
                    End::Later(e.message)
                } else {
                    End::Ask(e.message)
                };
            }
            Err(e) => return End::Later(e.message),
        };
        loop {
            match work::find(Task::Import, &id).map(|w| w.end()) {
                Some(None) => std::thread::sleep(Duration::from_millis(50)),
                Some(Some(Ok(Some(summary)))) => return End::Done(Box::new(summary)),
                Some(Some(Err(e))) if e.kind == ErrorKind::Invalid => return End::Failed(e.message),
                Some(Some(Err(e))) => return End::Later(e.message),
                Some(Some(Ok(None))) | None => return End::Later("It was stopped.".into()),
            }
        }
    }

    /// What is to be imported, once format and source are clear.
    fn request(&self, item: &Item) -> std::result::Result<Request, End> {
        let known = self.app.db.read(sources::list).map_err(|e| End::Later(e.message))?;
        let own = item.source.as_ref().and_then(|name| known.iter().find(|s| s.name == *name));
        let map = match own {
            Some(s) => {
                self.app.db.read(|c| store::last_map(c, s.source_id)).map_err(|e| End::Later(e.message))?
            }
            None => None,
        };
        let (mut fitting, refusals) = self.formats(&item.path, map.as_deref());
        if let Some(source) = own
            && fitting.contains(&source.format.as_str())
        {
            fitting.retain(|f| *f == source.format);
        }
        let format = match fitting.as_slice() {
            [] => return Err(End::Failed(format!("It is of no known format.\n{refusals}"))),
            [one] => *one,
            several => {
                let text = format!(
                    "It could be of several formats ({}). Import it by hand, or move it into a folder named like its source.",
                    several.join(", ")
                );
                return Err(End::Ask(text));
            }
        };
        let same: Vec<&str> = known.iter().filter(|s| s.format == format).map(|s| s.name.as_str()).collect();
        if item.source.is_none() && same.len() > 1 {
            let text = format!(
                "Several sources have this format ({}). Move it into a folder with the name of one, such as {}/.",
                same.join(", "),
                same[0]
            );
            return Err(End::Ask(text));
        }
        Ok(Request {
            format: format.to_owned(),
            paths: vec![item.path.clone()],
            source: item.source.clone(),
            map,
            by: BY.into(),
            label: Some(item.name.clone()),
            ..Request::default()
        })
    }

    /// The formats that a file is of, and what the others said.
    fn formats(&self, path: &Path, map: Option<&str>) -> (Vec<&'static str>, String) {
        let options = ImportOptions { map: map.map(str::to_owned), ..ImportOptions::default() };
        let (mut fitting, mut refusals) = (Vec::new(), String::new());
        for importer in self.app.importers {
            let format = importer.format();
            let found = Files::open(&[path.to_owned()]).and_then(|mut f| importer.inspect(&mut f, &options));
            match found {
                Ok(_) => fitting.push(format.id),
                Err(e) => {
                    // Writing into a string cannot fail.
                    let _ = writeln!(refusals, "- {}: {}", format.title, e.message);
                }
            }
        }
        (fitting, refusals)
    }
}

/// What lies in the folder: files, and files and folders within folders that are named like sources.
fn items(folder: &Path) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for (name, path, is_folder) in entries(folder)? {
        if !is_folder {
            items.push(Item { path, name, source: None });
        } else if name != DONE && name != FAILED {
            // A folder that vanished meanwhile holds nothing.
            for (inner, path, _) in entries(&path).unwrap_or_default() {
                items.push(Item { path, name: format!("{name}/{inner}"), source: Some(name.clone()) });
            }
        }
    }
    Ok(items)
}

/// Names in a folder, without hidden ones, links, and copies under way.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf, bool)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let under_way = UNFINISHED.iter().any(|end| name.to_lowercase().ends_with(end));
        if kind.is_symlink() || name.starts_with(['.', '~']) || under_way {
            continue;
        }
        found.push((name, entry.path(), kind.is_dir()));
    }
    found.sort_by(|a, b| connect::natural_order(&a.0, &b.0));
    Ok(found)
}

fn shape(path: &Path) -> Shape {
    let mut whole = Shape::default();
    let mut paths = vec![path.to_owned()];
    while let Some(path) = paths.pop() {
        // What vanishes while it is looked at changes the shape, and is looked at again.
        let Ok(meta) = std::fs::symlink_metadata(&path) else { continue };
        if meta.is_dir() {
            paths.extend(std::fs::read_dir(&path).into_iter().flatten().flatten().map(|e| e.path()));
        }
        let changed = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        whole.files += 1;
        whole.bytes += if meta.is_dir() { 0 } else { meta.len() };
        whole.changed = whole.changed.max(changed.map_or(0, |d| d.as_nanos()));
    }
    whole
}

/// Moves an item to `done` or `failed`, under a name that is free, and writes the report beside it.
fn put_away(folder: &Path, place: &str, item: &Item, report: &str) -> Result<()> {
    let target = folder.join(place).join(&item.name);
    let parent = target.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)?;
    let file = target.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let free = |n: u32| if n == 1 { file.clone() } else { format!("{n}-{file}") };
    let beside = |name: &str| parent.join(format!("{name}.txt"));
    let name = (1..)
        .map(free)
        .find(|name| !parent.join(name).exists() && !beside(name).exists())
        .unwrap_or_else(|| file.clone());
    std::fs::rename(&item.path, parent.join(&name))?;
    std::fs::write(beside(&name), report)?;
    Ok(())
}

/// What came in, in words.
fn report(item: &Item, s: &Summary) -> String {
    let mut text = format!("{} was imported into {}.\n\n", item.name, s.source);
    let mut line = |words: &str, n: u64| {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{n:>12}  {words}");
    };
    line("records read", s.records);
    line("activities came in", s.activities);
    line("were there already", s.duplicates);
    line("people seen for the first time", s.people);
    line("channels seen for the first time", s.channels);
    for skipped in &s.skipped {
        line(&format!("skipped: {}", skipped.reason), skipped.count);
    }
    if let (Some(first), Some(last)) = (&s.first, &s.last) {
        let _ = writeln!(text, "\nFrom {first} to {last}.");
    }
    for warning in &s.warnings {
        let _ = writeln!(text, "{warning}");
    }
    let _ = writeln!(text, "\nTake it back with: folkmoot imports undo {}", s.import);
    text
}
