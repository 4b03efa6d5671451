//! The one tokeniser. What it makes of a text is what both databases index, what a query is made of, and what is
//! highlighted, so that all of them agree on what a word is.
//!
//! Letters lose case and accents (compatibility forms become plain ones), everything but letters and digits
//! separates: `foo_bar`, `it's` and an address become several words, and are found as a phrase of them. Scripts
//! that write no spaces become pairs of characters. `c++` and `c#` stay whole.

use std::ops::Range;
use unicode_normalization::char::decompose_compatible;

/// The longest word in bytes; what is longer is cut.
const WORD_MAX: usize = 64;
/// What neither is a letter nor ends a word: soft hyphens, joiners, variation selectors.
const NO_BOUNDARY: [char; 6] = ['\u{ad}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{fe0e}', '\u{fe0f}'];

/// A word and where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// The word in its plain form.
    pub word: String,
    /// The bytes of the text that it was made of.
    pub range: Range<usize>,
    /// Whether it is one character of a script without spaces that ends its run: a query leaves it out where the
    /// text may go on.
    pub tail: bool,
}

/// The words of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::with_capacity(text.len() / 6);
    each_token(text, &mut |word, range, tail| out.push(Token { word: word.to_owned(), range, tail }));
    out
}

/// Calls `each` for the words of a text, in order: the word, its place in the text, whether it is a tail.
pub(crate) fn each_token(text: &str, each: &mut dyn FnMut(&str, Range<usize>, bool)) {
    let mut reader = Reader { text, each, word: String::with_capacity(WORD_MAX), begun: 0, run: Vec::new() };
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_alphanumeric() {
            reader.letter(byte.to_ascii_lowercase() as char, at);
            at += 1;
            continue;
        }
        if byte.is_ascii() {
            let kept = reader.suffix(at);
            reader.end(at + kept);
            at += kept.max(1);
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        reader.beyond_ascii(c, at);
        at += c.len_utf8();
    }
    reader.end(text.len());
}

struct Reader<'a> {
    text: &'a str,
    each: &'a mut dyn FnMut(&str, Range<usize>, bool),
    word: String,
    begun: usize,
    /// Characters of a script without spaces, with their places.
    run: Vec<(char, Range<usize>)>,
}

impl Reader<'_> {
    fn letter(&mut self, c: char, at: usize) {
        if !self.run.is_empty() {
            self.end_run();
        }
        if self.word.is_empty() {
            self.begun = at;
        }
        if self.word.len() + c.len_utf8() <= WORD_MAX {
            self.word.push(c);
        }
    }

    /// How many bytes of `++` or `#` belong to the one letter before them: `c++`, `f#`.
    fn suffix(&mut self, at: usize) -> usize {
        if self.word.len() != 1 || !self.word.as_bytes()[0].is_ascii_lowercase() {
            return 0;
        }
        let rest = &self.text.as_bytes()[at..];
        let after = |n: usize| rest.get(n).copied().unwrap_or(b' ');
        if rest.starts_with(b"++") && !after(2).is_ascii_alphabetic() && after(2) != b'+' {
            self.word.push_str("++");
            2
        } else if rest.starts_with(b"#") && !after(1).is_ascii_alphanumeric() && after(1) != b'#' {
            self.word.push('#');
            1
        } else {
            0
        }
    }

    fn beyond_ascii(&mut self, c: char, at: usize) {
        let place = at..at + c.len_utf8();
        if without_spaces(c) {
            self.end_word(at);
            self.run.push((c, place));
            return;
        }
        if NO_BOUNDARY.contains(&c) || is_accent(c) {
            return;
        }
        let mut pieces: [char; 20] = ['\0'; 20];
        let mut n = 0;
        decompose_compatible(c, |piece| {
            for lower in piece.to_lowercase().filter(|l| !is_accent(*l)) {
                if n < pieces.len() {
                    pieces[n] = lower;
                    n += 1;
                }
            }
        });
        for &piece in &pieces[..n] {
            if without_spaces(piece) {
                self.end_word(at);
                self.run.push((piece, place.clone()));
            } else if let Some(plain) = plain_letters(piece) {
                plain.chars().for_each(|p| self.letter(p, at));
            } else if piece.is_alphanumeric() || is_mark(piece) {
                self.letter(piece, at);
            } else {
                // A character can fall into two words: ½ is 1 and 2.
                self.end(if self.begun == at { place.end } else { at });
            }
        }
    }

    fn end(&mut self, at: usize) {
        self.end_word(at);
        self.end_run();
    }

    fn end_word(&mut self, at: usize) {
        if !self.word.is_empty() {
            (self.each)(&self.word, self.begun..at, false);
            self.word.clear();
        }
    }

    /// Every two neighbours, and the last one alone, so that every character begins a word.
    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        let mut word = String::with_capacity(8);
        for (i, (c, place)) in run.iter().enumerate() {
            word.clear();
            word.push(*c);
            match run.get(i + 1) {
                Some((next, until)) => {
                    word.push(*next);
                    (self.each)(&word, place.start..until.end, false);
                }
                None => (self.each)(&word, place.clone(), true),
            }
        }
        self.run = run;
        self.run.clear();
    }
}

/// Whether a character belongs to a script that writes no spaces between words (Korean has some, but joins
/// particles to words).
fn without_spaces(c: char) -> bool {
    matches!(u32::from(c),
        0x0e01..=0x0e3a | 0x0e40..=0x0e4e | 0x0e81..=0x0ece | 0x1000..=0x104f | 0x1780..=0x17d3
        | 0x3005..=0x3007 | 0x3041..=0x3096 | 0x30a1..=0x30fa | 0x30fc..=0x30ff | 0x31f0..=0x31ff
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xac00..=0xd7a3 | 0x20000..=0x3ffff)
}

/// Whether a character is an accent that is left out: of Latin, Greek and Cyrillic, and the vowel signs of Hebrew
/// and Arabic. Signs of other scripts are part of their words.
fn is_accent(c: char) -> bool {
    matches!(u32::from(c),
        0x0300..=0x036f | 0x0483..=0x0487 | 0x0591..=0x05bd | 0x05bf | 0x05c1..=0x05c2 | 0x05c4..=0x05c5
        | 0x0610..=0x061a | 0x064b..=0x065f | 0x0670 | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff
        | 0x3099..=0x309a | 0xfe20..=0xfe2f)
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Letters that have no accent to take off and yet are written plainly.
fn plain_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let found: Vec<String> = tokens(text).into_iter().map(|t| t.word).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn words_lose_case_accents_and_forms() {
        check("Hello, WORLD!", &["hello", "world"]);
        check("Crème brûlée à Orléans", &["creme", "brulee", "a", "orleans"]);
        check("cre\u{300}me", &["creme"]);
        check("Straße Øre Łódź İstanbul", &["strasse", "ore", "lodz", "istanbul"]);
        check("ﬁne Ｆｕｌｌ ① x²", &["fine", "full", "1", "x2"]);
        check("ΌΔΟΣ Ёлка", &["οδοσ", "елка"]);
        check("co\u{ad}operate", &["cooperate"]);
        check("", &[]);
        check(" .,! ", &[]);
    }

    #[test]
    fn names_of_code_and_places_fall_into_words() {
        check("foo_bar::baz-qux", &["foo", "bar", "baz", "qux"]);
        check("https://example.org/a?b=1", &["https", "example", "org", "a", "b", "1"]);
        check("#123 @ana.dev #general", &["123", "ana", "dev", "general"]);
        check("it's 3.5 kg", &["it", "s", "3", "5", "kg"]);
        check("C++, C# and F#; c++17", &["c++", "c#", "and", "f#", "c++", "17"]);
        check("a+b c+++ x#y ana++ c##", &["a", "b", "c", "x", "y", "ana", "c"]);
        check("c++", &["c++"]);
        check("C#", &["c#"]);
    }

    #[test]
    fn scripts_without_spaces_become_pairs() {
        check("日本語", &["日本", "本語", "語"]);
        check("日", &["日"]);
        check("Rust日本x", &["rust", "日本", "本", "x"]);
        check("ガード", &["ガー", "ード", "ド"]);
        check("한국어 글", &["한국", "국어", "어", "글"]);
        check("हिन्दी में", &["हिन्दी", "में"]);
    }

    #[test]
    fn every_word_knows_its_place() {
        for text in ["Crème brûlée C++ 日本語!", "İx ﬁ ½ e\u{301}e", "a🙂b", "x² y³"] {
            for token in tokens(text) {
                let range = token.range.clone();
                assert!(range.start < range.end, "{token:?} of {text}");
                assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end), "{token:?}");
            }
        }
        let found = tokens("say Crème");
        assert_eq!(&"say Crème"[found[1].range.clone()], "Crème");
    }

    #[test]
    fn long_words_are_cut() {
        let long = "x".repeat(500);
        assert_eq!(tokens(&long)[0].word.len(), WORD_MAX);
        assert_eq!(tokens(&long)[0].range, 0..500);
    }
}
