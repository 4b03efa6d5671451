//! The list of members.

use super::{Now, PATH, Places, day, marks, nothing, standing_badge, tags, who};
use crate::filters::{Filters, PAGE, Sort, Who};
use crate::members::Line;
use crate::store::tags::Act;
use community::read::Standing;
use std::collections::BTreeMap;
use ui::{Button, Choice, Look, Markup, Pager, Tone, esc, format};

/// The form that the boxes of the rows belong to.
const BULK: &str = "members-bulk";

/// Everything that the page shows.
pub(crate) struct ListPage {
    pub filters: Filters,
    pub now: Now,
    pub lines: Vec<Line>,
    pub earlier: usize,
    pub total: usize,
    pub before: Option<String>,
    pub after: Option<String>,
    pub tags: BTreeMap<String, u64>,
    pub places: Places,
    /// Names of sources and of channels, sorted.
    pub sources: Vec<String>,
    pub channels: Vec<String>,
    pub views: Markup,
    pub last_act: Option<Act>,
    pub csrf: String,
}

/// The body of the page.
pub(crate) fn body(p: &ListPage) -> Markup {
    let csv = format!("{PATH}/csv{}", p.filters.query());
    let actions = Markup::join([
        &Button {
            label: "Suggested links",
            icon: "link",
            href: "/desk/members/suggestions",
            ..Default::default()
        }
        .markup(),
        &Button { label: "Contacts", icon: "send", href: "/desk/contacts", ..Default::default() }.markup(),
        &Button {
            label: "CSV",
            icon: "download",
            href: &csv,
            attributes: &[("download", "")],
            ..Default::default()
        }
        .markup(),
    ]);
    let many = format::counted(p.total as u64, "member", "members");
    let sentence = if p.filters.is_narrow() {
        format!("{many} fit. As of {}, the last activity.", format::day_short(p.now.today, true))
    } else {
        format!(
            "{many} without staff and bots. As of {}, the last activity.",
            format::day_short(p.now.today, true)
        )
    };
    let listing = if p.lines.is_empty() { empty(p) } else { Markup::join([&table(p), &pager(p)]) };
    Markup::join([
        &ui::page_head("Members", &sentence, &actions),
        &undo(p),
        &p.views,
        &filters(p),
        &ui::card("members", "", &Markup::empty(), &listing, &Markup::empty()),
        &bulk(p),
    ])
}

/// The last change of tags, with its way back.
fn undo(p: &ListPage) -> Markup {
    let Some(act) = &p.last_act else { return Markup::empty() };
    let verb = if act.adds { "added to" } else { "removed from" };
    let words = format!("Tag {} {verb} {}.", act.tag, format::counted(act.members, "member", "members"));
    let back = format!("{PATH}{}", p.filters.query());
    let action = format!("/desk/members/tags/{}/undo", act.public_id);
    let form = super::post(&action, &[("csrf", &p.csrf), ("back", &back)], "Undo", Look::Plain);
    let body =
        Markup::raw(format!("<div class=\"row between wrap\"><span>{}</span>{form}</div>", esc(&words)));
    Markup::raw(format!("<div class=\"undo-line\">{}</div>", ui::notice(Tone::Good, "", &body)))
}

fn empty(p: &ListPage) -> Markup {
    if p.filters.is_narrow() {
        let clear = ui::link_button("Show all members", PATH, Look::Primary);
        return ui::empty(
            "users",
            "Nobody fits",
            "Take one of the filters away, or look among everybody.",
            &clear,
        );
    }
    let action = ui::link_button("Import a source", "/desk/sources", Look::Primary);
    ui::empty("users", "No members yet", "Members appear as soon as one export is imported.", &action)
}

/// The address with some pairs changed; an empty value takes a pair away.
fn with(filters: &Filters, name: &'static str, value: &str) -> String {
    let mut pairs = filters.pairs();
    pairs.retain(|p| p.0 != name);
    if !value.is_empty() {
        pairs.push((name, value.to_owned()));
    }
    format!("{PATH}{}", ui::query(&pairs))
}

fn filters(p: &ListPage) -> Markup {
    let f = &p.filters;
    let any = |name: &'static str, chosen: &[String], all: &[String]| -> Markup {
        let mut choices = vec![Choice::new("Any", with(f, name, ""), chosen.is_empty())];
        choices.extend(all.iter().map(|v| Choice::new(v, with(f, name, v), chosen.contains(v))));
        ui::menu(&choices)
    };
    let value = |chosen: &[String]| if chosen.is_empty() { "Any".to_owned() } else { chosen.join(", ") };
    let state_word = |s: &Standing| s.word().to_owned();
    let chosen: Vec<String> = f.states.iter().map(state_word).collect();
    let mut states = vec![Choice::new("Any", with(f, "state", ""), chosen.is_empty())];
    states.extend(Standing::ALL.iter().map(|s| {
        Choice::new(
            format!("{}: {}", s.title(), s.meaning()),
            with(f, "state", s.word()),
            f.states.contains(s),
        )
    }));
    let state_value = value(&f.states.iter().map(|s| s.title().to_owned()).collect::<Vec<_>>());
    let staff: Vec<Choice> = Who::ALL
        .iter()
        .map(|w| {
            let word = if *w == Who::default() { "" } else { w.word() };
            Choice::new(w.title(), with(f, "staff", word), f.who == *w)
        })
        .collect();
    let tag_names: Vec<String> = p.tags.keys().cloned().collect();
    let waiting = format!(
        "<a class=\"chip{}\" href=\"{}\"{}><span>Question waits</span><b>{}</b></a>",
        if f.waiting { " on" } else { "" },
        esc(&with(f, "waiting", if f.waiting { "" } else { "1" })),
        if f.waiting { " aria-current=\"true\"" } else { "" },
        if f.waiting { "yes" } else { "any" },
    );
    let mut row = search(f).into_string();
    row.push_str(ui::filter_menu("State", &state_value, !f.states.is_empty(), &ui::menu(&states)).as_str());
    row.push_str(
        ui::filter_menu(
            "Source",
            &value(&f.sources),
            !f.sources.is_empty(),
            &any("source", &f.sources, &p.sources),
        )
        .as_str(),
    );
    if !tag_names.is_empty() || !f.tags.is_empty() {
        row.push_str(
            ui::filter_menu("Tag", &value(&f.tags), !f.tags.is_empty(), &any("tag", &f.tags, &tag_names))
                .as_str(),
        );
    }
    row.push_str(&waiting);
    row.push_str(
        ui::filter_menu("Staff", f.who.title(), f.who != Who::default(), &ui::menu(&staff)).as_str(),
    );
    row.push_str(more(p).as_str());
    if f.is_narrow() {
        row.push_str(&format!("<a class=\"sm\" href=\"{PATH}\">Clear</a>"));
    }
    Markup::raw(format!("<div class=\"filters\">{row}</div>"))
}

/// Fields for every filter but some, so that a form keeps them.
fn kept(f: &Filters, but: &[&str]) -> String {
    let pairs = f.pairs().into_iter().filter(|p| !but.contains(&p.0));
    pairs.map(|(name, value)| ui::hidden(name, &value).into_string()).collect()
}

fn search(f: &Filters) -> Markup {
    Markup::raw(format!(
        "<form class=\"row tight people-search\" role=\"search\" method=\"get\" action=\"{PATH}\">{}\
         <label class=\"sr\" for=\"q\">Name, handle, e-mail or id</label>\
         <input class=\"input\" id=\"q\" name=\"q\" type=\"search\" value=\"{}\" placeholder=\"Name, handle, e-mail\" autocomplete=\"off\" data-search-box>\
         {}</form>",
        kept(f, &["q"]),
        esc(&f.q),
        Button { label: "Search", icon: "search", icon_only: true, ..Default::default() }.markup()
    ))
}

/// Channel and days, in a small form.
fn more(p: &ListPage) -> Markup {
    let f = &p.filters;
    let mut options = vec![(String::new(), "Any".to_owned())];
    options.extend(p.channels.iter().map(|c| (c.clone(), c.clone())));
    let channel = f.channels.first().cloned().unwrap_or_default();
    let select = ui::select(&ui::Select {
        label: "Active in channel",
        name: "channel",
        options: &options,
        value: &channel,
        ..Default::default()
    });
    let date = |label, name, value: Option<base::Day>| {
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
    let form = Markup::raw(format!(
        "<form class=\"popover-form\" method=\"get\" action=\"{PATH}\">{}{select}{}{}{}</form>",
        kept(f, &["channel", "first_since", "last_before"]),
        date("First active since", "first_since", f.since),
        date("Last active before", "last_before", f.before_day),
        ui::button("Apply", Look::Primary),
    ));
    let mut words: Vec<String> = f.channels.clone();
    words.extend(f.since.map(|d| format!("since {}", format::day_short(d, true))));
    words.extend(f.before_day.map(|d| format!("silent since {}", format::day_short(d, true))));
    let value = if words.is_empty() { "Any".to_owned() } else { words.join(", ") };
    ui::filter_menu("Channel and days", &value, !words.is_empty(), &form)
}

fn head(p: &ListPage) -> String {
    let f = &p.filters;
    // The first order is what a click gives, the second what another click on the same head gives.
    let sorted = |label: &str, class: &str, first: Sort, then: Option<Sort>| {
        let (aria, arrow) = match f.sort {
            s if s == first => (" aria-sort=\"descending\"", "arrow-down"),
            s if Some(s) == then => (" aria-sort=\"ascending\"", "arrow-up"),
            _ => ("", ""),
        };
        let next = if f.sort == first { then.unwrap_or(first) } else { first };
        let word = if next == Sort::default() { "" } else { next.word() };
        let icon = if arrow.is_empty() { Markup::empty() } else { ui::icon_small(arrow) };
        format!(
            "<th scope=\"col\" class=\"{class}\"{aria}><a class=\"sort\" href=\"{}\">{label}{icon}</a></th>",
            esc(&with(f, "sort", word))
        )
    };
    format!(
        "<tr><th class=\"pick\" scope=\"col\">{}</th>\
         <th scope=\"col\">Member</th><th scope=\"col\" class=\"c2\">Sources</th><th scope=\"col\">State</th>\
         <th scope=\"col\" class=\"c3\">Tags</th>{}{}{}</tr>",
        if p.csrf.is_empty() { Markup::empty() } else { ui::pick_all(BULK) },
        sorted("Messages, 30 days", "num c2", Sort::Recent, None),
        sorted("First active", "num c3", Sort::Newest, Some(Sort::Oldest)),
        sorted("Last active", "num", Sort::Last, Some(Sort::LongestSilent)),
    )
}

fn table(p: &ListPage) -> Markup {
    let rows: String = p.lines.iter().map(|line| row(p, line)).collect();
    Markup::raw(format!(
        "<div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"Members\"><table class=\"table flat\" data-list>\
         <caption class=\"sr\">Members</caption><thead>{}</thead><tbody>{rows}</tbody></table></div>",
        head(p)
    ))
}

fn row(p: &ListPage, line: &Line) -> String {
    let mut sources: Vec<&str> = line.identities.iter().map(|i| i.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let badges: String = sources.iter().map(|s| p.places.badge_of(s).into_string()).collect();
    let recent = match line.glance.recent {
        0 => nothing(),
        n => Markup::raw(format!("<data value=\"{n}\">{}</data>", format::count(u64::from(n)))),
    };
    format!(
        "<tr data-row><td class=\"pick\">{pick}</td>\
         <th scope=\"row\"><span class=\"row tight\">{who}{marks}</span></th><td class=\"c2\"><span class=\"row tight\">{badges}</span></td>\
         <td>{state}</td><td class=\"c3\">{tags}</td><td class=\"num c2\">{recent}</td><td class=\"num c3\">{first}</td><td class=\"num\">{last}</td></tr>",
        pick = if p.csrf.is_empty() {
            Markup::empty()
        } else {
            ui::pick(BULK, line.public_id(), &format!("Select {}", line.title()))
        },
        who = who(line),
        marks = marks(line),
        state = standing_badge(line.standing),
        tags = tags(&line.tags),
        first = day(line.glance.first(), p.now),
        last = day(line.glance.last(), p.now),
    )
}

fn pager(p: &ListPage) -> Markup {
    let text = format!(
        "{}\u{a0}to\u{a0}{} of {}",
        format::count(p.earlier as u64 + 1),
        format::count((p.earlier + p.lines.len()) as u64),
        format::count(p.total as u64)
    );
    let step = |name, place: &Option<String>| {
        place.as_ref().map_or_else(String::new, |place| {
            let mut pairs = p.filters.pairs();
            pairs.push((name, place.clone()));
            format!("{PATH}{}", ui::query(&pairs))
        })
    };
    let before = if p.earlier > 0 && p.earlier <= PAGE {
        format!("{PATH}{}", p.filters.query())
    } else {
        step("before", &p.before)
    };
    ui::pagination(&Pager { text: &text, before: &before, after: &step("after", &p.after) })
}

/// The bar of the selection: tags for the chosen, or for all that fit.
fn bulk(p: &ListPage) -> Markup {
    if p.lines.is_empty() || p.csrf.is_empty() {
        return Markup::empty();
    }
    let known: String = p.tags.keys().map(|t| format!("<option value=\"{}\"></option>", esc(t))).collect();
    let act = |label, value: &str| {
        Button { label, small: true, attributes: &[("name", "act"), ("value", value)], ..Default::default() }
            .markup()
    };
    let actions = Markup::raw(format!(
        "<noscript><label class=\"check\"><input class=\"box\" type=\"checkbox\" name=\"all\" value=\"1\"><span>All {} that fit</span></label></noscript>\
         <label class=\"sr\" for=\"bulk-tag\">Tag</label>\
         <input class=\"input\" id=\"bulk-tag\" name=\"tag\" list=\"known-tags\" placeholder=\"Tag\" maxlength=\"40\" autocomplete=\"off\" required>\
         <datalist id=\"known-tags\">{known}</datalist>{}{}",
        format::count(p.total as u64),
        act("Add tag", "add"),
        act("Remove tag", "remove"),
    ));
    ui::bulk_bar(&ui::Bulk {
        id: BULK,
        action: "/desk/members/tags",
        csrf: &p.csrf,
        total: p.total as u64,
        fields: &[("query", p.filters.query().trim_start_matches('?'))],
        actions,
    })
}

/// What a change of tags on everybody who fits would do, before it is done.
pub(crate) struct Preview<'a> {
    pub adds: bool,
    pub tag: &'a str,
    pub total: usize,
    /// How many have the tag already.
    pub have: usize,
    pub query: &'a str,
    pub csrf: &'a str,
}

/// The question before it.
pub(crate) fn preview(p: &Preview<'_>) -> Markup {
    let total = format::counted(p.total as u64, "member", "members");
    let changed = if p.adds { p.total - p.have } else { p.have };
    let changed = format::counted(changed as u64, "member", "members");
    let (title, label, have) = if p.adds {
        (format!("Add the tag {} to {total}?", p.tag), format!("Add to {changed}"), "have it already")
    } else {
        (format!("Remove the tag {} from {total}?", p.tag), format!("Remove from {changed}"), "have it")
    };
    let body = Markup::text(&format!(
        "{} of them {have}. It can be taken back afterwards.",
        format::count(p.have as u64)
    ));
    let back = if p.query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{}", p.query) };
    ui::confirm(&ui::Confirm {
        title: &title,
        body: Markup::raw(format!("<p>{body}</p>")),
        label: &label,
        action: "/desk/members/tags",
        back: &back,
        fields: &[
            ("csrf", p.csrf),
            ("query", p.query),
            ("all", "1"),
            ("sure", "1"),
            ("tag", p.tag),
            ("act", if p.adds { "add" } else { "remove" }),
        ],
        danger: false,
    })
}
