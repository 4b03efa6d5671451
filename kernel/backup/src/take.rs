//! Taking a backup: one consistent reading of the store into a file, which counts only when it was read back.

use crate::file::{Reader, Sink, Writer};
use crate::wire::{Footer, Header, TableSum};
use crate::{Progress, Schema, tables};
use base::{Error, Micros, Result};
use serde::Serialize;
use std::path::{Path, PathBuf};
use store::{Conn, Db, Dialect};

/// What the name of a backup ends with.
pub const NAME_END: &str = ".fmb";

/// What a backup's file is called while it is written; such a file is none yet.
const PART: &str = ".part";

/// A backup that was taken and read back.
#[derive(Clone, Debug, Serialize)]
pub struct Taken {
    /// The file.
    pub file: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// The rows in it.
    pub rows: u64,
    /// When the store was read.
    pub taken_at: Micros,
    /// Rows and checksum of each table.
    pub tables: Vec<TableSum>,
    /// Tables that are not in it.
    pub left_out: Vec<String>,
}

/// Takes a backup into `place`, a file or a folder, and reads it back. The store is read in one transaction, beside
/// everybody who writes.
///
/// # Errors
/// `Conflict` when the file is there already, `Unavailable` when it cannot be written, what the database says. Then
/// nothing is left behind that counts as a backup.
pub fn take(
    db: &Db,
    schema: &Schema,
    place: &Path,
    now: Micros,
    progress: &mut Progress<'_>,
) -> Result<Taken> {
    let file = if place.is_dir() { place.join(name(now)) } else { place.to_owned() };
    if file.exists() {
        return Err(Error::conflict(format!(
            "there is a file {} already; a backup never replaces one. Name another, or a folder.",
            file.display()
        )));
    }
    let mut part = file.clone().into_os_string();
    part.push(PART);
    let part = PathBuf::from(part);
    let taken = write(db, schema, &part, now, progress).and_then(|bytes| {
        let (header, sums) = verify(&part, progress)?;
        std::fs::rename(&part, &file)?;
        sync_folder(&file)?;
        Ok(Taken {
            bytes,
            rows: sums.iter().map(|t| t.rows).sum(),
            taken_at: header.taken_at,
            tables: sums,
            left_out: header.left_out,
            file,
        })
    });
    if taken.is_err() {
        // What is left of it does not count; the error above is the one to tell.
        let _ = std::fs::remove_file(&part);
    }
    taken
}

/// A backup's name: when it was taken, in UTC.
pub(crate) fn name(at: Micros) -> String {
    let stamp = jiff::Timestamp::from_microsecond(at).map(|t| t.strftime("%Y%m%dT%H%M%SZ").to_string());
    format!("folkmoot-{}{NAME_END}", stamp.unwrap_or_default())
}

fn write(db: &Db, schema: &Schema, part: &Path, now: Micros, progress: &mut Progress<'_>) -> Result<u64> {
    let mut writer = Writer::create(part)?;
    db.read(|c| send(c, (schema, false), now, &mut writer, progress))?;
    writer.finish().map_err(|e| e.at(part.display()))
}

/// Reads every table into a sink; with those that backups leave out when `all`.
///
/// # Errors
/// What the database, the sink or `progress` says.
pub(crate) fn send(
    c: &mut Conn<'_>,
    (schema, all): (&Schema, bool),
    now: Micros,
    sink: &mut dyn Sink,
    progress: &mut Progress<'_>,
) -> Result<Vec<TableSum>> {
    let mut header = Header {
        version: base::VERSION.to_owned(),
        taken_at: now,
        database: match c.dialect() {
            Dialect::Sqlite => "sqlite".into(),
            Dialect::Postgres => "postgres".into(),
        },
        migrations: schema.migrations.iter().map(|m| (m.owner.to_owned(), m.number, m.checksum())).collect(),
        tables: Vec::new(),
        left_out: if all { Vec::new() } else { schema.left_out() },
    };
    for table in schema.tables(all) {
        header.tables.push(tables::describe(c, table)?);
    }
    sink.begin(&header)?;
    let total: u64 = header.tables.iter().map(|t| t.rows).sum();
    let (mut sums, mut done) = (Vec::new(), 0);
    for at in header.tables.iter().enumerate() {
        let sum = tables::read(c, at, sink, &mut |rows| progress(&at.1.name, done + rows, total))?;
        done += sum.rows;
        sums.push(sum);
    }
    sink.end(&Footer { tables: sums.clone() })?;
    Ok(sums)
}

/// Reads a backup from its first byte to its last; its header, rows and checksum of each table.
///
/// # Errors
/// `NotFound`; `Invalid` when it is none, cut off or changed, with where.
pub fn verify(file: &Path, progress: &mut Progress<'_>) -> Result<(Header, Vec<TableSum>)> {
    let mut reader = Reader::open(file)?;
    let total: u64 = reader.header.tables.iter().map(|t| t.rows).sum();
    let mut done = 0;
    while let Some(block) = reader.next().map_err(|e| e.at(file.display()))? {
        done += u64::from(block.rows);
        progress("reading the backup", done, total)?;
    }
    let sums = reader.sums();
    Ok((reader.header, sums))
}

/// Makes the name of a file as safe as its bytes.
pub(crate) fn sync_folder(file: &Path) -> Result<()> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if cfg!(unix) {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes what backups left in a folder when they were broken off.
pub(crate) fn tidy(folder: &Path) {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
        let left = path.file_name().is_some_and(|n| {
            let n = n.to_string_lossy();
            n.starts_with("folkmoot-") && n.ends_with(&format!("{NAME_END}{PART}"))
        });
        if left && let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(file = %path.display(), %error, "what a broken-off backup left could not be removed");
        }
    }
}
