//! The audit log as a page and a file, whether its chain holds, and how long it is kept.

use crate::audit_filters::Filters;
use crate::audit_view::{self, Shown};
use crate::store;
use ::store::{Conn, Priority};
use access::audit::{self, AuditEntry, Change};
use axum::extract::{Form, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use base::{Day, Error, ErrorKind, Result, Zone, csv};
use capability::settings_page::{Answer, Page};
use capability::{App, Principal, csv_in_pieces};
use community::settings;
use serde::Deserialize;

pub(crate) const PATH: &str = "/desk/settings/audit";

/// Entries on a page.
const PAGE: i64 = 50;
/// Entries read at a time for a file.
const PIECE: i64 = 1_000;
/// The setting that says how many years are kept.
const YEARS: &str = "audit_years";

type Pairs = Vec<(String, String)>;

/// A page of entries, and the place of the next one.
pub(crate) fn page_of(
    c: &mut Conn<'_>,
    f: &Filters,
    zone: &Zone,
    limit: i64,
) -> Result<(Vec<AuditEntry>, Option<i64>)> {
    let known = if f.who.is_empty() { Vec::new() } else { store::everybody(c)? };
    let mut entries = audit::list(c, &f.filter(&known, zone)?, limit + 1)?;
    let more = entries.len() as i64 > limit;
    entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = entries.last().map(|e| e.entry).filter(|_| more);
    Ok((entries, next))
}

/// `GET /desk/settings/audit`
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(pairs): Query<Pairs>,
) -> Answer {
    let filters = Filters::read(&pairs)?;
    let has = |name: &str, value: &str| pairs.iter().any(|p| p.0 == name && p.1 == value);
    let (check, saved) = (has("check", "1"), has("told", "saved"));
    let areas = areas(&app);
    let shown = app
        .blocking(move |app| {
            // The whole chain is read in a snapshot of its own; nothing else waits for it.
            let verdict = if check { Some(verdict(app)?) } else { None };
            app.db.read(|c| {
                let decided = settings::all(c)?;
                let zone = Zone::named(decided.text("zone"))?;
                let known = store::everybody(c)?;
                let mut entries = audit::list(c, &filters.filter(&known, &zone)?, PAGE + 1)?;
                let next =
                    entries.get(PAGE as usize - 1).filter(|_| entries.len() as i64 > PAGE).map(|e| e.entry);
                entries.truncate(PAGE as usize);
                let (community, years) = (decided.text("name").to_owned(), decided.text(YEARS).to_owned());
                let newest = audit::newest(c)?;
                Ok(Shown { filters, community, years, zone, known, entries, next, newest, verdict, areas })
            })
        })
        .await?;
    let page = Page {
        app: &app,
        principal: &principal,
        headers: &headers,
        community: &shown.community,
        path: PATH,
        title: "Audit log",
        sentence: "Every change, every sign-in and every reading of a member's file: who, when, what.",
    };
    let done = if saved { "Saved." } else { "" };
    Ok(page.draw(done, &audit_view::body(&shown, &principal)))
}

/// The capabilities that entries can be of, with their titles.
fn areas(app: &App) -> Vec<(&'static str, &'static str)> {
    let all = app.registry.manifests().iter().filter(|m| !m.permissions.is_empty());
    all.map(|m| (m.id, m.title)).collect()
}

/// Whether the chain holds: how many entries, or what is wrong.
fn verdict(app: &App) -> Result<std::result::Result<u64, String>> {
    match app.db.read(audit::verify) {
        Ok((count, _)) => Ok(Ok(count)),
        Err(e) if e.kind == ErrorKind::Conflict => Ok(Err(e.message)),
        Err(e) => Err(e),
    }
}

/// `GET /desk/settings/audit/csv`: everything that fits the filters.
pub(crate) async fn csv(State(app): State<App>, Query(pairs): Query<Pairs>) -> Answer {
    let filters = Filters { before: None, ..Filters::read(&pairs)? };
    let filter = app
        .blocking(move |app| {
            app.db.read(|c| {
                let zone = Zone::named(&settings::get_or_default(c, "zone")?)?;
                filters.filter(&store::everybody(c)?, &zone)
            })
        })
        .await?;
    Ok(csv_in_pieces("audit", move |pieces| {
        let mut filter = filter;
        let mut file = csv::File::new(&[
            "entry", "at", "who", "by", "from", "action", "subject", "what", "before", "after",
        ]);
        loop {
            let entries = app.db.read(|c| audit::list(c, &filter, PIECE))?;
            for e in &entries {
                file.figure(e.entry)
                    .text(&base::written_to_second(e.at))
                    .text(&e.who)
                    .text(&e.via)
                    .text(&e.address);
                file.text(&e.action).text(&e.subject).text(&e.title).text(&e.before).text(&e.after).end();
            }
            let last = entries.last().map(|e| e.entry);
            if !pieces.send(file.take()) || (entries.len() as i64) < PIECE {
                return Ok(());
            }
            filter.before_entry = last;
        }
    }))
}

/// The form of how long it is kept.
#[derive(Deserialize)]
pub(crate) struct Kept {
    #[serde(default)]
    years: String,
}

/// `POST /desk/settings/audit/retention`
pub(crate) async fn keep(State(app): State<App>, principal: Principal, Form(form): Form<Kept>) -> Answer {
    app.blocking(move |app| set_years(app, &principal, &form.years)).await?;
    Ok(Redirect::to(&format!("{PATH}?told=saved")).into_response())
}

/// Says how many years the audit log is kept; empty for ever. Blocking.
///
/// # Errors
/// `Invalid` for another number than 1, 2 or 5.
pub(crate) fn set_years(app: &App, by: &Principal, years: &str) -> Result<()> {
    let now = app.clock.now();
    app.community.set_telling(YEARS, years, |tx, before, after| {
        let title = "Changed how long the audit log is kept";
        let (before, after) = (audit_view::years_words(before), audit_view::years_words(after));
        let action = crate::SET_RETENTION.id;
        audit::record(tx, by, now, &Change { action, subject: YEARS, title, before, after })
    })
}

/// Removes what is older than the community keeps, and tells so; how many entries went. Blocking; for once a day.
///
/// # Errors
/// When the database says no.
pub fn sweep(app: &App) -> Result<u64> {
    let now = app.clock.now();
    app.db.write(Priority::Bulk, |tx| {
        let years = settings::get_or_default(tx, YEARS)?;
        if years.is_empty() {
            return Ok(0);
        }
        let years: i32 = years.parse().map_err(|_| Error::internal("audit_years is no number"))?;
        let gone = audit::keep_since(tx, Day::of_micros(now).plus(-366 * years).start_micros())?;
        if gone > 0 {
            let title = format!(
                "Removed {gone} entries that were older than {}",
                audit_view::years_words(&years.to_string())
            );
            let change = Change {
                action: crate::SET_RETENTION.id,
                subject: YEARS,
                title: &title,
                ..Change::default()
            };
            audit::record(tx, &Principal::local(), now, &change)?;
        }
        Ok(gone)
    })
}
