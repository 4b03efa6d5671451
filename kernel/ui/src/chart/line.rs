//! Lines with interval bands, gaps, and an unfinished end.

use super::scale::Scale;
use super::svg::{self, Key, hue, place};
use super::{Chart, Series, Value};
use crate::Markup;
use crate::markup::esc;
use std::fmt::Write as _;

/// Room between two names at the lines' ends, in per cent of the height: one line of text, or two.
const APART: [f64; 2] = [7.0, 13.0];

/// Up to so many places each one gets a dot.
const DOTS: usize = 16;

/// A line chart. Missing values are gaps, segments to or from an unfinished place are dotted.
pub fn line(chart: &Chart) -> Markup {
    let scale = Scale::over(all_values(chart), chart.figure);
    let (ends, room) = ends(chart, &scale);
    let mut inner = String::new();
    let mut dots = String::new();
    // The earlier period lies below, the first series on top.
    for series in chart.series.iter().rev() {
        inner.push_str(&paths(series, &scale));
        dots.push_str(&points(series, &scale));
    }
    let drawing = format!(
        "{}{}<svg class=\"inner\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" width=\"100%\" height=\"100%\">{inner}</svg>{dots}{}{ends}{}",
        svg::grid(&scale),
        svg::unfinished(chart),
        svg::labels(&chart.axis, false),
        svg::hits(chart, false),
    );
    let several = chart.series.len() > 1;
    let entries = chart
        .series
        .iter()
        .filter(|series| several || series.was)
        .map(|series| Key {
            mark: if series.was { "line was".into() } else { format!("line {}", hue(series.hue)) },
            text: series.name.clone(),
            figure: last_complete(series)
                .and_then(|(_, v)| v.value)
                .filter(|_| !series.was)
                .map(|v| chart.figure.text(v))
                .unwrap_or_default(),
            narrow: !series.was,
        })
        .collect();
    Markup::raw(svg::frame(chart, &scale, room, &drawing) + &svg::key(chart, entries))
}

fn all_values(chart: &Chart) -> impl Iterator<Item = f64> {
    chart.series.iter().flat_map(|s| s.values.iter().flat_map(|v| [v.value, v.high].into_iter().flatten()))
}

/// The band, the line, and its dotted parts.
fn paths(series: &Series, scale: &Scale) -> String {
    let count = series.values.len();
    let (mut solid, mut dotted) = (String::new(), String::new());
    let mut before: Option<(f64, f64, bool)> = None;
    for (at, value) in series.values.iter().enumerate() {
        let Some(v) = value.value else {
            before = None;
            continue;
        };
        let (x, y) = (place(at, count, false), scale.y(v));
        match before {
            Some((x0, y0, open)) if open || value.open => {
                let _ = write!(dotted, "M{x0:.2} {y0:.2}L{x:.2} {y:.2}");
                let _ = write!(solid, "M{x:.2} {y:.2}");
            }
            Some(_) => {
                let _ = write!(solid, "L{x:.2} {y:.2}");
            }
            // A lone point shows as a dot: a line of no length with round ends.
            None => {
                let _ = write!(solid, "M{x:.2} {y:.2}h0");
            }
        }
        before = Some((x, y, value.open));
    }
    let tone = hue(series.hue);
    let class = if series.was { "ln was".to_string() } else { format!("ln {tone}") };
    let mut out = if series.was { String::new() } else { band(series, scale, &tone) };
    let _ = write!(out, "<path class=\"{class}\" d=\"{solid}\"/>");
    if !dotted.is_empty() {
        let _ = write!(out, "<path class=\"{class} open\" d=\"{dotted}\"/>");
    }
    out
}

/// The interval as areas, one for each run without a gap.
fn band(series: &Series, scale: &Scale, tone: &str) -> String {
    let count = series.values.len();
    let limits = |v: &Value| v.value.and(v.low.zip(v.high));
    let mut out = String::new();
    let mut at = 0;
    while at < count {
        let run = series.values[at..].iter().take_while(|v| limits(v).is_some()).count();
        if run == 0 {
            at += 1;
            continue;
        }
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        for (i, value) in series.values.iter().enumerate().skip(at).take(run) {
            let Some((low, high)) = limits(value) else { continue };
            let x = place(i, count, false);
            upper.push(format!("{x:.2} {:.2}", scale.y(high)));
            lower.push(format!("{x:.2} {:.2}", scale.y(low)));
        }
        lower.reverse();
        let _ = write!(out, "<path class=\"band {tone}\" d=\"M{}L{}Z\"/>", upper.join("L"), lower.join("L"));
        at += run;
    }
    out
}

fn points(series: &Series, scale: &Scale) -> String {
    let count = series.values.len();
    if series.was {
        return String::new();
    }
    let last = series.values.iter().rposition(|v| v.value.is_some());
    let shown = series.values.iter().enumerate().filter(|(at, _)| count <= DOTS || Some(*at) == last);
    shown.fold(String::new(), |mut out, (at, value)| {
        if let Some(v) = value.value {
            let open = if value.open { " open" } else { "" };
            let _ = write!(
                out,
                "<circle class=\"pt {}{open}\" cx=\"{:.2}%\" cy=\"{:.2}%\" r=\"3\"/>",
                hue(series.hue),
                place(at, count, false),
                scale.y(v)
            );
        }
        out
    })
}

fn last_complete(series: &Series) -> Option<(usize, &Value)> {
    let place_of =
        |open: bool| series.values.iter().enumerate().rfind(|(_, v)| v.value.is_some() && v.open == open);
    place_of(false).or_else(|| place_of(true))
}

/// Names and last complete values at the ends of the lines, moved apart where they would meet.
fn ends(chart: &Chart, scale: &Scale) -> (String, &'static str) {
    let mut ends: Vec<(f64, String, String)> = Vec::new();
    for series in chart.series.iter().filter(|series| !series.was) {
        let Some((_, value)) = last_complete(series) else { continue };
        let Some(v) = value.value else { continue };
        let name = if chart.series.iter().filter(|s| !s.was).count() > 1 {
            format!("{} ", series.name)
        } else {
            String::new()
        };
        let range =
            value.low.zip(value.high).map(|(low, high)| chart.figure.range(low, high)).unwrap_or_default();
        ends.push((scale.y(v), format!("{name}{}", chart.figure.text(v)), range));
    }
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut floor = f64::NEG_INFINITY;
    for (y, _, range) in &mut ends {
        *y = y.max(floor);
        floor = *y + APART[usize::from(!range.is_empty())];
    }
    let longest = ends
        .iter()
        .map(|(_, text, range)| text.chars().count().max(range.chars().count()))
        .max()
        .unwrap_or(0);
    let room = match longest {
        0 => "e-0",
        1..=8 => "e-1",
        9..=14 => "e-2",
        _ => "e-3",
    };
    let texts = ends.iter().fold(String::new(), |mut out, (y, text, range)| {
        let _ = write!(out, "<text class=\"end\" x=\"100%\" dx=\"10\" y=\"{y:.2}%\" dy=\"4\">{}", esc(text));
        if !range.is_empty() {
            let _ =
                write!(out, "<tspan class=\"range\" x=\"100%\" dx=\"10\" dy=\"14\">{}</tspan>", esc(range));
        }
        out + "</text>"
    });
    (texts, room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_stay_gaps_and_the_unfinished_end_is_dotted() {
        let html = line(&super::super::sample()).into_string();
        assert_eq!(html.matches("class=\"band d1\"").count(), 2, "one band on each side of the gap");
        assert!(html.contains("ln d1 open"));
        assert!(html.contains("url(#hatch)"));
        assert!(html.contains("Week not finished") && html.contains("95 % interval"));
        assert!(html.contains("role=\"img\" aria-label=\"Active members a week\""));
        assert!(!html.contains("style="));
    }

    #[test]
    fn a_chart_without_values_or_with_one_is_still_a_chart() {
        let mut chart = super::super::sample();
        chart.series.clear();
        assert!(line(&chart).as_str().contains("<svg role=\"img\""));
        let mut chart = super::super::sample();
        chart.axis = super::super::Axis::Names(vec!["one".into()]);
        for series in &mut chart.series {
            series.values.truncate(1);
        }
        assert!(!line(&chart).as_str().contains("NaN"));
    }
}
