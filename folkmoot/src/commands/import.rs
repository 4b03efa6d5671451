//! `folkmoot import` and `folkmoot imports`: exports brought in, listed, continued and taken back.

use super::{Context, json};
use crate::cli::{ImportArgs, ImportsAction, ImportsArgs};
use crate::out::{Out, Step, aligned, when};
use base::{Error, Result};
use capability::App;
use connect::import::{self, ImportRecord, ImportState, Progress, Request, Summary};
use std::path::Path;

/// Who is named as the one who imported, when it was asked for on the command line.
const BY: &str = "command line";

/// The word for a table of people with several handles, which makes suggestions and no activities.
const ROSTER: &str = "roster";

/// Brings an export in, or says what would come in.
pub fn import(context: &Context, args: &ImportArgs, out: &mut dyn Out) -> Result<()> {
    if args.format == ROSTER {
        return super::members::import_roster(context, args, out);
    }
    let runner = context.app.runner();
    // Before any file is looked at: a wrong word is the more likely mistake.
    runner.importer(&args.format)?;
    let request = Request {
        format: args.format.clone(),
        paths: args.paths.iter().map(|p| context.cwd.join(p)).collect(),
        source: args.source.clone(),
        map: args.map.as_deref().map(|m| mapping(m, &context.cwd)).transpose()?,
        timezone: args.timezone.clone(),
        bots: args.bots.clone(),
        bot_pattern: args.bot_pattern.clone(),
        private: args.private,
        by: BY.into(),
        label: None,
    };
    let summary = if args.dry_run {
        import::dry_run(&runner, &request, &mut |p| say(p, "Reading", out))?
    } else {
        let mut told = 0;
        let imported = runner.import(&request, &mut |p| {
            // Inside a server open pages follow it, once a second.
            if p.elapsed_micros - told >= 1_000_000 {
                told = p.elapsed_micros;
                context.app.events.tell("imports");
            }
            say(p, "Importing", out);
        });
        context.app.events.tell("imports");
        imported?
    };
    finish(&summary, args.dry_run, args.json, out)
}

/// Lists imports, takes one back, continues one.
pub fn imports(app: &App, args: &ImportsArgs, out: &mut dyn Out) -> Result<()> {
    match &args.action {
        None => list(app, args.json, out),
        Some(ImportsAction::Resume { id }) => {
            let summary = app.runner().resume(id, &mut |p| say(p, "Importing", out))?;
            finish(&summary, false, args.json, out)
        }
        Some(ImportsAction::Undo { id }) => {
            let total = app.db.read(|c| import::get(c, id))?.summary.activities;
            let undone = import::undo(&app.community, id, app.clock.now(), &mut |done| {
                step("Taking back", done, total, out);
            })?;
            if args.json {
                return out.line(&json(&undone)?);
            }
            out.line(&format!("{id} is taken back: {} is as if it had never been.", undone.summary.source))
        }
    }
}

fn say(progress: &Progress, label: &str, out: &mut dyn Out) {
    step(label, progress.bytes, progress.total_bytes, out);
}

pub(super) fn step(label: &str, done: u64, total: u64, out: &mut dyn Out) {
    // When nobody listens any more the work still goes on to its end; `imports` tells how it ended.
    let _ = out.progress(&Step { label: label.to_owned(), done, total });
}

/// The text of a mapping file; a plain word without such a file is the name of a ready mapping, which the
/// importer knows.
fn mapping(given: &str, cwd: &Path) -> Result<String> {
    let path = cwd.join(given);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !given.contains(['/', '\\', '.']) => {
            Ok(given.to_owned())
        }
        Err(e) => Err(Error::from(e).at(path.display())),
    }
}

fn finish(summary: &Summary, dry: bool, as_json: bool, out: &mut dyn Out) -> Result<()> {
    for warning in &summary.warnings {
        out.note(warning)?;
    }
    if as_json {
        return out.line(&json(summary)?);
    }
    let verb = if dry { "would come into" } else { "came into" };
    out.line(&format!("{} activities {verb} {}.", summary.activities, summary.source))?;
    for (kind, count) in &summary.by_kind {
        out.line(&format!("  {count:>9}  {kind}"))?;
    }
    out.line(&format!(
        "{} records, {} duplicates, {} people, {} channels, {:.1} s.",
        summary.records, summary.duplicates, summary.people, summary.channels, summary.seconds
    ))?;
    for skipped in &summary.skipped {
        out.line(&format!("{} skipped: {}", skipped.count, skipped.reason))?;
    }
    if let (Some(first), Some(last)) = (&summary.first, &summary.last) {
        out.line(&format!("From {first} to {last}."))?;
    }
    if dry {
        return Ok(());
    }
    out.note(&format!("Take it back with: folkmoot imports undo {}", summary.import))
}

fn list(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let all = app.db.read(import::list)?;
    if as_json {
        return out.line(&json(&all)?);
    }
    if all.is_empty() {
        return out
            .note("Nothing has been imported yet. Bring an export in with: folkmoot import FORMAT PATH");
    }
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let head = ["import", "source", "format", "state", "activities", "begun (UTC)", "input"];
    aligned(&head, &rows).iter().try_for_each(|l| out.line(l))
}

fn row(i: &ImportRecord) -> Vec<String> {
    let state = match i.state {
        ImportState::Running if !i.live => "interrupted",
        other => other.word(),
    };
    vec![
        i.summary.import.clone(),
        i.summary.source.clone(),
        i.format.clone(),
        state.to_owned(),
        i.summary.activities.to_string(),
        when(i.started_at),
        i.input.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_a_file_or_a_name() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("m.toml"), "time = \"at\"").expect("a file");
        assert_eq!(mapping("m.toml", folder.path()).expect("a file"), "time = \"at\"");
        assert_eq!(mapping("reddit", folder.path()).expect("a name"), "reddit");
        assert!(mapping("none.toml", folder.path()).is_err());
    }
}
