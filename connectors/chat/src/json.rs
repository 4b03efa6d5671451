//! Cuts large JSON documents into their records without building them, so that memory stays that of one
//! record, and one bad record spoils no other.

use base::Result;
use serde::de::DeserializeOwned;
use std::io::Read;

/// The most bytes that one record may have; vendors allow a few thousand characters a message.
const MAX_RECORD: usize = 16 << 20;

/// A part of a document.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// A member of the outer object that does not hold the records: its name and its value as it stands.
    Member(&'a str, &'a [u8]),
    /// The records begin.
    Start,
    /// One record as it stands.
    Record(&'a [u8]),
    /// A record that is too large to be one; its beginning.
    Oversize(&'a [u8]),
}

/// Why a document could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// In words that follow the file's name or stand alone: "breaks off".
    pub reason: &'static str,
    /// Where, in bytes from the beginning.
    pub offset: u64,
}

const EMPTY: &str = "the file is empty";
const BREAKS_OFF: &str = "the file breaks off";
const NOT_JSON: &str = "not valid JSON";
const NOT_UTF8: &str = "not UTF-8 text (it is UTF-16); save it as UTF-8";
pub(crate) const OTHER_FORM: &str = "not a list of messages";

/// Cuts a document. With `holder`, the records are the elements of that member of the outer object;
/// without, the document itself is the list. `each` says whether to go on. A flaw ends the document; what
/// came before it has been handed over.
pub(crate) fn split(
    reader: &mut dyn Read,
    holder: Option<&str>,
    each: &mut dyn FnMut(Piece<'_>) -> Result<bool>,
) -> Result<Option<Flaw>> {
    let mut scanner = Scanner::new(reader);
    let stop = scanner.document(holder, each);
    match stop {
        Ok(()) | Err(Stop::Asked) => Ok(None),
        Err(Stop::Flaw(reason)) => Ok(Some(Flaw { reason, offset: scanner.offset() })),
        Err(Stop::Error(e)) => Err(e),
    }
}

enum Stop {
    Asked,
    Flaw(&'static str),
    Error(base::Error),
}

type Step<T> = std::result::Result<T, Stop>;

struct Scanner<'r> {
    reader: &'r mut dyn Read,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    base: u64,
}

impl<'r> Scanner<'r> {
    fn new(reader: &'r mut dyn Read) -> Self {
        Self { reader, buffer: vec![0; 1 << 16], at: 0, filled: 0, base: 0 }
    }

    fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Reads more; `false` at the end. A reader that fails ends the document: the archive reader has
    /// recorded why.
    fn fill(&mut self) -> bool {
        self.base += self.filled as u64;
        (self.at, self.filled) = (0, 0);
        loop {
            match self.reader.read(&mut self.buffer) {
                Ok(n) => {
                    self.filled = n;
                    return n > 0;
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }

    fn peek(&mut self) -> Step<u8> {
        loop {
            while self.at < self.filled {
                let c = self.buffer[self.at];
                if !c.is_ascii_whitespace() {
                    return Ok(c);
                }
                self.at += 1;
            }
            if !self.fill() {
                return Err(Stop::Flaw(BREAKS_OFF));
            }
        }
    }

    fn expect(&mut self, wanted: u8) -> Step<()> {
        if self.peek()? != wanted {
            return Err(Stop::Flaw(NOT_JSON));
        }
        self.at += 1;
        Ok(())
    }

    fn document(
        &mut self,
        holder: Option<&str>,
        each: &mut dyn FnMut(Piece<'_>) -> Result<bool>,
    ) -> Step<()> {
        if !self.fill() {
            return Err(Stop::Flaw(EMPTY));
        }
        match &self.buffer[..self.filled] {
            [0xef, 0xbb, 0xbf, ..] => self.at = 3,
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(Stop::Flaw(NOT_UTF8)),
            _ => {}
        }
        let first = self.peek().map_err(|_| Stop::Flaw(EMPTY))?;
        let mut buffer = Vec::new();
        match (first, holder) {
            (b'[', None) => self.list(&mut buffer, each),
            (b'{', Some(holder)) => self.object(holder, &mut buffer, each),
            (b'[' | b'{', _) => Err(Stop::Flaw(OTHER_FORM)),
            _ => Err(Stop::Flaw(NOT_JSON)),
        }
    }

    fn object(
        &mut self,
        holder: &str,
        buffer: &mut Vec<u8>,
        each: &mut dyn FnMut(Piece<'_>) -> Result<bool>,
    ) -> Step<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            return Ok(());
        }
        loop {
            self.value(buffer)?;
            let Ok(name) = serde_json::from_slice::<String>(buffer) else {
                return Err(Stop::Flaw(NOT_JSON));
            };
            self.expect(b':')?;
            if name == holder && self.peek()? == b'[' {
                hand(each, Piece::Start)?;
                self.list(buffer, each)?;
            } else if self.value(buffer)? {
                hand(each, Piece::Member(&name, buffer))?;
            }
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => return Ok(()),
                _ => return Err(Stop::Flaw(NOT_JSON)),
            }
        }
    }

    fn list(&mut self, buffer: &mut Vec<u8>, each: &mut dyn FnMut(Piece<'_>) -> Result<bool>) -> Step<()> {
        self.expect(b'[')?;
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(());
        }
        loop {
            let fits = self.value(buffer)?;
            hand(each, if fits { Piece::Record(buffer) } else { Piece::Oversize(buffer) })?;
            match self.peek()? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Stop::Flaw(NOT_JSON)),
            }
        }
    }

    /// Copies the next value; `false` when it is too large, and then only its beginning is there.
    fn value(&mut self, out: &mut Vec<u8>) -> Step<bool> {
        out.clear();
        let mut fits = true;
        let scalar = !matches!(self.peek()?, b'{' | b'[' | b'"');
        let (mut depth, mut in_string, mut escaped) = (0_u64, false, false);
        loop {
            if self.at == self.filled && !self.fill() {
                return Err(Stop::Flaw(BREAKS_OFF));
            }
            let chunk = &self.buffer[self.at..self.filled];
            let end = if scalar {
                chunk.iter().position(|c| matches!(c, b',' | b']' | b'}' | b':') || c.is_ascii_whitespace())
            } else {
                container_end(chunk, &mut depth, &mut in_string, &mut escaped)
            };
            let taken = end.unwrap_or(chunk.len());
            if fits {
                let room = MAX_RECORD - out.len();
                fits = taken <= room;
                out.extend_from_slice(&chunk[..taken.min(room)]);
            }
            self.at += taken;
            if end.is_some() {
                return if out.is_empty() { Err(Stop::Flaw(NOT_JSON)) } else { Ok(fits) };
            }
        }
    }
}

/// Just after the string, list or object that is open; `None` when the chunk ends before.
fn container_end(chunk: &[u8], depth: &mut u64, in_string: &mut bool, escaped: &mut bool) -> Option<usize> {
    for (i, c) in chunk.iter().enumerate() {
        if *in_string {
            match c {
                _ if *escaped => *escaped = false,
                b'\\' => *escaped = true,
                b'"' => {
                    *in_string = false;
                    if *depth == 0 {
                        return Some(i + 1);
                    }
                }
                _ => {}
            }
            continue;
        }
        match c {
            b'"' => *in_string = true,
            b'{' | b'[' => *depth += 1,
            b'}' | b']' => {
                *depth = depth.saturating_sub(1);
                if *depth == 0 {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn hand(each: &mut dyn FnMut(Piece<'_>) -> Result<bool>, piece: Piece<'_>) -> Step<()> {
    match each(piece) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Stop::Asked),
        Err(e) => Err(Stop::Error(e)),
    }
}

/// Reads one record. Bytes that are not UTF-8 and halves of surrogate pairs become U+FFFD; the flag says
/// whether that was needed.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> std::result::Result<(T, bool), &'static str> {
    let error = match serde_json::from_slice(bytes) {
        Ok(record) => return Ok((record, false)),
        Err(e) => e,
    };
    let mended = mend_surrogates(&String::from_utf8_lossy(bytes));
    if mended.as_bytes() != bytes
        && let Ok(record) = serde_json::from_str(&mended)
    {
        return Ok((record, true));
    }
    let text = error.to_string();
    Err(if text.contains("recursion limit") {
        "nested too deeply"
    } else if error.is_data() {
        "not a record of the expected form"
    } else {
        NOT_JSON
    })
}

/// Replaces `\uD8xx` without its second half, and second halves alone, by `\uFFFD`.
fn mend_surrogates(text: &str) -> String {
    let half = |at: usize, range: std::ops::RangeInclusive<u32>| {
        text.get(at..at + 2).is_some_and(|t| t == "\\u")
            && text
                .get(at + 2..at + 6)
                .and_then(|t| u32::from_str_radix(t, 16).ok())
                .is_some_and(|n| range.contains(&n))
    };
    let mut out = String::with_capacity(text.len());
    let (mut from, mut at) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        let start = at + found;
        if half(start, 0xd800..=0xdbff) && half(start + 6, 0xdc00..=0xdfff) {
            at = start + 12;
        } else if half(start, 0xd800..=0xdfff) {
            out.push_str(&text[from..start]);
            out.push_str("\\ufffd");
            at = start + 6;
            from = at;
        } else {
            // The character behind the backslash may be any, of any length.
            at = start + 1 + text[start + 1..].chars().next().map_or(0, char::len_utf8);
        }
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, holder: Option<&str>, expect: &str) {
        let mut said = Vec::new();
        let flaw = split(&mut input.as_bytes(), holder, &mut |piece| {
            said.push(match piece {
                Piece::Member(name, value) => format!("{name}={}", String::from_utf8_lossy(value)),
                Piece::Start => "start".into(),
                Piece::Record(r) => String::from_utf8_lossy(r).into_owned(),
                Piece::Oversize(_) => "oversize".into(),
            });
            Ok(true)
        })
        .expect("no error of ours");
        if let Some(flaw) = flaw {
            said.push(format!("! {}", flaw.reason));
        }
        assert_eq!(said.join(" | "), expect, "{input}");
    }

    #[test]
    fn documents_are_cut_into_records() {
        check("[]", None, "");
        check(" [1, \"a]\\\"\" ,{\"b\":[2]}] ", None, "1 | \"a]\\\"\" | {\"b\":[2]}");
        check("\u{feff}[true]", None, "true");
        check("{\"a\":1,\"m\":[{},{}],\"c\":[3]}", Some("m"), "a=1 | start | {} | {} | c=[3]");
        check("{}", Some("m"), "");
        check("{\"m\":null}", Some("m"), "m=null");
    }

    #[test]
    fn flaws_end_a_document_and_keep_what_came_before() {
        check("", None, "! the file is empty");
        check("  ", None, "! the file is empty");
        check("[1,{\"a\":", None, "1 | ! the file breaks off");
        check("[1 2]", None, "1 | ! not valid JSON");
        check("[1,]", None, "1 | ! not valid JSON");
        check("<html>", None, "! not valid JSON");
        check("{\"a\":1}", None, "! not a list of messages");
        check("[", Some("m"), "! not a list of messages");
        let deep = "[".repeat(100_000);
        check(&deep, None, "! the file breaks off");
    }

    #[test]
    fn records_of_any_size_are_passed() {
        let long = format!("[\"{}\",2]", "x".repeat(200_000));
        let mut sizes = Vec::new();
        split(&mut long.as_bytes(), None, &mut |p| {
            if let Piece::Record(r) = p {
                sizes.push(r.len());
            }
            Ok(true)
        })
        .expect("no error of ours");
        assert_eq!(sizes, [200_002, 1]);
    }

    #[test]
    fn broken_text_is_mended() {
        let (text, mended): (String, bool) = parse(b"\"a\\ud83d \\ud83d\\ude00 \\\\ud83d\"").expect("text");
        assert_eq!((text.as_str(), mended), ("a\u{fffd} \u{1f600} \\ud83d", true));
        let (text, mended): (String, bool) = parse(b"\"caf\xe9\"").expect("text");
        assert_eq!((text.as_str(), mended), ("caf\u{fffd}", true));
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        assert_eq!(parse::<serde_json::Value>(deep.as_bytes()).expect_err("deep"), "nested too deeply");
        assert_eq!(parse::<String>(b"3").expect_err("a number"), "not a record of the expected form");
    }
}
