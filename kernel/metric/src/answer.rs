//! From a question to an envelope.

use crate::envelope::{Envelope, Parts, State};
use crate::{Inputs, Query};
use base::{Error, Micros, Result};
use community::read::{LogView, Scope};

/// Answers a question from the log. The scope holds the numbers of the question's sources and channels, which
/// the caller has resolved; staff and kinds are taken from the question.
///
/// # Errors
/// When the database says no.
pub fn answer(view: &mut LogView<'_, '_>, query: &Query, scope: Scope) -> Result<Envelope> {
    let inputs = Inputs::gather(view, query, scope)?;
    let parts = (query.definition.compute)(&inputs, query);
    envelope(query, &inputs, parts)
}

/// Puts what was computed into the envelope of its metric.
///
/// # Errors
/// `Internal` when *now* is no time that can be written.
pub fn envelope(query: &Query, inputs: &Inputs, parts: Parts) -> Result<Envelope> {
    let definition = query.definition;
    let state = match (&parts.unavailable, &parts.partial) {
        (Some(_), _) => State::Unavailable,
        (None, Some(_)) => State::Partial,
        (None, None) => State::Complete,
    };
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
        reason: parts.unavailable.or(parts.partial),
        elsewhere: definition.elsewhere.to_owned(),
        points: parts.points,
        summary: parts.summary,
        cohorts: parts.cohorts,
        pooled: parts.pooled,
        curve: parts.curve,
    })
}

fn written(at: Micros) -> Result<String> {
    jiff::Timestamp::from_microsecond(at)
        .map(|t| t.to_string())
        .map_err(|e| Error::internal(format!("the last activity has an impossible time ({at} µs): {e}")))
}
