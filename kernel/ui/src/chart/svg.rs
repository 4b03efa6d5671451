//! The frame that line and bar charts share: grid, axis labels, places to point at, key.

use super::scale::Scale;
use super::{Axis, Chart, Figure, Over, Size, Value, notes};
use crate::markup::esc;
use base::Interval;
use std::fmt::Write as _;

/// Above so many places nothing can be pointed at any more.
const MOST_HITS: usize = 800;

/// Where a place lies, in per cent of the width.
pub(super) fn place(at: usize, count: usize, bars: bool) -> f64 {
    match (bars, count) {
        (true, _) => (at as f64 + 0.5) / count as f64 * 100.0,
        (false, 0 | 1) => 50.0,
        (false, _) => at as f64 / (count - 1) as f64 * 100.0,
    }
}

pub(super) fn hue(hue: u8) -> String {
    if (1..=8).contains(&hue) { format!("d{hue}") } else { "other".into() }
}

/// Grid lines and their figures.
pub(super) fn grid(scale: &Scale) -> String {
    let mut lines = String::from("<g class=\"grid\">");
    let mut texts = String::new();
    for (value, text) in &scale.ticks {
        let y = scale.y(*value);
        let zero = if *value == 0.0 { " class=\"zero\"" } else { "" };
        let _ = write!(lines, "<line x1=\"0\" x2=\"100%\" y1=\"{y:.2}%\" y2=\"{y:.2}%\"{zero}/>");
        let _ = write!(
            texts,
            "<text x=\"0\" dx=\"-8\" y=\"{y:.2}%\" dy=\"4\" text-anchor=\"end\">{}</text>",
            esc(text)
        );
    }
    lines + "</g>" + &texts
}

/// The labels below. Every fourth stays on a phone, every second in half a page, all on a whole one.
pub(super) fn labels(axis: &Axis, bars: bool) -> String {
    let count = axis.len();
    let mut out = String::new();
    let mut year = years(axis).map_or(0, |(first, _)| first);
    for (nth, at) in labelled(axis).into_iter().enumerate() {
        let tier = if nth % 4 == 0 {
            ""
        } else if nth % 2 == 0 {
            " class=\"w\""
        } else {
            " class=\"x\""
        };
        let mut said = String::new();
        let text = match axis {
            Axis::Names(names) => names[at].clone(),
            Axis::Time(days, interval) => {
                let this = days[at].date().year();
                // A new year stands at its January, or at a label that a phone shows as well.
                let say_year = year != this && (nth % 4 == 0 || *interval == Interval::Month);
                if say_year {
                    year = this;
                    // Narrower than a phone usually is, there is no room for it.
                    said = format!("<tspan class=\"year\"> {this}</tspan>");
                }
                match interval {
                    Interval::Month => crate::format::month_short(days[at], false),
                    _ => crate::format::day_short(days[at], false),
                }
            }
        };
        let x = place(at, count, bars);
        let anchor = if x < 2.0 && count > 1 {
            "start"
        } else if x > 96.0 {
            "end"
        } else {
            "middle"
        };
        let _ = write!(
            out,
            "<text x=\"{x:.2}%\" y=\"100%\" dy=\"18\" text-anchor=\"{anchor}\"{tier}>{}{said}</text>",
            esc(&text)
        );
    }
    out
}

/// The years of the first and last place, which stand beside the unit; `None` for names.
fn years(axis: &Axis) -> Option<(i16, i16)> {
    match axis {
        Axis::Time(days, _) => Some((days.first()?.date().year(), days.last()?.date().year())),
        Axis::Names(_) => None,
    }
}

/// The places that get a label: at most 13, in steps that people count in.
fn labelled(axis: &Axis) -> Vec<usize> {
    let count = axis.len();
    let steps: &[usize] = match axis {
        Axis::Time(_, Interval::Day) => &[1, 2, 7, 14, 28, 56, 91, 182, 364, 728],
        Axis::Time(_, Interval::Week) => &[1, 2, 4, 8, 13, 26, 52, 104],
        Axis::Time(_, Interval::Month) => &[1, 2, 3, 6, 12, 24, 60],
        Axis::Names(_) => &[1, 2, 5, 10, 20, 50, 100],
    };
    let step =
        steps.iter().copied().find(|step| count.div_ceil(*step) <= 13).unwrap_or(count.div_ceil(12).max(1));
    // Years begin in January, even when the series does not.
    let first = match axis {
        Axis::Time(days, Interval::Month) if step >= 12 => {
            days.iter().position(|day| day.date().month() == 1).unwrap_or(0)
        }
        _ => 0,
    };
    (first..count).step_by(step).collect()
}

/// Room between two names at the lines' ends, in per cent of the height: one line of text, or two.
const APART: [f64; 2] = [7.0, 13.0];

/// A name at the end of a line or beside a layer.
pub(super) struct End {
    /// Height in per cent.
    pub y: f64,
    /// Name and value.
    pub text: String,
    /// Its interval; empty for none.
    pub range: String,
    /// The class of its colour, shown before the name; empty where nothing must be told apart.
    pub tone: String,
}

/// A name that fits beside a chart.
pub(super) fn clipped(name: &str) -> String {
    const MOST: usize = 15;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    let cut: String = name.chars().take(MOST - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Moves names apart where they would meet, downwards first, then up from the floor.
pub(super) fn spread(ends: &mut [End]) {
    ends.sort_by(|a, b| a.y.total_cmp(&b.y));
    let room = |end: &End| APART[usize::from(!end.range.is_empty())];
    let mut ceiling = f64::NEG_INFINITY;
    for end in ends.iter_mut() {
        end.y = end.y.max(ceiling);
        ceiling = end.y + room(end);
    }
    let mut floor = 101.0;
    for end in ends.iter_mut().rev() {
        end.y = end.y.min(floor - if end.range.is_empty() { 0.0 } else { 6.0 });
        floor = end.y - APART[0];
    }
}

/// The class that leaves room for the longest of them.
pub(super) fn end_room(ends: &[End]) -> &'static str {
    let length = |end: &End| {
        let mark = if end.tone.is_empty() { 0 } else { 2 };
        mark + end.text.chars().count().max(end.range.chars().count())
    };
    let longest = ends.iter().map(length).max();
    match longest.unwrap_or(0) {
        0 => "e-0",
        1..=8 => "e-1",
        9..=14 => "e-2",
        15..=19 => "e-3",
        _ => "e-4",
    }
}

/// The names at the end of a chart.
pub(super) fn end_texts(ends: &[End]) -> String {
    ends.iter().fold(String::new(), |mut out, End { y, text, range, tone }| {
        let dx = if tone.is_empty() { 10 } else { 22 };
        if !tone.is_empty() {
            let _ = write!(
                out,
                "<rect class=\"swatch {tone}\" x=\"100%\" y=\"{y:.2}%\" width=\"8\" height=\"8\" rx=\"2\" transform=\"translate(10 -4)\"/>"
            );
        }
        let _ = write!(out, "<text class=\"end\" x=\"100%\" dx=\"{dx}\" y=\"{y:.2}%\" dy=\"4\">{}", esc(text));
        if !range.is_empty() {
            let _ =
                write!(out, "<tspan class=\"range\" x=\"100%\" dx=\"{dx}\" dy=\"14\">{}</tspan>", esc(range));
        }
        out + "</text>"
    })
}

/// Invisible columns that say their values when pointed at.
pub(super) fn hits(chart: &Chart, over: &Over<'_>, bars: bool) -> String {
    let count = chart.axis.len();
    if count > MOST_HITS {
        return String::new();
    }
    let mut out = String::new();
    for at in 0..count {
        let middle = place(at, count, bars);
        let half = if bars { 50.0 / count as f64 } else { 50.0 / (count.max(2) - 1) as f64 };
        let (left, right) = ((middle - half).max(0.0), (middle + half).min(100.0));
        let _ = write!(
            out,
            "<rect class=\"hit\" x=\"{left:.2}%\" width=\"{:.2}%\" y=\"0\" height=\"100%\" data-say=\"{}\"/>",
            right - left,
            esc(&(say(chart, over, at) + &notes::said(chart, over.notes, at)))
        );
    }
    out
}

/// Everything about one place, one line a series.
fn say(chart: &Chart, over: &Over<'_>, at: usize) -> String {
    let mut out = chart.axis.long(at);
    for series in chart.series.iter().chain(over.line) {
        let Some(value) = series.values.get(at) else { continue };
        let _ = write!(out, "\n{}{}", name_of(chart, &series.name), worded(value, chart.figure));
    }
    if chart.series.iter().any(|s| s.values.get(at).is_some_and(|v| v.open)) {
        let _ = write!(out, "\n{}", chart.open_note);
    }
    out
}

fn name_of(chart: &Chart, name: &str) -> String {
    if chart.series.len() > 1 && !name.is_empty() { format!("{name} ") } else { String::new() }
}

/// A value with its interval: `61 % (58 to 66 %)`.
pub(super) fn worded(value: &Value, figure: Figure) -> String {
    match (value.value, value.low, value.high) {
        (None, ..) => "–".into(),
        (Some(v), Some(low), Some(high)) => format!("{} ({})", figure.text(v), figure.range(low, high)),
        (Some(v), ..) => figure.text(v),
    }
}

/// Hatching over the last place when it is not finished.
pub(super) fn unfinished(chart: &Chart) -> String {
    let count = chart.axis.len();
    let open = chart
        .series
        .iter()
        .any(|s| s.values.len() == count && s.values.last().is_some_and(|v| v.open && v.value.is_some()));
    if !open || count < 2 {
        return String::new();
    }
    let left = place(count - 2, count, false);
    format!(
        "<rect x=\"{left:.2}%\" width=\"{:.2}%\" y=\"0\" height=\"100%\" fill=\"url(#hatch)\"/>",
        100.0 - left
    )
}

/// Puts a drawing into its frame. `ends` is the class that leaves room for names at the lines' ends.
pub(super) fn frame(chart: &Chart, scale: &Scale, ends: &str, drawing: &str) -> String {
    let size = match chart.size {
        Size::Low => " low",
        Size::Normal => "",
        Size::Large => " large",
    };
    let years = match years(&chart.axis) {
        None => String::new(),
        Some((first, last)) if first == last => format!(" · {first}"),
        Some((first, last)) => format!(" · {first} to {last}"),
    };
    format!(
        "<figure class=\"plot{size}\"><figcaption>{}{years}</figcaption><div class=\"plot-area {} {ends}\">\
         <svg role=\"img\" aria-label=\"{}\">{drawing}</svg></div></figure>",
        esc(&chart.unit),
        scale.room(),
        esc(&chart.spoken)
    )
}

/// One entry of a key: the class of its mark, its text, and whether only a phone shows it.
pub(super) struct Key {
    pub mark: String,
    pub text: String,
    pub figure: String,
    pub narrow: bool,
}

/// An entry without mark and figure.
pub(super) fn plain(text: &str) -> Key {
    Key { mark: String::new(), text: text.into(), figure: String::new(), narrow: false }
}

/// The key below a chart; nothing when there is nothing to explain.
pub(super) fn key(chart: &Chart, over: &Over<'_>, mut entries: Vec<Key>) -> String {
    let plain = |mark: &str, text: &str| Key { mark: mark.into(), ..plain(text) };
    if chart.any_interval() && !chart.interval_note.is_empty() {
        let first = chart.series.first().map_or(1, |series| series.hue);
        entries.push(plain(&format!("band-key {}", hue(first)), &chart.interval_note));
    }
    if chart.any_open() && !chart.open_note.is_empty() {
        entries.push(plain("hatch", &chart.open_note));
    }
    entries.extend(notes::key(chart, over.notes));
    if entries.is_empty() {
        return String::new();
    }
    let items: String = entries
        .iter()
        .map(|entry| {
            let narrow = if entry.narrow { " class=\"only-narrow\"" } else { "" };
            let figure = if entry.figure.is_empty() {
                String::new()
            } else {
                format!(" <b>{}</b>", esc(&entry.figure))
            };
            format!("<li{narrow}><i class=\"{}\"></i>{}{figure}</li>", entry.mark, esc(&entry.text))
        })
        .collect();
    format!("<ul class=\"key\">{items}</ul>")
}
