//! The five figures at the top of the page, each against the earlier days.

use crate::answer::Questions;
use crate::change::delta;
use crate::draw::named;
use crate::filters::Filters;
use crate::pages::{Answer, HealthContext, page_of};
use base::{Day, Result};
use metric::{Change, Definition, Envelope, State};
use ui::chart::Figure;
use ui::{Delta, Markup, Stat, esc, format, stat, stats};

/// The row of lead figures.
///
/// # Errors
/// What the metrics answer with.
pub fn lead(ctx: &HealthContext, filters: &Filters, answer: &Answer) -> Result<Markup> {
    // Tiles are of the whole; the cards below show its parts.
    let filters = &Filters { split: None, ..filters.clone() };
    let tiles = [
        actives(ctx, filters, answer)?,
        newcomers(ctx, filters, answer)?,
        back(ctx, filters, answer)?,
        answered(ctx, filters, answer)?,
        median(ctx, filters, answer)?,
    ];
    Ok(stats("lead", &tiles.map(|tile| stat(&tile))))
}

type Pairs = Vec<(String, String)>;

/// What the tiles ask, in their order.
const ASKED: [(&str, &[(&str, &str)]); 5] = [
    ("rolling_active_members", &[("window", "7")]),
    ("joins", &[("interval", "day")]),
    ("retention", &[("interval", "week"), ("mode", "exact")]),
    ("answered_rate", &[("window", "24h")]),
    ("time_to_first_response", &[]),
];

/// The questions of the row, with their parameters.
pub(crate) fn questions(ctx: &HealthContext, filters: &Filters) -> Result<Questions> {
    let filters = &Filters { split: None, ..filters.clone() };
    ASKED
        .iter()
        .map(|(id, set)| {
            let definition = metric::definition(id)?;
            Ok((definition.id, with(filters.parameters(definition, ctx.now), set)))
        })
        .collect()
}

/// The question with some parameters set.
fn with(mut pairs: Pairs, set: &[(&str, &str)]) -> Pairs {
    pairs.retain(|(name, _)| !set.iter().any(|(other, _)| other == name));
    pairs.extend(set.iter().map(|(name, value)| (name.to_string(), value.to_string())));
    pairs
}

/// The answer for the period, the earlier one within it.
fn ask(
    ctx: &HealthContext,
    filters: &Filters,
    answer: &Answer,
    tile: usize,
) -> Result<(&'static Definition, Envelope)> {
    let (id, set) = ASKED[tile];
    let definition = metric::definition(id)?;
    let now = answer(id, &with(filters.parameters(definition, ctx.now), set))?;
    Ok((definition, now))
}

/// What changed, as the metric says it.
fn change(envelope: &Envelope) -> Option<&Change> {
    envelope.comparison.as_ref()?.change.as_ref()
}

/// A named figure of the earlier days.
fn earlier(envelope: &Envelope, path: &str) -> Option<f64> {
    let comparison = envelope.comparison.as_ref()?;
    named(&envelope.with_figures(&envelope.title, comparison.state, &comparison.figures), path)
}

/// The difference of a lead figure that a metric compares itself.
fn delta_of(envelope: &Envelope, kind: Figure) -> Option<Delta> {
    let change = change(envelope)?;
    Some(delta(&envelope.direction, kind, (change.value, change.was), change.verdict))
}

fn tile(ctx: &HealthContext, filters: &Filters, name: &str, definition: &Definition) -> Stat {
    let note = if filters.before(ctx.now).is_none() { "over everything" } else { "nothing to compare with" };
    Stat {
        name: name.into(),
        definition: definition.definition.into(),
        figure: "–".into(),
        note: note.into(),
        href: page_of(definition.id, ctx, filters),
        ..Default::default()
    }
}

/// Where an answer is unavailable the tile says so; the card below has the reason.
fn unavailable(mut tile: Stat, envelope: &Envelope) -> Option<Stat> {
    (envelope.state == State::Unavailable).then(|| {
        tile.note = "not available here".into();
        tile
    })
}

fn actives(ctx: &HealthContext, filters: &Filters, answer: &Answer) -> Result<Stat> {
    let (definition, now) = ask(ctx, filters, answer, 0)?;
    let mut tile = tile(ctx, filters, "Weekly active members", definition);
    if let Some(tile) = unavailable(tile.clone(), &now) {
        return Ok(tile);
    }
    let Some(value) = named(&now, "last") else { return Ok(tile) };
    tile.figure = format::number(value, 0);
    let last = now.points.as_deref().and_then(|points| points.last()?.start.clone());
    if let Some(day) = last.and_then(|day| Day::parse(&day).ok()) {
        tile.interval = format!("7 days to {}", format::day_short(day, false));
    }
    if let Some(was) = earlier(&now, "last") {
        // The last value is held against every day of the earlier ones.
        let figures = now.comparison.as_ref().map(|c| &c.figures);
        let days = figures.and_then(|f| f.points.as_deref()).unwrap_or_default();
        let usual: Vec<f64> = days.iter().filter_map(|p| p.value.map(|v| v.as_f64())).collect();
        tile.delta = Some(delta(&now.direction, Figure::Count, (value, was), metric::judge(value, &usual)));
    }
    Ok(tile)
}

fn newcomers(ctx: &HealthContext, filters: &Filters, answer: &Answer) -> Result<Stat> {
    let (definition, now) = ask(ctx, filters, answer, 1)?;
    let mut tile = tile(ctx, filters, "New members", definition);
    if let Some(tile) = unavailable(tile.clone(), &now) {
        return Ok(tile);
    }
    if let Some(value) = named(&now, "sum") {
        tile.figure = format::number(value, 0);
        let verdict = change(&now).map(|change| change.verdict);
        tile.delta = earlier(&now, "sum")
            .zip(verdict)
            .map(|(was, verdict)| delta(&now.direction, Figure::Count, (value, was), verdict));
    }
    Ok(tile)
}

fn back(ctx: &HealthContext, filters: &Filters, answer: &Answer) -> Result<Stat> {
    let (definition, now) = ask(ctx, filters, answer, 2)?;
    let tile = tile(ctx, filters, "Back in week 1", definition);
    let first = now.pooled.as_deref().and_then(|pooled| pooled.iter().find(|p| p.k == 1));
    Ok(share_tile(tile, &now, first.and_then(|p| Some((p.value?, p.low, p.high)))))
}

fn answered(ctx: &HealthContext, filters: &Filters, answer: &Answer) -> Result<Stat> {
    let (definition, now) = ask(ctx, filters, answer, 3)?;
    let tile = tile(ctx, filters, "Answered within 24 h", definition);
    let measured = named(&now, "value").map(|value| (value, named(&now, "low"), named(&now, "high")));
    Ok(share_tile(tile, &now, measured))
}

/// A share with its limits.
type Measured = (f64, Option<f64>, Option<f64>);

fn share_tile(mut tile: Stat, now: &Envelope, measured: Option<Measured>) -> Stat {
    if let Some(tile) = unavailable(tile.clone(), now) {
        return tile;
    }
    let Some((value, low, high)) = measured else { return tile };
    tile.figure = format::share(value);
    tile.interval = low.zip(high).map(|(low, high)| format::share_range(low, high)).unwrap_or_default();
    tile.delta = delta_of(now, Figure::Share);
    tile
}

fn median(ctx: &HealthContext, filters: &Filters, answer: &Answer) -> Result<Stat> {
    let (definition, now) = ask(ctx, filters, answer, 4)?;
    let mut tile = tile(ctx, filters, "Median first answer", definition);
    if let Some(tile) = unavailable(tile.clone(), &now) {
        return Ok(tile);
    }
    if let Some(value) = named(&now, "ttfr_s.median") {
        tile.figure = format::duration(value);
        tile.interval =
            named(&now, "answered").map(|n| format!("n = {}", format::number(n, 0))).unwrap_or_default();
        tile.delta = delta_of(&now, Figure::Seconds);
    }
    Ok(tile)
}

/// The place of the lead figures while they load.
pub(crate) fn place(address: &str) -> Markup {
    Markup::raw(format!(
        "<div class=\"lead-place\" data-fragment hx-get=\"{}\" hx-trigger=\"load\" hx-swap=\"outerHTML\">{}<noscript><p class=\"calm\">The lead figures load with a script; every metric below opens without one.</p></noscript></div>",
        esc(address),
        ui::skeleton_stats(5)
    ))
}
