//! Rows of the log: appending, finding, removing. The key makes appending idempotent.

use crate::Kind;
use crate::columns;
use crate::questions::{Asks, asks};
use base::{Micros, Result};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use store::{Conn, Dialect, Param, Row};

/// The idempotency key: (place, stated_at, record, hash of the external id).
pub(crate) type Key = (i64, Micros, i64, i64);

/// One row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogRow {
    pub seq: i64,
    pub place: i64,
    pub stated_at: Micros,
    pub record: i64,
    pub id_hash: i64,
    pub at: Micros,
    pub rank: i64,
    pub kind: Kind,
    pub source_id: i64,
    pub channel_id: i64,
    pub identity: u32,
    pub conversation_id: i64,
    pub follows: bool,
    pub import_id: i64,
}

/// The columns of [`LogRow::read`], in order.
pub(crate) const COLUMNS: &str = "a.seq, a.place, a.stated_at, a.record, a.id_hash, a.at, a.rank, a.kind, \
     a.source_id, a.channel_id, a.identity, a.conversation_id, a.follows, a.import_id";

impl LogRow {
    pub(crate) fn key(&self) -> Key {
        (self.place, self.stated_at, self.record, self.id_hash)
    }

    /// The order of everything that depends on order.
    pub(crate) fn order(&self) -> (Micros, i64, i64) {
        (self.at, self.rank, self.id_hash)
    }

    pub(crate) fn read(r: &Row<'_>) -> Result<Self> {
        Ok(Self {
            seq: r.int(0)?,
            place: r.int(1)?,
            stated_at: r.int(2)?,
            record: r.int(3)?,
            id_hash: r.int(4)?,
            at: r.int(5)?,
            rank: r.int(6)?,
            kind: Kind(r.int(7)? as i16),
            source_id: r.int(8)?,
            channel_id: r.int(9)?,
            identity: r.int(10)? as u32,
            conversation_id: r.int(11)?,
            follows: r.flag(12)?,
            import_id: r.int(13)?,
        })
    }

    fn params(&self) -> [Param<'static>; 14] {
        [
            self.seq.into(),
            self.place.into(),
            self.stated_at.into(),
            self.record.into(),
            self.id_hash.into(),
            self.at.into(),
            self.rank.into(),
            i64::from(self.kind.0).into(),
            self.source_id.into(),
            self.channel_id.into(),
            self.identity.into(),
            self.conversation_id.into(),
            self.follows.into(),
            self.import_id.into(),
        ]
    }
}

/// What is stored with a message beside its row.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Body {
    pub external_id: Option<String>,
    pub text: Option<String>,
    pub title: Option<String>,
    pub permalink: Option<String>,
    pub parent: Option<String>,
    pub reactions: i64,
    pub edited_at: Option<Micros>,
    pub deleted: bool,
    /// What the rule of questions said of the text, once it was dropped; `None` while nothing was.
    #[serde(default)]
    pub asks: Option<i64>,
}

impl Body {
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_none()
            && self.title.is_none()
            && self.parent.is_none()
            && self.permalink.is_none()
            && self.asks.is_none()
    }

    /// What the rule of questions says of it as an opening, or said before its text was dropped.
    pub(crate) fn asks_by_rule(&self, kind: Kind) -> Asks {
        match self.asks {
            Some(said) => Asks::of_number(said),
            None => asks(kind, self.title.as_deref(), self.text.as_deref()),
        }
    }

    /// Drops what was written and keeps what figures ask of it. Says whether there was anything to drop.
    pub(crate) fn drop_text(&mut self, kind: Kind) -> bool {
        if self.text.is_none() && self.title.is_none() {
            return false;
        }
        self.asks = Some(self.asks_by_rule(kind).number());
        (self.text, self.title) = (None, None);
        true
    }

    /// Drops everything by which it could be found at its source as well: for a row of somebody who was erased. The
    /// message that it answers or reacts to is somebody else's and stays, as figures of that message count it.
    pub(crate) fn drop_all(&mut self, kind: Kind) -> bool {
        let named = self.external_id.is_some() || self.permalink.is_some();
        let dropped = self.drop_text(kind);
        (self.external_id, self.permalink) = (None, None);
        named || dropped
    }

    fn read(r: &Row<'_>, from: usize) -> Result<Self> {
        Ok(Self {
            external_id: r.opt_text(from)?,
            text: r.opt_text(from + 1)?,
            title: r.opt_text(from + 2)?,
            permalink: r.opt_text(from + 3)?,
            parent: r.opt_text(from + 4)?,
            reactions: r.int(from + 5)?,
            edited_at: r.opt_int(from + 6)?,
            deleted: r.flag(from + 7)?,
            asks: r.opt_int(from + 8)?,
        })
    }
}

/// Takes the lock under which `seq` is given out. On PostgreSQL it is held to commit, so that no reader of
/// the tail skips a row; SQLite has one writer anyway.
pub(crate) fn lock_append(tx: &mut Conn<'_>) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute("SELECT pg_advisory_xact_lock($1)", &[7_201_002_i64.into()])?;
    }
    Ok(())
}

/// Gives out `n` numbers of a counter; returns the first.
pub(crate) fn take_numbers(tx: &mut Conn<'_>, counter: &str, n: i64) -> Result<i64> {
    let last = tx.query_one(
        "INSERT INTO counters (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING value",
        &[counter.into(), n.into()],
        |r| r.int(0),
    )?;
    Ok(last - n + 1)
}

/// Appends rows with distinct keys. Returns, for each, the row that was there already under its key, or
/// `None` when it was appended.
pub(crate) fn append(tx: &mut Conn<'_>, rows: &[LogRow]) -> Result<Vec<Option<LogRow>>> {
    match tx.dialect() {
        Dialect::Sqlite => append_sqlite(tx, rows),
        Dialect::Postgres => append_postgres(tx, rows),
    }
}

fn append_sqlite(tx: &mut Conn<'_>, rows: &[LogRow]) -> Result<Vec<Option<LogRow>>> {
    let mut inserted = Vec::with_capacity(rows.len());
    tx.execute_each(
        "INSERT INTO activities (seq, place, stated_at, record, id_hash, at, rank, kind, source_id,
           channel_id, identity, conversation_id, follows, import_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (place, stated_at, record, id_hash) DO NOTHING",
        rows.iter().map(LogRow::params),
        |n| inserted.push(n == 1),
    )?;
    rows.iter().zip(inserted).map(|(row, new)| if new { Ok(None) } else { find(tx, row.key()) }).collect()
}

fn append_postgres(tx: &mut Conn<'_>, rows: &[LogRow]) -> Result<Vec<Option<LogRow>>> {
    const LIST: &str = "seq, place, stated_at, record, id_hash, at, rank, kind, source_id, channel_id, \
                        identity, conversation_id, follows, import_id";
    tx.batch(
        "CREATE TEMP TABLE IF NOT EXISTS stage_activities (LIKE activities) ON COMMIT DELETE ROWS;
         DELETE FROM stage_activities;",
    )?;
    let mut text = String::with_capacity(rows.len() * 120);
    for row in rows {
        for (i, p) in row.params().iter().enumerate() {
            if i > 0 {
                text.push('\t');
            }
            if let Param::Int(n) = p {
                // Writing to a String does not fail.
                let _ = write!(text, "{n}");
            }
        }
        text.push('\n');
    }
    tx.copy_in(&format!("COPY stage_activities ({LIST}) FROM STDIN"), text.as_bytes())?;
    let new: HashSet<i64> = tx
        .query(
            &format!(
                "INSERT INTO activities ({LIST}) SELECT {LIST} FROM stage_activities ORDER BY seq
                 ON CONFLICT (place, stated_at, record, id_hash) DO NOTHING RETURNING seq"
            ),
            &[],
            |r| r.int(0),
        )?
        .into_iter()
        .collect();
    let mut known: HashMap<Key, LogRow> = HashMap::new();
    if new.len() < rows.len() {
        tx.for_each(
            &format!(
                "SELECT {COLUMNS} FROM stage_activities s JOIN activities a
                   ON a.place = s.place AND a.stated_at = s.stated_at AND a.record = s.record
                  AND a.id_hash = s.id_hash WHERE a.seq <> s.seq"
            ),
            &[],
            |r| {
                let row = LogRow::read(r)?;
                known.insert(row.key(), row);
                Ok(())
            },
        )?;
    }
    Ok(rows.iter().map(|r| if new.contains(&r.seq) { None } else { known.get(&r.key()).cloned() }).collect())
}

/// The row of this key.
pub(crate) fn find(tx: &mut Conn<'_>, key: Key) -> Result<Option<LogRow>> {
    tx.query_opt(
        &format!(
            "SELECT {COLUMNS} FROM activities a
             WHERE a.place = $1 AND a.stated_at = $2 AND a.record = $3 AND a.id_hash = $4"
        ),
        &[key.0.into(), key.1.into(), key.2.into(), key.3.into()],
        LogRow::read,
    )
}

/// Stores the texts of appended rows.
pub(crate) fn insert_bodies(tx: &mut Conn<'_>, bodies: &[(i64, Body)]) -> Result<()> {
    match tx.dialect() {
        Dialect::Sqlite => {
            tx.execute_each(PUT_BODY, bodies.iter().map(|(seq, body)| body_params(*seq, body)), |_| ())?;
        }
        Dialect::Postgres => {
            let mut text = String::with_capacity(bodies.len() * 200);
            for (seq, b) in bodies {
                let _ = write!(text, "{seq}");
                for field in [&b.external_id, &b.text, &b.title, &b.permalink, &b.parent] {
                    copy_field(&mut text, field.as_deref());
                }
                let _ = write!(text, "\t{}\t", b.reactions);
                match b.edited_at {
                    Some(at) => {
                        let _ = write!(text, "{at}");
                    }
                    None => text.push_str("\\N"),
                }
                let _ = write!(text, "\t{}\t", i64::from(b.deleted));
                match b.asks {
                    Some(said) => {
                        let _ = writeln!(text, "{said}");
                    }
                    None => text.push_str("\\N\n"),
                }
            }
            tx.copy_in(
                "COPY messages (seq, external_id, text, title, permalink, parent, reactions, edited_at, deleted, asks)
                 FROM STDIN",
                text.as_bytes(),
            )?;
        }
    }
    Ok(())
}

/// One more field of a line of COPY, with its tab in front.
pub(crate) fn copy_field(out: &mut String, value: Option<&str>) {
    out.push('\t');
    let Some(value) = value else {
        out.push_str("\\N");
        return;
    };
    for c in value.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\0' => {}
            c => out.push(c),
        }
    }
}

const PUT_BODY: &str =
    "INSERT INTO messages (seq, external_id, text, title, permalink, parent, reactions, edited_at, deleted, asks)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (seq) DO UPDATE SET external_id = excluded.external_id, text = excluded.text,
       title = excluded.title, permalink = excluded.permalink, parent = excluded.parent,
       reactions = excluded.reactions, edited_at = excluded.edited_at, deleted = excluded.deleted,
       asks = excluded.asks";

fn body_params(seq: i64, b: &Body) -> [Param<'_>; 10] {
    [
        seq.into(),
        b.external_id.as_deref().into(),
        b.text.as_deref().into(),
        b.title.as_deref().into(),
        b.permalink.as_deref().into(),
        b.parent.as_deref().into(),
        b.reactions.into(),
        b.edited_at.into(),
        b.deleted.into(),
        b.asks.into(),
    ]
}

/// Stores or replaces one text.
pub(crate) fn put_body(tx: &mut Conn<'_>, seq: i64, b: &Body) -> Result<()> {
    tx.execute(PUT_BODY, &body_params(seq, b)).map(|_| ())
}

/// The text of a row.
pub(crate) fn find_body(tx: &mut Conn<'_>, seq: i64) -> Result<Option<Body>> {
    tx.query_opt(
        "SELECT external_id, text, title, permalink, parent, reactions, edited_at, deleted, asks
         FROM messages WHERE seq = $1",
        &[seq.into()],
        |r| Body::read(r, 0),
    )
}

/// How often rows of the log were changed or removed: who reads a part of the log and writes later what follows from
/// it compares this. Under the lock of [`lock_append`], as everything that changes it.
pub(crate) fn edits(c: &mut Conn<'_>) -> Result<i64> {
    Ok(c.query_opt("SELECT value FROM counters WHERE name = 'edits'", &[], |r| r.int(0))?.unwrap_or(0))
}

/// Writes a row's changeable columns.
pub(crate) fn rewrite(tx: &mut Conn<'_>, row: &LogRow) -> Result<()> {
    take_numbers(tx, "edits", 1)?;
    tx.execute(
        "UPDATE activities SET at = $1, rank = $2, kind = $3, channel_id = $4, identity = $5,
           conversation_id = $6, follows = $7 WHERE seq = $8",
        &[
            row.at.into(),
            row.rank.into(),
            i64::from(row.kind.0).into(),
            row.channel_id.into(),
            row.identity.into(),
            row.conversation_id.into(),
            row.follows.into(),
            row.seq.into(),
        ],
    )?;
    Ok(())
}

/// Removes rows and their texts.
pub(crate) fn remove(tx: &mut Conn<'_>, rows: &[LogRow]) -> Result<()> {
    take_numbers(tx, "edits", 1)?;
    crate::search::removing(tx, rows)?;
    if tx.dialect() == Dialect::Postgres {
        let seqs = columns::numbers(rows.iter().map(|r| r.seq));
        tx.execute(
            "DELETE FROM activities WHERE seq = ANY (CAST(string_to_array($1, ',') AS bigint[]))",
            &[(&seqs).into()],
        )?;
        tx.execute(
            "DELETE FROM messages WHERE seq = ANY (CAST(string_to_array($1, ',') AS bigint[]))",
            &[(&seqs).into()],
        )?;
        return Ok(());
    }
    for row in rows {
        tx.execute("DELETE FROM activities WHERE seq = $1", &[row.seq.into()])?;
        tx.execute("DELETE FROM messages WHERE seq = $1", &[row.seq.into()])?;
    }
    Ok(())
}
