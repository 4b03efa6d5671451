//! Parts of an answer: members and staff, sources, or channels. Each part is the same question within a narrower
//! scope, so that it says what the metric says when that filter is chosen.

use crate::answer::{compute, plan, written};
use crate::envelope::{Envelope, Part};
use crate::{Passing, Query, Reach, compare};
use base::{Error, Result};
use community::read::{LogView, Prepare, Scope, Staff};

/// How many parts are shown at most.
const MOST: usize = 8;

/// Into what an answer is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Members, and staff.
    Staff,
    /// Each source.
    Source,
    /// The largest channels.
    Channel,
}

impl Split {
    /// Reads its word.
    ///
    /// # Errors
    /// `Invalid`, naming the words that there are.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "staff" => Ok(Self::Staff),
            "source" => Ok(Self::Source),
            "channel" => Ok(Self::Channel),
            _ => Err(Error::invalid(format!("split is \"{text}\"; use staff, source or channel"))),
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Source => "source",
            Self::Channel => "channel",
        }
    }
}

/// A part before it is asked for.
pub(crate) struct Slice {
    key: String,
    label: String,
    rest: Option<u64>,
    staff: Staff,
    scope: Scope,
}

/// The parts, and what is said of their choice.
pub(crate) type Slices = (Vec<Slice>, Option<String>);

/// The parts that a question is split into. What the whole and the parts need is read together.
pub(crate) fn slices(view: &mut LogView<'_, '_>, query: &Query, scope: &Scope, by: Split) -> Result<Slices> {
    let (slices, note) = match by {
        Split::Staff => (staff(query, scope), None),
        Split::Source => limited(sources(view, query, scope), "sources"),
        Split::Channel => channels(view, query, scope)?,
    };
    // A part is compared as of its own last activity, which may lie further back.
    for slice in &slices {
        let (zone, now) = (view.zone(), view.now(&slice.scope)?);
        view.plan(plan(&zone, now, query));
    }
    let needs = (query.definition.needs)(query);
    let whole = Scope { staff: query.staff, kinds: query.kinds.clone(), ..scope.clone() };
    let scopes: Vec<Scope> = std::iter::once(whole).chain(slices.iter().map(|s| full(query, s))).collect();
    let what = Prepare {
        days: needs.actives != Reach::Nothing,
        joins: needs.passages != Passing::Nothing,
        leaves: needs.passages == Passing::Both,
    };
    view.prepare(&scopes, what)?;
    Ok((slices, note))
}

/// Asks for each part and puts them into the answer.
pub(crate) fn split(
    view: &mut LogView<'_, '_>,
    query: &Query,
    (by, (slices, note)): (Split, Slices),
    answer: &mut Envelope,
) -> Result<()> {
    let parts = slices.into_iter().map(|slice| part(view, query, slice)).collect::<Result<Vec<_>>>()?;
    answer.split = Some(by.word());
    answer.split_note = note;
    answer.parts = Some(parts);
    Ok(())
}

/// The scope as the question will be asked.
fn full(query: &Query, slice: &Slice) -> Scope {
    Scope { staff: slice.staff, kinds: query.kinds.clone(), ..slice.scope.clone() }
}

fn part(view: &mut LogView<'_, '_>, query: &Query, slice: Slice) -> Result<Part> {
    let query = query.narrowed(slice.staff);
    let (inputs, parts) = compute(view, &query, slice.scope.clone())?;
    let comparison = compare::comparison(view, &query, &slice.scope, (&inputs, &parts))?;
    let (state, reason) = parts.state();
    Ok(Part {
        key: slice.key,
        label: slice.label,
        rest: slice.rest,
        now: inputs.now.map(written).transpose()?,
        state,
        reason,
        figures: parts.figures(),
        comparison,
    })
}

/// Members and staff; where staff are chosen or left out, the one part that is left.
fn staff(query: &Query, scope: &Scope) -> Vec<Slice> {
    [("members", "Members", Staff::Exclude), ("staff", "Staff", Staff::Only)]
        .into_iter()
        .filter(|(.., staff)| query.staff == Staff::Include || query.staff == *staff)
        .map(|(key, label, staff)| Slice {
            key: key.into(),
            label: label.into(),
            rest: None,
            staff,
            scope: scope.clone(),
        })
        .collect()
}

fn sources(view: &LogView<'_, '_>, query: &Query, scope: &Scope) -> Vec<Slice> {
    let of_channels: Vec<i64> = view
        .channels()
        .iter()
        .filter(|c| scope.channels.contains(&c.channel_id))
        .map(|c| c.source_id)
        .collect();
    let chosen = |id: i64| {
        (scope.sources.is_empty() || scope.sources.contains(&id))
            && (scope.channels.is_empty() || of_channels.contains(&id))
    };
    view.sources()
        .iter()
        .filter(|s| chosen(s.source_id))
        .map(|s| Slice {
            key: s.name.clone(),
            label: s.name.clone(),
            rest: None,
            staff: query.staff,
            scope: Scope { sources: vec![s.source_id], ..scope.clone() },
        })
        .collect()
}

fn limited(mut slices: Vec<Slice>, what: &str) -> (Vec<Slice>, Option<String>) {
    let all = slices.len();
    slices.truncate(MOST);
    let note = (all > MOST).then(|| format!("the first {MOST} of {all} {what}"));
    (slices, note)
}

/// The largest channels in the asked days. Where figures add up, the rest is one part; where they do not, a member
/// who is in two channels would be counted twice, and the rest is left out.
fn channels(
    view: &mut LogView<'_, '_>,
    query: &Query,
    scope: &Scope,
) -> Result<(Vec<Slice>, Option<String>)> {
    let asked = Scope { staff: query.staff, kinds: query.kinds.clone(), ..scope.clone() };
    let mut ids: Vec<i64> = view
        .channel_sizes(&asked, query.asked_days())?
        .into_iter()
        .filter(|(_, rows)| *rows > 0)
        .map(|(id, _)| id)
        .collect();
    let all = ids.len();
    let rest = if all > MOST && query.definition.adds_up() { ids.split_off(MOST - 1) } else { Vec::new() };
    ids.truncate(MOST);
    let mut slices: Vec<Slice> = ids.iter().filter_map(|id| channel(view, query, scope, *id)).collect();
    if !rest.is_empty() {
        slices.push(Slice {
            key: "other".into(),
            label: format!("Other ({})", rest.len()),
            rest: Some(rest.len() as u64),
            staff: query.staff,
            scope: Scope { channels: rest, ..scope.clone() },
        });
        return Ok((
            slices,
            Some(format!("the {} largest of {all} channels, and the others together", MOST - 1)),
        ));
    }
    let note = (all > MOST).then(|| {
        format!(
            "the {MOST} largest of {all} channels; a member may be in several, so that the others have no sum"
        )
    });
    Ok((slices, note))
}

fn channel(view: &LogView<'_, '_>, query: &Query, scope: &Scope, id: i64) -> Option<Slice> {
    let all = view.channels();
    let channel = all.iter().find(|c| c.channel_id == id)?;
    // Two sources may have a channel of the same name.
    let name = channel.name.to_lowercase();
    let twice = all.iter().filter(|c| c.name.to_lowercase() == name).count() > 1;
    let source = view.sources().iter().find(|s| s.source_id == channel.source_id).filter(|_| twice);
    Some(Slice {
        key: channel.external_id.clone(),
        label: source.map_or_else(|| channel.name.clone(), |s| format!("{} · {}", channel.name, s.name)),
        rest: None,
        staff: query.staff,
        scope: Scope { channels: vec![id], sources: vec![channel.source_id], ..scope.clone() },
    })
}
