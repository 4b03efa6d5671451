//! What the pages look like.

use crate::chapters::{PARTS, place as rank};
use crate::pages::Pictures;
use capability::{Doc, Registry, palette};
use metric::Definition;
use std::fmt::Write as _;
use ui::{Button, Column, Look, Markup, Table, esc, facts};

/// Every chapter of every manifest, in the order of the first page.
pub(crate) fn chapters(registry: &Registry) -> Vec<Doc> {
    let mut all: Vec<Doc> = registry.manifests().iter().flat_map(|m| m.docs.iter().copied()).collect();
    all.sort_by_key(|c| rank(c.slug));
    all
}

/// The first page: the chapters under their headings, or those that fit what is looked for.
pub(crate) fn index(registry: &Registry, asked: &str) -> Markup {
    let field = ui::field(&ui::Field {
        label: "Look for a task, a word, a metric",
        name: "q",
        kind: "search",
        value: asked,
        attributes: &[("data-search-box", ""), ("maxlength", "100")],
        ..Default::default()
    });
    let form = format!(
        "<form class=\"row bottom help-search\" method=\"get\" action=\"/desk/help\" role=\"search\">{field}{}</form>",
        ui::button("Find", Look::Plain)
    );
    let head = ui::page_head("Help", "How to do things here, one page for each task.", &Markup::empty());
    let list = if asked.is_empty() { parts(registry) } else { found(registry, asked) };
    Markup::raw(format!("{head}{form}{list}"))
}

fn part(title: &str, entries: &[(String, String)]) -> String {
    let mut list = String::new();
    for (title, href) in entries {
        let _ = write!(list, "<li><a href=\"{}\">{}</a></li>", esc(href), esc(title));
    }
    format!("<section class=\"help-part\"><h2>{}</h2><ul>{list}</ul></section>", esc(title))
}

fn chapter_entry(c: &Doc) -> (String, String) {
    (c.title.to_owned(), format!("/desk/help/{}", c.slug))
}

fn parts(registry: &Registry) -> String {
    let all = chapters(registry);
    let mut html = String::new();
    for (title, slugs) in PARTS {
        let mut entries: Vec<_> = all.iter().filter(|c| slugs.contains(&c.slug)).map(chapter_entry).collect();
        if *title == "Reference" {
            entries.insert(0, ("What every metric means".into(), "/desk/help/metrics".into()));
        }
        html.push_str(&part(title, &entries));
    }
    let added: Vec<_> = all.iter().filter(|c| rank(c.slug) == usize::MAX).map(chapter_entry).collect();
    if !added.is_empty() {
        html.push_str(&part("More", &added));
    }
    format!("<div class=\"help-parts\">{html}</div>")
}

fn found(registry: &Registry, asked: &str) -> String {
    let word = palette::folded(asked);
    let titles: Vec<_> = chapters(registry)
        .iter()
        .filter(|c| {
            palette::fit(asked, c.title).is_some_and(|f| f > 1) || palette::folded(c.text).contains(&word)
        })
        .map(chapter_entry)
        .collect();
    let metrics: Vec<_> = metric::registry()
        .iter()
        .filter(|d| {
            palette::fit(asked, d.title).is_some_and(|f| f > 1)
                || palette::folded(d.definition).contains(&word)
        })
        .map(|d| (d.title.to_owned(), format!("/desk/help/metrics/{}", d.id)))
        .collect();
    if titles.is_empty() && metrics.is_empty() {
        let text = "Look for one word of the task. Messages of the community are under Search.";
        return ui::empty("search", "The guide says nothing about that", text, &all_link()).into_string();
    }
    let mut html = String::new();
    if !titles.is_empty() {
        html.push_str(&part("Tasks", &titles));
    }
    if !metrics.is_empty() {
        html.push_str(&part("Metrics", &metrics));
    }
    format!("<div class=\"help-parts\">{html}</div><p class=\"help-all\">{}</p>", all_link())
}

fn all_link() -> Markup {
    ui::link_button("All chapters", "/desk/help", Look::Quiet)
}

/// One chapter, with its neighbours at the end.
pub(crate) fn chapter(chapters: &[Doc], at: usize) -> Markup {
    let doc = &chapters[at];
    let text = doc.text.trim_start();
    // Generated pages begin with a remark for whoever edits them.
    let text = text
        .strip_prefix("<!--")
        .and_then(|rest| rest.split_once("-->"))
        .map_or(text, |(_, rest)| rest.trim_start());
    let prose = by_theme(ui::markdown::page(&plain_pictures(text), &place).as_str());
    let step = |doc: Option<&Doc>, label: &str, icon| {
        doc.map_or_else(Markup::empty, |d| {
            Button {
                label: &format!("{label}: {}", d.title),
                href: &format!("/desk/help/{}", d.slug),
                icon,
                look: Look::Quiet,
                ..Button::default()
            }
            .markup()
        })
    };
    let before = step(at.checked_sub(1).and_then(|i| chapters.get(i)), "Before", "chevron-left");
    let after = step(chapters.get(at + 1), "Next", "chevron-right");
    let head = ui::page_head(doc.title, "", &Markup::empty());
    Markup::raw(format!(
        "<article class=\"help-page\">{head}{prose}<nav class=\"row wrap between help-foot\" aria-label=\"Chapters\">{before}{after}</nav></article>"
    ))
}

/// The pictures of the files, `<picture>` with one for each theme, as Markdown: HTML in a text is shown as text.
fn plain_pictures(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (inside, after))) =
        rest.split_once("<picture>").and_then(|(b, r)| Some((b, r.split_once("</picture>")?)))
    {
        let image = inside.split_once("<img ").map_or("", |i| i.1);
        let value = |name: &str| {
            let begin = image.split_once(&format!("{name}=\"")).map_or("", |v| v.1);
            begin.split_once('"').map_or("", |v| v.0)
        };
        let _ = write!(out, "{before}![{}]({})", value("alt"), value("src"));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Each picture of the light theme with the one of the dark theme beside it.
fn by_theme(html: &str) -> Markup {
    const LIGHT: &str = "<img src=\"/desk/help/pictures/";
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, image)) = rest.split_once(LIGHT) {
        let Some((image, after)) = image.split_once("/>") else { break };
        let name = image.split_once("-light.png\"").map_or("", |n| n.0);
        out.push_str(before);
        if Pictures::get(&format!("{name}-dark.png")).is_some() {
            let _ = write!(
                out,
                "<picture><source media=\"(prefers-color-scheme: dark)\" srcset=\"/desk/help/pictures/{}-dark.png\">{LIGHT}{image}/></picture>",
                esc(name)
            );
        } else {
            let _ = write!(out, "{LIGHT}{image}/>");
        }
        rest = after;
    }
    out.push_str(rest);
    Markup::raw(out)
}

/// Where a link of the guide's files leads here.
fn place(url: &str) -> Option<String> {
    let (path, anchor) = url.split_once('#').map_or((url, String::new()), |(p, a)| (p, format!("#{a}")));
    if path.contains("://") {
        return None;
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    if path.contains("pictures/") {
        return Some(format!("/desk/help/pictures/{name}"));
    }
    if path.trim_end_matches('/').ends_with("reference") {
        return Some("/desk/help".to_owned());
    }
    let slug = name.strip_suffix(".md")?;
    Some(match slug {
        "README" => "/desk/help".to_owned(),
        "metrics" => format!("/desk/help/metrics{anchor}"),
        _ => format!("/desk/help/{slug}{anchor}"),
    })
}

/// Every metric with its definition.
pub(crate) fn metrics() -> Markup {
    let rows = metric::registry()
        .iter()
        .map(|d| {
            let link = format!("<a href=\"/desk/help/metrics/{}\">{}</a>", d.id, esc(d.title));
            vec![Markup::raw(link), Markup::text(d.definition), Markup::text(unit(d.unit))]
        })
        .collect();
    let columns = [
        Column { label: "Metric", ..Column::default() },
        Column { label: "Definition", ..Column::default() },
        Column { label: "Unit", rank: 2, ..Column::default() },
    ];
    let table = ui::table(&Table { caption: "Metrics", columns: &columns, rows });
    let sentence = "What each figure counts, how it is computed, and why other tools show another number for the same word.";
    Markup::join([
        &ui::page_head("Metrics", sentence, &Markup::empty()),
        &ui::card("", "", &Markup::empty(), &table, &Markup::empty()),
    ])
}

fn unit(word: &str) -> &str {
    match word {
        "seconds" => "time",
        other => other,
    }
}

/// What an interval of this method says, in words.
fn method(word: &str) -> String {
    match word {
        "none" => "None: everything is counted, nothing is a sample.".to_owned(),
        "wilson" => "Wilson score interval, 95 %: the range in which the true share lies if what you see is taken as a sample. It \
                     stays between 0 and 100 % and holds for small n."
            .to_owned(),
        "order statistics" => "Order statistics, 95 %: two of the observed values that enclose the true median, without assuming how \
                               the times are spread."
            .to_owned(),
        other => format!("{other}."),
    }
}

/// A metric's page.
pub(crate) fn metric(d: &Definition, opens: bool) -> Markup {
    let better = match d.direction {
        metric::Direction::Up => "More is better",
        metric::Direction::Down => "Less is better",
        metric::Direction::None => "Neither way by itself",
    };
    let about = facts(&[
        ("Formula", Markup::text(d.formula)),
        ("Who is counted", Markup::text(d.population)),
        ("Unit", Markup::text(unit(d.unit))),
        ("Direction", Markup::text(better)),
        ("Interval", Markup::text(&method(d.interval_method))),
        ("Elsewhere", Markup::text(d.elsewhere)),
        ("Id", Markup::raw(format!("<code>{}</code>", esc(d.id)))),
    ]);
    let about = Markup::raw(format!("<div class=\"card-body\">{about}</div>"));
    let rows = d
        .parameters()
        .into_iter()
        .map(|p| {
            let repeats = if p.repeats { "; may be given several times" } else { "" };
            vec![
                Markup::raw(format!("<code>{}</code>", esc(p.name))),
                Markup::text(p.meaning),
                Markup::text(&format!("{}{repeats}", p.values)),
                Markup::text(p.default.unwrap_or("–")),
            ]
        })
        .collect();
    let columns = [
        Column { label: "Option", ..Column::default() },
        Column { label: "Meaning", ..Column::default() },
        Column { label: "Takes", rank: 2, ..Column::default() },
        Column { label: "If not given", rank: 3, ..Column::default() },
    ];
    let options = ui::table(&Table { caption: "Options", columns: &columns, rows });
    let ask = format!(
        "<div class=\"card-body stack\"><p>In the terminal, or as a program; both give the figures of the page.</p>\
         <pre class=\"code\" tabindex=\"0\">folkmoot metric {0}\nGET /api/v1/metrics/{0}</pre></div>",
        esc(d.id)
    );
    let open = if opens {
        ui::link_button("Open on Health", &format!("/desk/health/{}", d.id), Look::Plain)
    } else {
        Markup::empty()
    };
    Markup::raw(format!(
        "<div class=\"help-metric stack\">{}{}{}{}</div>",
        ui::page_head(d.title, d.definition, &open),
        ui::card("", "How it is computed", &Markup::empty(), &about, &Markup::empty()),
        ui::card("", "Options", &Markup::empty(), &options, &Markup::empty()),
        ui::card("", "Ask for it", &Markup::empty(), &Markup::raw(ask), &Markup::empty()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_files_lead_to_pages_here() {
        for (url, expect) in [
            ("correct-a-zone.md", Some("/desk/help/correct-a-zone")),
            ("../reference/metrics.md", Some("/desk/help/metrics")),
            ("../reference/commands.md#x", Some("/desk/help/commands#x")),
            ("../reference", Some("/desk/help")),
            ("../pictures/health-light.png", Some("/desk/help/pictures/health-light.png")),
            ("https://a.example/b.md", None),
        ] {
            assert_eq!(place(url).as_deref(), expect, "{url}");
        }
    }

    #[test]
    fn a_picture_has_both_themes() {
        let text = "Before.\n\n<picture>\n  <source srcset=\"../pictures/health-dark.png\">\n  \
                    <img src=\"../pictures/health-light.png\" width=\"2\" alt=\"Health: figures.\">\n</picture>\n\nAfter.\n";
        let html = by_theme(ui::markdown::page(&plain_pictures(text), &place).as_str()).into_string();
        for part in [
            "srcset=\"/desk/help/pictures/health-dark.png\"",
            "<img src=\"/desk/help/pictures/health-light.png\"",
            "alt=\"Health: figures.\"",
            "After.",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert_eq!(plain_pictures("<picture> that never ends"), "<picture> that never ends");
    }

    #[test]
    fn every_picture_of_the_chapters_is_there_in_both_themes() {
        for doc in crate::chapters::OWN {
            for name in doc.text.split("../pictures/").skip(1).filter_map(|r| r.split_once('"')).map(|r| r.0)
            {
                assert!(Pictures::get(name).is_some(), "{name} in {}", doc.slug);
            }
        }
    }

    #[test]
    fn every_metric_has_a_page_that_says_what_it_is() {
        for d in metric::registry() {
            let html = metric(d, true).into_string();
            assert!(
                html.contains(&esc(d.formula).to_string()) && html.contains(&esc(d.population).to_string())
            );
            assert!(!html.contains(" style="));
        }
    }
}
