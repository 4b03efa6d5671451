//! How good a hit is, and what of its text is shown. Computed here from the words themselves, so that both databases
//! rank alike.

use super::query::Term;
use super::tokens::{Token, each_token, tokens};
use base::Micros;
use std::ops::Range;

/// Bytes of a text that are looked at for its score.
const LOOKED_AT: usize = 3_000;
/// Words of a usual message, for weighing long ones.
const USUAL: f64 = 24.0;
/// After so long a message is worth half as much for being new: 120 days.
const HALF_LIFE: f64 = 120.0 * 86_400e6;
/// Characters of a text that are shown.
const SHOWN: usize = 260;
/// How many of them stand before the first hit.
const LEAD: usize = 70;

/// What a score is made of beside the words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside {
    pub age: Micros,
    pub reactions: i64,
    pub opens: bool,
}

/// The score of a message in thousandths: how often the words are in it for its length (as in BM25), whether they
/// stand together or in its title, how new it is, reactions, and whether it opens a conversation.
pub(crate) fn score(terms: &[Term], title: Option<&str>, text: &str, beside: Beside) -> i64 {
    let words = plain_words(cut(text, LOOKED_AT));
    let title = title.map(plain_words).unwrap_or_default();
    let length = 1.2 * (0.25 + 0.75 * words.len() as f64 / USUAL);
    let mut score = 0.0;
    let mut firsts: Vec<usize> = Vec::with_capacity(terms.len());
    for term in terms {
        let mut times = 0;
        for at in term.places(&words).take(50) {
            if times == 0 {
                firsts.push(at);
            }
            times += 1;
        }
        let times = f64::from(times);
        score += times * 2.2 / (times + length);
        score += if term.places(&title).next().is_some() { 1.5 } else { 0.0 };
    }
    if firsts.len() >= 2 {
        let spread = firsts.iter().max().unwrap_or(&0) - firsts.iter().min().unwrap_or(&0);
        score += terms.len() as f64 / (spread as f64).max(terms.len() as f64 - 1.0);
    }
    score += 2.0 * (-(beside.age.max(0) as f64) / HALF_LIFE).exp2();
    score += 0.25 * (1.0 + beside.reactions.max(0) as f64).ln();
    score += if beside.opens { 0.2 } else { 0.0 };
    (score * 1000.0).round() as i64
}

fn plain_words(text: &str) -> Vec<String> {
    let mut out = Vec::with_capacity(text.len() / 6);
    each_token(text, &mut |word, _, _| out.push(word.to_owned()));
    out
}

/// The beginning of a text, at most so many bytes.
fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// A piece of a text, found or not.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Piece {
    /// The text as it is written.
    pub text: String,
    /// Whether it is what was searched for.
    pub hit: bool,
}

/// A text with what was found marked, whole.
pub(crate) fn marked(terms: &[Term], text: &str) -> Vec<Piece> {
    pieces(text, 0..text.len(), &hits(terms, &tokens(text)))
}

/// The part of a text in which most was found, in one line, with what was found marked.
pub(crate) fn excerpt(terms: &[Term], text: &str) -> Vec<Piece> {
    let looked_at = cut(text, 40_000);
    let hits = hits(terms, &tokens(looked_at));
    let best = hits.iter().map(|h| h.start).max_by_key(|start| {
        let near = hits.iter().filter(|h| h.start >= *start && h.end <= start + SHOWN - LEAD).count();
        (near, std::cmp::Reverse(*start))
    });
    let from = best.filter(|b| *b > LEAD).map_or(0, |b| word_start(text, b - LEAD));
    let until = word_end(text, from + SHOWN);
    let mut out = pieces(text, from..until, &hits);
    if from > 0 {
        out.insert(0, Piece { text: "… ".into(), hit: false });
    }
    if until < text.len() {
        out.push(Piece { text: " …".into(), hit: false });
    }
    out
}

/// The places of what was found, one behind the other.
fn hits(terms: &[Term], tokens: &[Token]) -> Vec<Range<usize>> {
    let words: Vec<&str> = tokens.iter().map(|t| t.word.as_str()).collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    for term in terms {
        for at in term.places(&words) {
            let last = at + term.words.len() - 1;
            found.push(tokens[at].range.start..tokens[last].range.end);
        }
    }
    found.sort_unstable_by_key(|r| (r.start, r.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match out.last_mut() {
            Some(before) if range.start <= before.end => before.end = before.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

fn pieces(text: &str, span: Range<usize>, hits: &[Range<usize>]) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut push = |range: Range<usize>, hit: bool| {
        if range.start < range.end {
            out.push(Piece { text: one_line(&text[range]), hit });
        }
    };
    let mut at = span.start;
    for hit in hits.iter().filter(|h| h.start >= span.start && h.start < span.end) {
        let end = hit.end.min(span.end);
        push(at..hit.start, false);
        push(hit.start..end, true);
        at = end;
    }
    push(at..span.end, false);
    out
}

/// A text in one line, without the signs of Markdown for bold.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("**", "").chars() {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

/// The beginning of the word at or after a place.
fn word_start(text: &str, at: usize) -> usize {
    let at = text.ceil_char_boundary(at.min(text.len()));
    let rest = &text[at..];
    rest.char_indices().take(40).find(|(_, c)| c.is_whitespace()).map_or(at, |(i, c)| at + i + c.len_utf8())
}

/// The end of the word at or before a place.
fn word_end(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    let at = text.floor_char_boundary(at);
    let before = &text[..at];
    before.char_indices().rev().take(40).find(|(_, c)| c.is_whitespace()).map_or(at, |(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Query;

    fn terms(text: &str) -> Vec<Term> {
        Query::parse(text).expect("a query").words
    }

    fn shown(pieces: &[Piece]) -> String {
        pieces.iter().map(|p| if p.hit { format!("[{}]", p.text) } else { p.text.clone() }).collect()
    }

    #[test]
    fn what_was_found_is_marked_as_it_is_written() {
        let check = |query: &str, text: &str, expect: &str| {
            assert_eq!(shown(&marked(&terms(query), text)), expect, "{query}");
        };
        check("creme", "Die Crème\n\nbrûlée", "Die [Crème] brûlée");
        check("\"open door\" door", "open door, door", "[open door], [door]");
        check("gard*", "Garden gardens guard", "[Garden] [gardens] guard");
        check("foo_bar", "call foo_bar() or foo", "call [foo_bar]() or foo");
        check("日本語", "これは日本語です", "これは[日本語]です");
        check("none", "plain <b>", "plain <b>");
    }

    #[test]
    fn the_excerpt_is_where_most_was_found() {
        let text =
            format!("seeds {} where are seeds and soil kept {}", "filler ".repeat(80), "more ".repeat(80));
        let out = shown(&excerpt(&terms("seeds soil"), &text));
        assert!(out.starts_with("… ") && out.ends_with(" …"), "{out}");
        assert!(out.contains("where are [seeds] and [soil] kept"), "{out}");
        assert!(out.chars().count() < 320, "{out}");
        assert_eq!(shown(&excerpt(&terms("x"), "short")), "short");
        let wide = "é".repeat(2_000);
        assert!(!excerpt(&terms("x"), &wide).is_empty());
    }

    #[test]
    fn better_hits_score_higher() {
        let base = Beside { age: 0, reactions: 0, opens: false };
        let score = |text: &str, beside: Beside| super::score(&terms("red door"), None, text, beside);
        let near = score("the red door is open", base);
        assert!(near > score("the red car stood in front of the door", base));
        assert!(near > score("the red door is open", Beside { age: 400 * 86_400_000_000, ..base }));
        assert!(near < score("the red door is open", Beside { reactions: 5, ..base }));
        assert!(near < super::score(&terms("red door"), Some("Red door"), "the red door is open", base));
        assert!(near > score(&format!("the red door is open {}", "and so on ".repeat(60)), base));
    }
}
