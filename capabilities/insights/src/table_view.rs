//! The figures behind a drawing, as tables. The values are those of the JSON; the exact one stands in each cell.

use crate::draw::{figure, grain};
use base::{Day, Interval};
use metric::Envelope;
use serde_json::Value as Json;
use ui::chart::Figure;
use ui::{Markup, esc, format};

/// All parts of an answer as tables, the main one first. `rows` is the address of the rows behind it, to which
/// each period leads; empty for none.
pub fn table_view(envelope: &Envelope, rows: &str) -> Markup {
    // What changed stands under the chart, in words.
    let tables: Vec<Markup> = metric::tables(envelope)
        .iter()
        .filter(|table| table.part != "change")
        .map(|table| one(envelope, table, rows))
        .collect();
    Markup::join(&tables)
}

fn one(envelope: &Envelope, table: &metric::Table, rows: &str) -> Markup {
    let title = match table.part {
        "points" => "Series",
        "cohorts" => "Cohorts",
        "pooled" => "All cohorts together",
        "curve" => "Still waiting, by time",
        _ => "Figures",
    };
    // A full count has no interval: two columns of nothing would say only that.
    let shown_at = |at: usize| {
        !matches!(table.columns[at].as_str(), "low" | "high" | "before" | "before_start")
            || table.rows.iter().any(|row| !row[at].is_null())
    };
    let shown: Vec<bool> = (0..table.columns.len()).map(shown_at).collect();
    let head: String = table
        .columns
        .iter()
        .enumerate()
        .filter(|(at, _)| shown[*at])
        .map(|(at, name)| match table.split.contains(&at) {
            true if at == table.split.start => "<th scope=\"col\" class=\"num\">All</th>".to_string(),
            true => format!("<th scope=\"col\" class=\"num\">{}</th>", esc(name)),
            false => {
                format!("<th scope=\"col\"{}>{}</th>", class(name, table.part), esc(&heading(envelope, name)))
            }
        })
        .collect();
    let body: String = table
        .rows
        .iter()
        .map(|row| {
            let name = row.first().and_then(Json::as_str).unwrap_or_default();
            let cells = row.iter().zip(&table.columns).enumerate().filter(|(at, _)| shown[*at]);
            let cells = cells.map(|(at, (value, column))| {
                // The columns of a split hold the metric's value, whatever the part is called.
                let column = if table.split.contains(&at) { "value" } else { column.as_str() };
                let mut shown = cell(envelope, table.part, name, column, value);
                if let ("start", Json::String(day), false) = (column, value, rows.is_empty()) {
                    shown = format!("<a href=\"{}\">{shown}</a>", esc(&rows_at(rows, day)));
                }
                match at {
                    0 => format!("<th scope=\"row\"{}>{shown}</th>", class(column, table.part)),
                    _ => format!("<td{}>{shown}</td>", class(column, table.part)),
                }
            });
            format!("<tr>{}</tr>", cells.collect::<String>())
        })
        .collect();
    Markup::raw(format!(
        "<div class=\"table-part\"><h3 class=\"table-title\">{title}</h3>\
         <div class=\"table-wrap tall\" tabindex=\"0\" role=\"region\" aria-label=\"{0}, {title}\"><table class=\"table flat\" data-part=\"{1}\">\
         <caption class=\"sr\">{0}, {title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></div>",
        esc(&envelope.title),
        table.part
    ))
}

/// The rows of one period.
fn rows_at(rows: &str, day: &str) -> String {
    format!("{rows}{}at={day}", if rows.contains('?') { '&' } else { '?' })
}

fn class(column: &str, part: &str) -> &'static str {
    match column {
        "start" | "state" | "basis" | "figure" => "",
        "value" if part == "summary" => " class=\"num\"",
        "low" | "high" | "before" => " class=\"num c2\"",
        "before_start" => " class=\"c2\"",
        _ => " class=\"num\"",
    }
}

fn heading(envelope: &Envelope, column: &str) -> String {
    match column {
        "start" => match grain(envelope) {
            Interval::Day => "Day",
            Interval::Week => "Week of",
            Interval::Month => "Month",
        }
        .into(),
        "value" => "Value".into(),
        "low" => "95 % from".into(),
        "high" => "95 % to".into(),
        "before" => "Before".into(),
        "before_start" => match grain(envelope) {
            Interval::Day => "Day before",
            Interval::Week => "Week before",
            Interval::Month => "Month before",
        }
        .into(),
        "k" => "Periods later".into(),
        "t" => "After".into(),
        "n" => "n".into(),
        "days" => "Days active".into(),
        "km_median_s" => "Median of all".into(),
        "threads" => "Conversations".into(),
        _ => words(column),
    }
}

/// A named figure as people read it.
fn figure_name(name: &str) -> String {
    let (stem, part) = name.split_once('.').unwrap_or((name, ""));
    match (stem, part) {
        ("threads", _) => "Conversations".into(),
        ("answered_share", _) => "Answered, share".into(),
        ("ttfr_s", "p25" | "p75" | "p90") => format!("Time to first answer, {} %", &part[1..]),
        ("ttfr_s", _) => format!("Time to first answer, {part}"),
        ("within_1h" | "within_24h" | "within_7d", _) => format!("Answered within {}", apart(&stem[7..])),
        ("km_median_s", _) => "Median, unanswered as still waiting".into(),
        ("km_unanswered_at", _) => format!("Still waiting after {}", apart(part)),
        ("share_top_1pct", _) => "Share of the top 1 %".into(),
        ("share_next_9pct", _) => "Share of the next 9 %".into(),
        ("share_rest_90pct", _) => "Share of the other 90 %".into(),
        ("absence_factor_50", _) => "Absence factor, 50 %".into(),
        ("pony_factor_80", _) => "Pony factor, 80 %".into(),
        ("top10_counts", _) => format!("Messages of the member on place {part}"),
        ("max", _) => "Highest".into(),
        ("max_start", _) => "Highest in the period from".into(),
        ("last", _) => "Last period".into(),
        ("sum", _) => "All periods added up".into(),
        ("zero", _) => "Periods with none".into(),
        ("low", _) => "95\u{a0}% from".into(),
        ("high", _) => "95\u{a0}% to".into(),
        ("rows", _) => "Rows of the log".into(),
        ("no_member_rows", _) => "Rows without a known author".into(),
        ("bot_rows", _) => "Rows by bots".into(),
        ("active_rows", _) => "Rows by members".into(),
        ("kinds" | "not_rows", _) => part.to_string(),
        _ => words(name),
    }
}

/// `24h` → `24 h`.
fn apart(window: &str) -> String {
    let unit = window.find(|c: char| !c.is_ascii_digit()).unwrap_or(window.len());
    format!("{} {}", &window[..unit], &window[unit..])
}

/// `mean_dau` → `Mean dau`; a dot becomes a comma.
fn words(name: &str) -> String {
    crate::draw::capital(&name.replace('_', " ").replace('.', ", "))
}

fn cell(envelope: &Envelope, part: &str, row: &str, column: &str, value: &Json) -> String {
    let text = match (column, value) {
        (_, Json::Null) => return "<span class=\"faint\">–</span>".into(),
        ("start" | "before_start", Json::String(day)) => {
            return match Day::parse(day) {
                Ok(d) if grain(envelope) == Interval::Month => data(day, &format::month_long(d)),
                Ok(d) => data(day, &format::day_short(d, true)),
                Err(_) => esc(day).to_string(),
            };
        }
        ("state", Json::String(state)) => return state_badge(state),
        ("figure", Json::String(name)) => return data(name, &figure_name(name)),
        (_, Json::String(text)) => match Day::parse(text) {
            Ok(day) => return data(text, &format::day_short(day, true)),
            Err(_) => return data(text, text),
        },
        (_, Json::Number(number)) => {
            let number = number.as_f64().unwrap_or_default();
            kind(envelope, part, row, column).text(number)
        }
        (_, other) => return esc(&other.to_string()).to_string(),
    };
    data(&value.to_string(), &text)
}

fn data(exact: &str, text: &str) -> String {
    format!("<data value=\"{}\">{}</data>", esc(exact), esc(text))
}

fn state_badge(state: &str) -> String {
    let (word, tone) = match state {
        "complete" => return data(state, "Complete"),
        "partial" => ("Not finished", ui::Tone::Warn),
        "not_yet" => ("Not yet", ui::Tone::Neutral),
        _ => ("Not available", ui::Tone::Neutral),
    };
    format!("<data value=\"{}\">{}</data>", esc(state), ui::badge(word, tone))
}

/// How a figure of a table is written.
fn kind(envelope: &Envelope, part: &str, row: &str, column: &str) -> Figure {
    match (part, column) {
        ("summary", _) => match row {
            "gini" | "mean" | "median" => Figure::Decimal,
            "value" | "low" | "high" | "answered_share" => Figure::Share,
            _ if row.starts_with("share_") || row.starts_with("km_unanswered_at") => Figure::Share,
            _ if row.ends_with("_s") || row.starts_with("ttfr_s") => Figure::Seconds,
            _ => Figure::Count,
        },
        ("curve", "t") => Figure::Seconds,
        ("curve" | "pooled" | "cohorts", "value" | "low" | "high") => Figure::Share,
        ("points", "value" | "low" | "high" | "before") => figure(envelope),
        (_, "km_median_s") => Figure::Seconds,
        (_, name) if name.starts_with("mean") => Figure::Decimal,
        _ => Figure::Count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn every_value_of_the_answer_stands_exactly_in_the_table() {
        for envelope in samples::all() {
            let html = table_view(&envelope, "/rows?staff=only").into_string();
            for table in metric::tables(&envelope) {
                assert!(html.contains(&format!("data-part=\"{}\"", table.part)));
                for value in table.rows.iter().flatten().filter(|value| value.is_number()) {
                    assert!(html.contains(&format!("<data value=\"{value}\">")), "{} {value}", envelope.id);
                }
            }
        }
    }

    #[test]
    fn figures_read_as_people_say_them() {
        let html = table_view(&samples::first_response(), "").into_string().replace('\u{a0}', " ");
        assert!(html.contains(">1 h 48 min<") && html.contains(">Still waiting after 24 h<"));
        assert!(html.contains(">Time to first answer, 90 %<") && html.contains(">Answered within 7 d<"));
        let html = table_view(&samples::answered_rate(), "/rows").into_string().replace('\u{a0}', " ");
        assert!(html.contains(">62 %<") && html.contains("Not finished"));
        assert!(html.contains("<a href=\"/rows?at=2026-"));
    }
}
