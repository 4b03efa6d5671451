//! The Health page, its fragments, and a page for each metric. Pure: what is asked comes through a function.

use crate::answer::Questions;
use crate::card::{CardOptions, card};
use crate::catalogue::{Entry, GROUPS, find};
use crate::controls::controls;
use crate::filters::Filters;
use crate::lead;
use crate::notes_view;
use crate::table_view::table_view;
use base::{Day, Error, Result};
use metric::{Definition, Envelope, State};
use ui::{Button, Choice, Look, Markup, esc, facts, format, page_head};

/// Asks a metric: its id and its parameters, as they would stand in the address of the API.
pub type Answer<'a> = dyn Fn(&str, &[(String, String)]) -> Result<Envelope> + 'a;

/// Where the page lives.
pub const PATH: &str = "/desk/health";

/// A source, or a channel within one.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// What filters take.
    pub id: String,
    /// What people read.
    pub name: String,
    /// For a channel: the name of its source.
    pub within: String,
}

/// What the pages know beside the answers.
#[derive(Clone, Debug, Default)]
pub struct HealthContext {
    /// The day of the last activity in the community's zone; `None` when the log is empty.
    pub now: Option<Day>,
    /// The same in words, with its hour and zone: `24 November 2026, 16:02 UTC`.
    pub as_of: String,
    /// The name of the community's zone.
    pub zone: String,
    /// Every source with activities.
    pub sources: Vec<Place>,
    /// Every channel with activities.
    pub channels: Vec<Place>,
    /// Whether the pages with the rows behind a figure exist.
    pub rows: bool,
    /// What happened, by day.
    pub annotations: Vec<crate::model::Annotation>,
    /// The token that forms carry; empty where there is no form.
    pub csrf: String,
}

/// The address of a metric's page.
pub(crate) fn page_of(metric: &str, ctx: &HealthContext, filters: &Filters) -> String {
    format!("{PATH}/{metric}{}", filters.for_metric(ctx.now).to_query())
}

/// The body of the Health page: lead figures and cards load as fragments.
pub fn health_page(ctx: &HealthContext, filters: &Filters) -> Markup {
    if ctx.now.is_none() {
        return nothing_yet();
    }
    let report = Button {
        label: "Print report",
        icon: "printer",
        href: &format!("{PATH}/report{}", filters.to_query()),
        ..Default::default()
    };
    let head = page_head("Health", &sentence(ctx), &report.markup());
    let asked = filters.to_query();
    let groups: String = GROUPS
        .iter()
        .enumerate()
        .map(|(at, group)| {
            // What is seen first loads at once, the rest when it comes into view.
            let trigger = if at == 0 { "load" } else { "revealed" };
            let cards: String = group.cards.iter().map(|entry| placeholder(ctx, filters, entry, trigger)).collect();
            format!(
                "<section class=\"section\" id=\"{}\" aria-labelledby=\"{0}-title\"><header><h2 id=\"{0}-title\">{}</h2><p>{}</p></header><div class=\"cards\">{cards}</div></section>",
                group.id,
                esc(group.title),
                esc(group.question)
            )
        })
        .collect();
    let jumps: String =
        GROUPS.iter().map(|group| format!("<a href=\"#{}\">{}</a>", group.id, esc(group.title))).collect();
    Markup::raw(format!(
        "{head}{}{}<nav class=\"jumps\" aria-label=\"On this page\">{jumps}<a href=\"#notes\">Notes</a></nav>{groups}<div class=\"section\">{}</div>",
        controls(ctx, filters, PATH),
        lead::place(&format!("{PATH}/cards/lead{asked}")),
        notes_view::card(ctx, filters, &format!("{PATH}{asked}"))
    ))
}

fn sentence(ctx: &HealthContext) -> String {
    let sources = format::counted(ctx.sources.len() as u64, "source", "sources");
    format!("How the community is doing, over {sources}. As of {}, the last activity.", ctx.as_of)
}

pub(crate) fn nothing_yet() -> Markup {
    let action = ui::link_button("Import a source", "/desk/sources", Look::Primary);
    let text = "Figures appear as soon as one export is imported: members, activity, retention and answers.";
    Markup::join([
        &page_head("Health", "How the community is doing.", &Markup::empty()),
        &ui::card(
            "",
            "",
            &Markup::empty(),
            &ui::empty("activity", "Nothing to measure yet", text, &action),
            &Markup::empty(),
        ),
    ])
}

/// How the Health page asks a metric where nothing else was chosen. In a short period a ratio by month has two
/// or three points, and says more by day.
fn fitting(ctx: &HealthContext, filters: &Filters, metric: &str) -> Filters {
    let short = filters.grain(ctx.now) != base::Interval::Month;
    if metric == "stickiness" && !filters.own && short && filters.option("basis").is_none() {
        return filters.with_option("basis", "rolling30");
    }
    filters.clone()
}

fn placeholder(ctx: &HealthContext, filters: &Filters, entry: &Entry, trigger: &str) -> String {
    let asked = filters.to_query();
    let title = metric::definition(entry.metric).map_or(entry.metric, |definition| definition.title);
    format!(
        "<article class=\"card chart-card{}\" data-fragment hx-get=\"{PATH}/cards/{}{2}\" hx-trigger=\"{trigger}\" hx-swap=\"outerHTML\">{3}</article>",
        if entry.wide { " span" } else { "" },
        entry.metric,
        esc(&asked),
        ui::skeleton_card(title, &page_of(entry.metric, ctx, &fitting(ctx, filters, entry.metric)))
    )
}

/// One fragment: a metric's card, or the lead figures under the key `lead`. A metric that fails gives a card that says so.
///
/// # Errors
/// `NotFound` when there is no such card.
pub fn card_fragment(ctx: &HealthContext, filters: &Filters, key: &str, answer: &Answer) -> Result<Markup> {
    let again = |href: &str| {
        Button { label: "Try again", href, icon: "rotate-cw", small: true, ..Default::default() }.markup()
    };
    if key == "lead" {
        return Ok(lead::lead(ctx, filters, answer).unwrap_or_else(|error| {
            let body = ui::problem_of(
                "The lead figures could not be computed",
                &error,
                &again(&format!("{PATH}{}", filters.to_query())),
            );
            ui::card("lead", "", &Markup::empty(), &body, &Markup::empty())
        }));
    }
    let entry = find(key).ok_or_else(|| no_card(key))?;
    let definition = metric::definition(key)?;
    Ok(measure(ctx, filters, entry, definition, answer, false).map(|(_, card)| card).unwrap_or_else(|error| {
        let href = page_of(key, ctx, filters);
        let body = ui::problem_of("This figure could not be computed", &error, &again(&href));
        let wide = if entry.wide { " span" } else { "" };
        Markup::raw(format!(
            "<article class=\"card chart-card{wide}\" id=\"card-{key}\"><div class=\"chart-head\"><h3 class=\"card-title\"><a href=\"{}\">{}</a></h3></div>{body}</article>",
            esc(&href),
            esc(definition.title)
        ))
    }))
}

fn no_card(key: &str) -> Error {
    Error::not_found(format!("there is no metric \"{key}\" on the Health page; {PATH} lists them"))
}

/// What else is asked for the drawing: the other windows of rolling members.
fn further(ctx: &HealthContext, filters: &Filters, definition: &Definition) -> Vec<Vec<(String, String)>> {
    let rolling = definition.id == "rolling_active_members";
    if !rolling || filters.option("window").is_some() || filters.split.is_some() {
        return Vec::new();
    }
    let other = |days| filters.alone().with_option("window", days).parameters(definition, ctx.now);
    ["7", "30"].map(other).to_vec()
}

/// The questions of a card or of a metric's page; none where there is no such metric.
pub(crate) fn questions(ctx: &HealthContext, filters: &Filters, key: &str) -> Result<Questions> {
    let Ok(definition) = metric::definition(key) else { return Ok(Vec::new()) };
    let filters = &fitting(ctx, filters, definition.id);
    let own = filters.parameters(definition, ctx.now);
    let all = std::iter::once(own).chain(further(ctx, filters, definition));
    Ok(all.map(|pairs| (definition.id, pairs)).collect())
}

/// The answer and its card.
fn measure(
    ctx: &HealthContext,
    filters: &Filters,
    entry: &Entry,
    definition: &Definition,
    answer: &Answer,
    large: bool,
) -> Result<(Envelope, Markup)> {
    let filters = &fitting(ctx, filters, definition.id);
    let asked = filters.parameters(definition, ctx.now);
    let envelope = answer(definition.id, &asked)?;
    let mut also = Vec::new();
    if envelope.state != State::Unavailable {
        for pairs in further(ctx, filters, definition) {
            also.push(answer(definition.id, &pairs)?);
        }
    }
    let exact = ui::query(&asked);
    let options = CardOptions {
        large,
        wide: entry.wide,
        page: if large { String::new() } else { page_of(definition.id, ctx, filters) },
        csv: format!("{PATH}/{}/csv{exact}", definition.id),
        rows: if ctx.rows { rows_of(definition, ctx, filters) } else { String::new() },
        choices: choices(ctx, filters, definition, large),
        also,
        earlier: entry.compare || large,
        notes: notes_view::marks(ctx, filters),
    };
    let html = card(&envelope, &options);
    Ok((envelope, html))
}

/// The address of the rows behind everything that is shown.
fn rows_of(definition: &Definition, ctx: &HealthContext, filters: &Filters) -> String {
    format!("{PATH}/{}/rows{}", definition.id, ui::query(&filters.alone().parameters(definition, ctx.now)))
}

/// The ways in which a metric can be asked, as switches.
fn choices(ctx: &HealthContext, filters: &Filters, definition: &Definition, large: bool) -> Vec<Choice> {
    let (name, ways): (&str, &[(&str, &str)]) = match definition.id {
        "retention" => ("mode", &[("exact", "Exactly then"), ("unbounded", "Then or later")]),
        "retention_day" => ("day", &[("1", "Day 1"), ("7", "Day 7"), ("30", "Day 30")]),
        "stickiness" => ("basis", &[("month", "Month"), ("rolling30", "30 days"), ("days", "Days active")]),
        "answered_rate" => ("window", &[("1h", "1 h"), ("24h", "24 h"), ("7d", "7 d")]),
        "newcomers_answered" => ("window", &[("24h", "24 h"), ("7d", "7 d")]),
        _ => return Vec::new(),
    };
    let default =
        definition.options.iter().find(|option| option.name == name).and_then(|option| option.default);
    let present = filters.option(name).or(default);
    ways.iter()
        .map(|(value, label)| {
            let other = filters.with_option(name, value);
            let mut choice =
                Choice::new(*label, page_of(definition.id, ctx, &other), present == Some(*value));
            if !large {
                let fragment = format!("{PATH}/cards/{}{}", definition.id, other.to_query());
                choice.attributes = vec![
                    ("hx-get".into(), fragment),
                    ("hx-target".into(), "closest article".into()),
                    ("hx-swap".into(), "outerHTML".into()),
                ];
            }
            choice
        })
        .collect()
}

/// The page of one metric: the card, everything about the figure, and its tables.
///
/// # Errors
/// `NotFound` when there is no such metric; what the metric answers with.
pub fn metric_page(ctx: &HealthContext, filters: &Filters, key: &str, answer: &Answer) -> Result<Markup> {
    let entry = find(key).ok_or_else(|| no_card(key))?;
    let definition = metric::definition(key)?;
    let (envelope, card) = measure(ctx, filters, entry, definition, answer, true)?;
    let path = format!("{PATH}/{key}");
    let back = Button {
        label: "All of Health",
        icon: "chevron-left",
        href: &format!("{PATH}{}", filters.for_health().to_query()),
        look: Look::Quiet,
        ..Default::default()
    }
    .markup();
    let head = page_head(definition.title, &format!("As of {}, the last activity.", ctx.as_of), &back);
    let rows = if ctx.rows { rows_of(definition, ctx, filters) } else { String::new() };
    let tables = table_view(&envelope, &rows);
    let notes = if envelope.points.is_some() {
        notes_view::card(ctx, filters, &format!("{path}{}", filters.to_query()))
    } else {
        Markup::empty()
    };
    let table = if tables.is_empty() {
        Markup::empty()
    } else {
        ui::card("table", "Table", &Markup::empty(), &tables, &Markup::empty())
    };
    Ok(Markup::raw(format!(
        "{head}{}<div class=\"stack\">{card}<div class=\"split\"><div class=\"stack\">{notes}{table}</div>{}</div></div>",
        controls(ctx, filters, &path),
        about(ctx, definition, &envelope)
    )))
}

/// Everything about a figure: what it means, how it is computed, how others count it.
fn about(ctx: &HealthContext, definition: &Definition, envelope: &Envelope) -> Markup {
    let text = Markup::text;
    let direction = match envelope.direction.as_str() {
        "up" => "more is better",
        "down" => "less is better",
        _ => "neither way by itself",
    };
    let mut command = format!("folkmoot metric {}", envelope.id);
    for (name, value) in &envelope.filters {
        let value = value.as_str().map_or_else(|| value.to_string(), quoted);
        command.push_str(&format!(" --{name} {value}"));
    }
    let pairs = [
        ("Formula", text(&envelope.formula)),
        ("Population", text(&envelope.population)),
        ("Unit", text(&envelope.unit)),
        ("Direction", text(direction)),
        ("Interval", text(crate::draw::method(&envelope.interval_method))),
        ("Days of", text(&ctx.zone)),
    ];
    let body = Markup::raw(format!(
        "<div class=\"card-body stack\">{}<div><h3>How Slack, Discord and Discourse count it</h3><p class=\"muted\">{}</p></div>\
         <div><h3>The same on the command line</h3><code class=\"code\" tabindex=\"0\">{} --json</code></div></div>",
        facts(&pairs),
        esc(definition.elsewhere),
        esc(&command)
    ));
    ui::card("about", "About this figure", &Markup::empty(), &body, &Markup::empty())
}

/// A value as a shell takes it.
fn quoted(value: &str) -> String {
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:".contains(c));
    if plain && !value.is_empty() { value.to_string() } else { format!("'{}'", value.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_page_asks_for_every_card_with_the_filters_of_its_address() {
        let filters = Filters { staff: "exclude".into(), ..Filters::default() };
        let html = health_page(&samples::context(), &filters).into_string();
        for definition in metric::registry() {
            assert!(
                html.contains(&format!("hx-get=\"{PATH}/cards/{}?staff=exclude\"", definition.id)),
                "{}",
                definition.id
            );
            assert!(
                html.contains(&format!(
                    "href=\"{PATH}/{}?period=12w&amp;interval=week&amp;staff=exclude",
                    definition.id
                )),
                "{}",
                definition.id
            );
        }
        assert!(html.contains("As of 24 November 2026") && !html.contains("style="));
    }

    #[test]
    fn without_data_the_page_says_the_next_step() {
        let html = health_page(&HealthContext::default(), &Filters::default()).into_string();
        assert!(html.contains("Nothing to measure yet") && html.contains("/desk/sources"));
    }

    #[test]
    fn every_fragment_and_every_page_renders() {
        let (ctx, filters) = (samples::context(), Filters::default());
        let lead = card_fragment(&ctx, &filters, "lead", &samples::answer).expect("a fragment").into_string();
        assert_eq!(lead.matches("class=\"stat\"").count(), 5);
        for definition in metric::registry() {
            let card = card_fragment(&ctx, &filters, definition.id, &samples::answer)
                .expect("a fragment")
                .into_string();
            assert!(card.contains("chart-card"), "{}", definition.id);
            let page =
                metric_page(&ctx, &filters, definition.id, &samples::answer).expect("a page").into_string();
            assert!(page.contains("About this figure") && !page.contains("style="), "{}", definition.id);
        }
        assert!(card_fragment(&ctx, &filters, "none", &samples::answer).is_err());
    }

    #[test]
    fn a_failing_metric_keeps_the_rest_of_the_page() {
        let failing = |_: &str, _: &[(String, String)]| -> Result<Envelope> {
            Err(Error::unavailable("the database is busy"))
        };
        for key in ["lead", "messages"] {
            let html = card_fragment(&samples::context(), &Filters::default(), key, &failing)
                .expect("a card")
                .into_string();
            assert!(html.contains("the database is busy") && html.contains("Try again"));
        }
    }

    #[test]
    fn values_are_quoted_for_the_shell() {
        assert_eq!(quoted("2024-01-02"), "2024-01-02");
        assert_eq!(quoted("R & it's"), "'R & it'\\''s'");
    }
}
