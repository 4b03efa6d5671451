//! The palette: one field over people, conversations, channels, pages, metrics and actions.
//!
//! Manifests give what they find ([`crate::Palette`]); this puts it in order and adds the desk's own pages. Text
//! is compared without case and without diacritics: `jose` finds José.

use crate::{App, PaletteEntry, Principal, Problem};
use access::require;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base::Result;
use community::settings;
use serde::Deserialize;
use serde_json::json;
use ui::{Markup, esc};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// How many entries of one group are shown.
const EACH: usize = 6;
/// How many groups.
const GROUPS: usize = 8;
/// The longest question, in characters.
const ASKED_MAX: usize = 100;

/// A text without case and diacritics.
pub fn folded(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// How well a title fits what was asked: 5 all of it, 4 its beginning, 3 the beginnings of its words, 2 somewhere
/// inside, 1 its letters in order; `None` when it does not fit. Nothing asked fits everything.
pub fn fit(asked: &str, title: &str) -> Option<u8> {
    let (asked, title) = (folded(asked.trim()), folded(title));
    if asked.is_empty() {
        return Some(0);
    }
    if title == asked {
        return Some(5);
    }
    if title.starts_with(&asked) {
        return Some(4);
    }
    let words: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).collect();
    if asked.split_whitespace().all(|a| words.iter().any(|w| w.starts_with(a))) {
        return Some(3);
    }
    if title.contains(&asked) {
        return Some(2);
    }
    let mut rest = title.chars();
    let in_order = asked.chars().filter(|c| !c.is_whitespace()).all(|a| rest.any(|t| t == a));
    (in_order && asked.chars().count() > 2).then_some(1)
}

/// Entries that are always the same, as far as they fit: group, title, address, icon. For a manifest's finder.
pub fn fixed(asked: &str, all: &[(&str, &str, &str, &str)]) -> Vec<PaletteEntry> {
    all.iter()
        .filter(|(_, title, ..)| fit(asked, title).is_some())
        .map(|(group, title, href, icon)| entry(group, title, "", href, icon))
        .collect()
}

fn entry(group: &str, title: &str, hint: &str, href: &str, icon: &str) -> PaletteEntry {
    PaletteEntry {
        group: group.to_owned(),
        title: title.to_owned(),
        hint: hint.to_owned(),
        href: href.to_owned(),
        icon: icon.to_owned(),
    }
}

/// The desk's own pages.
fn pages(app: &App, principal: &Principal, asked: &str) -> Vec<PaletteEntry> {
    let navigation = app.registry.navigation().into_iter().filter(|n| principal.may(n.permission));
    let navigation = navigation.map(|n| entry("Go to", n.title, "", n.path, n.icon));
    let settings = app.registry.settings_pages();
    let settings = settings
        .iter()
        .filter(|s| principal.may(s.permission))
        .map(|s| entry("Go to", s.title, "Settings", s.path, "settings"));
    let own = [("Notices", "/desk/notices", "bell")];
    let own = own.into_iter().map(|(title, href, icon)| entry("Go to", title, "", href, icon));
    navigation.chain(settings).chain(own).filter(|e| fits(asked, e).is_some()).collect()
}

fn fits(asked: &str, e: &PaletteEntry) -> Option<u8> {
    fit(asked, &e.title).or_else(|| fit(asked, &format!("{} {}", e.title, e.hint)))
}

/// Everything that fits, in groups: the group with the best entry first, the best entry of each first.
///
/// # Errors
/// When a finder says no.
pub fn find(app: &App, principal: &Principal, asked: &str) -> Result<Vec<PaletteEntry>> {
    let mut found = pages(app, principal, asked);
    for palette in app.registry.manifests().iter().flat_map(|m| &m.palette) {
        if require(principal, palette.permission).is_ok() {
            found.extend((palette.find)(app, principal, asked, EACH)?);
        }
    }
    Ok(arranged(asked, found))
}

/// The entries of one heading, each with how well it fits.
struct Group {
    name: String,
    best: u8,
    entries: Vec<(u8, PaletteEntry)>,
}

fn arranged(asked: &str, found: Vec<PaletteEntry>) -> Vec<PaletteEntry> {
    let mut groups: Vec<Group> = Vec::new();
    for e in found {
        // A finder may know more than the title, such as a handle: what it found stays.
        let score = fits(asked, &e).unwrap_or(1);
        match groups.iter_mut().find(|g| g.name == e.group) {
            Some(group) => {
                group.best = group.best.max(score);
                group.entries.push((score, e));
            }
            None => groups.push(Group { name: e.group.clone(), best: score, entries: vec![(score, e)] }),
        }
    }
    groups.sort_by_key(|g| std::cmp::Reverse(g.best));
    let shown = if asked.trim().is_empty() { usize::MAX } else { EACH };
    groups
        .into_iter()
        .take(GROUPS)
        .flat_map(|mut group| {
            group.entries.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
            group.entries.into_iter().take(shown).map(|(_, e)| e)
        })
        .collect()
}

/// What was asked.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
}

/// `GET /desk/palette?q=`: JSON for the script, a page for everybody else.
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> std::result::Result<Response, Problem> {
    let asked: String = asked.q.trim().chars().take(ASKED_MAX).collect();
    let (q, who) = (asked.clone(), principal.clone());
    let (name, found) = app
        .blocking(move |app| {
            let name = app.db.read(|c| settings::get_or_default(c, "name"))?;
            Ok((name, find(app, &who, &q)?))
        })
        .await?;
    let program = headers.get(header::ACCEPT).is_some_and(|a| a.as_bytes().starts_with(b"application/json"));
    let vary = [(header::VARY, "accept")];
    if program {
        return Ok((vary, Json(json!({ "entries": found }))).into_response());
    }
    let shell = app.shell(&name, &principal, &headers, "/desk/palette");
    Ok((vary, ui::page(&shell, "Find", &body(&asked, &found))).into_response())
}

fn body(asked: &str, found: &[PaletteEntry]) -> Markup {
    let field = ui::field(&ui::Field {
        label: "People, conversations, channels, pages, metrics, actions",
        name: "q",
        kind: "search",
        value: asked,
        optional: false,
        attributes: &[("data-search-box", "")],
        ..Default::default()
    });
    let form = format!(
        "<form class=\"row wrap bottom\" method=\"get\" action=\"/desk/palette\" role=\"search\">{field}{}</form>",
        ui::button("Find", ui::Look::Primary)
    );
    let mut groups = String::new();
    let mut name = "";
    for e in found {
        if e.group != name {
            groups.push_str(if name.is_empty() { "" } else { "</ul></section>" });
            name = &e.group;
            groups.push_str(&format!("<section class=\"find-group\"><h2>{}</h2><ul>", esc(name)));
        }
        groups.push_str(&format!(
            "<li><a class=\"find-hit\" href=\"{}\">{}<span class=\"grow trunc\">{}</span><span class=\"hint\">{}</span></a></li>",
            esc(&e.href),
            ui::icon(&e.icon),
            esc(&e.title),
            esc(&e.hint)
        ));
    }
    groups.push_str(if name.is_empty() { "" } else { "</ul></section>" });
    if found.is_empty() {
        let text = "Try fewer letters, or look for the words of messages under Search.";
        groups = ui::empty("search", "Nothing fits", text, &Markup::empty()).into_string();
    }
    let head = ui::page_head("Find", "Everything on the desk by its name.", &Markup::empty());
    Markup::raw(format!("{head}<div class=\"stack\">{form}{groups}</div>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_compared_without_case_and_diacritics() {
        for (asked, title, expect) in [
            ("health", "Health", Some(5)),
            ("jose", "José Núñez", Some(4)),
            ("nun", "José Núñez", Some(3)),
            ("ret coh", "Retention by cohort", Some(3)),
            ("alth", "Health", Some(2)),
            ("wam", "Weekly active members", Some(1)),
            ("zz", "Health", None),
            ("", "Health", Some(0)),
            ("ht", "Health", None),
        ] {
            assert_eq!(fit(asked, title), expect, "{asked} in {title}");
        }
    }

    #[test]
    fn the_best_group_comes_first_and_finders_keep_what_they_found() {
        let found = vec![
            entry("Go to", "Retention", "", "/a", "x"),
            entry("Members", "Ana Reth", "", "/b", "x"),
            entry("Members", "Retha", "", "/c", "x"),
            entry("Channels", "by its number", "", "/d", "x"),
        ];
        let titles: Vec<String> = arranged("retha", found).into_iter().map(|e| e.title).collect();
        assert_eq!(titles, ["Retha", "Ana Reth", "Retention", "by its number"]);
    }
}
