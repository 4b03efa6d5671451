//! Texts: what is shown of a message, and what is prepared for people to send.

/// A message without its marks, on one line and not longer than this.
pub(crate) fn excerpt(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(most + 4);
    let mut length = 0;
    let text = without_addresses(text);
    for word in text.split_whitespace() {
        let word =
            word.trim_start_matches(['*', '_', '`', '~', '#', '>']).trim_end_matches(['*', '_', '`', '~']);
        if word.is_empty() {
            continue;
        }
        let n = word.chars().count();
        if length > 0 && length + 1 + n > most {
            out.truncate(out.trim_end_matches(['.', ',', ':', ';', '…']).len());
            out.push('…');
            return out;
        }
        if length > 0 {
            out.push(' ');
            length += 1;
        }
        if n > most {
            out.extend(word.chars().take(most));
            out.push('…');
            return out;
        }
        out.push_str(word);
        length += n;
    }
    out
}

/// The text with the words of links alone: `[words](address)` becomes `words`.
fn without_addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let inside = &rest[open + 1..];
        let link = inside.find("](").and_then(|mid| Some((mid, mid + inside[mid..].find(')')?)));
        match link.filter(|(mid, _)| !inside[..*mid].contains(['[', '\n'])) {
            Some((mid, end)) => {
                out.push_str(&rest[..open]);
                out.push_str(&inside[..mid]);
                rest = &inside[end + 1..];
            }
            None => {
                out.push_str(&rest[..=open]);
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out
}

/// An answer to begin with, to be changed before it is copied.
pub(crate) fn answer(name: &str, asked: &str) -> String {
    let name = name.split_whitespace().next().unwrap_or(name);
    let asked = excerpt(asked, 100);
    if asked.is_empty() {
        return format!("Hello {name}, ");
    }
    format!("Hello {name}, about your question (\"{asked}\"): ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_one_line_without_marks() {
        assert_eq!(excerpt("**How** do I\n\n> start `it`?", 60), "How do I start it`?");
        assert_eq!(excerpt("one two. three", 8), "one two…");
        assert_eq!(excerpt("0123456789", 4), "0123…");
        assert_eq!(excerpt("", 4), "");
        assert_eq!(excerpt("see [the page](https://x.example/a) [or] <b>", 60), "see the page [or] <b>");
        assert!(
            answer("Ana García", "Where is it?")
                .starts_with("Hello Ana, about your question (\"Where is it?\")")
        );
    }
}
