//! `folkmoot members`: which identities are one person, and who is staff.

use super::{Context, json};
use crate::cli::{ImportArgs, MembersAction, MembersArgs};
use crate::out::{Out, aligned, when};
use base::{Error, Result};
use capability::{App, Principal};
use community::{people, settings};
use serde_json::json;
use std::path::Path;
use store::Priority;

/// Who is named as the one who linked, when it was said on the command line.
const BY: &str = "command line";

/// Links, unlinks, and keeps the list of staff.
pub fn members(context: &Context, args: &MembersArgs, out: &mut dyn Out) -> Result<()> {
    let app = &context.app;
    let now = app.clock.now();
    match &args.action {
        MembersAction::Link { one, other, reason } => {
            let (id, one, other) = app.db.write(Priority::Interactive, |tx| {
                let (one, other) = (people::get_identity(tx, one)?, people::get_identity(tx, other)?);
                Ok((people::link(tx, &one, &other, reason, BY, now)?, one, other))
            })?;
            if args.json {
                return out.line(&json(&json!({ "link": id }))?);
            }
            out.line(&format!(
                "{} at {} and {} at {} are one member now ({id}).",
                one.title(),
                one.source,
                other.title(),
                other.source
            ))
        }
        MembersAction::Unlink { link, reason } => {
            app.db.write(Priority::Interactive, |tx| people::unlink(tx, link, reason, BY, now))?;
            if args.json {
                return out.line(&json(&json!({ "unlinked": link }))?);
            }
            out.line(&format!("{link} is taken back."))
        }
        MembersAction::Export { member, out: file } => export(context, member, file, args.json, out),
        MembersAction::Links => links(app, args.json, out),
        MembersAction::Staff { add, remove } => staff(app, add, remove, args.json, out),
    }
}

/// `folkmoot import roster FILE`: suggests links from a table of people with several handles.
pub fn import_roster(context: &Context, args: &ImportArgs, out: &mut dyn Out) -> Result<()> {
    let mut reports = Vec::new();
    for path in &args.paths {
        let path = context.cwd.join(path);
        let text = std::fs::read_to_string(&path).map_err(|e| Error::from(e).at(path.display()))?;
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        reports.push(::people::import_roster(&context.app, &name, &text, BY, args.dry_run)?);
    }
    if args.json {
        return out.line(&json(&reports)?);
    }
    let verb = if args.dry_run { "would be suggested" } else { "are suggested" };
    for r in &reports {
        for problem in &r.problems {
            out.note(&format!("{}, row {}: {}", r.file, problem.row, problem.problem))?;
        }
        if !r.ignored.is_empty() {
            out.note(&format!("{}: columns passed over: {}", r.file, r.ignored.join(", ")))?;
        }
        out.line(&format!(
            "{}: {} rows, {} links {verb}, {} were suggested before, {} are linked already.",
            r.file, r.rows, r.suggested, r.known, r.linked
        ))?;
    }
    if args.dry_run {
        return Ok(());
    }
    out.note("Nothing is linked yet: decide under Members, Suggested links.")
}

/// Writes everything that is held about a member into a new file.
fn export(context: &Context, member: &str, path: &Path, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let path = context.cwd.join(path);
    let file = std::fs::File::create_new(&path).map_err(|e| Error::from(e).at(path.display()))?;
    let (id, rows) = match privacy::export_to(&context.app, &Principal::local(), member, &file) {
        Ok(made) => made,
        Err(e) => {
            // Half a file is no export.
            let _ = std::fs::remove_file(&path);
            return Err(e);
        }
    };
    if as_json {
        return out.line(&json(&json!({ "member": id, "file": path, "rows": rows }))?);
    }
    out.line(&format!("{rows} rows about {id} are in {}.", path.display()))?;
    out.note("It is a personal file: hand it to the member and to nobody else.")
}

fn links(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let all = app.db.read(people::links)?;
    if as_json {
        let rows: Vec<_> = all
            .iter()
            .map(|l| {
                json!({
                    "id": l.public_id, "one": l.left, "other": l.right, "reason": l.reason, "by": l.linked_by,
                    "active": l.unlinked_at.is_none(), "unlinked_reason": l.unlinked_reason,
                })
            })
            .collect();
        return out.line(&json(&rows)?);
    }
    if all.is_empty() {
        return out.note("No identities are linked yet.");
    }
    let rows: Vec<Vec<String>> = all
        .into_iter()
        .map(|l| {
            let state =
                l.unlinked_at.map_or_else(|| "linked".to_owned(), |at| format!("taken back {}", when(at)));
            vec![l.public_id, l.left, l.right, when(l.linked_at), state, l.reason]
        })
        .collect();
    aligned(&["link", "one", "other", "since (UTC)", "state", "reason"], &rows)
        .iter()
        .try_for_each(|l| out.line(l))
}

fn staff(app: &App, add: &[String], remove: &[String], as_json: bool, out: &mut dyn Out) -> Result<()> {
    let stored = app.db.read(|c| settings::get_or_default(c, "staff"))?;
    let list = changed(&stored, add, remove)?;
    if !add.is_empty() || !remove.is_empty() {
        app.community.set("staff", &list.join(", "))?;
    }
    if as_json {
        return out.line(&json(&list)?);
    }
    if list.is_empty() {
        return out.note("Nobody is staff yet. Add someone with: folkmoot members staff --add @example.org");
    }
    list.iter().try_for_each(|entry| out.line(entry))
}

/// The list with some entries more and some fewer.
fn changed(stored: &str, add: &[String], remove: &[String]) -> Result<Vec<String>> {
    let same = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
    let mut list: Vec<String> =
        stored.split(',').map(str::trim).filter(|e| !e.is_empty()).map(str::to_owned).collect();
    for entry in remove {
        let before = list.len();
        list.retain(|e| !same(e, entry));
        if list.len() == before {
            return Err(Error::not_found(format!("\"{entry}\" is not on the list of staff")));
        }
    }
    for entry in add {
        if entry.trim().is_empty() || entry.contains(',') {
            return Err(Error::invalid(format!("\"{entry}\" is not one entry; give --add once for each")));
        }
        if !list.iter().any(|e| same(e, entry)) {
            list.push(entry.trim().to_owned());
        }
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_and_go_once() {
        let list = |stored: &str, add: &[&str], remove: &[&str]| {
            let own = |l: &[&str]| l.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
            changed(stored, &own(add), &own(remove)).map(|l| l.join("|"))
        };
        assert_eq!(list("", &["@x.org", "Ana"], &[]).expect("added"), "@x.org|Ana");
        assert_eq!(list("@x.org, Ana", &["ana"], &["@X.ORG"]).expect("changed"), "Ana");
        assert!(list("Ana", &[], &["Bo"]).is_err());
        assert!(list("", &["a, b"], &[]).is_err());
    }
}
