//! Fields of forms. Every field has a label; a mistake stands under the field it belongs to.

use crate::Markup;
use crate::markup::{attributes, esc, icon, optional};

/// Zones that are offered while one types; every other IANA name is taken as well.
const ZONES: [&str; 24] = [
    "UTC",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Toronto",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/Amsterdam",
    "Europe/Berlin",
    "Europe/Istanbul",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Paris",
    "Europe/Warsaw",
    "Pacific/Auckland",
];

/// A one-line field.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// What people read.
    pub label: &'a str,
    /// The name under which it is sent; also its id.
    pub name: &'a str,
    /// `text`, `email`, `password`, `date`, `search`, `number`, `file`.
    pub kind: &'a str,
    /// What it holds.
    pub value: &'a str,
    /// A sentence under it; empty for none.
    pub hint: &'a str,
    /// What is wrong and how to mend it; empty when nothing is.
    pub error: &'a str,
    /// Whether it may be left empty: then the label says so.
    pub optional: bool,
    /// Further attributes: `autocomplete`, `min`, `max`, `placeholder`, `list`.
    pub attributes: &'a [(&'a str, &'a str)],
}

impl Default for Field<'_> {
    fn default() -> Self {
        Self {
            label: "",
            name: "",
            kind: "text",
            value: "",
            hint: "",
            error: "",
            optional: false,
            attributes: &[],
        }
    }
}

/// Hint and error of a field, and the attributes that tie them to it.
fn beside(name: &str, hint: &str, error: &str) -> (String, String) {
    let name = esc(name);
    let mut under = String::new();
    let mut ids = Vec::new();
    if !hint.is_empty() {
        under.push_str(&format!("<p class=\"hint\" id=\"{name}-hint\">{}</p>", esc(hint)));
        ids.push(format!("{name}-hint"));
    }
    if !error.is_empty() {
        let icon = icon("circle-alert");
        under.push_str(&format!(
            "<p class=\"error\" id=\"{name}-error\">{icon}<span>{}</span></p>",
            esc(error)
        ));
        ids.push(format!("{name}-error"));
    }
    let mut tied = optional("aria-describedby", &ids.join(" "));
    if !error.is_empty() {
        tied.push_str(" aria-invalid=\"true\"");
    }
    (under, tied)
}

fn label_of(label: &str, name: &str, optional: bool) -> String {
    let more = if optional { " <span class=\"optional\">optional</span>" } else { "" };
    format!("<label for=\"{}\">{}{more}</label>", esc(name), esc(label))
}

fn wrap(error: &str, inside: String) -> Markup {
    let class = if error.is_empty() { "field" } else { "field invalid" };
    Markup::raw(format!("<div class=\"{class}\">{inside}</div>"))
}

/// A labelled field.
pub fn field(f: &Field<'_>) -> Markup {
    let (under, tied) = beside(f.name, f.hint, f.error);
    let required = if f.optional { "" } else { " required" };
    wrap(
        f.error,
        format!(
            "{}<input class=\"input\" id=\"{name}\" name=\"{name}\" type=\"{}\"{}{tied}{required}{}>{under}",
            label_of(f.label, f.name, f.optional),
            esc(f.kind),
            optional("value", f.value),
            attributes(f.attributes),
            name = esc(f.name),
        ),
    )
}

/// A list to choose one from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Select<'a> {
    /// What people read.
    pub label: &'a str,
    /// The name under which it is sent; also its id.
    pub name: &'a str,
    /// Values, and what people read for each.
    pub options: &'a [(String, String)],
    /// The value that is chosen.
    pub value: &'a str,
    /// A sentence under it; empty for none.
    pub hint: &'a str,
    /// What is wrong; empty when nothing is.
    pub error: &'a str,
}

/// A labelled list.
pub fn select(s: &Select<'_>) -> Markup {
    let (under, tied) = beside(s.name, s.hint, s.error);
    let options: String = s
        .options
        .iter()
        .map(|(value, label)| {
            let chosen = if value == s.value { " selected" } else { "" };
            format!("<option value=\"{}\"{chosen}>{}</option>", esc(value), esc(label))
        })
        .collect();
    wrap(
        s.error,
        format!(
            "{}<select class=\"select\" id=\"{name}\" name=\"{name}\"{tied}>{options}</select>{under}",
            label_of(s.label, s.name, false),
            name = esc(s.name),
        ),
    )
}

/// A tick box with its label.
pub fn check(label: &str, name: &str, value: &str, ticked: bool) -> Markup {
    let ticked = if ticked { " checked" } else { "" };
    Markup::raw(format!(
        "<label class=\"check\"><input class=\"box\" type=\"checkbox\" name=\"{}\" value=\"{}\"{ticked}><span>{}</span></label>",
        esc(name),
        esc(value),
        esc(label)
    ))
}

/// A field that is sent but not shown.
pub fn hidden(name: &str, value: &str) -> Markup {
    Markup::raw(format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", esc(name), esc(value)))
}

/// The suggestions behind a field for a zone, which names them by the attribute `list="zones"`.
pub fn zone_list() -> Markup {
    let options: String = ZONES.iter().map(|z| format!("<option value=\"{z}\"></option>")).collect();
    Markup::raw(format!("<datalist id=\"zones\">{options}</datalist>"))
}

/// A longer text, one entry a line.
#[derive(Clone, Copy, Debug, Default)]
pub struct LongText<'a> {
    /// What people read.
    pub label: &'a str,
    /// The name under which it is sent; also its id.
    pub name: &'a str,
    /// What it holds.
    pub value: &'a str,
    /// A sentence under it; empty for none.
    pub hint: &'a str,
    /// What is wrong; empty when nothing is.
    pub error: &'a str,
    /// How many lines are seen at once.
    pub rows: usize,
    /// Whether it may be left empty: then the label says so.
    pub optional: bool,
}

/// A labelled field for a longer text.
pub fn long_text(t: &LongText<'_>) -> Markup {
    let (under, tied) = beside(t.name, t.hint, t.error);
    wrap(
        t.error,
        format!(
            "{}<textarea class=\"textarea\" id=\"{name}\" name=\"{name}\" rows=\"{}\"{tied}>{}</textarea>{under}",
            label_of(t.label, t.name, t.optional),
            t.rows,
            esc(t.value),
            name = esc(t.name),
        ),
    )
}

/// A field for files: click or drop. Without a script it is the browser's own picker.
/// `sentence` says what may be dropped; the chosen names appear below it.
pub fn drop_zone(name: &str, label: &str, sentence: &str, accept: &str, several: bool) -> Markup {
    let several = if several { " multiple" } else { "" };
    Markup::raw(format!(
        "<div class=\"drop\" data-drop><label class=\"drop-face\" for=\"{name}\">{}<b>{}</b><span>{}</span></label>\
         <input class=\"drop-input\" id=\"{name}\" name=\"{name}\" type=\"file\" required{}{several}>\
         <ul class=\"drop-files\" data-drop-files aria-live=\"polite\"></ul></div>",
        icon("upload"),
        esc(label),
        esc(sentence),
        optional("accept", accept),
        name = esc(name),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_tied_to_its_field() {
        let html = field(&Field {
            label: "E-mail",
            name: "email",
            kind: "email",
            error: "Needs an @.",
            ..Default::default()
        });
        assert!(html.as_str().contains("aria-describedby=\"email-error\" aria-invalid=\"true\" required"));
        assert!(html.as_str().contains("class=\"field invalid\""));
    }

    #[test]
    fn the_chosen_option_is_selected_and_values_are_escaped() {
        let options = [("a\"".to_string(), "A".to_string()), ("b".into(), "B".into())];
        let html = select(&Select {
            label: "Zone",
            name: "zone",
            options: &options,
            value: "b",
            ..Default::default()
        });
        assert!(html.as_str().contains("<option value=\"b\" selected>"));
        assert!(html.as_str().contains("value=\"a&quot;\""));
        assert!(check("Private too", "private", "1", true).as_str().contains("checked"));
        assert!(
            drop_zone("files", "Choose files", "Zip or folder", ".zip", true).as_str().contains("multiple")
        );
        assert!(hidden("csrf", "x").as_str().contains("type=\"hidden\""));
    }
}
