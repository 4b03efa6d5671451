//! Asks the metrics for every channel of a choice, in one reading of the log.

use crate::model::{Filters, Line, Share, State};
use base::{Day, Error, Interval, Micros, Result, Zone};
use capability::{App, Principal, require_in};
use community::read::{LogView, Scope, Staff};
use metric::{Envelope, Query};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Days of the series behind trend and state: four times 28.
const SERIES: i32 = 112;

/// Weeks of the trend.
const WEEKS: i32 = 12;

/// What a page shows.
#[derive(Clone, Debug)]
pub(crate) struct Channels {
    pub community: String,
    pub zone: Zone,
    /// The last activity within the choice; `None` when there is none.
    pub now: Option<Micros>,
    pub from: Day,
    pub to: Day,
    /// Names and ids of all sources.
    pub sources: Vec<(String, String)>,
    pub lines: Vec<Line>,
}

impl Channels {
    /// How many channels are in each state, whatever is chosen.
    pub(crate) fn count(&self, state: State) -> usize {
        let now = self.now.unwrap_or_default();
        self.lines.iter().filter(|l| State::of(l, now) == state).count()
    }

    /// The lines that fit, sorted.
    pub(crate) fn fitting(&self, filters: &Filters) -> Vec<Line> {
        let now = self.now.unwrap_or_default();
        let fits = |l: &&Line| filters.state.is_none_or(|s| State::of(l, now) == s);
        let mut lines: Vec<Line> = self.lines.iter().filter(fits).cloned().collect();
        filters.sort.apply(&mut lines);
        lines
    }
}

/// Every channel of a source (or of all) with its figures. Blocks.
///
/// # Errors
/// `NotFound` for an unknown source.
pub(crate) fn channels(app: &App, who: &Principal, filters: &Filters) -> Result<Arc<Channels>> {
    let (community, chosen) = (app.community.clone(), filters.clone());
    let work_out = move || community.view(|view| work_out(view, &chosen));
    let all = app.memory.recall(&app.db, app.clock.now(), who, &question(filters), work_out)?;
    let reach = who.reach(crate::SEE);
    if reach.is_everything() {
        return Ok(all);
    }
    let mut some = Channels::clone(&all);
    some.lines.retain(|l| reach.allows(l.source_key, l.channel_id));
    some.sources.retain(|s| some.lines.iter().any(|l| l.source_id == s.1));
    Ok(Arc::new(some))
}

fn question(filters: &Filters) -> String {
    format!("channels {} {}", filters.source, filters.days)
}

fn work_out(view: &mut LogView<'_, '_>, filters: &Filters) -> Result<Channels> {
    let community = view.setting("name").to_owned();
    let chosen = if filters.source.is_empty() { Vec::new() } else { vec![filters.source.clone()] };
    let scope = view.scope(&chosen, &[], Staff::Include, &[])?;
    let zone = view.zone();
    let now = view.now(&scope)?;
    let to = zone.day_of(now.unwrap_or_default());
    let from = to.plus(1 - filters.days);
    let sources = view.sources().iter().map(|s| (s.name.clone(), s.public_id.clone())).collect();
    let lines = match now {
        Some(_) => lines(view, &scope, (from, to))?,
        None => Vec::new(),
    };
    Ok(Channels { community, zone, now, from, to, sources, lines })
}

fn lines(view: &mut LogView<'_, '_>, scope: &Scope, (from, to): (Day, Day)) -> Result<Vec<Line>> {
    let days = (to.0 - from.0 + 1).to_string();
    let (first, last, begin) = (from.to_string(), to.to_string(), to.plus(1 - SERIES).to_string());
    let period = [("from", first.as_str()), ("to", last.as_str())];
    let questions = [
        Query::parse("rolling_active_members", [("from", &last), ("to", &last), ("window", &days)])?,
        Query::parse("messages", [("from", begin.as_str()), ("to", &last), ("interval", "day")])?,
        Query::parse("answered_rate", period)?,
        Query::parse("time_to_first_response", period)?,
    ];
    let answers = metric::answer_channels(view, &questions, scope)?;
    let [actives, messages, answered, waits] = answers.as_slice() else {
        return Err(Error::internal("there is an answer to each question"));
    };
    let inside = |id: i64| scope.sources.is_empty() || scope.sources.contains(&id);
    let lines = view.channels().iter().filter(|c| inside(c.source_id)).map(|c| {
        let source = view.sources().iter().find(|s| s.source_id == c.source_id);
        let mut line = Line {
            channel_id: c.channel_id,
            external_id: c.external_id.clone(),
            name: c.name.clone(),
            source: source.map(|s| s.name.clone()).unwrap_or_default(),
            source_key: c.source_id,
            source_id: source.map(|s| s.public_id.clone()).unwrap_or_default(),
            network: source.map(|s| s.network.clone()).unwrap_or_default(),
            private: c.private,
            first: c.span.map(|s| s.0),
            last: c.span.map(|s| s.1),
            ..Line::default()
        };
        if let Some(e) = actives.get(&c.channel_id) {
            let last = e.points.iter().flatten().last().and_then(|p| p.value);
            line.actives = last.map_or(0, |v| v.as_f64() as u64);
        }
        if let Some(e) = messages.get(&c.channel_id) {
            take_messages(&mut line, e, from, to);
        }
        if let Some(e) = answered.get(&c.channel_id) {
            line.answered = share(e);
            line.why = e.reason.clone().unwrap_or_default();
        }
        if let Some(e) = waits.get(&c.channel_id) {
            take_waits(&mut line, e);
        }
        line
    });
    Ok(lines.collect())
}

/// Sums of the daily series: the days asked for, the last twelve weeks, four times 28 days.
fn take_messages(line: &mut Line, envelope: &Envelope, from: Day, to: Day) {
    let this_week = Interval::Week.start(to);
    line.weeks = vec![0; WEEKS as usize];
    for point in envelope.points.iter().flatten() {
        let day = point.start.as_deref().and_then(|s| Day::parse(s).ok());
        let (Some(day), Some(value)) = (day, point.value) else { continue };
        let n = value.as_f64().max(0.0) as u64;
        if day >= from {
            line.messages += n;
        }
        let week = WEEKS - 1 - (this_week.0 - Interval::Week.start(day).0) / 7;
        if let Some(sum) = usize::try_from(week).ok().and_then(|w| line.weeks.get_mut(w)) {
            *sum += n;
        }
        let month = (to.0 - day.0) / 28;
        if let Some(sum) = usize::try_from(month).ok().and_then(|m| line.months.get_mut(m)) {
            *sum += n;
        }
    }
}

fn take_waits(line: &mut Line, envelope: &Envelope) {
    let Some(summary) = &envelope.summary else { return };
    let count = |name: &str| summary.get(name).and_then(Value::as_u64).unwrap_or(0);
    line.median = summary.get("ttfr_s").and_then(|t| t.get("median")).and_then(Value::as_f64);
    line.half = summary.get("km_median_s").and_then(Value::as_f64);
    (line.opened, line.replied) = (count("threads"), count("answered"));
}

fn share(envelope: &Envelope) -> Share {
    let Some(summary) = &envelope.summary else { return Share::default() };
    let real = |name: &str| summary.get(name).and_then(Value::as_f64);
    Share {
        value: real("value"),
        low: real("low"),
        high: real("high"),
        n: summary.get("eligible").and_then(Value::as_u64).unwrap_or(0),
    }
}

/// A question of one channel that still waits, or somebody who writes there.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub href: String,
    pub name: String,
    pub messages: u64,
}

/// What the page of one channel shows.
pub(crate) struct Detail {
    pub channels: Arc<Channels>,
    pub line: Line,
    pub people: Vec<Person>,
}

/// One channel. Blocks.
///
/// # Errors
/// `NotFound` when there is no such channel, `Forbidden` when `who` may not see it.
pub(crate) fn detail(app: &App, who: &Principal, id: i64, filters: &Filters) -> Result<Detail> {
    let all = Filters { source: String::new(), ..filters.clone() };
    app.community.view(|view| {
        let work_out = || work_out(view, &all);
        let channels = app.memory.recall_within(&app.db, app.clock.now(), &question(&all), work_out)?;
        let line = channels.lines.iter().find(|l| l.channel_id == id).cloned().ok_or_else(|| {
            Error::not_found(format!("there is no channel {id}; the list of channels has every one there is"))
        })?;
        require_in(who, crate::SEE, (line.source_key, id))?;
        let people = people(view, id, (channels.from, channels.to))?;
        Ok(Detail { channels, line, people })
    })
}

/// Who wrote most in the days, ten at most.
fn people(view: &mut LogView<'_, '_>, id: i64, (from, to): (Day, Day)) -> Result<Vec<Person>> {
    let scope = Scope { channels: vec![id], ..Scope::default() };
    let days = view.active_days(&scope, from)?;
    let mut counts: HashMap<u32, u64> = HashMap::new();
    for day in days.iter().filter(|d| d.day <= to) {
        for (member, n) in day.members.iter() {
            *counts.entry(*member).or_default() += u64::from(*n);
        }
    }
    let mut most: Vec<(u32, u64)> = counts.into_iter().collect();
    most.sort_unstable_by_key(|(member, n)| (std::cmp::Reverse(*n), *member));
    most.truncate(10);
    let numbers: Vec<u32> = most.iter().map(|m| m.0).collect();
    let named = community::people::identities(view.conn(), &numbers)?;
    Ok(most
        .into_iter()
        .filter_map(|(member, messages)| {
            let who = named.iter().find(|i| i.identity == member)?;
            Some(Person {
                href: format!("/desk/members/{}", who.public_id),
                name: who.title().to_owned(),
                messages,
            })
        })
        .collect())
}
