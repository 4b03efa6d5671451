//! What is a question: a stated rule over kind, punctuation and form by language. Pure; what a person says
//! against it is in [`crate::marks`], and which channels count as a whole is a setting.
//!
//! An opening asks
//! 1. by its kind, when it is of a kind that is a question;
//! 2. by a question mark of any script that ends a clause, outside code, quotes and addresses;
//! 3. by its words, when a sentence of it begins as questions do in English, German, Spanish, French,
//!    Portuguese or Italian ("does anyone know", "weiß jemand"), with or without a question mark.
//!
//! A title counts as text. Kinds that cannot wait for an answer (joins, notices, replies) never ask.

mod backfill;
mod words;

pub(crate) use backfill::backfill;

use crate::Kind;

/// How an opening asks. The number is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asks {
    /// It does not.
    #[default]
    No = 0,
    /// By a question mark.
    Mark = 1,
    /// By its words.
    Words = 2,
    /// By its kind.
    Kind = 3,
}

impl Asks {
    /// As it is stored.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// From what is stored; an unknown number is no question.
    pub fn of_number(n: i64) -> Self {
        match n {
            1 => Self::Mark,
            2 => Self::Words,
            3 => Self::Kind,
            _ => Self::No,
        }
    }

    /// Why it counts, in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::No => "no question mark and no words that ask",
            Self::Mark => "it has a question mark",
            Self::Words => "it begins as questions do",
            Self::Kind => "its kind is a question",
        }
    }
}

/// Applies the rule to an opening.
pub fn asks(kind: Kind, title: Option<&str>, text: Option<&str>) -> Asks {
    if kind == Kind::QUESTION_ASKED {
        return Asks::Kind;
    }
    if !kind.opens() {
        return Asks::No;
    }
    let found = [title, text].map(|t| t.map_or(Asks::No, read));
    match found {
        [Asks::Mark, _] | [_, Asks::Mark] => Asks::Mark,
        [a, b] => a.max(b),
    }
}

/// The channels that a setting of names and ids means: everything opened there is a question. Names are
/// compared without `#` and without regard to case.
pub fn in_help_list(list: &str, name: &str, external_id: &str) -> bool {
    let plain = |s: &str| s.trim().trim_start_matches('#').to_lowercase();
    list.split([',', '\n']).map(plain).any(|e| !e.is_empty() && (e == plain(name) || e == plain(external_id)))
}

/// What a text says.
fn read(text: &str) -> Asks {
    quick(text).unwrap_or_else(|| Reader::new(text).read())
}

/// The answer for most texts, which have nothing but letters and full stops; `None` for others. An import asks
/// this of every message.
fn quick(text: &str) -> Option<Asks> {
    /// 1 may end a sentence, 2 is not for here.
    const CLASS: [u8; 256] = {
        let mut table = [0; 256];
        let mut b = 128;
        while b < 256 {
            table[b] = 2;
            b += 1;
        }
        let mut i = 0;
        let (ends, others) = (b".!:;\n", b"?`~>&]");
        while i < ends.len() {
            table[ends[i] as usize] = 1;
            i += 1;
        }
        i = 0;
        while i < others.len() {
            table[others[i] as usize] = 2;
            i += 1;
        }
        table
    };
    let bytes = text.as_bytes();
    let mut words = false;
    let mut look = |from: usize| {
        let rest = text[from..].trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        words = words || words::begin_a_question(rest);
    };
    if bytes.iter().any(|b| CLASS[usize::from(*b)] == 2) {
        return None;
    }
    look(0);
    look(list_mark(text, 0));
    for (at, _) in bytes.iter().enumerate().filter(|(_, b)| CLASS[usize::from(**b)] == 1) {
        if bytes[at] == b'\n' || bytes.get(at + 1).is_some_and(|b| matches!(b, b' ' | b'\n' | b'\t')) {
            look(at + 1);
        }
        if bytes[at] == b'\n' {
            look(list_mark(text, at + 1));
        }
    }
    Some(if words { Asks::Words } else { Asks::No })
}

/// Where a line goes on behind what indents it and the mark of a list (`1.`, `12)`).
fn list_mark(text: &str, from: usize) -> usize {
    let line = text[from..].trim_start_matches(INDENTS);
    let start = text.len() - line.len();
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let marked = (1..4).contains(&digits) && line[digits..].starts_with(['.', ')']);
    if marked { start + digits + 1 } else { start }
}

/// What may stand before a line's first word.
const INDENTS: [char; 6] = [' ', '\t', '#', '*', '+', '-'];

/// What the last thing before a mark was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing that could be asked.
    Nothing,
    /// A word, code, an address.
    Word,
    /// A Greek letter: there a semicolon asks.
    Greek,
}

/// Goes once through a text.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    before: Before,
    line_start: bool,
    sentence_start: bool,
    /// Whether the character before belongs to a word.
    in_word: bool,
    words: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            before: Before::Nothing,
            line_start: true,
            sentence_start: true,
            in_word: false,
            words: false,
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn read(mut self) -> Asks {
        while self.at < self.text.len() {
            if self.line_start {
                self.begin_line();
                continue;
            }
            let byte = self.text.as_bytes()[self.at];
            if byte.is_ascii() {
                if self.ascii(byte) {
                    return Asks::Mark;
                }
            } else {
                let Some(c) = self.rest().chars().next() else { break };
                if self.other(c) {
                    return Asks::Mark;
                }
            }
        }
        if self.words { Asks::Words } else { Asks::No }
    }

    /// Passes over quotes, fences, list marks and what indents a line.
    fn begin_line(&mut self) {
        self.line_start = false;
        self.sentence_start = true;
        self.in_word = false;
        let from = self.at;
        let line = self.rest().trim_start_matches(INDENTS);
        self.at = self.text.len() - line.len();
        if line.starts_with('>') || line.starts_with("&gt;") {
            self.skip_line();
        } else if let Some(after) = line.strip_prefix("~~~") {
            self.at = after.find("~~~").map_or(self.text.len(), |i| self.at + 3 + i + 3);
        } else {
            self.at = list_mark(self.text, from);
        }
    }

    fn skip_line(&mut self) {
        self.at = self.rest().find('\n').map_or(self.text.len(), |i| self.at + i);
    }

    /// One ASCII character; whether it asks.
    fn ascii(&mut self, byte: u8) -> bool {
        match byte {
            b'\n' => self.line_start = true,
            b' ' | b'\t' | b'\r' => self.in_word = false,
            b'?' => return self.mark(1),
            b';' if self.before == Before::Greek && self.clause_ends(1) => return true,
            b'`' => return self.code(),
            b']' if self.rest().starts_with("](") => self.link(),
            b'.' | b'!' | b':' | b';' => {
                let ends = self.rest()[1..].starts_with([' ', '\n', '\t']);
                self.sentence_start |= ends;
                self.in_word = false;
                if matches!(byte, b':' | b';') {
                    self.before = Before::Nothing;
                }
            }
            b')' | b']' | b'}' | b'"' | b'\'' | b'*' | b'_' | b'~' | b'%' | b',' | b'@' | b'<' | b'>' => {
                self.in_word = byte == b'\'' && self.in_word;
            }
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => return self.letter(byte),
            _ => {
                self.in_word = false;
                self.before = Before::Nothing;
            }
        }
        self.at += 1;
        false
    }

    fn letter(&mut self, byte: u8) -> bool {
        if !self.in_word {
            if matches!(byte, b'h' | b'H' | b'w' | b'W') && self.address() {
                return false;
            }
            self.begin_sentence();
            self.in_word = true;
        }
        self.before = Before::Word;
        let bytes = &self.text.as_bytes()[self.at..];
        self.at += bytes.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(bytes.len());
        false
    }

    /// Looks at the words here, where a sentence begins.
    fn begin_sentence(&mut self) {
        if std::mem::take(&mut self.sentence_start) && !self.words {
            self.words = words::begin_a_question(self.rest());
        }
    }

    /// One character beyond ASCII; whether it asks.
    fn other(&mut self, c: char) -> bool {
        let width = c.len_utf8();
        match c {
            '¿' if self.rest()[width..].trim_start().starts_with(char::is_alphanumeric) => return true,
            // These scripts may write on without a space.
            '？' | '؟' | '՞' | '፧' | '⸮' | '꘏' | '︖' | '﹖' if self.before != Before::Nothing => {
                return true;
            }
            '⁇' | '⁈' | '⁉' | '‽' => return self.mark(width),
            '\u{37e}' if self.before == Before::Greek && self.clause_ends(width) => return true,
            '。' | '！' | '…' => self.sentence_start = true,
            '(' | '（' | '«' | '„' | '“' => self.before = Before::Nothing,
            c if c.is_alphanumeric() => {
                if !self.in_word {
                    self.begin_sentence();
                    self.in_word = true;
                }
                let greek = matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}');
                self.before = if greek { Before::Greek } else { Before::Word };
                self.at += width;
                return false;
            }
            _ => {}
        }
        self.in_word = false;
        self.at += width;
        false
    }

    /// A question mark of this width: it asks behind a word and before the end of a clause.
    fn mark(&mut self, width: usize) -> bool {
        if self.before != Before::Nothing && self.clause_ends(width) {
            return true;
        }
        self.in_word = false;
        self.sentence_start |= self.rest()[width..].starts_with([' ', '\n', '\t']);
        self.at += width;
        false
    }

    fn clause_ends(&self, width: usize) -> bool {
        self.rest()[width..].chars().next().is_none_or(|c| {
            c.is_whitespace()
                || if c.is_ascii() {
                    b")]}\"'*_~`!?.,:;<|".contains(&(c as u8))
                } else {
                    !c.is_alphanumeric()
                }
        })
    }

    /// Code in backticks: passed over, and stands for a word.
    fn code(&mut self) -> bool {
        let rest = self.rest();
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        let (fence, inside) = rest.split_at(ticks);
        // Short runs close on their line; a fence that never closes runs to the end.
        let reach = if ticks < 3 { inside.find('\n').unwrap_or(inside.len()) } else { inside.len() };
        self.at += match inside[..reach].find(fence) {
            Some(end) => ticks + end + ticks,
            None if ticks < 3 => ticks,
            None => rest.len(),
        };
        self.before = Before::Word;
        self.in_word = false;
        false
    }

    /// The address of a Markdown link: passed over.
    fn link(&mut self) {
        let line = self.rest().lines().next().unwrap_or_default();
        // One character is passed by whoever called.
        self.at += line.find(')').unwrap_or(1);
        self.before = Before::Word;
    }

    /// An address: passed over without what closes the sentence around it; whether there was one.
    fn address(&mut self) -> bool {
        let rest = self.rest();
        let head = rest.as_bytes();
        let begins = |with: &[u8]| head.get(..with.len()).is_some_and(|h| h.eq_ignore_ascii_case(with));
        if !(begins(b"http://") || begins(b"https://") || begins(b"www.")) {
            return false;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | ')' | '|'))
            .unwrap_or(rest.len());
        let address = rest[..end].trim_end_matches(['?', '!', '.', ',', ':', ';', '\'', '*', '_']);
        self.at += address.len();
        self.before = Before::Word;
        self.sentence_start = false;
        true
    }
}

#[cfg(test)]
mod tests;
