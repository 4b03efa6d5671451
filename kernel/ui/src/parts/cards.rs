//! Cards, lead figures and definitions.

use crate::Markup;
use crate::markup::{esc, icon, icon_small, optional};

/// A card with a head, anything in it, and an optional foot. `id` may be empty.
pub fn card(id: &str, title: &str, actions: &Markup, body: &Markup, foot: &Markup) -> Markup {
    let foot = if foot.is_empty() { String::new() } else { format!("<div class=\"card-foot\">{foot}</div>") };
    let head = if title.is_empty() {
        String::new()
    } else {
        format!("<header class=\"card-head\"><h2 class=\"grow\">{}</h2>{actions}</header>", esc(title))
    };
    Markup::raw(format!("<section class=\"card\"{}>{head}{body}{foot}</section>", optional("id", id)))
}

/// What a card with a chart is made of.
#[derive(Clone, Debug, Default)]
pub struct ChartCard<'a> {
    /// The card's id; empty for none.
    pub id: &'a str,
    /// The title.
    pub title: &'a str,
    /// Where the title leads; empty for nowhere.
    pub href: &'a str,
    /// The definition in words.
    pub definition: &'a str,
    /// Controls at the end of the head.
    pub controls: Markup,
    /// Chart, key, table.
    pub body: Markup,
    /// The foot's beginning: n, interval.
    pub note: Markup,
    /// The foot's end: show rows, export.
    pub actions: Markup,
    /// Over the whole width of its grid.
    pub wide: bool,
    /// The level of its heading; 0 is 3, as in a section of a page.
    pub level: u8,
}

/// A card with a chart: title and definition above, n and actions below.
pub fn chart_card(c: &ChartCard<'_>) -> Markup {
    Markup::raw(format!(
        "<article class=\"card chart-card{}\"{}>{}</article>",
        if c.wide { " span" } else { "" },
        optional("id", c.id),
        chart_card_inside(c)
    ))
}

fn chart_card_inside(c: &ChartCard<'_>) -> String {
    let title = if c.href.is_empty() {
        esc(c.title).to_string()
    } else {
        format!("<a href=\"{}\">{}</a>", esc(c.href), esc(c.title))
    };
    let definition =
        if c.definition.is_empty() { String::new() } else { format!("<p>{}</p>", esc(c.definition)) };
    let foot = if c.note.is_empty() && c.actions.is_empty() {
        String::new()
    } else {
        format!(
            "<div class=\"card-foot\"><span class=\"num\">{}</span><span class=\"push row tight\">{}</span></div>",
            c.note, c.actions
        )
    };
    format!(
        "<div class=\"chart-head\"><div class=\"grow\"><h{level} class=\"card-title\">{title}</h{level}>{definition}</div>{}</div>{}{foot}",
        c.controls,
        c.body,
        level = if c.level == 0 { 3 } else { c.level },
    )
}

/// Whether a change is good, bad, or neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Better in the direction of the metric.
    Better,
    /// Worse.
    Worse,
    /// Neither, or not clear.
    #[default]
    Flat,
}

/// A change against an earlier period.
#[derive(Clone, Debug, Default)]
pub struct Delta {
    /// The change in words: `6.1 %`, `3 pts`, `No clear change`.
    pub text: String,
    /// -1, 0 or 1: where the arrow points. It follows the number.
    pub arrow: i8,
    /// The colour follows the metric's direction.
    pub verdict: Verdict,
    /// What it is compared with: `from 2,058`.
    pub from: String,
}

impl Delta {
    fn markup(&self) -> String {
        let class = match self.verdict {
            Verdict::Better => "up",
            Verdict::Worse => "down",
            Verdict::Flat => "flat",
        };
        let (arrow, spoken) = match self.arrow {
            1 => (icon("arrow-up").into_string(), "up "),
            -1 => (icon("arrow-down").into_string(), "down "),
            _ => (String::new(), ""),
        };
        format!(
            "<span class=\"delta {class}\">{arrow}<span class=\"sr\">{spoken}</span>{}</span> {}",
            esc(&self.text),
            esc(&self.from)
        )
    }
}

/// A lead figure.
#[derive(Clone, Debug, Default)]
pub struct Stat {
    /// Its name.
    pub name: String,
    /// The definition, shown on request.
    pub definition: String,
    /// The figure as text, or `–`.
    pub figure: String,
    /// Its interval as text; empty for a full count.
    pub interval: String,
    /// The comparison, where there is one.
    pub delta: Option<Delta>,
    /// What stands there when nothing can be compared.
    pub note: String,
    /// Where the name leads; empty for nowhere.
    pub href: String,
}

/// One lead figure as a tile.
pub fn stat(s: &Stat) -> Markup {
    let name = if s.href.is_empty() {
        esc(&s.name).to_string()
    } else {
        format!("<a href=\"{}\">{}</a>", esc(&s.href), esc(&s.name))
    };
    let help = if s.definition.is_empty() { Markup::empty() } else { definition(&s.name, &s.definition) };
    let interval = if s.interval.is_empty() {
        String::new()
    } else {
        format!("<small class=\"sm num\">{}</small>", esc(&s.interval))
    };
    let note = s.delta.as_ref().map_or_else(|| esc(&s.note).to_string(), Delta::markup);
    Markup::raw(format!(
        "<div class=\"stat\"><div class=\"stat-name\">{name}{help}</div><div class=\"stat-figure\">{}{interval}</div><div class=\"stat-note\">{note}</div></div>",
        esc(&s.figure)
    ))
}

/// A row of tiles. `id` may be empty.
pub fn stats(id: &str, tiles: &[Markup]) -> Markup {
    Markup::raw(format!(
        "<div class=\"stats n{}\"{}>{}</div>",
        tiles.len(),
        optional("id", id),
        Markup::join(tiles)
    ))
}

/// A small mark that opens the definition of a word. Works without a script.
pub fn definition(term: &str, text: &str) -> Markup {
    Markup::raw(format!(
        "<details class=\"menu-box def\" name=\"menu\"><summary aria-label=\"What {0} means\">{1}</summary>\
         <div class=\"popover def-text\"><b>{0}</b><p>{2}</p></div></details>",
        esc(term),
        icon_small("info"),
        esc(text)
    ))
}

/// Words and what they stand for, one pair a line.
pub fn facts(pairs: &[(&str, Markup)]) -> Markup {
    let lines: String =
        pairs.iter().map(|(term, value)| format!("<dt>{}</dt><dd>{value}</dd>", esc(term))).collect();
    Markup::raw(format!("<dl class=\"facts\">{lines}</dl>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_follows_the_direction_and_the_arrow_the_number() {
        let tile = stat(&Stat {
            name: "First answer, median".into(),
            figure: "1 h 48 min".into(),
            delta: Some(Delta {
                text: "12 min".into(),
                arrow: -1,
                verdict: Verdict::Better,
                from: "from 2 h".into(),
            }),
            ..Default::default()
        });
        assert!(tile.as_str().contains("delta up") && tile.as_str().contains("i-arrow-down"));
        assert!(stats("lead", &[tile]).as_str().contains("id=\"lead\""));
    }

    #[test]
    fn cards_have_a_head_and_a_foot_only_when_there_is_something() {
        let plain = card("", "", &Markup::empty(), &Markup::text("x"), &Markup::empty());
        assert_eq!(plain.as_str(), "<section class=\"card\">x</section>");
        let chart = chart_card(&ChartCard {
            title: "A < B",
            definition: "d",
            note: Markup::text("n = 3"),
            ..Default::default()
        });
        assert!(chart.as_str().contains("A &lt; B") && chart.as_str().contains("n = 3"));
        assert!(facts(&[("Zone", Markup::text("UTC"))]).as_str().contains("<dt>Zone</dt><dd>UTC</dd>"));
        assert!(definition("Active", "Wrote something.").as_str().contains("What Active means"));
    }
}
