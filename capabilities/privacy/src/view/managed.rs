//! The tab under Settings.

use super::{listing, press};
use crate::consent::{Purpose, Report};
use crate::erasure::Erasure;
use crate::holds::Hold;
use crate::pages::PATH;
use crate::retention::{Preview, Rule, Wanted};
use base::Zone;
use capability::settings_page::form_card;
use community::KINDS;
use serde::Deserialize;
use ui::{Button, Column, Field, LongText, Look, Markup, Select, Tone, badge, esc, format};

/// What the page shows.
pub(crate) struct Managed {
    pub zone: Zone,
    pub days: String,
    pub mentions: String,
    pub sources: Vec<String>,
    pub erasures: Vec<Erasure>,
    pub holds: Vec<Hold>,
    pub rules: Vec<Rule>,
    pub purposes: Vec<Purpose>,
}

/// A purpose as somebody typed it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct NewPurpose {
    #[serde(default)]
    pub purpose: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub sentence: String,
}

/// What somebody typed, into which form, and what was wrong with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    pub form: &'static str,
    pub error: String,
    pub rule: Wanted,
    pub purpose: NewPurpose,
    pub table: String,
}

impl Typed {
    fn error(&self, form: &str) -> &str {
        if self.form == form { &self.error } else { "" }
    }
}

/// The body of the page.
pub(crate) fn body(m: &Managed, typed: &Typed, csrf: &str) -> Markup {
    let record = ui::link_button("Record of processing", &format!("{PATH}/processing"), Look::Plain);
    Markup::join([
        &Markup::raw(format!("<div class=\"row\">{record}</div>")),
        &erasures(m),
        &ways(m, typed, csrf),
        &rules(m, csrf),
        &rule_form(&m.sources, typed),
        &holds(m, csrf),
        &hold_form(m, typed, csrf),
        &purposes(m, csrf),
        &purpose_form(typed, csrf),
        &table_form(typed, csrf),
    ])
}

fn erasures(m: &Managed) -> Markup {
    let columns = [
        Column { label: "Erasure", ..Column::default() },
        Column { label: "Asked for", rank: 2, ..Column::default() },
        Column { label: "State", ..Column::default() },
        Column { label: "Begins", rank: 3, ..Column::default() },
    ];
    let rows = m
        .erasures
        .iter()
        .map(|e| {
            vec![
                Markup::raw(format!("<a href=\"/desk/privacy/erasures/{0}\">{0}</a>", esc(&e.public_id))),
                ui::time(e.asked_at, &m.zone),
                badge(e.state(), super::erasure::tone(e)),
                ui::time(e.due_at, &m.zone),
            ]
        })
        .collect();
    listing(
        "Erasures",
        &columns,
        rows,
        "Nobody was erased. An erasure begins on a member's page, under Privacy.",
    )
}

fn ways(m: &Managed, typed: &Typed, csrf: &str) -> Markup {
    let options =
        [("leave", "Leave them"), ("replace", "Replace @name by @erased where nobody else is called so")];
    let options: Vec<(String, String)> =
        options.iter().map(|(v, l)| ((*v).to_owned(), (*l).to_owned())).collect();
    let fields = Markup::join([
        &ui::field(&Field {
            label: "Days that an erasure waits and can be called off",
            name: "days",
            kind: "number",
            value: &m.days,
            error: typed.error("ways"),
            attributes: &[("required", ""), ("min", "0"), ("max", "90")],
            ..Field::default()
        }),
        &ui::select(&Select {
            label: "Mentions of them in what others wrote",
            name: "mentions",
            options: &options,
            value: &m.mentions,
            ..Select::default()
        }),
    ]);
    form_card("How erasures go", PATH, csrf, &fields, "Save")
}

fn rules(m: &Managed, csrf: &str) -> Markup {
    let columns = [
        Column { label: "Drops", ..Column::default() },
        Column { label: "Last ran", rank: 2, ..Column::default() },
        Column { label: "Dropped so far", number: true, rank: 2 },
        Column { label: "Held", number: true, rank: 3 },
        Column { label: "", ..Column::default() },
    ];
    let rows = m
        .rules
        .iter()
        .map(|r| {
            let end = format!("{PATH}/rules/{}/removal", r.public_id);
            vec![
                Markup::text(&r.words()),
                r.ran_at.map_or_else(|| Markup::text("tonight"), |at| ui::time(at, &m.zone)),
                Markup::text(&format::count(r.dropped.unsigned_abs())),
                Markup::text(&format::count(r.held.unsigned_abs())),
                press(&end, csrf, "End", Look::Quiet, ""),
            ]
        })
        .collect();
    listing("How long texts are kept", &columns, rows, "No rule: texts are kept until somebody is erased.")
}

/// The form of a new rule, which shows what it would drop before it is set.
pub(crate) fn rule_form(names: &[String], typed: &Typed) -> Markup {
    let mut kinds = vec![(String::new(), "Every kind".to_owned())];
    kinds.extend(KINDS.iter().map(|k| (k.name.to_owned(), format!("{} ({})", k.meaning, k.name))));
    let mut sources = vec![(String::new(), "Every source".to_owned())];
    sources.extend(names.iter().map(|s| (s.clone(), s.clone())));
    let t = &typed.rule;
    let fields = Markup::join([
        &ui::select(&Select {
            label: "Kind of activity",
            name: "kind",
            options: &kinds,
            value: &t.kind,
            ..Select::default()
        }),
        &ui::select(&Select {
            label: "Source",
            name: "source",
            options: &sources,
            value: &t.source,
            ..Select::default()
        }),
        &ui::field(&Field {
            label: "Days after which the text is dropped",
            name: "days",
            kind: "number",
            value: &t.days,
            error: typed.error("rule"),
            hint: "Rows stay, so that every figure stays. A text that was dropped does not come back.",
            attributes: &[("required", ""), ("min", "1"), ("max", "36500")],
            ..Field::default()
        }),
    ]);
    let see = Button { label: "See what it would drop", ..Button::default() };
    let form = format!(
        "<form class=\"card-body stack\" method=\"get\" action=\"{PATH}/rules\">{fields}<div class=\"row\">{}</div></form>",
        see.markup()
    );
    ui::card("", "New rule", &Markup::empty(), &Markup::raw(form), &Markup::empty())
}

/// What a rule would drop, with the button that sets it.
pub(crate) fn rule_preview(p: &Preview, wanted: &Wanted, csrf: &str) -> Markup {
    let day = p.last_day.map_or_else(String::new, format::day_long);
    let kinds: String =
        p.kinds.iter().map(|(kind, n)| format!("<li>{}: {}</li>", esc(kind), format::count(*n))).collect();
    let held: String = p.holds.iter().map(|h| format!("<li>Not {}, which is held</li>", esc(h))).collect();
    let fields: String =
        [("csrf", csrf), ("kind", &wanted.kind), ("source", &wanted.source), ("days", &wanted.days)]
            .iter()
            .map(|(name, value)| ui::hidden(name, value).into_string())
            .collect();
    let set = Button { label: "Set this rule", look: Look::Danger, ..Button::default() };
    let body = format!(
        "<p>Tonight it would drop the texts of up to {} activities, those until {}:</p><ul>{kinds}{held}</ul>\
         <form method=\"post\" action=\"{PATH}/rules\">{fields}{}</form>",
        format::count(p.total()),
        esc(&day),
        set.markup()
    );
    ui::notice(Tone::Warn, &format!("Drop {}?", p.words), &Markup::raw(body))
}

fn holds(m: &Managed, csrf: &str) -> Markup {
    let columns = [
        Column { label: "Held", ..Column::default() },
        Column { label: "Why", ..Column::default() },
        Column { label: "Since", rank: 2, ..Column::default() },
        Column { label: "By", rank: 3, ..Column::default() },
        Column { label: "", ..Column::default() },
    ];
    let rows = m
        .holds
        .iter()
        .map(|h| {
            let end = format!("/desk/privacy/holds/{}/removal", h.public_id);
            vec![
                Markup::text(&h.what()),
                Markup::text(&h.reason),
                ui::time(h.set_at, &m.zone),
                Markup::text(&h.set_by),
                press(&end, csrf, "End", Look::Quiet, ""),
            ]
        })
        .collect();
    listing("Legal holds", &columns, rows, "None. A hold beats every rule and every erasure.")
}

fn hold_form(m: &Managed, typed: &Typed, csrf: &str) -> Markup {
    let sources: Vec<(String, String)> = m.sources.iter().map(|s| (s.clone(), s.clone())).collect();
    if sources.is_empty() {
        return Markup::empty();
    }
    let fields = Markup::join([
        &ui::select(&Select {
            label: "Source",
            name: "source",
            options: &sources,
            hint: "A member is held on their own page, under Privacy.",
            ..Select::default()
        }),
        &ui::field(&Field {
            label: "Why everything of it must be kept",
            name: "reason",
            error: typed.error("hold"),
            attributes: &[("required", ""), ("maxlength", "1000"), ("autocomplete", "off")],
            ..Field::default()
        }),
    ]);
    form_card("Hold a source", &format!("{PATH}/holds"), csrf, &fields, "Set a hold")
}

fn purposes(m: &Managed, csrf: &str) -> Markup {
    let columns = [
        Column { label: "Purpose", ..Column::default() },
        Column { label: "As members read it", rank: 2, ..Column::default() },
        Column { label: "", ..Column::default() },
    ];
    let rows = m
        .purposes
        .iter()
        .map(|p| {
            let end = format!("{PATH}/purposes/{}/removal", p.slug);
            vec![
                Markup::raw(format!("{}<br><small class=\"muted\">{}</small>", esc(&p.title), esc(&p.slug))),
                Markup::text(&p.sentence),
                press(&end, csrf, "End", Look::Quiet, ""),
            ]
        })
        .collect();
    listing("What members are asked to agree to", &columns, rows, "Nothing yet. Make a purpose below.")
}

fn purpose_form(typed: &Typed, csrf: &str) -> Markup {
    let t = &typed.purpose;
    let fields = Markup::join([
        &ui::field(&Field {
            label: "Title",
            name: "title",
            value: &t.title,
            attributes: &[("required", ""), ("maxlength", "80"), ("autocomplete", "off")],
            ..Field::default()
        }),
        &ui::field(&Field {
            label: "Name in tables and programs",
            name: "purpose",
            value: &t.purpose,
            error: typed.error("purpose"),
            hint: "Small letters, digits and dashes: news",
            attributes: &[("required", ""), ("maxlength", "40"), ("autocomplete", "off")],
            ..Field::default()
        }),
        &ui::field(&Field {
            label: "As members read it",
            name: "sentence",
            value: &t.sentence,
            optional: true,
            attributes: &[("maxlength", "400"), ("autocomplete", "off")],
            ..Field::default()
        }),
    ]);
    form_card("New purpose", &format!("{PATH}/purposes"), csrf, &fields, "Make purpose")
}

fn table_form(typed: &Typed, csrf: &str) -> Markup {
    let fields = Markup::join([
        &ui::long_text(&LongText {
            label: "Table of consents",
            name: "table",
            value: &typed.table,
            error: typed.error("table"),
            hint: "CSV with the columns member (SOURCE:ID, an id or an e-mail address), purpose, channel, given (yes or no), \
                   and if you have them basis, proof and said_at.",
            rows: 6,
            ..LongText::default()
        }),
        &ui::check("Write it down; without this it is only tried", "write", "1", false),
    ]);
    form_card("Take consents in", &format!("{PATH}/consents"), csrf, &fields, "Take in")
}

/// What came of a table.
pub(crate) fn report(r: &Report) -> Markup {
    let verb = if r.dry_run { "would be written down" } else { "were written down" };
    let rows: String =
        r.problems.iter().map(|p| format!("<li>Line {}: {}</li>", p.row, esc(&p.problem))).collect();
    let body = format!("<p>{} rows {verb}, {} have a problem.</p><ul>{rows}</ul>", r.taken, r.wrong);
    ui::notice(if r.wrong == 0 { Tone::Good } else { Tone::Warn }, "", &Markup::raw(body))
}
