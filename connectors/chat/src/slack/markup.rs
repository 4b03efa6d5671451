//! Slack's mark-up ("mrkdwn") as Markdown.
//!
//! Slack writes `&`, `<` and `>` of the text as entities everywhere, code included; what stands between a
//! real `<` and `>` is a mention or a link.

use connect::text::{Stretch, harmless, link, stretches};

/// The names behind ids.
pub(super) trait Names {
    /// The name of a user.
    fn user(&self, id: &str) -> Option<&str>;
    /// The name of a channel.
    fn channel(&self, id: &str) -> Option<&str>;
}

/// A message's text as Markdown.
pub(super) fn to_markdown(text: &str, names: &dyn Names) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    if !text.contains(['<', '&', '*', '~', '`', ']']) {
        out.push_str(text);
        return out;
    }
    for stretch in stretches(text) {
        match stretch {
            Stretch::Code(code) => code_stretch(code, &mut out),
            Stretch::Prose(prose) => prose_stretch(prose, names, &mut out),
        }
    }
    out
}

/// Within code, links that Slack made of addresses become the address again.
fn code_stretch(code: &str, out: &mut String) {
    let mut rest = code;
    while let Some((before, inside, after)) = next_token(rest) {
        out.push_str(&unescaped(before));
        let address = inside.split_once('|').map_or(inside, |(_, label)| label);
        out.push_str(&unescaped(address));
        rest = after;
    }
    out.push_str(&unescaped(rest));
}

fn prose_stretch(prose: &str, names: &dyn Names, out: &mut String) {
    let bytes = prose.as_bytes();
    let mut plain = String::new();
    let mut closings: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let c = bytes[at];
        if c == b'<'
            && let Some((_, inside, after)) = next_token(&prose[at..])
        {
            flush(&mut plain, out);
            token(inside, names, out);
            at = prose.len() - after.len();
            continue;
        }
        if matches!(c, b'*' | b'~') {
            let closes = closings.last() == Some(&at);
            let opens = !closes
                && closing_mark(bytes, at).is_some_and(|end| {
                    closings.push(end);
                    true
                });
            if closes {
                closings.pop();
            }
            plain.push(char::from(c));
            if closes || opens {
                plain.push(char::from(c));
            }
            at += 1;
            continue;
        }
        let first = prose[at..].chars().next().map_or(1, char::len_utf8);
        let next = prose[at + first..].find(['<', '*', '~']).map_or(bytes.len(), |n| at + first + n);
        plain.push_str(&prose[at..next]);
        at = next;
    }
    flush(&mut plain, out);
}

fn flush(plain: &mut String, out: &mut String) {
    if !plain.is_empty() {
        out.push_str(&harmless(&unescaped(plain)));
        plain.clear();
    }
}

/// Where the emphasis that begins here ends: on the same line, at a mark that stands behind a word and is
/// not followed by one. `None` when nothing begins here.
fn closing_mark(bytes: &[u8], at: usize) -> Option<usize> {
    let mark = bytes[at];
    let edge = |c: Option<&u8>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && *c < 0x80 && *c != mark);
    let before = if at == 0 { None } else { bytes.get(at - 1) };
    let first = bytes.get(at + 1)?;
    if !edge(before) || first.is_ascii_whitespace() || *first == mark {
        return None;
    }
    for end in at + 2..bytes.len() {
        match bytes[end] {
            b'\n' => return None,
            c if c == mark && !bytes[end - 1].is_ascii_whitespace() && edge(bytes.get(end + 1)) => {
                return Some(end);
            }
            _ => {}
        }
    }
    None
}

/// The next `<…>`: what stands before, inside and behind it.
fn next_token(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find('<')?;
    let length = text[start + 1..].find('>')?;
    let end = start + 1 + length;
    Some((&text[..start], &text[start + 1..end], &text[end + 1..]))
}

fn token(inside: &str, names: &dyn Names, out: &mut String) {
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(label.trim()).filter(|l| !l.is_empty())),
        None => (inside, None),
    };
    let name = |out: &mut String, sign: char, name: &str| {
        out.push(sign);
        out.push_str(&harmless(&unescaped(name.trim_start_matches(sign))));
    };
    match target.as_bytes().first() {
        Some(b'@') => {
            let id = &target[1..];
            name(out, '@', names.user(id).or(label).unwrap_or(id));
        }
        Some(b'#') => {
            let id = &target[1..];
            name(out, '#', label.or_else(|| names.channel(id)).unwrap_or(id));
        }
        Some(b'!') => {
            let word = target[1..].split('^').next().unwrap_or_default();
            match (word, label) {
                ("date", Some(label)) => out.push_str(&harmless(&unescaped(label))),
                ("subteam", label) => name(out, '@', label.unwrap_or("group")),
                (word, _) => name(out, '@', word),
            }
        }
        _ => address(&unescaped(target), label, out),
    }
}

fn address(url: &str, label: Option<&str>, out: &mut String) {
    let bare = url.strip_prefix("mailto:").or_else(|| url.strip_prefix("tel:")).unwrap_or(url);
    match label {
        Some(label) if unescaped(label) != bare => out.push_str(&link(&unescaped(label), url)),
        _ if url.starts_with("http") && !url.contains(char::is_whitespace) => {
            out.push('<');
            out.push_str(url);
            out.push('>');
        }
        _ => out.push_str(&harmless(bare)),
    }
}

/// Slack's three entities as characters.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Names for Fixed {
        fn user(&self, id: &str) -> Option<&str> {
            (id == "U1").then_some("Ana <b>")
        }
        fn channel(&self, id: &str) -> Option<&str> {
            (id == "C1").then_some("general")
        }
    }

    fn check(input: &str, expect: &str) {
        assert_eq!(to_markdown(input, &Fixed), expect, "{input}");
    }

    #[test]
    fn mentions_become_names() {
        check("hi <@U1>, <@U2|bo> and <@U3>", "hi @Ana \\<b>, @bo and @U3");
        check("see <#C1|> or <#C1> or <#C9|old> or <#C8>", "see #general or #general or #old or #C8");
        check("<!here> <!channel|@channel> <!subteam^S1|@crew>", "@here @channel @crew");
        check("<!date^1392734382^{date}|18 Feb 2014>", "18 Feb 2014");
    }

    #[test]
    fn links_become_links() {
        check("<https://e.org/a?b=1&amp;c=2>", "<https://e.org/a?b=1&c=2>");
        check("<https://e.org|a &amp; [b]>", "[a & \\[b\\]](https://e.org)");
        check("<mailto:a@e.org|a@e.org>", "a@e.org");
        check("<javascript:alert(1)|go>", "go");
        check("a < b", "a < b");
    }

    #[test]
    fn emphasis_becomes_markdown() {
        check("*bold* _it_ ~gone~", "**bold** _it_ ~~gone~~");
        check("*a <@U1> b*.", "**a @Ana \\<b> b**.");
        check("2*3*4 and * x * and **", "2*3*4 and * x * and **");
        check("*ä ö* ü*", "**ä ö** ü*");
        check("~é~ \u{a0}x *", "~~é~~ \u{a0}x *");
        check("*open\nnext*", "*open\nnext*");
    }

    #[test]
    fn entities_and_code() {
        check("&lt;script&gt; &amp;amp; 1 &lt; 2", "\\<script> &amp; 1 < 2");
        check("&gt; quoted", "> quoted");
        check("`a &lt; *b* <https://e.org|e.org>` *c*", "`a < *b* e.org` **c**");
        check("```x &amp;&amp; y```", "```x && y```");
    }
}
