//! Suggested links: what speaks for each, and what a person decides.

use super::{PATH, Places, avatar, handle_of, href, line_field, opens};
use crate::members::Line;
use crate::roster_file::RosterReport;
use crate::store::pairs::Dismissal;
use crate::suggest::{Evidence, Suggestion};
use base::Zone;
use community::people::Identity;
use std::collections::HashMap;
use ui::{Button, Look, Markup, Tone, card, esc, format};

/// The address of the page.
pub(crate) const SUGGESTIONS: &str = "/desk/members/suggestions";
/// Suggestions on one page.
pub(crate) const SHOWN: usize = 50;

/// Everything that the page shows.
pub(crate) struct Shown {
    /// The first of them, with both identities.
    pub suggestions: Vec<Suggestion>,
    pub total: usize,
    pub refused: Vec<Dismissal>,
    pub identities: HashMap<u32, Identity>,
    pub places: Places,
    pub zone: Zone,
    pub report: Option<(RosterReport, String)>,
    /// The token of forms; empty for whoever may not link.
    pub csrf: String,
    /// Why they may not; empty when they may.
    pub off: String,
}

/// The body of the page.
pub(crate) fn body(p: &Shown) -> Markup {
    let sentence =
        "Accounts that are probably one person, and what says so. Nothing is linked until somebody decides.";
    let back = ui::link_button("All members", PATH, Look::Plain);
    let report = p.report.as_ref().map_or_else(Markup::empty, |r| report(r, &p.csrf));
    Markup::join([
        &ui::page_head("Suggested links", sentence, &back),
        &ui::why(&p.off),
        &Markup::raw(format!(
            "<div class=\"split\"><div class=\"stack\">{report}{}{}</div><aside class=\"stack\" aria-label=\"A roster\">{}</aside></div>",
            list(p),
            refused(p),
            upload(p)
        )),
    ])
}

fn list(p: &Shown) -> Markup {
    if p.suggestions.is_empty() {
        let text = "Accounts with one e-mail address, or with one handle and full name at two sources, appear here. A roster suggests more.";
        let empty = ui::empty("link", "No link waits for a decision", text, &Markup::empty());
        return card("", "", &Markup::empty(), &empty, &Markup::empty());
    }
    let many = format::counted(p.total as u64, "pair waits", "pairs wait");
    let rows: String = p.suggestions.iter().map(|s| pair(p, s)).collect();
    let from_roster = !p.csrf.is_empty()
        && p.suggestions.iter().any(|s| matches!(s.evidence.first(), Some(Evidence::Roster(_))));
    let several = if from_roster {
        format!(
            "<form class=\"row wrap pad\" id=\"pairs\" method=\"post\" action=\"{SUGGESTIONS}\" data-bulk data-total=\"{0}\">{1}\
             <b data-bulk-count role=\"status\">The chosen pairs</b>{2}</form>",
            p.suggestions.len(),
            ui::hidden("csrf", &p.csrf),
            Button {
                label: "Link the chosen pairs",
                look: Look::Primary,
                small: true,
                attributes: &[("data-busy", "")],
                ..Default::default()
            }
            .markup()
        )
    } else {
        String::new()
    };
    let shown = if p.total > p.suggestions.len() {
        format!(
            "<p class=\"hint pad\">The first {} are shown; decide them and the next appear.</p>",
            p.suggestions.len()
        )
    } else {
        String::new()
    };
    let body = Markup::raw(format!("<ul class=\"list pairs\" data-list>{rows}</ul>{several}{shown}"));
    card("suggestions", &many, &Markup::empty(), &body, &Markup::empty())
}

/// One account with its badge, as a link to its member.
fn account(p: &Shown, number: u32) -> String {
    let Some(i) = p.identities.get(&number) else { return String::new() };
    let mut about = vec![i.source.clone()];
    let handle = handle_of(i);
    if !handle.is_empty() {
        about.push(handle);
    }
    about.extend(i.email.clone());
    format!(
        "<a class=\"who\" href=\"{}\">{}<span class=\"who-text\"><b>{} {}</b><small>{}</small></span></a>",
        esc(&href(&i.public_id)),
        avatar(i.title(), number, false),
        esc(i.title()),
        p.places.badge_of(&i.source),
        esc(&about.join(" · "))
    )
}

fn evidence(s: &Suggestion) -> String {
    let all: String = s
        .evidence
        .iter()
        .map(|e| format!("<li>{}{}</li>", ui::icon_small("check"), esc(&capital(&e.to_string()))))
        .collect();
    format!("<ul class=\"evidence\">{all}</ul>")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}

fn pair(p: &Shown, s: &Suggestion) -> String {
    let (Some(left), Some(right)) = (p.identities.get(&s.left), p.identities.get(&s.right)) else {
        return String::new();
    };
    let both = format!("{}.{}", left.public_id, right.public_id);
    let names = format!("{} and {}", left.title(), right.title());
    let pick = if !p.csrf.is_empty() && matches!(s.evidence.first(), Some(Evidence::Roster(_))) {
        ui::pick("pairs", &both, &format!("Choose {names}"))
    } else {
        Markup::empty()
    };
    format!(
        "<li class=\"pair-row\" data-row><div class=\"pair-who\">{pick}{}<span class=\"faint\" aria-hidden=\"true\">=</span><span class=\"sr\">and</span>{}</div><div class=\"pair-say\">{}<div class=\"row wrap tight pair-acts\">{}</div></div></li>",
        account(p, s.left),
        account(p, s.right),
        evidence(s),
        decide(s, &left.public_id, &right.public_id, &names, SUGGESTIONS, &p.csrf)
    )
}

/// "Link" with the evidence as its reason, and "Not the same".
fn decide(s: &Suggestion, left: &str, right: &str, names: &str, back: &str, csrf: &str) -> Markup {
    if csrf.is_empty() {
        return Markup::empty();
    }
    let form = |action: &str, id: &str, label: &str, reason: &str, button: &str, look: Look| {
        Markup::raw(format!(
            "<form class=\"stack pad\" method=\"post\" action=\"{action}\">{}{}{}{}{}{}</form>",
            ui::hidden("csrf", csrf),
            ui::hidden("back", back),
            ui::hidden("left", left),
            ui::hidden("right", right),
            line_field(id, "reason", label, reason, " maxlength=\"500\""),
            Button {
                label: button,
                look,
                small: true,
                attributes: &[("data-busy", "")],
                ..Default::default()
            }
            .markup()
        ))
    };
    let link_id = format!("link-{}-{}", s.left, s.right);
    let not_id = format!("not-{}-{}", s.left, s.right);
    Markup::join([
        &opens(
            "Link",
            &format!("Link {names}"),
            "",
            &form(
                "/desk/members/links",
                &link_id,
                "Why they are one person",
                &s.reason(),
                "Link them",
                Look::Primary,
            ),
        ),
        &opens(
            "Not the same",
            &format!("{names} are not the same"),
            "",
            &form(
                "/desk/members/dismissals",
                &not_id,
                "Why they are not",
                "",
                "Keep them apart",
                Look::Plain,
            ),
        ),
    ])
}

/// A suggestion on a member's page.
pub(crate) fn notice(s: &Suggestion, other: &Line, back: &str, places: &Places, csrf: &str) -> Markup {
    let there = other
        .identities
        .iter()
        .find(|i| i.identity == s.left || i.identity == s.right)
        .or(other.identities.first());
    let (title, source, other_id) =
        there.map_or(("", "", ""), |i| (i.title(), i.source.as_str(), i.public_id.as_str()));
    let own = back.rsplit('/').next().unwrap_or_default();
    Markup::raw(format!(
        "<section class=\"notice suggested\" aria-label=\"Suggested link\">{}<div class=\"grow\"><b>Perhaps also <a href=\"{}\">{}</a> at {} {}</b>{}\
         <div class=\"row wrap tight\">{}</div></div></section>",
        ui::icon("link"),
        esc(&href(other.public_id())),
        esc(title),
        esc(source),
        places.badge_of(source),
        evidence(s),
        decide(s, own, other_id, &format!("this member and {title}"), back, csrf)
    ))
}

fn refused(p: &Shown) -> Markup {
    if p.refused.is_empty() {
        return Markup::empty();
    }
    let rows: String = p
        .refused
        .iter()
        .filter_map(|d| Some((d, p.identities.get(&d.left)?, p.identities.get(&d.right)?)))
        .map(|(d, left, right)| {
            let again = super::post(
                "/desk/members/dismissals/removal",
                &[("csrf", &p.csrf), ("left", &left.public_id), ("right", &right.public_id)],
                "Suggest again",
                Look::Quiet,
            );
            let again = if p.csrf.is_empty() { Markup::empty() } else { again };
            format!(
                "<li class=\"row\"><div class=\"grow\"><b class=\"strong\">{} at {} and {} at {}</b><span class=\"sub\">{}, {}: {}</span></div>{again}</li>",
                esc(left.title()),
                esc(&left.source),
                esc(right.title()),
                esc(&right.source),
                esc(&d.by),
                esc(&format::day_short(p.zone.day_of(d.at), true)),
                esc(&d.reason)
            )
        })
        .collect();
    let body = Markup::raw(format!("<ul class=\"list\">{rows}</ul>"));
    card("refused", "Not the same", &Markup::empty(), &body, &Markup::empty())
}

fn upload(p: &Shown) -> Markup {
    if p.csrf.is_empty() {
        return Markup::empty();
    }
    let mut names: Vec<&str> = p.places.sources.values().map(|s| s.0.as_str()).collect();
    names.sort_unstable();
    let heads = if names.is_empty() { "one for each source".to_owned() } else { names.join(", ") };
    let form = format!(
        "<form class=\"stack\" method=\"post\" action=\"{SUGGESTIONS}/roster\" enctype=\"multipart/form-data\">{}{}\
         <p class=\"hint\">One person a row. Columns: name, email, {}. Cells hold a handle or an id.</p><div class=\"row wrap\">{}{}</div></form>",
        ui::hidden("csrf", &p.csrf),
        ui::drop_zone("file", "Choose a roster", "A CSV file, at most 5 MB", ".csv,text/csv", false),
        esc(&heads),
        Button {
            label: "Look first",
            attributes: &[("name", "act"), ("value", "look"), ("data-busy", "")],
            ..Default::default()
        }
        .markup(),
        Button {
            label: "Suggest links",
            attributes: &[("name", "act"), ("value", "keep"), ("data-busy", "")],
            ..Default::default()
        }
        .markup(),
    );
    let body = Markup::raw(format!("<div class=\"card-body\">{form}</div>"));
    card("roster", "From a roster", &Markup::empty(), &body, &Markup::empty())
}

/// What came of a roster, or would come.
fn report((r, text): &(RosterReport, String), csrf: &str) -> Markup {
    let looked = !text.is_empty();
    let verb = if looked { "would be suggested" } else { "suggested" };
    let mut facts = vec![
        format!("{} in {}", format::counted(r.rows as u64, "row", "rows"), r.file),
        format!("{} {verb}", format::counted(r.suggested as u64, "link", "links")),
    ];
    if r.linked > 0 {
        facts.push(format!("{} linked already", format::count(r.linked as u64)));
    }
    if r.known > 0 {
        facts.push(format!("{} suggested before", format::count(r.known as u64)));
    }
    if !r.ignored.is_empty() {
        facts.push(format!("columns passed over: {}", r.ignored.join(", ")));
    }
    let problems: String = r
        .problems
        .iter()
        .take(100)
        .map(|x| format!("<li>Row {}: {}</li>", format::count(x.row as u64), esc(&x.problem)))
        .collect();
    let more = r.problems.len().saturating_sub(100);
    let problems = match (problems.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!("<ul class=\"plain-list\">{problems}</ul>"),
        (false, n) => format!(
            "<ul class=\"plain-list\">{problems}</ul><p class=\"hint\">and {} more</p>",
            format::count(n as u64)
        ),
    };
    let go = if looked && r.suggested > 0 {
        format!(
            "<form method=\"post\" action=\"{SUGGESTIONS}/roster\" enctype=\"multipart/form-data\">{}{}{}<textarea name=\"text\" hidden>{}</textarea>{}</form>",
            ui::hidden("csrf", csrf),
            ui::hidden("act", "keep"),
            ui::hidden("name", &r.file),
            esc(text),
            Button {
                label: &format!("Suggest {}", format::counted(r.suggested as u64, "link", "links")),
                look: Look::Primary,
                ..Default::default()
            }
            .markup()
        )
    } else {
        String::new()
    };
    let tone = if r.problems.is_empty() { Tone::Good } else { Tone::Warn };
    let body = Markup::raw(format!("<p>{}.</p>{problems}{go}", esc(&facts.join(", "))));
    ui::notice(tone, if looked { "Looked at the roster" } else { "The roster was taken in" }, &body)
}
