//! Rows of a file, one in memory at a time, whatever form they have.

use super::mapping::Form;
use csv::ByteRecord;
use encoding_rs::WINDOWS_1252;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

/// The largest row that is read.
const MAX_ROW: u64 = 32 << 20;
/// How much of a file is looked at to see what it is.
pub(super) const HEAD: u64 = 64 << 10;

/// The names of the columns of a table, as they stand.
#[derive(Debug, Default, Clone)]
pub(super) struct Columns(Vec<String>);

impl Columns {
    /// Whether there is one of this name; upper and lower case are the same.
    pub fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// All of them, for messages.
    pub fn listed(&self) -> String {
        if self.0.is_empty() { "none".into() } else { self.0.join(", ") }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|c| c.eq_ignore_ascii_case(name))
    }
}

/// One row.
pub(super) enum Row<'r> {
    /// Cells in the order of the columns.
    Csv(&'r Columns, &'r ByteRecord),
    /// An object.
    Json(&'r Map<String, Value>),
}

impl Row<'_> {
    /// What the column holds, without white space around it; `None` when it is empty or missing.
    pub fn get(&self, column: &str) -> Option<Cow<'_, str>> {
        let cell = match self {
            Self::Csv(columns, record) => decoded(record.get(columns.position(column)?)?),
            Self::Json(object) => match member(object, column)? {
                Value::Null => return None,
                Value::String(text) => Cow::Borrowed(text.as_str()),
                other => Cow::Owned(other.to_string()),
            },
        };
        let cell = match cell {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        (!cell.is_empty()).then_some(cell)
    }

    /// The row as text, for the list of skipped ones.
    pub fn shown(&self) -> String {
        match self {
            Self::Csv(_, record) => record.iter().map(decoded).collect::<Vec<_>>().join(","),
            Self::Json(object) => Value::Object((*object).clone()).to_string(),
        }
    }
}

/// A member of an object; `a.b` is member b of the object a.
fn member<'o>(object: &'o Map<String, Value>, path: &str) -> Option<&'o Value> {
    let any_case = || object.iter().find(|(name, _)| name.eq_ignore_ascii_case(path)).map(|(_, value)| value);
    if let Some(value) = object.get(path).or_else(any_case) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    member(object.get(first)?.as_object()?, rest)
}

fn decoded(cell: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(cell) {
        Ok(text) => Cow::Borrowed(text),
        // What spreadsheets of the West write when nobody asks for UTF-8.
        Err(_) => WINDOWS_1252.decode_without_bom_handling(cell).0,
    }
}

/// The start of a file: what form it has and which columns.
pub(super) struct Start {
    pub form: Form,
    pub delimiter: u8,
    pub columns: Columns,
    /// Whether the columns are certain: a first JSON line may be longer than what was looked at.
    pub complete: bool,
    /// Whether it is one JSON list and not one object a line.
    pub list: bool,
    /// The first rows, as far as they were seen.
    pub sample: Vec<Map<String, Value>>,
    head: Vec<u8>,
}

impl Start {
    /// Looks at the start of a file; `None` when it is empty.
    ///
    /// # Errors
    /// What reading says, and that it is UTF-16.
    pub fn read(
        reader: &mut dyn Read,
        form: Option<Form>,
        delimiter: Option<u8>,
    ) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        reader.take(HEAD).read_to_end(&mut head)?;
        if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is in UTF-16; save it as UTF-8"));
        }
        if head.starts_with(b"\xef\xbb\xbf") {
            head.drain(..3);
        }
        let first = head.iter().copied().find(|b| !b.is_ascii_whitespace());
        let Some(first) = first else { return Ok(None) };
        let form = form.unwrap_or(if matches!(first, b'{' | b'[') { Form::Jsonl } else { Form::Csv });
        let list = form == Form::Jsonl && first == b'[';
        let delimiter = delimiter.unwrap_or_else(|| guess_delimiter(&head));
        let mut start = Self {
            form,
            delimiter,
            columns: Columns::default(),
            complete: true,
            list,
            sample: Vec::new(),
            head,
        };
        match form {
            Form::Csv => start.csv_columns(),
            Form::Jsonl => start.json_columns(),
        }
        Ok(Some(start))
    }

    fn csv_columns(&mut self) {
        let mut record = ByteRecord::new();
        let mut reader = csv_reader(Cursor::new(&self.head), self.delimiter);
        if !reader.read_byte_record(&mut record).unwrap_or(false) {
            return;
        }
        self.columns = header(&record);
        for _ in 0..20 {
            if !reader.read_byte_record(&mut record).unwrap_or(false) {
                break;
            }
            let named = self.columns.0.iter().zip(record.iter());
            self.sample.push(named.map(|(c, cell)| (c.clone(), Value::from(decoded(cell)))).collect());
        }
    }

    fn json_columns(&mut self) {
        // The last line of what was looked at may be cut off.
        let whole = (self.head.len() as u64) < HEAD;
        let end =
            if whole { self.head.len() } else { self.head.iter().rposition(|b| *b == b'\n').unwrap_or(0) };
        self.complete = end > 0;
        for line in self.head[..end].split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty()).take(100) {
            if let Ok(object) = serde_json::from_slice::<Map<String, Value>>(line) {
                for name in object.keys() {
                    if !self.columns.0.contains(name) {
                        self.columns.0.push(name.clone());
                    }
                }
                self.sample.push(object);
            }
        }
    }
}

fn header(record: &ByteRecord) -> Columns {
    Columns(record.iter().map(|c| decoded(c).trim().to_owned()).collect())
}

fn guess_delimiter(head: &[u8]) -> u8 {
    let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |mark: u8| line.iter().filter(|b| **b == mark).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|mark| count(*mark)).unwrap_or(b',')
}

fn csv_reader<R: Read>(reader: R, delimiter: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(reader)
}

/// What comes next in a file.
pub(super) enum Next<'r> {
    /// A row, and the number of the line that it begins in.
    Row(Row<'r>, u64),
    /// Something that is no row: the reason, the line, and how it starts.
    Bad(&'static str, u64, String),
    /// Nothing.
    End,
}

/// Reads the rows of one file, from its start.
pub(super) enum Rows<'r> {
    Csv(Box<CsvRows<'r>>),
    Jsonl(JsonRows<'r>),
}

impl<'r> Rows<'r> {
    /// Goes on from the start that was looked at.
    pub fn new(start: Start, rest: &'r mut dyn Read) -> Self {
        let whole = Cursor::new(start.head).chain(rest);
        match start.form {
            Form::Csv => {
                let left = Rc::new(Cell::new(MAX_ROW));
                let reader = csv_reader(Bounded { inner: whole, left: left.clone() }, start.delimiter);
                let columns = Columns::default();
                Self::Csv(Box::new(CsvRows {
                    reader,
                    left,
                    columns,
                    record: ByteRecord::new(),
                    ended: false,
                }))
            }
            Form::Jsonl => {
                let reader = BufReader::with_capacity(HEAD as usize, whole);
                Self::Jsonl(JsonRows { reader, line: 0, bytes: Vec::new(), object: Map::new() })
            }
        }
    }

    /// The next row.
    ///
    /// # Errors
    /// What reading says.
    pub fn next(&mut self) -> io::Result<Next<'_>> {
        match self {
            Self::Csv(rows) => rows.next(),
            Self::Jsonl(rows) => rows.next(),
        }
    }
}

type Whole<'r> = io::Chain<Cursor<Vec<u8>>, &'r mut dyn Read>;

/// Refuses to read on when one row takes more than [`MAX_ROW`]: a quotation mark without its second would
/// make the rest of the file one cell.
pub(super) struct Bounded<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a row without an end"));
        }
        let read = self.inner.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(read as u64));
        Ok(read)
    }
}

pub(super) struct CsvRows<'r> {
    reader: csv::Reader<Bounded<Whole<'r>>>,
    left: Rc<Cell<u64>>,
    columns: Columns,
    record: ByteRecord,
    ended: bool,
}

impl CsvRows<'_> {
    fn next(&mut self) -> io::Result<Next<'_>> {
        loop {
            if self.ended {
                return Ok(Next::End);
            }
            self.left.set(MAX_ROW);
            let line = self.reader.position().line();
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => {
                    self.ended = true;
                    continue;
                }
                Err(e) if self.left.get() == 0 => {
                    self.ended = true;
                    return Ok(Next::Bad(
                        "a row of more than 32 MiB (a quotation mark is not closed)",
                        line,
                        e.to_string(),
                    ));
                }
                Err(e) => return Err(e.into()),
            }
            let line = self.record.position().map_or(line, csv::Position::line);
            if self.columns.0.is_empty() {
                self.columns = header(&self.record);
                continue;
            }
            if self.record.iter().all(|c| c.trim_ascii().is_empty()) {
                continue;
            }
            let row = Row::Csv(&self.columns, &self.record);
            if self.record.len() != self.columns.0.len() {
                return Ok(Next::Bad("wrong number of columns", line, row.shown()));
            }
            return Ok(Next::Row(row, line));
        }
    }
}

pub(super) struct JsonRows<'r> {
    reader: BufReader<Whole<'r>>,
    line: u64,
    bytes: Vec<u8>,
    object: Map<String, Value>,
}

impl JsonRows<'_> {
    fn next(&mut self) -> io::Result<Next<'_>> {
        loop {
            self.bytes.clear();
            if self.reader.by_ref().take(MAX_ROW).read_until(b'\n', &mut self.bytes)? == 0 {
                return Ok(Next::End);
            }
            self.line += 1;
            let start = || String::from_utf8_lossy(&self.bytes[..self.bytes.len().min(2_000)]).into_owned();
            if self.bytes.len() as u64 == MAX_ROW && !self.bytes.ends_with(b"\n") {
                let excerpt = start();
                self.skip_line()?;
                return Ok(Next::Bad("a row of more than 32 MiB", self.line, excerpt));
            }
            if self.bytes.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice::<Map<String, Value>>(&self.bytes) {
                Ok(object) => self.object = object,
                Err(e) if e.is_data() => return Ok(Next::Bad("not a JSON object", self.line, start())),
                Err(_) => return Ok(Next::Bad("not valid JSON", self.line, start())),
            }
            return Ok(Next::Row(Row::Json(&self.object), self.line));
        }
    }

    /// Reads to the end of a line in pieces.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            self.bytes.clear();
            let read = self.reader.by_ref().take(HEAD).read_until(b'\n', &mut self.bytes)?;
            if read == 0 || self.bytes.ends_with(b"\n") {
                return Ok(());
            }
        }
    }
}
