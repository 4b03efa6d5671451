//! Shared ways with text: excerpts for skipped records, code left alone, tags made harmless, links.

use std::borrow::Cow;

/// The start of a record as it stood, for a list of skipped ones: at most 500 characters.
pub fn excerpt(text: &str) -> String {
    text.chars().take(500).map(|c| if c == '\0' { '\u{fffd}' } else { c }).collect()
}

/// Makes a stretch of Markdown harmless: a `<` that would begin a tag, comment or declaration is escaped
/// (`<3`, `a < b` and `<https://…>` stay); a link that leads neither to the web nor to a mailbox loses its
/// brackets; a picture becomes a link to it, as opening a page must not call other servers. Give it text
/// outside code only (see [`stretches`]).
pub fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', ']']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = '\0';
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        let escape = before != '\\'
            && match c {
                '<' => rest.starts_with(begins_tag) && !is_autolink(rest),
                ']' => rest.starts_with(['(', ':']) && !leads_outside(&rest[1..]),
                _ => false,
            };
        // Two backslashes escape each other.
        before = if before == '\\' { '\0' } else { c };
        if c == '!' && rest.starts_with('[') {
            continue;
        }
        if escape {
            out.push('\\');
        }
        out.push(c);
    }
    Cow::Owned(out)
}

fn begins_tag(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')
}

/// Whether a link's target is one that may be opened.
fn leads_outside(target: &str) -> bool {
    is_web(target.trim_start().trim_start_matches('<'))
}

fn is_web(url: &str) -> bool {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    ["http://", "https://", "mailto:"].iter().any(|s| lower.starts_with(s))
}

fn is_autolink(after: &str) -> bool {
    let end = after.find(|c: char| c == '>' || c == '<' || c.is_whitespace());
    is_web(after) && end.is_some_and(|e| after.as_bytes()[e] == b'>')
}

/// A stretch of text: prose, or code with its backticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch<'t> {
    /// Text outside code.
    Prose(&'t str),
    /// A code span or fenced block, backticks included.
    Code(&'t str),
}

/// Cuts a text into prose and code (spans and fences of backticks).
pub fn stretches(text: &str) -> Vec<Stretch<'_>> {
    let mut out = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = text[at..].find('`') {
        let start = at + found;
        let ticks = text[start..].bytes().take_while(|b| *b == b'`').count();
        let inside = start + ticks;
        // Without a closing run the backticks are themselves text.
        let Some(length) = closing(&text[inside..], ticks) else {
            at = inside;
            continue;
        };
        at = inside + length + ticks;
        if from < start {
            out.push(Stretch::Prose(&text[from..start]));
        }
        out.push(Stretch::Code(&text[start..at]));
        from = at;
    }
    if from < text.len() {
        out.push(Stretch::Prose(&text[from..]));
    }
    out
}

/// Where the next run of exactly so many backticks begins.
fn closing(text: &str, ticks: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let start = at + found;
        let run = bytes[start..].iter().take_while(|b| **b == b'`').count();
        if run == ticks {
            return Some(start);
        }
        at = start + run;
    }
    None
}

/// A Markdown link; the bare label when the address is not one that may be opened (http, https, mailto).
pub fn link(label: &str, url: &str) -> String {
    if !is_web(url) {
        return harmless(label).into_owned();
    }
    let mut out = String::with_capacity(label.len() + url.len() + 4);
    out.push('[');
    for c in label.chars() {
        if matches!(c, '[' | ']' | '\\' | '<') {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out.push_str("](");
    for c in url.chars() {
        match c {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            c if c.is_whitespace() || c.is_control() => out.push_str("%20"),
            c => out.push(c),
        }
    }
    out.push(')');
    out
}

/// An address without its query and fragment, in which vendors put tokens that expire.
pub fn without_query(url: &str) -> &str {
    url.find(['?', '#']).map_or(url, |at| &url[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_harmless_and_signs_stay() {
        for (input, expect) in [
            ("a < b <3 <- x", "a < b <3 <- x"),
            ("<b>x</b>", "\\<b>x\\</b>"),
            ("<!-- x --> <?php", "\\<!-- x --> \\<?php"),
            ("see <https://example.org/a> now", "see <https://example.org/a> now"),
            ("<https://example.org onclick=x>", "\\<https://example.org onclick=x>"),
            ("\\<b> \\\\<b>", "\\<b> \\\\\\<b>"),
            ("<é>", "<é>"),
            ("[a](javascript:x) [b](https://e.org)", "[a\\](javascript:x) [b](https://e.org)"),
            ("[a]: data:x", "[a\\]: data:x"),
            ("![a](https://e.org/p.png) hey!", "[a](https://e.org/p.png) hey!"),
        ] {
            assert_eq!(harmless(input), expect, "{input}");
        }
    }

    #[test]
    fn code_is_left_alone() {
        let upper = |t: &str| -> String {
            let stretch = |s: &Stretch<'_>| match s {
                Stretch::Prose(p) => p.to_uppercase(),
                Stretch::Code(c) => (*c).to_owned(),
            };
            stretches(t).iter().map(stretch).collect()
        };
        assert_eq!(upper("a `b` c ``d ` e`` f"), "A `b` C ``d ` e`` F");
        assert_eq!(upper("a\n```\nb `c`\n```\nd"), "A\n```\nb `c`\n```\nD");
        assert_eq!(upper("a ` b ``` c"), "A ` B ``` C");
    }

    #[test]
    fn links_hold_only_what_may_be_opened() {
        assert_eq!(link("a]b", "https://e.org/(x) y"), "[a\\]b](https://e.org/%28x%29%20y)");
        assert_eq!(link("a", "javascript:alert(1)"), "a");
        assert_eq!(without_query("https://e.org/f?t=xoxe#x"), "https://e.org/f");
        assert_eq!(excerpt(&"ä".repeat(600)).chars().count(), 500);
    }
}
