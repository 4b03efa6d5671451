//! SQLite or PostgreSQL behind one thin interface: transactions as scopes, one SQL text for both.
//!
//! ```ignore
//! let n: i64 = db.read(|c| c.query_one("SELECT count(*) FROM members", &[], |r| r.int(0)))?;
//! db.write(Priority::Interactive, |tx| tx.execute("UPDATE …  WHERE id = $1", &[id.into()]))?;
//! ```
//! The closures are ordinary blocking code; nothing but SQL happens in them. Parameters are `$1 … $n`,
//! numbered in order of first use. Columns are `INTEGER` (64 bits), `TEXT`, `BLOB` and `REAL` everywhere.

mod bells;
mod catalogue;
mod conn;
mod db;
mod ear;
mod error;
mod holds;
mod migrate;
mod node;
mod opener;
mod pg;
mod pool;
mod sqlite;
mod statements;
mod tls;

pub use bells::Bell;
pub use catalogue::{Column, ColumnType};
pub use conn::{Conn, Dialect, Param, Row};
pub use db::{Db, Location, PEOPLE_BELL, Priority};
pub use ear::Ear;
pub use holds::{HOLD_LIMIT, Hold};
pub use migrate::Migration;
