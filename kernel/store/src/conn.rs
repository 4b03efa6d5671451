//! A connection within a transaction, its parameters and its rows.

use crate::error::{pg_error, sqlite_error};
use crate::node::Node;
use crate::opener::Opener;
use crate::pg::PgConn;
use crate::statements::Statements;
use base::{Error, Result};

/// Which database it is; for the few places where the SQL must differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Embedded SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A value handed to a statement.
#[derive(Clone, Copy, Debug)]
pub enum Param<'a> {
    /// NULL.
    Null,
    /// A 64-bit integer; booleans are 0 and 1.
    Int(i64),
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

impl From<i64> for Param<'_> {
    fn from(v: i64) -> Self {
        Self::Int(v)
    }
}
impl From<i32> for Param<'_> {
    fn from(v: i32) -> Self {
        Self::Int(v.into())
    }
}
impl From<u32> for Param<'_> {
    fn from(v: u32) -> Self {
        Self::Int(v.into())
    }
}
impl From<bool> for Param<'_> {
    fn from(v: bool) -> Self {
        Self::Int(v.into())
    }
}
impl From<f64> for Param<'_> {
    fn from(v: f64) -> Self {
        Self::Real(v)
    }
}
impl<'a> From<&'a str> for Param<'a> {
    fn from(v: &'a str) -> Self {
        Self::Text(v)
    }
}
impl<'a> From<&'a String> for Param<'a> {
    fn from(v: &'a String) -> Self {
        Self::Text(v)
    }
}
impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(v: &'a [u8]) -> Self {
        Self::Blob(v)
    }
}
impl<'a> From<&'a Vec<u8>> for Param<'a> {
    fn from(v: &'a Vec<u8>) -> Self {
        Self::Blob(v)
    }
}
impl<'a, T> From<Option<T>> for Param<'a>
where
    T: Into<Param<'a>>,
{
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}

/// One row of an answer; columns count from 0.
pub enum Row<'a> {
    /// Of SQLite.
    #[doc(hidden)]
    Sqlite(&'a rusqlite::Row<'a>),
    /// Of PostgreSQL.
    #[doc(hidden)]
    Pg(&'a postgres::Row),
}

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $opt:ident, $type:ty) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// When the column has another type or is NULL.
        pub fn $name(&self, column: usize) -> Result<$type> {
            match self {
                Self::Sqlite(row) => row.get(column).map_err(sqlite_error),
                Self::Pg(row) => row.try_get(column).map_err(pg_error),
            }
        }
        $(#[$doc])*
        ///
        /// `None` for NULL.
        ///
        /// # Errors
        /// When the column has another type.
        pub fn $opt(&self, column: usize) -> Result<Option<$type>> {
            match self {
                Self::Sqlite(row) => row.get(column).map_err(sqlite_error),
                Self::Pg(row) => row.try_get(column).map_err(pg_error),
            }
        }
    };
}

impl Row<'_> {
    getter!(
        /// A 64-bit integer.
        int,
        opt_int,
        i64
    );
    getter!(
        /// A floating-point number.
        real,
        opt_real,
        f64
    );
    getter!(
        /// Text.
        text,
        opt_text,
        String
    );
    getter!(
        /// Bytes.
        blob,
        opt_blob,
        Vec<u8>
    );

    /// Bytes without a copy; NULL is empty.
    ///
    /// # Errors
    /// When the column has another type.
    pub fn bytes(&self, column: usize) -> Result<&[u8]> {
        match self {
            Self::Sqlite(row) => {
                let value = row.get_ref(column).map_err(sqlite_error)?;
                value
                    .as_blob_or_null()
                    .map(Option::unwrap_or_default)
                    .map_err(|e| Error::internal(e.to_string()))
            }
            Self::Pg(row) => {
                row.try_get::<_, Option<&[u8]>>(column).map(Option::unwrap_or_default).map_err(pg_error)
            }
        }
    }

    /// An integer that means yes or no.
    ///
    /// # Errors
    /// When the column has another type or is NULL.
    pub fn flag(&self, column: usize) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }
}

/// A connection within a transaction.
pub struct Conn<'c> {
    pub(crate) inner: Inner<'c>,
    statements: u64,
    /// Those of every transaction of this database.
    all_statements: &'c Statements,
    /// How sealed texts are opened.
    opener: &'c Opener,
    node: &'c Node,
    /// The first statement that failed. PostgreSQL answers a COMMIT after it with a silent rollback; so that
    /// nobody takes that for a success, and both databases behave alike, nothing is committed after one.
    failed: Option<Error>,
    /// What is rung after the commit.
    bells: Vec<&'static str>,
}

pub(crate) enum Inner<'c> {
    Sqlite(&'c rusqlite::Connection),
    Pg(&'c mut PgConn),
}

impl<'c> Conn<'c> {
    pub(crate) fn new(
        inner: Inner<'c>,
        all_statements: &'c Statements,
        opener: &'c Opener,
        node: &'c Node,
    ) -> Self {
        Self { inner, statements: 0, all_statements, opener, node, failed: None, bells: Vec::new() }
    }

    /// Opens a sealed text that lies in this database, for the context of its place; no statement.
    ///
    /// # Errors
    /// `Unavailable` when its key is not at hand, and what whoever opens it says.
    pub fn open_sealed(&self, sealed: &str, context: &str) -> Result<String> {
        self.opener.open(sealed, context)
    }

    /// Which opening of the database this is; no other process has the same, nor the same program at its next start.
    pub fn run(&self) -> &'c str {
        self.node.run()
    }

    /// Which node it is: the same at its next start.
    pub fn node(&self) -> &'c str {
        self.node.id()
    }

    /// What people call the node.
    pub fn node_name(&self) -> &'c str {
        self.node.name()
    }

    /// Whether others know that this process is there ([`crate::Db::set_announced`]).
    pub fn is_announced(&self) -> bool {
        self.node.is_announced()
    }

    /// What must be said instead of committing, if a statement failed and its error was not passed on; otherwise
    /// with the bells to ring after the commit.
    pub(crate) fn passed(self, result: Result<()>) -> Result<Vec<&'static str>> {
        match (result, self.failed) {
            (Ok(()), Some(e)) => Err(e),
            (result, _) => result.map(|()| self.bells),
        }
    }

    /// Rings a bell after the commit, for threads that wait in [`crate::Db::wait_for`].
    pub fn ring(&mut self, bell: &'static str) {
        if !self.bells.contains(&bell) {
            self.bells.push(bell);
        }
    }

    /// What is added to a `SELECT … LIMIT` that picks rows for this transaction alone, so that several pick different
    /// ones at once and none waits: a lock that passes over locked rows. Nothing on SQLite, which has one writer.
    pub fn skip_locked(&self) -> &'static str {
        match self.dialect() {
            Dialect::Sqlite => "",
            Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    fn noted<T>(&mut self, result: Result<T>) -> Result<T> {
        if let Err(e) = &result {
            self.failed.get_or_insert_with(|| e.clone());
        }
        result
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        match self.inner {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Pg(_) => Dialect::Postgres,
        }
    }

    /// Prepares a statement without running it, the same way as running it would; for the test that holds every
    /// text to both databases. Says how many parameters it takes.
    ///
    /// # Errors
    /// What the database says, `Internal` for parameters that are not numbered in order of first use. On
    /// PostgreSQL the transaction is over then.
    #[doc(hidden)]
    pub fn prepare_only(&mut self, sql: &str) -> Result<usize> {
        let result = match &mut self.inner {
            Inner::Sqlite(c) => prepare_sqlite(c, sql),
            Inner::Pg(c) => c.prepare_only(sql),
        };
        self.noted(result)
    }

    /// How many statements this connection ran in this transaction.
    pub fn statements(&self) -> u64 {
        self.statements
    }

    fn count(&mut self, sql: &str) {
        self.statements += 1;
        self.all_statements.note(sql);
    }

    /// Runs a statement and says how many rows it changed.
    ///
    /// # Errors
    /// What the database says, in words for a person.
    pub fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        self.count(sql);
        let result = match &mut self.inner {
            Inner::Sqlite(c) => execute_sqlite(c, sql, params),
            Inner::Pg(c) => c.execute(sql, params),
        };
        self.noted(result)
    }

    /// Runs one statement for each row of parameters, in order, and calls `changed` with how many rows each time
    /// changed. Counts as one statement; looking it up once instead of each time is a tenth of an import.
    ///
    /// # Errors
    /// What the database says, in words for a person.
    pub fn execute_each<'p, const N: usize>(
        &mut self,
        sql: &str,
        rows: impl IntoIterator<Item = [Param<'p>; N]>,
        mut changed: impl FnMut(u64),
    ) -> Result<()> {
        self.count(sql);
        let result = match &mut self.inner {
            Inner::Sqlite(c) => c.prepare_cached(sql).map_err(sqlite_error).and_then(|mut stmt| {
                rows.into_iter().try_for_each(|row| {
                    bind(&mut stmt, &row)?;
                    changed(stmt.raw_execute().map_err(sqlite_error)? as u64);
                    Ok(())
                })
            }),
            Inner::Pg(c) => rows.into_iter().try_for_each(|row| {
                changed(c.execute(sql, &row)?);
                Ok(())
            }),
        };
        self.noted(result)
    }

    /// Asks the same for each row of parameters, in order, and calls `each` for every row of every answer. Counts as
    /// one statement.
    ///
    /// # Errors
    /// What the database or `each` says.
    pub fn query_each<'p, const N: usize>(
        &mut self,
        sql: &str,
        rows: impl IntoIterator<Item = [Param<'p>; N]>,
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        self.count(sql);
        let result = match &mut self.inner {
            Inner::Sqlite(c) => c.prepare_cached(sql).map_err(sqlite_error).and_then(|mut stmt| {
                rows.into_iter().try_for_each(|row| answers_sqlite(&mut stmt, &row, &mut each))
            }),
            Inner::Pg(c) => {
                rows.into_iter().try_for_each(|row| c.for_each(sql, &row, &mut |found| each(&Row::Pg(found))))
            }
        };
        self.noted(result)
    }

    /// Calls `each` for every row, without keeping them.
    ///
    /// # Errors
    /// What the database or `each` says.
    pub fn for_each(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        self.for_every(sql, params, &mut each)
    }

    fn for_every(&mut self, sql: &str, params: &[Param<'_>], each: Each<'_>) -> Result<()> {
        self.count(sql);
        // What the closure refuses is no failure of the statement.
        let mut refused = false;
        let mut each = |row: &Row<'_>| each(row).inspect_err(|_| refused = true);
        let result = match &mut self.inner {
            Inner::Sqlite(c) => for_each_sqlite(c, sql, params, &mut each),
            Inner::Pg(c) => c.for_each(sql, params, &mut |row| each(&Row::Pg(row))),
        };
        if refused { result } else { self.noted(result) }
    }

    /// Every row, as `each` reads it.
    ///
    /// # Errors
    /// What the database or `each` says.
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut out = Vec::new();
        self.for_each(sql, params, |row| {
            out.push(each(row)?);
            Ok(())
        })?;
        Ok(out)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// What the database or `each` says.
    pub fn query_opt<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut out = None;
        self.for_each(sql, params, |row| {
            if out.is_none() {
                out = Some(each(row)?);
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// The first row.
    ///
    /// # Errors
    /// `NotFound` when there is none; what the database or `each` says.
    pub fn query_one<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.query_opt(sql, params, each)?.ok_or_else(|| Error::not_found("there is no such row"))
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// What the database says.
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        self.count(sql);
        let result = match &mut self.inner {
            Inner::Sqlite(c) => c.execute_batch(sql).map_err(sqlite_error),
            Inner::Pg(c) => c.client.batch_execute(sql).map_err(pg_error),
        };
        self.noted(result)
    }

    /// PostgreSQL only: loads rows in COPY text format (tabs, `\N`).
    ///
    /// # Errors
    /// What the database says; `Internal` on SQLite.
    pub fn copy_in(&mut self, sql: &str, rows: &[u8]) -> Result<u64> {
        self.count(sql);
        let result = match &mut self.inner {
            Inner::Sqlite(_) => Err(Error::internal("COPY is not for SQLite")),
            Inner::Pg(c) => c.copy_in(sql, rows),
        };
        self.noted(result)
    }
}

fn prepare_sqlite(c: &rusqlite::Connection, sql: &str) -> Result<usize> {
    let stmt = c.prepare_cached(sql).map_err(sqlite_error)?;
    let count = stmt.parameter_count();
    let in_order = (1..=count).all(|i| stmt.parameter_name(i).is_some_and(|n| n == format!("${i}")));
    if in_order {
        Ok(count)
    } else {
        Err(Error::internal("parameters are not numbered in order of first use"))
    }
}

fn execute_sqlite(c: &rusqlite::Connection, sql: &str, params: &[Param<'_>]) -> Result<u64> {
    let mut stmt = c.prepare_cached(sql).map_err(sqlite_error)?;
    bind(&mut stmt, params)?;
    Ok(stmt.raw_execute().map_err(sqlite_error)? as u64)
}

fn for_each_sqlite(c: &rusqlite::Connection, sql: &str, params: &[Param<'_>], each: Each<'_>) -> Result<()> {
    answers_sqlite(&mut c.prepare_cached(sql).map_err(sqlite_error)?, params, each)
}

/// What is done with each row.
type Each<'a> = &'a mut dyn FnMut(&Row<'_>) -> Result<()>;

fn answers_sqlite(
    stmt: &mut rusqlite::CachedStatement<'_>,
    params: &[Param<'_>],
    each: Each<'_>,
) -> Result<()> {
    bind(stmt, params)?;
    let mut rows = stmt.raw_query();
    while let Some(row) = rows.next().map_err(sqlite_error)? {
        each(&Row::Sqlite(row))?;
    }
    Ok(())
}

fn bind(stmt: &mut rusqlite::CachedStatement<'_>, params: &[Param<'_>]) -> Result<()> {
    use rusqlite::types::{Null, ToSqlOutput, ValueRef};
    debug_assert!(
        (0..params.len()).all(|i| stmt.parameter_name(i + 1).is_none_or(|n| n == format!("${}", i + 1))),
        "parameters are numbered in order of first use"
    );
    if stmt.parameter_count() != params.len() {
        return Err(Error::internal(format!(
            "a statement takes {} parameters and got {}",
            stmt.parameter_count(),
            params.len()
        )));
    }
    for (i, param) in params.iter().enumerate() {
        let result = match *param {
            Param::Null => stmt.raw_bind_parameter(i + 1, Null),
            Param::Int(v) => stmt.raw_bind_parameter(i + 1, v),
            Param::Real(v) => stmt.raw_bind_parameter(i + 1, v),
            Param::Text(v) => stmt.raw_bind_parameter(i + 1, v),
            Param::Blob(v) => stmt.raw_bind_parameter(i + 1, ToSqlOutput::Borrowed(ValueRef::Blob(v))),
        };
        result.map_err(sqlite_error)?;
    }
    Ok(())
}
