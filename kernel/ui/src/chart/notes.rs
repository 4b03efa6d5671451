//! What happened, drawn over a chart in time.

use super::svg::{self, Key, place};
use super::{Axis, Chart, Note, Size};
use crate::markup::esc;
use base::{Day, Interval};
use std::fmt::Write as _;

/// A label has at least so many letters and at most so many, as there is room before the next note; the whole text
/// stands in what is pointed at, and in the list of notes.
const LETTERS: (f64, f64) = (8.0, 44.0);
/// So much of the width a letter takes, in per cent: in a card, which may be half a page, and on a page of its own.
const LETTER: (f64, f64) = (1.25, 0.72);

/// Where a day lies, in per cent of the width; `None` outside of the chart.
fn at(days: &[Day], interval: Interval, bars: bool, day: Day) -> Option<f64> {
    let (first, last) = (*days.first()?, *days.last()?);
    let end = interval.next(last).plus(-1);
    if day < first || day > end {
        return None;
    }
    let slot = days.partition_point(|d| *d <= day).checked_sub(1)?;
    let length = f64::from(interval.next(days[slot]).0 - days[slot].0);
    let part = f64::from(day.0 - days[slot].0) / length;
    let step = 100.0 / if bars { days.len() as f64 } else { (days.len().max(2) - 1) as f64 };
    // A bar begins half a step before its middle, a point of a line stands at its period's beginning.
    let begin = place(slot, days.len(), bars) - if bars { step / 2.0 } else { 0.0 };
    Some((begin + part * step).clamp(0.0, 100.0))
}

/// The notes that lie within the days of a chart.
pub(super) fn within<'a>(chart: &Chart, notes: &'a [Note]) -> Vec<&'a Note> {
    let Axis::Time(days, interval) = &chart.axis else { return Vec::new() };
    let Some((first, last)) = days.first().zip(days.last()) else { return Vec::new() };
    let end = interval.next(*last).plus(-1);
    let mut within: Vec<&Note> = notes.iter().filter(|n| n.last >= *first && n.first <= end).collect();
    within.sort_by_key(|n| (n.first, n.last));
    within
}

/// Uprights, washes over ranges, and labels.
pub(super) fn draw(chart: &Chart, notes: &[Note], bars: bool) -> String {
    let Axis::Time(days, interval) = &chart.axis else { return String::new() };
    let (mut marks, mut labels, mut free) = (String::new(), String::new(), f64::NEG_INFINITY);
    let letter = if chart.size == Size::Large { LETTER.1 } else { LETTER.0 };
    let shown = within(chart, notes);
    let begins: Vec<Option<f64>> = shown.iter().map(|note| at(days, *interval, bars, note.first)).collect();
    for (place, note) in shown.iter().enumerate() {
        let x = begins[place].unwrap_or(0.0);
        if note.last > note.first {
            let end = at(days, *interval, bars, note.last.plus(1)).unwrap_or(100.0);
            let _ = write!(
                marks,
                "<rect class=\"note-span\" x=\"{x:.2}%\" width=\"{:.2}%\" y=\"0\" height=\"100%\"/>",
                (end - x).max(0.0)
            );
        }
        if begins[place].is_some() {
            let _ =
                write!(marks, "<line class=\"note\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"-14\" y2=\"100%\"/>");
        }
        // A label ends before the next note; where that cuts it and there is more room before its mark, it stands there.
        let next = begins[place + 1..].iter().flatten().find(|b| **b > x).copied().unwrap_or(100.0);
        let whole = (note.text.chars().count() as f64).min(LETTERS.1) + 1.0;
        let before = next - x < whole * letter && x - free.max(0.0) > next - x;
        let room = if before { x - free.max(0.0) } else { next - x };
        let letters = (room / letter - 1.0).min(LETTERS.1);
        if letters < LETTERS.0 || x < free {
            continue;
        }
        let text = short(&note.text, letters as usize);
        let (shift, anchor) = if before { (-4, "end") } else { (4, "start") };
        free = x + if before { 0.0 } else { text.chars().count() as f64 * letter + 1.5 };
        let _ = write!(
            labels,
            "<text class=\"note-label\" x=\"{x:.2}%\" dx=\"{shift}\" y=\"0\" dy=\"-4\" text-anchor=\"{anchor}\">{}</text>",
            esc(&text)
        );
    }
    marks + &labels
}

fn short(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let cut: String = text.chars().take(letters.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// The lines about a period in what is said when it is pointed at.
pub(super) fn said(chart: &Chart, notes: &[Note], place: usize) -> String {
    let Axis::Time(days, interval) = &chart.axis else { return String::new() };
    let (first, end) = (days[place], interval.next(days[place]).plus(-1));
    let here = within(chart, notes).into_iter().filter(|n| n.first <= end && n.last >= first);
    here.fold(String::new(), |mut out, note| {
        let _ = write!(out, "\n{}: {}", note.kind, note.text);
        out
    })
}

/// The entry of the key; none without a note in the chart.
pub(super) fn key(chart: &Chart, notes: &[Note]) -> Option<Key> {
    let shown = within(chart, notes).len() as u64;
    (shown > 0).then(|| Key {
        mark: "note-key".into(),
        ..svg::plain(&crate::format::counted(shown, "note", "notes"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Over, bars_with, line_with, sample};
    use super::*;

    fn note(first: &str, last: &str, text: &str) -> Note {
        let day = |text| Day::parse(text).expect("a day");
        Note { first: day(first), last: day(last), text: text.into(), kind: "Release".into() }
    }

    #[test]
    fn a_note_stands_at_its_day_and_a_range_has_a_wash() {
        // Weeks from 7 September on; in a line of twelve a week is 9.09 % wide.
        let notes = [note("2026-09-14", "2026-09-14", "4.0"), note("2026-10-05", "2026-10-18", "A & B")];
        let html = line_with(&sample(), &Over { notes: &notes, line: None }).into_string();
        assert!(html.contains("class=\"note\" x1=\"9.09%\"") && html.contains(">4.0</text>"));
        assert_eq!(html.matches("note-span").count(), 1);
        assert!(html.contains("Release: A &#38; B") || html.contains("Release: A &amp; B"));
        assert!(html.contains("2\u{a0}notes") && !html.contains("style="));
        let html = bars_with(&sample(), &Over { notes: &notes, line: None }).into_string();
        assert!(html.contains("class=\"note\" x1=\"8.33%\""), "the left edge of the second of twelve bars");
    }

    #[test]
    fn what_lies_outside_is_not_drawn_and_labels_do_not_meet() {
        let one = |day: &str, text: &str| note(day, day, text);
        let notes = [
            one("2020-01-01", "long ago"),
            one("2026-09-21", "one thing"),
            one("2026-09-22", "the next day"),
            one("2026-09-23", "and the day after that, which is a long story about many things"),
        ];
        let html = line_with(&sample(), &Over { notes: &notes, line: None }).into_string();
        assert!(
            !html.contains(">long ago<") && html.contains("and the day after that, which is a long sto…")
        );
        assert!(html.contains("text-anchor=\"end\">one thing<"), "there is room before it alone");
        assert_eq!(html.matches("class=\"note-label\"").count(), 2);
        assert_eq!(html.matches("class=\"note\"").count(), 3);
    }
}
