//! What a database says about its tables, for whoever copies them whole: columns, the numbers that were given, and
//! whether there is anything at all. Both databases give the same answers here, in the words of the portable subset.

use crate::conn::{Conn, Dialect, Inner, Param, Row};
use crate::error::{pg_error, sqlite_error};
use base::{Error, Result};
use postgres::types::Type;
use rusqlite::types::ValueRef;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// 64 bits, with a sign.
    Integer,
    /// Text.
    Text,
    /// Bytes.
    Blob,
    /// A floating-point number.
    Real,
}

impl ColumnType {
    /// As the portable subset writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
            Self::Real => "REAL",
        }
    }

    /// The type of this name, in the words of either database.
    pub fn parse(word: &str) -> Option<Self> {
        match word.to_ascii_uppercase().as_str() {
            "INTEGER" | "BIGINT" => Some(Self::Integer),
            "TEXT" => Some(Self::Text),
            "BLOB" | "BYTEA" => Some(Self::Blob),
            "REAL" | "DOUBLE PRECISION" => Some(Self::Real),
            _ => None,
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ColumnType,
}

impl Row<'_> {
    /// The value of a column, whatever its type is, without a copy.
    ///
    /// # Errors
    /// `Internal` for a type that the portable subset does not have.
    pub fn value(&self, column: usize) -> Result<Param<'_>> {
        match self {
            Self::Sqlite(row) => match row.get_ref(column).map_err(sqlite_error)? {
                ValueRef::Null => Ok(Param::Null),
                ValueRef::Integer(v) => Ok(Param::Int(v)),
                ValueRef::Real(v) => Ok(Param::Real(v)),
                ValueRef::Text(v) => std::str::from_utf8(v)
                    .map(Param::Text)
                    .map_err(|e| Error::internal(format!("a text in the database is no UTF-8: {e}"))),
                ValueRef::Blob(v) => Ok(Param::Blob(v)),
            },
            Self::Pg(row) => {
                let kind = row.columns().get(column).map(postgres::Column::type_);
                match kind {
                    Some(&Type::INT8) => row.try_get::<_, Option<i64>>(column).map(Param::from),
                    Some(&Type::TEXT) => row.try_get::<_, Option<&str>>(column).map(Param::from),
                    Some(&Type::BYTEA) => row.try_get::<_, Option<&[u8]>>(column).map(Param::from),
                    Some(&Type::FLOAT8) => row.try_get::<_, Option<f64>>(column).map(Param::from),
                    other => return Err(Error::internal(format!("a column of the type {other:?}"))),
                }
                .map_err(pg_error)
            }
        }
    }
}

impl Conn<'_> {
    /// The columns of a table, in their order; empty when there is no such table.
    ///
    /// # Errors
    /// `Internal` for a type that the portable subset does not have; what the database says.
    pub fn columns(&mut self, table: &str) -> Result<Vec<Column>> {
        let sql = match self.dialect() {
            Dialect::Sqlite => "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
            Dialect::Postgres => {
                "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
            }
        };
        self.query(sql, &[table.into()], |r| {
            let (name, word) = (r.text(0)?, r.text(1)?);
            let kind = ColumnType::parse(&word)
                .ok_or_else(|| Error::internal(format!("{table}.{name} is of the type {word}")))?;
            Ok(Column { name, kind })
        })
    }

    /// The last number that a table gave to a row by itself (`INTEGER PRIMARY KEY AUTOINCREMENT`), whether that row
    /// is still there or not; `None` when it never did.
    ///
    /// # Errors
    /// What the database says.
    pub fn last_number(&mut self, table: &str) -> Result<Option<i64>> {
        match self.dialect() {
            Dialect::Sqlite => {
                self.query_opt("SELECT seq FROM sqlite_sequence WHERE name = $1", &[table.into()], |r| {
                    r.int(0)
                })
            }
            Dialect::Postgres => {
                let Some(column) = self.numbered_column(table)? else { return Ok(None) };
                self.query_one(
                    "SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence($1, $2) AS regclass))",
                    &[table.into(), (&column).into()],
                    |r| r.opt_int(0),
                )
            }
        }
    }

    /// Says which number a table gave last: the next row gets the one after it.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_last_number(&mut self, table: &str, last: i64) -> Result<()> {
        match self.dialect() {
            Dialect::Sqlite => {
                let changed = self.execute(
                    "UPDATE sqlite_sequence SET seq = $1 WHERE name = $2",
                    &[last.into(), table.into()],
                )?;
                if changed == 0 {
                    self.execute(
                        "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)",
                        &[table.into(), last.into()],
                    )?;
                }
            }
            Dialect::Postgres => {
                if let Some(column) = self.numbered_column(table)? {
                    self.query(
                        "SELECT setval(CAST(pg_get_serial_sequence($1, $2) AS regclass), $3)",
                        &[table.into(), (&column).into(), last.into()],
                        |_| Ok(()),
                    )?;
                }
            }
        }
        Ok(())
    }

    /// The column whose numbers PostgreSQL gives.
    fn numbered_column(&mut self, table: &str) -> Result<Option<String>> {
        debug_assert!(matches!(self.inner, Inner::Pg(_)), "SQLite keeps them by the table's name");
        let sql = match self.dialect() {
            Dialect::Sqlite => return Ok(None),
            Dialect::Postgres => {
                "SELECT CAST(column_name AS TEXT) FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'"
            }
        };
        self.query_opt(sql, &[table.into()], |r| r.text(0))
    }

    /// The names of some tables that are there, of whoever they may be; none in an empty database.
    ///
    /// # Errors
    /// What the database says.
    pub fn some_tables(&mut self) -> Result<Vec<String>> {
        let sql = match self.dialect() {
            Dialect::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                 ORDER BY name LIMIT 5"
            }
            Dialect::Postgres => {
                "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
                 WHERE table_schema = current_schema() ORDER BY table_name LIMIT 5"
            }
        };
        self.query(sql, &[], |r| r.text(0))
    }

    /// How many other connections are open to this database; SQLite does not know.
    ///
    /// # Errors
    /// What the database says.
    pub fn other_connections(&mut self) -> Result<u64> {
        match self.dialect() {
            Dialect::Sqlite => Ok(0),
            Dialect::Postgres => self.query_one(
                "SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
                &[],
                |r| Ok(r.int(0)?.unsigned_abs()),
            ),
        }
    }

    /// How many bytes the database takes.
    ///
    /// # Errors
    /// What the database says.
    pub fn size(&mut self) -> Result<u64> {
        let sql = match self.dialect() {
            Dialect::Sqlite => {
                "SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s"
            }
            Dialect::Postgres => "SELECT pg_database_size(current_database())",
        };
        self.query_one(sql, &[], |r| Ok(r.int(0)?.unsigned_abs()))
    }
}
