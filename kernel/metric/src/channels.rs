//! Questions asked of every channel at once, with a handful of statements however many channels there are.

use crate::answer::{envelope, plan};
use crate::inputs::{Conversations, Given, Inputs, Reach};
use crate::{Envelope, Query};
use base::{Day, Error, Period, Result};
use community::read::{DayActives, LogView, Opened, Scope};
use std::collections::HashMap;

/// The openings of a period by channel; or why there are none.
type Openings = std::result::Result<HashMap<i64, Vec<Opened>>, String>;

/// Answers questions for each channel of a scope, by its number: what [`crate::answer`] says when that channel is
/// chosen, in the order of the questions. Each names its days; its metric needs day sets of those days, or
/// conversations, and nothing else of the log (`rolling_active_members`, `active_members`, `messages`,
/// `answered_rate`, `time_to_first_response`). What several need is read once, so that all of them choose the same
/// staff, kinds and population.
///
/// # Errors
/// `Invalid` for a question without days, of another metric, or with another choice than the first; what the
/// database says.
pub fn answer_channels(
    view: &mut LogView<'_, '_>,
    queries: &[Query],
    scope: &Scope,
) -> Result<Vec<HashMap<i64, Envelope>>> {
    let Some(first) = queries.first() else { return Ok(Vec::new()) };
    let scope = chosen(first, scope);
    let printed = queries
        .iter()
        .map(|query| if chosen(query, &scope) == scope { fitting(query) } else { Err(unfit(query)) })
        .collect::<Result<Vec<Period>>>()?;
    let needs: Vec<_> = queries.iter().map(|query| (query.definition.needs)(query)).collect();
    for query in queries {
        let (zone, now) = (view.zone(), view.now(&scope)?);
        view.plan(plan(&zone, now, query));
    }
    let spans = view.channel_spans(&scope)?;
    let begins = |query: usize| match needs[query].actives {
        Reach::From(day) => Some(day),
        _ => None,
    };
    let days = match (0..queries.len()).filter_map(begins).min() {
        Some(day) => view.channel_days(&scope, day)?,
        None => HashMap::new(),
    };
    let mut openings: HashMap<Day, HashMap<Day, Openings>> = HashMap::new();
    for (needs, period) in needs.iter().zip(&printed) {
        let of_start = openings.entry(period.first).or_default();
        if needs.opened != Conversations::Nothing && !of_start.contains_key(&period.last) {
            of_start.insert(period.last, view.channel_opened(&scope, Some(*period))?);
        }
    }
    let community = match needs.iter().any(|n| n.community_series) {
        true => view.span(&Scope { channels: Vec::new(), ..scope.clone() })?,
        false => None,
    };
    let channels = channels(view, &scope);
    let (none, nothing) = (Err("no reply links".to_owned()), Ok(HashMap::new()));
    let mut answers = Vec::with_capacity(queries.len());
    for (at, query) in queries.iter().enumerate() {
        let opened = openings[&printed[at].first].get(&printed[at].last).unwrap_or(&nothing);
        let mut of_query = HashMap::with_capacity(channels.len());
        for &(channel, replies) in &channels {
            let given = Given {
                community,
                spans: &spans,
                days: since(days.get(&channel), begins(at)),
                opened: if replies { opened } else { &none },
            };
            let one = Scope { channels: vec![channel], ..scope.clone() };
            let inputs = Inputs::given(view, query, &one, given)?;
            let parts = (query.definition.compute)(&inputs, query);
            of_query.insert(channel, envelope(query, &inputs, parts)?);
        }
        answers.push(of_query);
    }
    Ok(answers)
}

/// The scope with what the question chooses.
fn chosen(query: &Query, scope: &Scope) -> Scope {
    Scope { staff: query.staff, kinds: query.kinds.clone(), population: query.population(), ..scope.clone() }
}

/// The printed days of a question that can be answered here.
fn fitting(query: &Query) -> Result<Period> {
    let needs = (query.definition.needs)(query);
    let fits = !needs.totals
        && !needs.openings
        && needs.passages == crate::Passing::Nothing
        && needs.opened != Conversations::CountsOfFirst
        && needs.actives != Reach::All;
    query.asked_periods().filter(|_| fits).ok_or_else(|| unfit(query))
}

fn unfit(query: &Query) -> Error {
    Error::invalid(format!(
        "{} is not answered for all channels at once in this way; ask for each channel",
        query.definition.id
    ))
}

/// The channels of a scope, and whether replies are known there.
fn channels(view: &LogView<'_, '_>, scope: &Scope) -> Vec<(i64, bool)> {
    let replies = |source: i64| view.sources().iter().any(|s| s.source_id == source && s.has_replies);
    view.channels()
        .iter()
        .filter(|c| scope.sources.is_empty() || scope.sources.contains(&c.source_id))
        .filter(|c| scope.channels.is_empty() || scope.channels.contains(&c.channel_id))
        .map(|c| (c.channel_id, replies(c.source_id)))
        .collect()
}

/// The day sets from a day on; none where none are needed.
fn since(days: Option<&Vec<DayActives>>, begin: Option<Day>) -> Vec<DayActives> {
    match (days, begin) {
        (Some(days), Some(begin)) => days[days.partition_point(|d| d.day < begin)..].to_vec(),
        _ => Vec::new(),
    }
}
