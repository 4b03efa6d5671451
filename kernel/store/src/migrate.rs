//! Numbered migrations, forward only, one SQL text for both databases.
//!
//! The text is SQLite's (`INTEGER`, `TEXT`, `BLOB`, `REAL`, `STRICT`, `WITHOUT ROWID`); for PostgreSQL the
//! types are translated. A line that begins with `-- sqlite: ` or `-- postgres: ` is for that one only.
//!
//! On PostgreSQL one node migrates while the others that start wait; those of the version before go on serving, and
//! what they hold is waited for in short tries, so that nobody queues behind a migration that waits itself.

use crate::conn::{Conn, Dialect};
use crate::db::{Db, Priority};
use crate::error::is_locked;
use base::{Error, Micros, Result};
use sha2::{Digest, Sha256};

/// One step of a schema. Never edited after a release.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The crate that owns its tables.
    pub owner: &'static str,
    /// Counts from 1 within the owner.
    pub number: i64,
    /// What it does, in a few words.
    pub name: &'static str,
    /// The SQL.
    pub sql: &'static str,
}

/// How long a migration waits for a table that others use before it lets them go first.
const LOCK_SECONDS: u32 = 3;
/// How often it tries, and how long it rests in between.
const TRIES: u32 = 20;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(500);

/// Stands among the applied migrations while a database is being filled from elsewhere. No migration has this owner,
/// so that versions which do not know the mark refuse it, too.
const FILLING: &str = "unfinished";

impl Migration {
    /// What tells whether two migrations are the same text.
    pub fn checksum(&self) -> String {
        Sha256::digest(self.sql.as_bytes()).iter().take(16).map(|b| format!("{b:02x}")).collect()
    }
}

impl Db {
    /// Brings the schema up to date, in the order given.
    ///
    /// # Errors
    /// `Conflict` when an applied migration was changed, the data are of a newer version, or the database was not
    /// filled to the end.
    pub fn migrate(&self, migrations: &[Migration], now: Micros) -> Result<()> {
        self.migrate_to(migrations, false, now)
    }

    /// The same for whoever fills the database just now.
    ///
    /// # Errors
    /// As [`Db::migrate`].
    pub fn migrate_while_filling(&self, migrations: &[Migration], now: Micros) -> Result<()> {
        self.migrate_to(migrations, true, now)
    }

    /// Marks the database as being filled from elsewhere: [`Db::migrate`] refuses it until it is marked as filled.
    ///
    /// # Errors
    /// When the database says no.
    pub fn begin_filling(&self, from: &str, now: Micros) -> Result<()> {
        self.write(Priority::Interactive, |tx| {
            tx.execute(
                "INSERT INTO schema_versions (owner, number, name, checksum, applied_at) VALUES ($1, 0, $2, '', $3)",
                &[FILLING.into(), from.into(), now.into()],
            )?;
            Ok(())
        })
    }

    /// Takes the mark away.
    ///
    /// # Errors
    /// When the database says no.
    pub fn end_filling(&self) -> Result<()> {
        self.write(Priority::Interactive, |tx| {
            tx.execute("DELETE FROM schema_versions WHERE owner = $1", &[FILLING.into()]).map(|_| ())
        })
    }

    fn migrate_to(&self, migrations: &[Migration], filling: bool, now: Micros) -> Result<()> {
        for _ in 1..TRIES {
            match self.try_to_migrate(migrations, filling, now) {
                Err(e) if is_locked(&e) => std::thread::sleep(PAUSE),
                other => return other,
            }
        }
        self.try_to_migrate(migrations, filling, now)
    }

    fn try_to_migrate(&self, migrations: &[Migration], filling: bool, now: Micros) -> Result<()> {
        self.write(Priority::Interactive, |tx| {
            if tx.dialect() == Dialect::Postgres {
                tx.execute("SELECT pg_advisory_xact_lock($1)", &[7_201_001_i64.into()])?;
                tx.batch(&format!("SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))?;
            }
            tx.batch(&translate(
                "CREATE TABLE IF NOT EXISTS schema_versions (
                   owner TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL,
                   checksum TEXT NOT NULL, applied_at INTEGER NOT NULL,
                   PRIMARY KEY (owner, number)) STRICT;",
                tx.dialect(),
            ))?;
            let applied = tx.query("SELECT owner, number, checksum FROM schema_versions", &[], |r| {
                Ok((r.text(0)?, r.int(1)?, r.text(2)?))
            })?;
            for (owner, number, _) in &applied {
                if owner == FILLING {
                    if filling {
                        continue;
                    }
                    return Err(Error::conflict(
                        "this database was not filled to the end: a restore or a move into it was broken off. \
                         Nothing is lost where it came from. Remove this database (dropdb and createdb, or the \
                         file), and restore or move again.",
                    ));
                }
                if !migrations.iter().any(|m| m.owner == owner && m.number == *number) {
                    return Err(Error::conflict(format!(
                        "the data were written by a newer version of this program ({owner} {number}). Install that version or a \
                         later one."
                    )));
                }
            }
            for m in migrations {
                apply(tx, m, &applied, now)?;
            }
            Ok(())
        })
    }
}

fn apply(tx: &mut Conn<'_>, m: &Migration, applied: &[(String, i64, String)], now: Micros) -> Result<()> {
    let checksum = m.checksum();
    if let Some((_, _, known)) = applied.iter().find(|(o, n, _)| o == m.owner && *n == m.number) {
        if *known != checksum {
            return Err(Error::conflict(format!(
                "migration {} {} ({}) was changed after it was applied",
                m.owner, m.number, m.name
            )));
        }
        return Ok(());
    }
    tx.batch(&translate(m.sql, tx.dialect()))
        .map_err(|e| e.at(format!("migration {} {} ({})", m.owner, m.number, m.name)))?;
    tx.execute(
        "INSERT INTO schema_versions (owner, number, name, checksum, applied_at) VALUES ($1, $2, $3, $4, $5)",
        &[m.owner.into(), m.number.into(), m.name.into(), (&checksum).into(), now.into()],
    )?;
    Ok(())
}

/// The text for this database.
fn translate(sql: &str, dialect: Dialect) -> String {
    let mut out = String::with_capacity(sql.len());
    for line in sql.lines() {
        let trimmed = line.trim_start();
        let line = match (trimmed.strip_prefix("-- sqlite: "), trimmed.strip_prefix("-- postgres: ")) {
            (Some(rest), _) if dialect == Dialect::Sqlite => rest,
            (_, Some(rest)) if dialect == Dialect::Postgres => rest,
            (None, None) => line,
            _ => continue,
        };
        out.push_str(line);
        out.push('\n');
    }
    if dialect == Dialect::Postgres {
        for (from, to) in [
            ("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
            ("INTEGER", "BIGINT"),
            ("BLOB", "BYTEA"),
            ("REAL", "DOUBLE PRECISION"),
            (" WITHOUT ROWID, STRICT", ""),
            (" STRICT", ""),
        ] {
            out = out.replace(from, to);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_serves_both() {
        let sql = "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b BLOB) STRICT;\n-- postgres: CREATE INDEX x ON t USING brin (a);";
        assert!(translate(sql, Dialect::Sqlite).contains("STRICT"));
        assert!(!translate(sql, Dialect::Sqlite).contains("brin"));
        let pg = translate(sql, Dialect::Postgres);
        assert!(
            pg.contains("BIGINT GENERATED BY DEFAULT AS IDENTITY")
                && pg.contains("BYTEA")
                && pg.contains("brin")
        );
    }
}
