//! Long work that one program does at a time on the whole database: an import, taking one back, a change of the zone.
//!
//! Whoever takes a lease has it until it gives it back or dies ([`crate::nodes`]); then another may take it. Each
//! transaction of the work confirms it ([`Lease::confirm`]), so that one who was thought dead and was not can write
//! nothing more. How far the work is, that somebody wants it to stop, and why it broke off stand in the row, for every
//! node to see.

use base::{Error, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Conn, Db, Priority};

/// What is known of some work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// What it is done on.
    pub subject: String,
    /// What is done (`import`).
    pub task: String,
    /// Whether somebody does it now.
    pub held: bool,
    /// Whether it is this program.
    pub here: bool,
    /// Whether this node does it or did it last, now or before its last start.
    pub own: bool,
    /// What people call the node that does it or did it last.
    pub node_name: String,
    /// Whether it was a server, and no single command.
    pub served: bool,
    /// Whether somebody wants or wanted it to stop.
    pub stop_asked: bool,
    /// How far it is, as whoever does it writes it; empty at first.
    pub progress: String,
    /// Why it broke off.
    pub error: Option<String>,
    /// What came of it, where that is kept.
    pub result: Option<String>,
}

const SELECT: &str = "SELECT l.subject, l.task, (SELECT n.run FROM nodes n WHERE n.run = l.run), l.node, l.node_name, \
      l.serves, l.stop_asked, l.progress, l.error, l.result FROM leases l";

/// Takes work on within a transaction; whether it could be had. The caller goes on with [`Lease::of`] after the commit.
///
/// # Errors
/// `Unavailable` while this program counts as dead; what the database says.
pub fn take(tx: &mut Conn<'_>, subject: &str, task: &str) -> Result<bool> {
    let (run, node, name) = (tx.run(), tx.node(), tx.node_name());
    if !tx.is_announced() {
        crate::nodes::be_there(tx)?;
    }
    let taken = tx.execute(
        "INSERT INTO leases (subject, task, run, node, node_name, serves, stop_asked, progress)
         SELECT $1, $2, n.run, $3, $4, n.serves, 0, '' FROM nodes n WHERE n.run = $5
         ON CONFLICT (subject) DO UPDATE SET task = excluded.task, run = excluded.run, node = excluded.node,
           node_name = excluded.node_name, serves = excluded.serves, stop_asked = 0, error = NULL, result = NULL,
           progress = CASE WHEN leases.task = excluded.task THEN leases.progress ELSE '' END
         WHERE NOT EXISTS (SELECT 1 FROM nodes h WHERE h.run = leases.run)",
        &[subject.into(), task.into(), node.into(), name.into(), run.into()],
    )?;
    if taken == 0 && tx.query_opt("SELECT 1 FROM nodes WHERE run = $1", &[run.into()], |_| Ok(()))?.is_none()
    {
        return Err(Error::unavailable(
            "this server was silent for too long and counts as gone; it takes work on again in a few seconds",
        ));
    }
    Ok(taken == 1)
}

/// What is known of some work.
///
/// # Errors
/// When the database says no.
pub fn find(c: &mut Conn<'_>, subject: &str) -> Result<Option<State>> {
    Ok(list_where(c, "WHERE l.subject = $1", subject)?.pop())
}

/// What is known of every work of this kind, by subject.
///
/// # Errors
/// When the database says no.
pub fn list(c: &mut Conn<'_>, task: &str) -> Result<Vec<State>> {
    list_where(c, "WHERE l.task = $1 ORDER BY l.subject", task)
}

fn list_where(c: &mut Conn<'_>, condition: &str, value: &str) -> Result<Vec<State>> {
    let (run, node) = (c.run(), c.node());
    c.query(&format!("{SELECT} {condition}"), &[value.into()], |r| {
        let held = r.opt_text(2)?;
        Ok(State {
            subject: r.text(0)?,
            task: r.text(1)?,
            held: held.is_some(),
            here: held.as_deref() == Some(run),
            own: r.text(3)? == node,
            node_name: r.text(4)?,
            served: r.flag(5)?,
            stop_asked: r.flag(6)?,
            progress: r.text(7)?,
            error: r.opt_text(8)?,
            result: r.opt_text(9)?,
        })
    })
}

/// Asks whoever does the work to stop at its next safe place, on whatever node; whether somebody does it. The wish
/// stays: nobody goes on with it without being asked.
///
/// # Errors
/// When the database says no.
pub fn ask_to_stop(tx: &mut Conn<'_>, subject: &str) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE leases SET stop_asked = 1 WHERE subject = $1
           AND EXISTS (SELECT 1 FROM nodes n WHERE n.run = leases.run)",
        &[subject.into()],
    )?;
    Ok(changed > 0)
}

/// Forgets what is known of some work, unless somebody does it.
///
/// # Errors
/// When the database says no.
pub fn forget(tx: &mut Conn<'_>, subject: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM leases WHERE subject = $1 AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.run = leases.run)",
        &[subject.into()],
    )
    .map(|_| ())
}

/// Work that this program took on. Dropped, it is given back as unfinished.
#[derive(Debug)]
pub struct Lease {
    db: Db,
    subject: String,
    over: AtomicBool,
}

impl Lease {
    /// The work that a committed transaction took on ([`take`]).
    pub fn of(db: &Db, subject: &str) -> Self {
        Self { db: db.clone(), subject: subject.to_owned(), over: AtomicBool::new(false) }
    }

    /// Takes work on in a transaction of its own; `None` when another program does it.
    ///
    /// # Errors
    /// As [`take`].
    pub fn take(db: &Db, subject: &str, task: &str) -> Result<Option<Self>> {
        let taken = db.write(Priority::Bulk, |tx| take(tx, subject, task))?;
        Ok(taken.then(|| Self::of(db, subject)))
    }

    /// What it is done on.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Makes sure, within a transaction of the work, that it is still this program's, and writes how far it is; whether
    /// somebody wants it to stop.
    ///
    /// # Errors
    /// `Conflict` when another program has taken it over: then nothing of the transaction may happen.
    pub fn confirm(&self, tx: &mut Conn<'_>, progress: Option<&str>) -> Result<bool> {
        let run = tx.run();
        let stop = tx.query_opt(
            "UPDATE leases SET progress = COALESCE($1, progress) WHERE subject = $2 AND run = $3
             RETURNING stop_asked",
            &[progress.into(), (&self.subject).into(), run.into()],
            |r| r.flag(0),
        )?;
        stop.ok_or_else(|| {
            self.over.store(true, Ordering::Relaxed);
            Error::conflict(format!(
                "another server has taken {} over, as nothing was heard of this one; it goes on there",
                self.subject
            ))
        })
    }

    /// Ends it within the transaction in which the work is done: nothing is known of it any more.
    ///
    /// # Errors
    /// As [`Lease::confirm`].
    pub fn end_in(&self, tx: &mut Conn<'_>) -> Result<()> {
        self.confirm(tx, None)?;
        tx.execute("DELETE FROM leases WHERE subject = $1", &[(&self.subject).into()]).map(|_| ())
    }

    /// Says that [`Lease::end_in`] was committed, or that there is nothing to give back.
    pub fn ended(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Gives it back unfinished, with why, or with what came of it. What cannot be written is seen by others when this
    /// program ends.
    pub fn give_back(&self, error: Option<&str>, result: Option<&str>) {
        if self.over.swap(true, Ordering::Relaxed) {
            return;
        }
        let given = self.db.write(Priority::Bulk, |tx| {
            let run = tx.run();
            tx.execute(
                "UPDATE leases SET run = NULL, error = $1, result = $2 WHERE subject = $3 AND run = $4",
                &[error.into(), result.into(), (&self.subject).into(), run.into()],
            )
        });
        if let Err(error) = given {
            tracing::warn!(subject = %self.subject, %error, "work could not be given back; it is free when this server ends");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.give_back(None, None);
    }
}
