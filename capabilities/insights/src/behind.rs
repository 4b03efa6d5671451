//! What stands behind a figure: which rows, how many, and a page of them as plain cells.

use crate::answer::scope_of;
use base::{Day, Interval, Micros, Period, Result, Zone};
use community::read::{LogView, MemberRow, Named, Opened, RowFilter, Scope};
use metric::{Query, RowKind, Value};
use std::collections::{HashMap, HashSet};

/// A cell of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Words.
    Text(String),
    /// Words of people, perhaps long, with the place where they stand.
    Said { text: String, link: Option<String> },
    /// A number.
    Count(u64),
    /// A day.
    Day(Day),
    /// An instant.
    Time(Micros),
    /// A time span; `None` while it lasts.
    Wait(Option<Micros>),
}

/// A column: its name in files, its head on the page, whether it holds figures, and its rank in narrow places.
pub(crate) struct Column {
    pub name: &'static str,
    pub label: &'static str,
    pub number: bool,
    pub rank: u8,
}

const fn column(name: &'static str, label: &'static str, number: bool, rank: u8) -> Column {
    Column { name, label, number, rank }
}

const MEMBERS: &[Column] = &[
    column("member", "Member", false, 1),
    column("source", "Source", false, 2),
    column("messages", "Messages", true, 1),
    column("first", "First day", true, 3),
    column("last", "Last day", true, 2),
];
const PASSAGES: &[Column] = &[
    column("member", "Member", false, 1),
    column("source", "Source", false, 2),
    column("what", "What", false, 1),
    column("day", "Day", true, 1),
];
const CONVERSATIONS: &[Column] = &[
    column("conversation", "Conversation", false, 1),
    column("opener", "Opened by", false, 1),
    column("channel", "Channel", false, 3),
    column("opened_at", "Opened", true, 2),
    column("answered_after_seconds", "Answered after", true, 1),
];
const ACTIVITIES: &[Column] = &[
    column("text", "What was said", false, 1),
    column("who", "Who", false, 1),
    column("kind", "Kind", false, 3),
    column("channel", "Channel", false, 3),
    column("at", "When", true, 1),
];

/// Somebody who came or went.
pub(crate) struct Step {
    member: u32,
    day: Day,
    what: &'static str,
}

/// The rows, in the order in which they are listed.
enum Rows {
    Members(Vec<MemberRow>),
    Steps(Vec<Step>),
    Conversations(Vec<Opened>),
    Activities {
        days: Vec<(Day, u64)>,
        which: RowFilter,
    },
    /// The sources cannot give them; why.
    Unavailable(String),
}

/// What stands behind a figure.
pub(crate) struct Behind {
    /// What is counted, one and many, with what they did: `member active`, `members active`.
    pub nouns: (&'static str, &'static str),
    /// The days; `None` for all.
    pub period: Option<Period>,
    scope: Scope,
    rows: Rows,
}

impl Behind {
    /// Finds the rows behind a question's whole answer, or behind its point that starts at `at`.
    ///
    /// # Errors
    /// `NotFound` for an unknown source or channel; what the database says.
    pub fn load(view: &mut LogView<'_, '_>, query: &Query, at: Option<Day>) -> Result<Self> {
        let scope = scope_of(view, query)?;
        let period = days_of(query, at);
        let (rows, nouns) = match query.definition.id {
            "joins" | "leaves" | "net_growth" => passages(view, query, &scope, period)?,
            "members" => (Rows::Steps(there_at(view, &scope, period)?), ("member there", "members there")),
            "retention" | "retention_day" => {
                let rows = view.newcomer_rows(&scope, period)?;
                (Rows::Members(rows), ("member first active", "members first active"))
            }
            "newcomers_answered" => newcomers(view, &scope, period)?,
            "conversations" => conversations(view.opened_by_any_kind(&scope, period)?),
            _ => match query.definition.rows {
                RowKind::Members => {
                    (Rows::Members(view.member_rows(&scope, period)?), ("member active", "members active"))
                }
                RowKind::Conversations => conversations(view.opened(&scope, period)?),
                RowKind::Activities => activities(view, query, &scope, period)?,
            },
        };
        Ok(Self { nouns, period, scope, rows })
    }

    /// How many rows there are.
    pub fn total(&self) -> u64 {
        match &self.rows {
            Rows::Members(rows) => rows.len() as u64,
            Rows::Steps(rows) => rows.len() as u64,
            Rows::Conversations(rows) => rows.len() as u64,
            Rows::Activities { days, .. } => days.iter().map(|d| d.1).sum(),
            Rows::Unavailable(_) => 0,
        }
    }

    /// Why there are none, where the sources cannot give them.
    pub fn unavailable(&self) -> Option<&str> {
        match &self.rows {
            Rows::Unavailable(reason) => Some(reason),
            _ => None,
        }
    }

    /// The columns of a page.
    pub fn columns(&self) -> &'static [Column] {
        match &self.rows {
            Rows::Members(_) => MEMBERS,
            Rows::Steps(_) => PASSAGES,
            Rows::Conversations(_) => CONVERSATIONS,
            Rows::Activities { .. } | Rows::Unavailable(_) => ACTIVITIES,
        }
    }

    /// `limit` rows after the first `skip`, a cell for each column.
    ///
    /// # Errors
    /// When the database says no.
    pub fn page(&self, view: &mut LogView<'_, '_>, skip: u64, limit: usize) -> Result<Vec<Vec<Cell>>> {
        match &self.rows {
            Rows::Members(rows) => {
                let rows = part(rows, skip, limit);
                let names = Names::of(view, rows.iter().map(|r| r.member))?;
                let cells = rows.iter().map(|r| {
                    let mut cells = names.member(r.member);
                    cells.extend([Cell::Count(r.rows), Cell::Day(r.first), Cell::Day(r.last)]);
                    cells
                });
                Ok(cells.collect())
            }
            Rows::Steps(rows) => {
                let rows = part(rows, skip, limit);
                let names = Names::of(view, rows.iter().map(|r| r.member))?;
                let cells = rows.iter().map(|r| {
                    let mut cells = names.member(r.member);
                    cells.extend([Cell::Text(r.what.into()), Cell::Day(r.day)]);
                    cells
                });
                Ok(cells.collect())
            }
            Rows::Conversations(rows) => conversation_cells(view, part(rows, skip, limit)),
            Rows::Activities { days, which } => {
                let rows = view.activity_rows(&self.scope, days, *which, skip, limit)?;
                let names = Names::of(view, rows.iter().map(|r| r.who))?;
                let cells = rows.into_iter().map(|r| {
                    let text = r.title.or(r.text).unwrap_or_default();
                    vec![
                        Cell::Said { text, link: r.permalink },
                        Cell::Text(names.title(r.who)),
                        Cell::Text(kind_words(r.kind.name())),
                        Cell::Text(names.channel(r.channel_id)),
                        Cell::Time(r.at),
                    ]
                });
                Ok(cells.collect())
            }
            Rows::Unavailable(_) => Ok(Vec::new()),
        }
    }
}

/// The days whose rows stand behind a point, or behind everything that is printed.
fn days_of(query: &Query, at: Option<Day>) -> Option<Period> {
    if at.is_some() {
        return query.rows_period(at);
    }
    match (query.definition.id, query.option("window")) {
        // Their summaries are over the asked days, not over the whole periods that these days touch.
        ("answered_rate" | "newcomers_answered" | "time_to_first_response", _) => query.rows_period(None),
        // The window of the first day begins before it.
        ("rolling_active_members", Some(Value::Whole(window))) => query.rows_period(None).map(|days| {
            Period { first: days.first.plus(1 - i32::try_from(window).unwrap_or(i32::MAX)), ..days }
        }),
        _ if query.definition.intervals.is_empty() => query.rows_period(None),
        _ => query.asked_periods(),
    }
}

type Found = (Rows, (&'static str, &'static str));

fn holds(period: Option<Period>, day: Day) -> bool {
    period.is_none_or(|p| p.holds(day))
}

fn passages(
    view: &mut LogView<'_, '_>,
    query: &Query,
    scope: &Scope,
    period: Option<Period>,
) -> Result<Found> {
    let id = query.definition.id;
    let found = view.passages(scope)?;
    if id == "leaves" && found.leaves.is_none() {
        return Ok((Rows::Unavailable("no leave rows".into()), ("member left", "members left")));
    }
    let mut steps = Vec::new();
    if id != "leaves" {
        steps.extend(found.joins.iter().map(|p| Step { member: p.member, day: p.day, what: "Joined" }));
    }
    if id != "joins" {
        let leaves = found.leaves.iter().flatten();
        steps.extend(leaves.map(|p| Step { member: p.member, day: p.day, what: "Left" }));
    }
    steps.retain(|step| holds(period, step.day));
    newest_first(&mut steps);
    let nouns = match id {
        "joins" => ("member joined", "members joined"),
        "leaves" => ("member left", "members left"),
        _ => ("join or leave", "joins and leaves"),
    };
    Ok((Rows::Steps(steps), nouns))
}

fn newest_first(steps: &mut [Step]) {
    steps.sort_unstable_by_key(|step| (std::cmp::Reverse(step.day), step.member));
}

/// Members who came by the end of the period and had not left by then.
fn there_at(view: &mut LogView<'_, '_>, scope: &Scope, period: Option<Period>) -> Result<Vec<Step>> {
    let last = period.map_or(Day(i32::MAX), |p| p.last);
    let until = period.map(|p| Period { first: Day(i32::MIN), last: p.last });
    let found = view.passages(scope)?;
    let gone: HashSet<u32> =
        found.leaves.iter().flatten().filter(|p| p.day <= last).map(|p| p.member).collect();
    let mut came: HashMap<u32, Step> = HashMap::new();
    let joined = found.joins.iter().map(|p| Step { member: p.member, day: p.day, what: "Joined" });
    let active = view.member_rows(scope, until)?.into_iter().map(|row| Step {
        member: row.member,
        day: row.first,
        what: "First active",
    });
    for step in joined.filter(|step| step.day <= last).chain(active) {
        if gone.contains(&step.member) {
            continue;
        }
        let known = came.get(&step.member);
        if known.is_none_or(|known| step.day < known.day) {
            came.insert(step.member, step);
        }
    }
    let mut steps: Vec<Step> = came.into_values().collect();
    newest_first(&mut steps);
    Ok(steps)
}

fn conversations(found: std::result::Result<Vec<Opened>, String>) -> Found {
    let rows = match found {
        Ok(mut opened) => {
            opened.reverse();
            Rows::Conversations(opened)
        }
        Err(reason) => Rows::Unavailable(reason),
    };
    (rows, ("conversation opened", "conversations opened"))
}

/// The conversations that were the first thing their opener did.
fn newcomers(view: &mut LogView<'_, '_>, scope: &Scope, period: Option<Period>) -> Result<Found> {
    let mut first: HashMap<u32, Micros> =
        view.first_rows(scope, period)?.into_iter().map(|row| (row.member, row.at)).collect();
    let found = view.opened(scope, period)?.map(|mut opened| {
        // Two openings at one time: the first counts, so what was found is taken out.
        opened.retain(|o| first.get(&o.opener) == Some(&o.at) && first.remove(&o.opener).is_some());
        opened
    });
    let (rows, _) = conversations(found);
    Ok((rows, ("newcomer opened a conversation", "newcomers opened a conversation")))
}

fn activities(
    view: &mut LogView<'_, '_>,
    query: &Query,
    scope: &Scope,
    period: Option<Period>,
) -> Result<Found> {
    let (which, nouns) = match query.definition.id {
        "log_summary" => (RowFilter::All, ("row", "rows")),
        _ => (RowFilter::Active, ("message", "messages")),
    };
    let days = view.activity_days(scope, period, which)?;
    Ok((Rows::Activities { days, which }, nouns))
}

fn part<T>(rows: &[T], skip: u64, limit: usize) -> &[T] {
    let from = usize::try_from(skip).unwrap_or(usize::MAX).min(rows.len());
    &rows[from..rows.len().min(from.saturating_add(limit))]
}

fn conversation_cells(view: &mut LogView<'_, '_>, rows: &[Opened]) -> Result<Vec<Vec<Cell>>> {
    let numbers: Vec<i64> = rows.iter().map(|o| o.conversation).collect();
    let mut shown = view.conversation_rows(&numbers)?;
    let names = Names::of(view, rows.iter().map(|o| o.opener))?;
    let cells = rows.iter().map(|o| {
        let row = shown.remove(&o.conversation).unwrap_or_default();
        let text = row.title.or(row.text).unwrap_or_default();
        vec![
            Cell::Said { text, link: row.permalink },
            Cell::Text(names.title(o.opener)),
            Cell::Text(names.channel(row.channel_id)),
            Cell::Time(o.at),
            Cell::Wait(o.answered_at.map(|at| at - o.at)),
        ]
    });
    Ok(cells.collect())
}

/// How to call those who stand in a page, and where.
struct Names {
    people: HashMap<u32, Named>,
    sources: HashMap<i64, String>,
    channels: HashMap<i64, String>,
}

impl Names {
    fn of(view: &mut LogView<'_, '_>, members: impl Iterator<Item = u32>) -> Result<Self> {
        let mut members: Vec<u32> = members.filter(|m| *m != 0).collect();
        members.sort_unstable();
        members.dedup();
        Ok(Self {
            people: view.names(&members)?,
            sources: view.sources().iter().map(|s| (s.source_id, s.name.clone())).collect(),
            channels: view.channels().iter().map(|c| (c.channel_id, c.name.clone())).collect(),
        })
    }

    fn title(&self, member: u32) -> String {
        self.people.get(&member).map(|named| named.title.clone()).unwrap_or_default()
    }

    fn member(&self, member: u32) -> Vec<Cell> {
        let source = self.people.get(&member).and_then(|named| self.sources.get(&named.source_id));
        vec![Cell::Text(self.title(member)), Cell::Text(source.cloned().unwrap_or_default())]
    }

    fn channel(&self, channel: i64) -> String {
        self.channels.get(&channel).cloned().unwrap_or_default()
    }
}

/// `message.posted` → `Message`; those who come and go are told by what they do.
fn kind_words(name: &str) -> String {
    match name {
        "member.joined" => "Joined".into(),
        "member.left" => "Left".into(),
        _ => crate::draw::capital(name.split('.').next().unwrap_or(name)),
    }
}

/// A period in words, as it stands after what was counted.
pub(crate) fn period_words(query: &Query, at: Option<Day>, period: Option<Period>) -> String {
    use ui::format::{day_range, day_short, month_long};
    let Some(period) = period else { return "over the whole time".into() };
    let end = day_short(period.last, true);
    // An end that nobody asked for lies as far away as days go.
    let open = |day: Day| !(-700_000..2_900_000).contains(&day.0);
    let by = match query.definition.id {
        "members" if open(period.last) => Some("now".into()),
        "members" => Some(format!("at the end of {end}")),
        _ if period.first == period.last => Some(format!("on {end}")),
        _ => None,
    };
    let grain = at.filter(|_| !query.definition.intervals.is_empty()).map(|_| query.interval);
    match (by, grain) {
        (Some(words), _) => words,
        (None, Some(Interval::Week)) => format!("in the week of {}", day_short(period.first, true)),
        (None, Some(Interval::Month)) => format!("in {}", month_long(period.first)),
        _ if open(period.first) => format!("up to {end}"),
        _ if open(period.last) => format!("since {}", day_short(period.first, true)),
        _ => format!("from {}", day_range(period.first, period.last)),
    }
}

/// The wait of a cell in whole seconds.
pub(crate) fn seconds(wait: Micros) -> f64 {
    wait as f64 / 1e6
}

/// A time as programs read it.
pub(crate) fn machine_time(zone: &Zone, at: Micros) -> String {
    let offset = zone.offset_micros(at) / 60_000_000;
    let local = at + zone.offset_micros(at);
    let day = Day::of_micros(local);
    let second = (local - day.start_micros()) / 1_000_000;
    let sign = if offset < 0 { '-' } else { '+' };
    format!(
        "{day}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60,
        offset.abs() / 60,
        offset.abs() % 60
    )
}
