//! Opening SQLite connections with the pragmas of this product.

use crate::error::sqlite_error;
use base::Result;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// The one connection that writes. Memory mapping is off for it, so that importing a long file does not
/// show as memory. The write-ahead log is cut only when a long reading let it grow beyond 256 MiB: cutting it each
/// time that it begins anew held the writer for 17 ms.
pub(crate) fn open_writer(path: &Path) -> Result<Connection> {
    let c = Connection::open(path).map_err(sqlite_error)?;
    c.execute_batch(
        "PRAGMA page_size=8192;
         PRAGMA journal_mode=WAL;
         PRAGMA synchronous=NORMAL;
         PRAGMA busy_timeout=5000;
         PRAGMA foreign_keys=ON;
         PRAGMA cache_size=-98304;
         PRAGMA temp_store=MEMORY;
         PRAGMA journal_size_limit=268435456;
         PRAGMA wal_autocheckpoint=0;",
    )
    .map_err(sqlite_error)?;
    c.set_prepared_statement_cache_capacity(256);
    Ok(c)
}

/// One of the connections that read. Its cache is small and nothing is mapped: the system keeps the file's pages
/// anyway, and an idle server is to stay small.
pub(crate) fn open_reader(path: &Path) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let c = Connection::open_with_flags(path, flags).map_err(sqlite_error)?;
    c.execute_batch(
        "PRAGMA query_only=ON;
         PRAGMA busy_timeout=5000;
         PRAGMA cache_size=-1024;
         PRAGMA temp_store=MEMORY;",
    )
    .map_err(sqlite_error)?;
    c.set_prepared_statement_cache_capacity(128);
    Ok(c)
}

/// A connection that only moves the write-ahead log into the database file.
pub(crate) fn open_checkpointer(path: &Path) -> Result<Connection> {
    let c = Connection::open(path).map_err(sqlite_error)?;
    c.execute_batch("PRAGMA busy_timeout=0; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0;")
        .map_err(sqlite_error)?;
    Ok(c)
}

/// The size of the write-ahead log beside a database file.
pub(crate) fn wal_bytes(path: &Path) -> u64 {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    std::fs::metadata(name).map_or(0, |m| m.len())
}
