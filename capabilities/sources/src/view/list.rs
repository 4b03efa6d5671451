//! The list of sources.

use super::{days, moving_bar, polled, source_href, stack, when};
use crate::model::{Listing, SourceLine, Standing};
use crate::pages::{Moving, standing};
use crate::watch::Folder;
use base::Zone;
use ui::{Button, Column, Look, Markup, Table, Tone, badge, card, esc, format, source_badge};

const IMPORT: &str = "/desk/sources/import";

/// The body of the page; `off` says why whoever looks may not import, and is empty when they may.
pub(crate) fn body(listing: &Listing, moving: &[Moving], watched: Option<&Folder>, off: &str) -> Markup {
    let import = Button {
        label: "Import",
        icon: "upload",
        href: IMPORT,
        look: Look::Primary,
        off_because: off,
        ..Button::default()
    };
    if listing.sources.is_empty() && moving.is_empty() {
        let head = ui::page_head(
            "Sources",
            "The places where the community talks, and what was brought in from each.",
            &Markup::empty(),
        );
        return stack(&[head, nothing_yet(&import.markup()), self::watched(watched, &listing.zone)]);
    }
    let head = ui::page_head(
        "Sources",
        "The places where the community talks, and what was brought in from each.",
        &import.markup(),
    );
    let running = if moving.is_empty() { Markup::empty() } else { running(moving) };
    stack(&[head, running, table(listing), self::watched(watched, &listing.zone)])
}

/// The watched folder: where it is, when it was looked at, what waits there.
pub(crate) fn watched(folder: Option<&Folder>, zone: &Zone) -> Markup {
    let Some(f) = folder else { return Markup::empty() };
    let looked = f.looked_at.map_or_else(|| Markup::text("not yet"), |at| ui::time(at, zone));
    let waiting = f.waiting.iter().map(|(name, why)| {
        format!(
            "<li><b class=\"strong\">{}</b><span class=\"sub\">{}</span></li>",
            esc(name),
            esc(why.lines().next().unwrap_or_default())
        )
    });
    let list = if f.waiting.is_empty() {
        Markup::text("nothing")
    } else {
        Markup::raw(format!("<ul class=\"stack\">{}</ul>", waiting.collect::<String>()))
    };
    let facts = ui::facts(&[
        ("Path", Markup::raw(format!("<code>{}</code>", esc(&f.path.display().to_string())))),
        ("Last look", looked),
        ("Waits", list),
    ]);
    let trouble =
        f.trouble.as_ref().map_or_else(Markup::empty, |t| ui::notice(Tone::Bad, "", &Markup::text(t)));
    let text = "An export that is put there is imported by itself and then lies in done or failed, with a report beside it. In a folder \
                named like a source it goes into that source.";
    let body = Markup::raw(format!(
        "<div class=\"card-body stack\">{trouble}<p class=\"muted\">{text} <a href=\"/desk/help/watch-a-folder\">More</a></p>{facts}</div>"
    ));
    let inside = card("", "Watched folder", &Markup::empty(), &body, &Markup::empty());
    Markup::raw(format!(
        "<div id=\"watched\" data-fragment data-live=\"{}\" hx-get=\"/desk/sources/watched\" hx-trigger=\"live\" hx-swap=\"outerHTML\">{inside}</div>",
        crate::work::TOPIC
    ))
}

/// What is under way. Empty, and asking no more, when nothing is.
pub(crate) fn running(moving: &[Moving]) -> Markup {
    if moving.is_empty() {
        return Markup::raw("<div id=\"running\"></div>");
    }
    let bars: String = moving
        .iter()
        .map(|m| {
            format!("<a class=\"sm\" href=\"{}\">Open this import</a>", esc(&super::import_href(&m.import)))
        })
        .zip(moving)
        .map(|(link, m)| format!("<div class=\"card-body stack\">{}{link}</div>", moving_bar(m)))
        .collect();
    let inside = card("", "Under way", &Markup::empty(), &Markup::raw(bars), &Markup::empty());
    polled("running", "/desk/sources/running", &inside)
}

fn table(listing: &Listing) -> Markup {
    let columns = [
        Column { label: "Source", ..Column::default() },
        Column { label: "First and last day", rank: 2, ..Column::default() },
        Column { label: "Activities", number: true, ..Column::default() },
        Column { label: "People", number: true, rank: 2 },
        Column { label: "Channels", number: true, rank: 3 },
        Column { label: "Zone", rank: 3, ..Column::default() },
        Column { label: "Last import", rank: 3, ..Column::default() },
        Column { label: "State", ..Column::default() },
    ];
    let rows = listing.sources.iter().map(|line| row(line, &listing.zone)).collect();
    let table = ui::table(&Table { caption: "Sources", columns: &columns, rows });
    card("", "", &Markup::empty(), &table, &Markup::empty())
}

fn row(line: &SourceLine, zone: &Zone) -> Vec<Markup> {
    let source = &line.source;
    let name = Markup::raw(format!(
        "<span class=\"row\">{}<a href=\"{}\">{}</a></span><small class=\"sub\">{}</small>",
        source_badge(&source.network, &source.network),
        esc(&source_href(source)),
        esc(&source.name),
        esc(&source.format)
    ));
    let zone_name =
        if source.zoneless { format!("{} (assumed)", source.zone) } else { "in the export".into() };
    let last = line.last_import.as_ref().map_or_else(
        || Markup::text("–"),
        |i| {
            let at = when(i.started_at, zone);
            Markup::raw(format!("<a href=\"{}\">{}</a>", esc(&super::import_href(i)), esc(&at)))
        },
    );
    vec![
        name,
        Markup::text(&days(line.span, zone)),
        Markup::text(&format::count(line.activities)),
        Markup::text(&format::count(line.people)),
        Markup::text(&format::count(line.channels)),
        Markup::text(&zone_name),
        last,
        state(line),
    ]
}

/// A source's state is that of its newest import, or that it is empty.
fn state(line: &SourceLine) -> Markup {
    match line.last_import.as_ref().map(standing) {
        Some(Standing::Running) => badge("Importing", Tone::Info),
        Some(Standing::Undoing) => badge("Being taken back", Tone::Info),
        Some(Standing::Interrupted) => badge("Import interrupted", Tone::Warn),
        Some(Standing::Failed) => badge("Import failed", Tone::Bad),
        _ if line.activities == 0 => badge("Empty", Tone::Neutral),
        _ => badge("Ready", Tone::Good),
    }
}

/// Which exports exist and where to get them.
fn nothing_yet(action: &Markup) -> Markup {
    let invitation = ui::empty(
        "plug",
        "No sources yet",
        "Export what the community wrote so far and import it here. One log, one list of members and the Health page come from it.",
        action,
    );
    let facts: Vec<(&str, Markup)> = WHERE.iter().map(|(name, text)| (*name, Markup::text(text))).collect();
    let places = super::card("Where exports come from", &Markup::empty(), &ui::facts(&facts));
    stack(&[card("", "", &Markup::empty(), &invitation, &Markup::empty()), places])
}

/// Where each export comes from, in the words that its place uses.
const WHERE: [(&str, &str); 5] = [
    ("Slack", "Workspace settings, Import/export data, Export: a zip with every public channel."),
    ("Discord", "DiscordChatExporter, as JSON: its files as they are, or zipped."),
    ("Discourse", "The answers of /t/ID.json, one file for each topic, zipped."),
    ("Mailing list", "The archive's monthly mbox or .txt.gz files."),
    (
        "Anything else",
        "A table (CSV or JSONL) with one activity a row, and a mapping that says which column is what.",
    ),
];
