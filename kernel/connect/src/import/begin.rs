//! Beginning an import: which source, whether its ids fit, whether it was begun before.

use super::record::{self, ImportState, KeptOptions, Started, Tally};
use super::{Progress, Runner};
use crate::{Files, Fingerprint, Format, ImportOptions};
use base::{Error, Result, TypeId, Zone, hash64};
use community::sources::{self, Source};
use jobs::lease::{self, Lease};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Conn, Priority};

/// What somebody asks to be imported.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The format's id.
    pub format: String,
    /// Files, folders, archives.
    pub paths: Vec<PathBuf>,
    /// The source's name; by default the format's only one, or a new one.
    pub source: Option<String>,
    /// The mapping's text or the name of a ready one.
    pub map: Option<String>,
    /// The zone of times that carry none.
    pub timezone: Option<String>,
    /// Accounts that are bots.
    pub bots: Vec<String>,
    /// Names that match are bots.
    pub bot_pattern: Option<String>,
    /// Whether private channels and direct messages are wanted.
    pub private: bool,
    /// Who asks.
    pub by: String,
    /// What to call the input in lists; by default the names of the paths.
    pub label: Option<String>,
}

/// What an import would go into, found without writing anything.
pub(crate) struct Plan {
    pub(crate) source: Source,
    pub(crate) is_new: bool,
    pub(crate) options: ImportOptions,
    pub(crate) notes: Vec<String>,
}

/// Looks at the input and chooses the source.
pub(crate) fn plan(runner: &Runner<'_>, request: &Request, files: &mut Files) -> Result<Plan> {
    let importer = runner.importer(&request.format)?;
    let format = importer.format();
    let mut options = options_of(request)?;
    if let Some(name) = &request.source {
        options.source_name.clone_from(name);
    }
    let print = importer.inspect(files, &options).map_err(|e| naming(e, &request.paths))?;
    let db = runner.community.db();
    let found = db.read(|c| choose_source(c, request, format, &print))?;
    let (source, is_new) = match found {
        Some(s) => (fit(runner, s, &print, request)?, false),
        None => (fresh(request, format, &print, &options), true),
    };
    options.source_name.clone_from(&source.name);
    let mut notes = Vec::new();
    if let [first, rest @ ..] = files.left_out() {
        let more = if rest.is_empty() { String::new() } else { format!(", and {} more like it", rest.len()) };
        notes.push(format!("Left out: {} ({}){more}.", first.path, first.reason));
    }
    if source.zoneless {
        options.zone = Zone::named(&source.zone)?;
        notes.push(format!(
            "The times in this export carry no zone; they are read as {}. The source's zone can be corrected later.",
            source.zone
        ));
    }
    Ok(Plan { source, is_new, options, notes })
}

/// The same error with the input's name in front, where a mistake in it is told without naming any file.
pub(crate) fn naming(e: Error, paths: &[PathBuf]) -> Error {
    let named = |p: &PathBuf| p.file_name().is_some_and(|n| e.message.contains(n.to_string_lossy().as_ref()));
    if e.kind != base::ErrorKind::Invalid || paths.iter().any(named) { e } else { e.at(label(paths)) }
}

fn options_of(request: &Request) -> Result<ImportOptions> {
    let bot_pattern = match &request.bot_pattern {
        None => None,
        Some(p) => Some(regex::Regex::new(p).map_err(|e| {
            Error::invalid(format!("the bot pattern is not a valid regular expression: {e}"))
        })?),
    };
    Ok(ImportOptions {
        zone: request.timezone.as_deref().map_or_else(|| Ok(Zone::utc()), Zone::named)?,
        bots: request.bots.clone(),
        bot_pattern,
        private: request.private,
        map: request.map.clone(),
        ..ImportOptions::default()
    })
}

fn choose_source(
    c: &mut Conn<'_>,
    request: &Request,
    format: &Format,
    print: &Fingerprint,
) -> Result<Option<Source>> {
    if let Some(name) = &request.source {
        if name.trim().is_empty() || name.chars().count() > 80 {
            return Err(Error::invalid("a source's name has 1 to 80 characters"));
        }
        return sources::find(c, name);
    }
    let mut same: Vec<Source> = sources::list(c)?.into_iter().filter(|s| s.format == format.id).collect();
    match same.len() {
        0 => {
            let name = suggested(format, print);
            match sources::find(c, &name)? {
                Some(_) => Err(Error::conflict(format!(
                    "there is already a source \"{name}\" of another format; say --source NAME for a new one"
                ))),
                None => Ok(None),
            }
        }
        1 => Ok(same.pop()),
        _ => {
            let names: Vec<String> = same.into_iter().map(|s| s.name).collect();
            Err(Error::invalid(format!(
                "there are several sources of this format ({}); say which with --source NAME, or give a new name",
                names.join(", ")
            )))
        }
    }
}

fn suggested(format: &Format, print: &Fingerprint) -> String {
    match print.suggested_name.as_deref().map(str::trim) {
        Some(name) if !name.is_empty() => name.chars().take(80).collect(),
        _ => format.title.to_owned(),
    }
}

fn fresh(request: &Request, format: &Format, print: &Fingerprint, options: &ImportOptions) -> Source {
    Source {
        source_id: 0,
        public_id: String::new(),
        name: request.source.clone().unwrap_or_else(|| suggested(format, print)),
        network: format.network.to_owned(),
        format: format.id.to_owned(),
        id_form: print.id_form.clone(),
        zone: options.zone.name().to_owned(),
        zoneless: print.zoneless,
        has_replies: print.replies,
        has_message_ids: print.message_ids,
        has_leaves: print.leaves,
        created_at: 0,
    }
}

/// Whether the export's ids and zone fit an existing source.
fn fit(runner: &Runner<'_>, mut source: Source, print: &Fingerprint, request: &Request) -> Result<Source> {
    let used = runner.community.db().read(|c| {
        c.query_opt(
            "SELECT seq FROM activities WHERE source_id = $1 LIMIT 1",
            &[source.source_id.into()],
            |r| r.int(0),
        )
    })?;
    if used.is_none() {
        // Everything was taken back: the source begins anew.
        source.id_form.clone_from(&print.id_form);
        source.zoneless = print.zoneless;
        source.has_replies = print.replies;
        source.has_message_ids = print.message_ids;
        source.has_leaves = print.leaves;
        if let Some(zone) = &request.timezone {
            source.zone = Zone::named(zone)?.name().to_owned();
        }
        return Ok(source);
    }
    if source.id_form != print.id_form {
        return Err(Error::conflict(format!(
            "the source \"{}\" holds {} ids and this export has {} ids: the same message would be counted twice. \
             Import it into a new source with --source NAME, or take the other imports back first.",
            source.name, source.id_form, print.id_form
        )));
    }
    if let Some(zone) = &request.timezone
        && source.zoneless
        && Zone::named(zone)?.name() != source.zone
    {
        return Err(Error::conflict(format!(
            "the source \"{}\" is read in the zone {}; correct the zone of the \
             source, for all its imports, and then import without naming one",
            source.name, source.zone
        )));
    }
    source.has_replies |= print.replies;
    source.has_message_ids |= print.message_ids;
    source.has_leaves |= print.leaves;
    Ok(source)
}

/// Begins an import, or finds the interrupted one of the same input.
///
/// # Errors
/// `Invalid` for files that are not of the format, `Conflict` for ids that do not fit the source.
pub fn begin(runner: &Runner<'_>, request: &Request) -> Result<Started> {
    let paths = absolute(&request.paths)?;
    let mut files = Files::open(&paths)?;
    let plan = plan(runner, request, &mut files)?;
    let now = runner.clock.now();
    let kept = KeptOptions {
        zone: plan.options.zone.name().to_owned(),
        bots: request.bots.clone(),
        bot_pattern: request.bot_pattern.clone(),
        private: request.private,
        map: request.map.clone(),
        paths: paths.clone(),
    };
    let kept = serde_json::to_string(&kept).map_err(|e| Error::internal(e.to_string()))?;
    let print = input_fingerprint(&paths, &kept);
    let label = request.label.clone().unwrap_or_else(|| label(&paths));
    let tally = Tally { warnings: plan.notes.clone(), ..Tally::default() };
    let tally_text = serde_json::to_string(&tally).map_err(|e| Error::internal(e.to_string()))?;
    let (source, row) = runner.community.db().write(Priority::Interactive, |tx| {
        let source = if plan.is_new {
            sources::create(tx, plan.source.clone(), now)?
        } else {
            sources::update_form(tx, &plan.source)?;
            plan.source.clone()
        };
        let running = tx.query(
            "SELECT import_id, public_id, fingerprint FROM imports WHERE source_id = $1 AND state = 'running'",
            &[source.source_id.into()],
            |r| Ok((r.int(0)?, r.text(1)?, r.text(2)?)),
        )?;
        for (_, public, begun) in &running {
            let state = lease::find(tx, public)?.filter(|s| s.held);
            if state.is_some() || *begun != print {
                return Err(in_the_way(public, &source.name, state.as_ref()));
            }
        }
        if let Some((id, public, _)) = running.into_iter().next() {
            take(tx, &public)?;
            return Ok((source, (id, public)));
        }
        let public = TypeId::new("imp", now).as_str().to_owned();
        let id = tx.query_one(
            "INSERT INTO imports (public_id, source_id, format, input, fingerprint, options, state, position,
               tally, started_by, started_at) VALUES ($1, $2, $3, $4, $5, $6, 'running', 0, $7, $8, $9)
             RETURNING import_id",
            &[
                (&public).into(),
                source.source_id.into(),
                (&request.format).into(),
                (&label).into(),
                (&print).into(),
                (&kept).into(),
                (&tally_text).into(),
                (&request.by).into(),
                now.into(),
            ],
            |r| r.int(0),
        )?;
        take(tx, &public)?;
        Ok((source, (id, public)))
    })?;
    load(runner, row.0, &row.1, source)
}

/// What the lease of an import is called.
pub(crate) const TASK: &str = "import";

/// Takes an import on for this program.
fn take(tx: &mut Conn<'_>, public_id: &str) -> Result<()> {
    if lease::take(tx, public_id, TASK)? {
        return Ok(());
    }
    let by = lease::find(tx, public_id)?.filter(|s| !s.here);
    Err(Error::conflict(format!("the import {public_id} is already running{}", on_node(by.as_ref()))))
}

/// Why another import of the source must end first.
fn in_the_way(public_id: &str, source: &str, running: Option<&lease::State>) -> Error {
    Error::conflict(match running {
        Some(state) => {
            let place = on_node(Some(state).filter(|s| !s.here));
            format!("the import {public_id} into \"{source}\" is still running{place}")
        }
        None => format!(
            "the import {public_id} into \"{source}\" was interrupted: continue it or take it back first"
        ),
    })
}

/// Where work is done that is done elsewhere; empty otherwise.
pub(crate) fn on_node(state: Option<&lease::State>) -> String {
    state.map_or_else(String::new, |s| format!(" on {}", s.node_name))
}

/// An interrupted import, ready to go on.
pub(crate) fn resume(runner: &Runner<'_>, id: &str) -> Result<Started> {
    let db = runner.community.db();
    let (found, source) = db.read(|c| {
        let found = record::get(c, id)?;
        let source = sources::get(c, &found.summary.source)?;
        Ok((found, source))
    })?;
    if found.state != ImportState::Running {
        return Err(Error::conflict(format!(
            "the import {id} is {}; only an interrupted one can be continued",
            found.state.word()
        )));
    }
    // Going on counts the records that are stored; in other files it would pass over the wrong ones.
    if !db.read(|c| is_within_reach(c, found.import_id))? {
        let elsewhere = found.node.as_ref().filter(|n| !n.own && !n.name.is_empty());
        let first = elsewhere.map_or_else(String::new, |n| {
            format!(
                "They lay on {}: continue it there, or give this server the same files under the same path. ",
                n.name
            )
        });
        return Err(Error::not_found(format!(
            "the files of the import {id} are not there any more as they were when it was begun. {first}Take it back \
             (`folkmoot imports undo {id}`) and import the new ones."
        )));
    }
    db.write(Priority::Interactive, |tx| take(tx, id))?;
    load(runner, found.import_id, id, source)
}

/// Whether the files of an import can be read here, as they were when it was begun.
///
/// # Errors
/// When the database says no.
pub fn is_within_reach(c: &mut Conn<'_>, import_id: i64) -> Result<bool> {
    let (begun, kept) = c.query_one(
        "SELECT fingerprint, options FROM imports WHERE import_id = $1",
        &[import_id.into()],
        |r| Ok((r.text(0)?, r.text(1)?)),
    )?;
    let paths = paths_of(&kept)?;
    Ok(paths.iter().all(|p| p.exists()) && input_fingerprint(&paths, &kept) == begun)
}

fn paths_of(kept: &str) -> Result<Vec<PathBuf>> {
    let kept: KeptOptions =
        serde_json::from_str(kept).map_err(|_| Error::internal("what is kept of an import is damaged"))?;
    Ok(kept.paths)
}

fn load(runner: &Runner<'_>, import_id: i64, public_id: &str, source: Source) -> Result<Started> {
    // Taken with the row; from here on it is given back in whatever way this ends.
    let lease = Arc::new(Lease::of(runner.community.db(), public_id));
    let (format, options, position, tally, first_seq, last_seq) = runner.community.db().read(|c| {
        c.query_one(
            "SELECT format, options, position, tally, first_seq, last_seq FROM imports WHERE import_id = $1",
            &[import_id.into()],
            |r| Ok((r.text(0)?, r.text(1)?, r.int(2)?, r.text(3)?, r.opt_int(4)?, r.opt_int(5)?)),
        )
    })?;
    let damaged = |_| Error::internal("what is kept of an import is damaged");
    let kept: KeptOptions = serde_json::from_str(&options).map_err(damaged)?;
    let tally: Tally = serde_json::from_str(&tally).map_err(damaged)?;
    let request = Request {
        timezone: Some(kept.zone.clone()),
        bots: kept.bots,
        bot_pattern: kept.bot_pattern,
        private: kept.private,
        map: kept.map,
        ..Request::default()
    };
    let mut options = options_of(&request)?;
    options.source_name.clone_from(&source.name);
    Ok(Started {
        import_id,
        public_id: public_id.to_owned(),
        source_id: source.source_id,
        source: source.name,
        format,
        paths: kept.paths,
        options,
        position: position as u64,
        tally,
        bytes: 0,
        began_at: runner.clock.now(),
        first_seq,
        last_seq,
        lease,
        stop_asked: false,
    })
}

fn absolute(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    if paths.is_empty() {
        return Err(Error::invalid("an import needs at least one file, folder or archive"));
    }
    paths
        .iter()
        .map(|p| {
            std::path::absolute(p)
                .map_err(|e| Error::invalid(format!("{}: {e}", p.display())))
                .and_then(|a| if a.exists() { Ok(a) } else { Err(missing(p)) })
        })
        .collect()
}

fn missing(path: &Path) -> Error {
    Error::not_found(format!("there is no file or folder {}", path.display()))
}

fn label(paths: &[PathBuf]) -> String {
    let name = |p: &PathBuf| {
        p.file_name().map_or_else(|| p.display().to_string(), |n| n.to_string_lossy().into_owned())
    };
    match paths {
        [one] => name(one),
        [first, rest @ ..] => format!("{} and {} more", name(first), rest.len()),
        [] => String::new(),
    }
}

/// The same input has the same fingerprint: paths, sizes, times of change, options; of a folder those of
/// everything in it.
fn input_fingerprint(paths: &[PathBuf], options: &str) -> String {
    let mut files = Vec::new();
    paths.iter().for_each(|p| describe_files(p, &mut files));
    files.sort_unstable();
    format!("{:016x}", hash64(&format!("{options}\n{}", files.join("\n"))) as u64)
}

/// What cannot be looked at is left out here; reading it says why.
fn describe_files(path: &Path, out: &mut Vec<String>) {
    let Ok(meta) = std::fs::metadata(path) else { return };
    if meta.is_dir() {
        let Ok(entries) = std::fs::read_dir(path) else { return };
        // Links within a folder are not followed, here as in reading.
        let own = entries.flatten().filter(|e| e.file_type().is_ok_and(|t| !t.is_symlink()));
        return own.for_each(|e| describe_files(&e.path(), out));
    }
    let changed = meta.modified().ok().and_then(|m| m.duration_since(std::time::UNIX_EPOCH).ok());
    out.push(format!("{}:{}:{:?}", path.display(), meta.len(), changed));
}

impl Progress {
    /// Nothing read yet.
    pub fn none(import: &str) -> Self {
        Self { import: import.to_owned(), ..Self::default() }
    }
}
