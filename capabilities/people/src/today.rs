//! What Today shows of people: newcomers to greet, and members who mattered and went quiet.

use crate::members::{self, Line};
use crate::view::{Places, excerpt};
use crate::words;
use base::{Day, Micros, Period, Result, Zone};
use capability::today::{TodayAsk, TodayItem, TodayKind};
use capability::{ContactPanel, contact_panel, days_ago};
use community::Kind;
use community::contacts::{self, Contact};
use community::read::{FirstWord, LogView, Plan, Roster, Scope, Staff};
use std::collections::HashMap;
use ui::{Markup, format};

/// Newcomers are those first active in this many days.
const NEW_DAYS: i32 = 7;
/// The most items of a kind.
const MOST: usize = 20;
/// Weeks before the last activity in which somebody must have been active to be missed, of twelve.
const WEEKS: usize = 8;
/// Days of silence, at least and at most: later they are gone, and Today is no archive.
const SILENCE: (i32, i32) = (21, 90);
/// What counts as an answer that somebody wrote.
const ANSWERS: [Kind; 3] = [Kind::REPLY_POSTED, Kind::ANSWER_POSTED, Kind::COMMENT_POSTED];
/// How many of those who answered most are missed with fewer weeks, too.
const TOP: usize = 10;

/// Contacts with these members, newest first for each.
fn contacts_with(
    view: &mut LogView<'_, '_>,
    roster: &Roster,
    members: &[u32],
) -> Result<HashMap<u32, Contact>> {
    let identities: Vec<u32> = members.iter().flat_map(|m| roster.identities_of(*m)).collect();
    let mut newest = HashMap::new();
    for contact in contacts::recent(view.conn(), Some(&identities), 0, 1_000)? {
        newest.entry(roster.member_of(contact.identity)).or_insert(contact);
    }
    Ok(newest)
}

/// Of those who were erased there is none.
fn lines_of(view: &mut LogView<'_, '_>, roster: &Roster, members: &[u32]) -> Result<HashMap<u32, Line>> {
    let glances: Vec<_> = members.iter().filter_map(|m| roster.get(*m)).copied().collect();
    let lines = members::lines(view, roster, &glances)?.into_iter().filter(|l| !l.is_erased());
    Ok(lines.map(|l| (l.glance.member, l)).collect())
}

/// Newcomers of the last seven days whom nobody greeted and none of the team answered; one whose first words are a
/// question that waits is left to the questions.
///
/// # Errors
/// When the database says no.
pub(crate) fn newcomers(view: &mut LogView<'_, '_>, ask: &TodayAsk<'_>) -> Result<Vec<TodayItem>> {
    let zone = view.zone();
    let last = zone.day_of(ask.now);
    let scope = Scope { staff: Staff::Exclude, ..Scope::default() };
    let period = Period { first: last.plus(1 - NEW_DAYS), last };
    let mut new: Vec<u32> = view.newcomer_rows(&scope, Some(period))?.iter().map(|r| r.member).collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let roster = view.roster()?;
    let greeted = contacts_with(view, &roster, &new)?;
    new.retain(|m| !greeted.contains_key(m));
    let identities: Vec<u32> = new.iter().flat_map(|m| roster.identities_of(*m)).collect();
    let mut first = view.first_words(&identities, zone.start_of(period.first))?;
    first.retain(|w| w.at <= ask.now && !w.by_staff && (w.answered || !w.asks));
    // Whoever nobody answered before the others, then the newest.
    first.sort_by_key(|w| (w.answered, std::cmp::Reverse(w.at)));
    first.truncate(MOST);
    let shown: Vec<u32> = first.iter().map(|w| w.member).collect();
    let lines = lines_of(view, &roster, &shown)?;
    let places = Places::of(view);
    let community = view.setting("name").to_owned();
    Ok(first
        .iter()
        .filter_map(|w| Some(newcomer(w, lines.get(&w.member)?, &places, &community, ask)))
        .collect())
}

fn newcomer(w: &FirstWord, line: &Line, places: &Places, community: &str, ask: &TodayAsk<'_>) -> TodayItem {
    let title = line.title();
    let (channel, source) = (places.channel(w.channel_id), places.source_of(w.channel_id));
    let answered = if w.answered { "Somebody answered, nobody of the team." } else { "Nobody has answered." };
    let text = words::greeting(title, community, &channel);
    let identity = line.identities.iter().find(|i| i.identity == w.identity).or(line.identities.first());
    let id = format!("greet-{}", line.glance.member);
    let actions = contact_panel(&ContactPanel {
        id: &id,
        label: "Greet",
        identity: identity.map_or("", |i| &i.public_id),
        conversation: (w.conversation != 0).then_some(w.conversation),
        why: "greeted",
        text: &text,
        permalink: w.permalink.as_deref(),
        source,
        warning: None,
        back: ask.back,
        csrf: &ask.principal.csrf,
        off_because: "",
    });
    TodayItem {
        key: format!("newcomer:{}", key_of(line)),
        kind: TodayKind::Newcomer,
        title: format!("Greet {title}, who is new"),
        href: crate::view::href(line.public_id()),
        why: format!("First active in the last {NEW_DAYS} days. {answered}"),
        since: w.at,
        due: None,
        harm: if w.answered { 30 } else { 45 },
        person: title.to_owned(),
        badge: places.badge_of(source),
        place: channel,
        quote: w.text.as_deref().map(|t| excerpt(t, 160)).unwrap_or_default(),
        target: "first message".into(),
        actions,
    }
}

/// Names a member by what its source calls it: the same after an undo and a newer import.
fn key_of(line: &Line) -> String {
    line.identities.first().map_or_else(String::new, |i| format!("{}:{}", i.source, i.external_id))
}

/// What is known of somebody in the weeks before they fell silent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Missed {
    member: u32,
    last: Day,
    weeks: usize,
    gap: i32,
    answers: u64,
    top: bool,
}

/// Days on which each member was active, ascending, and how many answers each wrote.
type Days = HashMap<u32, Vec<(i32, u32)>>;

/// Who mattered and fell silent: silent for 21 to 90 days and at least three times their usual gap, and active in
/// 8 of the 12 weeks before, or among those who answered most and active in 4 of them.
fn missed(days: &Days, answers: &Days, today: Day) -> Vec<Missed> {
    let mut found: Vec<Missed> = Vec::new();
    for (member, days) in days {
        let Some(last) = days.last().map(|d| d.0) else { continue };
        let silent = today.0 - last;
        if silent < SILENCE.0 || silent > SILENCE.1 {
            continue;
        }
        let from = last - 83;
        let before: Vec<i32> = days.iter().map(|d| d.0).filter(|d| *d >= from).collect();
        let mut weeks: Vec<i32> = before.iter().map(|d| (last - d) / 7).collect();
        weeks.dedup();
        let mut gaps: Vec<i32> = before.windows(2).map(|w| w[1] - w[0]).collect();
        gaps.sort_unstable();
        let gap = gaps.get(gaps.len() / 2).copied().unwrap_or(84);
        if weeks.len() < WEEKS / 2 || silent < 3 * gap {
            continue;
        }
        let written = answers.get(member).into_iter().flatten().filter(|d| d.0 >= from);
        let answers = written.map(|d| u64::from(d.1)).sum();
        found.push(Missed { member: *member, last: Day(last), weeks: weeks.len(), gap, answers, top: false });
    }
    found.sort_unstable_by_key(|m| (std::cmp::Reverse(m.answers), m.member));
    found.iter_mut().take(TOP).filter(|m| m.answers >= 10).for_each(|m| m.top = true);
    found.retain(|m| m.top || m.weeks >= WEEKS);
    found.sort_unstable_by_key(|m| (std::cmp::Reverse((m.top, m.weeks, m.answers)), m.member));
    found
}

/// How far back the days lie that say who mattered.
fn reach(today: Day) -> Day {
    today.plus(-(SILENCE.1 + 84))
}

/// The days of [`quiet`].
pub(crate) fn plan(view: &LogView<'_, '_>, now: Micros) -> Plan {
    Plan { back: Some(reach(view.zone().day_of(now))), kinds: &ANSWERS, ..Plan::default() }
}

/// Members who mattered and went quiet, and whom nobody has written to since.
///
/// # Errors
/// When the database says no.
pub(crate) fn quiet(view: &mut LogView<'_, '_>, ask: &TodayAsk<'_>) -> Result<Vec<TodayItem>> {
    let today = view.zone().day_of(ask.now);
    let from = reach(today);
    let mut by_member = |kinds: Vec<Kind>| -> Result<Days> {
        let scope = Scope { staff: Staff::Exclude, kinds, ..Scope::default() };
        let mut days = Days::new();
        for day in view.active_days(&scope, from)?.iter().filter(|d| d.day <= today) {
            for &(member, n) in day.members.iter() {
                days.entry(member).or_default().push((day.day.0, n));
            }
        }
        Ok(days)
    };
    let days = by_member(Vec::new())?;
    let answers = by_member(ANSWERS.to_vec())?;
    let mut found = missed(&days, &answers, today);
    if found.is_empty() {
        return Ok(Vec::new());
    }
    found.truncate(4 * MOST);
    let roster = view.roster()?;
    let members: Vec<u32> = found.iter().map(|m| m.member).collect();
    let contacts = contacts_with(view, &roster, &members)?;
    let zone = view.zone();
    found.retain(|m| contacts.get(&m.member).is_none_or(|c| zone.day_of(c.made_at) < m.last));
    found.truncate(MOST);
    let members: Vec<u32> = found.iter().map(|m| m.member).collect();
    let lines = lines_of(view, &roster, &members)?;
    let community = view.setting("name").to_owned();
    let around = Around { today, zone, community, places: Places::of(view), ask };
    let item = |m: &Missed| Some(gone_quiet(m, lines.get(&m.member)?, contacts.get(&m.member), &around));
    Ok(found.iter().filter_map(item).collect())
}

/// What every item about silence is told.
struct Around<'a> {
    today: Day,
    zone: Zone,
    community: String,
    places: Places,
    ask: &'a TodayAsk<'a>,
}

fn gone_quiet(m: &Missed, line: &Line, contact: Option<&Contact>, around: &Around<'_>) -> TodayItem {
    let Around { today, zone, community, places, ask } = around;
    let title = line.title();
    let since = zone.start_of(m.last);
    let clock = ask.app.clock.now();
    let warning = contact
        .filter(|c| clock - c.made_at < contacts::WARN_MICROS)
        .map(|c| format!("{}, {}", c.made_by, days_ago(c.made_at, clock)));
    let text = words::missed(title, community);
    let first = line.identities.first();
    let id = format!("miss-{}", line.glance.member);
    let actions = contact_panel(&ContactPanel {
        id: &id,
        label: "Write",
        identity: first.map_or("", |i| &i.public_id),
        conversation: None,
        why: "asked why they went quiet",
        text: &text,
        permalink: None,
        source: first.map_or("", |i| &i.source),
        warning: warning.as_deref(),
        back: ask.back,
        csrf: &ask.principal.csrf,
        off_because: "",
    });
    let usual = format::counted(m.gap.max(1) as u64, "day", "days");
    let silent = format::counted((today.0 - m.last.0).max(0) as u64, "day", "days");
    let answered = match m.answers {
        0 => String::new(),
        n => format!(", with {}", format::counted(n, "answer or reply", "answers and replies")),
    };
    TodayItem {
        key: format!("quiet:{}:{}", key_of(line), m.last),
        kind: TodayKind::Quiet,
        title: format!("{title} went quiet"),
        href: crate::view::href(line.public_id()),
        why: format!(
            "Active in {} of the 12 weeks before{answered}; usually {usual} apart, silent for {silent}.",
            m.weeks.min(12)
        ),
        since,
        due: None,
        harm: 55 + (m.weeks.clamp(WEEKS, 12) - WEEKS) as u8 * 2 + if m.top { 7 } else { 0 },
        person: title.to_owned(),
        badge: first.map_or_else(Markup::empty, |i| places.badge_of(&i.source)),
        place: String::new(),
        quote: String::new(),
        target: "last active".into(),
        actions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody active every `step` days, `times` times, the last time `silent` days before day 1000.
    fn check(step: i32, times: i32, silent: i32, replies: u32, expect: Option<(usize, i32, bool)>) {
        let last = 1000 - silent;
        let days: Vec<(i32, u32)> = (0..times).rev().map(|i| (last - i * step, 1)).collect();
        let answers = HashMap::from([(7, vec![(last, replies)])]);
        let got = missed(&HashMap::from([(7, days)]), &answers, Day(1000));
        let got = got.first().map(|m| (m.weeks, m.gap, m.top));
        assert_eq!(got, expect, "every {step} days {times} times, silent {silent}");
    }

    #[test]
    fn who_is_missed() {
        check(3, 30, 30, 0, Some((12, 3, false)));
        check(3, 30, 20, 0, None);
        check(3, 30, 91, 0, None);
        check(10, 9, 29, 0, None);
        check(10, 9, 30, 0, Some((9, 10, false)));
        check(3, 5, 30, 0, None);
        check(7, 5, 30, 40, Some((5, 7, true)));
        check(7, 5, 30, 9, None);
    }
}
