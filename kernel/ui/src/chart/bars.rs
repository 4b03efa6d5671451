//! Bars: one series, layers on one another, and shares of a whole.

use super::scale::Scale;
use super::svg::{self, Key, hue, place};
use super::{Chart, Figure, Over, Series, notes};
use crate::Markup;
use crate::markup::esc;
use std::fmt::Write as _;

/// Bars of the first series; further ones that are marked `was` are drawn as a dashed line of comparison.
/// Intervals are whiskers.
pub fn bars(chart: &Chart) -> Markup {
    bars_with(chart, &Over::default())
}

/// The same with notes over it.
pub fn bars_with(chart: &Chart, over: &Over<'_>) -> Markup {
    let values = chart
        .series
        .iter()
        .flat_map(|s| s.values.iter().flat_map(|v| [v.value, v.low, v.high].into_iter().flatten()));
    let scale = Scale::over(values, chart.figure);
    let count = chart.axis.len();
    let mut drawing = svg::grid(&scale);
    for series in chart.series.iter().filter(|s| !s.was) {
        for (at, value) in series.values.iter().enumerate() {
            let Some(v) = value.value else { continue };
            drawing.push_str(&bar(at, count, &scale, 0.0, v, &hue(series.hue), value.open));
            if let Some((low, high)) = value.low.zip(value.high) {
                let x = place(at, count, true);
                let _ = write!(
                    drawing,
                    "<line class=\"whisker\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{:.2}%\" y2=\"{:.2}%\"/>",
                    scale.y(high),
                    scale.y(low)
                );
            }
        }
    }
    drawing.push_str(&notes::draw(chart, over.notes, true));
    let mut entries = Vec::new();
    for series in chart.series.iter().filter(|s| s.was) {
        drawing.push_str(&steps(series, count, &scale));
        entries.push(Key {
            mark: "line was".into(),
            text: series.name.clone(),
            figure: String::new(),
            narrow: false,
        });
    }
    drawing.push_str(&svg::labels(&chart.axis, true));
    drawing.push_str(&svg::hits(chart, over, true));
    Markup::raw(svg::frame(chart, &scale, "e-0", &drawing) + &svg::key(chart, over, entries))
}

/// The earlier period as a dashed level over each bar.
fn steps(series: &super::Series, count: usize, scale: &Scale) -> String {
    let half = 43.0 / count as f64;
    let levels = series
        .values
        .iter()
        .enumerate()
        .take(count)
        .filter_map(|(at, value)| Some((place(at, count, true), value.value?)));
    levels.fold(String::new(), |mut out, (x, v)| {
        let y = scale.y(v);
        let _ = write!(
            out,
            "<line class=\"ln was\" x1=\"{:.2}%\" x2=\"{:.2}%\" y1=\"{y:.2}%\" y2=\"{y:.2}%\"/>",
            x - half,
            x + half
        );
        out
    })
}

/// Layers on one another; negative values hang below the zero line. The names stand at the right end, beside the
/// last finished bar's layers, and in the key where there is no room.
pub fn stacked(chart: &Chart) -> Markup {
    stacked_with(chart, &Over::default())
}

/// The same with notes and a line over it.
pub fn stacked_with(chart: &Chart, over: &Over<'_>) -> Markup {
    let count = chart.axis.len();
    let sums = (0..count).flat_map(|at| {
        let all = chart.series.iter().map(|series| value(series, at));
        let (up, down) = all.fold((0.0, 0.0), |(up, down), v: f64| (up + v.max(0.0), down + v.min(0.0)));
        [up, down]
    });
    let scale = Scale::over(sums, chart.figure);
    let mut drawing = svg::grid(&scale);
    for at in 0..count {
        for (series, from, v) in layers(chart, at) {
            let open = series.values.get(at).is_some_and(|v| v.open);
            drawing.push_str(&bar(at, count, &scale, from, from + v, &hue(series.hue), open));
        }
    }
    // The zero line lies over the bars, so that up and down are told apart.
    if scale.ticks.first().is_some_and(|(low, _)| *low < 0.0) {
        let y = scale.y(0.0);
        let _ = write!(drawing, "<line class=\"base\" x1=\"0\" x2=\"100%\" y1=\"{y:.2}%\" y2=\"{y:.2}%\"/>");
    }
    if let Some(line) = over.line {
        drawing.push_str(&net(line, count, &scale));
    }
    drawing.push_str(&notes::draw(chart, over.notes, true));
    let mut ends = layer_ends(chart, over, &scale);
    svg::spread(&mut ends);
    drawing.push_str(&svg::labels(&chart.axis, true));
    drawing.push_str(&svg::end_texts(&ends));
    drawing.push_str(&svg::hits(chart, over, true));
    let entries = chart
        .series
        .iter()
        .chain(over.line)
        .enumerate()
        .map(|(at, series)| Key {
            mark: if at < chart.series.len() { hue(series.hue) } else { "line net-key".into() },
            text: series.name.clone(),
            figure: last(series).map(|v| chart.figure.text(v.1.abs())).unwrap_or_default(),
            narrow: !ends.is_empty(),
        })
        .collect();
    Markup::raw(svg::frame(chart, &scale, svg::end_room(&ends), &drawing) + &svg::key(chart, over, entries))
}

fn value(series: &Series, at: usize) -> f64 {
    series.values.get(at).and_then(|v| v.value).unwrap_or(0.0)
}

/// The layers of one place: series, where its layer begins, and its value.
fn layers(chart: &Chart, at: usize) -> Vec<(&Series, f64, f64)> {
    let (mut up, mut down) = (0.0, 0.0);
    let mut out = Vec::new();
    for series in &chart.series {
        let v = value(series, at);
        if v != 0.0 {
            let from = if v > 0.0 { &mut up } else { &mut down };
            out.push((series, *from, v));
            *from += v;
        }
    }
    out
}

/// Place and value of the last finished period.
fn last(series: &Series) -> Option<(usize, f64)> {
    series.values.iter().enumerate().rev().filter(|(_, v)| !v.open).find_map(|(at, v)| Some((at, v.value?)))
}

/// Names beside the layers of the last finished place.
fn layer_ends(chart: &Chart, over: &Over<'_>, scale: &Scale) -> Vec<svg::End> {
    let Some(at) = chart.series.iter().filter_map(last).map(|(at, _)| at).max() else { return Vec::new() };
    let mut ends: Vec<svg::End> = layers(chart, at)
        .into_iter()
        .map(|(series, from, v)| {
            let text = format!("{} {}", svg::clipped(&series.name), chart.figure.text(v.abs()));
            svg::End { y: scale.y(from + v / 2.0), text, range: String::new(), tone: hue(series.hue) }
        })
        .collect();
    if let Some((line, (_, v))) = over.line.and_then(|line| Some((line, last(line)?))) {
        let sign = if v > 0.0 { "+" } else { "" };
        let text = format!("{} {sign}{}", line.name, chart.figure.text(v));
        ends.push(svg::End { y: scale.y(v), text, range: String::new(), tone: "net".into() });
    }
    ends
}

/// A line over the middles of the bars, with a point on each where there are few.
fn net(line: &Series, count: usize, scale: &Scale) -> String {
    let places: Vec<(f64, f64)> = line
        .values
        .iter()
        .enumerate()
        .filter_map(|(at, v)| Some((place(at, count, true), scale.y(v.value?))))
        .collect();
    let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.2} {y:.2}")).collect();
    let mut out = format!(
        "<svg class=\"inner\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" width=\"100%\" height=\"100%\"><path class=\"ln net-under\" d=\"M{0}\"/><path class=\"ln net\" d=\"M{0}\"/></svg>",
        path.join("L")
    );
    if places.is_empty() {
        return String::new();
    }
    if count <= 32 {
        for (x, y) in places {
            let _ = write!(out, "<circle class=\"pt net\" cx=\"{x:.2}%\" cy=\"{y:.2}%\" r=\"3\"/>");
        }
    }
    out
}

fn bar(at: usize, count: usize, scale: &Scale, from: f64, to: f64, tone: &str, open: bool) -> String {
    let slot = 100.0 / count as f64;
    let width = slot * if count > 60 { 0.86 } else { 0.6 };
    let (top, bottom) = (scale.y(from.max(to)), scale.y(from.min(to)));
    let open = if open { " open" } else { "" };
    format!(
        "<rect class=\"bar {tone}{open}\" x=\"{:.3}%\" width=\"{width:.3}%\" y=\"{top:.2}%\" height=\"{:.2}%\"/>",
        place(at, count, true) - width / 2.0,
        bottom - top
    )
}

/// Parts of a whole as one bar with a key: name, share from 0 to 1, hue.
pub fn shares(spoken: &str, parts: &[(&str, f64, u8)]) -> Markup {
    let mut left = 0.0;
    let mut rects = String::new();
    let mut items = String::new();
    for (name, share, tone) in parts {
        let width = share * 100.0;
        let say = format!("{name}\n{}", Figure::Share.text(*share));
        let _ = write!(
            rects,
            "<rect class=\"bar {}\" x=\"{left:.3}%\" width=\"{width:.3}%\" y=\"0\" height=\"100%\"/>",
            hue(*tone)
        );
        let _ = write!(
            rects,
            "<rect class=\"hit\" x=\"{left:.3}%\" width=\"{width:.3}%\" y=\"0\" height=\"100%\" data-say=\"{}\"/>",
            esc(&say)
        );
        let _ = write!(
            items,
            "<li><i class=\"{}\"></i>{} <b>{}</b></li>",
            hue(*tone),
            esc(name),
            Figure::Share.text(*share)
        );
        left += width;
    }
    Markup::raw(format!(
        "<div class=\"shares\"><svg role=\"img\" aria-label=\"{}\">{rects}</svg></div><ul class=\"key\">{items}</ul>",
        esc(spoken)
    ))
}

#[cfg(test)]
mod tests {
    use super::super::{Value, sample};
    use super::*;

    #[test]
    fn layers_below_zero_hang_and_the_key_names_the_last_finished_figure() {
        let mut chart = sample();
        chart.series[1].was = false;
        chart.series[1].name = "Went quiet".into();
        chart.series[1].values = (0..12).map(|_| Value::of(-5.0)).collect();
        let html = stacked(&chart).into_string();
        assert_eq!(html.matches("class=\"bar").count(), 11 + 12, "the gap has no bar");
        assert!(html.contains("This <b>50</b>") && html.contains("Went quiet <b>5</b>"));
        assert!(html.contains(">Went quiet 5</text>"), "the name stands at the end of the bars, too");
        let line = Series { name: "Net".into(), values: vec![Value::of(3.0); 12], ..Series::default() };
        let html = stacked_with(&chart, &Over { notes: &[], line: Some(&line) }).into_string();
        assert!(html.contains(">Net +3</text>") && html.matches("pt net").count() == 12);
    }

    #[test]
    fn bars_have_whiskers_and_shares_add_up() {
        assert_eq!(bars(&sample()).as_str().matches("whisker").count(), 11);
        let html = shares("Concentration", &[("Top 1 %", 0.5, 1), ("Rest", 0.5, 2)]).into_string();
        assert!(html.contains("x=\"50.000%\"") && html.contains("Top 1 % <b>50"));
    }
}
