//! The page with the rows behind a figure.

use crate::answer::instant;
use crate::behind::{Behind, Cell, machine_time, period_words, seconds};
use crate::desk::Asked;
use crate::pages::{HealthContext, PATH};
use base::{Day, Zone};
use metric::Query;
use ui::query as address;
use ui::{Button, Column, Look, Markup, Pager, Table, esc, format, page_head};

/// Rows on one page.
pub(crate) const PAGE: usize = 50;

/// How much of a text is shown.
const EXCERPT: usize = 140;

/// What the page shows.
pub(crate) struct RowsPage<'a> {
    pub ctx: &'a HealthContext,
    pub asked: &'a Asked,
    pub query: &'a Query,
    pub behind: &'a Behind,
    pub rows: Vec<Vec<Cell>>,
}

/// The body of the page.
pub(crate) fn page(p: &RowsPage<'_>) -> Markup {
    let definition = p.asked.definition;
    let total = p.behind.total();
    let back = Button {
        label: definition.title,
        icon: "chevron-left",
        href: &format!("{PATH}/{}{}", definition.id, p.asked.filters.to_query()),
        look: Look::Quiet,
        ..Default::default()
    }
    .markup();
    let when = period_words(p.query, p.asked.at, p.behind.period);
    let sentence = format!("{} {when}.", format::counted(total, p.behind.nouns.0, p.behind.nouns.1));
    let body = match p.behind.unavailable() {
        Some(reason) => crate::draw::calm("Not available", reason),
        None if total == 0 => {
            ui::empty("rows-3", "No rows", "Nothing happened in these days.", &Markup::empty())
        }
        None => listing(p),
    };
    let href = link(p, "/csv", None);
    let file = match total {
        0 => Markup::empty(),
        _ => Button {
            label: "CSV of all",
            href: &href,
            icon: "download",
            attributes: &[("download", "")],
            ..Default::default()
        }
        .markup(),
    };
    Markup::join([
        &page_head(&format!("{}: rows", definition.title), &sentence, &Markup::join([&back, &file])),
        &ui::card("rows", "", &Markup::empty(), &Markup::join([&body, &pager(p, total)]), &Markup::empty()),
    ])
}

/// The address of another page of these rows, or of their file.
fn link(p: &RowsPage<'_>, tail: &str, skip: Option<u64>) -> String {
    let mut pairs = p.asked.filters.parameters(p.asked.definition, p.ctx.now);
    pairs.extend(p.asked.at.map(|day| ("at".to_owned(), day.to_string())));
    pairs.extend(skip.filter(|n| *n > 0).map(|n| ("cursor".to_owned(), n.to_string())));
    format!("{PATH}/{}/rows{tail}{}", p.asked.definition.id, address(&pairs))
}

fn pager(p: &RowsPage<'_>, total: u64) -> Markup {
    if p.rows.is_empty() {
        return Markup::empty();
    }
    let (first, last) = (p.asked.skip + 1, p.asked.skip + p.rows.len() as u64);
    let text =
        format!("{}\u{a0}to\u{a0}{} of {}", format::count(first), format::count(last), format::count(total));
    let before =
        if first > 1 { link(p, "", Some(p.asked.skip.saturating_sub(PAGE as u64))) } else { String::new() };
    let after = if last < total { link(p, "", Some(last)) } else { String::new() };
    ui::pagination(&Pager { text: &text, before: &before, after: &after })
}

fn listing(p: &RowsPage<'_>) -> Markup {
    let columns: Vec<Column<'_>> = p
        .behind
        .columns()
        .iter()
        .map(|c| Column { label: c.label, number: c.number, rank: c.rank })
        .collect();
    // The zone was read with the log; its name is known to exist.
    let zone = Zone::named(&p.ctx.zone).unwrap_or_else(|_| Zone::utc());
    let rows = p.rows.iter().map(|row| row.iter().map(|c| cell(c, &zone)).collect()).collect();
    let caption = format!("The rows behind {}", p.asked.definition.title);
    ui::table(&Table { caption: &caption, columns: &columns, rows })
}

fn cell(cell: &Cell, zone: &Zone) -> Markup {
    match cell {
        Cell::Text(text) if text.is_empty() => nothing("–"),
        Cell::Text(text) => Markup::text(text),
        Cell::Said { text, link } => said(text, link.as_deref()),
        Cell::Count(n) => Markup::raw(format!("<data value=\"{n}\">{}</data>", format::count(*n))),
        Cell::Day(day) => time(&day.to_string(), &day_words(*day)),
        Cell::Time(at) => time(&machine_time(zone, *at), &instant(zone, *at, false)),
        Cell::Wait(None) => nothing("not yet"),
        Cell::Wait(Some(wait)) => {
            let seconds = seconds(*wait);
            Markup::raw(format!("<data value=\"{seconds}\">{}</data>", esc(&format::duration(seconds))))
        }
    }
}

fn day_words(day: Day) -> String {
    format::day_short(day, true)
}

fn nothing(word: &str) -> Markup {
    Markup::raw(format!("<span class=\"faint\">{word}</span>"))
}

fn time(machine: &str, words: &str) -> Markup {
    Markup::raw(format!("<time datetime=\"{}\">{}</time>", esc(machine), esc(words)))
}

/// The beginning of what was said, as one line; a link where it can be read at its source.
fn said(text: &str, link: Option<&str>) -> Markup {
    let line = excerpt(text);
    let words = if line.is_empty() { "no text".to_owned() } else { line };
    match link.filter(|l| l.starts_with("https://") || l.starts_with("http://")) {
        Some(link) => Markup::raw(format!(
            "<a href=\"{}\" rel=\"noopener noreferrer\" target=\"_blank\">{}</a>",
            esc(link),
            esc(&words)
        )),
        None if text.is_empty() => nothing("no text"),
        None => Markup::text(&words),
    }
}

fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_only_web_addresses_become_links() {
        assert_eq!(excerpt("a\n b\tc"), "a b c");
        assert_eq!(excerpt(&"é".repeat(200)).chars().count(), EXCERPT + 1);
        let html = said("x", Some("javascript:alert(1)"));
        assert_eq!(html.as_str(), "x");
        assert!(said("<b>", Some("https://a.example/1")).as_str().contains("&lt;b&gt;</a>"));
        assert!(said("", None).as_str().contains("no text"));
    }
}
