//! Lines with interval bands, gaps, and an unfinished end.

use super::scale::Scale;
use super::svg::{self, Key, hue, place};
use super::{Chart, Over, Series, Value, notes};
use crate::Markup;
use std::fmt::Write as _;

/// Up to so many places each one gets a dot.
const DOTS: usize = 16;

/// A line chart. Missing values are gaps, segments to or from an unfinished place are dotted.
pub fn line(chart: &Chart) -> Markup {
    line_with(chart, &Over::default())
}

/// The same with notes over it.
pub fn line_with(chart: &Chart, over: &Over<'_>) -> Markup {
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
        "{}{}{}<svg class=\"inner\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" width=\"100%\" height=\"100%\">{inner}</svg>{dots}{}{ends}{}",
        svg::grid(&scale),
        svg::unfinished(chart),
        notes::draw(chart, over.notes, false),
        svg::labels(&chart.axis, false),
        svg::hits(chart, over, false),
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
    Markup::raw(svg::frame(chart, &scale, room, &drawing) + &svg::key(chart, over, entries))
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
    let mut ends: Vec<svg::End> = Vec::new();
    let several = chart.series.iter().filter(|s| !s.was).count() > 1;
    for series in chart.series.iter().filter(|series| !series.was) {
        let Some((_, value)) = last_complete(series) else { continue };
        let Some(v) = value.value else { continue };
        let name = if several { format!("{} ", svg::clipped(&series.name)) } else { String::new() };
        let range =
            value.low.zip(value.high).map(|(low, high)| chart.figure.range(low, high)).unwrap_or_default();
        ends.push(svg::End {
            y: scale.y(v),
            text: format!("{name}{}", chart.figure.text(v)),
            range,
            tone: if several { hue(series.hue) } else { String::new() },
        });
    }
    svg::spread(&mut ends);
    (svg::end_texts(&ends), svg::end_room(&ends))
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
