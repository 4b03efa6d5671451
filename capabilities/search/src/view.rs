//! The page's body.

use crate::PATH;
use crate::model::{Asked, Found, Page, Type};
use community::search::{Hit, Hits, MemberHit, Piece, Query};
use community::sources::Channel;
use ui::{Button, Choice, Column, Field, Look, Markup, Select, Table, Tone, esc, format};

/// The whole body.
pub(crate) fn page(asked: &Asked, found: &Found) -> Markup {
    let sentence = "Messages by their words, members and channels by their names.";
    Markup::join([
        &ui::page_head("Search", sentence, &Markup::empty()),
        &form(asked, found),
        &Markup::raw(format!("<div id=\"results\" class=\"found\">{}</div>", results(asked, found))),
    ])
}

/// The box, and the fields behind "Filters". One form, so that all of it is sent together.
fn form(asked: &Asked, found: &Found) -> Markup {
    let wrong = found.page.as_ref().err().map_or(String::new(), |e| {
        format!(
            "<p class=\"error\" id=\"q-error\" role=\"alert\">{}<span>{}</span></p>",
            ui::icon("circle-alert"),
            esc(&e.message)
        )
    });
    let tied = if wrong.is_empty() {
        "aria-describedby=\"q-hint\""
    } else {
        "aria-describedby=\"q-error\" aria-invalid=\"true\""
    };
    let kept: String = [
        (asked.kind != Type::Messages).then(|| ui::hidden("type", asked.kind.word())),
        asked.newest.then(|| ui::hidden("sort", "newest")),
    ]
    .into_iter()
    .flatten()
    .map(Markup::into_string)
    .collect();
    let set = asked.filters().len() - Query::typed_filters(&asked.q).len();
    let value = if set == 0 { "none".to_owned() } else { format!("{set} set") };
    Markup::raw(format!(
        "<form class=\"search-form\" role=\"search\" method=\"get\" action=\"{PATH}\">{kept}\
         <div class=\"row\"><label class=\"sr\" for=\"q\">Search for</label>\
         <input class=\"input grow\" id=\"q\" name=\"q\" type=\"search\" value=\"{}\" autocomplete=\"off\" spellcheck=\"false\" \
          maxlength=\"400\" placeholder=\"Words, a name, a channel\" data-search-box {tied} \
          hx-get=\"{PATH}\" hx-trigger=\"input changed delay:350ms\" hx-include=\"closest form\" hx-target=\"#results\" \
          hx-select=\"#results\" hx-swap=\"outerHTML\" hx-replace-url=\"true\">{}</div>{wrong}\
         <div class=\"row wrap between\"><p class=\"hint\" id=\"q-hint\">All words must be there. <code>\"as a phrase\"</code> \
          <code>begin*</code> <code>-without</code> <code>from:ana</code> <code>in:general</code> <code>after:2026-03</code> \
          <code>is:unanswered</code></p>{}</div></form>",
        esc(&asked.q),
        Button { label: "Search", icon: "search", look: Look::Primary, ..Default::default() }.markup(),
        ui::filter_menu("Filters", &value, set > 0, &fields(asked, found)),
    ))
}

fn fields(asked: &Asked, found: &Found) -> Markup {
    let text = |label, name, value, hint, list: &'static str| {
        let attributes = [("list", list)];
        let attributes: &[(&str, &str)] = if list.is_empty() { &[] } else { &attributes };
        ui::field(&Field { label, name, value, hint, optional: true, attributes, ..Default::default() })
    };
    let day = |label, name, value| {
        ui::field(&Field { label, name, value, kind: "date", optional: true, ..Default::default() })
    };
    let mut sources = vec![(String::new(), "Any".to_owned())];
    sources.extend(found.sources.iter().map(|s| (s.name.clone(), s.name.clone())));
    let channels: String =
        found.channels.iter().take(500).map(|c| format!("<option value=\"{}\">", esc(&c.name))).collect();
    let source = ui::select(&Select {
        label: "Source",
        name: "source",
        options: &sources,
        value: &asked.source,
        ..Default::default()
    });
    let button = Button { label: "Apply", look: Look::Plain, ..Default::default() }.markup();
    Markup::raw(format!(
        "<div class=\"popover-form\">{}{}<datalist id=\"channel-names\">{channels}</datalist>{source}\
         <div class=\"pair\">{}{}</div>{}{button}</div>",
        text("Written by", "from", &asked.from, "A name, handle or e-mail address", ""),
        text("In channel", "in", &asked.channel, "", "channel-names"),
        day("From", "after", &asked.after),
        day("Before", "before", &asked.before),
        ui::check("Opened a conversation that nobody answered", "unanswered", "1", asked.unanswered),
    ))
}

/// What changes while one types.
fn results(asked: &Asked, found: &Found) -> Markup {
    let nothing_asked = asked.q.is_empty() && asked.filters().is_empty();
    if nothing_asked {
        return Markup::join([&completeness(found), &start(asked)]);
    }
    let body = match &found.page {
        Err(_) => ui::empty(
            "search",
            "Nothing was searched",
            "Mend what is said above and search again.",
            &Markup::empty(),
        ),
        Ok(Page::Messages(hits)) if hits.hits.is_empty() => no_messages(asked, found),
        Ok(Page::Messages(hits)) => messages(asked, found, hits),
        Ok(Page::Members(members, _)) if members.is_empty() => no_names(asked, found, "member"),
        Ok(Page::Members(members, all)) => names(asked, found, member_table(members), *all),
        Ok(Page::Channels(channels, _)) if channels.is_empty() => no_names(asked, found, "channel"),
        Ok(Page::Channels(channels, all)) => names(asked, found, channel_table(channels, found), *all),
    };
    Markup::join([&tabs(asked, found), &chips(asked), &completeness(found), &body])
}

fn tabs(asked: &Asked, found: &Found) -> Markup {
    let choices: Vec<Choice> = Type::ALL
        .into_iter()
        .zip(found.counts)
        .map(|(kind, count)| {
            let label = match count {
                Some((n, more)) => {
                    format!("{} {}{}", kind.title(), format::count(n as u64), if more { "+" } else { "" })
                }
                None => kind.title().to_owned(),
            };
            Choice::new(label, format!("{PATH}{}", asked.on(kind).address()), kind == asked.kind)
        })
        .collect();
    ui::tabs("What was found", &choices)
}

/// Filters that are set, each with a way to take it out, and the order.
fn chips(asked: &Asked) -> Markup {
    let mut out = String::new();
    for (words, without) in asked.filters() {
        out.push_str(&format!(
            "<a class=\"chip on\" href=\"{PATH}{}\"><span class=\"sr\">Remove the filter </span><b>{}</b>{}</a>",
            esc(&without.address()),
            esc(&words),
            ui::icon_small("x")
        ));
    }
    let mut end = String::new();
    if asked.kind == Type::Messages {
        let order = |label: &str, newest: bool| {
            let there = Asked { newest, cursor: String::new(), ..asked.clone() };
            Choice::new(label, format!("{PATH}{}", there.address()), asked.newest == newest)
        };
        end.push_str(ui::segmented("Order", &[order("Best", false), order("Newest", true)]).as_str());
    }
    let file = Asked { cursor: String::new(), ..asked.clone() };
    let href = format!("{PATH}/csv{}", file.address());
    end.push_str(
        Button {
            label: "CSV",
            icon: "download",
            href: &href,
            small: true,
            attributes: &[("download", "")],
            ..Default::default()
        }
        .markup()
        .as_str(),
    );
    Markup::raw(format!("<div class=\"row wrap found-bar\">{out}<span class=\"row push\">{end}</span></div>"))
}

/// While the index fills: back to when it is complete.
fn completeness(found: &Found) -> Markup {
    if found.state.complete {
        return Markup::empty();
    }
    let words = match found.state.back_to {
        Some(at) => {
            let day = format::day_long(found.zone().day_of(at).plus(1));
            format!("Search is complete back to {day}; older messages follow.")
        }
        None => "Messages are being indexed, the newest first; search finds them as they come.".to_owned(),
    };
    ui::notice(Tone::Info, "", &Markup::text(&words))
}

fn start(asked: &Asked) -> Markup {
    let text = match asked.kind {
        Type::Messages => {
            "Every message of every source is searched, titles too. Accents and case make no difference."
        }
        Type::Members => "Part of a name, a handle or an e-mail address finds members.",
        Type::Channels => "Part of a name finds channels.",
    };
    ui::empty("search", "Type what you look for", text, &Markup::empty())
}

fn no_messages(asked: &Asked, found: &Found) -> Markup {
    let filters = asked.filters();
    let only = asked.query().ok().and_then(|q| q.only_word().map(str::to_owned));
    let (text, action) = match (filters.last(), only) {
        (Some((words, without)), _) => {
            let label = format!("Remove “{words}”");
            ("No message has all of these words under these filters.", link(&label, without))
        }
        (None, Some(word)) => {
            let wider = Asked { q: format!("{word}*"), cursor: String::new(), ..asked.clone() };
            (
                "No message has exactly this word.",
                link(&format!("Search for what begins with “{word}”"), &wider),
            )
        }
        (None, None) => (
            "No message has all of these words. Leave one out, or write its beginning and a *.",
            Markup::empty(),
        ),
    };
    let other = elsewhere(asked, found);
    ui::empty("search", "Nothing found", text, &Markup::join([&action, &other]))
}

fn no_names(asked: &Asked, found: &Found, noun: &str) -> Markup {
    let text = format!("No {noun} has this in its name. Names are searched without filters.");
    ui::empty("search", "Nothing found", &text, &elsewhere(asked, found))
}

/// The other tabs on which something was found.
fn elsewhere(asked: &Asked, found: &Found) -> Markup {
    let mut out = Markup::empty();
    for (kind, count) in Type::ALL.into_iter().zip(found.counts) {
        if kind != asked.kind && count.is_some_and(|(n, _)| n > 0) {
            let label = format!("Look at {}", kind.title().to_lowercase());
            out.push(&link(&label, &asked.on(kind)));
        }
    }
    out
}

fn link(label: &str, there: &Asked) -> Markup {
    ui::link_button(label, &format!("{PATH}{}", there.address()), Look::Plain)
}

fn messages(asked: &Asked, found: &Found, hits: &Hits) -> Markup {
    let items: String = hits.hits.iter().map(|h| item(h, found).into_string()).collect();
    let said = match (asked.cursor.is_empty(), hits.more) {
        (true, true) => format!("More than {} messages", format::count(hits.found as u64)),
        (true, false) => format::counted(hits.found as u64, "message", "messages"),
        (false, _) => "Further messages".to_owned(),
    };
    Markup::raw(format!(
        "<p class=\"sr\" role=\"status\">{said} found.</p><ol class=\"found-list\">{items}</ol>{}",
        foot(asked, found)
    ))
}

fn item(hit: &Hit, found: &Found) -> Markup {
    let source = found.source(hit.source_id);
    let badge = source.map_or(Markup::empty(), |s| ui::source_badge(&s.format, &s.name));
    let channel = found.channel(hit.channel_id).map_or(String::new(), |c| {
        format!("<a href=\"/desk/channels/{}\">{}</a>", c.channel_id, esc(&c.name))
    });
    let author = match (&hit.author, &hit.member) {
        (Some(a), Some(member)) => {
            format!("<a class=\"strong\" href=\"/desk/members/{}\">{}</a>", esc(member), esc(a.title()))
        }
        (Some(a), None) => format!("<span class=\"strong\">{}</span>", esc(a.title())),
        _ => "<span>Nobody named</span>".to_owned(),
    };
    let reactions = match hit.reactions {
        n if n > 0 => format!("<span>{}</span>", format::counted(n as u64, "reaction", "reactions")),
        _ => String::new(),
    };
    let at_source = match (&hit.permalink, source) {
        (Some(url), Some(s)) => format!(
            "<a class=\"found-out\" href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{}Open in {}</a>",
            esc(url),
            ui::icon_small("external-link"),
            esc(&s.name)
        ),
        _ => String::new(),
    };
    let href = hit.conversation_id.map(|c| format!("/desk/conversations/{c}#m{}", hit.seq));
    let linked = |class: &str, text: &str| match &href {
        Some(href) => format!("<a class=\"{class}\" href=\"{}\">{text}</a>", esc(href)),
        None => format!("<span class=\"{class}\">{text}</span>"),
    };
    let text = marked(&hit.excerpt);
    let body = match &hit.title {
        Some(title) if text.is_empty() => linked("found-title", &marked(title)),
        Some(title) => format!("{}<p class=\"found-text\">{text}</p>", linked("found-title", &marked(title))),
        None => linked("found-text", &text),
    };
    Markup::raw(format!(
        "<li class=\"found-item\"><div class=\"found-meta\">{badge}{author}<span>in {channel}</span>{}{reactions}{at_source}</div>{body}</li>",
        ui::time(hit.at, found.zone())
    ))
}

/// A text with its marks, safe.
fn marked(pieces: &[Piece]) -> String {
    let one =
        |p: &Piece| if p.hit { format!("<mark>{}</mark>", esc(&p.text)) } else { esc(&p.text).to_string() };
    pieces.iter().map(one).collect()
}

fn foot(asked: &Asked, found: &Found) -> Markup {
    let mut out = String::new();
    if !asked.cursor.is_empty() {
        out.push_str(link("To the first page", &asked.on(asked.kind)).as_str());
    }
    if !found.next.is_empty() {
        let next = Asked { cursor: found.next.clone(), ..asked.clone() };
        let href = format!("{PATH}{}", next.address());
        let button = Button {
            label: if asked.kind == Type::Messages { "More messages" } else { "More names" },
            icon: "chevron-right",
            href: &href,
            attributes: &[("rel", "next")],
            ..Default::default()
        };
        out.push_str(button.markup().as_str());
    }
    if out.is_empty() {
        Markup::empty()
    } else {
        Markup::raw(format!("<nav class=\"row wrap found-foot\" aria-label=\"Pages\">{out}</nav>"))
    }
}

fn names(asked: &Asked, found: &Found, table: Markup, all: usize) -> Markup {
    let noun = asked.kind.word();
    Markup::raw(format!(
        "<p class=\"sr\" role=\"status\">{} found.</p><section class=\"card\">{table}</section>{}",
        format::counted(all as u64, noun.trim_end_matches('s'), noun),
        foot(asked, found)
    ))
}

fn member_table(members: &[MemberHit]) -> Markup {
    let columns = [
        Column { label: "Member", ..Default::default() },
        Column { label: "Handle", rank: 2, ..Default::default() },
        Column { label: "E-mail", rank: 3, ..Default::default() },
        Column { label: "Source", ..Default::default() },
        Column { label: "Identities", number: true, rank: 2 },
    ];
    let dash = |t: &Option<String>| Markup::text(t.as_deref().unwrap_or("–"));
    let row = |m: &MemberHit| {
        let badge = match (m.identity.bot, m.identity.staff) {
            (true, _) => ui::badge("Bot", Tone::Neutral).into_string(),
            (_, true) => ui::badge("Staff", Tone::Neutral).into_string(),
            _ => String::new(),
        };
        vec![
            Markup::raw(format!(
                "<a href=\"/desk/members/{}\">{}</a> {badge}",
                esc(&m.id),
                esc(m.identity.title())
            )),
            dash(&m.identity.handle),
            dash(&m.identity.email),
            Markup::text(&m.identity.source),
            Markup::text(&format::count(m.others as u64 + 1)),
        ]
    };
    ui::table(&Table { caption: "Members found", columns: &columns, rows: members.iter().map(row).collect() })
}

fn channel_table(channels: &[Channel], found: &Found) -> Markup {
    let columns = [
        Column { label: "Channel", ..Default::default() },
        Column { label: "Category", rank: 2, ..Default::default() },
        Column { label: "Source", ..Default::default() },
        Column { label: "Last activity", rank: 2, ..Default::default() },
    ];
    let row = |c: &Channel| {
        vec![
            Markup::raw(format!("<a href=\"/desk/channels/{}\">{}</a>", c.channel_id, esc(&c.name))),
            Markup::text(c.category.as_deref().unwrap_or("–")),
            Markup::text(found.source(c.source_id).map_or("–", |s| &s.name)),
            c.span.map_or(Markup::text("–"), |s| ui::time(s.1, found.zone())),
        ]
    };
    ui::table(&Table {
        caption: "Channels found",
        columns: &columns,
        rows: channels.iter().map(row).collect(),
    })
}
