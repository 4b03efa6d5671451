//! A member's privacy on one page.

use super::{listing, press, profile};
use crate::consent::{self, BASES, CHANNELS, Consent, Purpose, Said};
use crate::erasure::Erasure;
use crate::export::Export;
use crate::holds::Hold;
use crate::subject::Subject;
use base::Zone;
use capability::settings_page::form_card;
use ui::{Button, Column, Field, Look, Markup, Select, Tone, badge, esc, format};

/// What the page shows.
pub(crate) struct Page {
    pub subject: Subject,
    pub zone: Zone,
    pub purposes: Vec<Purpose>,
    pub history: Vec<Consent>,
    pub exports: Vec<Export>,
    pub erasures: Vec<Erasure>,
    pub holds: Vec<Hold>,
}

/// Who looks, and what they typed.
pub(crate) struct Looking<'a> {
    pub csrf: &'a str,
    /// Why they may not export and erase; empty when they may.
    pub off_manage: &'a str,
    pub typed: &'a Said,
    pub error: &'a str,
}

/// The body of the page.
pub(crate) fn body(p: &Page, l: &Looking<'_>) -> Markup {
    let title = format!("Privacy of {}", p.subject.title());
    let back = ui::link_button("Back to the member", &profile(p.subject.public_id()), Look::Plain);
    let head = ui::page_head(
        &title,
        "What they agreed to, what is held about them, and how it is forgotten.",
        &back,
    );
    if p.subject.is_erased() {
        let text = "What they did still counts in figures; nothing is left that names them.";
        let gone = ui::notice(Tone::Info, "This member was erased", &Markup::text(text));
        return Markup::join([&head, &gone, &erasures(p, l)]);
    }
    Markup::join([
        &head,
        &held(p, l),
        &consents(p),
        &consent_form(p, l),
        &link_card(p, l),
        &exports(p, l),
        &erasures(p, l),
        &hold_form(p, l),
        &history(p),
    ])
}

fn held(p: &Page, l: &Looking<'_>) -> Markup {
    let each = p.holds.iter().map(|h| {
        let end = format!("/desk/privacy/holds/{}/removal", h.public_id);
        let body = format!(
            "<p>{}: {} (set by {}, {})</p>{}",
            esc(&h.what()),
            esc(&h.reason),
            esc(&h.set_by),
            ui::time(h.set_at, &p.zone),
            press(&end, l.csrf, "End the hold", Look::Plain, l.off_manage)
        );
        ui::notice(Tone::Warn, "Under a legal hold", &Markup::raw(body))
    });
    Markup::join(each.collect::<Vec<_>>().iter())
}

fn title_of<'a>(all: &'a [(&str, &str)], name: &'a str) -> &'a str {
    all.iter().find(|c| c.0 == name).map_or(name, |c| c.1)
}

fn state(given: bool) -> Markup {
    if given { badge("Given", Tone::Good) } else { badge("Taken back", Tone::Neutral) }
}

fn consents(p: &Page) -> Markup {
    let columns = [
        Column { label: "Purpose", ..Column::default() },
        Column { label: "Channel", ..Column::default() },
        Column { label: "State", ..Column::default() },
        Column { label: "Since", rank: 2, ..Column::default() },
        Column { label: "Ground", rank: 3, ..Column::default() },
    ];
    let purpose =
        |slug: &str| p.purposes.iter().find(|x| x.slug == slug).map_or(slug.to_owned(), |x| x.title.clone());
    let rows = consent::present(&p.history)
        .into_iter()
        .map(|c| {
            vec![
                Markup::text(&purpose(&c.purpose)),
                Markup::text(title_of(&CHANNELS, &c.channel)),
                state(c.given),
                ui::time(c.said_at, &p.zone),
                Markup::text(title_of(&BASES, &c.basis)),
            ]
        })
        .collect();
    listing("What they agreed to", &columns, rows, "Nothing is written down: they agreed to nothing yet.")
}

fn options(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
}

fn consent_form(p: &Page, l: &Looking<'_>) -> Markup {
    if p.purposes.is_empty() {
        let text =
            "There is no purpose yet that members are asked for. An admin makes one under Settings, Privacy.";
        return ui::notice(Tone::Info, "", &Markup::text(text));
    }
    let purposes: Vec<(String, String)> =
        p.purposes.iter().map(|x| (x.slug.clone(), x.title.clone())).collect();
    let t = l.typed;
    let given = [("yes", "They agree"), ("no", "They take it back")];
    let fields = Markup::join([
        &ui::select(&Select {
            label: "Purpose",
            name: "purpose",
            options: &purposes,
            value: &t.purpose,
            ..Select::default()
        }),
        &ui::select(&Select {
            label: "Channel",
            name: "channel",
            options: &options(&CHANNELS),
            value: &t.channel,
            ..Select::default()
        }),
        &ui::select(&Select {
            label: "What they said",
            name: "given",
            options: &options(&given),
            value: &t.given,
            ..Select::default()
        }),
        &ui::select(&Select {
            label: "Ground",
            name: "basis",
            options: &options(&BASES),
            value: &t.basis,
            ..Select::default()
        }),
        &ui::field(&Field {
            label: "What proves it",
            name: "proof",
            value: &t.proof,
            hint: "A form, a mail, a conversation; where it can be found.",
            error: l.error,
            attributes: &[("required", ""), ("maxlength", "1000"), ("autocomplete", "off")],
            ..Field::default()
        }),
        &ui::field(&Field {
            label: "When they said it",
            name: "said_at",
            value: &t.said_at,
            hint: "A day as 2024-05-31; empty for now.",
            optional: true,
            attributes: &[("maxlength", "40"), ("autocomplete", "off")],
            ..Field::default()
        }),
    ]);
    let action = format!("{}/consents", profile(p.subject.public_id()));
    form_card("Write down what they said", &action, l.csrf, &fields, "Write down")
}

fn link_card(p: &Page, l: &Looking<'_>) -> Markup {
    let action = format!("{}/preferences", profile(p.subject.public_id()));
    let text = "A page on which the member chooses without an account. The link is signed for them and good for 90 days.";
    let body = format!(
        "<div class=\"card-body stack\"><p>{}</p>{}</div>",
        esc(text),
        press(&action, l.csrf, "Make a link", Look::Plain, "")
    );
    ui::card("", "Let them choose", &Markup::empty(), &Markup::raw(body), &Markup::empty())
}

fn exports(p: &Page, l: &Looking<'_>) -> Markup {
    let columns = [
        Column { label: "Asked for", ..Column::default() },
        Column { label: "State", ..Column::default() },
        Column { label: "Rows", number: true, rank: 2 },
        Column { label: "Kept until", rank: 3, ..Column::default() },
        Column { label: "File", ..Column::default() },
    ];
    let rows: Vec<Vec<Markup>> = p
        .exports
        .iter()
        .map(|e| {
            let own = format!("/desk/privacy/exports/{}", e.public_id);
            let file = match e.made_at {
                Some(_) => format!(
                    "<div class=\"row tight wrap\"><a class=\"btn sm\" href=\"{own}/file\" download>Download ({})</a>{}</div>",
                    format::bytes(e.bytes.unwrap_or(0).unsigned_abs()),
                    press(&format!("{own}/removal"), l.csrf, "Remove", Look::DangerQuiet, "")
                ),
                None => esc(e.error.as_deref().unwrap_or("Load the page again in a moment.")).to_string(),
            };
            let tone = match e.state() {
                "ready" => Tone::Good,
                "failed" => Tone::Bad,
                _ => Tone::Info,
            };
            vec![
                ui::time(e.asked_at, &p.zone),
                badge(e.state(), tone),
                Markup::text(&e.rows.map_or_else(String::new, |n| format::count(n.unsigned_abs()))),
                e.until().map_or_else(Markup::empty, |at| ui::time(at, &p.zone)),
                Markup::raw(file),
            ]
        })
        .collect();
    let list = listing(
        "Exports",
        &columns,
        rows,
        "Everything that is held, as one file with data for programs and a page for people.",
    );
    let ask = format!("{}/exports", profile(p.subject.public_id()));
    Markup::join([
        &list,
        &Markup::raw(format!(
            "<div class=\"row\">{}</div>",
            press(&ask, l.csrf, "Make an export", Look::Plain, l.off_manage)
        )),
    ])
}

fn erasures(p: &Page, l: &Looking<'_>) -> Markup {
    let columns = [
        Column { label: "Asked for", ..Column::default() },
        Column { label: "By", rank: 2, ..Column::default() },
        Column { label: "State", ..Column::default() },
        Column { label: "Begins", ..Column::default() },
        Column { label: "", ..Column::default() },
    ];
    let rows = p
        .erasures
        .iter()
        .map(|e| {
            let own = format!("/desk/privacy/erasures/{}", e.public_id);
            let open = if l.off_manage.is_empty() {
                format!(
                    "<a class=\"btn sm\" href=\"{own}\">{}</a>",
                    if e.done_at.is_some() { "Receipt" } else { "Look" }
                )
            } else {
                String::new()
            };
            vec![
                ui::time(e.asked_at, &p.zone),
                Markup::text(&e.asked_by),
                badge(e.state(), super::erasure::tone(e)),
                ui::time(e.due_at, &p.zone),
                Markup::raw(open),
            ]
        })
        .collect();
    let list = listing("Erasures", &columns, rows, "Nobody asked for an erasure.");
    if p.subject.is_erased() {
        return list;
    }
    let look = format!("{}/erasure", profile(p.subject.public_id()));
    let begin = Button {
        label: "See what an erasure would do",
        href: if l.off_manage.is_empty() { &look } else { "" },
        scripted: true,
        off_because: l.off_manage,
        look: Look::DangerQuiet,
        ..Button::default()
    };
    Markup::join([&list, &Markup::raw(format!("<div class=\"row\">{}</div>", begin.markup()))])
}

fn hold_form(p: &Page, l: &Looking<'_>) -> Markup {
    if !l.off_manage.is_empty() {
        return Markup::empty();
    }
    let reason = ui::field(&Field {
        label: "Why everything of them must be kept",
        name: "reason",
        hint: "Which matter it is for. Until the hold ends nothing of them is dropped or erased.",
        attributes: &[("required", ""), ("maxlength", "1000"), ("autocomplete", "off")],
        ..Field::default()
    });
    let action = format!("{}/holds", profile(p.subject.public_id()));
    form_card("Legal hold", &action, l.csrf, &reason, "Set a hold")
}

fn history(p: &Page) -> Markup {
    let columns = [
        Column { label: "When", ..Column::default() },
        Column { label: "Purpose, channel", ..Column::default() },
        Column { label: "Said", ..Column::default() },
        Column { label: "Proof", rank: 2, ..Column::default() },
        Column { label: "Written down by", rank: 3, ..Column::default() },
    ];
    let rows = p
        .history
        .iter()
        .map(|c| {
            vec![
                ui::time(c.said_at, &p.zone),
                Markup::text(&format!("{}, {}", c.purpose, title_of(&CHANNELS, &c.channel))),
                state(c.given),
                Markup::text(&c.proof),
                Markup::text(&c.set_by),
            ]
        })
        .collect();
    listing(
        "Everything that was said",
        &columns,
        rows,
        "Nothing yet. What is written down here is never changed.",
    )
}
