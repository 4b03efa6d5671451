//! `folkmoot backup`, `restore` and `move`: the whole store in one file, out of one, and from one database to another.

use super::{Context, json};
use crate::cli::{BackupArgs, MoveArgs, RestoreArgs};
use crate::config::Config;
use crate::folder::Lock;
use crate::lists;
use crate::open::open;
use crate::out::{Out, Step, aligned, when};
use backup::{Copied, Schema, TableSum};
use base::{Clock, Error, Result};
use capability::Registry;
use serde_json::json;
use std::path::{Path, PathBuf};
use store::{Db, Location};

/// Writes a backup and reads it back.
pub fn backup(context: &Context, args: &BackupArgs, out: &mut dyn Out) -> Result<()> {
    let app = &context.app;
    let schema = app.registry.backup_schema();
    let place = context.cwd.join(&args.place);
    let stop = app.stop_flag();
    let taken = backup::take(&app.db, &schema, &place, app.clock.now(), &mut |what, done, total| {
        if stop.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(Error::unavailable("the server is stopping; no backup was taken"));
        }
        say(out, what, done, total)
    })?;
    if args.json {
        return out.line(&json(&taken)?);
    }
    table(&taken.tables, out)?;
    out.line(&format!(
        "{} rows of {} tables are in {} ({} bytes), and were read back.",
        taken.rows,
        taken.tables.len(),
        taken.file.display(),
        taken.bytes
    ))?;
    out.note(&format!(
        "Not in it: {}; the settings file, uploads and keys of the data folder.",
        taken.left_out.join(", ")
    ))
}

/// Fills an empty store from a backup.
///
/// # Errors
/// What is wrong with the backup or the target.
pub fn restore(config: &Config, args: &RestoreArgs, out: &mut dyn Out) -> Result<()> {
    let schema = schema()?;
    if args.dry_run {
        return look(&schema, args, out);
    }
    let target = args.database_url.clone().map_or_else(|| config.location(), Location::Postgres);
    let lock = lock(&config.data)?;
    let now = Clock::System.now();
    let restored = backup::restore(&args.file, &target, &schema, now, &mut |what, done, total| {
        say(out, what, done, total)
    })?;
    drop(lock);
    if args.json {
        return out.line(&json(&restored)?);
    }
    table(&restored.copied.tables, out)?;
    out.line(&format!(
        "The backup of {} (UTC) is restored into {}.",
        when(restored.taken_at),
        shown(&target)
    ))?;
    proved(&restored.copied, out)?;
    out.note(
        "Everybody signs in again: sessions and sign-in links are not in backups. Search is complete when the server has \
         made its index anew.",
    )
}

/// Says what is in a backup.
fn look(schema: &Schema, args: &RestoreArgs, out: &mut dyn Out) -> Result<()> {
    let (header, sums) =
        backup::inspect(&args.file, schema, &mut |what, done, total| say(out, what, done, total))?;
    let rows: u64 = sums.iter().map(|t| t.rows).sum();
    if args.json {
        return out.line(&json(&json!({
            "version": header.version,
            "taken_at": header.taken_at,
            "database": header.database,
            "rows": rows,
            "tables": sums,
            "left_out": header.left_out,
        }))?);
    }
    table(&sums, out)?;
    out.line(&format!(
        "A whole backup of {} (UTC) by version {}, from {}: {rows} rows. Nothing was stored.",
        when(header.taken_at),
        header.version,
        header.database
    ))
}

/// Copies everything to another database.
///
/// # Errors
/// `Conflict` while a server runs or the target is not empty; what either database says.
pub fn move_to(config: &Config, args: &MoveArgs, out: &mut dyn Out) -> Result<()> {
    let target = destination(&args.to)?;
    if target == config.location() {
        return Err(Error::invalid("that is where everything is already"));
    }
    let own_lock = lock(&config.data)?;
    let folder = match &target {
        Location::Sqlite(path) => path.parent().filter(|p| *p != config.data).map(Path::to_owned),
        Location::Postgres(_) => None,
    };
    let other_lock = folder.as_deref().map(lock).transpose()?;
    alone(config)?;
    let app = open(config, Clock::System)?;
    let schema = app.registry.backup_schema();
    let copied = backup::copy(&app.db, &target, &schema, app.clock.now(), &mut |what, done, total| {
        say(out, what, done, total)
    })?;
    drop((own_lock, other_lock));
    if args.json {
        return out.line(&json(&copied)?);
    }
    table(&copied.tables, out)?;
    out.line(&format!("Everything is copied from {} to {}.", shown(&config.location()), shown(&target)))?;
    proved(&copied, out)?;
    out.note(&match &target {
        Location::Postgres(_) => format!(
            "Now give every command the new address, as FOLKMOOT_DATABASE_URL or as database_url in the settings file. \
             {} stays as it was; remove it when you need it no more.",
            shown(&config.location())
        ),
        Location::Sqlite(path) => format!(
            "Now take FOLKMOOT_DATABASE_URL and database_url away, and use --data {}. The old database stays as it was.",
            path.parent().unwrap_or(path).display()
        ),
    })
}

/// The place that `--to` names.
fn destination(to: &str) -> Result<Location> {
    if ["postgres://", "postgresql://"].iter().any(|scheme| to.starts_with(scheme)) {
        return Ok(Location::Postgres(to.to_owned()));
    }
    if to.contains("://") {
        return Err(Error::invalid("--to takes postgres://user:password@host:5432/database, or a folder"));
    }
    Ok(Location::Sqlite(std::env::current_dir()?.join(PathBuf::from(to)).join("folkmoot.db")))
}

/// Nobody else may write while everything is copied: on SQLite the folder's lock says so, on PostgreSQL the
/// connections do.
fn alone(config: &Config) -> Result<()> {
    let others = Db::open(&config.location())?.read(|c| c.other_connections())?;
    if others == 0 {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "{others} other connections are open to the database. Stop every server and close whatever else uses it; what \
         they wrote meanwhile would be lost."
    )))
}

fn schema() -> Result<Schema> {
    Ok(Registry::new(lists::manifests())?.backup_schema())
}

fn lock(data: &Path) -> Result<Lock> {
    Lock::take(data)?.ok_or_else(|| {
        Error::conflict(format!(
            "a server or another command works in {}. Stop it first, and say this again.",
            data.display()
        ))
    })
}

fn say(out: &mut dyn Out, what: &str, done: u64, total: u64) -> Result<()> {
    // When nobody listens any more the work still goes on to its end.
    let _ = out.progress(&Step { label: what.to_owned(), done, total });
    Ok(())
}

fn table(sums: &[TableSum], out: &mut dyn Out) -> Result<()> {
    let rows: Vec<Vec<String>> = sums
        .iter()
        .filter(|t| t.rows > 0)
        .map(|t| vec![t.name.clone(), t.rows.to_string(), t.checksum.clone()])
        .collect();
    aligned(&["table", "rows", "checksum"], &rows).iter().try_for_each(|l| out.line(l))
}

fn proved(copied: &Copied, out: &mut dyn Out) -> Result<()> {
    out.line(&format!(
        "{} rows of {} tables have the same number and checksum there. Compared with the log: {} activities, {} roll-up \
         cells, {} conversations. Everything agrees.",
        copied.rows,
        copied.tables.len(),
        copied.check.activities,
        copied.check.cells,
        copied.check.conversations
    ))
}

/// A place without its password.
fn shown(location: &Location) -> String {
    match location {
        Location::Sqlite(path) => path.display().to_string(),
        Location::Postgres(url) => {
            let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            format!("postgres://{}", host.split('?').next().unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let at = |url: &str| shown(&Location::Postgres(url.into()));
        assert_eq!(at("postgres://ana:s@cret@db.example/x?password=y"), "postgres://db.example/x");
        assert_eq!(at("postgresql://localhost/x"), "postgres://localhost/x");
    }

    #[test]
    fn a_destination_is_an_address_or_a_folder() {
        assert!(matches!(destination("postgres://h/d"), Ok(Location::Postgres(_))));
        assert!(matches!(destination("there"), Ok(Location::Sqlite(p)) if p.ends_with("there/folkmoot.db")));
        assert!(destination("mysql://h/d").is_err());
    }
}
