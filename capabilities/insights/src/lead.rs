//! The five figures at the top of the page, each against as many days before.

use crate::draw::named;
use crate::filters::Filters;
use crate::pages::{Answer, HealthContext, page_of};
use base::{Day, Result};
use metric::{Definition, Envelope, State};
use ui::{Delta, Markup, Stat, Verdict, esc, format, stat, stats};

/// A share with what it counts.
#[derive(Clone, Copy)]
struct Part {
    hits: f64,
    of: f64,
}

/// The row of lead figures.
///
/// # Errors
/// What the metrics answer with.
pub fn lead(ctx: &HealthContext, filters: &Filters, answer: &Answer) -> Result<Markup> {
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

/// The question with some parameters set.
fn with(mut pairs: Pairs, set: &[(&str, &str)]) -> Pairs {
    pairs.retain(|(name, _)| !set.iter().any(|(other, _)| other == name));
    pairs.extend(set.iter().map(|(name, value)| (name.to_string(), value.to_string())));
    pairs
}

/// The answer for the period, and for the one before where there is one.
fn both(
    ctx: &HealthContext,
    filters: &Filters,
    answer: &Answer,
    id: &str,
    set: &[(&str, &str)],
) -> Result<(&'static Definition, Envelope, Option<Envelope>)> {
    let definition = metric::definition(id)?;
    let now = answer(id, &with(filters.parameters(definition, ctx.now), set))?;
    let before = filters
        .parameters_before(definition, ctx.now)
        .map(|pairs| answer(id, &with(pairs, set)))
        .transpose()?;
    Ok((definition, now, before))
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
    let definition = metric::definition("rolling_active_members")?;
    let mut tile = tile(ctx, filters, "Weekly active members", definition);
    let last = match (filters.days(ctx.now).1, ctx.now) {
        (Some(to), Some(now)) => to.min(now),
        (Some(day), None) | (None, Some(day)) => day,
        (None, None) => return Ok(tile),
    };
    let at = |day: Day| -> Result<Envelope> {
        let day = day.to_string();
        let pairs = filters.parameters(definition, ctx.now);
        answer(definition.id, &with(pairs, &[("from", &day), ("to", &day), ("window", "7")]))
    };
    let now = at(last)?;
    if let Some(tile) = unavailable(tile.clone(), &now) {
        return Ok(tile);
    }
    if let Some(value) = named(&now, "last") {
        tile.figure = format::number(value, 0);
        tile.interval = format!("7 days to {}", format::day_short(last, false));
        if let Some(before) = filters.before(ctx.now) {
            tile.delta = named(&at(before.last)?, "last").and_then(|was| count_delta(value, was));
        }
    }
    Ok(tile)
}

fn newcomers(ctx: &HealthContext, filters: &Filters, answer: &Answer) -> Result<Stat> {
    let (definition, now, before) = both(ctx, filters, answer, "joins", &[("interval", "day")])?;
    let mut tile = tile(ctx, filters, "New members", definition);
    if let Some(tile) = unavailable(tile.clone(), &now) {
        return Ok(tile);
    }
    if let Some(value) = named(&now, "sum") {
        tile.figure = format::number(value, 0);
        tile.delta = before.and_then(|b| named(&b, "sum")).and_then(|was| count_delta(value, was));
    }
    Ok(tile)
}

fn back(ctx: &HealthContext, filters: &Filters, answer: &Answer) -> Result<Stat> {
    let (definition, now, before) =
        both(ctx, filters, answer, "retention", &[("interval", "week"), ("mode", "exact")])?;
    let part = |envelope: &Envelope| {
        let first = envelope.pooled.as_deref()?.iter().find(|pooled| pooled.k == 1)?;
        Some((Part { hits: first.retained as f64, of: first.eligible as f64 }, first.low, first.high))
    };
    Ok(share_tile(tile(ctx, filters, "Back in week 1", definition), &now, before.as_ref(), &part))
}

fn answered(ctx: &HealthContext, filters: &Filters, answer: &Answer) -> Result<Stat> {
    let (definition, now, before) = both(ctx, filters, answer, "answered_rate", &[("window", "24h")])?;
    let part = |envelope: &Envelope| {
        let part = Part { hits: named(envelope, "answered")?, of: named(envelope, "eligible")? };
        Some((part, named(envelope, "low"), named(envelope, "high")))
    };
    Ok(share_tile(tile(ctx, filters, "Answered within 24 h", definition), &now, before.as_ref(), &part))
}

type Measured = (Part, Option<f64>, Option<f64>);

fn share_tile(
    mut tile: Stat,
    now: &Envelope,
    before: Option<&Envelope>,
    part: &dyn Fn(&Envelope) -> Option<Measured>,
) -> Stat {
    if let Some(tile) = unavailable(tile.clone(), now) {
        return tile;
    }
    let Some((this, low, high)) = part(now).filter(|(part, ..)| part.of > 0.0) else { return tile };
    tile.figure = format::share(this.hits / this.of);
    tile.interval = low.zip(high).map(|(low, high)| format::share_range(low, high)).unwrap_or_default();
    tile.delta =
        before.and_then(part).filter(|(part, ..)| part.of > 0.0).map(|(was, ..)| share_delta(this, was));
    tile
}

fn median(ctx: &HealthContext, filters: &Filters, answer: &Answer) -> Result<Stat> {
    let (definition, now, before) = both(ctx, filters, answer, "time_to_first_response", &[])?;
    let mut tile = tile(ctx, filters, "Median first answer", definition);
    if let Some(tile) = unavailable(tile.clone(), &now) {
        return Ok(tile);
    }
    if let Some(value) = named(&now, "ttfr_s.median") {
        tile.figure = format::duration(value);
        tile.interval =
            named(&now, "answered").map(|n| format!("n = {}", format::number(n, 0))).unwrap_or_default();
        tile.delta = before.and_then(|b| named(&b, "ttfr_s.median")).map(|was| {
            let verdict = if value < was { Verdict::Better } else { Verdict::Worse };
            let moved = (value - was).abs();
            if moved < 60.0 {
                same(format!("from {}", format::duration(was)))
            } else {
                Delta {
                    text: format::duration(moved),
                    arrow: direction(value, was),
                    verdict,
                    from: format!("from {}", format::duration(was)),
                }
            }
        });
    }
    Ok(tile)
}

fn direction(now: f64, was: f64) -> i8 {
    if now > was { 1 } else { -1 }
}

fn same(from: String) -> Delta {
    Delta { text: "No change".into(), arrow: 0, verdict: Verdict::Flat, from }
}

/// A full count against another: no interval, so every change is what it is. `None` when there was nothing.
fn count_delta(now: f64, was: f64) -> Option<Delta> {
    if was <= 0.0 {
        return None;
    }
    let from = format!("from {}", format::number(was, 0));
    let change = (now - was) / was;
    if now == was {
        return Some(same(from));
    }
    let verdict = if now > was { Verdict::Better } else { Verdict::Worse };
    Some(Delta { text: format::share(change.abs()), arrow: direction(now, was), verdict, from })
}

/// A share against another: clear when the difference is beyond chance (two proportions, pooled, 95 %).
fn share_delta(now: Part, was: Part) -> Delta {
    let (a, b) = (now.hits / now.of, was.hits / was.of);
    let from = format!("from {}", format::share(b));
    let pooled = (now.hits + was.hits) / (now.of + was.of);
    let error = (pooled * (1.0 - pooled) * (1.0 / now.of + 1.0 / was.of)).sqrt();
    if (a - b).abs() <= 1.959_963_985 * error || a == b {
        return Delta { text: "No clear change".into(), arrow: 0, verdict: Verdict::Flat, from };
    }
    let verdict = if a > b { Verdict::Better } else { Verdict::Worse };
    Delta {
        text: format!("{}\u{a0}pts", format::number((a - b).abs() * 100.0, 1)),
        arrow: direction(a, b),
        verdict,
        from,
    }
}

/// The place of the lead figures while they load.
pub(crate) fn place(address: &str) -> Markup {
    Markup::raw(format!(
        "<div class=\"lead-place\" data-fragment hx-get=\"{}\" hx-trigger=\"load\" hx-swap=\"outerHTML\">{}<noscript><p class=\"calm\">The lead figures load with a script; every metric below opens without one.</p></noscript></div>",
        esc(address),
        ui::skeleton_stats(5)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_within_chance_is_no_clear_change() {
        let few = share_delta(Part { hits: 5.0, of: 10.0 }, Part { hits: 4.0, of: 10.0 });
        assert_eq!((few.text.as_str(), few.verdict), ("No clear change", Verdict::Flat));
        let many = share_delta(Part { hits: 500.0, of: 1000.0 }, Part { hits: 400.0, of: 1000.0 });
        assert_eq!((many.text.as_str(), many.arrow, many.verdict), ("10\u{a0}pts", 1, Verdict::Better));
    }

    #[test]
    fn a_count_against_nothing_is_not_compared() {
        assert!(count_delta(3.0, 0.0).is_none());
        assert_eq!(count_delta(3.0, 3.0).expect("a delta").text, "No change");
        assert_eq!(count_delta(1.0, 2.0).expect("a delta").verdict, Verdict::Worse);
    }
}
