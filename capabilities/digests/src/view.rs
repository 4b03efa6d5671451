//! The page as HTML.

use crate::PATH;
use crate::compose;
use crate::model::Days;
use crate::pages::Chosen;
use crate::store::{Subscription, VIEW};
use capability::digest::DigestKind;
use capability::settings_page::small_post;
use capability::{App, Principal};
use ui::{Column, Field, Look, Markup, Select, Table, Tone, esc, field};

/// The hour that stands in a form at first.
const HOUR: u16 = 8;

pub(crate) fn body(app: &App, chosen: &Chosen, by: &Principal) -> Markup {
    let none = if chosen.set_up {
        Markup::empty()
    } else {
        let text = "Mail is not set up here, so that nothing is sent. Whoever may change it names a mail server under \
                    Settings, Mail; what you choose below holds from then on.";
        ui::notice(Tone::Info, "No mail is sent", &Markup::text(text))
    };
    let mut whole = none;
    for kind in app.registry.digests() {
        whole.push(&digest(&kind, chosen, by));
    }
    whole.push(&views(app, chosen, by));
    whole.push(&ui::zone_list());
    whole
}

/// The fields of when; `id` tells the forms of the page apart.
fn when(id: &str, days: &[(String, String)], present: Option<&Subscription>, chosen: &Chosen) -> Markup {
    let hours: Vec<(String, String)> = (0..24).map(|h| (h.to_string(), format!("{h:02}:00"))).collect();
    let hour = present.map_or(HOUR, |s| s.hours.hour).to_string();
    let hint = format!("Empty for the community's ({}).", chosen.zone.name());
    let value = present.map_or("", |s| s.hours.days.word());
    let named = |name: &str, markup: Markup| {
        // Labels find their fields by id, which must be there once.
        let html = markup.into_string();
        let own = html
            .replace(&format!("id=\"{name}"), &format!("id=\"{id}-{name}"))
            .replace(&format!("for=\"{name}\""), &format!("for=\"{id}-{name}\""))
            .replace(&format!("describedby=\"{name}"), &format!("describedby=\"{id}-{name}"));
        Markup::raw(own)
    };
    Markup::join([
        &named(
            "days",
            ui::select(&Select { label: "When", name: "days", options: days, value, ..Select::default() }),
        ),
        &named(
            "hour",
            ui::select(&Select {
                label: "At",
                name: "hour",
                options: &hours,
                value: &hour,
                ..Select::default()
            }),
        ),
        &named(
            "zone",
            field(&Field {
                label: "Time zone",
                name: "zone",
                value: present.map_or("", |s| s.hours.zone.as_str()),
                hint: &hint,
                optional: true,
                attributes: &[("list", "zones"), ("autocomplete", "off"), ("spellcheck", "false")],
                ..Field::default()
            }),
        ),
    ])
}

fn options(days: &[Days]) -> Vec<(String, String)> {
    days.iter().map(|d| (d.word().to_owned(), d.title().to_owned())).collect()
}

fn digest(kind: &DigestKind, chosen: &Chosen, by: &Principal) -> Markup {
    let present = chosen.subscriptions.iter().find(|s| s.kind == kind.id);
    if let (Some(why), None) = (by.why_not(kind.permission), present) {
        let text =
            Markup::raw(format!("<p class=\"card-body muted\">{} {}.</p>", esc(kind.sentence), esc(&why)));
        return ui::card(kind.id, kind.title, &Markup::empty(), &text, &Markup::empty());
    }
    let mut days = vec![(String::new(), "Never".to_owned())];
    days.extend(options(if kind.weekly { &[Days::Mondays] } else { &[Days::All, Days::Working] }));
    let now = match present {
        Some(s) if chosen.set_up => {
            small_post(&format!("{PATH}/{}/now", s.public_id), &by.csrf, "Send me one now", Look::Quiet)
        }
        _ => Markup::empty(),
    };
    let form = format!(
        "<form class=\"card-body stack\" method=\"post\" action=\"{PATH}\">{}{}<p class=\"muted\">{}</p>{}<div class=\"row\">{}</div></form>",
        ui::hidden("csrf", &by.csrf),
        ui::hidden("kind", kind.id),
        esc(kind.sentence),
        when(kind.id, &days, present, chosen),
        ui::button("Save", Look::Plain)
    );
    let foot = present.map_or_else(Markup::empty, |s| state(s, chosen));
    ui::card(kind.id, kind.title, &now, &Markup::raw(form), &foot)
}

/// When the last one was sent, and when the next one is due.
fn state(s: &Subscription, chosen: &Chosen) -> Markup {
    let zone = s.hours.zone(&chosen.zone);
    let last = match s.sent_at {
        Some(at) => format!("Last sent {}. ", ui::time(at, &zone)),
        None => "None was sent yet. ".to_owned(),
    };
    let next = if chosen.set_up { format!("Next {}.", ui::time(s.due_at, &zone)) } else { String::new() };
    Markup::raw(format!("<span>{last}{next}</span>"))
}

fn views(app: &App, chosen: &Chosen, by: &Principal) -> Markup {
    let of: Vec<&Subscription> = chosen.subscriptions.iter().filter(|s| s.kind == VIEW).collect();
    let list = if of.is_empty() {
        Markup::empty()
    } else {
        let rows = of.iter().map(|s| row(app, s, chosen, by)).collect();
        let columns = [
            Column { label: "View", ..Column::default() },
            Column { label: "When", ..Column::default() },
            Column { label: "Last sent", rank: 2, ..Column::default() },
            Column { label: "Send or stop", ..Column::default() },
        ];
        ui::table(&Table { caption: "Saved views by mail", columns: &columns, rows })
    };
    let kinds = app.registry.views();
    let name = |list: &str| kinds.iter().find(|k| k.list == list).map_or("", |k| k.title);
    let left: Vec<(String, String)> = chosen
        .views
        .iter()
        .filter(|v| !of.iter().any(|s| s.view == v.view.public_id))
        .map(|v| (v.view.public_id.clone(), format!("{}: {}", name(&v.list), v.view.name)))
        .collect();
    let form = if left.is_empty() {
        let text = "A list with filters (members, conversations, channels) has \"Save view\" above it. What you save there, or \
                    what a colleague shares, can be chosen here: its number and first rows come by mail.";
        format!("<p class=\"card-body muted\">{}</p>", esc(text))
    } else {
        let select = ui::select(&Select {
            label: "View",
            name: "view",
            options: &left,
            hint: "Its number and first rows, with a link to all of it.",
            ..Select::default()
        });
        format!(
            "<form class=\"card-body stack\" method=\"post\" action=\"{PATH}/views\">{}{select}{}<div class=\"row\">{}</div></form>",
            ui::hidden("csrf", &by.csrf),
            when("view", &options(&Days::ALL), None, chosen),
            ui::button("Send me this view", Look::Plain)
        )
    };
    ui::card(
        "views",
        "Saved views",
        &Markup::empty(),
        &Markup::join([&list, &Markup::raw(form)]),
        &Markup::empty(),
    )
}

fn row(app: &App, s: &Subscription, chosen: &Chosen, by: &Principal) -> Vec<Markup> {
    let title = compose::title(app, s, &chosen.views);
    let of = format!("{PATH}/{}", s.public_id);
    let now = if chosen.set_up {
        small_post(&format!("{of}/now"), &by.csrf, "Send now", Look::Quiet)
    } else {
        Markup::empty()
    };
    let stop = small_post(&format!("{of}/removal"), &by.csrf, "Stop", Look::DangerQuiet);
    let sent = s.sent_at.map_or_else(|| Markup::text("–"), |at| ui::time(at, &s.hours.zone(&chosen.zone)));
    let controls = Markup::raw(format!("<div class=\"row wrap\">{now}{stop}</div>"));
    vec![Markup::text(&title), Markup::text(&s.hours.words()), sent, controls]
}
