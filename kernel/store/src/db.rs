//! The database as the rest of the product sees it: `read` and `write`.

use crate::conn::{Conn, Dialect, Inner};
use crate::error::{pg_error, sqlite_error};
use crate::pg::PgConn;
use crate::pool::{Pool, PriorityLock};
use crate::sqlite::{open_checkpointer, open_reader, open_writer, wal_bytes};
use base::{Error, Result};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Where the data lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL address, `postgres://user:password@host/database`.
    Postgres(String),
}

/// Who waits for a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// A person: overtakes bulk work.
    Interactive,
    /// An import, a rebuild, an undo: sliced, and waits for people.
    Bulk,
}

/// The database. Clones share it.
#[derive(Clone)]
pub struct Db(Arc<Backend>);

struct Backend {
    engine: Engine,
    longest_write_micros: AtomicU64,
}

enum Engine {
    Sqlite { path: PathBuf, writer: PriorityLock<rusqlite::Connection>, readers: Pool<rusqlite::Connection> },
    Postgres { config: Box<postgres::Config>, pool: Pool<PgConn> },
}

impl Db {
    /// Opens the database; makes the file when there is none.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be opened or reached, `Invalid` for an address that is none.
    pub fn open(location: &Location) -> Result<Self> {
        let engine = match location {
            Location::Sqlite(path) => Self::open_sqlite(path)?,
            Location::Postgres(url) => {
                let config = postgres::Config::from_str(url).map_err(|e| {
                    Error::invalid(format!(
                        "the database address is not valid ({e}); write it as postgres://user:password@host:5432/database"
                    ))
                })?;
                let pool = Pool::new(12);
                pool.with(|| PgConn::connect(&config), |_| true, |_| Ok(()))?;
                Engine::Postgres { config: Box::new(config), pool }
            }
        };
        let backend = Arc::new(Backend { engine, longest_write_micros: AtomicU64::new(0) });
        if let Location::Sqlite(path) = location {
            checkpoint_in_background(path.clone(), Arc::downgrade(&backend))?;
        }
        Ok(Self(backend))
    }

    fn open_sqlite(path: &Path) -> Result<Engine> {
        let writer = open_writer(path).map_err(|e| e.at(path.display()))?;
        Ok(Engine::Sqlite { path: path.to_owned(), writer: PriorityLock::new(writer), readers: Pool::new(6) })
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        match self.0.engine {
            Engine::Sqlite { .. } => Dialect::Sqlite,
            Engine::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// The longest that one transaction held the writer so far, in microseconds.
    pub fn longest_write_micros(&self) -> u64 {
        self.0.longest_write_micros.load(Ordering::Relaxed)
    }

    /// Runs `run` on one consistent reading of the database. Blocks.
    ///
    /// # Errors
    /// What the database or `run` says.
    pub fn read<R>(&self, run: impl FnOnce(&mut Conn<'_>) -> Result<R>) -> Result<R> {
        match &self.0.engine {
            Engine::Sqlite { path, readers, .. } => readers.with(
                || open_reader(path),
                rusqlite::Connection::is_autocommit,
                |c| {
                    c.execute_batch("BEGIN").map_err(sqlite_error)?;
                    let result = run(&mut Conn::new(Inner::Sqlite(c)));
                    c.execute_batch("ROLLBACK").map_err(sqlite_error)?;
                    result
                },
            ),
            Engine::Postgres { config, pool } => pool.with(
                || PgConn::connect(config),
                |c| !c.client.is_closed(),
                |c| {
                    c.client
                        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                        .map_err(pg_error)?;
                    let result = run(&mut Conn::new(Inner::Pg(c)));
                    c.client.batch_execute("ROLLBACK").map_err(pg_error)?;
                    result
                },
            ),
        }
    }

    /// Runs `run` in one transaction: all of it, or nothing. Blocks.
    ///
    /// # Errors
    /// What the database or `run` says; then nothing was written. A statement that failed fails all of it,
    /// also when `run` made light of it.
    pub fn write<R>(&self, priority: Priority, run: impl FnOnce(&mut Conn<'_>) -> Result<R>) -> Result<R> {
        match &self.0.engine {
            Engine::Sqlite { writer, .. } => {
                let guard = writer.lock(priority == Priority::Interactive);
                let begun = Instant::now();
                guard.execute_batch("BEGIN IMMEDIATE").map_err(sqlite_error)?;
                let rollback = Rollback(&guard);
                let mut conn = Conn::new(Inner::Sqlite(&guard));
                let result = run(&mut conn);
                let result = conn
                    .passed(result)
                    .and_then(|r| guard.execute_batch("COMMIT").map(|()| r).map_err(sqlite_error));
                drop(rollback);
                self.note_write(begun);
                result
            }
            Engine::Postgres { config, pool } => pool.with(
                || PgConn::connect(config),
                |c| !c.client.is_closed(),
                |c| {
                    let begun = Instant::now();
                    c.client.batch_execute("BEGIN").map_err(pg_error)?;
                    let mut conn = Conn::new(Inner::Pg(c));
                    let result = run(&mut conn);
                    match conn.passed(result) {
                        Ok(r) => c.client.batch_execute("COMMIT").map_err(pg_error).map(|()| {
                            self.note_write(begun);
                            r
                        }),
                        Err(e) => {
                            // The connection may be gone with the transaction; the first error is the one to tell.
                            let _ = c.client.batch_execute("ROLLBACK");
                            Err(e)
                        }
                    }
                },
            ),
        }
    }

    fn note_write(&self, begun: Instant) {
        let micros = begun.elapsed().as_micros() as u64;
        self.0.longest_write_micros.fetch_max(micros, Ordering::Relaxed);
    }
}

/// From this size on the write-ahead log is moved into the database file, beside the writer.
const WAL_SOME: u64 = 16 << 20;
/// From so many pages on the rest of it is moved while the writer waits, so that it begins anew.
const WAL_MANY_PAGES: i64 = 12_000;

/// Moves the write-ahead log into the database file on a thread of its own: within a commit it would hold the
/// writer for as long as the disk takes. Ends when the database is closed.
fn checkpoint_in_background(path: PathBuf, backend: Weak<Backend>) -> Result<()> {
    let checkpointer = open_checkpointer(&path)?;
    // (pages in the log, pages moved). An error means busy: a reader needs the old pages still, and the next
    // round moves them.
    let passive = move || {
        checkpointer
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |r| {
                Ok((r.get::<_, i64>(1)?, r.get::<_, i64>(2)?))
            })
            .unwrap_or((0, 0))
    };
    let work = move || {
        let mut settled = (0, 0);
        loop {
            std::thread::sleep(Duration::from_millis(if settled.0 == settled.1 { 200 } else { 40 }));
            let Some(backend) = backend.upgrade() else { return };
            if wal_bytes(&path) < WAL_SOME {
                continue;
            }
            settled = passive();
            if settled.0 > WAL_MANY_PAGES
                && let Engine::Sqlite { writer, .. } = &backend.engine
            {
                let waiting = writer.lock(true);
                settled = passive();
                drop(waiting);
            }
        }
    };
    std::thread::Builder::new().name("checkpoint".into()).spawn(work).map(|_| ()).map_err(Error::from)
}

/// Rolls back what is still open, also when a panic passes through.
struct Rollback<'a>(&'a rusqlite::Connection);

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            // Nothing can be done about a failing rollback; SQLite rolls back when the connection closes.
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({:?})", self.dialect())
    }
}
