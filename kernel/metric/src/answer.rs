//! From a question to an envelope.

use crate::envelope::{Envelope, Parts};
use crate::{Inputs, Query, compare, split};
use base::{Error, Micros, Result};
use community::read::{LogView, Scope};

/// Answers a question from the log. The scope holds the numbers of the question's sources and channels, which
/// the caller has resolved; staff and kinds are taken from the question. An earlier period and the parts of a
/// split are the same question again, with other days or a narrower scope.
///
/// # Errors
/// When the database says no.
pub fn answer(view: &mut LogView<'_, '_>, query: &Query, scope: Scope) -> Result<Envelope> {
    let (inputs, parts) = compute(view, query, scope.clone())?;
    let mut answer = envelope(query, &inputs, parts.clone())?;
    answer.comparison = compare::comparison(view, query, &scope, (&inputs, &parts))?;
    if let Some(by) = query.split {
        split::split(view, query, &scope, by, &mut answer)?;
    }
    Ok(answer)
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
