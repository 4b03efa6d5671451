//! What an erasure will do, and what it did: by table, with what stays and why, and where the person still is.

use super::Erasure;
use crate::declared::{self, Held};
use crate::holds::{self, Hold};
use crate::subject::Subject;
use crate::words::written;
use base::{Micros, Result};
use capability::{App, Erase};
use community::read::LogView;
use serde_json::{Value, json};

/// What an erasure would do at this moment.
pub(crate) struct Preview {
    /// Table, what becomes of it, rows.
    pub goes: Vec<Line>,
    /// Table, and why it stays.
    pub stays: Vec<(&'static str, &'static str)>,
    /// Activities of all kinds, which stay without their texts.
    pub activities: u64,
    /// What forbids it.
    pub holds: Vec<Hold>,
    pub days: String,
    pub mentions: bool,
}

/// What becomes of a table.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub table: &'static str,
    pub part: &'static str,
    pub what: &'static str,
    /// `None` where it is only known afterwards.
    pub rows: Option<u64>,
}

fn goes(held: &Held) -> bool {
    held.table.erase != Erase::Keep
}

/// What would go and what would stay.
pub(crate) fn preview(app: &App, view: &mut LogView<'_, '_>, subject: &Subject) -> Result<Preview> {
    let activities = view.activities_of(&subject.numbers())?;
    let days = view.setting("erasure_days").to_owned();
    let mentions = view.setting("erasure_mentions") == "replace";
    let counts = declared::counts(&app.registry, view.conn(), subject)?;
    let all = declared::all(&app.registry);
    let lines = all.iter().filter(|h| goes(h)).map(|h| Line {
        table: h.table.name,
        part: h.capability,
        what: h.words().1,
        rows: counts.iter().find(|c| c.0 == h.table.name).map(|c| c.1),
    });
    Ok(Preview {
        goes: lines.collect(),
        stays: stays(&all),
        activities,
        holds: holds::of(view.conn(), subject)?,
        days,
        mentions,
    })
}

/// What stays; tables that never hold anything of a member are not named.
fn stays(all: &[Held]) -> Vec<(&'static str, &'static str)> {
    let of_members = |h: &&Held| !goes(h) && (h.words().0.starts_with("nothing") || h.is_exported());
    all.iter().filter(of_members).map(|h| (h.table.name, h.words().1)).collect()
}

impl Preview {
    pub(crate) fn json(&self) -> Value {
        let goes: Vec<Value> = self
            .goes
            .iter()
            .map(|l| json!({ "table": l.table, "part": l.part, "what": l.what, "rows": l.rows }))
            .collect();
        let stays: Vec<Value> = self.stays.iter().map(|(t, why)| json!({ "table": t, "why": why })).collect();
        let holds: Vec<Value> = self
            .holds
            .iter()
            .map(|h| json!({ "id": h.public_id, "what": h.what(), "reason": h.reason }))
            .collect();
        json!({
            "goes": goes, "stays": stays, "activities": self.activities, "holds": holds, "waits_days": self.days.parse::<i64>().unwrap_or(7),
            "mentions": if self.mentions { "replace" } else { "leave" },
        })
    }
}

/// The receipt: numbers and names of tables, sources and files, and nothing that names the person.
pub(super) fn receipt(app: &App, erasure: &Erasure, subject: &Subject, now: Micros) -> Result<Value> {
    let all = declared::all(&app.registry);
    let rows = |table: &str| erasure.counts[table].as_u64().unwrap_or(0);
    let erased: Vec<Value> = all
        .iter()
        .filter(|h| goes(h))
        .map(|h| json!({ "table": h.table.name, "part": h.capability, "what": h.words().1, "rows": rows(h.table.name) }))
        .collect();
    let kept: Vec<Value> = stays(&all).iter().map(|(t, why)| json!({ "table": t, "why": why })).collect();
    let mut sources: Vec<&str> = subject.identities.iter().map(|i| i.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let note = "Folkmoot reads this source and cannot erase there: ask the source itself. What it sends again is \
                recognised and stored without text.";
    let sources: Vec<Value> = sources.iter().map(|s| json!({ "source": s, "note": note })).collect();
    Ok(json!({
        "erasure": erasure.public_id,
        "member": erasure.member,
        "identities": subject.public_ids(),
        "asked_by": erasure.asked_by,
        "asked_at": written(erasure.asked_at),
        "began_at": erasure.began_at.map(written),
        "done_at": written(now),
        "erased": erased,
        "texts": rows("messages"),
        "activities_kept_without_text": rows("activities"),
        "earlier_texts": rows("revisions"),
        "mentions": if erasure.mentions { json!({ "replaced": rows("mentions") }) } else { json!("left as they are") },
        "kept": kept,
        "sources": sources,
        "backups": backups(app, now),
        "figures": "unchanged: numbers of activities and of members stay, nobody is named in them",
    }))
}

/// Backups that were taken before and still contain the person, each with the day on which it goes.
fn backups(app: &App, now: Micros) -> Value {
    let Some((folder, rule)) = &app.backups else {
        return json!({
            "note": "no scheduled backups are set up; copies that were taken by hand (folkmoot backup) contain the \
                     person until they are removed",
        });
    };
    let listed = match backup::keep::list(folder) {
        Ok(listed) => listed,
        Err(e) => return json!({ "note": format!("the folder of backups could not be read: {}", e.message) }),
    };
    let times: Vec<Micros> = listed.iter().map(|f| f.0).collect();
    let until = backup::keep::until(&times, *rule, now);
    let files: Vec<Value> = listed
        .iter()
        .map(|(at, path)| {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let until = until.iter().find(|u| u.0 == *at).and_then(|u| u.1);
            json!({ "file": name, "taken_at": written(*at), "kept_until": until.map(written) })
        })
        .collect();
    json!({
        "files": files,
        "note": "kept_until supposes a backup each day. A backup that is restored brings the person back: ask for the \
                 erasure again then. Copies that were taken by hand are not listed.",
    })
}
