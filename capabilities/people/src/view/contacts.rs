//! The list of contacts and what came of each.

use super::{href, instant, post};
use crate::contacts::{Entries, Entry, Outcome};
use crate::members::Line;
use base::Zone;
use ui::{Column, Look, Markup, Table, Tone, badge, card, esc, format};

/// The address of the list.
pub(crate) const CONTACTS: &str = "/desk/contacts";

/// The body of the page. `of` is the member whose contacts are shown; `None` for everybody's.
pub(crate) fn body(e: &Entries, of: Option<&Line>, as_of: &str, zone: &Zone, csrf: &str) -> Markup {
    let sentence = match of {
        Some(line) => {
            format!("What the team wrote to {}. Outcomes as of {as_of}, the last activity.", line.title())
        }
        None => format!("To whom the team wrote, why, and what came of it as of {as_of}, the last activity."),
    };
    let csv =
        format!("{CONTACTS}/csv{}", of.map(|l| format!("?member={}", l.public_id())).unwrap_or_default());
    let file = ui::Button {
        label: "CSV",
        icon: "download",
        href: &csv,
        attributes: &[("download", "")],
        ..Default::default()
    };
    let actions = Markup::join([
        &ui::link_button("All members", super::PATH, Look::Plain),
        &if e.entries.is_empty() { Markup::empty() } else { file.markup() },
    ]);
    let head = ui::page_head("Contacts", &sentence, &actions);
    if e.entries.is_empty() {
        let text =
            "Write to somebody from Today or from their page. Once you say that it is sent, it stands here.";
        let today = ui::link_button("To Today", "/desk/today", Look::Primary);
        let empty = ui::empty("send", "Nobody has written to anybody yet", text, &today);
        return Markup::join([&head, &card("", "", &Markup::empty(), &empty, &Markup::empty())]);
    }
    let columns = [
        Column { label: "To", rank: 1, ..Column::default() },
        Column { label: "Why", rank: 1, ..Column::default() },
        Column { label: "Outcome", rank: 1, ..Column::default() },
        Column { label: "By", rank: 3, ..Column::default() },
        Column { label: "When", number: true, rank: 2 },
        Column { label: "Action", rank: 3, ..Column::default() },
    ];
    let rows = e.entries.iter().map(|entry| row(e, entry, zone, csrf)).collect();
    let table = ui::table(&Table { caption: "Contacts", columns: &columns, rows });
    Markup::join([&head, &card("contacts", "", &Markup::empty(), &table, &Markup::empty())])
}

fn row(e: &Entries, entry: &Entry, zone: &Zone, csrf: &str) -> Vec<Markup> {
    let c = &entry.contact;
    let to = e.people.get(&entry.member).map_or_else(super::nothing, super::who);
    let about = entry.conversation.map_or_else(String::new, |n| {
        format!(" <a class=\"sm\" href=\"/desk/conversations/{n}\">the conversation</a>")
    });
    let text = if c.text.trim().is_empty() {
        String::new()
    } else {
        format!(
            "<details class=\"opens\"><summary class=\"sm\">What was written</summary><p class=\"said quote\">{}</p></details>",
            esc(&c.text)
        )
    };
    vec![
        to,
        Markup::raw(format!("{}{about}{text}", esc(&c.why))),
        outcome(e, entry, zone),
        Markup::text(&c.made_by),
        instant(c.made_at, zone),
        if csrf.is_empty() {
            Markup::empty()
        } else {
            let action = format!("{CONTACTS}/{}/removal", c.public_id);
            post(&action, &[("csrf", csrf), ("back", CONTACTS)], "Take back", Look::Quiet)
        },
    ]
}

fn outcome(e: &Entries, entry: &Entry, zone: &Zone) -> Markup {
    match &entry.outcome {
        Outcome::Nothing => badge("No sign yet", Tone::Neutral),
        Outcome::Back(at) => Markup::join([
            &badge("Came back", Tone::Good),
            &Markup::raw(format!(
                " <span class=\"sub\">on {}</span>",
                format::day_short(zone.day_of(*at), true)
            )),
        ]),
        Outcome::Answered(who, at) => {
            let by = e.people.get(who).map_or_else(
                || "somebody".to_owned(),
                |l| format!("<a href=\"{}\">{}</a>", esc(&href(l.public_id())), esc(l.title())),
            );
            Markup::join([
                &badge("Was answered", Tone::Good),
                &Markup::raw(format!(
                    " <span class=\"sub\">by {by} on {}</span>",
                    format::day_short(zone.day_of(*at), true)
                )),
            ])
        }
    }
}
