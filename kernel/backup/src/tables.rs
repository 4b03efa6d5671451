//! Tables as rows: read from one database, put into another. The only place of this crate with the tables' names in
//! its SQL; the proof over all texts (`folkmoot/src/proofs/sql.rs`) prepares them with a table that stands for all.

use crate::file::{Sink, each_row};
use crate::wire::{self, BLOCK, Block, Header, Sum, TableHead, TableSum};
use base::{Error, Result};
use std::fmt::Write as _;
use store::{ColumnType, Conn, Dialect, Param};

/// Rows between two words about progress.
const SAY_EVERY: u64 = 20_000;

/// What the header says of a table.
///
/// # Errors
/// `Internal` when there is no such table.
pub(crate) fn describe(c: &mut Conn<'_>, table: &str) -> Result<TableHead> {
    let columns = c.columns(table)?;
    if columns.is_empty() {
        return Err(Error::internal(format!("there is no table {table}")));
    }
    let rows = c.query_one(&format!("SELECT count(*) FROM {table}"), &[], |r| r.int(0))?;
    Ok(TableHead {
        name: table.to_owned(),
        columns: columns.into_iter().map(|c| (c.name, c.kind.word().to_owned())).collect(),
        rows: rows.unsigned_abs(),
        last_number: c.last_number(table)?,
    })
}

/// The names of a table's columns, for a statement.
fn list(table: &TableHead) -> String {
    table.columns.iter().map(|c| c.0.as_str()).collect::<Vec<_>>().join(", ")
}

/// Hands every row of a table to a sink, in blocks; rows and checksum.
///
/// # Errors
/// What the database, the sink or `progress` says.
pub(crate) fn read(
    c: &mut Conn<'_>,
    (number, head): (usize, &TableHead),
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<TableSum> {
    let number = u16::try_from(number).map_err(|e| Error::internal(e.to_string()))?;
    let mut sum = Sum::default();
    let mut block = Block { table: number, ..Block::default() };
    let (table, columns) = (&head.name, list(head));
    c.for_each(&format!("SELECT {columns} FROM {table}"), &[], |r| {
        let from = block.body.len();
        for i in 0..head.columns.len() {
            wire::put(&mut block.body, &r.value(i)?);
        }
        sum.add(&block.body[from..]);
        block.rows += 1;
        if block.body.len() >= BLOCK {
            sink.rows(&block)?;
            block.rows = 0;
            block.body.clear();
        }
        if sum.rows.is_multiple_of(SAY_EVERY) { progress(sum.rows) } else { Ok(()) }
    })?;
    if block.rows > 0 {
        sink.rows(&block)?;
    }
    progress(sum.rows)?;
    if sum.rows != head.rows {
        return Err(Error::internal(format!("{table} had {} rows and then {}", head.rows, sum.rows)));
    }
    Ok(sum.named(table))
}

/// Rows and checksum of a table as it is now, read by the columns of `head`.
///
/// # Errors
/// What the database says.
pub(crate) fn sum(c: &mut Conn<'_>, head: &TableHead) -> Result<TableSum> {
    let mut sum = Sum::default();
    let mut row = Vec::new();
    let (table, columns) = (&head.name, list(head));
    c.for_each(&format!("SELECT {columns} FROM {table}"), &[], |r| {
        row.clear();
        for i in 0..head.columns.len() {
            wire::put(&mut row, &r.value(i)?);
        }
        sum.add(&row);
        Ok(())
    })?;
    Ok(sum.named(table))
}

/// Empties every table of what its migrations put into it, those that refer to others first.
///
/// # Errors
/// `Conflict` when a table is not there or has other columns; what the database says.
pub(crate) fn empty(tx: &mut Conn<'_>, header: &Header) -> Result<()> {
    for head in header.tables.iter().rev() {
        let have: Vec<(String, String)> =
            tx.columns(&head.name)?.into_iter().map(|c| (c.name, c.kind.word().to_owned())).collect();
        let (mut one, mut other) = (have, head.columns.clone());
        one.sort();
        other.sort();
        if one != other {
            return Err(Error::conflict(format!(
                "the table {} has other columns here than where it comes from; use the program's version {}",
                head.name, header.version
            )));
        }
        let table = &head.name;
        tx.execute(&format!("DELETE FROM {table}"), &[])?;
    }
    Ok(())
}

/// Puts a block's rows into its table.
///
/// # Errors
/// What the database says.
pub(crate) fn fill(tx: &mut Conn<'_>, head: &TableHead, block: &Block) -> Result<()> {
    let (table, columns) = (&head.name, list(head));
    match tx.dialect() {
        Dialect::Sqlite => {
            let marks: Vec<String> = (1..=head.columns.len()).map(|n| format!("${n}")).collect();
            let marks = marks.join(", ");
            let sql = format!("INSERT INTO {table} ({columns}) VALUES ({marks})");
            let kinds: Vec<_> = head.columns.iter().map(|c| ColumnType::parse(&c.1)).collect();
            each_row(&block.body, kinds.len(), |_, values| {
                fits(values, &kinds, table)?;
                tx.execute(&sql, values).map(|_| ())
            })
        }
        Dialect::Postgres => {
            let mut text = String::with_capacity(block.body.len() * 2);
            each_row(&block.body, head.columns.len(), |_, values| {
                for (i, value) in values.iter().enumerate() {
                    if i > 0 {
                        text.push('\t');
                    }
                    copy_field(&mut text, value);
                }
                text.push('\n');
                Ok(())
            })?;
            tx.copy_in(&format!("COPY {table} ({columns}) FROM STDIN"), text.as_bytes()).map(|_| ())
        }
    }
}

/// SQLite would take an integer for a real number without a word, and the checksum would tell only at the end.
fn fits(values: &[Param<'_>], kinds: &[Option<ColumnType>], table: &str) -> Result<()> {
    let fit = values.iter().zip(kinds).all(|(value, kind)| match value {
        Param::Null => true,
        Param::Int(_) => *kind == Some(ColumnType::Integer),
        Param::Real(_) => *kind == Some(ColumnType::Real),
        Param::Text(_) => *kind == Some(ColumnType::Text),
        Param::Blob(_) => *kind == Some(ColumnType::Blob),
    });
    if fit { Ok(()) } else { Err(Error::invalid(format!("a row of {table} does not fit its columns"))) }
}

/// A value as COPY reads it in its text format.
fn copy_field(out: &mut String, value: &Param<'_>) {
    // Writing to a String cannot fail.
    let _ = match *value {
        Param::Null => write!(out, "\\N"),
        Param::Int(v) => write!(out, "{v}"),
        // The shortest form that reads as the same number.
        Param::Real(v) => write!(out, "{v:?}"),
        Param::Text(v) => {
            let mut plain = 0;
            for (at, byte) in v.bytes().enumerate() {
                let escape = match byte {
                    b'\\' => "\\\\",
                    b'\t' => "\\t",
                    b'\n' => "\\n",
                    b'\r' => "\\r",
                    _ => continue,
                };
                out.push_str(&v[plain..at]);
                out.push_str(escape);
                plain = at + 1;
            }
            out.push_str(&v[plain..]);
            Ok(())
        }
        Param::Blob(v) => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            out.push_str("\\\\x");
            for byte in v {
                out.push(char::from(DIGITS[usize::from(byte >> 4)]));
                out.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
            Ok(())
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_copy_are_escaped() {
        let check = |value: Param<'_>, expect: &str| {
            let mut out = String::new();
            copy_field(&mut out, &value);
            assert_eq!(out, expect);
        };
        check(Param::Null, "\\N");
        check(Param::Int(-7), "-7");
        check(Param::Real(0.1), "0.1");
        check(Param::Text("a\tb\\N\r\nü"), "a\\tb\\\\N\\r\\nü");
        check(Param::Blob(&[0, 0xab]), "\\\\x00ab");
    }
}
