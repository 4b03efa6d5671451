//! How Today looks.

use crate::PATH;
use crate::gather::{Choice, Show, SourceAge, Today};
use crate::model::{Decision, Group, StateRow};
use base::{Micros, Zone};
use capability::today::{TodayItem, TodayKind};
use ui::{Look, Markup, esc, format, page_head};

const DAY: Micros = 86_400 * 1_000_000;

/// How many of a kind a group shows among the others.
const SHOWN_OF_A_KIND: usize = 4;
/// The same for what is past its time.
const SHOWN_LATE: usize = 12;

/// The whole body.
pub(crate) fn page(today: &Today, choice: &Choice, csrf: &str) -> Markup {
    let Some(now) = today.now else { return nothing_yet() };
    let shown: Vec<&TodayItem> =
        today.open.iter().filter(|i| choice.kind.is_none_or(|k| k == i.kind)).collect();
    let list = match choice.show {
        Show::Open if shown.is_empty() => calm(today, choice),
        Show::Open => groups(&shown, now, &today.zone, choice, csrf),
        Show::Decided => decided(today, choice, csrf),
    };
    Markup::join([
        &page_head("Today", &sentence(today, now), &day_picker(today, choice, now)),
        &done(today, choice, csrf),
        &switches(today, choice),
        &about(choice),
        &Markup::raw(format!(
            "<div class=\"split today\"><div class=\"todo-list\" id=\"todo\" data-list data-live=\"today imports members\" hx-get=\"{}\" \
             hx-trigger=\"live\" hx-select=\"#todo\" hx-swap=\"outerHTML\">{list}</div>\
             <aside class=\"stack\" aria-label=\"Sources\">{}</aside></div>",
            esc(&Choice { done: String::new(), ..choice.clone() }.address()),
            side(today)
        )),
    ])
}

fn nothing_yet() -> Markup {
    let text = "Import the export of a place where the community talks: then this page says which questions wait, \
                who is new and who went quiet.";
    let action = ui::link_button("Import a source", "/desk/sources", Look::Primary);
    Markup::join([
        &page_head("Today", "What needs you now.", &Markup::empty()),
        &ui::card(
            "",
            "",
            &Markup::empty(),
            &ui::empty("sun", "Nothing is known yet", text, &action),
            &Markup::empty(),
        ),
    ])
}

fn sentence(today: &Today, now: Micros) -> String {
    let late = today.open.iter().filter(|i| Group::of(i, now) == Group::Late).count();
    let waits = match today.open.len() {
        0 => "nothing waits".to_owned(),
        n => format!(
            "{} {}{}",
            format::counted(n as u64, "thing", "things"),
            if n == 1 { "waits" } else { "wait" },
            match late {
                0 => String::new(),
                1 => "; one is past its time".to_owned(),
                n => format!("; {n} are past their time"),
            }
        ),
    };
    format!("As of {}, the last activity: {waits}.", ui::moment(now, &today.zone))
}

/// The day at whose end the page stands.
fn day_picker(today: &Today, choice: &Choice, now: Micros) -> Markup {
    let day = choice.on.unwrap_or_else(|| today.zone.day_of(now));
    let kind = choice.kind.map_or(String::new(), |k| ui::hidden("kind", k.word()).into_string());
    let reset = match choice.on {
        Some(_) => {
            let latest = Choice { on: None, done: String::new(), ..choice.clone() };
            format!("<a class=\"btn quiet\" href=\"{}\">Latest</a>", esc(&latest.address()))
        }
        None => String::new(),
    };
    Markup::raw(format!(
        "<form class=\"row day-picker\" method=\"get\" action=\"{PATH}\">{kind}<label class=\"row tight\"><span>As of</span>\
         <input class=\"input\" type=\"date\" name=\"on\" value=\"{day}\"></label><button class=\"btn\" type=\"submit\">Show</button>{reset}</form>"
    ))
}

/// What was just decided, with its undo.
fn done(today: &Today, choice: &Choice, csrf: &str) -> Markup {
    let Some(state) = today.decided.iter().find(|s| s.public_id == choice.done && !choice.done.is_empty())
    else {
        return Markup::empty();
    };
    let words = match state.decision {
        Decision::Dismissed => format!("Dismissed: {}.", state.title),
        Decision::PutOff => format!("Put off until {}: {}.", until(today, state), state.title),
    };
    Markup::raw(format!(
        "<div class=\"done-line row wrap\" role=\"status\"><span class=\"grow\">{}</span>{}</div>",
        esc(&words),
        take_back(state, choice, csrf, "Undo")
    ))
}

fn until(today: &Today, state: &StateRow) -> String {
    let at = state.until_at.unwrap_or(state.set_at);
    format::day_short(today.zone.day_of(at), false)
}

fn take_back(state: &StateRow, choice: &Choice, csrf: &str, label: &str) -> String {
    if csrf.is_empty() {
        return String::new();
    }
    let back = Choice { done: String::new(), ..choice.clone() }.address();
    format!(
        "<form method=\"post\" action=\"{PATH}/states/{}/removal\"><input type=\"hidden\" name=\"csrf\" value=\"{}\">\
         <input type=\"hidden\" name=\"back\" value=\"{}\"><button class=\"btn sm\" type=\"submit\">{label}\
         <span class=\"sr\">: {}</span></button></form>",
        esc(&state.public_id),
        esc(csrf),
        esc(&back),
        esc(&state.title)
    )
}

/// Kinds with their counts, and what was decided.
fn switches(today: &Today, choice: &Choice) -> Markup {
    let plain = Choice { kind: None, show: Show::Open, done: String::new(), ..choice.clone() };
    let entry = |label: &str, n: usize, to: &Choice, current: bool| {
        ui::Choice::new(format!("{label} {n}"), to.address(), current)
    };
    let open = choice.show == Show::Open;
    let mut entries = vec![entry("All", today.open.len(), &plain, open && choice.kind.is_none())];
    for kind in TodayKind::ALL {
        let n = today.open.iter().filter(|i| i.kind == kind).count();
        if n > 0 || choice.kind == Some(kind) {
            let to = Choice { kind: Some(kind), ..plain.clone() };
            entries.push(entry(plural(kind), n, &to, open && choice.kind == Some(kind)));
        }
    }
    let to = Choice { show: Show::Decided, ..plain };
    entries.push(entry("Put off or dismissed", today.decided.len(), &to, !open));
    ui::tabs("What waits", &entries)
}

/// What a list of one kind leaves out, and where that is.
fn about(choice: &Choice) -> Markup {
    let (text, href, link) = match choice.kind {
        _ if choice.show == Show::Decided => return Markup::empty(),
        Some(TodayKind::Newcomer) => (
            "Newcomers of seven days whom nobody of the team greeted or answered. Whose first words are a question that \
             waits stands under Questions.",
            "/desk/members?state=new",
            "All who are new in 30 days",
        ),
        Some(TodayKind::Quiet) => (
            "Members who wrote in most weeks, or answered most, and fell silent.",
            "/desk/members?state=quiet",
            "Everybody active in the 30 days before the last 30, and not since",
        ),
        Some(TodayKind::Question) => (
            "The newest and most harmful first.",
            "/desk/conversations?state=unanswered&questions=1&sort=waiting",
            "The longest waiting first",
        ),
        _ => return Markup::empty(),
    };
    Markup::raw(format!("<p class=\"hint about-kind\">{text} <a href=\"{}\">{link}</a></p>", esc(href)))
}

fn plural(kind: TodayKind) -> &'static str {
    match kind {
        TodayKind::Question => "Questions",
        TodayKind::Newcomer => "Newcomers",
        TodayKind::Quiet => "Gone quiet",
        TodayKind::Anomaly => "Unusual",
        TodayKind::Work => "Imports",
    }
}

fn groups(items: &[&TodayItem], now: Micros, zone: &Zone, choice: &Choice, csrf: &str) -> Markup {
    let sections = [Group::Late, Group::Next, Group::Later].into_iter().filter_map(|group| {
        let of: Vec<&&TodayItem> = items.iter().filter(|i| Group::of(i, now) == group).collect();
        if of.is_empty() {
            return None;
        }
        let rows: String = shown(&of, group, choice)
            .into_iter()
            .map(|part| match part {
                Part::Item(item) => row(item, now, zone, choice, csrf),
                Part::More(kind, n) => more(kind, n, choice),
            })
            .collect();
        Some(format!(
            "<section class=\"todo-group\"><header><h2>{}</h2><span class=\"count\">{}</span></header><ul class=\"list\">{rows}</ul></section>",
            group.title(),
            of.len()
        ))
    });
    Markup::raw(sections.collect::<String>())
}

/// What a group shows: an item, or how many of a kind it leaves out.
enum Part<'a> {
    Item(&'a TodayItem),
    More(TodayKind, usize),
}

/// Where everything is shown, a kind takes part with its most urgent items only, so that none hides the others.
fn shown<'a>(of: &[&&'a TodayItem], group: Group, choice: &Choice) -> Vec<Part<'a>> {
    let most = if group == Group::Late { SHOWN_LATE } else { SHOWN_OF_A_KIND };
    if choice.kind.is_some() {
        return of.iter().map(|i| Part::Item(i)).collect();
    }
    let mut parts = Vec::new();
    for (at, item) in of.iter().enumerate() {
        let before = of[..at].iter().filter(|i| i.kind == item.kind).count();
        let all = of.iter().filter(|i| i.kind == item.kind).count();
        match before.cmp(&most) {
            std::cmp::Ordering::Less => parts.push(Part::Item(item)),
            std::cmp::Ordering::Equal => parts.push(Part::More(item.kind, all - before)),
            std::cmp::Ordering::Greater => {}
        }
    }
    parts
}

/// The way to the rest of a kind.
fn more(kind: TodayKind, n: usize, choice: &Choice) -> String {
    let to = Choice { kind: Some(kind), done: String::new(), ..choice.clone() };
    format!(
        "<li class=\"todo more\"><a href=\"{}\">{n} more: {}</a></li>",
        esc(&to.address()),
        plural(kind).to_lowercase()
    )
}

fn row(item: &TodayItem, now: Micros, zone: &Zone, choice: &Choice, csrf: &str) -> String {
    let late = item.due.is_some_and(|due| due <= now);
    let tone = match item.kind {
        _ if late => " bad",
        TodayKind::Anomaly => " warn",
        _ => "",
    };
    // A title that names the person need not be followed by the name.
    let place = [item.person.as_str(), item.place.as_str()]
        .into_iter()
        .filter(|s| !s.is_empty() && !item.title.contains(s))
        .map(|s| esc(s).to_string())
        .collect::<Vec<_>>()
        .join(" · ");
    // Where there is nothing more to say than the source, its letter stands before the reason.
    let (meta, badge) = if place.is_empty() {
        (String::new(), format!("{} ", item.badge))
    } else {
        (format!("<p class=\"todo-meta\">{} {place}</p>", item.badge), String::new())
    };
    let quote = if item.quote.is_empty() {
        String::new()
    } else {
        format!("<p class=\"todo-quote\">{}</p>", esc(&item.quote))
    };
    format!(
        "<li class=\"todo\" data-row><span class=\"lead{tone}\">{icon}<span class=\"sr\">{kind}</span></span>\
         <div class=\"grow\"><p class=\"todo-title\"><a href=\"{href}\">{title}</a></p>\
         {meta}{quote}<p class=\"todo-why\">{badge}{why}</p></div>{due}\
         <div class=\"todo-foot\">{actions}{decide}</div></li>",
        icon = ui::icon(symbol(item.kind)),
        kind = item.kind.title(),
        href = esc(&item.href),
        title = esc(&item.title),
        why = esc(&item.why),
        due = clock(item, now, zone),
        actions = item.actions,
        decide = decide(item, choice, csrf),
    )
}

fn symbol(kind: TodayKind) -> &'static str {
    match kind {
        TodayKind::Question => "circle-question-mark",
        TodayKind::Newcomer => "user-plus",
        TodayKind::Quiet => "moon",
        TodayKind::Anomaly => "activity",
        TodayKind::Work => "upload",
    }
}

/// How late, or since when.
fn clock(item: &TodayItem, now: Micros, zone: &Zone) -> String {
    let seconds = |micros: Micros| micros as f64 / 1e6;
    let full = ui::moment(item.due.unwrap_or(item.since), zone);
    let words = match item.due {
        Some(due) if due <= now => {
            format!("<b class=\"t-bad\" title=\"{full}\">{} over</b>", format::duration(seconds(now - due)))
        }
        Some(due) => format!("<b title=\"{full}\">in {}</b>", format::duration(seconds(due - now))),
        None => format!("<b title=\"{full}\">{}</b>", ago(item.since, now, zone)),
    };
    let target =
        if item.target.is_empty() { String::new() } else { format!("<span>{}</span>", esc(&item.target)) };
    format!("<div class=\"todo-due\">{words}{target}</div>")
}

/// "3 days ago" by the calendar, hours within a day.
fn ago(then: Micros, now: Micros, zone: &Zone) -> String {
    match zone.day_of(now).0 - zone.day_of(then).0 {
        i32::MIN..=0 if now - then < 60_000_000 => "now".to_owned(),
        i32::MIN..=0 => format!("{} ago", format::duration((now - then) as f64 / 1e6)),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}

/// "Later" and "Dismiss", each with what it needs.
fn decide(item: &TodayItem, choice: &Choice, csrf: &str) -> String {
    if csrf.is_empty() {
        return String::new();
    }
    let back = Choice { done: String::new(), ..choice.clone() }.address();
    let common: String = [
        ("csrf", csrf),
        ("back", back.as_str()),
        ("key", item.key.as_str()),
        ("kind", item.kind.word()),
        ("title", item.title.as_str()),
        ("href", item.href.as_str()),
    ]
    .iter()
    .map(|(name, value)| ui::hidden(name, value).into_string())
    .collect();
    let for_days = |days: u8, label: &str| {
        format!("<button type=\"submit\" name=\"days\" value=\"{days}\">{label}</button>")
    };
    let about = esc(&item.title);
    format!(
        "<span class=\"row tight push\"><details class=\"menu-box\" name=\"menu\"><summary class=\"btn quiet sm\">{timer}Later<span class=\"sr\">: {about}</span></summary>\
         <div class=\"popover at-end\"><form class=\"menu\" method=\"post\" action=\"{PATH}/states\">{common}{put_off}{one}{three}{week}{month}</form></div></details>\
         <details class=\"menu-box\" name=\"menu\"><summary class=\"btn quiet sm\">{x}Dismiss<span class=\"sr\">: {about}</span></summary>\
         <div class=\"popover at-end\"><form class=\"stack pad\" method=\"post\" action=\"{PATH}/states\">{common}{dismissed}\
         <label class=\"field\"><span class=\"label\">Why it needs nobody</span><input class=\"input\" name=\"reason\" required maxlength=\"500\"></label>\
         <button class=\"btn\" type=\"submit\" data-busy>Dismiss</button></form></div></details></span>",
        timer = ui::icon_small("timer"),
        x = ui::icon_small("x"),
        put_off = ui::hidden("state", Decision::PutOff.word()),
        dismissed = ui::hidden("state", Decision::Dismissed.word()),
        one = for_days(1, "Tomorrow"),
        three = for_days(3, "In 3 days"),
        week = for_days(7, "In a week"),
        month = for_days(30, "In a month"),
    )
}

/// Nothing waits: that is good news, and says what was looked at.
fn calm(today: &Today, choice: &Choice) -> Markup {
    let (title, text, action) = match choice.kind {
        Some(kind) => (
            format!("Nothing under \"{}\"", plural(kind)),
            "Other things may wait.".to_owned(),
            ui::link_button(
                "Show everything",
                &Choice { kind: None, ..choice.clone() }.address(),
                Look::Plain,
            ),
        ),
        None => (
            "Nothing waits".to_owned(),
            format!(
                "No question is past its time, nobody new is without a greeting, nobody valued went quiet, and no figure is unusual. \
                 Looked at {}.",
                format::counted(today.sources.len() as u64, "source", "sources")
            ),
            ui::link_button("See how the community does", "/desk/health", Look::Plain),
        ),
    };
    ui::card("", "", &Markup::empty(), &ui::empty("check", &title, &text, &action), &Markup::empty())
}

fn decided(today: &Today, choice: &Choice, csrf: &str) -> Markup {
    if today.decided.is_empty() {
        let text = "What is put off comes back on its day; what is dismissed stays here with its reason.";
        let back = ui::link_button("Show what waits", PATH, Look::Plain);
        return ui::card(
            "",
            "",
            &Markup::empty(),
            &ui::empty("history", "Nothing was put off or dismissed", text, &back),
            &Markup::empty(),
        );
    }
    let rows: String = today
        .decided
        .iter()
        .map(|s| {
            let state = match s.decision {
                Decision::Dismissed => ui::badge("Dismissed", ui::Tone::Neutral),
                Decision::PutOff => ui::badge(&format!("Until {}", until(today, s)), ui::Tone::Info),
            };
            let reason = if s.reason.is_empty() { String::new() } else { format!(" · {}", esc(&s.reason)) };
            let title = if s.href.is_empty() {
                esc(&s.title).to_string()
            } else {
                format!("<a href=\"{}\">{}</a>", esc(&s.href), esc(&s.title))
            };
            format!(
                "<li class=\"todo decided\" data-row><div class=\"grow\"><p class=\"todo-title\">{title}</p>\
                 <p class=\"todo-meta\">{state} {} · {}{reason}</p></div>{}</li>",
                esc(&s.set_by),
                ui::moment(s.set_at, &today.zone),
                take_back(s, choice, csrf, "Bring back")
            )
        })
        .collect();
    Markup::raw(format!("<ul class=\"list todo-decided\">{rows}</ul>"))
}

/// How old each source is.
fn side(today: &Today) -> Markup {
    let rows: String = today.sources.iter().map(|s| age(s, today)).collect();
    Markup::raw(format!(
        "<section class=\"side-part\"><header class=\"row between\"><h2>Sources</h2><a href=\"/desk/sources\">All</a></header>\
         <ul class=\"ages\">{rows}</ul><p class=\"sm muted\">No source is connected live: each is known up to its last import, \
         and times on this page are counted from the last activity, not from now.</p></section>"
    ))
}

fn age(source: &SourceAge, today: &Today) -> String {
    let words = match source.last {
        None => "<span class=\"muted\">nothing imported</span>".to_owned(),
        Some(last) => {
            let days = (today.present - last) / DAY;
            let old = if days >= 3 { " class=\"t-warn\"" } else { "" };
            let ago = match days {
                i64::MIN..=0 => "today".to_owned(),
                1 => "yesterday".to_owned(),
                n => format!("{} days ago", format::count(n as u64)),
            };
            format!("<span{old} title=\"{}\">{ago}</span>", ui::moment(last, &today.zone))
        }
    };
    format!(
        "<li class=\"row\">{}<a class=\"grow trunc\" href=\"/desk/sources/{}\">{}</a>{words}</li>",
        ui::source_badge(&source.network, &source.name),
        esc(&source.public_id),
        esc(&source.name)
    )
}
