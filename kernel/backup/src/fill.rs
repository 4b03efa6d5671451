//! Filling an empty database, from a backup or from another database, and proving that everything arrived.

use crate::file::{Reader, Sink};
use crate::take::{send, sync_folder, verify};
use crate::wire::{Block, Footer, Header, TableSum};
use crate::{Progress, Schema, tables};
use base::{Error, Micros, Result};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use store::{Db, Location, Migration, Priority};

/// Bytes of rows put into the database in one transaction.
const SLICE: usize = 4 << 20;
/// What a SQLite file is called while it is filled; such a file is no store yet.
const PART: &str = ".filling";
/// How long a closed database may take to put its log into its file.
const CLOSING: Duration = Duration::from_secs(60);

/// A database that was filled from a backup.
#[derive(Clone, Debug, Serialize)]
pub struct Restored {
    /// The version of the program that made the backup.
    pub version: String,
    /// When the backup was taken.
    pub taken_at: Micros,
    /// The database it was taken from.
    pub database: String,
    /// What was put in, and found to be there.
    #[serde(flatten)]
    pub copied: Copied,
}

/// What was put into a database, and found to be there afterwards.
#[derive(Clone, Debug, Serialize)]
pub struct Copied {
    /// All rows.
    pub rows: u64,
    /// Rows and checksum of each table, read from the new database.
    pub tables: Vec<TableSum>,
    /// Tables that the backup left out.
    pub left_out: Vec<String>,
    /// What `folkmoot check` says of it.
    pub check: community::Report,
}

/// Refuses a place in which a restore or a move was broken off, so that nobody begins an empty store there without
/// noticing. PostgreSQL has a mark in the database itself, which `migrate` refuses.
///
/// # Errors
/// `Conflict`, saying what to do.
pub fn refuse_broken_off(location: &Location) -> Result<()> {
    let Location::Sqlite(path) = location else { return Ok(()) };
    let part = beside(path, PART);
    if path.exists() || !part.exists() {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "a restore or a move into this folder was broken off, and what it left in {} is no store. Say it again, or \
         remove that file.",
        part.display()
    )))
}

/// What a backup says of itself, after it was read to its end.
///
/// # Errors
/// As [`verify`]; `Conflict` when this program does not know its migrations.
pub fn inspect(file: &Path, schema: &Schema, progress: &mut Progress<'_>) -> Result<(Header, Vec<TableSum>)> {
    let (header, sums) = verify(file, progress)?;
    known(&header, schema)?;
    Ok((header, sums))
}

/// Fills an empty database from a backup. The file is read to its end before anything is written.
///
/// # Errors
/// What is wrong with the backup, with where; `Conflict` for a database that is not empty or a backup of a newer
/// version; `Internal` when what arrived is not what was sent.
pub fn restore(
    file: &Path,
    target: &Location,
    schema: &Schema,
    now: Micros,
    progress: &mut Progress<'_>,
) -> Result<Restored> {
    let target = Target::of(target)?;
    let (header, sums) = inspect(file, schema, progress)?;
    let mut reader = Reader::open(file)?;
    let total: u64 = sums.iter().map(|t| t.rows).sum();
    let copied = target.fill(schema, &file.display().to_string(), now, progress, |filler, progress| {
        filler.begin(&reader.header)?;
        let mut done = 0;
        while let Some(block) = reader.next()? {
            let table = reader.header.tables.get(usize::from(block.table)).map_or("", |t| t.name.as_str());
            filler.rows(&block)?;
            done += u64::from(block.rows);
            progress(table, done, total)?;
        }
        filler.end(&Footer { tables: sums.clone() })
    })?;
    Ok(Restored { version: header.version, taken_at: header.taken_at, database: header.database, copied })
}

/// Copies everything from one database into another, which must be empty. Nobody else may write to the first
/// meanwhile, or what they write is not copied.
///
/// # Errors
/// As [`restore`].
pub fn copy(
    from: &Db,
    target: &Location,
    schema: &Schema,
    now: Micros,
    progress: &mut Progress<'_>,
) -> Result<Copied> {
    let target = Target::of(target)?;
    target.fill(schema, "another database", now, progress, |filler, progress| {
        from.read(|c| send(c, (schema, true), now, filler, progress).map(|_| ()))
    })
}

/// The migrations of this program that the backup had, in the order in which they are applied.
fn known(header: &Header, schema: &Schema) -> Result<Vec<Migration>> {
    for (owner, number, checksum) in &header.migrations {
        let found = schema.migrations.iter().find(|m| m.owner == owner && m.number == *number);
        if found.is_none_or(|m| m.checksum() != *checksum) {
            return Err(Error::conflict(format!(
                "the backup was made by version {} and holds what this version ({}) does not know ({owner} {number}). \
                 Restore it with version {} or a later one.",
                header.version,
                base::VERSION,
                header.version
            )));
        }
    }
    let had = |m: &&Migration| header.migrations.iter().any(|(o, n, _)| m.owner == o && m.number == *n);
    Ok(schema.migrations.iter().filter(had).copied().collect())
}

/// An empty place for a store.
struct Target {
    db: Db,
    /// For SQLite: the file that is filled, and what it is called in the end.
    file: Option<(PathBuf, PathBuf)>,
}

impl Target {
    fn of(location: &Location) -> Result<Self> {
        let file = match location {
            Location::Sqlite(path) => {
                if path.exists() {
                    return Err(Error::conflict(format!(
                        "there is a store in {} already, and a restore never writes over one. Move the file away, or \
                         name an empty folder with --data.",
                        path.display()
                    )));
                }
                let part = beside(path, PART);
                remove(&part)?;
                Some((part, path.clone()))
            }
            Location::Postgres(_) => None,
        };
        let open = file.as_ref().map_or_else(|| location.clone(), |(part, _)| Location::Sqlite(part.clone()));
        let db = Db::open(&open)?;
        let tables = db.read(|c| c.some_tables())?;
        if !tables.is_empty() {
            return Err(Error::conflict(format!(
                "the database is not empty (it has the tables {}, …), and a restore never writes over anything. Make a \
                 new one with createdb, or drop and make this one anew if nothing in it is needed.",
                tables.join(", ")
            )));
        }
        Ok(Self { db, file })
    }

    fn fill(
        self,
        schema: &Schema,
        from: &str,
        now: Micros,
        progress: &mut Progress<'_>,
        send: impl FnOnce(&mut Filler<'_>, &mut Progress<'_>) -> Result<()>,
    ) -> Result<Copied> {
        let mut filler = Filler {
            db: &self.db,
            schema,
            from,
            now,
            header: None,
            waiting: Vec::new(),
            size: 0,
            sums: Vec::new(),
        };
        let filled = send(&mut filler, progress).and_then(|()| {
            let (header, sums) = (filler.header.take(), std::mem::take(&mut filler.sums));
            let header = header.ok_or_else(|| Error::internal("nothing was sent"))?;
            finish(&self.db, schema, now, progress).map(|check| Copied {
                rows: sums.iter().map(|t| t.rows).sum(),
                tables: sums,
                left_out: header.left_out,
                check,
            })
        });
        match filled {
            Ok(copied) => self.settle().map(|()| copied),
            Err(e) => {
                let Self { db, file } = self;
                drop(db);
                if let Some((part, _)) = file {
                    // What stays of it is no store; the next restore removes it.
                    let _ = remove(&part);
                }
                Err(e)
            }
        }
    }

    /// Closes a SQLite file and gives it its name.
    fn settle(self) -> Result<()> {
        let Self { db, file } = self;
        drop(db);
        let Some((part, path)) = file else { return Ok(()) };
        let log = beside(&part, "-wal");
        let closing = Instant::now();
        // The last connection to close puts the log into the file and removes it.
        while log.exists() {
            if closing.elapsed() > CLOSING {
                return Err(Error::unavailable(format!("{} could not be closed", part.display())));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, &path)?;
        sync_folder(&path)
    }
}

/// A file's neighbour whose name goes on with `end`.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Removes a SQLite file with what belongs to it.
fn remove(path: &Path) -> Result<()> {
    for file in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")] {
        match std::fs::remove_file(&file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::from(e).at(file.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Brings what arrived to this version's schema and checks it; only then it may be served.
fn finish(db: &Db, schema: &Schema, now: Micros, progress: &mut Progress<'_>) -> Result<community::Report> {
    progress("checking", 0, 0)?;
    db.migrate_while_filling(&schema.migrations, now)?;
    db.write(Priority::Bulk, community::search::begin_anew)?;
    let check = (schema.check)(db)?;
    if let Some(difference) = &check.difference {
        return Err(Error::internal(format!(
            "everything arrived as it was sent, but does not agree with itself: {difference}. This is so where it comes \
             from, too: run `folkmoot check` there."
        )));
    }
    db.end_filling()?;
    Ok(check)
}

/// Puts what it is sent into a database.
struct Filler<'a> {
    db: &'a Db,
    schema: &'a Schema,
    from: &'a str,
    now: Micros,
    header: Option<Header>,
    waiting: Vec<Block>,
    size: usize,
    sums: Vec<TableSum>,
}

impl Filler<'_> {
    fn header(&self) -> Result<&Header> {
        self.header.as_ref().ok_or_else(|| Error::internal("rows came before their header"))
    }

    fn write(&mut self) -> Result<()> {
        let header = self.header()?;
        self.db.write(Priority::Bulk, |tx| {
            for block in &self.waiting {
                let head = header.tables.get(usize::from(block.table));
                tables::fill(tx, head.ok_or_else(|| Error::internal("rows of no table"))?, block)?;
            }
            Ok(())
        })?;
        self.waiting.clear();
        self.size = 0;
        Ok(())
    }
}

impl Sink for Filler<'_> {
    fn begin(&mut self, header: &Header) -> Result<()> {
        self.db.migrate(&known(header, self.schema)?, self.now)?;
        self.db.begin_filling(self.from, self.now)?;
        self.db.write(Priority::Bulk, |tx| tables::empty(tx, header))?;
        self.header = Some(header.clone());
        Ok(())
    }

    fn rows(&mut self, block: &Block) -> Result<()> {
        self.size += block.body.len();
        self.waiting.push(block.clone());
        if self.size >= SLICE { self.write() } else { Ok(()) }
    }

    fn end(&mut self, footer: &Footer) -> Result<()> {
        self.write()?;
        let header = self.header()?;
        self.db.write(Priority::Bulk, |tx| {
            for table in &header.tables {
                if let Some(last) = table.last_number.filter(|n| *n > 0) {
                    tx.set_last_number(&table.name, last)?;
                }
            }
            Ok(())
        })?;
        let have = self
            .db
            .read(|c| header.tables.iter().map(|table| tables::sum(c, table)).collect::<Result<Vec<_>>>())?;
        if let Some((have, want)) = have.iter().zip(&footer.tables).find(|(have, want)| have != want) {
            return Err(Error::internal(format!(
                "of the table {} {} rows with the checksum {} arrived, and {} with {} were sent",
                have.name, have.rows, have.checksum, want.rows, want.checksum
            )));
        }
        self.sums = have;
        Ok(())
    }
}
