//! The page of one import.

use super::{card, import_href, moving_bar, polled, post, source_href, stack, standing_badge, when};
use crate::model::{Standing, skipped};
use crate::pages::{ImportPage, Moving, Offer};
use base::Day;
use connect::import::Summary;
use ui::{
    Button, Column, Confirm, Look, Markup, Stat, Table, Tone, esc, facts, format, source_badge, stat, stats,
};

/// The body of the page.
pub(crate) fn body(page: &ImportPage, offer: &Offer) -> Markup {
    let head = ui::page_head(&format!("Import of {}", page.import.input), "", &actions(page, offer));
    let moving = page.moving.as_ref().map_or_else(Markup::empty, progress);
    // While it runs the bar counts; what is stored lags behind it.
    if page.standing == Standing::Running {
        return stack(&[head, moving, said(page), about(page)]);
    }
    stack(&[
        head,
        moving,
        said(page),
        figures(page),
        about(page),
        kinds(&page.import.summary),
        not_taken(page),
    ])
}

/// The part that changes while the import runs or is taken back.
pub(crate) fn progress(moving: &Moving) -> Markup {
    let href = format!("{}/progress", import_href(&moving.import));
    polled("progress", &href, &card("Under way", &Markup::empty(), &moving_bar(moving)))
}

fn actions(page: &ImportPage, offer: &Offer) -> Markup {
    let may_import = offer.off_import.is_empty();
    let href = import_href(&page.import);
    let mut out = Markup::empty();
    if may_import && page.standing == Standing::Running {
        out.push(&post(&format!("{href}/stop"), &offer.csrf, "Stop", Look::Plain));
    }
    if may_import && page.standing == Standing::Interrupted {
        out.push(&post(&format!("{href}/continue"), &offer.csrf, "Continue", Look::Primary));
    }
    match (&page.hindrance, page.standing) {
        // Running has its own button, and what was taken back needs none.
        (_, Standing::Running | Standing::Undoing | Standing::Undone) => {}
        (Some(reason), _) => {
            out.push(&Button { label: "Undo", off_because: reason, ..Button::default() }.markup())
        }
        (None, _) if !offer.off_undo.is_empty() => {
            out.push(&Button { label: "Undo", off_because: &offer.off_undo, ..Button::default() }.markup());
        }
        (None, _) => {
            let href = format!("{href}/undo");
            let undo = Button { label: "Undo", href: &href, look: Look::DangerQuiet, ..Button::default() };
            out.push(&undo.markup());
        }
    }
    out
}

/// An error's words as a sentence that others can follow.
fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if text.trim().ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// What went wrong, and what to do about it.
fn said(page: &ImportPage) -> Markup {
    let notice =
        |tone, title, text: &str| ui::notice(tone, title, &Markup::raw(format!("<p>{}</p>", esc(text))));
    let mut out = Markup::empty();
    match page.standing {
        Standing::Failed => {
            let error = page.import.error.as_deref().unwrap_or("The input could not be read to its end.");
            let text = format!("{} What was taken before stays until it is undone.", sentence(error));
            out.push(&notice(Tone::Bad, "The input could not be read to its end", &text));
        }
        Standing::Interrupted => {
            let why = page.failure.as_deref().unwrap_or("The server ended while it ran.");
            let why = sentence(why);
            let away = elsewhere(page).map_or_else(String::new, |name| {
                format!(" It ran on {name}: where this server cannot read its files, continue it there.")
            });
            let text = format!(
                "{why}{away} Nothing that was stored is lost: continue it where it stopped, or undo it."
            );
            out.push(&notice(Tone::Warn, "This import was interrupted", &text));
        }
        _ => {
            if let Some(failure) = &page.failure {
                out.push(&notice(Tone::Bad, "This did not work", &sentence(failure)));
            }
        }
    }
    out.push(&warnings(&page.import.summary));
    out
}

/// What is worth knowing about how the export was read.
pub(crate) fn warnings(summary: &Summary) -> Markup {
    if summary.warnings.is_empty() {
        return Markup::empty();
    }
    let lines: String = summary.warnings.iter().map(|w| format!("<p>{}</p>", esc(w))).collect();
    ui::notice(Tone::Info, "Worth knowing", &Markup::raw(lines))
}

/// The other node that works on it or did last.
fn elsewhere(page: &ImportPage) -> Option<&str> {
    page.import.node.as_ref().filter(|n| !n.own).map(|n| n.name.as_str())
}

fn figures(page: &ImportPage) -> Markup {
    let s = &page.import.summary;
    let tile = |name: &str, n: u64, definition: &str| {
        stat(&Stat {
            name: name.into(),
            definition: definition.into(),
            figure: format::count(n),
            ..Stat::default()
        })
    };
    stats(
        "figures",
        &[
            tile(
                "Records",
                s.records,
                "Candidate activities that were read: activities + duplicates + not taken.",
            ),
            tile("Activities", s.activities, "Records that were new and went into the log."),
            tile("Duplicates", s.duplicates, "Records that were in the log already. They change nothing."),
            tile(
                "Not taken",
                skipped(&page.import),
                "Records that could not be taken; each has a reason and a line.",
            ),
        ],
    )
}

fn about(page: &ImportPage) -> Markup {
    let (import, s) = (&page.import, &page.import.summary);
    let source = Markup::raw(format!(
        "<span class=\"row\">{}<a href=\"{}\">{}</a></span>",
        source_badge(&page.source.network, &page.source.network),
        esc(&source_href(&page.source)),
        esc(&s.source)
    ));
    let mut lines = vec![
        ("State", standing_badge(page.standing)),
        ("Source", source),
        ("Format", Markup::text(&import.format)),
        ("Begun", Markup::text(&format!("{} by {}", when(import.started_at, &page.zone), import.started_by))),
    ];
    if let (Some(name), true) = (elsewhere(page), import.live) {
        lines.push(("Server", Markup::text(name)));
    }
    if let Some(ended) = import.ended_at {
        let text = format!("{}, after {} of work", when(ended, &page.zone), format::duration(s.seconds));
        lines.push(("Ended", Markup::text(&text)));
    }
    if page.source.zoneless {
        let place = format!("{}#zone", source_href(&page.source));
        let text = format!("{}, assumed: <a href=\"{}\">correct it</a>", esc(&page.source.zone), esc(&place));
        lines.push(("Zone of its times", Markup::raw(text)));
    }
    if page.standing == Standing::Running {
        return card("About this import", &Markup::empty(), &facts(&lines));
    }
    lines.push((
        "People and channels",
        Markup::text(&format!(
            "{} and {} seen for the first time",
            format::count(s.people),
            format::count(s.channels)
        )),
    ));
    lines.push(("First and last day", Markup::text(&days_of(s))));
    card("About this import", &Markup::empty(), &facts(&lines))
}

/// First and last day as people read them; an import counts its days in UTC.
pub(crate) fn days_of(summary: &Summary) -> String {
    let day = |text: &Option<String>| text.as_deref().and_then(|t| Day::parse(t).ok());
    match day(&summary.first).zip(day(&summary.last)) {
        Some((first, last)) => format!("{} (UTC)", format::day_range(first, last)),
        None => "–".to_owned(),
    }
}

fn kinds(summary: &Summary) -> Markup {
    if summary.by_kind.is_empty() {
        return Markup::empty();
    }
    let columns = [
        Column { label: "Kind", ..Column::default() },
        Column { label: "Activities", number: true, ..Column::default() },
    ];
    let rows = summary
        .by_kind
        .iter()
        .map(|(kind, n)| vec![Markup::text(kind), Markup::text(&format::count(*n))])
        .collect();
    let table = ui::table(&Table { caption: "Activities by kind", columns: &columns, rows });
    ui::card("", "By kind", &Markup::empty(), &table, &Markup::empty())
}

/// Records that were not taken, by reason.
pub(crate) fn reasons(summary: &Summary) -> Markup {
    if summary.skipped.is_empty() {
        return Markup::empty();
    }
    let columns = [
        Column { label: "Why not taken", ..Column::default() },
        Column { label: "Records", number: true, ..Column::default() },
    ];
    let rows = summary
        .skipped
        .iter()
        .map(|s| vec![Markup::text(&s.reason), Markup::text(&format::count(s.count))])
        .collect();
    ui::table(&Table { caption: "Records not taken, by reason", columns: &columns, rows })
}

fn not_taken(page: &ImportPage) -> Markup {
    if page.import.summary.skipped.is_empty() || page.standing == Standing::Undone {
        return Markup::empty();
    }
    let href = format!("{}/skipped.csv", import_href(&page.import));
    let download = Button {
        label: "Download lines",
        icon: "download",
        href: &href,
        small: true,
        attributes: &[("download", "")],
        ..Button::default()
    };
    let columns = [
        Column { label: "Where", ..Column::default() },
        Column { label: "Why", rank: 2, ..Column::default() },
        Column { label: "The record's beginning", rank: 3, ..Column::default() },
    ];
    let rows: Vec<Vec<Markup>> = page
        .sample
        .iter()
        .map(|s| {
            let start: String = s.excerpt.chars().take(120).collect();
            vec![
                Markup::text(&s.place),
                Markup::text(&s.reason),
                Markup::raw(format!("<code>{}</code>", esc(&start))),
            ]
        })
        .collect();
    let note =
        format!("The first {}; the file has every one.", format::counted(rows.len() as u64, "line", "lines"));
    let sample = ui::table(&Table { caption: "Lines that were not taken", columns: &columns, rows });
    ui::card(
        "skipped",
        "Not taken",
        &download.markup(),
        &Markup::join([&reasons(&page.import.summary), &sample]),
        &Markup::text(&note),
    )
}

/// The question before an import is taken back.
pub(crate) fn question(page: &ImportPage, csrf: &str) -> Markup {
    let s = &page.import.summary;
    let n = format::counted(s.activities, "activity", "activities");
    let body = Markup::raw(format!(
        "<p>{} of {} will leave the log, and every figure will be as if this import had never been. Links between people stay. \
         The export can be imported again at any time.</p>",
        esc(&n),
        esc(&s.source)
    ));
    let href = import_href(&page.import);
    let question = ui::confirm(&Confirm {
        title: &format!("Take back the import of {}?", page.import.input),
        body,
        label: &format!("Take back {n}"),
        action: &format!("{href}/undo"),
        back: &href,
        fields: &[("csrf", csrf)],
        danger: true,
    });
    Markup::raw(format!("<h1 class=\"sr\">Take an import back</h1>{question}"))
}
