//! Safe HTML as a type, and the escaping that makes it safe.

use std::fmt::{self, Write as _};

/// HTML that may be printed as it is: whoever made it escaped what came from people.
///
/// A template prints it without escaping again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// Nothing.
    pub const fn empty() -> Self {
        Self(String::new())
    }
    /// HTML that is already safe. Text of people goes through [`esc`] or [`Markup::text`] first.
    pub fn raw(html: impl Into<String>) -> Self {
        Self(html.into())
    }
    /// Plain text, escaped.
    pub fn text(text: &str) -> Self {
        Self(esc(text).to_string())
    }
    /// Several pieces, one after the other.
    pub fn join<'a>(pieces: impl IntoIterator<Item = &'a Markup>) -> Self {
        pieces.into_iter().map(|piece| piece.0.as_str()).collect::<String>().into()
    }
    /// Renders a template; a template that cannot be written is a defect and shows as an empty place.
    pub fn of(template: &impl askama::Template) -> Self {
        Self(template.render().unwrap_or_default())
    }
    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The HTML, given away.
    pub fn into_string(self) -> String {
        self.0
    }
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Puts more behind it.
    pub fn push(&mut self, more: &Markup) {
        self.0.push_str(&more.0);
    }
}

impl From<String> for Markup {
    /// The same as [`Markup::raw`].
    fn from(html: String) -> Self {
        Self(html)
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Markup {}

impl axum::response::IntoResponse for Markup {
    fn into_response(self) -> axum::response::Response {
        axum::response::Html(self.0).into_response()
    }
}

/// Text whose `& < > " '` are printed as entities: for text and for quoted attributes.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(&'a str);

/// Escapes a text for `format!`.
pub fn esc(text: &str) -> Escaped<'_> {
    Escaped(text)
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            f.write_str(&rest[..at])?;
            match rest.as_bytes()[at] {
                b'&' => f.write_str("&amp;")?,
                b'<' => f.write_str("&lt;")?,
                b'>' => f.write_str("&gt;")?,
                b'"' => f.write_str("&quot;")?,
                _ => f.write_str("&#39;")?,
            }
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

/// Attributes as HTML, each with a space in front. An empty value prints the bare name.
pub(crate) fn attributes(list: &[(&str, &str)]) -> String {
    list.iter().fold(String::new(), |mut out, (name, value)| {
        let written =
            if value.is_empty() { write!(out, " {name}") } else { write!(out, " {name}=\"{}\"", esc(value)) };
        written.expect("writing to a string cannot fail");
        out
    })
}

/// ` name="value"` when there is a value, else nothing.
pub(crate) fn optional(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" {name}=\"{}\"", esc(value)) }
}

/// One icon of the sprite (a Lucide name such as `upload`), hidden from screen readers.
pub fn icon(name: &str) -> Markup {
    icon_of(name, "icon")
}

/// A 14 px icon.
pub fn icon_small(name: &str) -> Markup {
    icon_of(name, "icon sm")
}

/// What points along the line of reading, and turns round with it.
const DIRECTED: [&str; 6] =
    ["chevron-left", "chevron-right", "arrow-left", "arrow-right", "log-out", "external-link"];

pub(crate) fn icon_of(name: &str, class: &str) -> Markup {
    let flip = if DIRECTED.contains(&name) { " flip" } else { "" };
    Markup(format!(
        "<svg class=\"{class}{flip}\" aria-hidden=\"true\"><use href=\"{}#i-{}\"/></svg>",
        crate::asset("icons.svg"),
        esc(name)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_people_is_escaped_and_markup_is_not() {
        #[derive(askama::Template)]
        #[template(source = "{{ text }}|{{ markup }}", ext = "html")]
        struct Page<'a> {
            text: &'a str,
            markup: Markup,
        }
        let page = Page { text: "<b>&", markup: Markup::raw("<b>") };
        assert_eq!(Markup::of(&page).as_str(), "&#60;b&#62;&#38;|<b>");
        assert_eq!(esc("a<b>\"c'&").to_string(), "a&lt;b&gt;&quot;c&#39;&amp;");
    }
}
