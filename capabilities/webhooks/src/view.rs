//! How the pages look.

use crate::catalogue::{EVERYTHING, Event, TEST};
use crate::desk::{Listed, PATH, Shown, Typed, address};
use crate::endpoint::Endpoint;
use crate::log::{Delivery, State};
use capability::settings_page::{form_card, small_post};
use ui::{Button, Choice, Column, Field, Look, Markup, Select, Table, Tone, esc};

/// What is said beside a secret.
pub(crate) const SECRET_TEXT: &str = "The other side checks with it that a message is ours: header webhook-signature, \
     Standard Webhooks. Keep it like a password.";

/// What is sent and what is not, in words.
const RULE: &str = "Sent is what happened after the endpoint was made and reached Folkmoot within 7 days; older history, as an \
     import brings it, only when history is ticked. Private channels are left out unless they are ticked. A message may \
     come more than once, with the same webhook-id, and not always in order.";

fn state_badge(e: &Endpoint) -> Markup {
    let tone = match e.state() {
        "stopped" => Tone::Bad,
        "failing" => Tone::Warn,
        _ => Tone::Good,
    };
    ui::badge(e.state(), tone)
}

fn wanted_words(e: &Endpoint) -> String {
    match (e.wanted.is_everything(), e.wanted.0.as_slice()) {
        (true, _) => "everything".into(),
        (_, [one]) => one.clone(),
        (_, [one, other]) => format!("{one}, {other}"),
        (_, many) => format!("{} and {} more", many[0], many.len() - 1),
    }
}

/// The list, the form of a new one, the catalogue.
pub(crate) fn list(l: &Listed, typed: &Typed, csrf: &str) -> Markup {
    let endpoints = if l.endpoints.is_empty() {
        ui::empty(
            "globe",
            "Nobody is told yet",
            "Make an endpoint below with the address that the other program gives you, then send it a test.",
            &Markup::empty(),
        )
    } else {
        let rows = l.endpoints.iter().map(|e| line(l, e)).collect();
        let columns = [
            Column { label: "Where to", ..Column::default() },
            Column { label: "Events", rank: 2, ..Column::default() },
            Column { label: "State", ..Column::default() },
            Column { label: "Waiting", number: true, ..Column::default() },
            Column { label: "Dead", number: true, ..Column::default() },
            Column { label: "Since", rank: 3, ..Column::default() },
        ];
        ui::table(&Table { caption: "Endpoints", columns: &columns, rows })
    };
    Markup::join([
        &ui::card("", "Endpoints", &Markup::empty(), &endpoints, &Markup::empty()),
        &form_card("New endpoint", PATH, csrf, &fields(typed, &l.events), "Make endpoint"),
        &catalogue(l),
    ])
}

fn line(l: &Listed, e: &Endpoint) -> Vec<Markup> {
    let name = if e.description.is_empty() { &e.url } else { &e.description };
    let counts = l.counts.iter().find(|c| c.0 == e.endpoint_id).map_or((0, 0), |c| (c.1, c.2));
    let beneath = if e.description.is_empty() {
        String::new()
    } else {
        format!("<br><small class=\"muted\">{}</small>", esc(&e.url))
    };
    let place = format!("<a href=\"{}\">{}</a>{beneath}", esc(&address(&e.public_id)), esc(name));
    vec![
        Markup::raw(place),
        Markup::text(&wanted_words(e)),
        state_badge(e),
        Markup::text(&ui::format::count(counts.0.unsigned_abs())),
        Markup::text(&ui::format::count(counts.1.unsigned_abs())),
        ui::time(e.made_at, &l.zone),
    ]
}

fn fields(t: &Typed, events: &[Event]) -> Markup {
    let url = ui::field(&Field {
        label: "Address",
        name: "url",
        kind: "url",
        value: &t.url,
        error: &t.error,
        hint: "Begins with https:// and is reached over the open internet.",
        attributes: &[("required", ""), ("maxlength", "2000"), ("autocomplete", "off")],
        ..Field::default()
    });
    let description = ui::field(&Field {
        label: "What it is for",
        name: "description",
        value: &t.description,
        optional: true,
        attributes: &[("maxlength", "200"), ("autocomplete", "off")],
        ..Field::default()
    });
    let ticked = |kind: &str| t.events.iter().any(|k| k == kind);
    let mut choices =
        ui::check("Everything, also events that come later", "event", EVERYTHING, ticked(EVERYTHING));
    for event in events {
        let label = format!("{} ({})", event.meaning, event.kind);
        choices.push(&ui::check(&label, "event", event.kind, ticked(event.kind)));
    }
    let more = Markup::join([
        &ui::check("Private channels too", "private", "1", t.private),
        &ui::check("History too, as imports bring it", "history", "1", t.history),
    ]);
    Markup::raw(format!(
        "{url}{description}<fieldset class=\"choices\"><legend class=\"label\">Events</legend>{choices}</fieldset>\
         <fieldset class=\"choices\"><legend class=\"label\">Beyond the usual</legend>{more}<p class=\"hint\">{}</p></fieldset>",
        esc(RULE)
    ))
}

fn catalogue(l: &Listed) -> Markup {
    let mut out = String::from("<div class=\"card-body stack\">");
    for event in &l.events {
        let sample = serde_json::to_string_pretty(&event.sample(l.now)).unwrap_or_default();
        out.push_str(&format!(
            "<details><summary><code>{}</code> {}</summary><pre tabindex=\"0\" aria-label=\"Sample of {}\">{}</pre></details>",
            esc(event.kind),
            esc(event.meaning),
            esc(event.kind),
            esc(&sample)
        ));
    }
    out.push_str("</div>");
    ui::card("events", "Events and what they say", &Markup::empty(), &Markup::raw(out), &Markup::empty())
}

/// One endpoint: how it stands, its log, what can be done with it.
pub(crate) fn endpoint(s: &Shown, typed: &Typed, csrf: &str) -> Markup {
    let of = address(&s.endpoint.public_id);
    Markup::join([
        &stopped(s, &of, csrf),
        &log(s, &of, csrf),
        &test(s, &of, csrf),
        &form_card("What it hears", &of, csrf, &fields(typed, &s.events), "Save"),
        &signing(&of, csrf),
        &end(s, &of, csrf),
    ])
}

fn stopped(s: &Shown, of: &str, csrf: &str) -> Markup {
    let Some(at) = s.endpoint.stopped_at else { return Markup::empty() };
    let why = s.endpoint.stopped_why.as_deref().unwrap_or_default();
    let start = small_post(&format!("{of}/start"), csrf, "Send again", Look::Plain);
    let text = format!(
        "<p>{}: {}. What is waiting for it keeps waiting, for 30 days.</p>{start}",
        ui::time(at, &s.zone),
        esc(why)
    );
    ui::notice(Tone::Bad, "Nothing is sent there", &Markup::raw(text))
}

fn log(s: &Shown, of: &str, csrf: &str) -> Markup {
    let word = s.state.map_or("", State::word);
    let href = |state: &str| if state.is_empty() { of.to_owned() } else { format!("{of}?state={state}") };
    let mut choices = vec![Choice::new("All", href(""), word.is_empty())];
    choices.extend(State::ALL.iter().map(|state| {
        let name = state.word();
        Choice::new(name[..1].to_uppercase() + &name[1..], href(name), name == word)
    }));
    let csv_href = format!(
        "{of}/deliveries.csv{}",
        if word.is_empty() { String::new() } else { format!("?state={word}") }
    );
    let csv = Button {
        label: "CSV",
        icon: "download",
        href: &csv_href,
        small: true,
        attributes: &[("download", "")],
        ..Button::default()
    };
    let all = if s.dead > 0 {
        small_post(&format!("{of}/replays"), csrf, &format!("Send {} dead again", s.dead), Look::Plain)
    } else {
        Markup::empty()
    };
    let list = if s.deliveries.is_empty() {
        let (title, text) = if s.state.is_some() {
            ("None in this state", "Look at all of them, or wait for something to happen.")
        } else {
            ("Nothing was sent yet", "Send a test below, and see here what the other side answers.")
        };
        ui::empty("inbox", title, text, &Markup::empty())
    } else {
        table(s, of, csrf)
    };
    let next = s.next.as_ref().map_or_else(Markup::empty, |next| {
        let mark = if word.is_empty() { String::new() } else { format!("&state={word}") };
        let href = format!("{of}?before={next}{mark}");
        Markup::raw(format!("<p class=\"card-body\">{}</p>", ui::link_button("Older", &href, Look::Plain)))
    });
    let filter =
        Markup::raw(format!("<div class=\"card-body\">{}</div>", ui::tabs("State of deliveries", &choices)));
    let body = Markup::join([&filter, &list, &next]);
    let actions = Markup::raw(format!(
        "<div class=\"row wrap\">{}{all}{}</div>",
        state_badge(&s.endpoint),
        csv.markup()
    ));
    ui::card("log", "What was sent", &actions, &body, &Markup::empty())
}

fn table(s: &Shown, of: &str, csrf: &str) -> Markup {
    let rows = s.deliveries.iter().map(|d| delivery(s, d, of, csrf)).collect();
    let columns = [
        Column { label: "Event", ..Column::default() },
        Column { label: "State", ..Column::default() },
        Column { label: "Answer", ..Column::default() },
        Column { label: "Tried", rank: 2, ..Column::default() },
        Column { label: "Took", number: true, rank: 3 },
        Column { label: "Attempts", number: true, rank: 3 },
        Column { label: "Send again", ..Column::default() },
    ];
    ui::table(&Table { caption: "Deliveries, the newest first", columns: &columns, rows })
}

fn delivery(s: &Shown, d: &Delivery, of: &str, csrf: &str) -> Vec<Markup> {
    let state = d.state();
    let tone = match state {
        State::Delivered => Tone::Good,
        State::Dead => Tone::Bad,
        State::Retrying => Tone::Warn,
        State::Waiting => Tone::Info,
    };
    let status = d.status.map(|code| format!("<b>{code}</b> ")).unwrap_or_default();
    let answer: String = d.answer.as_deref().unwrap_or_default().chars().take(160).collect();
    let tried = d.tried_at.map_or_else(|| Markup::text("–"), |at| ui::time(at, &s.zone));
    let next = match d.due_at.filter(|_| state == State::Retrying) {
        Some(at) => format!("<br><small class=\"muted\">again {}</small>", ui::time(at, &s.zone)),
        None => String::new(),
    };
    let took =
        d.took.filter(|_| d.status.is_some()).map_or_else(|| "–".to_owned(), |t| format!("{} ms", t / 1_000));
    let again = Markup::raw(format!(
        "<form method=\"post\" action=\"{}/replays\">{}{}{}</form>",
        esc(of),
        ui::hidden("csrf", csrf),
        ui::hidden("delivery", &d.id()),
        Button {
            label: "Send again",
            look: Look::Quiet,
            small: true,
            attributes: &[("aria-label", &format!("Send again {}", d.id()))],
            ..Button::default()
        }
        .markup()
    ));
    vec![
        Markup::raw(format!(
            "<code>{}</code><br><small class=\"muted\">{}</small>",
            esc(&d.kind),
            esc(&d.message)
        )),
        ui::badge(state.word(), tone),
        Markup::raw(format!("{status}{}{next}", esc(&answer))),
        tried,
        Markup::text(&took),
        Markup::text(&d.attempt.to_string()),
        again,
    ]
}

fn test(s: &Shown, of: &str, csrf: &str) -> Markup {
    let mut options = vec![(TEST.to_owned(), "A plain test".to_owned())];
    options.extend(s.events.iter().map(|e| (e.kind.to_owned(), format!("{} ({})", e.meaning, e.kind))));
    let select = ui::select(&Select {
        label: "Event",
        name: "event",
        options: &options,
        value: TEST,
        hint: "Made-up contents, signed like the real ones. Sent to this endpoint whatever it hears.",
        error: "",
    });
    form_card("Send a test", &format!("{of}/tests"), csrf, &select, "Send test")
}

fn signing(of: &str, csrf: &str) -> Markup {
    let body = format!(
        "<div class=\"card-body stack\"><p class=\"muted\">{} After a new one is made, messages carry both signatures for a day, so \
         that nothing is lost while the other side changes over.</p><div class=\"row wrap\">{}{}</div></div>",
        esc(SECRET_TEXT),
        small_post(&format!("{of}/secret"), csrf, "Show secret", Look::Plain),
        small_post(&format!("{of}/rotation"), csrf, "Make a new secret", Look::Plain),
    );
    ui::card("", "Signing secret", &Markup::empty(), &Markup::raw(body), &Markup::empty())
}

fn end(s: &Shown, of: &str, csrf: &str) -> Markup {
    let stop = if s.endpoint.stopped_at.is_none() {
        small_post(&format!("{of}/stop"), csrf, "Stop sending", Look::Plain)
    } else {
        Markup::empty()
    };
    let body = format!(
        "<div class=\"card-body stack\"><p class=\"muted\">Stopping keeps the endpoint and what waits for it. Removing takes its log \
         with it and cannot be taken back.</p><div class=\"row wrap\">{stop}{}</div></div>",
        small_post(&format!("{of}/removal"), csrf, "Remove endpoint", Look::DangerQuiet),
    );
    ui::card("", "End it", &Markup::empty(), &Markup::raw(body), &Markup::empty())
}
