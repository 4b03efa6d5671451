//! The rows of DiscordChatExporter's CSV: two dialects, dates in words, fixed system texts.

use base::Micros;
use community::Kind;
use connect::{parse_rfc3339, wall_clock};
use std::io::{BufRead, BufReader, Read};

/// The reader behind a CSV file's header.
pub(super) type Rows<'r> = csv::Reader<BufReader<&'r mut dyn Read>>;

/// Which column is what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub author_id: Option<usize>,
    pub author: usize,
    pub date: usize,
    pub content: usize,
    pub attachments: Option<usize>,
    pub reactions: Option<usize>,
    /// How many columns a whole row has.
    pub columns: usize,
}

impl Layout {
    /// Reads the header line, which also tells the dialect (`;` with a trailing `;`, or `,`); `None` when it
    /// is not one of DiscordChatExporter's.
    pub fn of(reader: &mut dyn Read) -> Option<(Self, Rows<'_>)> {
        let mut reader = BufReader::with_capacity(1 << 16, reader);
        let mut line = Vec::new();
        // A reader that fails is seen by the archive reader.
        reader.by_ref().take(4096).read_until(b'\n', &mut line).ok()?;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}').trim_end();
        let delimiter = if text.contains(';') { ';' } else { ',' };
        let names: Vec<String> =
            text.split(delimiter).map(|n| n.trim().trim_matches('"').to_ascii_lowercase()).collect();
        let find = |name: &str| names.iter().position(|n| n == name);
        let layout = Self {
            author_id: find("authorid"),
            author: find("author")?,
            date: find("date")?,
            content: find("content")?,
            attachments: find("attachments"),
            reactions: find("reactions"),
            columns: names.iter().filter(|n| !n.is_empty()).count(),
        };
        let rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter as u8)
            .buffer_capacity(1 << 16)
            .from_reader(reader);
        Some((layout, rows))
    }
}

/// A date as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Date {
    /// Wall-clock microseconds of a zone that the file does not name.
    Wall(Micros),
    /// With its offset: UTC microseconds.
    Instant(Micros),
}

impl Date {
    /// Reads `05-Dec-19 03:15 PM`, `12/5/2019 3:15 PM`, `2019-12-05 15:15[:00]`, or RFC 3339.
    pub fn read(text: &[u8]) -> Option<Self> {
        if let [d1, d2, b'-', m1, m2, m3, b'-', y1, y2, b' ', h1, h2, b':', n1, n2, b' ', half, b'M'] = text {
            let hour = half_day(number(&[*h1, *h2])?, *half)?;
            let year = 2000 + number(&[*y1, *y2])?;
            let month = month(&[*m1, *m2, *m3])?;
            let wall = wall_clock(year, month, number(&[*d1, *d2])?, hour, number(&[*n1, *n2])?, 0);
            return wall.map(Self::Wall);
        }
        let text = std::str::from_utf8(text).ok()?.trim();
        if let Ok(at) = parse_rfc3339(text) {
            return Some(Self::Instant(at));
        }
        if text.contains('/') { american(text) } else { international(text) }.map(Self::Wall)
    }
}

fn half_day(hour: u32, half: u8) -> Option<u32> {
    let hour = (1..=12).contains(&hour).then_some(hour % 12)?;
    match half {
        b'A' => Some(hour),
        b'P' => Some(hour + 12),
        _ => None,
    }
}

fn american(text: &str) -> Option<Micros> {
    let mut parts = text.split([' ', '\u{202f}']);
    let (date, time, half) = (parts.next()?, parts.next()?, parts.next()?);
    let mut date = date.split('/').map(|p| number(p.as_bytes()));
    let (month, day, year) = (date.next()??, date.next()??, date.next()??);
    let (hour, minute) = time.split_once(':')?;
    let (minute, second) = minute.split_once(':').unwrap_or((minute, "0"));
    let hour = half_day(number(hour.as_bytes())?, *half.as_bytes().first()?)?;
    wall_clock(year, month, day, hour, number(minute.as_bytes())?, number(second.as_bytes())?)
}

fn international(text: &str) -> Option<Micros> {
    let (date, time) = text.split_once([' ', 'T'])?;
    let mut date = date.split('-').map(|p| number(p.as_bytes()));
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut time = time.split(':').map(|p| number(p.as_bytes()));
    let (hour, minute, second) = (time.next()??, time.next()??, time.next().unwrap_or(Some(0))?);
    wall_clock(year, month, day, hour, minute, second)
}

fn month(name: &[u8; 3]) -> Option<u32> {
    const NAMES: [&[u8; 3]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let name = name.map(|c| c.to_ascii_lowercase());
    NAMES.iter().position(|n| **n == name).map(|p| p as u32 + 1)
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 4 {
        return None;
    }
    digits.iter().try_fold(0, |n, c| c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0')))
}

/// What a row is. The CSV has no type column; the exporter writes system messages as fixed texts.
pub(super) fn kind_of(text: &str) -> Kind {
    match text {
        "Joined the server." => return Kind::MEMBER_JOINED,
        "Pinned a message." | "Started a thread." | "Changed the channel icon." | "Left the group." => {
            return Kind::NOTICE_POSTED;
        }
        _ => {}
    }
    let open = ["Started a call that lasted ", "Changed the channel name: "];
    let closed = [("Added ", " to the group."), ("Removed ", " from the group.")];
    let fits = open.iter().any(|start| text.starts_with(start))
        || closed.iter().any(|(start, end)| {
            text.len() > start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        });
    if fits && !text.contains('\n') { Kind::NOTICE_POSTED } else { Kind::MESSAGE_POSTED }
}

/// The sum of a reactions column: `thumbsup (3), heart (1)`.
pub(super) fn reactions_of(text: &str) -> u32 {
    text.split(',')
        .filter_map(|part| part.trim().strip_suffix(')')?.rsplit_once('(')?.1.parse::<u32>().ok())
        .fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_form() {
        let afternoon = Some(Date::Wall(1_575_558_900_000_000));
        for text in ["05-Dec-19 03:15 PM", "12/5/2019 3:15 PM", "2019-12-05 15:15", "2019-12-05T15:15:00"] {
            assert_eq!(Date::read(text.as_bytes()), afternoon, "{text}");
        }
        assert_eq!(Date::read(b"05-Dec-19 12:00 AM"), Some(Date::Wall(1_575_504_000_000_000)));
        assert_eq!(Date::read(b"05-Dec-19 12:30 PM"), Some(Date::Wall(1_575_549_000_000_000)));
        assert_eq!(
            Date::read(b"2019-12-05T16:15:00.5000000+01:00"),
            Some(Date::Instant(1_575_558_900_500_000))
        );
        for text in
            ["", "yesterday", "31-Feb-19 03:15 PM", "05-Dec-19 13:15 PM", "05-Dec-19 03:15 XM", "1/2/3/4"]
        {
            assert_eq!(Date::read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn system_texts_are_known() {
        for (text, kind) in [
            ("Joined the server.", Kind::MEMBER_JOINED),
            ("Joined the server", Kind::MESSAGE_POSTED),
            ("Pinned a message.", Kind::NOTICE_POSTED),
            ("Started a call that lasted 3 minutes.", Kind::NOTICE_POSTED),
            ("Changed the channel name: new.", Kind::NOTICE_POSTED),
            ("Added Ana to the group.", Kind::NOTICE_POSTED),
            ("Removed Ana from the group.", Kind::NOTICE_POSTED),
            ("Added Ana\n to the group.", Kind::MESSAGE_POSTED),
            ("I have Added Ana to the group.", Kind::MESSAGE_POSTED),
        ] {
            assert_eq!(kind_of(text), kind, "{text}");
        }
    }

    #[test]
    fn reactions_are_summed() {
        assert_eq!(reactions_of("thumbsup (3), heart (12)"), 15);
        assert_eq!(reactions_of(""), 0);
        assert_eq!(reactions_of("odd, (x), a (1)b"), 0);
    }
}
