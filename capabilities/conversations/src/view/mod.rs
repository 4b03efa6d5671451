//! What the pages look like. Everything here turns plain values into markup and asks nothing.

pub(crate) mod list;
pub(crate) mod settings;
pub(crate) mod thread;

use crate::model::{Standing, State};
use base::{Micros, Zone};
use community::read::Author;
use ui::{Look, Markup, Tone, badge, esc, format};

/// Where the area lives.
pub(crate) const PATH: &str = "/desk/conversations";

/// The address of a conversation.
pub(crate) fn href(conversation: i64) -> String {
    format!("{PATH}/{conversation}")
}

/// Where a conversation stands; what asks nothing and has no reply waits for nobody.
pub(crate) fn state_badge(state: State, question: bool) -> Markup {
    if state == State::Unanswered && !question {
        return badge("No reply", Tone::Neutral);
    }
    let tone = match state {
        State::Answered => Tone::Good,
        State::Probably => Tone::Info,
        State::Unanswered => Tone::Warn,
        State::WaitsForAsker | State::WaitsForEngineering => Tone::Neutral,
    };
    badge(state.title(), tone)
}

/// A span in words, in at most two units.
pub(crate) fn span(micros: Micros) -> String {
    format::duration((micros.max(0) / 1_000_000) as f64)
}

/// A span in its largest unit, for what is only to be placed: `11 h`.
fn about(micros: Micros) -> String {
    let minutes = micros.max(0) / 60_000_000;
    match minutes {
        0 => "a moment".to_owned(),
        1..60 => format!("{minutes}\u{a0}min"),
        60..1_440 => format!("{}\u{a0}h", minutes / 60),
        _ => format!("{}\u{a0}d", minutes / 1_440),
    }
}

/// How long ago, as an element with the full time: `2 h ago`.
pub(crate) fn ago(at: Micros, now: Micros, zone: &Zone) -> Markup {
    let full = ui::time(at, zone).into_string();
    let moment = ui::moment(at, zone);
    let words = match now - at {
        d if d < 0 => moment.clone(),
        d if d < 14 * 86_400_000_000 => format!("{}\u{a0}ago", about(d)),
        _ => format::day_short(zone.day_of(at), true),
    };
    // The same element, with other words and the full time on hover.
    let start = full.split('>').next().unwrap_or("<time");
    Markup::raw(format!("{start} title=\"{}\">{}</time>", esc(&moment), esc(&words)))
}

/// Until when, in words and colour.
pub(crate) fn due_words(due: Micros, present: Micros) -> (Tone, String) {
    let left = due - present;
    match left {
        l if l < 0 => (Tone::Bad, format!("{} over", span(-l))),
        l => (if l < 3_600_000_000 { Tone::Warn } else { Tone::Neutral }, format!("{} left", span(l))),
    }
}

/// Where a question stands, with its clock.
pub(crate) fn clock(
    standing: &Standing,
    due: Option<Micros>,
    old: Option<Micros>,
    present: Micros,
    zone: &Zone,
) -> Markup {
    if standing.state != State::Unanswered {
        return Markup::empty();
    }
    match (due, old) {
        (Some(due), _) => {
            let (tone, words) = due_words(due, present);
            let class = match tone {
                Tone::Bad => "bad-text",
                Tone::Warn => "warn-text",
                _ => "muted",
            };
            Markup::raw(format!("<small class=\"{class}\">{}</small>", esc(&words)))
        }
        (None, Some(last)) => Markup::raw(format!(
            "<small class=\"muted\">data until {}</small>",
            esc(&format::day_short(zone.day_of(last), true))
        )),
        (None, None) => Markup::empty(),
    }
}

/// A member as a link.
pub(crate) fn person_link(p: &Author) -> Markup {
    if p.public_id.is_empty() {
        return Markup::text("Nobody named");
    }
    Markup::raw(format!("<a href=\"/desk/members/{}\">{}</a>", esc(&p.public_id), esc(&p.name)))
}

/// One or two letters of a name in a circle; the colour is the member's own.
pub(crate) fn avatar(name: &str, member: u32) -> Markup {
    let mut words = name
        .split(|c: char| c.is_whitespace() || matches!(c, '_' | '.' | '-' | '@'))
        .filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    let letters: String =
        words.next().into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect();
    let letters = if letters.is_empty() { "?".to_owned() } else { letters };
    Markup::raw(format!(
        "<span class=\"avatar d{}\" aria-hidden=\"true\">{}</span>",
        member % 8 + 1,
        esc(&letters)
    ))
}

/// A form that is one small button, which sends these fields.
pub(crate) fn post(action: &str, fields: &[(&str, &str)], label: &str, key: &str) -> Markup {
    let hidden: String = fields.iter().map(|(n, v)| ui::hidden(n, v).into_string()).collect();
    let mut attributes = vec![("data-busy", "")];
    if !key.is_empty() {
        attributes.push(("data-key", key));
    }
    let button =
        ui::Button { label, look: Look::Plain, small: true, attributes: &attributes, ..Default::default() }
            .markup();
    Markup::raw(format!("<form method=\"post\" action=\"{}\">{hidden}{button}</form>", esc(action)))
}
