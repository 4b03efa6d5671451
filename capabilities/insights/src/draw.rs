//! From an answer to its drawing. Pure functions: the same answer gives the same picture.

use crate::{change, draw_split};
use base::{Day, Interval};
use metric::{CohortCell, Envelope, Point, State};
use serde_json::{Map, Value as Json};
use ui::chart::{Axis, Chart, Figure, Heat, HeatCell, HeatRow, Note, Over, Series, Size, Value};
use ui::{Markup, esc, format};

/// How much room there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Room {
    /// On a page of its own.
    pub large: bool,
    /// In a card over the whole width.
    pub wide: bool,
    /// On paper, where two pages must do.
    pub low: bool,
}

/// So many cohorts fit into a card; the metric's page has all.
const COHORTS: usize = 12;
/// So many fit on paper.
const ON_PAPER: usize = 6;

/// What stands beside an answer in its drawing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beside<'a> {
    /// Further windows of the same metric.
    pub also: &'a [Envelope],
    /// Whether the earlier days are drawn.
    pub earlier: bool,
    /// What happened, by day.
    pub notes: &'a [Note],
}

/// The drawing of an answer.
pub(crate) fn draw(envelope: &Envelope, beside: Beside<'_>, room: Room) -> Markup {
    if let Some(parts) = &envelope.parts {
        return Markup::join([&draw_split::draw(envelope, parts, beside.notes, room), &reason(envelope)]);
    }
    let over = Over { notes: beside.notes, line: None };
    let drawing = match envelope.id.as_str() {
        "lifecycle" => lifecycle(envelope, &over, room),
        "net_growth" => growth(envelope, beside, room),
        "retention" => retention(envelope, room),
        "retention_day" | "log_summary" => figures(&lines(envelope)),
        "concentration" => concentration(envelope),
        "time_to_first_response" => answers(envelope, beside, room),
        "messages" | "conversations" | "joins" | "leaves" => {
            ui::chart::bars_with(&series(envelope, beside, room), &over)
        }
        "stickiness" if word(envelope, "basis") == "days" => ui::chart::bars(&series(envelope, beside, room)),
        _ => ui::chart::line_with(&series(envelope, beside, room), &over),
    };
    Markup::join([&drawing, &reason(envelope)])
}

/// Why an answer is only partial, calmly.
fn reason(envelope: &Envelope) -> Markup {
    match (&envelope.reason, envelope.state) {
        (Some(reason), State::Partial) => calm("Only in part", reason),
        _ => Markup::empty(),
    }
}

/// A quiet box with a reason.
pub(crate) fn calm(title: &str, reason: &str) -> Markup {
    let sentence = capital(reason);
    let stop = if sentence.ends_with('.') { "" } else { "." };
    Markup::raw(format!(
        "<div class=\"calm\">{}<div><b>{}</b>{}{stop}</div></div>",
        ui::icon("info"),
        esc(title),
        esc(&sentence)
    ))
}

/// A sentence with a capital at its beginning.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The word of an option that was applied.
pub(crate) fn word<'a>(envelope: &'a Envelope, name: &str) -> &'a str {
    envelope.filters.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// The grain of an answer's points.
pub(crate) fn grain(envelope: &Envelope) -> Interval {
    envelope.grain()
}

/// How its figures are written.
pub(crate) fn figure(envelope: &Envelope) -> Figure {
    match envelope.unit.as_str() {
        _ if word(envelope, "basis") == "days" => Figure::Count,
        "share" | "ratio" => Figure::Share,
        "seconds" => Figure::Seconds,
        _ => Figure::Count,
    }
}

/// The unit, as it stands above the axis.
fn unit(envelope: &Envelope) -> String {
    let by = grain(envelope).word();
    match envelope.id.as_str() {
        "members" => format!("members at the end of each {by}"),
        "rolling_active_members" => "members in the days that end with each day".into(),
        "time_to_first_response" => format!("median time to the first answer, by {by} of the question"),
        "stickiness" => match word(envelope, "basis") {
            "days" => "members, by number of days on which they were active".into(),
            "rolling30" => "actives of the day, per cent of those of 30 days".into(),
            _ => "mean actives of a day, per cent of those of the month".into(),
        },
        "answered_rate" => format!("per cent of conversations, by {by} of the question"),
        "newcomers_answered" => format!("per cent of newcomers who asked, by {by}"),
        _ => format!("{} a {by}", if envelope.unit == "activities" { "messages" } else { &envelope.unit }),
    }
}

pub(crate) fn value(point: &Point) -> Value {
    let unknown = matches!(point.state, State::NotYet | State::Unavailable);
    Value {
        value: point.value.map(|v| v.as_f64()).filter(|_| !unknown),
        low: point.low,
        high: point.high,
        open: point.state == State::Partial,
    }
}

pub(crate) fn axis(envelope: &Envelope, points: &[Point]) -> Axis {
    if points.iter().all(|point| point.start.is_some()) {
        let days = points.iter().filter_map(|point| Day::parse(point.start.as_deref()?).ok()).collect();
        return Axis::Time(days, grain(envelope));
    }
    let name = |point: &Point| {
        point.more.get("days").and_then(Json::as_u64).map(|n| n.to_string()).unwrap_or_default()
    };
    Axis::Names(points.iter().map(name).collect())
}

fn points(envelope: &Envelope) -> &[Point] {
    envelope.points.as_deref().unwrap_or_default()
}

fn series(envelope: &Envelope, beside: Beside<'_>, room: Room) -> Chart {
    let main = points(envelope);
    let name = |e: &Envelope| match e.filters.get("window").and_then(Json::as_u64) {
        Some(days) => format!("{days} days"),
        None => e.title.clone(),
    };
    let mut lines: Vec<Series> = [envelope]
        .into_iter()
        .chain(beside.also)
        .zip([1, 3, 2])
        .map(|(e, hue)| Series {
            name: name(e),
            hue,
            values: points(e).iter().map(value).collect(),
            was: false,
        })
        .collect();
    if let Some(comparison) = envelope.comparison.as_ref().filter(|_| beside.earlier) {
        let earlier = envelope.earlier();
        if earlier.iter().flatten().any(|point| point.value.is_some()) {
            let one = |point: &Option<&Point>| {
                point.map_or_else(Value::default, |p| Value {
                    low: None,
                    high: None,
                    open: false,
                    ..value(p)
                })
            };
            lines.push(Series {
                name: format!("Before: {}", change::days(comparison)),
                hue: 0,
                values: earlier.iter().map(one).collect(),
                was: true,
            });
        }
    }
    chart(envelope, axis(envelope, main), lines, room)
}

pub(crate) fn chart(envelope: &Envelope, axis: Axis, series: Vec<Series>, room: Room) -> Chart {
    Chart {
        spoken: spoken(envelope, &axis, &series),
        unit: unit(envelope),
        axis,
        series,
        figure: figure(envelope),
        size: if room.low {
            Size::Low
        } else if room.large {
            Size::Large
        } else {
            Size::Normal
        },
        open_note: match grain(envelope) {
            Interval::Day => "Not finished, or the window begins before the data",
            Interval::Week => "Week not finished",
            Interval::Month => "Month not finished",
        }
        .into(),
        interval_note: format!("95 % interval ({})", method(&envelope.interval_method)),
    }
}

/// How intervals were made, in words.
pub(crate) fn method(name: &str) -> &str {
    match name {
        "none" => "none: a full count",
        "wilson" => "Wilson",
        other => other,
    }
}

/// The sentence for those who do not see the chart.
fn spoken(envelope: &Envelope, axis: &Axis, series: &[Series]) -> String {
    let Some(first) = series.first().filter(|s| s.values.iter().any(|v| v.value.is_some())) else {
        return format!("{}: no figures in this period.", envelope.title);
    };
    let kind = figure(envelope);
    let known: Vec<f64> = first.values.iter().filter(|v| !v.open).filter_map(|v| v.value).collect();
    let span = match axis.len() {
        0 => String::new(),
        n => format!(" from {} to {}", axis.long(0), axis.long(n - 1)),
    };
    let Some(last) = known.last() else {
        return format!("{}{span}: nothing is finished yet.", envelope.title);
    };
    let least = known.iter().copied().fold(f64::INFINITY, f64::min);
    let most = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!(
        "{}{span}: lowest {}, highest {}, last finished {}. The table has every figure.",
        envelope.title,
        kind.text(least),
        kind.text(most),
        kind.text(*last)
    )
}

fn lifecycle(envelope: &Envelope, over: &Over<'_>, room: Room) -> Markup {
    let main = points(envelope);
    let part = |name: &str, title: &str, hue: u8, sign: f64| Series {
        name: title.into(),
        hue,
        values: main
            .iter()
            .map(|point| Value {
                value: point.more.get(name).and_then(Json::as_f64).map(|v| v * sign),
                open: point.state == State::Partial,
                ..Value::default()
            })
            .collect(),
        was: false,
    };
    let layers = vec![
        part("returning", "Stayed", 1, 1.0),
        part("resurrecting", "Came back", 7, 1.0),
        part("new", "New", 2, 1.0),
        part("dormant", "Went quiet", 0, -1.0),
    ];
    let mut chart = chart(envelope, axis(envelope, main), layers, room);
    let actives =
        Series { name: String::new(), hue: 1, values: main.iter().map(value).collect(), was: false };
    chart.spoken = spoken(envelope, &chart.axis, &[actives]);
    ui::chart::stacked_with(&chart, over)
}

/// Joins above the zero line, leaves below it, and what is left of them as a line. Without leaves there is no net.
fn growth(envelope: &Envelope, beside: Beside<'_>, room: Room) -> Markup {
    let main = points(envelope);
    let layer = |name: &str, title: &str, hue: u8, sign: f64| Series {
        name: title.into(),
        hue,
        values: main
            .iter()
            .map(|point| Value {
                value: point.more.get(name).and_then(Json::as_f64).map(|v| v * sign),
                open: point.state == State::Partial,
                ..Value::default()
            })
            .collect(),
        was: false,
    };
    let net = Series { name: "Net".into(), hue: 0, values: main.iter().map(value).collect(), was: false };
    let knows_leaves = main.iter().any(|point| point.more.get("leaves").is_some_and(|v| !v.is_null()));
    let mut layers = vec![layer("joins", "Joined", 1, 1.0)];
    if knows_leaves {
        layers.push(layer("leaves", "Left", 4, -1.0));
    }
    let mut chart = chart(envelope, axis(envelope, main), layers, room);
    chart.spoken = spoken(envelope, &chart.axis, std::slice::from_ref(&net));
    ui::chart::stacked_with(&chart, &Over { notes: beside.notes, line: knows_leaves.then_some(&net) })
}

fn retention(envelope: &Envelope, room: Room) -> Markup {
    let cohorts = envelope.cohorts.as_deref().unwrap_or_default();
    let most = if room.low { ON_PAPER } else { COHORTS };
    let shown = if room.large { cohorts } else { &cohorts[cohorts.len().saturating_sub(most)..] };
    let by = grain(envelope);
    let columns = shown.iter().map(|cohort| cohort.values.len()).max().unwrap_or(0);
    let pooled = envelope.pooled.as_deref().unwrap_or_default();
    let mut rows = Vec::new();
    if !pooled.is_empty() {
        rows.push(HeatRow {
            name: "All".into(),
            n: cohorts.iter().map(|cohort| cohort.size).sum(),
            cells: pooled
                .iter()
                .map(|p| HeatCell {
                    value: p.value,
                    open: false,
                    say: told(p.value, p.low, p.high, Some(p.retained), p.eligible),
                })
                .collect(),
            total: true,
        });
    }
    let mut year = None;
    rows.extend(shown.iter().map(|cohort| {
        let day = Day::parse(&cohort.start).ok();
        let this = day.map(|d| d.date().year());
        let say_year = this != year;
        year = this;
        HeatRow {
            name: day.map_or_else(
                || cohort.start.clone(),
                |d| {
                    if by == Interval::Month {
                        format::month_short(d, true)
                    } else {
                        format::day_short(d, say_year)
                    }
                },
            ),
            n: cohort.size,
            cells: cohort.values.iter().map(cell).collect(),
            total: false,
        }
    }));
    let columns = (0..columns.max(pooled.len())).map(|k| k.to_string()).collect();
    ui::chart::heat(&Heat {
        caption: &format!("{}, per cent by {} after the first", envelope.title, by.word()),
        corner: "First active",
        columns,
        rows,
        open_note: if by == Interval::Month { "Month not finished" } else { "Week not finished" },
        tall: room.large,
    })
}

fn cell(cell: &CohortCell) -> HeatCell {
    let known = matches!(cell.state, State::Complete | State::Partial);
    let mut say = told(cell.value, cell.low, cell.high, cell.retained, cell.eligible);
    if cell.state == State::Partial {
        say.push_str(", not finished");
    }
    HeatCell { value: cell.value.filter(|_| known), open: cell.state == State::Partial, say }
}

fn told(
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    retained: Option<u64>,
    eligible: u64,
) -> String {
    let share = value.map(format::share).unwrap_or_default();
    let range = low
        .zip(high)
        .map(|(low, high)| format!(", 95 % interval {}", format::share_range(low, high)))
        .unwrap_or_default();
    let counts = retained
        .map(|n| format!(": {} of {}", format::count(n), format::count(eligible)))
        .unwrap_or_default();
    format!("{share}{counts}{range}")
}

/// A named figure of the summary; dots go into objects.
pub(crate) fn named(envelope: &Envelope, path: &str) -> Option<f64> {
    let mut value: Option<&Json> = None;
    let mut map: Option<&Map<String, Json>> = envelope.summary.as_ref();
    for part in path.split('.') {
        value = map?.get(part);
        map = value.and_then(Json::as_object);
    }
    value?.as_f64()
}

/// Name, figure, and a small line below it.
pub(crate) type Line = (&'static str, Option<String>, String);

/// The named figures of an answer that has no series.
pub(crate) fn lines(envelope: &Envelope) -> Vec<Line> {
    match envelope.id.as_str() {
        "retention_day" => retention_day(envelope),
        "concentration" => concentration_lines(envelope),
        "log_summary" => log_summary(envelope),
        _ => Vec::new(),
    }
}

fn figures(lines: &[Line]) -> Markup {
    let items: String = lines
        .iter()
        .map(|(name, figure, note)| {
            let note = if note.is_empty() { String::new() } else { format!("<small>{}</small>", esc(note)) };
            format!(
                "<div><dt>{}</dt><dd>{}{note}</dd></div>",
                esc(name),
                esc(figure.as_deref().unwrap_or("–"))
            )
        })
        .collect();
    Markup::raw(format!("<dl class=\"figures\">{items}</dl>"))
}

fn counted(envelope: &Envelope, path: &str) -> Option<String> {
    named(envelope, path).map(|v| format::number(v, 0))
}

fn share_line(envelope: &Envelope, path: &str) -> Option<String> {
    named(envelope, path).map(format::share)
}

fn retention_day(envelope: &Envelope) -> Vec<Line> {
    let range = named(envelope, "low").zip(named(envelope, "high"));
    let range = range
        .map(|(low, high)| format!("{}, 95 % interval", format::share_range(low, high)))
        .unwrap_or_default();
    let back = match (
        envelope.filters.get("bracket").and_then(Json::as_str),
        envelope.filters.get("day").and_then(Json::as_u64),
    ) {
        (Some(days), _) => format!("on any of the days {}", days.replace('-', " to ")),
        (None, day) if word(envelope, "mode") == "unbounded" => {
            format!("on day {} or later", day.unwrap_or(0))
        }
        (None, day) => format!("on day {}", day.unwrap_or(0)),
    };
    vec![
        (
            "Back",
            share_line(envelope, "value"),
            if range.is_empty() { back.clone() } else { format!("{back}; {range}") },
        ),
        ("Came back", counted(envelope, "retained"), "members".into()),
        ("Could have", counted(envelope, "eligible"), "members whose day is over".into()),
        ("Too new to say", counted(envelope, "not_yet"), "not in either number".into()),
    ]
}

fn concentration(envelope: &Envelope) -> Markup {
    let share = |path| named(envelope, path).unwrap_or(0.0);
    let parts = [
        ("Top 1 %", share("share_top_1pct"), 1),
        ("Next 9 %", share("share_next_9pct"), 7),
        ("Other 90 %", share("share_rest_90pct"), 2),
    ];
    let sentence = format!(
        "Of all messages, {} come from the top 1 % of members, {} from the next 9 %, {} from the others.",
        format::share(parts[0].1),
        format::share(parts[1].1),
        format::share(parts[2].1)
    );
    let bar = ui::chart::shares(&sentence, &parts);
    Markup::join([&bar, &figures(&concentration_lines(envelope)[3..])])
}

fn concentration_lines(envelope: &Envelope) -> Vec<Line> {
    vec![
        ("Top 1 %", share_line(envelope, "share_top_1pct"), "of members, share of messages".into()),
        ("Next 9 %", share_line(envelope, "share_next_9pct"), "of members, share of messages".into()),
        ("Other 90 %", share_line(envelope, "share_rest_90pct"), "of members, share of messages".into()),
        ("Absence factor", counted(envelope, "absence_factor_50"), "members write half of it".into()),
        ("Pony factor", counted(envelope, "pony_factor_80"), "members write 80 % of it".into()),
        ("Wrote once", counted(envelope, "one_time_members"), "members with one message".into()),
        ("Gini", named(envelope, "gini").map(|v| format::number(v, 2)), "0 all alike, 1 one alone".into()),
    ]
}

fn log_summary(envelope: &Envelope) -> Vec<Line> {
    let day = |name: &str| {
        let text = envelope.summary.as_ref().and_then(|s| s.get(name)).and_then(Json::as_str);
        text.and_then(|text| Day::parse(text).ok()).map(|day| format::day_short(day, true))
    };
    vec![
        ("Rows", counted(envelope, "rows"), "everything that was posted".into()),
        ("By members", counted(envelope, "active_rows"), "what people wrote".into()),
        ("Members", counted(envelope, "active_members"), "who wrote".into()),
        ("Channels", counted(envelope, "channels"), "with a row by a member".into()),
        ("By bots", counted(envelope, "bot_rows"), "in no other figure".into()),
        ("By nobody", counted(envelope, "no_member_rows"), "author not known".into()),
        ("First day", day("first_active_day"), String::new()),
        ("Last day", day("last_active_day"), String::new()),
    ]
}

fn answers(envelope: &Envelope, beside: Beside<'_>, room: Room) -> Markup {
    let seconds = |path| named(envelope, path).map(format::duration);
    let threads = named(envelope, "threads").unwrap_or(0.0);
    let within = |path| named(envelope, path).filter(|_| threads > 0.0).map(|n| format::share(n / threads));
    let lines = figures(&[
        ("Median", seconds("ttfr_s.median"), "of answered conversations".into()),
        ("9 in 10 within", seconds("ttfr_s.p90"), "of answered conversations".into()),
        ("Median of all", seconds("km_median_s"), "unanswered ones counted as still waiting".into()),
        (
            "Answered",
            share_line(envelope, "answered_share"),
            format!(
                "{} of {}",
                counted(envelope, "answered").unwrap_or_default(),
                format::count(threads as u64)
            ),
        ),
        ("Within 1 h", within("within_1h"), "of all conversations".into()),
        ("Within 24 h", within("within_24h"), "of all conversations".into()),
    ]);
    let over = Over { notes: beside.notes, line: None };
    let line = ui::chart::line_with(&series(envelope, Beside { also: &[], ..beside }, room), &over);
    let curve = if room.large { curve(envelope) } else { Markup::empty() };
    Markup::join([&lines, &line, &curve])
}

/// The share that is still without an answer after a time.
fn curve(envelope: &Envelope) -> Markup {
    let Some(points) = envelope.curve.as_deref().filter(|points| !points.is_empty()) else {
        return Markup::empty();
    };
    let values = points
        .iter()
        .map(|p| Value { value: Some(p.value), low: p.low, high: p.high, open: false })
        .collect();
    let last = &points[points.len() - 1];
    ui::chart::line(&Chart {
        spoken: format!(
            "Share of conversations without an answer by time since the question: {} after {}.",
            format::share(last.value),
            format::duration(last.t as f64)
        ),
        unit: "per cent of conversations still without an answer, by time since the question (not to scale)"
            .into(),
        axis: Axis::Names(points.iter().map(|p| format::duration(p.t as f64)).collect()),
        series: vec![Series { name: "Still waiting".into(), hue: 4, values, was: false }],
        figure: Figure::Share,
        size: Size::Normal,
        open_note: String::new(),
        interval_note: "95 % interval (Kaplan–Meier, log-log)".into(),
    })
}
