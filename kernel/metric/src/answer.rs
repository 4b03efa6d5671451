//! From a question to an envelope.

use crate::envelope::{Envelope, Parts};
use crate::{Conversations, Inputs, Passing, Query, Reach, Split, compare, split};
use base::{Error, Micros, Result, Zone};
use community::read::{LogView, Plan, Scope};

/// Answers a question from the log. The scope holds the numbers of the question's sources and channels, which
/// the caller has resolved; staff and kinds are taken from the question. An earlier period and the parts of a
/// split are the same question again, with other days or a narrower scope.
///
/// # Errors
/// When the database says no.
pub fn answer(view: &mut LogView<'_, '_>, query: &Query, scope: Scope) -> Result<Envelope> {
    let planned = plan(&view.zone(), view.now(&scope)?, query);
    view.plan(planned);
    let slices = query.split.map(|by| split::slices(view, query, &scope, by)).transpose()?;
    let (inputs, parts) = compute(view, query, scope.clone())?;
    let mut answer = envelope(query, &inputs, parts.clone())?;
    answer.comparison = compare::comparison(view, query, &scope, (&inputs, &parts))?;
    if let (Some(by), Some(slices)) = (query.split, slices) {
        split::split(view, query, (by, slices), &mut answer)?;
    }
    Ok(answer)
}

/// What the question and the earlier days that it is compared with need together. A page that asks several
/// questions says it of all of them before the first ([`LogView::plan`]).
pub fn plan(zone: &Zone, now: Option<Micros>, query: &Query) -> Plan {
    let all = compare::questions(query, now.map(|at| zone.day_of(at)));
    all.iter().fold(Plan::default(), |plan, query| plan.and(needed(query)))
}

/// What one question needs; where it needs everything there is nothing to share.
fn needed(query: &Query) -> Plan {
    let needs = (query.definition.needs)(query);
    let back = match needs.actives {
        Reach::From(day) => Some(day),
        Reach::Nothing | Reach::All => None,
    };
    let conversations = needs.opened != Conversations::Nothing || needs.openings;
    Plan {
        kinds: &[],
        back,
        // The parts of a split ask for the same conversations again.
        periods: match query.from {
            Some(_) => query.asked_periods().filter(|_| conversations),
            None => query.split.filter(|_| conversations).map(|_| Plan::EVER),
        },
        passages: needs.passages != Passing::Nothing,
        sizes: query.asked_days().filter(|_| query.split == Some(Split::Channel)),
    }
}

/// What was read, and what follows from it.
pub(crate) fn compute(view: &mut LogView<'_, '_>, query: &Query, scope: Scope) -> Result<(Inputs, Parts)> {
    let inputs = Inputs::gather(view, query, scope)?;
    let parts = (query.definition.compute)(&inputs, query);
    Ok((inputs, parts))
}

/// Puts what was computed into the envelope of its metric.
///
/// # Errors
/// `Internal` when *now* is no time that can be written.
pub fn envelope(query: &Query, inputs: &Inputs, parts: Parts) -> Result<Envelope> {
    let definition = query.definition;
    let (state, reason) = parts.state();
    Ok(Envelope {
        id: definition.id.to_owned(),
        title: definition.title.to_owned(),
        definition: definition.definition.to_owned(),
        formula: definition.formula.to_owned(),
        population: definition.population.to_owned(),
        unit: definition.unit.to_owned(),
        direction: definition.direction.word().to_owned(),
        filters: query.filters(),
        zone: inputs.zone.name().to_owned(),
        now: inputs.now.map(written).transpose()?,
        interval_method: definition.interval_method.to_owned(),
        state,
        reason,
        elsewhere: definition.elsewhere.to_owned(),
        points: parts.points,
        summary: parts.summary,
        cohorts: parts.cohorts,
        pooled: parts.pooled,
        curve: parts.curve,
        comparison: None,
        split: None,
        split_note: None,
        parts: None,
    })
}

/// A time as RFC 3339.
pub(crate) fn written(at: Micros) -> Result<String> {
    jiff::Timestamp::from_microsecond(at)
        .map(|t| t.to_string())
        .map_err(|e| Error::internal(format!("the last activity has an impossible time ({at} µs): {e}")))
}
