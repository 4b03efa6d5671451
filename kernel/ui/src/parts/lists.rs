//! Words with a colour: badges, dots, and the letters of sources.

use crate::Markup;
use crate::markup::esc;

/// What a colour means. A state is always a word as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Neutral,
    /// Done, or better.
    Good,
    /// Soon, or needs a look.
    Warn,
    /// Late, failed, destructive.
    Bad,
    /// Planned, or neutral news.
    Info,
    /// Chosen.
    Accent,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Neutral => "",
            Self::Good => " good",
            Self::Warn => " warn",
            Self::Bad => " bad",
            Self::Info => " info",
            Self::Accent => " accent",
        }
    }
}

/// A word in a small box.
pub fn badge(word: &str, tone: Tone) -> Markup {
    Markup::raw(format!("<span class=\"badge{}\">{}</span>", tone.class(), esc(word)))
}

/// A small round mark in front of a word.
pub fn dot(tone: Tone) -> Markup {
    Markup::raw(format!("<i class=\"dot{}\" aria-hidden=\"true\"></i>", tone.class()))
}

/// The letter and colour of a source. `format` is `slack`, `discord`, `discourse`, `mbox`, `activities`, …;
/// `name` is spoken and shown on hover.
pub fn source_badge(format: &str, name: &str) -> Markup {
    let (letter, class) = match format {
        "slack" => ("S", " slack"),
        "discord" => ("D", " discord"),
        "discourse" | "forum" => ("F", " forum"),
        "mbox" | "mail" | "list" => ("M", " list"),
        _ => ("A", " table-source"),
    };
    Markup::raw(format!(
        "<span class=\"src{class}\" title=\"{0}\"><span aria-hidden=\"true\">{letter}</span><span class=\"sr\">{0}</span></span>",
        esc(name)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_a_word() {
        assert_eq!(badge("Failed", Tone::Bad).as_str(), "<span class=\"badge bad\">Failed</span>");
        assert!(
            source_badge("slack", "R contributors")
                .as_str()
                .contains("<span class=\"sr\">R contributors</span>")
        );
        assert!(dot(Tone::Good).as_str().contains("dot good"));
    }
}
