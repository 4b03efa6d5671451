//! A page of the list: which conversations fit, where they stand, until when they are to be answered.

use crate::filters::{Assigned, DAYS, Filters};
use crate::hours::OLD;
use crate::model::{Standing, State, Target, facts, stand};
use crate::store::{self, Assignment, Decided};
use base::{Micros, Result, Zone};
use capability::{Principal, Reach};
use community::marks::Mark;
use community::read::{Echo, LogView, Population, Scope, Staff, Thread, ThreadAsk};
use std::collections::HashMap;

/// How many more are looked at than shown, where only a look into the channel says where one stands.
const SPARE: usize = 4;

/// One conversation of the list.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub thread: Thread,
    pub standing: Standing,
    /// Until when it is to be answered.
    pub due: Option<Micros>,
    /// The last activity of its source, when that is old: then there is no clock.
    pub old: Option<Micros>,
    pub assigned: Option<Assignment>,
}

/// Sources and channels by number, as pages name them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Name, network and last activity of each source.
    pub sources: HashMap<i64, (String, String, Option<Micros>)>,
    /// Name and source of each channel.
    pub channels: HashMap<i64, (String, i64)>,
}

impl Places {
    pub(crate) fn of(view: &LogView<'_, '_>) -> Self {
        let last = |id: i64| {
            view.channels().iter().filter(|c| c.source_id == id).filter_map(|c| c.span).map(|s| s.1).max()
        };
        let sources = view.sources().iter();
        let sources = sources.map(|s| (s.source_id, (s.name.clone(), s.network.clone(), last(s.source_id))));
        let channels = view.channels().iter().map(|c| (c.channel_id, (c.name.clone(), c.source_id)));
        Self { sources: sources.collect(), channels: channels.collect() }
    }

    /// Those within a reach: what somebody who reads some places is told of.
    pub(crate) fn within(mut self, reach: &Reach) -> Self {
        if !reach.is_everything() {
            self.channels.retain(|id, (_, source)| reach.allows(*source, *id));
            self.sources.retain(|id, _| self.channels.values().any(|c| c.1 == *id));
        }
        self
    }

    /// The name of a channel, with the mark that chats write in front.
    pub(crate) fn channel(&self, channel_id: i64) -> String {
        let Some((name, source)) = self.channels.get(&channel_id) else { return String::new() };
        if self.is_chat(*source) && !name.starts_with('#') { format!("#{name}") } else { name.clone() }
    }

    pub(crate) fn source(&self, source_id: i64) -> &str {
        self.sources.get(&source_id).map_or("", |s| &s.0)
    }

    pub(crate) fn is_chat(&self, source_id: i64) -> bool {
        self.sources.get(&source_id).is_some_and(|s| matches!(s.1.as_str(), "slack" | "discord"))
    }

    pub(crate) fn badge(&self, source_id: i64) -> ui::Markup {
        self.sources.get(&source_id).map_or_else(ui::Markup::empty, |s| ui::source_badge(&s.1, &s.0))
    }

    /// The last activity of a source, when it is old.
    pub(crate) fn old(&self, source_id: i64, present: Micros) -> Option<Micros> {
        self.sources.get(&source_id).and_then(|s| s.2).filter(|last| present - last > OLD)
    }
}

/// A page of the list.
#[derive(Debug)]
pub(crate) struct Listing {
    pub lines: Vec<Line>,
    /// The place behind which there may be more.
    pub next: Option<(Micros, i64)>,
    pub places: Places,
    pub zone: Zone,
    /// The last activity of all.
    pub now: Option<Micros>,
    /// The present.
    pub present: Micros,
    /// The member whose conversations are asked for.
    pub member: Option<String>,
}

/// Channels and sources that a choice means. A channel may be a number, a name, or its source's id.
pub(crate) fn scope_of(view: &LogView<'_, '_>, f: &Filters) -> Result<Scope> {
    let number = |name: &String| {
        name.parse::<i64>().ok().filter(|n| view.channels().iter().any(|c| c.channel_id == *n))
    };
    let numbers: Vec<i64> = f.channels.iter().filter_map(number).collect();
    let names: Vec<String> = f.channels.iter().filter(|n| number(n).is_none()).cloned().collect();
    let mut scope = view.scope(&f.sources, &names, Staff::Include, &[])?;
    scope.channels.extend(numbers);
    if f.questions {
        scope.population = Population::Questions;
    }
    Ok(scope)
}

/// Narrows a scope to the channels that somebody may read; whether any are left.
fn narrow(view: &LogView<'_, '_>, scope: &mut Scope, reach: &Reach) -> bool {
    if reach.is_everything() {
        return true;
    }
    let chosen = |list: &[i64], id: i64| list.is_empty() || list.contains(&id);
    let channels = view.channels().iter().filter(|c| {
        chosen(&scope.sources, c.source_id)
            && chosen(&scope.channels, c.channel_id)
            && reach.allows(c.source_id, c.channel_id)
    });
    scope.channels = channels.map(|c| c.channel_id).collect();
    !scope.channels.is_empty()
}

/// What the kernel is asked for these filters, within what whoever asks may read.
pub(crate) fn ask_of(
    view: &mut LogView<'_, '_>,
    f: &Filters,
    decided: &Decided,
    who: &Principal,
) -> Result<(ThreadAsk, Option<String>)> {
    let account = who.account;
    let mut scope = scope_of(view, f)?;
    let somewhere = narrow(view, &mut scope, &who.reach(crate::READ));
    let zone = view.zone();
    let now = view.now(&Scope::default())?;
    let (opener, name) = match f.member.as_str() {
        "" => (None, None),
        id => {
            let (identity, name) = store::identity_of(view.conn(), id)?;
            (Some(view.roster()?.member_of(identity)), Some(name))
        }
    };
    let own = |a: &&Assignment| f.assigned == Assigned::Somebody || Some(a.account) == account;
    let only = match f.assigned {
        _ if !somewhere => Some(Vec::new()),
        Assigned::Me | Assigned::Somebody => {
            Some(decided.assigned.values().filter(own).map(|a| a.conversation).collect())
        }
        _ => None,
    };
    // Whoever looks for one person's or an account's conversations looks through all time.
    let usual = if opener.is_some() || f.assigned == Assigned::Me || f.assigned == Assigned::Somebody {
        i64::MIN
    } else {
        now.map_or(i64::MIN, |n| zone.start_of(zone.day_of(n).plus(1 - DAYS)))
    };
    let from = f.from.map_or(if f.to.is_some() { i64::MIN } else { usual }, |d| zone.start_of(d));
    let to = f.to.map_or(i64::MAX, |d| zone.start_of(d.plus(1)));
    let unanswered = matches!(f.state, Some(State::Unanswered | State::Probably));
    Ok((ThreadAsk { scope, from, to, opener, only, unanswered, oldest: f.longest, after: f.after }, name))
}

/// Whether a conversation may stand there, before one has looked into its channel.
pub(crate) fn may_fit(thread: &Thread, f: &Filters, decided: &Decided) -> bool {
    if f.assigned == Assigned::Nobody && decided.assigned.contains_key(&thread.key) {
        return false;
    }
    let Some(state) = f.state else { return true };
    let first = stand(&facts(thread, None, decided.said.of(thread.key), &[])).state;
    first == state
        || matches!(
            (first, state),
            (State::Unanswered, State::Probably)
                | (State::WaitsForAsker, State::Answered | State::Unanswered | State::Probably)
        )
}

/// Where conversations stand, with what their channels and later rows say: one or two statements.
pub(crate) fn standings(
    view: &mut LogView<'_, '_>,
    threads: &[Thread],
    decided: &Decided,
) -> Result<Vec<Standing>> {
    let first: Vec<State> =
        threads.iter().map(|t| stand(&facts(t, None, decided.said.of(t.key), &[])).state).collect();
    let numbers = |state: State| -> Vec<i64> {
        threads.iter().zip(&first).filter(|(_, s)| **s == state).map(|(t, _)| t.conversation).collect()
    };
    let places = Places::of(view);
    let unanswered = numbers(State::Unanswered);
    let chats = threads.iter().any(|t| places.is_chat(t.source_id) && unanswered.contains(&t.conversation));
    let echoes = if chats { view.echoes(&unanswered)? } else { HashMap::new() };
    // A wait that ended still says how long the clock stood.
    let waited = |t: &&Thread| decided.said.of(t.key).iter().any(|m| m.mark == Mark::WaitsForAsker);
    let waited: Vec<i64> = threads.iter().filter(waited).map(|t| t.conversation).collect();
    let mut later: HashMap<i64, Vec<(u32, Micros)>> = HashMap::new();
    for (id, member, at) in view.later_rows(&waited)? {
        later.entry(id).or_default().push((member, at));
    }
    Ok(threads
        .iter()
        .map(|t| {
            let rows: Vec<(bool, Micros)> = later
                .get(&t.conversation)
                .into_iter()
                .flatten()
                .map(|(m, at)| (*m == t.opener, *at))
                .collect();
            let echo: Option<Echo> =
                places.is_chat(t.source_id).then(|| echoes.get(&t.conversation).copied().unwrap_or_default());
            stand(&facts(t, echo, decided.said.of(t.key), &rows))
        })
        .collect())
}

/// Targets of channels, each read once.
pub(crate) struct Targets<'a> {
    decided: &'a Decided,
    read: HashMap<i64, Target>,
}

impl<'a> Targets<'a> {
    pub(crate) fn new(decided: &'a Decided) -> Self {
        Self { decided, read: HashMap::new() }
    }

    pub(crate) fn of(&mut self, channel_id: i64) -> Result<&Target> {
        if !self.read.contains_key(&channel_id) {
            let target = self.decided.target(channel_id)?;
            self.read.insert(channel_id, target);
        }
        Ok(&self.read[&channel_id])
    }
}

/// Reads a page.
///
/// # Errors
/// `NotFound` for a source, channel or member that there is not.
pub(crate) fn load(
    view: &mut LogView<'_, '_>,
    f: &Filters,
    decided: &Decided,
    who: &Principal,
    (present, size): (Micros, usize),
) -> Result<Listing> {
    let (ask, member) = ask_of(view, f, decided, who)?;
    let looks = matches!(f.state, Some(State::Unanswered | State::Probably | State::Answered));
    let limit = if looks { SPARE * size + 1 } else { size + 1 };
    let threads = view.threads(&ask, &decided.said, limit, &mut |t| may_fit(t, f, decided))?;
    let standings = standings(view, &threads, decided)?;
    let full = threads.len() == limit;
    let last = threads.last().map(|t| (t.at, t.conversation));
    let mut fitting: Vec<(Thread, Standing)> = threads
        .into_iter()
        .zip(standings)
        .filter(|(_, s)| f.state.is_none_or(|state| state == s.state))
        .collect();
    let more = fitting.len() > size;
    fitting.truncate(size);
    let next = match (more, full) {
        (true, _) => fitting.last().map(|(t, _)| (t.at, t.conversation)),
        (false, true) => last,
        _ => None,
    };
    let places = Places::of(view);
    let mut targets = Targets::new(decided);
    let lines = fitting
        .into_iter()
        .map(|(thread, standing)| {
            let old = places.old(thread.source_id, present);
            let due = match old {
                None if thread.question => targets.of(thread.channel_id)?.due(thread.at, &standing),
                _ => None,
            };
            Ok(Line { assigned: decided.assigned.get(&thread.key).cloned(), due, old, standing, thread })
        })
        .collect::<Result<_>>()?;
    let now = view.now(&Scope::default())?;
    let places = places.within(&who.reach(crate::READ));
    Ok(Listing { lines, next, places, zone: view.zone(), now, present, member })
}
