//! The files of an export as one list of entries: paths, folders and archives (zip, tar, gz, zst), read as
//! they are, in bounded memory, behind guards.
//!
//! What a file is, its first bytes decide, not its name. Archives inside a folder are read as if they were
//! unpacked where they lie; archives inside archives are just files. Nothing is ever written to disk.

mod guard;
mod list;
mod order;
mod packing;
#[cfg(test)]
mod tests;

pub use guard::Position;
pub use order::natural_order;

use base::{Error, Result};
use guard::{EntryGuard, EntryReader, Meter, Packed, Unfolding};
use list::{Item, Listing, Part, PartKind};
use packing::Packing;
use std::io::Read;
use std::path::PathBuf;

/// How much an export may unfold to before it is refused.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Total uncompressed bytes.
    pub total: u64,
    /// Uncompressed bytes of one entry.
    pub entry: u64,
    /// Uncompressed ÷ compressed, judged after the first 10 MiB.
    pub ratio: u64,
    /// Number of entries.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { total: 64 << 30, entry: 8 << 30, ratio: 200, entries: 2_000_000 }
    }
}

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryInfo {
    /// Its path within the export, with `/`, never absolute and never with `..`. Where several paths were
    /// given, a folder's or archive's entries are relative to it; a single file is its name.
    pub path: String,
    /// Its uncompressed size if known.
    pub size: Option<u64>,
}

/// Something in a folder or archive that is not read: a link, a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its path.
    pub path: String,
    /// Why, as the end of a sentence: "it is a link".
    pub reason: &'static str,
}

/// One entry while it is read.
pub struct Entry<'a> {
    /// Its path within the export.
    pub path: &'a str,
    /// Its position in natural path order over the whole export, from 0 (digits compare as numbers).
    pub index: usize,
    /// Its uncompressed size if known.
    pub size: Option<u64>,
    /// Input bytes (as they lie on disk) read before this entry, for progress.
    pub offset: u64,
    /// Where reading stands now, for progress within a large entry.
    pub position: Position,
    /// Its bytes; guarded, so that passing a limit is an error.
    pub reader: &'a mut dyn Read,
}

/// The files of an export.
#[derive(Debug)]
pub struct Files {
    limits: Limits,
    listing: Listing,
}

/// Whether to go on to the next entry.
#[derive(PartialEq, Eq)]
enum Next {
    Go,
    Stop,
}

type Visitor<'v> = &'v mut dyn FnMut(Entry<'_>) -> Result<Next>;

impl Files {
    /// Lists the files behind these paths (files, folders, archives) with the default limits.
    ///
    /// # Errors
    /// `NotFound` for a missing path; `Invalid` for an archive that cannot be read or breaks a guard.
    pub fn open(paths: &[PathBuf]) -> Result<Self> {
        Self::open_with(paths, Limits::default())
    }

    /// The same with other limits. Limits of size are for what is unpacked; plain files may be of any size.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn open_with(paths: &[PathBuf], limits: Limits) -> Result<Self> {
        Ok(Self { limits, listing: list::list(paths, limits)? })
    }

    /// Every entry, in natural path order; of several paths, one after the other in natural order of the
    /// path as given.
    pub fn entries(&self) -> &[EntryInfo] {
        &self.listing.entries
    }

    /// What is there but not read, and why.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.listing.left_out
    }

    /// The input's size on disk, for progress.
    pub fn total_bytes(&self) -> u64 {
        self.listing.total_bytes
    }

    /// Reads the wanted entries one after the other: folders and zips in natural path order, tars as they
    /// lie. The order is the same every time.
    ///
    /// # Errors
    /// What `each` returns, or `Invalid` when an archive breaks off or a guard is hit; such a fault is
    /// returned even when `each` made light of it.
    pub fn visit(
        &mut self,
        want: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(Entry<'_>) -> Result<()>,
    ) -> Result<()> {
        let wanted: Vec<bool> = self.listing.entries.iter().map(|e| want(&e.path)).collect();
        self.walk(&|index| wanted[index], &mut |entry| each(entry).map(|()| Next::Go))
    }

    /// As [`Files::visit`], until `each` says `false`: for a look at the beginning of things.
    ///
    /// # Errors
    /// As [`Files::visit`].
    pub fn visit_while(
        &mut self,
        want: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(Entry<'_>) -> Result<bool>,
    ) -> Result<()> {
        let wanted: Vec<bool> = self.listing.entries.iter().map(|e| want(&e.path)).collect();
        self.walk(&|index| wanted[index], &mut |entry| {
            each(entry).map(|more| if more { Next::Go } else { Next::Stop })
        })
    }

    /// One small entry whole; `None` when there is none of this path.
    ///
    /// # Errors
    /// `Invalid` when it is larger than `max` bytes or cannot be read.
    pub fn read_entry(&mut self, path: &str, max: u64) -> Result<Option<Vec<u8>>> {
        let Some(wanted) = self.listing.entries.iter().position(|e| e.path == path) else { return Ok(None) };
        let mut bytes = Vec::new();
        self.walk(&|index| index == wanted, &mut |entry| {
            entry.reader.take(max.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| {
                Error::invalid(format!("{path} cannot be read ({e}). Copy or download the export again."))
            })?;
            Ok(Next::Stop)
        })?;
        if bytes.len() as u64 > max {
            return Err(Error::invalid(format!(
                "{path} is larger than {}, which a file of this name never is.",
                guard::words(max)
            )));
        }
        Ok(Some(bytes))
    }

    fn walk(&self, wanted: &dyn Fn(usize) -> bool, each: Visitor<'_>) -> Result<()> {
        let meter = Meter::new(self.limits);
        let mut base = 0;
        for part in &self.listing.parts {
            meter.position.set(base);
            let next = match part.kind {
                PartKind::Loose => self.walk_loose(part, base, &meter, wanted, each)?,
                PartKind::Zip => self.walk_zip(part, base, &meter, wanted, each)?,
                PartKind::Tar(packing) => self.walk_tar(part, packing, &meter, wanted, each)?,
            };
            if next == Next::Stop {
                return Ok(());
            }
            base += part.size;
        }
        Ok(())
    }

    fn walk_loose(
        &self,
        part: &Part,
        base: u64,
        meter: &Meter,
        wanted: &dyn Fn(usize) -> bool,
        each: Visitor<'_>,
    ) -> Result<Next> {
        let mut offset = base;
        for item in &part.items {
            let start = offset;
            offset += item.stored;
            let Some((file, packing)) = item.file.as_ref().filter(|_| wanted(item.index)) else { continue };
            meter.position.set(start);
            let guard = EntryGuard {
                meter,
                archive: file,
                path: &self.listing.entries[item.index].path,
                declared: None,
                limited: *packing != Packing::Plain,
                span: None,
            };
            let reader = packing::unpacked(file, *packing, meter)?;
            let next = if *packing == Packing::Plain {
                self.hand(item, start, EntryReader::new(reader, guard), meter, each)?
            } else {
                let unfolding = Unfolding::new(reader, meter, Packed::Since(start));
                self.hand(item, start, EntryReader::new(unfolding, guard), meter, each)?
            };
            if next == Next::Stop {
                return Ok(next);
            }
        }
        Ok(Next::Go)
    }

    fn walk_zip(
        &self,
        part: &Part,
        base: u64,
        meter: &Meter,
        wanted: &dyn Fn(usize) -> bool,
        each: Visitor<'_>,
    ) -> Result<Next> {
        if !part.items.iter().any(|i| wanted(i.index)) {
            return Ok(Next::Go);
        }
        let mut archive = packing::open_zip(&part.path)?;
        let mut offset = base;
        for item in &part.items {
            let start = offset;
            offset += item.stored;
            if !wanted(item.index) {
                continue;
            }
            let info = &self.listing.entries[item.index];
            let reader =
                archive.by_index(item.number).map_err(|e| packing::zip_error(&e, &part.path, &info.path))?;
            meter.position.set(start);
            let guard = EntryGuard {
                meter,
                archive: &part.path,
                path: &info.path,
                declared: info.size,
                limited: true,
                span: Some((start, item.stored)),
            };
            let unfolding = Unfolding::new(reader, meter, Packed::Bytes(item.stored));
            if self.hand(item, start, EntryReader::new(unfolding, guard), meter, each)? == Next::Stop {
                return Ok(Next::Stop);
            }
        }
        Ok(Next::Go)
    }

    fn walk_tar(
        &self,
        part: &Part,
        packing: Packing,
        meter: &Meter,
        wanted: &dyn Fn(usize) -> bool,
        each: Visitor<'_>,
    ) -> Result<Next> {
        let mut items = part.items.iter().filter(|i| wanted(i.index));
        let Some(mut item) = items.next() else { return Ok(Next::Go) };
        let start = meter.position.bytes();
        let reader = packing::unpacked(&part.path, packing, meter)?;
        let mut archive = tar::Archive::new(Unfolding::new(reader, meter, Packed::Since(start)));
        let damaged =
            |e: std::io::Error, path: &str| guard::explain(&e, &part.path, &format!("before {path}"));
        let first = &self.listing.entries[item.index].path;
        for (number, entry) in archive.entries().map_err(|e| damaged(e, first))?.enumerate() {
            let info = &self.listing.entries[item.index];
            let entry = entry.map_err(|e| damaged(e, &info.path))?;
            if number < item.number {
                continue;
            }
            let guard = EntryGuard {
                meter,
                archive: &part.path,
                path: &info.path,
                declared: info.size,
                limited: true,
                span: None,
            };
            let offset = meter.position.bytes();
            if self.hand(item, offset, EntryReader::new(entry, guard), meter, each)? == Next::Stop {
                return Ok(Next::Stop);
            }
            let Some(next) = items.next() else { return Ok(Next::Go) };
            item = next;
        }
        Err(Error::conflict(format!(
            "{} has become shorter while it was read; start the import again.",
            part.path.display()
        )))
    }

    fn hand(
        &self,
        item: &Item,
        offset: u64,
        mut reader: impl Read,
        meter: &Meter,
        each: Visitor<'_>,
    ) -> Result<Next> {
        let info = &self.listing.entries[item.index];
        let result = each(Entry {
            path: &info.path,
            index: item.index,
            size: info.size,
            offset,
            position: meter.position.clone(),
            reader: &mut reader,
        });
        match meter.fault() {
            Some(fault) => Err(fault),
            None => result,
        }
    }
}
