//! Exports: asked for by somebody of the team, made by a job, kept for a week, handed out in pieces.

use crate::subject::{Subject, signature};
use crate::{MANAGE, document};
use base::{Error, Micros, Result, TypeId};
use capability::audit::{self, Change};
use capability::{App, Principal};
use jobs::{Job, NewJob, Urgency};
use serde_json::json;
use std::io::{Read, Seek, SeekFrom, Write};
use store::{Conn, Priority, Row};

/// The kind of its jobs.
pub(crate) const JOB: &str = "privacy.export";
/// For how long a file is kept: a week.
const KEPT: Micros = 7 * 86_400_000_000;
/// Bytes of one piece in the store.
const PIECE: usize = 256 << 10;

/// One export.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    pub export_id: i64,
    pub public_id: String,
    pub identity: u32,
    pub asked_by: String,
    pub asked_at: Micros,
    pub made_at: Option<Micros>,
    pub bytes: Option<i64>,
    pub rows: Option<i64>,
    pub error: Option<String>,
    /// The public id of that identity.
    pub member: String,
}

impl Export {
    /// Until when its file is kept.
    pub(crate) fn until(&self) -> Option<Micros> {
        self.made_at.map(|at| at + KEPT)
    }

    pub(crate) fn state(&self) -> &'static str {
        match (self.made_at, &self.error) {
            (Some(_), _) => "ready",
            (None, Some(_)) => "failed",
            (None, None) => "being made",
        }
    }
}

const SELECT: &str = "SELECT x.export_id, x.public_id, x.identity, x.asked_by, x.asked_at, x.made_at, x.bytes, x.rows, \
     x.error, i.public_id FROM member_exports x JOIN identities i ON i.identity = x.identity";

fn read(r: &Row<'_>) -> Result<Export> {
    Ok(Export {
        export_id: r.int(0)?,
        public_id: r.text(1)?,
        identity: r.int(2)? as u32,
        asked_by: r.text(3)?,
        asked_at: r.int(4)?,
        made_at: r.opt_int(5)?,
        bytes: r.opt_int(6)?,
        rows: r.opt_int(7)?,
        error: r.opt_text(8)?,
        member: r.text(9)?,
    })
}

/// Those of a member, newest first.
pub(crate) fn list(c: &mut Conn<'_>, identities: &[u32]) -> Result<Vec<Export>> {
    let numbers = crate::numbers(identities);
    let sql = format!("{SELECT} WHERE x.identity IN ({numbers}) ORDER BY x.export_id DESC LIMIT 20");
    c.query(&sql, &[], read)
}

pub(crate) fn get(c: &mut Conn<'_>, id: &str) -> Result<Export> {
    let sql = format!("{SELECT} WHERE x.public_id = $1");
    c.query_opt(&sql, &[id.into()], read)?
        .ok_or_else(|| Error::not_found(format!("there is no export {id}; files are kept for a week")))
}

/// Asks for one; its id.
pub(crate) fn ask(app: &App, by: &Principal, member: &str) -> Result<String> {
    let subject = app.community.view(|v| Subject::find(v, member))?;
    let now = app.clock.now();
    let id = TypeId::new("exp", now).to_string();
    app.db.write(Priority::Interactive, |tx| {
        tx.execute(
            "INSERT INTO member_exports (public_id, identity, asked_by, asked_at) VALUES ($1, $2, $3, $4)",
            &[(&id).into(), subject.member().into(), (&signature(by)).into(), now.into()],
        )?;
        let payload = json!({ "export": id });
        let job = NewJob { kind: JOB, key: Some(&id), payload: &payload, run_at: now, urgency: Urgency::Now };
        jobs::enqueue(tx, &job, now)?;
        told(tx, by, now, subject.public_id(), "Asked for an export of everything that is held")
    })?;
    Ok(id)
}

/// An export is a reading of the whole file; it is told as one.
fn told(tx: &mut Conn<'_>, by: &Principal, now: Micros, subject: &str, title: &str) -> Result<()> {
    audit::record(tx, by, now, &Change { action: MANAGE.id, subject, title, ..Change::default() })
}

/// Makes the file: the job.
pub(crate) fn make(app: &App, job: &Job) -> Result<()> {
    let id = job.payload["export"].as_str().unwrap_or_default();
    let Ok(export) = app.db.read(|c| get(c, id)) else { return Ok(()) };
    if export.made_at.is_some() {
        return Ok(());
    }
    let subject = app.community.view(|v| Subject::with(v, export.identity))?;
    let mut file = tempfile::tempfile_in(&*app.data_dir)?;
    let rows = document::write(app, &subject, &mut file)?;
    file.flush()?;
    file.seek(SeekFrom::Start(0))?;
    // What an attempt before left.
    app.db.write(Priority::Bulk, |tx| {
        tx.execute("DELETE FROM member_export_parts WHERE export_id = $1", &[export.export_id.into()])
    })?;
    let mut piece = vec![0; PIECE];
    let (mut part, mut bytes) = (0i64, 0i64);
    loop {
        let n = fill(&mut file, &mut piece)?;
        if n == 0 {
            break;
        }
        app.db.write(Priority::Bulk, |tx| {
            tx.execute(
                "INSERT INTO member_export_parts (export_id, part, body) VALUES ($1, $2, $3)",
                &[export.export_id.into(), part.into(), piece[..n].into()],
            )
        })?;
        (part, bytes) = (part + 1, bytes + n as i64);
    }
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        job.finish_in(tx)?;
        tx.execute(
            "UPDATE member_exports SET made_at = $1, bytes = $2, rows = $3, error = NULL WHERE export_id = $4",
            &[now.into(), bytes.into(), i64::try_from(rows).unwrap_or(i64::MAX).into(), export.export_id.into()],
        )
    })?;
    Ok(())
}

/// Fills a buffer as far as there is something; how far.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> Result<usize> {
    let mut n = 0;
    while n < buffer.len() {
        match file.read(&mut buffer[n..])? {
            0 => break,
            more => n += more,
        }
    }
    Ok(n)
}

/// Says that an export failed for good.
pub(crate) fn failed(app: &App, job: &Job, error: &Error) -> Result<()> {
    let id = job.payload["export"].as_str().unwrap_or_default();
    app.db.write(Priority::Interactive, |tx| {
        tx.execute(
            "UPDATE member_exports SET error = $1 WHERE public_id = $2 AND made_at IS NULL",
            &[(&error.message).into(), id.into()],
        )
    })?;
    Ok(())
}

/// One piece of the file.
pub(crate) fn part(c: &mut Conn<'_>, export_id: i64, part: i64) -> Result<Option<Vec<u8>>> {
    c.query_opt(
        "SELECT body FROM member_export_parts WHERE export_id = $1 AND part = $2",
        &[export_id.into(), part.into()],
        |r| r.blob(0),
    )
}

/// Tells that somebody took the file away, and gives it.
pub(crate) fn hand_out(app: &App, by: &Principal, id: &str) -> Result<Export> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let export = get(tx, id)?;
        if export.made_at.is_none() {
            return Err(Error::conflict(format!(
                "the export {id} is {}; look again in a moment",
                export.state()
            )));
        }
        told(tx, by, now, &export.member, "Took away an export of everything that is held")?;
        Ok(export)
    })
}

pub(crate) fn public_id(c: &mut Conn<'_>, identity: u32) -> Result<String> {
    c.query_one("SELECT public_id FROM identities WHERE identity = $1", &[identity.into()], |r| r.text(0))
}

/// Removes one with its file.
pub(crate) fn remove(app: &App, by: &Principal, id: &str) -> Result<String> {
    let export = app.db.read(|c| get(c, id))?;
    drop_file(app, export.export_id)?;
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        told(tx, by, now, &export.member, "Removed an export")?;
        tx.execute("DELETE FROM member_exports WHERE export_id = $1", &[export.export_id.into()])?;
        Ok(export.member)
    })
}

/// Removes a file piece by piece.
fn drop_file(app: &App, export_id: i64) -> Result<()> {
    loop {
        let gone = app.db.write(Priority::Bulk, |tx| {
            tx.execute(
                "DELETE FROM member_export_parts WHERE export_id = $1 AND part IN
                   (SELECT p.part FROM member_export_parts p WHERE p.export_id = $1 ORDER BY p.part LIMIT 20)",
                &[export_id.into()],
            )
        })?;
        if gone == 0 {
            return Ok(());
        }
    }
}

/// Removes what was kept for a week.
pub(crate) fn tidy(app: &App) -> Result<()> {
    let before = app.clock.now() - KEPT;
    let old = app.db.read(|c| {
        c.query("SELECT export_id FROM member_exports WHERE asked_at < $1", &[before.into()], |r| r.int(0))
    })?;
    for export_id in old {
        drop_file(app, export_id)?;
        app.db.write(Priority::Bulk, |tx| {
            tx.execute("DELETE FROM member_exports WHERE export_id = $1", &[export_id.into()])
        })?;
    }
    Ok(())
}

/// Writes the archive of a member to a file at once, for the command line.
///
/// # Errors
/// `NotFound` for nobody; what disk and database say.
pub fn export_to(app: &App, by: &Principal, member: &str, file: &std::fs::File) -> Result<(String, u64)> {
    let subject = app.community.view(|v| {
        let id = community::people::get_identity(v.conn(), member)?.public_id;
        Subject::find(v, &id)
    })?;
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        told(tx, by, now, subject.public_id(), "Exported everything that is held")
    })?;
    let rows = document::write(app, &subject, file)?;
    Ok((subject.public_id().to_owned(), rows))
}
