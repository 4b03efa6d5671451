//! The database as the rest of the product sees it: `read` and `write`.

use crate::bells::{Bell, Bells};
use crate::conn::{Conn, Dialect, Inner};
use crate::ear::Ear;
use crate::error::{pg_error, sqlite_error};
use crate::holds::{Hold, Holds};
use crate::node::Node;
use crate::opener::Opener;
use crate::pg::PgConn;
use crate::pool::{Pool, PriorityLock};
use crate::sqlite::{open_checkpointer, open_reader, open_writer, wal_bytes};
use crate::statements::Statements;
use crate::tls::Address;
use base::{Error, Result};
use std::panic::Location as Place;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// The bell that is rung when a person changed something through this process.
pub const PEOPLE_BELL: &str = "people";

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
    statements: Statements,
    opener: Opener,
    /// Transactions that people and that bulk work committed.
    commits: [AtomicU64; 2],
    /// How often was heard that people changed something through other nodes.
    heard: AtomicU64,
    node: Node,
    holds: Holds,
    bells: Arc<Bells>,
}

enum Engine {
    Sqlite { path: PathBuf, writer: PriorityLock<rusqlite::Connection>, readers: Pool<rusqlite::Connection> },
    Postgres { address: Box<Address>, pool: Pool<PgConn> },
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
                let address = Box::new(Address::read(url)?);
                let pool = Pool::new(12);
                pool.with(|| PgConn::connect(&address), |_| true, |_| Ok(()))?;
                Engine::Postgres { address, pool }
            }
        };
        let backend = Arc::new(Backend {
            engine,
            statements: Statements::default(),
            opener: Opener::default(),
            commits: Default::default(),
            heard: AtomicU64::new(0),
            node: Node::new(),
            holds: Holds::new(),
            bells: Arc::default(),
        });
        if let Location::Sqlite(path) = location {
            checkpoint_in_background(path.clone(), Arc::downgrade(&backend))?;
        }
        Ok(Self(backend))
    }

    fn open_sqlite(path: &Path) -> Result<Engine> {
        let writer = open_writer(path).map_err(|e| e.at(path.display()))?;
        Ok(Engine::Sqlite { path: path.to_owned(), writer: PriorityLock::new(writer), readers: Pool::new(6) })
    }

    /// Says how sealed texts in it are opened within its transactions ([`Conn::open_sealed`]).
    pub fn open_sealed_with(&self, open: impl Fn(&str, &str) -> Result<String> + Send + Sync + 'static) {
        self.0.opener.set(Arc::new(open));
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        match self.0.engine {
            Engine::Sqlite { .. } => Dialect::Sqlite,
            Engine::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// How long transactions held the writer, by the place in the code that began them; the longest first.
    pub fn holds(&self) -> Vec<Hold> {
        self.0.holds.list()
    }

    /// The longest that one transaction held the writer so far, in microseconds.
    pub fn longest_write_micros(&self) -> u64 {
        let longest = self.holds().first().map_or(0, |h| h.longest.as_micros());
        u64::try_from(longest).unwrap_or(u64::MAX)
    }

    /// How many statements were run since the database was opened, beginnings and ends of transactions not
    /// counted; tests hold pages to a limit with it.
    pub fn statements(&self) -> u64 {
        self.0.statements.count()
    }

    /// The texts of the statements that were run since this was called the last time; from the first call on they
    /// are kept. For tests that say what a page asks.
    #[doc(hidden)]
    pub fn watch_statements(&self) -> Vec<String> {
        self.0.statements.watch()
    }

    /// How many transactions were committed since the database was opened: by people, and by bulk work. Those of
    /// other nodes count as far as they were heard of ([`Db::note_others`]), several as one. What was worked out holds
    /// while the numbers stay the same.
    pub fn commits(&self) -> (u64, u64) {
        let [people, bulk] = &self.0.commits;
        let heard = self.0.heard.load(Ordering::Acquire);
        (people.load(Ordering::Acquire) + heard, bulk.load(Ordering::Acquire))
    }

    /// How many transactions people committed through this process.
    pub fn own_commits(&self) -> u64 {
        self.0.commits[0].load(Ordering::Acquire)
    }

    /// Says that people changed something through another node.
    pub fn note_others(&self) {
        self.0.heard.fetch_add(1, Ordering::Release);
    }

    /// Says once which node this is: what stays the same at its next start, and what people call it.
    pub fn introduce(&self, id: &str, name: &str) {
        self.0.node.introduce(id, name);
    }

    /// Says whether other nodes know that this process is there.
    pub fn set_announced(&self, announced: bool) {
        self.0.node.set_announced(announced);
    }

    /// Something that hears what other nodes say on a channel; `None` on SQLite, which has one node.
    ///
    /// # Errors
    /// `Unavailable` when PostgreSQL cannot be reached.
    pub fn ear(&self, channel: &'static str) -> Result<Option<Ear>> {
        match &self.0.engine {
            Engine::Sqlite { .. } => Ok(None),
            Engine::Postgres { address, .. } => Ear::open(address, channel).map(Some),
        }
    }

    /// How often bells have rung in this process, together ([`Conn::ring`]).
    pub fn rung(&self, bells: &[&str]) -> u64 {
        self.0.bells.count(bells)
    }

    /// Waits until bells have rung more often than `seen`, or for so long; how often they have rung by then.
    pub fn wait_for(&self, bells: &[&str], seen: u64, at_most: Duration) -> u64 {
        self.0.bells.wait(bells, seen, at_most)
    }

    /// Something that rings a bell and does not keep the database open.
    pub fn bell(&self, name: &'static str) -> Bell {
        Bell::new(self.0.bells.clone(), name)
    }

    /// Rings a bell outside of a transaction.
    pub fn ring(&self, bell: &'static str) {
        self.0.bells.ring(&[bell]);
    }

    /// Gives back what connections keep of the database in memory, for a moment when nothing happens: it waits for
    /// its turn at the writer, and closes all readers that nobody has but one. Does nothing on PostgreSQL.
    pub fn give_memory_back(&self) {
        if let Engine::Sqlite { writer, readers, .. } = &self.0.engine {
            readers.close_idle();
            let guard = writer.lock(false);
            // A cache that stays is no failure.
            let _ = guard.execute_batch("PRAGMA shrink_memory");
        }
    }

    fn count_commit(&self, priority: Priority) {
        let [people, bulk] = &self.0.commits;
        match priority {
            Priority::Interactive => {
                people.fetch_add(1, Ordering::Release);
                self.0.bells.ring(&[PEOPLE_BELL]);
            }
            Priority::Bulk => {
                bulk.fetch_add(1, Ordering::Release);
            }
        }
    }

    /// Runs `run` on one consistent reading of the database. Blocks.
    ///
    /// # Errors
    /// What the database or `run` says.
    pub fn read<R>(&self, run: impl FnOnce(&mut Conn<'_>) -> Result<R>) -> Result<R> {
        once(run, |run| self.read_each(run))
    }

    /// Runs `run` in one transaction: all of it, or nothing. Blocks.
    ///
    /// # Errors
    /// What the database or `run` says; then nothing was written. A statement that failed fails all of it,
    /// also when `run` made light of it.
    #[track_caller]
    pub fn write<R>(&self, priority: Priority, run: impl FnOnce(&mut Conn<'_>) -> Result<R>) -> Result<R> {
        let place = Place::caller();
        once(run, |run| self.write_each(priority, place, run))
    }

    fn read_each(&self, run: Once<'_>) -> Result<()> {
        match &self.0.engine {
            Engine::Sqlite { path, readers, .. } => readers.with(
                || open_reader(path),
                rusqlite::Connection::is_autocommit,
                |c| {
                    c.execute_batch("BEGIN").map_err(sqlite_error)?;
                    let result = run(&mut self.conn(Inner::Sqlite(c)));
                    c.execute_batch("ROLLBACK").map_err(sqlite_error)?;
                    result
                },
            ),
            Engine::Postgres { address, pool } => pool.with(
                || PgConn::connect(address),
                |c| !c.client.is_closed(),
                |c| {
                    c.client
                        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                        .map_err(pg_error)?;
                    let result = run(&mut self.conn(Inner::Pg(c)));
                    c.client.batch_execute("ROLLBACK").map_err(pg_error)?;
                    result
                },
            ),
        }
    }

    fn write_each(&self, priority: Priority, place: &'static Place<'static>, run: Once<'_>) -> Result<()> {
        match &self.0.engine {
            Engine::Sqlite { writer, .. } => {
                let guard = writer.lock(priority == Priority::Interactive);
                let begun = Instant::now();
                guard.execute_batch("BEGIN IMMEDIATE").map_err(sqlite_error)?;
                let rollback = Rollback(&guard);
                let mut conn = self.conn(Inner::Sqlite(&guard));
                let result = run(&mut conn);
                let result = conn
                    .passed(result)
                    .and_then(|bells| guard.execute_batch("COMMIT").map(|()| bells).map_err(sqlite_error));
                drop(rollback);
                drop(guard);
                self.0.holds.note(place, priority, begun.elapsed());
                result.map(|bells| {
                    self.count_commit(priority);
                    self.0.bells.ring(&bells);
                })
            }
            Engine::Postgres { address, pool } => pool.with(
                || PgConn::connect(address),
                |c| !c.client.is_closed(),
                |c| {
                    let begun = Instant::now();
                    c.client.batch_execute("BEGIN").map_err(pg_error)?;
                    let mut conn = self.conn(Inner::Pg(c));
                    let result = run(&mut conn);
                    match conn.passed(result) {
                        Ok(bells) => c.client.batch_execute("COMMIT").map_err(pg_error).map(|()| {
                            self.0.holds.note(place, priority, begun.elapsed());
                            self.count_commit(priority);
                            self.0.bells.ring(&bells);
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

    fn conn<'a>(&'a self, inner: Inner<'a>) -> Conn<'a> {
        Conn::new(inner, &self.0.statements, &self.0.opener, &self.0.node)
    }
}

/// Work on a connection whose result is put away by the work itself.
type Once<'a> = &'a mut dyn FnMut(&mut Conn<'_>) -> Result<()>;

/// Gives work with whatever result to code that is compiled once for all of them: the product has some hundred readings
/// and writings, and each would bring its own copy of everything around it.
fn once<R>(
    run: impl FnOnce(&mut Conn<'_>) -> Result<R>,
    around: impl FnOnce(Once<'_>) -> Result<()>,
) -> Result<R> {
    let (mut run, mut result) = (Some(run), None);
    around(&mut |c| {
        if let Some(run) = run.take() {
            result = Some(run(c)?);
        }
        Ok(())
    })?;
    result.ok_or_else(|| Error::internal("a transaction ended without its work"))
}

/// From this size on the write-ahead log is moved into the database file, beside the writer.
const WAL_SOME: u64 = 16 << 20;
/// From so many pages on the rest of it is moved while bulk work pauses, so that it begins anew.
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
            // What was written during the first pass; little is left for the one that makes the writer wait.
            if settled.0 > WAL_MANY_PAGES {
                settled = passive();
            }
            if settled.0 > WAL_MANY_PAGES
                && let Engine::Sqlite { writer, .. } = &backend.engine
            {
                // Bulk work pauses until the log is moved; a person's write still comes through.
                let paused = writer.hold_bulk_back();
                settled = passive();
                drop(paused);
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
