//! The parts of a member's page that load behind its head. Each is a page of its own without a script.

use super::profile::figure;
use super::{PATH, Places, avatar, clock, excerpt, href, outside};
use crate::members::Line;
use crate::profile::{Circle, Rhythm, Timeline};
use crate::suggest::Suggestion;
use base::{Day, Zone};
use community::Kind;
use community::read::TimelineRow;
use ui::chart::{Axis, Chart, Figure, Series, Size, Value};
use ui::{Choice, Markup, card, esc, facts, format};

/// What a member did, newest first.
pub(crate) fn timeline(t: &Timeline, public_id: &str, places: &Places, zone: &Zone) -> Markup {
    let own = format!("{}/timeline", href(public_id));
    let address = |source: &str, before: &str| {
        let mut pairs = Vec::new();
        if !source.is_empty() {
            pairs.push(("source", source.to_owned()));
        }
        if !before.is_empty() {
            pairs.push(("before", before.to_owned()));
        }
        format!("{own}{}", ui::query(&pairs))
    };
    let swap = |mut choice: Choice| {
        choice.attributes = vec![
            ("hx-get".into(), choice.href.clone()),
            ("hx-target".into(), "#timeline".into()),
            ("hx-swap".into(), "outerHTML".into()),
        ];
        choice
    };
    let filter = if t.sources.len() > 1 {
        let mut choices = vec![swap(Choice::new("All sources", address("", ""), t.source.is_empty()))];
        choices.extend(t.sources.iter().map(|s| swap(Choice::new(s, address(s, ""), t.source == *s))));
        ui::segmented("Source", &choices)
    } else {
        Markup::empty()
    };
    let mut list = String::new();
    let mut day: Option<Day> = None;
    let mut rows = t.rows.as_slice();
    while let Some(row) = rows.first() {
        let on = zone.day_of(row.at);
        if day != Some(on) {
            list.push_str(&format!("<li><h3 class=\"day\">{}</h3></li>", esc(&format::day_long(on))));
            day = Some(on);
        }
        // Reactions one after the other are one line.
        let alike = |r: &&TimelineRow| r.kind == Kind::REACTION_ADDED && zone.day_of(r.at) == on;
        let several = rows.iter().take_while(alike).count();
        if several > 1 {
            list.push_str(&reactions(&rows[..several], places, zone));
            rows = &rows[several..];
        } else {
            list.push_str(&entry(t, row, places, zone));
            rows = &rows[1..];
        }
    }
    let body = if t.rows.is_empty() {
        ui::empty("inbox", "Nothing here", "No activity of theirs is in the log.", &Markup::empty())
    } else {
        Markup::raw(format!("<ol class=\"timeline\">{list}</ol>"))
    };
    let next = t.next.as_ref().map_or_else(String::new, |next| {
        let address = address(&t.source, next);
        format!(
            "<p class=\"center\"><a class=\"btn sm\" href=\"{0}\" hx-get=\"{0}\" hx-target=\"#timeline\" hx-swap=\"outerHTML show:#timeline:top\">Earlier</a></p>",
            esc(&address)
        )
    });
    Markup::raw(format!("<div id=\"timeline\" class=\"stack\">{filter}{body}{next}</div>"))
}

/// Several reactions as one line.
fn reactions(rows: &[TimelineRow], places: &Places, zone: &Zone) -> String {
    let mut channels: Vec<String> = rows.iter().map(|r| places.channel(r.channel_id)).collect();
    channels.sort_unstable();
    channels.dedup();
    let at = rows.first().map_or(0, |r| r.at);
    format!(
        "<li><span class=\"knob\">{}</span><p>Reacted {} in {}</p><span class=\"at\"><time datetime=\"{}\">{}</time></span></li>",
        ui::icon("check"),
        format::counted(rows.len() as u64, "time", "times"),
        esc(&channels.join(", ")),
        base::written_to_second(at),
        clock(at, zone),
    )
}

fn entry(t: &Timeline, row: &TimelineRow, places: &Places, zone: &Zone) -> String {
    let (icon, verb) = did(row.kind, row.follows);
    let channel = places.channel(row.channel_id);
    let within = if channel.is_empty() { String::new() } else { format!(" in {}", esc(&channel)) };
    let title = row.title.as_deref().filter(|t| !t.is_empty()).map(|t| excerpt(t, 100));
    let thread =
        (row.conversation != 0).then(|| format!("/desk/conversations/{}#m{}", row.conversation, row.seq));
    let head = match (thread, title) {
        (Some(thread), Some(title)) => format!(
            "{verb}{} <a href=\"{}\">{}</a>{within}",
            if row.follows { " in" } else { "" },
            esc(&thread),
            esc(&title)
        ),
        (Some(thread), None) => format!("<a href=\"{}\">{verb}</a>{within}", esc(&thread)),
        (None, _) => format!("{verb}{within}"),
    };
    let (name, source) = t.names.get(&row.identity).cloned().unwrap_or_default();
    let own = t.names.values().all(|n| n.0 == name);
    let as_whom =
        if !own { format!(" <span class=\"faint\">as {}</span>", esc(&name)) } else { String::new() };
    let text = row.text.as_deref().map(|t| excerpt(t, 280)).filter(|t| !t.is_empty());
    let quote = text.map_or_else(String::new, |text| format!("<div class=\"quote\">{}</div>", esc(&text)));
    format!(
        "<li><span class=\"knob\">{}</span><p>{head} {}{as_whom}</p><span class=\"at\">{}<time datetime=\"{}\">{}</time></span>{quote}</li>",
        ui::icon(icon),
        places.badge_of(&source),
        outside(row.permalink.as_deref(), &source),
        base::written_to_second(row.at),
        clock(row.at, zone),
    )
}

/// An icon and words for what somebody did.
fn did(kind: Kind, follows: bool) -> (&'static str, &'static str) {
    match kind {
        Kind::MEMBER_JOINED => ("log-in", "Joined"),
        Kind::MEMBER_LEFT => ("log-out", "Left"),
        Kind::REACTION_ADDED => ("check", "Reacted"),
        Kind::ANSWER_ACCEPTED => ("circle-check", "Accepted an answer"),
        Kind::TOPIC_OPENED => ("messages-square", "Opened"),
        Kind::QUESTION_ASKED => ("circle-question-mark", "Asked"),
        Kind::ANSWER_POSTED => ("message-square", "Answered"),
        Kind::COMMENT_POSTED => ("message-square", "Commented"),
        Kind::POST_PUBLISHED => ("message-square", "Posted"),
        Kind::NOTICE_POSTED => ("info", "Notice"),
        _ if follows || kind == Kind::REPLY_POSTED => ("message-square", "Replied"),
        _ => ("message-square", "Wrote"),
    }
}

/// When a member is active: facts, hours of the week, a year of weeks.
pub(crate) fn rhythm(r: &Rhythm, zone: &Zone) -> Markup {
    let pairs = [("Messages", figure(r.rows)), ("Days active", figure(r.days))];
    let year: u32 = r.weeks.iter().map(|w| w.1).sum();
    if year == 0 {
        let body = Markup::raw(format!(
            "<div class=\"card-body stack\">{}<p class=\"hint\">Nothing in the last 52 weeks.</p></div>",
            facts(&pairs)
        ));
        return wrap("rhythm", &card("", "Rhythm", &Markup::empty(), &body, &Markup::empty()));
    }
    let bars = ui::chart::bars(&Chart {
        spoken: "Messages a week over the last 52 weeks".into(),
        unit: "messages a week".into(),
        axis: Axis::Time(r.weeks.iter().map(|w| w.0).collect(), base::Interval::Week),
        series: vec![Series {
            name: "Messages".into(),
            hue: 1,
            values: r.weeks.iter().map(|w| Value::of(f64::from(w.1))).collect(),
            was: false,
        }],
        figure: Figure::Count,
        size: Size::Low,
        open_note: String::new(),
        interval_note: String::new(),
    });
    let note = Markup::raw(format!(
        "<span class=\"sub num\">{} on {}</span>",
        format::counted(r.rows, "message", "messages"),
        format::counted(r.days, "day", "days")
    ));
    let body = Markup::raw(format!(
        "<div class=\"card-body rhythm\"><div><p class=\"sub\">Messages a week, the last 52 weeks</p>{bars}</div>{}</div>",
        hours(r, zone)
    ));
    wrap("rhythm", &card("", "Rhythm", &note, &body, &Markup::empty()))
}

/// Weekday × hour as a small table; every cell carries its figure.
fn hours(r: &Rhythm, zone: &Zone) -> Markup {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let most = r.hours.iter().flatten().copied().max().unwrap_or(0).max(1);
    let step = |n: u32| if n == 0 { 0 } else { (n * 5).div_ceil(most).clamp(1, 5) };
    let heads: String = (0..24)
        .map(|h| {
            let label = if h % 6 == 0 { h.to_string() } else { String::new() };
            format!("<th scope=\"col\"><span class=\"sr\">{h}:00</span><span aria-hidden=\"true\">{label}</span></th>")
        })
        .collect();
    let rows: String = DAYS
        .iter()
        .zip(&r.hours)
        .map(|(name, hours)| {
            let cells: String = hours
                .iter()
                .enumerate()
                .map(|(h, n)| {
                    format!(
                        "<td class=\"h{}\" title=\"{name} {h}:00, {n}\"><span class=\"sr\">{n}</span></td>",
                        step(*n)
                    )
                })
                .collect();
            format!("<tr><th scope=\"row\">{name}</th>{cells}</tr>")
        })
        .collect();
    Markup::raw(format!(
        "<div><p class=\"sub\">Hours of the week, {}</p><table class=\"hours\"><caption class=\"sr\">Messages by weekday and hour in the last 52 weeks</caption>\
         <thead><tr><th scope=\"col\"><span class=\"sr\">Day</span></th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>",
        esc(zone.name())
    ))
}

/// With whom a member talks.
pub(crate) fn circle(c: &Circle) -> Markup {
    let k = &c.company;
    let received = if k.opened == 0 {
        super::nothing()
    } else {
        Markup::text(&format!(
            "{} of {}",
            format::count(u64::from(k.received)),
            format::count(u64::from(k.opened))
        ))
    };
    let pairs = [
        ("Conversations", figure(u64::from(k.conversations))),
        ("Answered others in", figure(u64::from(k.given))),
        ("Theirs answered", received),
    ];
    let rows: String = c
        .lines
        .iter()
        .zip(&k.with)
        .map(|(line, with)| {
            let shared = format::counted(u64::from(with.shared), "conversation", "conversations");
            format!(
                "<li class=\"row\">{}<div class=\"grow\"><a class=\"strong\" href=\"{}\">{}</a><span class=\"sub\">{shared} with both, answers in {}</span></div></li>",
                avatar(line.title(), line.glance.member, false),
                esc(&href(line.public_id())),
                esc(line.title()),
                format::count(u64::from(with.answered))
            )
        })
        .collect();
    let list = if rows.is_empty() {
        "<p class=\"card-body hint\">With nobody in the last 52 weeks.</p>".to_owned()
    } else {
        format!("<ul class=\"list\">{rows}</ul>")
    };
    let body = Markup::raw(format!("<div class=\"card-body\">{}</div>{list}", facts(&pairs)));
    let note = Markup::raw("<span class=\"sub\">The last 52 weeks</span>");
    wrap("circle", &card("", "Talks with", &note, &body, &Markup::empty()))
}

/// Suggested links of one member; nothing where there are none.
pub(crate) fn suggested(all: &[(Suggestion, Line)], public_id: &str, places: &Places, csrf: &str) -> Markup {
    let inside: String = all
        .iter()
        .map(|(s, other)| super::suggestions::notice(s, other, &href(public_id), places, csrf).into_string())
        .collect();
    wrap("suggested", &Markup::raw(inside))
}

fn wrap(id: &str, inside: &Markup) -> Markup {
    Markup::raw(format!("<div id=\"{id}\" class=\"stack\">{inside}</div>"))
}

/// A part as a page of its own.
pub(crate) fn alone(title: &str, line: &Line, part: &Markup) -> Markup {
    let back = ui::link_button("Back to the member", &href(line.public_id()), ui::Look::Plain);
    Markup::join([&ui::page_head(title, line.title(), &back), part])
}

/// The address of the area, for crumbs.
pub(crate) fn crumbs(line: Option<&Line>) -> Vec<(String, String)> {
    let mut crumbs = vec![("Members".to_owned(), PATH.to_owned())];
    crumbs.extend(line.map(|l| (l.title().to_owned(), href(l.public_id()))));
    crumbs
}
