//! One question asked of every channel at once, with a handful of statements however many channels there are.

use crate::answer::envelope;
use crate::inputs::{Conversations, Given, Inputs, Reach};
use crate::{Envelope, Query};
use base::{Error, Result};
use community::read::{LogView, Scope};
use std::collections::HashMap;

/// Answers a question for each channel of a scope, by its number: what [`crate::answer`] says when that channel is
/// chosen. The question names its days; its metric needs day sets of those days, or conversations, and nothing
/// else of the log (`rolling_active_members`, `active_members`, `messages`, `answered_rate`,
/// `time_to_first_response`).
///
/// # Errors
/// `Invalid` for a question without days or of another metric; what the database says.
pub fn answer_channels(
    view: &mut LogView<'_, '_>,
    query: &Query,
    scope: &Scope,
) -> Result<Vec<(i64, Envelope)>> {
    let needs = (query.definition.needs)(query);
    let printed = query.asked_periods();
    let fits =
        !needs.totals && !needs.openings && !needs.passages && needs.opened != Conversations::CountsOfFirst;
    let (true, Some(printed)) = (fits && needs.actives != Reach::All, printed) else {
        return Err(Error::invalid(format!(
            "{} is not answered for all channels at once in these days; ask for each channel",
            query.definition.id
        )));
    };
    let scope = Scope {
        staff: query.staff,
        kinds: query.kinds.clone(),
        population: query.population(),
        ..scope.clone()
    };
    let spans = view.channel_spans(&scope)?;
    let days = match needs.actives {
        Reach::From(day) => view.channel_days(&scope, day)?,
        _ => HashMap::new(),
    };
    let opened = match needs.opened {
        Conversations::Nothing => Ok(HashMap::new()),
        _ => view.channel_opened(&scope, Some(printed))?,
    };
    let community = match needs.community_series {
        true => view.span(&Scope { channels: Vec::new(), ..scope.clone() })?,
        false => None,
    };
    let with_replies: Vec<i64> =
        view.sources().iter().filter(|s| s.has_replies).map(|s| s.source_id).collect();
    let none = Err("no reply links".to_owned());
    let inside = |source: i64, channel: i64| {
        (scope.sources.is_empty() || scope.sources.contains(&source))
            && (scope.channels.is_empty() || scope.channels.contains(&channel))
    };
    let channels: Vec<(i64, i64)> = view
        .channels()
        .iter()
        .map(|c| (c.source_id, c.channel_id))
        .filter(|(source, channel)| inside(*source, *channel))
        .collect();
    let mut given = Given { community, spans: &spans, days, opened: &opened };
    let mut answers = Vec::with_capacity(channels.len());
    for (source, channel) in channels {
        let one = Scope { channels: vec![channel], ..scope.clone() };
        given.opened = if with_replies.contains(&source) { &opened } else { &none };
        let inputs = Inputs::given(view, query, &one, &mut given)?;
        let parts = (query.definition.compute)(&inputs, query);
        answers.push((channel, envelope(query, &inputs, parts)?));
    }
    Ok(answers)
}
