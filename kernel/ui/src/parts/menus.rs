//! Things that open, switch or turn pages. All of them are links and forms, so they work without a script.

use super::buttons::{Button, Look};
use crate::Markup;
use crate::markup::{attributes, esc, icon, icon_small};
use crate::parts::hidden;

/// One entry of a menu, of tabs or of a switch.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// What people read.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the present one.
    pub current: bool,
    /// Further attributes, such as `hx-get`.
    pub attributes: Vec<(String, String)>,
}

impl Choice {
    /// A choice without further attributes.
    pub fn new(label: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        Self { label: label.into(), href: href.into(), current, attributes: Vec::new() }
    }

    fn link(&self, lead: &str) -> String {
        let pairs: Vec<(&str, &str)> =
            self.attributes.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let current = if self.current { " aria-current=\"true\"" } else { "" };
        format!(
            "<a href=\"{}\"{current}{}>{lead}<span>{}</span></a>",
            esc(&self.href),
            attributes(&pairs),
            esc(&self.label)
        )
    }
}

/// A chip that shows a filter and its value, and opens `body`: [`menu`] entries or a small form.
/// `on` marks a filter that differs from what stands there by itself.
pub fn filter_menu(label: &str, value: &str, on: bool, body: &Markup) -> Markup {
    let on = if on { " on" } else { "" };
    Markup::raw(format!(
        "<details class=\"menu-box\" name=\"menu\"><summary class=\"chip{on}\"><span>{}</span><b>{}</b>{}</summary>\
         <div class=\"popover\">{body}</div></details>",
        esc(label),
        esc(value),
        icon_small("chevron-down")
    ))
}

/// A list of links; the present one has a tick.
pub fn menu(choices: &[Choice]) -> Markup {
    let tick = icon_small("check").into_string();
    let blank = "<i class=\"tick\"></i>";
    let entries: String = choices.iter().map(|c| c.link(if c.current { &tick } else { blank })).collect();
    Markup::raw(format!("<div class=\"menu\">{entries}</div>"))
}

/// Pages of one thing, under a line.
pub fn tabs(name: &str, choices: &[Choice]) -> Markup {
    let entries: String = choices.iter().map(|c| c.link("")).collect();
    Markup::raw(format!("<nav class=\"tabs\" aria-label=\"{}\">{entries}</nav>", esc(name)))
}

/// Two to four ways to look at the same thing.
pub fn segmented(name: &str, choices: &[Choice]) -> Markup {
    let entries: String = choices.iter().map(|c| c.link("")).collect();
    Markup::raw(format!("<nav class=\"seg\" aria-label=\"{}\">{entries}</nav>", esc(name)))
}

/// Where one is in a long list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pager<'a> {
    /// What is shown, in words: `1 to 50 of 128 skipped records`.
    pub text: &'a str,
    /// The page before; empty on the first.
    pub before: &'a str,
    /// The page after; empty on the last.
    pub after: &'a str,
}

/// The foot of a long list.
pub fn pagination(p: &Pager<'_>) -> Markup {
    let step = |label, href: &str, icon, rel| {
        if href.is_empty() {
            return Markup::empty();
        }
        Button {
            label,
            href,
            icon,
            look: Look::Plain,
            small: true,
            attributes: &[("rel", rel)],
            ..Default::default()
        }
        .markup()
    };
    Markup::raw(format!(
        "<nav class=\"pager\" aria-label=\"Pages\"><span>{}</span><span class=\"push row\">{}{}</span></nav>",
        esc(p.text),
        step("Before", p.before, "chevron-left", "prev"),
        step("After", p.after, "chevron-right", "next"),
    ))
}

/// A question before something that reaches people or cannot be undone.
#[derive(Clone, Debug, Default)]
pub struct Confirm<'a> {
    /// The question, with its object.
    pub title: &'a str,
    /// What will happen, what is safe.
    pub body: Markup,
    /// The consequence as a verb: `Undo the import of 12,564 records`.
    pub label: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
    /// Where "Keep it" leads.
    pub back: &'a str,
    /// Fields that are sent along, `csrf` among them.
    pub fields: &'a [(&'a str, &'a str)],
    /// Whether it destroys.
    pub danger: bool,
}

/// The question as a page of its own: what a link leads to when there is no script.
pub fn confirm(c: &Confirm<'_>) -> Markup {
    let back = Button { label: "Keep it", href: c.back, ..Default::default() }.markup();
    Markup::raw(format!("<section class=\"dialog\">{}</section>", question(c, &back)))
}

/// The same question as a dialog, opened by a button with `data-dialog="ID"`; the page behind it is inert.
pub fn dialog(id: &str, c: &Confirm<'_>) -> Markup {
    let back =
        Button { label: "Keep it", scripted: true, attributes: &[("data-close", "")], ..Default::default() }
            .markup();
    Markup::raw(format!(
        "<dialog class=\"dialog\" id=\"{0}\" aria-labelledby=\"{0}-title\">{1}</dialog>",
        esc(id),
        question(c, &back).replacen("<h2>", &format!("<h2 id=\"{}-title\">", esc(id)), 1)
    ))
}

fn question(c: &Confirm<'_>, back: &Markup) -> String {
    let fields: String = c.fields.iter().map(|(name, value)| hidden(name, value).into_string()).collect();
    let look = if c.danger { Look::Danger } else { Look::Primary };
    format!(
        "<form method=\"post\" action=\"{}\">{fields}<header><h2>{}</h2></header><div class=\"body\">{}</div><footer>{back}{}</footer></form>",
        esc(c.action),
        esc(c.title),
        c.body,
        Button { label: c.label, look, ..Default::default() }.markup()
    )
}

/// A quiet button with three dots that opens a menu at its end edge.
pub fn more(name: &str, choices: &[Choice]) -> Markup {
    Markup::raw(format!(
        "<details class=\"menu-box\" name=\"menu\"><summary class=\"btn only quiet sm\" aria-label=\"{0}\" title=\"{0}\">{1}</summary><div class=\"popover at-end\">{2}</div></details>",
        esc(name),
        icon("ellipsis"),
        menu(choices)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_choice_is_marked_once() {
        let choices =
            [Choice::new("12 weeks", "?period=12w", true), Choice::new("All", "?period=all", false)];
        for html in
            [menu(&choices), tabs("Period", &choices), segmented("Period", &choices), more("More", &choices)]
        {
            assert_eq!(html.as_str().matches("aria-current").count(), 1);
        }
        let chip = filter_menu("Period", "12 weeks", true, &menu(&choices));
        assert!(chip.as_str().contains("chip on") && chip.as_str().contains("<details"));
    }

    #[test]
    fn a_question_names_its_consequence_and_carries_its_token() {
        let c = Confirm {
            title: "Undo?",
            label: "Undo 12 records",
            action: "/u",
            back: "/i",
            fields: &[("csrf", "t")],
            danger: true,
            ..Default::default()
        };
        assert!(confirm(&c).as_str().contains("value=\"t\"") && confirm(&c).as_str().contains("btn danger"));
        assert!(dialog("undo", &c).as_str().contains("<h2 id=\"undo-title\">"));
    }

    #[test]
    fn pages_at_the_ends_have_one_way() {
        let html = pagination(&Pager { text: "1 to 50", before: "", after: "?p=2" });
        assert!(!html.as_str().contains("Before") && html.as_str().contains("rel=\"next\""));
    }
}
