//! How the pages look.

pub(crate) mod erasure;
pub(crate) mod managed;
pub(crate) mod of_member;

use crate::record::Record;
use ui::{Button, Column, Markup, Table, esc};

/// The page of a member.
pub(crate) fn profile(id: &str) -> String {
    format!("/desk/members/{id}")
}

/// The page of a member's privacy.
pub(crate) fn privacy(id: &str) -> String {
    format!("/desk/members/{id}/privacy")
}

/// A card with a table in it, or with words where there is nothing.
pub(crate) fn listing(title: &str, columns: &[Column<'_>], rows: Vec<Vec<Markup>>, nothing: &str) -> Markup {
    let body = if rows.is_empty() {
        Markup::raw(format!("<p class=\"card-body hint\">{}</p>", esc(nothing)))
    } else {
        ui::table(&Table { caption: title, columns, rows })
    };
    ui::card("", title, &Markup::empty(), &body, &Markup::empty())
}

/// A form that is only a button, switched off with its reason where it cannot be used.
pub(crate) fn press(action: &str, csrf: &str, label: &str, look: ui::Look, off: &str) -> Markup {
    if off.is_empty() {
        capability::settings_page::small_post(action, csrf, label, look)
    } else {
        Button { label, look, small: true, scripted: true, off_because: off, ..Button::default() }.markup()
    }
}

/// A list of sentences.
pub(crate) fn sentences(title: &str, lines: &[String]) -> Markup {
    let items: String = lines.iter().map(|l| format!("<li>{}</li>", esc(l))).collect();
    let body = Markup::raw(format!("<ul class=\"card-body stack\">{items}</ul>"));
    ui::card("", title, &Markup::empty(), &body, &Markup::empty())
}

/// The record of processing.
pub(crate) fn processing(record: &Record) -> Markup {
    let print = Button {
        label: "Print",
        icon: "printer",
        scripted: true,
        attributes: &[("data-print", "")],
        ..Button::default()
    };
    let columns = [
        Column { label: "Held", ..Column::default() },
        Column { label: "Part", rank: 2, ..Column::default() },
        Column { label: "After an erasure", rank: 3, ..Column::default() },
    ];
    let mut parts = vec![Markup::raw(format!("<div class=\"row\">{}</div>", print.markup()))];
    for activity in &record.activities {
        let rows = activity
            .tables
            .iter()
            .map(|[table, part, what, erased]| {
                vec![
                    Markup::raw(format!("{}<br><small class=\"muted\">{}</small>", esc(what), esc(table))),
                    Markup::text(part),
                    Markup::text(erased),
                ]
            })
            .collect();
        parts.push(listing(&activity.purpose, &columns, rows, ""));
    }
    parts.push(sentences("For how long", &record.retention));
    parts.push(sentences("Where it comes from", &record.sources));
    parts.push(sentences("Who receives it", &record.recipients));
    Markup::join(parts.iter())
}
