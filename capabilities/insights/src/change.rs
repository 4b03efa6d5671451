//! What changed since earlier days, in words: the difference, and whether it is clear.

use crate::draw::{capital, figure};
use base::Day;
use metric::{Change, Comparison, Envelope, Verdict};
use ui::chart::Figure;
use ui::{Delta, Markup, esc, format};

/// A change as people read it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Words {
    /// Which figure: `Mean week`.
    pub name: String,
    /// The figure now.
    pub now: String,
    /// The figure then.
    pub was: String,
    /// How much it moved, without a sign: `8.4 %`, `3 pts`, `12 min`; empty when it did not.
    pub moved: String,
    /// -1, 0 or 1.
    pub arrow: i8,
    /// Better, worse, or neither.
    pub colour: ui::Verdict,
    /// `clear change`, `no clear change`, or why nothing is said.
    pub clear: &'static str,
}

/// The days of a comparison: `15 Jun to 1 Sep 2026`.
pub(crate) fn days(comparison: &Comparison) -> String {
    match (Day::parse(&comparison.from), Day::parse(&comparison.to)) {
        (Ok(first), Ok(last)) if first == last => format::day_short(first, true),
        (Ok(first), Ok(last)) => format::day_range(first, last),
        _ => String::new(),
    }
}

/// How the figure of a change is written.
pub(crate) fn kind(envelope: &Envelope, change: &Change) -> Figure {
    match change.figure.as_str() {
        "ttfr_s.median" => Figure::Seconds,
        "mean" => match figure(envelope) {
            Figure::Count if change.value.abs() < 20.0 && change.was.abs() < 20.0 => Figure::Decimal,
            kind => kind,
        },
        _ => Figure::Share,
    }
}

fn name(envelope: &Envelope, change: &Change) -> String {
    match (change.figure.as_str(), envelope.id.as_str()) {
        ("ttfr_s.median", _) => "Median".into(),
        ("mean", _) => format!("Mean {}", envelope.grain().word()),
        ("share_top_1pct", _) => "Share of the top 1 %".into(),
        (_, "retention") => format!("Back a {} later", envelope.grain().word()),
        (_, "retention_day") => "Back".into(),
        _ => "Answered".into(),
    }
}

/// A difference without its sign; empty when it is none that can be read.
pub(crate) fn moved(kind: Figure, value: f64, was: f64) -> String {
    let difference = (value - was).abs();
    match kind {
        _ if difference == 0.0 => String::new(),
        Figure::Share => {
            let points = difference * 100.0;
            match format::number(points, usize::from(points < 9.95)).as_str() {
                "0" => String::new(),
                "1" => "1\u{a0}pt".into(),
                text => format!("{text}\u{a0}pts"),
            }
        }
        Figure::Seconds => format::duration(difference),
        _ if was > 0.0 => format::share(difference / was),
        _ => format::number(difference, 1),
    }
}

/// The words of a verdict.
pub(crate) fn clear(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clear => "clear change",
        Verdict::NoClearChange => "no clear change",
        Verdict::NotSaid => "too little before to say whether that is clear",
    }
}

/// The colour follows the direction of the metric, and only where the change is clear.
pub(crate) fn colour(direction: &str, arrow: i8, verdict: Verdict) -> ui::Verdict {
    match (verdict, direction, arrow) {
        (Verdict::Clear, "up", 1) | (Verdict::Clear, "down", -1) => ui::Verdict::Better,
        (Verdict::Clear, "up", -1) | (Verdict::Clear, "down", 1) => ui::Verdict::Worse,
        _ => ui::Verdict::Flat,
    }
}

pub(crate) fn arrow(value: f64, was: f64) -> i8 {
    match value.total_cmp(&was) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    }
}

/// A change in words.
pub(crate) fn words(envelope: &Envelope, change: &Change) -> Words {
    let kind = kind(envelope, change);
    let arrow = arrow(change.value, change.was);
    let text = |value: f64| match kind {
        Figure::Decimal => format::number(value, 1),
        kind => kind.text(value),
    };
    Words {
        name: name(envelope, change),
        now: text(change.value),
        was: text(change.was),
        moved: moved(kind, change.value, change.was),
        arrow,
        colour: colour(&envelope.direction, arrow, change.verdict),
        clear: clear(change.verdict),
    }
}

/// The difference of a lead figure: `6.1 %`, `clear change, from 2,058`.
pub(crate) fn delta(direction: &str, kind: Figure, (value, was): (f64, f64), verdict: Verdict) -> Delta {
    let from = format!("from\u{a0}{}", kind.text(was));
    let arrow = arrow(value, was);
    let text = moved(kind, value, was);
    if text.is_empty() {
        return Delta { text: "No change".into(), arrow: 0, verdict: ui::Verdict::Flat, from };
    }
    let words = match verdict {
        Verdict::NotSaid => from,
        verdict => format!("{from}, {}", clear(verdict)),
    };
    Delta { text, arrow, verdict: colour(direction, arrow, verdict), from: words }
}

/// The line under a chart that says what changed; nothing without a comparison.
pub(crate) fn line(envelope: &Envelope) -> Markup {
    let Some(comparison) = &envelope.comparison else { return Markup::empty() };
    let days = days(comparison);
    let Some(change) = &comparison.change else {
        let why = comparison.reason.as_deref().unwrap_or("a figure is missing on one side");
        let text = match comparison.state {
            metric::State::Unavailable => format!("Not compared with {days}: {why}."),
            _ => return Markup::empty(),
        };
        return Markup::raw(format!("<p class=\"change\">{}</p>", esc(&text)));
    };
    let words = words(envelope, change);
    let range = change.low.zip(change.high).map(|(low, high)| range(kind(envelope, change), low, high));
    let moved = if words.moved.is_empty() { String::new() } else { delta_of(&words) };
    Markup::raw(format!(
        "<div class=\"change\"><span>{} <b>{}</b> from {} <span class=\"nobreak\">({})</span></span> <span class=\"change-verdict\">{moved}<b>{}</b>{}{}</span></div>",
        esc(&words.name),
        esc(&words.now),
        esc(&words.was),
        esc(&days),
        esc(&capital(words.clear)),
        range.map(|r| format!(" <span class=\"num\">{}</span>", esc(&r))).unwrap_or_default(),
        ui::definition(&capital(words.clear), &format!("{}.", capital(&change.method)))
    ))
}

/// The interval of a difference, with signs: `−2.1 to +6.3 pts`.
fn range(kind: Figure, low: f64, high: f64) -> String {
    let signed = |value: f64| {
        let sign = if value < 0.0 { "−" } else { "+" };
        match kind {
            Figure::Share => format!("{sign}{}", format::number(value.abs() * 100.0, 1)),
            _ => format!("{sign}{}", kind.text(value.abs())),
        }
    };
    let unit = if kind == Figure::Share { "\u{a0}pts" } else { "" };
    format!("({} to {}{unit})", signed(low), signed(high))
}

fn delta_of(words: &Words) -> String {
    let class = match words.colour {
        ui::Verdict::Better => "up",
        ui::Verdict::Worse => "down",
        ui::Verdict::Flat => "flat",
    };
    let (icon, spoken) = if words.arrow > 0 { ("arrow-up", "up ") } else { ("arrow-down", "down ") };
    format!(
        "<span class=\"delta {class}\">{}<span class=\"sr\">{spoken}</span>{}</span> ",
        ui::icon(icon),
        esc(&words.moved)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn change(figure: &str, value: f64, was: f64, verdict: Verdict) -> Change {
        let method = "full count".to_owned();
        let difference = value - was;
        Change { figure: figure.into(), value, was, difference, low: None, high: None, verdict, method }
    }

    #[test]
    fn a_change_says_whether_it_is_clear() {
        let counts = samples::active_members();
        let clear = words(&counts, &change("mean", 412.0, 380.0, Verdict::Clear));
        assert_eq!(
            (clear.name.as_str(), clear.now.as_str(), clear.was.as_str()),
            ("Mean week", "412", "380")
        );
        assert_eq!((clear.moved.as_str(), clear.arrow, clear.colour), ("8.4\u{a0}%", 1, ui::Verdict::Better));
        let unclear = words(&counts, &change("mean", 372.0, 380.0, Verdict::NoClearChange));
        assert_eq!((unclear.clear, unclear.colour), ("no clear change", ui::Verdict::Flat));
        let waits =
            words(&samples::first_response(), &change("ttfr_s.median", 3600.0, 7200.0, Verdict::Clear));
        assert_eq!((waits.moved.as_str(), waits.arrow, waits.colour), ("1\u{a0}h", -1, ui::Verdict::Better));
        let few = words(&counts, &change("mean", 2.5, 3.25, Verdict::NotSaid));
        assert_eq!((few.now.as_str(), few.was.as_str()), ("2.5", "3.2"));
    }

    #[test]
    fn a_lead_figure_shows_difference_and_verdict() {
        let delta = delta("up", Figure::Share, (0.5, 0.4), Verdict::NoClearChange);
        assert_eq!((delta.text.as_str(), delta.verdict), ("10\u{a0}pts", ui::Verdict::Flat));
        assert!(delta.from.ends_with("no clear change"), "{}", delta.from);
        let same = super::delta("up", Figure::Count, (3.0, 3.0), Verdict::Clear);
        assert_eq!((same.text.as_str(), same.arrow), ("No change", 0));
        let hardly = super::delta("up", Figure::Share, (0.7601, 0.76), Verdict::NoClearChange);
        assert_eq!((hardly.text.as_str(), hardly.arrow), ("No change", 0));
        assert_eq!(moved(Figure::Share, 0.3, 0.29), "1\u{a0}pt");
    }
}
