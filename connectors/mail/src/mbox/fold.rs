//! What a reader of a thread does not need twice: long quotes are folded, signatures and the list's own
//! footers are cut, scrubbed attachments become links.

use connect::markdown::{plain_to_markdown, safe_url};

/// Quotes of more lines than this are folded to [`KEPT`].
const LONG: usize = 5;
const KEPT: usize = 2;
/// A signature without the space after its dashes is only one near the end.
const SHORT_SIGNATURE: usize = 8;

/// Folds plain text and makes it safe Markdown.
pub(super) fn fold_plain(text: &str) -> String {
    fold(text, true)
}

/// Folds what is Markdown already.
pub(super) fn fold_markdown(text: &str) -> String {
    fold(text, false)
}

fn fold(text: &str, escape: bool) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Out { lines: Vec::new(), escape };
    let mut at = 0;
    while let Some(line) = lines.get(at).copied() {
        let rest = &lines[at + 1..];
        if quoted(line).is_some() {
            at = out.quote(&lines, at);
            continue;
        }
        if is_signature(line, rest) || is_footer(line, rest) {
            break;
        }
        if is_original(line) {
            out.folded(rest);
            break;
        }
        if line.starts_with("-------------- next part --------------") {
            at += 1 + out.scrubbed(rest);
            continue;
        }
        out.line(line.trim_end());
        at += 1;
    }
    out.finish()
}

struct Out {
    lines: Vec<String>,
    escape: bool,
}

impl Out {
    fn safe(&self, text: &str) -> String {
        if self.escape { plain_to_markdown(text) } else { text.to_owned() }
    }

    fn line(&mut self, line: &str) {
        let after_quote = self.lines.last().is_some_and(|l| l.starts_with('>'));
        if line.is_empty() || after_quote {
            self.blank();
        }
        if !line.is_empty() {
            self.lines.push(self.safe(line));
        }
    }

    fn blank(&mut self) {
        if self.lines.last().is_some_and(|l| !l.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// Writes the quote that begins at `from` and returns where it ends.
    fn quote(&mut self, lines: &[&str], from: usize) -> usize {
        let mut kept: Vec<(usize, &str)> = Vec::new();
        let mut at = from;
        while let Some(line) = lines.get(at) {
            match quoted(line) {
                Some(part) => kept.push(part),
                // A blank line between two quoted ones belongs to the quote.
                None if line.trim().is_empty() && lines.get(at + 1).is_some_and(|l| quoted(l).is_some()) => {
                    kept.push((1, ""));
                }
                None => break,
            }
            at += 1;
        }
        kept.retain({
            let mut before = true;
            move |(_, text)| {
                let blank = text.is_empty();
                let keep = !(blank && before);
                before = blank;
                keep
            }
        });
        let long = kept.len() > LONG;
        let shown = if long { KEPT } else { kept.len() };
        self.blank();
        for (depth, text) in kept.iter().take(shown) {
            let marks = "> ".repeat((*depth).min(8));
            let line = format!("{marks}{}", self.safe(text));
            self.lines.push(line.trim_end().to_owned());
        }
        if long {
            self.lines.push("> …".into());
        }
        at
    }

    /// Stands for an original message that was left below without marks.
    fn folded(&mut self, rest: &[&str]) {
        if rest.iter().any(|l| !l.trim().is_empty()) {
            self.blank();
            self.lines.push("> …".into());
        }
    }

    /// What a list's software left of an attachment: a link if it has a name, nothing if it was the HTML form
    /// of the same text. Returns how many lines it took.
    fn scrubbed(&mut self, rest: &[&str]) -> usize {
        let (mut name, mut url, mut taken) = (None, None, 0);
        if !rest.first().is_some_and(|l| l.contains("was scrubbed")) {
            return 0;
        }
        for line in rest.iter().take(12) {
            taken += 1;
            if let Some(value) = line.strip_prefix("Name:") {
                name = Some(value.trim());
            } else if let Some(value) = line.strip_prefix("URL:") {
                url = safe_url(value.trim().trim_matches(['<', '>']), None);
                break;
            }
        }
        if let (Some(name), Some(url)) = (name, url) {
            let label = plain_to_markdown(&name.replace(['[', ']'], " "));
            self.blank();
            self.lines.push(format!("[{}]({url})", label.trim()));
        }
        taken
    }

    fn finish(mut self) -> String {
        while self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
        self.lines.join("\n")
    }
}

/// How deep a line is quoted, and what it says.
fn quoted(line: &str) -> Option<(usize, &str)> {
    let mut rest = line.trim_start();
    if line.len() - rest.len() > 3 {
        return None;
    }
    let mut depth = 0;
    while let Some(after) = rest.strip_prefix('>') {
        depth += 1;
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    (depth > 0).then(|| (depth, rest.trim_end()))
}

fn is_signature(line: &str, rest: &[&str]) -> bool {
    let short = rest.len() <= SHORT_SIGNATURE && !rest.iter().any(|l| quoted(l).is_some());
    line == "-- " || line == "\\-- " || (line.trim_end() == "--" && short)
}

/// The list's own lines below every message: a rule of underscores and where to subscribe.
fn is_footer(line: &str, rest: &[&str]) -> bool {
    let rule = line.trim_end();
    rule.len() >= 20
        && rule.bytes().all(|b| b == b'_')
        && rest.iter().find(|l| !l.trim().is_empty()).is_some_and(|next| {
            let next = next.to_lowercase();
            next.contains("mailing list") || next.contains('@') || next.contains("http")
        })
}

fn is_original(line: &str) -> bool {
    let text = line.trim();
    text.starts_with("---") && text.trim_matches(['-', ' ']).eq_ignore_ascii_case("original message")
}
