//! What the pages look like. Everything here turns plain values into markup and asks nothing.

pub(crate) mod form;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod source;

use crate::model::Standing;
use crate::pages::Moving;
use base::{Micros, Zone};
use community::sources::Source;
use connect::import::{ImportRecord, Progress};
use ui::{Button, Look, Markup, Tone, badge, esc, format, moment as when, zone_list};

/// The pages above a source or an import.
pub(crate) fn crumbs(source: Option<&Source>) -> Vec<(String, String)> {
    let mut crumbs = vec![("Sources".to_owned(), "/desk/sources".to_owned())];
    crumbs.extend(source.map(|s| (s.name.clone(), source_href(s))));
    crumbs
}

fn source_href(source: &Source) -> String {
    format!("/desk/sources/{}", source.public_id)
}

fn import_href(import: &ImportRecord) -> String {
    format!("/desk/sources/imports/{}", import.summary.import)
}

/// First and last day of a span, or a dash.
fn days(span: Option<(Micros, Micros)>, zone: &Zone) -> String {
    span.map_or_else(|| "–".to_owned(), |(a, b)| format::day_range(zone.day_of(a), zone.day_of(b)))
}

fn standing_badge(standing: Standing) -> Markup {
    let tone = match standing {
        Standing::Running | Standing::Undoing => Tone::Info,
        Standing::Interrupted => Tone::Warn,
        Standing::Done => Tone::Good,
        Standing::Failed => Tone::Bad,
        Standing::Undone => Tone::Neutral,
    };
    badge(standing.word(), tone)
}

/// A card around a body with the usual room.
fn card(title: &str, actions: &Markup, body: &Markup) -> Markup {
    let body = Markup::raw(format!("<div class=\"card-body stack\">{body}</div>"));
    ui::card("", title, actions, &body, &Markup::empty())
}

fn stack(pieces: &[Markup]) -> Markup {
    Markup::raw(format!("<div class=\"stack\">{}</div>", Markup::join(pieces)))
}

fn hint(text: &str) -> Markup {
    Markup::raw(format!("<p class=\"hint\">{}</p>", esc(text)))
}

/// A form that is only a button.
fn post(action: &str, csrf: &str, label: &str, look: Look) -> Markup {
    let button = Button { label, look, attributes: &[("data-busy", "")], ..Button::default() }.markup();
    Markup::raw(format!(
        "<form method=\"post\" action=\"{}\">{}{button}</form>",
        esc(action),
        ui::hidden("csrf", csrf)
    ))
}

/// A place that asks for itself again when the event stream says that imports moved, and now and then in case
/// there is no stream; without a script the page is loaded again.
fn polled(id: &str, href: &str, inside: &Markup) -> Markup {
    Markup::raw(format!(
        "<div id=\"{id}\" class=\"stack\" data-fragment data-live=\"{}\" hx-get=\"{}\" hx-trigger=\"live, every 15s\" hx-swap=\"outerHTML\">{inside}\
         <noscript><p class=\"hint\">Load the page again to see how far it is.</p></noscript></div>",
        crate::work::TOPIC,
        esc(href)
    ))
}

/// The bar of something under way, with what is done and what is left.
fn bar(label: &str, progress: Option<&Progress>, records: u64) -> Markup {
    let Some(p) = progress else {
        let note = format!("{}, begun by a command", format::counted(records, "record", "records"));
        return ui::progress(&ui::Progress { label, done: 0, total: None, note: &note });
    };
    let mut note = format::counted(p.records, "record", "records");
    if p.total_bytes > 0 {
        note.push_str(&format!(", {} of {}", format::bytes(p.bytes), format::bytes(p.total_bytes)));
    }
    match p.remaining_micros() {
        Some(left) if p.share() < 1.0 => {
            note.push_str(&format!(", about {} left", format::duration(left as f64 / 1e6)));
        }
        _ => {}
    }
    ui::progress(&ui::Progress {
        label,
        done: p.bytes,
        total: Some(p.total_bytes).filter(|t| *t > 0),
        note: &note,
    })
}

/// The bar of an import or of taking one back.
fn moving_bar(moving: &Moving) -> Markup {
    let summary = &moving.import.summary;
    if moving.standing == Standing::Undoing {
        let label = format!("Taking back {} from {}", moving.import.input, summary.source);
        let (done, total) = moving.progress.as_ref().map_or((0, 0), |p| (p.bytes, p.total_bytes));
        let note = format!("{} of {} activities removed", format::count(done), format::count(total));
        return ui::progress(&ui::Progress {
            label: &label,
            done,
            total: Some(total).filter(|t| *t > 0),
            note: &note,
        });
    }
    let label = format!("Importing {} into {}", moving.import.input, summary.source);
    bar(&label, moving.progress.as_ref(), summary.records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_says_what_is_left() {
        let p = Progress {
            bytes: 25,
            total_bytes: 100,
            records: 1200,
            elapsed_micros: 10_000_000,
            ..Progress::default()
        };
        let html = bar("Importing", Some(&p), 0).into_string().replace('\u{a0}', " ");
        assert!(
            html.contains("25 %") && html.contains("1,200 records") && html.contains("about 30 s left"),
            "{html}"
        );
        assert!(!bar("Importing", None, 3).as_str().contains("max="));
    }
}
