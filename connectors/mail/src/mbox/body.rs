//! The readable text of a message: decoded, plain where there is a plain part, from HTML where there is not.

use super::fold::{fold_markdown, fold_plain};
use super::wire::lossy;
use connect::html::html_to_markdown;
use encoding_rs::Encoding;
use mailparse::{DispositionType, ParsedMail};

/// The longest text that is kept of one message, in bytes.
const MAX_TEXT: usize = 256 << 10;

/// The text of a message as safe Markdown. `bytes` is the whole message, `start` where its body begins.
pub(super) fn text(bytes: &[u8], start: usize, mime: bool) -> String {
    let parsed = if mime { mailparse::parse_mail(bytes).ok() } else { None };
    let text = match &parsed {
        Some(mail) => {
            let mut out = Vec::new();
            collect(mail, &mut out);
            out.join("\n\n")
        }
        None => fold_plain(shortened(&lossy(&bytes[start..bytes.len().min(start + 4 * MAX_TEXT)]))),
    };
    shortened(text.trim()).to_owned()
}

/// Adds the readable parts in the order in which a mail program shows them.
fn collect(mail: &ParsedMail, out: &mut Vec<String>) {
    let kind = mail.ctype.mimetype.as_str();
    if mail.get_content_disposition().disposition == DispositionType::Attachment {
        return;
    }
    if kind == "multipart/alternative" {
        let wanted = |part: &ParsedMail| -> Option<Vec<String>> {
            let mut texts = Vec::new();
            collect(part, &mut texts);
            (!texts.is_empty()).then_some(texts)
        };
        // The plain form says the same with less around it.
        let plain = mail.subparts.iter().filter(|p| p.ctype.mimetype == "text/plain").find_map(wanted);
        out.extend(plain.or_else(|| mail.subparts.iter().find_map(wanted)).unwrap_or_default());
    } else if kind.starts_with("multipart/") {
        mail.subparts.iter().for_each(|part| collect(part, out));
    } else if matches!(kind, "text/plain" | "text/html") {
        let raw = mail.get_body_raw().unwrap_or_default();
        let charset = mail.ctype.params.get("charset").map_or("", String::as_str);
        let content = decode(&raw[..raw.len().min(4 * MAX_TEXT)], charset);
        let content = shortened(&content);
        let text = if kind == "text/html" {
            fold_markdown(&html_to_markdown(content, None))
        } else if mail.ctype.params.get("format").is_some_and(|f| f.eq_ignore_ascii_case("flowed")) {
            let joined = mail.ctype.params.get("delsp").is_some_and(|d| d.eq_ignore_ascii_case("yes"));
            fold_plain(&unflow(content, joined))
        } else {
            fold_plain(content)
        };
        if !text.is_empty() {
            out.push(text);
        }
    }
}

fn decode(bytes: &[u8], charset: &str) -> String {
    match Encoding::for_label(charset.trim().as_bytes()) {
        // Many programs say "us-ascii" or "iso-8859-1" and write UTF-8; valid UTF-8 beyond ASCII is no accident.
        Some(encoding)
            if !charset.eq_ignore_ascii_case("us-ascii") && std::str::from_utf8(bytes).is_err() =>
        {
            encoding.decode(bytes).0.into_owned()
        }
        Some(encoding) if !encoding.is_ascii_compatible() => encoding.decode(bytes).0.into_owned(),
        // ISO-2022-JP and its like are seven-bit, so they look like ASCII.
        Some(encoding) if bytes.contains(&0x1b) => encoding.decode(bytes).0.into_owned(),
        _ => lossy(bytes),
    }
}

/// Joins lines that a program broke to be joined again (RFC 3676).
fn unflow(text: &str, delete_space: bool) -> String {
    let mut out: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let depth = line.len() - line.trim_start_matches('>').len();
        let rest = &line[depth..];
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let signature = rest == "-- ";
        let flows = rest.ends_with(' ') && !signature;
        let piece = if flows && delete_space { &rest[..rest.len() - 1] } else { rest };
        match out.last_mut() {
            Some((at, joined)) if open && *at == depth && !signature => joined.push_str(piece),
            _ => out.push((depth, piece.to_owned())),
        }
        open = flows;
    }
    let mark = |depth: usize| if depth > 0 { format!("{} ", ">".repeat(depth)) } else { String::new() };
    out.iter().map(|(depth, line)| mark(*depth) + line).collect::<Vec<_>>().join("\n")
}

fn shortened(text: &str) -> &str {
    if text.len() <= MAX_TEXT {
        return text;
    }
    let end = (0..=MAX_TEXT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}
