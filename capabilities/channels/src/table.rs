//! The list of channels, and the same as CSV.

use crate::PATH;
use crate::gather::Channels;
use crate::model::{Filters, Line, SPANS, Sort, State, metric_page};
use base::{Micros, Zone};
use ui::{Button, Choice, Column, Look, Markup, Tone, esc, format};

/// The body of the page.
pub(crate) fn body(all: &Channels, filters: &Filters, views: &Markup) -> Markup {
    if all.now.is_none() && filters.source.is_empty() {
        let action = ui::link_button("Import a source", "/desk/sources", Look::Primary);
        let empty = ui::empty("hash", "No channels yet", "Channels appear with the first import.", &action);
        return Markup::join([
            &ui::page_head("Channels", "Where the community talks.", &Markup::empty()),
            &ui::card("", "", &Markup::empty(), &empty, &Markup::empty()),
        ]);
    }
    let csv = format!("{PATH}/csv{}", filters.query());
    let download = Button {
        label: "CSV",
        icon: "download",
        href: &csv,
        attributes: &[("download", "")],
        ..Default::default()
    };
    let lines = all.fitting(filters);
    let sentence = format!(
        "{} over {} days, {} to {}, the last activity.",
        format::counted(lines.len() as u64, "channel", "channels"),
        filters.days,
        format::day_short(all.from, false),
        format::day_short(all.to, true)
    );
    let list = if lines.is_empty() {
        let action = ui::link_button("Show all channels", PATH, Look::Primary);
        ui::empty("hash", "No channel fits", "Take one of the filters away.", &action)
    } else {
        table(all, &lines, filters.sort)
    };
    Markup::join([
        &ui::page_head("Channels", &sentence, &download.markup()),
        views,
        &filter_row(all, filters),
        &ui::card("channels", "", &Markup::empty(), &list, &Markup::empty()),
        &rules(),
    ])
}

fn with(filters: &Filters, change: impl FnOnce(&mut Filters)) -> String {
    let mut changed = filters.clone();
    change(&mut changed);
    format!("{PATH}{}", changed.query())
}

fn filter_row(all: &Channels, f: &Filters) -> Markup {
    let mut sources = vec![Choice::new("All", with(f, |f| f.source.clear()), f.source.is_empty())];
    let chosen = |(name, id): &(String, String)| f.source == *name || f.source == *id;
    sources.extend(
        all.sources.iter().map(|s| Choice::new(&s.0, with(f, |f| f.source.clone_from(&s.1)), chosen(s))),
    );
    let source = all.sources.iter().find(|s| chosen(s)).map_or("All", |s| s.0.as_str());
    let days: Vec<Choice> = SPANS
        .iter()
        .map(|n| Choice::new(format!("{n} days"), with(f, |f| f.days = *n), f.days == *n))
        .collect();
    let mut states = vec![Choice::new("Any", with(f, |f| f.state = None), f.state.is_none())];
    states.extend(State::ALL.iter().map(|s| {
        let label = format!("{} ({})", s.title(), all.count(*s));
        Choice::new(label, with(f, |f| f.state = Some(*s)), f.state == Some(*s))
    }));
    let sorts: Vec<Choice> =
        Sort::ALL.iter().map(|s| Choice::new(s.title(), with(f, |f| f.sort = *s), f.sort == *s)).collect();
    let menus = Markup::join([
        &ui::filter_menu("Source", source, !f.source.is_empty(), &ui::menu(&sources)),
        &ui::filter_menu("Last", &format!("{} days", f.days), f.days != crate::model::DAYS, &ui::menu(&days)),
        &ui::filter_menu("State", f.state.map_or("Any", State::title), f.state.is_some(), &ui::menu(&states)),
        &ui::filter_menu("Sort", f.sort.title(), f.sort != Sort::default(), &ui::menu(&sorts)),
    ]);
    Markup::raw(format!("<div class=\"filters row wrap\">{menus}</div>"))
}

/// On a narrow screen the name and what the list is sorted by stay.
fn columns(sort: Sort) -> [Column<'static>; 8] {
    let by = |label, of: Sort, rank| Column { label, number: true, rank: if sort == of { 1 } else { rank } };
    let messages = if matches!(sort, Sort::Messages | Sort::Name) { 1 } else { 2 };
    [
        Column { label: "Channel", number: false, rank: 1 },
        Column { label: "State", number: false, rank: 2 },
        by("Members", Sort::Actives, 2),
        Column { label: "Messages", number: true, rank: messages },
        Column { label: "12 weeks", number: false, rank: 3 },
        by("Answered in 24 h", Sort::Answered, 2),
        by("Half answered in", Sort::Median, 2),
        by("Last activity", Sort::Last, 3),
    ]
}

fn table(all: &Channels, lines: &[Line], sort: Sort) -> Markup {
    let now = all.now.unwrap_or_default();
    let rows = lines
        .iter()
        .map(|l| {
            let link = |metric: &str, text: String| {
                Markup::raw(format!(
                    "<a class=\"quiet-link\" href=\"{}\">{text}</a>",
                    metric_page(metric, l, all.from, all.to)
                ))
            };
            vec![
                name(l),
                state(l, now),
                link("active_members", format::count(l.actives)),
                link("messages", format::count(l.messages)),
                spark(&l.weeks),
                answered(l, all),
                half(l, all),
                last(l, now, &all.zone),
            ]
        })
        .collect();
    ui::table(&ui::Table { caption: "Channels", columns: &columns(sort), rows })
}

fn name(l: &Line) -> Markup {
    let lock = if l.private {
        format!(
            " <span class=\"muted\" title=\"Private\">{}<span class=\"sr\">private</span></span>",
            ui::icon_small("lock")
        )
    } else {
        String::new()
    };
    Markup::raw(format!(
        "<span class=\"channel-name\">{} <a href=\"{PATH}/{}\">{}</a>{lock}</span>",
        ui::source_badge(&l.network, &l.source),
        l.channel_id,
        esc(&l.name)
    ))
}

/// A badge with the word; steady needs none.
pub(crate) fn state(l: &Line, now: Micros) -> Markup {
    let state = State::of(l, now);
    let tone = match state {
        State::New => Tone::Info,
        State::Dying => Tone::Warn,
        State::Silent => Tone::Neutral,
        State::Steady => return Markup::raw("<span class=\"muted\">Steady</span>".to_owned()),
    };
    ui::badge(state.title(), tone)
}

/// The share with its interval and n; why there is none.
pub(crate) fn answered(l: &Line, all: &Channels) -> Markup {
    let Some(value) = l.answered.value else {
        let why = if l.why.is_empty() { "no question that old" } else { l.why.as_str() };
        return Markup::raw(format!("<span class=\"muted\" title=\"{}\">–</span>", esc(why)));
    };
    let range = match (l.answered.low, l.answered.high) {
        (Some(low), Some(high)) => format!("{}, 95 % interval, ", format::share_range(low, high)),
        _ => String::new(),
    };
    Markup::raw(format!(
        "<a class=\"quiet-link\" href=\"{}\" title=\"{range}n = {}\">{}</a>",
        metric_page("answered_rate", l, all.from, all.to),
        format::count(l.answered.n),
        format::share(value)
    ))
}

/// After what time half of all conversations had their first answer, and how many had one at all.
fn half(l: &Line, all: &Channels) -> Markup {
    if l.opened == 0 {
        return Markup::raw("<span class=\"muted\">–</span>".to_owned());
    }
    Markup::raw(format!(
        "<a class=\"quiet-link\" href=\"{}\">{}</a><span class=\"sub\">{} of {}</span>",
        metric_page("time_to_first_response", l, all.from, all.to),
        half_words(l),
        format::count(l.replied),
        format::count(l.opened)
    ))
}

/// When half were answered, in words.
pub(crate) fn half_words(l: &Line) -> String {
    match l.half {
        Some(seconds) => format::duration(seconds),
        None if l.opened > 0 => "not half yet".to_owned(),
        None => "–".to_owned(),
    }
}

pub(crate) fn last(l: &Line, now: Micros, zone: &Zone) -> Markup {
    let Some(at) = l.last else { return Markup::raw("<span class=\"muted\">never</span>".to_owned()) };
    let day = zone.day_of(at);
    let words = match zone.day_of(now).0 - day.0 {
        i32::MIN..=0 => "same day".to_owned(),
        1 => "1 day before".to_owned(),
        n @ 2..=60 => format!("{n} days before"),
        _ => format::day_short(day, true),
    };
    Markup::raw(format!("<time datetime=\"{day}\" title=\"{}\">{words}</time>", format::day_long(day)))
}

/// Twelve bars; the last week is hatched, as it is not over.
pub(crate) fn spark(weeks: &[u64]) -> Markup {
    let most = weeks.iter().copied().max().unwrap_or(0).max(1);
    let bars: String = weeks
        .iter()
        .enumerate()
        .map(|(i, n)| {
            let height = (*n as f64 / most as f64 * 20.0).max(if *n > 0 { 1.0 } else { 0.0 });
            let open = if i + 1 == weeks.len() { " class=\"open\"" } else { "" };
            format!(
                "<rect{open} x=\"{}\" y=\"{:.1}\" width=\"5\" height=\"{height:.1}\"/>",
                i * 7,
                20.0 - height
            )
        })
        .collect();
    let figures: Vec<String> = weeks.iter().map(u64::to_string).collect();
    Markup::raw(format!(
        "<svg class=\"spark\" viewBox=\"0 0 84 20\" width=\"84\" height=\"20\" role=\"img\" aria-label=\"Messages by week: {}\">{bars}</svg>",
        figures.join(", ")
    ))
}

fn rules() -> Markup {
    let rules: String =
        State::ALL[..3].iter().map(|s| format!("<dt>{}</dt><dd>{}</dd>", s.title(), s.rule())).collect();
    Markup::raw(format!(
        "<details class=\"rules sm muted\"><summary>How a channel's state is judged</summary><dl class=\"facts\">{rules}</dl>\
         <p><b>Half answered in</b> is the time after which half of all conversations opened in these days had their first answer, and how many had one at all. Who still waits counts as waiting, so that a channel that answers few, but those at once, does not look fast.</p>\
         <p>Members, messages and answers are the metrics of Health for the channel and these days: each figure leads there.</p></details>"
    ))
}

/// The list as a file.
pub(crate) fn csv(all: &Channels, filters: &Filters) -> String {
    let now = all.now.unwrap_or_default();
    let mut file = base::csv::File::new(&[
        "channel",
        "source",
        "state",
        "members",
        "messages",
        "answered_24h",
        "answered_low",
        "answered_high",
        "answered_n",
        "median_answer_s",
        "half_answered_s",
        "answered",
        "conversations",
        "first",
        "last",
    ]);
    let real = |file: &mut base::csv::File, value: Option<f64>| match value {
        Some(v) => {
            file.figure(v);
        }
        None => {
            file.empty();
        }
    };
    for l in all.fitting(filters) {
        file.text(&l.name).text(&l.source).text(State::of(&l, now).word());
        file.figure(l.actives).figure(l.messages);
        for value in [l.answered.value, l.answered.low, l.answered.high] {
            real(&mut file, value);
        }
        file.figure(l.answered.n);
        real(&mut file, l.median);
        real(&mut file, l.half);
        file.figure(l.replied).figure(l.opened);
        for at in [l.first, l.last] {
            file.text(&at.map(|at| all.zone.day_of(at).to_string()).unwrap_or_default());
        }
        file.end();
    }
    file.take()
}
