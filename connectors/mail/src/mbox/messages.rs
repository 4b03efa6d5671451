//! One mailbox as a run of messages, one in memory at a time.

use super::wire::from_line_date;
use std::io::{self, BufRead, BufReader, Read};

/// The largest message that is kept; of a larger one only its size is known.
pub(super) const MAX_MESSAGE: usize = 32 << 20;
/// Lines are read in pieces of at most this size, so that one without an end stays bounded.
const PIECE: u64 = 64 << 10;

/// One message as it lies in the file.
#[derive(Debug, Default)]
pub(super) struct Raw {
    /// The line that begins it, without its line end; empty for text before the first message.
    pub from_line: String,
    /// Everything after that line, up to the next message; cut at [`MAX_MESSAGE`].
    pub bytes: Vec<u8>,
    /// The number of the line that begins it, from 1.
    pub line: u64,
    /// Whether it is larger than [`MAX_MESSAGE`].
    pub too_large: bool,
}

/// Splits a mailbox at its `From ` lines.
pub(super) struct Messages<R> {
    reader: BufReader<R>,
    line: u64,
    /// The first line of the next message, when it was read already.
    next: Option<(String, u64)>,
    ended: bool,
}

impl<R: Read> Messages<R> {
    pub fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(PIECE as usize, reader), line: 0, next: None, ended: false }
    }

    /// The next message; the first may be what stands before any `From ` line.
    pub fn next(&mut self) -> io::Result<Option<Raw>> {
        if self.ended {
            return Ok(None);
        }
        let mut raw = Raw { line: 1, ..Raw::default() };
        let started = self.next.take();
        let begun = started.is_some();
        if let Some((from_line, line)) = started {
            raw.from_line = from_line;
            raw.line = line;
        }
        let (mut piece, mut at_start) = (Vec::new(), true);
        loop {
            piece.clear();
            if self.reader.by_ref().take(PIECE).read_until(b'\n', &mut piece)? == 0 {
                self.ended = true;
                break;
            }
            let first_of_all = at_start && self.line == 0;
            self.line += u64::from(at_start);
            let line = piece.strip_prefix(b"\xef\xbb\xbf").filter(|_| first_of_all).unwrap_or(&piece);
            if at_start && let Some(from_line) = separator(line) {
                self.next = Some((from_line, self.line));
                break;
            }
            raw.push(line, at_start);
            at_start = piece.ends_with(b"\n");
        }
        if begun || !raw.bytes.trim_ascii().is_empty() {
            return Ok(Some(raw));
        }
        if self.next.is_some() { self.next() } else { Ok(None) }
    }
}

impl Raw {
    fn push(&mut self, piece: &[u8], at_start: bool) {
        // Software that writes mailboxes puts ">" before a "From " at the start of a line (mboxrd).
        let quoted = at_start && piece.first() == Some(&b'>') && {
            let marks = piece.iter().take_while(|b| **b == b'>').count();
            piece[marks..].starts_with(b"From ")
        };
        let piece = if quoted { &piece[1..] } else { piece };
        let room = MAX_MESSAGE - self.bytes.len();
        self.too_large |= piece.len() > room;
        self.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
    }
}

/// The line as text if it begins a message: `From ADDRESS  Www Mmm D hh:mm:ss YYYY`.
fn separator(line: &[u8]) -> Option<String> {
    if !line.starts_with(b"From ") || line.len() > 1_000 {
        return None;
    }
    let text = String::from_utf8_lossy(line).trim_end().to_owned();
    from_line_date(&text).map(|_| text)
}
