//! The readers around an archive's bytes: they count, they keep the limits, and they remember why reading
//! stopped, whatever a parser above makes of the error.

use super::Limits;
use base::Error;
use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

/// Below this much unfolded data no ratio is judged.
const RATIO_FREE: u64 = 10 << 20;

/// How far into the input reading has come; cheap to clone, and current while an entry is read.
#[derive(Debug, Clone, Default)]
pub struct Position(Rc<Cell<u64>>);

impl Position {
    /// Input bytes (as they lie on disk) consumed so far.
    pub fn bytes(&self) -> u64 {
        self.0.get()
    }

    pub(super) fn set(&self, bytes: u64) {
        self.0.set(bytes);
    }

    fn add(&self, bytes: u64) {
        self.0.set(self.0.get() + bytes);
    }
}

/// What the readers of one visit share.
#[derive(Debug)]
pub(super) struct Meter {
    pub limits: Limits,
    pub position: Position,
    unfolded: Cell<u64>,
    fault: RefCell<Option<Error>>,
}

impl Meter {
    pub fn new(limits: Limits) -> Self {
        Self { limits, position: Position::default(), unfolded: Cell::new(0), fault: RefCell::new(None) }
    }

    /// The first fault that a reader met, if any.
    pub fn fault(&self) -> Option<Error> {
        self.fault.borrow_mut().take()
    }

    fn record(&self, error: Error) {
        self.fault.borrow_mut().get_or_insert(error);
    }
}

/// A refusal on its way through `io::Error`.
#[derive(Debug)]
struct Refusal(String);

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

fn refuse(message: String) -> io::Error {
    io::Error::other(Refusal(message))
}

/// What an I/O error means for the person who handed over the archive. `spot` says where in it.
pub(super) fn explain(error: &io::Error, archive: &Path, spot: &str) -> Error {
    let archive = archive.display();
    let mut source: Option<&(dyn std::error::Error + 'static)> =
        error.get_ref().map(|e| e as &(dyn std::error::Error + 'static));
    while let Some(inner) = source {
        if let Some(refusal) = inner.downcast_ref::<Refusal>() {
            return Error::invalid(format!("{archive}: {refusal}"));
        }
        source = inner.source();
    }
    let text = error.to_string();
    if error.kind() == io::ErrorKind::UnexpectedEof || text.contains("unexpected EOF") {
        return breaks_off(&archive.to_string(), spot);
    }
    if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound) {
        return Error::from(io::Error::new(error.kind(), text)).at(archive);
    }
    Error::invalid(format!("{archive} is damaged {spot} ({text}). Copy or download it again."))
}

/// The archive ends too early.
pub(super) fn breaks_off(archive: &str, spot: &str) -> Error {
    Error::invalid(format!(
        "{archive}: the archive breaks off {spot}; it was not copied or downloaded whole. Fetch it again."
    ))
}

/// Counts the bytes taken from the disk into the visit's position.
pub(super) struct Counting<R> {
    inner: R,
    position: Position,
}

impl<R: Read> Counting<R> {
    pub fn new(inner: R, position: Position) -> Self {
        Self { inner, position }
    }
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.position.add(n as u64);
        Ok(n)
    }
}

/// How many packed bytes lie behind what was unfolded.
pub(super) enum Packed {
    /// What the position has moved since this many.
    Since(u64),
    /// This many, all in all.
    Bytes(u64),
}

/// Keeps the ratio and the total of what a decompressor puts out.
pub(super) struct Unfolding<'m, R> {
    inner: R,
    meter: &'m Meter,
    packed: Packed,
    out: u64,
    /// Whether the end was reached.
    pub ended: bool,
}

impl<'m, R: Read> Unfolding<'m, R> {
    pub fn new(inner: R, meter: &'m Meter, packed: Packed) -> Self {
        Self { inner, meter, packed, out: 0, ended: false }
    }
}

impl<R: Read> Read for Unfolding<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.ended |= n == 0 && !buf.is_empty();
        self.out += n as u64;
        let total = self.meter.unfolded.get() + n as u64;
        self.meter.unfolded.set(total);
        let limits = &self.meter.limits;
        if total > limits.total {
            return Err(refuse(format!(
                "it unfolds to more than {} in all and was refused. If it is genuine, import it in parts.",
                words(limits.total)
            )));
        }
        let packed = match self.packed {
            Packed::Since(start) => self.meter.position.bytes().saturating_sub(start),
            Packed::Bytes(n) => n,
        };
        check_ratio(self.out, packed, limits).map_err(refuse)?;
        Ok(n)
    }
}

/// Whether so many bytes may come out of so few.
pub(super) fn check_ratio(unfolded: u64, packed: u64, limits: &Limits) -> Result<(), String> {
    if unfolded > RATIO_FREE && unfolded > packed.saturating_mul(limits.ratio) {
        return Err(format!(
            "it unfolds to more than {} times its size, as archives made to fill a disk do, and was refused. \
             If it is genuine, unpack it yourself and hand over the folder.",
            limits.ratio
        ));
    }
    Ok(())
}

/// Whether one entry may be this large.
pub(super) fn check_entry(size: u64, limits: &Limits) -> Result<(), String> {
    if size > limits.entry {
        return Err(format!(
            "it is larger than {}. Unpack it yourself and hand over the folder.",
            words(limits.entry)
        ));
    }
    Ok(())
}

/// A size in words.
pub(super) fn words(bytes: u64) -> String {
    match bytes {
        b if b >= 1 << 30 => format!("{} GiB", b >> 30),
        b if b >= 1 << 20 => format!("{} MiB", b >> 20),
        b => format!("{b} bytes"),
    }
}

/// What an entry's reader has to know besides its bytes.
pub(super) struct EntryGuard<'m> {
    pub meter: &'m Meter,
    /// The file on disk, for messages.
    pub archive: &'m Path,
    /// The entry, for messages.
    pub path: &'m str,
    /// How many bytes there must be at least, if the archive says so.
    pub declared: Option<u64>,
    /// Whether the limit of one entry applies (not to plain files).
    pub limited: bool,
    /// For zips, whose bytes are not counted as they are taken: start and length on disk.
    pub span: Option<(u64, u64)>,
}

/// Reads one entry: keeps its limit, sees when it breaks off, and records why reading stopped.
pub(super) struct EntryReader<'m, R> {
    inner: R,
    guard: EntryGuard<'m>,
    read: u64,
}

impl<'m, R: Read> EntryReader<'m, R> {
    pub fn new(inner: R, guard: EntryGuard<'m>) -> Self {
        Self { inner, guard, read: 0 }
    }

    fn spot(&self) -> String {
        format!("in {}", self.guard.path)
    }
}

impl<R: Read> Read for EntryReader<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = match self.inner.read(buf) {
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => return Err(e),
            Err(e) => {
                let error = explain(&e, self.guard.archive, &self.spot());
                self.guard.meter.record(error.clone());
                return Err(refuse(error.message));
            }
        };
        self.read += n as u64;
        let short = n == 0 && !buf.is_empty() && self.guard.declared.is_some_and(|d| self.read < d);
        if short {
            let error = breaks_off(&self.guard.archive.display().to_string(), &self.spot());
            self.guard.meter.record(error.clone());
            return Err(refuse(error.message));
        }
        if self.guard.limited
            && let Err(reason) = check_entry(self.read, &self.guard.meter.limits)
        {
            let error =
                Error::invalid(format!("{}, {}: {reason}", self.guard.archive.display(), self.guard.path));
            self.guard.meter.record(error.clone());
            return Err(refuse(error.message));
        }
        if let (Some((start, length)), Some(size)) = (self.guard.span, self.guard.declared)
            && size > 0
        {
            let done = u128::from(length) * u128::from(self.read.min(size)) / u128::from(size);
            self.guard.meter.position.set(start + u64::try_from(done).unwrap_or(length));
        }
        Ok(n)
    }
}
