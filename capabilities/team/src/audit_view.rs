//! How the audit log looks.

use crate::audit::PATH;
use crate::audit_filters::Filters;
use crate::store::Known;
use access::audit::AuditEntry;
use base::{Micros, Zone};
use capability::Principal;
use capability::settings_page::form_card;
use ui::{Button, Choice, Look, Markup, Select, Tone, esc, format};

/// What the page shows.
pub(crate) struct Shown {
    pub filters: Filters,
    pub community: String,
    /// How many years are kept; empty for ever.
    pub years: String,
    pub zone: Zone,
    pub known: Vec<Known>,
    pub entries: Vec<AuditEntry>,
    pub next: Option<i64>,
    /// The newest entry: number, time, link.
    pub newest: Option<(i64, Micros, String)>,
    /// How many entries hold, or what is wrong; nothing when nobody asked.
    pub verdict: Option<std::result::Result<u64, String>>,
    pub areas: Vec<(&'static str, &'static str)>,
}

const KEPT: [(&str, &str); 4] = [("", "for ever"), ("1", "1 year"), ("2", "2 years"), ("5", "5 years")];

/// A number of years in words.
pub(crate) fn years_words(years: &str) -> &'static str {
    KEPT.iter().find(|k| k.0 == years).map_or("for ever", |k| k.1)
}

/// The body of the page.
pub(crate) fn body(s: &Shown, by: &Principal) -> Markup {
    let csv = format!("{PATH}/csv{}", ui::query(&s.filters.pairs()));
    let csv = Button {
        label: "CSV",
        icon: "download",
        href: &csv,
        small: true,
        attributes: &[("download", "")],
        ..Button::default()
    };
    let list = if s.entries.is_empty() { empty(s) } else { Markup::join([&entries(s), &pager(s)]) };
    Markup::join([
        &filters(s),
        &ui::card("", "Entries", &csv.markup(), &list, &Markup::empty()),
        &chain(s),
        &retention(s, by),
    ])
}

fn filters(s: &Shown) -> Markup {
    let f = &s.filters;
    let href = |name, value: &str| format!("{PATH}{}", f.with(name, value));
    let mut people = vec![Choice::new("Anybody", href("who", ""), f.who.is_empty())];
    people.extend(s.known.iter().map(|k| {
        let gone = if k.removed { " (removed)" } else { "" };
        Choice::new(format!("{}{gone}", k.name), href("who", &k.public_id), f.who == k.public_id)
    }));
    let mut areas = vec![Choice::new("Everything", href("area", ""), f.area.is_empty())];
    areas.push(Choice::new("Sign-in", href("area", "access"), f.area == "access"));
    areas.extend(
        s.areas
            .iter()
            .filter(|a| a.0 != "access")
            .map(|(id, title)| Choice::new(*title, href("area", id), f.area == *id)),
    );
    let who = s.known.iter().find(|k| k.public_id == f.who).map_or("anybody", |k| k.name.as_str());
    let area = areas.iter().find(|c| c.current).map_or("everything", |c| c.label.as_str());
    let about = if f.subject.is_empty() {
        Markup::empty()
    } else {
        Markup::raw(format!(
            "<a class=\"chip on\" href=\"{}\"><span>About</span><b>{}</b><span class=\"sr\">, take this filter away</span></a>",
            esc(&href("subject", "")),
            esc(&f.subject)
        ))
    };
    Markup::raw(format!(
        "<div class=\"filters row wrap\">{}{}{about}</div>{}",
        ui::filter_menu("Who", who, !f.who.is_empty(), &ui::menu(&people)),
        ui::filter_menu("Area", area, !f.area.is_empty(), &ui::menu(&areas)),
        words_and_days(f)
    ))
}

fn words_and_days(f: &Filters) -> Markup {
    let kept = f.pairs().into_iter().filter(|p| ["who", "area", "subject"].contains(&p.0));
    let kept: String = kept.map(|(name, value)| ui::hidden(name, &value).into_string()).collect();
    let day = |d: Option<base::Day>| d.map(|d| d.to_string()).unwrap_or_default();
    let input = |label: &str, name: &str, kind: &str, value: &str| {
        format!(
            "<div class=\"field\"><label for=\"audit-{name}\">{label}</label><input class=\"input\" id=\"audit-{name}\" name=\"{name}\" \
             type=\"{kind}\" value=\"{}\" maxlength=\"200\"></div>",
            esc(value)
        )
    };
    Markup::raw(format!(
        "<form class=\"audit-ask\" method=\"get\" action=\"{PATH}\">{kept}{}{}{}{}</form>",
        input("Words", "q", "search", &f.text),
        input("From", "from", "date", &day(f.from)),
        input("To", "to", "date", &day(f.to)),
        ui::button("Show", Look::Plain)
    ))
}

fn empty(s: &Shown) -> Markup {
    if s.filters.is_narrow() {
        let clear = ui::link_button("Show everything", PATH, Look::Primary);
        return ui::empty("history", "No entry fits", "Take one of the filters away.", &clear);
    }
    ui::empty("history", "Nothing yet", "The first change will stand here.", &Markup::empty())
}

fn entries(s: &Shown) -> Markup {
    let rows: String = s.entries.iter().map(|e| entry(e, s)).collect();
    Markup::raw(format!("<ol class=\"list audit-list\" reversed>{rows}</ol>"))
}

fn entry(e: &AuditEntry, s: &Shown) -> String {
    let who = if e.who.is_empty() { "Somebody whose name was erased" } else { &e.who };
    let known = e.account.and_then(|id| s.known.iter().find(|k| k.id == id));
    let who = match known {
        Some(k) => format!(
            "<a href=\"{PATH}{}\" title=\"{}\">{}</a>",
            esc(&s.filters.with("who", &k.public_id)),
            esc(who),
            esc(&k.name)
        ),
        None => esc(who).to_string(),
    };
    let title = if e.title.is_empty() { "What was done was erased" } else { &e.title };
    let from = if e.address.is_empty() { String::new() } else { format!(" from {}", e.address) };
    format!(
        "<li class=\"audit-entry\"><p class=\"audit-what\"><b>{}</b>{}</p>{}\
         <p class=\"muted\">{who} · {} · {}{} · <code>{}</code></p></li>",
        esc(title),
        subject(e, s),
        change(e),
        ui::time(e.at, &s.zone),
        esc(&e.via),
        esc(&from),
        esc(&e.action),
    )
}

/// What it is about, as a link to what else was done to it and to itself.
fn subject(e: &AuditEntry, s: &Shown) -> String {
    if e.subject.is_empty() || s.filters.subject == e.subject {
        return String::new();
    }
    let name = s.known.iter().find(|k| k.public_id == e.subject).map(|k| k.email.as_str());
    let page = match e.subject.split('_').next() {
        Some("idn") => Some(format!("/desk/members/{}", e.subject)),
        Some("acc") => Some(format!("{}/{}", crate::accounts::PATH, e.subject)),
        Some("src") => Some(format!("/desk/sources/{}", e.subject)),
        Some("imp") => Some(format!("/desk/sources/imports/{}", e.subject)),
        _ => None,
    };
    let open = page.map(|page| format!(" · <a href=\"{}\">Open</a>", esc(&page))).unwrap_or_default();
    format!(
        " <small><a href=\"{PATH}{}\" title=\"What else was done to it\">{}</a>{open}</small>",
        esc(&s.filters.with("subject", &e.subject)),
        esc(name.unwrap_or(&e.subject))
    )
}

fn change(e: &AuditEntry) -> String {
    let value = |v: &str| {
        if v.is_empty() {
            "<span class=\"faint\">nothing</span>".to_owned()
        } else {
            format!("<span>{}</span>", esc(v))
        }
    };
    if e.before.is_empty() && e.after.is_empty() {
        return String::new();
    }
    format!(
        "<p class=\"audit-change\"><span class=\"sr\">before: </span>{}<span aria-hidden=\"true\"> → </span>\
         <span class=\"sr\">, after: </span>{}</p>",
        value(&e.before),
        value(&e.after)
    )
}

fn pager(s: &Shown) -> Markup {
    let query = |cursor: i64| {
        let mut pairs = s.filters.pairs();
        pairs.push(("cursor", cursor.to_string()));
        format!("{PATH}{}", ui::query(&pairs))
    };
    let after = s.next.map(query).unwrap_or_default();
    let before = if s.filters.before.is_some() {
        format!("{PATH}{}", ui::query(&s.filters.pairs()))
    } else {
        String::new()
    };
    let shown = format::counted(s.entries.len() as u64, "entry", "entries");
    let text = match (s.entries.first(), s.entries.last()) {
        (Some(first), Some(last)) if last.entry < first.entry => {
            format!("{shown}, number {} down to {}", first.entry, last.entry)
        }
        _ => shown,
    };
    ui::pagination(&ui::Pager { text: &text, before: &before, after: &after })
}

/// Whether the chain holds, and what to keep of it elsewhere.
fn chain(s: &Shown) -> Markup {
    let Some((entry, at, link)) = &s.newest else { return Markup::empty() };
    let verdict = match &s.verdict {
        None => Markup::empty(),
        Some(Ok(count)) => {
            let text = format!("The chain holds over all {}.", format::counted(*count, "entry", "entries"));
            ui::notice(Tone::Good, "", &Markup::text(&text))
        }
        Some(Err(fault)) => {
            let text = format!(
                "{fault}. Somebody changed the database itself: keep a copy of it as it is, and compare with a backup."
            );
            ui::notice(Tone::Bad, "The chain is broken", &Markup::text(&text))
        }
    };
    let check = format!("{PATH}{}", s.filters.with("check", "1"));
    let body = format!(
        "<div class=\"card-body stack\">{verdict}<p>Each entry carries a hash over itself and the one before it, so that none can be \
         changed, taken out or put in between unseen. Its newest link is that of entry {entry}, {}:</p>\
         <p><code class=\"secret\">{}</code></p><p class=\"muted\">Whoever can write the database could still cut off the newest \
         entries. Copy the link to a place that they cannot reach, a mail to somebody else for instance; as long as the log has \
         an entry with this link, nothing before it was touched. <code>folkmoot check</code> prints it as well.</p>\
         <div class=\"row\">{}</div></div>",
        ui::time(*at, &s.zone),
        esc(link),
        ui::link_button("Check the chain", &format!("{check}#chain"), Look::Plain)
    );
    ui::card("chain", "Does it hold?", &Markup::empty(), &Markup::raw(body), &Markup::empty())
}

fn retention(s: &Shown, by: &Principal) -> Markup {
    if let Some(why) = by.why_not(crate::SET_RETENTION) {
        let text = format!("Entries are kept {}. To change that, {why}.", years_words(&s.years));
        let inside = Markup::raw(format!("<p class=\"card-body muted\">{}</p>", esc(&text)));
        return ui::card("keep", "How long it is kept", &Markup::empty(), &inside, &Markup::empty());
    }
    let options: Vec<(String, String)> =
        KEPT.iter().map(|(value, words)| ((*value).to_owned(), format!("Keep {words}"))).collect();
    let field = ui::select(&Select {
        label: "Entries",
        name: "years",
        options: &options,
        value: &s.years,
        hint: "What is older is removed once a day. Backups keep what they had.",
        ..Select::default()
    });
    form_card("How long it is kept", &format!("{PATH}/retention"), &by.csrf, &field, "Save")
}
