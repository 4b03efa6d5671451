//! How long conversations waited for the first answer, by the day of their opening. Kept as counts, and as times
//! only where a metric needs each: a community has millions of conversations, and most are never answered.

use crate::Query;
use crate::metrics::{DAY, HOUR};
use crate::series::Frame;
use base::{Day, Days, Micros, Zone, roomy};
use community::read::{FirstRow, Opened};
use std::collections::BTreeMap;

/// The windows within which an answer counts.
pub(crate) const WINDOWS: [Micros; 3] = [HOUR, DAY, 7 * DAY];

/// Answered, eligible and still waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Answered within the window.
    pub answered: u64,
    /// Those whose window is over.
    pub eligible: u64,
    /// Those whose window is still open.
    pub waiting: u64,
}

impl Tally {
    /// Counts one conversation.
    fn add(&mut self, opened_at: Micros, answered_at: Option<Micros>, window: Micros, now: Micros) {
        let open = opened_at.saturating_add(window) > now;
        let answered = !open && answered_at.is_some_and(|at| at - opened_at <= window);
        self.waiting += u64::from(open);
        self.eligible += u64::from(!open);
        self.answered += u64::from(answered);
    }

    /// Adds what another counted.
    pub(crate) fn join(&mut self, other: Self) {
        self.answered += other.answered;
        self.eligible += other.eligible;
        self.waiting += other.waiting;
    }
}

/// Conversations opened on one day.
#[derive(Clone, Debug, Default)]
struct DayWaits {
    /// By window, as in [`WINDOWS`].
    tallies: [Tally; 3],
    /// From the opening to the first answer, of the answered ones.
    answered: List,
    /// From the opening to *now*, of the others.
    waiting: List,
}

/// Times kept together.
const TOGETHER: usize = 64;
/// Times in a slab, in no order: the pieces that hold them, and how many there are.
#[derive(Clone, Debug, Default)]
struct List {
    pieces: Vec<u32>,
    length: usize,
}

impl List {
    fn push(&mut self, slab: &mut Vec<[Micros; TOGETHER]>, time: Micros) {
        let place = self.length % TOGETHER;
        if place == 0 {
            self.pieces.push(slab.len() as u32);
            slab.push([0; TOGETHER]);
        }
        if let Some(piece) = self.pieces.last().and_then(|p| slab.get_mut(*p as usize)) {
            piece[place] = time;
            self.length += 1;
        }
    }

    fn each<'s>(&self, slab: &'s [[Micros; TOGETHER]]) -> impl Iterator<Item = Micros> + use<'s, '_> {
        self.pieces.iter().flat_map(|p| slab[*p as usize]).take(self.length)
    }
}

/// Conversations by the day of their opening.
#[derive(Clone, Debug)]
pub struct Waits {
    now: Micros,
    /// Each time, where they are kept.
    slab: Option<Vec<[Micros; TOGETHER]>>,
    days: BTreeMap<Day, DayWaits>,
}

/// Conversations opened on some days.
#[derive(Clone, Debug)]
pub(crate) struct Chosen<'w> {
    slab: &'w [[Micros; TOGETHER]],
    days: Vec<&'w DayWaits>,
}

impl Chosen<'_> {
    /// From the opening to the first answer, of the answered ones; ascending.
    pub(crate) fn answered(&self) -> Vec<Micros> {
        let mut times = roomy(self.days.iter().map(|d| d.answered.length).sum());
        self.days.iter().for_each(|d| times.extend(d.answered.each(self.slab)));
        times.sort_unstable();
        times
    }

    /// From the opening to *now*, of the others; in no order.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = Micros> {
        self.days.iter().flat_map(|d| d.waiting.each(self.slab))
    }

    /// How many conversations they are.
    pub(crate) fn count(&self) -> usize {
        self.days.iter().map(|d| d.answered.length + d.waiting.length).sum()
    }
}

impl Waits {
    /// No conversation yet, seen at *now*; `each` keeps the time of each one.
    pub fn new(now: Micros, each: bool) -> Self {
        Self { now, slab: each.then(|| roomy(0)), days: BTreeMap::new() }
    }

    /// Those of the days in each period of a frame.
    pub(crate) fn by_period(&self, frame: Frame) -> Vec<Chosen<'_>> {
        let mut periods = vec![self.chosen(Vec::new()); frame.len()];
        for (day, waits) in &self.days {
            if let Some(slot) = frame.slot(*day) {
                periods[slot].days.push(waits);
            }
        }
        periods
    }

    /// Those of the asked days.
    pub(crate) fn asked(&self, query: &Query) -> Chosen<'_> {
        self.chosen(self.days.iter().filter(|d| query.asks(*d.0)).map(|d| d.1).collect())
    }

    fn chosen<'w>(&'w self, days: Vec<&'w DayWaits>) -> Chosen<'w> {
        Chosen { slab: self.slab.as_deref().unwrap_or_default(), days }
    }

    /// Counts of each day for one of the [`WINDOWS`].
    pub(crate) fn tallies(&self, window: Micros) -> impl Iterator<Item = (Day, Tally)> {
        let place = WINDOWS.iter().position(|w| *w == window).unwrap_or(WINDOWS.len() - 1);
        self.days.iter().map(move |(day, waits)| (*day, waits.tallies[place]))
    }
}

/// Sorts conversations by day; they come one after the other, in any order.
#[derive(Debug)]
pub struct Sorter {
    waits: Waits,
    days: Days,
    /// The day at hand: conversations mostly come day by day.
    day: Day,
    of_day: DayWaits,
}

impl Sorter {
    /// Sorts into these, by the days of this zone.
    pub fn new(zone: Zone, waits: Waits) -> Self {
        Self { waits, days: Days::new(zone), day: Day(i32::MIN), of_day: DayWaits::default() }
    }

    /// One more.
    pub fn add(&mut self, o: &Opened) {
        let day = self.days.of(o.at);
        if day != self.day {
            self.put_back();
            self.day = day;
            self.of_day = self.waits.days.remove(&day).unwrap_or_default();
        }
        for (tally, window) in self.of_day.tallies.iter_mut().zip(WINDOWS) {
            tally.add(o.at, o.answered_at, window, self.waits.now);
        }
        if let Some(slab) = &mut self.waits.slab {
            match o.answered_at {
                Some(at) => self.of_day.answered.push(slab, at - o.at),
                None => self.of_day.waiting.push(slab, self.waits.now - o.at),
            }
        }
    }

    /// All of them.
    pub fn done(mut self) -> Waits {
        self.put_back();
        self.waits
    }

    fn put_back(&mut self) {
        if self.day != Day(i32::MIN) {
            self.waits.days.insert(self.day, std::mem::take(&mut self.of_day));
        }
    }
}

/// Finds the conversations that were opened by the very first active row of their opener, one a member.
#[derive(Debug)]
pub struct Firsts {
    /// By member, whose numbers are dense: the time of the first row, and the conversation that it opened.
    members: Vec<Option<(Micros, Option<Opened>)>>,
}

impl Firsts {
    /// For members with these first rows.
    pub fn new(rows: &[FirstRow]) -> Self {
        let highest = rows.iter().map(|row| row.member as usize).max();
        let mut members = roomy(0);
        members.resize(highest.map_or(0, |m| m + 1), None);
        for row in rows {
            members[row.member as usize] = Some((row.at, None));
        }
        Self { members }
    }

    /// One more conversation.
    pub fn add(&mut self, o: Opened) {
        let Some(Some((at, found))) = self.members.get_mut(o.opener as usize) else { return };
        // Two openings at one time: the log's order decides, and only the first counts.
        if *at == o.at && found.as_ref().is_none_or(|known| o.conversation < known.conversation) {
            *found = Some(o);
        }
    }

    /// Those that were found.
    pub fn found(self) -> impl Iterator<Item = Opened> {
        self.members.into_iter().flatten().filter_map(|(_, found)| found)
    }
}
