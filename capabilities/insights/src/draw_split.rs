//! A split answer as one drawing: a line or a layer for each part, and a table where there is no series.

use crate::draw::{self, Room, axis, chart, lines};
use metric::{Envelope, Figures, Part, Point, State};
use std::collections::HashMap;
use ui::chart::{Axis, Chart, Note, Over, Series, Value};
use ui::{Markup, esc};

/// Up to so many parts each keeps its interval band.
const BANDS: usize = 2;

/// The drawing of a split answer.
pub(crate) fn draw(envelope: &Envelope, parts: &[Part], notes: &[Note], room: Room) -> Markup {
    let known: Vec<(u8, &Part)> = hues(parts).filter(|(_, part)| part.state != State::Unavailable).collect();
    let over = Over { notes, line: None };
    let drawing = if envelope.id == "retention" {
        ui::chart::line(&pooled(envelope, &known, room))
    } else if let Some(points) = envelope.points.as_deref() {
        let chart = series(envelope, points, &known, room);
        if stacks(envelope) {
            ui::chart::stacked_with(&chart, &over)
        } else {
            ui::chart::line_with(&chart, &over)
        }
    } else {
        figures_of(envelope, &known)
    };
    Markup::join([&drawing, &remarks(envelope, parts)])
}

/// A colour for each part; grey for the rest.
fn hues(parts: &[Part]) -> impl Iterator<Item = (u8, &Part)> {
    parts
        .iter()
        .enumerate()
        .map(|(at, part)| (if part.rest.is_some() { 0 } else { (at % 8) as u8 + 1 }, part))
}

/// Whether the parts add up to the whole, so that they may stand on one another.
fn stacks(envelope: &Envelope) -> bool {
    let adds_up = metric::definition(&envelope.id).is_ok_and(metric::Definition::adds_up);
    adds_up || envelope.split == Some("staff") && matches!(envelope.id.as_str(), "joins" | "leaves")
}

fn series(envelope: &Envelope, whole: &[Point], parts: &[(u8, &Part)], room: Room) -> Chart {
    let key = |p: &Point| {
        p.start.clone().unwrap_or_else(|| p.more.get("days").map(ToString::to_string).unwrap_or_default())
    };
    let few = parts.len() <= BANDS;
    let lines = parts
        .iter()
        .map(|(hue, part)| {
            let points = part.figures.points.as_deref().unwrap_or_default();
            let by_key: HashMap<String, &Point> = points.iter().map(|p| (key(p), p)).collect();
            let values = whole.iter().map(|p| {
                // Whether a period is over is a matter of the whole: a part's own last activity may lie long ago.
                let open = p.state == State::Partial;
                let Some(own) = by_key.get(&key(p)) else { return Value { open, ..Value::default() } };
                let value = draw::value(own);
                if few { Value { open, ..value } } else { Value { open, low: None, high: None, ..value } }
            });
            Series { name: part.label.clone(), hue: *hue, values: values.collect(), was: false }
        })
        .collect();
    chart(envelope, axis(envelope, whole), lines, room)
}

/// Retention of all cohorts together, a line for each part.
fn pooled(envelope: &Envelope, parts: &[(u8, &Part)], room: Room) -> Chart {
    // Everybody is there at first; the first period after it is where the lines begin to differ.
    let whole = envelope.pooled.as_deref().unwrap_or_default();
    let ks: Vec<u32> = whole.iter().map(|p| p.k).filter(|k| *k > 0).collect();
    let few = parts.len() <= BANDS;
    let lines = parts
        .iter()
        .map(|(hue, part)| {
            let own = part.figures.pooled.as_deref().unwrap_or_default();
            let value = |k: &u32| {
                own.iter().find(|p| p.k == *k).filter(|p| p.eligible > 0).map_or_else(Value::default, |p| {
                    Value {
                        value: p.value,
                        low: p.low.filter(|_| few),
                        high: p.high.filter(|_| few),
                        open: false,
                    }
                })
            };
            Series { name: part.label.clone(), hue: *hue, values: ks.iter().map(value).collect(), was: false }
        })
        .collect();
    let mut chart = chart(envelope, Axis::Names(ks.iter().map(ToString::to_string).collect()), lines, room);
    chart.unit =
        format!("per cent of newcomers who were back, by {}s after the first", envelope.grain().word());
    chart
}

/// Named figures side by side.
fn figures_of(envelope: &Envelope, parts: &[(u8, &Part)]) -> Markup {
    let whole = Figures { summary: envelope.summary.clone(), ..Figures::default() };
    let columns: Vec<(&str, &Figures)> = std::iter::once(("All", &whole))
        .chain(parts.iter().map(|(_, part)| (part.label.as_str(), &part.figures)))
        .collect();
    let each: Vec<Vec<draw::Line>> = columns
        .iter()
        .map(|(_, figures)| lines(&envelope.with_figures(&envelope.title, State::Complete, figures)))
        .collect();
    let head: String = columns
        .iter()
        .map(|(label, _)| format!("<th scope=\"col\" class=\"num\">{}</th>", esc(label)))
        .collect();
    let names = each.first().into_iter().flatten().map(|line| line.0);
    let rows: String = names
        .enumerate()
        .map(|(at, name)| {
            let cell = |list: &Vec<draw::Line>| {
                let text = list.get(at).and_then(|line| line.1.clone()).unwrap_or_else(|| "–".into());
                format!("<td class=\"num\">{}</td>", esc(&text))
            };
            format!(
                "<tr><th scope=\"row\">{}</th>{}</tr>",
                esc(name),
                each.iter().map(cell).collect::<String>()
            )
        })
        .collect();
    Markup::raw(format!(
        "<div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"{0}, by {1}\"><table class=\"table flat\"><caption class=\"sr\">{0}, by {1}</caption>\
         <thead><tr><th scope=\"col\">Figure</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>",
        esc(&envelope.title),
        envelope.split.unwrap_or_default()
    ))
}

/// What is left out, and which parts have no figures, with the reason.
fn remarks(envelope: &Envelope, parts: &[Part]) -> Markup {
    let mut out: Vec<String> = envelope.split_note.iter().map(|note| format!("Shown: {note}.")).collect();
    if parts.is_empty() {
        out.push(format!("There is no {} with activity in these days.", envelope.split.unwrap_or("part")));
    }
    let missing: Vec<&Part> = parts.iter().filter(|p| p.state == State::Unavailable).collect();
    if let Some(first) = missing.first() {
        let names: Vec<&str> = missing.iter().map(|p| p.label.as_str()).collect();
        let why = match first.key.as_str() {
            "staff" => "nobody of the staff did anything here; say who is staff under Settings",
            _ => first.reason.as_deref().unwrap_or("no figures"),
        };
        out.push(format!("Without figures: {} ({why}).", names.join(", ")));
    }
    Markup::raw(
        out.iter().map(|text| format!("<p class=\"plot-note\">{}</p>", esc(text))).collect::<String>(),
    )
}
