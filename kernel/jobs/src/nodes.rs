//! Which programs have the database open. Each says every few seconds that it is still there; who was silent for
//! [`ALIVE`] counts as dead, and what it worked on is free ([`crate::lease`]).
//!
//! Times are of each node's own clock: clocks must agree to a few seconds. One that is wrong costs work done twice at
//! most, never a wrong figure, as everything that a lease covers asks for it in its own transaction.

use base::{Clock, Micros, Result};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use store::{Conn, Db, Dialect, Priority};

/// How long a node may be silent.
pub const ALIVE: Micros = 20 * 1_000_000;
/// How often it says that it is there.
const EVERY: Duration = Duration::from_secs(3);

/// A program that has the database open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRow {
    /// This opening of the database.
    pub run: String,
    /// What people call the machine.
    pub name: String,
    /// Whether it is a server, and no single command.
    pub serves: bool,
    /// Since when.
    pub began_at: Micros,
}

/// Says that this program is there until it is dropped.
pub struct Presence {
    db: Db,
    ended: Arc<(Mutex<bool>, Condvar)>,
}

impl Presence {
    /// Begins to say it. On SQLite, and of this node's earlier starts, nothing that others said holds any more: whoever
    /// calls this holds the data folder's lock.
    ///
    /// # Errors
    /// When the database says no, or there is no thread to be had.
    pub fn begin(db: &Db, clock: &Clock, serves: bool) -> Result<Self> {
        let now = clock.now();
        db.write(Priority::Bulk, |tx| {
            match tx.dialect() {
                Dialect::Sqlite => tx.execute("DELETE FROM nodes", &[])?,
                Dialect::Postgres => {
                    let (node, run) = (tx.node(), tx.run());
                    tx.execute("DELETE FROM nodes WHERE node = $1 AND run <> $2", &[node.into(), run.into()])?
                }
            };
            say(tx, serves, now)
        })?;
        sweep(db, now)?;
        db.set_announced(true);
        let ended = Arc::new((Mutex::new(false), Condvar::new()));
        if db.dialect() == Dialect::Postgres {
            let (db, clock, ended) = (db.clone(), clock.clone(), ended.clone());
            std::thread::Builder::new()
                .name("presence".into())
                .spawn(move || repeat(&db, &clock, serves, &ended))?;
        }
        Ok(Self { db: db.clone(), ended })
    }

    /// Says that it is there no more. What it still works on is free for others.
    pub fn end(&self) {
        let mut ended = self.ended.0.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *ended, true) {
            return;
        }
        self.ended.1.notify_all();
        let gone = self.db.write(Priority::Bulk, |tx| {
            let run = tx.run();
            tx.execute("DELETE FROM nodes WHERE run = $1", &[run.into()])
        });
        if let Err(error) = gone {
            tracing::debug!(%error, "this node could not say that it ends; others see it after a while");
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.end();
    }
}

fn repeat(db: &Db, clock: &Clock, serves: bool, ended: &(Mutex<bool>, Condvar)) {
    loop {
        let held = ended.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (held, _) =
            ended.1.wait_timeout_while(held, EVERY, |ended| !*ended).unwrap_or_else(PoisonError::into_inner);
        if *held {
            return;
        }
        // Ending waits for this, so that the row does not come back after it.
        let now = clock.now();
        let said = db.write(Priority::Bulk, |tx| say(tx, serves, now)).and_then(|()| sweep(db, now));
        if let Err(error) = said {
            tracing::warn!(%error, "this node could not say that it is there; trying again");
        }
        drop(held);
    }
}

/// Takes off the list who was silent for too long. In a transaction of its own that waits for nobody: after the database
/// was away for a while all nodes may find one another silent at the same moment.
fn sweep(db: &Db, now: Micros) -> Result<()> {
    db.write(Priority::Bulk, |tx| {
        let (run, skip) = (tx.run(), tx.skip_locked());
        let sql = format!(
            "DELETE FROM nodes WHERE run IN
               (SELECT run FROM nodes WHERE until_at < $1 AND run <> $2 ORDER BY run{skip})"
        );
        tx.execute(&sql, &[now.into(), run.into()]).map(|_| ())
    })
}

/// Says that this program is there.
fn say(tx: &mut Conn<'_>, serves: bool, now: Micros) -> Result<()> {
    let (run, node, name) = (tx.run(), tx.node(), tx.node_name());
    tx.execute(
        "INSERT INTO nodes (run, node, name, serves, began_at, until_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (run) DO UPDATE SET until_at = excluded.until_at",
        &[run.into(), node.into(), name.into(), serves.into(), now.into(), (now + ALIVE).into()],
    )
    .map(|_| ())
}

/// Puts a program on the list that is not looked after, as tests and tools are; nothing when it is there.
pub(crate) fn be_there(tx: &mut Conn<'_>) -> Result<()> {
    let (run, node, name) = (tx.run(), tx.node(), tx.node_name());
    tx.execute(
        "INSERT INTO nodes (run, node, name, serves, began_at) VALUES ($1, $2, $3, 0, 0) ON CONFLICT (run) DO NOTHING",
        &[run.into(), node.into(), name.into()],
    )
    .map(|_| ())
}

/// Every program that has the database open, the oldest first.
///
/// # Errors
/// When the database says no.
pub fn list(c: &mut Conn<'_>) -> Result<Vec<NodeRow>> {
    c.query("SELECT run, name, serves, began_at FROM nodes ORDER BY began_at, run", &[], |r| {
        Ok(NodeRow { run: r.text(0)?, name: r.text(1)?, serves: r.flag(2)?, began_at: r.int(3)? })
    })
}
