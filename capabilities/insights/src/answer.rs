//! One way to ask a metric, for the page, the API and the command.

use crate::filters::Filters;
use crate::pages::{Answer, HealthContext, Place};
use base::{Micros, Result, Zone};
use capability::App;
use community::Community;
use community::read::{LogView, Scope, Staff};
use metric::{Envelope, Query};
use std::cell::RefCell;
use ui::format;

/// Asks a metric: its id and its parameters. Blocks.
///
/// # Errors
/// `NotFound` for an unknown metric, source or channel, `Invalid` for a parameter that it does not take or a value
/// that does not fit; what the database says.
pub fn answer<K: AsRef<str>, V: AsRef<str>>(
    community: &Community,
    id: &str,
    parameters: impl IntoIterator<Item = (K, V)>,
) -> Result<Envelope> {
    let query = Query::parse(id, parameters)?;
    community.view(|view| answer_in(view, &query))
}

pub(crate) fn answer_in(view: &mut LogView<'_, '_>, query: &Query) -> Result<Envelope> {
    let scope = scope_of(view, query)?;
    metric::answer(view, query, scope)
}

/// The part of the log that a question is about.
pub(crate) fn scope_of(view: &LogView<'_, '_>, query: &Query) -> Result<Scope> {
    let scope = view.scope(&query.sources, &query.channels, query.staff, &query.kinds)?;
    Ok(Scope { population: query.population(), ..scope })
}

/// Questions with their parameters.
pub(crate) type Questions = Vec<(&'static str, Vec<(String, String)>)>;

/// What a page is made in: the community's name, what the pages know, and a way to ask. Everything in one reading
/// of the log, so that the figures of a page fit together; what its questions need together is read once. Blocks.
pub(crate) fn reading<T>(
    app: &App,
    filters: &Filters,
    questions: impl FnOnce(&HealthContext) -> Result<Questions>,
    run: impl FnOnce(&str, &HealthContext, &Answer) -> Result<T>,
) -> Result<T> {
    app.community.view(|view| {
        let mut ctx = context(view, filters)?;
        ctx.annotations = crate::store::annotations(view.conn())?;
        for (id, pairs) in questions(&ctx)? {
            plan(view, id, &pairs)?;
        }
        let community = view.setting("name").to_owned();
        let view = RefCell::new(view);
        let ask = |id: &str, pairs: &[(String, String)]| {
            let query = Query::parse(id, pairs.iter().map(|(name, value)| (name, value)))?;
            answer_in(&mut view.borrow_mut(), &query)
        };
        run(&community, &ctx, &ask)
    })
}

/// Says what a question needs. One that cannot be asked needs nothing, and says why when it is asked.
fn plan(view: &mut LogView<'_, '_>, id: &str, pairs: &[(String, String)]) -> Result<()> {
    let Ok(query) = Query::parse(id, pairs.iter().map(|(name, value)| (name, value))) else { return Ok(()) };
    let Ok(scope) = scope_of(view, &query) else { return Ok(()) };
    let (zone, now) = (view.zone(), view.now(&scope)?);
    view.plan(metric::plan(&zone, now, &query));
    Ok(())
}

/// What the pages know beside the answers and the notes. *Now* is the last activity of what was chosen, so that an old export
/// alone is seen as it stood at its end.
///
/// # Errors
/// `NotFound` for a source or channel that does not exist.
pub(crate) fn context(view: &mut LogView<'_, '_>, filters: &Filters) -> Result<HealthContext> {
    let chosen = |name: &str| if name.is_empty() { Vec::new() } else { vec![name.to_owned()] };
    let scope = view.scope(&chosen(&filters.source), &chosen(&filters.channel), Staff::Include, &[])?;
    let (zone, now) = (view.zone(), view.now(&scope)?);
    let name_of = |id: i64| view.sources().iter().find(|s| s.source_id == id).map(|s| s.name.clone());
    let with_rows: Vec<_> = view.channels().iter().filter(|c| c.span.is_some()).collect();
    let sources = view.sources().iter().filter(|s| with_rows.iter().any(|c| c.source_id == s.source_id));
    let mut channels: Vec<Place> = with_rows
        .iter()
        .map(|c| Place {
            id: c.external_id.clone(),
            name: c.name.clone(),
            within: name_of(c.source_id).unwrap_or_default(),
        })
        .collect();
    channels.sort_by(|a, b| (&a.within, &a.name).cmp(&(&b.within, &b.name)));
    Ok(HealthContext {
        now: now.map(|at| zone.day_of(at)),
        as_of: now.map(|at| format!("{} {}", instant(&zone, at, true), zone.name())).unwrap_or_default(),
        zone: zone.name().to_owned(),
        sources: sources
            .map(|s| Place { id: s.public_id.clone(), name: s.name.clone(), within: String::new() })
            .collect(),
        channels,
        rows: true,
        annotations: Vec::new(),
        csrf: String::new(),
    })
}

/// `24 November 2026, 16:02`, or `24 Nov 2026, 16:02`, which stays on one line.
pub(crate) fn instant(zone: &Zone, at: Micros, long: bool) -> String {
    let day = zone.day_of(at);
    let minutes = (at + zone.offset_micros(at) - day.start_micros()) / 60_000_000;
    let words = if long { format::day_long(day) } else { format::day_short(day, true) };
    let space = if long { ' ' } else { '\u{a0}' };
    format!("{words},{space}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_in_the_zone_of_the_community() {
        let berlin = Zone::named("Europe/Berlin").expect("a zone");
        let text = |zone: &Zone| instant(zone, 1_704_150_000_000_000, false).replace('\u{a0}', " ");
        assert_eq!(text(&Zone::utc()), "1 Jan 2024, 23:00");
        assert_eq!(text(&berlin), "2 Jan 2024, 00:00");
    }
}
