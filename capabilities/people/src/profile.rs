//! One member: what the head of the page says, and the heavy parts that load behind it.

use crate::members::{self, Line, WAITING_DAYS};
use crate::store::kept::{self, Kept};
use crate::view::{Now, Places};
use base::{Day, Error, Micros, Result, Zone};
use community::people;
use community::read::{Company, LogView, OpenThread, Roster, TimelineRow};
use std::collections::HashMap;
use std::sync::Arc;

/// Activities on one page of the timeline.
pub(crate) const TIMELINE: usize = 30;
/// Contacts that the head of a page knows of.
const CONTACTS: i64 = 5;
/// Members that are shown in "Talks with".
const COUNTERPARTS: usize = 10;

/// A member found by the id of one of their identities.
pub(crate) struct Subject {
    pub roster: Arc<Roster>,
    pub member: u32,
    pub identities: Vec<u32>,
}

impl Subject {
    /// The member that an identity's id means.
    ///
    /// # Errors
    /// `NotFound` when there is no such identity.
    pub(crate) fn find(view: &mut LogView<'_, '_>, id: &str) -> Result<Self> {
        if !id.starts_with("idn_") {
            return Err(Error::not_found(format!(
                "there is no member {id}; the list of members has everybody"
            )));
        }
        let identity = people::get_identity(view.conn(), id)?.identity;
        let roster = view.roster()?;
        let member = roster.member_of(identity);
        Ok(Self { identities: roster.identities_of(member), roster, member })
    }

    /// The member as a list shows it.
    ///
    /// # Errors
    /// `NotFound` for somebody who is not on the roster.
    pub(crate) fn line(&self, view: &mut LogView<'_, '_>) -> Result<Line> {
        let glance = *self
            .roster
            .get(self.member)
            .ok_or_else(|| Error::not_found("there is no such member; the list of members has everybody"))?;
        let mut lines = members::lines(view, &self.roster, &[glance])?;
        lines.pop().ok_or_else(|| Error::not_found("there is no such member"))
    }
}

/// The head of a member's page.
pub(crate) struct Profile {
    pub line: Line,
    /// Links, notes and the last contacts.
    pub kept: Kept,
    /// Conversations of theirs that wait for an answer, those that ask first.
    pub owed: Vec<OpenThread>,
    pub places: Places,
    pub zone: Zone,
    pub now: Now,
}

impl Profile {
    pub(crate) fn load(view: &mut LogView<'_, '_>, subject: &Subject, clock: Micros) -> Result<Self> {
        let line = subject.line(view)?;
        let zone = view.zone();
        let since = zone.start_of(subject.roster.today.plus(-WAITING_DAYS));
        let owed = if line.glance.last().is_some_and(|last| zone.start_of(last.plus(1)) > since) {
            view.open_threads(&subject.identities, since, 3)?
        } else {
            Vec::new()
        };
        Ok(Self {
            kept: kept::of(view.conn(), &subject.identities, CONTACTS)?,
            line,
            owed,
            places: Places::of(view),
            now: Now::new(subject.roster.today, &zone, clock),
            zone,
        })
    }
}

/// A page of what a member did.
pub(crate) struct Timeline {
    pub rows: Vec<TimelineRow>,
    /// The place of the page after it.
    pub next: Option<String>,
    /// Identities of the member, by number: how they are called and where.
    pub names: HashMap<u32, (String, String)>,
    /// Sources of the member, by name.
    pub sources: Vec<String>,
    pub source: String,
}

impl Timeline {
    pub(crate) fn load(
        view: &mut LogView<'_, '_>,
        (subject, line): (&Subject, &Line),
        source: &str,
        (before, size): (&str, usize),
    ) -> Result<Self> {
        let channels: Vec<i64> = match source {
            "" => Vec::new(),
            name => {
                let scope = view.scope(&[name.to_owned()], &[], Default::default(), &[])?;
                let within = view.channels().iter().filter(|c| scope.sources.contains(&c.source_id));
                // A source without channels has no activity.
                Some(within.map(|c| c.channel_id).collect::<Vec<_>>())
                    .filter(|c| !c.is_empty())
                    .unwrap_or(vec![-1])
            }
        };
        let before = match before {
            "" => None,
            text => Some(place(text)?),
        };
        let mut rows = view.timeline(&subject.identities, &channels, before, size + 1)?;
        let next = rows.get(size).is_some().then(|| {
            rows.truncate(size);
            rows.last().map_or_else(String::new, |r| format!("{}.{}", r.at, r.seq))
        });
        let names: HashMap<u32, (String, String)> =
            line.identities.iter().map(|i| (i.identity, (i.title().to_owned(), i.source.clone()))).collect();
        let mut sources: Vec<String> = names.values().map(|n| n.1.clone()).collect();
        sources.sort_unstable();
        sources.dedup();
        Ok(Self { rows, next, names, sources, source: source.to_owned() })
    }
}

fn place(text: &str) -> Result<(Micros, i64)> {
    let wrong =
        || Error::invalid("the place in the timeline is what an earlier page gave; begin at its first page");
    let (at, seq) = text.split_once('.').ok_or_else(wrong)?;
    Ok((at.parse().map_err(|_| wrong())?, seq.parse().map_err(|_| wrong())?))
}

/// When a member is active.
pub(crate) struct Rhythm {
    /// Active rows in all.
    pub rows: u64,
    /// Days with an active row.
    pub days: u64,
    /// Active rows of the last 52 weeks by weekday (Monday first) and hour, in the community's zone.
    pub hours: [[u32; 24]; 7],
    /// Active rows of each of the last 52 ISO weeks.
    pub weeks: Vec<(Day, u32)>,
    /// Active rows of each identity.
    pub by_identity: HashMap<u32, u64>,
}

/// Weeks that bars are drawn for.
const WEEKS: i32 = 52;

impl Rhythm {
    pub(crate) fn load(view: &mut LogView<'_, '_>, subject: &Subject) -> Result<Self> {
        let zone = view.zone();
        let moments = view.moments(&subject.identities, None)?;
        let first = subject.roster.today.monday().plus(-7 * (WEEKS - 1));
        let mut rhythm = Self {
            rows: moments.len() as u64,
            days: 0,
            hours: [[0; 24]; 7],
            weeks: (0..WEEKS).map(|w| (first.plus(7 * w), 0)).collect(),
            by_identity: HashMap::new(),
        };
        let mut days = Vec::with_capacity(moments.len());
        for (identity, at, _) in moments {
            let local = at + zone.offset_micros(at);
            let day = Day::of_micros(local);
            days.push(day.0);
            *rhythm.by_identity.entry(identity).or_default() += 1;
            let week = (day.monday().0 - first.0).div_euclid(7);
            if let Some(slot) = usize::try_from(week).ok().and_then(|w| rhythm.weeks.get_mut(w)) {
                slot.1 += 1;
                let hour = (local - day.start_micros()) / 3_600_000_000;
                rhythm.hours[(day.0 - day.monday().0) as usize][hour as usize % 24] += 1;
            }
        }
        days.sort_unstable();
        days.dedup();
        rhythm.days = days.len() as u64;
        Ok(rhythm)
    }
}

/// With whom a member talks, with what a list shows of each.
pub(crate) struct Circle {
    pub company: Company,
    pub lines: Vec<Line>,
}

impl Circle {
    pub(crate) fn load(view: &mut LogView<'_, '_>, subject: &Subject) -> Result<Self> {
        let since = view.zone().start_of(subject.roster.today.plus(-364));
        let mut company = view.company(subject.member, &subject.identities, since)?;
        company.with.truncate(COUNTERPARTS);
        let glances: Vec<_> =
            company.with.iter().filter_map(|c| subject.roster.get(c.member)).copied().collect();
        let lines = members::lines(view, &subject.roster, &glances)?;
        Ok(Self { company, lines })
    }
}
