//! One answer as a card: title, definition, controls, drawing, n, and the way to its rows and its export.

use crate::change;
use crate::draw::{Beside, Room, calm, capital, draw, figure, grain, named, word};
use metric::{Envelope, Point, State};
use ui::{Button, ChartCard, Choice, Look, Markup, chart_card, format, segmented};

/// What a card shows beside its answer.
#[derive(Clone, Debug, Default)]
pub struct CardOptions {
    /// On a page of its own: taller, and without a link to itself.
    pub large: bool,
    /// Over the whole width.
    pub wide: bool,
    /// The metric's page; empty for none.
    pub page: String,
    /// The answer as CSV; empty for none.
    pub csv: String,
    /// The rows behind it; empty for none.
    pub rows: String,
    /// Ways to ask the same metric differently, with their spoken name.
    pub choices: Vec<Choice>,
    /// Further windows of the same metric, drawn with it.
    pub also: Vec<Envelope>,
    /// Whether the earlier days of its comparison are drawn, thin and dashed.
    pub earlier: bool,
    /// What happened, by day.
    pub notes: Vec<ui::chart::Note>,
}

/// The card of an answer.
pub fn card(envelope: &Envelope, options: &CardOptions) -> Markup {
    let id = format!("card-{}", envelope.id);
    let controls = match options.choices.as_slice() {
        [] => Markup::empty(),
        choices => segmented(&format!("How to count {}", envelope.title.to_lowercase()), choices),
    };
    let body = if envelope.state == State::Unavailable {
        calm("Not available", envelope.reason.as_deref().unwrap_or("the sources do not say"))
    } else {
        let room = Room { large: options.large, wide: options.wide, low: false };
        let beside = Beside { also: &options.also, earlier: options.earlier, notes: &options.notes };
        Markup::join([&draw(envelope, beside, room), &change::line(envelope)])
    };
    chart_card(&ChartCard {
        id: &id,
        title: &envelope.title,
        href: &options.page,
        definition: &if options.large { envelope.definition.clone() } else { brief_of(envelope) },
        controls,
        body,
        note: Markup::text(&note(envelope)),
        actions: actions(envelope, options),
        wide: options.wide,
        level: if options.large { 2 } else { 3 },
    })
}

fn actions(envelope: &Envelope, options: &CardOptions) -> Markup {
    if envelope.state == State::Unavailable {
        return Markup::empty();
    }
    let table =
        if options.page.is_empty() { "#table".to_string() } else { format!("{}#table", options.page) };
    let quiet = |label, href: &str, icon, attributes: &[(&str, &str)]| match href {
        "" => Markup::empty(),
        _ => Button { label, href, icon, look: Look::Quiet, small: true, attributes, ..Default::default() }
            .markup(),
    };
    Markup::join([
        &quiet("Table", &table, "table", &[]),
        &quiet("Show rows", &options.rows, "rows-3", &[]),
        &quiet("CSV", &options.csv, "download", &[("download", "")]),
    ])
}

/// The part of a definition that says how the card's own figure is counted.
fn brief_of(envelope: &Envelope) -> String {
    // Its definition has a sentence for each basis, begun by the basis' name.
    let name = format!("{}: ", word(envelope, "basis"));
    let mut sentences = envelope.definition.split(". ");
    match sentences.find_map(|sentence| sentence.strip_prefix(&name)) {
        Some(own) => format!("{}.", capital(own.trim_end_matches('.'))),
        None => brief(&envelope.definition),
    }
}

/// The beginning of a definition, in whole sentences or up to a semicolon; the metric's page has all of it.
fn brief(definition: &str) -> String {
    const ENOUGH: usize = 90;
    let ends = definition.match_indices(['.', ';']).filter(|(at, _)| {
        let after = &definition[at + 1..];
        after.is_empty() || after.starts_with(' ')
    });
    let part = match ends.map(|(at, _)| at).find(|at| *at >= ENOUGH) {
        Some(at) => format!("{}.", &definition[..at]),
        None => definition.to_string(),
    };
    capital(&part)
}

/// What the figure rests on.
fn note(envelope: &Envelope) -> String {
    let n = |path| named(envelope, path).map(|v| v as u64);
    let points = envelope.points.as_deref().unwrap_or_default();
    let sum: u64 = points.iter().map(|point| point.n).sum();
    let text = match envelope.id.as_str() {
        _ if envelope.state == State::Unavailable => return String::new(),
        "retention" => envelope.cohorts.as_deref().map(|cohorts| {
            let members = cohorts.iter().map(|cohort| cohort.size).sum();
            format!(
                "{} in {}",
                format::counted(members, "member", "members"),
                format::counted(cohorts.len() as u64, "cohort", "cohorts")
            )
        }),
        "retention_day" => n("eligible").map(|n| format::counted(n, "member", "members")),
        "concentration" => n("members").zip(n("events")).map(|(members, rows)| {
            format!(
                "{}, {}",
                format::counted(members, "member", "members"),
                format::counted(rows, "message", "messages")
            )
        }),
        "log_summary" => n("rows").map(|n| format::counted(n, "row", "rows")),
        "rolling_active_members" => n("members").map(|n| format::counted(n, "member", "members")),
        "time_to_first_response" => n("threads").map(|n| format::counted(n, "conversation", "conversations")),
        "answered_rate" => n("eligible").map(|n| format::counted(n, "conversation", "conversations")),
        "newcomers_answered" => Some(format::counted(sum, "newcomer who asked", "newcomers who asked")),
        "stickiness" if word(envelope, "basis") == "days" => {
            n("members").map(|n| format::counted(n, "member", "members"))
        }
        "active_members" | "lifecycle" | "members" | "stickiness" => return last(envelope, points),
        "messages" => Some(format::counted(sum, "message", "messages")),
        "conversations" => Some(format::counted(sum, "conversation", "conversations")),
        "net_growth" => n("joins").map(|n| format::counted(n, "join", "joins")),
        _ => Some(format::counted(sum, "member", "members")),
    };
    let basis = envelope.summary.as_ref().and_then(|s| s.get("basis")).and_then(serde_json::Value::as_str);
    let basis = match basis {
        Some("mixed") => ", by join rows where there are any, else by first activity",
        Some("join rows") => ", by join rows",
        Some("first activity") => ", by first activity",
        _ => "",
    };
    text.map(|text| format!("n = {text}{basis}")).unwrap_or_default()
}

/// `n = 2,184 in the week of 16 November`: the last finished point of a census.
fn last(envelope: &Envelope, points: &[Point]) -> String {
    let finished = points.iter().rfind(|point| point.state == State::Complete && point.value.is_some());
    let Some((point, start)) =
        finished.and_then(|point| Some((point, base::Day::parse(point.start.as_deref()?).ok()?)))
    else {
        return String::new();
    };
    let when = match grain(envelope) {
        base::Interval::Day => format!("on {}", format::day_short(start, true)),
        base::Interval::Week => format!("in the week of {}", format::day_short(start, true)),
        base::Interval::Month => format!("in {}", format::month_long(start)),
    };
    format!("n = {} {when}", format::counted(point.n, "member", "members"))
}

/// The last finished figure of an answer in words; for lists of metrics.
pub fn headline(envelope: &Envelope) -> Option<String> {
    let points = envelope.points.as_deref().unwrap_or_default();
    let point = points.iter().rfind(|point| point.state == State::Complete && point.value.is_some())?;
    point.value.map(|value| figure(envelope).text(value.as_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn every_sample_becomes_a_card_without_style_and_with_its_definition() {
        for envelope in samples::all() {
            let options = CardOptions {
                page: "/desk/health/x".into(),
                csv: "/x.csv".into(),
                rows: "/x/rows".into(),
                ..Default::default()
            };
            for large in [false, true] {
                let html = card(&envelope, &CardOptions { large, ..options.clone() }).into_string();
                assert!(!html.contains("style="), "{}", envelope.id);
                assert!(!html.contains("NaN") && !html.contains("inf%"), "{}", envelope.id);
                assert!(html.contains("n\u{a0}=") || html.contains("n = "), "{}: {html}", envelope.id);
                assert!(html.contains("/x.csv") && html.contains("Show rows"), "{}", envelope.id);
            }
        }
    }

    #[test]
    fn what_the_sources_cannot_give_says_why_and_offers_nothing() {
        let html = card(&samples::unavailable(), &CardOptions { csv: "/x.csv".into(), ..Default::default() })
            .into_string();
        assert!(html.contains("Not available") && html.contains("No reply links"));
        assert!(!html.contains("/x.csv") && !html.contains("<svg role"));
    }

    #[test]
    fn a_comparison_is_drawn_dashed_and_further_windows_have_names() {
        let main = samples::compared(samples::active_members());
        let html = card(&main, &CardOptions { earlier: true, ..Default::default() }).into_string();
        assert!(html.contains("ln was") && html.contains("Before: 15 Jun to 1 Sep 2026"), "{html}");
        assert!(html.contains("Mean week") && html.contains("Clear change"));
        let html = card(
            &samples::rolling(28),
            &CardOptions { also: vec![samples::rolling(7)], ..Default::default() },
        )
        .into_string();
        assert!(html.contains("28 days") && html.contains("7 days"));
    }

    #[test]
    fn a_definition_with_a_sentence_for_each_basis_gives_the_one_that_is_shown() {
        for (basis, begins) in
            [("month", "Mean daily"), ("rolling30", "The mean, over"), ("days", "How many members")]
        {
            let text = brief_of(&samples::stickiness(basis));
            assert!(text.starts_with(begins) && text.ends_with('.'), "{text}");
        }
    }

    #[test]
    fn a_brief_definition_ends_with_a_sentence() {
        let text = "Members with a join or an active row up to the end of the period, less those who have left by then. Where.";
        assert!(brief(text).ends_with("by then."));
        assert_eq!(brief("Short."), "Short.");
    }
}
