//! The listing pass: what the given paths hold.

use super::guard::{self, Meter, Packed, Unfolding};
use super::order::{is_litter, natural_order, safe_path};
use super::packing::{
    Packing, Sort, looks_packed, open_zip, sort_of, spot, unpacked, unpacked_name, zip_error,
};
use super::{EntryInfo, LeftOut, Limits};
use base::{Error, Result};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// How a part is read.
#[derive(Debug)]
pub(super) enum PartKind {
    /// Files on disk, each on its own.
    Loose,
    /// A zip.
    Zip,
    /// A tar.
    Tar(Packing),
}

/// Something that is read in one go: a folder's loose files, or one archive.
#[derive(Debug)]
pub(super) struct Part {
    pub path: PathBuf,
    pub kind: PartKind,
    /// Bytes on disk.
    pub size: u64,
    /// Its entries in the order of reading.
    pub items: Vec<Item>,
}

/// One entry of a part.
#[derive(Debug)]
pub(super) struct Item {
    /// Its number in the list of all entries.
    pub index: usize,
    /// Its number within the archive; for loose files nothing.
    pub number: usize,
    /// Its file on disk (loose files), and how it is packed.
    pub file: Option<(PathBuf, Packing)>,
    /// Bytes on disk, as far as they are known.
    pub stored: u64,
}

/// The result of listing.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub parts: Vec<Part>,
    pub entries: Vec<EntryInfo>,
    pub left_out: Vec<LeftOut>,
    pub total_bytes: u64,
}

struct Found {
    top: usize,
    part: usize,
    info: EntryInfo,
    item: Item,
}

pub(super) struct Lister {
    limits: Limits,
    parts: Vec<Part>,
    found: Vec<Found>,
    left_out: Vec<LeftOut>,
}

/// Lists the given paths.
pub(super) fn list(paths: &[PathBuf], limits: Limits) -> Result<Listing> {
    let mut lister = Lister { limits, parts: Vec::new(), found: Vec::new(), left_out: Vec::new() };
    let mut tops: Vec<&PathBuf> = paths.iter().collect();
    tops.sort_by(|a, b| natural_order(&a.to_string_lossy(), &b.to_string_lossy()));
    tops.dedup();
    for (top, path) in tops.into_iter().enumerate() {
        let meta = std::fs::metadata(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                Error::not_found(format!("{}: there is no such file or folder", path.display()))
            }
            _ => Error::from(e).at(path.display()),
        })?;
        if meta.is_dir() {
            lister.folder(top, path)?;
        } else {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            lister.file(top, path, &name, meta.len())?;
        }
    }
    Ok(lister.finish())
}

impl Lister {
    fn folder(&mut self, top: usize, root: &Path) -> Result<()> {
        let mut files: Vec<(String, PathBuf, u64)> = Vec::new();
        let mut open = vec![(String::new(), root.to_path_buf())];
        while let Some((prefix, folder)) = open.pop() {
            let listing = std::fs::read_dir(&folder).map_err(|e| Error::from(e).at(folder.display()))?;
            for entry in listing {
                let entry = entry.map_err(|e| Error::from(e).at(folder.display()))?;
                let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if is_litter(&path) {
                    continue;
                }
                // The type of the entry itself: a link is not followed.
                let kind = entry.file_type().map_err(|e| Error::from(e).at(entry.path().display()))?;
                if kind.is_dir() {
                    open.push((format!("{path}/"), entry.path()));
                } else if kind.is_file() {
                    let size = entry.metadata().map_err(|e| Error::from(e).at(entry.path().display()))?.len();
                    files.push((path, entry.path(), size));
                    self.check_count(root, files.len())?;
                } else {
                    let reason = if kind.is_symlink() { "it is a link" } else { "it is not a file" };
                    self.leave_out(path, reason);
                }
            }
        }
        files.sort_by(|a, b| natural_order(&a.0, &b.0));
        self.loose_part(root);
        let home = self.parts.len() - 1;
        for (path, file, size) in files {
            let sort = if looks_packed(&path) { sort_of(&file)? } else { Sort::Single(Packing::Plain) };
            match sort {
                Sort::Single(packing) => self.single(top, home, &file, &path, size, packing)?,
                _ => {
                    let prefix = path.rsplit_once('/').map_or(String::new(), |(p, _)| format!("{p}/"));
                    self.archive(top, &file, &prefix, size, sort)?;
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, top: usize, file: &Path, name: &str, size: u64) -> Result<()> {
        match sort_of(file)? {
            Sort::Single(packing) => {
                self.loose_part(file);
                self.single(top, self.parts.len() - 1, file, name, size, packing)
            }
            sort => self.archive(top, file, "", size, sort),
        }
    }

    fn loose_part(&mut self, path: &Path) {
        self.parts.push(Part { path: path.to_path_buf(), kind: PartKind::Loose, size: 0, items: Vec::new() });
    }

    fn single(
        &mut self,
        top: usize,
        part: usize,
        file: &Path,
        path: &str,
        size: u64,
        packing: Packing,
    ) -> Result<()> {
        let (path, known) = match packing {
            Packing::Plain => (path.to_owned(), Some(size)),
            _ => (unpacked_name(path), None),
        };
        self.parts[part].size += size;
        let item = Item { index: 0, number: 0, file: Some((file.to_path_buf(), packing)), stored: size };
        self.add(Found { top, part, info: EntryInfo { path, size: known }, item })
    }

    fn archive(&mut self, top: usize, file: &Path, prefix: &str, size: u64, sort: Sort) -> Result<()> {
        let kind = match sort {
            Sort::Tar(packing) => PartKind::Tar(packing),
            _ => PartKind::Zip,
        };
        self.parts.push(Part { path: file.to_path_buf(), kind, size, items: Vec::new() });
        let part = self.parts.len() - 1;
        let limits = self.limits;
        let mut names: HashMap<String, usize> = HashMap::new();
        let mut each = |number: usize, row: Row| -> Result<()> {
            let (raw, size, stored) = match row {
                Row::File { path, size, stored } => (path, size, stored),
                Row::Other { path, reason } => {
                    self.leave_out(path, reason);
                    return Ok(());
                }
                Row::Folder => return Ok(()),
            };
            let Some(path) = checked_path(file, &raw, prefix)? else { return Ok(()) };
            guard::check_entry(size, &limits)
                .map_err(|reason| Error::invalid(format!("{}, {path}: {reason}", file.display())))?;
            let item = Item { index: 0, number, file: None, stored };
            let found = Found { top, part, info: EntryInfo { path: path.clone(), size: Some(size) }, item };
            // A later entry of the same path replaces the earlier one, as unpacking would.
            if let Some(at) = names.get(&path) {
                self.found[*at] = found;
                return Ok(());
            }
            names.insert(path, self.found.len());
            self.add(found)
        };
        match sort {
            Sort::Tar(packing) => list_tar(file, packing, limits, &mut each),
            _ => list_zip(file, limits, &mut each),
        }
    }

    fn add(&mut self, found: Found) -> Result<()> {
        self.check_count(&self.parts[found.part].path, self.found.len() + 1)?;
        self.found.push(found);
        Ok(())
    }

    fn check_count(&self, path: &Path, count: usize) -> Result<()> {
        if count > self.limits.entries {
            return Err(Error::invalid(format!(
                "{}: there are more than {} files; import them in parts.",
                path.display(),
                self.limits.entries
            )));
        }
        Ok(())
    }

    fn leave_out(&mut self, path: String, reason: &'static str) {
        self.left_out.push(LeftOut { path, reason });
    }

    /// Numbers the entries in natural order and hands each part its own.
    fn finish(mut self) -> Listing {
        self.found.sort_by(|a, b| {
            a.top
                .cmp(&b.top)
                .then_with(|| natural_order(&a.info.path, &b.info.path))
                .then_with(|| (a.part, a.item.number).cmp(&(b.part, b.item.number)))
        });
        let mut entries = Vec::with_capacity(self.found.len());
        for (index, found) in self.found.into_iter().enumerate() {
            entries.push(found.info);
            self.parts[found.part].items.push(Item { index, ..found.item });
        }
        for part in &mut self.parts {
            if matches!(part.kind, PartKind::Tar(_)) {
                part.items.sort_by_key(|i| i.number);
            }
        }
        let total_bytes = self.parts.iter().map(|p| p.size).sum();
        Listing { parts: self.parts, entries, left_out: self.left_out, total_bytes }
    }
}

/// The path within the export; `None` for litter.
fn checked_path(archive: &Path, raw: &str, prefix: &str) -> Result<Option<String>> {
    let path = safe_path(raw).map_err(|reason| {
        Error::invalid(format!(
            "{}: the entry \"{}\" was refused because {reason}, and with it the archive. \
             Take an archive as the vendor makes it.",
            archive.display(),
            raw.escape_debug()
        ))
    })?;
    Ok((!is_litter(&path)).then(|| format!("{prefix}{path}")))
}

/// One row of an archive's list.
enum Row {
    File { path: String, size: u64, stored: u64 },
    Other { path: String, reason: &'static str },
    Folder,
}

fn list_tar(
    file: &Path,
    packing: Packing,
    limits: Limits,
    each: &mut dyn FnMut(usize, Row) -> Result<()>,
) -> Result<()> {
    let meter = Meter::new(limits);
    let reader = unpacked(file, packing, &meter)?;
    let mut archive = tar::Archive::new(Unfolding::new(reader, &meter, Packed::Since(0)));
    let mut last = String::new();
    let explain = |e: &std::io::Error, last: &str| guard::explain(e, file, &spot(last));
    for (number, entry) in archive.entries().map_err(|e| explain(&e, ""))?.enumerate() {
        let entry = entry.map_err(|e| explain(&e, &last))?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        last.clone_from(&path);
        let kind = entry.header().entry_type();
        let row = if kind.is_file() || kind.is_contiguous() {
            Row::File { path, size: entry.size(), stored: 0 }
        } else if kind.is_dir() || kind.is_pax_global_extensions() {
            Row::Folder
        } else if kind.is_symlink() || kind.is_hard_link() {
            Row::Other { path, reason: "it is a link" }
        } else {
            Row::Other { path, reason: "it is not a plain file" }
        };
        each(number, row)?;
    }
    // A whole archive says where it ends; one that just stops was cut between two entries.
    if archive.into_inner().ended {
        return Err(guard::breaks_off(&file.display().to_string(), &format!("after {last}")));
    }
    Ok(())
}

fn list_zip(file: &Path, limits: Limits, each: &mut dyn FnMut(usize, Row) -> Result<()>) -> Result<()> {
    let archive = open_zip(file)?;
    let refuse = |path: &str, reason: String| Error::invalid(format!("{}, {path}: {reason}", file.display()));
    let mut total: u64 = 0;
    for number in 0..archive.len() {
        let entry = archive.by_index_data(number).map_err(|e| zip_error(&e, file, ""))?;
        let path = match entry.name() {
            Ok(name) => name.into_owned(),
            Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(),
        };
        if entry.is_dir() {
            each(number, Row::Folder)?;
            continue;
        }
        if entry.is_symlink() {
            each(number, Row::Other { path, reason: "it is a link" })?;
            continue;
        }
        if entry.encrypted() {
            return Err(refuse(
                &path,
                "it is encrypted with a password. Unpack the archive yourself and hand over the folder."
                    .into(),
            ));
        }
        let (size, stored) = (entry.size(), entry.compressed_size());
        guard::check_ratio(size, stored, &limits).map_err(|reason| refuse(&path, reason))?;
        total = total.saturating_add(size);
        if total > limits.total {
            return Err(Error::invalid(format!(
                "{}: it unfolds to more than {} in all and was refused. If it is genuine, import it in parts.",
                file.display(),
                guard::words(limits.total)
            )));
        }
        each(number, Row::File { path, size, stored })?;
    }
    Ok(())
}
