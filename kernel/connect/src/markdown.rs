//! Text from outside as safe Markdown: nothing in it can become HTML, and no link leads anywhere but to the
//! web or a mailbox.
//!
//! The rules follow CommonMark 0.31: a tag needs `<` before a letter, `/`, `!` or `?`; a link needs `](`,
//! `][` or a definition `]:`; a character reference needs `&`.

/// Plain text (a mail, a cell of a table) as Markdown that reads the same: paragraphs, lists, quotes and
/// emphasis that people type by habit stay; lines that Markdown would take for headings do not become any.
pub fn plain_to_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        if opens_heading(line) {
            let indent = line.len() - line.trim_start().len();
            out.push_str(&line[..indent]);
            out.push('\\');
            escape_active(&line[indent..], Links::None, &mut out);
        } else {
            escape_active(line, Links::None, &mut out);
        }
    }
    out
}

/// Markdown that somebody wrote, made safe: raw HTML is escaped, and links that are not to the web, to a
/// mailbox or within the same site lose their brackets. Fenced code stays as it is.
pub fn safe_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let mut fence: Option<(char, usize)> = None;
    let plain_fences = !text.lines().any(holds_inner_fence);
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        match fence {
            Some(open) => {
                if closes_fence(line, open) {
                    fence = None;
                }
                out.push_str(line);
            }
            None => {
                fence = opened_fence(line).filter(|_| plain_fences);
                if fence.is_some() {
                    out.push_str(line);
                } else {
                    escape_active(line, Links::Safe, &mut out);
                }
            }
        }
    }
    out
}

/// The link if it leads to the web or a mailbox, fit for a Markdown destination; `None` for any other
/// (`javascript:`, `data:`, relative without a base).
pub fn safe_url(url: &str, base: Option<&str>) -> Option<String> {
    // Browsers ignore control characters in a scheme, so they must not hide one here.
    let cleaned: String = url.trim().chars().filter(|c| !c.is_control()).collect();
    let lower = cleaned.get(..8).unwrap_or(&cleaned).to_ascii_lowercase();
    let whole =
        if lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("mailto:") {
            cleaned
        } else if cleaned.starts_with("//") {
            format!("https:{cleaned}")
        } else if cleaned.starts_with('/') {
            format!("{}{cleaned}", base?.trim_end_matches('/'))
        } else {
            return None;
        };
    let mut out = String::with_capacity(whole.len());
    for c in whole.chars() {
        match c {
            ' ' => out.push_str("%20"),
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            '"' => out.push_str("%22"),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    Some(out)
}

/// What happens to links that the text holds already.
#[derive(Clone, Copy, PartialEq)]
enum Links {
    /// Plain text has none: all are shown as typed.
    None,
    /// Safe ones stay.
    Safe,
}

fn escape_active(line: &str, links: Links, out: &mut String) {
    for (at, c) in line.char_indices() {
        let rest = &line[at + c.len_utf8()..];
        if c == '!' && links == Links::Safe && rest.starts_with('[') {
            // A picture becomes a link to it: opening a page must not call other servers.
            continue;
        }
        let escape = match c {
            '<' => starts_tag(rest),
            '&' => links == Links::None && starts_reference(rest),
            ']' => match rest.as_bytes().first() {
                Some(b'(' | b':') => links == Links::None || !safe_destination(&rest[1..]),
                Some(b'[') => links == Links::None,
                _ => false,
            },
            _ => false,
        };
        if escape {
            // A backslash that stands before it already would turn ours into its own escape.
            let before = line[..at].bytes().rev().take_while(|b| *b == b'\\').count();
            match (before % 2 == 1, links) {
                (false, _) => out.push('\\'),
                (true, Links::None) => out.push_str("\\\\"),
                (true, Links::Safe) => {}
            }
        }
        out.push(c);
    }
}

/// Whether `<` before this can begin a tag, comment or declaration; links in angle brackets cannot.
pub(crate) fn starts_tag(rest: &str) -> bool {
    if rest.starts_with("http://") || rest.starts_with("https://") {
        return false;
    }
    rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
}

/// Whether `&` before this can begin a character reference.
pub(crate) fn starts_reference(rest: &str) -> bool {
    let name = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').unwrap_or(rest.len());
    name > 0 && rest[name..].starts_with(';')
}

fn safe_destination(rest: &str) -> bool {
    let rest = rest.trim_start();
    let (rest, bracketed) = rest.strip_prefix('<').map_or((rest, false), |inner| (inner, true));
    let end = rest.find([')', ' ', '>', '\t']).unwrap_or(rest.len());
    let target = &rest[..end];
    let lower = target.to_ascii_lowercase();
    let web = ["http://", "https://", "mailto:"].iter().any(|s| lower.starts_with(s));
    // An empty target may go on in the next line; a reference or an escape may spell a scheme.
    web || (!bracketed && target.starts_with(['/', '#']) && !target.contains(['\\', '&']))
}

fn opens_heading(line: &str) -> bool {
    let text = line.trim();
    let hashes = text.len() - text.trim_start_matches('#').len();
    if (1..=6).contains(&hashes) && text[hashes..].chars().next().is_none_or(char::is_whitespace) {
        return true;
    }
    !text.is_empty() && (text.bytes().all(|b| b == b'=') || text.bytes().all(|b| b == b'-'))
}

/// Whether a line may hold a fence that is indented or lies in a list or quote. Where such a one ends cannot be
/// seen from the lines alone, so with one of them nothing is taken for fenced.
fn holds_inner_fence(line: &str) -> bool {
    let inner =
        line.trim_start_matches(|c: char| c.is_whitespace() || c.is_ascii_digit() || ">-*+.)".contains(c));
    inner.len() < line.len() && (inner.starts_with("```") || inner.starts_with("~~~"))
}

fn opened_fence(line: &str) -> Option<(char, usize)> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let width = line.len() - line.trim_start_matches(mark).len();
    (width >= 3 && !(mark == '`' && line[width..].contains('`'))).then_some((mark, width))
}

fn closes_fence(line: &str, (mark, width): (char, usize)) -> bool {
    let text = line.trim_end();
    let indent = text.len() - text.trim_start_matches(' ').len();
    let text = &text[indent..];
    indent < 4 && text.len() >= width && text.chars().all(|c| c == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_cannot_become_html_links_or_headings() {
        let check = |input: &str, expect: &str| assert_eq!(plain_to_markdown(input), expect);
        check("if a <b> then", "if a \\<b> then");
        check("a < b && c", "a < b && c");
        check("\\<b>", "\\\\\\<b>");
        check("&lt;script&gt;", "\\&lt;script\\&gt;");
        check("[x](javascript:alert(1))", "[x\\](javascript:alert(1))");
        check("[CLIENT]: unhandled", "[CLIENT\\]: unhandled");
        check("# make install", "\\# make install");
        check("Title\n-----\ntext", "Title\n\\-----\ntext");
        check("see <https://example.org/a>", "see <https://example.org/a>");
        check("- one\n- *two*", "- one\n- *two*");
    }

    #[test]
    fn markdown_keeps_its_form_but_not_its_html() {
        let check = |input: &str, expect: &str| assert_eq!(safe_markdown(input), expect);
        check("# A\n[b](https://example.org)", "# A\n[b](https://example.org)");
        check("\\<b> \\\\<b>", "\\<b> \\\\\\<b>");
        check("<img src=x onerror=y>", "\\<img src=x onerror=y>");
        check("![b](https://example.org/b.png)", "[b](https://example.org/b.png)");
        check("[b](javascript:x)", "[b\\](javascript:x)");
        check("[b]( < JaVaScript:x)", "[b\\]( < JaVaScript:x)");
        check("[b](</i>javascript:x)", "[b\\](\\</i>javascript:x)");
        check(" ```\n<b>\n```\n<b>", " ```\n\\<b>\n```\n\\<b>");
        check("[b](&#106;avascript:x)", "[b\\](&#106;avascript:x)");
        check("[b]: data:text/html,x", "[b\\]: data:text/html,x");
        check("```\n<b>\n```\n<b>", "```\n<b>\n```\n\\<b>");
        check("- a\n  ```\n<b>", "- a\n  ```\n\\<b>");
    }

    #[test]
    fn only_web_and_mail_links_pass() {
        assert_eq!(safe_url("java\tscript:x", None), None);
        assert_eq!(safe_url(" JAVASCRIPT:x", Some("https://f.example")), None);
        assert_eq!(safe_url("data:text/html,x", None), None);
        assert_eq!(safe_url("/t/1", Some("https://f.example/")).as_deref(), Some("https://f.example/t/1"));
        assert_eq!(safe_url("/t/1", None), None);
        assert_eq!(safe_url("//cdn.example/a b", None).as_deref(), Some("https://cdn.example/a%20b"));
        assert_eq!(safe_url("https://e.example/a_(b)", None).as_deref(), Some("https://e.example/a_%28b%29"));
        assert_eq!(safe_url("httpé", None), None);
    }
}
