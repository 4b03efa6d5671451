//! What the manifests declare, carried out: which rows of which table are a member's, and what becomes of them.

use crate::subject::Subject;
use crate::words::names_somebody;
use base::{Error, Result};
use capability::{Erase, Found, Personal, Registry, Table};
use store::{Conn, Db, Priority};

/// Rows of one table that are looked at, and that are changed, at a time.
const READ: i64 = 2_000;
const WRITTEN: usize = 200;

/// A table with the title of the capability that it belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub capability: &'static str,
    pub table: Table,
}

impl Held {
    /// What an export gives, and what an erasure does, in words.
    pub(crate) fn words(&self) -> (&'static str, &'static str) {
        match self.table.personal {
            Personal::None => ("", ""),
            Personal::Held { exported, erased, .. } => (exported, erased),
        }
    }

    /// Whether an export has rows of it: a declaration that begins with "nothing" says that it has none.
    pub(crate) fn is_exported(&self) -> bool {
        !self.words().0.starts_with("nothing") && !matches!(self.table.found, Found::Nowhere | Found::Log)
    }

    /// What it is held for.
    pub(crate) fn purpose(&self) -> String {
        match self.table.purpose {
            "" => format!("For {}", self.capability.to_lowercase()),
            purpose => purpose.to_owned(),
        }
    }
}

/// Every table with personal data, in the order of the manifests.
pub(crate) fn all(registry: &Registry) -> Vec<Held> {
    let each = registry.manifests().iter();
    each.flat_map(|m| m.tables.iter().map(|t| Held { capability: m.title, table: *t }))
        .filter(|h| h.table.personal != Personal::None)
        .collect()
}

/// How many rows of each table are the member's, where a condition finds them; in one statement.
pub(crate) fn counts(registry: &Registry, c: &mut Conn<'_>, subject: &Subject) -> Result<Vec<(String, u64)>> {
    let (numbers, ids) = (subject.numbers(), subject.public_ids());
    let parts: Vec<String> = all(registry)
        .iter()
        .filter_map(|h| {
            let condition = h.table.condition(&numbers, &ids)?;
            let name = h.table.name;
            Some(format!("SELECT '{name}' AS name, COUNT(*) AS n FROM {name} WHERE {condition}"))
        })
        .collect();
    c.query(&parts.join(" UNION ALL "), &[], |r| Ok((r.text(0)?, r.int(1)?.unsigned_abs())))
}

/// The key of a table: its first column, a number.
fn key_of(c: &mut Conn<'_>, table: &str) -> Result<String> {
    let columns = c.columns(table)?;
    columns
        .into_iter()
        .next()
        .map(|c| c.name)
        .ok_or_else(|| Error::internal(format!("there is no table {table}")))
}

/// The keys of the member's next rows after one; `None` at the end. A table that is found by names is gone through as a
/// whole, so that a piece may have none.
fn next_keys(
    c: &mut Conn<'_>,
    table: &Table,
    key: &str,
    subject: &Subject,
    names: &[String],
    after: i64,
) -> Result<Option<(Vec<i64>, i64)>> {
    let name = table.name;
    if let Found::Named(columns) = table.found {
        let list = columns.join(", ");
        let (mut found, mut last) = (Vec::new(), None);
        c.for_each(
            &format!("SELECT {key}, {list} FROM {name} WHERE {key} > $1 ORDER BY {key} LIMIT $2"),
            &[after.into(), READ.into()],
            |r| {
                last = Some(r.int(0)?);
                for at in 1..=columns.len() {
                    if r.opt_text(at)?.is_some_and(|text| names_somebody(&text, names)) {
                        found.push(r.int(0)?);
                        break;
                    }
                }
                Ok(())
            },
        )?;
        return Ok(last.map(|last| (found, last)));
    }
    let Some(condition) = table.condition(&subject.numbers(), &subject.public_ids()) else { return Ok(None) };
    let keys = c.query(
        &format!("SELECT {key} FROM {name} WHERE ({condition}) AND {key} > $1 ORDER BY {key} LIMIT $2"),
        &[after.into(), READ.into()],
        |r| r.int(0),
    )?;
    Ok(keys.last().copied().map(|last| (keys, last)))
}

/// Does to a table what its declaration says, for this member; how many rows it was. Harmless when it is done again.
pub(crate) fn erase(db: &Db, table: &Table, subject: &Subject) -> Result<u64> {
    let name = table.name;
    let names = subject.names();
    let key = db.read(|c| key_of(c, name))?;
    let change = match table.erase {
        Erase::Rows => format!("DELETE FROM {name} WHERE {key}"),
        Erase::Blank(columns) => {
            let sets: Vec<String> = columns.iter().map(|c| format!("{c} = ''")).collect();
            format!("UPDATE {name} SET {} WHERE {key}", sets.join(", "))
        }
        Erase::Log | Erase::Keep => return Ok(0),
    };
    let (mut after, mut changed) = (i64::MIN, 0);
    while let Some((keys, last)) = db.read(|c| next_keys(c, table, &key, subject, &names, after))? {
        for some in keys.chunks(WRITTEN) {
            let list = some.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
            let sql = format!("{change} IN ({list})");
            changed += db.write(Priority::Bulk, |tx| tx.execute(&sql, &[]))?;
        }
        after = last;
    }
    Ok(changed)
}

/// What is given each row: columns and values.
pub(crate) type EachRow<'a> = dyn FnMut(&[String], Vec<Stored>) -> Result<()> + 'a;

/// Hands every row of the member in a table to `each`, as columns and values, some hundreds at a time.
pub(crate) fn rows(db: &Db, table: &Table, subject: &Subject, each: &mut EachRow<'_>) -> Result<()> {
    let (name, names) = (table.name, subject.names());
    let (key, columns) = db.read(|c| {
        let columns: Vec<String> = c.columns(name)?.into_iter().map(|c| c.name).collect();
        Ok((key_of(c, name)?, columns))
    })?;
    let list = columns.join(", ");
    let mut after = i64::MIN;
    while let Some((keys, last)) = db.read(|c| next_keys(c, table, &key, subject, &names, after))? {
        for some in keys.chunks(WRITTEN) {
            let wanted = some.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
            let sql = format!("SELECT {list} FROM {name} WHERE {key} IN ({wanted}) ORDER BY {key}");
            let found = db.read(|c| {
                c.query(&sql, &[], |r| {
                    (0..columns.len()).map(|at| Ok(Stored::of(r.value(at)?))).collect::<Result<Vec<_>>>()
                })
            })?;
            for row in found {
                each(&columns, row)?;
            }
        }
        after = last;
    }
    Ok(())
}

/// A value as it is stored; bytes are left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stored {
    Nothing,
    Number(i64),
    Real(f64),
    Text(String),
}

impl Stored {
    fn of(value: store::Param<'_>) -> Self {
        match value {
            store::Param::Int(n) => Self::Number(n),
            store::Param::Real(n) => Self::Real(n),
            store::Param::Text(text) => Self::Text(text.to_owned()),
            store::Param::Null | store::Param::Blob(_) => Self::Nothing,
        }
    }
}
