//! Buttons, and links that look like them.

use crate::Markup;
use crate::markup::{attributes, esc, icon};

/// How loud a button is. A view has one primary button.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// The one thing to do here.
    Primary,
    /// Everything else.
    #[default]
    Plain,
    /// Without a frame, for rows and feet.
    Quiet,
    /// Reaches people or cannot be undone.
    Danger,
    /// The door to such a thing.
    DangerQuiet,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => " primary",
            Self::Plain => "",
            Self::Quiet => " quiet",
            Self::Danger => " danger",
            Self::DangerQuiet => " danger-quiet",
        }
    }
}

/// A button with everything it can have; [`button`] and [`link_button`] are the short forms.
#[derive(Clone, Copy, Debug, Default)]
pub struct Button<'a> {
    /// A verb, and its object where that is not next to it.
    pub label: &'a str,
    /// An icon in front, or behind where it points onward; empty for none.
    pub icon: &'a str,
    /// How loud.
    pub look: Look,
    /// 26 px instead of 32.
    pub small: bool,
    /// Shows the icon alone; the label becomes the spoken name and the title.
    pub icon_only: bool,
    /// Where it leads: then it is a link.
    pub href: &'a str,
    /// `type="button"` instead of `submit`, for buttons that only a script hears.
    pub scripted: bool,
    /// Why it cannot be used now; the reason is shown beside it.
    pub off_because: &'a str,
    /// Further attributes: `name`, `value`, `hx-*`, `data-*`, `download`.
    pub attributes: &'a [(&'a str, &'a str)],
}

impl Button<'_> {
    /// The HTML.
    pub fn markup(&self) -> Markup {
        let mut class = format!("btn{}", self.look.class());
        if self.small {
            class.push_str(" sm");
        }
        if self.icon_only {
            class.push_str(" only");
        }
        let mut more = attributes(self.attributes);
        let inside = if self.icon_only {
            more.push_str(&format!(" aria-label=\"{0}\" title=\"{0}\"", esc(self.label)));
            icon(self.icon).into_string()
        } else if self.icon.is_empty() {
            esc(self.label).to_string()
        } else if matches!(self.icon, "chevron-right" | "arrow-right") {
            format!("{}{}", esc(self.label), icon(self.icon))
        } else {
            format!("{}{}", icon(self.icon), esc(self.label))
        };
        if !self.off_because.is_empty() {
            return Markup::raw(format!(
                "<button class=\"{class}\" type=\"button\" aria-disabled=\"true\"{more}>{inside}</button>\
                 <span class=\"why\">{}{}</span>",
                icon("lock"),
                esc(self.off_because)
            ));
        }
        Markup::raw(if self.href.is_empty() {
            let kind = if self.scripted { "button" } else { "submit" };
            format!("<button class=\"{class}\" type=\"{kind}\"{more}>{inside}</button>")
        } else {
            format!("<a class=\"{class}\" href=\"{}\"{more}>{inside}</a>", esc(self.href))
        })
    }
}

/// Why something is not offered here; empty for nothing.
pub fn why(text: &str) -> Markup {
    if text.is_empty() {
        return Markup::empty();
    }
    Markup::raw(format!("<p class=\"why\">{}{}</p>", icon("lock"), esc(text)))
}

/// A button that sends the form it stands in.
pub fn button(label: &str, look: Look) -> Markup {
    Button { label, look, ..Default::default() }.markup()
}

/// A link that looks like a button.
pub fn link_button(label: &str, href: &str, look: Look) -> Markup {
    Button { label, href, look, ..Default::default() }.markup()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_is_a_button_and_a_link_is_a_link() {
        assert_eq!(
            button("Import", Look::Primary).as_str(),
            "<button class=\"btn primary\" type=\"submit\">Import</button>"
        );
        let next = Button { label: "Next", icon: "chevron-right", href: "/n", ..Default::default() }.markup();
        assert!(
            next.as_str().contains("\">Next<svg class=\"icon flip\""),
            "what points onward stands behind"
        );
        assert_eq!(
            link_button("Show rows", "/r?a=1&b=2", Look::Quiet).as_str(),
            "<a class=\"btn quiet\" href=\"/r?a=1&amp;b=2\">Show rows</a>"
        );
        let off =
            Button { label: "Undo", off_because: "A newer import must go first.", ..Default::default() }
                .markup();
        assert!(off.as_str().contains("aria-disabled") && off.as_str().contains("newer import"));
        let only =
            Button { label: "Remove", icon: "trash-2", icon_only: true, ..Default::default() }.markup();
        assert!(only.as_str().contains("aria-label=\"Remove\""));
    }
}
