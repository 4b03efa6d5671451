//! The list of conversations.

use super::{PATH, ago, clock, href, person_link, span, state_badge};
use crate::filters::{Assigned, DAYS, Filters};
use crate::list::{Line, Listing};
use crate::model::State;
use crate::words::excerpt;
use base::{Day, Micros};
use capability::Reach;
use ui::{Button, Choice, Look, Markup, esc, format};

/// The form that the boxes of the rows belong to.
const BULK: &str = "conversations-bulk";

/// What the page shows beside the list itself.
pub(crate) struct ListPage {
    pub filters: Filters,
    pub listing: Listing,
    pub views: Markup,
    pub csrf: String,
    /// Where whoever looks may mark.
    pub marks: Reach,
    /// Whether they may search.
    pub searches: bool,
}

/// The body of the page.
pub(crate) fn body(p: &ListPage) -> Markup {
    let csv = format!("{PATH}/csv{}", p.filters.query());
    let search =
        Button { label: "Search words", icon: "search", href: "/desk/search", ..Default::default() }.markup();
    let actions = Markup::join([
        &if p.searches { search } else { Markup::empty() },
        &Button {
            label: "CSV",
            icon: "download",
            href: &csv,
            attributes: &[("download", "")],
            ..Default::default()
        }
        .markup(),
    ]);
    let listing = if p.listing.lines.is_empty() { empty(p) } else { Markup::join([&table(p), &pager(p)]) };
    let bulk = if p.listing.lines.is_empty() || p.csrf.is_empty() { Markup::empty() } else { bulk(p) };
    Markup::join([
        &ui::page_head("Conversations", &sentence(p), &actions),
        &p.views,
        &filters(p),
        &ui::card("conversations", "", &Markup::empty(), &listing, &Markup::empty()),
        &bulk,
    ])
}

fn sentence(p: &ListPage) -> String {
    let l = &p.listing;
    let Some(now) = l.now else { return "What was opened, and where each stands.".into() };
    let f = &p.filters;
    let day = |d: Day| format::day_short(d, true);
    let days = match (f.from, f.to) {
        (Some(a), Some(b)) => format!("Opened {}", format::day_range(a, b)),
        (Some(a), None) => format!("Opened since {}", day(a)),
        (None, Some(b)) => format!("Opened until {}", day(b)),
        _ if l.member.is_some() || matches!(f.assigned, Assigned::Me | Assigned::Somebody) => {
            "Of all time".into()
        }
        _ => format!("Opened in the last {DAYS} days"),
    };
    let by = l.member.as_ref().map_or(String::new(), |m| format!(" by {m}"));
    let first = if f.longest { "The oldest first. " } else { "" };
    format!("{first}{days}{by}, as of {}, the last activity.", day(l.zone.day_of(now)))
}

fn empty(p: &ListPage) -> Markup {
    if p.listing.now.is_none() {
        let action = ui::link_button("Import a source", "/desk/sources", Look::Primary);
        return ui::empty(
            "messages-square",
            "No conversations yet",
            "They appear with the first import.",
            &action,
        );
    }
    if p.filters.is_narrow() {
        let clear = ui::link_button("Show all conversations", PATH, Look::Primary);
        return ui::empty("messages-square", "No conversation fits", "Take one of the filters away.", &clear);
    }
    let since = format!("{PATH}{}", ui::query(&[("from", "1990-01-01".to_owned())]));
    let action = ui::link_button("Show all of the past", &since, Look::Primary);
    let text = "Nothing was opened in these days, or its sources have no reply links, so that nobody knows which \
                message answers which.";
    ui::empty("messages-square", "Nothing opened lately", text, &action)
}

/// The address with some pairs changed; an empty value takes a pair away.
fn with(f: &Filters, name: &'static str, value: &str) -> String {
    let mut pairs = f.pairs();
    pairs.retain(|p| p.0 != name);
    if !value.is_empty() {
        pairs.push((name, value.to_owned()));
    }
    format!("{PATH}{}", ui::query(&pairs))
}

fn filters(p: &ListPage) -> Markup {
    let (f, places) = (&p.filters, &p.listing.places);
    let mut states = vec![Choice::new("Any", with(f, "state", ""), f.state.is_none())];
    states.extend(
        State::ALL.iter().map(|s| Choice::new(s.title(), with(f, "state", s.word()), f.state == Some(*s))),
    );
    let mut sources: Vec<&str> = places.sources.values().map(|s| s.0.as_str()).collect();
    sources.sort_unstable();
    let mut of_sources = vec![Choice::new("Any", with(f, "source", ""), f.sources.is_empty())];
    of_sources.extend(
        sources.iter().map(|s| Choice::new(*s, with(f, "source", s), f.sources.iter().any(|x| x == s))),
    );
    let assigned: Vec<Choice> = Assigned::ALL
        .iter()
        .map(|(a, word, title)| Choice::new(*title, with(f, "assigned", word), f.assigned == *a))
        .collect();
    let questions = format!(
        "<a class=\"chip{}\" href=\"{}\"{}><span>Questions only</span><b>{}</b></a>",
        if f.questions { " on" } else { "" },
        esc(&with(f, "questions", if f.questions { "" } else { "1" })),
        if f.questions { " aria-current=\"true\"" } else { "" },
        if f.questions { "yes" } else { "no" },
    );
    let any = |chosen: &[String]| if chosen.is_empty() { "Any".to_owned() } else { chosen.join(", ") };
    let mut row =
        ui::filter_menu("State", f.state.map_or("Any", State::title), f.state.is_some(), &ui::menu(&states))
            .into_string();
    row.push_str(&questions);
    row.push_str(
        ui::filter_menu("Source", &any(&f.sources), !f.sources.is_empty(), &ui::menu(&of_sources)).as_str(),
    );
    row.push_str(
        ui::filter_menu("Assigned to", f.assigned.title(), f.assigned != Assigned::Any, &ui::menu(&assigned))
            .as_str(),
    );
    row.push_str(more(p).as_str());
    if let Some(member) = &p.listing.member {
        row.push_str(&format!(
            "<a class=\"chip on\" href=\"{}\" aria-label=\"Opened by {1}: remove this filter\"><span>Opened by</span><b>{1}</b></a>",
            esc(&with(f, "member", "")),
            esc(member)
        ));
    }
    if f.is_narrow() {
        row.push_str(&format!("<a class=\"sm\" href=\"{PATH}\">Clear</a>"));
    }
    let order = [
        Choice::new("Newest first", with(f, "sort", ""), !f.longest),
        Choice::new("Longest waiting first", longest(f), f.longest),
    ];
    Markup::raw(format!(
        "<div class=\"filters\">{row}<span class=\"push\">{}</span></div>",
        ui::segmented("Order", &order)
    ))
}

/// The address of those that wait, the longest first: questions without an answer, unless a state is chosen.
fn longest(f: &Filters) -> String {
    let mut f = Filters { longest: true, ..f.clone() };
    if f.state.is_none() {
        (f.state, f.questions) = (Some(State::Unanswered), true);
    }
    format!("{PATH}{}", f.query())
}

/// Channel and days, in a small form.
fn more(p: &ListPage) -> Markup {
    let f = &p.filters;
    let mut names: Vec<(String, String)> = p
        .listing
        .places
        .channels
        .iter()
        .map(|(id, (name, source))| {
            (id.to_string(), format!("{name} ({})", p.listing.places.source(*source)))
        })
        .collect();
    names.sort_by(|a, b| a.1.cmp(&b.1));
    let chosen = f.channels.first().cloned().unwrap_or_default();
    let named = names.iter().find(|n| n.0 == chosen).map_or(chosen.clone(), |n| n.1.clone());
    let mut options = vec![(String::new(), "Any".to_owned())];
    if !chosen.is_empty() && !names.iter().any(|n| n.0 == chosen) {
        options.push((chosen.clone(), chosen.clone()));
    }
    options.extend(names);
    let select = ui::select(&ui::Select {
        label: "Channel",
        name: "channel",
        options: &options,
        value: &chosen,
        ..Default::default()
    });
    let date = |label, name, value: Option<Day>| {
        let value = value.map(|d| d.to_string()).unwrap_or_default();
        ui::field(&ui::Field {
            label,
            name,
            kind: "date",
            value: &value,
            optional: true,
            ..Default::default()
        })
    };
    let kept: String = f
        .pairs()
        .into_iter()
        .filter(|p| !["channel", "from", "to"].contains(&p.0))
        .map(|(n, v)| ui::hidden(n, &v).into_string())
        .collect();
    let form = Markup::raw(format!(
        "<form class=\"popover-form\" method=\"get\" action=\"{PATH}\">{kept}{select}{}{}{}</form>",
        date("Opened since", "from", f.from),
        date("Opened until", "to", f.to),
        ui::button("Apply", Look::Primary),
    ));
    let mut words: Vec<String> = Some(named).filter(|n| !n.is_empty()).into_iter().collect();
    words.extend(f.from.map(|d| format!("since {}", format::day_short(d, true))));
    words.extend(f.to.map(|d| format!("until {}", format::day_short(d, true))));
    let value = if words.is_empty() { format!("Any, {DAYS} days") } else { words.join(", ") };
    ui::filter_menu("Channel and days", &value, !words.is_empty(), &form)
}

fn table(p: &ListPage) -> Markup {
    let rows: String = p.listing.lines.iter().map(|line| row(p, line)).collect();
    Markup::raw(format!(
        "<div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"Conversations\"><table class=\"table flat conversations\" data-list>\
         <caption class=\"sr\">Conversations</caption><thead><tr><th class=\"pick\" scope=\"col\">{}</th><th scope=\"col\">Conversation</th>\
         <th scope=\"col\">State</th><th scope=\"col\" class=\"num c2\">Replies</th><th scope=\"col\" class=\"num c3\">People</th>\
         <th scope=\"col\" class=\"num c2\">First answer after</th><th scope=\"col\" class=\"c3\">Assigned to</th><th scope=\"col\" class=\"num c2\">Opened</th></tr></thead>\
         <tbody>{rows}</tbody></table></div>",
        if p.csrf.is_empty() { Markup::empty() } else { ui::pick_all(BULK) }
    ))
}

/// What a conversation is called.
pub(crate) fn name(line: &Line) -> String {
    let o = &line.thread;
    let text = o.title.as_deref().or(o.text.as_deref()).map(|t| excerpt(t, 110)).unwrap_or_default();
    if text.is_empty() { "A message without text".to_owned() } else { text }
}

fn row(p: &ListPage, line: &Line) -> String {
    let l = &p.listing;
    let t = &line.thread;
    let none = || "<span class=\"faint\">–</span>".to_owned();
    let after = t.answered_at.map_or_else(none, |a| esc(&span(a - t.at)).to_string());
    let assigned = line.assigned.as_ref().map_or_else(none, |a| esc(&a.name).to_string());
    let question = if t.question { ui::badge("Question", ui::Tone::Neutral) } else { Markup::empty() };
    let opened = ago(t.at, l.present, &l.zone);
    format!(
        "<tr data-row><td class=\"pick\">{pick}</td><th scope=\"row\"><span class=\"conv\"><a href=\"{href}\" data-open>{name}</a>\
         <span class=\"sub\">{badge} {place} · {who}<span class=\"narrow-only\"> · {opened}</span> {question}</span></span></th>\
         <td><span class=\"state-cell\">{state}{clock}</span></td><td class=\"num c2\">{replies}</td><td class=\"num c3\">{people}</td>\
         <td class=\"num c2\">{after}</td><td class=\"c3\">{assigned}</td><td class=\"num c2\">{opened}</td></tr>",
        pick = if p.csrf.is_empty() || !p.marks.allows(t.source_id, t.channel_id) {
            Markup::empty()
        } else {
            ui::pick(BULK, &t.conversation.to_string(), &format!("Select {}", name(line)))
        },
        href = esc(&format!("{}{}", href(t.conversation), p.filters.query())),
        name = esc(&name(line)),
        badge = l.places.badge(t.source_id),
        place = esc(&l.places.channel(t.channel_id)),
        who = person_link(&t.author),
        state = state_badge(line.standing.state, t.question),
        clock = clock(&line.standing, line.due, line.old, l.present, &l.zone),
        replies = format::count(u64::from(t.replies)),
        people = format::count(u64::from(t.people)),
    )
}

fn pager(p: &ListPage) -> Markup {
    let place = |at: Option<(Micros, i64)>| format!("{PATH}{}", p.filters.query_after(at));
    let first = if p.filters.after.is_some() { place(None) } else { String::new() };
    let after = p.listing.next.map(|n| place(Some(n))).unwrap_or_default();
    if first.is_empty() && after.is_empty() {
        let n = p.listing.lines.len() as u64;
        return ui::pagination(&ui::Pager {
            text: &format::counted(n, "conversation", "conversations"),
            ..Default::default()
        });
    }
    let n = format::counted(p.listing.lines.len() as u64, "conversation", "conversations");
    let order = if p.filters.longest { "longest waiting first" } else { "newest first" };
    ui::pagination(&ui::Pager { text: &format!("{n} on this page, {order}"), before: &first, after: &after })
}

/// Marks for all chosen rows.
fn bulk(p: &ListPage) -> Markup {
    let back = format!("{PATH}{}", p.filters.query_after(p.filters.after));
    let action = |word, label| {
        Button { label, small: true, attributes: &[("name", "mark"), ("value", word)], ..Default::default() }
            .markup()
    };
    let actions = Markup::join([
        &action("answered", "Answered"),
        &action("not_question", "Not a question"),
        &action("question", "A question"),
        &action("waits_for_asker", "Waits for asker"),
        &action("open", "Open again"),
    ]);
    let shown = p.listing.lines.len() as u64;
    ui::bulk_bar(&ui::Bulk {
        id: BULK,
        action: "/desk/conversations/marks",
        csrf: &p.csrf,
        total: shown,
        fields: &[("back", &back)],
        actions,
    })
}
