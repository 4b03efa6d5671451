//! What is kept of an import: state, counts, skipped lines.

use super::Progress;
use super::feed::Message;
use crate::{ImportOptions, Skipped};
use base::{Day, Error, Micros, Result};
use community::Outcome;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use store::{Conn, Db, Priority, Row};

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Under way, or interrupted by a crash.
    Running,
    /// Everything was read.
    Done,
    /// The input could not be read to its end; what was taken stays until it is taken back.
    Failed,
    /// Being taken back.
    Undoing,
    /// Taken back.
    Undone,
}

impl ImportState {
    /// Its word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    fn of(word: &str) -> Result<Self> {
        [Self::Running, Self::Done, Self::Failed, Self::Undoing, Self::Undone]
            .into_iter()
            .find(|s| s.word() == word)
            .ok_or_else(|| Error::internal(format!("an import has the unknown state \"{word}\"")))
    }
}

/// How many records were skipped for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkipCount {
    /// The reason.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// The counts of an import. `records` = `activities` + `duplicates` + skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub records: u64,
    pub activities: u64,
    pub by_kind: BTreeMap<String, u64>,
    pub duplicates: u64,
    pub skipped: BTreeMap<String, u64>,
    pub people: u64,
    pub channels: u64,
    pub span: Option<(Micros, Micros)>,
    pub warnings: Vec<String>,
    pub worked_micros: Micros,
}

/// What an import did, as the command line and the API print it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The import's id, `imp_…`.
    pub import: String,
    /// The source's name.
    pub source: String,
    /// Candidate activities read.
    pub records: u64,
    /// Activities appended.
    pub activities: u64,
    /// The same by kind.
    pub by_kind: BTreeMap<String, u64>,
    /// Records that were there already.
    pub duplicates: u64,
    /// Records not taken, by reason.
    pub skipped: Vec<SkipCount>,
    /// People seen for the first time.
    pub people: u64,
    /// Channels seen for the first time.
    pub channels: u64,
    /// The first activity's day (UTC).
    pub first: Option<String>,
    /// The last activity's day (UTC).
    pub last: Option<String>,
    /// Seconds it took.
    pub seconds: f64,
    /// What is worth knowing ("dates carry no zone; UTC is assumed").
    pub warnings: Vec<String>,
}

impl Tally {
    fn summary(&self, import: &str, source: &str) -> Summary {
        Summary {
            import: import.to_owned(),
            source: source.to_owned(),
            records: self.records,
            activities: self.activities,
            by_kind: self.by_kind.clone(),
            duplicates: self.duplicates,
            skipped: self
                .skipped
                .iter()
                .map(|(reason, count)| SkipCount { reason: reason.clone(), count: *count })
                .collect(),
            people: self.people,
            channels: self.channels,
            first: self.span.map(|s| Day::of_micros(s.0).to_string()),
            last: self.span.map(|s| Day::of_micros(s.1).to_string()),
            seconds: (self.worked_micros as f64 / 10_000.0).round() / 100.0,
            warnings: self.warnings.clone(),
        }
    }
}

/// The options of an import as they are kept for continuing it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct KeptOptions {
    pub zone: String,
    pub bots: Vec<String>,
    pub bot_pattern: Option<String>,
    pub private: bool,
    pub map: Option<String>,
    pub paths: Vec<PathBuf>,
}

/// An import that was begun: what [`super::Runner::run`] needs.
#[derive(Clone, Debug)]
pub struct Started {
    pub(crate) import_id: i64,
    pub(crate) public_id: String,
    pub(crate) source_id: i64,
    pub(crate) source: String,
    pub(crate) format: String,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) options: ImportOptions,
    pub(crate) position: u64,
    pub(crate) tally: Tally,
    pub(crate) bytes: u64,
    pub(crate) began_at: Micros,
    pub(crate) first_seq: Option<i64>,
    pub(crate) last_seq: Option<i64>,
    /// Keeps other runners away from it, on whatever node.
    pub(crate) lease: std::sync::Arc<jobs::lease::Lease>,
    /// Whether somebody wants it to stop.
    pub(crate) stop_asked: bool,
}

impl Started {
    /// The import's id, `imp_…`.
    pub fn id(&self) -> &str {
        &self.public_id
    }

    /// Counts a batch that was taken in.
    pub(crate) fn take(&mut self, message: &Message, outcome: &Outcome) {
        let t = &mut self.tally;
        self.position += message.records;
        t.records += message.records;
        t.activities += outcome.activities;
        t.duplicates += outcome.duplicates;
        t.people += outcome.people;
        t.channels += outcome.channels;
        for (kind, n) in &outcome.by_kind {
            *t.by_kind.entry(kind.name().to_owned()).or_default() += n;
        }
        for s in &message.skipped {
            *t.skipped.entry(s.reason.clone()).or_default() += 1;
        }
        for w in &message.warnings {
            if !t.warnings.contains(w) && t.warnings.len() < 20 {
                t.warnings.push(w.clone());
            }
        }
        if let Some((a, b)) = outcome.span {
            t.span = Some(t.span.map_or((a, b), |(x, y)| (x.min(a), y.max(b))));
        }
        if let Some((a, b)) = outcome.seqs {
            self.first_seq = Some(self.first_seq.map_or(a, |f| f.min(a)));
            self.last_seq = Some(self.last_seq.map_or(b, |l| l.max(b)));
        }
    }

    pub(crate) fn summary(&self, now: Micros) -> Summary {
        let mut tally = self.tally.clone();
        tally.worked_micros += now - self.began_at;
        tally.summary(&self.public_id, &self.source)
    }
}

/// Writes counts and skipped lines in the transaction of their batch, and makes sure that the import is still this
/// program's.
pub(crate) fn save_progress(
    tx: &mut Conn<'_>,
    s: &mut Started,
    message: &Message,
    progress: &Progress,
) -> Result<()> {
    let progress = serde_json::to_string(progress).map_err(|e| Error::internal(e.to_string()))?;
    s.stop_asked = s.lease.confirm(tx, Some(&progress))?;
    for Skipped { reason, place, excerpt } in &message.skipped {
        tx.execute(
            "INSERT INTO import_skips (import_id, reason, place, excerpt) VALUES ($1, $2, $3, $4)",
            &[s.import_id.into(), reason.into(), place.into(), excerpt.into()],
        )?;
    }
    write(tx, s, ImportState::Running, None, None)
}

fn write(
    tx: &mut Conn<'_>,
    s: &Started,
    state: ImportState,
    error: Option<&str>,
    ended_at: Option<Micros>,
) -> Result<()> {
    let tally = serde_json::to_string(&s.tally).map_err(|e| Error::internal(e.to_string()))?;
    tx.execute(
        "UPDATE imports SET state = $1, position = $2, tally = $3, first_seq = $4, last_seq = $5, error = $6,
           ended_at = $7 WHERE import_id = $8",
        &[
            state.word().into(),
            (s.position as i64).into(),
            (&tally).into(),
            s.first_seq.into(),
            s.last_seq.into(),
            error.into(),
            ended_at.into(),
            s.import_id.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn finish(
    db: &Db,
    s: &mut Started,
    state: ImportState,
    error: Option<&str>,
    now: Micros,
) -> Result<()> {
    let mut done = s.clone();
    done.tally.worked_micros += now - s.began_at;
    let told = match state {
        ImportState::Done => Some("import.finished"),
        ImportState::Failed => Some("import.failed"),
        _ => None,
    };
    db.write(Priority::Interactive, |tx| {
        s.lease.end_in(tx)?;
        write(tx, &done, state, error, Some(now))?;
        match told {
            Some(kind) => {
                let about = serde_json::json!({ "import": s.public_id, "activities": done.tally.activities });
                jobs::outbox::tell(tx, kind, &about, now)
            }
            None => Ok(()),
        }
    })?;
    s.lease.ended();
    Ok(())
}

pub(crate) fn is_rebuilding(db: &Db) -> Result<bool> {
    Ok(db.read(|c| community::settings::get(c, "work.rebuild"))?.is_some())
}

/// An import as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImportRecord {
    /// Where it stands.
    pub state: ImportState,
    /// The format's id.
    pub format: String,
    /// What was read: names of files.
    pub input: String,
    /// Why it failed.
    pub error: Option<String>,
    /// Who began it.
    pub started_by: String,
    /// When, UTC microseconds.
    pub started_at: Micros,
    /// When it ended.
    pub ended_at: Option<Micros>,
    /// Its counts.
    pub summary: Summary,
    /// Its number.
    #[serde(skip)]
    pub import_id: i64,
    /// Its source's number.
    #[serde(skip)]
    pub source_id: i64,
    /// Whether somebody works on it, on whatever node; a running one on which nobody does was interrupted.
    pub live: bool,
    /// Who works on it or did last, while it is not at its end.
    pub node: Option<At>,
    /// How far it is, while somebody works on it.
    #[serde(skip)]
    pub progress: Option<Progress>,
    /// Whether somebody stopped it, so that it waits to be continued.
    #[serde(skip)]
    pub stopped: bool,
    /// Why it broke off.
    #[serde(skip)]
    pub trouble: Option<String>,
}

/// Where an import is worked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct At {
    /// What people call the node.
    pub name: String,
    /// Whether it is the node that was asked.
    pub own: bool,
    /// Whether it is a server, and no single command.
    #[serde(skip)]
    pub served: bool,
}

const SELECT: &str = "SELECT i.import_id, i.public_id, i.source_id, s.name, i.format, i.input, i.state, i.tally, \
     i.error, i.started_by, i.started_at, i.ended_at, (SELECT n.run FROM nodes n WHERE n.run = l.run), l.node, \
     l.node_name, l.serves, l.progress, l.stop_asked, l.error \
     FROM imports i JOIN sources s ON s.source_id = i.source_id LEFT JOIN leases l ON l.subject = i.public_id";

fn read(r: &Row<'_>, here: &str) -> Result<ImportRecord> {
    let tally: Tally =
        serde_json::from_str(&r.text(7)?).map_err(|_| Error::internal("an import's counts are damaged"))?;
    let import_id = r.int(0)?;
    let live = r.opt_text(12)?.is_some();
    let node = match (r.opt_text(13)?, r.opt_text(14)?, r.opt_int(15)?) {
        (Some(node), Some(name), Some(serves)) => Some(At { name, own: node == here, served: serves != 0 }),
        _ => None,
    };
    let progress = r.opt_text(16)?.filter(|_| live);
    Ok(ImportRecord {
        state: ImportState::of(&r.text(6)?)?,
        format: r.text(4)?,
        input: r.text(5)?,
        error: r.opt_text(8)?,
        started_by: r.text(9)?,
        started_at: r.int(10)?,
        ended_at: r.opt_int(11)?,
        summary: tally.summary(&r.text(1)?, &r.text(3)?),
        import_id,
        source_id: r.int(2)?,
        live,
        node,
        progress: progress.and_then(|p| serde_json::from_str(&p).ok()),
        stopped: r.opt_int(17)?.is_some_and(|asked| asked != 0),
        trouble: r.opt_text(18)?,
    })
}

/// Every import, newest first.
///
/// # Errors
/// When the database says no.
pub fn list(c: &mut Conn<'_>) -> Result<Vec<ImportRecord>> {
    let here = c.node();
    c.query(&format!("{SELECT} ORDER BY i.import_id DESC"), &[], |r| read(r, here))
}

/// The import of this id.
///
/// # Errors
/// When the database says no.
pub fn find(c: &mut Conn<'_>, id: &str) -> Result<Option<ImportRecord>> {
    let here = c.node();
    c.query_opt(&format!("{SELECT} WHERE i.public_id = $1"), &[id.into()], |r| read(r, here))
}

/// The import of this id.
///
/// # Errors
/// `NotFound` with where to find ids.
pub fn get(c: &mut Conn<'_>, id: &str) -> Result<ImportRecord> {
    find(c, id)?
        .ok_or_else(|| Error::not_found(format!("there is no import {id}; `folkmoot imports` lists them")))
}

/// The skipped records of an import, in the order read.
///
/// # Errors
/// `NotFound`, or what the database says.
pub fn skips(c: &mut Conn<'_>, id: &str, limit: i64) -> Result<Vec<Skipped>> {
    let import = get(c, id)?;
    c.query(
        "SELECT reason, place, excerpt FROM import_skips WHERE import_id = $1 ORDER BY skip_id LIMIT $2",
        &[import.import_id.into(), limit.into()],
        |r| Ok(Skipped { reason: r.text(0)?, place: r.text(1)?, excerpt: r.text(2)? }),
    )
}
