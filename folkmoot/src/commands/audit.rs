//! `folkmoot audit`: who did what.

use crate::cli::AuditArgs;
use crate::out::{Out, when};
use access::audit::{self, Filter};
use base::{Day, Micros, Result, Zone};
use capability::App;
use community::settings;

/// Prints the newest entries that fit, newest first.
pub fn audit(app: &App, args: &AuditArgs, out: &mut dyn Out) -> Result<()> {
    let zone = Zone::named(&app.db.read(|c| settings::get_or_default(c, "zone"))?)?;
    let start = |day: &Option<String>, plus: i32, name: &str| -> Result<Option<Micros>> {
        let day = day.as_deref().map(Day::parse).transpose().map_err(|e| e.at(name))?;
        Ok(day.map(|d| zone.start_of(d.plus(plus))))
    };
    let filter = Filter {
        subject: args.subject.clone().unwrap_or_default(),
        text: args.text.clone().unwrap_or_default(),
        since: start(&args.since, 0, "--since")?,
        until: start(&args.until, 1, "--until")?,
        ..Filter::default()
    };
    let entries = app.db.read(|c| audit::list(c, &filter, args.limit.into()))?;
    if entries.is_empty() {
        return out.note("No entry fits.");
    }
    for e in &entries {
        if args.json {
            out.line(&team::entry_json(e).to_string())?;
            continue;
        }
        let who = if e.who.is_empty() { "(erased)" } else { &e.who };
        let about = if e.subject.is_empty() { String::new() } else { format!(" [{}]", e.subject) };
        out.line(&format!("{} {} {who}: {}{about}", e.entry, when(e.at), e.title))?;
        if !e.before.is_empty() || !e.after.is_empty() {
            out.line(&format!("    {} → {}", e.before, e.after))?;
        }
    }
    Ok(())
}
