//! What a mail says about itself: its header lines, ids, dates and people. Vendors' rules live here.

use base::Micros;
use connect::wall_clock;
use encoding_rs::WINDOWS_1252;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// More references than this are older than any thread; the last ones are kept.
const MAX_IDS: usize = 1_000;

/// The header of one message.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Head {
    /// The Message-ID, without brackets.
    pub id: Option<String>,
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    pub from: Option<Person>,
    /// When the Date header says it was sent, if that can be read.
    pub date: Option<Micros>,
    pub subject: String,
    /// Whether the body has an encoding or parts.
    pub mime: bool,
    /// The list's own id, if it has one.
    pub list: Option<String>,
}

/// Who wrote.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Person {
    /// Lower case; " at " read as "@".
    pub address: String,
    pub name: Option<String>,
}

impl Head {
    /// Reads the header lines of a message and returns them with where the body begins; `None` when there
    /// are none.
    pub fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let mut head = Self::default();
        let (fields, body) = fields(bytes);
        if fields.is_empty() {
            return None;
        }
        for (name, value) in fields {
            match name.as_str() {
                "message-id" if head.id.is_none() => head.id = ids(&lossy(&value)).into_iter().next(),
                "in-reply-to" if head.in_reply_to.is_empty() => head.in_reply_to = ids(&lossy(&value)),
                "references" if head.references.is_empty() => head.references = ids(&lossy(&value)),
                "date" if head.date.is_none() => head.date = date(&lossy(&value)),
                "from" if head.from.is_none() => head.from = person(&value),
                "subject" if head.subject.is_empty() => head.subject = decoded(&value),
                "list-id" if head.list.is_none() => head.list = Some(lossy(&value)),
                "content-type" | "content-transfer-encoding" => head.mime = true,
                _ => {}
            }
        }
        Some((head, body))
    }

    /// Whether it answers something: it names at least one id.
    pub fn is_reply(&self) -> bool {
        !self.in_reply_to.is_empty() || !self.references.is_empty()
    }
}

/// Header lines, unfolded, names in lower case; and where the body begins.
fn fields(bytes: &[u8]) -> (Vec<(String, Vec<u8>)>, usize) {
    let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
    let mut at = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        at += line.len();
        let text = line.trim_ascii_end();
        if text.is_empty() {
            break;
        }
        if matches!(line[0], b' ' | b'\t') {
            if let Some((_, value)) = fields.last_mut() {
                value.push(b' ');
                value.extend_from_slice(text.trim_ascii_start());
            }
            continue;
        }
        let Some(colon) = text.iter().position(|b| *b == b':') else { continue };
        let name = &text[..colon];
        if !name.is_empty() && name.iter().all(|b| b.is_ascii_graphic()) {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            fields.push((name, text[colon + 1..].trim_ascii().to_vec()));
        }
    }
    (fields, at)
}

/// The ids in a header: what stands between `<` and `>`, without white space; else a single word with `@`.
pub(super) fn ids(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in value.split('<').skip(1) {
        if let Some((id, _)) = piece.split_once('>') {
            let id: String = id.chars().filter(|c| !c.is_whitespace()).collect();
            if !id.is_empty() {
                found.push(id);
            }
        }
    }
    let word = value.trim();
    if !value.contains(['<', '>']) && word.contains('@') && !word.contains(char::is_whitespace) {
        found.push(word.to_owned());
    }
    if found.len() > MAX_IDS {
        found.drain(..found.len() - MAX_IDS);
    }
    found
}

/// The date of a `From ` line, outer `None` when the line is not one. The date itself may be impossible.
pub(super) fn from_line_date(line: &str) -> Option<Option<Micros>> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    // Some programs put an offset before or after the year.
    let offset =
        |w: &str| w.len() == 5 && w.starts_with(['+', '-']) && w[1..].bytes().all(|b| b.is_ascii_digit());
    let offsets = words.iter().rev().take(2).filter(|w| offset(w)).count();
    let plain: Vec<&str> = words.iter().copied().filter(|w| offsets == 0 || !offset(w)).collect();
    let start = plain.len().checked_sub(5).filter(|s| *s >= 2)?;
    let [weekday, month, day, time, year] = plain[start..] else { return None };
    let digits = |w: &str, least: usize, most: usize| {
        (least..=most).contains(&w.len()) && w.bytes().all(|b| b.is_ascii_digit())
    };
    let clock: Vec<&str> = time.split(':').collect();
    let fits = DAYS.contains(&weekday.to_ascii_lowercase().as_str())
        && MONTHS.contains(&month.to_ascii_lowercase().as_str())
        && digits(day, 1, 2)
        && digits(year, 4, 4)
        && clock.len() == 3
        && clock.iter().all(|part| digits(part, 1, 2));
    let zone = words.iter().rev().take(2).find(|w| offset(w)).copied().unwrap_or("");
    fits.then(|| date(&format!("{day} {month} {year} {time} {zone}")))
}

/// A date as mail writes it (RFC 5322 and what is older), in UTC. The weekday may be missing, hours may have
/// one digit, and a missing or unknown zone is UTC.
pub(super) fn date(text: &str) -> Option<Micros> {
    let text = without_comments(text);
    let mut words = text.split([' ', '\t', ',', '\r', '\n']).filter(|w| !w.is_empty()).peekable();
    if words.peek().is_some_and(|w| DAYS.iter().any(|d| begins(w, d))) {
        words.next();
    }
    let (mut numbers, mut month, mut clock, mut offset) = (Vec::new(), None, None, None);
    for word in words {
        if word.contains(':') && clock.is_none() {
            clock = Some(time_of_day(word)?);
        } else if word.bytes().all(|b| b.is_ascii_digit()) && numbers.len() < 2 {
            numbers.push(word);
        } else if let Some(at) = MONTHS.iter().position(|m| begins(word, m)).filter(|_| month.is_none()) {
            month = Some(at as u32 + 1);
        } else if clock.is_some() && offset.is_none() {
            offset = Some(zone_seconds(word)?);
        }
    }
    let [day, year] = numbers[..] else { return None };
    let (hour, minute, second) = clock?;
    let local = wall_clock(full_year(year)?, month?, day.parse().ok()?, hour, minute, second)?;
    Some(local - offset.unwrap_or(0) * 1_000_000).filter(|at| *at >= 0)
}

fn begins(word: &str, name: &str) -> bool {
    word.get(..3).is_some_and(|w| w.eq_ignore_ascii_case(name))
        && word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'.')
}

fn full_year(text: &str) -> Option<u32> {
    let year: u32 = text.parse().ok()?;
    // RFC 5322, 4.3: two digits below 50 are of this century, other short years count from 1900.
    match text.len() {
        4 => Some(year),
        2 if year < 50 => Some(2000 + year),
        2 | 3 => Some(1900 + year),
        _ => None,
    }
}

fn time_of_day(word: &str) -> Option<(u32, u32, u32)> {
    let mut parts = word.split(':').map(|p| p.parse::<u32>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    parts.next().is_none().then_some((hour, minute, second))
}

/// How far a zone is ahead of UTC; `None` for an offset that cannot be.
fn zone_seconds(word: &str) -> Option<i64> {
    if word.starts_with(['+', '-']) {
        let digits: String = word[1..].chars().filter(|c| *c != ':').collect();
        let number: i64 = digits.parse().ok().filter(|n| *n < 2_400)?;
        let (hours, minutes) = (number / 100, number % 100);
        let seconds = (minutes < 60).then_some(hours * 3_600 + minutes * 60)?;
        return Some(if word.starts_with('-') { -seconds } else { seconds });
    }
    // The zones that RFC 5322 still names; every other name says nothing certain.
    let hours = match word.to_ascii_uppercase().as_str() {
        "ADT" => -3,
        "AST" | "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => 0,
    };
    Some(hours * 3_600)
}

/// Reads a From header: `Name <address>`, `address (Name)` or an address alone.
fn person(value: &[u8]) -> Option<Person> {
    let raw = lossy(value);
    let plain = without_comments(&raw);
    let bracketed = |t: &str| t.rsplit_once('<').map(|(_, a)| a.split('>').next().unwrap_or(a).to_owned());
    // An unclosed comment swallows the rest; then the brackets of the whole line decide.
    let address = bracketed(&plain).or_else(|| Some(plain.clone()).filter(|p| !p.trim().is_empty()));
    let address = address.or_else(|| bracketed(&raw))?;
    let address = address.trim().trim_matches('"').to_lowercase().replace(" at ", "@");
    let address: String = address.split_whitespace().collect::<Vec<_>>().join(" ");
    if address.is_empty() {
        return None;
    }
    let name = match plain.rsplit_once('<') {
        Some((before, _)) if !before.trim().is_empty() => Some(before.to_owned()),
        _ => raw.split_once('(').and_then(|(_, c)| c.rsplit_once(')')).map(|(c, _)| c.to_owned()),
    };
    let name = name.map(|n| decoded(n.as_bytes()).replace('"', "").trim().to_owned());
    // Lists put the address itself where there is no name.
    let name = name.filter(|n| !n.is_empty() && n.to_lowercase().replace(" at ", "@") != address);
    Some(Person { address, name })
}

/// Without what stands in parentheses outside of quotation marks.
fn without_comments(text: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) =
        (String::with_capacity(text.len()), 0usize, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => {
                depth += 1;
                continue;
            }
            ')' if !quoted && depth > 0 => {
                depth -= 1;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            out.push(c);
        }
    }
    out
}

/// A header's text with its encoded words (RFC 2047) resolved, in one line.
pub(super) fn decoded(value: &[u8]) -> String {
    let text = lossy(value);
    let words = if text.contains("=?") {
        let line = format!("X: {}", text.replace(['\r', '\n'], " "));
        mailparse::parse_header(line.as_bytes())
            .map_or(text, |(header, _)| header.get_value_utf8().unwrap_or_else(|_| header.get_value()))
    } else {
        text
    };
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bytes without a declared charset: UTF-8 if they are, else what old mail programs of the West wrote.
pub(super) fn lossy(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}
