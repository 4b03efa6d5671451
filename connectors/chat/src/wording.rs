//! What both importers say and do with text alike.

use connect::text::{link, without_query};
use connect::{Skipped, text};
use std::borrow::Cow;

/// A skipped record with its beginning.
pub(crate) fn skipped(reason: impl Into<String>, place: String, record: &[u8]) -> Skipped {
    let start = &record[..record.len().min(2_000)];
    Skipped { reason: reason.into(), place, excerpt: text::excerpt(&String::from_utf8_lossy(start)) }
}

/// Appends a reference to a file that is not part of the export: its name, and where it lies if that is an
/// address on the web. What follows `?` is left away: it holds tokens that expire.
pub(crate) fn add_file(out: &mut String, name: &str, url: Option<&str>) {
    if !out.is_empty() {
        out.push('\n');
        if !out.ends_with(")\n") {
            out.push('\n');
        }
    }
    out.push_str("File: ");
    match url {
        Some(url) => out.push_str(&link(name, without_query(url))),
        None => out.push_str(&text::harmless(name)),
    }
}

/// The text, without characters that no database stores; `None` when nothing is left.
pub(crate) fn finished(text: String) -> Option<String> {
    let text = if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text };
    (!text.trim().is_empty()).then_some(text)
}

/// The first of these that is there and not blank.
pub(crate) fn first_of<'a>(candidates: &[Option<&'a str>]) -> Option<&'a str> {
    candidates.iter().flatten().copied().find(|c| !c.trim().is_empty())
}

/// The bytes as text; the flag says whether something had to be replaced.
pub(crate) fn decoded(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    let text = String::from_utf8_lossy(bytes);
    let lossy = matches!(text, Cow::Owned(_));
    (text, lossy)
}
