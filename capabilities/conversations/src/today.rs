//! What Today shows of conversations: questions that nobody answered and whose time is over or nearly so.

use crate::hours::in_words;
use crate::list::{self, Places, Targets};
use crate::model::{State, harm};
use crate::store::Decided;
use crate::view::{self, href, span};
use crate::words::{answer, excerpt};
use base::{Micros, Period, Result, Zone};
use capability::today::{TodayAsk, TodayItem, TodayKind};
use capability::{ContactPanel, contact_panel, days_ago};
use community::contacts;
use community::read::{LogView, Plan, Population, Roster, Scope, Staff, Thread, ThreadAsk};
use std::collections::HashMap;
use ui::Markup;

/// Questions older than this are no longer for Today.
const DAYS: Micros = 60 * 86_400_000_000;
/// Questions looked at, newest first.
const LOOKED: usize = 600;
/// The most items.
const MOST: usize = 60;

/// Conversations of the last 60 days.
pub(crate) fn plan(view: &LogView<'_, '_>, now: Micros) -> Plan {
    let zone = view.zone();
    let periods = Period { first: zone.day_of(now - DAYS), last: zone.day_of(now + 1) };
    Plan { periods: Some(periods), ..Plan::default() }
}

/// Unanswered questions past three quarters of their target.
///
/// # Errors
/// When the database says no.
pub(crate) fn questions(view: &mut LogView<'_, '_>, ask: &TodayAsk<'_>) -> Result<Vec<TodayItem>> {
    let present = ask.app.clock.now();
    let decided = Decided::load_with(view, present - contacts::WARN_MICROS)?;
    let scope = Scope { staff: Staff::Exclude, population: Population::Questions, ..Scope::default() };
    let asked =
        ThreadAsk { scope, from: ask.now - DAYS, to: ask.now + 1, unanswered: true, ..ThreadAsk::default() };
    let unanswered = crate::filters::Filters { state: Some(State::Unanswered), ..Default::default() };
    let threads =
        view.threads(&asked, &decided.said, LOOKED, &mut |t| list::may_fit(t, &unanswered, &decided))?;
    if threads.is_empty() {
        return Ok(Vec::new());
    }
    let standings = list::standings(view, &threads, &decided)?;
    let places = Places::of(view);
    let reach = ask.principal.reach(crate::MARK);
    let mut targets = Targets::new(&decided);
    let mut found = Vec::new();
    for (thread, standing) in threads.into_iter().zip(standings) {
        if !reach.allows(thread.source_id, thread.channel_id) {
            continue;
        }
        let target = targets.of(thread.channel_id)?;
        if standing.state == State::Unanswered && target.is_near(thread.at, &standing, ask.now) {
            let old = places.old(thread.source_id, present);
            let due = if old.is_none() { target.due(thread.at, &standing) } else { None };
            found.push(Found { minutes: target.minutes, why: standing.why, old, due, thread });
        }
    }
    let roster = view.roster()?;
    let mut waiting: HashMap<u32, u32> = HashMap::new();
    found.iter().for_each(|f| *waiting.entry(f.thread.opener).or_default() += 1);
    let zone = view.zone();
    let new = |f: &Found| {
        roster.get(f.thread.opener).and_then(|g| g.first()).is_some_and(|d| d == zone.day_of(f.thread.at))
    };
    let mut ranked: Vec<(u8, Found)> = found
        .into_iter()
        .map(|f| {
            let late = f.due.map(|d| ask.now - d).filter(|l| *l > 0);
            (harm(new(&f), late, waiting[&f.thread.opener]), f)
        })
        .collect();
    ranked.sort_by_key(|(harm, f)| (std::cmp::Reverse(*harm), f.thread.at));
    ranked.truncate(MOST);
    let around = Around { warnings: warnings(&decided, &roster, present), places, zone, ask };
    Ok(ranked
        .iter()
        .map(|(harm, f)| {
            let newcomer =
                roster.get(f.thread.opener).and_then(|g| g.first()) == Some(around.zone.day_of(f.thread.at));
            item(f, *harm, newcomer, &around)
        })
        .collect())
}

/// A question that waits.
struct Found {
    thread: Thread,
    minutes: i64,
    why: String,
    old: Option<Micros>,
    due: Option<Micros>,
}

/// What every item is told.
struct Around<'a> {
    warnings: HashMap<u32, String>,
    places: Places,
    zone: Zone,
    ask: &'a TodayAsk<'a>,
}

/// Who of the team wrote to each member in the last 14 days, the last one first.
fn warnings(decided: &Decided, roster: &Roster, present: Micros) -> HashMap<u32, String> {
    let mut out = HashMap::new();
    for (identity, made_at, by) in &decided.contacted {
        let words = || format!("{by}, {}", days_ago(*made_at, present));
        out.entry(roster.member_of(*identity)).or_insert_with(words);
    }
    out
}

fn item(f: &Found, harm: u8, newcomer: bool, around: &Around<'_>) -> TodayItem {
    let Around { places, zone, ask, .. } = around;
    let t = &f.thread;
    let text = t.title.as_deref().or(t.text.as_deref()).unwrap_or_default();
    let title = excerpt(text, 100);
    let waited = span(ask.now - t.at);
    let mut why = match f.old {
        None => format!("No answer for {waited}; target {}.", in_words(f.minutes)),
        Some(last) => format!(
            "No answer in the {waited} up to the last activity; what is known of {} ends on {}.",
            places.source(t.source_id),
            ui::format::day_short(zone.day_of(last), true)
        ),
    };
    if f.why.starts_with("The asker") {
        why.push_str(" The asker has written again.");
    }
    if newcomer {
        why.push_str(" Newcomer's first day.");
    }
    TodayItem {
        key: format!("question:{}:{}:{}", t.key.0, t.key.1, t.key.2),
        kind: TodayKind::Question,
        title: if title.is_empty() { "A question without text".into() } else { title },
        href: href(t.conversation),
        why,
        since: t.at,
        due: f.due,
        harm,
        person: t.author.name.clone(),
        badge: places.badge(t.source_id),
        place: places.channel(t.channel_id),
        quote: t.title.as_ref().and(t.text.as_deref()).map(|x| excerpt(x, 160)).unwrap_or_default(),
        target: format!("target {}", in_words(f.minutes)),
        actions: actions(f, text, around),
    }
}

fn actions(f: &Found, text: &str, around: &Around<'_>) -> Markup {
    let (t, ask) = (&f.thread, around.ask);
    let panel = contact_panel(&ContactPanel {
        id: &format!("answer-{}", t.conversation),
        label: "Answer",
        identity: &t.author.public_id,
        conversation: Some(t.conversation),
        why: "answered a question",
        text: &answer(&t.author.name, text),
        permalink: t.permalink.as_deref(),
        source: around.places.source(t.source_id),
        warning: around.warnings.get(&t.opener).map(String::as_str),
        back: ask.back,
        csrf: &ask.principal.csrf,
        off_because: &capability::off_for_contacts(ask.app, ask.principal),
    });
    let base = href(t.conversation);
    let form = |path: &str, name: &str, value: &str, label: &str| {
        let fields = [("csrf", ask.principal.csrf.as_str()), ("back", ask.back), (name, value)];
        view::post(&format!("{base}/{path}"), &fields, label, "")
    };
    let mine = match ask.principal.account {
        Some(_) => form("assignment", "account", "me", "Assign to me"),
        None => Markup::empty(),
    };
    let waits = Markup::raw(format!(
        "<details class=\"menu-box\" name=\"menu\"><summary class=\"btn sm\">Waits for{}</summary>\
         <div class=\"popover at-end\"><div class=\"pad stack\">{}{}{}</div></div></details>",
        ui::icon_small("chevron-down"),
        form("marks", "mark", "waits_for_asker", "Waits for asker"),
        form("marks", "mark", "waits_for_engineering", "Waits for engineering"),
        form("marks", "mark", "not_question", "Not a question"),
    ));
    Markup::join([&panel, &mine, &waits])
}
