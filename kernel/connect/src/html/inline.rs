//! The small pieces of Markdown that the converter writes: text, spans, links, fences.

use crate::markdown::{starts_reference, starts_tag};

/// White space as HTML shows it: every run is one space.
pub(super) fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars() {
        if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}') {
            if !space {
                out.push(' ');
            }
            space = true;
        } else if c != '\0' {
            out.push(c);
            space = false;
        }
    }
    out
}

/// Appends finished Markdown. What was a bracket and a parenthesis apart must not become a link together.
pub(super) fn append(text: &str, out: &mut String) {
    if out.ends_with(']') && text.starts_with(['(', '[', ':']) {
        out.push('\\');
    }
    if text.starts_with('[') {
        escape_bang(out);
    }
    out.push_str(text);
}

/// "!" before a link would make it a picture.
fn escape_bang(out: &mut String) {
    let open = out.strip_suffix('!').map(|o| o.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 0);
    if open == Some(true) {
        out.pop();
        out.push_str("\\!");
    }
}

/// Appends text so that Markdown shows exactly it. At the start of a line, white space is dropped and marks
/// that would begin a block are escaped; in a link's text, brackets are.
pub(super) fn escape_text(text: &str, in_link: bool, out: &mut String) {
    let mut text = text;
    if out.is_empty() || out.ends_with(['\n', ' ']) {
        text = text.trim_start_matches(' ');
    }
    let mut at_start = out.is_empty() || out.ends_with('\n');
    let mut before = out.chars().next_back().unwrap_or(' ');
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        let next = rest.chars().next();
        if at_start && c.is_ascii_digit() {
            out.push(c);
            // "1." and "1)" begin a list only when the number is all that stands before.
            at_start = next.is_some_and(|n| n.is_ascii_digit() || matches!(n, '.' | ')'));
            before = c;
            continue;
        }
        let blank_next = next.is_none_or(char::is_whitespace);
        let starts_block = at_start
            && match c {
                '>' => true,
                '#' => rest.trim_start_matches('#').chars().next().is_none_or(char::is_whitespace),
                '-' | '+' | '=' => blank_next || next == Some(c),
                '.' | ')' => blank_next && before.is_ascii_digit(),
                _ => false,
            };
        let active = match c {
            '\\' => next.is_none_or(|n| n.is_ascii_punctuation()),
            '`' => true,
            '*' => !(blank_next && before.is_whitespace()) || at_start,
            '_' => !(before.is_alphanumeric() && next.is_some_and(char::is_alphanumeric)),
            '~' => before == '~' || next == Some('~'),
            '<' => next.is_none() || starts_tag(rest),
            '&' => starts_reference(rest) || next.is_none(),
            '[' => in_link || (at == 0 && before == ']'),
            ']' => in_link || next.is_some_and(|n| matches!(n, '(' | '[' | ':')),
            '(' | ':' => at == 0 && before == ']',
            _ => false,
        };
        if starts_block || active {
            out.push('\\');
        }
        out.push(c);
        at_start = false;
        before = c;
    }
}

/// Puts marks around a span, white space kept outside of them. What goes over several paragraphs is left
/// without marks.
pub(super) fn wrap(text: &str, mark: &str, out: &mut String) {
    let inner = text.trim();
    if inner.is_empty() || inner.contains("\n\n") {
        append(text, out);
        return;
    }
    let lead = text.len() - text.trim_start().len();
    out.push_str(&text[..lead]);
    out.push_str(mark);
    out.push_str(inner);
    out.push_str(mark);
    out.push_str(&text[lead + inner.len()..]);
}

/// A link, or only its text when it leads nowhere that is safe; a bare address when text and address agree.
pub(super) fn link(text: &str, url: Option<&str>, out: &mut String) {
    let Some(url) = url else {
        append(text, out);
        return;
    };
    let label = one_line(text);
    if label.is_empty() {
        return;
    }
    let shown: String = label.chars().filter(|c| *c != '\\').collect();
    if text.starts_with(char::is_whitespace) && !out.is_empty() {
        out.push(' ');
    }
    if shown == url || url.strip_suffix('/') == Some(&shown) {
        out.push_str(url);
    } else {
        escape_bang(out);
        out.push('[');
        out.push_str(&label);
        out.push_str("](");
        out.push_str(url);
        out.push(')');
    }
    if text.ends_with(char::is_whitespace) {
        out.push(' ');
    }
}

/// A code span with enough backticks around it.
pub(super) fn code_span(text: &str, out: &mut String) {
    let code = collapse(text);
    let code = code.trim();
    if code.is_empty() {
        return;
    }
    let marks = "`".repeat(longest_run(code, '`') + 1);
    if out.ends_with('`') {
        // Two spans side by side would share their marks.
        out.push(' ');
    }
    let pad = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
    out.push_str(&format!("{marks}{pad}{code}{pad}{marks}"));
}

/// A fenced block with a fence longer than any inside.
pub(super) fn fence(text: &str, language: &str) -> String {
    let code = text.replace("\r\n", "\n");
    let code = code.trim_matches('\n').trim_end();
    if code.is_empty() {
        return String::new();
    }
    let marks = "`".repeat(longest_run(code, '`').max(2) + 1);
    format!("{marks}{language}\n{code}\n{marks}")
}

/// What a link's preview box says: its heading as a link, or the bare address.
pub(super) fn preview(text: &str, title: Option<&str>, url: Option<&str>) -> String {
    let mut out = String::new();
    match (title, url) {
        // The heading is a link of its own.
        (Some(title), _) if title.starts_with('[') || title.starts_with("http") => out.push_str(title),
        (Some(title), Some(url)) => link(title, Some(url), &mut out),
        (None, Some(url)) => out.push_str(url),
        (_, None) => out.push_str(trim_blank(text)),
    }
    out
}

/// The text in one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Puts `first` before the first line and `rest` before every other.
pub(super) fn prefix(text: &str, first: &str, rest: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let mark = if number == 0 { first } else { rest };
        out.push_str(if line.is_empty() { mark.trim_end() } else { mark });
        out.push_str(line);
    }
    out
}

/// Without blank lines at both ends.
pub(super) fn trim_blank(text: &str) -> &str {
    text.trim_start_matches('\n').trim_end()
}

fn longest_run(text: &str, mark: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == mark { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
